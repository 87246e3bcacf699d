//! By what the same item is recognised at the next poll, and whether an edited headline says something else.
//!
//! Must not invent ids and must not use dates: an item is known if a key of it was seen in this feed before.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::Entry;

/// What a key is made of. Stored by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// The publisher's id.
    Guid,
    /// The canonical link.
    Link,
    /// Both, where a document repeats the id for different pages.
    GuidLink,
    /// Digest of title and text, where there is nothing else.
    Hash,
    /// Digest of the headline's words. Never makes an item known by itself: it only shows that a feed has changed
    /// all its ids.
    Title,
}

impl KeyKind {
    /// The word it is stored under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guid => "guid",
            Self::Link => "link",
            Self::GuidLink => "guid-link",
            Self::Hash => "hash",
            Self::Title => "title",
        }
    }
}

/// One key of an entry, valid within its feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    pub kind: KeyKind,
    pub value: String,
}

/// Whether several different items of one document share a link. Such a feed's links say nothing about identity,
/// at later polls either: remember it and use [`keys_without_links`] from then on.
pub fn links_are_shared(entries: &[Entry]) -> bool {
    let mut first: HashMap<&str, &Entry> = HashMap::new();
    entries.iter().any(|entry| {
        let Some(link) = link(entry) else { return false };
        let known = *first.entry(link).or_insert(entry);
        // The same item listed twice is no reason to distrust its link.
        known.guid != entry.guid || known.title != entry.title
    })
}

/// The keys of each entry of one document, in the order of the entries; never empty. An item is known if one of its
/// keys, [`KeyKind::Title`] left aside, was seen in the feed.
pub fn keys(entries: &[Entry]) -> Vec<Vec<Key>> {
    keys_of(entries, if links_are_shared(entries) { Links::Losing } else { Links::Trusted })
}

/// [`keys`] for a feed whose links are not to be trusted.
pub fn keys_without_links(entries: &[Entry]) -> Vec<Vec<Key>> {
    keys_of(entries, Links::Ignored)
}

/// What links tell of identity.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Trusted,
    /// In this document some items share a link for the first time: the others are still known by theirs, and get the
    /// key by which they will be known from now on.
    Losing,
    Ignored,
}

fn keys_of(entries: &[Entry], links: Links) -> Vec<Vec<Key>> {
    let repeated = repeated_guids(entries);
    let mut times: HashMap<&str, usize> = HashMap::new();
    entries.iter().filter_map(link).for_each(|link| *times.entry(link).or_default() += 1);
    let is_own = |entry: &Entry| link(entry).is_some_and(|link| times[link] == 1);
    let keys = entries.iter().map(|entry| {
        let by_link = links == Links::Trusted || (links == Links::Losing && is_own(entry));
        entry_keys(entry, &repeated, by_link, links == Links::Trusted)
    });
    keys.collect()
}

/// Ids that stand for more than one page of the document.
fn repeated_guids(entries: &[Entry]) -> HashSet<&str> {
    let mut first: HashMap<&str, &Entry> = HashMap::new();
    let mut repeated = HashSet::new();
    for entry in entries {
        let Some(guid) = entry.guid.as_deref() else { continue };
        let known = *first.entry(guid).or_insert(entry);
        let differs = link(known) != link(entry) || (link(entry).is_none() && known.title != entry.title);
        if differs {
            repeated.insert(guid);
        }
    }
    repeated
}

/// `by_link`: the link makes the entry known now; `link_lasts`: and at later polls, so that it is key enough.
fn entry_keys(entry: &Entry, repeated: &HashSet<&str>, by_link: bool, link_lasts: bool) -> Vec<Key> {
    let mut keys = Vec::with_capacity(3);
    match (entry.guid.as_deref(), link(entry)) {
        (Some(guid), Some(link)) if repeated.contains(guid) => keys.push(key(KeyKind::GuidLink, &[guid, link])),
        (Some(guid), None) if repeated.contains(guid) => {
            keys.push(key(KeyKind::Hash, &[guid, &entry.title, &entry.text]))
        }
        (Some(guid), _) => keys.push(Key { kind: KeyKind::Guid, value: guid.to_owned() }),
        (None, _) => {}
    }
    if keys.is_empty() && (link(entry).is_none() || !link_lasts) {
        keys.push(key(KeyKind::Hash, &[&entry.title, &entry.text]));
    }
    if let Some(link) = link(entry).filter(|_| by_link) {
        keys.push(Key { kind: KeyKind::Link, value: link.to_owned() });
    }
    let words = words(&entry.title).join(" ");
    if !words.is_empty() {
        keys.push(key(KeyKind::Title, &[&words]));
    }
    keys
}

fn link(entry: &Entry) -> Option<&str> {
    entry.canonical_url.as_deref().or(entry.url.as_deref())
}

/// A key of several parts as their digest (XXH3, 128 bits: stable over versions, unlike the standard library's).
fn key(kind: KeyKind, parts: &[&str]) -> Key {
    // The length before each part keeps ("ab", "c") apart from ("a", "bc").
    let joined: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    Key { kind, value: format!("{:032x}", xxh3_128(joined.as_bytes())) }
}

/// How one headline differs from the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadlineChange {
    Same,
    /// A typing mistake put right, or case, quotes, dashes and spaces.
    Typography,
    /// The words say something else.
    Changed,
}

