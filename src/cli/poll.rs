//! `storywatch poll`: one pass in the foreground.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, ensure};
use clap::Args;

use super::{block_on, lookup::Place, out::Out};
use crate::{app::Engine, clock::Clock, config::Config, poller::Pass};

#[derive(Debug, Args)]
pub(super) struct Poll {
    /// Names or URLs of feeds; all that are due when left out.
    feed: Vec<String>,
    /// Every feed, due or not.
    #[arg(long, conflicts_with = "feed")]
    all: bool,
}

impl Poll {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let config = place.load()?;
        check_names(&config, &self.feed)?;
        block_on(self.pass(config))
    }

    async fn pass(&self, config: Config) -> Result<ExitCode> {
        let engine = Engine::open(Arc::new(config), Clock::Machine).await?;
        let mut poller = engine.poller().await?;
        let pass = match (self.all, self.feed.is_empty()) {
            (true, _) => Pass::All,
            (false, false) => Pass::Named(self.feed.clone()),
            (false, true) => Pass::Due,
        };
        let polled = poller.pass(&pass).await?;
        let mut out = Out::new();
        let mut failed = 0;
        for feed in &polled {
            failed += usize::from(feed.error.is_some());
            out.line(feed.to_string())?;
        }
        out.line(format!("{} feeds polled, {failed} failed", polled.len()))?;
        out.end()?;
        drop(poller);
        let mut courier = engine.courier();
        courier.deliver_all_due().await?;
        drop(courier);
        engine.close().await?;
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn check_names(config: &Config, names: &[String]) -> Result<()> {
    for name in names {
        let mut named = config.feeds.iter().filter(|feed| feed.name == *name || feed.url.as_str() == name).peekable();
        ensure!(named.peek().is_some(), "no feed has the name or the URL {name:?}");
        ensure!(named.any(|feed| feed.enabled), "the feed {name:?} is not polled: it says `enabled = false`");
    }
    Ok(())
}
