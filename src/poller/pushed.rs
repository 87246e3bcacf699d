//! What hubs push: taken in like the document of a poll, after or before polls of the same feed and never beside them;
//! and whether polls may be rarer for it.
//!
//! A hub is relied on from its first signed push on, until a poll finds news that it has not told of, or the subscription
//! ends. A document that was pushed says nothing about the feed's validators.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tracing::{debug, info, warn};

use super::{
    Bells, Landed, Poller,
    known::pace,
    one::{Poll, address, read, shown},
};
use crate::{
    entry::FeedId,
    intake::{Counts, Next},
    schedule::{self, Hold},
    store::{
        self, Store, feeds,
        subscriptions::{self, Hub, Push},
    },
};

/// Pushes taken in at the same time.
const AT_ONCE: usize = 8;

/// What is known of hubs, and what of it is not stored yet.
#[derive(Default)]
pub(super) struct Hubs {
    known: BTreeMap<FeedId, Hub>,
    /// Feeds whose hub is relied on, and until when.
    trusted: BTreeMap<FeedId, Timestamp>,
    named: BTreeMap<FeedId, Option<Hub>>,
    missed: BTreeSet<FeedId>,
    /// Feeds that lost their hub while they were asked.
    lapsed: BTreeSet<FeedId>,
    /// Pushes in hand, by their feed.
    begun: BTreeMap<FeedId, i64>,
    /// Pushes that are done with; whether they were a feed's news.
    taken: Vec<(i64, bool)>,
    /// Something was pushed or confirmed since the last look.
    pub has_rung: bool,
    is_waiting: bool,
    looked_at: Option<Timestamp>,
}

impl Hubs {
    pub async fn load(store: &Store, now: Timestamp) -> Result<Self, store::Error> {
        let (named, trusted) = store
            .read(move |connection| Ok((subscriptions::named(connection)?, subscriptions::trusted(connection, now)?)))
            .await?;
        let known = named.into_iter().map(|named| (named.feed, named.hub)).collect();
        Ok(Self { known, trusted, is_waiting: true, ..Self::default() })
    }

    pub fn is_relied_on(&self, feed: FeedId, now: Timestamp) -> bool {
        self.trusted.get(&feed).is_some_and(|expires| *expires > now)
    }

    /// Feeds whose lease has ended; looked for once a second.
    fn ended(&mut self, now: Timestamp) -> Vec<FeedId> {
        if self.looked_at.replace(now) == Some(now) {
            return Vec::new();
        }
        let over = |(feed, expires): (&FeedId, &Timestamp)| (*expires <= now).then_some(*feed);
        self.trusted.iter().filter_map(over).collect()
    }

    /// The clock was set back: see [`schedule::set_back`].
    pub fn set_back(&mut self, jump: Duration) {
        self.trusted.values_mut().for_each(|expires| *expires = schedule::set_back(*expires, jump));
    }

    /// What a poll or a push that has landed says.
    pub fn note(&mut self, feed: FeedId, landed: &Landed) {
        if let Some(hub) = &landed.hub {
            if landed.counts.new > 0 && self.trusted.remove(&feed).is_some() {
                self.missed.insert(feed);
            }
            if self.known.get(&feed) != hub.as_ref() {
                self.named.insert(feed, hub.clone());
                match hub {
                    Some(hub) => drop(self.known.insert(feed, hub.clone())),
                    None => drop(self.known.remove(&feed)),
                }
            }
        }
        let Some(push) = self.begun.remove(&feed) else { return };
        self.is_waiting = true;
        match (landed.pushed, &landed.failure) {
            (None, Some(_)) => {}
            // A panic: the same bytes would panic again.
            (is_news, _) => self.taken.push((push, is_news.unwrap_or(false))),
        }
    }
}

impl Poller {
    /// Stores what is to be known of hubs, looks what they have sent, and begins to take it in.
    pub(super) async fn tend_hubs(&mut self, bells: &Bells, now: Timestamp) -> Result<(), store::Error> {
        let has_taken = !self.hubs.taken.is_empty();
        self.save_hubs(bells).await?;
        if has_taken || std::mem::take(&mut self.hubs.has_rung) {
            self.look_at_hubs(now).await?;
        }
        let mut alone = self.hubs.ended(now);
        alone.extend(&self.hubs.lapsed);
        for feed in alone {
            self.poll_alone(feed, now);
        }
        if std::mem::take(&mut self.hubs.is_waiting) {
            self.begin_pushes().await?;
        }
        Ok(())
    }

