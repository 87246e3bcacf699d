//! WebSub (W3C Recommendation, 2018), as a subscriber: hubs that feeds name are asked to push, and asked again before
//! what they have agreed to ends. Which subscriptions are wanted is seen from the feeds and the configuration, whatever
//! happened before; so a restart, a reload or a feed that changes its hub needs nothing of its own.
//!
//! Must not take in what is pushed (that is the poller's, like any document) and must not listen (that is `web`, which
//! asks `confirm` and `signature` here).

pub mod confirm;
mod pace;
pub mod signature;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use url::Url;

use crate::{
    chance,
    clock::Clock,
    config::{Config, Feed, without_secrets},
    courier::Round,
    entry::{FeedId, text::headline},
    fetch::{Error, Form, Receipt, registrable_domain},
    poller::{Tools, way},
    store::{
        self, Store, feeds,
        subscriptions::{self, Hub, Mode, Named, Subscription},
    },
};

use pace::{after_asking, after_refusal};

/// For how long we ask a hub to push; it may decide otherwise.
const LEASE: Duration = Duration::from_secs(10 * 86_400);
/// Hubs asked at the same time.
const AT_ONCE: usize = 16;
/// The longest sleep: subscriptions of feeds that are given up meanwhile are left then.
const IDLE: Duration = Duration::from_secs(60);
/// How long to rest after the database has failed.
const AFTER_ERROR: Duration = Duration::from_secs(15);
/// Letters kept of what a hub says for itself.
const SAID: usize = 200;

/// Asks hubs until `stop`. `hubs` is told when a feed has named another hub.
pub async fn run(
    store: Arc<Store>,
    mut rounds: watch::Receiver<Round>,
    tools: watch::Receiver<Tools>,
    clock: Clock,
    hubs: Arc<Notify>,
    stop: CancellationToken,
) {
    let mut last_turn = (clock.now(), Instant::now());
    loop {
        let config = Arc::clone(&rounds.borrow_and_update().rules.config);
        if let Some(jump) = set_back(&mut last_turn, clock)
            && let Err(failure) = store.write(move |transaction| subscriptions::set_back(transaction, jump)).await
        {
            warn!(error = %failure, "subscriptions could not follow the clock");
        }
        let subscriber = Subscriber { store: &store, config: &config, tools: tools.borrow().clone(), clock };
        let turned = tokio::select! {
            () = stop.cancelled() => return,
            turned = subscriber.turn() => turned,
        };
        let pause = turned.unwrap_or_else(|failure| {
            warn!(error = %failure, "subscriptions could not be looked after");
            AFTER_ERROR
        });
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
            () = hubs.notified() => {}
            _ = rounds.changed() => {}
        }
    }
}

/// By how much the clock was set back since the last turn: leases are spans of real time.
fn set_back(last_turn: &mut (Timestamp, Instant), clock: Clock) -> Option<Duration> {
    let (then, at) = std::mem::replace(last_turn, (clock.now(), Instant::now()));
    let expected = then.saturating_add(SignedDuration::try_from(at.elapsed()).ok()?).ok()?;
    let jump = Duration::try_from(expected.duration_since(last_turn.0)).ok()?;
    (clock == Clock::Machine && jump > Duration::from_secs(60)).then_some(jump)
}

struct Subscriber<'a> {
    store: &'a Store,
    config: &'a Arc<Config>,
    tools: Tools,
    clock: Clock,
}

