//! One well-formed Atom 1.0 document for every feed, whatever it was published as, that feed-rs reads without loss.
//!
//! Must not read anything: the fields come as [`extract`](super::extract) and [`json`](super::json) found them, with
//! dates resolved, addresses absolute and lengths bounded. What Atom or feed-rs has no place for is left out of the
//! document and kept beside it, one [`Beside`] for each entry, in the same order. A long feed becomes several documents,
//! so that what feed-rs makes of one of them need not be held for all.

use std::borrow::Cow;

use super::{ParsedEntry, ParsedFeed};

/// Entries of one document.
pub const CHUNK: usize = 1_000;
const OPENING: &str = "<feed xmlns=\"http://www.w3.org/2005/Atom\"";

/// A canonical document in the making and what is kept beside it.
#[derive(Debug)]
pub struct Canonical {
    /// Finished documents; the first holds what concerns the whole feed.
    finished: Vec<String>,
    document: String,
    /// What Atom or feed-rs has no place for of the feed; the other fields are empty.
    pub facts: ParsedFeed,
    pub beside: Vec<Beside>,
}

/// What feed-rs would drop of an entry.
#[derive(Debug, PartialEq)]
pub struct Beside {
    /// feedburner:origLink.
    pub original_url: Option<String>,
    /// feed-rs takes an entry's language from its content alone.
    pub language: Option<String>,
    /// RSS `<source>` and atom:source.
    pub source: Option<String>,
}

impl Canonical {
    /// Begins with what concerns the whole feed; `head` has no entries.
    pub fn new(mut head: ParsedFeed) -> Self {
        let facts = ParsedFeed {
            format: std::mem::take(&mut head.format),
            ttl: head.ttl,
            skip_hours: std::mem::take(&mut head.skip_hours),
            skip_days: std::mem::take(&mut head.skip_days),
            update_period: head.update_period,
            update_frequency: head.update_frequency,
            update_base: head.update_base,
            ..ParsedFeed::default()
        };
        // Without a declaration UTF-8 is meant, and nothing can be said wrongly about it.
        let document = OPENING.to_owned();
        let mut canonical = Self { finished: Vec::new(), document, facts, beside: Vec::new() };
        if let Some(language) = head.language.as_ref().filter(|language| says_something(language)) {
            canonical.attribute("xml:lang", language);
        }
        canonical.document.push('>');
        canonical.html("title", head.title.as_deref());
        canonical.html("subtitle", head.description.as_deref());
        head.links.iter().for_each(|link| canonical.link("alternate", link));
        head.hub.iter().for_each(|hub| canonical.link("hub", hub));
        head.self_url.iter().for_each(|own| canonical.link("self", own));
        canonical
    }

    /// Writes one entry.
    pub fn add(&mut self, entry: ParsedEntry) {
        if !self.beside.is_empty() && self.beside.len().is_multiple_of(CHUNK) {
            self.end_document();
            self.document.extend([OPENING, ">"]);
        }
        self.document.push_str("<entry>");
        self.element("id", entry.id.as_deref());
        self.html("title", entry.title.as_deref());
        entry.url.iter().for_each(|url| self.link("alternate", url));
        self.html("summary", entry.summary.as_deref());
        self.html("content", entry.content.as_deref());
        if let Some(author) = &entry.author {
            self.document.push_str("<author>");
            self.element("name", Some(author));
            self.document.push_str("</author>");
        }
        self.element("published", entry.published.map(|date| date.to_string()).as_deref());
        self.element("updated", entry.updated.map(|date| date.to_string()).as_deref());
        for tag in entry.tags.iter().filter(|tag| says_something(tag)) {
            self.document.push_str("<category");
            self.attribute("term", tag);
            self.document.push_str("/>");
        }
        self.document.push_str("</entry>");
        let ParsedEntry { original_url, language, source, .. } = entry;
        self.beside.push(Beside { original_url, language, source });
    }

    /// The documents, in order; `self` keeps what is beside them.
    pub fn finish(&mut self) -> Vec<String> {
        self.end_document();
        std::mem::take(&mut self.finished)
    }

    fn end_document(&mut self) {
        self.document.push_str("</feed>");
        self.finished.push(std::mem::take(&mut self.document));
    }

    fn link(&mut self, relation: &str, url: &str) {
        self.document.push_str("<link");
        self.attribute("rel", relation);
        self.attribute("href", url);
        self.document.push_str("/>");
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.document.push(' ');
        self.document.push_str(name);
        self.document.push_str("=\"");
        escape(value, &mut self.document);
        self.document.push('"');
    }

    /// A plain element, such as an id; none for a text with nothing to say.
    fn element(&mut self, name: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| says_something(text)) else { return };
        self.document.extend(["<", name, ">"]);
        escape(text, &mut self.document);
        self.document.extend(["</", name, ">"]);
    }

    /// A text that may hold HTML. In CDATA, because feed-rs is slow at escapes and bodies are full of them.
    fn html(&mut self, name: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| says_something(text)) else { return };
        self.document.extend(["<", name, " type=\"html\"><![CDATA["]);
        // First what is forbidden goes: it may have kept apart what then ends the CDATA.
        let text = legal(text);
        let mut from = 0;
        for (at, _) in text.match_indices("]]>") {
            self.document.extend([&text[from..at + 2], "]]><![CDATA["]);
            from = at + 2;
        }
        self.document.extend([&text[from..], "]]></", name, ">"]);
    }
}

/// Whether anything is left of a text when it is written.
fn says_something(text: &str) -> bool {
    text.chars().any(|c| is_legal(c) && !c.is_whitespace())
}

/// The characters that XML 1.0 allows (section 2.2); a `str` holds no surrogates.
pub(super) fn is_legal(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

fn legal(text: &str) -> Cow<'_, str> {
    // Nearly every text is all legal; EF begins the two forbidden characters that are not controls.
    if text.bytes().any(|byte| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF) {
        Cow::Owned(text.chars().filter(|c| is_legal(*c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` fit for an attribute or an element: line breaks too are written so that no reader folds them.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let written = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\t' => "&#9;",
            '\n' => "&#10;",
            '\r' => "&#13;",
            _ if is_legal(c) => continue,
            _ => "",
        };
        out.push_str(&text[from..at]);
        out.push_str(written);
        from = at + c.len_utf8();
    }
    out.push_str(&text[from..]);
}
