//! WebSub: what feeds say of their hubs, our subscriptions there, and what was pushed and is not taken in yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Error, optional_time, seconds, time};
use crate::entry::FeedId;

/// Pushes kept at most until they are taken in, and their bytes together.
const PUSHES: i64 = 256;
const PUSHED_BYTES: i64 = 64 << 20;

/// What a feed says of its hub.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hub {
    pub url: String,
    pub topic: String,
}

/// What a subscription is asked to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Subscribe,
    Unsubscribe,
}

impl Mode {
    /// As hubs and the database say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// A subscription as stored.
#[derive(Clone, PartialEq)]
pub struct Subscription {
    pub id: i64,
    pub feed: FeedId,
    pub hub: Hub,
    pub token: String,
    pub secret: String,
    /// As the hub was last told.
    pub callback: Option<String>,
    pub is_wanted: bool,
    pub pending: Option<Mode>,
    pub expires: Option<Timestamp>,
    pub next_at: Timestamp,
    pub failures: u32,
    pub is_trusted: bool,
    pub pushed: Option<Timestamp>,
    pub error: Option<String>,
}

/// A feed that has named a hub.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub feed: FeedId,
    /// The feed's own, as configured.
    pub url: String,
    pub hub: Hub,
}

const COLUMNS: &str = "id, feed, hub, topic, token, secret, callback, wanted, pending, expires, next_at, failures, \
                       trusted, pushed, error";

/// Remembers what a feed says of its hub now.
pub fn set_hub(connection: &Connection, feed: FeedId, hub: Option<&Hub>) -> Result<(), Error> {
    let (url, topic) = (hub.map(|hub| &hub.url), hub.map(|hub| &hub.topic));
    connection.prepare_cached("UPDATE feed SET hub = ?2, topic = ?3 WHERE id = ?1")?.execute((feed.0, url, topic))?;
    Ok(())
}

/// All feeds that have named a hub and are not given up.
pub fn named(connection: &Connection) -> Result<Vec<Named>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, url, hub, topic FROM feed WHERE hub IS NOT NULL AND topic IS NOT NULL AND retired IS NULL",
    )?;
    let rows = statement.query_map([], |row| {
        let hub = Hub { url: row.get(2)?, topic: row.get(3)? };
        Ok(Named { feed: FeedId(row.get(0)?), url: row.get(1)?, hub })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Makes these the subscriptions that are wanted: new ones are due at once, others are to be left. Gives whether
/// anything has changed.
pub fn want(connection: &Connection, wanted: &[(FeedId, Hub)], now: Timestamp) -> Result<bool, Error> {
    let known = all(connection)?;
    let by_feed: BTreeSet<(FeedId, &Hub)> = wanted.iter().map(|(feed, hub)| (*feed, hub)).collect();
    let mut has_changed = false;
    for subscription in &known {
        let is_wanted = by_feed.contains(&(subscription.feed, &subscription.hub));
        if is_wanted != subscription.is_wanted {
            connection.execute(
                "UPDATE subscription SET wanted = ?2, next_at = ?3, failures = 0, pending = NULL WHERE id = ?1",
                (subscription.id, is_wanted, seconds(now)),
            )?;
            has_changed = true;
        }
    }
    let known_pairs: BTreeSet<(FeedId, &Hub)> = known.iter().map(|known| (known.feed, &known.hub)).collect();
    for (feed, hub) in wanted.iter().filter(|(feed, hub)| !known_pairs.contains(&(*feed, hub))) {
        connection.execute(
            "INSERT INTO subscription (feed, hub, topic, token, secret, wanted, next_at, failures, trusted)
             VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, 0, 0)",
            (feed.0, &hub.url, &hub.topic, random()?, random()?, seconds(now)),
        )?;
        has_changed = true;
    }
    Ok(has_changed)
}

/// 32 random bytes as hexadecimal digits: nobody guesses them, and they may stand in any path or form.
fn random() -> Result<String, Error> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Refused(format!("no random numbers to be had: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub fn all(connection: &Connection) -> Result<Vec<Subscription>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM subscription ORDER BY id"))?;
    let rows = statement.query_map([], read_row)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Those whose hub is to be asked now, at most `limit`.
pub fn due(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Subscription>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM subscription WHERE next_at <= ?1 ORDER BY next_at, id LIMIT ?2"
    ))?;
    let rows = statement.query_map((seconds(now), limit), read_row)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// When a hub is to be asked next.
