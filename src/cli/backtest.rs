//! `storywatch backtest`: what watches would have brought, from the archive, without touching anything.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    lookup::{Place, since, span},
    matching::watchlists,
    out::Out,
    stories::clock_time,
};
use crate::{
    archive::Trial,
    backtest::{Report, Story},
    clock::Clock,
    config::Watchlists,
    story::StoryId,
    watch::Sample,
};

/// Stories listed, and clauses of each kind.
const MOST: usize = 10;

/// Play watches over the stored entries under their delivery policy and show what they would have brought: entries,
/// stories and mails a day, the top stories with the sentence that was hit, and what each clause did. Touches no state.
#[derive(Debug, Args)]
pub(super) struct Backtest {
    /// A watchlist (`[[watch]]`, `[terms]`); `notify` may be left out.
    file: PathBuf,
    /// Entries seen within this span.
    #[arg(long, value_name = "SPAN", default_value = "30d", value_parser = span)]
    since: SignedDuration,
    /// Compare with another watchlist: stories gained and lost by going from it to FILE.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Fail (exit code 1) when more mails than this would have been sent, such as 20/day.
    #[arg(long, value_name = "N/day", value_parser = rate)]
    fail_over: Option<f64>,
    /// One JSON value.
    #[arg(long)]
    json: bool,
}

/// `20/day`, `3/hour`, `50/week`: as a number a day.
fn rate(text: &str) -> Result<f64, String> {
    let expected = || format!("{text:?} is no rate: expected a number and a span, such as 20/day");
    let (number, per) = text.split_once('/').unwrap_or((text, "day"));
    let number: f64 = number.trim().parse().map_err(|_| expected())?;
    let days = match per.trim() {
        "hour" | "h" => 1.0 / 24.0,
        "day" | "d" => 1.0,
        "week" | "w" => 7.0,
        _ => return Err(expected()),
    };
    if number.is_finite() && number >= 0.0 { Ok(number / days) } else { Err(expected()) }
}

