//! Page junk: sentences that belong to a site and not to a story.
//!
//! Two ways to know them. Some are the same on thousands of sites (share bars, "appeared first on", copy-protection
//! plug-ins): those are listed. The rest is learned: a sentence that recurs in entries of one feed or outlet that tell
//! *different* stories is that site's template, and so is one that recurs within one story, but only where something else
//! stands beside it: alone it is that story's text, printed again. Must not drop a sentence for being short or dull.

use super::{
    StoryId,
    hasher::FastMap,
    table::Table,
    words::{self, Word},
};

/// Hash of a feed and a sentence in it, numbers disregarded.
pub type Unit = u32;

/// Entries of one feed with one sentence, whatever their story. A long template under short texts makes one story of
/// the first of them; without this bound it would never be seen in another story and draw in all that follow.
const OFTEN: u16 = 3;

/// In how many stories a sentence has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// Hash of the story that had it first.
    story: u32,
    /// Entries of that story with the sentence.
    here: u16,
    /// Entries of any other story with it.
    elsewhere: u16,
}

/// What has been learned about the sentences of every feed.
#[derive(Debug, Default)]
pub struct Units {
    /// Sentences that no second entry has held, as most, with the slot of the one that does.
    once: Table,
    seen: FastMap<Unit, Seen>,
}

impl Units {
    /// Whether the sentence has been seen in two different stories.
    pub fn is_junk(&self, unit: Unit) -> bool {
        self.seen.get(&unit).is_some_and(|seen| seen.elsewhere > 0)
    }

    /// Whether the sentence has been seen so often in one story that the story may be held together by nothing else:
    /// a template, where something else stands beside it, and otherwise one text that was printed again and again.
    pub fn recurs(&self, unit: Unit) -> bool {
        self.seen.get(&unit).is_some_and(|seen| seen.here >= OFTEN)
    }

    /// Remembers that the entry in `slot` holds the sentence; `story_of` gives its story, and that of any other.
    pub fn learn(&mut self, unit: Unit, slot: u32, story_of: impl Fn(u32) -> Option<StoryId>) {
        let hash = |slot| story_of(slot).map_or(0, story_hash);
        if !self.seen.contains_key(&unit) {
            let Some(first) = self.once.get(unit).next() else { return self.once.put(unit, slot) };
            self.once.remove(unit, first);
            self.seen.insert(unit, Seen { story: hash(first), here: 1, elsewhere: 0 });
        }
        if let Some(seen) = self.seen.get_mut(&unit) {
            seen.count(hash(slot), |count| count.saturating_add(1));
        }
    }

    /// Undoes [`Units::learn`] of an entry that was in `story` then.
    pub fn forget(&mut self, unit: Unit, slot: u32, story: StoryId) {
        let Some(seen) = self.seen.get_mut(&unit) else { return self.once.remove(unit, slot) };
        seen.count(story_hash(story), |count| count.saturating_sub(1));
        if seen.here == 0 && seen.elsewhere == 0 {
            self.seen.remove(&unit);
        }
    }

    /// Follows slots that get new names; order must be kept.
    pub fn rename(&mut self, renamed: impl Fn(u32) -> Option<u32>) {
        self.once.rename(renamed);
    }

    /// How often each sentence is held; the hashes are [`super::table::mixed`].
    #[cfg(test)]
    pub fn counts(&self) -> std::collections::BTreeMap<u32, u32> {
        let again = self.seen.iter().map(|(unit, seen)| (*unit, u32::from(seen.here) + u32::from(seen.elsewhere)));
        let again = again.map(|(unit, count)| (super::table::mixed(unit), count));
        self.once.iter().map(|(unit, _)| (unit, 1)).chain(again).collect()
    }

