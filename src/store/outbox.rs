//! The outbox: deliveries with fixed bytes, every attempt counted before it is made and its result kept after.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::{Error, json, optional_time, seconds, time};
use crate::alert::{ChannelId, RecipientId};

/// Row of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub i64);

/// A delivery taken up by the courier; its attempt has been counted and committed.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    pub id: DeliveryId,
    pub channel: ChannelId,
    pub message_id: String,
    pub payload: Vec<u8>,
    /// 1 for the first.
    pub attempt: u32,
    pub attempt_row: i64,
}

/// One line of `storywatch outbox list`.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub id: DeliveryId,
    pub channel: ChannelId,
    pub recipient: RecipientId,
    /// `None`: of a digest.
    pub story: Option<i64>,
    /// Of an alert; of a digest its kind.
    pub event: String,
    pub headline: String,
    pub state: String,
    pub attempts: u32,
    pub next_at: Timestamp,
    pub last_error: Option<String>,
    pub message_id: Option<String>,
    pub sent: Option<Timestamp>,
}

/// What an attempt changes.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    Sent,
    /// Tried again then.
    Failed(Timestamp),
    /// Given up; only `outbox retry` brings it back.
    Dead,
}

/// Deliveries are independent of each other by lane: all mail shares one server, each webhook is on its own.
pub fn lane(channel: &ChannelId) -> &str {
    if channel.0.starts_with("mail:") { "mail" } else { &channel.0 }
}

const LANE: &str = "CASE WHEN channel LIKE 'mail:%' THEN 'mail' ELSE channel END";

/// Lanes in which a delivery is due.
pub fn due_lanes(connection: &Connection, now: Timestamp) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT DISTINCT {LANE} FROM delivery WHERE state IN ('queued', 'failed') AND next_at <= ?1 ORDER BY 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([seconds(now)], |row| row.get(0))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Takes up at most `limit` due deliveries of a lane, urgent ones first, and counts the attempt. Called in a
/// transaction that is committed before anything is sent: a message that kills the process cannot loop for ever.
pub fn claim(connection: &Connection, now: Timestamp, lane: &str, limit: usize) -> Result<Vec<Claimed>, Error> {
    let sql = format!(
        "SELECT id, channel, message_id, payload, attempts FROM delivery
         WHERE state IN ('queued', 'failed') AND next_at <= ?1 AND {LANE} = ?2
         ORDER BY priority DESC, next_at, id LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((seconds(now), lane, limit), |row| {
        Ok(Claimed {
            id: DeliveryId(row.get(0)?),
            channel: ChannelId(row.get(1)?),
            message_id: row.get(2)?,
            payload: row.get(3)?,
            attempt: row.get::<_, u32>(4)? + 1,
            attempt_row: 0,
        })
    })?;
    let mut claimed = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for delivery in &mut claimed {
        connection
            .prepare_cached("UPDATE delivery SET state = 'sending', attempts = ?2 WHERE id = ?1")?
            .execute((delivery.id.0, delivery.attempt))?;
        connection
            .prepare_cached("INSERT INTO attempt (delivery, started) VALUES (?1, ?2)")?
            .execute((delivery.id.0, seconds(now)))?;
        delivery.attempt_row = connection.last_insert_rowid();
    }
    Ok(claimed)
}

/// Keeps the result of an attempt.
pub fn settle(
    connection: &Connection,
    delivery: &Claimed,
    settled: &Settled,
    outcome: &str,
    detail: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let (state, next_at, sent) = match settled {
        Settled::Sent => ("sent", None, Some(now)),
        Settled::Failed(again) => ("failed", Some(*again), None),
        Settled::Dead => ("dead", None, None),
    };
    connection
        .prepare_cached(
            "UPDATE delivery SET state = ?2, next_at = coalesce(?3, next_at), sent = ?4,
                 last_error = CASE WHEN ?2 = 'sent' THEN NULL ELSE ?5 END WHERE id = ?1",
        )?
        .execute((delivery.id.0, state, next_at.map(seconds), sent.map(seconds), detail))?;
    connection.prepare_cached("UPDATE attempt SET ended = ?2, outcome = ?3, detail = ?4 WHERE id = ?1")?.execute((
        delivery.attempt_row,
        seconds(now),
        outcome,
        detail,
    ))?;
    Ok(())
}

/// Puts back what was being sent when the process ended. Whether it arrived is unknown: it goes out once more with the
/// same identity. Gives the identities, for the log.
pub fn recover(connection: &Connection, now: Timestamp) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare("SELECT message_id FROM delivery WHERE state = 'sending' ORDER BY id")?;
    let identities = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    connection.execute(
        "UPDATE attempt SET ended = ?1, outcome = 'ambiguous', detail = 'the process ended during this attempt'
         WHERE ended IS NULL",
        [seconds(now)],
    )?;
    connection.execute("UPDATE delivery SET state = 'queued', next_at = ?1 WHERE state = 'sending'", [seconds(now)])?;
    Ok(identities)
}

/// When the next delivery of a lane that is not in `busy` is due.
pub fn next_due(connection: &Connection, busy: &[&str]) -> Result<Option<Timestamp>, Error> {
    let sql = format!(
        "SELECT min(next_at) FROM delivery WHERE state IN ('queued', 'failed')
         AND {LANE} NOT IN (SELECT value FROM json_each(?1))"
    );
    Ok(optional_time(connection.prepare_cached(&sql)?.query_row([json(&busy)], |row| row.get(0))?))
}

/// The outbox, latest first; without what has been sent unless `all`.
pub fn list(connection: &Connection, all: bool, limit: usize) -> Result<Vec<Listed>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT delivery.id, channel, coalesce(alert.recipient, digest.recipient) AS recipient, alert.story,
             coalesce(event, kind) AS event, coalesce(story.headline, digest.headline) AS headline, delivery.state,
             attempts, next_at, last_error, message_id, sent
         FROM delivery LEFT JOIN alert ON alert.id = delivery.alert LEFT JOIN story ON story.id = alert.story
             LEFT JOIN digest ON digest.id = delivery.digest
         WHERE ?1 OR delivery.state <> 'sent' ORDER BY delivery.id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map((all, limit), read_listed)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Makes a dead, failed or queued delivery due now. `false` when there is no such delivery in one of these states, or
/// its bytes were never made.
pub fn retry(connection: &Connection, id: DeliveryId, now: Timestamp) -> Result<bool, Error> {
    let changed = connection.execute(
        "UPDATE delivery SET state = 'queued', next_at = ?2
         WHERE id = ?1 AND state IN ('dead', 'failed', 'queued') AND payload IS NOT NULL",
        (id.0, seconds(now)),
    )?;
    Ok(changed == 1)
}

/// Number of deliveries in each state.
pub fn counts(connection: &Connection) -> Result<BTreeMap<String, u64>, Error> {
    let mut statement = connection.prepare_cached("SELECT state, count(*) FROM delivery GROUP BY state")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The bytes of a delivery, for showing.
pub fn payload(connection: &Connection, id: DeliveryId) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = connection.prepare_cached("SELECT payload FROM delivery WHERE id = ?1")?;
    let mut rows = statement.query([id.0])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?.flatten())
}

fn read_listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        id: DeliveryId(row.get("id")?),
        channel: ChannelId(row.get("channel")?),
        recipient: RecipientId(row.get("recipient")?),
        story: row.get("story")?,
        event: row.get("event")?,
        headline: row.get("headline")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        next_at: time(row.get("next_at")?),
        last_error: row.get("last_error")?,
        message_id: row.get("message_id")?,
        sent: optional_time(row.get("sent")?),
    })
}
