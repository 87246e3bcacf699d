//! A map from 32-bit hashes to numbers that is small and never moves all of what it holds.
//!
//! Linear hashing (Litwin 1980): the low bits of a hash name a shelf, and whenever the shelves have become too full on
//! the average, one of them is split in two, by one bit more. A shelf is a sorted vector; it holds the bits of a hash that
//! its own number does not tell, and the value beside them, in five bytes. A hash may stand there with several values: who
//! asks by something longer than a hash looks which of them is meant.

/// Bits of a hash by which the shelves are named at first.
const LEAST_BITS: u32 = 10;
/// Entries of a shelf, on the average, before one is split.
const FULL: usize = 128;
/// Bits of an entry, and those of them for a value: so many, and those that a shelf's number spares.
const BITS: u32 = 40;
const VALUE_BITS: u32 = BITS - 32;

/// What a shelf does not tell of a hash, above a value.
type Packed = [u8; 5];

#[derive(Debug)]
pub struct Table {
    shelves: Vec<Vec<Packed>>,
    len: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { shelves: vec![Vec::new(); 1 << LEAST_BITS], len: 0 }
    }
}

impl Table {
    /// Values under a hash, in rising order.
    pub fn get(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        let hash = mixed(hash);
        let (shelf, bits) = self.place(hash);
        let (rest, width) = (u64::from(hash) >> bits, VALUE_BITS + bits);
        let shelf = &self.shelves[shelf];
        let from = first(shelf, rest << width);
        let same = move |entry: &u64| entry >> width == rest;
        shelf[from..].iter().map(|entry| unpack(*entry)).take_while(same).map(move |entry| value(entry, width))
    }

    /// Puts a value under a hash, beside any others.
    pub fn put(&mut self, hash: u32, value: u32) {
        self.put_mixed(mixed(hash), value);
    }

    fn put_mixed(&mut self, hash: u32, value: u32) {
        // Large values need the room that long names of shelves spare.
        while u64::from(value) >> (VALUE_BITS + self.place(hash).1) > 0 {
            self.split();
        }
        let (shelf, entry) = self.entry(hash, value);
        let shelf = &mut self.shelves[shelf];
        let at = first(shelf, entry);
        if shelf.len() == shelf.capacity() {
            shelf.reserve_exact(2 + shelf.len() / 8);
        }
        shelf.insert(at, pack(entry));
        self.len += 1;
        if self.len > self.shelves.len() * FULL {
            self.split();
        }
    }

    /// Takes a value away from under a hash, if it is there.
    pub fn remove(&mut self, hash: u32, value: u32) {
        let (shelf, entry) = self.entry(mixed(hash), value);
        let shelf = &mut self.shelves[shelf];
        let at = first(shelf, entry);
        if shelf.get(at).is_some_and(|other| unpack(*other) == entry) {
            shelf.remove(at);
            self.len -= 1;
        }
    }

    /// Changes or drops all values; those under one hash must keep their order.
    pub fn rename(&mut self, mut renamed: impl FnMut(u32) -> Option<u32>) {
        let mut outgrown = Vec::new();
        self.len = 0;
        for at in 0..self.shelves.len() {
            let width = VALUE_BITS + self.bits(at);
            let mut shelf = std::mem::take(&mut self.shelves[at]);
            shelf.retain_mut(|entry| {
                let whole = unpack(*entry);
                let Some(new) = renamed(value(whole, width)) else { return false };
                let fits = u64::from(new) >> width == 0;
                if fits {
                    *entry = pack(whole >> width << width | u64::from(new));
                } else {
                    outgrown.push((self.hash(at, whole), new));
                }
                fits
            });
            shelf.shrink_to_fit();
            self.len += shelf.len();
            self.shelves[at] = shelf;
        }
        outgrown.into_iter().for_each(|(hash, value)| self.put_mixed(hash, value));
    }

