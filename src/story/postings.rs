//! Which documents carry a term or a shingle, the newest first.
//!
//! One array of linked nodes instead of a vector a term: most terms occur once, and a vector's header would weigh more
//! than its content. Documents are named by slots that grow with time; slots of removed documents are skipped by the
//! reader and swept by [`Postings::compact`].

use super::hasher::FastMap;

const END: u32 = u32::MAX;

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
            let at = u32::try_from(self.nodes.len()).unwrap_or(END);
            if at == END {
                return;
            }
            let older = self.heads.insert(key, at).unwrap_or(END);
            self.nodes.push(Node { slot, older });
        }
    }

    /// Slots under a key, the newest first; may name removed slots.
    pub fn newest(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = self.heads.get(&key).copied().unwrap_or(END);
        std::iter::from_fn(move || {
            let node = self.nodes.get(at as usize)?;
            at = node.older;
            Some(node.slot)
        })
    }

    /// Drops the nodes whose slot `renamed` no longer knows and renames the others; order must be kept.
    pub fn compact(&mut self, renamed: impl Fn(u32) -> Option<u32>) {
        let old = std::mem::take(&mut self.nodes);
        let mut keys: Vec<u32> = self.heads.keys().copied().collect();
        keys.sort_unstable();
        let mut chain = Vec::new();
        for key in keys {
            let mut at = self.heads.remove(&key).unwrap_or(END);
            while let Some(node) = old.get(at as usize) {
                chain.extend(renamed(node.slot));
                at = node.older;
            }
            for slot in chain.drain(..).rev() {
                self.add([key], slot);
            }
        }
        self.nodes.shrink_to_fit();
        self.heads.shrink_to_fit();
    }
}
