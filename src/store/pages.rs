//! Pages of articles that were fetched for the full text of their entries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Error, from_json, json, seconds};
use crate::entry::{EntryId, FeedId};

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

/// Whether the text of any page is known.
pub fn has_any(connection: &Connection, feed: FeedId) -> Result<bool, Error> {
    let mut statement =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM page WHERE feed = ?1 AND text IS NOT NULL)")?;
    Ok(statement.query_row([feed.0], |row| row.get(0))?)
}

/// The page that gave a stored entry its text, with its address.
pub fn of_entry(connection: &Connection, entry: EntryId) -> Result<Option<(String, Page)>, Error> {
    let mut statement = connection.prepare_cached("SELECT feed, canonical_url FROM entry WHERE id = ?1")?;
    let read = |row: &Row<'_>| Ok((FeedId(row.get(0)?), row.get::<_, Option<String>>(1)?));
    let Some((feed, Some(url))) = statement.query_row([entry.0], read).optional()? else { return Ok(None) };
    let page = by_url(connection, feed, &url)?.filter(|page| page.text.is_some());
    Ok(page.map(|page| (url, page)))
}

/// What is known of one page is known of another address too: its item has another link now.
pub fn copy(connection: &Connection, feed: FeedId, from: &str, to: &str) -> Result<(), Error> {
    connection.execute(
        "INSERT INTO page (feed, url, asked, error, text, links)
         SELECT feed, ?3, asked, error, text, links FROM page WHERE feed = ?1 AND url = ?2
         ON CONFLICT (feed, url) DO NOTHING",
        (feed.0, from, to),
    )?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        schedule::PollState,
        store::{Store, feeds},
    };

    #[tokio::test]
    async fn a_page_is_asked_for_once_and_forgotten_with_its_item() {
        let at = |days: i64| Timestamp::from_second(1_795_000_000 + days * 86_400).unwrap();
        let dir = tempfile::TempDir::new().unwrap();
        let store = Store::open(&dir.path().join("a.db"), at(0)).unwrap();
        let work = move |connection: &rusqlite::Transaction<'_>| {
            let feed = feeds::insert(connection, "https://a.example/feed", &PollState::new(at(0)))?;
            let (listed, gone) = ("https://a.example/1", "https://a.example/2");
            assert!(asking(connection, feed, listed, at(0))? && asking(connection, feed, gone, at(0))?);
            assert!(!asking(connection, feed, listed, at(1))?);
            let page = Page { text: Some("words".into()), links: vec!["https://b.example/".into()], error: None };
            keep(connection, feed, listed, &page)?;
            assert_eq!(by_url(connection, feed, listed)?, Some(page));
            connection.execute(
                "INSERT INTO entry_key (feed, kind, value, entry, listed) VALUES (?1, 'link', ?2, 7, 0)",
                (feed.0, listed),
            )?;
            assert_eq!((forget(connection, at(90))?, forget(connection, at(91))?), (0, 1));
            let known = known(connection, feed, [listed, gone].into_iter())?;
            assert_eq!(known.into_keys().collect::<Vec<_>>(), [listed]);
            Ok(())
        };
        store.write(work).await.unwrap();
    }
}
