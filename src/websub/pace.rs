//! When a hub is asked again. Pure; jitter is passed in, -1.0 to 1.0.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::subscriptions::Subscription;

/// How long a hub has to confirm what it took, the first time.
const TO_CONFIRM: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(86_400);
/// Between two requests about one subscription, whatever its lease.
const SHORTEST: Duration = Duration::from_secs(30);
/// A hub that will not have it is asked no more often than this.
const AFTER_NO: Duration = Duration::from_secs(86_400);
const AFTER_GONE: Duration = Duration::from_secs(7 * 86_400);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(7 * 86_400);
/// To leave is asked for so often.
const LEAVING: u32 = 3;

/// Failures and the next time to store before a hub is asked: it has failed until it confirms.
pub fn after_asking(subscription: &Subscription, now: Timestamp, jitter: f64) -> (u32, Timestamp) {
    let failures = subscription.failures.saturating_add(1);
    (failures, later(now, in_time(subscription, back_off(failures), now), jitter))
}

/// When a hub is asked again that answered with this status (0: did not answer).
pub fn after_refusal(
    subscription: &Subscription,
    status: u16,
    retry_after: Option<Duration>,
    now: Timestamp,
    jitter: f64,
) -> Timestamp {
    let failures = subscription.failures.saturating_add(1);
    let wait = match status {
        410 => AFTER_GONE,
        400..=407 | 411..=428 | 431..=499 => AFTER_NO.max(back_off(failures)),
        _ => in_time(subscription, back_off(failures), now),
    };
    later(now, wait.max(retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER)), jitter)
}

/// After a hub has said no by a denial.
pub fn after_denial(failures: u32, now: Timestamp, jitter: f64) -> Timestamp {
    later(now, AFTER_NO.saturating_mul(1 << failures.min(3)).min(AFTER_GONE), jitter)
}

/// When to ask for more of what was confirmed for `lease`: well before its end, so that the hub may fail a few times;
/// but a hub that gives next to nothing is not asked all the time.
pub fn renewal(lease: Duration, now: Timestamp, jitter: f64) -> Timestamp {
    let wait = lease.mul_f64(0.7 + 0.05 * jitter.clamp(-1.0, 1.0)).max(SHORTEST);
    now.saturating_add(signed(wait)).unwrap_or(Timestamp::MAX)
}

/// There is nothing to leave any more, or it was asked for often enough.
pub fn is_over(subscription: &Subscription, now: Timestamp) -> bool {
    subscription.failures >= LEAVING || subscription.expires.is_some_and(|expires| expires <= now)
}

fn back_off(failures: u32) -> Duration {
    TO_CONFIRM.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST)
}

/// What is confirmed is asked for again before it ends, however often that failed: each time half of what is left.
fn in_time(subscription: &Subscription, wait: Duration, now: Timestamp) -> Duration {
    let left = subscription.expires.and_then(|expires| Duration::try_from(expires.duration_since(now)).ok());
    match left.filter(|left| !left.is_zero()) {
        Some(left) => wait.min((left / 2).max(SHORTEST)),
        None => wait,
    }
}

/// Up to 15 % later.
fn later(now: Timestamp, wait: Duration, jitter: f64) -> Timestamp {
    let spread = wait.mul_f64(0.15 * (jitter.clamp(-1.0, 1.0) + 1.0) / 2.0);
    now.saturating_add(signed(wait + spread)).unwrap_or(Timestamp::MAX)
}

fn signed(span: Duration) -> SignedDuration {
    SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{entry::FeedId, store::subscriptions::Hub};

    const NOW: i64 = 1_795_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW + seconds).unwrap()
    }

    pub fn subscription(failures: u32, expires: Option<i64>) -> Subscription {
        Subscription {
            id: 1,
            feed: FeedId(1),
            hub: Hub { url: "https://hub.example/".to_owned(), topic: "https://a.example/f".to_owned() },
            token: "0badcafe".to_owned(),
            secret: "5ec2e7".to_owned(),
            callback: None,
            is_wanted: true,
            pending: None,
            expires: expires.map(at),
            next_at: at(0),
            failures,
            is_trusted: false,
            pushed: None,
            error: None,
        }
    }

    #[test]
    fn a_hub_that_does_not_confirm_is_asked_more_and_more_seldom_and_never_given_up() {
        let wait = |failures| after_asking(&subscription(failures, None), at(0), -1.0).1.as_second() - NOW;
        assert_eq!([0, 1, 2, 30].map(wait), [300, 600, 1200, 86_400]);
        assert_eq!(after_asking(&subscription(4, None), at(0), 0.0).0, 5);
    }

    #[test]
    fn what_is_confirmed_is_asked_for_again_before_it_ends() {
        assert_eq!(renewal(Duration::from_secs(1000), at(0), 0.0), at(700));
        assert_eq!(renewal(Duration::from_secs(1), at(0), -1.0), at(30), "but not in a tight loop");
        for failures in [0, 3, 9] {
            assert!(after_asking(&subscription(failures, Some(400)), at(0), 1.0).1 < at(400));
        }
        // The hub does not answer, again and again.
        let (mut now, mut asked) = (at(700), 0);
        while now < at(1000) {
            now = after_refusal(&subscription(asked, Some(1000)), 0, None, now, 0.0);
            asked += 1;
        }
        assert!((3..12).contains(&asked), "{asked}");
    }

    #[test]
    fn a_no_and_a_wish_to_be_left_alone_are_heeded() {
        let wait = |status, retry_after: Option<u64>| {
            let retry_after = retry_after.map(Duration::from_secs);
            after_refusal(&subscription(0, Some(9000)), status, retry_after, at(0), -1.0).as_second() - NOW
        };
        assert_eq!(wait(400, None), 86_400);
        assert_eq!(wait(410, None), 7 * 86_400);
        assert_eq!(wait(500, None), 300);
        assert_eq!((wait(429, Some(7200)), wait(503, Some(7200))), (7200, 7200));
        assert_eq!(wait(503, Some(u64::MAX)), 7 * 86_400);
        assert!(after_denial(0, at(0), -1.0) >= at(86_400) && after_denial(90, at(0), 1.0) < at(9 * 86_400));
    }

    #[test]
    fn leaving_comes_to_an_end() {
        assert!(!is_over(&subscription(0, Some(10)), at(0)));
        assert!(is_over(&subscription(0, Some(10)), at(10)));
        assert!(is_over(&subscription(LEAVING, Some(10)), at(0)));
    }
}
