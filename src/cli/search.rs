//! `storywatch search`: the language of watches over the archive.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Result, bail};
use clap::Args;
use jiff::SignedDuration;
use serde_json::json;

use super::{
    lookup::{Place, Reading, since, span},
    out::Out,
    stories::clock_time,
};
use crate::{
    clock::Clock,
    store::{entries::Stored, search},
    watch::{self, Match, Query, Subject, WatchSet},
};

#[derive(Debug, Args)]
pub(super) struct Search {
    /// As in a watch: Boeing AND (recall OR grounding).
    query: String,
    /// Entries seen within this span.
    #[arg(long, value_name = "SPAN", default_value = "3650d", value_parser = span)]
    since: SignedDuration,
    /// At most so many, the latest first.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// One JSON value a line.
    #[arg(long)]
    json: bool,
}

impl Search {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let watches = self.compile()?;
        let reading = Reading::open(place)?;
        let since = since(Clock::Machine.now(), self.since);
        let mut found: Vec<(Stored, Match)> = Vec::new();
        search::candidates(&reading.connection, watch::needles(&self.query).as_deref(), since, |stored| {
            if found.len() >= self.limit {
                return false;
            }
            if let Some(hit) = matches(&watches, &reading, &stored) {
                found.push((stored, hit));
            }
            true
        })?;
        let mut out = Out::new();
        for (stored, hit) in &found {
            if self.json { out.json(&to_json(stored, hit))? } else { out.line(to_line(&reading, stored))? }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }

    fn compile(&self) -> Result<WatchSet> {
        let query = Query { name: "search".to_owned(), query: Some(self.query.clone()), ..Query::default() };
        let compiled = watch::compile(&[query], &BTreeMap::new());
        let mut is_refused = false;
        for (_, problem) in &compiled.problems {
            is_refused |= problem.is_error;
            let suggestion = problem.suggestion.as_deref().map(|text| format!(" ({text})")).unwrap_or_default();
            eprintln!("query:{}: {}{suggestion}", problem.start + 1, problem.message);
        }
        if is_refused {
            bail!("the query cannot be used");
        }
        Ok(compiled.watches)
    }
}

fn matches(watches: &WatchSet, reading: &Reading, stored: &Stored) -> Option<Match> {
    let entry = &stored.entry;
    let source = [stored.outlet.clone(), reading.outlet_name(&stored.outlet)];
    let subject = Subject {
        title: &entry.title,
        text: &entry.text,
        author: entry.author.as_deref().unwrap_or_default(),
        tags: &entry.tags,
        source: &source,
        url: entry.canonical_url.as_deref().unwrap_or_default(),
        language: entry.language.as_deref().unwrap_or_default(),
        ..Subject::default()
    };
    watches.matches(&subject).pop()
}

fn to_json(stored: &Stored, hit: &Match) -> serde_json::Value {
    json!({
        "story": stored.story.to_string(),
        "url": stored.entry.url,
        "outlet": stored.outlet,
        "title": stored.entry.title,
        "seen": stored.seen,
        "published": stored.entry.published,
        "relation": stored.relation,
        "evidence": hit.evidence,
    })
}

fn to_line(reading: &Reading, stored: &Stored) -> String {
    format!(
        "{:<8} {}  {:<24} {}",
        stored.story.to_string(),
        clock_time(stored.seen),
        reading.outlet_name(&stored.outlet),
        stored.entry.title
    )
}
