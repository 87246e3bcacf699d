//! The feeds that an HTML page points at: those it declares, those its links look like, and where feeds usually are.
//!
//! Must not fetch: addresses come out, in the order in which they are worth a look.

use url::Url;

use super::tags::tags;
use super::{decode, limits};

/// Types under which pages declare feeds. Plain XML and JSON are declared for other things far more often.
const TYPES: [&str; 4] =
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"];
/// Where publishing software puts feeds, from the most to the least common.
const USUAL: [&str; 8] =
    ["/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss", "/feed.json", "/feeds/posts/default"];
/// Feeds taken of each kind of pointer.
const MOST: usize = 20;

/// Addresses that may be feeds, best first, without repeats.
#[derive(Debug, Default, PartialEq)]
pub struct Pointers {
    /// `<link rel="alternate">` with a feed's type.
    pub declared: Vec<Url>,
    /// Links that look like a feed's.
    pub linked: Vec<Url>,
    /// Where feeds usually are on a site.
    pub usual: Vec<Url>,
}

/// Looks through a page. `url` is the address that answered.
pub fn feeds_of_page(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Pointers {
    let page = decode::decode(bytes, content_type, &mut Vec::new());
    let mut base = url.clone();
    let mut pointers = Pointers::default();
    for tag in tags(&page).filter(|tag| !tag.is_end) {
        let Some(target) = tag.attribute("href").filter(|href| href.len() <= limits::URL) else { continue };
        let Ok(target) = base.join(&target) else { continue };
        if tag.is("base") {
            base = target;
        } else if tag.is("link") && is_declared(tag.attribute("rel"), tag.attribute("type")) {
            add(&mut pointers.declared, target);
        } else if tag.is("a") && looks_like_feed(&target) && target.host() == url.host() {
            add(&mut pointers.linked, target);
        }
    }
    let usual = USUAL.iter().filter_map(|path| url.join(path).ok());
    usual.for_each(|target| add(&mut pointers.usual, target));
    pointers
}

fn add(list: &mut Vec<Url>, target: Url) {
    let is_web = matches!(target.scheme(), "http" | "https");
    if is_web && list.len() < MOST && !list.contains(&target) {
        list.push(target);
    }
}

fn is_declared(rel: Option<String>, kind: Option<String>) -> bool {
    let says_alternate = |rel: String| rel.split_whitespace().any(|word| word.eq_ignore_ascii_case("alternate"));
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    rel.is_some_and(says_alternate) && TYPES.contains(&kind)
}

/// A path with a part that says `rss`, `atom` or `feed`, or a file of such a kind.
fn looks_like_feed(target: &Url) -> bool {
    let path = target.path().to_ascii_lowercase();
    let says = |part: &str| {
        part.split(['.', '-', '_']).any(|word| matches!(word, "rss" | "rss2" | "atom" | "feed" | "feeds" | "rdf"))
    };
    path.split('/').rev().take(2).any(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Pointers {
        feeds_of_page(page.as_bytes(), None, &Url::parse("https://pond.example/news/").expect("a URL"))
    }

    fn texts(urls: &[Url]) -> Vec<&str> {
        urls.iter().map(Url::as_str).collect()
    }

    #[test]
    fn declared_feeds_come_first() {
        let pointers = found(
            "<html><head><base href='/x/'><LINK REL='Alternate' TYPE='application/rss+xml; charset=utf-8' HREF='a?b=1&amp;c=2'>
            <link rel=alternate type=application/atom+xml href=//cdn.example/atom><link rel='stylesheet' href='s.css'>
            <link rel='alternate' type='application/json' href='/wp-json/1'><link rel='alternate' hreflang='de' href='/de'>
            <!-- <link rel='alternate' type='application/rss+xml' href='/old'> --></head>
            <body><a href='/blog/feed'>F</a><a href='https://other.example/rss'>O</a><a href='/feedback'>B</a>
            <a href='/news.rss'>R</a><a href='/news.rss'>R</a><a href='javascript:rss'>J</a></body></html>",
        );
        assert_eq!(texts(&pointers.declared), ["https://pond.example/x/a?b=1&c=2", "https://cdn.example/atom"]);
        assert_eq!(texts(&pointers.linked), ["https://pond.example/blog/feed", "https://pond.example/news.rss"]);
        assert_eq!(pointers.usual[0].as_str(), "https://pond.example/feed/");
    }

    #[test]
    fn a_page_of_links_without_end_gives_a_few() {
        let page: String = (0..50_000).map(|n| format!("<a href='/rss/{n}'>x")).collect();
        assert_eq!(found(&page).linked.len(), MOST);
        assert_eq!(found(&"<link rel=alternate href=".repeat(50_000)).declared.len(), 0);
    }
}
