//! How members stand to the rest of their story after a merge or a split: one is the first, none is of an entry that is
//! elsewhere, no outlet confirms itself. Where a member stands otherwise than before, its reason says why.

use rusqlite::{Connection, OptionalExtension};

use super::{Error, json};
use crate::{
    entry::EntryId,
    story::{Relation, Restated, StoryId, reason_after},
};

/// What is stored of a member.
struct Member {
    entry: EntryId,
    outlet: String,
    relation: Relation,
    cites: bool,
    reason: String,
}

fn members(connection: &Connection, story: StoryId) -> Result<Vec<Member>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, outlet, relation, EXISTS (SELECT 1 FROM citation WHERE citation.entry = entry.id), reason
         FROM entry WHERE story = ?1 ORDER BY seen, id",
    )?;
    let rows = statement.query_map([story.0], |row| {
        let relation: String = row.get(2)?;
        Ok(Member {
            entry: EntryId(row.get(0)?),
            outlet: row.get(1)?,
            relation: Relation::from_word(&relation).unwrap_or(Relation::Independent),
            cites: row.get(3)?,
            reason: row.get(4)?,
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The members of a story that hold an outlet's second piece, since `moved` came into it.
pub(super) fn doubles(connection: &Connection, story: StoryId, moved: &[EntryId]) -> Result<Vec<Restated>, Error> {
    let members = members(connection, story)?;
    let is_moved = |member: &Member| moved.contains(&member.entry);
    let double = |(at, member): (usize, &Member)| {
        let is_own = |own: &&Member| own.outlet == member.outlet && is_moved(own) != is_moved(member);
        let own = members[..at].iter().filter(|_| !member.outlet.is_empty()).find(is_own)?;
        Some(Restated { entry: member.entry, relation: Relation::SameOutlet, of: Some(own.entry) })
    };
    Ok(members.iter().enumerate().filter_map(double).collect())
}

/// Lets members stand as the merge that `why` tells has found, where that changes anything.
pub(super) fn restate(connection: &Connection, restated: &[Restated], why: &str) -> Result<(), Error> {
    for new in restated {
        let mut statement = connection.prepare_cached(
            "SELECT relation, EXISTS (SELECT 1 FROM citation WHERE citation.entry = entry.id), reason
             FROM entry WHERE id = ?1",
        )?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?));
        let Some((known, cites, reason)) = statement.query_row([new.entry.0], read).optional()? else { continue };
        if let Some((relation, of)) = Relation::from_word(&known).and_then(|known| new.over(known, cites)) {
            store(connection, new.entry, relation, of, &reason_after(why, &reason))?;
        }
    }
    Ok(())
}

/// Puts right what a change of members has left behind in a story: its times, which member is the first, and those that
/// stand in a relation to nobody any more.
pub(super) fn put_in_order(connection: &Connection, story: StoryId, why: &str) -> Result<(), Error> {
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
    let members = members(connection, story)?;
    for (at, member) in members.iter().enumerate() {
        let is_own = |own: &&Member| own.outlet == member.outlet && !member.outlet.is_empty();
        let own = members[..at].iter().find(is_own).map(|own| own.entry);
        let (relation, of) = match (at, member.relation, own) {
            (0, Relation::First, _) => continue,
            (0, ..) => (Relation::First, None),
            (_, Relation::First, Some(own)) => (Relation::SameOutlet, Some(own)),
            (_, Relation::First, None) | (_, Relation::SameOutlet, None) if member.cites => (Relation::Cites, None),
            (_, Relation::First, None) | (_, Relation::SameOutlet, None) => (Relation::Independent, None),
            _ => continue,
        };
        store(connection, member.entry, relation, of, &reason_after(why, &member.reason))?;
    }
    Ok(())
}

/// Says of each of these entries why it is where it is now.
pub(super) fn give_reason(connection: &Connection, entries: &[EntryId], why: &str) -> Result<(), Error> {
    let ids = json(&entries.iter().map(|entry| entry.0).collect::<Vec<_>>());
    let mut statement =
        connection.prepare_cached("SELECT id, reason FROM entry WHERE id IN (SELECT value FROM json_each(?1))")?;
    let rows = statement.query_map([ids], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let reasons: Vec<(i64, String)> = rows.collect::<Result<_, rusqlite::Error>>()?;
    let mut update = connection.prepare_cached("UPDATE entry SET reason = ?2 WHERE id = ?1")?;
    for (entry, reason) in reasons {
        update.execute((entry, reason_after(why, &reason)))?;
    }
    Ok(())
}

fn store(
    connection: &Connection,
    entry: EntryId,
    relation: Relation,
    of: Option<EntryId>,
    reason: &str,
) -> Result<(), Error> {
    connection
        .prepare_cached("UPDATE entry SET relation = ?2, related_to = ?3, reason = ?4 WHERE id = ?1")?
        .execute((entry.0, relation.as_str(), of.map(|of| of.0), reason))?;
    Ok(())
}
