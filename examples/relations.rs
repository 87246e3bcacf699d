//! How well it is told who copies whom: `relations FILE.jsonl…` prints what became of each kind of entry, and the
//! precision of `copy`.
//!
//! Lines hold `id`, `cluster`, `body` and, as far as known, `title`, `url`, `outlet`, `published` and `kind`. With kinds
//! (`orig` is an article, anything else is made from one) the truth is the kind; without, an entry is a copy when at
//! least a third of the shorter one's runs of eight words stand in an earlier one of its cluster.

use std::{
    collections::{BTreeMap, HashSet},
    error::Error,
    time::Duration,
};

use jiff::Timestamp;
use storywatch::{
    entry::{EntryId, LineEntry, from_json_line},
    story::{Document, Grouping, Relation, Stream},
};

const WINDOW: Duration = Duration::from_secs(5 * 86_400);
/// Words in a run, and the part of the shorter text from which it is a copy.
const RUN: usize = 8;
const COPIED: f64 = 1.0 / 3.0;

struct Row {
    document: Document,
    cluster: String,
    kind: Option<String>,
    runs: HashSet<Vec<String>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args().skip(1) {
        let rows = read(&file)?;
        let mut stream = Stream::new(WINDOW, Vec::new());
        let found: Vec<Grouping> = rows.iter().map(|row| stream.push(&row.document).grouping).collect();
        println!("{file}: {} entries", rows.len());
        show(&rows, &found);
    }
    Ok(())
}

fn read(file: &str) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(file)?.lines() {
        let value: serde_json::Value = serde_json::from_str(line)?;
        let LineEntry { outlet, feed, entry, .. } = from_json_line(line)?;
        let words: Vec<String> = entry.text.split_whitespace().map(str::to_lowercase).collect();
        rows.push(Row {
            document: Document {
                id: EntryId(i64::try_from(rows.len())?),
                feed: feed.or_else(|| outlet.clone()).unwrap_or_default(),
                outlet: outlet.unwrap_or_default(),
                title: entry.title,
                text: entry.text,
                url: entry.canonical_url,
                links: entry.links,
                seen: entry.published.unwrap_or(Timestamp::UNIX_EPOCH),
                published: None,
                language: None,
            },
            cluster: value["cluster"].as_str().unwrap_or_default().to_owned(),
            kind: value["kind"].as_str().map(str::to_owned),
            runs: words.windows(RUN).map(<[String]>::to_vec).collect(),
        });
    }
    Ok(rows)
}

fn show(rows: &[Row], found: &[Grouping]) {
    let (mut copies, mut right, mut of_right) = (0u32, 0u32, 0u32);
    let mut table: BTreeMap<(&str, &'static str), usize> = BTreeMap::new();
    for (at, (row, grouping)) in rows.iter().zip(found).enumerate() {
        let original = original(&rows[..at], row);
        let kind = row.kind.as_deref().unwrap_or(if original.is_some() { "copied" } else { "own" });
        *table.entry((kind, grouping.relation.as_str())).or_default() += 1;
        if grouping.relation == Relation::Copy {
            copies += 1;
            right += u32::from(original.is_some());
            let of = grouping.of.and_then(|of| rows.iter().find(|row| row.document.id == of));
            of_right += u32::from(of.is_some_and(|of| of.cluster == row.cluster));
            if original.is_none() {
                println!("  not a copy: {} {:?} ({})", row.document.outlet, row.document.title, grouping.reason);
            }
        }
    }
    for ((kind, relation), count) in table {
        println!("  {kind:10} {relation:12} {count:6}");
    }
    let part = |count: u32| f64::from(count) / f64::from(copies.max(1));
    println!("  {copies} called copy: precision {:.3}, of the right story {:.3}", part(right), part(of_right));
}

/// An earlier entry that this one is made from.
fn original<'a>(earlier: &'a [Row], row: &Row) -> Option<&'a Row> {
    let shares = |other: &&Row| {
        let shared = row.runs.intersection(&other.runs).count() as f64;
        shared >= COPIED * row.runs.len().min(other.runs.len()).max(1) as f64
    };
    let mut cluster = earlier.iter().filter(|other| other.cluster == row.cluster);
    match &row.kind {
        Some(kind) if kind == "orig" => cluster.find(shares),
        Some(_) => cluster.next(),
        None => cluster.find(shares),
    }
}