impl Backtest {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let watches = watchlists(std::slice::from_ref(&self.file))?;
        let against = self.against.as_ref().map(|file| watchlists(std::slice::from_ref(file))).transpose()?;
        let archive = place.archive()?;
        let now = Clock::Machine.now();
        let (since, most) = (since(now, self.since), usize::MAX);
        let trial = Trial { archive: &archive, since, now, most, stopped: &|| false };
        let report = play(&trial, &watches)?;
        let before = against.map(|watches| play(&trial, &watches)).transpose()?;
        let mut out = Out::new();
        if self.json {
            out.json(&to_json(&report, before.as_ref()))?;
        } else {
            for line in to_lines(&report).into_iter().chain(before.iter().flat_map(|before| compare(&report, before))) {
                out.line(line)?;
            }
        }
        out.end()?;
        let a_day = report.a_day(report.all.mails);
        if let Some(most) = self.fail_over.filter(|most| a_day > *most) {
            eprintln!("storywatch: {a_day:.2} mails a day would have been sent, more than {most}");
            return Ok(ExitCode::FAILURE);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A watchlist that names terms of the configuration may use them.
fn play(trial: &Trial<'_>, list: &Watchlists) -> Result<Report> {
    trial.play(&list.watches, &list.terms, &mut Sample::default())
}

fn to_lines(report: &Report) -> Vec<String> {
    let row = |what: &str, count: usize| format!("  {what:<8} {count:>7}  {:>8.1} a day", report.a_day(count));
    let mut lines = vec![
        format!("{} entries read over {:.1} days", report.read, report.days),
        row("entries", report.all.entries),
        row("stories", report.all.stories),
        row("mails", report.all.mails),
    ];
    let events: Vec<String> = report.events.iter().map(|(event, count)| format!("{count} {event}")).collect();
    if !events.is_empty() {
        lines[3] += &format!("  ({})", events.join(", "));
    }
    lines.extend(
        report
            .recipients
            .iter()
            .map(|(recipient, mails)| format!("  to {recipient}: {mails} mails, {:.1} a day", report.a_day(*mails))),
    );
    for (watch, tally) in &report.watches {
        lines.push(format!(
            "{watch}: {} entries, {} stories, {} mails ({:.1} a day)",
            tally.entries,
            tally.stories,
            tally.mails,
            report.a_day(tally.mails)
        ));
        if let Some(clauses) = report.clauses.get(watch) {
            lines.extend(counted("most of the volume", &clauses.found));
            lines.extend(counted("alone did the work", &clauses.alone));
            if !clauses.never.is_empty() {
                lines.push(format!("  never found: {}", some(clauses.never.iter().cloned())));
            }
        }
    }
    if !report.stories.is_empty() {
        lines.push(format!("top {} stories", report.stories.len().min(MOST)));
    }
    lines.extend(report.stories.iter().take(MOST).flat_map(story_lines));
    lines
}

fn counted(what: &str, clauses: &[(String, usize)]) -> Option<String> {
    let shown = some(clauses.iter().map(|(clause, count)| format!("{clause} ({count})")));
    (!clauses.is_empty()).then(|| format!("  {what}: {shown}"))
}

fn some(items: impl ExactSizeIterator<Item = String>) -> String {
    let left = items.len().saturating_sub(MOST);
    let shown = items.take(MOST).collect::<Vec<_>>().join(", ");
    if left > 0 { format!("{shown} and {left} more") } else { shown }
}

fn story_lines(story: &Story) -> Vec<String> {
    let mut lines = vec![
        format!(
            "  {:<8} {}  {} outlets, {} independent, {} mails  {}",
            story.story.to_string(),
            clock_time(story.first_seen),
            story.outlets,
            story.independent,
            story.mails,
            story.headline
        ),
        format!("           {}", story.sentence),
    ];
    lines.extend(story.held.iter().map(|(recipient, reason)| format!("           {recipient} not told: {reason}")));
    lines
}

/// Stories told by one list and not by the other.
fn difference(report: &Report, other: &Report) -> Vec<(StoryId, String)> {
    let told: BTreeSet<StoryId> = other.told();
    let only = report.stories.iter().filter(|story| story.mails > 0 && !told.contains(&story.story));
    only.map(|story| (story.story, story.headline.clone())).collect()
}

fn compare(report: &Report, before: &Report) -> Vec<String> {
    let mut lines = vec![format!(
        "against: {:.1} mails a day before, {:.1} now",
        before.a_day(before.all.mails),
        report.a_day(report.all.mails)
    )];
    for (what, stories) in [("gained", difference(report, before)), ("lost", difference(before, report))] {
        lines.push(format!("{what}: {} stories", stories.len()));
        lines.extend(
            stories.iter().take(MOST * 2).map(|(story, headline)| format!("  {:<8} {headline}", story.to_string())),
        );
        if stories.len() > MOST * 2 {
            lines.push(format!("  and {} more", stories.len() - MOST * 2));
        }
    }
    lines
}

fn to_json(report: &Report, before: Option<&Report>) -> Value {
    let tally = |tally: &crate::backtest::Tally| {
        json!({
            "entries": tally.entries,
            "stories": tally.stories,
            "mails": tally.mails,
            "mails_per_day": report.a_day(tally.mails),
        })
    };
    let pairs = |pairs: &[(String, usize)]| {
        pairs.iter().map(|(clause, count)| json!({ "clause": clause, "entries": count })).collect::<Vec<_>>()
    };
    let watches: Vec<Value> = report
        .watches
        .iter()
        .map(|(name, counts)| {
            let clauses = report.clauses.get(name).cloned().unwrap_or_default();
            let mut value = tally(counts);
            value["watch"] = json!(name);
            value["volume"] = json!(pairs(&clauses.found));
            value["alone"] = json!(pairs(&clauses.alone));
            value["never"] = json!(clauses.never);
            value
        })
        .collect();
    let top: Vec<Value> = report.stories.iter().take(MOST).map(story_json).collect();
    let mut value = json!({
        "read": report.read,
        "days": report.days,
        "total": tally(&report.all),
        "digested": report.digested,
        "events": report.events,
        "recipients": report.recipients,
        "watches": watches,
        "stories": top,
    });
    if let Some(before) = before {
        let named = |stories: Vec<(StoryId, String)>| {
            let one =
                |(story, headline): &(StoryId, String)| json!({ "story": story.to_string(), "headline": headline });
            stories.iter().map(one).collect::<Vec<_>>()
        };
        value["against"] = json!({
            "total": tally(&before.all),
            "gained": named(difference(report, before)),
            "lost": named(difference(before, report)),
        });
    }
    value
}

fn story_json(story: &Story) -> Value {
    json!({
        "story": story.story.to_string(),
        "headline": story.headline,
        "first_seen": story.first_seen,
        "outlets": story.outlets,
        "independent": story.independent,
        "mails": story.mails,
        "watches": story.watches,
        "sentence": story.sentence,
        "held": story.held,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<f64>) {
        assert_eq!(rate(text).ok(), expected, "{text}");
    }

    #[test]
    fn rates_are_a_number_and_a_span() {
        check("20/day", Some(20.0));
        check("20", Some(20.0));
        check("2/hour", Some(48.0));
        check("7/week", Some(1.0));
        check("0/day", Some(0.0));
        check("-1/day", None);
        check("many/day", None);
        check("20/year", None);
        check("NaN/day", None);
    }
}
