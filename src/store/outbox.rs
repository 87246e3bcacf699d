//! The outbox: deliveries with fixed bytes, every attempt counted before it is made and its result kept after.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Error, lanes, optional_time, seconds, time};
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
    /// When the first attempt was made.
    pub first: Timestamp,
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

/// Lanes in which something waits to be sent, each with the time at which the first of it is due.
pub fn prospects(connection: &Connection) -> Result<Vec<(String, Timestamp)>, Error> {
    // From one lane to the next by the index: a queue of thousands is not read through.
    let mut statement = connection.prepare_cached(
        "WITH RECURSIVE lanes (lane) AS (
             SELECT min(lane) FROM delivery WHERE state IN ('queued', 'failed')
             UNION ALL
             SELECT (SELECT min(lane) FROM delivery WHERE state IN ('queued', 'failed') AND lane > lanes.lane)
             FROM lanes WHERE lanes.lane IS NOT NULL)
         SELECT lane FROM lanes WHERE lane IS NOT NULL",
    )?;
    let lanes = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let mut prospects = Vec::with_capacity(lanes.len());
    for lane in lanes {
        if let Some(first) = earliest(connection, &lane)? {
            prospects.push((lane, first));
        }
    }
    Ok(prospects)
}

/// When the first delivery of a lane is due. The lane's priorities are few, so one look for each is enough.
fn earliest(connection: &Connection, lane: &str) -> Result<Option<Timestamp>, Error> {
    let mut statement = connection.prepare_cached(
        "WITH RECURSIVE ranks (rank) AS (
             SELECT max(priority) FROM delivery WHERE state IN ('queued', 'failed') AND lane = ?1
             UNION ALL
             SELECT (SELECT max(priority) FROM delivery
                     WHERE state IN ('queued', 'failed') AND lane = ?1 AND priority < ranks.rank)
             FROM ranks WHERE ranks.rank IS NOT NULL)
         SELECT min((SELECT min(next_at) FROM delivery
                     WHERE state IN ('queued', 'failed') AND lane = ?1 AND priority = ranks.rank))
         FROM ranks WHERE rank IS NOT NULL",
    )?;
    Ok(optional_time(statement.query_row([lane], |row| row.get(0))?))
}

/// How many deliveries of a lane may be taken up: `now` of any kind, and `ahead` more of such as were never tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    pub now: usize,
    pub ahead: usize,
}

/// Takes up due deliveries of a lane, urgent ones first, and counts the attempt. Called in a transaction that is
/// committed before anything is sent: a message that kills the process cannot loop for ever. One that has been tried
/// before is never taken ahead of its turn, so that it drags no other along.
pub fn claim(connection: &Connection, now: Timestamp, lane: &str, room: Room) -> Result<Vec<Claimed>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, attempts FROM delivery WHERE state IN ('queued', 'failed') AND lane = ?2 AND next_at <= ?1
         ORDER BY priority DESC, next_at, id LIMIT ?3",
    )?;
    let rows = statement
        .query_map((seconds(now), lane, room.now + room.ahead), |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, u32)>>>()?;
    let mut claimed = Vec::new();
    for (id, attempts) in rows {
        if claimed.len() >= room.now && attempts > 0 {
            break;
        }
        claimed.push(take_up(connection, id, now)?);
    }
    Ok(claimed)
}

fn take_up(connection: &Connection, id: i64, now: Timestamp) -> Result<Claimed, Error> {
    connection
        .prepare_cached("INSERT INTO attempt (delivery, started) VALUES (?1, ?2)")?
        .execute((id, seconds(now)))?;
    let attempt_row = connection.last_insert_rowid();
    let mut statement = connection.prepare_cached(
        "UPDATE delivery SET state = 'sending', attempts = attempts + 1 WHERE id = ?1
         RETURNING channel, message_id, payload, attempts,
             (SELECT min(started) FROM attempt WHERE attempt.delivery = delivery.id)",
    )?;
    Ok(statement.query_row([id], |row| {
        Ok(Claimed {
            id: DeliveryId(id),
            channel: ChannelId(row.get(0)?),
            message_id: row.get(1)?,
            payload: row.get(2)?,
            attempt: row.get(3)?,
            attempt_row,
            first: time(row.get(4)?),
        })
    })?)
}

