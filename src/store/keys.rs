//! The memory of which items a feed has had outlives the items, but not for ever.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, seconds};

/// What left a feed longer ago than this, counted to the last time it brought anything new, does not come back as
/// the same item. A feed that brings nothing, or cannot be fetched, forgets nothing.
const KEPT: i64 = 90 * 86_400;
/// The feeds are gone through in as many parts, so that no single turn takes long.
const PARTS: i64 = 24;

/// Forgets the keys of items that left their feed long ago and are no longer stored, in the part of the feeds whose
/// hour it is; gives their number.
pub fn forget(connection: &Connection, now: Timestamp) -> Result<usize, Error> {
    let part = seconds(now).div_euclid(3_600).rem_euclid(PARTS);
    let mut statement = connection.prepare_cached(
        "DELETE FROM entry_key WHERE feed IN (SELECT id FROM feed WHERE id % ?1 = ?2 AND last_change IS NOT NULL)
         AND listed < (SELECT last_change FROM feed WHERE id = entry_key.feed) - ?3
         AND NOT EXISTS (SELECT 1 FROM entry WHERE id = entry_key.entry)",
    )?;
    Ok(statement.execute((PARTS, part, KEPT))?)
}
