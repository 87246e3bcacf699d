//! One poll of one feed: fetch, parse, hand to intake, and what `schedule` makes of it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::{Landed, Tools, holds::Holds, whole::is_whole};
use crate::{
    chance,
    clock::Clock,
    config::{self, Config, Feed, Polling, Route, without_secrets},
    entry::{self, Entry, FeedId, text::headline},
    fetch::{Error, Links, Proxy, Request, Response, Way, registrable_domain},
    intake::{Counts, Intake, News, Next, Rules},
    parse::{self, NotAFeed, ParsedFeed},
    schedule::{self, Cause, Fetched, Hints, Notice, Outcome, Pace, PollState},
    store::{self, Store, subscriptions::Hub},
};

pub(super) struct Poll {
    pub id: FeedId,
    pub feed: Feed,
    pub state: PollState,
    pub pace: Pace,
    pub store: Arc<Store>,
    pub intake: Intake,
    pub rules: Arc<Rules>,
    pub tools: Tools,
    pub holds: Holds,
    pub reading: Arc<Semaphore>,
    /// For documents that wait for pages.
    pub waiting: Arc<Semaphore>,
    pub clock: Clock,
}

/// A document read: what of it is stored, and what the schedule wants to know.
pub(super) struct Read {
    pub title: Option<String>,
    hints: Hints,
    period: Option<Duration>,
    pub entries: Vec<Entry>,
    /// The document goes on to its end.
    is_whole: bool,
    hub: Option<String>,
    topic: Option<String>,
}

impl Read {
    /// What is said of a hub: by the headers first, then by the document. Without a name for the feed there is nothing
    /// to ask a hub for.
    fn hub(&self, links: &Links) -> Option<Hub> {
        let (header, topic) = (links.hub.as_ref(), links.topic.as_ref());
        let url = header.map(ToString::to_string).or_else(|| self.hub.clone())?;
        let topic = topic.map(ToString::to_string).or_else(|| self.topic.clone())?;
        let is_short = |text: &str| text.len() <= LONGEST_ADDRESS;
        (is_short(&url) && is_short(&topic)).then_some(Hub { url, topic })
    }
}

/// Bytes of a hub's address, and of a topic.
const LONGEST_ADDRESS: usize = 2048;

/// Where a feed is fetched from now.
pub(super) fn address(feed: &Feed, state: &PollState) -> Url {
    let moved = state.moved_to.as_deref().and_then(|url| Url::parse(url).ok());
    moved.unwrap_or_else(|| feed.url.clone())
}

/// The ways out that the feeds of a configuration take.
pub fn ways(config: &Config) -> Vec<Way> {
    let of_feeds = config.feeds.iter().map(|feed| way(&config.polling, Some(feed)));
    of_feeds.chain([way(&config.polling, None)]).collect()
}

/// The way out that a feed takes, or what is asked on behalf of none.
pub fn way(polling: &Polling, feed: Option<&Feed>) -> Way {
    let proxy = match feed.and_then(|feed| feed.route.as_ref()) {
        Some(Route::Straight) => None,
        Some(Route::Through(proxy)) => Some(proxy),
        None => polling.proxy.as_ref(),
    };
    let login = |proxy: &config::Proxy| {
        proxy.login.as_ref().map(|(user, password)| (user.clone(), password.expose().to_owned()))
    };
    let proxy = proxy.map(|proxy| Proxy { url: proxy.url.clone(), login: login(proxy) });
    let trusted = [&polling.trusted, feed.map_or(&None, |feed| &feed.trusted)]
        .into_iter()
        .flatten()
        .flat_map(|certificates| certificates.to_vec());
    Way { proxy, trusted: trusted.collect() }
}

impl Poll {
    pub(super) async fn run(self) -> Landed {
        let url = address(&self.feed, &self.state);
        let domain = registrable_domain(&url);
        let fetched = self.tools.client.fetch(&self.request(url), self.clock.now()).await;
        let now = self.clock.now();
        match fetched {
            Err(Error::Held { host }) => self.sent_away(&host, now),
            Err(error) => {
                let hold = error.is_hang().then(|| self.holds.hung(&domain, now)).flatten();
                let outcome = Outcome::Failed { error: error.to_string(), cause: cause(&error) };
                let landed = self.without_news(&outcome, None, now);
                Landed { hold: hold.map(|hold| (domain, hold)), ..landed }
            }
            Ok(response) => {
                self.holds.answered(&domain);
                Landed { is_answered: true, ..self.answered(response, now).await }
            }
        }
    }

