//! `storywatch group`: the story engine alone, over entries given as JSON lines in time order.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::{input, lookup::Place, out::Out};
use crate::{
    config::Config,
    entry::{EntryId, LineEntry},
    intake::Rules,
    story::{Document, Grouping, StoryId, Stream},
};

/// Without a configuration stories stay open this long.
const WINDOW: std::time::Duration = std::time::Duration::from_secs(5 * 86_400);

#[derive(Debug, Args)]
pub(super) struct Group {
    /// Entries as JSON lines, in time order; standard input when left out or `-`.
    input: Option<PathBuf>,
}

impl Group {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        // Outlets' names and the window come from the configuration where there is one.
        let config = place.config.exists().then(|| place.load()).transpose()?;
        let mut stream = stream(config)?;
        let mut names: Vec<String> = Vec::new();
        let mut latest = Timestamp::UNIX_EPOCH;
        let mut out = Out::new();
        let mut lines = input::entries(self.input.as_deref())?;
        for line in lines.by_ref() {
            let line = line?;
            // Time order is the input's promise; an entry without a date is seen with the one before it.
            latest = line.entry.published.unwrap_or(latest).max(latest);
            let document = document(&line, names.len(), latest);
            let (story, grouping) = stream.push(&document);
            names.push(line.id);
            out.json(&to_json(&names, document.id, story, &grouping))?;
        }
        out.end()?;
        Ok(lines.code())
    }
}

fn stream(config: Option<Config>) -> Result<Stream> {
    let Some(config) = config else { return Ok(Stream::new(WINDOW, Vec::new())) };
    let window = config.stories.window;
    let rules = Rules::new(config.into()).map_err(anyhow::Error::msg)?;
    Ok(Stream::new(window, rules.outlet_names()))
}

fn document(line: &LineEntry, number: usize, seen: Timestamp) -> Document {
    let entry = &line.entry;
    Document {
        id: EntryId(number as i64),
        outlet: line.outlet.clone().unwrap_or_default(),
        feed: line.feed.clone().or_else(|| line.outlet.clone()).unwrap_or_default(),
        title: entry.title.clone(),
        text: entry.text.clone(),
        url: entry.canonical_url.clone(),
        links: entry.links.clone(),
        seen,
        published: entry.published,
        language: entry.language.clone(),
    }
}

fn to_json(names: &[String], id: EntryId, story: StoryId, grouping: &Grouping) -> serde_json::Value {
    let name = |id: EntryId| usize::try_from(id.0).ok().and_then(|index| names.get(index)).cloned();
    json!({
        "id": name(id),
        "story": story.to_string(),
        "relation": grouping.relation,
        "of": grouping.of.and_then(name),
        "cites": grouping.cites,
        "reason": grouping.reason,
        "score": grouping.score,
    })
}
