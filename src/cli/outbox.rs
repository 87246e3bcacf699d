//! `storywatch outbox`: what has not been delivered and why, trying again, and giving up.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use rusqlite::Connection;
use serde_json::json;

use super::{
    lookup::{Place, Reading, open_beside},
    out::Out,
    stories::clock_time,
};
use crate::{
    clock::Clock,
    store::{
        self,
        lanes::{self, LaneState},
        outbox::{self, AttemptRow, DeliveryId, Listed},
    },
    story::StoryId,
};

#[derive(Debug, Subcommand)]
pub(super) enum Outbox {
    /// List deliveries, the latest first; without those that were sent or dropped.
    List(List),
    /// Show one delivery: every attempt, and with --message its bytes.
    Show(Show),
    /// Make deliveries due again now: their bytes and identity stay the same.
    Retry(Change),
    /// Give deliveries up and take them off the list.
    Drop(Change),
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Those that were sent or dropped too.
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
pub(super) struct Show {
    /// Number from `storywatch outbox list`.
    id: i64,
    /// Print the message itself, as it goes out.
    #[arg(long)]
    message: bool,
    /// One JSON value.
    #[arg(long, conflicts_with = "message")]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Change {
    /// Numbers from `storywatch outbox list`.
    #[arg(required = true)]
    id: Vec<i64>,
    /// One JSON value a delivery.
    #[arg(long)]
    json: bool,
}

impl Outbox {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        match self {
            Self::List(command) => command.run(place),
            Self::Show(command) => command.run(place),
            Self::Retry(command) => {
                let unfit = "no delivery with bytes waits, failed or was given up";
                command.run(place, "due", unfit, outbox::retry)
            }
            Self::Drop(command) => {
                let unfit = "no delivery that waits, failed or was given up stands";
                command.run(place, "dropped", unfit, outbox::drop_by_hand)
            }
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
        if !self.json {
            for name in lanes::closed(&reading.connection)? {
                out.line(lane_line(&reading.connection, &name)?)?;
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let id = DeliveryId(self.id);
        let Some(row) = outbox::find(&reading.connection, id)? else { bail!("there is no delivery {}", self.id) };
        let mut out = Out::new();
        if self.message {
            let Some(bytes) = outbox::payload(&reading.connection, id)? else {
                bail!("delivery {} has not been worded yet", self.id)
            };
            out.text(&String::from_utf8_lossy(&bytes))?;
            out.end()?;
            return Ok(ExitCode::SUCCESS);
        }
        let attempts = outbox::attempts(&reading.connection, id)?;
        if self.json {
            let mut value = row_json(&row);
            value["tries"] = attempts.iter().map(attempt_json).collect();
            out.json(&value)?;
        } else {
            for line in show_lines(&row) {
                out.line(line)?;
            }
            for (number, attempt) in attempts.iter().enumerate() {
                out.line(attempt_line(number + 1, attempt))?;
            }
            let name = outbox::lane(&row.channel);
            if lanes::load(&reading.connection, name)?.state != LaneState::Open {
                out.line(lane_line(&reading.connection, name)?)?;
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

type Act = fn(&Connection, DeliveryId, jiff::Timestamp) -> Result<bool, store::Error>;

impl Change {
    fn run(&self, place: &Place, done: &str, unfit: &str, act: Act) -> Result<ExitCode> {
        let connection = open_beside(place)?;
        let mut out = Out::new();
        let mut refused = Vec::new();
        for id in &self.id {
            let is_done = act(&connection, DeliveryId(*id), Clock::Machine.now())?;
            if self.json {
                out.json(&json!({"id": id, done: is_done}))?;
            }
            if !is_done {
                refused.push(id.to_string());
            }
        }
        out.end()?;
        if !refused.is_empty() {
            bail!("{unfit} under {}", refused.join(", "));
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

fn attempt_json(attempt: &AttemptRow) -> serde_json::Value {
    json!({
        "started": attempt.started,
        "ended": attempt.ended,
        "outcome": attempt.outcome,
        "detail": attempt.detail,
    })
}

/// The story, or what else the message is.
fn about(row: &Listed) -> String {
    row.story.map_or_else(|| row.event.clone(), |story| StoryId(story).to_string())
}

fn when(row: &Listed) -> String {
    match (&row.sent, row.state.as_str()) {
        (Some(sent), _) => clock_time(*sent),
        (None, "dead") => "given up".to_owned(),
        (None, _) => format!("due {}", clock_time(row.next_at)),
    }
}

fn row_line(row: &Listed) -> String {
    let error = row.last_error.as_deref().map(|error| format!("  {error}")).unwrap_or_default();
    format!(
        "{:>6} {:<8} {:<20} {:<28} {} {} {} tries{error}",
        row.id.0,
        row.state,
        when(row),
        row.channel,
        row.story.map_or_else(|| row.event.clone(), |story| StoryId(story).to_string()),
        row.headline,
        row.attempts
    )
}

fn show_lines(row: &Listed) -> Vec<String> {
    let line = |name: &str, value: &str| format!("{name:<10} {value}");
    vec![
        line("delivery", &row.id.0.to_string()),
        line("state", &format!("{}, {}", row.state, when(row))),
        line("channel", &row.channel.0),
        line("recipient", &row.recipient.0),
        line("about", &format!("{} {}", about(row), row.headline)),
        line("event", &row.event),
        line("message-id", row.message_id.as_deref().unwrap_or("not worded yet")),
        line("tries", &row.attempts.to_string()),
    ]
}

fn attempt_line(number: usize, attempt: &AttemptRow) -> String {
    let outcome = attempt.outcome.as_deref().unwrap_or("under way");
    let detail = attempt.detail.as_deref().unwrap_or_default();
    format!("{number:>6}     {} {outcome:<10} {detail}", clock_time(attempt.started))
}

fn lane_line(connection: &Connection, name: &str) -> Result<String> {
    let lane = lanes::load(connection, name)?;
    let since = lane.since.map(|since| format!(" since {}", clock_time(since))).unwrap_or_default();
    let reason = lane.reason.as_deref().unwrap_or("no reason given");
    Ok(format!("{name} is {}{since}: {reason}", lane.state.as_str()))
}
