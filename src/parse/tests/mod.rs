//! What real publishers get wrong, one small document for each family, and documents made to hurt.

mod bounds;
mod families;
mod formats;
mod json;

use super::*;

#[track_caller]
fn read_feed(document: impl AsRef<[u8]>) -> ParsedFeed {
    let url = Url::parse("https://pond.example/feed").unwrap();
    parse_feed(document.as_ref(), None, Some(&url)).expect("a feed").0
}

#[track_caller]
fn item(elements: &str) -> ParsedEntry {
    let feed =
        read_feed(format!("<rss version='2.0'><channel><title>P</title><item>{elements}</item></channel></rss>"));
    assert_eq!(feed.entries.len(), 1, "{elements}");
    feed.entries.into_iter().next().unwrap()
}

#[track_caller]
fn check_titles(document: impl AsRef<[u8]>, expected: &[&str]) {
    let feed = read_feed(document);
    let titles: Vec<&str> = feed.entries.iter().map(|e| e.title.as_deref().unwrap_or("-")).collect();
    assert_eq!(titles, expected);
}

#[track_caller]
fn check_refused(document: impl AsRef<[u8]>, expected: &str) {
    let refused = parse_feed(document.as_ref(), None, None).expect_err("no feed");
    assert!(refused.0.contains(expected), "{}", refused.0);
}

fn date(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("a date"))
}
