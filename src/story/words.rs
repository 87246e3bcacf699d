//! Text as the engine compares it: folded words, each with a hash as written and a hash of its light stem.
//!
//! Case, diacritics and possessives are folded away, so that "Musk’s", "MUSK" and "musk" are one term. Must not keep
//! more of a text than [`MAX_WORDS`], whatever a feed sends.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use xxhash_rust::xxh3::xxh3_64;

use super::stop;

/// Words looked at in one text; what follows cannot change which story it is.
pub const MAX_WORDS: usize = 1_500;

/// Longer runs are base64, not words.
const MAX_WORD_BYTES: usize = 48;

/// One folded word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Hash of the folded word as written.
    pub exact: u32,
    /// Hash of its light stem.
    pub term: u32,
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
    pub stop: bool,
    pub number: bool,
    pub capital: bool,
}

/// Hash of a folded word, as [`Word::exact`] holds it.
pub fn hash(word: &str) -> u32 {
    fold_hash(xxh3_64(word.as_bytes()))
}

/// The better half of a 64-bit hash.
pub fn fold_hash(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Combines hashes in order.
pub fn combine(seed: u64, next: u32) -> u64 {
    (seed ^ u64::from(next)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

/// The words of a text, at most [`MAX_WORDS`].
pub fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::with_capacity((text.len() / 6).min(MAX_WORDS));
    let mut folded = String::with_capacity(MAX_WORD_BYTES);
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        folded.clear();
        fold_into(&mut folded, first);
        let mut end = start + first.len_utf8();
        if !is_unspaced(first) {
            while let Some(&(at, c)) = chars.peek() {
                let inside = c.is_alphanumeric() && !is_unspaced(c) || is_combining_mark(c);
                if !inside && !joins_word(text, at, c, &folded) {
                    break;
                }
                chars.next();
                if inside && folded.len() < MAX_WORD_BYTES {
                    fold_into(&mut folded, c);
                }
                end = at + c.len_utf8();
            }
        } else if let Some(&(at, c)) = chars.peek().filter(|(_, c)| is_unspaced(*c)) {
            // Scripts without spaces: overlapping pairs of characters stand in for words.
            fold_into(&mut folded, c);
            end = at + c.len_utf8();
        }
        push(&mut words, &folded, first, start, end);
        if words.len() == MAX_WORDS {
            break;
        }
    }
    words
}

fn push(words: &mut Vec<Word>, folded: &str, first: char, start: usize, end: usize) {
    if folded.is_empty() {
        return;
    }
    let exact = hash(folded);
    let stem = stem(folded);
    let term = if stem.len() == folded.len() { exact } else { hash(stem) };
    let number = folded.as_bytes()[0].is_ascii_digit();
    words.push(Word { exact, term, start, end, stop: stop::is_stop(exact), number, capital: first.is_uppercase() });
}

/// Marks that do not end a word: an apostrophe, the points of "U.N.", the comma of "2,000".
fn joins_word(text: &str, at: usize, c: char, folded: &str) -> bool {
    let mut rest = text[at + c.len_utf8()..].chars();
    let Some(next) = rest.next() else { return false };
    match c {
        '\'' | '’' => next.is_alphabetic() && !is_possessive(next, rest.next()),
        '.' => next.is_uppercase() && folded.len() <= 2 && !rest.next().is_some_and(char::is_alphabetic),
        ',' => next.is_ascii_digit() && folded.ends_with(|c: char| c.is_ascii_digit()),
        _ => false,
    }
}

fn is_possessive(next: char, after: Option<char>) -> bool {
    matches!(next, 's' | 'S') && !after.is_some_and(char::is_alphanumeric)
}

fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF
        | 0x20000..=0x2FFFF)
}

fn fold_into(folded: &mut String, c: char) {
    if c.is_ascii() {
        folded.push(c.to_ascii_lowercase());
    } else {
        folded.extend(c.to_lowercase().nfkd().filter(|c| c.is_alphanumeric()));
    }
}

