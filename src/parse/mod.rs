//! Bytes of a feed document to [`ParsedFeed`] and the problems met; nothing in here can panic the daemon.
//!
//! Must not touch the network or the clock, and must not invent ids. The way of a document: bytes are decoded
//! (`decode`), read by a forgiving one-pass reader (`markup`) into a small tree of the elements that matter
//! (`tree`, `names`), whose fields are found once for all formats (`extract`; `json` for JSON Feed) and written
//! as one well-formed Atom document (`canonical`); that one feed-rs reads (`reading`). Strict first and forgiving on
//! error would be worse: given the published document, feed-rs accepts many that it loses dates and titles of.

pub mod article;
mod asked;
mod canonical;
pub mod dates;
mod decode;
pub mod entities;
mod extract;
mod json;
#[cfg(test)]
mod laws;
pub mod limits;
mod markup;
mod names;
pub mod opml;
pub mod page;
mod reading;
mod references;
mod said;
mod tags;
#[cfg(test)]
mod tests;
mod tree;
pub mod twice;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use jiff::civil::Weekday;
use serde::Serialize;
use url::Url;

pub use asked::Period;

use names::{Family, Tag};
use tree::Tree;

/// A feed document as read. Texts are as published: they may hold HTML and anything hostile.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ParsedFeed {
    /// As people say it: `RSS 2.0`, `Atom 1.0`, `JSON Feed 1.1`.
    pub format: String,
    pub title: Option<String>,
    pub description: Option<String>,
    /// The site's page.
    pub links: Vec<String>,
    pub language: Option<String>,
    /// WebSub hub.
    pub hub: Option<String>,
    #[serde(rename = "self")]
    pub self_url: Option<String>,
    /// Minutes the publisher asks to wait between polls.
    pub ttl: Option<u32>,
    /// Hours of the day, UTC, in which the publisher wants no polls.
    pub skip_hours: Vec<u8>,
    /// Days on which the publisher wants no polls.
    #[serde(serialize_with = "asked::serialize_days")]
    pub skip_days: Vec<Weekday>,
    /// sy:updatePeriod, with sy:updateFrequency times in each; see [`ParsedFeed::update_interval`].
    pub update_period: Option<Period>,
    pub update_frequency: Option<u32>,
    pub update_base: Option<Timestamp>,
    #[serde(skip)]
    pub entries: Vec<ParsedEntry>,
}

/// One item of a feed document.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ParsedEntry {
    /// Only what the document says; never made up.
    pub id: Option<String>,
    pub title: Option<String>,
    /// Absolute, unless neither the document nor the caller says what it is relative to.
    pub url: Option<String>,
    /// Where a link that only counts clicks leads to, if the document says so (feedburner:origLink).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_url: Option<String>,
    pub summary: Option<String>,
    pub content: Option<String>,
    pub author: Option<String>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub tags: Vec<String>,
    pub language: Option<String>,
    /// Name of the feed it was taken from (RSS `<source>`, atom:source).
    pub source: Option<String>,
}

/// Something in a document that could be read only in part, or was repaired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub message: String,
}

/// The document is no feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a feed: {0}")]
pub struct NotAFeed(pub String);

/// Reads a feed document. `content_type` is the HTTP header, `url` the address that answered, against which relative
/// links are resolved.
///
/// # Errors
/// [`NotAFeed`] says what the document is instead. What is read of a damaged document is read; each repair that
/// changes what is seen is a [`Problem`].
pub fn parse_feed(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
) -> Result<(ParsedFeed, Vec<Problem>), NotAFeed> {
    // A mistake of ours in one publisher's document must not end the polling of all others.
    catch_unwind(AssertUnwindSafe(|| read(bytes, content_type, url)))
        .unwrap_or_else(|_| Err(NotAFeed("a document that the parser fails on".into())))
}

fn read(bytes: &[u8], content_type: Option<&str>, url: Option<&Url>) -> Result<(ParsedFeed, Vec<Problem>), NotAFeed> {
    let mut problems = Vec::new();
    let url = url.and_then(extract::short_base);
    let url = url.as_ref();
    let text = decode::decode(bytes, content_type, &mut problems);
    let start = text.find(['<', '{', '[']).ok_or_else(|| NotAFeed(wordless(&text)))?;
    let before = text[..start].trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    let document = &text[start..];
    if before.is_empty() && !document.starts_with('<') {
        let feed = reading::read(json::feed(document, url, &mut problems)?)?;
        note_cuts(&feed, &mut problems);
        return Ok((feed, problems));
    }
    // Text before the first tag may hold brackets of its own, as PHP's warnings do.
    let document = &text[text.find('<').ok_or_else(|| NotAFeed(wordless(&text)))?..];
    if !before.is_empty() {
        problems.push(Problem { message: "text before the first tag was skipped".into() });
    }
    let feed = read_markup(document, url, &mut problems)?;
    Ok((feed, problems))
}

