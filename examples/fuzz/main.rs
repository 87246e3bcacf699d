//! Mutation fuzzing of `parse`, on stable Rust: no panic, no hang, memory bounded.
//!
//! `fuzz [SECONDS] [SEED]`: damages, splices and repeats the documents in `seeds.rs`, reads each and makes entries of
//! what was read. A document that panics anywhere in there, or is slow, is written to `fuzz-SEED-N` in the
//! working directory, and the run ends with 1; so it does when memory grows beyond what the largest document
//! justifies. A document joins the pool to be damaged further when it is read in a way not seen before.

mod seeds;

use std::{
    collections::HashSet,
    error::Error,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
    process::ExitCode,
    time::{Duration, Instant},
};

use seeds::{SEEDS, TOKENS};
use storywatch::{
    entry::{Entry, from_parsed, identity},
    parse::parse_feed,
};
use url::Url;

const LONGEST: usize = 300_000;
const POOL: usize = 5_000;
/// On the processor, for reading and making entries, in a release build. The kernel counts in ticks, so there are tries.
const MOST_TIME: Duration = Duration::from_millis(50);
const MOST_TIME_A_MEGABYTE: Duration = Duration::from_millis(500);
const TRIES: usize = 4;
/// Kilobytes; a document of [`LONGEST`] bytes has at most some 40,000 elements.
const MOST_MEMORY: u64 = 300_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let argument = |at: usize, default: u64| std::env::args().nth(at).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (seconds, seed) = (argument(1, 60), argument(2, 1));
    // Findings are reported below, with their document.
    set_hook(Box::new(|_| {}));
    let mut run =
        Run { dice: Dice(seed), pool: SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect(), ..Run::default() };
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        let document = run.next_document();
        if let Some(finding) = run.examine(&document) {
            run.findings += 1;
            let name = format!("fuzz-{seed}-{}", run.findings);
            fs::write(&name, &document)?;
            println!("{name}: {finding}");
        }
    }
    let memory = peak_memory();
    println!(
        "{} executions, {} findings, {} kinds of reading, {} MB, slowest {:.1?} for {} bytes, peak memory {memory} kB",
        run.executions,
        run.findings,
        run.seen.len(),
        run.bytes / 1_000_000,
        run.slowest.0,
        run.slowest.1,
    );
    Ok(if run.findings == 0 && memory < MOST_MEMORY { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default)]
struct Run {
    dice: Dice,
    pool: Vec<Vec<u8>>,
    /// Digests of how documents were read.
    seen: HashSet<u64>,
    executions: u64,
    findings: u64,
    bytes: usize,
    slowest: (Duration, usize),
}

impl Run {
    fn next_document(&mut self) -> Vec<u8> {
        let mut document = self.pick().to_vec();
        for _ in 0..=self.dice.below(6) {
            self.damage(&mut document);
        }
        document.truncate(LONGEST);
        document
    }

    fn pick(&mut self) -> &[u8] {
        let at = self.dice.below(self.pool.len());
        &self.pool[at]
    }

    fn damage(&mut self, document: &mut Vec<u8>) {
        let (from, to) = self.range(document.len());
        match self.dice.below(10) {
            0 if from < document.len() => document[from] = self.dice.below(256) as u8,
            1 => drop(document.drain(from..to)),
            2 => document.truncate(from),
            3 => {
                let other = self.pick().to_vec();
                let (start, end) = self.range(other.len());
                document.splice(from..to, other[start..end].iter().copied());
            }
            4 => {
                let times = 1 << self.dice.below(12);
                let piece = document[from..to.min(from + LONGEST / times)].repeat(times);
                document.splice(from..from, piece);
            }
            5 => {
                let text = String::from_utf8_lossy(document).into_owned();
                *document = in_another_encoding(&text, self.dice.below(4));
            }
            6 => {
                let token = TOKENS[self.dice.below(TOKENS.len())].as_bytes();
                let times = 1 << self.dice.below(14);
                document.splice(from..from, token.repeat(times.min(LONGEST / token.len())));
            }
            _ => {
                let token = TOKENS[self.dice.below(TOKENS.len())];
                document.splice(from..from, token.bytes());
            }
        }
    }

