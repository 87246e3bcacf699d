//! The store against real SQL: schema, outbox, keys, threads, full-text index, locks.

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

mod merges;
mod migrations;

use super::{
    Error, MIGRATIONS, Migrations, Store, alerts,
    alerts::{NewAlert, Way},
    digests::{self, NewDigest},
    entries, feeds, keys, notices, open_reader,
    outbox::{self, Claimed, DeliveryId, Room, Settled},
    retention, search, stories,
};
use crate::{
    alert::{ChannelId, Event, Priority, RecipientId, Route, Told},
    entry::{
        Entry, EntryId, FeedId,
        identity::{Key, KeyKind},
    },
    message::Message,
    schedule::PollState,
    story::{Relation, StoryId},
    watch::Needle,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// A store in a folder of its own, with one feed.
struct Bench {
    dir: TempDir,
    store: Store,
    feed: FeedId,
}

impl Bench {
    async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let store = Store::open(&dir.path().join("a.db"), at(0)).unwrap();
        let feed = store.write(|c| feeds::insert(c, "https://a.example/feed", &PollState::new(at(0)))).await.unwrap();
        Self { dir, store, feed }
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.store.write(work).await.unwrap()
    }

    /// An alert that waits for the recipient's digest.
    async fn put_off(&self, recipient: &'static str, story: StoryId, now: Timestamp) {
        self.write(move |c| {
            let new = NewAlert {
                recipient: &RecipientId(recipient.to_owned()),
                story,
                events: &[Event::New],
                watches: &["w".to_owned()],
                priority: Priority::Normal,
                reason: "because",
                way: Way::Digest(Route::Budget),
            };
            alerts::raise(c, &new, now).map(|_| ())
        })
        .await;
    }

    /// A story of one entry.
    async fn story(&self, title: &'static str) -> (StoryId, EntryId) {
        let feed = self.feed;
        self.write(move |c| {
            let story = stories::found(c, title, at(0))?;
            let id = entries::next_id(c)?;
            entries::insert(c, &stored(id, feed, story, title), &[])?;
            entries::remember_keys(c, feed, id, &[key(title)], at(0))?;
            search::index(c, id, &title.to_lowercase())?;
            Ok((story, id))
        })
        .await
    }

    /// An alert about a story, queued for these channels.
    async fn alert(&self, story: StoryId, event: Event, channels: &'static [&'static str]) {
        self.write(move |c| {
            let channels: Vec<ChannelId> = channels.iter().map(|name| ChannelId((*name).to_owned())).collect();
            let recipient = RecipientId("desk".to_owned());
            let new = NewAlert {
                recipient: &recipient,
                story,
                events: &[event],
                watches: &["w".to_owned()],
                priority: Priority::Normal,
                reason: "because",
                way: Way::Itself { due: at(10), channels: &channels },
            };
            let id = alerts::raise(c, &new, at(0))?;
            let bytes = |channel: &ChannelId| {
                let id = format!("{}-{}-{}", story, id.0, channel.0);
                Ok(Message { bytes: id.clone().into_bytes(), id })
            };
            let messages: Vec<_> = channels.iter().map(|channel| (channel.clone(), bytes(channel))).collect();
            alerts::queue(c, id, (1, &Told::default()), &messages, at(10))
        })
        .await;
    }

    /// A digest of all that waits for one: a mail that could be worded, or one that could not.
    async fn digest(&self, mails: &'static [Result<(), ()>]) {
        self.write(move |c| {
            let recipient = RecipientId("desk".to_owned());
            digests::know(c, &recipient, at(0))?;
            let new = NewDigest { recipient: &recipient, kind: "digest", headline: "Digest", since: at(0) };
            let pending = digests::pending(c, &recipient)?;
            let id = digests::insert(c, &new, at(10))?;
            for ranked in &pending {
                digests::add(c, id, ranked.alert.id, (1, &Told::default()), at(10))?;
            }
            let message = |(number, mail): (usize, &Result<(), ()>)| {
                let bytes = mail.map(|()| Message { id: format!("d{}-{number}", id.0), bytes: vec![0] });
                (ChannelId(format!("mail:{number}@a.example")), bytes.map_err(|()| "no address".to_owned()))
            };
            let messages: Vec<_> = mails.iter().enumerate().map(message).collect();
            digests::queue(c, id, Priority::Normal, &messages, at(10))
        })
        .await;
    }

    async fn claim(&self, seconds: i64, lane: &'static str) -> Vec<Claimed> {
        self.write(move |c| outbox::claim(c, at(seconds), lane, Room { now: 10, ahead: 0 })).await
    }

    async fn search(&self, word: &str) -> Vec<EntryId> {
        let needles = [Needle::Word(word.to_owned())];
        let work = move |c: &rusqlite::Connection| {
            let mut found = Vec::new();
            search::candidates(c, Some(&needles), Timestamp::MIN, |stored| {
                found.push(stored.id);
                true
            })?;
            Ok(found)
        };
        self.store.read(work).await.unwrap()
    }

    async fn states(&self) -> Vec<String> {
        let list = self.store.read(|c| outbox::list(c, true, 100)).await.unwrap();
        list.into_iter().rev().map(|row| row.state).collect()
    }
}

