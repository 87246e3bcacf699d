//! One turn of the courier in one transaction: results are kept, due alerts worded, due deliveries taken up.

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction};
use tracing::{debug, error, info, warn};

use super::lane;
use crate::{
    chance,
    deliver::{Outcome, hook_delay, mail_delay, retry_at},
    intake::{Rules, collect_due, queue_due},
    store::{
        Error, alerts,
        lanes::{self, Lane, LaneState},
        notices,
        outbox::{self, Claimed, Room, Settled},
    },
};

/// An attempt that has ended, its result not kept yet.
#[derive(Clone, Debug)]
pub(super) struct Attempted {
    /// Without its bytes.
    pub delivery: Claimed,
    pub outcome: Outcome,
    pub ended: Timestamp,
}

/// What a turn is given.
#[derive(Clone, Default)]
pub(super) struct Ask {
    pub results: Vec<Attempted>,
    /// Taken up and not to be tried: their lane has met trouble, or the process ends.
    pub released: Vec<Claimed>,
    /// By lane: how many deliveries are in hand.
    pub in_hand: HashMap<String, usize>,
    /// By lane: at most so many messages a minute.
    pub per_minute: HashMap<String, u32>,
    /// Another configuration: what was broken or retired is tried again.
    pub reopen: bool,
    /// A digest or a message to the operator is due.
    pub collect: bool,
    /// Nothing more is taken up.
    pub closing: bool,
}

/// What a turn gives.
#[derive(Default)]
pub(super) struct Booked {
    pub claimed: Vec<Claimed>,
    /// When a further turn makes sense, if nothing happens before.
    pub next: Option<Timestamp>,
}

/// How many deliveries of a lane are in flight at the same time, and how many more are taken up ahead. More connections
/// than these many mail servers refuse, and a webhook's end is somebody's small service.
pub(super) fn capacity(name: &str) -> Room {
    if name == lane::MAIL { Room { now: 4, ahead: 16 } } else { Room { now: 2, ahead: 32 } }
}

/// How long what waits for a retired channel is kept before it is given up.
const RETIRED_AGE: SignedDuration = SignedDuration::from_hours(75);
/// A channel that has failed for so long is told of.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// Does the turn; part of the transaction it is called in.
pub(super) fn book(t: &Transaction<'_>, rules: &Rules, ask: &Ask, now: Timestamp) -> Result<Booked, Error> {
    for attempted in &ask.results {
        keep(t, attempted)?;
    }
    for delivery in &ask.released {
        outbox::release(t, delivery)?;
    }
    if ask.reopen {
        lanes::reopen_all(t)?;
    }
    if ask.closing {
        return Ok(Booked::default());
    }
    if ask.collect {
        collect_due(t, rules, now)?;
    }
    queue_due(t, rules, now)?;
    let mut booked = Booked::default();
    let mut due = Vec::new();
    for (name, first) in outbox::prospects(t)? {
        if first <= now {
            take_up(t, &name, ask, now, &mut booked.claimed)?;
            due.push(name);
        }
    }
    for name in lanes::gentle(t)?.into_iter().filter(|name| !due.contains(name)) {
        let standing = lanes::load(t, &name)?;
        lanes::save(t, &name, &Lane { gentle: false, ..standing })?;
    }
    booked.next = look(t, ask, &booked.claimed, now)?;
    Ok(booked)
}

fn take_up(
    t: &Transaction<'_>,
    name: &str,
    ask: &Ask,
    now: Timestamp,
    claimed: &mut Vec<Claimed>,
) -> Result<(), Error> {
    let standing = lanes::load(t, name)?;
    if standing.state == LaneState::Retired {
        return expire(t, name, now);
    }
    if lane::opens_at(&standing, now) == Some(now) {
        let room = room(t, name, &standing, ask, now)?;
        claimed.extend(outbox::claim(t, now, name, room)?);
    }
    Ok(())
}

