//! The loop that fetches: takes what is due, polls it in parallel, hands what came to intake, and keeps what `schedule`
//! says of the next time.
//!
//! Must not decide when to poll (that is `schedule`) nor what is news (that is `intake`).

mod one;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
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
    config::{Config, Feed},
    courier::Round,
    entry::FeedId,
    fetch::{Client, registrable_domain},
    intake::{Counts, Intake, Rules},
    schedule::{self, Hold, HostHolds, Pace, PollState},
    store::{self, Store, feeds},
};

/// The longest sleep, so that the watchdog sees the loop move on.
const IDLE: Duration = Duration::from_secs(1);

/// How long polling rests after the database has failed: news that cannot be stored is not worth asking for.
const AFTER_ERROR: Duration = Duration::from_secs(15);

/// Polls begun in one turn of the loop; the rest waits for the next turn, so that neither memory nor the loop is taken
/// up by feeds that only queue for a slot.
const BEGUN_AT_ONCE: usize = 512;

/// What polling needs besides the store; a reload brings another.
#[derive(Clone)]
pub struct Tools {
    pub client: Client,
}

/// The poller and all feeds it knows.
pub struct Poller {
    store: Arc<Store>,
    intake: Intake,
    rules: Arc<Rules>,
    tools: Tools,
    clock: Clock,
    feeds: HashMap<FeedId, Known>,
    /// What is due when; feeds being polled and feeds given up are not in it.
    queue: BTreeSet<(Timestamp, FeedId)>,
    holds: HostHolds,
    polling: JoinSet<Landed>,
    in_flight: HashMap<Id, FeedId>,
    /// States that are newer than what is stored.
    unsaved: BTreeMap<FeedId, PollState>,
    new_holds: Vec<(String, Hold)>,
    progress: Arc<AtomicU64>,
}

struct Known {
    feed: Feed,
    state: PollState,
}

/// What one poll came to.
struct Landed {
    state: PollState,
    /// The state has been stored together with the entries.
    is_saved: bool,
    hold: Option<(String, Hold)>,
    counts: Counts,
    queued: usize,
    failure: Option<store::Error>,
}

/// Which feeds one pass in the foreground polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pass {
    Due,
    All,
    /// By name or URL.
    Named(Vec<String>),
}

/// A feed polled in a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Polled {
    pub name: String,
    pub counts: Counts,
    pub is_unchanged: bool,
    pub error: Option<String>,
}

impl fmt::Display for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "{}: {error}", self.name),
            None if self.is_unchanged => write!(f, "{}: not modified", self.name),
            None => {
                let Counts { listed, new, changed, .. } = self.counts;
                write!(f, "{}: {listed} entries, {new} new, {changed} changed", self.name)
            }
        }
    }
}

