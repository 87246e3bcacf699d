//! What a reader sees of feed markup: visible text, one paragraph a line, and the links in it.
//!
//! A linear reader of tags, not a browser's tree: nested or broken markup costs nothing extra. Must be idempotent:
//! visible text stays as it is.

use std::borrow::Cow;
use std::collections::HashSet;

use url::Url;

use super::url::canonical;
use crate::parse::entities;
use crate::parse::limits;

/// Links taken from one body.
const MAX_LINKS: usize = 200;
/// How often escaped markup is unescaped before what is left counts as text.
const MAX_PASSES: usize = 4;

/// The visible text of `html`: tags, attributes, scripts and the like gone, entities decoded (also doubly escaped
/// ones), white space folded, block elements and `<br>` as `\n`. Control, bidi and zero-width characters are removed
/// but for joiners inside scripts and emoji that need them. Plain text keeps its line breaks.
pub fn visible_text(html: &str) -> String {
    let has_tags = Tags::new(html).next().is_some();
    let mut text = pass(html, !has_tags);
    for _ in 1..MAX_PASSES {
        if !text.contains(['<', '&']) {
            return text;
        }
        let again = pass(&text, true);
        if again == text {
            return text;
        }
        text = again;
    }
    // Markup escaped over and over is an attack or an accident; its signs are taken away, so that the result is text.
    pass(&text.replace('<', "‹").replace('&', " "), true)
}

/// [`visible_text`] on a single line, cut at [`limits::TITLE`] bytes.
pub fn headline(html: &str) -> String {
    let text = visible_text(html).replace('\n', " ");
    limits::cut(&text, limits::TITLE).trim_end().trim_end_matches(['\u{200C}', '\u{200D}']).to_owned()
}

/// The canonical http(s) addresses that `html` links to, in order, without repeats.
pub fn links(html: &str, base: Option<&Url>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut links = Vec::new();
    let mut tags = Tags::new(html);
    while let Some((_, tag)) = tags.next() {
        if links.len() < MAX_LINKS
            && tag_name(tag).eq_ignore_ascii_case("a")
            && let Some(link) = href(tag).and_then(|href| resolved(&href, base))
            && seen.insert(link.clone())
        {
            links.push(link);
        }
    }
    links
}

fn resolved(href: &str, base: Option<&Url>) -> Option<String> {
    match base {
        Some(base) => canonical(base.join(href).ok()?.as_str()),
        None => canonical(href),
    }
}

/// The value of a tag's `href`, decoded.
fn href(tag: &str) -> Option<Cow<'_, str>> {
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
struct Tags<'h> {
    text: &'h str,
    position: usize,
    /// Where the last `>` stands: no tag begins behind it.
    last: usize,
    /// No `-->` follows any more. Noted, so that a thousand open comments do not cost a thousand searches.
    comments_end: bool,
}

impl<'h> Tags<'h> {
    fn new(text: &'h str) -> Self {
        Self { text, position: 0, last: text.rfind('>').unwrap_or(0), comments_end: true }
    }

