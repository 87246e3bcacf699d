//! What the daemon made of the documents, read from its database and maildir, and whether that can be right.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use rusqlite::{Connection, OpenFlags};
use storywatch::{entry, parse};
use url::Url;

use super::{Capture, Result, doubled, origin::Origin};

/// Nothing waits to be sent.
pub fn is_drained(database: &Path) -> Result<bool> {
    Ok(number(&open(database)?, "SELECT count(*) FROM delivery WHERE state NOT IN ('sent', 'dead')")? == 0)
}

fn open(database: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

fn number(connection: &Connection, sql: &str) -> Result<i64> {
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Prints everything; an error when something was lost or doubled.
pub fn print(captures: &[Capture], origin: &Origin, out: &Path) -> Result<()> {
    let connection = open(&out.join("storywatch.db"))?;
    print_polls(captures, origin);
    print_stories(&connection)?;
    print_alerts(&connection)?;
    let mails = mails(&out.join("mail/new"))?;
    let (calls, calls_again) = origin.calls();
    println!("mails               {} (Message-IDs: {})", mails.len(), mails.iter().collect::<BTreeSet<_>>().len());
    println!("webhook calls       {calls}, again {calls_again}");
    let doubled = i64::try_from(mails.len() - mails.iter().collect::<BTreeSet<_>>().len() + calls_again)?;
    let told_twice = doubled::count(&connection)?;
    println!("told before they were merged: {}", told_twice.before_merge);
    let faults = [
        ("entries lost", lost(&connection, captures, origin)?),
        ("entries twice", number(&connection, TWICE)?),
        ("alerts doubled", told_twice.doubled + number(&connection, ALERT_TWICE)?),
        ("mails and calls doubled", doubled),
        ("baseline entries told", number(&connection, BASELINE_TOLD)?),
        ("deliveries not sent", number(&connection, "SELECT count(*) FROM delivery WHERE state <> 'sent'")?),
    ];
    faults.iter().for_each(|(name, count)| println!("{name:24}{count}"));
    let is_right = faults.iter().all(|(_, count)| *count == 0);
    if is_right { Ok(()) } else { Err("something was lost or doubled".into()) }
}

/// One feed, one guid or link, two rows that are not the same item told apart by both.
const TWICE: &str = "
    SELECT count(*) FROM entry AS one JOIN entry AS two ON one.feed = two.feed AND one.id < two.id
    WHERE one.guid = two.guid OR (one.canonical_url = two.canonical_url AND one.guid IS NULL)
       OR (one.canonical_url = two.canonical_url AND one.title = two.title)";

const ALERT_TWICE: &str =
    "SELECT count(*) FROM (SELECT 1 FROM alert GROUP BY recipient, story, seq HAVING count(*) > 1)";

/// Decisions to tell that a member of the first poll brought about.
const BASELINE_TOLD: &str = "
    SELECT count(*) FROM decision JOIN entry ON entry.id = decision.entry
    WHERE entry.baseline AND decision.outcome = 'raise'";

fn print_polls(captures: &[Capture], origin: &Origin) {
    let (served, unchanged) = origin.served();
    let broken = captures.iter().filter(|capture| capture.is_no_feed()).count();
    println!("recorded            {} documents, {broken} of them error pages or empty", captures.len());
    println!("polls               {served} documents sent, {unchanged} not modified");
}

fn print_stories(connection: &Connection) -> Result<()> {
    let stories = number(connection, "SELECT count(*) FROM story")?;
    println!("entries             {}", number(connection, "SELECT count(*) FROM entry")?);
    let several = "SELECT count(*) FROM (SELECT 1 FROM entry GROUP BY story HAVING count(DISTINCT outlet) > 1)";
    println!("stories             {stories}, of several outlets {}", number(connection, several)?);
    println!("relations           {}", counts(connection, "SELECT relation, count(*) FROM entry GROUP BY 1")?);
    let largest = "SELECT headline, count(*), count(DISTINCT outlet) FROM entry JOIN story ON story.id = entry.story
                   GROUP BY story ORDER BY 2 DESC LIMIT 10";
    let mut statement = connection.prepare(largest)?;
    let mut rows = statement.query([])?;
    println!("largest stories");
    while let Some(row) = rows.next()? {
        println!(
            "  {:4} members {:3} outlets  {}",
            row.get::<_, i64>(1)?,
            row.get::<_, i64>(2)?,
            row.get::<_, String>(0)?
        );
    }
    Ok(())
}

fn print_alerts(connection: &Connection) -> Result<()> {
    println!("matches             {}", counts(connection, "SELECT watch, count(*) FROM match GROUP BY 1")?);
    let sql = "SELECT watches || ' ' || event || ' to ' || recipient, count(*) FROM alert GROUP BY 1";
    println!("alerts              {}", counts(connection, sql)?);
    println!("deliveries          {}", counts(connection, "SELECT state, count(*) FROM delivery GROUP BY 1")?);
    Ok(())
}

fn counts(connection: &Connection, sql: &str) -> Result<String> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok(format!("{} {}", row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// The Message-ID of every mail; mails of several recipients are several.
fn mails(folder: &Path) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for file in fs::read_dir(folder)? {
        let mail = fs::read(file?.path())?;
        let text = String::from_utf8_lossy(&mail);
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID:"));
        ids.push(id.ok_or("a mail without Message-ID")?.trim().to_owned());
    }
    Ok(ids)
}

/// Entries of any document that the database knows neither by guid nor by link nor, where there is neither, by
/// headline.
fn lost(connection: &Connection, captures: &[Capture], origin: &Origin) -> Result<i64> {
    let known = known(connection)?;
    let mut wanted: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut unreadable = 0;
    for capture in captures {
        let url = Url::parse(&format!("http://{}/{}", origin.address, capture.feed))?;
        let Ok((feed, _)) = parse::parse_feed(&capture.body, None, Some(&url)) else {
            unreadable += 1;
            continue;
        };
        for parsed in &feed.entries {
            let entry = entry::from_parsed(parsed, &feed, Some(&url));
            let key = entry.guid.or(entry.canonical_url).unwrap_or_else(|| entry.title.clone());
            wanted.insert((capture.feed.clone(), key), entry.title);
        }
    }
    println!("in the documents    {} different entries; {unreadable} documents are no feeds", wanted.len());
    let lost: Vec<_> =
        wanted.iter().filter(|((feed, key), _)| !known.get(feed).is_some_and(|known| known.contains(key))).collect();
    lost.iter().take(20).for_each(|((feed, key), title)| println!("  LOST {feed} {key} {title}"));
    Ok(i64::try_from(lost.len())?)
}

fn known(connection: &Connection) -> Result<HashMap<String, BTreeSet<String>>> {
    let sql = "SELECT feed.url, value FROM feed JOIN (
            SELECT feed AS of, guid AS value FROM entry UNION SELECT feed, canonical_url FROM entry
            UNION SELECT feed, title FROM entry UNION SELECT feed, value FROM entry_key
        ) ON of = feed.id WHERE value IS NOT NULL";
    let mut known: HashMap<String, BTreeSet<String>> = HashMap::new();
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let url: String = row.get(0)?;
        let feed = url.rsplit('/').next().unwrap_or_default().to_owned();
        known.entry(feed).or_default().insert(row.get(1)?);
    }
    Ok(known)
}