fn read_markup(document: &str, url: Option<&Url>, problems: &mut Vec<Problem>) -> Result<ParsedFeed, NotAFeed> {
    let (tree, cut) = markup::read(document);
    if cut {
        problems.push(Problem { message: "the document has too many elements and was cut".into() });
    }
    // A page that merely speaks of feeds has no items in it; a feed that is wrapped in one does.
    let is_page = tree.root_name().is_some_and(|name| name.eq_ignore_ascii_case("html"));
    let root = tree.ids().find(|id| tree.node(*id).tag.is_feed_root());
    let root = root.filter(|root| !tree.items().is_empty() || (!is_page && says_feed(&tree, *root)));
    let root = root.ok_or_else(|| NotAFeed(described(document, &tree)))?;
    let canonical = extract::feed(&tree, root, url);
    drop(tree);
    let feed = reading::read(canonical)?;
    note_cuts(&feed, problems);
    Ok(feed)
}

/// Whether a root without any items is a feed's: RDF holds much else.
fn says_feed(tree: &Tree<'_>, root: tree::NodeId) -> bool {
    let namespace = || tree.attribute(root, "xmlns").map(names::family_of_uri);
    tree.node(root).tag != Tag::Rdf || tree.child(root, Tag::Channel).is_some() || namespace() == Some(Family::Core)
}

/// Says which fields were longer than is kept.
fn note_cuts(feed: &ParsedFeed, problems: &mut Vec<Problem>) {
    let is_cut = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.len() + 4 > most);
    let titles = feed.entries.iter().filter(|e| is_cut(&e.title, limits::TITLE)).count();
    let bodies = |e: &&ParsedEntry| is_cut(&e.summary, limits::BODY) || is_cut(&e.content, limits::BODY);
    let bodies = feed.entries.iter().filter(bodies).count();
    if feed.entries.len() >= limits::ENTRIES {
        problems.push(Problem { message: format!("more than {} entries; the rest was left out", limits::ENTRIES) });
    }
    if titles > 0 {
        problems.push(Problem { message: format!("{titles} headline(s) cut at {} bytes", limits::TITLE) });
    }
    if bodies > 0 {
        problems.push(Problem { message: format!("{bodies} text(s) cut at {} bytes", limits::BODY) });
    }
}

/// What a document without any markup is.
fn wordless(text: &str) -> String {
    let beginning = shown(text, 40);
    // NULs and the like are in no text; U+FFFD stands where bytes were none in any encoding.
    let odd = text.chars().take(200).filter(|c| is_odd(*c)).count();
    match beginning.as_str() {
        "" => "an empty document".into(),
        _ if odd > 2 => "binary data".into(),
        _ => format!("plain text that begins \"{beginning}\""),
    }
}

fn is_odd(c: char) -> bool {
    c == '\u{FFFD}' || (c.is_control() && !c.is_ascii_whitespace())
}

/// Elements with which pages begin that do not say `<html>`.
const PAGE: [&str; 20] = [
    "html", "head", "body", "script", "meta", "title", "div", "p", "h1", "h2", "center", "style", "table", "a", "br",
    "b", "form", "iframe", "noscript", "span",
];

/// What a document with markup is, when it is no feed.
fn described(document: &str, tree: &Tree<'_>) -> String {
    let root = tree.root_name().unwrap_or_default();
    let beginning = document.get(..14).unwrap_or_default();
    let is_page = beginning.eq_ignore_ascii_case("<!doctype html") || PAGE.iter().any(|n| root.eq_ignore_ascii_case(n));
    if !is_page {
        return if root.is_empty() { "an empty document".into() } else { format!("XML that is <{}>", shown(root, 40)) };
    }
    let title = tree.ids().filter(|id| tree.node(*id).tag == Tag::Title).find_map(|id| tree.value(id));
    match title {
        Some(title) => format!("an HTML page titled \"{}\"", shown(title, 80)),
        None => "an HTML page without a title".into(),
    }
}

/// The beginning of a hostile text, on one line and without control characters, for a message.
fn shown(text: &str, most: usize) -> String {
    let clean: String = text.chars().take(most * 4).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let folded = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible: String = folded
        .chars()
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'))
        .collect();
    limits::cut(&visible, most).to_owned()
}
