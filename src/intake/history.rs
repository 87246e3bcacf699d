//! Watches that are new or ask for something else: they start from now, or look back as far as they were asked to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{Intake, Muting, Rules, tell::Deciding};
use crate::{
    entry::FeedId,
    store::{Error, Store, feeds, search, watches},
    watch,
};

/// What became of the watches of a configuration that takes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Started {
    /// New watches, and those that ask for something else than before.
    pub watches: usize,
    /// Entries of the archive that those with a history match.
    pub matches: usize,
}

impl Intake {
    /// Notes since when each watch asks what it asks, and looks back for those that were asked to.
    pub async fn start_watches(&self, store: &Store, rules: Arc<Rules>, now: Timestamp) -> Result<Started, Error> {
        store.write(move |transaction| start(transaction, &rules, now)).await
    }
}

fn start(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<Started, Error> {
    let mut known = watches::definitions(connection)?;
    let mut started = Started::default();
    let mut looking_back = BTreeMap::new();
    for watch in &rules.config.watches {
        let name = &watch.query.name;
        let definition = watch::definition(&watch.query, &rules.config.terms);
        if known.remove(name) == Some(definition.clone()) {
            continue;
        }
        let history = SignedDuration::try_from(watch.history).unwrap_or(SignedDuration::MAX);
        let since = now.saturating_sub(history).unwrap_or(Timestamp::MIN);
        watches::define(connection, name, &definition, since)?;
        started.watches += 1;
        if !history.is_zero() {
            looking_back.insert(name.as_str(), since);
        }
    }
    for name in known.keys() {
        watches::forget(connection, name)?;
    }
    started.matches = look_back(connection, rules, &looking_back, now)?;
    Ok(started)
}

fn look_back(
    connection: &Connection,
    rules: &Rules,
    since: &BTreeMap<&str, Timestamp>,
    now: Timestamp,
) -> Result<usize, Error> {
    let Some(&earliest) = since.values().min() else { return Ok(0) };
    let urls: BTreeMap<FeedId, String> = feeds::all(connection)?.into_iter().map(|(url, row)| (row.id, url)).collect();
    let mut found = Vec::new();
    search::candidates(connection, None, earliest, |stored| {
        let context = rules.feed(urls.get(&stored.feed).map_or("", String::as_str));
        for hit in rules.matches(&stored.outlet, &context, &stored.entry) {
            if since.get(hit.watch.as_str()).is_some_and(|since| stored.seen >= *since) {
                found.push((stored.story, stored.id, hit));
            }
        }
        true
    })?;
    let mut touched = BTreeSet::new();
    for (story, entry, hit) in &found {
        watches::add_match(connection, *entry, hit, now)?;
        touched.insert((*story, *entry));
    }
    let muting = Muting::load(connection, rules, now)?;
    let deciding = Deciding { connection, rules, muting: &muting, downtime: None, now };
    for (story, entry) in touched {
        deciding.decide_story(story, entry)?;
    }
    Ok(found.len())
}
