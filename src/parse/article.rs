//! The article of a page: what a reader came for, without the rest of the site. What counts as that is decided by
//! dom_smoothie, a port of the Readability of Firefox.
//!
//! Must not be made slow or large by a page: its builder is quadratic in depth, so pages that are deeper or larger than
//! any article's are refused before.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::{Config, Readability};
use url::Url;

use super::{decode, limits, tags::tags};

/// Bytes of a page; Wikipedia's longest are below 3 MB.
pub const PAGE: u64 = 4 << 20;
/// Elements of a page.
const ELEMENTS: usize = 30_000;
/// Elements inside one another. Real pages stay below 60.
const DEPTH: usize = 100;
/// Elements that have no inside.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// Elements that end where the next of their kind begins, and are often left open.
const OPEN: [&str; 9] = ["p", "li", "dt", "dd", "tr", "td", "th", "option", "body"];

/// Why a page gives no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoArticle {
    /// The publisher does not want it to be used.
    #[error("the page asks not to be indexed ({0})")]
    Unwanted(String),
    #[error("the page is larger or deeper than any article's")]
    Unwieldy,
    #[error("there is no article on the page")]
    Nothing,
}

/// The article's markup. `robots` is what X-Robots-Tag headers say, one a line; `url` the address that answered.
///
/// # Errors
/// [`NoArticle`] says why there is none.
pub fn article(bytes: &[u8], content_type: Option<&str>, robots: &str, url: &Url) -> Result<String, NoArticle> {
    if let Some(word) = robots.lines().find_map(forbidding_header) {
        return Err(NoArticle::Unwanted(word));
    }
    let content_type = with_charset(content_type, bytes);
    let page = decode::decode(bytes, content_type.as_deref(), &mut Vec::new());
    let page = &page[page.find('<').ok_or(NoArticle::Nothing)?..];
    check(page)?;
    // Somebody else's code, given a stranger's page.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let config = Config { disable_json_ld: true, max_elements_to_parse: ELEMENTS, ..Config::default() };
        let mut reader = Readability::new(page, Some(url.as_str()), Some(config)).map_err(|_| NoArticle::Nothing)?;
        if is_deep(&reader) {
            return Err(NoArticle::Unwieldy);
        }
        let article = reader.parse().map_err(|_| NoArticle::Nothing)?;
        Ok(article.content.to_string())
    }));
    let markup = read.unwrap_or(Err(NoArticle::Nothing))?;
    Ok(limits::cut(&markup, limits::BODY).to_owned())
}

/// Looks through all tags once: what the page says of itself, and whether it is of a size that can be worked on.
fn check(page: &str) -> Result<(), NoArticle> {
    let (mut depth, mut count) = (0usize, 0usize);
    for tag in tags(page) {
        let is_said = tag.is("meta") && !tag.is_end && tag.attribute("name").is_some_and(|name| is_for_us(&name));
        let said = tag.attribute("content").filter(|_| is_said);
        if let Some(word) = said.as_deref().and_then(forbidding) {
            return Err(NoArticle::Unwanted(word));
        }
        let is_flat = tag.is_empty || VOID.iter().chain(&OPEN).any(|name| tag.is(name));
        match (is_flat, tag.is_end) {
            (true, _) => {}
            (false, false) => depth += 1,
            (false, true) => depth = depth.saturating_sub(1),
        }
        count += usize::from(!tag.is_end);
        if depth > DEPTH || count > ELEMENTS {
            return Err(NoArticle::Unwieldy);
        }
    }
    Ok(())
}

