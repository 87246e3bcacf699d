//! When to poll a feed again: interval, jitter, back-off, holds.
//!
//! Pure: what happened and `now` in, the feed's next state out; jitter is passed in.

use jiff::Timestamp;

/// All that is remembered of a feed between two polls; one row of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct PollState {
    /// As the server sent them, byte for byte; sent back in If-None-Match and If-Modified-Since.
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    /// Where a chain of permanent redirects has led.
    pub moved_to: Option<String>,
    /// The first successful poll has been stored as the baseline.
    pub baselined: bool,
    pub next_poll: Timestamp,
    /// Why then ("every 15m", "429: Retry-After 3600 s"), for `feeds list`.
    pub next_reason: String,
    pub last_poll: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    /// When a poll last brought something new.
    pub last_change: Option<Timestamp>,
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
            baselined: false,
            next_poll,
            next_reason: "never polled".to_owned(),
            last_poll: None,
            last_success: None,
            last_change: None,
            failures: 0,
            last_error: None,
            last_status: None,
            retired: None,
        }
    }
}
