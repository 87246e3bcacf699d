//! Which documents carry a term or a shingle, the newest first.
//!
//! One array of linked nodes instead of a vector a term: most terms occur once, and a vector's header would weigh more
//! than its content. Documents are named by slots that grow with time; slots of removed documents are skipped by the
//! reader and swept by [`Postings::compact`].

use std::collections::hash_map::Entry;

use super::hasher::FastMap;

const END: u32 = u32::MAX;

/// Set in a head that names a node; without it the head is the slot itself, as for most keys it is the only one.
const CHAINED: u32 = 1 << 31;

#[derive(Clone, Copy, Debug)]
struct Node {
    slot: u32,
    older: u32,
}

/// An inverted index from 32-bit keys to slots.
#[derive(Debug, Default)]
pub struct Postings {
    heads: FastMap<u32, u32>,
    nodes: Vec<Node>,
}

impl Postings {
    /// Adds `slot`, which must not be older than any slot added before, under each key.
    pub fn add(&mut self, keys: impl IntoIterator<Item = u32>, slot: u32) {
        for key in keys {
            match self.heads.entry(key) {
                Entry::Vacant(free) => {
                    free.insert(slot);
                }
                Entry::Occupied(mut head) => {
                    let Ok(at @ 0..CHAINED) = u32::try_from(self.nodes.len()) else { return };
                    if at as usize == self.nodes.capacity() {
                        self.nodes.reserve_exact(1_024 + at as usize / 8);
                    }
                    self.nodes.push(Node { slot, older: *head.get() });
                    head.insert(at | CHAINED);
                }
            }
        }
    }

    /// Slots under a key, the newest first; may name removed slots.
    pub fn newest(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.heads.get(&key).copied().unwrap_or(END);
        std::iter::from_fn(move || self.step(&mut at))
    }

    fn step(&self, at: &mut u32) -> Option<u32> {
        if *at == END {
            return None;
        }
        let (slot, older) = match self.nodes.get((*at ^ CHAINED) as usize).filter(|_| *at & CHAINED != 0) {
            Some(node) => (node.slot, node.older),
            None => (*at, END),
        };
        *at = older;
        Some(slot)
    }

    /// Drops what `renamed` no longer knows and renames the other slots; order must be kept.
    pub fn compact(&mut self, renamed: impl Fn(u32) -> Option<u32>) {
        let old = std::mem::take(self);
        let mut keys: Vec<u32> = old.heads.keys().copied().collect();
        keys.sort_unstable();
        let mut chain = Vec::new();
        for key in keys {
            chain.extend(old.newest(key).filter_map(&renamed));
            for slot in chain.drain(..).rev() {
                self.add([key], slot);
            }
        }
        self.nodes.shrink_to_fit();
        self.heads.shrink_to_fit();
    }
}