pub fn next_due(connection: &Connection) -> Result<Option<Timestamp>, Error> {
    let next: Option<i64> = connection.query_row("SELECT min(next_at) FROM subscription", [], |row| row.get(0))?;
    Ok(optional_time(next))
}

pub fn by_token(connection: &Connection, token: &str) -> Result<Option<Subscription>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM subscription WHERE token = ?1"))?;
    Ok(statement.query_row([token], read_row).optional()?)
}

/// To be stored before the hub is asked: it may want our word for it before it answers. `next_at` is when it is asked
/// again if nothing comes of it.
pub fn asking(
    connection: &Connection,
    id: i64,
    mode: Mode,
    callback: &str,
    failures: u32,
    next_at: Timestamp,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE subscription SET pending = ?2, callback = ?3, failures = ?4, next_at = ?5 WHERE id = ?1",
        )?
        .execute((id, mode.word(), callback, failures, seconds(next_at)))?;
    Ok(())
}

/// The hub did not take what was asked, unless it has confirmed it meanwhile.
pub fn refused(connection: &Connection, id: i64, error: &str, next_at: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE subscription SET next_at = ?2, error = ?3 WHERE id = ?1 AND pending IS NOT NULL")?
        .execute((id, seconds(next_at), error))?;
    Ok(())
}

/// The hub is not to be asked before then.
pub fn postpone(connection: &Connection, id: i64, next_at: Timestamp) -> Result<(), Error> {
    connection.execute("UPDATE subscription SET next_at = ?2 WHERE id = ?1", (id, seconds(next_at)))?;
    Ok(())
}

/// The hub has confirmed a subscription; `false` when that is no longer asked for.
pub fn confirm(connection: &Connection, id: i64, expires: Timestamp, next_at: Timestamp) -> Result<bool, Error> {
    let confirmed = connection.execute(
        "UPDATE subscription SET pending = NULL, expires = ?2, next_at = ?3, failures = 0, error = NULL
         WHERE id = ?1 AND pending = 'subscribe'",
        (id, seconds(expires), seconds(next_at)),
    )?;
    Ok(confirmed > 0)
}

/// The hub has confirmed that a subscription is left; `false` when that is no longer asked for.
pub fn left(connection: &Connection, id: i64) -> Result<bool, Error> {
    Ok(connection.execute("DELETE FROM subscription WHERE id = ?1 AND pending = 'unsubscribe'", [id])? > 0)
}

/// The hub will not have it, or has ended it.
pub fn deny(connection: &Connection, id: i64, error: &str, next_at: Timestamp) -> Result<(), Error> {
    connection.execute(
        "UPDATE subscription SET pending = NULL, expires = NULL, trusted = 0, failures = failures + 1, error = ?2,
         next_at = ?3 WHERE id = ?1",
        (id, error, seconds(next_at)),
    )?;
    Ok(())
}

pub fn remove(connection: &Connection, id: i64) -> Result<(), Error> {
    connection.execute("DELETE FROM subscription WHERE id = ?1", [id])?;
    Ok(())
}

/// The clock was set back by `jump`: what is to come comes after the same wait as before.
pub fn set_back(connection: &Connection, jump: Duration) -> Result<(), Error> {
    let seconds = SignedDuration::try_from(jump).unwrap_or(SignedDuration::MAX).as_secs();
    connection.execute("UPDATE subscription SET next_at = next_at - ?1, expires = expires - ?1", [seconds])?;
    Ok(())
}

/// Feeds whose last news came from a hub that goes on, and until when.
pub fn trusted(connection: &Connection, now: Timestamp) -> Result<BTreeMap<FeedId, Timestamp>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT feed, max(expires) FROM subscription WHERE wanted = 1 AND trusted = 1 AND expires > ?1 GROUP BY feed",
    )?;
    let rows = statement.query_map([seconds(now)], |row| Ok((FeedId(row.get(0)?), time(row.get(1)?))))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// A poll has found what no hub had told of.
