//! Inflected forms: the Snowball stem of a word in the language of its entry, for watches that ask for it.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use super::fold::{fold, is_invisible};

/// A language with a stemmer, as an index into the table.
pub(super) type Language = u8;

const ALGORITHMS: [(&str, Algorithm); 18] = [
    ("ar", Algorithm::Arabic),
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    ("en", Algorithm::English),
    ("es", Algorithm::Spanish),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("hu", Algorithm::Hungarian),
    ("it", Algorithm::Italian),
    ("nl", Algorithm::Dutch),
    ("no", Algorithm::Norwegian),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("sv", Algorithm::Swedish),
    ("ta", Algorithm::Tamil),
    ("tr", Algorithm::Turkish),
];

/// Norwegian has two written standards with codes of their own.
fn code(language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    if matches!(primary.as_str(), "nb" | "nn") { "no".to_owned() } else { primary }
}

/// The language of this ISO 639-1 code, if there is a stemmer for it.
pub(super) fn language(written: &str) -> Option<Language> {
    let code = code(written);
    (0..).zip(ALGORITHMS).find(|(_, (known, _))| *known == code).map(|(index, _)| index)
}

/// All languages that have a stemmer.
pub(super) fn languages() -> Vec<Language> {
    (0..).zip(ALGORITHMS).map(|(index, _)| index).collect()
}

/// The stem of a word as it stands in a text, folded. Stemmers want their accents, so folding comes last.
pub(super) fn stem(language: Language, word: &str) -> String {
    let Some(&(_, algorithm)) = ALGORITHMS.get(usize::from(language)) else { return fold(word) };
    fold(&Stemmer::create(algorithm).stem(&lower(word)))
}

/// A word in small letters, composed, without what is invisible.
pub(super) fn lower(word: &str) -> String {
    word.chars().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase).nfc().collect()
}
