//! Full texts: the page of each new entry is fetched once, under the same manners as the feed, before the entry is taken
//! in. What cannot be had in time is left: then the entry says what the feed says, and nothing waits for it.
//!
//! That a page is asked for is stored before, so that none is asked for twice, whatever happens. What was read of it is
//! kept, for a known entry must go on to say what it said.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

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
    intake::unknown,
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
/// Letters that an article has at least; less is a notice that asks for a login, or for scripts.
const SHORTEST: usize = 250;

impl Poll {
    /// The entries, new ones with the text of their pages, known ones with what was read of theirs.
    pub(super) async fn with_full_text(&self, entries: Vec<Entry>) -> Result<Vec<Entry>, store::Error> {
        if !self.feed.full_text.unwrap_or(self.rules.config.polling.full_text) {
            return Ok(entries);
        }
        let (feed, is_baseline) = (self.id, !self.state.baselined);
        let listed = Arc::new(entries);
        let looked_at = Arc::clone(&listed);
        let read = self.store.read(move |connection| look(connection, feed, is_baseline, &looked_at)).await?;
        let Looked { mut pages, wanted } = read;
        self.fetch_pages(wanted, &mut pages).await?;
        let entries = Arc::try_unwrap(listed).unwrap_or_else(|shared| shared.to_vec());
        Ok(entries.into_iter().map(|entry| with_text(entry, &pages)).collect())
    }

    async fn fetch_pages(&self, wanted: Vec<Wanted>, pages: &mut BTreeMap<String, Page>) -> Result<(), store::Error> {
        let begun = Instant::now();
        let (mut asked, mut silent): (BTreeMap<String, Instant>, BTreeSet<String>) = Default::default();
        for Wanted { key, url } in wanted {
            let host = registrable_domain(&url);
            if silent.contains(&host) || self.holds.get(&host, self.clock.now()).is_some() {
                continue;
            }
            if let Some(pause) = asked.get(&host).and_then(|last| PAUSE.checked_sub(last.elapsed())) {
                tokio::time::sleep(pause).await;
            }
            let left = PATIENCE.saturating_sub(begun.elapsed());
            let (feed, stored, now) = (self.id, key.clone(), self.clock.now());
            let is_first = !left.is_zero()
                && self.store.write(move |transaction| pages::asking(transaction, feed, &stored, now)).await?;
            if !is_first {
                continue;
            }
            let (page, is_silent) = self.fetch_page(&url, &host, left).await?;
            asked.insert(host.clone(), Instant::now());
            if is_silent {
                silent.insert(host);
            }
            debug!(feed = self.feed.name, error = page.error, "page read for its full text");
            let (stored, kept) = (key.clone(), page.clone());
            self.store.write(move |transaction| pages::keep(transaction, feed, &stored, &kept)).await?;
            pages.insert(key, page);
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

struct Looked {
    /// Of all entries, new and known.
    pages: BTreeMap<String, Page>,
    wanted: Vec<Wanted>,
}

/// Whose page is known, and whose is to be fetched. What stands in a feed when it is first polled is its back catalogue:
/// nobody is told of that, and no site is to be read through for it.
fn look(
    connection: &rusqlite::Connection,
    feed: FeedId,
    is_baseline: bool,
    entries: &[Entry],
) -> Result<Looked, store::Error> {
    let pages = pages::known(connection, feed, entries.iter().filter_map(|entry| entry.canonical_url.as_deref()))?;
    let mut looked = Looked { pages, wanted: Vec::new() };
    if is_baseline {
        return Ok(looked);
    }
    let mut seen = BTreeSet::new();
    for (entry, is_new) in entries.iter().zip(unknown(connection, feed, entries)?) {
        let (Some(key), Some(url)) = (&entry.canonical_url, &entry.url) else { continue };
        let is_wanted = is_new && !looked.pages.contains_key(key) && seen.insert(key);
        if let (true, Ok(url)) = (is_wanted, Url::parse(url)) {
            looked.wanted.push(Wanted { key: key.clone(), url });
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