    async fn answered(self, response: Response, now: Timestamp) -> Landed {
        match response.status {
            200..300 => self.read(response, now).await,
            304 => {
                let Response { etag, last_modified, max_age, .. } = response;
                self.without_news(&Outcome::NotModified { etag, last_modified, max_age }, None, now)
            }
            status => {
                let outcome = Outcome::HttpError { status, retry_after: response.retry_after };
                self.without_news(&outcome, Some(&response.final_url), now)
            }
        }
    }

    /// While this poll waited for its turn, the host asked to be left alone.
    fn sent_away(&self, host: &str, now: Timestamp) -> Landed {
        let state = match self.holds.get(host, now) {
            Some(hold) => schedule::postpone(&self.state, &self.pace, &hold, chance::fraction()),
            None => schedule::underway(&self.state, &self.pace, now),
        };
        Landed { is_held: true, ..Landed::unsaved(state, Vec::new()) }
    }

    fn request(&self, url: Url) -> Request {
        let is_moved = url != self.feed.url;
        let password = self.feed.password.as_ref().map(|password| password.expose().to_owned());
        Request {
            listed: is_moved.then(|| self.feed.url.clone()),
            etag: self.state.etag.clone(),
            last_modified: self.state.last_modified.clone(),
            headers: self.feed.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect(),
            basic_auth: self.feed.user.clone().map(|user| (user, password.unwrap_or_default())),
            user_agent: self.feed.user_agent.clone(),
            way: way(&self.rules.config.polling, Some(&self.feed)),
            timeout: self.rules.config.polling.timeout,
            max_body: self.rules.config.polling.max_body,
            ..Request::new(url)
        }
    }

    fn without_news(&self, outcome: &Outcome, answered: Option<&Url>, now: Timestamp) -> Landed {
        let next = schedule::next(&self.state, outcome, &self.pace, now, chance::signed());
        let hold = next.hold.zip(answered).map(|(hold, url)| (registrable_domain(url), hold));
        if let Some((domain, hold)) = &hold {
            // At once: others may be about to ask.
            self.holds.add(domain, hold.clone());
        }
        Landed { hold, ..Landed::unsaved(next.state, shown(next.notices)) }
    }

    async fn read(self, mut response: Response, now: Timestamp) -> Landed {
        let body = std::mem::take(&mut response.body);
        let (content_type, base) = (response.content_type.clone(), response.final_url.clone());
        let language = self.feed.language.clone();
        // Kept until what was read is stored.
        let mut turn = self.turn().await;
        // Reading a large document takes longer than other polls should have to wait.
        let read = tokio::task::spawn_blocking(move || read(&body, content_type.as_deref(), &base, language)).await;
        match read {
            Ok(Ok(read)) => match self.with_full_text(read.entries, &mut turn).await {
                Ok(entries) => {
                    let now = self.clock.now();
                    self.record(response, Read { entries, ..read }, now).await
                }
                Err(failure) => self.not_stored(failure),
            },
            Ok(Err(not_a_feed)) => {
                let outcome = Outcome::NotAFeed { status: response.status, reason: not_a_feed.to_string() };
                self.without_news(&outcome, None, now)
            }
            Err(panic) => {
                let outcome =
                    Outcome::NotAFeed { status: response.status, reason: format!("reading it panicked: {panic}") };
                self.without_news(&outcome, None, now)
            }
        }
    }

