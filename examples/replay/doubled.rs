//! Alerts for one story told twice as news, beside those for stories that were merged only after each was told.
//!
//! A story that turns out to belong to an older one takes its alerts along, so the older one then has two that say `new`.
//! Under which name each was told stands in its Message-ID: a story that has been merged is told under the other's name,
//! and never again with the number 0.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::Result;

/// Of all alerts for a story but the first that say `new`.
#[derive(Debug, Default, PartialEq)]
pub struct Doubled {
    /// Told before the merge by which they came to be of one story.
    pub before_merge: i64,
    /// Told while it was one story already.
    pub doubled: i64,
}

/// The name under which an alert was told, where it has one, and whether its story was merged with another later.
type Told = (Option<String>, bool);

/// Counts them in a database of the daemon.
pub fn count(connection: &Connection) -> Result<Doubled> {
    let mut statement = connection.prepare(
        "SELECT recipient, story, (SELECT min(message_id) FROM delivery WHERE delivery.alert = alert.id),
             EXISTS (SELECT 1 FROM regrouping WHERE kind = 'merge' AND target = story AND done >= raised)
         FROM alert WHERE event = 'new' ORDER BY recipient, story, seq",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(((row.get::<_, String>(0)?, row.get::<_, i64>(1)?), (row.get::<_, Option<String>>(2)?, row.get(3)?)))
    })?;
    let mut stories: BTreeMap<(String, i64), Vec<Told>> = BTreeMap::new();
    for row in rows {
        let (story, alert) = row?;
        stories.entry(story).or_default().push(alert);
    }
    let mut found = Doubled::default();
    for alerts in stories.into_values().filter(|alerts| alerts.len() > 1) {
        let told = told_apart(&alerts);
        found.before_merge += told;
        found.doubled += i64::try_from(alerts.len())? - 1 - told;
    }
    Ok(found)
}

/// How many of a story's alerts but the first were told while their stories were several. One that was told by a digest
/// bears no name: it counts where a merge came after it.
fn told_apart(alerts: &[Told]) -> i64 {
    let mut names = BTreeSet::new();
    let is_apart = |(id, merged_later): &&Told| match id.as_deref() {
        Some(id) => name_of_first(id).is_some_and(|name| names.insert(name.to_owned())),
        None => *merged_later,
    };
    let apart = alerts.iter().filter(is_apart).count();
    // One of them is the one that each story has.
    i64::try_from(apart).unwrap_or(i64::MAX).saturating_sub(1).max(0)
}

/// The story in a Message-ID or `webhook-id` with the number 0.
fn name_of_first(id: &str) -> Option<&str> {
    let (id, mark) = id.strip_prefix("msg_").map_or((id, '.'), |id| (id, '_'));
    let mut parts = id.split(mark);
    let name = parts.next()?;
    (parts.next() == Some("0")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(alerts: &[(&str, bool)], expected: i64) {
        let id = |id: &str| (!id.is_empty()).then(|| id.to_owned());
        let alerts: Vec<_> = alerts.iter().map(|(told, later)| (id(told), *later)).collect();
        assert_eq!(told_apart(&alerts), expected, "{alerts:?}");
    }

    #[test]
    fn what_was_told_under_two_names_was_told_before_the_merge() {
        check(&[("S1.0.aa@x.example", false), ("S2.0.aa@x.example", false)], 1);
        check(&[("msg_S1_0_aa", false), ("msg_S2_0_aa", false), ("msg_S3_0_aa", false)], 2);
        check(&[("S1.0.aa@x.example", false), ("", true)], 1);
        // Twice under one name, after the merge, or by a digest after it.
        check(&[("S1.0.aa@x.example", false), ("S1.0.aa@x.example", false)], 0);
        check(&[("S2.0.aa@x.example", false), ("S1.1.aa@x.example", false)], 0);
        check(&[("S1.0.aa@x.example", false), ("", false)], 0);
    }
}
