//! Which entries of a document will be new, for who has something to do for those before they are taken in.

use rusqlite::Connection;

use crate::{
    entry::{
        Entry, FeedId,
        identity::{self, KeyKind},
    },
    store::{Error, entries, feeds},
};

/// For each entry whether none of its keys has been seen in the feed.
pub fn unknown(connection: &Connection, feed: FeedId, entries: &[Entry]) -> Result<Vec<bool>, Error> {
    let keys = match feeds::shares_links(connection, feed)? {
        true => identity::keys_without_links(entries),
        false => identity::keys(entries),
    };
    let is_unknown = |mut keys: Vec<identity::Key>| {
        keys.retain(|key| key.kind != KeyKind::Title);
        entries::find_known(connection, feed, &keys).map(|known| known.is_none())
    };
    keys.into_iter().map(is_unknown).collect()
}
