//! What a headline claims beyond the bag of its words: two that are nearly the same may say the opposite of each other, or
//! the same of somebody else.
//!
//! "Senate passes farm bill" and "Senate rejects farm bill" share all that a cosine sees, and so do two earthquakes of one
//! strength. Only headlines that are nearly the same are asked: elsewhere "up" and "down" speak of different things.
//! A no is left to [`super::denial`] and to the index: it belongs to the story, and is news.

use std::sync::LazyLock;

use super::{
    hasher::{FastMap, FastSet},
    lexicon::{self, Spelt},
    profile::Profile,
    shingles::common,
    words::{self, Word},
};

/// What is kept of a headline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claim {
    /// Answers of `opposed.txt` that its words give, a bit each.
    pub answers: u128,
    /// It says that something is not so.
    pub negated: bool,
    /// Somebody is named behind "by": who did it stands last.
    pub passive: bool,
    pub capitals: Capitals,
    /// In reading order.
    pub names: Vec<Name>,
    /// Terms that say neither more nor less where the rest is the same: numbers, and words that answer. Sorted.
    pub aside: Vec<u32>,
    /// Who did what, where that can be told.
    pub deed: Option<Deed>,
}

/// The first word or name of a headline and the word that follows at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    pub who: u32,
    /// Hash of the word as it is written, in [`VERB_BITS`], since "kills" and "killed" are told of two.
    pub verb: u32,
}

/// What a capital tells in a headline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Capitals {
    /// Nothing: every word has one.
    #[default]
    Nothing,
    Name,
    /// In German, of any noun.
    Noun,
}

/// A word of a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Name {
    pub term: u32,
    /// Hash of the first letters, in [`BEGINNING_BITS`]: "Haitian" is no other name than "Haiti".
    pub beginning: u32,
    /// Whether it goes on the name before it.
    pub goes_on: bool,
    /// Not the first word, which has a capital anyhow, or known for a name.
    pub sure: bool,
}

pub const BEGINNING_BITS: u32 = 12;
pub const VERB_BITS: u32 = 16;
const BEGINNING: usize = 4;

/// Words of a headline; what is longer is none.
const MAX_WORDS: usize = 1 << PLACE_BITS;

/// Bits of a place in a headline.
pub const PLACE_BITS: u32 = 6;

/// Words of names kept of one headline.
const MAX_NAMES: usize = 12;

/// Letters of a word in lower case from which a headline does not write all words with capitals.
const PLAIN: usize = 4;

/// How two headlines that are nearly the same differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contrast {
    /// They answer one question of `opposed.txt` in two ways, or he whom it was done to in one did it in the other.
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
        let has = |list: &FastSet<u32>| words.iter().any(|word| list.contains(&word.exact));
        let is_small = |word: &Word| !word.capital && !word.stop && !word.number && word.end - word.start >= PLAIN;
        let capitals = match words.iter().skip(1).any(is_small) {
            false => Capitals::Nothing,
            true if has(&lists.german) => Capitals::Noun,
            true => Capitals::Name,
        };
        let (answers, mut aside) = answers(words);
        aside.extend(words.iter().filter(|word| word.number).map(|word| word.term));
        aside.retain(|term| words.iter().any(|word| word.term == *term && !word.stop));
        aside.sort_unstable();
        aside.dedup();
        let names = names(text, words, capitals);
        Self {
            answers,
            negated: says_no(words) || rules_out(words),
            passive: has(&lists.by),
            capitals,
            deed: deed(text, words, &names),
            names,
            aside,
        }
    }

    /// Whether they answer one question each in one way, and not in the same.
    fn is_opposed(&self, other: &Self) -> bool {
        let once = |answers: u128| answers.count_ones() == 1;
        let differs = |question: &u128| {
            let (one, two) = (self.answers & question, other.answers & question);
            one != two && once(one) && once(two)
        };
        let both = self.answers & !other.answers != 0 && other.answers & !self.answers != 0;
        both && LISTS.questions.iter().any(differs)
    }

    /// Whether a term stands in a name.
    fn has_name(&self, term: u32) -> bool {
        self.names.iter().any(|name| name.term == term)
    }

    /// Names that go together, in reading order.
    fn runs(&self) -> impl Iterator<Item = &[Name]> {
        self.names.chunk_by(|_, next| next.goes_on)
    }

    /// Whether each of them did the same, as in "Iran strikes Israel".
    fn is_exchanged(&self, other: &Self) -> bool {
        let (Some(one), Some(two)) = (self.deed, other.deed) else { return false };
        one.who != two.who && one.verb == two.verb && self.passive == other.passive
    }
}

