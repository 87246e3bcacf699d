//! Digests: what waits for one, what has been told by one, and the coverage that each ends with.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{
    Error,
    alerts::{self, AlertId, AlertRow, IS_IN_DIGEST},
    from_json, json, optional_time, seconds, time,
};
use crate::{
    alert::{ChannelId, Collected, Priority, RecipientId, Route, Told},
    message::{Coverage, Message},
    story::StoryId,
};

/// Row of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DigestId(pub i64);

/// A digest to be stored.
#[derive(Clone, Debug)]
pub struct NewDigest<'a> {
    pub recipient: &'a RecipientId,
    /// `digest`, `quiet`, `catch-up`, `flood`; `budget` and `notice` tell of no stories.
    pub kind: &'a str,
    pub headline: &'a str,
    /// The time it covers, until `now`.
    pub since: Timestamp,
}

const IS_PENDING: &str = "alert.state = 'digest' AND NOT ";

/// Notes that this recipient is known from now on, if it was not before.
pub fn know(connection: &Connection, recipient: &RecipientId, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached("INSERT INTO recipient (name, known) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((&recipient.0, seconds(now)))?;
    Ok(())
}

/// Whether this recipient is known already.
pub fn is_known(connection: &Connection, recipient: &RecipientId) -> Result<bool, Error> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM recipient WHERE name = ?1)")?
        .query_row([&recipient.0], |row| row.get(0))?)
}

/// How this recipient's digests stand. What a digest covers counts as told when one channel has taken it: another one
/// that does not holds nobody up.
pub fn collected(connection: &Connection, recipient: &RecipientId) -> Result<Collected, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT route, min(queued) FROM alert WHERE recipient = ?1 AND {IS_PENDING} {IS_IN_DIGEST} GROUP BY route"
    ))?;
    let rows = statement.query_map([&recipient.0], |row| Ok((row.get::<_, String>(0)?, optional_time(row.get(1)?))))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let covered: Option<i64> = connection
        .prepare_cached(
            "SELECT coalesce(
                 (SELECT max(until) FROM digest WHERE recipient = ?1 AND kind IN ('digest', 'catch-up')
                      AND EXISTS (SELECT 1 FROM delivery WHERE digest = digest.id AND state = 'sent')),
                 (SELECT known FROM recipient WHERE name = ?1))",
        )?
        .query_row([&recipient.0], |row| row.get(0))?;
    let is_underway = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM delivery JOIN digest ON digest.id = delivery.digest
                 WHERE delivery.state NOT IN ('sent', 'dead') AND digest.recipient = ?1
                     AND kind NOT IN ('budget', 'notice')
                     AND NOT EXISTS (SELECT 1 FROM delivery AS taken WHERE taken.digest = digest.id AND taken.state = 'sent'))",
        )?
        .query_row([&recipient.0], |row| row.get(0))?;
    Ok(Collected {
        routes: rows.iter().filter_map(|(route, _)| Route::from_word(route)).collect(),
        earliest: rows.iter().filter_map(|(_, at)| *at).min(),
        covered: optional_time(covered).unwrap_or(Timestamp::MAX),
        is_underway,
        is_catching_up: false,
    })
}

/// An alert that waits for a digest, with what its place in it depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    pub alert: AlertRow,
    pub independent: usize,
    pub first_seen: Timestamp,
}