    /// All hashes with their values; the hashes are [`mixed`].
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.shelves.iter().enumerate().flat_map(move |(at, shelf)| {
            let width = VALUE_BITS + self.bits(at);
            shelf.iter().map(move |entry| (self.hash(at, unpack(*entry)), value(unpack(*entry), width)))
        })
    }

    /// The mixed hash of an entry of a shelf.
    fn hash(&self, shelf: usize, entry: u64) -> u32 {
        let bits = self.bits(shelf);
        (entry >> (VALUE_BITS + bits) << bits | shelf as u64 & ((1 << bits) - 1)) as u32
    }

    /// The shelf of a mixed hash, and how many of its bits that tells.
    fn place(&self, hash: u32) -> (usize, u32) {
        let half = 1 << self.shelves.len().ilog2();
        let name = hash as usize & (2 * half - 1);
        let shelf = if name < self.shelves.len() { name } else { name - half };
        (shelf, self.bits(shelf))
    }

    /// Bits of a hash that are told by a shelf's number.
    fn bits(&self, shelf: usize) -> u32 {
        let bits = self.shelves.len().ilog2();
        let half = 1 << bits;
        bits + u32::from(shelf >= half || shelf + half < self.shelves.len())
    }

    fn entry(&self, hash: u32, value: u32) -> (usize, u64) {
        let (shelf, bits) = self.place(hash);
        (shelf, u64::from(hash) >> bits << (VALUE_BITS + bits) | u64::from(value))
    }

    /// Divides the shelf whose turn it is between itself and a new one.
    fn split(&mut self) {
        let bits = self.shelves.len().ilog2();
        let from = self.shelves.len() - (1 << bits);
        let width = VALUE_BITS + bits;
        let mut parts = [Vec::new(), Vec::new()];
        let old = std::mem::take(&mut self.shelves[from]);
        let ones = old.iter().filter(|entry| unpack(**entry) >> width & 1 == 1).count();
        parts[0].reserve_exact(old.len() - ones + 2);
        parts[1].reserve_exact(ones + 2);
        for entry in old.into_iter().map(unpack) {
            let rest = entry >> width;
            parts[(rest & 1) as usize].push(pack(rest >> 1 << (width + 1) | u64::from(value(entry, width))));
        }
        let [zeros, ones] = parts;
        self.shelves[from] = zeros;
        self.shelves.push(ones);
    }
}

/// A hash with all its bits as good as random, since sampled ones are alike in the last; no two become the same.
pub fn mixed(hash: u32) -> u32 {
    let hash = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    let hash = (hash ^ hash >> 13).wrapping_mul(0xC2B2_AE35);
    hash ^ hash >> 16
}

/// Where the first entry stands that is not below `entry`. They are spread evenly, so it is near the place that the size
/// of `entry` suggests, and what is near in memory costs less to look at than the few steps of halving.
fn first(shelf: &[Packed], entry: u64) -> usize {
    let mut at = (((entry >> VALUE_BITS) * shelf.len() as u64) >> 32) as usize;
    while at > 0 && unpack(shelf[at - 1]) >= entry {
        at -= 1;
    }
    while at < shelf.len() && unpack(shelf[at]) < entry {
        at += 1;
    }
    at
}

fn value(entry: u64, width: u32) -> u32 {
    (entry & ((1 << width) - 1)) as u32
}

fn pack(entry: u64) -> Packed {
    let [a, b, c, d, e, ..] = entry.to_le_bytes();
    [a, b, c, d, e]
}

