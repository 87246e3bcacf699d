//! The one decision: is this recipient told of this story now, and why or why not?

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Event, Policy, Volume};
use crate::story::{Member, Timeline};

/// A member of the story that one of the recipient's watches matches.
#[derive(Clone, Debug)]
pub struct MatchFact<'a> {
    pub policy: &'a Policy,
    pub member: &'a Member,
    /// How much the watch matches; of interest only where its policy asks for a burst.
    pub volume: Volume,
}

/// An alert this recipient has had about this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub event: Event,
    /// Raised, not yet worded, until then: what happens before goes into it.
    pub waits_until: Option<Timestamp>,
    /// Independent outlets it told of; 0 while it waits.
    pub independent: usize,
}

/// All that the decision rests on.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub story: &'a Timeline,
    pub matches: &'a [MatchFact<'a>],
    /// Oldest first.
    pub history: &'a [Past],
    pub now: Timestamp,
}

/// What to do, with the reason that is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Tell the recipient of `event` at `due`, naming these watches (the most urgent first).
    Raise { event: Event, watches: Vec<String>, due: Timestamp, reason: String },
    /// The waiting alert cannot wait so long any more.
    Hasten { due: Timestamp, reason: String },
    /// The story matches, and something is still missing.
    Hold(String),
    /// Nothing that was asked for has happened.
    Nothing(String),
}

impl Decision {
    /// The word under which the decision is stored.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Raise { .. } => "raise",
            Self::Hasten { .. } => "hasten",
            Self::Hold(_) => "hold",
            Self::Nothing(_) => "nothing",
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Raise { reason, .. } | Self::Hasten { reason, .. } | Self::Hold(reason) | Self::Nothing(reason) => {
                reason
            }
        }
    }
}

/// Decides for one recipient and one story; called whenever the story has grown or a member has changed.
pub fn decide(facts: &Facts<'_>) -> Decision {
    let Some(last) = facts.history.last() else { return decide_first(facts) };
    match last.waits_until {
        Some(due) => decide_waiting(facts, last.event, due),
        None => decide_follow_up(facts),
    }
}

fn decide_first(facts: &Facts<'_>) -> Decision {
    let mut held = Vec::new();
    let mut ready: Vec<(&Policy, String)> = Vec::new();
    for policy in policies(facts) {
        match satisfied(facts, policy) {
            Ok(reason) => ready.push((policy, reason)),
            Err(reason) => held.push(format!("{}: {reason}", policy.watch)),
        }
    }
    // Equal urgency keeps the order of the configuration.
    ready.sort_by_key(|(policy, _)| std::cmp::Reverse(policy.priority));
    let Some(due) = ready.iter().map(|(policy, _)| due_after(facts.now, policy)).min() else {
        return Decision::Hold(held.join("; "));
    };
    Decision::Raise {
        event: Event::New,
        watches: ready.iter().map(|(policy, _)| policy.watch.clone()).collect(),
        due,
        reason: ready
            .iter()
            .map(|(policy, reason)| format!("{}: {reason}", policy.watch))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// A more urgent watch may have come to match while the alert of another one waits.
fn decide_waiting(facts: &Facts<'_>, event: Event, due: Timestamp) -> Decision {
    let ready = policies(facts).into_iter().filter(|policy| satisfied(facts, policy).is_ok());
    let urgent = ready.map(|policy| (due_after(facts.now, policy), policy)).min_by_key(|(due, _)| *due);
    match urgent {
        Some((sooner, policy)) if sooner < due => Decision::Hasten {
            due: sooner,
            reason: format!("{} matches too and waits no longer than {}", policy.watch, words(policy.wait)),
        },
        _ => Decision::Nothing(format!("the {} alert is still waiting and will tell of this", event.as_str())),
    }
}

fn due_after(now: Timestamp, policy: &Policy) -> Timestamp {
    now.saturating_add(policy.wait).unwrap_or(now)
}

fn decide_follow_up(facts: &Facts<'_>) -> Decision {
    let told = facts.history.iter().map(|past| past.independent).max().unwrap_or(0);
    let followups = facts.history.len() - 1;
    let independent = facts.story.independent_outlets().len();
    let mut nothing = "no watch asks for follow-ups".to_owned();
    let mut asked: Vec<&Policy> = Vec::new();
    for policy in policies(facts).into_iter().filter(|policy| policy.follow_up.contains(&Event::Confirmed)) {
        let needed = policy.confirmed_at();
        if satisfied(facts, policy).is_err() {
            nothing = format!("{} has nothing to follow up", policy.watch);
        } else if told >= needed {
            nothing = format!("already told: {told} independent outlets");
        } else if independent < needed {
            nothing = format!("not confirmed: {independent} of {needed} independent outlets");
        } else if followups >= policy.max_followups as usize {
            nothing = format!("{} allows {} follow-ups", policy.watch, policy.max_followups);
        } else {
            asked.push(policy);
        }
    }
    asked.sort_by_key(|policy| std::cmp::Reverse(policy.priority));
    if asked.is_empty() {
        return Decision::Nothing(nothing);
    }
    Decision::Raise {
        event: Event::Confirmed,
        watches: asked.iter().map(|policy| policy.watch.clone()).collect(),
        due: facts.now,
        reason: format!("confirmed: {independent} independent outlets, {told} when last told"),
    }
}

/// Names of the watches that have all they ask for, in the order of the matches.
pub fn ready_watches(facts: &Facts<'_>) -> Vec<String> {
    let is_ready = |policy: &&Policy| satisfied(facts, policy).is_ok();
    policies(facts).into_iter().filter(is_ready).map(|policy| policy.watch.clone()).collect()
}

/// The policies with a match, each once, in the order of the matches.
fn policies<'a>(facts: &Facts<'a>) -> Vec<&'a Policy> {
    let mut policies: Vec<&Policy> = Vec::new();
    for found in facts.matches {
        if !policies.iter().any(|known| known.watch == found.policy.watch) {
            policies.push(found.policy);
        }
    }
    policies
}

