//! The product in the test's own process, a step at a time, at times that the test says.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use storywatch::{
    app::Engine,
    clock::Clock,
    config::{self, Config, Overrides},
    poller::{Pass, Polled},
    watch,
};

use super::{World, at};

/// Longer than a watch waits for more outlets.
const LATER: SignedDuration = SignedDuration::from_mins(3);

/// An opened engine. It must be finished: what is left in the outbox then fails the test.
pub struct Live<'a> {
    world: &'a World,
    engine: Option<Engine>,
    /// The process has been there since the last step, and left its signs of life.
    is_there: bool,
}

impl World {
    fn load(&self) -> Config {
        let compile = |queries: &[&watch::Query], terms: &_| watch::compile(queries, terms).problems;
        match config::load(&self.config(), &Overrides::default(), &config::environment(), compile) {
            Ok(loaded) => loaded.config,
            Err(diagnostics) => panic!("{}", config::render(&diagnostics, false)),
        }
    }

    /// Starts the product and polls everything for the first time.
    pub async fn first_poll(&self) -> Live<'_> {
        let mut live = self.open(0).await;
        live.due(at(0)).await;
        live
    }

    /// Starts the product at a minute of the day.
    pub async fn open(&self, minute: i64) -> Live<'_> {
        let engine = Engine::open(Arc::new(self.load()), Clock::At(at(minute))).await.unwrap();
        Live { world: self, engine: Some(engine), is_there: false }
    }

    /// Starts the product and takes what stands in the feeds as the baseline.
    pub async fn baseline(&self) -> Live<'_> {
        let mut live = self.open(0).await;
        live.step(0).await;
        live
    }
}

impl Live<'_> {
    fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    fn set_time(&mut self, time: Timestamp) {
        self.engine().clock = Clock::At(time);
        if self.is_there {
            self.world.sql().execute("UPDATE life SET alive = ?1", [time.as_second()]).unwrap();
        }
        self.is_there = true;
    }

    /// Polls every feed.
    pub async fn poll(&mut self, minute: i64) -> Vec<Polled> {
        self.try_poll(minute).await.unwrap()
    }

    pub async fn try_poll(&mut self, minute: i64) -> anyhow::Result<Vec<Polled>> {
        self.set_time(at(minute));
        let mut poller = self.engine().poller().await?;
        Ok(poller.pass(&Pass::All).await?)
    }

    /// Polls what is due at that time, whatever comes of it.
    pub async fn due(&mut self, time: Timestamp) -> Vec<Polled> {
        self.set_time(time);
        let mut poller = self.engine().poller().await.unwrap();
        poller.pass(&Pass::Due).await.unwrap()
    }

    /// Polls the feed at `url` so often, each time as soon as it is due; gives the waits in between, in seconds.
    pub async fn follow(&mut self, url: &str, polls: usize) -> Vec<i64> {
        let mut waits = Vec::new();
        for _ in 0..polls {
            let time = self.world.next_poll(url);
            assert_eq!(self.due(time - SignedDuration::from_secs(1)).await, [], "asked before it was due");
            assert_eq!(self.due(time).await.len(), 1);
            waits.push(self.world.next_poll(url).duration_since(time).as_secs());
        }
        waits
    }

    /// Sends what is due at that minute.
    pub async fn deliver(&mut self, minute: i64) {
        self.set_time(at(minute));
        self.engine().courier().deliver_all_due().await.unwrap();
    }

    /// Sends what is due at that time.
    pub async fn deliver_at(&mut self, time: Timestamp) {
        self.set_time(time);
        self.engine().courier().deliver_all_due().await.unwrap();
    }

    /// Polls, sends, and sends once more when the wait for further outlets is over.
    pub async fn step(&mut self, minute: i64) {
        for polled in self.poll(minute).await {
            assert_eq!(polled.error, None, "{polled}");
        }
        for time in [at(minute), at(minute) + LATER] {
            self.set_time(time);
            self.engine().courier().deliver_all_due().await.unwrap();
        }
    }

    /// Entries in the story index.
    pub fn index_size(&mut self) -> usize {
        self.engine().intake.size()
    }

    /// Ends the process without a word; what it was doing stays as it is.
    pub async fn restart(&mut self, minute: i64) {
        self.engine.take().unwrap().close().await.unwrap();
        let config = Arc::new(self.world.load());
        self.is_there = false;
        self.engine = Some(Engine::open(config, Clock::At(at(minute))).await.unwrap());
    }

    /// Ends the test: everything must have been sent.
    pub async fn finish(self) {
        self.finish_with(&[]).await;
    }

    /// Ends the test with these states left in the outbox, one for each delivery not sent.
    pub async fn finish_with(mut self, left: &[&str]) {
        self.engine.take().unwrap().close().await.unwrap();
        let found = self.world.texts("SELECT state FROM delivery WHERE state <> 'sent' ORDER BY id");
        assert_eq!(found, left, "left in the outbox");
        assert_eq!(self.world.texts("PRAGMA integrity_check"), ["ok"]);
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        if self.engine.is_some() && !std::thread::panicking() {
            panic!("the test ends without looking whether the outbox is empty: call finish()");
        }
    }
}

/// The first column of every row.
pub fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    let text = |value| match value {
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    rows.map(|value| text(value.unwrap())).collect()
}
