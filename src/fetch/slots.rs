//! How many requests may be under way: so many in all, and so many to one registrable domain.
//!
//! Must not know what is fetched; it only makes others wait.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The gate before every request. First come, first served, for a host and over all. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Slots {
    overall: Arc<Semaphore>,
    /// Hosts that hung when they were last asked share these, so that however many they are, most slots are left to
    /// those that answer.
    slow_lane: Arc<Semaphore>,
    slow: Arc<Mutex<HashSet<String>>>,
    per_host: usize,
    hosts: Arc<Mutex<HashMap<String, Host>>>,
}

/// Permission for one request; dropping it lets the next one in.
#[derive(Debug)]
pub struct Slot {
    // Fields are dropped in this order: the host must not be forgotten while its permit is still out.
    _overall: OwnedSemaphorePermit,
    _slow_lane: Option<OwnedSemaphorePermit>,
    _host: OwnedSemaphorePermit,
    claim: Claim,
}

#[derive(Debug)]
struct Host {
    gate: Arc<Semaphore>,
    /// Requests waiting or under way; at none the host is forgotten.
    claims: usize,
    /// It has asked to be left alone: who waits now is sent away.
    is_closed: bool,
}

#[derive(Debug)]
struct Claim {
    hosts: Arc<Mutex<HashMap<String, Host>>>,
    host: String,
}

impl Slots {
    /// Zero is taken as one: a gate nobody gets through would be a daemon that does nothing.
    pub fn new(concurrency: usize, per_host: usize) -> Self {
        let overall = Arc::new(Semaphore::new(concurrency.max(1)));
        let slow_lane = Arc::new(Semaphore::new((concurrency / 4).max(1)));
        Self { overall, slow_lane, slow: Arc::default(), per_host: per_host.max(1), hosts: Arc::default() }
    }

    /// Waits for a slot of `host` (see [`super::registrable_domain`]). The host's comes first, so requests queueing up
    /// behind a host that hangs hold none of the slots that others need. `None` when the host has asked to be left
    /// alone meanwhile.
    pub async fn take(&self, host: &str) -> Option<Slot> {
        let (claim, gate) = self.claim(host);
        let never_closed = "no gate is ever closed";
        let permit = gate.acquire_owned().await.expect(never_closed);
        let is_slow = lock(&self.slow).contains(host);
        let slow_lane = match is_slow {
            true => Some(Arc::clone(&self.slow_lane).acquire_owned().await.expect(never_closed)),
            false => None,
        };
        let overall = Arc::clone(&self.overall).acquire_owned().await.expect(never_closed);
        let slot = Slot { _overall: overall, _slow_lane: slow_lane, _host: permit, claim };
        (!slot.claim.is_closed()).then_some(slot)
    }

    /// Remembers whether a host hung when it was asked.
    pub fn note(&self, host: &str, hung: bool) {
        let mut slow = lock(&self.slow);
        match hung {
            true => slow.insert(host.to_owned()),
            false => slow.remove(host),
        };
    }

    /// Hosts with a request waiting or under way.
    pub fn busy_hosts(&self) -> usize {
        lock(&self.hosts).len()
    }

    fn claim(&self, host: &str) -> (Claim, Arc<Semaphore>) {
        let mut hosts = lock(&self.hosts);
        let entry = hosts.entry(host.to_owned());
        let known = entry.or_insert_with(|| Host {
            gate: Arc::new(Semaphore::new(self.per_host)),
            claims: 0,
            is_closed: false,
        });
        known.claims += 1;
        let gate = Arc::clone(&known.gate);
        drop(hosts);
        (Claim { hosts: Arc::clone(&self.hosts), host: host.to_owned() }, gate)
    }
}

impl Slot {
    /// Sends away all who wait for this host. Later comers are the poller's to hold back.
    pub fn send_others_away(&self) {
        if let Some(host) = lock(&self.claim.hosts).get_mut(&self.claim.host) {
            host.is_closed = true;
        }
    }
}

impl Claim {
    fn is_closed(&self) -> bool {
        lock(&self.hosts).get(&self.host).is_some_and(|host| host.is_closed)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut hosts = lock(&self.hosts);
        let Some(known) = hosts.get_mut(&self.host) else { return };
        known.claims -= 1;
        if known.claims == 0 {
            hosts.remove(&self.host);
        }
    }
}

/// Nothing in here can panic half way through a change, so a poisoned lock still guards a sound table.
fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    /// Polled once; what cannot be had now stays pending, so no test here waits.
    fn at_once(slots: &Slots, host: &str) -> Option<Slot> {
        match pin!(slots.take(host)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(slot) => Some(slot.expect("the host has sent nobody away")),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_host_that_asks_to_be_left_alone_sends_away_who_waits() {
        let slots = Slots::new(8, 1);
        let first = at_once(&slots, "a.example").unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = Box::pin(slots.take("a.example"));
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        first.send_others_away();
        drop(first);
        assert!(matches!(waiting.as_mut().poll(&mut context), Poll::Ready(None)));
        drop(waiting);
        assert!(at_once(&slots, "a.example").is_some(), "later comers are let in");
    }

    #[test]
    fn hosts_known_to_hang_leave_most_slots_to_the_others() {
        let slots = Slots::new(8, 1);
        let names: Vec<String> = (0..8).map(|number| format!("hangs-{number}.example")).collect();
        names.iter().for_each(|name| slots.note(name, true));
        let taken: Vec<_> = names.iter().filter_map(|name| at_once(&slots, name)).collect();
        assert_eq!(taken.len(), 2);
        assert!((0..6).all(|number| at_once(&slots, &format!("well-{number}.example")).is_some()));
        slots.note("hangs-7.example", false);
        assert!(at_once(&slots, "hangs-7.example").is_some());
    }

    #[test]
    fn a_host_gets_no_more_than_its_share() {
        let slots = Slots::new(8, 2);
        let first = at_once(&slots, "a.example").unwrap();
        let _second = at_once(&slots, "a.example").unwrap();
        assert!(at_once(&slots, "a.example").is_none());
        assert!(at_once(&slots, "b.example").is_some());
        drop(first);
        assert!(at_once(&slots, "a.example").is_some());
    }

    #[test]
    fn a_hanging_host_and_its_queue_leave_room_for_the_others() {
        let slots = Slots::new(2, 1);
        let _hanging = at_once(&slots, "hangs.example").unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut queue: Vec<_> = (0..50).map(|_| Box::pin(slots.take("hangs.example"))).collect();
        assert!(queue.iter_mut().all(|waiting| waiting.as_mut().poll(&mut context).is_pending()));
        assert!(at_once(&slots, "well.example").is_some());
    }

    #[test]
    fn all_hosts_together_stay_within_the_concurrency() {
        let slots = Slots::new(3, 2);
        let taken: Vec<_> = ["a", "b", "c", "d"].iter().filter_map(|host| at_once(&slots, host)).collect();
        assert_eq!(taken.len(), 3);
    }

    #[test]
    fn idle_hosts_are_forgotten_also_when_the_wait_was_given_up() {
        let slots = Slots::new(1, 1);
        let slot = at_once(&slots, "a.example").unwrap();
        assert!(at_once(&slots, "a.example").is_none());
        assert!(at_once(&slots, "b.example").is_none());
        assert_eq!(slots.busy_hosts(), 1);
        drop(slot);
        assert_eq!(slots.busy_hosts(), 0);
    }
}