/// How the headlines of two documents differ, where they are nearly the same.
pub fn contrast(a: &Profile, b: &Profile) -> Option<Contrast> {
    let (one, other) = (&a.claim, &b.claim);
    let (opposed, exchanged) = (one.is_opposed(other), one.is_exchanged(other));
    let (negated, both_name) = (one.negated != other.negated, !one.names.is_empty() && !other.names.is_empty());
    if !(opposed || exchanged || negated || both_name) {
        return None;
    }
    let shared: Vec<u32> = common(&a.title, &b.title).collect();
    if shared.len() < LEAST_SHARED {
        return None;
    }
    let beside = own(a, b, |_| true).max(own(b, a, |_| true));
    if beside <= MOST_BESIDE && beside <= shared.len() {
        let holds = |claim: &Claim| claim.deed.is_some_and(|deed| shared.binary_search(&deed.who).is_ok());
        if opposed || exchanged && holds(one) && holds(other) {
            return Some(Contrast::Opposed);
        }
        if negated && shared.len() > LEAST_SHARED && 3 * beside <= shared.len() {
            return Some(Contrast::Negated);
        }
    }
    let renamed = both_name && differ_by_names(a, b, &shared) && names_another(a, b) && names_another(b, a);
    renamed.then_some(Contrast::Renamed)
}

/// Whether two headlines are the same but for names and numbers, or nearly where names can be told.
fn differ_by_names(a: &Profile, b: &Profile, shared: &[u32]) -> bool {
    let (one, other) = (&a.claim, &b.claim);
    let tell_names = one.capitals == Capitals::Name && other.capitals == Capitals::Name;
    let is_name = |term: u32| one.names.iter().chain(&other.names).any(|name| name.sure && name.term == term);
    let named = if tell_names { shared.iter().filter(|term| is_name(**term)).count() } else { 0 };
    // Beside a name that is the same there may be others ("Islamic State", "ISIS") for one thing.
    let most = usize::from(tell_names && named == 0);
    let numbers = shared.iter().filter(|term| a.numbers.binary_search(term).is_ok()).count();
    let beside = own(a, b, |term| !one.has_name(term)).max(own(b, a, |term| !other.has_name(term)));
    beside <= most && shared.len() > beside + named + numbers
}

/// Words that two nearly equal headlines share at least,
const LEAST_SHARED: usize = 2;

/// and that each may hold beside them and what the list of opposites knows, numbers left out. Beside names it may be one,
/// where a capital tells a name and none is shared, and else none.
const MOST_BESIDE: usize = 2;

/// Words of a headline that the other lacks and that are to be counted.
fn own(document: &Profile, other: &Profile, counts: impl Fn(u32) -> bool) -> usize {
    let is_own = |term: &&u32| other.title.binary_search(term).is_err();
    let is_aside = |term: &u32| document.claim.aside.binary_search(term).is_ok();
    document.title.iter().filter(is_own).filter(|term| !is_aside(term) && counts(**term)).count()
}

/// Whether a headline holds a name whose last word the other document does not know: "Prince William", not "Prince Harry".
fn names_another(document: &Profile, other: &Profile) -> bool {
    let is_known = |name: &Name| {
        let holds = |term| other.terms.binary_search_by_key(&term, |own| own.term).is_ok();
        let begins = |known: &Name| known.beginning == name.beginning;
        holds(name.term) || other.title.binary_search(&name.term).is_ok() || other.claim.names.iter().any(begins)
    };
    document.claim.runs().any(|run| run.last().is_some_and(|name| !is_known(name)))
}

/// What the words of a headline answer, and the terms that do.
fn answers(words: &[Word]) -> (u128, Vec<u32>) {
    let lists = &*LISTS;
    let (mut found, mut terms) = (0, Vec::new());
    let mut look = |key: u32, told: &[u32]| {
        if let Some(answers) = lists.answers.get(&key) {
            found |= answers;
            terms.extend(told);
        }
    };
    for (at, word) in words.iter().enumerate() {
        look(word.term, &[word.term]);
        let later = &words[at + 1..];
        let (near, far) = later.split_at(later.len().min(LATER));
        for other in near.iter().chain(far.last()) {
            look(both(APART, word.term, other.term), &[word.term, other.term]);
        }
        if let Some(next) = later.first() {
            look(both(TOGETHER, word.term, next.term), &[word.term, next.term]);
        }
    }
    (found, terms)
}

/// A no that is none: "No 10", "not only", "Don't miss", "no comment", "un pas".
fn says_no(words: &[Word]) -> bool {
    let lists = &*LISTS;
    let is_no = |at: usize| {
        let (before, after) = (at.checked_sub(1).map(|before| words[before].exact), words.get(at + 1));
        let is_numbered = words[at].exact == lists.number && after.is_some_and(|next| next.number);
        let is_step = words[at].exact == lists.step && before == Some(lists.one);
        !is_numbered && !is_step && after.is_none_or(|next| !lists.no_denial.contains(&next.exact))
    };
    (0..words.len()).any(|at| lists.negations.contains(&words[at].exact) && is_no(at))
}

