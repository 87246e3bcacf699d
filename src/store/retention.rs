//! Old stories leave the archive; the keys of their entries stay, so that an item that comes back is no news.
//! What is still to be told, by itself or by a digest, holds its story.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, seconds};

/// Stories without a member since `before`, unless something about them is still to be delivered: an alert that waits
/// or is in the outbox, one that waits for a digest, or one in a digest that no channel has taken yet.
const CANDIDATES: &str = "SELECT id FROM story WHERE last_member < ?1 AND NOT EXISTS (
        SELECT 1 FROM alert JOIN delivery ON delivery.alert = alert.id
        WHERE alert.story = story.id AND delivery.state NOT IN ('sent', 'dead'))
    AND NOT EXISTS (
        SELECT 1 FROM alert WHERE alert.story = story.id AND alert.state = 'digest' AND NOT EXISTS (
            SELECT 1 FROM digest_item JOIN delivery ON delivery.digest = digest_item.digest
            WHERE digest_item.alert = alert.id AND delivery.state = 'sent'))
    ORDER BY last_member LIMIT ?2";

/// Removes at most `limit` stories that have had no member since `before`, with all that hangs on them; what a queued
/// alert refers to stays. Gives the number removed: fewer than `limit` means that there are no more.
pub fn prune(connection: &Connection, before: Timestamp, limit: usize) -> Result<usize, Error> {
    let stories = connection
        .prepare_cached(CANDIDATES)?
        .query_map((seconds(before), limit), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for story in &stories {
        for statement in [
            "DELETE FROM delivery WHERE alert IN (SELECT id FROM alert WHERE story = ?1)",
            "DELETE FROM alert WHERE story = ?1",
            "DELETE FROM decision WHERE story = ?1",
            "UPDATE entry SET related_to = NULL WHERE related_to IN (SELECT id FROM entry WHERE story = ?1)",
            "DELETE FROM entry WHERE story = ?1",
            "DELETE FROM story WHERE id = ?1",
        ] {
            connection.prepare_cached(statement)?.execute([story])?;
        }
    }
    Ok(stories.len())
}

/// Removes digests, silences and downtimes that were over before `before`.
pub fn prune_digests(connection: &Connection, before: Timestamp) -> Result<(), Error> {
    const OVER: &str = "SELECT id FROM digest WHERE made < ?1 AND NOT EXISTS (
        SELECT 1 FROM delivery WHERE digest = digest.id AND state NOT IN ('sent', 'dead'))
        AND NOT EXISTS (SELECT 1 FROM digest_item WHERE digest_item.digest = digest.id)";
    for statement in [
        format!("DELETE FROM delivery WHERE digest IN ({OVER})"),
        format!("DELETE FROM digest WHERE id IN ({OVER})"),
        "DELETE FROM silence WHERE ends < ?1".to_owned(),
        "DELETE FROM downtime WHERE ended < ?1".to_owned(),
    ] {
        connection.execute(&statement, [seconds(before)])?;
    }
    Ok(())
}
