//! SIGHUP: another configuration takes over, or the old one stays.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{Load, summary, wire_after};
use crate::{
    archive::Archive,
    clock::Clock,
    config::{self, Config},
    courier::Round,
    intake::Intake,
    poller::Tools,
    store::{Store, notices},
    systemd,
    watch::Sample,
    web,
};

/// What notices about the configuration are about.
const SUBJECT: &str = "configuration";
const REFUSED: &str = "refused";

pub(super) struct Reloader {
    pub load: Load,
    pub rounds: watch::Sender<Round>,
    pub tools: watch::Sender<Tools>,
    pub pages: watch::Sender<web::Settings>,
    pub intake: Intake,
    pub store: Arc<Store>,
    pub clock: Clock,
    pub stop: CancellationToken,
}

impl Reloader {
    /// Loads, compiles and only then swaps; intake and sending go on meanwhile.
    pub async fn reload(&mut self) {
        let rules = Arc::clone(&self.rounds.borrow().rules);
        let before = Arc::clone(&rules.config);
        let wired = (self.load)().and_then(|config| wire_after(Arc::new(config.sharing(&before)), Some(&*rules)));
        drop(rules);
        let (round, tools) = match wired {
            Ok(wired) => wired,
            Err(failure) => {
                error!("the old configuration stays: {failure:#}");
                systemd::status(&format!("{}; last reload refused", summary(&before)));
                let text = format!("The new configuration is refused, the old one stays: {failure:#}");
                self.note(Some(text), false).await;
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
            error!("the old configuration stays, the new one cannot be put to use: {failure:#}");
            systemd::status(&format!("{}; last reload failed", summary(&before)));
            return;
        }
        self.intake.set_rules(&round.rules);
        self.rounds.send_replace(round);
        self.tools.send_replace(tools);
        let pages = web::Settings::of(&after);
        self.pages.send_if_modified(|before| std::mem::replace(before, pages.clone()) != pages);
        let difference = config::difference(&before, &after);
        info!("reloaded: {difference}");
        systemd::status(&summary(&after));
        if !(difference.watches.is_empty() && difference.terms.is_empty() && difference.recipients.is_empty()) {
            self.expect(before, after);
        }
        let is_other = !difference.is_empty();
        self.note(is_other.then(|| format!("The configuration was reloaded: {difference}.")), true).await;
    }

    /// Says in the log how many mails are to be expected now, beside how many were; in its own time, for it reads what
    /// is stored.
    fn expect(&self, before: Arc<Config>, after: Arc<Config>) {
        let (now, stop) = (self.clock.now(), self.stop.clone());
        tokio::task::spawn_blocking(move || {
            let path = before.storage.path.clone();
            let expected = |config| {
                let archive = Archive::open(&path, Some(config))?;
                archive.expect(now, &|| stop.is_cancelled(), &mut Sample::default())
            };
            match expected(before).and_then(|before| Ok((before, expected(after)?))) {
                Ok(_) if stop.is_cancelled() => {}
                Ok((_, after)) if after.read == 0 => info!("no mails can be foretold: nothing is stored yet"),
                Ok((before, after)) => info!(
                    "expected: {:.1} mails a day before, {:.1} now, by {} entries of the last {:.1} days",
                    before.a_day(before.all.mails),
                    after.a_day(after.all.mails),
                    after.read,
                    after.days
                ),
                Err(failure) => warn!(error = %failure, "what mails are to be expected cannot be said"),
            }
        });
    }

    /// Keeps what the operator is told of a reload.
    async fn note(&self, text: Option<String>, is_accepted: bool) {
        let now = self.clock.now();
        let noted = self.store.write(move |transaction| {
            if is_accepted {
                notices::close(transaction, SUBJECT, REFUSED, "The configuration is accepted again.", now)?;
            }
            match (text, is_accepted) {
                (Some(text), true) => notices::note(transaction, SUBJECT, "reloaded", &text, now),
                (Some(text), false) => notices::raise(transaction, SUBJECT, REFUSED, &text, now).map(|_| ()),
                (None, _) => Ok(()),
            }
        });
        if let Err(failure) = noted.await {
            warn!(error = %failure, "the reload could not be noted for the operator");
        }
    }
}
