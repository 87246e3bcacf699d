//! Is it the same text? Runs of words that two texts share, sampled by their hash.
//!
//! Containment, not resemblance: reposts are cut, extended and wrapped, so what counts is the part of the *shorter*
//! text that stands in the longer one (Broder 1997). Sampling by hash keeps the same runs in both texts wherever a cut
//! falls; long texts are sampled more thinly, by powers of two, so that any two samples can be compared at the coarser
//! of their rates.

use super::words::{self, Word};

/// Words in a run.
const RUN: usize = 4;

/// Texts up to this many runs are kept whole; each doubling halves the sample, down to one run in 2². An excerpt of
/// thirty words must share enough of the sample of a long text to be told from another piece.
const DENSE: usize = 128;
const MAX_LEVEL: u8 = 2;

/// The same for the runs under which a text can be found, which cost more: down to one in 2³.
const FOUND_DENSE: usize = 48;
const MAX_FOUND_LEVEL: u8 = 3;

/// Most runs kept of one text.
const MAX_KEPT: usize = 320;

/// The sampled runs of one text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shingles {
    /// Sorted hashes; all of them are multiples of 2^level after their last bits.
    pub runs: Vec<u32>,
    pub level: u8,
    /// The coarser level of the runs under which it can be found.
    pub found: u8,
}

impl Shingles {
    /// Samples the runs of a cleaned text.
    pub fn of(text: &[Word]) -> Self {
        let total = text.len().saturating_sub(RUN - 1);
        let level_for = |dense: usize, most: u8| (0..most).find(|level| total >> level <= dense).unwrap_or(most);
        let level = level_for(DENSE, MAX_LEVEL);
        let mut runs: Vec<u32> =
            text.windows(RUN).map(run).filter(|hash| hash.trailing_zeros() >= u32::from(level)).collect();
        runs.truncate(MAX_KEPT);
        runs.sort_unstable();
        runs.dedup();
        Self { runs, level, found: level_for(FOUND_DENSE, MAX_FOUND_LEVEL) }
    }

    /// How many runs the two samples share and how many the smaller could share, at the coarser of the two rates.
    pub fn shared(&self, other: &Self) -> (usize, usize) {
        let level = u32::from(self.level.max(other.level));
        let coarse = |runs: &[u32]| runs.iter().filter(|run| run.trailing_zeros() >= level).count();
        let least = coarse(&self.runs).min(coarse(&other.runs));
        let common = common(&self.runs, &other.runs).filter(|run| run.trailing_zeros() >= level).count();
        (common, least)
    }

    /// The runs by which candidates are found: those that any other sample would hold as well.
    pub fn keys(&self) -> impl Iterator<Item = u32> + '_ {
        let coarse = |run: &u32| run.trailing_zeros() >= u32::from(self.found);
        self.runs.iter().copied().filter(coarse)
    }
}

fn run(words: &[Word]) -> u32 {
    words::fold_hash(words.iter().fold(0x5EED, |hash, word| words::combine(hash, word.term)))
}

/// Elements of two sorted slices that are in both. Which side moves on is reckoned and not branched on: it is as good as
/// random, and most of the time of a comparison would go into wrong guesses.
pub fn common<'a, T: Ord + Copy>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = T> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
            i += usize::from(x <= y);
            j += usize::from(y <= x);
            if x == y {
                return Some(*x);
            }
        }
        None
    })
}
