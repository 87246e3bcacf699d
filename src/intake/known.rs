//! Which entries of a document are known, for who has something to do before they are taken in.

use rusqlite::Connection;

use crate::{
    entry::{
        Entry, EntryId, FeedId,
        identity::{self, KeyKind},
    },
    store::{Error, entries, feeds},
};

/// For each entry the one of the feed that any of its keys belongs to; `None`: it will be new.
pub fn known(connection: &Connection, feed: FeedId, entries: &[Entry]) -> Result<Vec<Option<EntryId>>, Error> {
    let keys = match feeds::shares_links(connection, feed)? {
        true => identity::keys_without_links(entries),
        false => identity::keys(entries),
    };
    let find = |mut keys: Vec<identity::Key>| {
        keys.retain(|key| key.kind != KeyKind::Title);
        entries::find_known(connection, feed, &keys)
    };
    keys.into_iter().map(find).collect()
}