/// How many more deliveries may be taken up now.
fn room(connection: &Connection, name: &str, standing: &Lane, ask: &Ask, now: Timestamp) -> Result<Room, Error> {
    let in_hand = ask.in_hand.get(name).copied().unwrap_or(0);
    if lane::is_probing(name, standing) {
        return Ok(Room { now: 1usize.saturating_sub(in_hand), ahead: 0 });
    }
    let full = capacity(name);
    let (slots, places) = (full.now.saturating_sub(in_hand), (full.now + full.ahead).saturating_sub(in_hand));
    let mut most = places;
    for (limit, span) in lane::paces(name, standing, ask.per_minute.get(name).copied()) {
        let since = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
        most = most.min(limit.saturating_sub(lanes::started_within(connection, name, since, now)?));
    }
    Ok(Room { now: slots.min(most), ahead: places.min(most).saturating_sub(slots.min(most)) })
}

fn expire(t: &Transaction<'_>, name: &str, now: Timestamp) -> Result<(), Error> {
    let before = now.saturating_sub(RETIRED_AGE).unwrap_or(Timestamp::MIN);
    let given_up = outbox::expire(t, name, before, "the channel has been retired for days")?;
    if given_up > 0 {
        let text = format!("{given_up} messages for {name}, which is retired, were given up");
        notices::raise(t, &subject(name), "dead", &text, now)?;
    }
    Ok(())
}

/// When a further turn makes sense: the time at which an alert is due to be worded, or a delivery that there is room for.
pub(super) fn look(
    connection: &Connection,
    ask: &Ask,
    claimed: &[Claimed],
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let mut next = alerts::next_due(connection)?;
    let mut in_hand = ask.in_hand.clone();
    for delivery in claimed {
        *in_hand.entry(outbox::lane(&delivery.channel).to_owned()).or_default() += 1;
    }
    let ask = Ask { in_hand, per_minute: ask.per_minute.clone(), ..Ask::default() };
    for (name, first) in outbox::prospects(connection)? {
        let standing = lanes::load(connection, &name)?;
        let full = if lane::is_probing(&name, &standing) { 1 } else { capacity(&name).now };
        // Where there is no room, the end of an attempt is what brings the next turn.
        if ask.in_hand.get(&name).is_some_and(|in_hand| *in_hand >= full) {
            continue;
        }
        let Some(opens) = lane::opens_at(&standing, now) else { continue };
        let due = first.max(opens);
        // A lane that sends slowly may have used its share of this second.
        let is_spent = due <= now && room(connection, &name, &standing, &ask, now)?.now == 0;
        let at = if is_spent { now + SignedDuration::from_secs(1) } else { due };
        next = Some(next.map_or(at, |next| next.min(at)));
    }
    Ok(next)
}

/// Keeps an attempt's result: of the delivery, of its lane, and what the operator is to be told.
fn keep(t: &Transaction<'_>, attempted: &Attempted) -> Result<(), Error> {
    let Attempted { delivery, outcome, ended } = attempted;
    let name = outbox::lane(&delivery.channel);
    let before = lanes::load(t, name)?;
    let after = lane::after(name, &before, outcome, *ended, chance::fraction());
    let settled = judge(name, &after, attempted);
    outbox::settle(t, delivery, &settled, outcome.word(), outcome.reason(), *ended)?;
    if after != before {
        lanes::save(t, name, &after)?;
        if after.failures == 0 && lane::is_probing(name, &before) {
            outbox::hasten(t, name, *ended)?;
        }
        tell_of_lane(t, name, &before, &after, *ended)?;
    }
    let about = subject(&delivery.channel.0);
    match settled {
        Settled::Dead => {
            let text = format!(
                "a message for {} was given up after {} {}: {}. `storywatch outbox list` shows it, `outbox retry` sends it \
                 again.",
                delivery.channel,
                delivery.attempt,
                if delivery.attempt == 1 { "try" } else { "tries" },
                outcome.reason()
            );
            notices::raise(t, &about, "dead", &text, *ended)?;
        }
        Settled::Sent => {
            notices::close(t, &about, "dead", &format!("{} takes messages again", delivery.channel), *ended)?;
        }
        Settled::Failed(_) => {}
    }
    let is_news = lane::is_news(&before, &after, outcome, delivery.attempt);
    if before.failures > 0 && after.failures == 0 {
        info!(lane = name, failures = before.failures, "the channel takes messages again");
    }
    log(attempted, &settled, is_news);
    Ok(())
}

