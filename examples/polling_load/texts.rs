//! Feeds of made-up words, as frequent and as rare as words are, the same in every run.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

const ITEMS: usize = 30;
/// What each generation adds at the head of a feed.
const NEW: usize = 3;
const WORDS: u64 = 120;

/// The document of a feed in a generation, packed.
pub fn document(feed: usize, generation: usize) -> Vec<u8> {
    let mut text = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed {feed}</title>");
    let newest = ITEMS + generation * NEW;
    for number in (newest - ITEMS..newest).rev() {
        let mut chance = Chance((feed as u64) << 20 | number as u64);
        let (title, body) = (sentence(&mut chance, 9), sentence(&mut chance, WORDS));
        text.push_str(&format!(
            "<item><title>{title}</title><link>https://feed{feed}.example/news/{number}</link><guid>https://feed{feed}.example/news/{number}</guid>\
             <description>&lt;p&gt;{body}.&lt;/p&gt;</description><pubDate>Sat, 01 Nov 2025 {:02}:00:00 GMT</pubDate></item>",
            number % 24
        ));
    }
    text.push_str("</channel></rss>");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = packed.write_all(text.as_bytes());
    packed.finish().unwrap_or_default()
}

fn sentence(chance: &mut Chance, words: u64) -> String {
    (0..words).map(|_| word(chance)).collect::<Vec<_>>().join(" ")
}

/// One of some forty thousand words; the low ones often.
fn word(chance: &mut Chance) -> String {
    let most = 1u64 << (chance.next() % 16).min(15);
    let mut rest = chance.next() % most.max(2) + 7;
    let mut word = String::new();
    while rest > 0 {
        word.push(char::from(b"bdfgklmnprstvz"[(rest % 14) as usize]));
        word.push(char::from(b"aeiou"[(rest / 14 % 5) as usize]));
        rest /= 70;
    }
    if chance.next().is_multiple_of(8) { word[..1].to_uppercase() + &word[1..] } else { word }
}

struct Chance(u64);

impl Chance {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