    /// The text before the next tag, and the tag. `<` before anything but a name, `/`, `!` or `?` is text, and so is
    /// a `<` that no `>` ever follows.
    fn next(&mut self) -> Option<(&'h str, &'h str)> {
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

    fn rest(&self) -> &'h str {
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
    fn skip_hidden(&mut self, tag: &str, name: &'static str, unclosed: &mut Vec<&'static str>) {
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
fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-').unwrap_or(name.len());
    name[..end].rsplit(':').next().unwrap_or_default()
}

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Elements whose inside nobody sees.
const HIDDEN: [&str; 13] = [
    "script", "style", "template", "noscript", "iframe", "svg", "math", "object", "head", "select", "textarea",
    "audio", "video",
];

/// Elements that stand in the line; all others end a paragraph.
const INLINE: [&str; 38] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr",
];

/// Elements that end a paragraph, told apart from what is only text in angle brackets when it was escaped.
const BLOCK: [&str; 30] = [
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

/// One reading of `html`; in plain text (`keep_lines`) line breaks stay.
fn pass(html: &str, keep_lines: bool) -> String {
    let mut out = Folded::new(html.len(), keep_lines);
    let mut tags = Tags::new(html);
    let mut unclosed: Vec<&'static str> = Vec::new();
    while let Some((before, tag)) = tags.next() {
        push_text(&mut out, before);
        let name = tag_name(tag);
        if let Some(hidden) = HIDDEN.iter().find(|hidden| hidden.eq_ignore_ascii_case(name)) {
            tags.skip_hidden(tag, hidden, &mut unclosed);
            out.space();
        } else if !tag.starts_with("<!") && !tag.starts_with("<?") && !is_in(&INLINE, name) {
            out.end_paragraph();
        }
    }
    push_text(&mut out, tags.rest());
    out.finish()
}

fn push_text(out: &mut Folded, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((replacement, used)) = entities::reference(rest) else {
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[used..];
        match replacement {
            entities::Replacement::Text("<") => out.push(escaped_bracket(rest)),
            entities::Replacement::Char('<') => out.push(escaped_bracket(rest)),
            entities::Replacement::Text(text) => out.push_str(text),
            entities::Replacement::Char(c) => out.push(c),
            entities::Replacement::Nothing => {}
        }
    }
    out.push_str(rest);
}

/// An escaped `<`: a doubly escaped `<b>` is markup and goes with the next pass, but "the <script> tag" is what the
/// author wrote, and must neither vanish nor become a tag.
fn escaped_bracket(after: &str) -> char {
    if !after.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()) {
        return '<';
    }
    let name = tag_name(&after[..limits::cut(after, 16).len()]);
    let is_markup = name.is_empty() || is_in(&INLINE, name) || is_in(&BLOCK, name);
    if is_markup { '<' } else { '‹' }
}

/// Text as it comes out: white space folded, invisible characters dropped.
struct Folded {
    out: String,
    keep_lines: bool,
    pending: Option<char>,
    joiner: Option<char>,
    /// The last character, `\n` at the beginning.
    last: char,
}

impl Folded {
    fn new(capacity: usize, keep_lines: bool) -> Self {
        Self {
            out: String::with_capacity(capacity.min(limits::BODY)),
            keep_lines,
            pending: None,
            joiner: None,
            last: '\n',
        }
    }

    fn push_str(&mut self, text: &str) {
        for c in text.chars() {
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        match c {
            ' '..='~' if c != ' ' => self.visible(c),
            '\n' | '\u{2028}' | '\u{2029}' if self.keep_lines => self.end_paragraph(),
            '\u{200C}' | '\u{200D}' => self.joiner = Some(c).filter(|_| self.pending.is_none() && joins(self.last)),
            _ if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') => self.space(),
            _ if is_invisible(c) => {}
            _ => self.visible(c),
        }
    }

    fn visible(&mut self, c: char) {
        if let Some(space) = self.pending.take() {
            self.out.push(space);
        } else if let Some(joiner) = self.joiner.filter(|_| joins(c)) {
            self.out.push(joiner);
        }
        self.joiner = None;
        self.out.push(c);
        self.last = c;
    }

    fn space(&mut self) {
        self.joiner = None;
        if self.last != '\n' && self.pending.is_none() {
            self.pending = Some(' ');
        }
    }

    fn end_paragraph(&mut self) {
        self.joiner = None;
        if self.last != '\n' {
            self.pending = Some('\n');
        }
    }

    fn finish(self) -> String {
        self.out
    }
}

/// Letters and signs between which a joiner changes what is seen: Arabic, the Indic and South-East Asian scripts,
/// Mongolian, emoji.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{0600}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}' | '\u{0F00}'..='\u{109F}' | '\u{1780}'..='\u{18AF}'
        | '\u{FE0F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Control, bidi, zero-width and other format characters that show nothing by themselves.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(visible_text(html), expected, "{html}");
    }

    #[test]
    fn markup_goes_and_words_stay() {
        check("<p class=\"center-wrap\">One <b>bo</b>ld</p><p>Two</p>", "One bold\nTwo");
        check("One<br>two<br/>three<hr>four", "One\ntwo\nthree\nfour");
        check("<ul><li>a</li><li>b</li></ul>", "a\nb");
        check("<img alt='x > y' src=z>seen", "seen");
        check("a<script>if (a < b) { '</p>' }</script>b<style>p{}</style> c", "a b c");
        check("<xhtml:p>One</xhtml:p><xhtml:p>two</xhtml:p>", "One\ntwo");
        check("one<!-- <p>hidden</p> -->two<![CDATA[three]]>", "onetwothree]]>");
        check("hard\nwrapped <i>line</i>\nhere", "hard wrapped line here");
    }

