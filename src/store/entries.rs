//! Entries, the keys they are recognised by, their headlines and citations.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Error, from_json, json, optional_time, seconds, time};
use crate::{
    entry::{Entry, EntryId, FeedId, identity::Key},
    story::{Citation, Document, Relation, StoryId},
};

/// A key's row is touched only when it was last seen listed longer ago than this: a poll that brings nothing new then
/// writes nothing but the feed's own row, once a day excepted.
const TOUCH_AFTER: i64 = 24 * 3600;

/// An entry as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub id: EntryId,
    pub feed: FeedId,
    pub outlet: String,
    pub entry: Entry,
    pub seen: Timestamp,
    pub baseline: bool,
    pub story: StoryId,
    pub relation: Relation,
    pub related_to: Option<EntryId>,
    pub reason: String,
    pub score: f32,
    /// The sentence in which it denies its story or takes itself back.
    pub corrects: Option<String>,
}

/// The entry of this feed that one of the keys belongs to. It may be gone by retention; its keys stay.
pub fn find_known(connection: &Connection, feed: FeedId, keys: &[Key]) -> Result<Option<EntryId>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT entry FROM entry_key WHERE feed = ?1 AND kind = ?2 AND value = ?3")?;
    for key in keys {
        let entry = statement.query_row((feed.0, key.kind.as_str(), &key.value), |row| row.get(0)).optional()?;
        if let Some(entry) = entry {
            return Ok(Some(EntryId(entry)));
        }
    }
    Ok(None)
}

/// Binds the keys to the entry, and notes that they stand in the feed today.
pub fn remember_keys(
    connection: &Connection,
    feed: FeedId,
    entry: EntryId,
    keys: &[Key],
    now: Timestamp,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO entry_key (feed, kind, value, entry, listed) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (feed, kind, value) DO UPDATE SET listed = excluded.listed, entry = excluded.entry
         WHERE listed < excluded.listed - ?6 OR entry <> excluded.entry",
    )?;
    for key in keys {
        statement.execute((feed.0, key.kind.as_str(), &key.value, entry.0, seconds(now), TOUCH_AFTER))?;
    }
    Ok(())
}

/// The id that the next entry will get; ask inside the transaction that inserts it.
pub fn next_id(connection: &Connection) -> Result<EntryId, Error> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'entry'), 0) + 1")?;
    Ok(EntryId(statement.query_row([], |row| row.get(0))?))
}

/// Stores a new entry with its first headline and its citations.
pub fn insert(connection: &Connection, stored: &Stored, cites: &[Citation]) -> Result<(), Error> {
    let entry = &stored.entry;
    connection
        .prepare_cached(
            "INSERT INTO entry (id, feed, outlet, guid, url, canonical_url, title, text, links, author, tags, source,
                language, published, updated, seen, baseline, story, relation, related_to, reason, score, corrects)
             VALUES (:id, :feed, :outlet, :guid, :url, :canonical_url, :title, :text, :links, :author, :tags, :source,
                :language, :published, :updated, :seen, :baseline, :story, :relation, :related_to, :reason, :score, :corrects)",
        )?
        .execute(named_params! {
            ":id": stored.id.0,
            ":feed": stored.feed.0,
            ":outlet": stored.outlet,
            ":guid": entry.guid,
            ":url": entry.url,
            ":canonical_url": entry.canonical_url,
            ":title": entry.title,
            ":text": entry.text,
            ":links": json(&entry.links),
            ":author": entry.author,
            ":tags": json(&entry.tags),
            ":source": entry.source,
            ":language": entry.language,
            ":published": entry.published.map(seconds),
            ":updated": entry.updated.map(seconds),
            ":seen": seconds(stored.seen),
            ":baseline": stored.baseline,
            ":story": stored.story.0,
            ":relation": stored.relation.as_str(),
            ":related_to": stored.related_to.map(|id| id.0),
            ":reason": stored.reason,
            ":score": f64::from(stored.score),
            ":corrects": stored.corrects,
        })?;
    // With a seq that is computed, SQLite would have the full-text index written out for every single entry, so that it
    // could take back this statement alone.
    connection.prepare_cached("INSERT INTO headline (entry, seq, title, seen) VALUES (?1, 0, ?2, ?3)")?.execute((
        stored.id.0,
        &entry.title,
        seconds(stored.seen),
    ))?;
    let mut statement =
        connection.prepare_cached("INSERT INTO citation (entry, seq, outlet, sentence) VALUES (?1, ?2, ?3, ?4)")?;
    for (seq, citation) in cites.iter().enumerate() {
        statement.execute((stored.id.0, seq, &citation.outlet, &citation.sentence))?;
    }
    Ok(())
}

