//! How long a start takes with a full window.

use std::{error::Error, fs, path::Path, sync::Arc, time::Instant};

use jiff::{SignedDuration, Timestamp};
use storywatch::{
    app::Engine,
    clock::Clock,
    config::{self, Overrides},
    entry::{Entry, FeedId},
    schedule::PollState,
    store::{Error as StoreError, Store, entries, feeds, stories},
    story::{Document, Relation},
    watch,
};

use super::{resident, texts::Desk};

const FEEDS: usize = 1_000;
/// Entries stored in one transaction.
const BATCH: usize = 2_000;
/// The entries came over so many seconds; the window is five days.
const SPAN: i64 = 4 * 86_400;

pub fn measure(words: usize, count: usize) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("storywatch.toml");
    fs::write(&file, "[storage]\npath = \"storywatch.db\"\n[[feed]]\nurl = \"https://feed.example/\"\n")?;
    let database = folder.path().join("storywatch.db");
    let now = Clock::Machine.now();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        fill(&database, words, count, now).await?;
        println!("{count} entries with {words} words, database {} MB", fs::metadata(&database)?.len() >> 20);
        let compile = |queries: &[&watch::Query], terms: &_| watch::compile(queries, terms).problems;
        let loaded = config::load(&file, &Overrides::default(), &Default::default(), compile);
        let loaded = loaded.map_err(|faults| config::render(&faults, false))?;
        let (started, before, spent) = (Instant::now(), resident(), cpu());
        let engine = Engine::open(Arc::new(loaded.config), Clock::Machine).await?;
        let (wall, memory) = (started.elapsed(), (resident() - before) >> 20);
        println!("ready after {wall:.2?}, CPU {:.2} s, {memory} MB more", cpu() - spent);
        engine.close().await?;
        Ok(())
    })
}

async fn fill(database: &Path, words: usize, count: usize, now: Timestamp) -> Result<(), Box<dyn Error>> {
    let store = Store::open(database, now)?;
    let feeds = store.write(make_feeds).await?;
    let (mut desk, mut stored) = (Desk::new(words), 0);
    while stored < count {
        let documents: Vec<Document> = (0..BATCH.min(count - stored)).map(|_| desk.next()).collect();
        let (feeds, first) = (feeds.clone(), stored);
        let insert = move |transaction: &rusqlite::Transaction<'_>| {
            for (at, document) in (first..).zip(documents) {
                let age = SPAN - SPAN * i64::try_from(at).unwrap_or(0) / i64::try_from(count).unwrap_or(1);
                insert(transaction, feeds[at % FEEDS], document, now - SignedDuration::from_secs(age))?;
            }
            Ok(())
        };
        stored += BATCH.min(count - stored);
        store.write(insert).await?;
    }
    store.close().await?;
    Ok(())
}

fn make_feeds(transaction: &rusqlite::Transaction<'_>) -> Result<Vec<FeedId>, StoreError> {
    let make = |feed| {
        feeds::insert(transaction, &format!("https://feed{feed}.example/"), &PollState::new(Timestamp::UNIX_EPOCH))
    };
    (0..FEEDS).map(make).collect()
}

/// Each entry is a story: what is timed is learning the texts again.
fn insert(
    transaction: &rusqlite::Transaction<'_>,
    feed: FeedId,
    document: Document,
    seen: Timestamp,
) -> Result<(), StoreError> {
    let story = stories::found(transaction, &document.title, seen)?;
    let stored = entries::Stored {
        id: entries::next_id(transaction)?,
        feed,
        outlet: document.outlet,
        entry: Entry { canonical_url: document.url, title: document.title, text: document.text, ..Entry::default() },
        seen,
        baseline: false,
        story,
        relation: Relation::First,
        related_to: None,
        reason: String::new(),
        score: 0.0,
        corrects: None,
    };
    entries::insert(transaction, &stored, &[])
}

/// CPU seconds of this process so far, all threads, by the kernel's account in hundredths.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
