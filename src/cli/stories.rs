//! `storywatch stories` and `storywatch story`: what happened, and who said so when.

use std::{collections::HashMap, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;

use super::{
    lookup::{Place, Reading, since, span},
    out::Out,
    regroup::Regroup,
};
use crate::{
    clock::Clock,
    entry::EntryId,
    store::{
        alerts::{self, AlertRow},
        regrouping::{self, Kind, Regrouping},
        stories,
    },
    story::{Member, StoryId, Timeline, headline::difference},
};

#[derive(Debug, Args)]
pub(super) struct Stories {
    /// Stories with a member seen within this span.
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = span)]
    since: SignedDuration,
    /// Only stories that this watch matches.
    #[arg(long, value_name = "NAME")]
    watch: Option<String>,
    /// At most so many, the latest first.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// One JSON value a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Story {
    /// As shown by `storywatch stories` and in every mail: S8F3K2.
    #[arg(required = true)]
    id: Option<StoryId>,
    /// One JSON value.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    regroup: Option<Regroup>,
}

impl Stories {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let since = since(Clock::Machine.now(), self.since);
        let mut out = Out::new();
        for story in stories::list(&reading.connection, since, self.watch.as_deref(), self.limit)? {
            if self.json {
                out.json(&json!({
                    "story": story.story.to_string(),
                    "headline": story.headline,
                    "first_seen": story.first_seen,
                    "outlets": story.outlets,
                    "independent": story.independent,
                    "members": story.members,
                }))?;
            } else {
                out.line(format!(
                    "{:<8} {}  {:>3} outlets, {:>3} independent  {}",
                    story.story.to_string(),
                    clock_time(story.first_seen),
                    story.outlets,
                    story.independent,
                    story.headline
                ))?;
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Story {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        match (&self.regroup, self.id) {
            (Some(regroup), _) => regroup.run(place),
            (None, Some(asked)) => self.show(place, asked),
            (None, None) => bail!("no story is named"),
        }
    }

    fn show(&self, place: &Place, asked: StoryId) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        // The name of a story that was merged stands in mails that were sent.
        let id = regrouping::merged_into(&reading.connection, asked)?.unwrap_or(asked);
        let timeline = stories::timeline(&reading.connection, id, &|key| reading.outlet_name(key))?
            .with_context(|| format!("there is no story {asked}"))?;
        let alerts = alerts::of_story(&reading.connection, id)?;
        let reasons = stories::reasons(&reading.connection, id)?;
        let log = regrouping::of_story(&reading.connection, id)?;
        let mut out = Out::new();
        if self.json {
            out.json(&story_json(&timeline, &alerts, &reasons, &log))?;
        } else {
            for line in story_lines(&timeline, &alerts, &TimeZone::UTC) {
                out.line(line)?;
            }
            for member in &timeline.members {
                let Some((reason, score)) = reasons.get(&member.entry) else { continue };
                out.line(format!("  entry {} ({}): {reason} [{score:.2}]", member.entry.0, member.outlet_name))?;
            }
            for done in &log {
                out.line(format!("  {}  {}", clock_time(done.done), regrouping_line(done, None)))?;
            }
            for decision in alerts::decisions(&reading.connection, id)? {
                out.line(format!(
                    "  {}  {}: {} ({})",
                    clock_time(decision.decided),
                    decision.recipient,
                    decision.outcome,
                    decision.reason
                ))?;
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What was merged or split, without the time; `entry` is told of where it was moved.
pub(super) fn regrouping_line(done: &Regrouping, entry: Option<EntryId>) -> String {
    let what = match done.kind {
        Kind::Merge => format!("{} was merged into {}", done.source, done.target),
        Kind::Split => format!("{} was split from {}", done.target, done.source),
    };
    let note = done.note.as_deref().unwrap_or("by hand, with no note");
    let is_moved = entry.is_some_and(|entry| done.entries.contains(&entry));
    let with = if is_moved { ", this one among them" } else { "" };
    format!("{what} ({} entries{with}): {note}", done.entries.len())
}

pub(super) fn regrouping_json(done: &Regrouping) -> serde_json::Value {
    json!({
        "kind": done.kind.as_str(),
        "source": done.source.to_string(),
        "target": done.target.to_string(),
        "entries": done.entries.iter().map(|entry| entry.0).collect::<Vec<_>>(),
        "note": done.note,
        "done": done.done,
    })
}

fn story_json(
    timeline: &Timeline,
    alerts: &[AlertRow],
    reasons: &HashMap<EntryId, (String, f32)>,
    log: &[Regrouping],
) -> serde_json::Value {
    let member = |member: &Member| {
        let mut value = json!(member);
        let (reason, score) = reasons.get(&member.entry).cloned().unwrap_or_default();
        value["entry"] = json!(member.entry.0);
        value["cites"] = json!(member.cites);
        value["reason"] = json!(reason);
        value["score"] = json!(score);
        value
    };
    let alert = |row: &AlertRow| {
        json!({
            "recipient": row.recipient.0,
            "seq": row.seq,
            "event": row.event.as_str(),
            "events": row.events,
            "route": row.route.map(|route| route.as_str()),
            "watches": row.watches,
            "raised": row.raised,
            "queued": row.queued,
            "reason": row.reason,
        })
    };
    json!({
        "story": timeline.story.to_string(),
        "headline": timeline.headline,
        "first_seen": timeline.first_seen,
        "outlets": timeline.outlets().len(),
        "independent": timeline.independent_outlets().len(),
        "members": timeline.members.iter().map(member).collect::<Vec<_>>(),
        "regrouped": log.iter().map(regrouping_json).collect::<Vec<_>>(),
        "alerts": alerts.iter().map(alert).collect::<Vec<_>>(),
    })
}

/// The time line for people; also what `demo` ends with.
pub(super) fn story_lines(timeline: &Timeline, alerts: &[AlertRow], zone: &TimeZone) -> Vec<String> {
    let mut lines = vec![
        format!("{}  {}", timeline.story, timeline.headline),
        format!("  {} outlets, {} of them independent", timeline.outlets().len(), timeline.independent_outlets().len()),
    ];
    for member in &timeline.members {
        lines.extend(member_lines(member, zone));
    }
    for alert in alerts {
        let when = alert.queued.unwrap_or(alert.due);
        let state = match (alert.is_waiting, alert.route) {
            (true, _) => "waits until".to_owned(),
            (false, Some(route)) => format!("for a digest ({})", route.as_str()),
            (false, None) => "queued".to_owned(),
        };
        lines.push(format!(
            "  {}  alert {} to {}: {} ({state} {}; {})",
            time_in(alert.raised, zone),
            alert.seq + 1,
            alert.recipient,
            alert.event.as_str(),
            time_in(when, zone),
            alert.reason
        ));
    }
    lines
}

fn member_lines(member: &Member, zone: &TimeZone) -> Vec<String> {
    let of = member.of.as_deref().map(|of| format!(" {of}")).unwrap_or_default();
    let relation = format!("{}{of}", member.relation.as_str());
    let mut lines =
        vec![format!("  {}  {:<22} {:<24} {}", time_in(member.seen, zone), member.outlet_name, relation, member.title)];
    let indent = " ".repeat(20);
    let mut titles: Vec<&str> = member.earlier_titles.iter().map(|(_, title)| title.as_str()).collect();
    titles.push(&member.title);
    for ((seen, _), versions) in member.earlier_titles.iter().zip(titles.windows(2)) {
        let change = difference(versions[0], versions[1]);
        let weight = if change.is_news { "news" } else { "no news" };
        lines.push(format!("{indent}headline from {}: {change} ({weight}: {})", time_in(*seen, zone), change.reason));
    }
    if let Some(sentence) = &member.corrects {
        lines.push(format!("{indent}takes back: {sentence}"));
    }
    if let Some(evidence) = &member.evidence {
        lines.push(format!("{indent}{evidence}"));
    }
    lines
}

/// Date and time of day in UTC, to the minute.
pub(super) fn clock_time(time: Timestamp) -> String {
    time_in(time, &TimeZone::UTC)
}

fn time_in(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}
