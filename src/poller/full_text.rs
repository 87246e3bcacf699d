//! Full texts: the page of each new entry is fetched once, under the same manners as the feed, before the entry is taken
//! in. What cannot be had in time is left: then the entry says what the feed says, and nothing waits for it.
//!
//! That a page is asked for is stored before, so that none is asked for twice, whatever happens. What was read of it is
//! kept, for a known entry must go on to say what it said: also under another link, and when no more pages are wanted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::OwnedSemaphorePermit;
use tracing::debug;
use url::Url;

use super::one::{Poll, way, without_tokens};
use crate::{
    entry::{
        Entry, FeedId,
        text::{links, visible_text},
        with_page,
    },
    fetch::{Kind, Request, Response, registrable_domain},
    intake,
    parse::{article, limits},
    schedule::Hold,
    store::{
        self, feeds,
        pages::{self, Page},
    },
};

/// For all pages of one document together: no entry waits longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two pages of one host.
const PAUSE: Duration = Duration::from_secs(1);
/// Documents that wait for their pages at one time. They are read already, and take up room until they are stored.
pub(super) const WAITING_AT_ONCE: usize = 128;
/// Letters that an article has at least; less is a notice that asks for a login, or for scripts.
const SHORTEST: usize = 250;

impl Poll {
    /// The entries, new ones with the text of their pages, known ones with what was read of theirs. `turn` is given
    /// back while pages are waited for: their hosts delay no other feed.
    pub(super) async fn with_full_text(
        &self,
        entries: Vec<Entry>,
        turn: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Vec<Entry>, store::Error> {
        let wants_more = self.feed.full_text.unwrap_or(self.rules.config.polling.full_text) && self.state.baselined;
        let feed = self.id;
        let listed = Arc::new(entries);
        let looked_at = Arc::clone(&listed);
        let read = self.store.read(move |connection| look(connection, feed, wants_more, &looked_at)).await?;
        let Looked { mut pages, moved, wanted } = read;
        if !moved.is_empty() {
            let moves = move |transaction: &rusqlite::Transaction<'_>| {
                moved.iter().try_for_each(|(from, to)| pages::copy(transaction, feed, from, to))
            };
            self.store.write(moves).await?;
        }
        if !wanted.is_empty() {
            let waiting = Arc::clone(&self.waiting).acquire_owned().await;
            let had_turn = turn.take().is_some();
            pages.extend(self.fetch_pages(wanted).await?);
            // Before the turn is waited for: who has one may wait for this.
            drop(waiting);
            if had_turn {
                *turn = self.turn().await;
            }
        }
        let entries = Arc::try_unwrap(listed).unwrap_or_else(|shared| shared.to_vec());
        Ok(entries.into_iter().map(|entry| with_text(entry, &pages)).collect())
    }

    /// The pages of one host one after another, some hosts side by side.
    async fn fetch_pages(&self, wanted: Vec<Wanted>) -> Result<BTreeMap<String, Page>, store::Error> {
        let end = Instant::now() + PATIENCE;
        let mut by_host: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
        for page in wanted {
            by_host.entry(registrable_domain(&page.url)).or_default().push(page);
        }
        let hosts = Mutex::new(by_host);
        let next = || hosts.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
        let one_by_one = async || {
            let mut pages = BTreeMap::new();
            while let Some((host, wanted)) = next() {
                self.fetch_from(&host, wanted, end, &mut pages).await?;
            }
            Ok::<_, store::Error>(pages)
        };
        let (mut pages, b, c, d) = tokio::try_join!(one_by_one(), one_by_one(), one_by_one(), one_by_one())?;
        [b, c, d].into_iter().for_each(|more| pages.extend(more));
        Ok(pages)
    }

    /// The pages of one host, until it lets the time run out, asks for a rest, or `end`.
    async fn fetch_from(
        &self,
        host: &str,
        wanted: Vec<Wanted>,
        end: Instant,
        pages: &mut BTreeMap<String, Page>,
    ) -> Result<(), store::Error> {
        let mut pause = Duration::ZERO;
        for Wanted { key, url } in wanted {
            tokio::time::sleep(pause).await;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.holds.get(host, self.clock.now()).is_some() {
                break;
            }
            let (feed, stored, now) = (self.id, key.clone(), self.clock.now());
            if !self.store.write(move |transaction| pages::asking(transaction, feed, &stored, now)).await? {
                continue;
            }
            let (page, is_silent) = self.fetch_page(&url, host, left).await?;
            pause = PAUSE;
            debug!(feed = self.feed.name, error = page.error, "page read for its full text");
            let (stored, kept) = (key.clone(), page.clone());
            self.store.write(move |transaction| pages::keep(transaction, feed, &stored, &kept)).await?;
            pages.insert(key, page);
            if is_silent {
                break;
            }
        }
        Ok(())
    }

