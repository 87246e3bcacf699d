//! Notices to the operator: raised once for each trouble, closed once when it is over.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, seconds, time};

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

/// Keeps something that is told once and is no trouble that could end.
pub fn note(connection: &Connection, subject: &str, kind: &str, text: &str, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT INTO notice (subject, kind, text, raised, closed, closing_told) VALUES (?1, ?2, ?3, ?4, ?4, ?4)",
        )?
        .execute((subject, kind, text, seconds(now)))?;
    Ok(())
}

/// Something that the operator has not been told yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Untold {
    pub subject: String,
    pub text: String,
    pub at: Timestamp,
    /// The trouble is over.
    pub is_closing: bool,
}

/// What has not been told yet, in the order in which it happened.
pub fn untold(connection: &Connection) -> Result<Vec<Untold>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT subject, text, raised AS at, 0 AS is_closing FROM notice WHERE told IS NULL
         UNION ALL
         SELECT subject, closing, closed, 1 FROM notice
         WHERE closed IS NOT NULL AND closing IS NOT NULL AND closing_told IS NULL
         ORDER BY at, is_closing",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Untold { subject: row.get(0)?, text: row.get(1)?, at: time(row.get(2)?), is_closing: row.get(3)? })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Notes that everything there is to tell is in the outbox.
pub fn mark_told(connection: &Connection, now: Timestamp) -> Result<(), Error> {
    connection.execute("UPDATE notice SET told = ?1 WHERE told IS NULL", [seconds(now)])?;
    connection.execute(
        "UPDATE notice SET closing_told = ?1 WHERE closed IS NOT NULL AND closing_told IS NULL",
        [seconds(now)],
    )?;
    Ok(())
}
