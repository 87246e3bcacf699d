//! `storywatch status`: how everything stands, from the database alone.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::{
    lookup::{Place, Reading},
    out::Out,
};
use crate::{
    clock::Clock,
    store::{entries, feeds, outbox, silences, stories},
};

#[derive(Debug, Args)]
pub(super) struct Status {
    /// One JSON value.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let rows = feeds::all(&reading.connection)?;
        let failing = rows.values().filter(|row| row.state.failures > 0 && row.state.retired.is_none()).count();
        let retired = rows.values().filter(|row| row.state.retired.is_some()).count();
        let entries = entries::count(&reading.connection)?;
        let stories = stories::count(&reading.connection)?;
        let outbox = outbox::counts(&reading.connection)?;
        let silences = silences::list(&reading.connection, Clock::Machine.now(), false)?;
        let mut out = Out::new();
        if self.json {
            out.json(&json!({
                "database": reading.path,
                "feeds": {"polled": rows.len(), "failing": failing, "retired": retired},
                "entries": entries,
                "stories": stories,
                "outbox": outbox,
                "silences": silences.len(),
            }))?;
        } else {
            out.line(format!("database  {}", reading.path.display()))?;
            out.line(format!("feeds     {} polled, {failing} failing, {retired} retired", rows.len()))?;
            out.line(format!("archive   {entries} entries in {stories} stories"))?;
            let states: Vec<String> = outbox.iter().map(|(state, count)| format!("{count} {state}")).collect();
            out.line(format!("outbox    {}", if states.is_empty() { "empty".to_owned() } else { states.join(", ") }))?;
            for silence in silences {
                out.line(format!("silence   {}", silence.reason()))?;
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}
