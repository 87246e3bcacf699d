//! How a lane's trouble begins, lasts and ends: from one attempt's outcome to how the lane stands then.
//!
//! Pure. A failure of the channel holds the lane, and one delivery at a time probes it; a failure of one message holds
//! up no other.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    deliver::{Outcome, mail_delay, retry_at},
    store::lanes::{Lane, LaneState},
};

/// The name of the lane that all mail goes by.
pub(super) const MAIL: &str = "mail";
/// Longest wait between two probes of a channel that fails.
const LONGEST_HOLD: Duration = Duration::from_secs(5 * 60);
/// How often a channel that only another configuration can heal is tried all the same.
const BROKEN_HOLD: Duration = Duration::from_secs(3600);
/// Failures one after the other before a webhook's lane is held: until then each message keeps its own schedule.
const HOOK_PATIENCE: u32 = 3;
/// Messages a second while a lane that has just come back works off what has waited.
const GENTLE_MAIL: usize = 20;
const GENTLE_HOOK: usize = 5;

/// How `lane` stands after an attempt that ended at `now`.
pub(super) fn after(name: &str, lane: &Lane, outcome: &Outcome, now: Timestamp, jitter: f64) -> Lane {
    match outcome {
        Outcome::Sent { .. } | Outcome::Deferred { .. } | Outcome::Permanent { .. } => answered(name, lane),
        Outcome::Transient { reason, retry_after } => failed(name, lane, reason, *retry_after, now, jitter),
        Outcome::Ambiguous { reason } => failed(name, lane, reason, None, now, jitter),
        Outcome::Broken { reason } => Lane {
            state: LaneState::Broken,
            held_until: Some(retry_at(now, BROKEN_HOLD, jitter)),
            ..worse(lane, reason, now)
        },
        Outcome::Gone { reason } => Lane { state: LaneState::Retired, held_until: None, ..worse(lane, reason, now) },
    }
}

/// The other side is there. What has waited goes out slowly if the lane was held.
fn answered(name: &str, lane: &Lane) -> Lane {
    let was_held = lane.failures >= patience(name) || lane.state != LaneState::Open;
    Lane { gentle: lane.gentle || was_held, ..Lane::default() }
}

fn failed(name: &str, lane: &Lane, reason: &str, retry_after: Option<Duration>, now: Timestamp, jitter: f64) -> Lane {
    let asked = retry_after.map(|wait| later(now, wait));
    // What was on its way when the hold began says nothing new.
    if lane.held_until.is_some_and(|until| until > now) {
        return Lane { held_until: lane.held_until.max(asked), ..lane.clone() };
    }
    let worse = worse(lane, reason, now);
    let own = worse.failures.checked_sub(patience(name)).map(|step| retry_at(now, hold(step), jitter));
    Lane { state: LaneState::Open, held_until: own.max(asked), gentle: lane.gentle || asked.is_some(), ..worse }
}

fn worse(lane: &Lane, reason: &str, now: Timestamp) -> Lane {
    Lane {
        failures: lane.failures.saturating_add(1),
        since: lane.since.or(Some(now)),
        reason: Some(reason.to_owned()),
        ..lane.clone()
    }
}

fn hold(step: u32) -> Duration {
    mail_delay(step.saturating_add(1), Duration::ZERO).unwrap_or(LONGEST_HOLD).min(LONGEST_HOLD)
}

fn patience(name: &str) -> u32 {
    if name == MAIL { 1 } else { HOOK_PATIENCE }
}

/// Whether a failed attempt says something that was not known: of the channel when its trouble begins or becomes another,
/// of a message that is put off at its first try.
pub(super) fn is_news(before: &Lane, after: &Lane, outcome: &Outcome, attempt: u32) -> bool {
    match outcome {
        Outcome::Deferred { .. } => attempt == 1,
        _ => before.failures == 0 || before.state != after.state,
    }
}

/// Whether one delivery at a time finds out if the channel is back.
pub(super) fn is_probing(name: &str, lane: &Lane) -> bool {
    lane.failures >= patience(name) || lane.state != LaneState::Open
}

/// When anything may be tried; `None`: not before a reload.
pub(super) fn opens_at(lane: &Lane, now: Timestamp) -> Option<Timestamp> {
    match lane.state {
        LaneState::Retired => None,
        _ => Some(lane.held_until.unwrap_or(now).max(now)),
    }
}