impl Poller {
    /// Reads what is remembered of the configured feeds and makes the rows of new ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(
        store: Arc<Store>,
        intake: Intake,
        rules: Arc<Rules>,
        tools: Tools,
        clock: Clock,
    ) -> Result<Self, store::Error> {
        let now = clock.now();
        let config = Arc::clone(&rules.config);
        let known = store.write(move |transaction| sync_rows(transaction, &config, now)).await?;
        let holds = store.read(move |connection| feeds::held_hosts(connection, now)).await?;
        let mut poller = Self {
            store,
            intake,
            rules,
            tools,
            clock,
            feeds: HashMap::new(),
            queue: BTreeSet::new(),
            holds: holds.into_iter().map(|(host, until, reason)| (host, Hold { until, reason })).collect(),
            polling: JoinSet::new(),
            in_flight: HashMap::new(),
            unsaved: BTreeMap::new(),
            new_holds: Vec::new(),
            progress: Arc::default(),
        };
        poller.take_up(known, now);
        Ok(poller)
    }

    /// Moved on by every turn of the loop: what the watchdog looks at.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    /// Polls until `stop`; polls in flight are abandoned then. `wake` is told when something is to be sent.
    pub async fn run(
        mut self,
        mut rounds: watch::Receiver<Round>,
        tools: watch::Receiver<Tools>,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) {
        let progress = self.progress();
        while !stop.is_cancelled() {
            self.progress.fetch_add(1, Ordering::Relaxed);
            let pause = match self.turn(&wake).await {
                Ok(()) => self.until_due(),
                Err(failure) => {
                    error!(error = %failure, "the database fails; polling rests");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = rest(pause, &progress) => {}
                Some(done) = self.polling.join_next_with_id(), if pause != AFTER_ERROR => {
                    self.landed(done, &wake);
                }
                Ok(()) = rounds.changed() => {
                    let rules = Arc::clone(&rounds.borrow_and_update().rules);
                    let tools = tools.borrow().clone();
                    self.reload(rules, tools).await;
                }
            }
        }
        self.polling.shutdown().await;
        if let Err(failure) = self.save(Vec::new()).await {
            warn!(error = %failure, "the last states of feeds could not be stored");
        }
    }

    /// One pass in the foreground.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pass(&mut self, pass: &Pass) -> Result<Vec<Polled>, store::Error> {
        let wake = Notify::new();
        let now = self.clock.now();
        let mut wanted = self.wanted(pass, now);
        let order = wanted.clone();
        let mut counts: HashMap<FeedId, (Counts, bool)> = HashMap::new();
        while !wanted.is_empty() || !self.polling.is_empty() {
            let batch: Vec<FeedId> = wanted.drain(..wanted.len().min(BEGUN_AT_ONCE)).collect();
            self.begin(batch, now).await?;
            while let Some(done) = self.polling.join_next_with_id().await {
                if let Some((id, landed)) = self.landed(done, &wake) {
                    counts.insert(id, (landed.counts, landed.state.last_status == Some(304)));
                    if let Some(failure) = landed.failure {
                        return Err(failure);
                    }
                }
            }
        }
        self.save(Vec::new()).await?;
        Ok(order.into_iter().filter_map(|id| self.polled(id, counts.get(&id))).collect())
    }

    fn polled(&self, id: FeedId, result: Option<&(Counts, bool)>) -> Option<Polled> {
        let known = self.feeds.get(&id)?;
        let (counts, is_unchanged) = result.copied().unwrap_or_default();
        let error = known.state.last_error.clone().filter(|_| known.state.failures > 0);
        Some(Polled { name: known.feed.name.clone(), counts, is_unchanged, error })
    }

    fn wanted(&self, pass: &Pass, now: Timestamp) -> Vec<FeedId> {
        let is_wanted = |known: &Known| match pass {
            Pass::Due => known.state.retired.is_none() && known.state.next_poll <= now,
            Pass::All => known.state.retired.is_none(),
            Pass::Named(names) => names.iter().any(|name| *name == known.feed.name || name == known.feed.url.as_str()),
        };
        let mut wanted: Vec<FeedId> = self.feeds.iter().filter(|(_, k)| is_wanted(k)).map(|(id, _)| *id).collect();
        wanted.sort();
        wanted
    }

    /// Takes in what has landed, stores what is not stored yet, begins what is due.
    async fn turn(&mut self, wake: &Notify) -> Result<(), store::Error> {
        while let Some(done) = self.polling.try_join_next_with_id() {
            if let Some(failure) = self.landed(done, wake).and_then(|(_, landed)| landed.failure) {
                return Err(failure);
            }
        }
        let now = self.clock.now();
        let due: Vec<FeedId> =
            self.queue.iter().take_while(|(time, _)| *time <= now).take(BEGUN_AT_ONCE).map(|(_, id)| *id).collect();
        self.begin(due, now).await
    }

    /// Begins polls; that they are under way is stored before, so that a process that is killed does not ask the same
    /// hosts again at once.
    async fn begin(&mut self, due: Vec<FeedId>, now: Timestamp) -> Result<(), store::Error> {
        let mut begun = Vec::new();
        let mut underway = Vec::new();
        for id in due {
            let Some(known) = self.feeds.get(&id) else { continue };
            let pace = pace(&self.rules.config, &known.feed);
            let domain = registrable_domain(&one::address(&known.feed, &known.state));
            if let Some(hold) = self.holds.get(&domain, now) {
                let state = schedule::postpone(&known.state, &pace, hold, chance::fraction());
                self.set_state(id, state, true);
            } else {
                underway.push((id, schedule::underway(&known.state, &pace, now)));
                begun.push(id);
            }
        }
        self.save(underway).await?;
        for id in begun {
            self.begin_one(id);
        }
        Ok(())
    }

    fn begin_one(&mut self, id: FeedId) {
        let Some(known) = self.feeds.get(&id) else { return };
        self.queue.remove(&(known.state.next_poll, id));
        let poll = one::Poll {
            id,
            feed: known.feed.clone(),
            state: known.state.clone(),
            pace: pace(&self.rules.config, &known.feed),
            timeout: self.rules.config.polling.timeout,
            max_body: self.rules.config.polling.max_body,
            store: Arc::clone(&self.store),
            intake: self.intake.clone(),
            rules: Arc::clone(&self.rules),
            tools: self.tools.clone(),
            clock: self.clock,
        };
        let task = self.polling.spawn(poll.run());
        self.in_flight.insert(task.id(), id);
    }

    fn landed(&mut self, done: Result<(Id, Landed), JoinError>, wake: &Notify) -> Option<(FeedId, Landed)> {
        let task = done.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let id = self.in_flight.remove(&task)?;
        let landed = match done {
            Ok((_, landed)) => landed,
            Err(panic) => self.after_panic(id, &panic)?,
        };
        if landed.queued > 0 {
            wake.notify_one();
        }
        if let Some((domain, hold)) = &landed.hold {
            warn!(host = domain, until = %hold.until, reason = hold.reason, "the host asks to be left alone");
            self.holds.add(domain, hold.clone());
            self.new_holds.push((domain.clone(), hold.clone()));
        }
        self.report(id, &landed);
        self.set_state(id, landed.state.clone(), !landed.is_saved);
        Some((id, landed))
    }

    fn after_panic(&self, id: FeedId, panic: &JoinError) -> Option<Landed> {
        let known = self.feeds.get(&id)?;
        let outcome = schedule::Outcome::Failed { error: format!("polling panicked: {panic}"), transient: false };
        let pace = pace(&self.rules.config, &known.feed);
        let next = schedule::next(&known.state, &outcome, &pace, self.clock.now(), chance::signed());
        Some(Landed::unsaved(next.state))
    }

    fn report(&self, id: FeedId, landed: &Landed) {
        let Some(Known { feed, state: before }) = self.feeds.get(&id) else { return };
        let feed = feed.name.as_str();
        let state = &landed.state;
        if let (Some(reason), None) = (&state.retired, &before.retired) {
            error!(feed, reason, "feed given up");
        } else if state.failures > 0 && before.failures == 0 {
            warn!(feed, error = state.last_error, next = %state.next_poll, "feed fails");
        } else if state.failures == 0 && before.failures > 0 {
            info!(feed, after = before.failures, "feed reads again");
        }
        if let (Some(to), true) = (&state.moved_to, state.moved_to != before.moved_to) {
            warn!(feed, to, "feed has moved for good");
        }
        if landed.counts.rekeyed > 0 {
            warn!(feed, entries = landed.counts.rekeyed, "all ids of the feed have changed; recognised by headline");
        }
        if !before.baselined && state.baselined {
            info!(feed, entries = landed.counts.new, "first poll: stored as the baseline, alerts nobody");
        } else if landed.counts.new > 0 {
            info!(feed, new = landed.counts.new, changed = landed.counts.changed, queued = landed.queued, "news");
        }
    }

    fn set_state(&mut self, id: FeedId, state: PollState, is_unsaved: bool) {
        // A reload may have taken the feed out while it was polled.
        let Some(known) = self.feeds.get_mut(&id) else { return };
        self.queue.remove(&(known.state.next_poll, id));
        if state.retired.is_none() {
            self.queue.insert((state.next_poll, id));
        }
        known.state = state.clone();
        if is_unsaved {
            self.unsaved.insert(id, state);
        }
    }

    /// Stores in one transaction what is newer than the database, and `more` (which is not kept in memory).
    async fn save(&mut self, more: Vec<(FeedId, PollState)>) -> Result<(), store::Error> {
        if self.unsaved.is_empty() && self.new_holds.is_empty() && more.is_empty() {
            return Ok(());
        }
        let mut states = self.unsaved.clone();
        states.extend(more);
        let holds = self.new_holds.clone();
        let save = move |transaction: &rusqlite::Transaction<'_>| {
            states.iter().try_for_each(|(id, state)| feeds::save(transaction, *id, None, state))?;
            holds.iter().try_for_each(|(host, hold)| feeds::hold_host(transaction, host, hold.until, &hold.reason))
        };
        self.store.write(save).await?;
        self.unsaved.clear();
        self.new_holds.clear();
        Ok(())
    }

    fn until_due(&self) -> Duration {
        let Some((next, _)) = self.queue.first() else { return IDLE };
        let wait = next.duration_since(self.clock.now()).max(SignedDuration::from_millis(20));
        Duration::try_from(wait).unwrap_or(IDLE).min(IDLE)
    }

    fn take_up(&mut self, known: Vec<(FeedId, Feed, PollState)>, now: Timestamp) {
        let due = known.iter().filter(|(_, _, state)| state.next_poll <= now).count();
        for (id, feed, state) in known {
            let state = schedule::resume(&state, &pace(&self.rules.config, &feed), now, due, chance::fraction());
            if state.retired.is_none() {
                self.queue.insert((state.next_poll, id));
            }
            self.feeds.insert(id, Known { feed, state });
        }
    }

    /// Takes over another configuration: new feeds are begun, others left alone from now on.
    async fn reload(&mut self, rules: Arc<Rules>, tools: Tools) {
        let now = self.clock.now();
        let config = Arc::clone(&rules.config);
        if let Err(failure) = self.save(Vec::new()).await {
            error!(error = %failure, "states of feeds could not be stored before the reload");
        }
        let known = match self.store.write(move |transaction| sync_rows(transaction, &config, now)).await {
            Ok(known) => known,
            Err(failure) => {
                error!(error = %failure, "the feeds of the new configuration could not be stored; the old ones go on");
                return;
            }
        };
        (self.rules, self.tools) = (rules, tools);
        let polled: Vec<FeedId> = self.in_flight.values().copied().collect();
        let before = std::mem::take(&mut self.feeds);
        self.queue.clear();
        for (id, feed, stored) in known {
            let pace = pace(&self.rules.config, &feed);
            let state = match before.get(&id) {
                Some(known) => sooner(known.state.clone(), &pace, now),
                None => schedule::resume(&stored, &pace, now, 1, chance::fraction()),
            };
            if state.retired.is_none() && !polled.contains(&id) {
                self.queue.insert((state.next_poll, id));
            }
            self.feeds.insert(id, Known { feed, state });
        }
    }
}