fn unpack([a, b, c, d, e]: Packed) -> u64 {
    u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(table: &Table, naive: &BTreeSet<(u32, u32)>) {
        let found: BTreeSet<(u32, u32)> = table.iter().collect();
        let expected = naive.iter().map(|(hash, value)| (mixed(*hash), *value)).collect();
        assert!(found == expected, "{} of {}", found.len(), naive.len());
        assert_eq!(table.len, naive.len());
        for (hash, _) in naive {
            let values = naive.range((*hash, 0)..=(*hash, u32::MAX)).map(|(_, value)| *value);
            assert!(table.get(*hash).eq(values), "hash {hash}");
        }
    }

    fn some_hash(n: u32) -> u32 {
        n.wrapping_mul(0x9E37_79B9).rotate_left(7).wrapping_mul(0x85EB_CA6B)
    }

    #[test]
    fn what_was_put_is_found_while_shelves_are_split() {
        let (mut table, mut naive) = (Table::default(), BTreeSet::new());
        for n in 0..240_000u32 {
            // Some hashes alike in their last bits, some with two values.
            let hash = some_hash(n / 3 * 2) & if n % 3 == 0 { !7 } else { !0 };
            table.put(hash, n);
            naive.insert((hash, n));
            if n % 5 == 4 {
                let gone = some_hash((n / 2) / 3 * 2) & if n / 2 % 3 == 0 { !7 } else { !0 };
                table.remove(gone, n / 2);
                naive.remove(&(gone, n / 2));
            }
        }
        assert!(table.shelves.len() > 1 << LEAST_BITS && !table.shelves.len().is_power_of_two());
        check(&table, &naive);
        assert_eq!(table.get(some_hash(3_000_001)).count(), 0);
    }

    #[test]
    fn the_largest_values_find_room() {
        let (mut table, mut naive) = (Table::default(), BTreeSet::new());
        for (hash, value) in [(0, 0), (0, u32::MAX), (u32::MAX, u32::MAX), (u32::MAX, 1), (77, u32::MAX - 1)] {
            table.put(hash, value);
            naive.insert((hash, value));
        }
        check(&table, &naive);
    }

    #[track_caller]
    fn check_renamed(renamed: impl Fn(u32) -> Option<u32>) {
        let (mut table, mut naive) = (Table::default(), BTreeSet::new());
        for n in 0..9_000 {
            table.put(some_hash(n), n);
            naive.extend(renamed(n).map(|new| (some_hash(n), new)));
        }
        table.rename(renamed);
        check(&table, &naive);
    }

    #[test]
    fn renamed_values_are_found_and_dropped_ones_are_not() {
        check_renamed(|n| (!n.is_multiple_of(3)).then_some(n / 3));
        // Some outgrow their shelf.
        check_renamed(|n| Some(n * 400_000));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put(u32, u32),
        Remove(u32, u32),
        /// Values lose so many bits, or are dropped where they have none of these.
        Rename(u32, u32),
    }

    fn some_step() -> impl Strategy<Value = Step> {
        // Few hashes, so that several values stand under one; large values, so that shelves are split on the way.
        let hash = || prop_oneof![0..4u32, Just(u32::MAX), (0..6u32).prop_map(some_hash)];
        let value = || (0..22u32, any::<u32>()).prop_map(|(bits, value)| value & ((1 << bits) - 1));
        prop_oneof![
            6 => (hash(), value()).prop_map(|(hash, value)| Step::Put(hash, value)),
            3 => (hash(), value()).prop_map(|(hash, value)| Step::Remove(hash, value)),
            1 => (0..5u32, 1..64u32).prop_map(|(bits, mask)| Step::Rename(bits, mask)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn whatever_is_done_it_holds_what_a_set_holds(steps in prop::collection::vec(some_step(), 1..80)) {
            let (mut table, mut naive) = (Table::default(), BTreeSet::new());
            for step in steps {
                match step {
                    Step::Put(hash, value) => {
                        if naive.insert((hash, value)) {
                            table.put(hash, value);
                        }
                    }
                    Step::Remove(hash, value) => {
                        table.remove(hash, value);
                        naive.remove(&(hash, value));
                    }
                    Step::Rename(bits, mask) => {
                        // Values that would become one are told apart by what they were.
                        let renamed = |value: u32| (value & mask != 0 || value > 9).then_some(value >> bits << bits);
                        let one = |(hash, value): &(u32, u32)| Some((*hash, renamed(*value)?));
                        let all: Vec<(u32, u32)> = naive.iter().filter_map(one).collect();
                        let distinct: BTreeSet<(u32, u32)> = all.iter().copied().collect();
                        if all.len() == distinct.len() {
                            table.rename(renamed);
                            naive = distinct;
                        }
                    }
                }
                prop_assert!(naive.iter().all(|(hash, value)| table.get(*hash).any(|found| found == *value)));
            }
            check(&table, &naive);
        }
    }
}
