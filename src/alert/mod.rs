//! When to tell whom, and why not: one alert per recipient and story, then follow-ups for named events only.
//!
//! Two decisions: [`decide`], whenever a story has grown, whether there is something to tell; [`release`], when its
//! time has come, whether it goes out by itself or waits for a digest. [`collect`] says when a digest is due.
//!
//! Pure: facts and `now` in, a decision with its reason out. Must not send, store or word anything.

mod burst;
mod decide;
mod digest;
mod facts;
mod follow;
mod hours;
mod release;
mod silence;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

pub use burst::{Burst, Volume};
pub use decide::{Decision, decide, ready_watches};
pub use digest::{Collected, Due, Kind, collect, rank};
pub use facts::{Corrected, Facts, MatchFact, Past, Standing, Told};
pub use follow::{HeadlineChange, headline_changes};
pub use hours::{Hours, Quiet, Weekdays};
pub use release::{Candidate, Released, Traffic, release};
pub use silence::{Silence, SilenceId, Silenced};

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

/// What an alert tells, the weightiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The story, for the first time.
    New,
    /// A member says of itself that it was wrong.
    Correction,
    /// A more urgent watch matches now.
    Escalated,
    /// Enough independent outlets have it now.
    Confirmed,
    /// A headline that was told says something else now.
    HeadlineChanged,
    /// A new member after a day of silence.
    Resurfaced,
}

impl Event {
    pub const ALL: [Self; 6] =
        [Self::New, Self::Correction, Self::Escalated, Self::Confirmed, Self::HeadlineChanged, Self::Resurfaced];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Correction => "correction",
            Self::Escalated => "escalated",
            Self::Confirmed => "confirmed",
            Self::HeadlineChanged => "headline-changed",
            Self::Resurfaced => "resurfaced",
        }
    }

    /// The inverse of [`Event::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
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

    /// The inverse of `priority as i64`; what is not one of ours is the default.
    pub fn from_rank(rank: i64) -> Self {
        let all = [Self::Low, Self::Normal, Self::High, Self::Critical];
        all.into_iter().find(|priority| *priority as i64 == rank).unwrap_or_default()
    }
}

/// Why something is told by a digest instead of by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// The watch asks for it.
    Watch,
    /// The budget was used up.
    Budget,
    /// It came in quiet hours.
    Quiet,
    /// It came while the process was not there.
    CatchUp,
    /// Too much came at once.
    Flood,
    /// The articles are older than the watch wants.
    Old,
    /// The story has had all its follow-ups.
    Cap,
}

impl Route {
    const ALL: [Self; 7] = [Self::Watch, Self::Budget, Self::Quiet, Self::CatchUp, Self::Flood, Self::Old, Self::Cap];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Budget => "budget",
            Self::Quiet => "quiet",
            Self::CatchUp => "catch-up",
            Self::Flood => "flood",
            Self::Old => "old",
            Self::Cap => "cap",
        }
    }

    /// The inverse of [`Route::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.as_str() == word)
    }
}

/// How the first alert of a story is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum First {
    #[default]
    Immediate,
    Digest,
}

/// How many alerts a recipient gets by themselves; what is over it joins the next digest. Critical ones are exempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub immediate: u32,
    pub per: Duration,
    /// The most of them within one minute.
    pub burst: u32,
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
    /// Older entries (by their published date) go to the digest at most.
    pub max_age: Duration,
    /// How long the first alert waits for more outlets.
    pub wait: Duration,
    /// Events told after the first alert.
    pub follow_up: Vec<Event>,
    pub max_followups: u32,
    pub first: First,
    /// The least time between two messages about one story.
    pub at_most_every: Duration,
    /// Told in quiet hours too.
    pub breaks_quiet: bool,
    /// Watches that say nothing of a story that this one matches.
    pub mutes: Vec<String>,
}

impl Policy {
    /// Independent outlets at which this watch calls a story confirmed: what it asks for, and never fewer than two.
    pub fn confirmed_at(&self) -> usize {
        if self.min_outlets.independent { self.min_outlets.count.max(2) } else { 2 }
    }
}

/// A span as it is written in the configuration: `90s`, `2m`, `6h`, `7d`.
pub(crate) fn words(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        s if s >= 86_400 && s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s >= 3600 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s >= 60 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
