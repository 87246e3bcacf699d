//! Which entries tell the same story, and how each stands to the rest of it.
//!
//! What is asked of a new entry, in this order, and where the answer is:
//!
//! * which stories it may belong to and how near it is to each. `words` folds it, `junk` drops what belongs to the site,
//!   `profile` keeps its terms, sampled runs (`shingles`) and headline; `candidates` finds a few documents by rare terms,
//!   runs and links, compares them (`signals`) and sums up what speaks for each story (`tale`). `lexicon` knows how rare a
//!   term is: from the window, and while that is young from `common.txt`, a table of common words. What `index` keeps of a
//!   document is `packed` in `bits`, and found by `table`, `postings` and `lexicon`; `window` lets it go;
//! * whether it joins: `weigh`, the one place where signals are weighed, asks the `forest`, and `claim` whether two
//!   headlines that are nearly the same say the opposite of each other, or the same of somebody else;
//! * whom it cites: `cite` reads a document, `attribution` and `leads` know the places that words of attribution take
//!   behind and before a name, `phrases` the words in five languages, `outlets` the names, `unlisted` what an outlet that
//!   nobody listed is known by, `kinds` the words of that;
//! * how it stands to the rest: `relate`. Text counts before citations, an outlet confirms nothing to itself, and what
//!   cites another is no source of its own;
//! * whether it takes something back: a denial is the first member of its story that denies in its headline,
//!   [`correction`] finds what says of itself that it was corrected; [`headline`] tells a typo from news.
//!
//! What was told apart by reports that knew little is looked at again when one comes that holds both: `second` merges a
//! small story with the one that it would join by now; the older of the two goes on.
//!
//! A story chosen by a key, or put right by hand, is entered by [`Index::group_into`] and [`Index::regroup`]. `examples/`
//! holds what measures all this: `evaluate` (stories), `citations`, `relations`, `story_speed`.
//!
//! Pure: the index lives in memory, time comes with each document, nothing is read from a store or a clock. When in
//! doubt an entry founds a story of its own: a false merge hides news, a missed one costs one mail.
//!
//! What to know before changing it: a forest fits the signals it was grown on, so grow it anew after any change to them
//! (`cargo run --release --example evaluate -- --grow SETS…` writes `forest.txt` into the working directory) and look at
//! `--fifths` (grown on four fifths of the stories, measured on the others) and `--cross` (measured on a set that was left
//! out), never only at the sets themselves. `docs/stories.md` tells it all at more leisure, with the figures.

mod attribution;
mod bits;
mod candidates;
mod cite;
mod claim;
pub mod correction;
mod denial;
mod forest;
mod hasher;
pub mod headline;
mod index;
mod junk;
mod kinds;
mod leads;
mod lexicon;
mod numbers;
mod outlets;
mod packed;
mod phrases;
mod postings;
mod profile;
mod relate;
mod second;
mod shingles;
mod signals;
mod stop;
mod stream;
mod table;
mod tale;
mod unlisted;
mod verbs;
mod weigh;
mod window;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod variants;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entry::EntryId;

pub use candidates::Candidate;
pub use forest::{Forest, Node, walk};
pub use index::{Index, Prepared};
pub use second::{Founded, Merge, Merges, Restated, reason_after};
pub use signals::Signals;
pub use stream::{Pushed, Stream};
pub use weigh::{FEATURES, NAMED, features};
pub use words::is_abbreviation;

/// Row of a story in the store; shown to people as `S` and Crockford base 32 (`S8F3K2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoryId(pub i64);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl fmt::Display for StoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = Vec::new();
        let mut rest = self.0.unsigned_abs();
        loop {
            digits.push(CROCKFORD[(rest % 32) as usize] as char);
            rest /= 32;
            if rest == 0 {
                break;
            }
        }
        write!(f, "S{}", digits.iter().rev().collect::<String>())
    }
}

/// The text was not the name of a story.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no story id: one starts with S, as in S8F3K2")]
pub struct BadStoryId(String);

impl FromStr for StoryId {
    type Err = BadStoryId;

    fn from_str(text: &str) -> Result<Self, BadStoryId> {
        let bad = || BadStoryId(text.to_owned());
        let digits = text.strip_prefix(['S', 's']).filter(|rest| (1..=12).contains(&rest.len())).ok_or_else(bad)?;
        let mut value: i64 = 0;
        for byte in digits.bytes() {
            let digit = CROCKFORD.iter().position(|c| *c == byte.to_ascii_uppercase()).ok_or_else(bad)?;
            value = value.checked_mul(32).and_then(|v| v.checked_add(digit as i64)).ok_or_else(bad)?;
        }
        Ok(Self(value))
    }
}

/// How a member stands to the rest of its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The member that founded the story.
    First,
    /// Another outlet's own piece.
    Independent,
    /// A rewrite that names another outlet as where it has the news from.
    Cites,
    /// The text of a news agency, printed by another outlet.
    Wire,
    /// The same text again: a repost, an excerpt.
    Copy,
    /// Another piece of an outlet that is in the story already.
    SameOutlet,
}

