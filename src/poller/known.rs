//! The feeds that are polled, and how they are taken up: at a start, after a reload, after the clock was set.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    chance,
    config::{Config, Feed},
    entry::FeedId,
    schedule::{self, Pace, PollState},
    store::{self, feeds},
};

#[derive(Clone)]
pub(super) struct Known {
    pub feed: Feed,
    pub state: PollState,
}

/// Feeds taken up with the state that was stored. Those that are due are spread evenly, in the order of their files, so
/// that neighbours, which often are one site's, do not come together.
pub(super) fn resumed(known: Vec<(FeedId, Feed, PollState)>, config: &Config, now: Timestamp) -> Vec<(FeedId, Known)> {
    let due = known.iter().filter(|(_, _, state)| state.next_poll <= now).count();
    let mut place = 0.0;
    let one = |(id, feed, state): (FeedId, Feed, PollState)| {
        let fraction = (place + chance::fraction()) / due.max(1) as f64;
        place += if state.next_poll <= now { 1.0 } else { 0.0 };
        let state = schedule::resume(&state, &pace(config, &feed), now, due, fraction);
        (id, Known { feed, state })
    };
    known.into_iter().map(one).collect()
}

/// The same feeds after the clock was set while the process ran; `back`: by how much, if it was set back.
pub(super) fn after_jump(
    known: Vec<(FeedId, Known)>,
    config: &Config,
    now: Timestamp,
    back: Option<Duration>,
) -> Vec<(FeedId, Known)> {
    match back {
        Some(jump) => {
            let earlier =
                |state: PollState| PollState { next_poll: schedule::set_back(state.next_poll, jump), ..state };
            known.into_iter().map(|(id, k)| (id, Known { state: earlier(k.state), ..k })).collect()
        }
        None => resumed(known.into_iter().map(|(id, known)| (id, known.feed, known.state)).collect(), config, now),
    }
}

pub(super) fn pace(config: &Config, feed: &Feed) -> Pace {
    let (min_interval, max_interval) = (config.polling.min_interval, config.polling.max_interval);
    Pace { every: feed.every, min_interval, max_interval, is_pushed: false }
}

/// Rows of the enabled feeds, made where there are none.
pub(super) fn sync_rows(
    transaction: &rusqlite::Transaction<'_>,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<(FeedId, Feed, PollState)>, store::Error> {
    let mut rows = feeds::all(transaction)?;
    let mut known = Vec::new();
    for feed in config.feeds.iter().filter(|feed| feed.enabled) {
        let (id, state) = match rows.remove(feed.url.as_str()) {
            Some(row) => (row.id, row.state),
            None => {
                let state = PollState::new(now);
                (feeds::insert(transaction, feed.url.as_str(), &state)?, state)
            }
        };
        known.push((id, feed.clone(), state));
    }
    let polled: Vec<&str> = known.iter().map(|(_, feed, _)| feed.url.as_str()).collect();
    feeds::close_notices_of_others(transaction, &polled, now)?;
    Ok(known)
}
