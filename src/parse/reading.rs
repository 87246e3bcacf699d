//! feed-rs behind one function: a canonical document in, a [`ParsedFeed`] out. The only place that knows feed-rs, and
//! chrono, in which it gives dates.
//!
//! Must not read what publishers sent: feed-rs 3.0.0 panics on some of it, refuses more, and loses dates and titles of
//! a good part of the rest without a word. What it is given comes from [`canonical`](super::canonical) alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use feed_rs::model::{Entry, Feed, Link, Person, Text};
use feed_rs::parser::{Builder, Parser};
use jiff::Timestamp;

use super::canonical::{Beside, CHUNK, Canonical};
use super::{NotAFeed, ParsedEntry, ParsedFeed};

/// Reads canonical documents and puts back what was kept beside it, joined by position.
///
/// # Errors
/// If feed-rs refuses the document, panics on it or sees another number of entries than were written. None of this
/// has been seen of a canonical document; should it happen, it costs this document and not the daemon.
pub fn read(mut canonical: Canonical) -> Result<ParsedFeed, NotAFeed> {
    let mut read: Option<ParsedFeed> = None;
    let mut beside = std::mem::take(&mut canonical.beside).into_iter();
    for document in canonical.finish() {
        let mut feed = interpret(&document)?;
        let entries = std::mem::take(&mut feed.entries);
        let (seen, written) = (entries.len(), beside.len().min(CHUNK));
        if seen != written {
            return Err(refused(&format!("{seen} entries of {written} were read")));
        }
        let entries = entries.into_iter().zip(&mut beside).map(|(entry, beside)| entry_from(entry, beside));
        read.get_or_insert_with(|| head(feed, &mut canonical)).entries.extend(entries);
    }
    Ok(read.unwrap_or_default())
}

/// feed-rs itself, panics included.
pub(super) fn interpret(document: &str) -> Result<Feed, NotAFeed> {
    match catch_unwind(AssertUnwindSafe(|| parser().parse(document.as_bytes()))) {
        Ok(Ok(feed)) => Ok(feed),
        Ok(Err(error)) => Err(refused(&error.to_string())),
        Err(_) => Err(refused("feed-rs panicked")),
    }
}

fn refused(why: &str) -> NotAFeed {
    NotAFeed(format!("the canonical form of this document is refused: {why}"))
}

/// No base address: every address in a canonical document is absolute.
fn parser() -> Parser {
    Builder::new()
        .sanitize_content(false)
        // A made-up id would look like the publisher's; an empty one is taken for none.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(|text| {
            let nanoseconds = text.parse::<Timestamp>().ok()?.as_nanosecond();
            let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
            DateTime::from_timestamp(seconds, u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).ok()?)
        })
        .build()
}

/// What concerns the whole feed.
fn head(feed: Feed, canonical: &mut Canonical) -> ParsedFeed {
    let related = |relation| move |link: &&Link| link.rel.as_deref() == Some(relation);
    let address = |relation| feed.links.iter().find(related(relation)).map(|link| link.href.clone());
    ParsedFeed {
        title: text(feed.title),
        description: text(feed.description),
        hub: address("hub"),
        self_url: address("self"),
        links: feed.links.iter().filter(related("alternate")).map(|link| link.href.clone()).collect(),
        language: feed.language,
        ..std::mem::take(&mut canonical.facts)
    }
}

fn entry_from(entry: Entry, beside: Beside) -> ParsedEntry {
    ParsedEntry {
        id: Some(entry.id).filter(|id| !id.is_empty()),
        title: text(entry.title),
        url: entry.links.into_iter().next().map(|link| link.href),
        original_url: beside.original_url,
        summary: text(entry.summary),
        content: entry.content.and_then(|content| content.body),
        author: entry.authors.into_iter().next().and_then(|Person { name, .. }| name),
        published: entry.published.and_then(timestamp),
        updated: entry.updated.and_then(timestamp),
        tags: entry.categories.into_iter().map(|category| category.term).collect(),
        language: beside.language,
        source: beside.source,
    }
}

fn text(text: Option<Text>) -> Option<String> {
    text.map(|text| text.content)
}

fn timestamp(date: DateTime<Utc>) -> Option<Timestamp> {
    Timestamp::new(date.timestamp(), i32::try_from(date.timestamp_subsec_nanos()).ok()?).ok()
}
