//! Candidates for `search`: the full-text index narrows, the matcher decides.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, entries, seconds};

/// The latest entries seen since `since`, latest first, handed to `each` until it has had enough (returns `false`).
/// With `words`, only entries that hold one of them (FTS5 decides; folding as in the index).
pub fn candidates(
    connection: &Connection,
    words: Option<&[String]>,
    since: Timestamp,
    mut each: impl FnMut(entries::Stored) -> bool,
) -> Result<(), Error> {
    let narrowed = "AND id IN (SELECT rowid FROM entry_text WHERE entry_text MATCH ?2)";
    let sql = format!(
        "SELECT id, feed, outlet, guid, url, canonical_url, title, text, links, author, tags, source, language,
             published, updated, seen, baseline, story, relation, related_to, reason, score
         FROM entry WHERE seen >= ?1 {} ORDER BY seen DESC, id DESC",
        if words.is_some() { narrowed } else { "AND ?2 IS NULL" }
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query((seconds(since), words.map(any_of)))?;
    while let Some(row) = rows.next()? {
        if !each(entries::read_row(row)?) {
            break;
        }
    }
    Ok(())
}

/// An FTS5 query for any of the words; quoted, so that nothing in them is an operator.
fn any_of(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    quoted.join(" OR ")
}
