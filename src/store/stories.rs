//! Stories: founding, growth, and the time line that mails and commands show.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{Error, entries, seconds, time};
use crate::{
    alert::Corrected,
    entry::EntryId,
    story::{Member, Relation, StoryId, Timeline},
};

/// One line of `storywatch stories`.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub story: StoryId,
    pub headline: String,
    pub first_seen: Timestamp,
    pub last_member: Timestamp,
    pub outlets: u64,
    pub independent: u64,
    pub members: u64,
}

/// Makes the story that an entry founds.
pub fn found(connection: &Connection, headline: &str, now: Timestamp) -> Result<StoryId, Error> {
    connection
        .prepare_cached("INSERT INTO story (headline, founded, last_member) VALUES (?1, ?2, ?2)")?
        .execute((headline, seconds(now)))?;
    Ok(StoryId(connection.last_insert_rowid()))
}

/// Notes that a story has grown.
pub fn grown(connection: &Connection, story: StoryId, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE story SET last_member = max(last_member, ?2) WHERE id = ?1")?
        .execute((story.0, seconds(now)))?;
    Ok(())
}

/// A story with its members in the order they were seen; `outlet_name` turns an outlet's key into its name.
pub fn timeline(
    connection: &Connection,
    story: StoryId,
    outlet_name: &dyn Fn(&str) -> String,
) -> Result<Option<Timeline>, Error> {
    let mut statement = connection.prepare_cached("SELECT headline, founded FROM story WHERE id = ?1")?;
    let head: Option<(String, i64)> =
        statement.query_row([story.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((headline, founded)) = head else { return Ok(None) };
    let members = members(connection, story, outlet_name)?;
    Ok(Some(Timeline { story, headline, first_seen: time(founded), members }))
}

fn members(
    connection: &Connection,
    story: StoryId,
    outlet_name: &dyn Fn(&str) -> String,
) -> Result<Vec<Member>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT entry.id, entry.feed, entry.outlet, entry.guid, entry.url, entry.canonical_url, entry.title, '' AS text,
             '[]' AS links, entry.author, entry.tags, entry.source, entry.language, entry.published, entry.updated,
             entry.seen, entry.baseline, entry.story, entry.relation, entry.related_to, entry.reason, entry.score, entry.corrects,
             related.outlet AS of_outlet
         FROM entry LEFT JOIN entry AS related ON related.id = entry.related_to
         WHERE entry.story = ?1 ORDER BY entry.seen, entry.id",
    )?;
    let rows = statement.query_map([story.0], |row| Ok((entries::read_row(row)?, row.get("of_outlet")?)))?;
    rows.map(|row| {
        let (stored, of_outlet) = row?;
        member(connection, stored, of_outlet, outlet_name)
    })
    .collect()
}

fn member(
    connection: &Connection,
    stored: entries::Stored,
    of_outlet: Option<String>,
    outlet_name: &dyn Fn(&str) -> String,
) -> Result<Member, Error> {
    let cites = entries::citations(connection, stored.id)?;
    let mut earlier_titles = entries::headlines(connection, stored.id)?;
    earlier_titles.pop();
    let cited = cites.first().filter(|_| stored.relation == Relation::Cites);
    let evidence = match stored.relation {
        Relation::First => None,
        Relation::Cites => cited.map(|citation| citation.sentence.clone()),
        _ => Some(stored.reason),
    };
    Ok(Member {
        entry: stored.id,
        url: stored.entry.url,
        outlet_name: outlet_name(&stored.outlet),
        outlet: stored.outlet,
        title: stored.entry.title,
        seen: stored.seen,
        published: stored.entry.published,
        relation: stored.relation,
        of: of_outlet.or_else(|| cited.map(|citation| citation.outlet.clone())),
        evidence,
        earlier_titles,
        baseline: stored.baseline,
        corrects: stored.corrects,
        cites,
    })
}

/// What a member says of its being corrected is to be told of from now on; the first time counts.
pub fn correct(connection: &Connection, entry: EntryId, now: Timestamp) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE entry SET corrected = ?2 WHERE id = ?1 AND corrected IS NULL")?
        .execute((entry.0, seconds(now)))?;
    Ok(())
}