    #[test]
    fn plain_text_is_left_alone() {
        check("a < b and c > d", "a < b and c > d");
        check("1 <2 and x <y", "1 <2 and x <y");
        check("AT&T; Q&A & co", "AT&T; Q&A & co");
        check("first line\n second line\n\nthird", "first line\nsecond line\nthird");
    }

    #[test]
    fn escaped_text_is_unescaped_to_the_end() {
        check("Don&amp;#8217;t &amp;amp; won&#146;t", "Don’t & won’t");
        check("&amp;lt;b&amp;gt;Flood&amp;lt;/b&amp;gt; warning", "Flood warning");
        check("Flaw in the &lt;script&gt; element, Vec&lt;T&gt; too", "Flaw in the ‹script> element, Vec‹T> too");
    }

    #[test]
    fn invisible_characters_go_but_joiners_that_matter_stay() {
        check("i\u{200B}n\u{AD}vis\u{FEFF}ible\u{202E}\u{7}", "invisible");
        check("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}");
        check("می\u{200C}خواهم a\u{200C}b \u{200D}", "می\u{200C}خواهم ab");
        check("a\u{a0}\u{3000} \t b\u{2028}c", "a b\nc");
    }

    #[test]
    fn a_headline_is_one_short_line() {
        assert_eq!(headline(" <p>One</p>\n<p>two&nbsp;</p>"), "One two");
        assert_eq!(headline(&"é".repeat(5_000)).len(), limits::TITLE);
    }

    #[test]
    fn links_are_canonical_and_in_order() {
        let html = r#"<a data-href="x" class="a" href="/b?x=1&amp;utm_source=y">1</a> <A HREF='http://www.c.example/d/'>2</A>
            <a href=/b?x=1>3</a><a href="mailto:a@b.example">4</a><abbr href="/no">"#;
        let base = Url::parse("https://a.example/feed").unwrap();
        assert_eq!(links(html, Some(&base)), ["https://a.example/b?x=1", "https://c.example/d"]);
    }

    #[test]
    fn huge_and_nested_markup_is_linear() {
        check(&("<div>".repeat(100_000) + "x"), "x");
        check(&"<a href=\"".repeat(30_000), &"<a href=\"".repeat(30_000));
        check(&("<a href=\"".repeat(30_000) + ">x"), "x");
        check(&("<script>".repeat(30_000) + "x"), "x");
        check(&("<!--".repeat(30_000) + "x>y"), "y");
        assert!(visible_text(&("&amp;".repeat(10) + &"amp;".repeat(100_000))).len() < 500_000);
    }

    proptest! {
        #[test]
        fn seeing_twice_is_seeing_once(
            pieces in proptest::collection::vec(prop_oneof![
                Just("<p>"), Just("</p>"), Just("<br>"), Just("&lt;"), Just("&amp;"), Just("amp;"), Just("lt;"),
                Just("<script>"), Just("</script>"), Just("b>"), Just("<"), Just(">"), Just("\n"), Just(" "),
                Just("\u{200D}"), Just("\u{1F468}"), Just("word"), Just("&#38;"), Just("#60;"), Just("<!--"),
                Just("-->"), Just("\""), Just("="), Just("a"), Just("/"), Just("\u{a0}"), Just("&nbsp"), Just("‹"),
                Just("![CDATA["), Just("\u{0627}"), Just("\u{200C}"), Just("script"), Just("&gt;"),
            ], 0..24)
        ) {
            let once = visible_text(&pieces.concat());
            prop_assert_eq!(visible_text(&once), once.clone());
            let line = headline(&pieces.concat());
            prop_assert_eq!(headline(&line), line.clone());
        }

        #[test]
        fn any_text_may_come(text in any::<String>()) {
            let once = visible_text(&text);
            prop_assert_eq!(visible_text(&once), once.clone());
            links(&text, None);
        }
    }
}
