//! Speed and memory of the matcher, beside SQLite's FTS5 and beside a loop over all watches, in one run.
//!
//! `watch_speed [ENTRIES] [MOST]`: ENTRIES (20,000) entries of 120 words over a Zipf vocabulary, against MOST
//! (100,000), 10,000, 1,000 and 100 watches of one to three words, phrases and NEAR among them. FTS5 and the loop are given
//! fewer entries where they would take minutes; the memory is what a process of its own grew by, without the watches' own
//! text. Then what is meant to hurt, with the bounds that are to hold: one common word in every watch, a watch of 64 KiB,
//! NEAR over large groups, ten thousand words and a thousand regular expressions.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use storywatch::watch::{Query, Subject, WatchSet, compile};

/// A fixed generator: the figures must not depend on luck.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() * limit as f64) as usize
    }
}

/// Words that a language might have: rank 0 is the most common.
struct Vocabulary(Vec<String>);

impl Vocabulary {
    const SIZE: usize = 50_000;

    fn new() -> Self {
        const SYLLABLES: [&str; 25] = [
            "ba", "cer", "di", "fo", "gun", "ha", "jin", "ka", "lor", "me", "nu", "pe", "qua", "ri", "sto", "ta", "u",
            "vel", "wi", "xa", "yo", "zen", "the", "an", "er",
        ];
        let word = |mut rank: usize| {
            let mut word = String::new();
            while {
                word += SYLLABLES[rank % 25];
                rank /= 25;
                rank > 0
            } {}
            word
        };
        Self((0..Self::SIZE).map(word).collect())
    }

    /// By Zipf's law: the word of rank r comes up in proportion to 1/r.
    fn zipf(&self, dice: &mut Dice) -> &str {
        &self.0[(Self::SIZE as f64).powf(dice.next()) as usize % Self::SIZE]
    }

    /// Any word but the `common` most common ones, what people name in a watch.
    fn rare(&self, common: usize, dice: &mut Dice) -> &str {
        &self.0[common + dice.below(Self::SIZE - common)]
    }
}

fn entries(count: usize, words: &Vocabulary, dice: &mut Dice) -> Vec<(String, String)> {
    let passage = |count: usize, dice: &mut Dice| {
        let words: Vec<&str> = (0..count).map(|_| words.zipf(dice)).collect();
        let mut text = words.join(" ");
        text[..1].make_ascii_uppercase();
        text + "."
    };
    (0..count).map(|_| (passage(10, dice), passage(110, dice))).collect()
}

/// A watch in our language and as a query of FTS5.
fn watch(number: usize, common: usize, words: &Vocabulary, dice: &mut Dice) -> (Query, String) {
    let [a, b, c] = [0, 1, 2].map(|_| words.rare(common, dice));
    let (ours, theirs) = match number % 6 {
        0 | 1 => (a.to_owned(), format!("\"{a}\"")),
        2 => (format!("{a} AND {b}"), format!("\"{a}\" AND \"{b}\"")),
        3 => (format!("{a} OR {b} OR {c}"), format!("\"{a}\" OR \"{b}\" OR \"{c}\"")),
        4 => (format!("\"{a} {b}\""), format!("\"{a} {b}\"")),
        _ => (format!("({a} NEAR/5 {b}) AND NOT {c}"), format!("NEAR(\"{a}\" \"{b}\", 5) NOT \"{c}\"")),
    };
    (Query { name: format!("w{number}"), query: Some(ours), ..Query::default() }, theirs)
}

fn subject((title, text): &(String, String)) -> Subject<'_> {
    Subject { title, text, ..Subject::default() }
}

fn main() {
    let argument = |at: usize, default: usize| std::env::args().nth(at).and_then(|a| a.parse().ok()).unwrap_or(default);
    let words = Vocabulary::new();
    if std::env::args().nth(1).as_deref() == Some("--bytes") {
        let (queries, _) = watches(argument(2, 100_000), argument(3, 100), &words);
        println!("{}", bytes(&queries));
        return;
    }
    let (count, most) = (argument(1, 20_000), argument(2, 100_000));
    let mut dice = Dice(20_260_901);
    let entries = entries(count, &words, &mut dice);
    println!("{count} entries of 120 words, one core; entries a second");
    for common in [5_000, 100] {
        println!("watches of words beyond the {common} most common");
        println!("watches   storywatch  matches/entry  load      bytes/watch  FTS5 by 100 / all   loop");
        for count in [100_000, 10_000, 1_000, 100].into_iter().filter(|count| *count <= most) {
            compare(count, common, &words, &entries);
        }
    }
    hurt(&words, &entries, &mut dice);
}

