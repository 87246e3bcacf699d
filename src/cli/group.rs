//! `storywatch group`: the story engine alone, over entries given as JSON lines in time order.

use std::{collections::VecDeque, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::{input, lookup::Place, out::Out};
use crate::{
    config::Config,
    entry::{EntryId, LineEntry},
    intake::Rules,
    story::{Document, Grouping, Merges, Pushed, StoryId, Stream},
};

/// Without a configuration stories stay open this long.
const WINDOW: Duration = Duration::from_secs(5 * 86_400);

#[derive(Debug, Args)]
pub(super) struct Group {
    /// Entries as JSON lines, in time order; standard input when left out or `-`. A line is answered when the window has
    /// passed it, or at the end: until then its story may turn out to be another one.
    input: Option<PathBuf>,
}

impl Group {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        // Outlets' names and the window come from the configuration where there is one.
        let config = place.config.exists().then(|| place.load()).transpose()?;
        let mut held = Held::new(config)?;
        let mut names: Vec<String> = Vec::new();
        let mut latest = Timestamp::UNIX_EPOCH;
        let mut out = Out::new();
        let mut lines = input::entries(self.input.as_deref())?;
        for line in lines.by_ref() {
            let line = line?;
            // Time order is the input's promise; an entry without a date is seen with the one before it.
            latest = line.entry.published.unwrap_or(latest).max(latest);
            let document = document(&line, names.len(), latest);
            names.push(line.id);
            held.push(&document);
            while let Some(line) = held.pop(Some(latest)) {
                out.json(&to_json(&names, &line))?;
            }
        }
        while let Some(line) = held.pop(None) {
            out.json(&to_json(&names, &line))?;
        }
        out.end()?;
        Ok(lines.code())
    }
}

/// The story engine with what it has said of the entries in the window: until an entry has left that, its story may be
/// merged into another one.
struct Held {
    stream: Stream,
    window: Duration,
    lines: VecDeque<Line>,
    merges: Merges,
}

struct Line {
    id: EntryId,
    seen: Timestamp,
    story: StoryId,
    grouping: Grouping,
}

impl Held {
    fn new(config: Option<Config>) -> Result<Self> {
        let window = config.as_ref().map_or(WINDOW, |config| config.stories.window);
        let outlets = match config {
            Some(config) => Rules::new(config.into()).map_err(anyhow::Error::msg)?.outlet_names(),
            None => Vec::new(),
        };
        Ok(Self { stream: Stream::new(window, outlets), window, lines: VecDeque::new(), merges: Merges::default() })
    }

    fn push(&mut self, document: &Document) {
        let Pushed { story, grouping, merges } = self.stream.push(document);
        self.merges.add(merges);
        self.lines.push_back(Line { id: document.id, seen: document.seen, story, grouping });
    }

    /// The oldest line, if the window has passed it at `now`; any when the input has ended.
    fn pop(&mut self, now: Option<Timestamp>) -> Option<Line> {
        let is_past = |line: &Line| now.is_none_or(|now| now.duration_since(line.seen).unsigned_abs() > self.window);
        let mut line = self.lines.pop_front_if(|line| is_past(line))?;
        line.story = self.merges.follow(line.story, &mut line.grouping);
        Some(line)
    }
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

fn to_json(names: &[String], line: &Line) -> serde_json::Value {
    let name = |id: EntryId| usize::try_from(id.0).ok().and_then(|index| names.get(index)).cloned();
    json!({
        "id": name(line.id),
        "story": line.story.to_string(),
        "relation": line.grouping.relation,
        "of": line.grouping.of.and_then(name),
        "cites": line.grouping.cites,
        "reason": line.grouping.reason,
        "score": line.grouping.score,
    })
}
