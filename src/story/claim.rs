//! What a headline claims beyond the bag of its words: two that are nearly the same may say the opposite of each other, or
//! the same of somebody else.
//!
//! "Senate passes farm bill" and "Senate rejects farm bill" share all that a cosine sees, and so do two earthquakes of one
//! strength. Only headlines that are nearly the same are asked: elsewhere "up" and "down" speak of different things.
//! A no is left to [`super::denial`] and to the index: it belongs to the story, and is news.

use std::sync::LazyLock;

use super::{
    hasher::{FastMap, FastSet},
    lexicon,
    profile::Profile,
    words::{self, Word},
};

/// What is kept of a headline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claim {
    /// Poles of `opposed.txt` that its words stand at, two bits a pair.
    pub poles: u64,
    /// It says that something is not so.
    pub negated: bool,
    /// Somebody is named behind "by": who did it stands last.
    pub passive: bool,
    /// Not all of its words are capitals, so that a capital tells a name.
    pub plain: bool,
    /// In reading order.
    pub names: Vec<Name>,
}

/// A word of a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Name {
    pub term: u32,
    /// Hash of the first letters, in [`BEGINNING_BITS`]: "Haitian" is no other name than "Haiti".
    pub beginning: u32,
    /// Whether it goes on the name before it.
    pub goes_on: bool,
    /// Whether a word that is no name stands before it, a verb perhaps.
    pub after_word: bool,
}

pub const BEGINNING_BITS: u32 = 12;
const BEGINNING: usize = 4;

/// Words of a headline; what is longer is none.
const MAX_WORDS: usize = 1 << PLACE_BITS;

/// Bits of a place in a headline.
pub const PLACE_BITS: u32 = 6;

/// Words of names kept of one headline.
const MAX_NAMES: usize = 12;

/// A lower-case word from which a headline does not write all words with capitals.
const PLAIN: usize = 4;

/// How two headlines that are nearly the same differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contrast {
    /// One says the opposite of the other, or that he whom it was done to did it.
    Opposed,
    /// Each names somebody or some place that the other does not know.
    Renamed,
    /// One says that it is not so.
    Negated,
}

impl Claim {
    /// `words` are those of the headline `text`.
    pub fn new(text: &str, words: &[Word]) -> Self {
        if words.len() > MAX_WORDS {
            return Self::default();
        }
        let lists = &*LISTS;
        let poles = words.iter().filter_map(|word| lists.poles.get(&word.term));
        let pairs = words.windows(2).filter_map(|pair| lists.poles.get(&both(pair[0].term, pair[1].term)));
        let has = |list: &FastSet<u32>| words.iter().any(|word| list.contains(&word.exact));
        let plain = words
            .iter()
            .skip(1)
            .any(|word| !word.capital && !word.stop && !word.number && word.end - word.start >= PLAIN);
        Self {
            poles: poles.chain(pairs).fold(0, |all, poles| all | poles),
            negated: has(&lists.negations),
            passive: has(&lists.by),
            plain,
            names: names(text, words, plain),
        }
    }

    /// Poles that stand alone: "up a little, but down on the week" speaks of both.
    fn clear(&self) -> u64 {
        self.poles & !opposite(self.poles)
    }

    /// Whether one stands where the other's opposite is.
    fn is_opposed(&self, other: &Self) -> bool {
        self.clear() & opposite(other.clear()) != 0
    }

    /// Names that go together, in reading order.
    fn runs(&self) -> impl Iterator<Item = &[Name]> {
        self.names.chunk_by(|_, next| next.goes_on)
    }

    /// Whether who did it in one had it done to him in the other: "Iran strikes Israel".
    fn is_exchanged(&self, other: &Self) -> bool {
        let first = |claim: &Self| {
            let mut runs = claim.runs();
            let (one, two) = (runs.next()?.first().copied()?, runs.next()?.first().copied()?);
            two.after_word.then_some((one.term, two.term))
        };
        match (first(self), first(other)) {
            (Some(one), Some((a, b))) => self.plain && other.plain && self.passive == other.passive && one == (b, a),
            _ => false,
        }
    }
}

/// How the headlines of two documents differ, where they are nearly the same.
pub fn contrast(a: &Profile, b: &Profile) -> Option<Contrast> {
    let shared = a.title.iter().filter(|term| b.title.binary_search(term).is_ok()).count();
    let (longer, shorter) = (a.title.len().max(b.title.len()), a.title.len().min(b.title.len()));
    if shared < LEAST_SHARED || 2 * shared < longer {
        return None;
    }
    let (one, other) = (&a.claim, &b.claim);
    if longer - shared <= MOST_OWN {
        if one.is_opposed(other) || shared == shorter && one.is_exchanged(other) {
            return Some(Contrast::Opposed);
        }
        if one.negated != other.negated && shared > LEAST_SHARED && 3 * shared >= 2 * longer {
            return Some(Contrast::Negated);
        }
    }
    let most = if one.plain && other.plain { MOST_BESIDE } else { 0 };
    let differs = |x: &Profile, y: &Profile| names_another(x, y) && beside(x, y) <= most;
    (differs(a, b) && differs(b, a)).then_some(Contrast::Renamed)
}

