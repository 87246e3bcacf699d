//! When polling starts and is taken up again: nothing comes due in a burst. Pure.
//!
//! `fraction` is 0.0 to 1.0: a random number, or a feed's place among those that are due divided by their number.

use std::time::Duration;

use jiff::Timestamp;

use super::{Hold, Pace, PollState, after, at};

/// Feeds due together are spread so that one comes up in so long a time: ten new feeds are read within half a
/// minute, and a thousand over their interval, which is as long as it may take.
const APART: Duration = Duration::from_secs(2);
/// Feeds of a host that was held come back over this time.
const AFTER_HOLD: Duration = Duration::from_secs(5 * 60);
/// No wait but one longer than this was ever meant: past it, the clock was wrong when it was written down.
const LONGEST_WAIT: Duration = Duration::from_secs(8 * 24 * 3600);

/// When to poll a feed for the first time (or one that is overdue), where `due` feeds are in the same position.
pub fn first_poll(now: Timestamp, interval: Duration, due: usize, fraction: f64) -> Timestamp {
    let window = APART.saturating_mul(u32::try_from(due).unwrap_or(u32::MAX)).min(interval);
    at(now.as_second().saturating_add(part(window, fraction)))
}

/// A stored state as it is taken up after a restart: what came due meanwhile is spread, what lies ahead stays.
pub fn resume(state: &PollState, pace: &Pace, now: Timestamp, due: usize, fraction: f64) -> PollState {
    let interval = pace.interval(state);
    let overdue = state.next_poll <= now;
    let absurd = state.next_poll > after(now, LONGEST_WAIT.max(interval.saturating_mul(2)));
    match overdue || absurd {
        true => PollState { next_poll: first_poll(now, interval, due, fraction), ..state.clone() },
        false => state.clone(),
    }
}

/// What to store before a request goes out: if the process is killed before the outcome is stored, the feed is not
/// asked again within its interval.
pub fn underway(state: &PollState, pace: &Pace, now: Timestamp) -> PollState {
    let next_poll = after(now, pace.interval(state));
    PollState { next_poll, next_reason: "being polled".to_owned(), ..state.clone() }
}

/// A time to come, when the clock was set back by `jump` while the process ran: it comes after the same wait as before.
pub fn set_back(time: Timestamp, jump: Duration) -> Timestamp {
    at(time.as_second().saturating_sub(i64::try_from(jump.as_secs()).unwrap_or(i64::MAX)))
}

/// A feed that is due while its host is held.
pub fn postpone(state: &PollState, pace: &Pace, hold: &Hold, fraction: f64) -> PollState {
    let spread = part(AFTER_HOLD.min(pace.interval(state)), fraction);
    let next_poll = at(hold.until.as_second().saturating_add(1).saturating_add(spread)).max(state.next_poll);
    PollState { next_poll, next_reason: format!("host held: {}", hold.reason), ..state.clone() }
}

#[allow(clippy::cast_possible_truncation, reason = "a float becomes the nearest integer there is; NaN becomes 0")]
fn part(window: Duration, fraction: f64) -> i64 {
    (window.as_secs_f64() * fraction.clamp(0.0, 1.0)) as i64
}