fn stored(id: EntryId, feed: FeedId, story: StoryId, title: &str) -> entries::Stored {
    entries::Stored {
        id,
        feed,
        outlet: "a.example".to_owned(),
        entry: Entry { title: title.to_owned(), ..Entry::default() },
        seen: at(0),
        baseline: false,
        story,
        relation: Relation::First,
        related_to: None,
        reason: "nothing like it".to_owned(),
        score: 0.0,
        corrects: None,
    }
}

fn key(value: &str) -> Key {
    Key { kind: KeyKind::Guid, value: value.to_owned() }
}

#[test]
fn the_migrations_are_valid_and_every_table_is_strict() {
    Migrations::from_slice(MIGRATIONS).validate().unwrap();
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.db");
    drop(Store::open(&path, at(0)).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let loose = "SELECT group_concat(name) FROM pragma_table_list
        WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'entry_words%'";
    let loose: Option<String> = connection.query_row(loose, [], |row| row.get(0)).unwrap();
    assert_eq!(loose, None);
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn opening_again_changes_nothing() {
    let bench = Bench::new().await;
    bench.story("one").await;
    let token = bench.store.read(super::instance_token).await.unwrap();
    let path = bench.dir.path().join("a.db");
    bench.store.close().await.unwrap();
    let again = Store::open(&path, at(100)).unwrap();
    assert_eq!(again.read(super::instance_token).await.unwrap(), token);
    assert_eq!(again.read(entries::count).await.unwrap(), 1);
}

#[tokio::test]
async fn one_process_writes_and_others_read_beside_it() {
    let bench = Bench::new().await;
    let path = bench.dir.path().join("a.db");
    let refused = Store::open(&path, at(0)).err().unwrap();
    let mine = std::process::id().to_string();
    assert!(matches!(&refused, Error::Locked { pid, .. } if *pid == mine), "{refused}");

    let reader = open_reader(&path).unwrap();
    bench.story("one").await;
    assert_eq!(entries::count(&reader).unwrap(), 1);
    // A reader in the midst of its work neither sees the next commit nor holds it up.
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(entries::count(&reader).unwrap(), 1);
    bench.story("two").await;
    assert_eq!(entries::count(&reader).unwrap(), 1);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(entries::count(&reader).unwrap(), 2);

    bench.store.close().await.unwrap();
    Store::open(&path, at(0)).unwrap();
}

#[tokio::test]
async fn a_failure_or_a_panic_leaves_nothing_behind_and_the_writer_goes_on() {
    let bench = Bench::new().await;
    let failed = bench.store.write(|c| {
        stories::found(c, "half", at(0))?;
        Err::<(), _>(Error::Refused("no".to_owned()))
    });
    assert!(matches!(failed.await, Err(Error::Refused(_))));
    let panicked = bench.store.write(|c| {
        stories::found(c, "half", at(0))?;
        if c.is_autocommit() { Ok(()) } else { panic!("hostile entry") }
    });
    assert!(matches!(panicked.await, Err(Error::Panicked(text)) if text == "hostile entry"));
    assert_eq!(bench.store.read(stories::count).await.unwrap(), 0);
    bench.story("whole").await;
    assert_eq!(bench.store.read(stories::count).await.unwrap(), 1);
}

#[tokio::test]
async fn an_attempt_is_counted_before_it_is_made() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("one").await;
    bench.alert(story, Event::New, &["mail:a@a.example"]).await;
    assert_eq!(bench.claim(5, "mail").await, [], "not due yet");
    let claimed = bench.claim(10, "mail").await;
    assert_eq!(claimed[0].attempt, 1);
    assert_eq!(bench.states().await, ["sending"]);
    assert_eq!(bench.claim(10, "mail").await, [], "taken up once");
    let attempts =
        bench.store.read(|c| Ok(c.query_row("SELECT attempts FROM delivery", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(attempts.await.unwrap(), 1);
}

#[tokio::test]
async fn what_was_being_sent_when_the_process_ended_goes_out_again_as_it_was() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("one").await;
    bench.alert(story, Event::New, &["mail:a@a.example", "hook:b"]).await;
    let before = bench.claim(10, "mail").await;
    let doubtful = bench.write(|c| outbox::recover(c, at(50))).await;
    assert_eq!(doubtful, [before[0].message_id.clone()]);
    assert_eq!(bench.states().await, ["queued", "queued"]);
    assert_eq!(bench.write(|c| outbox::recover(c, at(50))).await, Vec::<String>::new());
    let again = bench.claim(50, "mail").await;
    assert_eq!((&again[0].message_id, &again[0].payload), (&before[0].message_id, &before[0].payload));
    assert_eq!(again[0].attempt, 2);
}

#[tokio::test]
async fn lanes_are_taken_up_by_priority_and_what_was_tried_before_drags_no_other_along() {
    let bench = Bench::new().await;
    for name in ["one", "two", "three"] {
        let (story, _) = bench.story(name).await;
        bench.alert(story, Event::New, &["mail:a@a.example", "hook:b"]).await;
    }
    bench.write(|c| Ok(c.execute("UPDATE delivery SET priority = 3 WHERE id = 5", [])?)).await;
    assert_eq!(
        bench.store.read(outbox::prospects).await.unwrap(),
        [("hook:b".to_owned(), at(10)), ("mail".to_owned(), at(10))]
    );
    let ids = |claimed: &[Claimed]| claimed.iter().map(|delivery| delivery.id.0).collect::<Vec<_>>();
    let ahead = bench.write(|c| outbox::claim(c, at(10), "mail", Room { now: 1, ahead: 5 })).await;
    assert_eq!(ids(&ahead), [5, 1, 3]);
    bench.write(move |c| ahead.iter().try_for_each(|delivery| outbox::release(c, delivery))).await;
    assert_eq!(bench.states().await, ["queued"; 6]);
    assert_eq!(bench.store.read(|c| outbox::attempts(c, DeliveryId(1))).await.unwrap(), [], "as if never taken up");

    let tried = bench.claim(10, "mail").await;
    assert_eq!(tried[0].attempt, 1);
    bench.write(|c| outbox::recover(c, at(20))).await;
    let again = bench.write(|c| outbox::claim(c, at(20), "mail", Room { now: 1, ahead: 5 })).await;
    assert_eq!(ids(&again), [5], "each may be the one that ended the process");
    assert_eq!((again[0].attempt, again[0].first), (2, at(10)));
}

#[tokio::test]
async fn a_dropped_delivery_leaves_the_list_and_can_be_brought_back() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("one").await;
    bench.alert(story, Event::New, &["mail:a@a.example"]).await;
    assert!(bench.write(|c| outbox::drop_by_hand(c, DeliveryId(1), at(20))).await);
    assert_eq!(bench.claim(30, "mail").await, []);
    assert_eq!(bench.store.read(|c| outbox::list(c, false, 10)).await.unwrap(), []);
    assert_eq!(bench.states().await, ["dead"]);
    assert!(bench.write(|c| outbox::retry(c, DeliveryId(1), at(40))).await);
    assert_eq!(bench.store.read(|c| outbox::list(c, false, 10)).await.unwrap().len(), 1);
    let claimed = bench.claim(40, "mail").await.remove(0);
    bench.write(move |c| outbox::settle(c, &claimed, &Settled::Sent, "sent", "250", at(41))).await;
    assert!(!bench.write(|c| outbox::drop_by_hand(c, DeliveryId(1), at(50))).await, "it has been sent");
}

#[tokio::test]
async fn results_are_kept_and_only_what_is_not_sent_can_be_retried() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("one").await;
    bench.alert(story, Event::New, &["mail:a@a.example"]).await;
    let claimed = bench.claim(10, "mail").await.remove(0);
    let delivery = claimed.clone();
    bench.write(move |c| outbox::settle(c, &delivery, &Settled::Failed(at(99)), "transient", "451", at(11))).await;
    assert_eq!(bench.states().await, ["failed"]);
    assert_eq!(bench.store.read(outbox::prospects).await.unwrap(), [("mail".to_owned(), at(99))]);
    assert!(bench.write(|c| outbox::retry(c, DeliveryId(1), at(20))).await);
    let claimed = bench.claim(20, "mail").await.remove(0);
    bench.write(move |c| outbox::settle(c, &claimed, &Settled::Sent, "sent", "250", at(21))).await;
    assert_eq!(bench.states().await, ["sent"]);
    assert!(!bench.write(|c| outbox::retry(c, DeliveryId(1), at(30))).await);
}

#[tokio::test]
async fn the_schema_allows_no_second_alert_of_the_same_number_and_no_second_delivery() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("one").await;
    bench.alert(story, Event::New, &["mail:a@a.example"]).await;
    for sql in [
        "INSERT INTO alert (recipient, story, seq, event, events, watches, priority, state, due, raised, reason)
         SELECT recipient, story, seq, event, events, watches, priority, state, due, raised, reason FROM alert",
        "INSERT INTO delivery (alert, channel, priority, state, attempts, next_at)
         SELECT alert, channel, priority, 'waiting', 0, next_at FROM delivery",
        "UPDATE delivery SET payload = NULL",
        "UPDATE delivery SET alert = NULL",
    ] {
        let result = bench.store.write(move |c| Ok(c.execute(sql, [])?)).await;
        assert!(result.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_thread_names_the_earlier_messages_of_this_channel_in_their_order() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("one").await;
    let (other, _) = bench.story("two").await;
    for (story, event) in
        [(story, Event::New), (other, Event::New), (story, Event::Confirmed), (story, Event::Confirmed)]
    {
        bench.alert(story, event, &["mail:a@a.example", "hook:b"]).await;
    }
    let threads = bench.store.read(move |c| {
        let rows = alerts::of_story(c, story)?;
        rows.iter().map(|row| alerts::thread(c, row, &ChannelId("hook:b".to_owned()))).collect::<Result<Vec<_>, _>>()
    });
    let threads = threads.await.unwrap();
    let (first, second) = (format!("{story}-1-hook:b"), format!("{story}-3-hook:b"));
    assert_eq!(threads, [vec![], vec![first.clone()], vec![first, second]]);
}

#[tokio::test]
async fn the_full_text_index_goes_with_its_entries() {
    let bench = Bench::new().await;
    let (_, id) = bench.story("Zebra").await;
    assert_eq!(bench.search("zebra").await, [id]);
    bench.write(move |c| search::index(c, id, "okapi")).await;
    for (word, expected) in [("zebra", vec![]), ("okapi", vec![id]), ("OR", vec![]), ("NEAR", vec![])] {
        assert_eq!(bench.search(word).await, expected, "{word}");
    }
    bench.write(|c| retention::prune(c, at(1000), 10)).await;
    let left =
        bench.store.read(|c| Ok(c.query_row("SELECT count(*) FROM entry_words", [], |row| row.get::<_, i64>(0))?));
    assert_eq!(left.await.unwrap(), 0);
}

#[tokio::test]
async fn keys_outlive_their_entry_and_a_queued_alert_outlives_retention() {
    let bench = Bench::new().await;
    let (_, old) = bench.story("old").await;
    let (told, _) = bench.story("told").await;
    bench.alert(told, Event::New, &["mail:a@a.example"]).await;
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 1);
    let feed = bench.feed;
    let known = bench.store.read(move |c| entries::find_known(c, feed, &[key("old")])).await.unwrap();
    assert_eq!(known, Some(old));
    assert_eq!(bench.store.read(move |c| entries::load(c, old)).await.unwrap(), None);
    let claimed = bench.claim(20, "mail").await.remove(0);
    bench.write(move |c| outbox::settle(c, &claimed, &Settled::Sent, "sent", "250", at(21))).await;
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 1);
    // No id is given twice, so that no Message-ID is.
    assert!(bench.story("new").await.0 > told);
}

