//! Numbers in as few bits as they need.
//!
//! Rice codes: a number's high part in ones and a zero, its low part as it is; where to cut is chosen for each list
//! (Rice and Plaunt 1971). For the differences of a sorted list of hashes that is within half a bit of the least there is.
//! Nothing here looks at what the numbers mean.

/// Cut of the codes by which lengths of lists are written.
const LENGTH: u32 = 5;
/// The same for how many bits a list takes.
const SIZE: u32 = 9;
/// Bits in which the cut of a list is written.
const CUT: u32 = 5;
/// Bits that a window on the bytes holds at least.
const WINDOW: u32 = 57;

/// Writes numbers one behind the other, the lowest bit first.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    rest: u64,
    filled: u32,
}

impl Writer {
    /// `room`: the bytes that are expected.
    pub fn new(room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room), rest: 0, filled: 0 }
    }

    /// The low `count` bits of a number, at most 32.
    pub fn bits(&mut self, value: u32, count: u32) {
        self.rest |= (u64::from(value) & mask(count)) << self.filled;
        self.filled += count;
        if self.filled >= 32 {
            self.bytes.extend_from_slice(&(self.rest as u32).to_le_bytes());
            self.rest >>= 32;
            self.filled -= 32;
        }
    }

    pub fn rice(&mut self, value: u32, cut: u32) {
        let mut high = u32::try_from(u64::from(value) >> cut).unwrap_or(u32::MAX);
        while high >= 32 {
            self.bits(u32::MAX, 32);
            high -= 32;
        }
        self.bits((1 << high) - 1, high + 1);
        self.bits(value, cut);
    }

    pub fn length(&mut self, length: usize) {
        self.rice(u32::try_from(length).unwrap_or(u32::MAX), LENGTH);
    }

    /// Writes the cut that is best for these numbers, and gives it.
    pub fn cut(&mut self, numbers: impl Iterator<Item = u32> + Clone) -> u32 {
        let (sum, count) = numbers.clone().fold((0, 0), |(sum, count), number| (sum + u64::from(number), count + 1));
        let near = (sum / u64::max(count, 1)).max(1).ilog2();
        let cost =
            |cut: u32| numbers.clone().map(|number| u64::from(number) >> cut).sum::<u64>() + count * u64::from(cut);
        let best = (near.saturating_sub(1)..=near).min_by_key(|cut| cost(*cut)).unwrap_or(near);
        self.bits(best, CUT);
        best
    }

    /// Numbers that are read beside what is written behind them.
    pub fn list(&mut self, numbers: impl Iterator<Item = u32> + Clone) {
        let cut = self.cut(numbers.clone());
        let size = numbers.clone().map(|number| (number >> cut) + 1 + cut).sum();
        self.rice(size, SIZE);
        numbers.for_each(|number| self.rice(number, cut));
    }

    /// A sorted list.
    pub fn rising(&mut self, numbers: &[u32]) {
        self.length(numbers.len());
        if numbers.is_empty() {
            return;
        }
        let cut = self.cut(differences(numbers));
        differences(numbers).for_each(|number| self.rice(number, cut));
    }

    /// All that was written.
    pub fn finish(mut self) -> Box<[u8]> {
        let rest = self.filled.div_ceil(8) as usize;
        self.bytes.extend_from_slice(&self.rest.to_le_bytes()[..rest]);
        // A copy, since bytes that were grown into and given back lie in memory as holes.
        self.bytes.as_slice().into()
    }
}

/// Each number less the one before it.
pub fn differences(numbers: &[u32]) -> impl Iterator<Item = u32> + Clone {
    numbers.iter().scan(0, |last, number| Some(*number - std::mem::replace(last, *number)))
}

