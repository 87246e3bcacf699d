//! One item of one feed, as everything after parsing sees it: visible text instead of markup, a canonical URL, a
//! language, and the keys by which the same item is recognised at the next poll.
//!
//! Pure. Must not see the store, the network or the clock, and every normalisation in here is idempotent.

mod fold;
pub mod identity;
pub mod language;
mod line;
mod reading;
mod tags;
pub mod text;
pub mod url;
mod wrapper;

pub use fold::is_invisible;
pub use line::{Doubt, LineEntry, LineError, LineId, from_json_line};
pub use reading::{from_parsed, with_page};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Row of a feed in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeedId(pub i64);

/// Row of an entry in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryId(pub i64);

/// An entry as read from a feed or from a JSON line, ready to be grouped, matched and stored.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct Entry {
    /// The publisher's id (guid, atom:id), only if it was in the document.
    pub guid: Option<String>,
    /// The link as published, absolute, http or https.
    pub url: Option<String>,
    /// `url` made canonical: see [`url::canonical`].
    pub canonical_url: Option<String>,
    /// Visible text of the headline, on one line, without control or bidi characters.
    pub title: String,
    /// Visible text of summary and content (the longer of the two where one contains the other); one paragraph a
    /// line (`\n`), white space folded, no control or bidi characters.
    pub text: String,
    /// Canonical http(s) URLs that the body links to, in order, without repeats.
    pub links: Vec<String>,
    pub author: Option<String>,
    pub tags: Vec<String>,
    /// Name of the outlet the item is taken from, where the feed says so (RSS `<source>`, atom:source).
    pub source: Option<String>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// ISO 639-1 code, `None` when the feed says nothing and detection is unsure.
    pub language: Option<String>,
}
