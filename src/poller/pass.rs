//! One pass over feeds in the foreground.

use std::{collections::HashMap, fmt};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::{BEGUN_AT_ONCE, Bells, Known, Poller};
use crate::{entry::FeedId, intake::Counts, store};

/// Which feeds one pass in the foreground polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pass {
    Due,
    All,
    /// By name or URL.
    Named(Vec<String>),
}

/// A feed polled in a pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Polled {
    pub name: String,
    pub counts: Counts,
    pub is_unchanged: bool,
    /// Not asked: its host is to be left alone.
    pub is_held: bool,
    pub error: Option<String>,
}

impl fmt::Display for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            _ if self.is_held => write!(f, "{}: not asked, for its host is to be left alone", self.name),
            Some(error) => write!(f, "{}: {error}", self.name),
            None if self.is_unchanged => write!(f, "{}: not modified", self.name),
            None => {
                let Counts { listed, new, changed, .. } = self.counts;
                write!(f, "{}: {listed} entries, {new} new, {changed} changed", self.name)
            }
        }
    }
}

impl Poller {
    /// One pass in the foreground.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pass(&mut self, pass: &Pass) -> Result<Vec<Polled>, store::Error> {
        let wake = Notify::new();
        let now = self.clock.now();
        let mut wanted = self.wanted(pass, now);
        let order = wanted.clone();
        let mut counts: HashMap<FeedId, (Counts, bool)> = HashMap::new();
        while !wanted.is_empty() || !self.polling.is_empty() {
            let room = BEGUN_AT_ONCE.saturating_sub(self.polling.len());
            if !wanted.is_empty() && room >= BEGUN_AT_ONCE / 4 {
                let batch: Vec<FeedId> = wanted.drain(..wanted.len().min(room)).collect();
                self.begin(batch, now).await?;
            }
            let Some(done) = self.polling.join_next_with_id().await else { continue };
            let Some((id, landed)) = self.landed(done, &wake) else { continue };
            if let Some(failure) = landed.failure {
                return Err(failure);
            }
            if !landed.is_held {
                counts.insert(id, (landed.counts, landed.state.last_status == Some(304)));
            }
        }
        self.save(Vec::new()).await?;
        self.save_hubs(&Bells::default()).await?;
        Ok(order.into_iter().filter_map(|id| self.polled(id, counts.get(&id))).collect())
    }

    fn polled(&self, id: FeedId, result: Option<&(Counts, bool)>) -> Option<Polled> {
        let known = self.feeds.get(&id)?;
        let (counts, is_unchanged) = result.copied().unwrap_or_default();
        let error = known.state.last_error.clone().filter(|_| known.state.failures > 0);
        Some(Polled { name: known.feed.name.clone(), counts, is_unchanged, is_held: result.is_none(), error })
    }

    fn wanted(&self, pass: &Pass, now: Timestamp) -> Vec<FeedId> {
        let is_wanted = |known: &Known| match pass {
            Pass::Due => known.state.retired.is_none() && known.state.next_poll <= now,
            Pass::All => known.state.retired.is_none(),
            Pass::Named(names) => names.iter().any(|name| *name == known.feed.name || name == known.feed.url.as_str()),
        };
        self.feeds.iter().filter(|(_, known)| is_wanted(known)).map(|(id, _)| *id).collect()
    }
}
