//! Which of a document's entries are known, by the keys they had at earlier polls.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::Transaction;

use super::News;
use crate::{
    entry::{
        Entry, EntryId,
        identity::{self, Key, KeyKind},
    },
    store::{Error, entries, feeds},
};

/// Fewer entries than this under new ids are taken at their word; more, with headlines all known, are a feed whose
/// publisher changed every id at once.
const FLIP_AT_LEAST: usize = 3;

/// A document's entries, told apart.
pub(super) struct Sorted<'a> {
    pub known: Vec<(EntryId, &'a Entry)>,
    /// In the order in which they are to be taken in: the oldest first.
    pub new: Vec<(&'a Entry, Vec<Key>)>,
    pub rekeyed: usize,
}

/// Tells known entries from new ones and binds all their present keys to the known ones.
pub(super) fn sort<'a>(transaction: &Transaction<'_>, news: &'a News, now: Timestamp) -> Result<Sorted<'a>, Error> {
    let mut sorted = Sorted { known: Vec::new(), new: Vec::new(), rekeyed: 0 };
    let keys = keys(transaction, news)?;
    let mut unknown: Vec<(&Entry, Vec<Key>)> = Vec::new();
    let mut listed: HashSet<Key> = HashSet::new();
    for (entry, keys) in news.entries.iter().zip(keys) {
        match entries::find_known(transaction, news.feed, &identifying(&keys))? {
            Some(id) => {
                entries::remember_keys(transaction, news.feed, id, &keys, now)?;
                sorted.known.push((id, entry));
            }
            // The same item twice in one document.
            None if identifying(&keys).iter().any(|key| listed.contains(key)) => {}
            None => {
                listed.extend(identifying(&keys));
                unknown.push((entry, keys));
            }
        }
    }
    let recognised = sorted.known.len();
    sorted.new = recognise_flip(transaction, news, unknown, &mut sorted.known, now)?;
    sorted.rekeyed = sorted.known.len() - recognised;
    // A document lists the latest first; stories are told in the order in which they happened.
    sorted.new.reverse();
    sorted.new.sort_by_key(|(entry, _)| entry.published.unwrap_or(now).min(now));
    Ok(sorted)
}

/// A feed that has once given two items one link is never trusted with links again.
fn keys(transaction: &Transaction<'_>, news: &News) -> Result<Vec<Vec<Key>>, Error> {
    if feeds::shares_links(transaction, news.feed)? {
        return Ok(identity::keys_without_links(&news.entries));
    }
    if identity::links_are_shared(&news.entries) {
        feeds::distrust_links(transaction, news.feed)?;
    }
    Ok(identity::keys(&news.entries))
}

/// The headline alone makes nothing known: it only shows a flip of all ids.
fn identifying(keys: &[Key]) -> Vec<Key> {
    keys.iter().filter(|key| key.kind != KeyKind::Title).cloned().collect()
}

/// When most of a document seems new and its headlines are known, the ids have changed and not the news: the new ids
/// are bound to the known entries.
fn recognise_flip<'a>(
    transaction: &Transaction<'_>,
    news: &'a News,
    unknown: Vec<(&'a Entry, Vec<Key>)>,
    known: &mut Vec<(EntryId, &'a Entry)>,
    now: Timestamp,
) -> Result<Vec<(&'a Entry, Vec<Key>)>, Error> {
    if unknown.len() < FLIP_AT_LEAST || unknown.len() * 2 <= news.entries.len() {
        return Ok(unknown);
    }
    let mut by_title = Vec::with_capacity(unknown.len());
    for (entry, keys) in &unknown {
        let titles: Vec<Key> = keys.iter().filter(|key| key.kind == KeyKind::Title).cloned().collect();
        let known = entries::find_known(transaction, news.feed, &titles)?;
        by_title.push(match known {
            Some(id) if is_another(transaction, id, entry)? => None,
            known => known,
        });
    }
    if by_title.iter().flatten().count() * 2 <= news.entries.len() {
        return Ok(unknown);
    }
    let mut new = Vec::new();
    for ((entry, keys), found) in unknown.into_iter().zip(by_title) {
        match found {
            Some(id) => {
                entries::remember_keys(transaction, news.feed, id, &keys, now)?;
                known.push((id, entry));
            }
            None => new.push((entry, keys)),
        }
    }
    Ok(new)
}

/// Whether an entry under a known headline is plainly other news: feeds there are whose every item is called "Evening
/// briefing".
fn is_another(transaction: &Transaction<'_>, known: EntryId, entry: &Entry) -> Result<bool, Error> {
    /// A move may touch the dates by a change of zone.
    const APART: i64 = 24 * 3_600;
    let Some(known) = entries::load(transaction, known)? else { return Ok(false) };
    let dates = known.entry.published.zip(entry.published);
    let is_apart = dates.is_some_and(|(old, new)| (old.as_second() - new.as_second()).abs() >= APART);
    Ok(is_apart && known.entry.text != entry.text)
}
