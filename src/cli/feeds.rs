//! `storywatch feeds`: the health of each feed; and finding, importing and exporting them.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    discover::Discover,
    lookup::{Place, Reading},
    opml::{Export, Import},
    out::Out,
    stories::clock_time,
};
use crate::{
    config::without_secrets,
    store::feeds::{self, FeedRow},
};

#[derive(Debug, Subcommand)]
pub(super) enum Feeds {
    /// List all feeds with their last and next poll, and what went wrong.
    List(List),
    /// Find the feeds of a site and print them as configuration.
    Discover(Discover),
    /// Print the feeds of another reader's list (OPML) as configuration.
    Import(Import),
    /// Print the configured feeds as a list (OPML) for another reader.
    Export(Export),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// One JSON value a line.
    #[arg(long)]
    json: bool,
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

impl List {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let counts = feeds::entry_counts(&reading.connection)?;
        let mut out = Out::new();
        for row in feeds::all(&reading.connection)?.values() {
            let entries = counts.get(&row.id).copied().unwrap_or(0);
            if self.json {
                out.json(&row_json(row, entries))?;
            } else {
                for line in row_lines(row, entries) {
                    out.line(line)?;
                }
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

fn row_json(row: &FeedRow, entries: u64) -> serde_json::Value {
    let state = &row.state;
    json!({
        "url": shown(&row.url),
        "title": row.title,
        "moved_to": state.moved_to.as_deref().map(shown),
        "entries": entries,
        "status": state.last_status,
        "last_poll": state.last_poll,
        "last_success": state.last_success,
        "last_change": state.last_change,
        "failures": state.failures,
        "error": state.last_error,
        "next_poll": state.next_poll,
        "next_reason": state.next_reason,
        "retired": state.retired,
    })
}

/// The URL without what may be a secret.
fn shown(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| without_secrets(&url).to_string())
}

fn row_lines(row: &FeedRow, entries: u64) -> Vec<String> {
    let state = &row.state;
    let title = row.title.as_deref().unwrap_or("(never read)");
    let mut lines = vec![format!("{title}  <{}>  {entries} entries", shown(&row.url))];
    if let Some(moved) = &state.moved_to {
        lines.push(format!("  moved to <{}>", shown(moved)));
    }
    let last = state.last_poll.map_or_else(|| "never polled".to_owned(), |time| format!("polled {}", clock_time(time)));
    let status = state.last_status.map(|status| format!(", status {status}")).unwrap_or_default();
    match &state.retired {
        Some(reason) => lines.push(format!("  {last}{status}; given up: {reason}")),
        None => lines.push(format!("  {last}{status}; next {} ({})", clock_time(state.next_poll), state.next_reason)),
    }
    if let (Some(error), true) = (&state.last_error, state.failures > 0) {
        lines.push(format!("  {} failures in a row: {error}", state.failures));
    }
    lines
}
