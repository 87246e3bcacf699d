//! What the configuration says, in the form that intake works with: queries compiled, policies and names at hand.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use rusqlite::Transaction;
use url::Url;

use crate::{
    alert::{Budget, ChannelId, Hours, Policy, RecipientId},
    config::{self, Config},
    entry::{Entry, EntryId},
    fetch::registrable_domain,
    message::{Payload, Sender},
    store::{Error, alerts},
    story::OutletNames,
    watch::{self, Subject, WatchSet},
};

/// A configuration, ready for use. A reload makes another one.
pub struct Rules {
    pub config: Arc<Config>,
    pub watches: Arc<WatchSet>,
    /// Indices into `config.watches`, in the order of their names.
    by_name: Box<[u32]>,
    /// Whether some watch says what entries of one story have in common.
    pub(super) has_keys: bool,
    /// Index into `config.feeds`, by URL.
    by_url: HashMap<String, usize>,
    /// Key of a configured outlet, by its domains.
    by_domain: HashMap<String, String>,
    pub sender: Option<Sender>,
}

/// How a recipient wants to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub hours: Hours,
    /// Digests were asked for; `hours` has times even if not.
    pub has_digest: bool,
    pub budget: Option<Budget>,
    pub catch_up_after: Duration,
    /// Mails without an HTML part.
    pub is_text_only: bool,
}

/// What intake must know of the feed an entry comes from.
#[derive(Clone, Debug, Default)]
pub struct FeedContext {
    pub url: String,
    /// Name and URL, as the field `feed` of a query sees them.
    names: Vec<String>,
    groups: Vec<String>,
    outlet: String,
}

impl Rules {
    /// Compiles a checked configuration.
    ///
    /// # Errors
    /// Names the watch or address that `config` let through although it cannot be used.
    pub fn new(config: Arc<Config>) -> Result<Self, String> {
        Self::after(config, None)
    }

    /// As [`Rules::new`]; where no query has changed, what was compiled before is kept.
    ///
    /// # Errors
    /// As [`Rules::new`].
    pub fn after(config: Arc<Config>, before: Option<&Self>) -> Result<Self, String> {
        let watches = match before.filter(|before| asks_the_same(&before.config, &config)) {
            Some(before) => Arc::clone(&before.watches),
            None => Arc::new(compiled(&config)?),
        };
        let sender = match &config.mail {
            Some(mail) => {
                let sender = Sender::new(&mail.from_name, &mail.from_address).map_err(|error| error.to_string())?;
                Some(sender.with_templates(mail.templates.clone()))
            }
            None => None,
        };
        let domains = |(key, outlet): (&String, &config::Outlet)| {
            outlet.domains.iter().map(|domain| (domain.clone(), key.clone())).collect::<Vec<_>>()
        };
        Ok(Self {
            watches,
            by_name: by_name(&config),
            has_keys: config.watches.iter().any(|watch| watch.key.is_some()),
            by_url: positions(config.feeds.iter().map(|feed| feed.url.to_string())),
            by_domain: config.outlets.iter().flat_map(domains).collect(),
            sender,
            config,
        })
    }

    /// The outlets as the story engine must know them.
    pub fn outlet_names(&self) -> Vec<OutletNames> {
        let names = |(key, outlet): (&String, &config::Outlet)| OutletNames {
            key: key.clone(),
            names: std::iter::once(outlet.name.clone()).chain(outlet.names.iter().cloned()).collect(),
            domains: outlet.domains.clone(),
        };
        self.config.outlets.iter().map(names).collect()
    }

    /// An outlet's name for people; its key where it is not configured.
    pub fn outlet_name(&self, key: &str) -> String {
        self.config.outlets.get(key).map_or_else(|| key.to_owned(), |outlet| outlet.name.clone())
    }

    /// What is known of the feed configured at `url`.
    pub fn feed(&self, url: &str) -> FeedContext {
        let Some(feed) = self.by_url.get(url).map(|index| &self.config.feeds[*index]) else {
            return FeedContext { url: url.to_owned(), ..FeedContext::default() };
        };
        FeedContext {
            url: url.to_owned(),
            names: vec![feed.name.clone(), url.to_owned()],
            groups: feed.groups.clone(),
            outlet: feed.outlet.clone(),
        }
    }

    /// Key of the outlet an entry is of: the feed's, where one is configured; else the configured outlet whose domain
    /// the entry's link has; else the feed's domain.
    pub(super) fn outlet_of(&self, context: &FeedContext, entry: &Entry) -> String {
        if self.config.outlets.contains_key(&context.outlet) {
            return context.outlet.clone();
        }
        let by_link = || {
            let url = Url::parse(entry.url.as_deref()?).ok()?;
            self.by_domain.get(&registrable_domain(&url)).cloned()
        };
        by_link().unwrap_or_else(|| context.outlet.clone())
    }

    pub(super) fn watch(&self, name: &str) -> Option<&config::Watch> {
        let watch = |index: u32| &*self.config.watches[index as usize];
        let found = self.by_name.binary_search_by(|&index| watch(index).query.name.as_str().cmp(name)).ok()?;
        Some(watch(self.by_name[found]))
    }