/// Stores what an edited entry says now, and whether it now `corrects` something; its story, relation and first-seen
/// time stay.
pub fn update(
    connection: &Connection,
    id: EntryId,
    entry: &Entry,
    corrects: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE entry SET guid = :guid, url = :url, canonical_url = :canonical_url, title = :title, text = :text,
                links = :links, author = :author, tags = :tags, updated = :updated, corrects = coalesce(:corrects, corrects)
             WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": id.0,
            ":guid": entry.guid,
            ":url": entry.url,
            ":canonical_url": entry.canonical_url,
            ":title": entry.title,
            ":text": entry.text,
            ":links": json(&entry.links),
            ":author": entry.author,
            ":tags": json(&entry.tags),
            ":updated": entry.updated.map(seconds),
            ":corrects": corrects,
        })?;
    let mut statement =
        connection.prepare_cached("SELECT title FROM headline WHERE entry = ?1 ORDER BY seq DESC LIMIT 1")?;
    let latest: Option<String> = statement.query_row([id.0], |row| row.get(0)).optional()?;
    if latest.as_deref() == Some(entry.title.as_str()) {
        Ok(())
    } else {
        add_headline(connection, id, &entry.title, now)
    }
}

fn add_headline(connection: &Connection, id: EntryId, title: &str, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT INTO headline (entry, seq, title, seen)
             SELECT ?1, coalesce(max(seq) + 1, 0), ?2, ?3 FROM headline WHERE entry = ?1",
        )?
        .execute((id.0, title, seconds(now)))?;
    Ok(())
}

const COLUMNS: &str = "id, feed, outlet, guid, url, canonical_url, title, text, links, author, tags, source, language, \
                       published, updated, seen, baseline, story, relation, related_to, reason, score, corrects";

/// One entry, or `None` when it is unknown or gone by retention.
pub fn load(connection: &Connection, id: EntryId) -> Result<Option<Stored>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entry WHERE id = ?1"))?;
    Ok(statement.query_row([id.0], read_row).optional()?)
}

/// The headlines an entry has had, oldest first; the last is the present one.
pub fn headlines(connection: &Connection, id: EntryId) -> Result<Vec<(Timestamp, String)>, Error> {
    let mut statement = connection.prepare_cached("SELECT seen, title FROM headline WHERE entry = ?1 ORDER BY seq")?;
    let rows = statement.query_map([id.0], |row| Ok((time(row.get(0)?), row.get(1)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The sentences in which an entry cites other outlets.
pub fn citations(connection: &Connection, id: EntryId) -> Result<Vec<Citation>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT outlet, sentence FROM citation WHERE entry = ?1 ORDER BY seq")?;
    let rows = statement.query_map([id.0], |row| Ok(Citation { outlet: row.get(0)?, sentence: row.get(1)? }))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Hands every entry seen since `since`, oldest first, to `each`: what the story index is rebuilt from.
pub fn each_since(
    connection: &Connection,
    since: Timestamp,
    mut each: impl FnMut(Document, StoryId),
) -> Result<(), Error> {
    let mut statement = connection.prepare(
        "SELECT entry.id, outlet, feed.url AS feed_url, entry.title, text, canonical_url, links, seen, published,
             language, story
         FROM entry JOIN feed ON feed.id = entry.feed WHERE seen >= ?1 ORDER BY seen, entry.id",
    )?;
    let mut rows = statement.query([seconds(since)])?;
    while let Some(row) = rows.next()? {
        let links: String = row.get("links")?;
        let document = Document {
            id: EntryId(row.get("id")?),
            outlet: row.get("outlet")?,
            feed: row.get("feed_url")?,
            title: row.get("title")?,
            text: row.get("text")?,
            url: row.get("canonical_url")?,
            links: from_json(&links),
            seen: time(row.get("seen")?),
            published: optional_time(row.get("published")?),
            language: row.get("language")?,
        };
        each(document, StoryId(row.get("story")?));
    }
    Ok(())
}

/// Number of entries stored.
pub fn count(connection: &Connection) -> Result<u64, Error> {
    Ok(connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?)
}

pub(super) fn read_row(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let links: String = row.get("links")?;
    let tags: String = row.get("tags")?;
    let relation: String = row.get("relation")?;
    Ok(Stored {
        id: EntryId(row.get("id")?),
        feed: FeedId(row.get("feed")?),
        outlet: row.get("outlet")?,
        entry: Entry {
            guid: row.get("guid")?,
            url: row.get("url")?,
            canonical_url: row.get("canonical_url")?,
            title: row.get("title")?,
            text: row.get("text")?,
            links: from_json(&links),
            author: row.get("author")?,
            tags: from_json(&tags),
            source: row.get("source")?,
            published: optional_time(row.get("published")?),
            updated: optional_time(row.get("updated")?),
            language: row.get("language")?,
        },
        seen: time(row.get("seen")?),
        baseline: row.get("baseline")?,
        story: StoryId(row.get("story")?),
        relation: Relation::from_word(&relation).unwrap_or(Relation::Independent),
        related_to: row.get::<_, Option<i64>>("related_to")?.map(EntryId),
        reason: row.get("reason")?,
        score: row.get::<_, f64>("score")? as f32,
        corrects: row.get("corrects")?,
    })
}
