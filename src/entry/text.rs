//! What a reader sees of feed markup: visible text, one paragraph a line, and the links in it.
//!
//! A linear reader of tags, not a browser's tree: nested or broken markup costs nothing extra. Must be idempotent:
//! visible text stays as it is.

use std::collections::HashSet;

use url::Url;

use super::fold::Folded;
use super::tags::{BLOCK, HIDDEN, INLINE, Tags, href, is_in, tag_name};
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

/// An escaped `<`: a doubly escaped `<b>` is markup and goes with the next pass, but "the `<script>` tag" is what the
/// author wrote, and must neither vanish nor become a tag.
fn escaped_bracket(after: &str) -> char {
    if !after.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()) {
        return '<';
    }
    let name = tag_name(&after[..limits::cut(after, 16).len()]);
    let is_markup = name.is_empty() || is_in(&INLINE, name) || is_in(&BLOCK, name);
    if is_markup { '<' } else { '‹' }
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
        check(&format!("<p {}>x", "a='b' ".repeat(50_000)), "x");
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
