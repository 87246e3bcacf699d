//! When a delivery that was not taken is tried again.

use std::time::Duration;

use jiff::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The schedule of Standard Webhooks 1.0.0: about 75 hours in all.
const HOOK: [u64; 9] = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// A mail server that defers (greylisting, a full queue) takes the mail within minutes; the last delay is repeated.
const MAIL: [u64; 5] = [5, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE];

/// How long a mail is tried, as long as mail servers themselves keep trying.
const MAIL_AGE: u64 = 75 * HOUR;

/// How long to wait after attempt number `attempt` (1 is the first) at a webhook has failed; `None` when it was the
/// last one.
pub fn hook_delay(attempt: u32) -> Option<Duration> {
    HOOK.get(step(attempt)).copied().map(Duration::from_secs)
}

/// The same for a mail that was first tried `age` ago.
pub fn mail_delay(attempt: u32, age: Duration) -> Option<Duration> {
    let seconds = MAIL[step(attempt).min(MAIL.len() - 1)];
    (age.as_secs() < MAIL_AGE).then(|| Duration::from_secs(seconds))
}

fn step(attempt: u32) -> usize {
    usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// The whole second, within a tenth of `delay` from now where there is one, at which to try again. `jitter` from 0 to 1
/// spreads them, so that what failed together does not come back together.
pub fn retry_at(now: Timestamp, delay: Duration, jitter: f64) -> Timestamp {
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.5 };
    let start = now.as_duration().as_secs_f64();
    let (delay, spread) = (delay.as_secs_f64(), delay.as_secs_f64() * 0.1);
    let (least, most) = ((start + delay - spread).ceil(), (start + delay + spread).floor());
    let wanted = (start + delay + spread * (2.0 * jitter - 1.0)).round();
    let second = if least <= most { wanted.clamp(least, most) } else { least };
    Timestamp::from_second(second as i64).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hook_is_tried_ten_times_and_a_mail_for_three_days() {
        let hook: Vec<u64> = (1..=10).map_while(hook_delay).map(|delay| delay.as_secs()).collect();
        assert_eq!(hook, [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(hook_delay(u32::MAX), None);
        let mail = |attempt, age| mail_delay(attempt, Duration::from_secs(age)).map(|delay| delay.as_secs());
        assert_eq!([mail(1, 0), mail(2, 5), mail(5, 3600), mail(90, 269_999)], [5, 60, 1800, 1800].map(Some));
        assert_eq!(mail(1, 270_000), None);
        assert_eq!(mail(u32::MAX, 0), Some(1800));
    }

    proptest! {
        #[test]
        fn the_time_is_within_a_tenth(attempt in 1u32..10, millis in 0i64..10_000, jitter in any::<f64>()) {
            let now = Timestamp::from_millisecond(1_700_000_000_000 + millis).expect("within range");
            let delay = hook_delay(attempt).expect("within the schedule");
            let at = retry_at(now, delay, jitter);
            let waited = at.duration_since(now).as_secs_f64();
            prop_assert!((waited / delay.as_secs_f64() - 1.0).abs() <= 0.1 + 1e-9, "{waited} s for {delay:?}");
        }
    }
}
