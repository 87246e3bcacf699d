//! Feeds of made-up words among English small words, as frequent and as rare as words are, the same in every run.
//!
//! Without the small words every text would be in no language, which is the dearest there is to find out.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

const ITEMS: usize = 30;
/// What each generation adds at the head of a feed.
const NEW: usize = 3;
const WORDS: u64 = 140;
/// Words in a sentence.
const SENTENCE: u64 = 20;
/// Two words of five are among these, the first ones most often.
const SMALL: [&str; 32] = [
    "the", "of", "to", "and", "a", "in", "that", "for", "is", "on", "said", "with", "was", "as", "by", "at", "his",
    "from", "has", "it", "have", "an", "their", "were", "be", "but", "will", "are", "this", "not", "who", "after",
];

/// The document of a feed in a generation, packed.
pub fn document(feed: usize, generation: usize) -> Vec<u8> {
    let mut text = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed {feed}</title>");
    let newest = ITEMS + generation * NEW;
    for number in (newest - ITEMS..newest).rev() {
        let mut chance = Chance((feed as u64) << 20 | number as u64);
        let title = sentence(&mut chance, 9);
        let body: Vec<String> = (0..WORDS / SENTENCE).map(|_| sentence(&mut chance, SENTENCE)).collect();
        let body = body.join(". ");
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

/// Size of a packed document when it is unpacked: gzip says so in its last four bytes.
pub fn unpacked(document: &[u8]) -> usize {
    document.last_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize)
}

fn sentence(chance: &mut Chance, words: u64) -> String {
    let words: Vec<String> = (0..words).map(|_| any_word(chance)).collect();
    let sentence = words.join(" ");
    sentence[..1].to_uppercase() + &sentence[1..]
}

fn any_word(chance: &mut Chance) -> String {
    if chance.next().is_multiple_of(5) || chance.next().is_multiple_of(4) {
        let most = 1 + chance.next() % SMALL.len() as u64;
        return SMALL[(chance.next() % most) as usize].to_owned();
    }
    word(chance)
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
