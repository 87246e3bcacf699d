//! The one place that reads the clock; everything else is handed `now`.

use jiff::Timestamp;

/// Where the time comes from: the machine, or a script that plays a day in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Machine,
    At(Timestamp),
}

impl Clock {
    /// The time of day in whole seconds, as it is stored.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::Machine => Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH),
            Self::At(time) => time,
        }
    }
}