impl Subscriber<'_> {
    /// Asks what is due; gives how long nothing else will be.
    async fn turn(&self) -> Result<Duration, store::Error> {
        let now = self.clock.now();
        let config = Arc::clone(self.config);
        self.store.write(move |transaction| want(transaction, &config, now)).await?;
        let due = self.store.read(move |connection| subscriptions::due(connection, now, AT_ONCE)).await?;
        let is_more = due.len() == AT_ONCE;
        self.ask_all(due, now).await?;
        let next = self.store.read(subscriptions::next_due).await?;
        let wait =
            next.map_or(IDLE, |next| Duration::try_from(next.duration_since(self.clock.now())).unwrap_or_default());
        Ok(if is_more { Duration::ZERO } else { wait.clamp(Duration::from_millis(200), IDLE) })
    }

    async fn ask_all(&self, due: Vec<Subscription>, now: Timestamp) -> Result<(), store::Error> {
        let rows = self.store.read(move |connection| {
            let held = feeds::held_hosts(connection, now)?;
            Ok((feeds::all(connection)?, held))
        });
        let (rows, held) = rows.await?;
        let urls: BTreeMap<FeedId, String> = rows.into_values().map(|row| (row.id, row.url)).collect();
        let held: BTreeMap<String, Timestamp> = held.into_iter().map(|(host, until, _)| (host, until)).collect();
        let mut asked = JoinSet::new();
        for subscription in due {
            let feed = urls.get(&subscription.feed).and_then(|url| feed(self.config, url)).cloned();
            let Some((form, mode)) = self.prepare(&subscription, feed.as_ref(), &held, now).await? else { continue };
            let (client, clock) = (self.tools.client.clone(), self.clock);
            asked.spawn(async move {
                let answer = client.submit(&form, clock.now()).await;
                (subscription, mode, form, answer)
            });
        }
        while let Some(done) = asked.join_next().await {
            // A panic in there has left the hub to be asked again later.
            let Ok((subscription, mode, form, answer)) = done else { continue };
            self.keep(&subscription, mode, &form.url, answer).await?;
        }
        Ok(())
    }

    /// What to ask of the hub, after it is stored that it is asked; `None` when it is not to be asked now.
    async fn prepare(
        &self,
        subscription: &Subscription,
        feed: Option<&Feed>,
        held: &BTreeMap<String, Timestamp>,
        now: Timestamp,
    ) -> Result<Option<(Form, Mode)>, store::Error> {
        let id = subscription.id;
        let Ok(url) = Url::parse(&subscription.hub.url) else {
            self.store.write(move |transaction| subscriptions::remove(transaction, id)).await?;
            return Ok(None);
        };
        let mode = if subscription.is_wanted { Mode::Subscribe } else { Mode::Unsubscribe };
        let Some(callback) = self.callback(subscription) else {
            // Never asked for, or nothing that it could be ended by.
            self.store.write(move |transaction| subscriptions::remove(transaction, id)).await?;
            return Ok(None);
        };
        if mode == Mode::Unsubscribe && pace::is_over(subscription, now) {
            self.store.write(move |transaction| subscriptions::remove(transaction, id)).await?;
            return Ok(None);
        }
        if let Some(until) = held.get(&registrable_domain(&url)).copied() {
            let postponed =
                move |transaction: &rusqlite::Transaction<'_>| subscriptions::postpone(transaction, id, until.max(now));
            self.store.write(postponed).await?;
            return Ok(None);
        }
        let (failures, next_at) = after_asking(subscription, now, chance::signed());
        let told = callback.clone();
        self.store
            .write(move |transaction| subscriptions::asking(transaction, id, mode, &told, failures, next_at))
            .await?;
        let way = way(&self.config.polling, feed);
        let fields = fields(subscription, mode, callback);
        Ok(Some((Form { url, fields, way, timeout: self.config.polling.timeout }, mode)))
    }

    /// The address to give to a hub. To leave, the one that it knows.
    fn callback(&self, subscription: &Subscription) -> Option<String> {
        let base = self.config.callbacks().filter(|_| subscription.is_wanted);
        let here = base.and_then(|base| base.join(&format!("websub/{}", subscription.token)).ok());
        here.map(String::from).or_else(|| subscription.callback.clone())
    }

    async fn keep(
        &self,
        subscription: &Subscription,
        mode: Mode,
        url: &Url,
        answer: Result<Receipt, Error>,
    ) -> Result<(), store::Error> {
        let now = self.clock.now();
        let (id, hub) = (subscription.id, url.host_str().unwrap_or_default());
        let receipt = match answer {
            Ok(Receipt { status: 200..300, .. }) => {
                info!(hub, topic = topic(subscription), mode = mode.word(), "asked the hub");
                return Ok(());
            }
            Ok(receipt) => receipt,
            Err(Error::Held { .. }) => return Ok(()),
            Err(error) => Receipt { status: 0, retry_after: None, said: error.to_string() },
        };
        let (error, hold) = (told(subscription, &receipt), (receipt.status == 429).then(|| registrable_domain(url)));
        let next_at = after_refusal(subscription, receipt.status, receipt.retry_after, now, chance::signed());
        warn!(hub, topic = topic(subscription), mode = mode.word(), error, again = %next_at, "the hub does not take it");
        self.store
            .write(move |transaction| {
                if let Some(host) = hold {
                    feeds::hold_host(transaction, &host, next_at, "429 of its hub")?;
                }
                subscriptions::refused(transaction, id, &error, next_at)
            })
            .await
    }
}

