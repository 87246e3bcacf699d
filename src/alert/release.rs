//! When the time of an alert has come: does it go out by itself, or wait for a digest?

use std::{cmp::Reverse, time::Duration};

use jiff::Timestamp;

use super::{Budget, Priority, Route, words};

/// More than so many alerts of one mail recipient within a minute are a flood, unless a budget says otherwise: they
/// become one message.
const FLOOD: usize = 100;

/// An alert whose time has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub priority: Priority,
    /// Independent outlets of its story.
    pub independent: usize,
    pub due: Timestamp,
    /// A watch that it is told for breaks quiet hours.
    pub breaks_quiet: bool,
    /// None of the matches it was raised for counts any more, and why.
    pub muted: Option<String>,
}

/// What the recipient has had, and may have.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    pub quiet_until: Option<Timestamp>,
    pub budget: Option<Budget>,
    /// Alerts that went out by themselves within the budget's span, critical ones not counted.
    pub told_in_span: usize,
    /// The same within the last minute.
    pub told_in_minute: usize,
    /// A machine at the other end takes all that comes.
    pub is_machine: bool,
}

/// What becomes of an alert, with the reason that is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Released {
    Send(String),
    Digest(Route, String),
    Silence(String),
}

/// Decides for all alerts of one recipient that are due; the answers are in the order of the candidates. Where not all
/// may go out, the most urgent do, then those that most outlets have, then the oldest.
pub fn release(candidates: &[Candidate], traffic: &Traffic) -> Vec<Released> {
    let is_flood = traffic.budget.is_none() && !traffic.is_machine && candidates.len() + traffic.told_in_minute > FLOOD;
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|index| {
        let candidate = &candidates[*index];
        (Reverse(candidate.priority), Reverse(candidate.independent), candidate.due)
    });
    let mut sent = 0;
    let mut released = vec![Released::Send(String::new()); candidates.len()];
    for index in order {
        let answer = one(&candidates[index], traffic, sent, is_flood);
        sent += usize::from(matches!(answer, Released::Send(_)) && candidates[index].priority < Priority::Critical);
        released[index] = answer;
    }
    released
}

/// `sent`: how many of this round go out already.
fn one(candidate: &Candidate, traffic: &Traffic, sent: usize, is_flood: bool) -> Released {
    if let Some(reason) = &candidate.muted {
        return Released::Silence(reason.clone());
    }
    if let Some(until) = traffic.quiet_until.filter(|_| !candidate.breaks_quiet) {
        return Released::Digest(Route::Quiet, format!("quiet hours until {until}"));
    }
    if is_flood {
        return Released::Digest(Route::Flood, format!("more than {FLOOD} alerts at once"));
    }
    let Some(budget) = traffic.budget.filter(|_| candidate.priority < Priority::Critical) else {
        return Released::Send(match traffic.budget {
            Some(_) => "critical: the budget does not hold it".to_owned(),
            None => "its time has come".to_owned(),
        });
    };
    if traffic.told_in_span + sent >= budget.immediate as usize {
        let reason = format!("the budget of {} is used up", allowed(budget));
        return Released::Digest(Route::Budget, reason);
    }
    if traffic.told_in_minute + sent >= budget.burst as usize {
        return Released::Digest(Route::Budget, format!("more than {} at once", budget.burst));
    }
    Released::Send(format!("{} of {}", traffic.told_in_span + sent + 1, allowed(budget)))
}

fn allowed(budget: Budget) -> String {
    format!("{} immediate alerts in {}", budget.immediate, words(budget.per))
}

impl Budget {
    /// The span in which a burst is counted.
    pub const BURST_SPAN: Duration = Duration::from_secs(60);
}
