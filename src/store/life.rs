//! Signs of life, and the times without any: what was published meanwhile comes late, and not by the outlets' fault.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::{Error, seconds};
use crate::entry::FeedId;

/// A sign is written no more often.
const EVERY: i64 = 30;
/// A process that has nothing else to write leaves a sign after so long.
const STALE: i64 = 240;
/// So long without a sign is downtime.
const DOWN: i64 = 600;
/// A sign of life so far ahead was left by a clock that has been set back since.
const CLOCK_WAS_SET: i64 = 60;
/// Feeds that are still to be polled after a downtime hold digests up no longer than this.
const PATIENCE: i64 = 30 * 60;

/// Leaves a sign of life. When the last one is long ago, the time between is kept as downtime.
pub fn touch(connection: &Connection, now: Timestamp) -> Result<(), Error> {
    let now = seconds(now);
    let alive: Option<i64> =
        connection.prepare_cached("SELECT alive FROM life")?.query_row([], |row| row.get(0)).optional()?;
    match alive {
        // It says nothing of downtime.
        Some(alive) if alive - now >= CLOCK_WAS_SET => set_back(connection, now, alive - now)?,
        Some(alive) if (alive..alive + EVERY).contains(&now) => return Ok(()),
        Some(alive) if now - alive >= DOWN => {
            connection
                .prepare_cached("INSERT INTO downtime (began, ended) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute((alive, now))?;
        }
        _ => {}
    }
    connection
        .prepare_cached("INSERT INTO life (id, alive) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET alive = ?1")?
        .execute([now])?;
    Ok(())
}

/// The clock was `by` seconds ahead and was set back to `now`. What was noted in days that are still to come happened
/// those seconds earlier, and what was to come comes as soon as before: alerts, retries and digests would wait for those
/// days.
fn set_back(connection: &Connection, now: i64, by: i64) -> Result<(), Error> {
    for (table, column) in [
        ("delivery", "next_at"),
        ("lane", "held_until"),
        ("alert", "due"),
        ("alert", "queued"),
        ("digest", "since"),
        ("digest", "until"),
        ("digest", "made"),
        ("recipient", "known"),
        // Or nothing would be news to a watch until the day on which it began to ask.
        ("watch", "since"),
    ] {
        let sql = format!("UPDATE {table} SET {column} = {column} - ?2 WHERE {column} > ?1");
        connection.execute(&sql, (now, by))?;
    }
    connection.execute("UPDATE silence SET starts = starts - ?2, ends = ends - ?2 WHERE starts > ?1", (now, by))?;
    connection.execute("DELETE FROM downtime WHERE ended > ?1", [now])?;
    Ok(())
}

/// How long the process had not been there, if this feed has not been polled since.
pub fn missed_by(connection: &Connection, feed: FeedId) -> Result<Option<SignedDuration>, Error> {
    let missed: Option<i64> = connection
        .prepare_cached(
            "SELECT ended - began FROM downtime, feed WHERE feed.id = ?1 AND last_poll < ended
             ORDER BY ended DESC LIMIT 1",
        )?
        .query_row([feed.0], |row| row.get(0))
        .optional()?;
    Ok(missed.map(SignedDuration::from_secs))
}

/// Whether feeds that came due in the last downtime are still to be polled.
pub fn is_catching_up(connection: &Connection, now: Timestamp) -> Result<bool, Error> {
    let ended: Option<i64> =
        connection.prepare_cached("SELECT max(ended) FROM downtime")?.query_row([], |row| row.get(0))?;
    let Some(ended) = ended.filter(|ended| (0..PATIENCE).contains(&(seconds(now) - ended))) else { return Ok(false) };
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM feed WHERE retired IS NULL AND last_poll < ?1
                 AND (next_poll <= ?1 OR next_reason = 'being polled'))",
        )?
        .query_row([ended], |row| row.get(0))?)
}

/// Whether it is time for another sign of life.
pub fn is_stale(connection: &Connection, now: Timestamp) -> Result<bool, Error> {
    let alive: Option<i64> =
        connection.prepare_cached("SELECT alive FROM life")?.query_row([], |row| row.get(0)).optional()?;
    Ok(alive.is_none_or(|alive| !(alive..alive + STALE).contains(&seconds(now))))
}
