//! Silences: what is not told for a while, because somebody said so.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};

use super::RecipientId;
use crate::story::StoryId;

/// Row of a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SilenceId(pub i64);

/// What is silenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silenced {
    Story(StoryId),
    Watch(String),
    /// Key of an outlet.
    Outlet(String),
    /// A line of the query language.
    Term(String),
    /// Digests and summaries; what waits for one goes on waiting.
    Digests,
    /// Messages about the service itself.
    Notices,
}

impl Silenced {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Story(_) => "story",
            Self::Watch(_) => "watch",
            Self::Outlet(_) => "outlet",
            Self::Term(_) => "term",
            Self::Digests => "digests",
            Self::Notices => "notices",
        }
    }
}

impl fmt::Display for Silenced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Story(story) => write!(f, "{kind} {story}"),
            Self::Watch(value) | Self::Outlet(value) | Self::Term(value) => write!(f, "{kind} {value}"),
            Self::Digests | Self::Notices => f.write_str(kind),
        }
    }
}

/// Holds from `starts` until `ends`, for one recipient or for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    pub id: SilenceId,
    pub what: Silenced,
    pub recipient: Option<RecipientId>,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub note: Option<String>,
}

impl Silence {
    /// Whether it keeps a match of this watch and outlet in this story from this recipient; `matches_term` says whether
    /// the text has what a silenced term asks for.
    pub fn covers(
        &self,
        recipient: &RecipientId,
        story: StoryId,
        watch: &str,
        outlet: &str,
        matches_term: impl FnOnce() -> bool,
    ) -> bool {
        if self.recipient.as_ref().is_some_and(|only| only != recipient) {
            return false;
        }
        match &self.what {
            Silenced::Story(silenced) => *silenced == story,
            Silenced::Watch(silenced) => silenced == watch,
            Silenced::Outlet(silenced) => silenced == outlet,
            Silenced::Term(_) => matches_term(),
            Silenced::Digests | Silenced::Notices => false,
        }
    }

    /// For people: "silenced until 2026-01-14 12:00 UTC by 3 (watch storms): moving house".
    pub fn reason(&self) -> String {
        let until = self.ends.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC");
        let note = self.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
        format!("silenced until {until} by {} ({}){note}", self.id.0, self.what)
    }
}
