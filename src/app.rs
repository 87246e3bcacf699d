//! Opens, wires, spawns, drains: the one room that knows everyone.

mod follow;
mod housekeeping;
mod reload;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, info, warn};

use crate::{
    clock::Clock,
    config::Config,
    courier::{Courier, Round},
    deliver::Deliverer,
    fetch,
    intake::{Intake, Rules},
    poller::{self, Bells, Poller, Tools},
    store::{self, Store, lanes, outbox},
    systemd, web, websub,
};

/// How long what is in flight may take to finish after SIGTERM.
const DRAIN: Duration = Duration::from_secs(10);

/// Connections kept open to a webhook's host between two deliveries.
const KEPT_FOR_HOOKS: usize = 1;

/// The product without its loops: everything opened and wired. `run` puts loops around it, `poll` and `demo` take
/// single steps.
pub struct Engine {
    pub store: Arc<Store>,
    pub intake: Intake,
    pub round: Round,
    pub tools: Tools,
    pub clock: Clock,
}

impl Engine {
    /// Opens the database and rebuilds the story index.
    pub async fn open(config: Arc<Config>, clock: Clock) -> Result<Self> {
        let now = clock.now();
        let (round, tools) = wire(config)?;
        let path = round.rules.config.storage.path.clone();
        let store = tokio::task::spawn_blocking(move || Store::open(&path, now)).await??;
        recover(&store, now).await?;
        let rules = Arc::clone(&round.rules);
        let intake = rebuild(&store, Arc::clone(&rules), now).await?;
        let started = intake.start_watches(&store, rules, now).await?;
        if started.watches > 0 {
            info!(watches = started.watches, matches = started.matches, "watches that are new or changed start");
        }
        Ok(Self { store: Arc::new(store), intake, round, tools, clock })
    }

    /// A poller for the configured feeds; rows of feeds not seen before are made.
    pub async fn poller(&self) -> Result<Poller> {
        let poller = Poller::open(
            Arc::clone(&self.store),
            self.intake.clone(),
            Arc::clone(&self.round.rules),
            self.tools.clone(),
            self.clock,
        );
        Ok(poller.await?)
    }

    /// A courier that works with what the engine was opened with.
    pub fn courier(&self) -> Courier {
        let (_, round) = watch::channel(self.round.clone());
        Courier::new(Arc::clone(&self.store), round, self.clock)
    }

    /// Closes the database after the last piece of work.
    pub async fn close(self) -> Result<()> {
        close(self.store).await
    }
}

async fn close(store: Arc<Store>) -> Result<()> {
    match Arc::try_unwrap(store) {
        Ok(store) => Ok(store.close().await?),
        // Somebody still holds it; the process is about to end, and what is committed is on the disk.
        Err(_) => Ok(()),
    }
}

async fn recover(store: &Store, now: Timestamp) -> Result<()> {
    let recovering = store.write(move |transaction| {
        lanes::reopen_all(transaction)?;
        outbox::recover(transaction, now)
    });
    let doubtful = recovering.await?;
    for id in doubtful {
        warn!(id, "was being sent when the last process ended; it goes out again and may be a duplicate");
    }
    Ok(())
}

async fn rebuild(store: &Store, rules: Arc<Rules>, now: Timestamp) -> Result<Intake, store::Error> {
    let (intake, entries) = store.read(move |connection| Intake::rebuild(connection, &rules, now)).await?;
    info!(entries, "story index rebuilt");
    Ok(intake)
}

/// What a configuration becomes before anything uses it; fails without a side effect.
pub fn wire(config: Arc<Config>) -> Result<(Round, Tools)> {
    wire_after(config, None)
}

fn wire_after(config: Arc<Config>, before: Option<&Rules>) -> Result<(Round, Tools)> {
    let rules = Rules::after(Arc::clone(&config), before).map_err(anyhow::Error::msg)?;
    let settings = fetch::Settings {
        contact: contact(&config),
        allow_networks: config.polling.allow_networks.clone(),
        concurrency: config.polling.concurrency,
        per_host: config.polling.per_host,
        ..fetch::Settings::default()
    };
    let guard = fetch::Guard::new(config.polling.allow_networks.clone());
    let hooks = fetch::build_http(&settings, &guard, KEPT_FOR_HOOKS).context("the HTTP client cannot be made")?;
    let client =
        fetch::Client::with_ways(&settings, poller::ways(&config)).context("the HTTP client cannot be made")?;
    let deliverer = Arc::new(Deliverer::new(&config, hooks, guard));
    Ok((Round { rules: Arc::new(rules), deliverer }, Tools { client }))
}

