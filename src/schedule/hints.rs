//! What a publisher says of when to come again: kept, for a "not modified" says none of it once more. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::at;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Of the last document and of what came with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Cache-Control max-age, or Expires.
    pub max_age: Option<Duration>,
    pub ttl: Option<Duration>,
    /// Hours of the day (UTC) in which no polls are wanted, a bit each.
    pub skip_hours: u32,
    /// Days of the week, Monday the lowest bit.
    pub skip_days: u8,
}

impl Hints {
    /// The first full hour from `time` on that is not to be skipped, or `time` itself; given up after a day, as every
    /// hint is.
    pub(super) fn out_of_skipped(&self, time: Timestamp) -> Timestamp {
        let start = time.as_second();
        let hours = (0..=24).map(|hour| if hour == 0 { start } else { (start.div_euclid(HOUR) + hour) * HOUR });
        let wanted = hours.into_iter().find(|second| !self.skips(*second));
        wanted.map_or_else(|| at(start.saturating_add(DAY)), |second| if second == start { time } else { at(second) })
    }

    fn skips(&self, second: i64) -> bool {
        let hour = second.rem_euclid(DAY) / HOUR;
        // 1970-01-01 was a Thursday.
        let day = (second.div_euclid(DAY) + 3).rem_euclid(7);
        self.skip_hours >> hour & 1 == 1 || self.skip_days >> day & 1 == 1
    }

    pub(super) fn is_skipping(&self) -> bool {
        self.skip_hours != 0 || self.skip_days != 0
    }
}
