//! Speed and memory of the story engine with a window of made-up entries, as it grows; and how long a start takes.
//!
//! * `story_speed [WORDS [WINDOW…]]` fills the index with entries whose text has WORDS words (0: only a headline, 330: 2
//!   kB) until it holds as many as the first WINDOW says, times some more, and goes on to the next. Without arguments
//!   headlines and texts into 20,000 and 200,000.
//! * `story_speed rebuild [WORDS [ENTRIES]]` fills a database with so many entries of the last four days (0 and 200,000)
//!   and times what the daemon does with it before it is ready.

mod rebuild;
mod texts;

use std::{
    error::Error,
    fs,
    time::{Duration, Instant},
};

use storywatch::story::{Document, Stream};
use texts::Desk;

const WINDOWS: [usize; 2] = [20_000, 200_000];
/// Words of a text of 2 kB.
const TEXT: usize = 330;
/// Entries timed at each size.
const TIMED: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("load {}", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    match arguments.as_slice() {
        [task, rest @ ..] if task == "rebuild" => {
            let numbers = numbers(rest)?;
            let number = |at: usize, default| numbers.get(at).copied().unwrap_or(default);
            rebuild::measure(number(0, 0), number(1, 200_000))?;
        }
        [] => [0, TEXT].into_iter().for_each(|words| grow(words, &WINDOWS)),
        [words, windows @ ..] => {
            let windows = if windows.is_empty() { WINDOWS.to_vec() } else { numbers(windows)? };
            grow(words.parse()?, &windows);
        }
    }
    Ok(())
}

fn numbers(arguments: &[String]) -> Result<Vec<usize>, std::num::ParseIntError> {
    arguments.iter().map(|argument| argument.parse()).collect()
}

fn grow(words: usize, windows: &[usize]) {
    let mut desk = Desk::new(words);
    let mut stream = Stream::new(Duration::from_secs(365 * 86_400), Vec::new());
    println!("entries with {words} words of text");
    let before = resident();
    for window in windows {
        while stream.index().len() < *window {
            stream.push(&desk.next());
        }
        let bytes = (resident() - before) / stream.index().len().max(1);
        let documents: Vec<Document> = (0..TIMED.min(window / 10)).map(|_| desk.next()).collect();
        let started = processor();
        let mut times: Vec<Duration> = documents.iter().map(|document| one(&mut stream, document)).collect();
        let rate = times.len() as f64 / (processor() - started).as_secs_f64();
        times.sort_unstable();
        let quantile = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        println!(
            "  into {window:>9}: {rate:6.0}/s, median {:.1?}, p99 {:.1?}, worst {:.1?}; {bytes} bytes an entry",
            quantile(0.5),
            quantile(0.99),
            quantile(1.0)
        );
    }
}

/// By the wall clock: the kernel counts processor time in ticks too coarse for one entry.
fn one(stream: &mut Stream, document: &Document) -> Duration {
    let before = Instant::now();
    stream.push(document);
    before.elapsed()
}

/// Time this process has spent on a processor, so that a busy machine does not count.
fn processor() -> Duration {
    let spent = fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = spent.and_then(|spent| spent.split(' ').next()?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Resident memory in bytes, 0 where /proc is missing.
pub fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|pages| pages.split(' ').nth(1)?.parse::<usize>().ok()).map_or(0, |pages| pages * 4_096)
}
