//! Matches, decisions and alerts: all that stands between an entry and the outbox.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Error, from_json, json, optional_time, seconds, time};
use crate::{
    alert::{ChannelId, Decision, Event, Past, Priority, RecipientId, Route, Standing, Told},
    entry::EntryId,
    message::Message,
    story::StoryId,
    watch::{Hit, Match},
};

/// Row of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertId(pub i64);

/// An alert as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    pub id: AlertId,
    pub recipient: RecipientId,
    pub story: StoryId,
    pub seq: u32,
    /// The weightiest of `events`.
    pub event: Event,
    pub events: Vec<Event>,
    pub watches: Vec<String>,
    pub priority: Priority,
    pub is_waiting: bool,
    /// Why it is told by a digest.
    pub route: Option<Route>,
    pub due: Timestamp,
    pub raised: Timestamp,
    /// When it was worded, or left to a digest.
    pub queued: Option<Timestamp>,
    pub reason: String,
}

/// A match as stored, of one member of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchRow {
    pub entry: EntryId,
    pub watch: String,
    pub evidence: Vec<Hit>,
}

/// A decision as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    pub entry: EntryId,
    pub recipient: RecipientId,
    pub outcome: String,
    pub reason: String,
    pub decided: Timestamp,
}

/// Puts the matches of an entry in the place of those it had: its text may have changed.
pub fn replace_matches(
    connection: &Connection,
    entry: EntryId,
    matches: &[Match],
    now: Timestamp,
) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM match WHERE entry = ?1")?.execute([entry.0])?;
    let mut statement =
        connection.prepare_cached("INSERT INTO match (entry, watch, evidence, matched) VALUES (?1, ?2, ?3, ?4)")?;
    for found in matches {
        statement.execute((entry.0, &found.watch, json(&found.evidence), seconds(now)))?;
    }
    Ok(())
}

/// The matches of all members of a story, in the order the members were seen.
pub fn matches_of_story(connection: &Connection, story: StoryId) -> Result<Vec<MatchRow>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT match.entry, watch, evidence FROM match JOIN entry ON entry.id = match.entry
         WHERE entry.story = ?1 ORDER BY entry.seen, entry.id, watch",
    )?;
    let rows = statement.query_map([story.0], |row| {
        let evidence: String = row.get(2)?;
        Ok(MatchRow { entry: EntryId(row.get(0)?), watch: row.get(1)?, evidence: from_json(&evidence) })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// An alert is in a digest that was, or still may be, accepted.
pub(super) const IS_IN_DIGEST: &str = "EXISTS (SELECT 1 FROM digest_item JOIN delivery ON delivery.digest = \
     digest_item.digest WHERE digest_item.alert = alert.id AND delivery.state <> 'dead')";

/// What this recipient has been told of this story, or is to be told, oldest first; without what was silenced.
pub fn history(connection: &Connection, recipient: &RecipientId, story: StoryId) -> Result<Vec<Past>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT events, watches, priority, state, route, due, coalesce(queued, raised) AS at, independent, told,
             {IS_IN_DIGEST} AS is_in_digest
         FROM alert WHERE recipient = ?1 AND story = ?2 AND state <> 'silenced' ORDER BY seq"
    ))?;
    let rows = statement.query_map((&recipient.0, story.0), read_past)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

fn read_past(row: &Row<'_>) -> rusqlite::Result<Past> {
    let events: String = row.get("events")?;
    let watches: String = row.get("watches")?;
    let state: String = row.get("state")?;
    let told: Option<String> = row.get("told")?;
    let by = read_route(row)?;
    let at = time(row.get("at")?);
    let standing = match (state.as_str(), by, row.get("is_in_digest")?) {
        ("waiting", ..) => Standing::Waits(time(row.get("due")?)),
        ("digest", Some(route), false) => Standing::Collected(route),
        _ => Standing::Told { at, by },
    };
    Ok(Past {
        events: from_json(&events),
        watches: from_json(&watches),
        standing,
        priority: Priority::from_rank(row.get("priority")?),
        independent: row.get::<_, Option<usize>>("independent")?.unwrap_or(0),
        told: told.as_deref().map(from_json).unwrap_or_default(),
    })
}

