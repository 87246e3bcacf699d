//! Watches tried on the past: the stories of an archive played again under the delivery policy, through the same
//! decision that the daemon makes.
//!
//! Pure, and no decision of its own: what `alert` says is written down as if it had been sent. Time passes from member
//! to member; what waits is told when its time has come.

mod report;
mod telling;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use crate::{
    alert::{
        Burst, Corrected, Decision, Event, Facts, MatchFact, Past, Policy, Priority, RecipientId, Route, Standing,
        Told, Volume, decide,
    },
    entry::EntryId,
    story::{StoryId, Timeline},
};

pub use report::{Clauses, Report, Story, Tally};
pub use telling::{Reader, tell};

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
    /// Members that say of themselves that they were wrong.
    pub corrections: &'a [Corrected],
}

/// An alert that would have been raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub recipient: RecipientId,
    pub story: StoryId,
    pub events: Vec<Event>,
    /// The most urgent first.
    pub watches: Vec<String>,
    pub priority: Priority,
    /// Independent outlets then.
    pub independent: usize,
    pub at: Timestamp,
    /// Why a digest would have told it, if one would.
    pub digest: Option<Route>,
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
        let mut inbox = Inbox { recipient, watches, rhythms, history: Vec::new(), times: Vec::new(), held: None };
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
    /// For each of the history, when it went out or was left to a digest.
    times: Vec<Timestamp>,
    held: Option<String>,
}

/// Priorities of the watches that match.
type Urgency = BTreeMap<String, Priority>;

/// Nobody goes without it: a catch-up after a downtime does not come up where nothing was down.
const CATCH_UP_AFTER: Duration = Duration::from_secs(6 * 3_600);

impl Inbox<'_> {
    fn play(&mut self, story: &Archived<'_>, until: Timestamp) {
        let whole = story.timeline;
        let mut growing = Timeline { members: Vec::new(), ..whole.clone() };
        for member in whole.members.iter().filter(|member| member.seen <= until) {
            self.tell_due(&growing, member.seen);
            growing.members.push(member.clone());
            // The back catalogue of a feed makes nothing necessary to decide.
            if !member.baseline {
                self.decide(&growing, story, member.seen);
            }
        }
        self.tell_due(&growing, until);
    }

    fn decide(&mut self, growing: &Timeline, story: &Archived<'_>, now: Timestamp) {
        let matches = self.facts(growing, story.matches, now);
        if matches.is_empty() {
            return;
        }
        let is_member = |entry: i64| growing.members.iter().any(|member| member.entry.0 == entry);
        let corrections: Vec<Corrected> =
            story.corrections.iter().filter(|corrected| is_member(corrected.entry)).cloned().collect();
        let decision = decide(&Facts {
            story: growing,
            matches: &matches,
            history: &self.history,
            corrections: &corrections,
            has_digest: false,
            downtime: None,
            catch_up_after: CATCH_UP_AFTER,
            now,
        });
        let urgency: Urgency = matches.iter().map(|fact| (fact.policy.watch.clone(), fact.policy.priority)).collect();
        self.carry_out(decision, now, urgency);
    }

    fn facts<'a>(&'a self, growing: &'a Timeline, matches: &[(EntryId, usize)], now: Timestamp) -> Vec<MatchFact<'a>> {
        let mut facts = Vec::new();
        for member in &growing.members {
            for &(_, number) in matches.iter().filter(|(entry, _)| *entry == member.entry) {
                let Watched { policy, notify } = self.watches[number];
                if notify.contains(self.recipient) {
                    let volume = policy.burst.as_ref().map(|burst| self.rhythms[number].volume(burst, now));
                    facts.push(MatchFact { policy, member, volume: volume.unwrap_or_default(), muted: None });
                }
            }
        }
        facts
    }

    fn carry_out(&mut self, decision: Decision, now: Timestamp, urgency: Urgency) {
        match decision {
            Decision::Raise { events, watches, due, .. } => {
                self.raise(events, watches, Standing::Waits(due), due, urgency);
            }
            Decision::Digest { events, watches, route, .. } => {
                self.raise(events, watches, Standing::Collected(route), now, urgency);
            }
            Decision::Join { events, .. } => {
                if let Some(past) = self.history.last_mut() {
                    past.events.extend(events);
                }
            }
            Decision::Hasten { due, .. } | Decision::Promote { due, .. } => {
                if let (Some(past), Some(at)) = (self.history.last_mut(), self.times.last_mut()) {
                    past.standing = Standing::Waits(due);
                    *at = due;
                }
            }
            Decision::Hold(reason) | Decision::Silence(reason) => self.held = Some(reason),
            Decision::Nothing(_) => {}
        }
    }

    fn raise(&mut self, events: Vec<Event>, watches: Vec<String>, standing: Standing, at: Timestamp, urgency: Urgency) {
        let named = watches.iter().filter_map(|watch| urgency.get(watch)).copied();
        let priority = named.max().unwrap_or_default();
        self.history.push(Past { events, watches, standing, priority, independent: 0, told: Told::default() });
        self.times.push(at);
    }

    /// What waited long enough by `now` has gone out by then.
    fn tell_due(&mut self, growing: &Timeline, now: Timestamp) {
        for past in &mut self.history {
            if let Standing::Waits(due) = past.standing
                && due <= now
            {
                past.standing = Standing::Told { at: due, by: None };
                past.independent = growing.independent_outlets().len();
                past.told = Told::of(growing);
            }
        }
    }

    fn settle_into(self, played: &mut Played, story: StoryId) {
        if let (true, Some(reason)) = (self.history.is_empty(), self.held) {
            played.held.insert(self.recipient.clone(), reason);
        }
        for (past, at) in self.history.into_iter().zip(self.times) {
            let Past { events, watches, standing, priority, independent, .. } = past;
            let digest = if let Standing::Collected(route) = standing { Some(route) } else { None };
            let recipient = self.recipient.clone();
            played.sent.push(Sent { recipient, story, events, watches, priority, independent, at, digest });
        }
    }
}