    pub(super) async fn save_hubs(&mut self, bells: &Bells) -> Result<(), store::Error> {
        let Hubs { named, missed, taken, .. } = &self.hubs;
        if named.is_empty() && missed.is_empty() && taken.is_empty() {
            return Ok(());
        }
        let (named, missed, taken) = (named.clone(), missed.clone(), taken.clone());
        let has_named = !named.is_empty();
        let save = move |transaction: &rusqlite::Transaction<'_>| {
            named.iter().try_for_each(|(feed, hub)| subscriptions::set_hub(transaction, *feed, hub.as_ref()))?;
            missed.iter().try_for_each(|feed| subscriptions::missed(transaction, *feed))?;
            taken.iter().try_for_each(|(push, is_news)| subscriptions::push_taken(transaction, *push, *is_news))
        };
        self.store.write(save).await?;
        self.hubs.named.clear();
        self.hubs.missed.clear();
        self.hubs.taken.clear();
        if has_named {
            bells.hubs.notify_one();
        }
        Ok(())
    }

    /// Who is relied on, from the database; and which hosts a hub has asked to be left alone.
    async fn look_at_hubs(&mut self, now: Timestamp) -> Result<(), store::Error> {
        let read = self.store.read(move |connection| {
            Ok((subscriptions::trusted(connection, now)?, feeds::held_hosts(connection, now)?))
        });
        let (trusted, held) = read.await?;
        held.into_iter().for_each(|(host, until, reason)| self.holds.add(&host, Hold { until, reason }));
        let before = std::mem::replace(&mut self.hubs.trusted, trusted);
        let lost: Vec<FeedId> = before.into_keys().filter(|feed| !self.hubs.trusted.contains_key(feed)).collect();
        lost.into_iter().for_each(|feed| self.poll_alone(feed, now));
        self.hubs.is_waiting = true;
        Ok(())
    }

    /// A feed whose hub is no longer relied on is polled as if it had none.
    fn poll_alone(&mut self, feed: FeedId, now: Timestamp) {
        self.hubs.trusted.remove(&feed);
        self.hubs.lapsed.remove(&feed);
        let Some(known) = self.feeds.get(&feed) else { return };
        if known.state.retired.is_some() {
            return;
        }
        if self.in_flight.values().any(|polled| *polled == feed) {
            // What it comes to was decided with the hub in mind.
            self.hubs.lapsed.insert(feed);
            return;
        }
        info!(feed = known.feed.name, "its hub is no longer relied on: polled as often as before");
        let state = schedule::sooner(known.state.clone(), &pace(&self.rules.config, &known.feed), now);
        self.set_state(feed, state, Some(Vec::new()));
    }

    async fn begin_pushes(&mut self) -> Result<(), store::Error> {
        for (push, feed) in self.store.read(subscriptions::waiting_pushes).await? {
            let is_polled = self.feeds.get(&feed).is_some_and(|known| known.state.retired.is_none());
            if !is_polled {
                self.hubs.taken.push((push, false));
            } else if self.hubs.begun.len() >= AT_ONCE || self.in_flight.values().any(|polled| *polled == feed) {
                self.hubs.is_waiting = true;
            } else if let Some(poll) = self.poll_of(feed) {
                self.queue.remove(&(poll.state.next_poll, feed));
                self.hubs.begun.insert(feed, push);
                let task = self.polling.spawn(poll.take_push(push));
                self.in_flight.insert(task.id(), feed);
            }
        }
        Ok(())
    }
}

impl Poll {
    /// Takes in what was pushed, as if it had been polled.
    async fn take_push(self, push: i64) -> Landed {
        let push = match self.store.read(move |connection| subscriptions::push(connection, push)).await {
            Ok(Some(push)) if self.state.baselined => push,
            // Before the first poll nothing tells news from the back catalogue.
            Ok(_) => return self.not_taken(),
            Err(failure) => return self.not_stored(failure),
        };
        self.record_push(push).await
    }

    async fn record_push(self, push: Push) -> Landed {
        let now = self.clock.now();
        let (base, language) = (address(&self.feed, &self.state), self.feed.language.clone());
        let read = tokio::task::spawn_blocking(move || read(&push.body, push.content_type.as_deref(), &base, language));
        let read = match read.await {
            Ok(Ok(read)) => read,
            Ok(Err(not_a_feed)) => {
                warn!(feed = self.feed.name, error = %not_a_feed, "what the hub pushed cannot be read: polling instead");
                let state = schedule::pinged(&self.state, &self.pace, now);
                return Landed { pushed: Some(false), ..Landed::unsaved(state, Vec::new()) };
            }
            Err(_) => return self.not_taken(),
        };
        let entries = match self.with_full_text(read.entries, &mut None).await {
            Ok(entries) => entries,
            Err(failure) => return self.not_stored(failure),
        };
        let (news, now) = (self.news(None, entries), self.clock.now());
        let (before, pace) = (self.state.clone(), self.pace);
        let next = move |counts: Counts| {
            let next = schedule::pushed(&before, counts.new, &pace, now);
            Next { state: next.state, notices: shown(next.notices) }
        };
        match self.intake.record(&self.store, Arc::clone(&self.rules), news, now, next).await {
            Ok(recorded) => {
                debug!(feed = self.feed.name, entries = recorded.counts.listed, "pushed by its hub");
                Landed {
                    is_saved: true,
                    pushed: Some(true),
                    counts: recorded.counts,
                    queued: recorded.queued,
                    ..Landed::unsaved(recorded.state, Vec::new())
                }
            }
            Err(failure) => {
                let pushed = matches!(failure, store::Error::Panicked(_)).then_some(false);
                Landed { pushed, ..self.not_stored(failure) }
            }
        }
    }

    fn not_taken(self) -> Landed {
        Landed { is_saved: true, pushed: Some(false), ..Landed::unsaved(self.state, Vec::new()) }
    }
}
