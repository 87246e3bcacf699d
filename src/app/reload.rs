//! SIGHUP: another configuration takes over, or the old one stays.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::{error, info, warn};

use super::{Load, summary, wire};
use crate::{
    config::{self, Web},
    courier::Round,
    intake::Intake,
    poller::Tools,
    systemd,
};

pub(super) struct Reloader {
    pub load: Load,
    pub rounds: watch::Sender<Round>,
    pub tools: watch::Sender<Tools>,
    pub pages: watch::Sender<Web>,
    pub intake: Intake,
}

impl Reloader {
    /// Loads, compiles and only then swaps; intake and sending go on meanwhile.
    pub fn reload(&mut self) {
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
        self.intake.set_rules(&round.rules);
        self.rounds.send_replace(round);
        self.tools.send_replace(tools);
        self.pages.send_if_modified(|web| std::mem::replace(web, after.web.clone()) != after.web);
        info!("reloaded: {}", config::difference(&before, &after));
        systemd::status(&summary(&after));
    }
}
