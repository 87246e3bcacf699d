//! Merges and splits of stories, by a second look or by hand beside a running process, kept in a log.
//!
//! What was sent stays as it was sent: alerts move with their story, so that nobody is told again what he was told, and
//! an absorbed story keeps its name. Each function is one piece of work for one transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::{Error, alerts_of_one, from_json, json, seconds, standing, time};
use crate::{
    entry::EntryId,
    story::{Merge, StoryId},
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

/// Moves all of `source` into `target`, as an operator asked for: members, keys, alerts and decisions. Gives the number
/// of members moved.
pub fn merge(
    connection: &Connection,
    target: StoryId,
    source: StoryId,
    note: Option<&str>,
    now: Timestamp,
) -> Result<usize, Error> {
    let entries = members(connection, source)?;
    let why = format!("merged by hand{}", note.map(|note| format!(" ({note})")).unwrap_or_default());
    absorb(connection, target, source, now)?;
    standing::restate(connection, &standing::doubles(connection, target, &entries)?, &why)?;
    standing::put_in_order(connection, target, &why)?;
    log(connection, Kind::Merge, source, target, &entries, note, now)?;
    Ok(entries.len())
}

/// Stores a merge that a second look has made in the index.
pub fn record(connection: &Connection, merge: &Merge, now: Timestamp) -> Result<(), Error> {
    let Merge { source, target, restated, reason, .. } = merge;
    let entries = members(connection, *source)?;
    absorb(connection, *target, *source, now)?;
    standing::restate(connection, restated, reason)?;
    standing::put_in_order(connection, *target, reason)?;
    log(connection, Kind::Merge, *source, *target, &entries, Some(reason), now)
}

fn absorb(connection: &Connection, target: StoryId, source: StoryId, now: Timestamp) -> Result<(), Error> {
    connection.execute("UPDATE entry SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    connection.execute("UPDATE story_key SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    connection.execute("UPDATE decision SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    connection.execute("UPDATE story SET merged_into = ?1 WHERE id = ?2 OR merged_into = ?2", (target.0, source.0))?;
    alerts_of_one::join(connection, target, source, now)
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
    let note_of = note.map(|note| format!(" ({note})")).unwrap_or_default();
    standing::give_reason(connection, entries, &format!("split from {source} by hand{note_of}"))?;
    standing::put_in_order(connection, source, &format!("{target} was split off by hand{note_of}"))?;
    standing::put_in_order(connection, target, &format!("split from {source} by hand{note_of}"))?;
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

/// What was done to a story and to those that it has taken in, in order.
pub fn of_story(connection: &Connection, story: StoryId) -> Result<Vec<Regrouping>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM regrouping WHERE source IN (SELECT ?1 UNION SELECT id FROM story WHERE merged_into = ?1)
         OR target IN (SELECT ?1 UNION SELECT id FROM story WHERE merged_into = ?1)",
    )?;
    let rows = statement.query_map([story.0], |row| row.get(0))?;
    let ids: Vec<i64> = rows.collect::<Result<_, _>>()?;
    list(connection, "id IN (SELECT value FROM json_each(?1))", json(&ids))
}

/// What was done to the stories of an entry while it was in them, and to the one that it is in, in order.
pub fn of_entry(connection: &Connection, entry: EntryId, story: StoryId) -> Result<Vec<Regrouping>, Error> {
    let moves = "EXISTS (SELECT 1 FROM json_each(entries) WHERE json_each.value = ?1)";
    let mut lines = of_story(connection, story)?;
    lines.extend(list(connection, moves, entry.0)?);
    lines.sort_by_key(|line| line.id);
    lines.dedup_by_key(|line| line.id);
    Ok(lines)
}

fn list(connection: &Connection, which: &str, value: impl ToSql) -> Result<Vec<Regrouping>, Error> {
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