fn read_route(row: &Row<'_>) -> rusqlite::Result<Option<Route>> {
    let route: Option<String> = row.get("route")?;
    Ok(route.as_deref().and_then(Route::from_word))
}

/// Keeps a decision with its reason.
pub fn record_decision(
    connection: &Connection,
    story: StoryId,
    entry: EntryId,
    recipient: &RecipientId,
    decision: &Decision,
    now: Timestamp,
) -> Result<(), Error> {
    record(connection, (story, Some(entry)), recipient, (decision.outcome(), decision.reason()), now)
}

/// Keeps an outcome with its reason; without the entry that made it necessary when it was the time that came.
pub fn record(
    connection: &Connection,
    (story, entry): (StoryId, Option<EntryId>),
    recipient: &RecipientId,
    (outcome, reason): (&str, &str),
    now: Timestamp,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT INTO decision (story, entry, recipient, outcome, reason, decided) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((story.0, entry.map_or(0, |entry| entry.0), &recipient.0, outcome, reason, seconds(now)))?;
    Ok(())
}

/// The decisions about a story, in order.
pub fn decisions(connection: &Connection, story: StoryId) -> Result<Vec<DecisionRow>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT entry, recipient, outcome, reason, decided FROM decision WHERE story = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([story.0], |row| {
        Ok(DecisionRow {
            entry: EntryId(row.get(0)?),
            recipient: RecipientId(row.get(1)?),
            outcome: row.get(2)?,
            reason: row.get(3)?,
            decided: time(row.get(4)?),
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// An alert to be stored.
#[derive(Clone, Debug)]
pub struct NewAlert<'a> {
    pub recipient: &'a RecipientId,
    pub story: StoryId,
    /// The weightiest first.
    pub events: &'a [Event],
    pub watches: &'a [String],
    pub priority: Priority,
    pub reason: &'a str,
    pub way: Way<'a>,
}

/// How an alert is to be told.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// By itself, through these channels, when it is due.
    Itself {
        due: Timestamp,
        channels: &'a [ChannelId],
    },
    Digest(Route),
}

/// Stores an alert and, where it is told by itself, its rows of the outbox, all waiting until it is due.
pub fn raise(connection: &Connection, alert: &NewAlert<'_>, now: Timestamp) -> Result<AlertId, Error> {
    let (state, route, due, channels) = match alert.way {
        Way::Itself { due, channels } => ("waiting", None, due, channels),
        Way::Digest(route) => ("digest", Some(route.as_str()), now, [].as_slice()),
    };
    connection
        .prepare_cached(
            "INSERT INTO alert (recipient, story, seq, event, events, watches, priority, state, route, due, raised,
                 queued, reason)
             SELECT :recipient, :story, coalesce(max(seq) + 1, 0), :event, :events, :watches, :priority, :state, :route,
                 :due, :now, CASE WHEN :state = 'digest' THEN :now END, :reason
             FROM alert WHERE recipient = :recipient AND story = :story",
        )?
        .execute(named_params! {
            ":recipient": alert.recipient.0,
            ":story": alert.story.0,
            ":event": leading(alert.events),
            ":events": json(&alert.events),
            ":watches": json(&alert.watches),
            ":priority": alert.priority as i64,
            ":state": state,
            ":route": route,
            ":due": seconds(due),
            ":now": seconds(now),
            ":reason": alert.reason,
        })?;
    let id = AlertId(connection.last_insert_rowid());
    wait_for(connection, id, channels, alert.priority, due)?;
    Ok(id)
}

fn leading(events: &[Event]) -> &'static str {
    events.first().copied().unwrap_or(Event::New).as_str()
}

fn wait_for(
    connection: &Connection,
    id: AlertId,
    channels: &[ChannelId],
    priority: Priority,
    due: Timestamp,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO delivery (alert, channel, priority, state, attempts, next_at) VALUES (?1, ?2, ?3, 'waiting', 0, ?4)",
    )?;
    for channel in channels {
        statement.execute((id.0, &channel.0, priority as i64, seconds(due)))?;
    }
    Ok(())
}

