//! The loop that sends: words the alerts that have waited long enough, takes up what is due in the outbox, sends it,
//! and keeps each result.
//!
//! An attempt is committed before the network is touched and its result after. One transaction keeps the results of the
//! last turn and takes up the next deliveries (`book`), so that the disk is waited for once a turn and not once a
//! message; sending goes on meanwhile. Must not decide whom to tell, and never changes a message's bytes.

mod book;
mod lane;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Notify, watch},
    task::{Id, JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::{
    clock::Clock,
    deliver::{Deliverer, Outcome},
    intake::{Rules, is_anything_to_collect},
    store::{
        self, Store,
        outbox::{self, Claimed},
    },
};

use book::{Ask, Attempted, Booked};

/// The longest sleep: what another process puts into the outbox (`storywatch outbox retry`) is seen after it.
const IDLE: Duration = Duration::from_secs(1);

/// How often it is looked whether a digest is due.
const COLLECT_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// How long the loop waits after the database has failed it.
const AFTER_ERROR: Duration = Duration::from_secs(15);

/// How often an accepted message's result is tried to be kept before the process must end with it unsaid.
const SETTLE_TRIES: u32 = 30;

/// What the courier works with; a reload brings another.
#[derive(Clone)]
pub struct Round {
    pub rules: Arc<Rules>,
    pub deliverer: Arc<Deliverer>,
}

/// What the courier has in hand of one lane.
#[derive(Default)]
struct InHand {
    /// Taken up, not yet being sent.
    ready: VecDeque<Claimed>,
    /// By the task that sends it; without the bytes.
    sending: Vec<(Id, Claimed)>,
}

/// The courier and what it has in hand.
pub struct Courier {
    store: Arc<Store>,
    round: watch::Receiver<Round>,
    clock: Clock,
    lanes: BTreeMap<String, InHand>,
    sending: JoinSet<(Outcome, Timestamp)>,
    /// Results that are not kept yet.
    results: Vec<Attempted>,
    /// Taken up in a lane that has met trouble since.
    released: Vec<Claimed>,
    /// When it was last looked whether a digest is due.
    collected: Option<Timestamp>,
    /// The next turn lets broken and retired lanes be tried again.
    reopen: bool,
    /// Moved on by every turn of the loop: what the watchdog looks at.
    pub progress: Arc<AtomicU64>,
}

impl Courier {
    pub fn new(store: Arc<Store>, round: watch::Receiver<Round>, clock: Clock) -> Self {
        Self {
            store,
            round,
            clock,
            lanes: BTreeMap::new(),
            sending: JoinSet::new(),
            results: Vec::new(),
            released: Vec::new(),
            collected: None,
            reopen: false,
            progress: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Sends until `stop`, then lets what is in flight finish. `wake` is told when intake has queued something.
    pub async fn run(mut self, wake: Arc<Notify>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            self.progress.fetch_add(1, Ordering::Relaxed);
            let pause = match self.turn().await {
                Ok(next) => self.until(next),
                Err(failure) => {
                    error!(error = %failure, "the outbox cannot be read or written; trying again");
                    AFTER_ERROR
                }
            };
            if !self.results.is_empty() && pause < AFTER_ERROR {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
                Some(done) = self.sending.join_next_with_id() => self.landed(done),
            }
        }
        self.finish().await;
    }

    /// Sends what is due until nothing is due any more: for one pass in the foreground.
    ///
    /// # Errors
    /// When the database fails; nothing is sent then that was not committed as an attempt.
    pub async fn deliver_all_due(&mut self) -> Result<(), store::Error> {
        loop {
            self.turn().await?;
            match self.sending.join_next_with_id().await {
                Some(done) => self.landed(done),
                None if self.results.is_empty() => return Ok(()),
                None => {}
            }
        }
    }

    /// Keeps the results at hand, words what is due, takes up what is due and starts sending it; gives the time at which
    /// something is due next.
    async fn turn(&mut self) -> Result<Option<Timestamp>, store::Error> {
        let now = self.clock.now();
        self.reopen |= self.round.has_changed().unwrap_or(false);
        let round = self.round.borrow_and_update().clone();
        while let Some(done) = self.sending.try_join_next_with_id() {
            self.landed(done);
        }
        let ask = Arc::new(Ask { collect: self.is_anything_to_collect(&round, now).await?, ..self.ask(&round) });
        if ask.results.is_empty() && ask.released.is_empty() && !ask.reopen && !ask.collect {
            let looked = Arc::clone(&ask);
            let next = self.store.read(move |connection| book::look(connection, &looked, &[], now)).await?;
            if next.is_none_or(|next| next > now) {
                return Ok(next);
            }
        }
        let booked = self.keep(&round, ask, now).await?;
        for delivery in booked.claimed {
            let lane = outbox::lane(&delivery.channel).to_owned();
            self.lanes.entry(lane).or_default().ready.push_back(delivery);
        }
        self.fill(&round);
        Ok(booked.next)
    }

    /// Whether a digest or a message to the operator is due; looked at now and then.
    async fn is_anything_to_collect(&mut self, round: &Round, now: Timestamp) -> Result<bool, store::Error> {
        let is_fresh = |last: Timestamp| (SignedDuration::ZERO..COLLECT_EVERY).contains(&now.duration_since(last));
        if self.collected.is_some_and(is_fresh) {
            return Ok(false);
        }
        let rules = Arc::clone(&round.rules);
        let found = self.store.read(move |connection| is_anything_to_collect(connection, &rules, now)).await?;
        self.collected = Some(now);
        Ok(found)
    }

    /// What the next transaction needs to know; what it is given is taken out of our hands until it has failed.
    fn ask(&mut self, round: &Round) -> Ask {
        self.lanes.retain(|_, lane| !(lane.ready.is_empty() && lane.sending.is_empty()));
        let in_hand = self.lanes.iter().map(|(name, lane)| (name.clone(), lane.ready.len() + lane.sending.len()));
        Ask {
            in_hand: in_hand.collect(),
            results: std::mem::take(&mut self.results),
            released: std::mem::take(&mut self.released),
            per_minute: round.deliverer.limits(),
            reopen: std::mem::take(&mut self.reopen),
            collect: false,
            closing: false,
        }
    }

    /// One transaction; what lands meanwhile makes room for what is ready.
    async fn keep(&mut self, round: &Round, ask: Arc<Ask>, now: Timestamp) -> Result<Booked, store::Error> {
        let (store, rules, asked) = (Arc::clone(&self.store), Arc::clone(&round.rules), Arc::clone(&ask));
        let work = store.write(move |transaction| book::book(transaction, &rules, &asked, now));
        tokio::pin!(work);
        let booked = loop {
            tokio::select! {
                booked = &mut work => break booked,
                Some(done) = self.sending.join_next_with_id() => {
                    self.landed(done);
                    self.fill(round);
                }
            }
        };
        if booked.is_err() {
            self.results.splice(0..0, ask.results.iter().cloned());
            self.released.extend(ask.released.iter().cloned());
            self.reopen |= ask.reopen;
            if ask.collect {
                self.collected = None;
            }
        }
        booked
    }

    /// Starts sending what is ready, as far as each lane has room.
    fn fill(&mut self, round: &Round) {
        for (name, lane) in &mut self.lanes {
            while lane.sending.len() < book::capacity(name).now {
                let Some(delivery) = lane.ready.pop_front() else { break };
                let (deliverer, clock) = (Arc::clone(&round.deliverer), self.clock);
                let in_hand = Claimed { payload: Vec::new(), ..delivery.clone() };
                let task = self.sending.spawn(async move {
                    let Claimed { channel, message_id, payload, .. } = &delivery;
                    let outcome = deliverer.deliver(channel, message_id, payload, clock.now()).await;
                    (outcome, clock.now())
                });
                lane.sending.push((task.id(), in_hand));
            }
        }
    }

    fn landed(&mut self, done: Result<(Id, (Outcome, Timestamp)), JoinError>) {
        let (id, (outcome, ended)) = done.unwrap_or_else(|panic| {
            let reason = format!("sending panicked: {panic}");
            (panic.id(), (Outcome::Deferred { reason }, self.clock.now()))
        });
        for lane in self.lanes.values_mut() {
            let Some(at) = lane.sending.iter().position(|(task, _)| *task == id) else { continue };
            let (_, delivery) = lane.sending.swap_remove(at);
            if matches!(
                outcome,
                Outcome::Transient { .. } | Outcome::Ambiguous { .. } | Outcome::Broken { .. } | Outcome::Gone { .. }
            ) {
                self.released.extend(lane.ready.drain(..));
            }
            self.results.push(Attempted { delivery, outcome, ended });
            return;
        }
    }

    /// Waits for everything in flight and keeps its results. An accepted message whose result is not kept would be sent
    /// again at the next start, so this does not give up at the first failure of the disk.
    async fn finish(&mut self) {
        for lane in self.lanes.values_mut() {
            self.released.extend(lane.ready.drain(..));
        }
        while let Some(done) = self.sending.join_next_with_id().await {
            self.landed(done);
        }
        let round = self.round.borrow().clone();
        for _ in 0..SETTLE_TRIES {
            let ask = Arc::new(Ask { closing: true, ..self.ask(&round) });
            match self.keep(&round, ask, self.clock.now()).await {
                Ok(_) => return,
                Err(failure) => error!(error = %failure, "the results of deliveries could not be kept; trying again"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn until(&self, next: Option<Timestamp>) -> Duration {
        let Some(next) = next else { return IDLE };
        let wait = next.duration_since(self.clock.now());
        Duration::try_from(wait).unwrap_or(Duration::ZERO).min(IDLE).max(Duration::from_millis(5))
    }
}