/// End tags that end nothing hide from [`check`] how deep a page is, but not from the tree.
fn is_deep(reader: &Readability) -> bool {
    let mut open = vec![(reader.doc.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > DEPTH {
            return true;
        }
        open.extend(node.children_it(false).map(|child| (child, depth + 1)));
    }
    false
}

fn is_for_us(name: &str) -> bool {
    ["robots", "storywatch", "*"].iter().any(|known| name.trim().eq_ignore_ascii_case(known))
}

/// The word of a list of directives by which a text is neither to be searched nor to be quoted.
fn forbidding(directives: &str) -> Option<String> {
    let words = directives.split(',').map(|word| word.split_whitespace().collect::<String>().to_ascii_lowercase());
    words.into_iter().find(|word| matches!(word.as_str(), "noindex" | "none" | "nosnippet" | "max-snippet:0"))
}

/// As [`forbidding`], of a header, in which the name of a robot may stand before the directives that are for it.
fn forbidding_header(line: &str) -> Option<String> {
    let mut is_ours = true;
    for part in line.split(',') {
        let (name, rest) = part.split_once(':').unwrap_or(("", part));
        let is_directive = name.is_empty()
            || ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"]
                .iter()
                .any(|known| name.trim().eq_ignore_ascii_case(known));
        if !is_directive {
            is_ours = is_for_us(name);
        }
        let directive = if is_directive { part } else { rest };
        if let Some(word) = forbidding(directive).filter(|_| is_ours) {
            return Some(word);
        }
    }
    None
}

/// The header's type with the charset that the page names itself, where the header names none.
fn with_charset(content_type: Option<&str>, bytes: &[u8]) -> Option<String> {
    const HEAD: usize = 2048;
    let header = content_type.unwrap_or("text/html");
    if header.to_ascii_lowercase().contains("charset=") {
        return Some(header.to_owned());
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let named = head.split_once("charset=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    let ends = |letter: char| !(letter.is_ascii_alphanumeric() || "-_:.".contains(letter));
    let charset = named.and_then(|rest| rest.split(ends).next()).filter(|charset| !charset.is_empty());
    Some(charset.map_or_else(|| header.to_owned(), |charset| format!("{header}; charset={charset}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAGRAPH: &str = "The tide table of the harbour was printed for the last time this week, the harbour master \
        said, since every skipper now carries one in a pocket, and the printer has retired to the hills.";

    fn page(head: &str, body: &str) -> String {
        format!(
            "<!DOCTYPE html><html><head><title>Tides</title>{head}</head><body><nav><a href='/'>Home</a> <a \
             href='/about'>About this site</a></nav><article><h1>Tides</h1>{body}</article><aside>Subscribe to our \
             newsletter</aside><footer>All rights reserved</footer></body></html>"
        )
    }

    fn paragraphs(number: usize) -> String {
        format!("<p>{PARAGRAPH}</p>\n").repeat(number)
    }

    fn read(page: &[u8], content_type: Option<&str>, robots: &str) -> Result<String, NoArticle> {
        article(page, content_type, robots, &Url::parse("https://pond.example/news/1").expect("a URL"))
    }

    #[test]
    fn the_article_is_found_and_the_rest_left() {
        let markup = read(page("", &paragraphs(6)).as_bytes(), Some("text/html"), "").expect("an article");
        assert!(markup.contains("harbour master"), "{markup}");
        for other in ["newsletter", "rights reserved", "About this site"] {
            assert!(!markup.contains(other), "{other}: {markup}");
        }
    }

    #[test]
    fn what_the_page_is_encoded_in_is_known_from_itself() {
        let text = page("<meta charset=\"windows-1251\">", &paragraphs(6)).replace("harbour", "гавань");
        let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
        assert!(read(&bytes, Some("text/html"), "").is_ok_and(|markup| markup.contains("гавань")));
        assert!(read(text.as_bytes(), None, "").is_ok_and(|markup| markup.contains("гавань")));
    }

    #[test]
    fn a_publisher_who_does_not_want_it_is_heeded() {
        let unwanted = |head: &str, robots: &str| {
            matches!(read(page(head, &paragraphs(6)).as_bytes(), None, robots), Err(NoArticle::Unwanted(_)))
        };
        for content in ["noindex", "NoIndex, nofollow", "follow,none", "max-snippet: 0", "nosnippet"] {
            assert!(unwanted(&format!("<META NAME='Robots' CONTENT='{content}'>"), ""), "{content}");
            assert!(unwanted("", content), "{content}");
            assert!(unwanted("", &format!("otherbot: noarchive\nstorywatch: nofollow, {content}")), "{content}");
            assert!(!unwanted("", &format!("otherbot: nofollow, {content}")), "{content}");
            assert!(!unwanted(&format!("<meta name='otherbot' content='{content}'>"), ""), "{content}");
        }
        for harmless in
            ["index, follow", "max-snippet:-1, max-image-preview:large", "noarchive", "unavailable_after: x"]
        {
            assert!(!unwanted(&format!("<meta name=robots content='{harmless}'>"), harmless), "{harmless}");
        }
    }

    #[test]
    fn pages_that_would_take_long_are_refused() {
        for body in [
            "<div>".repeat(DEPTH + 1),
            "<b>".repeat(100_000),
            "<i>x</i>".repeat(ELEMENTS + 1),
            "<div></x>".repeat(2_000),
            "<div><script></x></script>".repeat(1_000),
        ] {
            assert_eq!(read(page("", &body).as_bytes(), None, ""), Err(NoArticle::Unwieldy), "{body:.20}");
        }
        for nothing in ["", "plain text", "<html><body></body></html>", "<html><body><p>Please turn on scripts."] {
            let markup = read(nothing.as_bytes(), None, "").unwrap_or_default();
            assert!(markup.len() < 200, "{markup}");
        }
    }
}
