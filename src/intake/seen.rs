//! What the last document of each feed listed, so that an item that still says the same costs no look into the database:
//! of a feed with news, most items are old.
//!
//! Kept in memory only, and forgotten with a restart: then everything is looked up once.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasherDefault,
    time::Duration,
};

use jiff::Timestamp;
use xxhash_rust::xxh3::{Xxh3, Xxh3Default};

use crate::entry::{Entry, FeedId, identity::Key};

/// Once in so long everything is looked up after all, so that the days on which keys were listed are kept up.
const TRUSTED_FOR: Duration = Duration::from_secs(24 * 3600);

pub(super) type Digests = HashSet<u128, BuildHasherDefault<Xxh3Default>>;

#[derive(Default)]
pub(super) struct Seen {
    feeds: HashMap<FeedId, Listed>,
}

/// What one document listed.
pub(super) struct Listed {
    digests: Digests,
    /// When all of a document was last looked up.
    looked_up: Timestamp,
}

impl Seen {
    /// What the last document listed, unless that is too long ago.
    pub fn of(&self, feed: FeedId, now: Timestamp) -> Option<&Digests> {
        self.feeds.get(&feed).filter(|listed| is_fresh(listed, now)).map(|listed| &listed.digests)
    }

    /// What a document lists that is being taken in.
    pub fn listed(&self, feed: FeedId, digests: Digests, now: Timestamp) -> Listed {
        let before = self.feeds.get(&feed).filter(|listed| is_fresh(listed, now));
        Listed { digests, looked_up: before.map_or(now, |listed| listed.looked_up) }
    }

    /// Trusts it from now on: it has been committed.
    pub fn keep(&mut self, feed: FeedId, listed: Listed) {
        self.feeds.insert(feed, listed);
    }
}

fn is_fresh(listed: &Listed, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(listed.looked_up)).is_ok_and(|age| age < TRUSTED_FOR)
}

/// All of an entry that is compared when it is seen again: its keys, headline and text.
pub(super) fn digest(entry: &Entry, keys: &[Key]) -> u128 {
    let mut state = Xxh3::new();
    let mut part = |text: &str| {
        state.update(&text.len().to_le_bytes());
        state.update(text.as_bytes());
    };
    for key in keys {
        part(key.kind.as_str());
        part(&key.value);
    }
    part(&entry.title);
    part(&entry.text);
    state.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::identity;

    fn entry(title: &str, text: &str) -> Entry {
        Entry { guid: Some("1".to_owned()), title: title.to_owned(), text: text.to_owned(), ..Entry::default() }
    }

    fn of(entry: &Entry) -> u128 {
        digest(entry, &identity::keys(std::slice::from_ref(entry))[0])
    }

    #[test]
    fn whatever_is_compared_changes_the_digest() {
        let base = of(&entry("ab", "c"));
        assert_eq!(of(&entry("ab", "c")), base);
        let moved = Entry { canonical_url: Some("https://a.example/".to_owned()), ..entry("ab", "c") };
        for other in [entry("a", "bc"), entry("ab", "cd"), entry("abc", ""), moved] {
            assert_ne!(of(&other), base, "{other:?}");
        }
    }

    #[test]
    fn what_is_kept_is_trusted_for_a_day() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let hours = |hours| now + jiff::SignedDuration::from_hours(hours);
        let (feed, digests) = (FeedId(1), |digest| Digests::from_iter([digest]));
        let mut seen = Seen::default();
        let mut list = |digest, now| {
            let listed = seen.listed(feed, digests(digest), now);
            seen.keep(feed, listed);
        };
        list(1, now);
        list(2, hours(23));
        assert_eq!(seen.of(feed, hours(23)), Some(&digests(2)));
        assert_eq!(seen.of(feed, hours(24)), None, "a day after the last full look");
        assert_eq!(seen.of(feed, hours(-1)), None, "the clock was set back");
        assert_eq!(seen.of(FeedId(2), now), None);
    }
}