/// The alerts of this recipient that wait for a digest.
pub fn pending(connection: &Connection, recipient: &RecipientId) -> Result<Vec<Ranked>, Error> {
    let columns = alerts::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {columns}, (SELECT founded FROM story WHERE story.id = alert.story) AS founded,
             (SELECT count(DISTINCT outlet) FROM entry WHERE entry.story = alert.story
                 AND relation IN ('first', 'independent')
                 AND NOT EXISTS (SELECT 1 FROM citation WHERE citation.entry = entry.id)) AS outlets
         FROM alert WHERE recipient = ?1 AND {IS_PENDING} {IS_IN_DIGEST} ORDER BY id"
    ))?;
    let rows = statement.query_map([&recipient.0], |row| {
        Ok(Ranked {
            alert: alerts::read_alert(row)?,
            independent: row.get("outlets")?,
            first_seen: time(row.get("founded")?),
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Gives up what has waited since `before` for a digest of a recipient that nobody takes digests for: all but `takers`.
/// Gives the number of alerts.
pub fn give_up(
    connection: &Connection,
    takers: &[RecipientId],
    before: Timestamp,
    now: Timestamp,
) -> Result<usize, Error> {
    let takers = json(&takers.iter().map(|taker| &taker.0).collect::<Vec<_>>());
    let stale =
        format!("{IS_PENDING} {IS_IN_DIGEST} AND queued < ?1 AND recipient NOT IN (SELECT value FROM json_each(?2))");
    connection.execute(
        &format!(
            "INSERT INTO decision (story, entry, recipient, outcome, reason, decided)
             SELECT story, 0, recipient, 'silence', 'it has waited for a digest that nobody takes', ?3
             FROM alert WHERE {stale}"
        ),
        (seconds(before), &takers, seconds(now)),
    )?;
    Ok(connection.execute(&format!("UPDATE alert SET state = 'silenced' WHERE {stale}"), (seconds(before), &takers))?)
}

/// Stories this recipient was told of that have grown after that and after `since`, the latest first.
pub fn developing(
    connection: &Connection,
    recipient: &RecipientId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<(StoryId, Vec<String>, Priority)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT story, watches, max(priority), max(queued) AS told FROM alert JOIN story ON story.id = alert.story
         WHERE recipient = ?1 AND last_member > ?2 AND state <> 'silenced'
         GROUP BY story HAVING count(*) = count(queued) AND last_member > told
         ORDER BY last_member DESC LIMIT ?3",
    )?;
    let rows = statement.query_map((&recipient.0, seconds(since), limit), |row| {
        let watches: String = row.get(1)?;
        Ok((StoryId(row.get(0)?), from_json(&watches), Priority::from_rank(row.get(2)?)))
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Stores a digest; its deliveries follow by [`queue`].
pub fn insert(connection: &Connection, digest: &NewDigest<'_>, now: Timestamp) -> Result<DigestId, Error> {
    connection
        .prepare_cached(
            "INSERT INTO digest (recipient, kind, headline, since, until, made) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .execute((&digest.recipient.0, digest.kind, digest.headline, seconds(digest.since), seconds(now)))?;
    Ok(DigestId(connection.last_insert_rowid()))
}

/// Puts an alert into a digest, with what the digest tells of it.
pub fn add(
    connection: &Connection,
    digest: DigestId,
    alert: AlertId,
    (independent, told): (usize, &Told),
    now: Timestamp,
) -> Result<(), Error> {
    connection
        .prepare_cached("INSERT INTO digest_item (digest, alert) VALUES (?1, ?2)")?
        .execute((digest.0, alert.0))?;
    connection.prepare_cached("UPDATE alert SET queued = ?2, independent = ?3, told = ?4 WHERE id = ?1")?.execute((
        alert.0,
        seconds(now),
        independent,
        json(told),
    ))?;
    Ok(())
}

/// Puts the bytes of a digest into the outbox, one row for each channel.
pub fn queue(
    connection: &Connection,
    digest: DigestId,
    priority: Priority,
    messages: &[(ChannelId, Result<Message, String>)],
    now: Timestamp,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO delivery (digest, channel, priority, state, message_id, payload, attempts, next_at, last_error)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
    )?;
    for (channel, message) in messages {
        let (state, message, error) = match message {
            Ok(message) => ("queued", Some(message), None),
            Err(reason) => ("dead", None, Some(reason)),
        };
        statement.execute((
            digest.0,
            &channel.0,
            priority as i64,
            state,
            message.map(|message| &message.id),
            message.map(|message| &message.bytes),
            seconds(now),
            error,
        ))?;
    }
    Ok(())
}

/// When this recipient was last told that the budget is used up.
pub fn last_made(connection: &Connection, recipient: &RecipientId, kind: &str) -> Result<Option<Timestamp>, Error> {
    let mut statement = connection.prepare_cached("SELECT max(made) FROM digest WHERE recipient = ?1 AND kind = ?2")?;
    Ok(optional_time(statement.query_row((&recipient.0, kind), |row| row.get(0))?))
}

/// What was read from `since` until `now`, by the feeds with these URLs.
pub fn coverage(
    connection: &Connection,
    feeds: &[String],
    since: Timestamp,
    now: Timestamp,
) -> Result<Coverage, Error> {
    let feeds = json(&feeds);
    let entries = connection
        .prepare_cached("SELECT count(*) FROM entry WHERE seen > ?1 AND seen <= ?2")?
        .query_row((seconds(since), seconds(now)), |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FILTER (WHERE retired IS NOT NULL), count(*) FILTER (WHERE retired IS NULL AND failures > 0),
             count(*) FILTER (WHERE retired IS NULL AND failures = 0 AND EXISTS (
                 SELECT 1 FROM notice WHERE subject = 'feed:' || url AND kind = 'silent' AND closed IS NULL)),
             count(*)
         FROM feed WHERE url IN (SELECT value FROM json_each(?1))",
    )?;
    let (retired, failing, silent, all): (usize, usize, usize, usize) =
        statement.query_row([&feeds], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let worst: Option<(String, Option<i64>)> = connection
        .prepare_cached(
            "SELECT url, last_success FROM feed WHERE url IN (SELECT value FROM json_each(?1)) AND retired IS NULL
                 AND failures > 0 ORDER BY last_success LIMIT 1",
        )?
        .query_row([&feeds], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let downtime: Option<(i64, i64)> = connection
        .prepare_cached(
            "SELECT began, ended FROM downtime WHERE ended > ?1 AND began < ?2 ORDER BY ended - began DESC LIMIT 1",
        )?
        .query_row((seconds(since), seconds(now)), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(Coverage {
        entries,
        healthy: all - retired - failing - silent,
        failing,
        silent,
        retired,
        worst: worst.map(|(url, last)| (url, last.map(time))),
        downtime: downtime.map(|(began, ended)| (time(began), time(ended))),
    })
}
