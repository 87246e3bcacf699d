//! `storywatch search`: the language of watches over the archive.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Result, bail};
use clap::Args;
use jiff::SignedDuration;
use serde_json::json;

use super::{
    lookup::{Place, since, span},
    out::Out,
    stories::clock_time,
};
use crate::{
    archive::Archive,
    clock::Clock,
    store::{entries::Stored, search},
    watch::{self, Match, Query, WatchSet},
};

#[derive(Debug, Args)]
pub(super) struct Search {
    /// As in a watch: Boeing AND (recall OR grounding); lists of [terms] by their names: $acme.
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
        let archive = place.archive()?;
        let watches = self.compile(archive.terms())?;
        let since = since(Clock::Machine.now(), self.since);
        let mut found: Vec<(Stored, Match)> = Vec::new();
        search::candidates(&archive.connection, watch::needles(&self.query).as_deref(), since, |stored| {
            if found.len() >= self.limit {
                return false;
            }
            if let Some(hit) = archive.with_subject(&stored, |subject| watches.matches(subject).pop()) {
                found.push((stored, hit));
            }
            true
        })?;
        let mut out = Out::new();
        for (stored, hit) in &found {
            if self.json { out.json(&to_json(stored, hit))? } else { out.line(to_line(&archive, stored))? }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }

    fn compile(&self, terms: &BTreeMap<String, Vec<String>>) -> Result<WatchSet> {
        let query = Query { name: "search".to_owned(), query: Some(self.query.clone()), ..Query::default() };
        let compiled = watch::compile(&[query], terms);
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

fn to_line(archive: &Archive, stored: &Stored) -> String {
    format!(
        "{:<8} {}  {:<24} {}",
        stored.story.to_string(),
        clock_time(stored.seen),
        archive.outlet_name(&stored.outlet),
        stored.entry.title
    )
}
