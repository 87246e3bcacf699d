//! What the engine keeps of a document: its terms, the sample of its runs, and a few facts about its headline.
//!
//! Computed once by [`profile`] and used by grouping and inserting alike. Must not look at other documents except
//! through what [`Units`] has learned about page junk.

use std::{cmp::Reverse, sync::LazyLock};

use xxhash_rust::xxh3::xxh3_64;

use super::{
    Document,
    claim::Claim,
    denial,
    junk::{self, Unit, Units},
    lexicon,
    shingles::Shingles,
    words::{self, Word},
};

/// Most terms kept of one text.
const MAX_TERMS: usize = 112;

/// Words of the text that stand in for a missing headline and count like one, in part.
const LEAD_WORDS: usize = 32;

/// Sentences at the beginning and at the end of an entry from which junk is learned: templates surround a text.
const FIRST_UNITS: usize = 4;
const LAST_UNITS: usize = 8;

/// A term of a document and how strongly it stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    pub term: u32,
    /// 1 + ln of the frequency, headline and lead counted more, in steps of 1/32.
    pub weight: u8,
    /// Where it stands: [`TITLE`], [`LEAD`].
    pub marks: u8,
}

/// Marks of a term: it stands in the headline; in the headline or the first words.
pub const TITLE: u8 = 1;
pub const LEAD: u8 = 2;
/// It is in the table of common words: spares all others a look into it each time they are compared.
pub const COMMON_WORD: u8 = 4;

impl Weighted {
    pub fn is(self, mark: u8) -> bool {
        self.marks & mark != 0
    }
}

/// The features of one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Sorted by term.
    pub terms: Vec<Weighted>,
    /// Terms of the headline, sorted, without stop words; empty when the headline is generic.
    pub title: Vec<u32>,
    /// Hashed trigrams of the letters of the headline, sorted.
    pub trigrams: Vec<u16>,
    pub shingles: Shingles,
    pub units: Vec<Unit>,
    /// Numbers in the headline, sorted.
    pub numbers: Vec<u32>,
    /// Hash of the whole headline, whatever the feed.
    pub headline: Option<Unit>,
    /// The headline says that something told before is not so.
    pub denies: bool,
    /// What the headline says beyond its terms.
    pub claim: Claim,
    /// Words left after cleaning, the headline not counted.
    pub length: u16,
}

/// Computes the features of a document; `all` are the words of its text.
pub fn profile(document: &Document, all: &[Word], units: &Units) -> Profile {
    let scope = scope(document);
    let headline_text = trim_title(&document.title);
    let title = words::split(headline_text);
    let headline = junk::unit(0, &title);
    let generic = is_generic(&title) || headline.is_some_and(|unit| units.is_junk(unit));
    let (text, found) = clean(&document.text, all, scope, units);
    let named = if generic { &[][..] } else { &title[..] };
    let mut title_terms: Vec<u32> = named.iter().filter(|word| !word.stop).map(|word| word.term).collect();
    title_terms.sort_unstable();
    title_terms.dedup();
    let mut numbers: Vec<u32> = named.iter().filter(|word| word.number).map(|word| word.exact).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Profile {
        terms: terms(named, &text),
        title: title_terms,
        trigrams: if generic { Vec::new() } else { trigrams(headline_text) },
        shingles: Shingles::of(&text),
        units: found,
        numbers,
        headline,
        denies: denial::denies(named),
        claim: Claim::new(headline_text, named),
        length: u16::try_from(text.len()).unwrap_or(u16::MAX),
    }
}

/// What learns junk together: the feed, or the outlet where no feed is known.
fn scope(document: &Document) -> u64 {
    let name = if document.feed.is_empty() { &document.outlet } else { &document.feed };
    xxh3_64(name.as_bytes()) | 1
}

/// A headline without the site's name behind the last bar.
fn trim_title(title: &str) -> &str {
    match title.rsplit_once(" | ") {
        Some((head, tail)) if head.split_whitespace().count() >= 3 && tail.split_whitespace().count() <= 4 => head,
        _ => title,
    }
}

