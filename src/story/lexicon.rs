//! How rare a term is, learned from the documents in the window.

use std::sync::LazyLock;

use super::{
    hasher::FastMap,
    profile::{COMMON_WORD, Weighted},
    words,
};

/// Documents the engine pretends to have seen before the first, so that a young index neither takes every term for a
/// common one nor "government" for a rare one.
const PRIOR: f32 = 300.0;

/// Part of all documents that hold a common term. A few thousand words with the power of two nearest to their rate,
/// counted by `examples/evaluate --common`; in a full window they weigh nothing beside what was learned.
static COMMON: LazyLock<FastMap<u32, f32>> = LazyLock::new(|| {
    let mut rates: FastMap<u32, f32> = FastMap::default();
    for line in include_str!("common.txt").lines() {
        let mut words = line.split(' ');
        let tier: i32 = words.next().and_then(|tier| tier.parse().ok()).unwrap_or(0);
        words.flat_map(words::split).for_each(|word| *rates.entry(word.term).or_default() += 0.5f32.powi(tier));
    }
    rates
});

/// Whether a term is in the table.
pub fn is_common(term: u32) -> bool {
    COMMON.contains_key(&term)
}

/// Document frequencies.
#[derive(Debug, Default, PartialEq)]
pub struct Lexicon {
    frequency: FastMap<u32, u32>,
    documents: u32,
}

impl Lexicon {
    /// Counts one document.
    pub fn learn(&mut self, terms: &[Weighted]) {
        self.documents += 1;
        for term in terms {
            *self.frequency.entry(term.term).or_default() += 1;
        }
    }

    /// Undoes [`Lexicon::learn`].
    pub fn forget(&mut self, terms: &[Weighted]) {
        self.documents = self.documents.saturating_sub(1);
        for term in terms.iter().map(|term| term.term) {
            if let Some(count) = self.frequency.get_mut(&term) {
                *count -= 1;
                if *count == 0 {
                    self.frequency.remove(&term);
                }
            }
        }
    }

    /// Inverse document frequency in nats, above 0.
    pub fn idf(&self, term: u32) -> f32 {
        self.idf_of(self.frequency(term) as f32 + PRIOR * COMMON.get(&term).copied().unwrap_or(0.0).min(0.7))
    }

    /// [`Lexicon::idf`] of a term that knows of itself whether it is in the table of common words.
    pub fn idf_of_term(&self, term: Weighted) -> f32 {
        if term.is(COMMON_WORD) { self.idf(term.term) } else { self.idf_of(self.frequency(term.term) as f32) }
    }

    /// Documents with the term.
    pub fn frequency(&self, term: u32) -> u32 {
        self.frequency.get(&term).copied().unwrap_or(0)
    }

    fn idf_of(&self, frequency: f32) -> f32 {
        ((self.documents as f32 + PRIOR + 1.0) / (frequency + 1.0)).ln()
    }

    #[cfg(test)]
    pub fn print(&self) -> String {
        let mut all: Vec<_> = self.frequency.iter().collect();
        all.sort_unstable();
        format!("{} {all:?}", self.documents)
    }
}