    #[cfg(test)]
    pub fn print(&self, story_of: impl Fn(u32) -> Option<StoryId>) -> String {
        use super::table::mixed;
        let first = |slot| Seen { story: story_of(slot).map_or(0, story_hash), here: 1, elsewhere: 0 };
        let once = self.once.iter().map(|(unit, slot)| (unit, first(slot)));
        let mut all: Vec<_> = self.seen.iter().map(|(unit, seen)| (mixed(*unit), *seen)).chain(once).collect();
        all.sort_unstable_by_key(|(unit, _)| *unit);
        format!("{all:?}")
    }
}

impl Seen {
    fn count(&mut self, story: u32, change: impl Fn(u16) -> u16) {
        let count = if self.story == story { &mut self.here } else { &mut self.elsewhere };
        *count = change(*count);
    }
}

fn story_hash(story: StoryId) -> u32 {
    words::fold_hash(words::combine(story.0.cast_unsigned(), 0))
}

/// The unit of one sentence, `None` when it has no words.
pub fn unit(scope: u64, sentence: &[Word]) -> Option<Unit> {
    let mut hash = scope;
    for word in sentence {
        hash = words::combine(hash, if word.number { 1 } else { word.exact });
    }
    (!sentence.is_empty()).then(|| words::fold_hash(hash))
}

/// Whether a sentence is known junk wherever it stands.
pub fn is_listed(sentence: &str) -> bool {
    let lower = sentence.trim().to_lowercase().replace('’', "'");
    let Some(&first) = lower.as_bytes().first() else { return false };
    let short = lower.len() <= 90;
    lower.starts_with("the post ") && lower.contains("appeared first on")
        || STARTS.iter().any(|start| start.as_bytes()[0] == first && lower.starts_with(start))
        || short && CONTAINS.iter().any(|part| lower.contains(part))
        || WHOLE.contains(&lower.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Openings that make the whole line junk: another article's title follows.
const STARTS: &[&str] = &[
    "read more",
    "read also",
    "also read",
    "read next",
    "see also",
    "more:",
    "related:",
    "related stories",
    "related articles",
    "recommended:",
    "you may also like",
    "don't miss",
    "share this",
    "follow us",
    "sign up",
    "subscribe to",
    "click here",
    "home »",
    "home >",
    "skip to",
    "leave a reply",
    "leave a comment",
    "copyright ©",
    "copyright (c)",
    "© ",
    "all rights reserved",
    "the views expressed",
    "like this story",
    "support independent journalism",
    "posted in",
    "tagged",
    "filed under",
    "mehr zum thema",
    "lesen sie auch",
    "mehr lesen",
    "weiterlesen",
    "lire aussi",
    "lire la suite",
    "a lire aussi",
    "à lire aussi",
    "leer más",
    "lea también",
    "lee también",
    "leer también",
    "seguir leyendo",
    "читайте также",
    "читать далее",
    "читать полностью",
    "подписывайтесь",
    "материалы по теме",
    "loading…",
    "loading...",
    "scroll down for",
];

/// Parts that make a short sentence junk.
const CONTAINS: &[&str] = &[
    "content is protected",
    "en_us",
    "appeared first on",
    "your email address will not be published",
    "required fields are marked",
    "all rights reserved",
    "share on facebook",
    "share on twitter",
    "facebook twitter",
    "share this story",
    "subscribe to our",
    "sign up for our",
    "follow us on",
    "read the full story",
    "continue reading",
    "click to share",
    "enable javascript",
    "cookie policy",
    "privacy policy",
    "terms of use",
];

/// Whole sentences that are junk.
const WHOLE: &[&str] = &[
    "advertisement",
    "anzeige",
    "publicité",
    "publicidad",
    "реклама",
    "read more",
    "more",
    "menu",
    "share",
    "tweet",
    "print",
    "email",
    "comments",
    "watch",
    "video",
    "photo",
    "gallery",
    "breaking alert",
    "loading",
    "related posts",
    "trending",
    "home",
    "search",
    "log in",
    "login",
    "register",
];
