//! Follow-ups: what has happened since the recipient was last told, and whether it is told.

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{
    Corrected, Decision, Event, Facts, First, Policy, Priority, Route, Standing, Told,
    decide::{policies, satisfied},
    words,
};
use crate::story::{Member, Relation, Timeline, headline};

/// How long after its last new member a story is followed up.
const OPEN: SignedDuration = SignedDuration::from_hours(48);
/// A member after so long a silence is an event.
const SILENCE: SignedDuration = SignedDuration::from_hours(24);

/// A headline that says something else than it said when it was told.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadlineChange {
    pub outlet: String,
    pub outlet_name: String,
    pub difference: headline::Difference,
}

/// The headlines that were told and say something else now; a typo that was put right is none.
pub fn headline_changes(story: &Timeline, told: &Told) -> Vec<HeadlineChange> {
    let changed = |member: &Member| {
        let before = told.headlines.get(&member.entry.0).filter(|before| **before != member.title)?;
        let difference = headline::difference(before, &member.title);
        difference.is_news.then(|| HeadlineChange {
            outlet: member.outlet.clone(),
            outlet_name: member.outlet_name.clone(),
            difference,
        })
    };
    story.members.iter().filter_map(changed).collect()
}

/// What the recipient knows of the story.
struct Known {
    independent: usize,
    priority: Priority,
    watches: BTreeSet<String>,
    told: Told,
    /// Nothing but digests that the watches themselves asked for.
    by_digest_only: bool,
    last: Timestamp,
    /// Messages after the first, digests not counted.
    follow_ups: usize,
}

impl Known {
    fn of(facts: &Facts<'_>) -> Self {
        let mut known = Self {
            independent: 0,
            priority: Priority::Low,
            watches: BTreeSet::new(),
            told: Told::default(),
            by_digest_only: true,
            last: Timestamp::MIN,
            follow_ups: 0,
        };
        for past in facts.history {
            let Standing::Told { at, by } = past.standing else { continue };
            known.independent = known.independent.max(past.independent);
            known.priority = known.priority.max(past.priority);
            known.watches.extend(past.watches.iter().cloned());
            known.told.headlines.extend(past.told.headlines.clone());
            known.told.corrections.extend(past.told.corrections.iter().copied());
            known.by_digest_only &= matches!(by, Some(Route::Watch | Route::Old));
            known.last = known.last.max(at);
            known.follow_ups += usize::from(by.is_none() && !past.events.contains(&Event::New));
        }
        known
    }
}

/// What has happened for one watch, with the words for it.
type Happened = Vec<(Event, String)>;

fn happened(facts: &Facts<'_>, known: &Known, policy: &Policy) -> Happened {
    let mut events = Vec::new();
    if let Some(corrected) = corrections(facts, known).next() {
        events.push((Event::Correction, format!("correction: {}", corrected.sentence)));
    }
    let is_new_and_prompt =
        known.by_digest_only && policy.first == First::Immediate && !known.watches.contains(&policy.watch);
    if policy.priority > known.priority || is_new_and_prompt {
        events.push((Event::Escalated, format!("escalated: {} ({})", policy.watch, policy.priority.as_str())));
    }
    let independent = facts.story.independent_outlets().len();
    let needed = policy.confirmed_at();
    if independent >= needed && known.independent < needed {
        let before = known.independent;
        events
            .push((Event::Confirmed, format!("confirmed: {independent} independent outlets, {before} when last told")));
    }
    if let Some(change) = headline_changes(facts.story, &known.told).first() {
        events.push((
            Event::HeadlineChanged,
            format!("headline-changed at {}: {} ({})", change.outlet, change.difference, change.difference.reason),
        ));
    }
    if let Some((member, silence)) = resurfaced(facts.story, known.last) {
        let hours = silence.as_hours();
        events.push((Event::Resurfaced, format!("resurfaced: {} after {hours} hours", member.outlet)));
    }
    events
}

fn corrections<'a>(facts: &Facts<'a>, known: &Known) -> impl Iterator<Item = &'a Corrected> {
    facts.corrections.iter().filter(|corrected| !known.told.corrections.contains(&corrected.entry))
}

/// The member that ended a long silence since the recipient was told. A repost wakes nobody.
fn resurfaced(story: &Timeline, last_told: Timestamp) -> Option<(&Member, SignedDuration)> {
    let is_own = |member: &&Member| !matches!(member.relation, Relation::Copy | Relation::Wire);
    story.members.iter().filter(is_own).filter(|member| member.seen > last_told).find_map(|member| {
        let before = story.members.iter().map(|other| other.seen).filter(|seen| *seen < member.seen).max()?;
        let silence = member.seen.duration_since(before);
        (silence >= SILENCE).then_some((member, silence))
    })
}

/// Whether the story had its last member, before what happened now, too long ago.
fn is_closed(facts: &Facts<'_>) -> bool {
    let before = facts.story.members.iter().map(|member| member.seen).filter(|seen| *seen < facts.now).max();
    before.is_some_and(|before| facts.now.duration_since(before) > OPEN)
}

