//! The one decision: is this recipient told of this story, now or in a digest, and why or why not?

use std::{cmp::Reverse, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{Event, Facts, First, Past, Policy, Priority, Route, Standing, follow, words};
use crate::story::{Member, Timeline};

/// What to do, with the reason that is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Tell the recipient of `events` at `due`, naming these watches (the most urgent first).
    Raise { events: Vec<Event>, watches: Vec<String>, due: Timestamp, reason: String },
    /// The waiting alert, or the one that waits for a digest, takes these events along.
    /// A more urgent watch brings it forward to `due`.
    Join { events: Vec<Event>, due: Option<Timestamp>, reason: String },
    /// The waiting alert cannot wait so long any more.
    Hasten { due: Timestamp, reason: String },
    /// What waits for a digest cannot wait any more: it is told by itself.
    Promote { watches: Vec<String>, due: Timestamp, reason: String },
    /// Left to the next digest.
    Digest { events: Vec<Event>, watches: Vec<String>, route: Route, reason: String },
    /// The story matches, and something is still missing.
    Hold(String),
    /// The story matches, and the recipient does not want to hear of it.
    Silence(String),
    /// Nothing that was asked for has happened.
    Nothing(String),
}

impl Decision {
    /// The word under which the decision is stored.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Raise { .. } | Self::Promote { .. } => "raise",
            Self::Join { .. } => "join",
            Self::Hasten { .. } => "hasten",
            Self::Digest { .. } => "digest",
            Self::Hold(_) => "hold",
            Self::Silence(_) => "silence",
            Self::Nothing(_) => "nothing",
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Raise { reason, .. }
            | Self::Join { reason, .. }
            | Self::Hasten { reason, .. }
            | Self::Promote { reason, .. }
            | Self::Digest { reason, .. }
            | Self::Hold(reason)
            | Self::Silence(reason)
            | Self::Nothing(reason) => reason,
        }
    }
}

/// Decides for one recipient and one story; called whenever the story has grown or a member has changed.
pub fn decide(facts: &Facts<'_>) -> Decision {
    let Some(last) = facts.history.last() else { return decide_first(facts) };
    match last.standing {
        Standing::Waits(due) => decide_waiting(facts, last, due),
        Standing::Collected(route) => decide_collected(facts, last, route),
        Standing::Told { .. } => follow::decide_follow_up(facts),
    }
}

/// Watches that have what they ask for with the reason, the most urgent first.
struct Ready<'a>(Vec<(&'a Policy, String)>);

impl Ready<'_> {
    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(policy, _)| policy.watch.clone()).collect()
    }

    fn reason(&self) -> String {
        let reasons: Vec<String> = self.0.iter().map(|(policy, why)| format!("{}: {why}", policy.watch)).collect();
        reasons.join("; ")
    }
}

fn sort_out<'a>(facts: &Facts<'a>) -> (Ready<'a>, Vec<(&'a Policy, Unmet)>) {
    let (mut ready, mut unmet) = (Vec::new(), Vec::new());
    for policy in policies(facts) {
        match satisfied(facts, policy) {
            Ok(reason) => ready.push((policy, reason)),
            Err(why) => unmet.push((policy, why)),
        }
    }
    // Equal urgency keeps the order of the configuration.
    ready.sort_by_key(|(policy, _)| Reverse(policy.priority));
    (Ready(ready), unmet)
}

fn decide_first(facts: &Facts<'_>) -> Decision {
    let (ready, unmet) = sort_out(facts);
    if ready.0.is_empty() {
        return decide_unmet(facts, &unmet);
    }
    let digest = |route, why: &str| Decision::Digest {
        events: vec![Event::New],
        watches: ready.names(),
        route,
        reason: format!("{why}; {}", ready.reason()),
    };
    if facts.is_late() && ready.0[0].0.priority < Priority::Critical {
        return digest(Route::CatchUp, "it came while Storywatch was not running");
    }
    let immediate = ready.0.iter().filter(|(policy, _)| policy.first == First::Immediate);
    match immediate.map(|(policy, _)| due_after(facts.now, policy)).min() {
        Some(due) => Decision::Raise { events: vec![Event::New], watches: ready.names(), due, reason: ready.reason() },
        None => digest(Route::Watch, "first = \"digest\""),
    }
}

fn decide_unmet(facts: &Facts<'_>, unmet: &[(&Policy, Unmet)]) -> Decision {
    let reasons: Vec<String> =
        unmet.iter().map(|(policy, why)| format!("{}: {}", policy.watch, why.reason())).collect();
    let reason = reasons.join("; ");
    let old = unmet.iter().filter(|(_, why)| matches!(why, Unmet::Old(_)));
    let watches: Vec<String> = old.map(|(policy, _)| policy.watch.clone()).collect();
    if facts.has_digest && !watches.is_empty() {
        return Decision::Digest { events: vec![Event::New], watches, route: Route::Old, reason };
    }
    match !unmet.is_empty() && unmet.iter().all(|(_, why)| matches!(why, Unmet::Muted(_))) {
        true => Decision::Silence(reason),
        false => Decision::Hold(reason),
    }
}

/// A more urgent watch may have come to match while the alert of another one waits.
fn decide_waiting(facts: &Facts<'_>, waiting: &Past, due: Timestamp) -> Decision {
    let ready = policies(facts).into_iter().filter(|policy| satisfied(facts, policy).is_ok());
    let urgent = ready.filter(|policy| policy.first == First::Immediate);
    let urgent = urgent.map(|policy| (due_after(facts.now, policy), policy)).min_by_key(|(due, _)| *due);
    match urgent {
        // Nothing hastens a follow-up that keeps its distance.
        Some((sooner, policy)) if sooner < due && waiting.events.contains(&Event::New) => Decision::Hasten {
            due: sooner,
            reason: format!("{} matches too and waits no longer than {}", policy.watch, words(policy.wait)),
        },
        _ => join(facts, waiting, "is still waiting and will tell of this"),
    }
}