/// Whoever runs an origin must be able to reach whoever runs this; where nothing else is said, by the address that the
/// mails come from.
fn contact(config: &Config) -> Option<String> {
    let sender = || config.mail.as_ref().map(|mail| format!("mailto:{}", mail.from_address));
    config.polling.contact.clone().or_else(sender)
}

/// Loads the configuration as it stands on the disk now.
pub type Load = Box<dyn Fn() -> Result<Config> + Send>;

/// The daemon: runs until SIGTERM or SIGINT.
pub async fn run(config: Arc<Config>, load: Load) -> Result<()> {
    let started = std::time::Instant::now();
    let mut signals = Signals::listen()?;
    let engine = Engine::open(config, Clock::Machine).await?;
    let (rounds, round) = watch::channel(engine.round.clone());
    let (tools_sender, tools) = watch::channel(engine.tools.clone());
    let courier = Courier::new(Arc::clone(&engine.store), round.clone(), engine.clock);
    let poller = engine.poller().await?;
    let (pages, settings) = watch::channel(web::Settings::of(&engine.round.rules.config));
    let status = summary(&engine.round.rules.config);
    // Kept here, the first configuration would stay in memory beside every later one.
    let Engine { store, intake, round: opened, tools: opened_with, clock } = engine;
    drop((opened, opened_with));
    let bells = Bells::default();
    let stop = CancellationToken::new();
    let progress = [Arc::clone(&courier.progress), poller.progress()];
    let tasks = TaskTracker::new();
    tasks.spawn(courier.run(Arc::clone(&bells.wake), stop.clone()));
    tasks.spawn(poller.run(round.clone(), tools.clone(), bells.clone(), stop.clone()));
    let hubs = Arc::clone(&bells.hubs);
    tasks.spawn(websub::run(Arc::clone(&store), round.clone(), tools, clock, hubs, stop.clone()));
    tasks.spawn(housekeeping::run(Arc::clone(&store), round.clone(), clock, stop.clone()));
    tasks.spawn(follow::run(Arc::clone(&store), intake.clone(), round.clone(), clock, stop.clone()));
    let Bells { pushes, hubs, .. } = bells;
    let site = web::Site { store: Arc::clone(&store), clock, pushes, hubs };
    tasks.spawn(web::run(site, settings, stop.clone()));
    tasks.spawn(watch_over(progress, stop.clone()));
    tasks.close();

    info!(milliseconds = started.elapsed().as_millis() as u64, "{status}");
    systemd::ready(&status);
    let mut reloader = reload::Reloader {
        load,
        rounds,
        tools: tools_sender,
        pages,
        intake,
        store: Arc::clone(&store),
        clock,
        stop: stop.clone(),
    };
    let failure = loop {
        tokio::select! {
            _ = signals.hangup.recv() => reloader.reload().await,
            () = signals.end.asked() => break None,
            // Whoever starts it again starts it with a checked file.
            failure = store.failed() => break Some(failure),
        }
    };
    info!("stopping");
    systemd::stopping();
    stop.cancel();
    drain(&tasks, &mut signals.end).await;
    drop(reloader);
    match failure {
        Some(failure) => bail!(failure),
        None => close(store).await,
    }
}

/// Lets what is in flight come to its end, within bounds.
async fn drain(tasks: &TaskTracker, end: &mut End) {
    tokio::select! {
        () = tasks.wait() => {}
        () = tokio::time::sleep(DRAIN) => warn!("not everything in flight has finished; it goes on at the next start"),
        () = end.asked() => warn!("stopping at once"),
    }
}

fn summary(config: &Config) -> String {
    let feeds = config.feeds.iter().filter(|feed| feed.enabled).count();
    format!("watching {feeds} feeds with {} watches for {} recipients", config.watches.len(), recipients(config))
}

fn recipients(config: &Config) -> usize {
    config.recipients.len() + config.webhooks.len()
}

struct Signals {
    hangup: Signal,
    end: End,
}

/// Either of the two signals by which the end is asked for.
struct End {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        let end = End { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? };
        Ok(Self { hangup: signal(SignalKind::hangup())?, end })
    }
}

impl End {
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Tells the watchdog of life only while every loop moves on: a timer beside them would hide a loop that hangs.
async fn watch_over(progress: [Arc<AtomicU64>; 2], stop: CancellationToken) {
    let Some(limit) = systemd::watchdog() else { return };
    let mut before = [u64::MAX; 2];
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(limit / 3) => {}
        }
        let now = [progress[0].load(Ordering::Relaxed), progress[1].load(Ordering::Relaxed)];
        if now.iter().zip(&before).all(|(now, before)| now != before) {
            systemd::alive();
        } else {
            error!("a loop has not moved on");
        }
        before = now;
    }
}

/// Where the database of a configuration lies.
pub fn database(config: &Config) -> PathBuf {
    config.storage.path.clone()
}