    pub(super) fn policy(&self, name: &str) -> Option<&Policy> {
        self.watch(name).map(|watch| &watch.policy)
    }

    /// Everybody who may be told: recipients and webhooks.
    pub fn recipients(&self) -> Vec<RecipientId> {
        let hooks = self.config.webhooks.keys().map(|name| RecipientId(format!("hook:{name}")));
        self.config.recipients.keys().cloned().map(RecipientId).chain(hooks).collect()
    }

    /// How this recipient wants to be told; a webhook takes everything as it comes.
    pub fn settings(&self, recipient: &RecipientId) -> Settings {
        let known = self.config.recipients.get(&recipient.0);
        let zone = known.map_or(TimeZone::UTC, |known| known.timezone.clone());
        let config::Telling { digest, quiet, budget, catch_up_after, is_text_only } =
            known.map(|known| known.telling.clone()).unwrap_or_default();
        let has_digest = !digest.is_empty();
        let digest = if has_digest { digest } else { vec![config::DIGEST_AT] };
        Settings { hours: Hours { zone, digest, quiet }, has_digest, budget, catch_up_after, is_text_only }
    }

    /// URLs of the feeds that are polled.
    pub fn feed_urls(&self) -> Vec<String> {
        self.config.feeds.iter().filter(|feed| feed.enabled).map(|feed| feed.url.to_string()).collect()
    }

    /// What the other end of a webhook understands.
    ///
    /// # Errors
    /// When the channel is no webhook of the configuration.
    pub(super) fn payload(&self, channel: &ChannelId) -> Result<&Payload, String> {
        let name = channel.0.strip_prefix("hook:").unwrap_or_default();
        let hook = self.config.webhooks.get(name);
        hook.map(|hook| &hook.payload).ok_or_else(|| format!("{channel} is not configured any more"))
    }

    /// How the feed at this URL is called.
    pub(super) fn feed_name(&self, url: &str) -> String {
        self.by_url.get(url).map_or_else(|| "a feed".to_owned(), |index| self.config.feeds[*index].name.clone())
    }

    /// Where a recipient's messages go.
    pub fn channels(&self, recipient: &RecipientId) -> Vec<ChannelId> {
        if recipient.0.starts_with("hook:") {
            return vec![ChannelId(recipient.0.clone())];
        }
        let addresses =
            self.config.recipients.get(&recipient.0).map(|known| known.email.as_slice()).unwrap_or_default();
        addresses.iter().map(|address| ChannelId(format!("mail:{address}"))).collect()
    }

    /// Stores which watches an entry satisfies now.
    pub(super) fn match_entry(
        &self,
        transaction: &Transaction<'_>,
        id: EntryId,
        outlet: &str,
        context: &FeedContext,
        entry: &Entry,
        now: Timestamp,
    ) -> Result<(), Error> {
        let found = self.matches(outlet, context, entry);
        alerts::replace_matches(transaction, id, &found, now)
    }

    /// The watches that an entry of this outlet and feed satisfies.
    pub fn matches(&self, outlet: &str, context: &FeedContext, entry: &Entry) -> Vec<watch::Match> {
        let mut source = vec![outlet.to_owned()];
        if let Some(known) = self.config.outlets.get(outlet) {
            source.push(known.name.clone());
            source.extend(known.names.iter().cloned());
        }
        source.extend(entry.source.clone());
        self.watches.matches(&Subject {
            title: &entry.title,
            text: &entry.text,
            author: entry.author.as_deref().unwrap_or_default(),
            tags: &entry.tags,
            source: &source,
            feed: &context.names,
            groups: &context.groups,
            url: entry.canonical_url.as_deref().or(entry.url.as_deref()).unwrap_or_default(),
            language: entry.language.as_deref().unwrap_or_default(),
        })
    }
}

fn positions(names: impl Iterator<Item = String>) -> HashMap<String, usize> {
    names.enumerate().map(|(index, name)| (name, index)).collect()
}

fn compiled(config: &Config) -> Result<WatchSet, String> {
    let queries: Vec<&watch::Query> = config.watches.iter().map(|watch| &watch.query).collect();
    let compiled = watch::compile(&queries, &config.terms);
    match compiled.problems.iter().find(|(_, problem)| problem.is_error) {
        Some((index, problem)) => Err(format!("watch {}: {}", queries[*index].name, problem.message)),
        None => Ok(compiled.watches),
    }
}

fn asks_the_same(a: &Config, b: &Config) -> bool {
    a.terms == b.terms && a.watches.iter().map(|watch| &watch.query).eq(b.watches.iter().map(|watch| &watch.query))
}

fn by_name(config: &Config) -> Box<[u32]> {
    let mut indices: Box<[u32]> = (0..).take(config.watches.len()).collect();
    indices.sort_unstable_by_key(|&index| config.watches[index as usize].query.name.as_str());
    indices
}
