//! `storywatch outbox`: what has not been delivered, and trying again.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    lookup::{Place, Reading, open_beside},
    out::Out,
    stories::clock_time,
};
use crate::{
    clock::Clock,
    store::outbox::{self, DeliveryId, Listed},
    story::StoryId,
};

#[derive(Debug, Subcommand)]
pub(super) enum Outbox {
    /// List deliveries, the latest first; without those that were sent.
    List(List),
    /// Make deliveries due again now: their bytes and identity stay the same.
    Retry(Retry),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Those that were sent too.
    #[arg(long)]
    all: bool,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// One JSON value a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Retry {
    /// Numbers from `storywatch outbox list`.
    #[arg(required = true)]
    id: Vec<i64>,
}

impl Outbox {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        match self {
            Self::List(command) => command.run(place),
            Self::Retry(command) => command.run(place),
        }
    }
}

impl List {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let mut out = Out::new();
        for row in outbox::list(&reading.connection, self.all, self.limit)? {
            if self.json { out.json(&row_json(&row))? } else { out.line(row_line(&row))? }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Retry {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let connection = open_beside(place)?;
        let mut refused = Vec::new();
        for id in &self.id {
            if !outbox::retry(&connection, DeliveryId(*id), Clock::Machine.now())? {
                refused.push(id.to_string());
            }
        }
        if !refused.is_empty() {
            bail!("no delivery with bytes waits, failed or was given up under {}", refused.join(", "));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row_json(row: &Listed) -> serde_json::Value {
    json!({
        "id": row.id.0,
        "state": row.state,
        "channel": row.channel.0,
        "recipient": row.recipient.0,
        "story": row.story.map(|story| StoryId(story).to_string()),
        "event": row.event,
        "headline": row.headline,
        "attempts": row.attempts,
        "next": row.next_at,
        "last_error": row.last_error,
        "message_id": row.message_id,
        "sent": row.sent,
    })
}

fn row_line(row: &Listed) -> String {
    let when = match (&row.sent, row.state.as_str()) {
        (Some(sent), _) => clock_time(*sent),
        (None, "dead") => "given up".to_owned(),
        (None, _) => format!("due {}", clock_time(row.next_at)),
    };
    let error = row.last_error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
    format!(
        "{:>6} {:<8} {:<20} {:<28} {} {} {} tries{error}",
        row.id.0,
        row.state,
        when,
        row.channel,
        row.story.map_or_else(|| row.event.clone(), |story| StoryId(story).to_string()),
        row.headline,
        row.attempts
    )
}
