//! What a hub sent, and what follows from it for the polls. Pure.

use jiff::Timestamp;

use super::{Fetched, Next, Pace, PollState, after, health, next::Moment};

/// The state after a push that brought `new_entries`. When to poll is left as it was, and so are the validators: they
/// belong to a document that was polled.
pub fn pushed(state: &PollState, new_entries: usize, pace: &Pace, now: Timestamp) -> Next {
    let news = Fetched { new_entries, ..Fetched::default() };
    let habit = Moment { pace, now, jitter: 0.0 }.habit(state, &news);
    let last_change = if new_entries > 0 { Some(now) } else { state.last_change };
    let after = PollState { habit, last_change, ..state.clone() };
    let notices = health::notices(state, &after, false, now);
    Next { state: after, hold: None, notices }
}

/// A hub has told that there is something, and not what: the feed is asked at once, but no sooner than it ever is.
pub fn pinged(state: &PollState, pace: &Pace, now: Timestamp) -> PollState {
    let interval = pace.alone().interval(state).min(pace.min_interval);
    let soonest = state.last_poll.map_or(now, |last| after(last, interval)).max(now);
    if soonest >= state.next_poll || state.failures > 0 {
        return state.clone();
    }
    PollState { next_poll: soonest, next_reason: "its hub has told of news".to_owned(), ..state.clone() }
}