/// "Rules out a run", "schließt Brandstiftung aus".
fn rules_out(words: &[Word]) -> bool {
    let ends = |at: usize| words[at + 1..].iter().any(|word| LISTS.out.contains(&word.exact));
    (0..words.len()).any(|at| LISTS.rules.contains(&words[at].exact) && ends(at))
}

/// Words behind a word among which what goes with it is looked for.
const LATER: usize = 4;

/// A word counts as a name that begins with a capital where that tells one, at the beginning unless the table of common
/// words holds it in small letters; and elsewhere one that the table holds with a capital.
fn names(text: &str, words: &[Word], capitals: Capitals) -> Vec<Name> {
    let mut found: Vec<Name> = Vec::new();
    let mut last = None;
    for (at, word) in words.iter().enumerate() {
        let spelt = lexicon::spelt(word.term);
        let tells = match capitals {
            Capitals::Nothing => {
                let before = at.checked_sub(1).map(|before| words[before].exact);
                spelt == Some(Spelt::Capital)
                    || spelt.is_none() && before.is_some_and(|before| LISTS.places.contains(&before))
            }
            Capitals::Name if at > 0 => true,
            Capitals::Name | Capitals::Noun => spelt != Some(Spelt::Small),
        };
        // "l'Algérie"
        let written = &text[word.start..word.end];
        let written = written.split_once(['\'', '’']).map_or(written, |(_, name)| name);
        let is_listed = LISTS.answers.contains_key(&word.term) || LISTS.negations.contains(&word.exact);
        if word.stop || word.number || !written.starts_with(char::is_uppercase) || !tells || is_listed {
            continue;
        }
        let is_gap = |c: char| matches!(c, ' ' | '-' | '.' | '\'' | '’');
        let goes_on = last.is_some_and(|end| gap(text, end, word).chars().all(is_gap));
        let letters: String = written.chars().take(BEGINNING).collect();
        let beginning = words::hash_folded(&letters) >> (u32::BITS - BEGINNING_BITS);
        let sure = at > 0 || spelt == Some(Spelt::Capital);
        found.push(Name { term: word.term, beginning, goes_on, sure });
        last = Some(word.end);
        if found.len() == MAX_NAMES {
            break;
        }
    }
    found
}

/// Only where the second follows at once: "Giger, the designer of Alien" is no other than "Alien designer Giger".
fn deed(text: &str, words: &[Word], names: &[Name]) -> Option<Deed> {
    let is_name = |word: &&Word, goes_on| names.iter().any(|name| name.term == word.term && name.goes_on == goes_on);
    let told: Vec<&Word> = words.iter().filter(|word| !word.stop && !word.number).collect();
    let first = if names.len() > 1 { told.iter().position(|word| is_name(word, false))? } else { 0 };
    let verb = (first + 1..told.len()).find(|at| !is_name(&told[*at], true))?;
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '"' | '»' | '”' | '“');
    let follows = gap(text, told[verb - 1].end, told[verb]).chars().all(is_gap);
    let verb = told[verb].exact;
    (follows && !LISTS.both_ways.contains(&verb))
        .then(|| Deed { who: told[first].term, verb: verb >> (u32::BITS - VERB_BITS) })
}

/// What stands before a word; nothing where words overlap, as in scripts without spaces.
fn gap<'a>(text: &'a str, end: usize, word: &Word) -> &'a str {
    text.get(end..word.start).unwrap_or_default()
}

/// Keys of two words that mean something together, or with others between them.
fn both(how: u64, first: u32, second: u32) -> u32 {
    words::fold_hash(words::combine(words::combine(how, first), second))
}

const TOGETHER: u64 = 7;
const APART: u64 = 8;

/// The answers of each question: a paragraph of lines.
fn questions() -> impl Iterator<Item = Vec<&'static str>> {
    let text = include_str!("opposed.txt").split("\n\n");
    text.filter(|paragraph| !paragraph.starts_with('#')).map(|paragraph| paragraph.lines().collect())
}