fn decide_collected(facts: &Facts<'_>, collected: &Past, route: Route) -> Decision {
    let (ready, _) = sort_out(facts);
    let urgent = ready.0.iter().find(|(policy, _)| is_let_out(facts, policy, route));
    match urgent {
        Some((policy, _)) => Decision::Promote {
            watches: ready.names(),
            due: due_after(facts.now, policy),
            reason: format!("{} matches too and does not wait for the digest", policy.watch),
        },
        None => join(facts, collected, "waits for the digest, which will tell of this"),
    }
}

/// Whether a match of this watch takes a story out of the digest that it was left to.
fn is_let_out(facts: &Facts<'_>, policy: &Policy, route: Route) -> bool {
    let is_critical = policy.priority == Priority::Critical;
    match route {
        Route::Watch | Route::Old => policy.first == First::Immediate && (is_critical || !facts.is_late()),
        Route::Quiet => policy.breaks_quiet,
        Route::Budget | Route::Flood | Route::CatchUp => is_critical,
        Route::Cap => false,
    }
}

/// An alert that is still to be told takes along what happens meanwhile.
fn join(facts: &Facts<'_>, open: &Past, what: &str) -> Decision {
    let name = open.events.first().copied().unwrap_or(Event::New).as_str();
    // A first alert tells of the story as it stands then.
    if open.events.contains(&Event::New) {
        return Decision::Nothing(format!("the {name} alert {what}"));
    }
    let more: Vec<Event> =
        follow::asked_events(facts).into_iter().filter(|event| !open.events.contains(event)).collect();
    match more.is_empty() {
        true => Decision::Nothing(format!("the {name} alert {what}")),
        false => {
            let reason = format!("the {name} alert {what}: {}", follow::names(&more));
            let due = more.contains(&Event::Escalated).then_some(facts.now);
            Decision::Join { events: more, due, reason }
        }
    }
}

pub(super) fn due_after(now: Timestamp, policy: &Policy) -> Timestamp {
    now.saturating_add(policy.wait).unwrap_or(now)
}

/// Names of the watches that have all they ask for, in the order of the matches.
pub fn ready_watches(facts: &Facts<'_>) -> Vec<String> {
    let is_ready = |policy: &&Policy| satisfied(facts, policy).is_ok();
    policies(facts).into_iter().filter(is_ready).map(|policy| policy.watch.clone()).collect()
}

/// The policies with a match, each once, in the order of the matches.
pub(super) fn policies<'a>(facts: &Facts<'a>) -> Vec<&'a Policy> {
    let mut policies: Vec<&Policy> = Vec::new();
    for found in facts.matches {
        if !policies.iter().any(|known| known.watch == found.policy.watch) {
            policies.push(found.policy);
        }
    }
    policies
}

/// Why a watch has not what it asks for.
pub(super) enum Unmet {
    /// Its matches do not count.
    Muted(String),
    /// Everything that it matches is older than it wants.
    Old(String),
    Lacking(String),
}

impl Unmet {
    fn reason(&self) -> &str {
        let (Self::Muted(reason) | Self::Old(reason) | Self::Lacking(reason)) = self;
        reason
    }
}

/// Whether a watch has what it asks for; the reason either way.
pub(super) fn satisfied(facts: &Facts<'_>, policy: &Policy) -> Result<String, Unmet> {
    let of_watch = || facts.matches.iter().filter(|found| found.policy.watch == policy.watch);
    let matched: Vec<&Member> = of_watch().filter(|found| found.muted.is_none()).map(|found| found.member).collect();
    if let (true, Some(reason)) = (matched.is_empty(), of_watch().find_map(|found| found.muted.clone())) {
        return Err(Unmet::Muted(reason));
    }
    let fresh: Vec<&&Member> = matched.iter().filter(|member| !member.baseline).collect();
    if fresh.is_empty() {
        return Err(Unmet::Lacking("matches the back catalogue only".to_owned()));
    }
    let asked = policy.min_outlets;
    let (kind, firsts) = if asked.independent {
        ("independent outlets", first_times(facts.story, |member| member.is_independent()))
    } else {
        ("outlets", first_times(facts.story, |_| true))
    };
    let reached = most_within(&firsts, asked.within);
    if reached < asked.count {
        let within = asked.within.map(|span| format!(" within {}", words(span))).unwrap_or_default();
        return Err(Unmet::Lacking(format!("{reached} of {} {kind}{within}", asked.count)));
    }
    // Who was told once is told what follows, though the rush may be over by then.
    let burst = policy.burst.filter(|_| facts.history.is_empty()).map(|burst| {
        let volume = of_watch().next().map(|found| found.volume);
        burst.judge(volume.unwrap_or_default())
    });
    let rush = burst.transpose().map_err(Unmet::Lacking)?;
    // Last, since what is old goes to the digest only if nothing else is missing.
    let Some(news) = fresh.iter().find(|member| !is_old(member, policy.max_age)) else {
        return Err(Unmet::Old(format!("older than max_age ({})", words(policy.max_age))));
    };
    Ok(match (rush, asked.count) {
        (Some(rush), _) => rush,
        (None, 0 | 1) => format!("matches {:?} of {}", news.title, news.outlet_name),
        (None, count) => format!("{reached} {kind}, {count} asked for"),
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