#[tokio::test]
async fn keys_are_forgotten_long_after_their_item_left_a_feed_that_goes_on() {
    const DAY: i64 = 86_400;
    let bench = Bench::new().await;
    bench.story("old").await;
    bench.write(|c| retention::prune(c, at(1000), 10)).await;
    bench.story("stored").await;
    let feed = bench.feed;
    let forget = async |last_change: Option<Timestamp>, hours: std::ops::Range<i64>| {
        let state = PollState { last_change, ..PollState::new(at(0)) };
        bench.write(move |c| feeds::save(c, feed, None, &state)).await;
        let mut forgotten = 0;
        for hour in hours {
            forgotten += bench.write(move |c| keys::forget(c, at(200 * DAY + hour * 3_600))).await;
        }
        forgotten
    };
    assert_eq!(forget(None, 0..24).await, 0, "a feed that never brought anything");
    assert_eq!(forget(Some(at(89 * DAY)), 0..24).await, 0);
    let hour = async |hour| forget(Some(at(91 * DAY)), hour..hour + 1).await;
    let mut turns = Vec::new();
    for at in 0..24 {
        turns.push(hour(at).await);
    }
    assert_eq!(turns.iter().filter(|forgotten| **forgotten == 1).count(), 1, "{turns:?}");
    assert_eq!(turns.iter().sum::<usize>(), 1, "the key of what is stored stays");
}

