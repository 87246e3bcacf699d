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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::schedule::{Outcome, next};

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + seconds).unwrap()
    }

    fn pace(every: Option<Duration>) -> Pace {
        Pace { every, min_interval: 5 * MINUTE, max_interval: 60 * MINUTE, is_pushed: true }
    }

    fn known() -> PollState {
        PollState { last_poll: Some(at(0)), last_success: Some(at(0)), baselined: true, ..PollState::new(at(3600)) }
    }

    /// Seconds to the next poll after one that brought `new` entries.
    fn wait(pace: &Pace, new: usize) -> i64 {
        let fetched = Fetched { status: 200, entries: 10, new_entries: new, ..Fetched::default() };
        next(&known(), &Outcome::Fetched(fetched), pace, at(0), -1.0).state.next_poll.duration_since(at(1)).as_secs()
    }

    #[test]
    fn polls_are_rarer_while_the_news_is_pushed_and_never_rarer_than_the_rarest() {
        assert_eq!(wait(&pace(Some(10 * MINUTE)), 0), 40 * 60);
        assert_eq!(wait(&pace(Some(30 * MINUTE)), 0), 60 * 60);
        assert_eq!(wait(&pace(Some(120 * MINUTE)), 0), 120 * 60, "as the operator says");
        assert_eq!(wait(&pace(None), 0), 60 * 60, "the rhythm is left at a quarter of an hour");
        assert_eq!(wait(&pace(Some(10 * MINUTE)), 1), 10 * 60, "a poll has found what no hub told of");
    }

    #[test]
    fn failures_are_counted_in_the_feeds_own_interval() {
        let outcome = Outcome::HttpError { status: 500, retry_after: None };
        let after = |pace: &Pace| next(&known(), &outcome, pace, at(0), 0.0).state.next_poll;
        let own = pace(Some(10 * MINUTE));
        assert_eq!(after(&own), after(&own.alone()));
    }

    #[test]
    fn a_push_is_news_and_leaves_the_poll_and_its_validators_alone() {
        let state = PollState { etag: Some(b"e".to_vec()), last_change: Some(at(-90)), failures: 0, ..known() };
        let after = pushed(&state, 2, &pace(None), at(10)).state;
        assert_eq!((after.last_change, after.habit.changes), (Some(at(10)), 1));
        assert_eq!(PollState { last_change: state.last_change, habit: state.habit, ..after }, state);
        assert_eq!(pushed(&state, 0, &pace(None), at(10)).state, state);
    }

    #[test]
    fn a_ping_brings_the_poll_forward_but_not_below_the_interval() {
        let due = |state: &PollState, now| pinged(state, &pace(None), now).next_poll;
        assert_eq!(due(&known(), at(1000)), at(1000));
        assert_eq!(due(&known(), at(20)), at(301));
        assert_eq!(due(&PollState { next_poll: at(50), ..known() }, at(20)), at(50));
        assert_eq!(due(&PollState { failures: 2, ..known() }, at(1000)), at(3600), "a back-off stands");
    }
}