/// Messages within a span of seconds; both of the configured limit and of gentleness must hold.
pub(super) fn paces(name: &str, lane: &Lane, per_minute: Option<u32>) -> Vec<(usize, SignedDuration)> {
    let gentle = if name == MAIL { GENTLE_MAIL } else { GENTLE_HOOK };
    let gentle = lane.gentle.then_some((gentle, SignedDuration::from_secs(1)));
    let configured = per_minute.map(|limit| (limit as usize, SignedDuration::from_secs(60)));
    gentle.into_iter().chain(configured).collect()
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    // Up to the next whole second: the database keeps no fractions, and asked for is asked for.
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    let at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    Timestamp::from_second(at.as_second() + i64::from(at.subsec_nanosecond() > 0)).unwrap_or(at)
}

/// Until when a delivery must wait for the time that the other side named.
pub(super) fn asked_for(outcome: &Outcome, now: Timestamp) -> Option<Timestamp> {
    match outcome {
        Outcome::Transient { retry_after, .. } => retry_after.map(|wait| later(now, wait)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).expect("within range")
    }

    fn refused() -> Outcome {
        Outcome::Transient { reason: "refused".to_owned(), retry_after: None }
    }

    /// The waits between the probes of a lane whose channel is away.
    fn holds(name: &str, probes: usize) -> Vec<Option<i64>> {
        let (mut lane, mut now, mut waits) = (Lane::default(), 0, Vec::new());
        for _ in 0..probes {
            lane = after(name, &lane, &refused(), at(now), 0.5);
            waits.push(lane.held_until.map(|until| until.as_second() - at(now).as_second()));
            now = lane.held_until.map_or(now + 5, |until| until.as_second() - at(0).as_second());
        }
        waits
    }

    #[test]
    fn mail_is_held_at_the_first_failure_and_a_hook_at_the_third() {
        assert_eq!(holds("mail", 5), [5, 60, 300, 300, 300].map(Some));
        assert_eq!(holds("hook:a", 5), [None, None, Some(5), Some(60), Some(300)]);
    }

    #[test]
    fn what_was_on_its_way_makes_a_hold_no_longer() {
        let once = after("mail", &Lane::default(), &refused(), at(0), 0.5);
        assert_eq!(after("mail", &once, &refused(), at(1), 0.5), once);
        let asked = Outcome::Transient { reason: "slow".to_owned(), retry_after: Some(Duration::from_secs(90)) };
        assert_eq!(after("mail", &once, &asked, at(1), 0.5).held_until, Some(at(91)));
    }

    #[test]
    fn a_failure_is_news_when_it_begins_and_when_it_becomes_another() {
        let mut lane = Lane::default();
        let mut news = Vec::new();
        let broken = Outcome::Broken { reason: "535".to_owned() };
        let away = [refused(), refused(), refused(), broken.clone(), broken];
        for (at_second, outcome) in (0..).step_by(400).zip(&away) {
            let next = after("mail", &lane, outcome, at(at_second), 0.5);
            news.push(is_news(&lane, &next, outcome, 7));
            lane = next;
        }
        assert_eq!(news, [true, false, false, true, false]);
        let later = Outcome::Deferred { reason: "greylisted".to_owned() };
        let tries = [1, 2, 3].map(|attempt| is_news(&Lane::default(), &Lane::default(), &later, attempt));
        assert_eq!(tries, [true, false, false]);
    }

    #[test]
    fn an_answer_ends_the_trouble_and_the_queue_goes_out_gently() {
        let held = after("mail", &Lane::default(), &refused(), at(0), 0.5);
        assert!(is_probing("mail", &held));
        let back = after("mail", &held, &Outcome::Deferred { reason: "greylisted".to_owned() }, at(5), 0.5);
        assert_eq!(back, Lane { gentle: true, ..Lane::default() });
        assert_eq!(paces("mail", &back, Some(600)).len(), 2);
        let blip = after("hook:a", &Lane::default(), &refused(), at(0), 0.5);
        let sent = after("hook:a", &blip, &Outcome::Sent { detail: String::new() }, at(5), 0.5);
        assert_eq!(sent, Lane::default());
    }

    #[test]
    fn a_retired_lane_never_opens_by_itself_and_a_broken_one_rarely() {
        let gone = after("hook:a", &Lane::default(), &Outcome::Gone { reason: "410".to_owned() }, at(0), 0.5);
        assert_eq!((gone.state, opens_at(&gone, at(0))), (LaneState::Retired, None));
        let broken = after("mail", &Lane::default(), &Outcome::Broken { reason: "535".to_owned() }, at(0), 0.5);
        assert_eq!((broken.state, opens_at(&broken, at(0))), (LaneState::Broken, Some(at(3600))));
    }
}
