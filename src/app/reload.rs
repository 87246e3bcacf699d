//! SIGHUP: another configuration takes over, or the old one stays.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::{error, info, warn};

use super::{Load, summary, wire};
use crate::{clock::Clock, config, courier::Round, intake::Intake, poller::Tools, store::Store, systemd};

pub(super) struct Reloader {
    pub load: Load,
    pub rounds: watch::Sender<Round>,
    pub tools: watch::Sender<Tools>,
    pub intake: Intake,
    pub store: Arc<Store>,
    pub clock: Clock,
}

impl Reloader {
    /// Loads, compiles and only then swaps; intake and sending go on meanwhile.
    pub async fn reload(&mut self) {
        let before = Arc::clone(&self.rounds.borrow().rules.config);
        let wired = (self.load)().and_then(wire);
        let (round, tools) = match wired {
            Ok(wired) => wired,
            Err(failure) => {
                error!("the new configuration is refused, the old one stays: {failure:#}");
                systemd::status(&format!("{}; last reload refused", summary(&before)));
                return;
            }
        };
        let after = Arc::clone(&round.rules.config);
        if before.storage.path != after.storage.path {
            warn!("storage.path has changed: it takes effect at the next start");
        }
        // Before the swap: a changed watch must not take for news what was there before it asked.
        let starting = self.intake.start_watches(&self.store, Arc::clone(&round.rules), self.clock.now());
        if let Err(failure) = starting.await {
            error!("the new configuration cannot be put to use, the old one stays: {failure:#}");
            systemd::status(&format!("{}; last reload failed", summary(&before)));
            return;
        }
        self.intake.set_rules(&round.rules);
        self.rounds.send_replace(round);
        self.tools.send_replace(tools);
        info!("reloaded: {}", config::difference(&before, &after));
        systemd::status(&summary(&after));
    }
}
