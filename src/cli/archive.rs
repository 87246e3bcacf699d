//! The stored entries as watches see them: with the names of their outlets and feeds, where a configuration gives them.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use anyhow::Result;
use rusqlite::Connection;

use super::lookup::Place;
use crate::{
    alert::{Hours, RecipientId},
    backtest::Reader,
    config::{Config, Outlet, Recipient, Watch},
    entry::FeedId,
    store::{self, entries::Stored, feeds},
    watch::Subject,
};

/// A database opened for reading, with what the configuration says of its outlets and feeds.
pub(super) struct Archive {
    pub connection: Connection,
    pub watches: Vec<Watch>,
    pub terms: BTreeMap<String, Vec<String>>,
    outlets: BTreeMap<String, Outlet>,
    recipients: BTreeMap<String, Recipient>,
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
    /// With `--database` alone no configuration is needed, so that the database of a demo can be looked at; one that
    /// loads still gives the names.
    pub(super) fn open(place: &Place) -> Result<Self> {
        match (&place.database, place.config.exists()) {
            (Some(path), false) => Self::read(path, None),
            _ => Self::of(&place.load()?),
        }
    }

    /// The database of a configuration that is loaded already.
    pub(super) fn of(config: &Config) -> Result<Self> {
        Self::read(&config.storage.path, Some(config.clone()))
    }

    fn read(path: &Path, config: Option<Config>) -> Result<Self> {
        let connection = store::open_reader(path)?;
        let mut named: HashMap<String, (String, Vec<String>)> = HashMap::new();
        let (mut watches, mut terms, mut outlets, mut recipients) = Default::default();
        if let Some(config) = config {
            named = config.feeds.into_iter().map(|feed| (feed.url.to_string(), (feed.name, feed.groups))).collect();
            (watches, terms, outlets) = (config.watches, config.terms, config.outlets);
            recipients = config.recipients;
        }
        let feed = |(url, row): (String, feeds::FeedRow)| {
            let (name, groups) = named.remove(&url).unzip();
            let names = name.into_iter().chain([url.clone()]).collect();
            (row.id, Feed { url, names, groups: groups.unwrap_or_default() })
        };
        let feeds = feeds::all(&connection)?.into_iter().map(feed).collect();
        Ok(Self { connection, watches, terms, outlets, recipients, feeds })
    }

    /// An outlet's name for people; its key where it is not configured.
    pub(super) fn outlet_name(&self, key: &str) -> String {
        self.outlets.get(key).map_or_else(|| key.to_owned(), |outlet| outlet.name.clone())
    }

    /// When and how much a recipient wants to be told; of one that is not configured nothing is known.
    pub(super) fn reader(&self, recipient: &RecipientId) -> Reader {
        let Some(Recipient { telling, timezone, .. }) = self.recipients.get(&recipient.0) else {
            return Reader { is_machine: recipient.0.starts_with("hook:"), ..Reader::default() };
        };
        let hours = Hours { zone: timezone.clone(), quiet: telling.quiet, digest: telling.digest.clone() };
        Reader { hours: Some(hours), budget: telling.budget, is_machine: false }
    }

    /// URL of the feed an entry came by.
    pub(super) fn feed_url(&self, feed: FeedId) -> &str {
        self.feeds.get(&feed).map_or("", |feed| &feed.url)
    }

    /// Hands an entry over as a watch sees it.
    pub(super) fn with_subject<T>(&self, stored: &Stored, use_it: impl FnOnce(&Subject<'_>) -> T) -> T {
        let entry = &stored.entry;
        let mut source = vec![stored.outlet.clone()];
        if let Some(known) = self.outlets.get(&stored.outlet) {
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
