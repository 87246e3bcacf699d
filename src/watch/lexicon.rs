//! Words to numbers, for lookups that mostly miss the processor's caches: two steps through memory, one where the word
//! is unknown.

use xxhash_rust::xxh3::xxh3_64;

use super::atoms::Atom;

/// A slot of the table: where the word's text lies, and its number. An empty one has no length; no word is empty.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    start: u32,
    len: u32,
    atom: Atom,
}

/// A map from words that is only ever added to. The words are the operator's own; feeds can only look up, never
/// insert, so no word can be forced to collide.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    /// A power of two, at most half of them taken.
    slots: Vec<Slot>,
    taken: usize,
    text: String,
}

impl Lexicon {
    pub(super) fn get(&self, word: &str) -> Option<Atom> {
        let slot = self.slots.get(self.place(word)?)?;
        (slot.len > 0).then_some(slot.atom)
    }

    /// The number of the word, which becomes `atom` if it has none.
    pub(super) fn get_or_insert(&mut self, word: &str, atom: Atom) -> Atom {
        if self.taken * 2 >= self.slots.len() {
            self.grow();
        }
        let Some(place) = self.place(word) else { return atom };
        if self.slots[place].len > 0 {
            return self.slots[place].atom;
        }
        let (start, len) = (to_u32(self.text.len()), to_u32(word.len()));
        self.text.push_str(word);
        self.slots[place] = Slot { hash: hash(word), start, len, atom };
        self.taken += 1;
        atom
    }

    /// The slot of this word, or the free one where it belongs.
    fn place(&self, word: &str) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let wanted = hash(word);
        let mut place = wanted as usize & mask;
        loop {
            let slot = &self.slots[place];
            let same = || self.text.as_bytes()[slot.start as usize..].starts_with(word.as_bytes());
            if slot.len == 0 || (slot.hash == wanted && slot.len as usize == word.len() && same()) {
                return Some(place);
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.len > 0) {
            let mut place = slot.hash as usize & (size - 1);
            while self.slots[place].len > 0 {
                place = (place + 1) & (size - 1);
            }
            self.slots[place] = slot;
        }
    }
}

fn hash(word: &str) -> u32 {
    (xxh3_64(word.as_bytes()) >> 16) as u32
}

/// The words of all watches together are far below 4 GiB.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_keeps_its_number_while_the_table_grows() {
        let mut lexicon = Lexicon::default();
        assert_eq!(lexicon.get("w1"), None);
        for number in 0..5_000 {
            assert_eq!(lexicon.get_or_insert(&format!("w{number}"), number), number);
            assert_eq!(lexicon.get_or_insert(&format!("w{}", number / 2), 9_999), number / 2);
        }
        for number in 0..5_000 {
            assert_eq!(lexicon.get(&format!("w{number}")), Some(number));
        }
        assert_eq!(lexicon.get("w5000"), None);
        assert_eq!(lexicon.get("w"), None);
    }
}