impl Landed {
    fn unsaved(state: PollState) -> Self {
        Self { state, is_saved: false, hold: None, counts: Counts::default(), queued: 0, failure: None }
    }
}

/// Sleeps, and shows the watchdog that a long rest is no hang.
async fn rest(pause: Duration, progress: &AtomicU64) {
    let mut left = pause;
    while !left.is_zero() {
        let step = left.min(IDLE);
        tokio::time::sleep(step).await;
        progress.fetch_add(1, Ordering::Relaxed);
        left -= step;
    }
}

/// A shorter interval counts from now.
fn sooner(state: PollState, pace: &Pace, now: Timestamp) -> PollState {
    if state.failures > 0 {
        return state;
    }
    let interval = SignedDuration::try_from(pace.interval(&state)).unwrap_or(SignedDuration::MAX);
    let next_poll = now.saturating_add(interval).unwrap_or(Timestamp::MAX).min(state.next_poll);
    PollState { next_poll, ..state }
}

fn pace(config: &Config, feed: &Feed) -> Pace {
    Pace { every: feed.every, min_interval: config.polling.min_interval, max_interval: config.polling.max_interval }
}

/// Rows of the enabled feeds, made where there are none.
fn sync_rows(
    transaction: &rusqlite::Transaction<'_>,
    config: &Config,
    now: Timestamp,
) -> Result<Vec<(FeedId, Feed, PollState)>, store::Error> {
    let mut rows = feeds::all(transaction)?;
    let mut known = Vec::new();
    for feed in config.feeds.iter().filter(|feed| feed.enabled) {
        let (id, state) = match rows.remove(feed.url.as_str()) {
            Some(row) => (row.id, row.state),
            None => {
                let state = PollState::new(now);
                (feeds::insert(transaction, feed.url.as_str(), &state)?, state)
            }
        };
        known.push((id, feed.clone(), state));
    }
    Ok(known)
}
