//! From a story that has grown to an alert that waits: asks `alert` for the decision and keeps it with its reason.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{Muting, muting::muted_watches, rules::Rules};
use crate::{
    alert::{Decision, Facts, MatchFact, Priority, RecipientId, decide},
    entry::EntryId,
    store::{
        Error,
        alerts::{self, MatchRow, NewAlert, Way},
        stories, watches,
    },
    story::{StoryId, Timeline},
};

/// What all decisions of one transaction have in common.
pub(super) struct Deciding<'a> {
    pub connection: &'a Connection,
    pub rules: &'a Rules,
    pub muting: &'a Muting,
    /// How long the process had not been there when it saw this.
    pub downtime: Option<SignedDuration>,
    pub now: Timestamp,
}

impl Deciding<'_> {
    /// Decides for every recipient whose watches match a member of the story; `entry` is the member that made it
    /// necessary.
    pub fn decide_story(&self, story: StoryId, entry: EntryId) -> Result<(), Error> {
        let (connection, rules, now) = (self.connection, self.rules, self.now);
        let matches = alerts::matches_of_story(connection, story)?;
        let recipients = recipients(rules, &matches);
        if recipients.is_empty() {
            return Ok(());
        }
        let Some(timeline) = stories::timeline(connection, story, &|key| rules.outlet_name(key))? else {
            return Ok(());
        };
        let corrections = stories::corrections(connection, story)?;
        for recipient in recipients {
            let matches = match_facts(self, &recipient, &timeline, &matches)?;
            let history = alerts::history(connection, &recipient, story)?;
            let settings = rules.settings(&recipient);
            let decision = decide(&Facts {
                story: &timeline,
                matches: &matches,
                history: &history,
                corrections: &corrections,
                has_digest: settings.has_digest,
                downtime: self.downtime,
                catch_up_after: settings.catch_up_after,
                now,
            });
            alerts::record_decision(connection, story, entry, &recipient, &decision, now)?;
            self.carry_out(&recipient, story, &decision, &matches)?;
        }
        Ok(())
    }

    fn carry_out(
        &self,
        recipient: &RecipientId,
        story: StoryId,
        decision: &Decision,
        matches: &[MatchFact<'_>],
    ) -> Result<(), Error> {
        let (connection, rules, now) = (self.connection, self.rules, self.now);
        let of_all = || matches.iter().map(|fact| fact.policy.priority).max().unwrap_or_default();
        match decision {
            Decision::Raise { events, watches, due, reason } => {
                let channels = rules.channels(recipient);
                let way = Way::Itself { due: *due, channels: &channels };
                let priority = priority(rules, watches);
                let alert = NewAlert { recipient, story, events, watches, priority, reason, way };
                alerts::raise(connection, &alert, now).map(|_| ())
            }
            Decision::Digest { events, watches, route, reason } => {
                let (priority, way) = (priority(rules, watches), Way::Digest(*route));
                let alert = NewAlert { recipient, story, events, watches, priority, reason, way };
                alerts::raise(connection, &alert, now).map(|_| ())
            }
            Decision::Join { events, due, .. } => {
                alerts::join(connection, recipient, story, events)?;
                due.map_or(Ok(()), |due| alerts::hasten(connection, recipient, story, due, of_all()))
            }
            Decision::Hasten { due, .. } => alerts::hasten(connection, recipient, story, *due, of_all()),
            Decision::Promote { watches, due, .. } => {
                let urgency = (priority(rules, watches), *due);
                alerts::promote(connection, recipient, story, watches, urgency, &rules.channels(recipient))
            }
            Decision::Hold(_) | Decision::Silence(_) | Decision::Nothing(_) => Ok(()),
        }
    }
}

/// The highest priority decides urgency.
fn priority(rules: &Rules, watches: &[String]) -> Priority {
    watches.iter().filter_map(|name| rules.policy(name)).map(|policy| policy.priority).max().unwrap_or_default()
}

/// Who is notified by the watches that match, each once, in the order of the matches.
fn recipients(rules: &Rules, matches: &[MatchRow]) -> Vec<RecipientId> {
    let mut recipients: Vec<RecipientId> = Vec::new();
    for recipient in matches.iter().filter_map(|row| rules.watch(&row.watch)).flat_map(|watch| &watch.notify) {
        if !recipients.contains(recipient) {
            recipients.push(recipient.clone());
        }
    }
    recipients
}

/// The matches of this recipient's watches, with what mutes them.
pub(super) fn match_facts<'a>(
    deciding: &Deciding<'a>,
    recipient: &RecipientId,
    timeline: &'a Timeline,
    matches: &[MatchRow],
) -> Result<Vec<MatchFact<'a>>, Error> {
    let by_watch = muted_watches(deciding.rules, matches);
    let mut facts = Vec::new();
    for row in matches {
        let watch = deciding.rules.watch(&row.watch).filter(|watch| watch.notify.contains(recipient));
        let member = timeline.members.iter().find(|member| member.entry == row.entry);
        let (Some(watch), Some(member)) = (watch, member) else { continue };
        // What an earlier form of the watch matched, and what was there before it: its back catalogue.
        if member.seen < watches::since(deciding.connection, &row.watch)? {
            continue;
        }
        let muted = match by_watch.get(&row.watch) {
            Some(reason) => Some(reason.clone()),
            None => deciding.muting.reason(deciding.connection, recipient, timeline.story, row, member)?,
        };
        let policy = &watch.policy;
        let volume = |burst| watches::volume(deciding.connection, &row.watch, burst, deciding.now);
        let volume = policy.burst.as_ref().map(volume).transpose()?.unwrap_or_default();
        facts.push(MatchFact { policy, member, volume, muted });
    }
    Ok(facts)
}
