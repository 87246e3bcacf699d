//! Speed and memory of the story engine with a full window of made-up entries.
//!
//! `story_speed [WINDOW] [WORDS]`: fills the index with WINDOW entries (200,000) whose text has WORDS words (0: only a
//! headline) drawn from a Zipf vocabulary, then times a tenth more. One entry in four repeats most words of a recent
//! one, so that stories form.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use storywatch::{
    entry::EntryId,
    story::{Document, Stream},
};

/// A fixed generator: the figures must not depend on luck.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Rank of a word, by Zipf's law over 200,000 words.
    fn word(&mut self) -> u64 {
        200_000f64.powf(self.next()) as u64 + 60
    }
}

fn main() {
    let argument = |at: usize, default: usize| std::env::args().nth(at).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (window, words) = (argument(1, 200_000), argument(2, 0));
    let mut dice = Dice(20_210_901);
    let mut recent: VecDeque<Vec<u64>> = VecDeque::new();
    let mut stream = Stream::new(Duration::from_secs(365 * 86_400), Vec::new());
    let before = resident();
    let started = processor();
    for id in 0..window {
        let document = made_up(id, words, &mut dice, &mut recent);
        stream.push(&document);
    }
    println!(
        "filled {window} in {:.1?}, {} bytes an entry",
        processor() - started,
        (resident() - before) / window.max(1)
    );
    let documents: Vec<Document> =
        (window..window + window / 10).map(|id| made_up(id, words, &mut dice, &mut recent)).collect();
    let started = processor();
    let mut times: Vec<Duration> = documents.iter().map(|document| one(&mut stream, document)).collect();
    let total = processor() - started;
    times.sort_unstable();
    let quantile = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let rate = times.len() as f64 / total.as_secs_f64();
    println!(
        "{rate:.0} entries/s, median {:.1?}, p99 {:.1?}, worst {:.1?}",
        quantile(0.5),
        quantile(0.99),
        quantile(1.0)
    );
}

/// By the wall clock: the kernel counts processor time in ticks too coarse for one entry.
fn one(stream: &mut Stream, document: &Document) -> Duration {
    let before = Instant::now();
    stream.push(document);
    before.elapsed()
}

fn made_up(id: usize, words: usize, dice: &mut Dice, recent: &mut VecDeque<Vec<u64>>) -> Document {
    let length = 8 + words;
    let mut ranks: Vec<u64> = (0..length).map(|_| dice.word()).collect();
    if let Some(old) = recent.get((dice.next() * recent.len() as f64) as usize).filter(|_| dice.next() < 0.25) {
        ranks.iter_mut().zip(old).for_each(|(new, old)| {
            if dice.next() < 0.6 {
                *new = *old
            }
        });
    }
    recent.push_front(ranks.clone());
    recent.truncate(2_000);
    let say = |ranks: &[u64]| ranks.iter().map(|rank| format!("w{rank:x}q")).collect::<Vec<_>>().join(" ");
    let text: Vec<String> = ranks[8..].chunks(18).map(say).collect();
    Document {
        id: EntryId(i64::try_from(id).expect("few")),
        outlet: format!("outlet{}", id % 97),
        feed: format!("feed{}", id % 997),
        title: say(&ranks[..8]),
        text: text.join(".\n"),
        url: Some(format!("https://o{}.example/{id}", id % 97)),
        links: Vec::new(),
        seen: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(2 * i64::try_from(id).expect("few")),
        published: None,
        language: None,
    }
}

/// Time this process has spent on a processor, so that a busy machine does not count.
fn processor() -> Duration {
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = spent.and_then(|spent| spent.split(' ').next()?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Resident memory in bytes, 0 where /proc is missing.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|pages| pages.split(' ').nth(1)?.parse::<usize>().ok()).map_or(0, |pages| pages * 4_096)
}
