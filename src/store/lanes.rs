//! How the lanes of the outbox stand: what a restart must know of a channel in trouble.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{Error, optional_time, seconds};

/// Whether anything is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LaneState {
    #[default]
    Open,
    /// Only another configuration heals it; the queue is kept and tried rarely.
    Broken,
    /// The other side wants nothing more; nothing is tried until a reload.
    Retired,
}

impl LaneState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Broken => "broken",
            Self::Retired => "retired",
        }
    }

    fn from_word(word: &str) -> Self {
        [Self::Open, Self::Broken, Self::Retired].into_iter().find(|state| state.as_str() == word).unwrap_or_default()
    }
}

/// One lane. A lane that was never in trouble has no row and is as [`Lane::default`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    pub state: LaneState,
    /// Failures of the channel (not of one message), one after the other.
    pub failures: u32,
    /// Of the first of them.
    pub since: Option<Timestamp>,
    /// Nothing is tried before.
    pub held_until: Option<Timestamp>,
    /// Just back: what has waited goes out slowly.
    pub gentle: bool,
    pub reason: Option<String>,
}

/// How a lane stands.
pub fn load(connection: &Connection, name: &str) -> Result<Lane, Error> {
    let mut statement = connection
        .prepare_cached("SELECT state, failures, since, held_until, gentle, reason FROM lane WHERE name = ?1")?;
    let lane = statement.query_row([name], |row| {
        Ok(Lane {
            state: LaneState::from_word(&row.get::<_, String>(0)?),
            failures: row.get(1)?,
            since: optional_time(row.get(2)?),
            held_until: optional_time(row.get(3)?),
            gentle: row.get(4)?,
            reason: row.get(5)?,
        })
    });
    Ok(lane.optional()?.unwrap_or_default())
}

/// Keeps how a lane stands now.
pub fn save(connection: &Connection, name: &str, lane: &Lane) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT INTO lane (name, state, failures, since, held_until, gentle, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (name) DO UPDATE SET state = ?2, failures = ?3, since = ?4, held_until = ?5, gentle = ?6,
                 reason = ?7",
        )?
        .execute((
            name,
            lane.state.as_str(),
            lane.failures,
            lane.since.map(seconds),
            lane.held_until.map(seconds),
            lane.gentle,
            &lane.reason,
        ))?;
    Ok(())
}

/// Names of the lanes that are broken or retired.
pub fn closed(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT name FROM lane WHERE state <> 'open' ORDER BY name")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Names of the lanes that send slowly because they have just come back.
pub fn gentle(connection: &Connection) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT name FROM lane WHERE gentle ORDER BY name")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Lets a lane be tried again at once. What was said of its trouble stays said until something arrives.
pub fn reopen(connection: &Connection, name: &str) -> Result<(), Error> {
    connection.prepare_cached("UPDATE lane SET state = 'open', held_until = NULL WHERE name = ?1")?.execute([name])?;
    Ok(())
}

/// The same for every lane: after a reload or a start, which both may have brought what was missing.
pub fn reopen_all(connection: &Connection) -> Result<(), Error> {
    closed(connection)?.iter().try_for_each(|name| reopen(connection, name))
}

/// Attempts of a lane that began after `since` and not after `now`: a clock that was ahead has noted others.
pub fn started_within(connection: &Connection, name: &str, since: Timestamp, now: Timestamp) -> Result<usize, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM attempt JOIN delivery ON delivery.id = attempt.delivery
         WHERE started > ?2 AND started <= ?3 AND lane = ?1",
    )?;
    Ok(statement.query_row((name, seconds(since), seconds(now)), |row| row.get(0))?)
}
