//! Rows of feeds and of hosts that asked to be left alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Error, notices, optional_time, seconds, time};
use crate::{
    entry::FeedId,
    schedule::{Habit, Notice, PollState},
};

/// A feed as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedRow {
    pub id: FeedId,
    /// As configured.
    pub url: String,
    pub title: Option<String>,
    pub state: PollState,
}

const COLUMNS: &str = "id, url, title, etag, last_modified, moved_to, baselined, next_poll, next_reason, last_poll, \
                       last_success, last_change, failures, last_error, last_status, retired, interval, \
                       changes, longest_gap";

/// All feeds ever polled, by URL.
pub fn all(connection: &Connection) -> Result<BTreeMap<String, FeedRow>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM feed"))?;
    let rows = statement.query_map([], read_row)?;
    rows.map(|row| row.map(|feed| (feed.url.clone(), feed)).map_err(Error::from)).collect()
}

/// The feed configured at `url`.
pub fn by_url(connection: &Connection, url: &str) -> Result<Option<FeedRow>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM feed WHERE url = ?1"))?;
    Ok(statement.query_row([url], read_row).optional()?)
}

/// Makes the row of a feed that was never polled.
pub fn insert(connection: &Connection, url: &str, state: &PollState) -> Result<FeedId, Error> {
    connection.execute(
        "INSERT INTO feed (url, baselined, next_poll, next_reason, failures) VALUES (?1, 0, ?2, ?3, 0)",
        (url, seconds(state.next_poll), &state.next_reason),
    )?;
    Ok(FeedId(connection.last_insert_rowid()))
}

/// Stores what is remembered of a feed after a poll.
pub fn save(connection: &Connection, feed: FeedId, title: Option<&str>, state: &PollState) -> Result<(), Error> {
    connection
        .prepare_cached(
            "UPDATE feed SET title = coalesce(:title, title), etag = :etag, last_modified = :last_modified,
             moved_to = :moved_to, baselined = :baselined, next_poll = :next_poll, next_reason = :next_reason,
             last_poll = :last_poll, last_success = :last_success, last_change = :last_change, failures = :failures,
             last_error = :last_error, last_status = :last_status, retired = :retired, interval = :interval,
             changes = :changes, longest_gap = :longest_gap WHERE id = :id",
        )?
        .execute(named_params! {
            ":id": feed.0,
            ":title": title,
            ":etag": state.etag,
            ":last_modified": state.last_modified,
            ":moved_to": state.moved_to,
            ":baselined": state.baselined,
            ":next_poll": seconds(state.next_poll),
            ":next_reason": state.next_reason,
            ":last_poll": state.last_poll.map(seconds),
            ":last_success": state.last_success.map(seconds),
            ":last_change": state.last_change.map(seconds),
            ":failures": state.failures,
            ":last_error": state.last_error,
            ":last_status": state.last_status,
            ":retired": state.retired,
            ":changes": state.habit.changes,
            ":longest_gap": i64::try_from(state.habit.longest_gap.as_secs()).unwrap_or(i64::MAX),
            ":interval": state.interval.map(|interval| i64::try_from(interval.as_millis()).unwrap_or(i64::MAX)),
        })?;
    Ok(())
}

/// Tells the operator of the troubles of the feed configured at `url`; `name` is what people call it.
pub fn tell(connection: &Connection, url: &str, name: &str, told: &[Notice], now: Timestamp) -> Result<(), Error> {
    let subject = subject(url);
    for notice in told {
        let (kind, text) = (notice.trouble.word(), format!("The feed {name} {}.", notice.text));
        match notice.is_on {
            true => notices::raise(connection, &subject, kind, &text, now)?,
            false => notices::close(connection, &subject, kind, &text, now)?,
        };
    }
    Ok(())
}

/// Closes what stands open of feeds that are no longer polled; `polled` are the URLs of those that are.
pub fn close_notices_of_others(connection: &Connection, polled: &[&str], now: Timestamp) -> Result<(), Error> {
    let mut statement =
        connection.prepare_cached("SELECT subject, kind FROM notice WHERE closed IS NULL AND subject LIKE 'feed:%'")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let open: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    let polled: BTreeSet<String> = polled.iter().map(|url| subject(url)).collect();
    for (subject, kind) in open.iter().filter(|(subject, _)| !polled.contains(subject)) {
        notices::close(connection, subject, kind, "The feed is no longer in the configuration.", now)?;
    }
    Ok(())
}

