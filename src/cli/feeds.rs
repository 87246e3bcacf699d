//! `storywatch feeds …`: the feeds, seen from outside the daemon.

mod list;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::lookup::Place;

#[derive(Debug, Subcommand)]
pub(super) enum Feeds {
    /// List all feeds with their health: last and next poll, news a day, and what went wrong.
    List(list::List),
}

impl Feeds {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        match self {
            Self::List(command) => command.run(place),
        }
    }
}
