//! More than usual: a watch that speaks up only when its entries come several times as often as they do.

use std::time::Duration;

use super::words;

/// `burst = { factor, window, baseline, at_least }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// How many times what is usual.
    pub factor: u32,
    pub window: Duration,
    /// The time before the window that says what is usual.
    pub baseline: Duration,
    /// Entries that the window must hold at all.
    pub at_least: usize,
}

/// Entries that a watch has matched.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Volume {
    /// Within the window.
    pub recent: usize,
    /// Within a window of the baseline, on average.
    pub usual: f64,
}

impl Volume {
    /// From the entries within the window and those of the baseline before it. `observed` is how long before the
    /// window anything was stored at all: a young archive has a short baseline, and none where it is shorter than one
    /// window.
    pub fn of(burst: &Burst, recent: usize, before: usize, observed: Duration) -> Self {
        let windows = observed.min(burst.baseline).as_secs_f64() / burst.window.as_secs_f64().max(1.0);
        Self { recent, usual: if windows < 1.0 { 0.0 } else { before as f64 / windows } }
    }
}

impl Burst {
    /// Whether there are as many as asked for; the reason either way.
    pub(super) fn judge(&self, volume: Volume) -> Result<String, String> {
        let Volume { recent, usual } = volume;
        let window = words(self.window);
        if recent < self.at_least {
            return Err(format!("no burst: {recent} of {} entries within {window}", self.at_least));
        }
        if (recent as f64) < f64::from(self.factor) * usual {
            return Err(format!(
                "no burst: {recent} entries within {window}, usually {usual:.1}, {} times that asked for",
                self.factor
            ));
        }
        Ok(format!("a burst: {recent} entries within {window}, usually {usual:.1}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[track_caller]
    fn check(recent: usize, before: usize, observed: Duration, expected: &str) {
        let burst = Burst { factor: 4, window: HOUR, baseline: 24 * 14 * HOUR, at_least: 5 };
        let judged = burst.judge(Volume::of(&burst, recent, before, observed));
        assert_eq!(judged.unwrap_or_else(|reason| reason), expected);
    }

    #[test]
    fn a_burst_is_measured_against_the_watchs_own_baseline() {
        let month = 24 * 30 * HOUR;
        check(8, 672, month, "a burst: 8 entries within 1h, usually 2.0");
        check(7, 672, month, "no burst: 7 entries within 1h, usually 2.0, 4 times that asked for");
        check(4, 0, month, "no burst: 4 of 5 entries within 1h");
        check(5, 0, month, "a burst: 5 entries within 1h, usually 0.0");
    }

    #[test]
    fn a_young_archive_has_the_baseline_it_has() {
        check(8, 20, 10 * HOUR, "a burst: 8 entries within 1h, usually 2.0");
        check(8, 1_000, HOUR / 2, "a burst: 8 entries within 1h, usually 0.0");
    }
}