/// The alert of this recipient and story that is still to be told: waiting, or for a digest that is not made.
fn open(connection: &Connection, recipient: &RecipientId, story: StoryId) -> Result<Option<(AlertId, String)>, Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id, events FROM alert WHERE recipient = ?1 AND story = ?2
             AND (state = 'waiting' OR (state = 'digest' AND NOT {IS_IN_DIGEST})) ORDER BY seq DESC LIMIT 1"
    ))?;
    let row = statement.query_row((&recipient.0, story.0), |row| Ok((AlertId(row.get(0)?), row.get(1)?)));
    Ok(row.optional()?)
}

/// Adds events to the alert that is still to be told.
pub fn join(connection: &Connection, recipient: &RecipientId, story: StoryId, more: &[Event]) -> Result<(), Error> {
    let Some((id, events)) = open(connection, recipient, story)? else { return Ok(()) };
    let mut events: Vec<Event> = from_json(&events);
    events.extend(more);
    events.sort_unstable();
    events.dedup();
    connection.prepare_cached("UPDATE alert SET event = ?2, events = ?3 WHERE id = ?1")?.execute((
        id.0,
        leading(&events),
        json(&events),
    ))?;
    Ok(())
}

/// Takes the alert that waits for a digest out of it: it is told by itself at `due`.
pub fn promote(
    connection: &Connection,
    recipient: &RecipientId,
    story: StoryId,
    watches: &[String],
    (priority, due): (Priority, Timestamp),
    channels: &[ChannelId],
) -> Result<(), Error> {
    let Some((id, _)) = open(connection, recipient, story)? else { return Ok(()) };
    connection
        .prepare_cached(
            "UPDATE alert SET state = 'waiting', route = NULL, queued = NULL, due = ?2, watches = ?3,
                 priority = max(priority, ?4) WHERE id = ?1",
        )?
        .execute((id.0, seconds(due), json(&watches), priority as i64))?;
    wait_for(connection, id, channels, priority, due)
}

/// Leaves an alert whose time has come to a digest.
pub fn leave_to_digest(connection: &Connection, id: AlertId, route: Route, now: Timestamp) -> Result<(), Error> {
    withdraw(connection, id)?;
    connection
        .prepare_cached("UPDATE alert SET state = 'digest', route = ?2, queued = ?3 WHERE id = ?1")?
        .execute((id.0, route.as_str(), seconds(now)))?;
    Ok(())
}

/// Says nothing of an alert whose time has come.
pub fn silence(connection: &Connection, id: AlertId, now: Timestamp) -> Result<(), Error> {
    withdraw(connection, id)?;
    connection
        .prepare_cached("UPDATE alert SET state = 'silenced', queued = ?2 WHERE id = ?1")?
        .execute((id.0, seconds(now)))?;
    Ok(())
}

fn withdraw(connection: &Connection, id: AlertId) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM delivery WHERE alert = ?1 AND state = 'waiting'")?.execute([id.0])?;
    Ok(())
}

/// Alerts that went out by themselves after `since` and not after `now`, critical ones not counted.
pub fn told_since(
    connection: &Connection,
    recipient: &RecipientId,
    since: Timestamp,
    now: Timestamp,
) -> Result<usize, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM alert WHERE recipient = ?1 AND queued > ?2 AND queued <= ?3 AND state = 'queued'
             AND priority < ?4",
    )?;
    let critical = Priority::Critical as i64;
    Ok(statement.query_row((&recipient.0, seconds(since), seconds(now), critical), |row| row.get(0))?)
}

/// Brings the waiting alert of this recipient and story forward, and makes it as urgent as `priority`.
pub fn hasten(
    connection: &Connection,
    recipient: &RecipientId,
    story: StoryId,
    due: Timestamp,
    priority: Priority,
) -> Result<(), Error> {
    let waiting = "SELECT id FROM alert WHERE recipient = ?1 AND story = ?2 AND state = 'waiting'";
    connection
        .prepare_cached(&format!(
            "UPDATE delivery SET next_at = min(next_at, ?3), priority = max(priority, ?4)
             WHERE state = 'waiting' AND alert IN ({waiting})"
        ))?
        .execute((&recipient.0, story.0, seconds(due), priority as i64))?;
    connection
        .prepare_cached(&format!(
            "UPDATE alert SET due = min(due, ?3), priority = max(priority, ?4) WHERE id IN ({waiting})"
        ))?
        .execute((&recipient.0, story.0, seconds(due), priority as i64))?;
    Ok(())
}

pub(super) const COLUMNS: &str =
    "id, recipient, story, seq, event, events, watches, priority, state, route, due, raised, queued, reason";

