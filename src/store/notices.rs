//! Notices to the operator: raised once for each trouble, closed once when it is over.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, seconds};

/// Opens a notice; `false` when it stands open already, and nothing is told again. `subject` is what it is about
/// (`feed:URL`, `channel:mail:ADDRESS`, `configuration`), `kind` the trouble in one word, `text` one sentence.
pub fn raise(connection: &Connection, subject: &str, kind: &str, text: &str, now: Timestamp) -> Result<bool, Error> {
    let changed = connection
        .prepare_cached(
            "INSERT INTO notice (subject, kind, text, raised) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (subject, kind) WHERE closed IS NULL DO NOTHING",
        )?
        .execute((subject, kind, text, seconds(now)))?;
    Ok(changed == 1)
}

/// Closes what stands open of one kind, with the sentence that says so; `false` when nothing did.
pub fn close(connection: &Connection, subject: &str, kind: &str, closing: &str, now: Timestamp) -> Result<bool, Error> {
    let changed = connection
        .prepare_cached(
            "UPDATE notice SET closed = ?4, closing = ?3 WHERE subject = ?1 AND kind = ?2 AND closed IS NULL",
        )?
        .execute((subject, kind, closing, seconds(now)))?;
    Ok(changed == 1)
}
