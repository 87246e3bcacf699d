//! Merges and splits of stories, by a second look or by hand beside a running process, kept in a log.
//!
//! What was sent stays as it was sent: alerts move with their story, so that nobody is told again what he was told, and
//! an absorbed story keeps its name. Each function is one piece of work for one transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, alerts::IS_IN_DIGEST, from_json, json, seconds, time};
use crate::{
    entry::EntryId,
    story::{Relation, StoryId},
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Merge,
    Split,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
        }
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Regrouping {
    pub id: i64,
    pub kind: Kind,
    pub source: StoryId,
    pub target: StoryId,
    pub entries: Vec<EntryId>,
    pub note: Option<String>,
    pub done: Timestamp,
}

/// Moves all of `source` into `target`: members, keys, alerts and decisions. Gives the number of members moved.
pub fn merge(
    connection: &Connection,
    target: StoryId,
    source: StoryId,
    note: Option<&str>,
    now: Timestamp,
) -> Result<usize, Error> {
    let entries = members(connection, source)?;
    connection.execute("UPDATE entry SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    connection.execute("UPDATE story_key SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    connection.execute("UPDATE decision SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    connection.execute("UPDATE story SET merged_into = ?1 WHERE id = ?2 OR merged_into = ?2", (target.0, source.0))?;
    drop_untold(connection, target, source, now)?;
    // Numbers go on where the target's end, so that the next alert of a recipient is a follow-up.
    connection.execute(
        "UPDATE alert SET story = ?1, seq = seq + 1 + (
             SELECT max(seq) FROM alert AS other WHERE other.story = ?1 AND other.recipient = alert.recipient)
         WHERE story = ?2 AND recipient IN (SELECT recipient FROM alert WHERE story = ?1)",
        (target.0, source.0),
    )?;
    connection.execute("UPDATE alert SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    refound(connection, target)?;
    log(connection, Kind::Merge, source, target, &entries, note, now)?;
    Ok(entries.len())
}

/// Alerts of the source that nobody was told yet and that no digest in the outbox tells, for recipients who know of the
/// target or are about to.
fn drop_untold(connection: &Connection, target: StoryId, source: StoryId, now: Timestamp) -> Result<(), Error> {
    let untold = format!(
        "SELECT id FROM alert WHERE story = ?2 AND (state = 'waiting' OR (state = 'digest' AND NOT {IS_IN_DIGEST}))
             AND recipient IN (SELECT recipient FROM alert WHERE story = ?1 AND state <> 'silenced')"
    );
    connection.execute(
        &format!(
            "INSERT INTO decision (story, entry, recipient, outcome, reason, decided)
             SELECT ?1, (SELECT min(id) FROM entry WHERE story = ?1), recipient, 'nothing', ?3, ?4
             FROM alert WHERE id IN ({untold})"
        ),
        (target.0, source.0, format!("{source} was merged into this story, which has an alert already"), seconds(now)),
    )?;
    connection.execute(&format!("DELETE FROM delivery WHERE alert IN ({untold})"), (target.0, source.0))?;
    connection.execute(&format!("DELETE FROM alert WHERE id IN ({untold})"), (target.0, source.0))?;
    Ok(())
}

/// Takes entries out of their story into one of their own; gives its id. The caller has seen to it that they are members
/// and that at least one other stays.
pub fn split(
    connection: &Connection,
    source: StoryId,
    entries: &[EntryId],
    note: Option<&str>,
    now: Timestamp,
) -> Result<StoryId, Error> {
    let ids = json(&entries.iter().map(|entry| entry.0).collect::<Vec<_>>());
    connection.execute(
        "INSERT INTO story (headline, founded, last_member)
         SELECT title, seen, seen FROM entry WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY seen, id LIMIT 1",
        [&ids],
    )?;
    let target = StoryId(connection.last_insert_rowid());
    connection
        .execute("UPDATE entry SET story = ?1 WHERE id IN (SELECT value FROM json_each(?2))", params![target.0, ids])?;
    refound(connection, source)?;
    refound(connection, target)?;
    log(connection, Kind::Split, source, target, entries, note, now)?;
    Ok(target)
}

/// Members of a story, in the order they were seen.
pub fn members(connection: &Connection, story: StoryId) -> Result<Vec<EntryId>, Error> {
    let mut statement = connection.prepare_cached("SELECT id FROM entry WHERE story = ?1 ORDER BY seen, id")?;
    let rows = statement.query_map([story.0], |row| Ok(EntryId(row.get(0)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The story that a story was merged into.
pub fn merged_into(connection: &Connection, story: StoryId) -> Result<Option<StoryId>, Error> {
    let mut statement = connection.prepare_cached("SELECT merged_into FROM story WHERE id = ?1")?;
    Ok(statement.query_row([story.0], |row| row.get::<_, Option<i64>>(0)).optional()?.flatten().map(StoryId))
}

/// Makes the earliest member the first one, and the only one; what it was said to be of is right only within a story.
fn refound(connection: &Connection, story: StoryId) -> Result<(), Error> {
    connection.execute(
        "UPDATE story SET founded = (SELECT min(seen) FROM entry WHERE story = ?1),
             last_member = (SELECT max(seen) FROM entry WHERE story = ?1) WHERE id = ?1",
        [story.0],
    )?;
    connection.execute(
        "UPDATE entry SET related_to = NULL WHERE story = ?1
         AND related_to NOT IN (SELECT id FROM entry WHERE story = ?1)",
        [story.0],
    )?;
    let entries = members(connection, story)?;
    let Some((first, rest)) = entries.split_first() else { return Ok(()) };
    connection.execute(
        "UPDATE entry SET relation = 'first', related_to = NULL WHERE id = ?1 AND relation <> 'first'",
        [first.0],
    )?;
    for entry in rest {
        relate_again(connection, story, *entry)?;
    }
    Ok(())
}

/// What was the first member of its own story is now one among others.
fn relate_again(connection: &Connection, story: StoryId, entry: EntryId) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT min(id) FROM entry AS own WHERE own.story = ?2 AND own.outlet = entry.outlet AND own.id <> entry.id),
             EXISTS (SELECT 1 FROM citation WHERE citation.entry = entry.id)
         FROM entry WHERE id = ?1 AND relation = 'first'",
    )?;
    let found: Option<(Option<i64>, bool)> =
        statement.query_row((entry.0, story.0), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((own, cites)) = found else { return Ok(()) };
    let relation = match own {
        Some(_) => Relation::SameOutlet,
        None if cites => Relation::Cites,
        None => Relation::Independent,
    };
    connection.prepare_cached("UPDATE entry SET relation = ?2, related_to = ?3 WHERE id = ?1")?.execute((
        entry.0,
        relation.as_str(),
        own,
    ))?;
    Ok(())
}

fn log(
    connection: &Connection,
    kind: Kind,
    source: StoryId,
    target: StoryId,
    entries: &[EntryId],
    note: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let entries = json(&entries.iter().map(|entry| entry.0).collect::<Vec<_>>());
    connection
        .prepare_cached(
            "INSERT INTO regrouping (kind, source, target, entries, note, done) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((kind.as_str(), source.0, target.0, entries, note, seconds(now)))?;
    Ok(())
}

const COLUMNS: &str = "id, kind, source, target, entries, note, done";

/// Number of the latest line of the log; 0 while it is empty.
pub fn latest(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.prepare_cached("SELECT coalesce(max(id), 0) FROM regrouping")?.query_row([], |row| row.get(0))?)
}

/// What was done after line `seen`, in order.
pub fn since(connection: &Connection, seen: i64) -> Result<Vec<Regrouping>, Error> {
    list(connection, "id > ?1", seen)
}

/// The two parts of every story that was split.
pub fn splits(connection: &Connection) -> Result<Vec<[StoryId; 2]>, Error> {
    let mut statement = connection.prepare_cached("SELECT source, target FROM regrouping WHERE kind = 'split'")?;
    let rows = statement.query_map([], |row| Ok([StoryId(row.get(0)?), StoryId(row.get(1)?)]))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// What was done to a story, in order.
pub fn of_story(connection: &Connection, story: StoryId) -> Result<Vec<Regrouping>, Error> {
    list(connection, "?1 IN (source, target)", story.0)
}

fn list(connection: &Connection, which: &str, value: i64) -> Result<Vec<Regrouping>, Error> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM regrouping WHERE {which} ORDER BY id"))?;
    let rows = statement.query_map([value], |row| {
        let (kind, entries): (String, String) = (row.get("kind")?, row.get("entries")?);
        Ok(Regrouping {
            id: row.get("id")?,
            kind: if kind == "merge" { Kind::Merge } else { Kind::Split },
            source: StoryId(row.get("source")?),
            target: StoryId(row.get("target")?),
            entries: from_json::<Vec<i64>>(&entries).into_iter().map(EntryId).collect(),
            note: row.get("note")?,
            done: time(row.get("done")?),
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}
