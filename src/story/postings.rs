//! Which documents carry a term or a shingle, the newest first.
//!
//! One array of words for all keys instead of a vector a key: most keys occur once, and a vector's header would weigh
//! more than its content. Slots of one key stand in blocks that grow, one after the other in memory, since a search reads
//! hundreds of them and a list linked slot by slot would fetch each from another place. Documents are named by slots that
//! grow with time; slots of removed documents are skipped by the reader and swept by renaming what is left.

use super::table::Table;

/// Set in a head or link that names the place of a word; without it the head is the slot itself, as for most keys it is
/// the only one. A word with it begins a block: the newest slot of the block before, or [`END`].
const PLACE: u32 = 1 << 31;
/// The head of a key without slots.
pub const END: u32 = u32::MAX;
/// A word at the end of a block that holds nothing yet.
const FREE: u32 = u32::MAX - 1;

/// Slots in the first two blocks of a key; each block after them holds twice as many as the one before.
const SMALLEST: usize = 2;
const LARGEST: usize = 32;

/// The slots of all keys that have several; a key is known by its head.
#[derive(Debug, Default)]
pub struct Chains {
    words: Vec<u32>,
}

impl Chains {
    /// Adds a slot to those of a key, which must all be older; gives the key's new head.
    pub fn add(&mut self, head: u32, slot: u32) -> u32 {
        // Where all places are taken, what is there already stays.
        if head == END { slot } else { append(&mut self.words, head, slot).unwrap_or(head) }
    }

    /// The slots of a key, the newest first; may name removed ones.
    pub fn newest(&self, head: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = head;
        std::iter::from_fn(move || self.step(&mut at))
    }

    fn step(&self, at: &mut u32) -> Option<u32> {
        if *at == END {
            return None;
        }
        if *at & PLACE == 0 {
            return Some(std::mem::replace(at, END));
        }
        let place = (*at ^ PLACE) as usize;
        let slot = self.words.get(place).copied()?;
        let before = self.words[place - 1];
        *at = if before & PLACE == 0 { *at - 1 } else { before };
        Some(slot)
    }

    /// Copies the slots of a key that `renamed` knows, by their new names, to `other`; gives the head there.
    pub fn copy(&self, head: u32, other: &mut Self, renamed: impl Fn(u32) -> Option<u32>) -> u32 {
        if head & PLACE == 0 {
            // As of most keys: nothing to gather.
            return renamed(head).unwrap_or(END);
        }
        let mut slots: Vec<u32> = self.newest(head).filter_map(renamed).collect();
        slots.reverse();
        slots.into_iter().fold(END, |head, slot| other.add(head, slot))
    }
}

/// An inverted index from hashes to slots.
#[derive(Debug, Default)]
pub struct Postings {
    heads: Table,
    chains: Chains,
}

impl Postings {
    /// Adds `slot`, which must not be older than any slot added before, under each key.
    pub fn add(&mut self, keys: impl IntoIterator<Item = u32>, slot: u32) {
        for key in keys {
            let old = self.heads.get(key).next();
            let head = self.chains.add(old.map_or(END, unfolded), slot);
            if let Some(old) = old {
                self.heads.remove(key, old);
            }
            self.heads.put(key, folded(head));
        }
    }

    /// Slots under a key, the newest first; may name removed slots.
    pub fn newest(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        self.chains.newest(self.heads.get(key).next().map_or(END, unfolded))
    }

    /// Drops what `renamed` no longer knows and renames the other slots; order must be kept.
    pub fn compact(&mut self, renamed: impl Fn(u32) -> Option<u32>) {
        let old = std::mem::take(&mut self.chains);
        let chains = &mut self.chains;
        self.heads.rename(|head| {
            let head = old.copy(unfolded(head), chains, &renamed);
            (head != END).then(|| folded(head))
        });
    }
}

/// A head as a number that is small where its slot or place is.
fn folded(head: u32) -> u32 {
    head.rotate_left(1)
}

fn unfolded(head: u32) -> u32 {
    head.rotate_right(1)
}

/// Puts a slot behind the newest one of a key; gives the key's new head, `None` where all places are taken.
fn append(words: &mut Vec<u32>, head: u32, slot: u32) -> Option<u32> {
    if head & PLACE == 0 {
        return block(words, END, &[head, slot], SMALLEST);
    }
    let newest = (head ^ PLACE) as usize;
    if words.get(newest + 1) == Some(&FREE) {
        words[newest + 1] = slot;
        return Some(head + 1);
    }
    let held = words[..=newest].iter().rev().take_while(|word| **word & PLACE == 0).count();
    let is_first = words[newest - held] == END;
    block(words, head, &[slot], if is_first { SMALLEST } else { (held * 2).min(LARGEST) })
}

/// Begins a block with these slots and room for `size`; gives the place of the last of them.
fn block(words: &mut Vec<u32>, link: u32, slots: &[u32], size: usize) -> Option<u32> {
    let last = words.len() + slots.len();
    let place = u32::try_from(last + size).ok().filter(|end| *end < PLACE - 2).and(u32::try_from(last).ok())?;
    if words.len() + 1 + size > words.capacity() {
        words.reserve_exact(1_024 + words.len() / 8);
    }
    words.push(link);
    words.extend_from_slice(slots);
    words.extend(std::iter::repeat_n(FREE, size - slots.len()));
    Some(place | PLACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(postings: &Postings, naive: &[Vec<u32>]) {
        for (key, slots) in (0u32..).zip(naive) {
            let found: Vec<u32> = postings.newest(key).collect();
            assert_eq!(found, slots.iter().rev().copied().collect::<Vec<_>>(), "key {key}");
        }
    }

    #[test]
    fn slots_come_out_newest_first_whatever_was_added_between() {
        let mut postings = Postings::default();
        let mut naive = vec![Vec::new(); 40];
        for slot in 0..3_000u32 {
            // Some keys often, some seldom, some never.
            let keys: Vec<u32> = (0..39).filter(|key| slot % (key * key + 1) == key / 2).collect();
            keys.iter().for_each(|key| naive[*key as usize].push(slot));
            postings.add(keys, slot);
            if slot % 500 == 7 {
                check(&postings, &naive);
            }
        }
        assert!(naive.iter().any(|slots| slots.len() > 1_000) && naive.iter().any(|slots| slots.len() < 4));
        check(&postings, &naive);
    }

    #[test]
    fn removed_slots_are_swept() {
        let renamed = |slot: u32| (!slot.is_multiple_of(3)).then(|| slot / 3 * 2 + slot % 3 - 1);
        let mut postings = Postings::default();
        let mut naive = vec![Vec::new(); 7];
        for slot in 0..300u32 {
            let key = slot % 7;
            postings.add([key], slot);
            naive[key as usize].extend(renamed(slot));
        }
        postings.compact(renamed);
        check(&postings, &naive);
        postings.add(0..7, 1_000);
        naive.iter_mut().for_each(|slots| slots.push(1_000));
        check(&postings, &naive);
    }
}
