//! What the operator is told of a feed's health: each trouble once, and once more when it is over. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::{PollState, spell};

/// Failures in a row after which a feed is said to fail: with growing pauses between them, no mere hiccup.
const FAILING_AFTER: u32 = 3;
/// Somebody has to do something about a refusal; that it was meant shows when it is repeated.
const REFUSED_AFTER: u32 = 2;
/// Changes seen before a feed is held to a habit.
const HABIT_AFTER: u32 = 8;
/// No silence shorter than this is told of, however busy the feed was.
const SHORTEST_SILENCE: Duration = Duration::from_secs(24 * 3600);

/// How a feed has brought news so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habit {
    /// Polls that brought something new, the baseline left aside.
    pub changes: u32,
    /// The longest time between two of them; old ones count less and less.
    pub longest_gap: Duration,
}

impl Habit {
    /// News after `gap`.
    pub(super) fn after(self, gap: Duration) -> Self {
        Self { changes: self.changes.saturating_add(1), longest_gap: gap.max(self.longest_gap.mul_f64(0.95)) }
    }

    /// The silence that is no longer like this feed; `None` while too little is known of it.
    fn limit(self) -> Option<Duration> {
        let limit = self.longest_gap.saturating_mul(3).max(SHORTEST_SILENCE);
        (self.changes >= HABIT_AFTER).then_some(limit)
    }
}

/// A trouble of one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be read, again and again.
    Failing,
    /// The publisher, or the way there, does not let us in.
    Refused,
    /// 410: it is asked no more.
    Gone,
    /// It lives somewhere else for good.
    Moved,
    /// Nothing new for longer than is its habit.
    Silent,
}

impl Trouble {
    /// As stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Refused => "refused",
            Self::Gone => "gone",
            Self::Moved => "moved",
            Self::Silent => "silent",
        }
    }
}

/// What to tell; whether it has been told already, the store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub trouble: Trouble,
    /// `false`: it is over.
    pub is_on: bool,
    /// What the feed does, without its name: "has failed 3 times in a row: HTTP status 500".
    pub text: String,
}

/// What follows from a poll that led from `before` to `after`. A trouble that lasts is named at every poll.
pub(super) fn notices(before: &PollState, after: &PollState, is_refusal: bool, now: Timestamp) -> Vec<Notice> {
    let on = |trouble, text| Notice { trouble, is_on: true, text };
    let over = |trouble, text: &str| Notice { trouble, is_on: false, text: text.to_owned() };
    let mut notices = Vec::new();
    let error = after.last_error.as_deref().unwrap_or_default();
    if is_refusal && after.failures >= REFUSED_AFTER {
        notices.push(on(Trouble::Refused, format!("refuses to be read: {error}")));
    } else if !is_refusal && after.retired.is_none() && after.failures >= FAILING_AFTER {
        notices.push(on(Trouble::Failing, format!("has failed {} times in a row: {error}", after.failures)));
    }
    if let Some(reason) = &after.retired {
        notices.push(on(Trouble::Gone, format!("is gone and asked no more: {reason}")));
    }
    if let (Some(to), true) = (&after.moved_to, after.moved_to != before.moved_to) {
        notices.push(on(Trouble::Moved, format!("has moved for good to {to} and is read there from now on")));
    }
    if before.moved_to.is_some() && after.moved_to.is_none() {
        notices.push(over(Trouble::Moved, "is asked at its listed address again"));
    }
    if after.failures == 0 && before.failures > 0 {
        notices.push(over(Trouble::Failing, "reads again"));
        notices.push(over(Trouble::Refused, "lets itself be read again"));
        notices.push(over(Trouble::Gone, "is there again"));
    }
    notices.extend(silence(before, after, now));
    notices
}

fn silence(before: &PollState, after: &PollState, now: Timestamp) -> Option<Notice> {
    if after.last_change != before.last_change {
        let text = "has news again".to_owned();
        return Some(Notice { trouble: Trouble::Silent, is_on: false, text });
    }
    let since = Duration::try_from(now.duration_since(after.last_change?)).ok()?;
    let is_silent = after.failures == 0 && after.habit.limit().is_some_and(|limit| since > limit);
    let text = || {
        let longest = spell(after.habit.longest_gap);
        format!("has brought nothing new for {}; until now never longer than {longest}", spell(since))
    };
    is_silent.then(|| Notice { trouble: Trouble::Silent, is_on: true, text: text() })
}
