//! The loop that sends: words the alerts that have waited long enough, takes up what is due in the outbox, sends it,
//! and keeps each result.
//!
//! An attempt is committed before the network is touched and its result after. Must not decide whom to tell, and never
//! changes a message's bytes.

use std::{
    collections::HashMap,
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
use tracing::{error, info, warn};

use crate::{
    chance,
    clock::Clock,
    deliver::{Deliverer, Outcome, retry_delay},
    intake::{Rules, collect_due, is_anything_to_collect, queue_due},
    store::{
        self, Store, alerts,
        outbox::{self, Claimed, Settled},
    },
};

/// Mails in flight at the same time; more connections than this many servers refuse.
const MAIL_LANE: usize = 4;
/// Requests in flight to one webhook.
const HOOK_LANE: usize = 1;

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

/// The courier and what it has in hand.
pub struct Courier {
    store: Arc<Store>,
    round: watch::Receiver<Round>,
    clock: Clock,
    /// What is being sent, by the task that sends it; without the bytes.
    in_flight: HashMap<Id, Claimed>,
    sending: JoinSet<()>,
    /// When it was last looked whether a digest is due.
    collected: Option<Timestamp>,
    /// Moved on by every turn of the loop: what the watchdog looks at.
    pub progress: Arc<AtomicU64>,
}

impl Courier {
    pub fn new(store: Arc<Store>, round: watch::Receiver<Round>, clock: Clock) -> Self {
        let progress = Arc::new(AtomicU64::new(0));
        Self { store, round, clock, in_flight: HashMap::new(), sending: JoinSet::new(), collected: None, progress }
    }

    /// Sends until `stop`, then lets what is in flight finish. `wake` is told when intake has queued something.
    pub async fn run(mut self, wake: Arc<Notify>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            self.progress.fetch_add(1, Ordering::Relaxed);
            let pause = match self.deliver_due().await {
                Ok(next) => self.until(next),
                Err(failure) => {
                    error!(error = %failure, "the outbox cannot be read or written; trying again");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
                Some(done) = self.sending.join_next_with_id() => self.landed(done).await,
            }
        }
        self.finish().await;
    }

    /// Waits for everything in flight.
    pub async fn finish(&mut self) {
        while let Some(done) = self.sending.join_next_with_id().await {
            self.landed(done).await;
        }
    }

    /// Words what is due, takes up what is due and starts sending it; gives the time at which something is due next.
    ///
    /// # Errors
    /// When the database fails; nothing is sent then that was not committed as an attempt.
    pub async fn deliver_due(&mut self) -> Result<Option<Timestamp>, store::Error> {
        let now = self.clock.now();
        let round = self.round.borrow_and_update().clone();
        while let Some(done) = self.sending.try_join_next_with_id() {
            self.landed(done).await;
        }
        self.collect(&round, now).await?;
        if self.is_anything_due(now).await? {
            let claimed = self.claim(&round, now).await?;
            for delivery in claimed {
                self.send(&round, delivery);
            }
        }
        self.next_due().await
    }

    /// Makes the digests that are due, and the messages to the operator.
    async fn collect(&mut self, round: &Round, now: Timestamp) -> Result<(), store::Error> {
        let is_fresh = |last: Timestamp| (SignedDuration::ZERO..COLLECT_EVERY).contains(&now.duration_since(last));
        if self.collected.is_some_and(is_fresh) {
            return Ok(());
        }
        let rules = Arc::clone(&round.rules);
        let look = Arc::clone(&rules);
        if self.store.read(move |connection| is_anything_to_collect(connection, &look, now)).await? {
            self.store.write(move |transaction| collect_due(transaction, &rules, now)).await?;
        }
        self.collected = Some(now);
        Ok(())
    }

    /// As the loop does, until nothing is due any more: for one pass in the foreground.
    pub async fn deliver_all_due(&mut self) -> Result<(), store::Error> {
        loop {
            let next = self.deliver_due().await?;
            let was_sending = !self.sending.is_empty();
            self.finish().await;
            if !was_sending && next.is_none_or(|next| next > self.clock.now()) {
                return Ok(());
            }
        }
    }

    async fn is_anything_due(&self, now: Timestamp) -> Result<bool, store::Error> {
        let due = self.next_due().await?;
        Ok(due.is_some_and(|due| due <= now))
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, store::Error> {
        let lanes = self.lanes();
        self.store
            .read(move |connection| {
                let is_busy = |(lane, count): &(&String, &usize)| **count >= capacity(lane);
                let busy: Vec<&str> = lanes.iter().filter(is_busy).map(|(lane, _)| lane.as_str()).collect();
                let times = [alerts::next_due(connection)?, outbox::next_due(connection, &busy)?];
                Ok(times.into_iter().flatten().min())
            })
            .await
    }

    fn lanes(&self) -> HashMap<String, usize> {
        let mut lanes = HashMap::new();
        for delivery in self.in_flight.values() {
            *lanes.entry(outbox::lane(&delivery.channel).to_owned()).or_default() += 1;
        }
        lanes
    }

    /// Attempts are counted and committed here, before anything is sent.
    async fn claim(&self, round: &Round, now: Timestamp) -> Result<Vec<Claimed>, store::Error> {
        let rules = Arc::clone(&round.rules);
        let lanes = self.lanes();
        self.store
            .write(move |transaction| {
                queue_due(transaction, &rules, now)?;
                let mut claimed = Vec::new();
                for lane in outbox::due_lanes(transaction, now)? {
                    let free = capacity(&lane).saturating_sub(lanes.get(&lane).copied().unwrap_or(0));
                    claimed.extend(outbox::claim(transaction, now, &lane, free)?);
                }
                Ok(claimed)
            })
            .await
    }

    fn send(&mut self, round: &Round, delivery: Claimed) {
        let (store, deliverer, clock) = (Arc::clone(&self.store), Arc::clone(&round.deliverer), self.clock);
        let in_hand = Claimed { payload: Vec::new(), ..delivery.clone() };
        let task = self.sending.spawn(async move {
            let outcome =
                deliverer.deliver(&delivery.channel, &delivery.message_id, &delivery.payload, clock.now()).await;
            settle(&store, &delivery, &outcome, clock.now()).await;
        });
        self.in_flight.insert(task.id(), in_hand);
    }

    async fn landed(&mut self, done: Result<(Id, ()), JoinError>) {
        let id = done.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        let Some(delivery) = self.in_flight.remove(&id) else { return };
        if let Err(panic) = done {
            let outcome = Outcome::Transient { reason: format!("sending panicked: {panic}"), retry_after: None };
            settle(&self.store, &delivery, &outcome, self.clock.now()).await;
        }
    }

    fn until(&self, next: Option<Timestamp>) -> Duration {
        let Some(next) = next else { return IDLE };
        let wait = next.duration_since(self.clock.now());
        Duration::try_from(wait).unwrap_or(Duration::ZERO).min(IDLE).max(Duration::from_millis(5))
    }
}

fn capacity(lane: &str) -> usize {
    if lane == "mail" { MAIL_LANE } else { HOOK_LANE }
}

/// Keeps the result of an attempt. A message that was accepted and is not marked so would be sent again at the next
/// start, so this does not give up at the first failure of the disk.
async fn settle(store: &Store, delivery: &Claimed, outcome: &Outcome, now: Timestamp) {
    let (settled, word, detail) = judge(outcome, delivery.attempt, now);
    log(delivery, &settled, word, &detail);
    for _ in 0..SETTLE_TRIES {
        let (delivery, settled, detail) = (delivery.clone(), settled.clone(), detail.clone());
        let kept =
            store.write(move |transaction| outbox::settle(transaction, &delivery, &settled, word, &detail, now)).await;
        match kept {
            Ok(()) => return,
            Err(failure) => error!(error = %failure, "the result of a delivery could not be kept; trying again"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// What an outcome means for the row: the word and the detail are kept with the attempt.
fn judge(outcome: &Outcome, attempt: u32, now: Timestamp) -> (Settled, &'static str, String) {
    let again = |at_least: Option<Duration>| match retry_delay(attempt, chance::fraction()) {
        Some(delay) => {
            let delay = SignedDuration::try_from(delay.max(at_least.unwrap_or_default())).unwrap_or_default();
            Settled::Failed(now.saturating_add(delay).unwrap_or(now))
        }
        None => Settled::Dead,
    };
    match outcome {
        Outcome::Sent { detail } => (Settled::Sent, "sent", detail.clone()),
        Outcome::Transient { reason, retry_after } => (again(*retry_after), "transient", reason.clone()),
        Outcome::Ambiguous { reason } => (again(None), "ambiguous", reason.clone()),
        Outcome::Permanent { reason } => (Settled::Dead, "permanent", reason.clone()),
        Outcome::Gone { reason } => (Settled::Dead, "gone", reason.clone()),
    }
}

fn log(delivery: &Claimed, settled: &Settled, word: &str, detail: &str) {
    let (id, attempt) = (delivery.message_id.as_str(), delivery.attempt);
    // A mail address is the reader's own business: the log names the lane and the identity.
    let lane = outbox::lane(&delivery.channel);
    match settled {
        Settled::Sent => info!(lane, id, attempt, detail, "delivered"),
        Settled::Failed(again) => warn!(lane, id, attempt, outcome = word, detail, %again, "not delivered"),
        Settled::Dead => error!(lane, id, attempt, outcome = word, detail, "given up; see `storywatch outbox list`"),
    }
}
