//! How rare a term is, learned from the documents in the window.

use super::{hasher::FastMap, profile::Weighted};

/// Documents the engine pretends to have seen before the first, so that a young index does not take every term for
/// a common one.
const PRIOR: f32 = 300.0;

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
        for term in terms {
            if let Some(count) = self.frequency.get_mut(&term.term) {
                *count -= 1;
                if *count == 0 {
                    self.frequency.remove(&term.term);
                }
            }
        }
    }

    /// Inverse document frequency in nats, above 0.
    pub fn idf(&self, term: u32) -> f32 {
        self.idf_of(self.frequency(term))
    }

    /// Documents with the term.
    pub fn frequency(&self, term: u32) -> u32 {
        self.frequency.get(&term).copied().unwrap_or(0)
    }

    fn idf_of(&self, frequency: u32) -> f32 {
        ((self.documents as f32 + PRIOR + 1.0) / (frequency as f32 + 1.0)).ln()
    }

    #[cfg(test)]
    pub fn print(&self) -> String {
        let mut all: Vec<_> = self.frequency.iter().collect();
        all.sort_unstable();
        format!("{} {all:?}", self.documents)
    }
}