/// Judges an edited headline by its words. Figures are never typography: "18 die" and "19 die" differ.
pub fn headline_changed(old: &str, new: &str) -> HeadlineChange {
    if old == new {
        return HeadlineChange::Same;
    }
    let (old, new) = (words(old), words(new));
    if old.concat() == new.concat() {
        return HeadlineChange::Typography;
    }
    let mut different = old.iter().zip(&new).filter(|(old, new)| old != new);
    match (different.next(), different.next()) {
        (Some((old_word, new_word)), None) if old.len() == new.len() && is_typo(old_word, new_word) => {
            HeadlineChange::Typography
        }
        _ => HeadlineChange::Changed,
    }
}

/// One slip in a long word, not in its ending: "attack" and "attacks", "dies" and "died" say different things.
fn is_typo(old: &str, new: &str) -> bool {
    let long = old.chars().count().min(new.chars().count()) >= 6;
    let figures = old.chars().chain(new.chars()).any(char::is_numeric);
    let same_end = old.chars().last() == new.chars().last();
    long && !figures && same_end && strsim::damerau_levenshtein(old, new) == 1
}

/// Lower-case words without punctuation; `U.N.` is `un`, `don’t` is `dont`, `&` is `and`.
fn words(title: &str) -> Vec<String> {
    let joined: String = title.chars().filter(|c| !matches!(c, '.' | '\'' | '’' | '‘' | ',')).collect();
    let joined = joined.replace('&', " and ");
    let parts = joined.split(|c: char| !c.is_alphanumeric() && !matches!(c, '$' | '€' | '£' | '%'));
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(guid: &str, link: &str, title: &str) -> Entry {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Entry { guid: some(guid), canonical_url: some(link), title: title.to_owned(), ..Entry::default() }
    }

    fn kinds(entries: &[Entry]) -> Vec<Vec<KeyKind>> {
        keys(entries).iter().map(|keys| keys.iter().map(|key| key.kind).collect()).collect()
    }

    use KeyKind::*;

    #[test]
    fn the_id_and_the_link_both_count() {
        let entries = [entry("1", "https://a.example/1", "One"), entry("", "https://a.example/2", "Two")];
        assert_eq!(kinds(&entries), [vec![Guid, Link, Title], vec![Link, Title]]);
    }

    #[test]
    fn an_id_repeated_for_different_pages_needs_the_link() {
        let entries = [entry("1", "https://a.example/1", "One"), entry("1", "https://a.example/2", "Two")];
        assert_eq!(kinds(&entries), [vec![GuidLink, Link, Title], vec![GuidLink, Link, Title]]);
        assert_ne!(keys(&entries)[0][0], keys(&entries)[1][0]);
    }

    #[test]
    fn an_item_listed_twice_is_one_item() {
        let entries = [entry("1", "https://a.example/1", "One"), entry("1", "https://a.example/1", "One")];
        assert_eq!(kinds(&entries), [vec![Guid, Link, Title], vec![Guid, Link, Title]]);
        assert_eq!(keys(&entries)[0], keys(&entries)[1]);
    }

    #[test]
    fn a_link_shared_by_several_items_tells_nothing_and_soon_no_link_does() {
        let (shared, own) = ("https://a.example/live", "https://a.example/3");
        let entries = [entry("1", shared, "One"), entry("", shared, "Two"), entry("3", own, "3"), entry("", "x", "4")];
        assert!(links_are_shared(&entries));
        let expected = [vec![Guid, Title], vec![Hash, Title], vec![Guid, Link, Title], vec![Hash, Link, Title]];
        assert_eq!(kinds(&entries), expected);
        let later: Vec<Vec<KeyKind>> =
            keys_without_links(&entries).iter().map(|keys| keys.iter().map(|key| key.kind).collect()).collect();
        assert_eq!(later, [vec![Guid, Title], vec![Hash, Title], vec![Guid, Title], vec![Hash, Title]]);
    }

    #[test]
    fn without_id_and_link_the_words_are_the_key() {
        let entries = [entry("", "", "One"), entry("", "", "Two"), entry("", "", "")];
        assert_eq!(kinds(&entries), [vec![Hash, Title], vec![Hash, Title], vec![Hash]]);
        // The digest is written to disk, so it must be the same in every version.
        assert_eq!(keys(&entries)[2][0].value, format!("{:032x}", xxh3_128(b"0:0:")));
    }

    #[track_caller]
    fn check(old: &str, new: &str, expected: HeadlineChange) {
        assert_eq!(headline_changed(old, new), expected, "{old} / {new}");
    }

    #[test]
    fn headlines_are_compared_by_their_words() {
        use HeadlineChange::*;
        check("Ferry sinks", "Ferry sinks", Same);
        check("Ferry ‘sinks’ off U.N. island", "Ferry 'Sinks' Off UN Island", Typography);
        check("Well-known ferry", "Well known ferry –", Typography);
        check("Ferry & island", "Ferry and island", Typography);
        check("Goverment quits", "Government quits", Typography);
        check("At least 18 die", "At least 43 die", Changed);
        check("Ferry sinks", "Ferry does not sink", Changed);
        check("Envoy met minister", "Envoy met ministers, aides say", Changed);
        check("Iran replies", "Iraq replies", Changed);
        check("Cost is $5", "Cost is 5%", Changed);
    }
}
