//! Finds the fields of JSON Feed 1.0 and 1.1 and hands them to the [`canonical`](super::canonical) document, also
//! where ids are numbers, titles are missing or the end is.
//!
//! Reads as a stream: the items before some damage are kept, and nothing is held in memory that is not wanted.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use url::Url;

use super::canonical::Canonical;
use super::extract::absolute;
use super::said::{Reading, Said};
use super::{NotAFeed, ParsedEntry, ParsedFeed, Problem, dates, limits};

/// Reads `document`, which begins with `{` or `[`.
pub fn feed(document: &str, base: Option<&Url>, problems: &mut Vec<Problem>) -> Result<Canonical, NotAFeed> {
    let (mut feed, mut error) = Feed::read(document, base);
    if error.is_some() {
        let (again, still) = Feed::read(&mended(document), base);
        if again.entries.len() >= feed.entries.len() {
            (feed, error) = (again, still.or(error));
        }
        problems.push(Problem { message: "the JSON is damaged; what could be read was".into() });
    }
    if !feed.is_json_feed() {
        let what = if error.is_some() { "JSON that is damaged" } else { "JSON that is no JSON Feed" };
        return Err(NotAFeed(what.into()));
    }
    if matches!(feed.get("expired"), Said::True) {
        problems.push(Problem { message: "the publisher says that this feed has ended (\"expired\")".into() });
    }
    Ok(feed.into_canonical(base))
}

/// What JSON forbids and generators write: control characters in texts, half a surrogate pair, unknown escapes, commas
/// before the end of a list.
fn mended(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    let (mut in_text, mut rest) = (false, document);
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        match c {
            '\\' if in_text => used = mend_escape(rest, &mut out),
            ',' if !in_text && rest[1..].trim_ascii_start().starts_with(['}', ']']) => {}
            c if c.is_control() => out.push(' '),
            c => {
                in_text ^= c == '"';
                out.push(c);
            }
        }
        rest = &rest[used..];
    }
    out
}

/// Writes the escape at the start of `text` as JSON has it; gives the bytes used.
fn mend_escape(text: &str, out: &mut String) -> usize {
    let unit = |text: &str| text.strip_prefix("\\u").and_then(|hex| u16::from_str_radix(hex.get(..4)?, 16).ok());
    let (kept, used) = match unit(text) {
        Some(0xD800..=0xDBFF) if matches!(text.get(6..).and_then(unit), Some(0xDC00..=0xDFFF)) => (&text[..12], 12),
        Some(0xD800..=0xDFFF) => ("\u{FFFD}", 6),
        Some(_) => (&text[..6], 6),
        None if text[1..].starts_with(['"', '\\', '/', 'b', 'f', 'n', 'r', 't']) => (&text[..2], 2),
        // No escape at all: the backslash stands for itself.
        None => ("\\\\", 1),
    };
    out.push_str(kept);
    used
}

/// A document as far as it could be read.
struct Feed<'b> {
    /// Everything at the top but the items.
    head: Vec<(String, Said)>,
    entries: Vec<ParsedEntry>,
    /// Whether items look like JSON Feed's.
    telling: bool,
    base: Option<&'b Url>,
}

/// Members kept of the document itself.
const MEMBERS: usize = 100;

impl<'b> Feed<'b> {
    fn read(document: &str, base: Option<&'b Url>) -> (Self, Option<serde_json::Error>) {
        let mut feed = Self { head: Vec::new(), entries: Vec::new(), telling: false, base };
        let error = Document(&mut feed).deserialize(&mut serde_json::Deserializer::from_str(document)).err();
        (feed, error)
    }

    fn get(&self, key: &str) -> &Said {
        self.head.iter().rev().find(|(known, _)| known == key).map_or(&Said::Nothing, |(_, said)| said)
    }

    fn is_json_feed(&self) -> bool {
        self.telling || self.get("version").text().is_some_and(|version| version.contains("jsonfeed.org"))
    }

    fn add(&mut self, item: &Said) {
        if matches!(item, Said::Object(_)) {
            let signs = ["content_html", "content_text", "date_published", "external_url"];
            self.telling |= signs.iter().any(|key| *item.get(key) != Said::Nothing);
            self.entries.push(entry(item, self.base));
        }
    }

    fn into_canonical(self, base: Option<&Url>) -> Canonical {
        let text = |key| self.get(key).text();
        let address = |key| text(key).and_then(|written| absolute(written, base));
        let mut canonical = Canonical::new(ParsedFeed {
            format: format(text("version")),
            title: text("title").map(limits::title),
            description: text("description").map(limits::title),
            links: address("home_page_url").into_iter().collect(),
            language: text("language").and_then(limits::language),
            hub: self.get("hubs").list().iter().find_map(|hub| absolute(hub.get("url").text()?, base)),
            self_url: address("feed_url"),
            ..ParsedFeed::default()
        });
        // Who wrote the feed wrote the items for which nobody else is named.
        let author = author(|key| self.get(key)).map(|name| limits::inherited(&name));
        for mut entry in self.entries {
            entry.author = entry.author.or_else(|| author.clone());
            canonical.add(entry);
        }
        canonical
    }
}

fn format(version: Option<&str>) -> String {
    let number = version.and_then(|version| version.trim_end_matches('/').rsplit('/').next());
    match number.filter(|number| number.len() <= 8 && number.starts_with(|c: char| c.is_ascii_digit())) {
        Some(number) => format!("JSON Feed {number}"),
        None => "JSON Feed".into(),
    }
}

fn entry(item: &Said, base: Option<&Url>) -> ParsedEntry {
    let text = |key| item.get(key).text();
    let address = |key| text(key).and_then(|written| absolute(written, base));
    let id = text("id");
    let page = || id.filter(|id| id.starts_with("http")).and_then(|id| absolute(id, None));
    ParsedEntry {
        url: address("url").or_else(|| address("external_url")).or_else(page),
        original_url: None,
        id: id.map(limits::id),
        title: text("title").map(limits::title),
        summary: text("summary").map(limits::body),
        content: text("content_html").or_else(|| text("content_text")).map(limits::body),
        author: author(|key| item.get(key)),
        published: text("date_published").and_then(dates::parse),
        updated: text("date_modified").and_then(dates::parse),
        tags: item.get("tags").list().iter().filter_map(Said::text).take(limits::TAGS).map(limits::tag).collect(),
        language: text("language").and_then(limits::language),
        source: None,
    }
}

/// 1.1 has a list of authors, 1.0 one; some write a mere name.
fn author<'s>(said: impl Fn(&'static str) -> &'s Said) -> Option<String> {
    let named = |author: &'s Said| author.get("name").text().or_else(|| author.text());
    let first = said("authors").list().iter().find_map(named);
    first.or_else(|| named(said("author"))).map(limits::title)
}

/// Reads a whole document into a [`Feed`], so that an error leaves there what was read before it.
struct Document<'f, 'b>(&'f mut Feed<'b>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            if name == "items" {
                object.next_value_seed(Items(&mut *self.0))?;
            } else {
                let said = object.next_value_seed(Reading::default())?;
                if self.0.head.len() < MEMBERS {
                    self.0.head.push((name, said));
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct Items<'f, 'b>(&'f mut Feed<'b>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of items")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while self.0.entries.len() < limits::ENTRIES {
            let Some(item) = list.next_element_seed(Reading::default())? else { return Ok(()) };
            self.0.add(&item);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