    fn range(&mut self, length: usize) -> (usize, usize) {
        let (a, b) = (self.dice.below(length + 1), self.dice.below(length + 1));
        (a.min(b), a.max(b))
    }

    /// Reads a document; gives what is wrong with how that went.
    fn examine(&mut self, document: &[u8]) -> Option<String> {
        self.executions += 1;
        self.bytes += document.len();
        let allowed = MOST_TIME + MOST_TIME_A_MEGABYTE.mul_f64(document.len() as f64 / 1e6);
        let mut fastest = Duration::MAX;
        for _ in 0..TRIES {
            let started = processor();
            let reading = match catch_unwind(AssertUnwindSafe(|| reading(document))) {
                Ok(Ok(reading)) => reading,
                Ok(Err(caught)) => return Some(caught),
                Err(_) => return Some("panicked while entries were made".into()),
            };
            fastest = fastest.min(processor() - started);
            if fastest <= allowed {
                self.note(reading, document, fastest);
                return None;
            }
        }
        Some(format!("took {fastest:?} for {} bytes", document.len()))
    }

    fn note(&mut self, reading: u64, document: &[u8], took: Duration) {
        if self.seen.insert(reading) {
            if self.pool.len() < POOL {
                self.pool.push(document.to_vec());
            } else {
                let at = self.dice.below(self.pool.len());
                self.pool[at] = document.to_vec();
            }
        }
        self.slowest = self.slowest.max((took, document.len()));
    }
}

/// How a document is read, as a digest of which fields there are and not what they say; an error for a panic that was
/// caught inside.
fn reading(document: &[u8]) -> Result<u64, String> {
    let url = Url::parse("https://pond.example/feed").map_err(|error| error.to_string())?;
    let mut digest = DefaultHasher::new();
    match parse_feed(document, None, Some(&url)) {
        Err(refused) => {
            let why = refused.to_string();
            if why.contains("parser fails") || why.contains("canonical form") {
                return Err(why);
            }
            why.split('"').next().hash(&mut digest);
        }
        Ok((feed, problems)) => {
            (feed.title.is_some(), feed.hub.is_some(), &feed.skip_days, feed.links.len()).hash(&mut digest);
            problems.iter().for_each(|problem| {
                problem.message.chars().filter(|c| !c.is_numeric()).for_each(|c| c.hash(&mut digest))
            });
            let entries: Vec<Entry> = feed.entries.iter().map(|entry| from_parsed(entry, &feed, Some(&url))).collect();
            entries.len().checked_ilog2().hash(&mut digest);
            for (parsed, keys) in feed.entries.iter().zip(identity::keys(&entries)).take(3) {
                keys.iter().for_each(|key| key.kind.hash(&mut digest));
                (parsed.published.is_some(), parsed.updated.is_some(), parsed.author.is_some()).hash(&mut digest);
                (parsed.summary.is_some(), parsed.content.is_some(), parsed.tags.len().min(3)).hash(&mut digest);
            }
        }
    }
    Ok(digest.finish())
}

fn in_another_encoding(text: &str, which: usize) -> Vec<u8> {
    match which {
        0 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        2 => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
        _ => text.chars().map(|c| u32::from(c) as u8).collect(),
    }
}

/// Time this process has spent on a processor, so that a busy machine does not count.
fn processor() -> Duration {
    let spent = fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = spent.and_then(|spent| spent.split(' ').next()?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Kilobytes that the process has ever held (Linux; 0 elsewhere).
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// A fixed generator, so that a run can be repeated.
#[derive(Default)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % most.max(1) as u64) as usize
    }
}
