//! Pages of articles that were fetched for the full text of their entries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Error, from_json, json, seconds};
use crate::entry::FeedId;

/// How long the page of an item is kept that is neither listed nor stored any more.
const KEPT: i64 = 90 * 86_400;

/// What was read of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Visible text; `None` where there is none to be had.
    pub text: Option<String>,
    /// Canonical addresses that the article links to.
    pub links: Vec<String>,
    /// Why there is no text.
    pub error: Option<String>,
}

/// The pages of a feed that were ever asked for, of those at `urls`.
pub fn known<'u>(
    connection: &Connection,
    feed: FeedId,
    urls: impl Iterator<Item = &'u str>,
) -> Result<BTreeMap<String, Page>, Error> {
    let mut pages = BTreeMap::new();
    for url in urls {
        if let Some(page) = by_url(connection, feed, url)? {
            pages.insert(url.to_owned(), page);
        }
    }
    Ok(pages)
}

/// The page of one article.
pub fn by_url(connection: &Connection, feed: FeedId, url: &str) -> Result<Option<Page>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT text, links, error FROM page WHERE feed = ?1 AND url = ?2")?;
    let read = |row: &Row<'_>| {
        let links: Option<String> = row.get(1)?;
        Ok(Page {
            text: row.get(0)?,
            links: links.map(|links| from_json(&links)).unwrap_or_default(),
            error: row.get(2)?,
        })
    };
    Ok(statement.query_row((feed.0, url), read).optional()?)
}

/// To be stored before a page is asked for; `false`: it was before.
pub fn asking(connection: &Connection, feed: FeedId, url: &str, now: Timestamp) -> Result<bool, Error> {
    let mut statement = connection
        .prepare_cached("INSERT INTO page (feed, url, asked) VALUES (?1, ?2, ?3) ON CONFLICT (feed, url) DO NOTHING")?;
    Ok(statement.execute((feed.0, url, seconds(now)))? > 0)
}

/// What came of it.
pub fn keep(connection: &Connection, feed: FeedId, url: &str, page: &Page) -> Result<(), Error> {
    let mut statement =
        connection.prepare_cached("UPDATE page SET text = ?3, links = ?4, error = ?5 WHERE feed = ?1 AND url = ?2")?;
    let links = page.text.as_ref().map(|_| json(&page.links));
    statement.execute((feed.0, url, &page.text, links, &page.error))?;
    Ok(())
}

/// Forgets pages of items that are gone in every respect.
pub fn forget(connection: &Connection, now: Timestamp) -> Result<usize, Error> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM page WHERE asked < ?1
         AND NOT EXISTS (SELECT 1 FROM entry WHERE canonical_url = page.url)
         AND NOT EXISTS (SELECT 1 FROM entry_key WHERE feed = page.feed AND kind = 'link' AND value = page.url)",
    )?;
    Ok(statement.execute([seconds(now) - KEPT])?)
}