/// The same each time, in our language and in that of FTS5.
fn watches(count: usize, common: usize, words: &Vocabulary) -> (Vec<Query>, Vec<String>) {
    let mut dice = Dice(count as u64);
    (0..count).map(|number| watch(number, common, words, &mut dice)).unzip()
}

/// What a watch takes up beside its own text: in a process that has given nothing back before.
fn bytes(queries: &[Query]) -> usize {
    let text: usize = queries.iter().map(|query| query.name.len() + query.query.as_ref().map_or(0, String::len)).sum();
    let (set, _, memory) = load(queries);
    drop(set);
    memory.saturating_sub(text) / queries.len()
}

fn bytes_elsewhere(count: usize, common: usize) -> String {
    let itself = std::env::current_exe().expect("a program has a path");
    let mut command = std::process::Command::new(itself);
    let output = command.args(["--bytes", &count.to_string(), &common.to_string()]).output().expect("it runs again");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn compare(count: usize, common: usize, words: &Vocabulary, entries: &[(String, String)]) {
    let (queries, theirs) = watches(count, common, words);
    let (queries, theirs) = (queries.as_slice(), theirs.as_slice());
    let (set, load, _) = load(queries);
    let (rate, matches) = speed(&set, entries);
    let few = (200_000_000 / queries.len() / 50).clamp(100, entries.len());
    let by_100 = fts5(theirs, &entries[..few.min(2_000)], 100);
    let at_once = fts5(theirs, entries, entries.len());
    let looped = naive(queries, &entries[..(20_000 / queries.len()).clamp(1, 200)]);
    println!(
        "{:>7} {rate:>12.0} {:>14.2}  {:<9} {:>10} {by_100:>12.0} / {at_once:<8.0} {looped:.0}",
        queries.len(),
        matches as f64 / entries.len() as f64,
        format!("{load:.2?}"),
        bytes_elsewhere(count, common),
    );
}

fn load(queries: &[Query]) -> (WatchSet, Duration, usize) {
    let before = resident();
    let started = Instant::now();
    let compiled = compile(queries, &BTreeMap::new());
    let load = started.elapsed();
    assert!(compiled.problems.is_empty(), "{:?}", compiled.problems.first());
    (compiled.watches, load, resident().saturating_sub(before))
}

/// Entries a second, and how many matches were written, each with its evidence.
fn speed(set: &WatchSet, entries: &[(String, String)]) -> (f64, usize) {
    let started = processor();
    let matches = entries.iter().map(|entry| set.matches(&subject(entry)).len()).sum();
    (entries.len() as f64 / (processor() - started).as_secs_f64(), matches)
}

/// A query a watch, over an index of `batch` entries at a time; no evidence.
fn fts5(queries: &[String], entries: &[(String, String)], batch: usize) -> f64 {
    let connection = Connection::open_in_memory().expect("SQLite works");
    let started = processor();
    let mut done = 0;
    for batch in entries.chunks(batch) {
        connection
            .execute_batch("DROP TABLE IF EXISTS entry; CREATE VIRTUAL TABLE entry USING fts5 (title, text)")
            .expect("SQLite has FTS5");
        let transaction = connection.unchecked_transaction().expect("a transaction");
        let mut insert = transaction.prepare("INSERT INTO entry (title, text) VALUES (?1, ?2)").expect("SQL");
        for entry in batch {
            insert.execute((&entry.0, &entry.1)).expect("an entry is stored");
        }
        let mut select = transaction.prepare("SELECT rowid FROM entry WHERE entry MATCH ?1").expect("SQL");
        for query in queries {
            let found = select.query_map([query], |row| row.get::<_, i64>(0)).expect("FTS5 takes the query");
            done += found.count();
        }
    }
    std::hint::black_box(done);
    entries.len() as f64 / (processor() - started).as_secs_f64()
}

/// Every watch by itself against every entry, as a program would that has no matcher for all.
fn naive(queries: &[Query], entries: &[(String, String)]) -> f64 {
    let each = |query: &Query| compile(std::slice::from_ref(query), &BTreeMap::new()).watches;
    let sets: Vec<WatchSet> = queries.iter().map(each).collect();
    let started = processor();
    let matches = |entry| sets.iter().map(|set| set.matches(&subject(entry)).len()).sum::<usize>();
    std::hint::black_box(entries.iter().map(matches).sum::<usize>());
    entries.len() as f64 / (processor() - started).as_secs_f64()
}

/// Watches that are meant to be slow.
fn hurt(words: &Vocabulary, entries: &[(String, String)], dice: &mut Dice) {
    let entries = &entries[..entries.len().min(300)];
    let named =
        |number: usize, query: String| Query { name: format!("w{number}"), query: Some(query), ..Query::default() };
    // Most milliseconds an entry may take, and most seconds the load.
    let show = |what: &str, (most_each, most_load): (f64, f64), queries: Vec<Query>| {
        let before = resident();
        let (set, load, _) = load(&queries);
        let (rate, matches) = speed(&set, entries);
        let memory = resident().saturating_sub(before);
        let (each, matches) = (1_000.0 / rate, matches as f64 / entries.len() as f64);
        let is_over = each > most_each || load.as_secs_f64() > most_load;
        let judged = if is_over { "OVER" } else { "within" };
        println!(
            "{what:<58} {each:>7.2} ms an entry, {matches:>8.1} matches, load {load:<8.2?} {:>4} MiB; {judged} {most_each} ms, {most_load} s",
            memory >> 20
        );
    };
    println!("what is meant to hurt");
    let common = &words.0[30];
    show(
        "100,000 watches: a common word AND a rare one",
        (1.0, 3.0),
        (0..100_000).map(|number| named(number, format!("{common} AND {}", words.rare(100, dice)))).collect(),
    );
    show(
        "100,000 watches: a common word AND NOT a rare one",
        (100.0, 3.0),
        (0..100_000).map(|number| named(number, format!("{common} AND NOT {}", words.rare(100, dice)))).collect(),
    );
    let group = |count: usize, dice: &mut Dice| (0..count).map(|_| words.zipf(dice)).collect::<Vec<_>>().join(" OR ");
    show("a watch of 500 words", (1.0, 1.0), vec![named(0, group(500, dice))]);
    let long = (0..400).map(|_| format!("\"{}\"", [(); 12].map(|()| words.zipf(dice)).join(" "))).collect::<Vec<_>>();
    show("a watch of 64 KiB of phrases", (1.0, 1.0), vec![named(0, long.join(" OR "))]);
    let near = (0..1_000).map(|number| {
        let [a, b, c] = [0, 1, 2].map(|_| group(20, dice));
        named(number, format!("({a}) NEAR/50 ({b}) BEFORE/50 ({c})"))
    });
    show("1,000 chains of NEAR/50 over groups of 20 common words", (50.0, 1.0), near.collect());
    let keywords = (0..10_000).map(|number| named(number, words.rare(100, dice).to_owned()));
    show("10,000 words", (1.0, 2.0), keywords.collect());
    let patterns = (0..1_000).map(|number| named(number, format!(r"/\b{}[a-z]* \d+/i", words.rare(100, dice))));
    show("1,000 regular expressions with a word in them", (1.0, 2.0), patterns.collect());
    let unicode = (0..1_000).map(|number| named(number, format!(r"/\b{}\w* \d+/i", words.rare(100, dice))));
    show("1,000 of them with classes of all Unicode", (1.0, 2.0), unicode.collect());
    let open = (0..1_000).map(|number| named(number, format!(r"/[a-z]{{{}}}\d[a-z]/", 3 + number % 20)));
    show("1,000 regular expressions with none", (1.0, 2.0), open.collect());
}

/// Time this process has had: other programs' work does not count.
fn processor() -> Duration {
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = spent.and_then(|spent| spent.split(' ').next()?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Resident memory in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
