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
    fmt, fs,
    process::Command,
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
        // Each in a process of its own: what one frees would hide what the next one takes.
        [] => {
            for words in [0, TEXT] {
                Command::new(std::env::current_exe()?).arg(words.to_string()).status()?;
            }
        }
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
        let pushes = Times::of(documents.iter(), |document| drop(stream.push(document)));
        println!("  into {window:>9}: {:6.0}/s, {bytes} bytes an entry", pushes.rate());
        println!("    a push:         {pushes}");
        let rounds = rounds(pushes.median());
        println!("    a loop as long: {}", Times::of(0..documents.len(), |_| spin(rounds)));
    }
}

/// How long each of many runs took.
struct Times {
    /// By the wall clock: the kernel counts processor time in ticks too coarse for one entry.
    wall: Vec<Duration>,
    /// Less what the kernel says was spent waiting for a processor, which others had.
    own: Vec<Duration>,
}

impl Times {
    fn of<T>(inputs: impl Iterator<Item = T>, mut run: impl FnMut(T)) -> Self {
        let one = |input| {
            let (waited, before) = (waited(), Instant::now());
            run(input);
            let wall = before.elapsed();
            (wall, wall.saturating_sub(self::waited() - waited))
        };
        let (mut wall, mut own): (Vec<Duration>, Vec<Duration>) = inputs.map(one).unzip();
        wall.sort_unstable();
        own.sort_unstable();
        Self { wall, own }
    }

    /// Runs a second of their own time.
    fn rate(&self) -> f64 {
        self.own.len() as f64 / self.own.iter().sum::<Duration>().as_secs_f64()
    }

    fn median(&self) -> Duration {
        quantile(&self.own, 0.5)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, most, nearly, worst] = [0.5, 0.99, 0.999, 1.0].map(|part| quantile(&self.own, part));
        write!(f, "median {median:6.1?}, p99 {most:6.1?}, p99.9 {nearly:6.1?}, worst {worst:6.1?}; ")?;
        write!(f, "with waiting p99 {:.1?}, worst {:.1?}", quantile(&self.wall, 0.99), quantile(&self.wall, 1.0))
    }
}

fn quantile(sorted: &[Duration], part: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

/// Rounds of [`spin`] that take about so long: what disturbs those is not the index.
fn rounds(time: Duration) -> u64 {
    const TRIED: u64 = 200_000;
    let tries = Times::of(0..9, |_| spin(TRIED));
    (TRIED as f64 * time.as_secs_f64() / tries.median().as_secs_f64()) as u64
}

fn spin(rounds: u64) {
    let mixed =
        (0..rounds).fold(1u64, |mixed, round| (mixed ^ round).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31));
    std::hint::black_box(mixed);
}

/// Time this thread has waited for a processor.
fn waited() -> Duration {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = spent.and_then(|spent| spent.split(' ').nth(1)?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Resident memory in bytes, 0 where /proc is missing.
pub fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|pages| pages.split(' ').nth(1)?.parse::<usize>().ok()).map_or(0, |pages| pages * 4_096)
}
