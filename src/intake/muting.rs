//! Which matches do not count: silences that hold, and watches that other watches mute.

use std::{cell::RefCell, collections::HashMap};

use jiff::Timestamp;
use rusqlite::Connection;

use super::rules::Rules;
use crate::{
    alert::{RecipientId, Silence, SilenceId, Silenced},
    entry::EntryId,
    store::{Error, alerts::MatchRow, entries, silences},
    story::{Member, StoryId},
    watch::{self, Query, Subject, WatchSet},
};

/// What holds at one time.
pub(super) struct Muting {
    silences: Vec<Silence>,
    /// Every silenced term as a watch, named by the number of its silence.
    terms: Option<WatchSet>,
    /// Silenced terms that an entry has.
    found: RefCell<HashMap<EntryId, Vec<SilenceId>>>,
}

impl Muting {
    pub fn load(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<Self, Error> {
        let silences = silences::list(connection, now, false)?;
        let term = |silence: &Silence| match &silence.what {
            Silenced::Term(term) => {
                Some(Query { name: silence.id.0.to_string(), query: Some(term.clone()), ..Query::default() })
            }
            _ => None,
        };
        let queries: Vec<Query> = silences.iter().filter_map(term).collect();
        // The command that made the silence has compiled its term; one that has become wrong since finds nothing.
        let terms = (!queries.is_empty()).then(|| watch::compile(&queries, &rules.config.terms).watches);
        Ok(Self { silences, terms, found: RefCell::default() })
    }

    /// Why this match does not count for the recipient.
    pub fn reason(
        &self,
        connection: &Connection,
        recipient: &RecipientId,
        story: StoryId,
        row: &MatchRow,
        member: &Member,
    ) -> Result<Option<String>, Error> {
        if self.silences.is_empty() {
            return Ok(None);
        }
        let terms = self.terms_of(connection, row.entry)?;
        let covers = |silence: &&Silence| {
            silence.covers(recipient, story, &row.watch, &member.outlet, || terms.contains(&silence.id))
        };
        Ok(self.silences.iter().find(covers).map(Silence::reason))
    }

    fn terms_of(&self, connection: &Connection, entry: EntryId) -> Result<Vec<SilenceId>, Error> {
        let Some(terms) = &self.terms else { return Ok(Vec::new()) };
        if let Some(found) = self.found.borrow().get(&entry) {
            return Ok(found.clone());
        }
        let Some(stored) = entries::load(connection, entry)? else { return Ok(Vec::new()) };
        let matches = terms.matches(&Subject {
            title: &stored.entry.title,
            text: &stored.entry.text,
            author: stored.entry.author.as_deref().unwrap_or_default(),
            tags: &stored.entry.tags,
            url: stored.entry.url.as_deref().unwrap_or_default(),
            language: stored.entry.language.as_deref().unwrap_or_default(),
            ..Subject::default()
        });
        let found: Vec<SilenceId> =
            matches.iter().filter_map(|found| found.watch.parse().ok()).map(SilenceId).collect();
        self.found.borrow_mut().insert(entry, found.clone());
        Ok(found)
    }
}

/// The watches that others mute for this story, each with the one that does.
pub(super) fn muted_watches(rules: &Rules, matches: &[MatchRow]) -> HashMap<String, String> {
    let mut muted = HashMap::new();
    for policy in matches.iter().filter_map(|row| rules.policy(&row.watch)) {
        for other in &policy.mutes {
            muted.entry(other.clone()).or_insert_with(|| format!("muted by a match of {}", policy.watch));
        }
    }
    muted
}
