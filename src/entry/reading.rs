//! A parsed item to an [`Entry`]: markup to visible text, addresses made canonical, dates that can be true.

use jiff::Timestamp;
use url::Url;

use super::text::{headline, links, visible_text};
use super::url::canonical;
use super::{Entry, language};
use crate::parse::twice::mended;
use crate::parse::{ParsedEntry, ParsedFeed};

/// What an entry has as its body, before markup goes.
pub(super) struct Body<'a> {
    pub summary: Option<&'a str>,
    pub content: Option<&'a str>,
}

/// The entry that an item of `feed` is; `base` is the feed's final address, for links in the text.
pub fn from_parsed(parsed: &ParsedEntry, feed: &ParsedFeed, base: Option<&Url>) -> Entry {
    let declared = parsed.language.as_deref().into_iter().chain(feed.language.as_deref());
    let page = parsed.url.as_deref().and_then(|url| Url::parse(url).ok());
    let [summary, content] = [&parsed.summary, &parsed.content].map(|text| text.as_deref().map(mended));
    let body = Body { summary: summary.as_deref(), content: content.as_deref() };
    let (text, links) = body.read(page.as_ref().or(base));
    let title = parsed.title.as_deref().map(line).unwrap_or_default();
    let canonical_url = parsed.original_url.as_deref().or(parsed.url.as_deref()).and_then(canonical);
    Entry {
        guid: parsed.id.clone(),
        // An address that has no canonical form is not http(s), and then it is no link.
        url: parsed.url.clone().filter(|_| canonical_url.is_some()),
        canonical_url,
        language: language::language(declared, &title, &text),
        title,
        text,
        links,
        author: parsed.author.as_deref().map(line).filter(|author| !author.is_empty()),
        tags: parsed.tags.iter().map(|tag| line(tag)).filter(|tag| !tag.is_empty()).collect(),
        source: parsed.source.as_deref().map(line).filter(|source| !source.is_empty()),
        published: parsed.published.filter(is_plausible),
        updated: parsed.updated.filter(is_plausible),
    }
}

/// The entry with what its page says, which comes on top of what the feed says: visible text, and the links in it.
pub fn with_page(entry: Entry, text: &str, links: &[String]) -> Entry {
    let text = merged(entry.text, text.to_owned());
    let language = entry.language.or_else(|| language::language(std::iter::empty(), &entry.title, &text));
    let mut all = entry.links;
    for link in links {
        if !all.contains(link) {
            all.push(link.clone());
        }
    }
    Entry { text, language, links: all, ..entry }
}

fn line(text: &str) -> String {
    headline(&mended(text))
}

/// Dates are for display; 1970 and 2099 are what a broken or placeholder clock writes.
pub(super) fn is_plausible(date: &Timestamp) -> bool {
    /// 1990-01-01, before there were feeds to publish in, and 2080-01-01.
    const PLAUSIBLE: std::ops::Range<i64> = 631_152_000..3_471_292_800;
    PLAUSIBLE.contains(&date.as_second())
}

impl Body<'_> {
    /// Visible text of both parts, and the links in them.
    pub(super) fn read(&self, base: Option<&Url>) -> (String, Vec<String>) {
        let [summary, content] = [self.summary, self.content].map(Option::unwrap_or_default);
        let mut found = links(content, base);
        for link in links(summary, base) {
            if !found.contains(&link) {
                found.push(link);
            }
        }
        (merged(visible_text(summary), visible_text(content)), found)
    }
}

/// Both texts, or the longer where one is an excerpt of the other.
fn merged(summary: String, content: String) -> String {
    if content.is_empty() || is_excerpt(&content, &summary) {
        return summary;
    }
    if summary.is_empty() || is_excerpt(&summary, &content) {
        return content;
    }
    format!("{summary}\n{content}")
}

fn is_excerpt(excerpt: &str, text: &str) -> bool {
    let one_line = |text: &str| text.replace('\n', " ");
    let excerpt = one_line(excerpt);
    let bare = excerpt.trim_end_matches(['…', '.', '[', ']', '(', ')', ' ']);
    one_line(text).contains(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_becomes_an_entry() {
        let feed = ParsedFeed { language: Some("en-GB".into()), ..ParsedFeed::default() };
        let parsed = ParsedEntry {
            id: Some("x".into()),
            title: Some("A <b>flood</b>\n&amp;amp; more".into()),
            url: Some("http://www.a.example/1?utm_source=rss".into()),
            summary: Some("<p>The river rose […]</p>".into()),
            content: Some("<p>The river rose <a href='/2'>again</a>.</p>".into()),
            author: Some(" Ann\r\nBcc: x ".into()),
            published: Timestamp::from_second(0).ok(),
            ..ParsedEntry::default()
        };
        let entry = from_parsed(&parsed, &feed, None);
        assert_eq!((entry.title.as_str(), entry.text.as_str()), ("A flood & more", "The river rose again."));
        assert_eq!(entry.canonical_url.as_deref(), Some("https://a.example/1"));
        assert_eq!(entry.links, ["https://a.example/2"]);
        assert_eq!((entry.author.as_deref(), entry.language.as_deref()), (Some("Ann Bcc: x"), Some("en")));
        assert_eq!(entry.published, None);
    }

    #[test]
    fn a_page_comes_on_top_and_changes_nothing_the_second_time() {
        let known =
            |text: &str| Entry { text: text.into(), links: vec!["https://a.example/1".into()], ..Entry::default() };
        let links = ["https://a.example/1".to_owned(), "https://a.example/2".to_owned()];
        let whole = with_page(known("The river rose […]"), "The river rose again.\nIt fell.", &links);
        assert_eq!((whole.text.as_str(), whole.links.len()), ("The river rose again.\nIt fell.", 2));
        let teaser = with_page(known("A river, and what it did."), "The river rose.", &[]);
        assert_eq!(teaser.text, "A river, and what it did.\nThe river rose.");
        assert_eq!(with_page(whole.clone(), "The river rose again.\nIt fell.", &links), whole);
    }

    #[test]
    fn text_encoded_twice_is_mended() {
        let parsed = ParsedEntry {
            title: Some("GrÃ¶Ã\u{178}e".into()),
            summary: Some("<p>fÃ¼r</p>".into()),
            tags: vec!["MÃ¼ll".into()],
            ..ParsedEntry::default()
        };
        let entry = from_parsed(&parsed, &ParsedFeed::default(), None);
        assert_eq!(
            (entry.title.as_str(), entry.text.as_str(), &entry.tags[..]),
            ("Größe", "für", &["Müll".to_owned()][..])
        );
    }

    #[test]
    fn a_link_that_is_not_http_is_none() {
        let parsed = ParsedEntry { url: Some("mailto:a@b.example".into()), ..ParsedEntry::default() };
        assert_eq!(from_parsed(&parsed, &ParsedFeed::default(), None), Entry::default());
    }

    #[test]
    fn different_summary_and_content_are_both_kept() {
        assert_eq!(merged("One.".into(), "Two.".into()), "One.\nTwo.");
        assert_eq!(merged("One two three.".into(), "One two…".into()), "One two three.");
        assert_eq!(merged(String::new(), "Two.".into()), "Two.");
    }
}
