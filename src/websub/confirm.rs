//! A hub's request to the callback by GET: it verifies that we asked (section 5.3), or says no (section 5.2). Pure.

use std::{borrow::Cow, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{LEASE, pace};
use crate::store::subscriptions::{Mode, Subscription};

/// What a hub may make of its lease; longer ones are asked for again all the same.
const LONGEST_LEASE: Duration = Duration::from_secs(60 * 86_400);
/// Longer than any challenge of a hub.
const LONGEST_CHALLENGE: usize = 1024;

/// What is answered, and what is stored before.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Yes, we asked: the challenge goes back.
    Subscribed { challenge: String, expires: Timestamp, next_at: Timestamp },
    /// Yes, we want to leave.
    Left { challenge: String },
    /// The hub will not have it.
    Denied { reason: String, next_at: Timestamp },
    /// Not asked for: 404.
    Unknown,
}

/// Judges the query of a request to the callback of `subscription`. Only what was asked for, of the topic it was asked
/// for, is confirmed.
pub fn judge<'q>(
    subscription: &Subscription,
    query: impl Iterator<Item = (Cow<'q, str>, Cow<'q, str>)>,
    now: Timestamp,
    jitter: f64,
) -> Verdict {
    let said = Said::read(query);
    if said.topic.as_deref() != Some(subscription.hub.topic.as_str()) {
        return Verdict::Unknown;
    }
    let challenge = said.challenge.filter(|challenge| (1..=LONGEST_CHALLENGE).contains(&challenge.len()));
    match (said.mode.as_deref(), subscription.pending, challenge) {
        (Some("subscribe"), Some(Mode::Subscribe), Some(challenge)) => {
            let lease = said.lease.map_or(LEASE, Duration::from_secs).clamp(Duration::from_secs(1), LONGEST_LEASE);
            let span = SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX);
            let expires = now.saturating_add(span).unwrap_or(Timestamp::MAX);
            Verdict::Subscribed { challenge, expires, next_at: pace::renewal(lease, now, jitter) }
        }
        (Some("unsubscribe"), Some(Mode::Unsubscribe), Some(challenge)) => Verdict::Left { challenge },
        (Some("denied"), ..) if subscription.is_wanted => {
            let reason = said.reason.unwrap_or_else(|| "no reason given".to_owned());
            Verdict::Denied { reason, next_at: pace::after_denial(subscription.failures, now, jitter) }
        }
        _ => Verdict::Unknown,
    }
}

/// The first of each parameter.
#[derive(Default)]
struct Said {
    mode: Option<String>,
    topic: Option<String>,
    challenge: Option<String>,
    lease: Option<u64>,
    reason: Option<String>,
}

impl Said {
    fn read<'q>(query: impl Iterator<Item = (Cow<'q, str>, Cow<'q, str>)>) -> Self {
        let mut said = Self::default();
        for (name, value) in query {
            let place = match name.as_ref() {
                "hub.mode" => &mut said.mode,
                "hub.topic" => &mut said.topic,
                "hub.challenge" => &mut said.challenge,
                "hub.reason" => &mut said.reason,
                "hub.lease_seconds" => {
                    said.lease = said.lease.or(value.parse().ok());
                    continue;
                }
                _ => continue,
            };
            place.get_or_insert_with(|| value.into_owned());
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entry::FeedId, store::subscriptions::Hub};

    const TOPIC: &str = "https://a.example/feed?x=1&y=2";

    fn now() -> Timestamp {
        Timestamp::from_second(1_795_000_000).unwrap()
    }

    fn subscription(pending: Option<Mode>) -> Subscription {
        Subscription {
            id: 1,
            feed: FeedId(1),
            hub: Hub { url: "https://hub.example/".to_owned(), topic: TOPIC.to_owned() },
            token: "t".to_owned(),
            secret: "s".to_owned(),
            callback: None,
            is_wanted: pending != Some(Mode::Unsubscribe),
            pending,
            expires: None,
            next_at: now(),
            failures: 0,
            is_trusted: false,
            pushed: None,
            error: None,
        }
    }

    fn judged(pending: Option<Mode>, query: &str) -> Verdict {
        judge(&subscription(pending), url::form_urlencoded::parse(query.as_bytes()), now(), 0.0)
    }

    const OURS: &str = "hub.topic=https%3A%2F%2Fa.example%2Ffeed%3Fx%3D1%26y%3D2";

    #[test]
    fn only_what_was_asked_for_is_confirmed() {
        let subscribe = format!("hub.mode=subscribe&{OURS}&hub.challenge=a%20b&hub.lease_seconds=1000");
        let expected = Verdict::Subscribed {
            challenge: "a b".to_owned(),
            expires: now() + SignedDuration::from_secs(1000),
            next_at: now() + SignedDuration::from_secs(700),
        };
        assert_eq!(judged(Some(Mode::Subscribe), &subscribe), expected);
        let unsubscribe = format!("hub.mode=unsubscribe&{OURS}&hub.challenge=c");
        assert_eq!(judged(Some(Mode::Unsubscribe), &unsubscribe), Verdict::Left { challenge: "c".to_owned() });
        for (pending, query) in [
            (None, subscribe.as_str()),
            (Some(Mode::Unsubscribe), &subscribe),
            (Some(Mode::Subscribe), &unsubscribe),
            (None, &unsubscribe),
            (Some(Mode::Subscribe), &subscribe.replace("y%3D2", "y%3D3")),
            (Some(Mode::Subscribe), &subscribe.replace("hub.challenge=a%20b", "hub.challenge=")),
            (Some(Mode::Subscribe), &subscribe.replace("a%20b", &"c".repeat(1025))),
            (Some(Mode::Subscribe), &subscribe.replace("hub.mode=subscribe", "hub.mode=publish")),
            (Some(Mode::Subscribe), ""),
            (Some(Mode::Subscribe), &format!("hub.topic=x&{subscribe}")),
        ] {
            assert_eq!(judged(pending, query), Verdict::Unknown, "{pending:?} {query}");
        }
    }

    #[test]
    fn a_lease_has_bounds() {
        let until = |lease: &str| {
            let query = format!("hub.mode=subscribe&{OURS}&hub.challenge=c{lease}");
            match judged(Some(Mode::Subscribe), &query) {
                Verdict::Subscribed { expires, .. } => expires.duration_since(now()).as_secs(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(until(""), 864_000);
        assert_eq!(until("&hub.lease_seconds=0"), 1);
        assert_eq!(until("&hub.lease_seconds=-5"), 864_000);
        assert_eq!(until("&hub.lease_seconds=18446744073709551615"), 60 * 86_400);
    }

    #[test]
    fn a_no_is_heard_at_any_time_but_only_of_our_topic() {
        let query = format!("hub.mode=denied&{OURS}&hub.reason=blocked");
        for pending in [None, Some(Mode::Subscribe)] {
            assert!(matches!(judged(pending, &query), Verdict::Denied { reason, .. } if reason == "blocked"));
        }
        assert_eq!(judged(None, "hub.mode=denied&hub.topic=x"), Verdict::Unknown);
    }
}
