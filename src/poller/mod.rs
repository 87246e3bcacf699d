//! The loop that fetches: takes what is due, polls it in parallel, hands what came to intake, and keeps what `schedule`
//! says of the next time.
//!
//! Must not decide when to poll (that is `schedule`) nor what is news (that is `intake`).

mod full_text;
mod holds;
mod known;
mod one;
mod pass;
mod pushed;
mod whole;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Notify, Semaphore, watch},
    task::{Id, JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    chance,
    clock::Clock,
    config::Feed,
    courier::Round,
    entry::FeedId,
    fetch::{Client, registrable_domain},
    intake::{Counts, Intake, Rules},
    schedule::{self, Hold, Notice, Pace, PollState, Reach, Trouble},
    store::{self, Store, feeds, notices, subscriptions::Hub},
};

pub use one::{way, ways};
pub use pass::{Pass, Polled};

use holds::Holds;
use known::{Known, pace, sync_rows};
use pushed::Hubs;

/// The longest sleep, so that the watchdog sees the loop move on.
const IDLE: Duration = Duration::from_secs(1);

/// How long polling rests after the database has failed: news that cannot be stored is not worth asking for.
const AFTER_ERROR: Duration = Duration::from_secs(15);

/// Polls begun in one turn of the loop; the rest waits for the next turn, so that neither memory nor the loop is taken
/// up by feeds that only queue for a slot.
const BEGUN_AT_ONCE: usize = 512;

/// Documents that are read, or wait to be stored, at one time. What is read of a document takes several times its room,
/// and every thread that reads has a stack and a heap of its own.
const READ_AT_ONCE: usize = 16;

/// A wall clock that has moved against the monotonic one by more than this was set; less is drift.
const CLOCK_WAS_SET: Duration = Duration::from_secs(60);

/// What polling needs besides the store; a reload brings another.
#[derive(Clone)]
pub struct Tools {
    pub client: Client,
}

/// What the loops tell one another, besides what they store.
#[derive(Clone, Default)]
pub struct Bells {
    /// Something is to be sent.
    pub wake: Arc<Notify>,
    /// A hub has sent or confirmed something.
    pub pushes: Arc<Notify>,
    /// A feed has named another hub.
    pub hubs: Arc<Notify>,
}

/// The poller and all feeds it knows.
pub struct Poller {
    store: Arc<Store>,
    intake: Intake,
    rules: Arc<Rules>,
    tools: Tools,
    clock: Clock,
    feeds: BTreeMap<FeedId, Known>,
    /// What is due when; feeds being polled and feeds given up are not in it.
    queue: BTreeSet<(Timestamp, FeedId)>,
    holds: Holds,
    reading: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    polling: JoinSet<Landed>,
    in_flight: HashMap<Id, FeedId>,
    /// States that are newer than what is stored, and what the operator is to be told with them.
    unsaved: BTreeMap<FeedId, (PollState, Vec<Notice>)>,
    new_holds: Vec<(String, Hold)>,
    reach: Reach,
    /// What the operator is to be told of the network; not stored yet.
    new_reach: Option<Option<String>>,
    progress: Arc<AtomicU64>,
    hubs: Hubs,
    /// What both clocks showed at the last turn.
    last_turn: (Timestamp, Instant),
}