    /// What came of one page, and whether its host let the time run out.
    async fn fetch_page(&self, url: &Url, host: &str, left: Duration) -> Result<(Page, bool), store::Error> {
        let polling = &self.rules.config.polling;
        let request = Request {
            kind: Kind::Page,
            user_agent: self.feed.user_agent.clone(),
            way: way(polling, Some(&self.feed)),
            timeout: polling.timeout.min(left),
            max_body: polling.max_body.min(article::PAGE),
            ..Request::new(url.clone())
        };
        // Waiting for a slot is not in the deadline of a fetch, and must not hold the entry up either.
        let fetched = tokio::time::timeout(left, self.tools.client.fetch(&request, self.clock.now())).await;
        let response = match fetched {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let is_silent = error.is_hang();
                if is_silent && let Some(hold) = self.holds.hung(host, self.clock.now()) {
                    self.keep_hold(host.to_owned(), hold).await?;
                }
                return Ok((none(without_tokens(&error.to_string())), is_silent));
            }
            Err(_) => return Ok((none("its host was not free in time".to_owned()), true)),
        };
        self.holds.answered(host);
        if response.status == 429 {
            let answered = registrable_domain(&response.final_url);
            let hold = Hold::asked_for(response.retry_after, self.clock.now());
            self.keep_hold(answered, hold).await?;
        }
        Ok((read(response).await, false))
    }

    async fn keep_hold(&self, host: String, hold: Hold) -> Result<(), store::Error> {
        self.holds.add(&host, hold.clone());
        self.store.write(move |transaction| feeds::hold_host(transaction, &host, hold.until, &hold.reason)).await
    }
}

/// An entry's page, by the key under which it is stored.
struct Wanted {
    key: String,
    url: Url,
}

#[derive(Default)]
struct Looked {
    /// Of all entries, new and known.
    pages: BTreeMap<String, Page>,
    /// Known entries whose link is another now: the old one and the new one.
    moved: Vec<(String, String)>,
    wanted: Vec<Wanted>,
}

/// Whose page is known, and whose is to be fetched (`wants_more`). What stands in a feed when it is first polled is its
/// back catalogue: nobody is told of that, and no site is to be read through for it.
fn look(
    connection: &rusqlite::Connection,
    feed: FeedId,
    wants_more: bool,
    entries: &[Entry],
) -> Result<Looked, store::Error> {
    if !wants_more && !pages::has_any(connection, feed)? {
        return Ok(Looked::default());
    }
    let pages = pages::known(connection, feed, entries.iter().filter_map(|entry| entry.canonical_url.as_deref()))?;
    let mut looked = Looked { pages, ..Looked::default() };
    let mut seen = BTreeSet::new();
    for (entry, known) in entries.iter().zip(intake::known(connection, feed, entries)?) {
        let (Some(key), Some(url)) = (&entry.canonical_url, &entry.url) else { continue };
        if looked.pages.contains_key(key) {
            continue;
        }
        let parsed = Url::parse(url).ok().filter(|_| wants_more && known.is_none() && seen.insert(key));
        if let Some(url) = parsed {
            looked.wanted.push(Wanted { key: key.clone(), url });
        } else if let Some((old, page)) = known.map_or(Ok(None), |id| pages::of_entry(connection, id))? {
            looked.moved.push((old, key.clone()));
            looked.pages.insert(key.clone(), page);
        }
    }
    Ok(looked)
}

fn with_text(entry: Entry, pages: &BTreeMap<String, Page>) -> Entry {
    let page = entry.canonical_url.as_ref().and_then(|url| pages.get(url));
    match page.and_then(|page| Some((page.text.as_deref()?, &page.links))) {
        Some((text, links)) => with_page(entry, text, links),
        None => entry,
    }
}

/// The text of an answer, or why there is none. What a page says is as hostile as what a feed says, and goes the same
/// way: as visible text.
async fn read(response: Response) -> Page {
    if !(200..300).contains(&response.status) {
        return none(format!("HTTP status {}", response.status));
    }
    let found = tokio::task::spawn_blocking(move || {
        let Response { body, content_type, robots, final_url, .. } = response;
        let markup = article::article(&body, content_type.as_deref(), &robots, &final_url)?;
        let text = limits::cut(&visible_text(&markup), limits::BODY).to_owned();
        let links = links(&markup, Some(&final_url));
        if text.chars().count() < SHORTEST { Err(article::NoArticle::Nothing) } else { Ok((text, links)) }
    });
    match found.await {
        Ok(Ok((text, links))) => Page { text: Some(text), links, error: None },
        Ok(Err(error)) => none(error.to_string()),
        Err(_) => none("reading the page failed".to_owned()),
    }
}

fn none(error: String) -> Page {
    Page { text: None, links: Vec::new(), error: Some(error) }
}
