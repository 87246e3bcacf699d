//! The one place that reads the clock; everything else is handed `now`.

use jiff::Timestamp;

/// The time of day, in whole seconds, as it is stored.
#[allow(clippy::disallowed_methods, reason = "this is the one place that may")]
pub fn now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).expect("a clock between the years -9999 and 9999")
}
