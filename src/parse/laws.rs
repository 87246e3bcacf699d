//! What holds between the canonical document and what feed-rs makes of it: every field comes back as it was written,
//! and whatever feed-rs does otherwise is an error and nothing worse.

use proptest::prelude::*;

use super::canonical::{CHUNK, Canonical};
use super::reading::{interpret, read};
use super::*;

fn canonical(head: ParsedFeed, entries: &[ParsedEntry]) -> Canonical {
    let mut canonical = Canonical::new(head);
    entries.iter().for_each(|entry| canonical.add(entry.clone()));
    canonical
}

#[track_caller]
fn check_refused<T: std::fmt::Debug>(read: Result<T, NotAFeed>, expected: &str) {
    let refused = read.expect_err("refused").0;
    assert!(refused.starts_with("the canonical form of this document is refused: "), "{refused}");
    assert!(refused.contains(expected), "{refused}");
}

#[test]
fn a_panic_of_feed_rs_is_an_error() {
    let author = "<rss version='2.0'><channel><item><author>ann@b.example— Ann</author></item></channel></rss>";
    check_refused(interpret(author), "feed-rs panicked");
    let late = format!("<?xml version='1.0' {} encoding='windows-1252'?><feed><title>é</title></feed>", " ".repeat(90));
    check_refused(interpret(&late), "feed-rs panicked");
}

#[test]
fn what_feed_rs_refuses_or_loses_is_an_error() {
    check_refused(interpret("<feed><entry>"), "XML");
    let mut lost = canonical(ParsedFeed::default(), &[ParsedEntry::default(), ParsedEntry::default()]);
    lost.beside.pop();
    check_refused(read(lost), "2 entries of 1");
}

#[test]
fn a_long_feed_comes_back_in_order() {
    let entry = |number: usize| ParsedEntry { id: Some(number.to_string()), ..ParsedEntry::default() };
    for length in [CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let entries: Vec<ParsedEntry> = (0..length).map(entry).collect();
        let head = ParsedFeed { title: Some("Pond".into()), ..ParsedFeed::default() };
        assert_eq!(canonical(head.clone(), &entries).finish().len(), length.div_ceil(CHUNK));
        assert_eq!(read(canonical(head.clone(), &entries)).unwrap(), ParsedFeed { entries, ..head });
    }
}

#[test]
fn nothing_is_made_up() {
    let feed = read(canonical(ParsedFeed::default(), &[ParsedEntry::default()])).unwrap();
    assert_eq!(feed, ParsedFeed { entries: vec![ParsedEntry::default()], ..ParsedFeed::default() });
}

/// Markup, escapes, line ends, characters that XML forbids, and anything else.
fn hostile() -> impl Strategy<Value = String> {
    const PIECES: [&str; 13] = [
        "]]>",
        "]]\u{0}>",
        "]]",
        "<![CDATA[",
        "&amp;",
        "&#0;",
        "&x;",
        "</entry>",
        "<entry>",
        "\"",
        "\r\n",
        "\u{0}",
        "\u{FFFF}",
    ];
    let piece = prop_oneof![
        prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-z ]{0,4}"
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    prop::option::of(hostile())
}

fn address() -> impl Strategy<Value = String> {
    let base = Url::parse("https://pond.example/").unwrap();
    (hostile(), any::<bool>()).prop_filter_map("no address", move |(written, is_placed)| {
        extract::absolute(&written, is_placed.then_some(&base))
    })
}

fn date() -> impl Strategy<Value = Option<Timestamp>> {
    let seconds = Timestamp::MIN.as_second()..Timestamp::MAX.as_second();
    prop::option::of((seconds, 0..1_000_000_000i32))
        .prop_map(|date| date.and_then(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).ok()))
}

fn entry() -> impl Strategy<Value = ParsedEntry> {
    let texts = (maybe(), maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    let rest = (prop::option::of(address()), date(), date(), prop::collection::vec(hostile(), 0..3));
    (texts, rest).prop_map(|((id, title, summary, content, author, language, source), rest)| {
        let (url, published, updated, tags) = rest;
        let original_url = url.clone();
        ParsedEntry {
            id,
            title,
            url,
            original_url,
            summary,
            content,
            author,
            published,
            updated,
            tags,
            language,
            source,
        }
    })
}

/// A text as it comes back: without what XML forbids, and none if it says nothing.
fn legal(text: Option<&str>) -> Option<String> {
    let is_legal = |c: &char| match c {
        '\t' | '\n' | '\r' => true,
        c => *c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'),
    };
    text.map(|text| text.chars().filter(is_legal).collect::<String>()).filter(|text| !text.trim().is_empty())
}

fn trimmed(text: Option<&str>) -> Option<String> {
    legal(text).map(|text| text.trim().to_owned())
}

fn as_it_comes_back(entry: ParsedEntry) -> ParsedEntry {
    ParsedEntry {
        id: legal(entry.id.as_deref()),
        title: trimmed(entry.title.as_deref()),
        summary: trimmed(entry.summary.as_deref()),
        content: trimmed(entry.content.as_deref()),
        author: legal(entry.author.as_deref()),
        tags: entry.tags.iter().filter_map(|tag| trimmed(Some(tag))).collect(),
        ..entry
    }
}

proptest! {
    #[test]
    fn every_entry_comes_back_as_written(
        entries in prop::collection::vec(entry(), 0..4),
        title in maybe(),
        links in prop::collection::vec(address(), 0..3),
        hub in prop::option::of(address()),
        language in maybe(),
    ) {
        let head = ParsedFeed {
            format: "RSS 2.0".into(),
            description: title.clone(),
            title,
            links,
            self_url: hub.clone(),
            hub,
            language,
            ttl: Some(7),
            skip_hours: vec![3],
            skip_days: vec![Weekday::Friday],
            update_period: Some(Period::Hourly),
            update_frequency: Some(2),
            update_base: Some(Timestamp::UNIX_EPOCH),
            entries: Vec::new(),
        };
        let feed = read(canonical(head.clone(), &entries)).unwrap();
        let expected = ParsedFeed {
            title: trimmed(head.title.as_deref()),
            description: trimmed(head.description.as_deref()),
            language: legal(head.language.as_deref()),
            entries: entries.into_iter().map(as_it_comes_back).collect(),
            ..head
        };
        prop_assert_eq!(feed, expected);
    }
}
