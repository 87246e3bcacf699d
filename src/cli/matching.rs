//! `storywatch match`: entries as JSON lines in, one line a match out.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::{Refused, input, out::Out};
use crate::{
    config::{self, Watchlists},
    entry::{LineEntry, LineId},
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
                out.json(&Line { id: &line.id, watch: &found.watch, evidence: &found.evidence })?;
            }
        }
        out.end()?;
        Ok(lines.code())
    }
}

impl Match {
    fn compile(&self) -> Result<WatchSet> {
        let Watchlists { queries, terms, .. } = watchlists(&self.watchlist)?;
        Ok(watch::compile(&queries, &terms).watches)
    }
}

/// What some files ask; everything wrong or doubtful in them is shown.
///
/// # Errors
/// [`Refused`] when something is wrong.
pub(super) fn watchlists(files: &[PathBuf]) -> Result<Watchlists, Refused> {
    let read = config::load_watchlists(files, |queries, terms| watch::compile(queries, terms).problems);
    let (read, diagnostics) = match read {
        Ok(mut read) => {
            let warnings = std::mem::take(&mut read.warnings);
            (Ok(read), warnings)
        }
        Err(diagnostics) => (Err(Refused), diagnostics),
    };
    if !diagnostics.is_empty() {
        eprint!("{}", config::render(&diagnostics, false));
    }
    read
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
#[derive(Serialize)]
struct Line<'a> {
    id: &'a LineId,
    watch: &'a str,
    evidence: &'a [Hit],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::from_json_line;

    #[test]
    fn keys_stand_in_the_documented_order() {
        let hit = Hit { field: "title".into(), start: 4, end: 10, text: "Boeing".into(), clause: "boeing".into() };
        let found = watch::Match { watch: "aviation".into(), evidence: vec![hit] };
        let id = from_json_line(r#"{"id":"e1","title":"x"}"#).unwrap().id;
        assert_eq!(
            serde_json::to_string(&Line { id: &id, watch: &found.watch, evidence: &found.evidence }).unwrap(),
            r#"{"id":"e1","watch":"aviation","evidence":[{"field":"title","start":4,"end":10,"text":"Boeing","clause":"boeing"}]}"#
        );
    }
}
