//! `storywatch story merge` and `storywatch story split`: putting stories right by hand, beside a running daemon, which
//! follows.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    lookup::{Place, open_beside},
    out::Out,
};
use crate::{
    clock::Clock,
    entry::{EntryId, url},
    store::{entries, regrouping, stories},
    story::StoryId,
};

#[derive(Debug, Subcommand)]
pub(super) enum Regroup {
    /// Merge stories into the first one named. Who was told of any of them is not told again.
    Merge(Merge),
    /// Take entries out of a story into one of their own.
    Split(Split),
}

#[derive(Debug, Args)]
pub(super) struct Merge {
    /// As shown by `storywatch stories`: the story that stays, then those that go into it.
    #[arg(required = true, num_args = 2..)]
    id: Vec<StoryId>,
    /// Why, for the log.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Split {
    /// The story that the entries are in.
    id: StoryId,
    /// Numbers of entries, as shown by `storywatch story`, or their URLs.
    #[arg(required = true, value_name = "ENTRY|URL")]
    entry: Vec<String>,
    /// Why, for the log.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Regroup {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let now = Clock::Machine.now();
        let mut connection = open_beside(place)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let told = match self {
            Self::Merge(command) => command.apply(&transaction, now)?,
            Self::Split(command) => command.apply(&transaction, now)?,
        };
        transaction.commit()?;
        let mut out = Out::new();
        for line in told {
            out.line(line)?;
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Merge {
    fn apply(&self, connection: &Connection, now: Timestamp) -> Result<Vec<String>> {
        let (target, sources) = self.id.split_first().context("no story is named")?;
        let mut seen = vec![*target];
        let mut told = Vec::new();
        for story in &self.id {
            ensure!(stories::exists(connection, *story)?, "there is no story {story}");
            if let Some(other) = regrouping::merged_into(connection, *story)? {
                bail!("{story} was merged into {other} already");
            }
        }
        for source in sources {
            ensure!(!seen.contains(source), "{source} is named twice");
            seen.push(*source);
            let moved = regrouping::merge(connection, *target, *source, self.note.as_deref(), now)?;
            told.push(format!("{source} was merged into {target}: {moved} entries"));
        }
        Ok(told)
    }
}

impl Split {
    fn apply(&self, connection: &Connection, now: Timestamp) -> Result<Vec<String>> {
        ensure!(stories::exists(connection, self.id)?, "there is no story {}", self.id);
        let mut chosen: Vec<EntryId> = Vec::new();
        for name in &self.entry {
            for entry in self.find(connection, name)? {
                if !chosen.contains(&entry) {
                    chosen.push(entry);
                }
            }
        }
        let members = regrouping::members(connection, self.id)?;
        ensure!(chosen.len() < members.len(), "nothing would be left of {}: name fewer entries", self.id);
        let target = regrouping::split(connection, self.id, &chosen, self.note.as_deref(), now)?;
        Ok(vec![format!("{target} was split from {}: {} of its {} entries", self.id, chosen.len(), members.len())])
    }

    /// The members that a number or a URL names.
    fn find(&self, connection: &Connection, name: &str) -> Result<Vec<EntryId>> {
        if let Ok(number) = name.trim_start_matches('#').parse() {
            let entry = entries::load(connection, EntryId(number))?.filter(|stored| stored.story == self.id);
            return Ok(vec![entry.with_context(|| format!("entry {name} is not in {}", self.id))?.id]);
        }
        let found = stories::members_at(connection, self.id, &url::canonical(name).unwrap_or_else(|| name.to_owned()))?;
        ensure!(!found.is_empty(), "no entry of {} has the URL {name:?}", self.id);
        Ok(found)
    }
}
