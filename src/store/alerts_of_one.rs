//! The alerts of two stories that have become one: who was told of either is told no more of it, and what he is told next
//! hangs on the mail that he got.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{Error, alerts::IS_IN_DIGEST, seconds};
use crate::story::StoryId;

/// Larger than any number of alerts of one recipient and story.
const ASIDE: i64 = 1 << 31;

/// Moves the alerts of `source` to `target`, whose entries are one story by now.
pub(super) fn join(connection: &Connection, target: StoryId, source: StoryId, now: Timestamp) -> Result<(), Error> {
    drop_untold(connection, target, source, now)?;
    let mut both = connection.prepare_cached(
        "SELECT DISTINCT recipient FROM alert WHERE story = ?2
             AND recipient IN (SELECT recipient FROM alert WHERE story = ?1)",
    )?;
    let recipients: Vec<String> =
        both.query_map((target.0, source.0), |row| row.get(0))?.collect::<Result<_, rusqlite::Error>>()?;
    for recipient in recipients {
        number_anew(connection, &recipient, target, source)?;
    }
    connection.execute("UPDATE alert SET story = ?1 WHERE story = ?2", (target.0, source.0))?;
    Ok(())
}

/// Of a recipient who is to be told of both, what nobody has told him and no digest in the outbox tells: that of the
/// source, or that of the target where he was told of the source alone.
fn drop_untold(connection: &Connection, target: StoryId, source: StoryId, now: Timestamp) -> Result<(), Error> {
    let untold = format!("(state = 'waiting' OR (state = 'digest' AND NOT {IS_IN_DIGEST}))");
    let told = format!("state <> 'silenced' AND NOT {untold}");
    let of_target = format!(
        "SELECT id FROM alert WHERE story = ?1 AND {untold}
             AND recipient IN (SELECT recipient FROM alert WHERE story = ?2 AND {told})
             AND recipient NOT IN (SELECT recipient FROM alert WHERE story = ?1 AND {told})"
    );
    let of_source = format!(
        "SELECT id FROM alert WHERE story = ?2 AND {untold}
             AND recipient IN (SELECT recipient FROM alert WHERE story = ?1 AND state <> 'silenced')"
    );
    let why_not = [
        (of_target, format!("{source}, which was told, was merged into this story")),
        (of_source, format!("{source} was merged into this story, which has an alert already")),
    ];
    for (dropped, why) in why_not {
        connection.execute(
            &format!(
                "INSERT INTO decision (story, entry, recipient, outcome, reason, decided)
                 SELECT ?1, (SELECT min(id) FROM entry WHERE story = ?1), recipient, 'nothing', ?3, ?4
                 FROM alert WHERE id IN ({dropped})"
            ),
            params![target.0, source.0, why, seconds(now)],
        )?;
        let both = (target.0, source.0);
        connection.execute(&format!("DELETE FROM delivery WHERE alert IN ({dropped})"), both)?;
        connection.execute(&format!("DELETE FROM alert WHERE id IN ({dropped})"), both)?;
    }
    Ok(())
}

/// Numbers the alerts of one story behind those of the other, so that the next one is a follow-up: the target's come
/// first, unless only the source's went out as messages of their own, whose thread goes on then. No number that a message
/// of the target bears is given again.
fn number_anew(connection: &Connection, recipient: &str, target: StoryId, source: StoryId) -> Result<(), Error> {
    let is_worded = |story: StoryId| {
        let mut statement = connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM alert JOIN delivery ON delivery.alert = alert.id
                 WHERE recipient = ?1 AND story = ?2 AND message_id IS NOT NULL)",
        )?;
        statement.query_row((recipient, story.0), |row| row.get::<_, bool>(0))
    };
    let source_first = is_worded(source)? && !is_worded(target)?;
    let (first, then) = if source_first { (source, target) } else { (target, source) };
    let mut moved = connection.prepare_cached("UPDATE alert SET seq = seq + ?3 WHERE recipient = ?1 AND story = ?2")?;
    let count: i64 = connection
        .prepare_cached("SELECT max(seq) + 1 FROM alert WHERE recipient = ?1 AND story = ?2")?
        .query_row((recipient, first.0), |row| row.get(0))?;
    // By way of numbers that are free, since no two may share one for a moment either.
    for by in [ASIDE, count - ASIDE] {
        moved.execute((recipient, then.0, by))?;
    }
    Ok(())
}
