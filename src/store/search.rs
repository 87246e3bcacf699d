//! The full-text index: it narrows a search, the matcher decides.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, entries, seconds};
use crate::{entry::EntryId, watch::Needle};

/// Puts the folded words of an entry into the index, in the place of those it had.
pub fn index(connection: &Connection, entry: EntryId, words: &str) -> Result<(), Error> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO entry_words (rowid, words) VALUES (?1, ?2)")?
        .execute((entry.0, words))?;
    Ok(())
}

/// The latest entries seen since `since`, latest first, handed to `each` until it has had enough (returns `false`).
/// With `needles`, only entries that hold one of them.
pub fn candidates(
    connection: &Connection,
    needles: Option<&[Needle]>,
    since: Timestamp,
    mut each: impl FnMut(entries::Stored) -> bool,
) -> Result<(), Error> {
    let narrowed = "AND id IN (SELECT rowid FROM entry_words WHERE entry_words MATCH ?2)";
    let sql = format!(
        "SELECT id, feed, outlet, guid, url, canonical_url, title, text, links, author, tags, source, language,
             published, updated, seen, baseline, story, relation, related_to, reason, score, corrects
         FROM entry WHERE seen >= ?1 {} ORDER BY seen DESC, id DESC",
        if needles.is_some() { narrowed } else { "AND ?2 IS NULL" }
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query((seconds(since), needles.map(any_of)))?;
    while let Some(row) = rows.next()? {
        if !each(entries::read_row(row)?) {
            break;
        }
    }
    Ok(())
}

/// An FTS5 query for any of the words; quoted, so that nothing in them is an operator.
fn any_of(needles: &[Needle]) -> String {
    let quoted = |word: &str| format!("\"{}\"", word.replace('"', "\"\""));
    let term = |needle: &Needle| match needle {
        Needle::Word(word) => quoted(word),
        Needle::Prefix(word) => format!("{}*", quoted(word)),
    };
    needles.iter().map(term).collect::<Vec<_>>().join(" OR ")
}