fn subject(url: &str) -> String {
    format!("feed:{url}")
}

/// Whether items of this feed have ever had a link in common.
pub fn shares_links(connection: &Connection, feed: FeedId) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached("SELECT shares_links FROM feed WHERE id = ?1")?;
    Ok(statement.query_row([feed.0], |row| row.get(0))?)
}

/// Remembers that links tell nothing of identity in this feed.
pub fn distrust_links(connection: &Connection, feed: FeedId) -> Result<(), Error> {
    connection.execute("UPDATE feed SET shares_links = 1 WHERE id = ?1", [feed.0])?;
    Ok(())
}

/// How much a feed brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Stored of it.
    pub entries: u64,
    /// New since the time asked for, the baseline left aside.
    pub news: u64,
    /// When the oldest of its stored entries was seen.
    pub first: Timestamp,
}

/// What each feed has brought, in all and since `since`; feeds without entries are left out.
pub fn volumes(connection: &Connection, since: Timestamp) -> Result<BTreeMap<FeedId, Volume>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT feed, count(*), count(*) FILTER (WHERE seen >= ?1 AND baseline = 0), min(seen) FROM entry GROUP BY feed",
    )?;
    let rows = statement.query_map([seconds(since)], |row| {
        let volume = Volume { entries: row.get(1)?, news: row.get(2)?, first: time(row.get(3)?) };
        Ok((FeedId(row.get(0)?), volume))
    })?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

/// The troubles that the operator has been told of and that are not over, by the feed's URL.
pub fn troubles(connection: &Connection) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT substr(subject, 6), kind FROM notice WHERE closed IS NULL AND subject LIKE 'feed:%' ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut troubles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let (url, kind) = row?;
        troubles.entry(url).or_default().push(kind);
    }
    Ok(troubles)
}

/// Remembers that a host is to be left alone until then.
pub fn hold_host(connection: &Connection, host: &str, until: Timestamp, reason: &str) -> Result<(), Error> {
    connection.execute(
        "INSERT INTO host_hold (host, until, reason) VALUES (?1, ?2, ?3)
         ON CONFLICT (host) DO UPDATE SET until = max(until, excluded.until), reason = excluded.reason",
        (host, seconds(until), reason),
    )?;
    Ok(())
}

/// The hosts held at `now`, and forgets the others.
pub fn held_hosts(connection: &Connection, now: Timestamp) -> Result<Vec<(String, Timestamp, String)>, Error> {
    let mut statement = connection.prepare_cached("SELECT host, until, reason FROM host_hold WHERE until > ?1")?;
    let rows = statement.query_map([seconds(now)], |row| Ok((row.get(0)?, time(row.get(1)?), row.get(2)?)))?;
    rows.map(|row| row.map_err(Error::from)).collect()
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<FeedRow> {
    let interval: Option<u64> = row.get("interval")?;
    Ok(FeedRow {
        id: FeedId(row.get("id")?),
        url: row.get("url")?,
        title: row.get("title")?,
        state: PollState {
            etag: row.get("etag")?,
            last_modified: row.get("last_modified")?,
            moved_to: row.get("moved_to")?,
            baselined: row.get("baselined")?,
            next_poll: time(row.get("next_poll")?),
            next_reason: row.get("next_reason")?,
            last_poll: optional_time(row.get("last_poll")?),
            last_success: optional_time(row.get("last_success")?),
            last_change: optional_time(row.get("last_change")?),
            habit: Habit { changes: row.get("changes")?, longest_gap: Duration::from_secs(row.get("longest_gap")?) },
            failures: row.get("failures")?,
            last_error: row.get("last_error")?,
            last_status: row.get("last_status")?,
            retired: row.get("retired")?,
            interval: interval.map(Duration::from_millis),
        },
    })
}
