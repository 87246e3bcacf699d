//! What a trial comes to: entries, stories and messages, a day and in all, and which clauses brought them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::Sent;
use crate::{alert::RecipientId, story::StoryId};

/// Entries, stories and messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub entries: usize,
    pub stories: usize,
    /// Each goes to one recipient; one with several addresses is still one.
    pub mails: usize,
}

/// What the clauses of one watch did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Clauses {
    /// Entries in which each clause was found, the most first.
    pub found: Vec<(String, usize)>,
    /// Entries that the watch matched by this clause and no other.
    pub alone: Vec<(String, usize)>,
    pub never: Vec<String>,
}

/// A story that would have been told, or would not.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    pub story: StoryId,
    pub headline: String,
    pub first_seen: Timestamp,
    pub outlets: usize,
    pub independent: usize,
    pub watches: BTreeSet<String>,
    pub mails: usize,
    /// A sentence with the hits marked.
    pub sentence: String,
    pub held: BTreeMap<RecipientId, String>,
}

/// The whole trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Entries of the archive in this time.
    pub read: usize,
    pub days: f64,
    pub all: Tally,
    /// Alerts left to a digest: quiet hours, budgets, watches that ask for it.
    pub digested: usize,
    pub watches: BTreeMap<String, Tally>,
    pub recipients: BTreeMap<RecipientId, usize>,
    pub events: BTreeMap<String, usize>,
    pub clauses: BTreeMap<String, Clauses>,
    /// Those with most messages and outlets first.
    pub stories: Vec<Story>,
}

impl Report {
    pub fn a_day(&self, count: usize) -> f64 {
        count as f64 / self.days.max(f64::MIN_POSITIVE)
    }

    /// Counts an entry, by the watch that matches it and the clauses it was found by.
    pub fn add_match(&mut self, watch: &str, clauses: &BTreeSet<&str>) {
        self.watches.entry(watch.to_owned()).or_default().entries += 1;
        let known = self.clauses.entry(watch.to_owned()).or_default();
        for clause in clauses {
            count(&mut known.found, clause);
        }
        if let (1, Some(only)) = (clauses.len(), clauses.first()) {
            count(&mut known.alone, only);
        }
    }

    /// Counts a story; stories come in the order of their numbers.
    pub fn add_story(&mut self, story: Story) {
        self.all.stories += 1;
        for watch in &story.watches {
            self.watches.entry(watch.clone()).or_default().stories += 1;
        }
        self.stories.push(story);
    }

    /// Counts an alert of a story that was added; all stories must have been.
    pub fn add_alert(&mut self, sent: &Sent) {
        let Sent { recipient, events, watches, story, digest, .. } = sent;
        if digest.is_some() {
            self.digested += 1;
            return;
        }
        self.all.mails += 1;
        *self.recipients.entry(recipient.clone()).or_default() += 1;
        for event in events {
            *self.events.entry(event.as_str().to_owned()).or_default() += 1;
        }
        for watch in watches {
            self.watches.entry(watch.clone()).or_default().mails += 1;
        }
        // In the order in which they were added, which is that of their numbers.
        if let Ok(place) = self.stories.binary_search_by_key(&story.0, |known| known.story.0) {
            self.stories[place].mails += 1;
        }
    }

    /// Puts everything in order; `asked` has the clauses of each watch.
    pub fn finish(&mut self, asked: &[(&str, Vec<&str>)]) {
        self.stories.sort_by_key(|story| std::cmp::Reverse((story.mails.min(1), story.outlets, story.first_seen)));
        for (watch, clauses) in asked {
            self.watches.entry((*watch).to_owned()).or_default();
            let known = self.clauses.entry((*watch).to_owned()).or_default();
            known.found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            known.alone.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let fired = |clause: &str| known.found.iter().any(|(found, _)| found == clause);
            known.never = clauses.iter().filter(|clause| !fired(clause)).map(|clause| (*clause).to_owned()).collect();
        }
    }

    /// Stories that would have been told.
    pub fn told(&self) -> BTreeSet<StoryId> {
        self.stories.iter().filter(|story| story.mails > 0).map(|story| story.story).collect()
    }
}

fn count(counts: &mut Vec<(String, usize)>, clause: &str) {
    match counts.iter_mut().find(|(known, _)| known == clause) {
        Some((_, count)) => *count += 1,
        None => counts.push((clause.to_owned(), 1)),
    }
}
