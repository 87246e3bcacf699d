//! When to poll a feed again: interval, jitter, back-off, holds.
//!
//! Pure: what happened and `now` in, the feed's next state out; jitter is passed in.

mod health;
mod hints;
mod holds;
mod next;
mod pushed;
mod reach;
mod start;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;

pub use self::{
    health::{Habit, Notice, Trouble},
    hints::Hints,
    holds::{Hold, HostHolds},
    next::{Cause, Fetched, Next, Outcome, next},
    pushed::{pinged, pushed},
    reach::Reach,
    start::{first_poll, postpone, resume, set_back, sooner, underway},
};

/// All that is remembered of a feed between two polls; one row of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct PollState {
    /// As the server sent them, byte for byte; sent back in If-None-Match and If-Modified-Since.
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    /// Where a chain of permanent redirects has led.
    pub moved_to: Option<String>,
    /// The present interval of a feed polled at its own rhythm, in whole seconds; `None` before there is one.
    pub interval: Option<Duration>,
    /// The first successful poll has been stored as the baseline.
    pub baselined: bool,
    pub next_poll: Timestamp,
    /// Why then ("every 15m", "429: Retry-After 3600 s"), for `feeds list`.
    pub next_reason: String,
    pub last_poll: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    /// When a poll last brought something new.
    pub last_change: Option<Timestamp>,
    pub habit: Habit,
    pub hints: Hints,
    /// Failures in a row.
    pub failures: u32,
    pub last_error: Option<String>,
    /// HTTP status of the last poll.
    pub last_status: Option<u16>,
    /// Given up for good (410), and why.
    pub retired: Option<String>,
}

impl PollState {
    /// A feed never polled, due at `next_poll`.
    pub fn new(next_poll: Timestamp) -> Self {
        Self {
            etag: None,
            last_modified: None,
            moved_to: None,
            interval: None,
            baselined: false,
            next_poll,
            next_reason: "never polled".to_owned(),
            last_poll: None,
            last_success: None,
            last_change: None,
            habit: Habit::default(),
            hints: Hints::default(),
            failures: 0,
            last_error: None,
            last_status: None,
            retired: None,
        }
    }
}

/// How often the operator wants a feed polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// A fixed interval; `None` is "auto", the feed's own rhythm between the two limits.
    pub every: Option<Duration>,
    pub min_interval: Duration,
    pub max_interval: Duration,
    /// A hub has told of the feed's last news, and is still bound to tell of the next.
    pub is_pushed: bool,
}

/// Polls of a feed whose hub pushes are rarer by this, and no rarer than `max_interval`: they are there for the day on
/// which the hub forgets.
const PUSHED: u32 = 4;

/// Where a feed of unknown rhythm starts.
const UNKNOWN_RHYTHM: Duration = Duration::from_secs(15 * 60);

const CENTURY: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

impl Pace {
    /// The interval now: never sooner than this after the last poll, whatever happens. A second at least, and at most
    /// a century, so that no sum of spans overflows.
    pub fn interval(&self, state: &PollState) -> Duration {
        let auto = || self.within(state.interval.unwrap_or(UNKNOWN_RHYTHM));
        let own = self.every.unwrap_or_else(auto).clamp(Duration::from_secs(1), CENTURY);
        match self.is_pushed {
            true => own.saturating_mul(PUSHED).min(self.max_interval).max(own),
            false => own,
        }
    }

    /// As if there were no hub.
    fn alone(self) -> Self {
        Self { is_pushed: false, ..self }
    }

    fn within(&self, interval: Duration) -> Duration {
        interval.min(self.max_interval).max(self.min_interval)
    }
}

/// The first whole second that is certainly `span` after a moment in the second of `now`: `now` may have been cut to
/// its second, and polling a moment too early breaks a promise where a second too late does not.
fn after(now: Timestamp, span: Duration) -> Timestamp {
    let whole = span.as_secs().saturating_add(u64::from(span.subsec_nanos() > 0)).saturating_add(1);
    at(now.as_second().saturating_add(i64::try_from(whole).unwrap_or(i64::MAX)))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second.min(Timestamp::MAX.as_second())).unwrap_or(Timestamp::MAX)
}

/// "2h 30m", the two largest units.
fn spell(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(units.len() - 1);
    let words = units[first..].iter().take(2).enumerate().filter(|(place, (count, _))| *place == 0 || *count > 0);
    words.map(|(_, (count, unit))| format!("{count}{unit}")).collect::<Vec<_>>().join(" ")
}
