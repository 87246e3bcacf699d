//! Watches as they were when last seen: a changed one starts from now.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::{Error, seconds, time};
use crate::{
    alert::{Burst, Volume},
    entry::EntryId,
    watch::Match,
};

/// Definitions by name.
pub fn definitions(connection: &Connection) -> Result<BTreeMap<String, String>, Error> {
    let mut statement = connection.prepare_cached("SELECT name, definition FROM watch")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Notes what a watch asks from `since` on.
pub fn define(connection: &Connection, name: &str, definition: &str, since: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT INTO watch (name, definition, since) VALUES (?1, ?2, ?3)
             ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, since = excluded.since",
        )?
        .execute((name, definition, seconds(since)))?;
    Ok(())
}

/// Forgets a watch: should its name come back, it starts from then.
pub fn forget(connection: &Connection, name: &str) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM watch WHERE name = ?1")?.execute([name])?;
    Ok(())
}

/// Since when this watch asks what it asks; the beginning of time where nothing was noted.
pub fn since(connection: &Connection, name: &str) -> Result<Timestamp, Error> {
    let mut statement = connection.prepare_cached("SELECT since FROM watch WHERE name = ?1")?;
    let since: Option<i64> = statement.query_row([name], |row| row.get(0)).optional()?;
    Ok(since.map_or(Timestamp::MIN, time))
}

/// Adds a match to those an entry has.
pub fn add_match(connection: &Connection, entry: EntryId, found: &Match, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO match (entry, watch, evidence, matched) VALUES (?1, ?2, ?3, ?4)")?
        .execute((entry.0, &found.watch, super::json(&found.evidence), seconds(now)))?;
    Ok(())
}

/// How much a watch matches now, and usually; back catalogues of feeds aside.
pub fn volume(connection: &Connection, name: &str, burst: &Burst, now: Timestamp) -> Result<Volume, Error> {
    let before = |span| now.saturating_sub(SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX));
    let window = before(burst.window).unwrap_or(Timestamp::MIN);
    let baseline = before(burst.window + burst.baseline).unwrap_or(Timestamp::MIN);
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE seen > ?2), count(*) FILTER (WHERE seen <= ?2 AND seen > ?3),
             (SELECT min(seen) FROM entry)
         FROM match JOIN entry ON entry.id = match.entry WHERE watch = ?1 AND matched > ?3 AND NOT baseline",
    )?;
    let counts = statement.query_row((name, seconds(window), seconds(baseline)), |row| {
        Ok((row.get::<_, usize>(0)?, row.get::<_, usize>(1)?, row.get::<_, Option<i64>>(2)?))
    });
    let (recent, earlier, first) = counts?;
    let observed = first.map_or(SignedDuration::ZERO, |first| window.duration_since(time(first)));
    Ok(Volume::of(burst, recent, earlier, observed.try_into().unwrap_or_default()))
}