/// Words that two nearly equal headlines share at least, and half of all; a no needs more and two thirds, for there is
/// one in every tenth headline.
const LEAST_SHARED: usize = 2;

/// Words that each may hold for itself,
const MOST_OWN: usize = 2;

/// and beside names, where a capital tells one.
const MOST_BESIDE: usize = 1;

/// Whether a headline holds a name of which the other document knows no word.
fn names_another(document: &Profile, other: &Profile) -> bool {
    let is_known = |name: &Name| {
        let holds = |term| other.terms.binary_search_by_key(&term, |own| own.term).is_ok();
        let begins = |known: &Name| known.beginning == name.beginning;
        holds(name.term) || other.title.binary_search(&name.term).is_ok() || other.claim.names.iter().any(begins)
    };
    document.claim.runs().any(|run| !run.iter().any(is_known))
}

/// Words of a headline that the other lacks, names left out.
fn beside(document: &Profile, other: &Profile) -> usize {
    let is_name = |term: u32| document.claim.names.iter().any(|name| name.term == term);
    document.title.iter().filter(|term| other.title.binary_search(term).is_err() && !is_name(**term)).count()
}

/// A word counts as a name that begins with a capital where not all do; at the beginning, and where all do, only one that
/// is not in the table of common words.
fn names(text: &str, words: &[Word], plain: bool) -> Vec<Name> {
    let lists = &*LISTS;
    let mut found: Vec<Name> = Vec::new();
    let (mut last, mut after_word) = (None, false);
    for (at, word) in words.iter().enumerate() {
        let tells = plain && at > 0 || !lexicon::is_common(word.term);
        let is_known = lists.poles.contains_key(&word.term) || lists.negations.contains(&word.exact);
        if word.stop || word.number {
            continue;
        }
        if !word.capital || !tells || is_known {
            after_word = true;
            continue;
        }
        let is_gap = |c: char| matches!(c, ' ' | '-' | '.' | '\'' | '’');
        let goes_on = plain && last.is_some_and(|end| text[end..word.start].chars().all(is_gap));
        let letters: String = text[word.start..word.end].chars().take(BEGINNING).collect();
        let beginning = words::hash_folded(&letters) >> (32 - BEGINNING_BITS);
        found.push(Name { term: word.term, beginning, goes_on, after_word });
        (last, after_word) = (Some(word.end), false);
        if found.len() == MAX_NAMES {
            break;
        }
    }
    found
}

/// The other pole of every pair.
fn opposite(poles: u64) -> u64 {
    const FIRST: u64 = 0x5555_5555_5555_5555;
    (poles & FIRST) << 1 | (poles >> 1) & FIRST
}

/// Key of two words that mean something together.
fn both(first: u32, second: u32) -> u32 {
    words::fold_hash(words::combine(words::combine(7, first), second))
}

/// The sides of all pairs, two after each other that are opposites.
fn opposed() -> impl Iterator<Item = &'static str> {
    include_str!("opposed.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

struct Lists {
    poles: FastMap<u32, u64>,
    negations: FastSet<u32>,
    by: FastSet<u32>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut poles: FastMap<u32, u64> = FastMap::default();
    for (pole, list) in opposed().enumerate() {
        for word in list.split_whitespace() {
            let terms: Vec<u32> = words::split(&word.replace('_', " ")).iter().map(|word| word.term).collect();
            let key = if let [first, second] = terms[..] { both(first, second) } else { terms[0] };
            *poles.entry(key).or_default() |= 1 << pole;
        }
    }
    let list = |words: &str| words.split_whitespace().map(words::hash_folded).collect();
    Lists { poles, negations: list(NO), by: list(BY) }
});

/// Words of a no.
pub const NO: &str = "not no never none neither without cannot can't won't don't doesn't didn't isn't aren't wasn't \
    weren't hasn't haven't hadn't wouldn't shouldn't couldn't refuses refuse refused declines fails nicht kein keine \
    keinen keinem keiner nie niemals ohne pas jamais aucun aucune sans nunca jamás sin ningún ninguna не нет \
    ни никогда без";

