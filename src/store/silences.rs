//! Silences: made and ended by commands, read at every decision.

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use super::{Error, regrouping, seconds, time};
use crate::{
    alert::{RecipientId, Silence, SilenceId, Silenced},
    story::StoryId,
};

/// Stores a silence; its `id` is not looked at, the one given is returned.
pub fn add(connection: &Connection, silence: &Silence) -> Result<SilenceId, Error> {
    let value = match &silence.what {
        Silenced::Story(story) => living(connection, *story)?.0.to_string(),
        Silenced::Watch(value) | Silenced::Outlet(value) | Silenced::Term(value) => value.clone(),
        Silenced::Digests | Silenced::Notices => String::new(),
    };
    connection
        .prepare_cached(
            "INSERT INTO silence (kind, value, recipient, starts, ends, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            silence.what.kind(),
            value,
            silence.recipient.as_ref().map(|recipient| &recipient.0),
            seconds(silence.starts),
            seconds(silence.ends),
            &silence.note,
        ))?;
    Ok(SilenceId(connection.last_insert_rowid()))
}

/// The story that a story has gone into: its old name stands in mails that were sent.
fn living(connection: &Connection, story: StoryId) -> Result<StoryId, Error> {
    Ok(regrouping::merged_into(connection, story)?.unwrap_or(story))
}

/// Stores a silence unless the same holds already, for the same recipient and as long; `false` then.
pub fn add_once(connection: &Connection, silence: &Silence, now: Timestamp) -> Result<bool, Error> {
    let day = jiff::SignedDuration::from_hours(24);
    let what = match &silence.what {
        Silenced::Story(story) => Silenced::Story(living(connection, *story)?),
        other => other.clone(),
    };
    let is_same = |held: &Silence| {
        held.what == what
            && held.recipient == silence.recipient
            && held.ends >= silence.ends.saturating_sub(day).unwrap_or(silence.ends)
    };
    if list(connection, now, false)?.iter().any(is_same) {
        return Ok(false);
    }
    add(connection, silence).map(|_| true)
}

/// The silences that hold at `now`; all that are stored if `all`. That of a story which was merged into another one is
/// of that one.
pub fn list(connection: &Connection, now: Timestamp, all: bool) -> Result<Vec<Silence>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, recipient, starts, ends, note,
             coalesce((SELECT CAST(merged_into AS TEXT) FROM story WHERE kind = 'story' AND story.id = CAST(value AS INTEGER)), value)
                 AS value
         FROM silence
         WHERE ?2 OR (starts <= ?1 AND ends > ?1) ORDER BY id",
    )?;
    let rows = statement.query_map((seconds(now), all), read)?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Whether this recipient wants no digests, or no notices.
pub fn is_ended(
    connection: &Connection,
    recipient: &RecipientId,
    what: &Silenced,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM silence WHERE kind = ?1 AND starts <= ?3 AND ends > ?3
                 AND (recipient IS NULL OR recipient = ?2))",
        )?
        .query_row((what.kind(), &recipient.0, seconds(now)), |row| row.get(0))?)
}

/// Ends a silence now; `false` when none that holds has this number.
pub fn end(connection: &Connection, id: SilenceId, now: Timestamp) -> Result<bool, Error> {
    let changed = connection
        .prepare_cached("UPDATE silence SET ends = ?2 WHERE id = ?1 AND ends > ?2")?
        .execute((id.0, seconds(now)))?;
    Ok(changed == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Silence> {
    let kind: String = row.get("kind")?;
    let value: String = row.get("value")?;
    let what = match kind.as_str() {
        "story" => Silenced::Story(StoryId(value.parse().unwrap_or_default())),
        "watch" => Silenced::Watch(value),
        "outlet" => Silenced::Outlet(value),
        "digests" => Silenced::Digests,
        "notices" => Silenced::Notices,
        _ => Silenced::Term(value),
    };
    Ok(Silence {
        id: SilenceId(row.get("id")?),
        what,
        recipient: row.get::<_, Option<String>>("recipient")?.map(RecipientId),
        starts: time(row.get("starts")?),
        ends: time(row.get("ends")?),
        note: row.get("note")?,
    })
}
