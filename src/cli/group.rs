//! `storywatch group`: the story engine alone, over entries given as JSON lines in time order.

use std::{
    collections::{HashMap, VecDeque, hash_map},
    hash::{Hash, Hasher},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use xxhash_rust::xxh3::Xxh3;

use super::{input, lookup::Place, out::Out};
use crate::{
    config::Config,
    entry::{Doubt, EntryId, LineEntry, LineId},
    intake::Rules,
    story::{Citation, Document, Grouping, Merges, Pushed, Relation, StoryId, Stream},
};

/// Without a configuration stories stay open this long.
const WINDOW: Duration = Duration::from_secs(5 * 86_400);

/// A date that is off by so much empties the window, whichever of two it is.
const OUT_OF_ORDER: &str = "`published` is earlier than that of a line before, by more than the time for which stories stay \
                            open; it counts as that time";

#[derive(Debug, Args)]
pub(super) struct Group {
    /// Entries as JSON lines, in time order; standard input when left out or `-`. A line is answered when the window has
    /// passed it, or at the end: until then its story may turn out to be another one. An entry that is delivered again
    /// changes nothing and is answered once; another one under its id is an error.
    input: Option<PathBuf>,
}

impl Group {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        // Outlets' names and the window come from the configuration where there is one.
        let config = place.config.exists().then(|| place.load()).transpose()?;
        let mut held = Held::new(config)?;
        let mut known = Known::default();
        let mut latest = Timestamp::UNIX_EPOCH;
        let mut out = Out::new();
        let mut lines = input::entries(self.input.as_deref())?;
        while let Some(line) = lines.next().transpose()? {
            let number = match known.take_in(&line, lines.line()) {
                Ok(Some(number)) => number,
                Ok(None) => continue,
                Err(why) => {
                    lines.refuse(&why);
                    continue;
                }
            };
            if let Some(date) = line.entry.published.filter(|date| held.is_past(*date, latest)) {
                lines.doubt(&Doubt { what: OUT_OF_ORDER, value: date.to_string() });
            }
            // Time order is the input's promise; an entry without a date is seen with the one before it.
            latest = line.entry.published.unwrap_or(latest).max(latest);
            held.push(&document(&line, number, latest));
            while let Some(line) = held.pop(Some(latest)) {
                out.json(&known.answer(&line))?;
            }
        }
        while let Some(line) = held.pop(None) {
            out.json(&known.answer(&line))?;
        }
        out.end()?;
        if known.again > 0 {
            eprintln!("storywatch: delivered again, with no change to what came before: {} entries", known.again);
        }
        Ok(lines.code())
    }
}

/// The ids that have come, in their order, each with what came under it.
#[derive(Default)]
struct Known {
    names: Vec<LineId>,
    first: HashMap<String, First>,
    again: usize,
}

struct First {
    line: usize,
    digest: u64,
}

impl Known {
    /// The number of a new entry; none for one that is delivered again.
    ///
    /// # Errors
    /// What is wrong where the id stands for another entry already.
    fn take_in(&mut self, line: &LineEntry, at: usize) -> Result<Option<usize>, String> {
        let digest = digest(line);
        match self.first.entry(line.id.as_str().to_owned()) {
            hash_map::Entry::Occupied(first) if first.get().digest == digest => {
                self.again += 1;
                Ok(None)
            }
            hash_map::Entry::Occupied(first) => Err(format!(
                "the id {:?} stands for another entry already, that of line {}; this one is left out",
                input::shown(line.id.as_str()),
                first.get().line
            )),
            hash_map::Entry::Vacant(free) => {
                free.insert(First { line: at, digest });
                self.names.push(line.id.clone());
                Ok(Some(self.names.len() - 1))
            }
        }
    }

    fn name(&self, id: EntryId) -> Option<&LineId> {
        self.names.get(usize::try_from(id.0).ok()?)
    }

    fn answer<'a>(&'a self, line: &'a Line) -> Answer<'a> {
        let Grouping { relation, of, cites, reason, score, .. } = &line.grouping;
        let of = of.and_then(|of| self.name(of));
        Answer {
            id: self.name(line.id),
            story: line.story.to_string(),
            relation: *relation,
            of,
            cites,
            reason,
            score: *score,
        }
    }
}

/// Tells two entries apart; the id and where the line stands are left aside.
fn digest(line: &LineEntry) -> u64 {
    let mut hasher = Xxh3::new();
    (&line.outlet, &line.feed, &line.entry).hash(&mut hasher);
    hasher.finish()
}

/// `{"id","story","relation","of","cites":[{"outlet","sentence"}],"reason","score"}`, with `id` and `of` as they came.
#[derive(Serialize)]
struct Answer<'a> {
    id: Option<&'a LineId>,
    story: String,
    relation: Relation,
    of: Option<&'a LineId>,
    cites: &'a [Citation],
    reason: &'a str,
    score: f32,
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
        let seen = self.lines.front()?.seen;
        if now.is_some_and(|now| !self.is_past(seen, now)) {
            return None;
        }
        let mut line = self.lines.pop_front()?;
        line.story = self.merges.follow(line.id, line.story, &mut line.grouping);
        Some(line)
    }

    /// Whether a time is before the window that ends `now`.
    fn is_past(&self, time: Timestamp, now: Timestamp) -> bool {
        time < now && now.duration_since(time).unsigned_abs() > self.window
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