/// Reads what a [`Writer`] wrote, in the same order.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, 0)
    }

    /// Goes on where another had come to.
    pub fn at(bytes: &'a [u8], place: usize) -> Self {
        Self { bytes, at: place }
    }

    pub fn place(&self) -> usize {
        self.at
    }

    /// The bits that come next, at least [`WINDOW`] of them; behind the end there are zeros.
    fn window(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            word
        });
        u64::from_le_bytes(word) >> (self.at % 8)
    }

    pub fn bits(&mut self, count: u32) -> u32 {
        let value = self.window() & mask(count);
        self.at += count as usize;
        value as u32
    }

    pub fn rice(&mut self, cut: u32) -> u32 {
        let mut high = 0;
        loop {
            let window = self.window();
            let ones = window.trailing_ones();
            if ones + 1 + cut <= WINDOW {
                self.at += (ones + 1 + cut) as usize;
                return (high + ones) << cut | (window >> (ones + 1) & mask(cut)) as u32;
            }
            // The zero or the low part is beyond the window.
            let seen = ones.min(WINDOW - 1 - cut);
            high += seen;
            self.at += seen as usize;
        }
    }

    pub fn length(&mut self) -> usize {
        self.rice(LENGTH) as usize
    }

    pub fn cut(&mut self) -> u32 {
        self.bits(CUT)
    }

    /// Numbers that are read one at a time while this reader goes on behind them: two at once take hardly longer than one.
    pub fn list(&mut self) -> List<'a> {
        let cut = self.cut();
        let size = self.rice(SIZE);
        let list = List { reader: Reader { ..*self }, cut };
        self.at += size as usize;
        list
    }

    pub fn rising(&mut self) -> impl ExactSizeIterator<Item = u32> {
        let length = self.length();
        let cut = if length > 0 { self.cut() } else { 0 };
        let mut last = 0;
        (0..length).map(move |_| {
            last += self.rice(cut);
            last
        })
    }
}

/// What [`Reader::list`] reads.
#[derive(Debug)]
pub struct List<'a> {
    reader: Reader<'a>,
    cut: u32,
}

impl List<'_> {
    pub fn next(&mut self) -> u32 {
        self.reader.rice(self.cut)
    }
}

fn mask(count: u32) -> u64 {
    (1 << count) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(lists: &[Vec<u32>]) -> usize {
        let mut writer = Writer::new(0);
        for list in lists {
            writer.bits(list.len() as u32, 17);
            writer.rising(list);
        }
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        for list in lists {
            assert_eq!(reader.bits(17), list.len() as u32);
            assert_eq!(reader.rising().collect::<Vec<u32>>(), *list);
        }
        assert!(reader.at.div_ceil(8) == bytes.len(), "{} bits of {} bytes", reader.at, bytes.len());
        bytes.len()
    }

    #[test]
    fn extremes_come_back() {
        check(&[]);
        check(&[vec![], vec![0], vec![u32::MAX], vec![0, u32::MAX], vec![7; 500]]);
        // One wide gap among narrow ones, and the other way round.
        check(&[(0..400).chain([u32::MAX]).collect()]);
        check(&[(0..60).map(|n| n << 26).chain([u32::MAX - 1, u32::MAX]).collect()]);
    }

    #[test]
    fn codes_longer_than_a_window_come_back() {
        let cuts =
            [(1_000, 0), (56, 0), (57, 0), (58, 0), (0, 31), (u32::MAX, 31), (u32::MAX, 26), (3_000_000, 14), (7, 1)];
        let mut writer = Writer::new(0);
        cuts.iter().for_each(|(value, cut)| writer.rice(*value, *cut));
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(cuts.map(|(_, cut)| reader.rice(cut)), cuts.map(|(value, _)| value));
    }

    #[test]
    fn hashes_take_little_more_than_they_tell() {
        let list: Vec<u32> = (0..100u32).map(|n| n * 42_949_672 + n * n % 91 * 400_000).collect();
        // A hundred of 2^32 differ in 26.8 bits each.
        assert!(check(&[list]) < 100 * 28 / 8);
    }

    proptest! {
        #[test]
        fn any_lists_come_back(lists in prop::collection::vec(
            prop_oneof![prop::collection::vec(any::<u32>(), 0..90), prop::collection::vec(0..300u32, 0..400)], 0..6,
        )) {
            let sorted = |mut list: Vec<u32>| { list.sort_unstable(); list };
            check(&lists.into_iter().map(sorted).collect::<Vec<_>>());
        }
    }
}