impl Relation {
    /// The word used in the database, in JSON and in mails.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Independent => "independent",
            Self::Cites => "cites",
            Self::Wire => "wire",
            Self::Copy => "copy",
            Self::SameOutlet => "same-outlet",
        }
    }

    /// The inverse of [`Relation::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::First, Self::Independent, Self::Cites, Self::Wire, Self::Copy, Self::SameOutlet]
            .into_iter()
            .find(|relation| relation.as_str() == word)
    }
}

/// A sentence in which an entry names another outlet as the source of the news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Key of the outlet cited (`[outlet.KEY]`); or the name it is known by without configuration, or else as it is
    /// written, in at most sixty bytes of letters.
    pub outlet: String,
    /// The sentence (or headline) as it stands in the visible text.
    pub sentence: String,
}

/// An outlet as the story engine must know it to recognise who cites whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutletNames {
    /// Key of the outlet, as entries carry it.
    pub key: String,
    /// The full name and what others call it ("The New York Times", "New York Times", "NYT").
    pub names: Vec<String>,
    /// Registrable domains or host names.
    pub domains: Vec<String>,
}

/// What the engine is given of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub id: EntryId,
    /// Key of the outlet; entries of one outlet confirm nothing to each other.
    pub outlet: String,
    /// What learns its own boiler-plate: the feed's URL or name; empty when unknown.
    pub feed: String,
    pub title: String,
    /// Visible text, one paragraph a line; may be empty.
    pub text: String,
    pub url: Option<String>,
    /// Canonical URLs the body links to.
    pub links: Vec<String>,
    /// When Storywatch first saw it. The window and the order of members go by this, never by `published`.
    pub seen: Timestamp,
    pub published: Option<Timestamp>,
    pub language: Option<String>,
}

/// What [`Index::group`] found for a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    pub verdict: Verdict,
    pub relation: Relation,
    /// The member it stands in that relation to (the text copied, the outlet cited), where there is one.
    pub of: Option<EntryId>,
    pub cites: Vec<Citation>,
    /// The first member of its story that denies it: the headline that does.
    pub corrects: Option<String>,
    /// For people: which signal decided, with its figures ("92 % of its text is in …").
    pub reason: String,
    /// Strength of the join, 0 (founds) to 1 (the same text).
    pub score: f32,
    /// Small stories that the document is near to as well: for [`Index::second_look`] once it is inserted.
    pub near: Vec<StoryId>,
}

/// Joins a story or founds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Joins(StoryId),
    Founds,
}

/// One member of a story as it is told to people: in mails, `storywatch story`, webhooks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    #[serde(skip)]
    pub entry: EntryId,
    pub url: Option<String>,
    /// Key of the outlet.
    pub outlet: String,
    /// Name of the outlet for people.
    #[serde(skip)]
    pub outlet_name: String,
    pub title: String,
    pub seen: Timestamp,
    pub published: Option<Timestamp>,
    pub relation: Relation,
    /// Key of the outlet it stands in that relation to; of a citation the outlet cited.
    pub of: Option<String>,
    /// The sentence that proves the relation, or the reason the engine gave.
    pub evidence: Option<String>,
    /// Earlier headlines with the time each was first seen, oldest first; the present one is `title`.
    pub earlier_titles: Vec<(Timestamp, String)>,
    /// Stored at the first poll of its feed: part of the back catalogue, alerts nobody.
    #[serde(skip)]
    pub baseline: bool,
    #[serde(skip)]
    pub cites: Vec<Citation>,
    /// The sentence in which it denies the story, or says that it was itself corrected or withdrawn. Such a member is
    /// news to everybody who was told of the story.
    pub corrects: Option<String>,
}

impl Member {
    /// Whether this member is a source of its own for the story: neither copied nor citing another outlet.
    pub fn is_independent(&self) -> bool {
        matches!(self.relation, Relation::First | Relation::Independent) && self.cites.is_empty()
    }
}

/// A story's members in the order they were seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    pub story: StoryId,
    /// The headline of the first member when the story was founded; frozen, since mail threads hang on it.
    pub headline: String,
    pub first_seen: Timestamp,
    pub members: Vec<Member>,
}

impl Timeline {
    /// Keys of the outlets that are sources of their own, in order of appearance.
    pub fn independent_outlets(&self) -> Vec<&str> {
        distinct(self.members.iter().filter(|member| member.is_independent()))
    }

    /// Keys of all outlets in the story, in order of appearance.
    pub fn outlets(&self) -> Vec<&str> {
        distinct(self.members.iter())
    }
}

fn distinct<'a>(members: impl Iterator<Item = &'a Member>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = Vec::new();
    for member in members {
        if !keys.contains(&member.outlet.as_str()) {
            keys.push(&member.outlet);
        }
    }
    keys
}
