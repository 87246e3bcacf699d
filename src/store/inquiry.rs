//! What `explain` asks: which entries a person may mean, and what became of a story's deliveries.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{Error, optional_time, time};
use crate::{
    alert::{ChannelId, RecipientId},
    entry::EntryId,
    story::StoryId,
};

/// A delivery of a story's alerts.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryFact {
    pub recipient: RecipientId,
    pub seq: u32,
    pub channel: ChannelId,
    pub state: String,
    pub attempts: u32,
    pub next_at: Timestamp,
    pub sent: Option<Timestamp>,
    pub last_error: Option<String>,
}

/// The deliveries of all alerts about a story, in the order they were raised.
pub fn deliveries(connection: &Connection, story: StoryId) -> Result<Vec<DeliveryFact>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT recipient, seq, channel, delivery.state, attempts, next_at, sent, last_error
         FROM delivery JOIN alert ON alert.id = delivery.alert WHERE alert.story = ?1 ORDER BY delivery.id",
    )?;
    let rows = statement.query_map([story.0], |row| {
        Ok(DeliveryFact {
            recipient: RecipientId(row.get(0)?),
            seq: row.get(1)?,
            channel: ChannelId(row.get(2)?),
            state: row.get(3)?,
            attempts: row.get(4)?,
            next_at: time(row.get(5)?),
            sent: optional_time(row.get(6)?),
            last_error: row.get(7)?,
        })
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// Entries with this headline now or earlier, then those that have it within theirs; the latest first.
pub fn by_headline(connection: &Connection, words: &str, limit: usize) -> Result<Vec<(StoryId, EntryId)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT entry.story, entry.id FROM headline JOIN entry ON entry.id = headline.entry
         WHERE headline.title LIKE ?1 ESCAPE '\\'
         GROUP BY entry.id ORDER BY max(headline.title = ?2 COLLATE NOCASE) DESC, entry.seen DESC, entry.id DESC LIMIT ?3",
    )?;
    let escaped: String =
        words.chars().flat_map(|c| "\\%_".contains(c).then_some('\\').into_iter().chain([c])).collect();
    let rows = statement
        .query_map((format!("%{escaped}%"), words, limit), |row| Ok((StoryId(row.get(0)?), EntryId(row.get(1)?))))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The entry with this address as it was given, where it has no canonical form.
pub fn by_address(connection: &Connection, url: &str) -> Result<Option<(StoryId, EntryId)>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT story, id FROM entry WHERE url = ?1 OR guid = ?1 ORDER BY id DESC LIMIT 1")?;
    let row = statement.query_row([url], |row| Ok((StoryId(row.get(0)?), EntryId(row.get(1)?)))).optional()?;
    Ok(row)
}

/// When a key of an entry was last listed that retention has removed since.
pub fn removed(connection: &Connection, canonical_url: &str) -> Result<Option<Timestamp>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT max(listed) FROM entry_key WHERE kind = 'link' AND value = ?1
         AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.id = entry_key.entry)",
    )?;
    Ok(optional_time(statement.query_row([canonical_url], |row| row.get(0))?))
}
