//! Atoms: the distinct words, prefixes and patterns of all watches, numbered.
//!
//! A word of an entry is looked up here once, whatever the number of watches; from then on only numbers are compared.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::fold::fold;
use super::lexicon::Lexicon;
use super::stem::{self, Language};
use super::tree::Field;

/// Number of an atom, dense from 0.
pub(super) type Atom = u32;

/// One thing to look a word up by. All text is folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Word(String),
    /// `rate*`: words that begin so, at least three letters.
    Prefix(String),
    /// `wom?n`: `?` stands for one letter.
    Wild(String),
    /// The whole value of a field such as `group`.
    Whole(Field, String),
    /// What is found by its bytes alone.
    Literal(String),
    /// A regular expression of which no literal is known.
    Pattern {
        pattern: String,
        ignore_case: bool,
    },
}

/// The keys are the operator's own words; feeds can only look up, never insert, so no key can be forced to collide.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

type WordMap<V> = HashMap<Box<str>, V, BuildHasherDefault<WordHasher>>;

/// Patterns that a word has to be held against one by one.
type Bucket = Vec<(Box<str>, Atom)>;

/// All atoms of a set of watches.
#[derive(Default)]
pub(super) struct Atoms {
    words: Lexicon,
    /// By their first three characters.
    prefixes: WordMap<Bucket>,
    /// By number of characters and first character (`?` when that is left open).
    wild: HashMap<(usize, char), Bucket>,
    wholes: WordMap<Atom>,
    /// Texts that are looked for as they are, not as words; see [`super::literals`].
    literals: WordMap<Atom>,
    /// Regular expressions that have none, behind `i` or `-` for their case; see [`super::sweep`].
    patterns: WordMap<Atom>,
    /// Words with their inflected forms, as written in small letters.
    inflected: WordMap<Atom>,
    /// The same by their folded form, and by their stem in each language.
    bases: WordMap<Vec<Atom>>,
    stems: HashMap<Language, WordMap<Vec<Atom>>>,
    count: Atom,
}

impl Atoms {
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// The number of this step, new or known.
    pub(super) fn intern(&mut self, step: &Step) -> Atom {
        let next = self.count;
        let atom = match step {
            Step::Word(word) => self.words.get_or_insert(word, next),
            Step::Literal(text) => intern_key(&mut self.literals, text, next),
            Step::Pattern { pattern, ignore_case } => {
                intern_key(&mut self.patterns, &format!("{}{pattern}", if *ignore_case { 'i' } else { '-' }), next)
            }
            Step::Whole(field, value) => intern_key(&mut self.wholes, &whole_key(*field, value), next),
            Step::Prefix(prefix) => {
                let bucket = self.prefixes.entry(stem(prefix).unwrap_or(prefix).into()).or_default();
                intern_in(bucket, prefix, next)
            }
            Step::Wild(pattern) => {
                let first = pattern.chars().next().unwrap_or('?');
                intern_in(self.wild.entry((pattern.chars().count(), first)).or_default(), pattern, next)
            }
        };
        self.count += u32::from(atom == next);
        atom
    }

    /// The number of a word that its inflected forms in these languages stand for too. `written` is the word as the
    /// user wrote it, without a possessive `'s`.
    pub(super) fn intern_inflected(&mut self, folded: &str, written: &str, languages: &[Language]) -> Atom {
        let next = self.count;
        let atom = intern_key(&mut self.inflected, &stem::lower(written), next);
        self.count += u32::from(atom == next);
        add_to(self.bases.entry(folded.into()).or_default(), atom);
        for &language in languages {
            let stems = self.stems.entry(language).or_default();
            add_to(stems.entry(stem::stem(language, written).into()).or_default(), atom);
        }
        atom
    }

    /// Calls `each` with the atoms that a word is an instance of only in another form of it; `written` is the word as
    /// it stands in a text of this language.
    pub(super) fn look_up_inflected(
        &self,
        word: &str,
        written: &str,
        language: Option<Language>,
        mut each: impl FnMut(Atom, bool),
    ) {
        if self.bases.is_empty() {
            return;
        }
        let same = self.bases.get(word).map(Vec::as_slice).unwrap_or_default();
        same.iter().for_each(|&atom| each(atom, false));
        let stems = language.and_then(|language| Some((language, self.stems.get(&language)?)));
        let Some((language, stems)) = stems else { return };
        let others = stems.get(stem::stem(language, written).as_str()).into_iter().flatten();
        others.filter(|atom| !same.contains(atom)).for_each(|&atom| each(atom, true));
    }

    /// All literals with their atoms.
    pub(super) fn literals(&self) -> impl Iterator<Item = (&str, Atom)> {
        self.literals.iter().map(|(text, &atom)| (&**text, atom))
    }

    /// All patterns without literals: the pattern, whether case is no difference, its atom.
    pub(super) fn patterns(&self) -> impl Iterator<Item = (&str, bool, Atom)> {
        self.patterns.iter().map(|(key, &atom)| (&key[1..], key.starts_with('i'), atom))
    }

    /// Calls `each` with the atoms that a folded word is an instance of.
    pub(super) fn look_up(&self, word: &str, mut each: impl FnMut(Atom)) {
        if let Some(atom) = self.words.get(word) {
            each(atom);
        }
        if !self.prefixes.is_empty() {
            let bucket = stem(word).and_then(|stem| self.prefixes.get(stem));
            let hits = bucket.into_iter().flatten().filter(|(prefix, _)| word.starts_with(&**prefix));
            hits.for_each(|&(_, atom)| each(atom));
        }
        if !self.wild.is_empty() {
            self.look_up_wild(word, each);
        }
    }

    fn look_up_wild(&self, word: &str, mut each: impl FnMut(Atom)) {
        let Some(first) = word.chars().next() else { return };
        let len = word.chars().count();
        for bucket in [first, '?'].iter().filter_map(|&first| self.wild.get(&(len, first))) {
            let hits = bucket.iter().filter(|(pattern, _)| fits(pattern, word));
            hits.for_each(|&(_, atom)| each(atom));
        }
    }

    /// The atom of a field's whole value, which is folded here.
    pub(super) fn look_up_whole(&self, field: Field, value: &str) -> Option<Atom> {
        if self.wholes.is_empty() {
            return None;
        }
        self.wholes.get(whole_key(field, &fold(value)).as_str()).copied()
    }
}

fn add_to(atoms: &mut Vec<Atom>, atom: Atom) {
    if !atoms.contains(&atom) {
        atoms.push(atom);
    }
}

fn intern_key(map: &mut WordMap<Atom>, key: &str, next: Atom) -> Atom {
    match map.get(key) {
        Some(&known) => known,
        None => *map.entry(key.into()).or_insert(next),
    }
}

fn intern_in(bucket: &mut Bucket, key: &str, next: Atom) -> Atom {
    if let Some(&(_, known)) = bucket.iter().find(|(other, _)| &**other == key) {
        return known;
    }
    bucket.push((key.into(), next));
    next
}

fn whole_key(field: Field, value: &str) -> String {
    format!("{}:{value}", field.name())
}

/// The first three characters, if there are three.
fn stem(word: &str) -> Option<&str> {
    let (last, c) = word.char_indices().nth(2)?;
    Some(&word[..last + c.len_utf8()])
}

/// Whether a word has the letters of a pattern, `?` standing for any one. Both have the same number of characters.
fn fits(pattern: &str, word: &str) -> bool {
    pattern.chars().zip(word.chars()).all(|(wanted, found)| wanted == '?' || wanted == found)
}