    /// To read a document, and to have it stored. The semaphore is never closed.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.reading).acquire_owned().await.ok()
    }

    pub(super) fn news(&self, title: Option<String>, entries: Vec<Entry>) -> News {
        News {
            feed: self.id,
            url: self.feed.url.to_string(),
            name: self.feed.name.clone(),
            title,
            entries,
            baseline: !self.state.baselined,
        }
    }

    async fn record(self, response: Response, read: Read, now: Timestamp) -> Landed {
        let hub = read.hub(&response.links);
        let news = self.news(read.title, read.entries);
        let (before, pace, jitter) = (self.state.clone(), self.pace, chance::signed());
        let backed_off = |failure: &store::Error| {
            let outcome = Outcome::Failed { error: failure.to_string(), cause: Cause::Other };
            self.without_news(&outcome, None, now)
        };
        let next = move |counts: Counts| {
            let fetched = Fetched {
                status: response.status,
                // Of a document that was cut off nothing is remembered that could keep its rest from us.
                etag: response.etag.filter(|_| read.is_whole),
                last_modified: response.last_modified.filter(|_| read.is_whole),
                is_delta: response.is_delta,
                hints: Hints { max_age: response.max_age, ..read.hints },
                period: read.period,
                entries: counts.listed,
                new_entries: counts.new,
                permanent_url: response.permanent_url.map(|url| url.to_string()),
            };
            let next = schedule::next(&before, &Outcome::Fetched(fetched), &pace, now, jitter);
            Next { state: PollState { baselined: true, ..next.state }, notices: shown(next.notices) }
        };
        match self.intake.record(&self.store, Arc::clone(&self.rules), news, now, next).await {
            Ok(recorded) => Landed {
                is_saved: true,
                hub: Some(hub),
                counts: recorded.counts,
                queued: recorded.queued,
                ..Landed::unsaved(recorded.state, Vec::new())
            },
            // A document that cannot be worked on would panic again at once: that is its feed's trouble.
            Err(failure @ store::Error::Panicked(_)) => {
                let landed = backed_off(&failure);
                Landed { failure: Some(failure), ..landed }
            }
            // Nothing was stored, the validators neither: the next poll gets the same document again, after a rest.
            Err(failure) => self.not_stored(failure),
        }
    }

    pub(super) fn not_stored(self, failure: store::Error) -> Landed {
        Landed { is_saved: true, failure: Some(failure), ..Landed::unsaved(self.state, Vec::new()) }
    }
}

fn cause(error: &Error) -> Cause {
    match error {
        error if error.is_refusal() => Cause::Refusal,
        error if error.is_transient() => Cause::Passing,
        _ => Cause::Other,
    }
}

/// Addresses in what people are told lose what may be secret.
pub(super) fn without_tokens(text: &str) -> String {
    let word = |word: &str| match Url::parse(word) {
        Ok(url) if url.has_host() => without_secrets(&url).to_string(),
        _ => word.to_owned(),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

pub(super) fn shown(notices: Vec<Notice>) -> Vec<Notice> {
    let text = without_tokens;
    notices.into_iter().map(|notice| Notice { text: text(&notice.text), ..notice }).collect()
}

pub(super) fn read(
    bytes: &[u8],
    content_type: Option<&str>,
    url: &Url,
    language: Option<String>,
) -> Result<Read, NotAFeed> {
    let (mut feed, _problems) = parse::parse_feed(bytes, content_type, Some(url))?;
    // What the operator says of a feed's language stands above what the feed says.
    feed.language = language.or(feed.language);
    let parsed = std::mem::take(&mut feed.entries);
    let entries = parsed.iter().map(|parsed| entry::from_parsed(parsed, &feed, Some(url))).collect();
    let (hints, period) = (hints(&feed), feed.update_interval());
    let title = feed.title.as_deref().map(headline).filter(|title| !title.is_empty());
    let is_whole = is_whole(bytes);
    Ok(Read { title, hints, period, entries, is_whole, hub: feed.hub, topic: feed.self_url })
}

fn hints(feed: &ParsedFeed) -> Hints {
    Hints {
        max_age: None,
        ttl: feed.ttl.map(|minutes| Duration::from_secs(u64::from(minutes) * 60)),
        skip_hours: feed.skip_hours.iter().filter(|hour| **hour < 24).fold(0, |bits, hour| bits | 1 << hour),
        skip_days: feed.skip_days.iter().fold(0, |bits, day| bits | 1 << day.to_monday_zero_offset()),
    }
}
