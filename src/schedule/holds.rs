//! Hosts that asked to be left alone: a 429 speaks for all feeds of a registrable domain. Pure.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;

use super::{after, set_back};

/// A host that has hung so often in a row, whichever of its feeds was asked, is left alone for a while.
const HANGS: u32 = 3;
const FIRST_REST: Duration = Duration::from_secs(30);
/// A 429 to a page that says no time.
const BARE: Duration = Duration::from_secs(10 * 60);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
const LONGEST_REST: Duration = Duration::from_secs(30 * 60);

/// Nothing is asked of a host until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub until: Timestamp,
    /// For `feeds list`: "429: Retry-After 1h".
    pub reason: String,
}

impl Hold {
    /// What a host asks for by a 429 to something that is no poll.
    pub fn asked_for(retry_after: Option<Duration>, now: Timestamp) -> Self {
        let wait = retry_after.unwrap_or(BARE).clamp(Duration::from_secs(1), LONGEST_RETRY_AFTER);
        Self { until: after(now, wait), reason: "429 to a page of it".to_owned() }
    }
}

/// Holds by registrable domain, as kept in the store, and how often in a row a host has hung.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostHolds {
    holds: BTreeMap<String, Hold>,
    hung: BTreeMap<String, u32>,
}

impl HostHolds {
    /// The longer of two holds stands: a short one from a late answer does not end a long one.
    pub fn add(&mut self, domain: &str, hold: Hold) {
        let known = self.holds.entry(domain.to_owned()).or_insert_with(|| hold.clone());
        if known.until < hold.until {
            *known = hold;
        }
    }

    /// The hold that keeps a domain from being polled at `now`.
    pub fn get(&self, domain: &str, now: Timestamp) -> Option<&Hold> {
        self.holds.get(domain).filter(|hold| hold.until > now)
    }

    /// A host let a request run out of time; from the third time on in a row it is to be left alone, each time twice
    /// as long.
    pub fn hung(&mut self, domain: &str, now: Timestamp) -> Option<Hold> {
        let times = self.hung.entry(domain.to_owned()).or_default();
        *times = times.saturating_add(1);
        let doublings = times.checked_sub(HANGS)?.min(16);
        let rest = FIRST_REST.saturating_mul(1 << doublings).min(LONGEST_REST);
        Some(Hold { until: after(now, rest), reason: format!("has not answered {times} times in a row") })
    }

    /// A host answered, whatever it said.
    pub fn answered(&mut self, domain: &str) {
        self.hung.remove(domain);
    }

    /// The clock was set back: see [`set_back`].
    pub fn set_back(&mut self, jump: Duration) {
        self.holds.values_mut().for_each(|hold| hold.until = set_back(hold.until, jump));
    }

    /// Forgets what is over.
    pub fn expire(&mut self, now: Timestamp) {
        self.holds.retain(|_, hold| hold.until > now);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Hold)> {
        self.holds.iter().map(|(domain, hold)| (domain.as_str(), hold))
    }
}

impl FromIterator<(String, Hold)> for HostHolds {
    fn from_iter<I: IntoIterator<Item = (String, Hold)>>(holds: I) -> Self {
        let mut all = Self::default();
        holds.into_iter().for_each(|(domain, hold)| all.add(&domain, hold));
        all
    }
}