pub fn missed(connection: &Connection, feed: FeedId) -> Result<(), Error> {
    connection.execute("UPDATE subscription SET trusted = 0 WHERE feed = ?1", [feed.0])?;
    Ok(())
}

/// Something pushed.
#[derive(Clone, Debug, PartialEq)]
pub struct Push {
    pub id: i64,
    pub feed: FeedId,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// Keeps what a hub has sent; `false` when there is no room for it now.
pub fn keep_push(
    connection: &Connection,
    subscription: &Subscription,
    content_type: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<bool, Error> {
    let (count, bytes): (i64, i64) =
        connection.query_row("SELECT count(*), coalesce(sum(length(body)), 0) FROM push", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if count >= PUSHES || (count > 0 && bytes >= PUSHED_BYTES) {
        return Ok(false);
    }
    connection.execute(
        "INSERT INTO push (feed, subscription, received, content_type, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        (subscription.feed.0, subscription.id, seconds(now), content_type, body),
    )?;
    connection.execute("UPDATE subscription SET pushed = ?2 WHERE id = ?1", (subscription.id, seconds(now)))?;
    Ok(true)
}

/// The oldest push of each feed that has any.
pub fn waiting_pushes(connection: &Connection) -> Result<Vec<(i64, FeedId)>, Error> {
    let mut statement = connection.prepare_cached("SELECT min(id), feed FROM push GROUP BY feed ORDER BY 1")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, FeedId(row.get(1)?))))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

pub fn push(connection: &Connection, id: i64) -> Result<Option<Push>, Error> {
    let mut statement = connection.prepare_cached("SELECT feed, content_type, body FROM push WHERE id = ?1")?;
    let read = |row: &Row<'_>| Ok(Push { id, feed: FeedId(row.get(0)?), content_type: row.get(1)?, body: row.get(2)? });
    Ok(statement.query_row([id], read).optional()?)
}

/// A push has been taken in; `is_news`: it was a feed document, and from now on the hub is trusted.
pub fn push_taken(connection: &Connection, id: i64, is_news: bool) -> Result<(), Error> {
    if is_news {
        connection.execute(
            "UPDATE subscription SET trusted = 1 WHERE id = (SELECT subscription FROM push WHERE id = ?1)",
            [id],
        )?;
    }
    connection.execute("DELETE FROM push WHERE id = ?1", [id])?;
    Ok(())
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    let pending: Option<String> = row.get("pending")?;
    Ok(Subscription {
        id: row.get("id")?,
        feed: FeedId(row.get("feed")?),
        hub: Hub { url: row.get("hub")?, topic: row.get("topic")? },
        token: row.get("token")?,
        secret: row.get("secret")?,
        callback: row.get("callback")?,
        is_wanted: row.get("wanted")?,
        pending: pending.map(|word| if word == "subscribe" { Mode::Subscribe } else { Mode::Unsubscribe }),
        expires: optional_time(row.get("expires")?),
        next_at: time(row.get("next_at")?),
        failures: row.get("failures")?,
        is_trusted: row.get("trusted")?,
        pushed: optional_time(row.get("pushed")?),
        error: row.get("error")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        schedule::PollState,
        store::{Store, feeds},
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + seconds).unwrap()
    }

    fn hub(name: &str) -> Hub {
        Hub { url: format!("https://{name}.example/"), topic: "https://a.example/feed".to_owned() }
    }

    /// Runs `work` on a new database with one feed.
    async fn with_feed(work: impl FnOnce(&Connection, FeedId) -> Result<(), Error> + Send + 'static) {
        let dir = tempfile::TempDir::new().unwrap();
        let store = Store::open(&dir.path().join("a.db"), at(0)).unwrap();
        let made = store.write(move |transaction| {
            let feed = feeds::insert(transaction, "https://a.example/feed", &PollState::new(at(0)))?;
            work(transaction, feed)
        });
        made.await.unwrap();
    }

    #[tokio::test]
    async fn what_is_wanted_is_made_once_and_what_is_not_is_left() {
        with_feed(|connection, feed| {
            assert!(want(connection, &[(feed, hub("one"))], at(0))?);
            assert!(!want(connection, &[(feed, hub("one"))], at(5))?);
            let first = all(connection)?.remove(0);
            asking(connection, first.id, Mode::Subscribe, "https://us.example/", 1, at(300))?;
            confirm(connection, first.id, at(900), at(700))?;
            assert_eq!(due(connection, at(699), 9)?.len(), 0);
            assert!(want(connection, &[(feed, hub("two"))], at(10))?);
            let [old, new] = <[Subscription; 2]>::try_from(all(connection)?).ok().unwrap();
            assert_eq!((old.is_wanted, old.next_at, old.callback.is_some()), (false, at(10), true));
            assert!(!confirm(connection, old.id, at(900), at(700))? && !left(connection, old.id)?, "not wanted now");
            assert!(new.is_wanted && new.token != old.token && new.secret != old.secret && new.token.len() == 64);
            assert!(want(connection, &[(feed, hub("one"))], at(20))?);
            assert!(all(connection)?[0].is_wanted, "wanted again before it was left");
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_late_refusal_does_not_undo_a_confirmation() {
        with_feed(|connection, feed| {
            want(connection, &[(feed, hub("one"))], at(0))?;
            let id = all(connection)?[0].id;
            asking(connection, id, Mode::Subscribe, "https://us.example/", 1, at(300))?;
            confirm(connection, id, at(900), at(700))?;
            refused(connection, id, "HTTP status 500", at(50))?;
            let subscription = all(connection)?.remove(0);
            assert_eq!((subscription.next_at, subscription.error, subscription.failures), (at(700), None, 0));
            set_back(connection, Duration::from_secs(400))?;
            let subscription = all(connection)?.remove(0);
            assert_eq!((subscription.next_at, subscription.expires), (at(300), Some(at(500))));
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn a_hub_is_trusted_by_its_pushes_until_it_misses_or_ends() {
        with_feed(|connection, feed| {
            want(connection, &[(feed, hub("one"))], at(0))?;
            let subscription = all(connection)?.remove(0);
            asking(connection, subscription.id, Mode::Subscribe, "https://us.example/", 1, at(300))?;
            assert!(confirm(connection, subscription.id, at(900), at(700))?);
            let push = |is_news| {
                assert!(keep_push(connection, &subscription, Some("text/xml"), b"<rss/>", at(5))?);
                let (id, of) = waiting_pushes(connection)?[0];
                assert_eq!((of, super::push(connection, id)?.unwrap().body), (feed, b"<rss/>".to_vec()));
                push_taken(connection, id, is_news)?;
                assert_eq!(waiting_pushes(connection)?, []);
                trusted(connection, at(10)).map(|trusted| trusted.get(&feed).copied())
            };
            assert_eq!(push(false)?, None, "no feed document");
            assert_eq!(push(true)?, Some(at(900)));
            assert!(trusted(connection, at(900))?.is_empty());
            missed(connection, feed)?;
            assert!(trusted(connection, at(10))?.is_empty());
            push(true)?;
            deny(connection, subscription.id, "no", at(86_400))?;
            assert!(trusted(connection, at(10))?.is_empty());
            Ok(())
        })
        .await;
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_pushes() {
        with_feed(|connection, feed| {
            want(connection, &[(feed, hub("one"))], at(0))?;
            let subscription = all(connection)?.remove(0);
            let large = vec![b' '; 33 << 20];
            let keep = |body: &[u8]| keep_push(connection, &subscription, None, body, at(0));
            assert_eq!((keep(&large)?, keep(&large)?, keep(b"x")?), (true, true, false), "by size");
            connection.execute("DELETE FROM push", [])?;
            for _ in 0..PUSHES {
                assert!(keep(b"x")?);
            }
            assert!(!keep(b"x")?, "by number");
            Ok(())
        })
        .await;
    }
}
