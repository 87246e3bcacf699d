//! Stories told by a key: entries of a watch that share one are one story, whatever their texts say.

use rusqlite::Transaction;

use super::rules::{FeedContext, Rules};
use crate::{
    entry::Entry,
    store::{Error, story_keys},
    story::{Grouping, Index, Prepared, StoryId, Verdict},
};

/// A key that an entry has for a watch that it satisfies.
pub(super) struct Key {
    watch: String,
    pattern: String,
    key: String,
}

/// The keys of an entry, in the order of the watches.
pub(super) fn of_entry(rules: &Rules, outlet: &str, context: &FeedContext, entry: &Entry) -> Vec<Key> {
    if !rules.has_keys {
        return Vec::new();
    }
    let key = |watch: String| {
        let pattern = rules.watch(&watch)?.key.as_ref()?;
        let key = pattern.find(&entry.title, &entry.text)?;
        Some(Key { watch, pattern: pattern.pattern().to_owned(), key })
    };
    rules.matches(outlet, context, entry).into_iter().filter_map(|found| key(found.watch)).collect()
}

/// Groups by key where a story has it; else by text, but never into a story with another key.
pub(super) fn group(
    transaction: &Transaction<'_>,
    index: &Index,
    document: &Prepared,
    keys: &[Key],
) -> Result<Grouping, Error> {
    for Key { watch, pattern, key } in keys {
        if let Some(story) = story_keys::find(transaction, pattern, key)? {
            return Ok(index.group_into(document, story, format!("shares the key {key} of the watch {watch}")));
        }
    }
    let grouping = index.group(document);
    let Verdict::Joins(story) = grouping.verdict else { return Ok(grouping) };
    for Key { watch, pattern, key } in keys {
        if let Some(other) = story_keys::of_story(transaction, pattern, story)? {
            let why = format!("near {story}, whose key for the watch {watch} is {other}; its own is {key}");
            return Ok(index.group_apart(document, why));
        }
    }
    Ok(grouping)
}

/// Binds an entry's keys to its story.
pub(super) fn remember(transaction: &Transaction<'_>, keys: &[Key], story: StoryId) -> Result<(), Error> {
    keys.iter().try_for_each(|key| story_keys::remember(transaction, &key.pattern, &key.key, story))
}