/// Alerts that have waited long enough, oldest first.
pub fn due(connection: &Connection, now: Timestamp) -> Result<Vec<AlertRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM alert WHERE state = 'waiting' AND due <= ?1 ORDER BY due, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([seconds(now)], read_alert)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// When the next waiting alert is due.
pub fn next_due(connection: &Connection) -> Result<Option<Timestamp>, Error> {
    let mut statement = connection.prepare_cached("SELECT min(due) FROM alert WHERE state = 'waiting'")?;
    Ok(optional_time(statement.query_row([], |row| row.get(0))?))
}

/// All alerts about a story, in the order they were raised.
pub fn of_story(connection: &Connection, story: StoryId) -> Result<Vec<AlertRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM alert WHERE story = ?1 ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([story.0], read_alert)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The channels of an alert.
pub fn channels(connection: &Connection, alert: AlertId) -> Result<Vec<ChannelId>, Error> {
    let mut statement = connection.prepare_cached("SELECT channel FROM delivery WHERE alert = ?1 ORDER BY id")?;
    let rows = statement.query_map([alert.0], |row| Ok(ChannelId(row.get(0)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Identities of the messages about this story that went to this recipient's channel before alert `seq`, oldest
/// first.
pub fn thread(connection: &Connection, alert: &AlertRow, channel: &ChannelId) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT message_id FROM delivery JOIN alert ON alert.id = delivery.alert
         WHERE recipient = ?1 AND story = ?2 AND seq < ?3 AND channel = ?4 AND message_id IS NOT NULL ORDER BY seq",
    )?;
    let rows = statement
        .query_map((&alert.recipient.0, alert.story.0, alert.seq, &channel.0), |row| row.get::<_, String>(0))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The watches named in the subject of the first alert of this thread, which never change afterwards.
pub fn first_watches(connection: &Connection, alert: &AlertRow) -> Result<Vec<String>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT watches FROM alert WHERE recipient = ?1 AND story = ?2 AND seq = 0")?;
    let watches: Option<String> =
        statement.query_row((&alert.recipient.0, alert.story.0), |row| row.get(0)).optional()?;
    Ok(watches.as_deref().map(from_json).unwrap_or_default())
}

/// Fixes the bytes of an alert's deliveries: from now on they are due, and the same on every try.
pub fn queue(
    connection: &Connection,
    alert: AlertId,
    (independent, told): (usize, &Told),
    messages: &[(ChannelId, Result<Message, String>)],
    now: Timestamp,
) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE alert SET state = 'queued', queued = ?2, independent = ?3, told = ?4 WHERE id = ?1")?
        .execute((alert.0, seconds(now), independent, json(told)))?;
    for (channel, message) in messages {
        match message {
            Ok(message) => connection
                .prepare_cached(
                    "UPDATE delivery SET state = 'queued', message_id = ?3, payload = ?4, next_at = ?5
                     WHERE alert = ?1 AND channel = ?2 AND state = 'waiting'",
                )?
                .execute((alert.0, &channel.0, &message.id, &message.bytes, seconds(now)))?,
            Err(reason) => connection
                .prepare_cached(
                    "UPDATE delivery SET state = 'dead', last_error = ?3 WHERE alert = ?1 AND channel = ?2",
                )?
                .execute((alert.0, &channel.0, reason))?,
        };
    }
    Ok(())
}

pub(super) fn read_alert(row: &Row<'_>) -> rusqlite::Result<AlertRow> {
    let event: String = row.get("event")?;
    let events: String = row.get("events")?;
    let watches: String = row.get("watches")?;
    let state: String = row.get("state")?;
    Ok(AlertRow {
        id: AlertId(row.get("id")?),
        recipient: RecipientId(row.get("recipient")?),
        story: StoryId(row.get("story")?),
        seq: row.get("seq")?,
        event: Event::from_word(&event).unwrap_or(Event::New),
        events: from_json(&events),
        watches: from_json(&watches),
        priority: Priority::from_rank(row.get("priority")?),
        is_waiting: state == "waiting",
        route: read_route(row)?,
        due: time(row.get("due")?),
        raised: time(row.get("raised")?),
        queued: optional_time(row.get("queued")?),
        reason: row.get("reason")?,
    })
}