struct Lists {
    answers: FastMap<u32, u128>,
    /// The answers of each question together.
    questions: Vec<u128>,
    negations: FastSet<u32>,
    /// Words behind a no that make none of it.
    no_denial: FastSet<u32>,
    /// "No" before a number, "pas" behind "un".
    number: u32,
    step: u32,
    one: u32,
    rules: FastSet<u32>,
    out: FastSet<u32>,
    by: FastSet<u32>,
    both_ways: FastSet<u32>,
    places: FastSet<u32>,
    german: FastSet<u32>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut answers: FastMap<u32, u128> = FastMap::default();
    let mut bits = (0..u128::BITS).map(|bit| 1 << bit);
    let mut learn = |line: &str| {
        let bit: u128 = bits.next().expect("a bit for each answer");
        for word in line.split_whitespace() {
            let terms: Vec<u32> = words::split(&word.replace(['_', '~'], " ")).iter().map(|word| word.term).collect();
            let how = if word.contains('~') { APART } else { TOGETHER };
            let key = if let [first, second] = terms[..] { both(how, first, second) } else { terms[0] };
            *answers.entry(key).or_default() |= bit;
        }
        bit
    };
    let questions = questions().map(|lines| lines.into_iter().fold(0, |all, line| all | learn(line))).collect();
    let list = |words: &str| words.split_whitespace().map(words::hash_folded).collect();
    Lists {
        answers,
        questions,
        negations: list(NO),
        no_denial: list(NO_DENIAL),
        number: words::hash_folded("no"),
        step: words::hash_folded("pas"),
        one: words::hash_folded("un"),
        rules: list("rule rules ruled schließt schließen"),
        out: list("out aus"),
        by: list(BY),
        both_ways: list(BOTH_WAYS),
        places: list(PLACES),
        german: list(GERMAN),
    }
});

/// Words of a no.
pub const NO: &str = "not no never none neither cannot can't won't don't doesn't didn't isn't aren't wasn't \
    weren't hasn't haven't hadn't wouldn't shouldn't couldn't refuses refuse refused declines declined nicht kein keine \
    keinen keinem keiner nie niemals verzichtet pas jamais aucun aucune renonce nunca jamás ningún ninguna \
    descarta renuncia не нет ни никогда отказался отказалась";

const NO_DENIAL: &str = "just only merely miss comment nur seulement solo sólo только";

const BY: &str = "by von vom durch par por";

/// What one does to the other if the other does it to him.
const BOTH_WAYS: &str = "vs v meet meets met weds marries trifft gegen contre contra rencontre против";

/// Words before a place.
const PLACES: &str = "in of near off at from";

/// Words by which a headline is known to be German, whose nouns all have capitals.
const GERMAN: &str =
    "der das dem einen einem einer eine ein im vom zum zur mit bei nach für und wird sich über nicht auf aus";

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
                ["Dog saves owner from fire in Lund", "Owner saves dog from fire in Lund"],
                ["Streaming service Vela sues rival Norn", "Streaming service Norn sues rival Vela"],
                ["Bank raises rates by a quarter point", "Bank leaves rates unchanged"],
                ["EZB hebt Leitzins überraschend an", "EZB senkt Leitzins überraschend"],
                ["Jobless rate up in January", "Jobless rate up in February"],
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
                ["Séisme de magnitude 6,1 au Chili", "Séisme de magnitude 6,3 en mer d'Andaman"],
                ["Séisme au nord du Maroc", "Séisme au nord de l’Algérie"],
                ["Heidenheim verliert in Augsburg mit 0:2", "Heidenheim verliert in Mainz mit 0:2"],
                ["Ferry Runs Aground near Ohio", "Ferry Runs Aground near Texas"],
                ["London has hottest day on record", "Madrid has hottest day on record"],
                ["Regisseur Egon Wardein mit 87 Jahren gestorben", "Dichter Horst Lenz mit 88 Jahren gestorben"],
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
    fn a_no_that_denies_nothing_is_none() {
        check(
            None,
            &[
                ["No 10 rejects canal tax plan in Lund", "Downing Street rejects canal tax plan in Lund"],
                ["Not just Lund: canal tax plan spreads north", "Canal tax plan spreads north to Lund"],
                ["Don't miss: canal festival opens in Lund", "Canal festival opens in Lund"],
                ["Ministry in Lund has no comment on canal tax", "Ministry in Lund to comment on canal tax"],
                ["Le ministre fait un pas vers la grève à Lund", "Le ministre vers la grève à Lund"],
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
                ["Vela meets Norn in Lund", "Norn meets Vela in Lund"],
                ["Alien designer Giger dies", "Giger, designer of Alien, dies"],
                ["Video shows end of reporter Ann Lee", "Islamic State video shows end of captive Ann Lee"],
                ["Ferry crew walks off over pay", "Ferry crew strikes over pay"],
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
    fn every_question_has_answers_that_share_no_word() {
        let mut count = 0;
        for answers in questions() {
            assert!(answers.len() > 1, "{answers:?}");
            count += answers.len();
            let words: Vec<&str> = answers.iter().flat_map(|line| line.split_whitespace()).collect();
            let twice = words.iter().filter(|word| words.iter().filter(|other| other == word).count() > 1);
            assert_eq!(twice.collect::<Vec<_>>(), Vec::<&&str>::new());
        }
        assert!(count <= 128, "a bit for each of {count}");
    }
}