/// What one poll came to.
struct Landed {
    state: PollState,
    notices: Vec<Notice>,
    /// The state has been stored together with the entries.
    is_saved: bool,
    hold: Option<(String, Hold)>,
    /// Not asked at all: its host is to be left alone.
    is_held: bool,
    /// Some host has answered something.
    is_answered: bool,
    counts: Counts,
    queued: usize,
    failure: Option<store::Error>,
    /// What the document says of a hub; `None`: nothing was read.
    hub: Option<Option<Hub>>,
    /// What a hub pushed is done with; `true`: it was a feed document.
    pushed: Option<bool>,
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
        let hubs = Hubs::load(&store, now).await?;
        let mut poller = Self {
            store,
            intake,
            rules,
            tools,
            clock,
            feeds: BTreeMap::new(),
            queue: BTreeSet::new(),
            holds: Holds::new(holds.into_iter().map(|(host, until, reason)| (host, Hold { until, reason })).collect()),
            reading: Arc::new(Semaphore::new(READ_AT_ONCE)),
            waiting: Arc::new(Semaphore::new(full_text::WAITING_AT_ONCE)),
            polling: JoinSet::new(),
            in_flight: HashMap::new(),
            unsaved: BTreeMap::new(),
            new_holds: Vec::new(),
            reach: Reach::default(),
            new_reach: None,
            progress: Arc::default(),
            hubs,
            last_turn: (now, Instant::now()),
        };
        for (id, feed, state) in known {
            poller.queue_up(id, Known { feed, state });
        }
        Ok(poller)
    }

    /// Moved on by every turn of the loop: what the watchdog looks at.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    /// Polls until `stop`; polls in flight are abandoned then.
    pub async fn run(
        mut self,
        mut rounds: watch::Receiver<Round>,
        tools: watch::Receiver<Tools>,
        bells: Bells,
        stop: CancellationToken,
    ) {
        let progress = self.progress();
        self.spread_start();
        let mut failed = None;
        while !stop.is_cancelled() {
            self.progress.fetch_add(1, Ordering::Relaxed);
            let turned = match failed.take().map_or(Ok(()), Self::after_failure) {
                Ok(()) => self.turn(&bells).await,
                failure => failure,
            };
            let pause = match turned {
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
                    failed = self.landed(done, &bells.wake).and_then(|(_, landed)| landed.failure);
                }
                () = bells.pushes.notified() => self.hubs.has_rung = true,
                Ok(()) = rounds.changed() => {
                    let rules = Arc::clone(&rounds.borrow_and_update().rules);
                    let tools = tools.borrow().clone();
                    self.reload(rules, tools).await;
                }
            }
        }
        self.polling.shutdown().await;
        if let Err(failure) = self.save(Vec::new()).await.and(self.save_hubs(&bells).await) {
            warn!(error = %failure, "the last states of feeds could not be stored");
        }
    }

    /// Takes in what has landed, stores what is not stored yet, begins what is due.
    async fn turn(&mut self, bells: &Bells) -> Result<(), store::Error> {
        while let Some(done) = self.polling.try_join_next_with_id() {
            if let Some(failure) = self.landed(done, &bells.wake).and_then(|(_, landed)| landed.failure) {
                Self::after_failure(failure)?;
            }
        }
        let now = self.clock.now();
        self.look_at_the_clock(now);
        self.tend_hubs(bells, now).await?;
        let due: Vec<FeedId> =
            self.queue.iter().take_while(|(time, _)| *time <= now).take(BEGUN_AT_ONCE).map(|(_, id)| *id).collect();
        self.begin(due, now).await
    }

    /// A panic over one document is that feed's trouble; a database that fails is everybody's.
    fn after_failure(failure: store::Error) -> Result<(), store::Error> {
        if !matches!(failure, store::Error::Panicked(_)) {
            return Err(failure);
        }
        error!(error = %failure, "what came could not be stored");
        Ok(())
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
                let state = schedule::postpone(&known.state, &pace, &hold, chance::fraction());
                self.set_state(id, state, Some(Vec::new()));
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
        let Some(poll) = self.poll_of(id) else { return };
        self.queue.remove(&(poll.state.next_poll, id));
        let task = self.polling.spawn(poll.run());
        self.in_flight.insert(task.id(), id);
    }

    fn poll_of(&self, id: FeedId) -> Option<one::Poll> {
        let known = self.feeds.get(&id)?;
        let is_pushed = self.hubs.is_relied_on(id, self.clock.now());
        Some(one::Poll {
            id,
            feed: known.feed.clone(),
            state: known.state.clone(),
            pace: Pace { is_pushed, ..pace(&self.rules.config, &known.feed) },
            store: Arc::clone(&self.store),
            intake: self.intake.clone(),
            rules: Arc::clone(&self.rules),
            tools: self.tools.clone(),
            holds: self.holds.clone(),
            reading: Arc::clone(&self.reading),
            waiting: Arc::clone(&self.waiting),
            clock: self.clock,
        })
    }

    fn landed(&mut self, done: Result<(Id, Landed), JoinError>, wake: &Notify) -> Option<(FeedId, Landed)> {
        let task = done.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let id = self.in_flight.remove(&task)?;
        let mut landed = match done {
            Ok((_, landed)) => landed,
            Err(panic) => self.after_panic(id, &panic)?,
        };
        self.hubs.note(id, &landed);
        self.note_reach(&mut landed);
        if landed.queued > 0 {
            wake.notify_one();
        }
        if let Some((domain, hold)) = &landed.hold {
            warn!(host = domain, until = %hold.until, reason = hold.reason, "the host is left alone");
            self.new_holds.push((domain.clone(), hold.clone()));
        }
        self.report(id, &landed);
        self.set_state(id, landed.state.clone(), (!landed.is_saved).then(|| landed.notices.clone()));
        Some((id, landed))
    }

    /// When nothing answers at all, that is told, and not of every feed that it fails.
    fn note_reach(&mut self, landed: &mut Landed) {
        if landed.is_held || landed.pushed.is_some() {
            return;
        }
        let feeds = self.feeds.len();
        if let Some(told) = self.reach.note(landed.is_answered, feeds, self.clock.now()) {
            self.new_reach = Some(told);
        }
        if self.reach.is_lost(feeds) {
            landed.notices.retain(|notice| !(notice.is_on && notice.trouble == Trouble::Failing));
        }
    }

    fn after_panic(&self, id: FeedId, panic: &JoinError) -> Option<Landed> {
        let known = self.feeds.get(&id)?;
        let error = format!("polling panicked: {panic}");
        let outcome = schedule::Outcome::Failed { error, cause: schedule::Cause::Other };
        let pace = pace(&self.rules.config, &known.feed);
        let next = schedule::next(&known.state, &outcome, &pace, self.clock.now(), chance::signed());
        Some(Landed::unsaved(next.state, next.notices))
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
            warn!(feed, to = one::without_tokens(to), "feed has moved for good");
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

    /// `unsaved`: the state is not stored yet, and the operator is to be told this with it.
    fn set_state(&mut self, id: FeedId, state: PollState, unsaved: Option<Vec<Notice>>) {
        // A reload may have taken the feed out while it was polled.
        let Some(known) = self.feeds.get_mut(&id) else { return };
        self.queue.remove(&(known.state.next_poll, id));
        if state.retired.is_none() {
            self.queue.insert((state.next_poll, id));
        }
        known.state = state.clone();
        if let Some(notices) = unsaved {
            let (newest, told) = self.unsaved.entry(id).or_insert_with(|| (state.clone(), Vec::new()));
            *newest = state;
            told.extend(notices);
        }
    }

    /// Stores in one transaction what is newer than the database, and `more` (which is not kept in memory).
    async fn save(&mut self, more: Vec<(FeedId, PollState)>) -> Result<(), store::Error> {
        if self.unsaved.is_empty() && self.new_holds.is_empty() && self.new_reach.is_none() && more.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let unsaved: Vec<_> = self.unsaved.iter().filter_map(|(id, entry)| self.to_store(*id, entry)).collect();
        let (holds, reach) = (self.new_holds.clone(), self.new_reach.clone());
        let save = move |transaction: &rusqlite::Transaction<'_>| {
            for (id, state, notices, feed) in unsaved {
                feeds::save(transaction, id, None, &state)?;
                feeds::tell(transaction, feed.url.as_str(), &feed.name, &notices, now)?;
            }
            more.iter().try_for_each(|(id, state)| feeds::save(transaction, *id, None, state))?;
            holds.iter().try_for_each(|(host, hold)| feeds::hold_host(transaction, host, hold.until, &hold.reason))?;
            let told = match reach {
                None => false,
                Some(Some(text)) => notices::raise(transaction, "polling", "offline", &text, now)?,
                Some(None) => notices::close(transaction, "polling", "offline", "Hosts answer again.", now)?,
            };
            Ok(told)
        };
        if self.store.write(save).await? {
            match self.new_reach.as_ref().and_then(Option::as_deref) {
                Some(trouble) => warn!("{trouble}"),
                None => info!("hosts answer again"),
            }
        }
        self.unsaved.clear();
        self.new_holds.clear();
        self.new_reach = None;
        Ok(())
    }

    fn to_store(
        &self,
        id: FeedId,
        (state, notices): &(PollState, Vec<Notice>),
    ) -> Option<(FeedId, PollState, Vec<Notice>, Feed)> {
        Some((id, state.clone(), notices.clone(), self.feeds.get(&id)?.feed.clone()))
    }

    fn until_due(&self) -> Duration {
        let Some((next, _)) = self.queue.first() else { return IDLE };
        let wait = next.duration_since(self.clock.now()).max(SignedDuration::from_millis(20));
        Duration::try_from(wait).unwrap_or(IDLE).min(IDLE)
    }

    /// What is due at the start is spread over a while.
    fn spread_start(&mut self) {
        let known = std::mem::take(&mut self.feeds).into_iter().map(|(id, known)| (id, known.feed, known.state));
        let known = known.collect();
        self.queue.clear();
        for (id, known) in known::resumed(known, &self.rules.config, self.clock.now()) {
            self.queue_up(id, known);
        }
    }

    fn queue_up(&mut self, id: FeedId, known: Known) {
        if known.state.retired.is_none() {
            self.queue.insert((known.state.next_poll, id));
        }
        self.feeds.insert(id, known);
    }

    /// Intervals are meant as spans of real time, whatever is done to the clock on the wall. Set back, everything to
    /// come is moved along with it, or it would not be asked for as long. Set forward, or after a sleep of the
    /// machine, everything that is due now is spread as it is after a start.
    fn look_at_the_clock(&mut self, now: Timestamp) {
        let (then, at) = std::mem::replace(&mut self.last_turn, (now, Instant::now()));
        let expected = SignedDuration::try_from(at.elapsed()).unwrap_or_default();
        let jump = now.duration_since(then) - expected;
        if self.clock != Clock::Machine || jump.unsigned_abs() < CLOCK_WAS_SET {
            return;
        }
        warn!(seconds = jump.as_secs(), "the clock was set");
        let known: Vec<_> = self.queue.iter().filter_map(|(_, id)| Some((*id, self.feeds.get(id)?.clone()))).collect();
        let back = jump.is_negative().then(|| jump.unsigned_abs());
        if let Some(jump) = back {
            self.holds.set_back(jump);
            self.hubs.set_back(jump);
        }
        for (id, known) in known::after_jump(known, &self.rules.config, now, back) {
            self.set_state(id, known.state, Some(Vec::new()));
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
        let (old, new): (Vec<_>, Vec<_>) = known.into_iter().partition(|(id, ..)| before.contains_key(id));
        let old = old.into_iter().map(|(id, feed, _)| {
            let state = schedule::sooner(before[&id].state.clone(), &pace(&self.rules.config, &feed), now);
            (id, Known { feed, state })
        });
        let all: Vec<_> = old.chain(known::resumed(new, &self.rules.config, now)).collect();
        for (id, known) in all {
            match polled.contains(&id) {
                true => drop(self.feeds.insert(id, known)),
                false => self.queue_up(id, known),
            }
        }
    }
}

impl Landed {
    fn unsaved(state: PollState, notices: Vec<Notice>) -> Self {
        let counts = Counts::default();
        let (is_saved, is_held, is_answered) = (false, false, false);
        let (hold, failure, hub, pushed) = (None, None, None, None);
        Self { state, notices, is_saved, hold, is_held, is_answered, counts, queued: 0, failure, hub, pushed }
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