/// Whether a watch has what it asks for; the reason either way.
fn satisfied(facts: &Facts<'_>, policy: &Policy) -> Result<String, String> {
    let matched: Vec<&Member> =
        facts.matches.iter().filter(|found| found.policy.watch == policy.watch).map(|found| found.member).collect();
    let fresh: Vec<&&Member> = matched.iter().filter(|member| !member.baseline).collect();
    if fresh.is_empty() {
        return Err("matches the back catalogue only".to_owned());
    }
    let Some(news) = fresh.iter().find(|member| !is_old(member, policy.max_age)) else {
        return Err(format!("older than max_age ({})", words(policy.max_age)));
    };
    let asked = policy.min_outlets;
    let (kind, firsts) = if asked.independent {
        ("independent outlets", first_times(facts.story, |member| member.is_independent()))
    } else {
        ("outlets", first_times(facts.story, |_| true))
    };
    let reached = most_within(&firsts, asked.within);
    if reached < asked.count {
        let within = asked.within.map(|span| format!(" within {}", words(span))).unwrap_or_default();
        return Err(format!("{reached} of {} {kind}{within}", asked.count));
    }
    // Who was told once is told what follows, though the rush may be over by then.
    if let Some(burst) = policy.burst.filter(|_| facts.history.is_empty()) {
        let volume = facts.matches.iter().find(|found| found.policy.watch == policy.watch).map(|found| found.volume);
        return burst.judge(volume.unwrap_or_default());
    }
    Ok(match asked.count {
        0 | 1 => format!("matches {:?} of {}", news.title, news.outlet_name),
        count => format!("{reached} {kind}, {count} asked for"),
    })
}

fn is_old(member: &Member, max_age: Duration) -> bool {
    let max_age = SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX);
    member.published.is_some_and(|published| member.seen.duration_since(published) > max_age)
}

/// When each distinct outlet first had the story, sorted.
fn first_times(story: &Timeline, counts: impl Fn(&Member) -> bool) -> Vec<Timestamp> {
    let mut seen: Vec<(&str, Timestamp)> = Vec::new();
    for member in story.members.iter().filter(|member| counts(member)) {
        if !seen.iter().any(|(outlet, _)| *outlet == member.outlet) {
            seen.push((&member.outlet, member.seen));
        }
    }
    let mut times: Vec<Timestamp> = seen.into_iter().map(|(_, time)| time).collect();
    times.sort();
    times
}

/// The most of these times that lie within one span.
fn most_within(times: &[Timestamp], span: Option<Duration>) -> usize {
    let Some(span) = span.and_then(|span| SignedDuration::try_from(span).ok()) else { return times.len() };
    let after =
        |start: Timestamp| times.iter().filter(|time| **time >= start && time.duration_since(start) <= span).count();
    times.iter().map(|start| after(*start)).max().unwrap_or(0)
}

pub(super) fn words(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        s if s >= 86_400 && s % 86_400 == 0 => format!("{}d", s / 86_400),
        s if s >= 3600 && s % 3600 == 0 => format!("{}h", s / 3600),
        s if s >= 60 && s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}
