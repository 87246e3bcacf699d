//! `kill -9` at random moments under load: nothing is lost, and what comes twice comes under the same identity.
//!
//! `STORYWATCH_KILLS` sets the number of kills (`tests/kill.sh` makes it fifty and shows the figures).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::harness::{Item, Origin, World, eventually, item, now, path};

const RULES: &str = r#"
[[watch]]
name = "zebra"
query = "zebra"
notify = ["desk", "hook:bell"]

[watch.alert]
wait = "0s"

[recipient.desk]
email = ["desk@desk.example"]
"#;

/// Between two stories.
const EVERY: Duration = Duration::from_millis(120);

/// How long a sink thinks about what it has taken.
const THINKS: Duration = Duration::from_millis(60);

/// So many items a feed lists at most: as many as come in two minutes, longer than any restart takes.
const LISTED: usize = 500;

/// Alerts that no message tells of.
const UNTOLD: &str = "SELECT count(*) FROM alert WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE alert = alert.id) AND NOT EXISTS
    (SELECT 1 FROM digest_item JOIN delivery ON delivery.digest = digest_item.digest WHERE digest_item.alert = alert.id)";
const UNSENT: &str = "SELECT count(*) FROM delivery WHERE state <> 'sent'";

#[test]
fn killed_at_random_moments_it_loses_nothing_and_repeats_only_under_the_same_id() {
    let kills = std::env::var("STORYWATCH_KILLS").map_or(8, |kills| kills.parse().unwrap());
    let mut world = World::new(&["times", "post"], RULES);
    world.feed = "every = \"1s\"\n".to_owned();
    world.polling = "timeout = \"5s\"\nper_host = 4\n".to_owned();
    world.write();
    let daemon = world.daemon();
    eventually("both baselines", || world.count("SELECT count(*) FROM feed WHERE baselined = 1") == 2);
    // Servers that take a while to answer: many of the kills then fall between the message and the reply.
    world.smtp.set_slow(THINKS);
    world.hook.set_slow(THINKS);
    let publisher = Publisher::start(world.origin.clone());
    let mut chance = Chance(0x5EED);
    let mut daemon = Some(daemon);
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        // No wait for a condition: the moment of the kill is what varies.
        thread::sleep(Duration::from_millis(chance.below(1200)));
        daemon.take().unwrap().kill();
        let restarted = Instant::now();
        daemon = Some(world.daemon());
        slowest = slowest.max(restarted.elapsed());
        assert_eq!(world.texts("PRAGMA quick_check"), ["ok"]);
    }
    let published = publisher.stop();
    let told = published.len() as i64;
    let deadline = Instant::now() + Duration::from_secs(60);
    let unread = || told - world.count("SELECT count(*) FROM entry");
    while unread() + world.count(UNTOLD) + world.count(UNSENT) > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    daemon.unwrap().stop();

    assert_eq!(world.texts("PRAGMA integrity_check"), ["ok"]);
    let stored = world.texts("SELECT guid FROM entry ORDER BY guid");
    assert_eq!(
        stored,
        published.iter().map(|item| item.guid.clone()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
    assert_eq!(world.count("SELECT count(*) FROM story"), told, "each item is a story of its own");
    assert_eq!(world.count("SELECT count(*) FROM alert"), 2 * told);
    assert_eq!(world.count(UNTOLD), 0, "each is told by itself, or by a digest where too many came at once");
    assert_eq!(world.count(UNSENT), 0);
    let mails = tally(world.smtp.mails().iter().map(|mail| (mail.id(), mail.raw.clone())));
    let calls = world.hook.calls();
    let hooks = tally(calls.iter().map(|(call, _)| {
        (call.header("webhook-id").unwrap().to_owned(), String::from_utf8_lossy(&call.body).into_owned())
    }));
    println!("kills {kills}, stories {told}, slowest restart {slowest:?}");
    for (sink, arrived) in [("mail", &mails), ("hook", &hooks)] {
        account(&world, sink, arrived);
    }
}

/// Every delivery to a kind of channel has arrived, and again at most as often as an attempt of it was left in doubt.
fn account(world: &World, sink: &str, arrived: &BTreeMap<String, usize>) {
    let doubtful = format!(
        "SELECT message_id || ' ' || (SELECT count(*) FROM attempt WHERE delivery = delivery.id AND outcome = \
         'ambiguous') FROM delivery WHERE channel LIKE '{sink}:%'"
    );
    let queued: BTreeMap<String, usize> = world
        .texts(&doubtful)
        .iter()
        .map(|row| row.split_once(' ').unwrap())
        .map(|(id, times)| (bare(id), times.parse().unwrap()))
        .collect();
    let lost = queued.keys().filter(|id| !arrived.contains_key(*id)).count();
    let repeated = arrived.values().map(|times| times - 1).sum::<usize>();
    let in_doubt = queued.values().sum::<usize>();
    println!(
        "{sink}: deliveries {}, lost {lost}, attempts in doubt {in_doubt}, repeated under the same id {repeated}",
        queued.len()
    );
    assert_eq!(lost, 0);
    for (id, times) in arrived {
        let doubts = queued.get(id).unwrap_or_else(|| panic!("{id} is not in the outbox"));
        assert!(*times <= doubts + 1, "{id} arrived {times} times, {doubts} attempts were in doubt");
    }
}

fn bare(id: &str) -> String {
    id.trim_matches(['<', '>']).to_owned()
}

/// How often each identity arrived; the bytes under one identity must be the same.
fn tally(arrived: impl Iterator<Item = (String, String)>) -> BTreeMap<String, usize> {
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for (id, bytes) in arrived {
        let known = seen.entry(bare(&id)).or_insert_with(|| (bytes.clone(), 0));
        assert_eq!(known.0, bytes, "other bytes under {id}");
        known.1 += 1;
    }
    seen.into_iter().map(|(id, (_, times))| (id, times)).collect()
}

/// Publishes one story after the other, by turns in two outlets.
struct Publisher {
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<Vec<Item>>,
}

impl Publisher {
    fn start(origin: Origin) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut published = Vec::new();
            let mut chance = Chance(0xFEED);
            while !stopped.load(Ordering::Relaxed) {
                let outlet = if published.len() % 2 == 0 { "times" } else { "post" };
                let next = sighting(outlet, published.len(), &mut chance);
                origin.publish(&path(outlet), next.clone());
                origin.trim(&path(outlet), LISTED);
                published.push(next);
                thread::sleep(EVERY);
            }
            published
        });
        Self { stop, thread }
    }

    fn stop(self) -> Vec<Item> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// A story that shares one word with the others.
fn sighting(outlet: &str, number: usize, chance: &mut Chance) -> Item {
    let title = format!("Zebra {} {} {}", chance.word(), chance.word(), chance.word());
    let words: Vec<String> = (0..40).map(|_| chance.word()).collect();
    let mut item = item(outlet, &format!("sighting-{number}"), &title, &format!("<p>{}.</p>", words.join(" ")), 0);
    // The daemon runs by the machine's clock: the test's own day would be too old to tell of.
    item.published = now();
    item
}

/// Random numbers, the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn word(&mut self) -> String {
        (0..8).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }
}
