//! When to tell whom, and why not: one alert per recipient and story, then follow-ups for named events only.
//!
//! Pure: facts and `now` in, a decision with its reason out. Must not send, store or word anything.

mod burst;
mod decide;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

pub use burst::{Burst, Volume};
pub use decide::{Decision, Facts, MatchFact, Past, decide, ready_watches};

/// Who is told: `[recipient.NAME]` as `NAME`, `[webhook.NAME]` as `hook:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecipientId(pub String);

impl fmt::Display for RecipientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a delivery goes: `mail:ADDRESS` or `hook:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChannelId(pub String);

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an alert tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The story, for the first time.
    New,
    /// Enough independent outlets have it now.
    Confirmed,
}

impl Event {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Confirmed => "confirmed",
        }
    }

    /// The inverse of [`Event::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::New, Self::Confirmed].into_iter().find(|event| event.as_str() == word)
    }
}

/// How urgent a watch is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Critical,
}

impl Priority {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How many outlets must have a story before a watch alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinOutlets {
    pub count: usize,
    /// Count only outlets that are sources of their own.
    pub independent: bool,
    /// All of them within this span of time.
    pub within: Option<Duration>,
}

/// What of `[[watch]]` decides when an alert is raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub watch: String,
    pub priority: Priority,
    pub min_outlets: MinOutlets,
    /// Only when the watch matches more than usual.
    pub burst: Option<Burst>,
    /// Older entries (by their published date) alert nobody.
    pub max_age: Duration,
    /// How long the first alert waits for more outlets.
    pub wait: Duration,
    /// Events told after the first alert.
    pub follow_up: Vec<Event>,
    pub max_followups: u32,
}

impl Policy {
    /// Independent outlets at which this watch calls a story confirmed: what it asks for, and never fewer than two.
    pub fn confirmed_at(&self) -> usize {
        if self.min_outlets.independent { self.min_outlets.count.max(2) } else { 2 }
    }
}
