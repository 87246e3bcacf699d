//! Stories told by a key, such as the number of a vulnerability.

use rusqlite::{Connection, OptionalExtension};

use super::Error;
use crate::story::StoryId;

/// The story of a key, as found by a pattern.
pub fn find(connection: &Connection, pattern: &str, key: &str) -> Result<Option<StoryId>, Error> {
    let mut statement = connection.prepare_cached("SELECT story FROM story_key WHERE pattern = ?1 AND key = ?2")?;
    Ok(statement.query_row((pattern, key), |row| row.get(0)).optional()?.map(StoryId))
}

/// A key that a story has by this pattern.
pub fn of_story(connection: &Connection, pattern: &str, story: StoryId) -> Result<Option<String>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT key FROM story_key WHERE story = ?1 AND pattern = ?2 ORDER BY key LIMIT 1")?;
    Ok(statement.query_row((story.0, pattern), |row| row.get(0)).optional()?)
}

/// Whether a story is told by any key.
pub fn has_any(connection: &Connection, story: StoryId) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM story_key WHERE story = ?1)")?;
    Ok(statement.query_row([story.0], |row| row.get(0))?)
}

/// Remembers the story of a key; the first one stays.
pub fn remember(connection: &Connection, pattern: &str, key: &str, story: StoryId) -> Result<(), Error> {
    connection
        .prepare_cached("INSERT INTO story_key (pattern, key, story) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute((pattern, key, story.0))?;
    Ok(())
}
