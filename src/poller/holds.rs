//! What hosts have asked for, known to all polls at the same moment.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::schedule::{Hold, HostHolds};

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Holds(Arc<Mutex<HostHolds>>);

impl Holds {
    pub fn new(holds: HostHolds) -> Self {
        Self(Arc::new(Mutex::new(holds)))
    }

    pub fn add(&self, domain: &str, hold: Hold) {
        self.lock().add(domain, hold);
    }

    pub fn get(&self, domain: &str, now: Timestamp) -> Option<Hold> {
        self.lock().get(domain, now).cloned()
    }

    pub fn answered(&self, domain: &str) {
        self.lock().answered(domain);
    }

    /// As [`HostHolds::hung`], and what comes of it holds from now on.
    pub fn hung(&self, domain: &str, now: Timestamp) -> Option<Hold> {
        let mut holds = self.lock();
        let hold = holds.hung(domain, now)?;
        holds.add(domain, hold.clone());
        Some(hold)
    }

    pub fn set_back(&self, jump: Duration) {
        self.lock().set_back(jump);
    }

    /// Nothing in here can panic half way through a change.
    fn lock(&self) -> MutexGuard<'_, HostHolds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
