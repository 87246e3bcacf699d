//! When a digest is due, and what goes into it: always one message, late ones once, nothing left out.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Hours, Priority, Route};

/// What waits for a digest of one recipient, and what the recipient has had.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected {
    /// Routes by which stories were left to a digest that has not told of them yet.
    pub routes: Vec<Route>,
    /// When the first of them was.
    pub earliest: Option<Timestamp>,
    /// What the last accepted digest covered, or since when the recipient is known.
    pub covered: Timestamp,
    /// A digest is in the outbox, neither accepted nor given up: the next one waits until it is known what was told.
    pub is_underway: bool,
    /// Feeds are still to be polled after the process was not there.
    pub is_catching_up: bool,
}

/// A digest that is to be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub kind: Kind,
    /// It covers the time from the last one until now.
    pub since: Timestamp,
}

/// Why a digest is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Its hour has come.
    Digest,
    /// Quiet hours are over.
    Quiet,
    /// The process is back.
    CatchUp,
    /// Too much came at once.
    Flood,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Quiet => "quiet",
            Self::CatchUp => "catch-up",
            Self::Flood => "flood",
        }
    }

    /// Whether a story that came by this route is told by it. The hour of the digest takes all.
    pub fn takes(self, route: Route) -> bool {
        match self {
            Self::Digest => true,
            Self::Quiet => route == Route::Quiet,
            Self::CatchUp => true,
            Self::Flood => route == Route::Flood,
        }
    }
}

/// Whether a digest is due. `asked`: the recipient has asked for digests, so that one comes at each of its hours even if
/// there is nothing to tell: it says that the feeds were read.
pub fn collect(collected: &Collected, hours: &Hours, asked: bool, now: Timestamp) -> Option<Due> {
    if collected.is_underway || collected.is_catching_up || hours.quiet_until(now).is_some() {
        return None;
    }
    // A clock that was set back must not stop digests until it is there again.
    let since = collected.covered.min(now);
    let has = |route: Route| collected.routes.contains(&route);
    // Between two hours of digests, and for who has none, it begins with the first of its stories.
    let due = |kind: Kind| {
        let is_whole = kind == Kind::CatchUp || (asked && kind == Kind::Digest);
        let since = if is_whole { since } else { collected.earliest.map_or(since, |first| first.clamp(since, now)) };
        Some(Due { kind, since })
    };
    if has(Route::CatchUp) {
        return due(Kind::CatchUp);
    }
    // Who has not asked for digests gets one when there is something to tell, at the first hour after it happened.
    let after = if asked { Some(since) } else { collected.earliest.map(|earliest| earliest.max(since).min(now)) };
    if after.and_then(|after| hours.last_digest(after, now)).is_some() {
        return due(Kind::Digest);
    }
    if has(Route::Quiet) {
        return due(Kind::Quiet);
    }
    if has(Route::Flood) {
        return due(Kind::Flood);
    }
    None
}

/// The order of stories in a digest: most independent outlets, most urgent, earliest; smallest first.
pub fn rank(independent: usize, priority: Priority, first_seen: Timestamp) -> impl Ord {
    (Reverse(independent), Reverse(priority), first_seen)
}
