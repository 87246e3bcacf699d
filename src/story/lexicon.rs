//! How rare a term is, learned from the documents in the window, and which of them can be found by it.
//!
//! Terms stand on shelves by the first bits of their hash, each at a place of its own for as long as any document holds
//! it: a document is kept as places, which take fewer bits than hashes and tell at once how rare a term is.

use std::sync::LazyLock;

use super::{
    hasher::FastMap,
    postings::{Chains, END},
    profile::{COMMON_WORD, Weighted},
    words,
};

/// Documents the engine pretends to have seen before the first, so that a young index neither takes every term for a
/// common one nor "government" for a rare one.
const PRIOR: f32 = 300.0;

/// How texts write a common word where no sentence begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelt {
    Small,
    Capital,
}

/// Part of all documents that hold a common term, and how it is written. A few thousand words with the power of two nearest
/// to their rate, counted by `examples/evaluate --common`; in a full window they weigh nothing beside what was learned.
static COMMON: LazyLock<FastMap<u32, (f32, Spelt)>> = LazyLock::new(|| {
    let mut table: FastMap<u32, (f32, Spelt)> = FastMap::default();
    for line in include_str!("common.txt").lines() {
        let (tier, words) = line.split_once(' ').unwrap_or_default();
        let rate = 0.5f32.powi(tier.parse().unwrap_or(0));
        for word in words.split(' ').flat_map(words::split) {
            let (known, spelt) = table.entry(word.term).or_insert((0.0, Spelt::Small));
            *known += rate;
            *spelt = if word.capital { Spelt::Capital } else { Spelt::Small };
        }
    }
    table
});

/// Whether a term is in the table.
pub fn is_common(term: u32) -> bool {
    COMMON.contains_key(&term)
}

/// How texts write a term, where it is in the table.
pub fn spelt(term: u32) -> Option<Spelt> {
    COMMON.get(&term).map(|(_, spelt)| *spelt)
}

/// First bits of a hash by which the shelves are named.
const SHELF_BITS: u32 = 14;

/// A term of the window.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub term: u32,
    /// Documents that hold it, shifted by one; the last bit says that it is in the table of common words.
    count: u32,
    /// Its slots in the chains.
    head: u32,
}

impl Known {
    fn frequency(self) -> u32 {
        self.count >> 1
    }

    /// [`COMMON_WORD`] or nothing.
    pub fn mark(self) -> u8 {
        COMMON_WORD * (self.count & 1) as u8
    }
}

/// Where a term stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub shelf: u32,
    pub at: u32,
}

/// Document frequencies, and the documents of each term.
#[derive(Debug)]
pub struct Lexicon {
    shelves: Vec<Vec<Known>>,
    chains: Chains,
    documents: u32,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self { shelves: vec![Vec::new(); 1 << SHELF_BITS], chains: Chains::default(), documents: 0 }
    }
}

impl Lexicon {
    /// Counts one document.
    pub fn learn(&mut self, terms: &[Weighted]) {
        self.documents += 1;
        for term in terms {
            let shelf = &mut self.shelves[shelf(term.term) as usize];
            match shelf.iter_mut().find(|known| known.term == term.term) {
                Some(known) => known.count += 2,
                None => put(shelf, Known { term: term.term, count: 2 | u32::from(term.is(COMMON_WORD)), head: END }),
            }
        }
    }

    /// Undoes [`Lexicon::learn`].
    pub fn forget(&mut self, terms: &[Weighted]) {
        self.documents = self.documents.saturating_sub(1);
        for term in terms {
            if let Some(known) = self.known_mut(term.term).filter(|known| known.frequency() > 0) {
                known.count -= 2;
            }
        }
    }

    /// Adds a document to those that can be found by these terms, after they were learned from it.
    pub fn add(&mut self, terms: impl IntoIterator<Item = u32>, slot: u32) {
        for term in terms {
            let shelf = &mut self.shelves[shelf(term) as usize];
            if let Some(known) = shelf.iter_mut().find(|known| known.term == term) {
                known.head = self.chains.add(known.head, slot);
            }
        }
    }

    /// Slots of documents that can be found by a term, the newest first; may name removed slots.
    pub fn newest(&self, term: u32) -> impl Iterator<Item = u32> + '_ {
        self.chains.newest(self.known(term).map_or(END, |known| known.head))
    }

    /// Drops the slots that `renamed` no longer knows and renames the others; order must be kept.
    pub fn compact(&mut self, renamed: impl Fn(u32) -> Option<u32>) {
        let old = std::mem::take(&mut self.chains);
        for shelf in &mut self.shelves {
            shelf.iter_mut().for_each(|known| known.head = old.copy(known.head, &mut self.chains, &renamed));
            let used = shelf.iter().rposition(|known| known.frequency() > 0).map_or(0, |last| last + 1);
            shelf.truncate(used);
            shelf.shrink_to_fit();
        }
    }

    /// The place of a term that some document holds.
    pub fn place(&self, term: u32) -> Option<Place> {
        let at = self.shelves[shelf(term) as usize].iter().position(|known| known.term == term)?;
        Some(Place { shelf: shelf(term), at: u32::try_from(at).ok()? })
    }

    /// What stands at a place.
    pub fn at(&self, place: Place) -> Known {
        self.shelves[place.shelf as usize][place.at as usize]
    }

    /// What is known of a term; of one that no document holds, as little as there is.
    pub fn look_up(&self, term: Weighted) -> Known {
        let unknown = Known { term: term.term, count: u32::from(term.is(COMMON_WORD)), head: END };
        self.known(term.term).copied().unwrap_or(unknown)
    }

    /// Inverse document frequency in nats, above 0.
    pub fn idf(&self, term: u32) -> f32 {
        let mark = if is_common(term) { COMMON_WORD } else { 0 };
        self.idf_of(self.look_up(Weighted { term, weight: 0, marks: mark }))
    }

    pub fn idf_of(&self, known: Known) -> f32 {
        let is_common = known.mark() == COMMON_WORD;
        let rate = || COMMON.get(&known.term).map_or(0.0, |(rate, _)| *rate);
        let pretended = if is_common { PRIOR * rate().min(0.7) } else { 0.0 };
        ((self.documents as f32 + PRIOR + 1.0) / (known.frequency() as f32 + pretended + 1.0)).ln()
    }

    fn known(&self, term: u32) -> Option<&Known> {
        self.shelves[shelf(term) as usize].iter().find(|known| known.term == term)
    }

    fn known_mut(&mut self, term: u32) -> Option<&mut Known> {
        self.shelves[shelf(term) as usize].iter_mut().find(|known| known.term == term)
    }

    #[cfg(test)]
    pub fn print(&self) -> String {
        let held = self.shelves.iter().flatten().filter(|known| known.frequency() > 0);
        let mut all: Vec<_> = held.map(|known| (known.term, known.frequency())).collect();
        all.sort_unstable();
        format!("{} {all:?}", self.documents)
    }
}

fn shelf(term: u32) -> u32 {
    term >> (32 - SHELF_BITS)
}

/// Takes the place of a term that no document holds any more, or a new one.
fn put(shelf: &mut Vec<Known>, known: Known) {
    match shelf.iter_mut().find(|old| old.frequency() == 0) {
        Some(old) => *old = known,
        None => {
            if shelf.len() == shelf.capacity() {
                // Not by the double: while the window is young, room to spare on so many shelves weighs much.
                shelf.reserve_exact(1 + shelf.len() / 8);
            }
            shelf.push(known);
        }
    }
}