const BY: &str = "by von vom durch par por";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::tests::document;
    use crate::story::{junk::Units, profile::profile};

    fn contrast_of(a: &str, b: &str) -> Option<Contrast> {
        let profile = |title: &str| profile(&document(1, "nyt", 0, title, ""), &[], &Units::default());
        let (one, other) = (profile(a), profile(b));
        let found = contrast(&one, &other);
        assert_eq!(found, contrast(&other, &one), "both ways alike: {a} / {b}");
        found
    }

    #[track_caller]
    fn check(expected: Option<Contrast>, pairs: &[[&str; 2]]) {
        for [a, b] in pairs {
            assert_eq!(contrast_of(a, b), expected, "{a} / {b}");
        }
    }

    #[test]
    fn the_opposite_is_told_in_five_languages() {
        check(
            Some(Contrast::Opposed),
            &[
                ["Senate passes farm bill", "Senate rejects farm bill"],
                ["Court upholds ban on river dredging", "Court strikes down ban on river dredging"],
                ["Wheat rises on drought fears", "Wheat falls on drought fears"],
                ["Harbour meets its dredging target", "Harbour off its dredging target"],
                ["Forest fire near Lund under control", "Forest fire near Lund out of control"],
                ["Shipyard Vela lays off 300 welders", "Shipyard Vela hires 300 welders"],
                ["Gericht bestätigt Urteil gegen Kern", "Gericht kippt Urteil gegen Kern"],
                ["Le Sénat adopte la réforme du fret", "Le Sénat rejette la réforme du fret"],
                ["Sube el precio del trigo", "Baja el precio del trigo"],
                ["Дума одобрила закон о лесах", "Дума отклонила закон о лесах"],
                ["Norvia strikes Estmark", "Estmark strikes Norvia"],
            ],
        );
    }

    #[test]
    fn somebody_else_in_the_same_words_is_told() {
        check(
            Some(Contrast::Renamed),
            &[
                ["Magnitude 6.4 earthquake strikes off Vanuatu", "Magnitude 6.4 earthquake strikes off Chile"],
                ["Fulham 2-0 Norwich: match report", "Everton 2-0 Norwich: match report"],
                ["Actor Rowan Pike dies aged 81", "Actor Miles Denham dies aged 81"],
                ["Doctors in Ghana call off strike", "Doctors in Nigeria call off strike"],
                ["Séisme de magnitude 6,1 au Chili", "Séisme de magnitude 6,1 au Pérou"],
                ["Kellner Ferry Runs Aground", "Brenner Ferry Runs Aground"],
            ],
        );
    }

    #[test]
    fn a_no_in_the_same_words_is_told() {
        check(
            Some(Contrast::Negated),
            &[
                ["Jury finds banker Holt guilty", "Jury finds banker Holt not guilty"],
                ["Minister resigns over canal contract", "Minister refuses to resign over canal contract"],
                ["Der Damm hält, sagt das Amt in Lund", "Der Damm hält nicht, sagt das Amt in Lund"],
            ],
        );
    }

    #[test]
    fn the_same_in_other_words_is_none() {
        check(
            None,
            &[
                ["Norvia strikes Estmark", "Estmark struck by Norvia"],
                ["Norvia and Estmark sign treaty", "Estmark and Norvia sign treaty"],
                ["Magnitude 6.4 earthquake strikes off Vanuatu", "Magnitude 6.4 quake hits off Vanuatu"],
                ["Haitian president killed at home", "Haiti president killed at home"],
                ["Milan Okafor joins Marseille on loan", "Okafor joins Marseille on loan"],
                ["Wheat up on drought fears", "Wheat rises on drought fears"],
                ["Wheat up, then down on drought fears", "Wheat rises on drought fears"],
                ["Arsenal beat Chelsea in cup final", "Chelsea lose cup final to Arsenal"],
                ["Court upholds ban", "Wheat falls"],
                ["Ferry not found", "Coastguard looks for ferry off Crete"],
                ["FERRY RUNS AGROUND OFF CRETE", "FERRY SINKS OFF RHODES"],
                ["", ""],
            ],
        );
    }

    #[test]
    fn a_headline_as_long_as_a_text_claims_nothing() {
        let long = "Norvia strikes Estmark ".repeat(30);
        assert_eq!(Claim::new(&long, &words::split(&long)), Claim::default());
    }

    #[test]
    fn every_pair_has_two_sides_that_share_no_word() {
        let sides: Vec<Vec<&str>> = opposed().map(|side| side.split_whitespace().collect()).collect();
        for pair in sides.chunks(2) {
            assert!(pair[0].iter().all(|word| !pair[1].contains(word)), "{pair:?}");
        }
        assert!(sides.len() <= 64 && sides.len().is_multiple_of(2), "two bits a pair");
        assert_eq!(opposite(0b01_10_00), 0b10_01_00);
    }
}