#[tokio::test]
async fn a_key_is_found_in_its_own_feed_only() {
    let bench = Bench::new().await;
    bench.story("one").await;
    let other = bench.write(|c| feeds::insert(c, "https://b.example/feed", &PollState::new(at(0)))).await;
    let known = bench.store.read(move |c| entries::find_known(c, other, &[key("one")])).await.unwrap();
    assert_eq!(known, None);
}

#[tokio::test]
async fn what_is_remembered_of_a_feed_comes_back_byte_for_byte() {
    let bench = Bench::new().await;
    let state = PollState {
        etag: Some(b"W/\"\xff\xfe\"".to_vec()),
        last_modified: Some(b"yesterday, or so".to_vec()),
        moved_to: Some("https://c.example/feed".to_owned()),
        interval: Some(std::time::Duration::from_secs(900)),
        baselined: true,
        failures: 3,
        last_error: Some("HTTP status 500".to_owned()),
        last_status: Some(500),
        last_poll: Some(at(5) + SignedDuration::from_secs(1)),
        ..PollState::new(at(77))
    };
    let (feed, saved) = (bench.feed, state.clone());
    bench.write(move |c| feeds::save(c, feed, Some("A"), &saved)).await;
    let row = bench.store.read(|c| feeds::by_url(c, "https://a.example/feed")).await.unwrap().unwrap();
    assert_eq!((row.title.as_deref(), row.state), (Some("A"), state));
}