/// Puts back what was taken up and never tried: as if it had not been.
pub fn release(connection: &Connection, delivery: &Claimed) -> Result<(), Error> {
    connection
        .prepare_cached("DELETE FROM attempt WHERE id = ?1 AND ended IS NULL")?
        .execute([delivery.attempt_row])?;
    connection
        .prepare_cached(
            "UPDATE delivery SET state = CASE WHEN attempts > 1 THEN 'failed' ELSE 'queued' END, attempts = attempts - 1
             WHERE id = ?1 AND state = 'sending'",
        )?
        .execute([delivery.id.0])?;
    Ok(())
}

/// Makes due what failed through the channel's fault: the channel is back.
pub fn hasten(connection: &Connection, lane: &str, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE delivery SET next_at = ?2
             WHERE state = 'failed' AND lane = ?1 AND next_at > ?2
                 AND (SELECT outcome FROM attempt WHERE delivery = delivery.id ORDER BY id DESC LIMIT 1)
                     IN ('transient', 'ambiguous', 'broken')",
        )?
        .execute((lane, seconds(now)))?;
    Ok(())
}

/// Gives up what has waited in a lane since before `before`; gives the number.
pub fn expire(connection: &Connection, lane: &str, before: Timestamp, reason: &str) -> Result<usize, Error> {
    Ok(connection
        .prepare_cached(
            "UPDATE delivery SET state = 'dead', last_error = ?3
             WHERE state IN ('queued', 'failed') AND lane = ?1 AND next_at < ?2",
        )?
        .execute((lane, seconds(before), reason))?)
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

const LISTED: &str = "SELECT delivery.id, channel, coalesce(alert.recipient, digest.recipient) AS recipient,
         alert.story, coalesce(event, kind) AS event, coalesce(story.headline, digest.headline) AS headline,
         delivery.state, attempts, next_at, last_error, message_id, sent
     FROM delivery LEFT JOIN alert ON alert.id = delivery.alert LEFT JOIN story ON story.id = alert.story
         LEFT JOIN digest ON digest.id = delivery.digest";

/// The outbox, latest first; without what has been sent or was dropped unless `all`.
pub fn list(connection: &Connection, all: bool, limit: usize) -> Result<Vec<Listed>, Error> {
    let sql = format!(
        "{LISTED} WHERE ?1 OR (delivery.state <> 'sent' AND dropped IS NULL) ORDER BY delivery.id DESC LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((all, limit), read_listed)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// One delivery.
pub fn find(connection: &Connection, id: DeliveryId) -> Result<Option<Listed>, Error> {
    let mut statement = connection.prepare_cached(&format!("{LISTED} WHERE delivery.id = ?1"))?;
    Ok(statement.query_row([id.0], read_listed).optional()?)
}

/// Makes a dead, failed or queued delivery due now. `false` when there is no such delivery in one of these states, or
/// its bytes were never made. Its lane is tried again even if it was broken or retired.
pub fn retry(connection: &Connection, id: DeliveryId, now: Timestamp) -> Result<bool, Error> {
    let changed = connection.execute(
        "UPDATE delivery SET state = 'queued', next_at = ?2, dropped = NULL
         WHERE id = ?1 AND state IN ('dead', 'failed', 'queued') AND payload IS NOT NULL",
        (id.0, seconds(now)),
    )?;
    if changed == 1 {
        let lane: String = connection.query_row("SELECT lane FROM delivery WHERE id = ?1", [id.0], |row| row.get(0))?;
        lanes::reopen(connection, &lane)?;
    }
    Ok(changed == 1)
}

/// Gives a delivery up by hand and takes it off the list. `false` when it has been sent, is being sent now, or does
/// not exist.
pub fn drop_by_hand(connection: &Connection, id: DeliveryId, now: Timestamp) -> Result<bool, Error> {
    let changed = connection.execute(
        "UPDATE delivery SET last_error = CASE state WHEN 'dead' THEN last_error ELSE 'dropped by hand' END,
             state = 'dead', dropped = ?2
         WHERE id = ?1 AND state IN ('queued', 'failed', 'dead')",
        (id.0, seconds(now)),
    )?;
    Ok(changed == 1)
}

/// One attempt as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptRow {
    pub started: Timestamp,
    /// `None`: under way.
    pub ended: Option<Timestamp>,
    pub outcome: Option<String>,
    pub detail: Option<String>,
}

/// All attempts of a delivery, oldest first.
pub fn attempts(connection: &Connection, id: DeliveryId) -> Result<Vec<AttemptRow>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT started, ended, outcome, detail FROM attempt WHERE delivery = ?1 ORDER BY id")?;
    let rows = statement.query_map([id.0], |row| {
        Ok(AttemptRow {
            started: time(row.get(0)?),
            ended: optional_time(row.get(1)?),
            outcome: row.get(2)?,
            detail: row.get(3)?,
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
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
