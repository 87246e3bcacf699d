//! `storywatch feeds …`: the health of each feed, seen from outside the daemon; and finding, importing and exporting
//! them.

mod list;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::{
    discover::Discover,
    lookup::Place,
    opml::{Export, Import},
};

#[derive(Debug, Subcommand)]
pub(super) enum Feeds {
    /// List all feeds with their health: last and next poll, news a day, and what went wrong.
    List(list::List),
    /// Find the feeds of a site and print them as configuration.
    Discover(Discover),
    /// Print the feeds of another reader's list (OPML) as configuration.
    Import(Import),
    /// Print the configured feeds as a list (OPML) for another reader.
    Export(Export),
}

impl Feeds {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        match self {
            Self::List(command) => command.run(place),
            Self::Discover(command) => command.run(place),
            Self::Import(command) => command.run(place),
            Self::Export(command) => command.run(place),
        }
    }
}
