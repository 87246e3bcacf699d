//! Whether anything answers at all: when nothing does, it is not the feeds that fail. Pure.

use jiff::Timestamp;

/// With fewer feeds, each speaks for itself.
const FEEDS: usize = 5;

/// Polls in a row, of whatever feed, that nobody answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    unanswered: usize,
    since: Option<Timestamp>,
    has_heard: bool,
}

impl Reach {
    /// What the operator is to be told after a poll: `Some(Some(text))`: nothing answers; `Some(None)`: that is over.
    #[allow(clippy::option_option, reason = "nothing to tell, the trouble, its end")]
    pub fn note(&mut self, is_answered: bool, feeds: usize, now: Timestamp) -> Option<Option<String>> {
        if is_answered {
            let was_lost = self.is_lost(feeds) || !self.has_heard;
            *self = Self { has_heard: true, ..Self::default() };
            return was_lost.then_some(None);
        }
        self.unanswered = self.unanswered.saturating_add(1);
        let since = *self.since.get_or_insert(now);
        let is_turn = feeds >= FEEDS && self.unanswered == feeds;
        is_turn.then(|| Some(format!("No host has answered any of {} polls since {since}.", self.unanswered)))
    }

    /// As many polls as there are feeds have gone unanswered, or all since the start.
    pub fn is_lost(&self, feeds: usize) -> bool {
        feeds >= FEEDS && (self.unanswered >= feeds || !self.has_heard)
    }
}
