//! When a delivery that was not taken is tried again.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The schedule of Standard Webhooks 1.0.0, used for mail too: about 75 hours in all.
const DELAYS: [u64; 9] = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// How long to wait after attempt number `attempt` (1 is the first) has failed; `None` when it was the last one.
///
/// `jitter` from 0 to 1 spreads the time over ±10 %, so that what failed together does not come back together.
pub fn retry_delay(attempt: u32, jitter: f64) -> Option<Duration> {
    let seconds = *DELAYS.get(usize::try_from(attempt.saturating_sub(1)).ok()?)?;
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.5 };
    Some(Duration::from_secs(seconds).mul_f64(0.9 + 0.2 * jitter))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(attempt: u32, jitter: f64, seconds: Option<f64>) {
        let delay = retry_delay(attempt, jitter).map(|delay| delay.as_secs_f64());
        assert!(delay.zip(seconds).is_none_or(|(a, b)| (a - b).abs() < 1e-6), "{delay:?}");
        assert_eq!(delay.is_some(), seconds.is_some());
    }

    #[test]
    fn nine_delays_and_then_none() {
        check(1, 0.5, Some(5.0));
        check(2, 0.5, Some(300.0));
        check(4, 0.0, Some(6480.0));
        check(9, 1.0, Some(95_040.0));
        check(10, 0.5, None);
        check(u32::MAX, 0.5, None);
    }

    proptest! {
        #[test]
        fn delays_grow_and_stay_within_a_tenth(attempt in 1u32..9, jitter in any::<f64>()) {
            let this = retry_delay(attempt, jitter).expect("within the schedule");
            let next = retry_delay(attempt + 1, jitter).expect("within the schedule");
            prop_assert!(this < next);
            let middle = retry_delay(attempt, 0.5).expect("within the schedule").as_secs_f64();
            prop_assert!((this.as_secs_f64() / middle - 1.0).abs() <= 0.1 + 1e-9);
        }
    }
}
