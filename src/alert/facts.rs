//! What a decision rests on.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Policy, Priority, Route, Volume};
use crate::story::{Member, Relation, Timeline};

/// Headlines that are remembered of one message.
const HEADLINES: usize = 20;

/// A member of the story that one of the recipient's watches matches.
#[derive(Clone, Debug)]
pub struct MatchFact<'a> {
    pub policy: &'a Policy,
    pub member: &'a Member,
    /// How much the watch matches; of interest only where its policy asks for a burst.
    pub volume: Volume,
    /// Why this match does not count: a silence, or another watch that mutes this one.
    pub muted: Option<String>,
}

/// A member that says of itself that it was corrected or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrected {
    /// Number of the entry.
    pub entry: i64,
    /// The sentence that says so.
    pub sentence: String,
}

/// What a message told, so that later ones tell of what is other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Headlines of the members with pieces of their own, by number of the entry.
    pub headlines: BTreeMap<i64, String>,
    /// Entries whose corrections were told.
    pub corrections: BTreeSet<i64>,
}

impl Told {
    /// What a message about this story tells.
    pub fn of(story: &Timeline) -> Self {
        let is_own = |member: &&Member| matches!(member.relation, Relation::First | Relation::Independent);
        let headline = |member: &Member| (member.entry.0, member.title.clone());
        let headlines = story.members.iter().filter(is_own).take(HEADLINES).map(headline).collect();
        Self { headlines, ..Self::default() }
    }
}

/// How an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Raised, not yet worded, until then: what happens before goes into it.
    Waits(Timestamp),
    /// Waits for the next digest.
    Collected(Route),
    /// Told, by itself or by a digest.
    Told { at: Timestamp, by: Option<Route> },
}

/// An alert this recipient has had about this story, or is about to get.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub events: Vec<Event>,
    pub watches: Vec<String>,
    pub standing: Standing,
    pub priority: Priority,
    /// Independent outlets it told of; 0 while it waits.
    pub independent: usize,
    pub told: Told,
}

/// All that the decision rests on.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub story: &'a Timeline,
    pub matches: &'a [MatchFact<'a>],
    /// Oldest first; without what was silenced.
    pub history: &'a [Past],
    pub corrections: &'a [Corrected],
    /// Whether the recipient has asked for digests.
    pub has_digest: bool,
    /// How long the process had not been there when it saw this.
    pub downtime: Option<SignedDuration>,
    pub catch_up_after: Duration,
    pub now: Timestamp,
}

impl Facts<'_> {
    /// Whether what there is to tell is late by the process's own fault.
    pub(super) fn is_late(&self) -> bool {
        let most = SignedDuration::try_from(self.catch_up_after).unwrap_or(SignedDuration::MAX);
        self.downtime.is_some_and(|downtime| downtime > most)
    }
}
