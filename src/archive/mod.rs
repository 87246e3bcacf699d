//! The stored entries as watches see them, with the names that a configuration gives their outlets and feeds; and watches
//! played over them. Only reads.

mod trial;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use rusqlite::Connection;

pub use self::trial::Trial;
use crate::{
    alert::{Hours, RecipientId},
    backtest::Reader,
    config::{self, Config, Outlet, Recipient, Watch},
    entry::FeedId,
    store::{self, entries::Stored, feeds},
    watch::Subject,
};

/// A database opened for reading, with what the configuration says of its outlets and feeds.
pub struct Archive {
    pub connection: Connection,
    config: Option<Arc<Config>>,
    feeds: HashMap<FeedId, Feed>,
}

#[derive(Default)]
struct Feed {
    url: String,
    /// Its name and URL.
    names: Vec<String>,
    groups: Vec<String>,
}

impl Archive {
    /// A database, and a configuration if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn open(path: &Path, config: Option<Arc<Config>>) -> Result<Self, store::Error> {
        let connection = store::open_reader(path)?;
        let configured = config.iter().flat_map(|config| &config.feeds);
        let named: HashMap<&str, &config::Feed> = configured.map(|feed| (feed.url.as_str(), feed)).collect();
        let feed = |(url, row): (String, feeds::FeedRow)| {
            let known = named.get(url.as_str());
            let names = known.map(|feed| feed.name.clone()).into_iter().chain([url.clone()]).collect();
            (row.id, Feed { url, names, groups: known.map(|feed| feed.groups.clone()).unwrap_or_default() })
        };
        let feeds = feeds::all(&connection)?.into_iter().map(feed).collect();
        Ok(Self { connection, config, feeds })
    }

    /// The configured watches.
    pub fn watches(&self) -> &[Arc<Watch>] {
        self.config.as_ref().map(|config| config.watches.as_slice()).unwrap_or_default()
    }

    /// The configured `[terms]`.
    pub fn terms(&self) -> &BTreeMap<String, Vec<String>> {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.config.as_ref().map_or(&NONE, |config| &config.terms)
    }

    fn outlet(&self, key: &str) -> Option<&Outlet> {
        self.config.as_ref()?.outlets.get(key)
    }

    /// An outlet's name for people; its key where it is not configured.
    pub fn outlet_name(&self, key: &str) -> String {
        self.outlet(key).map_or_else(|| key.to_owned(), |outlet| outlet.name.clone())
    }

    /// When and how much a recipient wants to be told; of one that is not configured nothing is known.
    pub fn reader(&self, recipient: &RecipientId) -> Reader {
        let configured = self.config.as_ref().and_then(|config| config.recipients.get(&recipient.0));
        let Some(Recipient { telling, timezone, .. }) = configured else {
            return Reader { is_machine: recipient.0.starts_with("hook:"), ..Reader::default() };
        };
        let hours = Hours { zone: timezone.clone(), quiet: telling.quiet, digest: telling.digest.clone() };
        Reader { hours: Some(hours), budget: telling.budget, is_machine: false }
    }

    /// URL of the feed an entry came by.
    pub fn feed_url(&self, feed: FeedId) -> &str {
        self.feeds.get(&feed).map_or("", |feed| &feed.url)
    }

    /// Hands an entry over as a watch sees it.
    pub fn with_subject<T>(&self, stored: &Stored, use_it: impl FnOnce(&Subject<'_>) -> T) -> T {
        let entry = &stored.entry;
        let mut source = vec![stored.outlet.clone()];
        if let Some(known) = self.outlet(&stored.outlet) {
            source.push(known.name.clone());
            source.extend(known.names.iter().cloned());
        }
        source.extend(entry.source.clone());
        let feed = self.feeds.get(&stored.feed);
        use_it(&Subject {
            title: &entry.title,
            text: &entry.text,
            author: entry.author.as_deref().unwrap_or_default(),
            tags: &entry.tags,
            source: &source,
            feed: feed.map_or(&[], |feed| &feed.names),
            groups: feed.map_or(&[], |feed| &feed.groups),
            url: entry.canonical_url.as_deref().or(entry.url.as_deref()).unwrap_or_default(),
            language: entry.language.as_deref().unwrap_or_default(),
        })
    }
}
