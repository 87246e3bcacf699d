//! What of a recipient's alerts goes out by itself, over all stories: quiet hours and budgets, as `alert` decides them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Sent;
use crate::alert::{Budget, Candidate, Hours, Priority, Released, Traffic, release};

/// When and how much a recipient is told.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// With quiet hours, if there are any.
    pub hours: Option<Hours>,
    pub budget: Option<Budget>,
    /// A webhook: it takes all that comes.
    pub is_machine: bool,
}

/// Goes through the alerts of one recipient in the order of time and leaves to a digest what `reader` does not want at
/// once. `breaks_quiet` says of a watch whether it breaks quiet hours.
pub fn tell(sent: &mut [Sent], reader: &Reader, breaks_quiet: impl Fn(&str) -> bool) {
    sent.sort_by_key(|sent| sent.at);
    let mut out: Vec<(Timestamp, Priority)> = Vec::new();
    for sent in sent.iter_mut().filter(|sent| sent.digest.is_none()) {
        let candidate = Candidate {
            priority: sent.priority,
            independent: sent.independent,
            due: sent.at,
            breaks_quiet: sent.watches.iter().any(|watch| breaks_quiet(watch)),
            muted: None,
        };
        match release(&[candidate], &reader.traffic(&out, sent.at)).pop() {
            Some(Released::Digest(route, _)) => sent.digest = Some(route),
            _ => out.push((sent.at, sent.priority)),
        }
    }
}

impl Reader {
    fn traffic(&self, out: &[(Timestamp, Priority)], now: Timestamp) -> Traffic {
        let within = |span: Duration| {
            let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
            let counts = |(at, priority): &&(Timestamp, Priority)| {
                *priority < Priority::Critical && now.duration_since(*at) < span
            };
            out.iter().rev().filter(counts).count()
        };
        Traffic {
            quiet_until: self.hours.as_ref().and_then(|hours| hours.quiet_until(now)),
            budget: self.budget,
            told_in_span: self.budget.map_or(0, |budget| within(budget.per)),
            told_in_minute: within(Budget::BURST_SPAN),
            is_machine: self.is_machine,
        }
    }
}