/// Stores which subscriptions are wanted.
fn want(transaction: &rusqlite::Transaction<'_>, config: &Config, now: Timestamp) -> Result<(), store::Error> {
    let named = match config.callbacks() {
        Some(_) => subscriptions::named(transaction)?,
        None => Vec::new(),
    };
    let polled = config.feeds.iter().filter(|feed| feed.enabled && feed.websub && !named.is_empty());
    let polled: HashSet<&str> = polled.map(|feed| feed.url.as_str()).collect();
    let is_wanted = |named: &Named| polled.contains(named.url.as_str()) && is_usable(&named.url, &named.hub);
    let wanted: Vec<(FeedId, Hub)> = named.into_iter().filter(is_wanted).map(|named| (named.feed, named.hub)).collect();
    subscriptions::want(transaction, &wanted, now).map(drop)
}

/// Hub and topic are web addresses, and the secret that a feed's https protects is not sent over http.
fn is_usable(feed: &str, hub: &Hub) -> bool {
    let [feed, url, topic] = [feed, &hub.url, &hub.topic].map(|text| Url::parse(text).ok());
    let (Some(feed), Some(url), Some(topic)) = (feed, url, topic) else { return false };
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
    is_web(&url) && is_web(&topic) && (url.scheme() == "https" || feed.scheme() == "http")
}

fn feed<'a>(config: &'a Config, url: &str) -> Option<&'a Feed> {
    config.feeds.iter().find(|feed| feed.url.as_str() == url)
}

fn fields(subscription: &Subscription, mode: Mode, callback: String) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("hub.mode", mode.word().to_owned()),
        ("hub.topic", subscription.hub.topic.clone()),
        ("hub.callback", callback),
    ];
    if mode == Mode::Subscribe {
        fields.push(("hub.secret", subscription.secret.clone()));
        fields.push(("hub.lease_seconds", LEASE.as_secs().to_string()));
    }
    fields
}

/// For people: the feed's name for its hub, without what may be secret in it.
pub fn topic(subscription: &Subscription) -> String {
    let topic = &subscription.hub.topic;
    Url::parse(topic).map_or_else(|_| topic.clone(), |url| without_secrets(&url).to_string())
}

/// For people: what a hub says, in one short line. It may repeat what only it and we know, or the topic.
pub fn shown(subscription: &Subscription, said: &str) -> String {
    let said = said.replace(&subscription.hub.topic, &topic(subscription));
    let said = said.replace(&subscription.secret, "…").replace(&subscription.token, "…");
    headline(&said).chars().take(SAID).collect()
}

/// For people: what the hub answered.
fn told(subscription: &Subscription, receipt: &Receipt) -> String {
    let said = shown(subscription, &receipt.said);
    match (receipt.status, said.is_empty()) {
        (0, _) => said,
        (status, true) => format!("HTTP status {status}"),
        (status, false) => format!("HTTP status {status}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_of_a_protected_feed_is_protected_too() {
        for (feed, url, topic, expected) in [
            ("https://a.example/f", "https://hub.example/", "https://a.example/f", true),
            ("https://a.example/f", "http://hub.example/", "https://a.example/f", false),
            ("http://a.example/f", "http://hub.example/", "http://a.example/f", true),
            ("https://a.example/f", "ftp://hub.example/", "https://a.example/f", false),
            ("https://a.example/f", "https://hub.example/", "urn:a", false),
            ("https://a.example/f", "/hub", "https://a.example/f", false),
        ] {
            let hub = Hub { url: url.to_owned(), topic: topic.to_owned() };
            assert_eq!(is_usable(feed, &hub), expected, "{feed} {hub:?}");
        }
    }

    #[test]
    fn what_a_hub_says_is_shown_in_one_short_line() {
        let subscription = pace::tests::subscription(0, None);
        let told =
            |status, said: &str| told(&subscription, &Receipt { status, retry_after: None, said: said.to_owned() });
        assert_eq!(told(400, "no\r\nsuch\u{202e} topic"), "HTTP status 400: no such topic");
        assert_eq!(told(500, ""), "HTTP status 500");
        assert_eq!(told(400, &"x".repeat(900)).len(), "HTTP status 400: ".len() + SAID);
        let echoed = format!("{} and {}", subscription.token, subscription.secret);
        assert_eq!(told(400, &echoed), "HTTP status 400: … and …");
    }

    #[test]
    fn what_is_secret_in_a_topic_is_shown_to_nobody() {
        let mut subscription = pace::tests::subscription(0, None);
        subscription.hub.topic = "https://reader:5ec@a.example/feed?token=5ec&page=1".to_owned();
        assert_eq!(topic(&subscription), "https://a.example/feed");
        let said = format!("no topic {} here", subscription.hub.topic);
        assert_eq!(shown(&subscription, &said), "no topic https://a.example/feed here");
    }
}