/// Strips what inflection adds to a folded word; never less than three letters stay.
fn stem(word: &str) -> &str {
    if !word.is_ascii() {
        return stem_cyrillic(word);
    }
    let keep = |cut: usize| (word.len() >= cut + 4).then(|| &word[..word.len() - cut]);
    let found = match word.as_bytes() {
        [.., b'i', b'n', b'g', b's'] => keep(4),
        [.., b'i', b'e', b's'] | [.., b'i', b'n', b'g'] | [.., b'i', b'e', b'd'] => keep(3),
        [.., b'e', b'd'] | [.., b'e', b's'] | [.., b'e', b'r'] => keep(2),
        [.., b's', b's'] | [.., b'u', b's'] | [.., b'i', b's'] => None,
        [.., b's'] if word.len() > 3 => Some(&word[..word.len() - 1]),
        [.., b'e'] | [.., b'y'] => keep(1),
        _ => None,
    };
    found.unwrap_or(word)
}

fn stem_cyrillic(word: &str) -> &str {
    let is_ending = |c: char| "аеиоуыэюяйьъ".contains(c);
    let stem = word.trim_end_matches(is_ending);
    if stem.chars().count() >= 3 { stem } else { word }
}

/// Byte ranges of the sentences of a text; a line break always ends one.
pub fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let ends =
            c == '\n' || matches!(c, '。' | '！' | '？') || matches!(c, '.' | '!' | '?' | '…') && closes(text, at, end);
        if ends {
            found.push((start, end));
            start = end;
        }
    }
    found.push((start, text.len()));
    found.retain(|&(start, end)| text[start..end].chars().any(char::is_alphanumeric));
    found
}

/// A stop closes a sentence when white space and a capital follow and no abbreviation ("Mr.", "U.N.") precedes.
fn closes(text: &str, at: usize, end: usize) -> bool {
    let mut rest = text[end..].trim_start_matches(['"', '”', '’', '\'', ')', '»', ']']);
    if !rest.starts_with(char::is_whitespace) {
        return rest.is_empty();
    }
    rest = rest.trim_start();
    let opens = rest.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || !c.is_alphanumeric());
    opens && !(text[at..].starts_with('.') && is_abbreviation(&text[..at]))
}

/// Whether the point after this text belongs to its last word ("Mr", "U.N") and ends no sentence.
pub fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let short = word.chars().count() == 1 && word.starts_with(char::is_alphabetic);
    short || word.contains('.') || ABBREVIATIONS.contains(&word)
}

const ABBREVIATIONS: &[&str] = &[
    "Mr", "Mrs", "Ms", "Dr", "Sen", "Rep", "Gov", "Gen", "Col", "Lt", "Sgt", "St", "Jr", "Sr", "vs", "No", "Prof",
    "Rev", "Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec", "Hr", "Nr", "bzw", "ca", "Sra", "Inc", "Corp", "Co",
    "Ltd",
];

/// Hash of a single word folded as [`split`] folds it.
pub fn hash_folded(word: &str) -> u32 {
    let mut folded = String::new();
    word.chars().filter(|c| c.is_alphanumeric()).for_each(|c| fold_into(&mut folded, c));
    hash(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = split(text).iter().map(|word| &text[word.start..word.end]).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check_same_term(a: &str, b: &str) {
        assert_eq!(split(a)[0].term, split(b)[0].term, "{a} {b}");
    }

    #[test]
    fn words_end_where_readers_see_it() {
        check("Musk’s well-known U.N. envoy", &["Musk", "s", "well", "known", "U.N", "envoy"]);
        check("2,000 dead, 3.5 hurt", &["2,000", "dead", "3", "5", "hurt"]);
        check("don't", &["don't"]);
        check("北京市", &["北京", "京市", "市"]);
        check("", &[]);
    }

    #[test]
    fn case_accents_and_endings_are_folded() {
        check_same_term("MÜNCHEN", "munchen");
        check_same_term("bailouts", "bailout");
        check_same_term("Минская", "Минску");
        check_same_term("U.N.", "UN");
        check_same_term("policy", "policies");
    }

    #[test]
    fn sentences_end_at_stops_that_end_them() {
        let text = "Mr. Smith met the U.N. Envoy today. \"No\", he said! Then 3.5 points fell\nNew line";
        let found: Vec<&str> = sentences(text).into_iter().map(|(from, to)| text[from..to].trim()).collect();
        let expected = ["Mr. Smith met the U.N. Envoy today.", "\"No\", he said!", "Then 3.5 points fell", "New line"];
        assert_eq!(found, expected);
    }
}
