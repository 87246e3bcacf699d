//! The tags of feed markup, one after another, and what is known of HTML's elements.
//!
//! Must stay linear in the text, however many tags are begun, quoted or hidden and never ended.

use std::borrow::Cow;

use crate::parse::entities;

/// The value of a tag's `href`, decoded.
pub(super) fn href(tag: &str) -> Option<Cow<'_, str>> {
    let mut rest = tag;
    while let Some(at) = find_ignoring_case(rest, "href") {
        let bounded = rest.as_bytes().get(at.wrapping_sub(1)).is_some_and(|b| b.is_ascii_whitespace() || *b == b'"');
        rest = &rest[at + 4..];
        let Some(value) = rest.trim_start().strip_prefix('=').filter(|_| bounded) else { continue };
        let value = value.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next()?,
        };
        let value = value.trim();
        return Some(if value.contains('&') { Cow::Owned(entities::decode(value)) } else { Cow::Borrowed(value) });
    }
    None
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// The tags of a text, from left to right.
pub(super) struct Tags<'h> {
    text: &'h str,
    position: usize,
    /// Where the last `>` stands: no tag begins behind it.
    last: usize,
    /// No `-->` follows any more. Noted, so that a thousand open comments do not cost a thousand searches.
    comments_end: bool,
}

impl<'h> Tags<'h> {
    pub(super) fn new(text: &'h str) -> Self {
        Self { text, position: 0, last: text.rfind('>').unwrap_or(0), comments_end: true }
    }

    /// The text before the next tag, and the tag. `<` before anything but a name, `/`, `!` or `?` is text, and so is
    /// a `<` that no `>` ever follows.
    pub(super) fn next(&mut self) -> Option<(&'h str, &'h str)> {
        let mut from = self.position;
        while let Some(at) = self.text.get(from..self.last)?.find('<').map(|at| from + at) {
            if is_tag_start(&self.text[at..]) {
                let before = &self.text[self.position..at];
                self.position = self.end(at);
                return Some((before, &self.text[at..self.position]));
            }
            from = at + 1;
        }
        None
    }

    pub(super) fn rest(&self) -> &'h str {
        &self.text[self.position..]
    }

    /// The byte after the tag at `at`. A `>` inside quotes does not end it, but a quote that is never closed does not
    /// swallow the text either: after that the first `>` ends the tag.
    fn end(&mut self, at: usize) -> usize {
        let tag = &self.text[at..];
        if tag.starts_with("<!--") && self.comments_end {
            if let Some(end) = tag[4..].find("-->") {
                return at + 4 + end + 3;
            }
            self.comments_end = false;
        }
        if tag.starts_with("<![CDATA[") {
            return at + 9;
        }
        let mut quote = 0u8;
        let mut before = 0u8;
        for (offset, byte) in tag.bytes().enumerate().take(MAX_TAG) {
            match byte {
                b'>' if quote == 0 => return at + offset + 1,
                b'"' | b'\'' if quote == 0 && before == b'=' => quote = byte,
                _ if byte == quote => quote = 0,
                _ => {}
            }
            before = byte;
        }
        at + tag.find('>').map_or(tag.len(), |end| end + 1)
    }

    /// Skips to the end of a hidden element; when it never ends, only its tag is dropped and its name noted, so that
    /// the search is not repeated for each of many such tags.
    pub(super) fn skip_hidden(&mut self, tag: &str, name: &'static str, unclosed: &mut Vec<&'static str>) {
        if tag.starts_with("</") || tag.ends_with("/>") || unclosed.contains(&name) {
            return;
        }
        let mut from = self.position;
        while let Some(at) = self.text[from..].find("</").map(|at| from + at) {
            from = at + 2;
            let after = &self.text[from..];
            if after.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                self.position = after.find('>').map_or(self.text.len(), |end| from + end + 1);
                return;
            }
        }
        unclosed.push(name);
    }
}

/// A longer tag is taken for one with an unclosed quote. Bounds the work for many such tags.
const MAX_TAG: usize = 16 * 1_024;

fn is_tag_start(text: &str) -> bool {
    match text.as_bytes() {
        [b'<', b'/', c, ..] => c.is_ascii_alphabetic(),
        [b'<', b'!', c, ..] => c.is_ascii_alphabetic() || matches!(c, b'-' | b'['),
        [b'<', b'?', c, ..] => c.is_ascii_alphabetic(),
        [b'<', c, ..] => c.is_ascii_alphabetic(),
        _ => false,
    }
}

/// The local name of a tag, without `/`.
pub(super) fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-').unwrap_or(name.len());
    name[..end].rsplit(':').next().unwrap_or_default()
}

pub(super) fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Elements whose inside nobody sees.
pub(super) const HIDDEN: [&str; 13] = [
    "script", "style", "template", "noscript", "iframe", "svg", "math", "object", "head", "select", "textarea",
    "audio", "video",
];

/// Elements that stand in the line; all others end a paragraph.
pub(super) const INLINE: [&str; 38] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements that end a paragraph, told apart from what is only text in angle brackets when it was escaped.
pub(super) const BLOCK: [&str; 30] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "tr",
    "td",
    "th",
    "tbody",
    "thead",
    "blockquote",
    "pre",
    "hr",
    "section",
    "article",
    "figure",
    "figcaption",
    "dl",
    "dt",
    "dd",
    "center",
    "main",
];
