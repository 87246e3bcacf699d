//! Watches tried on the past: the stories of an archive played again under the delivery policy, through the same
//! decision that the daemon makes.
//!
//! Pure, and no decision of its own: what `alert` says is written down as if it had been sent. Time passes from member
//! to member; what waits is told when its time has come.

mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    alert::{Burst, Decision, Event, Facts, MatchFact, Past, Policy, RecipientId, Volume, decide},
    entry::EntryId,
    story::{StoryId, Timeline},
};

pub use report::{Clauses, Report, Story, Tally};

/// A watch and whom it tells.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    pub policy: &'a Policy,
    pub notify: &'a [RecipientId],
}

/// A story of the archive, and which watches its members match.
#[derive(Clone, Copy, Debug)]
pub struct Archived<'a> {
    pub timeline: &'a Timeline,
    /// Member, and index of the watch.
    pub matches: &'a [(EntryId, usize)],
}

/// A message that would have been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub recipient: RecipientId,
    pub story: StoryId,
    pub event: Event,
    /// The most urgent first.
    pub watches: Vec<String>,
    pub at: Timestamp,
}

/// What would have become of one story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    pub sent: Vec<Sent>,
    /// Why a recipient would not have been told, where it would not.
    pub held: BTreeMap<RecipientId, String>,
}

/// How often a watch matched, so that its bursts are measured as they would have been then.
#[derive(Clone, Debug, Default)]
pub struct Rhythm {
    /// When each matching entry was seen, sorted.
    times: Vec<Timestamp>,
    /// When the archive begins.
    begins: Option<Timestamp>,
}

impl Rhythm {
    pub fn new(mut times: Vec<Timestamp>, begins: Option<Timestamp>) -> Self {
        times.sort_unstable();
        Self { times, begins }
    }

    fn volume(&self, burst: &Burst, now: Timestamp) -> Volume {
        let before = |end: Timestamp, span| end.checked_sub(jiff::SignedDuration::try_from(span).unwrap_or_default());
        let window = before(now, burst.window).unwrap_or(Timestamp::MIN);
        let baseline = before(window, burst.baseline).unwrap_or(Timestamp::MIN);
        let until = |time: Timestamp| self.times.partition_point(|seen| *seen <= time);
        let observed = self.begins.map(|begins| window.duration_since(begins)).and_then(|span| span.try_into().ok());
        Volume::of(burst, until(now) - until(window), until(window) - until(baseline), observed.unwrap_or_default())
    }
}

/// Plays one story to `until`. `rhythms` has one for each watch.
pub fn play(story: &Archived<'_>, watches: &[Watched<'_>], rhythms: &[Rhythm], until: Timestamp) -> Played {
    let mut recipients: Vec<&RecipientId> = Vec::new();
    for (_, watch) in story.matches {
        for recipient in watches[*watch].notify {
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
    }
    let mut played = Played::default();
    for recipient in recipients {
        let mut inbox = Inbox { recipient, watches, rhythms, history: Vec::new(), named: Vec::new(), held: None };
        inbox.play(story, until);
        inbox.settle_into(&mut played, story.timeline.story);
    }
    played
}

/// What one recipient would have had of one story.
struct Inbox<'a> {
    recipient: &'a RecipientId,
    watches: &'a [Watched<'a>],
    rhythms: &'a [Rhythm],
    history: Vec<Past>,
    /// For each of the history, the watches named and when it went out.
    named: Vec<(Vec<String>, Timestamp)>,
    held: Option<String>,
}

impl Inbox<'_> {
    fn play(&mut self, story: &Archived<'_>, until: Timestamp) {
        let whole = story.timeline;
        let mut growing = Timeline { members: Vec::new(), ..whole.clone() };
        for member in whole.members.iter().filter(|member| member.seen <= until) {
            self.tell_due(&growing, member.seen);
            growing.members.push(member.clone());
            // The back catalogue of a feed makes nothing necessary to decide.
            if !member.baseline {
                self.decide(&growing, story.matches, member.seen);
            }
        }
        self.tell_due(&growing, until);
    }

    fn decide(&mut self, growing: &Timeline, matches: &[(EntryId, usize)], now: Timestamp) {
        let facts: Vec<MatchFact<'_>> = growing
            .members
            .iter()
            .flat_map(|member| {
                matches.iter().filter(move |(entry, _)| *entry == member.entry).map(move |m| (member, m.1))
            })
            .filter(|(_, watch)| self.watches[*watch].notify.contains(self.recipient))
            .map(|(member, watch)| {
                let policy = self.watches[watch].policy;
                let volume = policy.burst.as_ref().map(|burst| self.rhythms[watch].volume(burst, now));
                MatchFact { policy, member, volume: volume.unwrap_or_default() }
            })
            .collect();
        if facts.is_empty() {
            return;
        }
        match decide(&Facts { story: growing, matches: &facts, history: &self.history, now }) {
            Decision::Raise { event, watches, due, .. } => {
                self.history.push(Past { event, waits_until: Some(due), independent: 0 });
                self.named.push((watches, due));
            }
            Decision::Hasten { due, .. } => {
                if let (Some(past), Some(named)) = (self.history.last_mut(), self.named.last_mut()) {
                    past.waits_until = Some(due);
                    named.1 = due;
                }
            }
            Decision::Hold(reason) => self.held = Some(reason),
            Decision::Nothing(_) => {}
        }
    }

    /// What waited long enough by `now` has gone out by then.
    fn tell_due(&mut self, growing: &Timeline, now: Timestamp) {
        let independent = growing.independent_outlets().len();
        for past in self.history.iter_mut().filter(|past| past.waits_until.is_some_and(|due| due <= now)) {
            past.waits_until = None;
            past.independent = independent;
        }
    }

    fn settle_into(self, played: &mut Played, story: StoryId) {
        if let (true, Some(reason)) = (self.history.is_empty(), self.held) {
            played.held.insert(self.recipient.clone(), reason);
        }
        for (past, (watches, at)) in self.history.into_iter().zip(self.named) {
            played.sent.push(Sent { recipient: self.recipient.clone(), story, event: past.event, watches, at });
        }
    }
}
