//! How well it is seen who is named as the source: precision and recall on labelled sentences.
//!
//! `cargo run --release --example citations [FILE.tsv]`: without a file the sentences of the tests. A line holds the
//! outlets expected (comma-separated, `-` for none), `T` for a headline or `X` for a sentence of a text, and the words.

use std::{collections::BTreeSet, error::Error, time::Duration};

use jiff::Timestamp;
use storywatch::{
    entry::EntryId,
    story::{Document, Stream},
};

const SENTENCES: &str = include_str!("../tests/data/citations.tsv");

fn main() -> Result<(), Box<dyn Error>> {
    let sentences = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => SENTENCES.to_owned(),
    };
    let (mut right, mut wrong, mut missed, mut lines) = (0usize, 0usize, 0usize, 0usize);
    for line in sentences.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.splitn(3, '\t');
        let (Some(expected), Some(kind), Some(words)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let expected: BTreeSet<String> =
            expected.split(',').filter(|name| *name != "-").map(|name| name.trim().to_owned()).collect();
        let found = cited(words, kind == "T");
        lines += 1;
        right += found.intersection(&expected).count();
        wrong += found.difference(&expected).count();
        missed += expected.difference(&found).count();
        if found != expected {
            println!("expected {expected:?}, found {found:?}: {words}");
        }
    }
    println!(
        "{lines} sentences: precision {:.3}, recall {:.3} ({right} right, {wrong} wrong, {missed} missed)",
        right as f64 / (right + wrong).max(1) as f64,
        right as f64 / (right + missed).max(1) as f64,
    );
    Ok(())
}

fn cited(words: &str, is_title: bool) -> BTreeSet<String> {
    let (title, text) = if is_title { (words, "") } else { ("", words) };
    let document = Document {
        id: EntryId(1),
        outlet: String::new(),
        feed: String::new(),
        title: title.to_owned(),
        text: text.to_owned(),
        url: None,
        links: Vec::new(),
        seen: Timestamp::UNIX_EPOCH,
        published: None,
        language: None,
    };
    let grouping = Stream::new(Duration::from_secs(1), Vec::new()).push(&document).grouping;
    grouping.cites.into_iter().map(|citation| citation.outlet).collect()
}