#[tokio::test]
async fn a_trouble_is_told_once_and_again_after_it_was_over() {
    const FEED: &str = "feed:https://a.example/feed";
    let bench = Bench::new().await;
    let raised = async |second| bench.write(move |c| notices::raise(c, FEED, "failing", "It fails.", at(second))).await;
    let closed =
        async |second| bench.write(move |c| notices::close(c, FEED, "failing", "It is well.", at(second))).await;
    assert!(!closed(1).await, "nothing stands open");
    assert!(raised(2).await);
    assert!(!raised(3).await, "the same trouble");
    assert!(closed(4).await);
    assert!(!closed(5).await);
    assert!(raised(6).await, "a trouble of its own");
}

#[tokio::test]
async fn what_a_digest_refers_to_outlives_retention_until_a_channel_has_taken_it() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("told by a digest").await;
    bench.put_off("desk", story, at(0)).await;
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 0, "waits for a digest");
    bench.digest(&[Ok(()), Err(())]).await;
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 0, "in a digest that nobody has taken");
    let claimed = bench.claim(20, "mail").await.remove(0);
    let dead = claimed.clone();
    bench.write(move |c| outbox::settle(c, &dead, &Settled::Dead, "permanent", "550", at(21))).await;
    let desk = || RecipientId("desk".to_owned());
    let pending = async || bench.store.read(move |c| digests::pending(c, &desk())).await.unwrap().len();
    assert_eq!(pending().await, 1, "a digest that was given up told of nothing");
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 0);
    bench.digest(&[Ok(())]).await;
    assert_eq!(pending().await, 0);
    let claimed = bench.claim(30, "mail").await.remove(0);
    bench.write(move |c| outbox::settle(c, &claimed, &Settled::Sent, "sent", "250", at(31))).await;
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 1);
    bench.write(|c| retention::prune_digests(c, at(1000))).await;
    assert_eq!(bench.states().await, [] as [String; 0]);
}