fn subject(channel: &str) -> String {
    format!("channel:{channel}")
}

fn tell_of_lane(t: &Transaction<'_>, name: &str, before: &Lane, after: &Lane, now: Timestamp) -> Result<(), Error> {
    let reason = after.reason.as_deref().unwrap_or("no reason given");
    if after.failures == 0 {
        for kind in ["failing", "broken", "retired"] {
            notices::close(t, &subject(name), kind, &format!("{name} takes messages again"), now)?;
        }
        return Ok(());
    }
    let lasts = after.since.is_some_and(|since| now.duration_since(since) >= TOLD_AFTER);
    let (kind, what) = match after.state {
        LaneState::Broken => ("broken", "needs another configuration; its queue is kept"),
        LaneState::Retired => ("retired", "wants no more messages; it is left alone until a reload"),
        LaneState::Open if lasts => ("failing", "takes no messages; its queue is kept and tried again"),
        LaneState::Open => return Ok(()),
    };
    if notices::raise(t, &subject(name), kind, &format!("{name} {what}: {reason}"), now)? || before.state != after.state
    {
        error!(lane = name, reason, "the channel {what}");
    }
    Ok(())
}

/// What an outcome means for the delivery.
fn judge(name: &str, standing: &Lane, attempted: &Attempted) -> Settled {
    let Attempted { delivery, outcome, ended } = attempted;
    let delay = match name {
        lane::MAIL => {
            let age = Duration::try_from(ended.duration_since(delivery.first)).unwrap_or_default();
            mail_delay(delivery.attempt, age)
        }
        _ => hook_delay(delivery.attempt),
    };
    let again = || delay.map(|delay| retry_at(*ended, delay, chance::fraction()));
    match outcome {
        Outcome::Sent { .. } => Settled::Sent,
        Outcome::Permanent { .. } => Settled::Dead,
        // Kept for another configuration, however often it was tried.
        Outcome::Broken { .. } | Outcome::Gone { .. } => Settled::Failed(*ended),
        Outcome::Deferred { .. } => again().map_or(Settled::Dead, Settled::Failed),
        Outcome::Transient { .. } | Outcome::Ambiguous { .. } => match again() {
            None => Settled::Dead,
            // All mail goes the same way: the lane's own probing decides, and the mail that failed comes as soon.
            Some(at) if name == lane::MAIL => Settled::Failed(standing.held_until.map_or(at, |held| at.min(held))),
            Some(at) => Settled::Failed(lane::asked_for(outcome, *ended).map_or(at, |asked| at.max(asked))),
        },
    }
}

/// A failure that is no news (the channel fails still, the message is put off once more) is logged quietly: every
/// attempt's result is in the outbox.
fn log(attempted: &Attempted, settled: &Settled, is_news: bool) {
    let Attempted { delivery, outcome, .. } = attempted;
    let (id, attempt, detail) = (delivery.message_id.as_str(), delivery.attempt, outcome.reason());
    // A mail address is the reader's own business: the log names the lane and the identity.
    let (lane, outcome) = (outbox::lane(&delivery.channel), outcome.word());
    match settled {
        Settled::Sent => info!(lane, id, attempt, detail, "delivered"),
        Settled::Failed(again) if is_news => warn!(lane, id, attempt, outcome, detail, %again, "not delivered"),
        Settled::Failed(again) => debug!(lane, id, attempt, outcome, detail, %again, "not delivered"),
        Settled::Dead => error!(lane, id, attempt, outcome, detail, "given up; see `storywatch outbox list`"),
    }
}
