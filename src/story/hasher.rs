//! A hasher for keys that are hashes already.
//!
//! Only for keys made by xxh3 or by counting; never for text.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

pub type Spread = BuildHasherDefault<Spreader>;
pub type FastMap<K, V> = HashMap<K, V, Spread>;
pub type FastSet<K> = HashSet<K, Spread>;

/// Multiplies, so that consecutive numbers fall into different buckets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spreader(u64);

impl Hasher for Spreader {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value.cast_unsigned());
    }
}

/// A set of small numbers, in so little room that most words are turned away without a look into a table.
#[derive(Clone, Debug, Default)]
pub struct Sieve(Vec<u64>);

impl Sieve {
    /// The numbers must fit in so many `bits`.
    pub fn new(bits: u32, numbers: impl Iterator<Item = u32>) -> Self {
        let mut words = vec![0; 1 << (bits - 6)];
        numbers.for_each(|number| words[number as usize / 64] |= 1 << (number % 64));
        Self(words)
    }

    pub fn holds(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}