#[tokio::test]
async fn what_waits_for_a_digest_that_nobody_takes_is_given_up_with_the_archive() {
    let bench = Bench::new().await;
    let (story, _) = bench.story("told by a digest").await;
    for name in ["desk", "gone"] {
        bench.put_off(name, story, at(100)).await;
    }
    let takers = || [RecipientId("desk".to_owned())];
    assert_eq!(bench.write(move |c| digests::give_up(c, &takers(), at(100), at(900))).await, 0, "not yet so old");
    assert_eq!(bench.write(move |c| digests::give_up(c, &takers(), at(101), at(900))).await, 1);
    let left = bench.store.read(|c| digests::pending(c, &RecipientId("gone".to_owned()))).await.unwrap();
    assert_eq!(left, []);
    let why = "SELECT reason FROM decision WHERE recipient = 'gone' ORDER BY id DESC LIMIT 1";
    let why = bench.write(move |c| Ok(c.query_row(why, [], |row| row.get::<_, String>(0))?)).await;
    assert_eq!(why, "it has waited for a digest that nobody takes");
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 0, "the desk's digest is still to come");
    assert_eq!(bench.write(move |c| digests::give_up(c, &[], at(101), at(900))).await, 1);
    assert_eq!(bench.write(|c| retention::prune(c, at(1000), 10)).await, 1);
}