/// The words of a text without page junk, and the units of all its sentences.
fn clean(text: &str, all: &[Word], scope: u64, units: &Units) -> (Vec<Word>, Vec<Unit>) {
    let mut sentences: Vec<(&[Word], bool)> = Vec::new();
    let mut found = Vec::new();
    let mut rest = all;
    for (start, end) in words::sentences(text) {
        let skip = rest.partition_point(|word| word.start < start);
        let count = rest.partition_point(|word| word.start < end);
        let sentence = &rest[skip.min(count)..count];
        rest = &rest[count..];
        let unit = junk::unit(scope, sentence);
        let listed = text[start..end].len() < 600 && junk::is_listed(&text[start..end]);
        if !listed && !unit.is_some_and(|unit| units.is_junk(unit)) {
            sentences.push((sentence, unit.is_some_and(|unit| units.recurs(unit))));
        }
        found.extend(unit.filter(|_| !listed));
        if rest.is_empty() {
            break;
        }
    }
    if found.len() > FIRST_UNITS + LAST_UNITS {
        found.drain(FIRST_UNITS..found.len() - LAST_UNITS);
    }
    found.sort_unstable();
    found.dedup();
    let is_template = sentences.iter().any(|(_, recurs)| !recurs);
    let kept = sentences.into_iter().filter(|(_, recurs)| !(is_template && *recurs));
    (kept.flat_map(|(sentence, _)| sentence).copied().collect(), found)
}

fn terms(title: &[Word], text: &[Word]) -> Vec<Weighted> {
    let head = title.iter().map(|word| (word, 4, TITLE | LEAD));
    let lead = text.iter().take(LEAD_WORDS).map(|word| (word, 3, LEAD));
    let rest = text.iter().skip(LEAD_WORDS).map(|word| (word, 2, 0));
    // In one number each, which sort fastest: the term, halves of a count, marks.
    let packed = |(word, halves, marks): (&Word, u64, u8)| u64::from(word.term) << 32 | halves << 8 | u64::from(marks);
    let mut all: Vec<u64> = head.chain(lead).chain(rest).filter(|(word, ..)| !word.stop).map(packed).collect();
    all.sort_unstable();
    let mut found: Vec<(u32, u32, u8)> = Vec::with_capacity(all.len());
    for packed in all {
        let (term, halves, marks) = ((packed >> 32) as u32, (packed >> 8) as u32 & 7, packed as u8);
        match found.last_mut().filter(|last| last.0 == term) {
            Some(last) => {
                last.1 += halves;
                last.2 |= marks;
            }
            None => found.push((term, halves, marks)),
        }
    }
    if found.len() > MAX_TERMS {
        found.select_nth_unstable_by_key(MAX_TERMS, |(term, halves, _)| (Reverse(*halves), *term));
        found.truncate(MAX_TERMS);
        found.sort_unstable_by_key(|(term, ..)| *term);
    }
    let common = |term| if lexicon::is_common(term) { COMMON_WORD } else { 0 };
    let weighted = |&(term, halves, marks)| Weighted { term, weight: quantise(halves), marks: marks | common(term) };
    found.iter().map(weighted).collect()
}

/// The weights there can be, the lightest first.
pub static WEIGHTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut weights: Vec<u8> = (2..=2_200).map(quantise).collect();
    weights.dedup();
    weights
});

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of u8")]
fn quantise(halves: u32) -> u8 {
    ((1.0 + (halves as f32 / 2.0).ln()) * 32.0).clamp(1.0, 255.0) as u8
}

/// Hashed trigrams of the letters of a headline; they bridge inflection and compounds where words are few.
fn trigrams(title: &str) -> Vec<u16> {
    let mut found = Vec::with_capacity(96);
    let mut last = [b' ' as u32; 3];
    for c in title.chars().take(160).flat_map(char::to_lowercase) {
        let c = if c.is_alphanumeric() { u32::from(c) } else { u32::from(' ') };
        if c == u32::from(' ') && last[2] == c {
            continue;
        }
        last = [last[1], last[2], c];
        let hash = last.iter().fold(7, |hash, c| words::combine(hash, *c));
        found.push((words::fold_hash(hash) >> 16) as u16);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Headlines that name no event.
fn is_generic(title: &[Word]) -> bool {
    let content = title.iter().filter(|word| !word.stop && !word.number && !is_filler(word.exact)).count();
    content < 2
}

fn is_filler(exact: u32) -> bool {
    static FILLER: LazyLock<super::hasher::FastSet<u32>> =
        LazyLock::new(|| FILLERS.split_whitespace().map(words::hash_folded).collect());
    FILLER.contains(&exact)
}

/// Words of recurring headlines ("Here's the latest", "Morning update", "The top photos of the day").
const FILLERS: &str = "breaking latest live update updates headlines headline briefing brief morning evening daily weekly \
    top photos pictures today day week alert here's heres what know need need-to-know world news roundup recap digest \
    bulletin stories story watch listen podcast video newsletter special report exclusive developing just opinion \
    cartoon quiz crossword weather markets market open opening close closing nachrichten uberblick ticker aktuell \
    actualites direct minute titulares ultimas noticias hora новости главное сегодня";