/// The events that some watch asks to be told of.
pub(super) fn asked_events(facts: &Facts<'_>) -> Vec<Event> {
    let known = Known::of(facts);
    let mut events: Vec<Event> = Vec::new();
    for policy in policies(facts).into_iter().filter(|policy| satisfied(facts, policy).is_ok()) {
        let asked = happened(facts, &known, policy).into_iter().map(|(event, _)| event);
        events.extend(asked.filter(|event| policy.follow_up.contains(event)));
    }
    events.sort_unstable();
    events.dedup();
    events
}

pub(super) fn names(events: &[Event]) -> String {
    let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    names.join(", ")
}

/// A watch that asks to be told of what happened, and how it is told.
struct Asked<'a> {
    policy: &'a Policy,
    happened: Happened,
    /// By a digest, and why.
    digest: Option<(Route, String)>,
}

pub(super) fn decide_follow_up(facts: &Facts<'_>) -> Decision {
    let known = Known::of(facts);
    if is_closed(facts) {
        return Decision::Nothing("the story is closed: no new member for 48 hours".to_owned());
    }
    let mut nothing = "no watch asks for follow-ups".to_owned();
    let mut asked = Vec::new();
    for policy in policies(facts) {
        match ask(facts, &known, policy) {
            Ok(found) => asked.push(found),
            Err(Some(reason)) => nothing = reason,
            Err(None) => {}
        }
    }
    asked.sort_by_key(|asked| Reverse(asked.policy.priority));
    let (by_digest, immediate): (Vec<_>, Vec<_>) = asked.into_iter().partition(|asked| asked.digest.is_some());
    if !immediate.is_empty() {
        return raise(facts, &known, &immediate);
    }
    let Some((route, why)) = by_digest.iter().filter_map(|asked| asked.digest.clone()).min_by_key(|(route, _)| *route)
    else {
        return Decision::Nothing(nothing);
    };
    if route == Route::Cap && !facts.has_digest {
        return Decision::Nothing(why);
    }
    let (events, watches, reason) = merged(&by_digest);
    Decision::Digest { events, watches, route, reason: format!("{why}; {reason}") }
}

/// What one watch asks for; `Err` with the reason when it is nothing.
fn ask<'a>(facts: &Facts<'_>, known: &Known, policy: &'a Policy) -> Result<Asked<'a>, Option<String>> {
    if policy.follow_up.is_empty() {
        return Err(None);
    }
    if satisfied(facts, policy).is_err() {
        return Err(Some(format!("{} has nothing to follow up", policy.watch)));
    }
    let mut happened = happened(facts, known, policy);
    happened.retain(|(event, _)| policy.follow_up.contains(event));
    if happened.is_empty() {
        return Err(Some(why_nothing(facts, known, policy)));
    }
    let digest = if facts.is_late() && policy.priority < Priority::Critical {
        Some((Route::CatchUp, "it came while Storywatch was not running".to_owned()))
    } else if policy.first == First::Digest {
        Some((Route::Watch, "first = \"digest\"".to_owned()))
    } else if known.follow_ups >= policy.max_followups as usize {
        Some((Route::Cap, format!("{} allows {} follow-ups", policy.watch, policy.max_followups)))
    } else {
        None
    };
    Ok(Asked { policy, happened, digest })
}

fn why_nothing(facts: &Facts<'_>, known: &Known, policy: &Policy) -> String {
    if !policy.follow_up.contains(&Event::Confirmed) {
        return "nothing that is told has happened".to_owned();
    }
    let (independent, needed) = (facts.story.independent_outlets().len(), policy.confirmed_at());
    match known.independent >= needed {
        true => format!("already told: {} independent outlets", known.independent),
        false => format!("not confirmed: {independent} of {needed} independent outlets"),
    }
}

fn raise(facts: &Facts<'_>, known: &Known, asked: &[Asked<'_>]) -> Decision {
    let (events, watches, reason) = merged(asked);
    let after = |policy: &Policy| known.last.saturating_add(policy.at_most_every).unwrap_or(facts.now).max(facts.now);
    let sooner = asked.iter().map(|asked| (after(asked.policy), asked.policy)).min_by_key(|(due, _)| *due);
    let Some((due, policy)) = sooner else { return Decision::Nothing(reason) };
    let wait = match due > facts.now {
        true => format!("; at most one message every {}", words(policy.at_most_every)),
        false => String::new(),
    };
    Decision::Raise { events, watches, due, reason: format!("{reason}{wait}") }
}

/// Events, watches and reasons of all that ask, each once.
fn merged(asked: &[Asked<'_>]) -> (Vec<Event>, Vec<String>, String) {
    let mut all: Happened = asked.iter().flat_map(|asked| asked.happened.iter().cloned()).collect();
    all.sort();
    all.dedup_by_key(|(event, _)| *event);
    let events = all.iter().map(|(event, _)| *event).collect();
    let reasons: Vec<String> = all.into_iter().map(|(_, reason)| reason).collect();
    (events, asked.iter().map(|asked| asked.policy.watch.clone()).collect(), reasons.join("; "))
}
