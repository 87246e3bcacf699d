//! `storywatch match`: entries as JSON lines in, one line a match out.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use super::{Refused, input, out::Out};
use crate::{
    config::{self, Watchlists},
    entry::LineEntry,
    watch::{self, Hit, Subject, WatchSet},
};

#[derive(Debug, Args)]
pub(super) struct Match {
    /// A file with watches (`[[watch]]`, `[terms]`); may be given several times.
    #[arg(long, value_name = "FILE", required = true)]
    watchlist: Vec<PathBuf>,
    /// Entries as JSON lines; standard input when left out or `-`.
    input: Option<PathBuf>,
}

impl Match {
    pub(super) fn run(&self) -> Result<ExitCode> {
        let watches = self.compile()?;
        let mut out = Out::new();
        let mut lines = input::entries(self.input.as_deref())?;
        for line in lines.by_ref() {
            let line = line?;
            for found in matches(&watches, &line) {
                out.json(&to_json(&line.id, &found))?;
            }
        }
        out.end()?;
        Ok(lines.code())
    }
}

impl Match {
    fn compile(&self) -> Result<WatchSet> {
        let read = config::load_watchlists(&self.watchlist, |queries, terms| watch::compile(queries, terms).problems);
        let Watchlists { queries, terms, .. } = read.map_err(|diagnostics: Vec<config::Diagnostic>| {
            eprint!("{}", config::render(&diagnostics, false));
            Refused
        })?;
        Ok(watch::compile(&queries, &terms).watches)
    }
}

fn matches(watches: &WatchSet, line: &LineEntry) -> Vec<watch::Match> {
    let entry = &line.entry;
    let source: Vec<String> = line.outlet.iter().chain(&entry.source).cloned().collect();
    let feed: Vec<String> = line.feed.iter().cloned().collect();
    watches.matches(&Subject {
        title: &entry.title,
        text: &entry.text,
        author: entry.author.as_deref().unwrap_or_default(),
        tags: &entry.tags,
        source: &source,
        feed: &feed,
        groups: &[],
        url: entry.canonical_url.as_deref().or(entry.url.as_deref()).unwrap_or_default(),
        language: entry.language.as_deref().unwrap_or_default(),
    })
}

/// `{"id","watch","evidence":[{"field","start","end","text","clause"}]}`, with `id` the entry's.
pub fn to_json(id: &str, found: &watch::Match) -> Value {
    let evidence: Vec<Value> = found.evidence.iter().map(hit_to_json).collect();
    json!({ "id": id, "watch": found.watch, "evidence": evidence })
}

fn hit_to_json(hit: &Hit) -> Value {
    json!({ "field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text, "clause": hit.clause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_documented_order() {
        let hit = Hit { field: "title".into(), start: 4, end: 10, text: "Boeing".into(), clause: "boeing".into() };
        let found = watch::Match { watch: "aviation".into(), evidence: vec![hit] };
        assert_eq!(
            to_json("e1", &found).to_string(),
            r#"{"id":"e1","watch":"aviation","evidence":[{"field":"title","start":4,"end":10,"text":"Boeing","clause":"boeing"}]}"#
        );
    }
}
