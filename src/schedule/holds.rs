//! Hosts that asked to be left alone: a 429 speaks for all feeds of a registrable domain. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Nothing is asked of a host until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub until: Timestamp,
    /// For `feeds list`: "429: Retry-After 1h".
    pub reason: String,
}

/// Holds by registrable domain, as kept in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostHolds(BTreeMap<String, Hold>);

impl HostHolds {
    /// The longer of two holds stands: a short one from a late answer does not end a long one.
    pub fn add(&mut self, domain: &str, hold: Hold) {
        let known = self.0.entry(domain.to_owned()).or_insert_with(|| hold.clone());
        if known.until < hold.until {
            *known = hold;
        }
    }

    /// The hold that keeps a domain from being polled at `now`.
    pub fn get(&self, domain: &str, now: Timestamp) -> Option<&Hold> {
        self.0.get(domain).filter(|hold| hold.until > now)
    }

    /// Forgets what is over.
    pub fn expire(&mut self, now: Timestamp) {
        self.0.retain(|_, hold| hold.until > now);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Hold)> {
        self.0.iter().map(|(domain, hold)| (domain.as_str(), hold))
    }
}

impl FromIterator<(String, Hold)> for HostHolds {
    fn from_iter<I: IntoIterator<Item = (String, Hold)>>(holds: I) -> Self {
        let mut all = Self::default();
        holds.into_iter().for_each(|(domain, hold)| all.add(&domain, hold));
        all
    }
}