/// The members of a story whose corrections are to be told of; reposts are none of them.
pub fn corrections(connection: &Connection, story: StoryId) -> Result<Vec<Corrected>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, corrects FROM entry WHERE story = ?1 AND corrected IS NOT NULL AND corrects IS NOT NULL
             AND relation NOT IN ('copy', 'wire') ORDER BY corrected, id",
    )?;
    let rows = statement.query_map([story.0], |row| Ok(Corrected { entry: row.get(0)?, sentence: row.get(1)? }))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Stories with a member seen since `since`, the latest first; of one watch only when named.
pub fn list(
    connection: &Connection,
    since: Timestamp,
    watch: Option<&str>,
    limit: usize,
) -> Result<Vec<Summary>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT story.id, story.headline, story.founded, story.last_member, count(*) AS members,
             count(DISTINCT outlet) AS outlets,
             count(DISTINCT CASE WHEN relation IN ('first', 'independent')
                 AND NOT EXISTS (SELECT 1 FROM citation WHERE citation.entry = entry.id) THEN outlet END) AS independent
         FROM story JOIN entry ON entry.story = story.id
         WHERE story.last_member >= ?1 AND (?2 IS NULL OR EXISTS (
             SELECT 1 FROM entry AS member JOIN match ON match.entry = member.id
             WHERE member.story = story.id AND match.watch = ?2))
         GROUP BY story.id ORDER BY story.last_member DESC, story.id DESC LIMIT ?3",
    )?;
    let rows = statement.query_map((seconds(since), watch, limit), |row| {
        Ok(Summary {
            story: StoryId(row.get("id")?),
            headline: row.get("headline")?,
            first_seen: time(row.get("founded")?),
            last_member: time(row.get("last_member")?),
            outlets: row.get("outlets")?,
            independent: row.get("independent")?,
            members: row.get("members")?,
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The story of the entry with this canonical URL, the latest where several feeds carry it.
pub fn by_url(connection: &Connection, canonical_url: &str) -> Result<Option<(StoryId, EntryId)>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT story, id FROM entry WHERE canonical_url = ?1 ORDER BY id DESC LIMIT 1")?;
    let row = statement.query_row([canonical_url], |row| Ok((StoryId(row.get(0)?), EntryId(row.get(1)?))));
    Ok(row.optional()?)
}

/// Whether there is such a story.
pub fn exists(connection: &Connection, story: StoryId) -> Result<bool, Error> {
    Ok(connection.prepare_cached("SELECT 1 FROM story WHERE id = ?1")?.exists([story.0])?)
}

/// The members of a story at this canonical URL.
pub fn members_at(connection: &Connection, story: StoryId, canonical_url: &str) -> Result<Vec<EntryId>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM entry WHERE story = ?1 AND canonical_url = ?2 ORDER BY id")?;
    let rows = statement.query_map((story.0, canonical_url), |row| Ok(EntryId(row.get(0)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Why each member stands where it stands, with the strength of the join.
pub fn reasons(connection: &Connection, story: StoryId) -> Result<HashMap<EntryId, (String, f32)>, Error> {
    let mut statement = connection.prepare_cached("SELECT id, reason, score FROM entry WHERE story = ?1")?;
    let rows = statement
        .query_map([story.0], |row| Ok((EntryId(row.get(0)?), (row.get(1)?, row.get::<_, f64>(2)? as f32))))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Number of stories stored.
pub fn count(connection: &Connection) -> Result<u64, Error> {
    Ok(connection.query_row("SELECT count(*) FROM story", [], |row| row.get(0))?)
}

/// The member of a story that came last, the back catalogue left aside: what is decided after a change of members is
/// decided because of it.
pub fn latest_news(connection: &Connection, story: StoryId) -> Result<Option<EntryId>, Error> {
    let mut statement = connection.prepare_cached("SELECT max(id) FROM entry WHERE story = ?1 AND NOT baseline")?;
    Ok(statement.query_row([story.0], |row| row.get::<_, Option<i64>>(0))?.map(EntryId))
}

/// When a story was founded.
pub fn founded(connection: &Connection, story: StoryId) -> Result<Option<Timestamp>, Error> {
    let mut statement = connection.prepare_cached("SELECT founded FROM story WHERE id = ?1")?;
    Ok(statement.query_row([story.0], |row| row.get(0)).optional()?.map(time))
}

/// The headline of a story as it was founded.
pub fn headline(connection: &Connection, story: StoryId) -> Result<Option<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT headline FROM story WHERE id = ?1")?;
    Ok(statement.query_row([story.0], |row| row.get(0)).optional()?)
}
