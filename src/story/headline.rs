//! What an edit of a headline changes: word by word for the eye, and whether it is news.
//!
//! One headline in five is edited after it is out, most of them for a typo or a better fit. News is a number, a
//! negation or a reservation that changed, words the old headline had nothing like, or who did it to whom. In doubt an
//! edit is news: the reader loses a minute over a needless line and a story over a missing one.

use std::{fmt, sync::LazyLock};

use super::{
    claim::NO,
    hasher::FastSet,
    numbers::{magnitude, number, numbers},
    words::{self, Word},
};

/// Words of a headline that are laid against each other one by one; what is longer is no headline.
const MAX_WORDS: usize = 200;

/// What happened to a run of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Kept,
    Removed,
    Added,
}

/// A run of words with what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub change: Change,
    pub text: String,
}

/// The difference between two versions of a headline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In reading order; what was removed stands before what took its place.
    pub parts: Vec<Part>,
    /// Whether it says something else now.
    pub is_news: bool,
    /// Why, for people.
    pub reason: String,
}

/// "Quake kills ~~12~~ 9 in Peru", for plain text.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            let space = if at > 0 { " " } else { "" };
            match part.change {
                Change::Removed => write!(f, "{space}~~{}~~", part.text)?,
                Change::Kept | Change::Added => write!(f, "{space}{}", part.text)?,
            }
        }
        Ok(())
    }
}

/// Compares two versions of a headline.
pub fn difference(old: &str, new: &str) -> Difference {
    let (is_news, reason) = judge(&Headline::new(old), &Headline::new(new));
    Difference { parts: parts(old, new), is_news, reason }
}

/// A headline taken apart.
struct Headline<'a> {
    text: &'a str,
    words: Vec<Word>,
    numbers: Vec<String>,
}

impl<'a> Headline<'a> {
    fn new(text: &'a str) -> Self {
        let mut words = words::split(text);
        words.truncate(MAX_WORDS);
        let numbers = numbers(text, &words);
        Self { text, words, numbers }
    }

    fn written(&self, word: &Word) -> &'a str {
        &self.text[word.start..word.end]
    }

    /// Words that say something, in order.
    fn content(&self) -> Vec<&Word> {
        let lists = &*LISTS;
        let is_number = |word: &Word| {
            let written = self.written(word).to_lowercase();
            number(&written).is_some() || magnitude(&written).is_some()
        };
        let is_dull = |word: &Word| {
            word.stop || is_number(word) || lists.any(word.exact) || lists.furniture.contains(&word.exact)
        };
        self.words.iter().filter(|word| !is_dull(word)).collect()
    }

    /// The first words of `list` that the other does not hold, as written.
    fn beyond(&self, other: &Self, list: &FastSet<u32>) -> Option<&'a str> {
        let has = |word: &&Word| list.contains(&word.exact);
        let count = |words: &[Word]| words.iter().filter(has).count();
        let more = count(&self.words) > count(&other.words);
        let is_new = |word: &&Word| has(word) && !other.words.iter().any(|known| known.exact == word.exact);
        self.words.iter().find(is_new).filter(|_| more).map(|word| self.written(word))
    }
}

fn judge(old: &Headline<'_>, new: &Headline<'_>) -> (bool, String) {
    let lists = &*LISTS;
    if let Some(reason) = changed_number(&old.numbers, &new.numbers) {
        return (true, reason);
    }
    for (list, what) in [(&lists.negation, "the negation"), (&lists.hedge, "the reservation")] {
        if let Some(word) = new.beyond(old, list) {
            return (true, format!("{what} “{word}” was added"));
        }
        if let Some(word) = old.beyond(new, list) {
            return (true, format!("{what} “{word}” is gone"));
        }
    }
    if old.text.contains('?') && !new.text.contains('?') {
        return (true, "a question became a statement".to_owned());
    }
    let fresh = fresh(old, new);
    if !fresh.words.is_empty() {
        let kept = new.content().iter().any(|word| old.words.iter().any(|known| known.term == word.term));
        let what = if kept { "new words" } else { "another headline altogether" };
        return (true, format!("{what}: {}", fresh.words.join(", ")));
    }
    if let Some((a, b)) = exchanged(old, new) {
        return (true, format!("“{a}” and “{b}” changed places"));
    }
    (false, cosmetic(old, new, &fresh))
}

/// What kind of edit it is when it is no news.
fn cosmetic(old: &Headline<'_>, new: &Headline<'_>, fresh: &Fresh<'_>) -> String {
    let terms = |headline: &Headline<'_>| headline.words.iter().map(|word| word.exact).collect::<Vec<_>>();
    if old.text == new.text {
        return "nothing changed".to_owned();
    }
    if terms(old) == terms(new) {
        return "only case, accents, punctuation or spacing changed".to_owned();
    }
    if let Some((from, to)) = fresh.spelled.first() {
        return format!("spelling: “{from}” became “{to}”");
    }
    let (before, after) = (old.content().len(), new.content().len());
    if after < before {
        return "shortened; nothing new is said".to_owned();
    }
    "the same said in another order or form".to_owned()
}

/// The words of a new version that the old one had nothing like.
#[derive(Default)]
struct Fresh<'a> {
    words: Vec<&'a str>,
    /// Pairs that differ by a slip of the pen.
    spelled: Vec<(&'a str, &'a str)>,
}

fn fresh<'a>(old: &Headline<'a>, new: &Headline<'a>) -> Fresh<'a> {
    let lost: Vec<&Word> =
        old.words.iter().filter(|word| !new.words.iter().any(|other| other.exact == word.exact)).collect();
    let mut found = Fresh::default();
    for word in new.content().into_iter().filter(|word| !old.words.iter().any(|known| known.term == word.term)) {
        let to = new.written(word);
        let slip = lost.iter().map(|lost| old.written(lost)).find(|from| is_slip(from, to));
        match slip {
            Some(from) => found.spelled.push((from, to)),
            None if is_joined(to, old) || is_joined_pair(word, new, old) || is_abbreviation(to, old, new) => {}
            None => found.words.push(to),
        }
    }
    found
}

/// One letter more, less, doubled or two of them changed about; never the first, which makes "legal" of "illegal" and
/// "hires" of "fires". Another letter in the place of one tells "Iran" from "Iraq", unless the word is long.
fn is_slip(from: &str, to: &str) -> bool {
    let (from, to): (Vec<char>, Vec<char>) = (lower(from), lower(to));
    let (short, long) = (from.len().min(to.len()), from.len().max(to.len()));
    if short < 4 || long - short > 1 || from[0] != to[0] {
        return false;
    }
    let head = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let tail = from[head..].iter().rev().zip(to[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&from[head..from.len() - tail], &to[head..to.len() - tail]);
    match (a, b) {
        ([], [_]) | ([_], []) => short >= 5,
        ([_], [_]) => short >= 8,
        ([x, y], [v, w]) => x == w && y == v,
        _ => false,
    }
}

fn lower(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).collect()
}

/// "ceasefire" of "cease fire".
fn is_joined(to: &str, old: &Headline<'_>) -> bool {
    let to: String = lower(to).into_iter().collect();
    old.words.windows(2).any(|pair| {
        let joined = format!("{}{}", old.written(&pair[0]), old.written(&pair[1]));
        joined.to_lowercase() == to
    })
}

/// A half of "cease fire" where the old headline had "ceasefire".
fn is_joined_pair(word: &Word, new: &Headline<'_>, old: &Headline<'_>) -> bool {
    new.words.windows(2).filter(|pair| pair.contains(word)).any(|pair| {
        let joined = format!("{}{}", new.written(&pair[0]), new.written(&pair[1])).to_lowercase();
        old.words.iter().any(|known| old.written(known).to_lowercase() == joined)
    })
}

/// "UN" for "United Nations", and back.
fn is_abbreviation(to: &str, old: &Headline<'_>, new: &Headline<'_>) -> bool {
    let is_capitals = |word: &str| word.chars().filter(|c| c.is_uppercase()).count() >= 2;
    if is_capitals(to) {
        return has_initials(old, &letters(to));
    }
    let short = old.words.iter().map(|word| old.written(word)).filter(|word| is_capitals(word));
    let names = |letters: Vec<char>| {
        let spans = new.words.windows(letters.len().max(1));
        spans.filter(|run| run.iter().any(|word| new.written(word) == to)).any(|run| initials(new, run) == letters)
    };
    short.map(letters).any(names)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn has_initials(headline: &Headline<'_>, letters: &[char]) -> bool {
    headline.words.windows(letters.len().max(1)).any(|run| initials(headline, run) == letters)
}

fn initials(headline: &Headline<'_>, run: &[Word]) -> Vec<char> {
    run.iter().filter_map(|word| headline.written(word).chars().next()).flat_map(char::to_lowercase).collect()
}

/// The two words that took each other's place around a third: who did it to whom.
fn exchanged<'a>(old: &Headline<'a>, new: &Headline<'a>) -> Option<(&'a str, &'a str)> {
    let (before, after) = (old.content(), new.content());
    if before.len() != after.len() {
        return None;
    }
    let differ: Vec<usize> = (0..before.len()).filter(|at| before[*at].term != after[*at].term).collect();
    match differ[..] {
        [a, b] if b > a + 1 && before[a].term == after[b].term => {
            Some((old.written(before[a]), old.written(before[b])))
        }
        _ => None,
    }
}

fn changed_number(old: &[String], new: &[String]) -> Option<String> {
    let only = |a: &[String], b: &[String]| a.iter().filter(|n| !b.contains(n)).cloned().collect::<Vec<_>>();
    let (gone, fresh) = (only(old, new), only(new, old));
    match (&gone[..], &fresh[..]) {
        ([], []) => None,
        (gone, []) => Some(format!("a number is gone: {}", gone.join(", "))),
        ([], fresh) => Some(format!("a number was added: {}", fresh.join(", "))),
        (gone, fresh) => Some(format!("a number changed: {} became {}", gone.join(", "), fresh.join(", "))),
    }
}

struct Lists {
    negation: FastSet<u32>,
    hedge: FastSet<u32>,
    furniture: FastSet<u32>,
}

impl Lists {
    fn any(&self, exact: u32) -> bool {
        self.negation.contains(&exact) || self.hedge.contains(&exact)
    }
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let list = |words: &str| words.split_whitespace().map(words::hash_folded).collect();
    Lists { negation: list(&[NO, DENIALS].join(" ")), hedge: list(HEDGES), furniture: list(FURNITURE) }
});

/// Beside [`NO`]: what is not there, and words that say of something said that it is not so.
const DENIALS: &str = "without ohne sans sin без deny denies denied denying dementiert bestreitet dément nie niega desmiente отрицает опровергает \
    опроверг опровергла";

/// Words by which a headline does not quite say it.
const HEDGES: &str = "reportedly allegedly alleged apparently apparent suspected possibly possible maybe perhaps might may \
    could likely unconfirmed rumoured rumored believed feared claims claim angeblich mutmaßlich mutmaßliche mutmaßlicher \
    möglicherweise vermutlich offenbar wohl prétendument présumé présumée peut-être pourrait serait aurait supuestamente \
    supuesto presunto presunta podría quizás якобы предположительно возможно вероятно подозреваемый";

/// Words that headlines are furnished with and that say nothing of the event.
const FURNITURE: &str = "breaking live update updates updated latest exclusive watch video photos gallery opinion analysis \
    explainer explained just alert news age aged year-old amid percent exklusiv eilmeldung liveticker aktualisiert direct \
    vidéo exclusif mise jour directo última hora vídeo видео срочно обновлено онлайн";

/// The words of both, laid against each other by their longest common sequence.
fn parts(old: &str, new: &str) -> Vec<Part> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut found = Parts::default();
    old[..head].iter().for_each(|word| found.push(Change::Kept, word));
    align(&mut found, &old[head..old.len() - tail], &new[head..new.len() - tail]);
    old[old.len() - tail..].iter().for_each(|word| found.push(Change::Kept, word));
    found.finish()
}

fn align(found: &mut Parts, old: &[&str], new: &[&str]) {
    if old.len() > MAX_WORDS || new.len() > MAX_WORDS {
        old.iter().for_each(|word| found.push(Change::Removed, word));
        new.iter().for_each(|word| found.push(Change::Added, word));
        return;
    }
    // Length of the longest common sequence of what is left from each pair of places.
    let width = new.len() + 1;
    let mut common = vec![0u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            found.push(Change::Kept, old[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1] {
            found.push(Change::Removed, old[i]);
            i += 1;
        } else {
            found.push(Change::Added, new[j]);
            j += 1;
        }
    }
}

/// Gathers words into parts, what was removed before what was added.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    removed: Vec<String>,
    added: Vec<String>,
}

impl Parts {
    fn push(&mut self, change: Change, word: &str) {
        match change {
            Change::Removed => self.removed.push(word.to_owned()),
            Change::Added => self.added.push(word.to_owned()),
            Change::Kept => {
                self.flush();
                match self.done.last_mut().filter(|last| last.change == Change::Kept) {
                    Some(last) => last.text = format!("{} {word}", last.text),
                    None => self.done.push(Part { change, text: word.to_owned() }),
                }
            }
        }
    }

    fn flush(&mut self) {
        for (change, words) in [(Change::Removed, &mut self.removed), (Change::Added, &mut self.added)] {
            if !words.is_empty() {
                self.done.push(Part { change, text: std::mem::take(words).join(" ") });
            }
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check_shown(old: &str, new: &str, expected: &str) {
        assert_eq!(difference(old, new).to_string(), expected);
    }

    #[track_caller]
    fn check(old: &str, new: &str, is_news: bool, reason: &str) {
        let found = difference(old, new);
        assert_eq!((found.is_news, found.reason.as_str()), (is_news, reason), "{old:?} to {new:?}");
    }

    #[test]
    fn words_are_laid_against_each_other() {
        check_shown("Quake kills 12 in Peru", "Quake kills 9 in Peru", "Quake kills ~~12~~ 9 in Peru");
        check_shown("Quake hits Peru", "Strong quake hits Peru", "~~Quake~~ Strong quake hits Peru");
        check_shown("Ferry sinks off Crete", "Ferry sinks", "Ferry sinks ~~off Crete~~");
        check_shown("Ferry sinks", "Ferry sinks off Crete, 4 missing", "Ferry sinks off Crete, 4 missing");
        check_shown("One thing", "Something else", "~~One thing~~ Something else");
        check_shown("a b c d", "a x c y", "a ~~b~~ x c ~~d~~ y");
        check_shown("", "New", "New");
        check_shown("Same", "Same", "Same");
    }

    #[test]
    fn changed_numbers_are_news() {
        check("At least 18 die in fire", "At least 43 die in fire", true, "a number changed: 18 became 43");
        check("Twelve hurt in crash", "Nine hurt in crash", true, "a number changed: 12 became 9");
        check("Fire in Lagos kills people", "Fire in Lagos kills 7 people", true, "a number was added: 7");
        check("Fire kills 7 people", "Fire kills people", true, "a number is gone: 7");
        check("Firm loses $5 million", "Firm loses $5 billion", true, "a number changed: 5 million became 5 billion");
        check("Inflation at 3.5 percent", "Inflation at 35 percent", true, "a number changed: 3.5 became 35");
        check("Zwei Tote bei Lawine", "Drei Tote bei Lawine", true, "a number changed: 2 became 3");
    }

    #[test]
    fn numbers_written_otherwise_are_not() {
        let other = "the same said in another order or form";
        check("Twelve hurt in crash", "12 hurt in crash", false, other);
        check("Firm loses $5m", "Firm loses $5 million", false, "the same said in another order or form");
        check("2,000 march in Oslo", "2000 march in Oslo", false, "only case, accents, punctuation or spacing changed");
        check("Inflation bei 3,5 Prozent", "Inflation bei 3.5 Prozent", false, other);
        check("Actor dies, 66", "Actor dies, age 66", false, other);
    }

    #[test]
    fn negation_reservation_and_question_are_news() {
        check("Minister will resign", "Minister will not resign", true, "the negation “not” was added");
        check("Minister won't resign", "Minister will resign", true, "the negation “won't” is gone");
        check("Iran envoy met Musk", "Iran denies envoy met Musk", true, "the negation “denies” was added");
        check("Minister tritt zurück", "Minister tritt nicht zurück", true, "the negation “nicht” was added");
        check("Le ministre part", "Le ministre ne part pas", true, "the negation “pas” was added");
        check("El ministro dimite", "El ministro no dimite", true, "the negation “no” was added");
        check("Министр уходит", "Министр не уходит", true, "the negation “не” was added");
        check("Musk reportedly met envoy", "Musk met envoy", true, "the reservation “reportedly” is gone");
        check("Man arrested for arson", "Man allegedly arrested", true, "the reservation “allegedly” was added");
        check("Is the ferry lost?", "The ferry is lost", true, "a question became a statement");
    }

    #[test]
    fn new_names_and_words_are_news() {
        check("Musk met Iran envoy", "Musk met Iraq envoy", true, "new words: Iraq");
        check("Court fines bank", "Court jails bank chief", true, "new words: jails, chief");
        check(
            "Live: storm nears coast",
            "Election: polls close",
            true,
            "another headline altogether: Election, polls, close",
        );
        check("Iran attacks Israel", "Israel attacks Iran", true, "“Iran” and “Israel” changed places");
        check("Ship is legal", "Ship is illegal", true, "new words: illegal");
        check("Banks fire staff", "Banks hire staff", true, "new words: hire");
    }

    #[test]
    fn typos_form_and_order_are_not_news() {
        let form = "only case, accents, punctuation or spacing changed";
        check("Elon Musk Met Envoy", "Elon Musk met envoy", false, form);
        check("Cafe burns down", "Café burns down!", false, form);
        check(
            "Goverment falls in Peru",
            "Government falls in Peru",
            false,
            "spelling: “Goverment” became “Government”",
        );
        check("Muks met the envoy", "Musk met the envoy", false, "spelling: “Muks” became “Musk”");
        check("Storm nears coast of Crete", "Storm nears coast", false, "shortened; nothing new is said");
        check("Ceasefire agreed", "Cease fire agreed", false, "the same said in another order or form");
        check("United Nations envoy quits", "UN envoy quits", false, "shortened; nothing new is said");
        check("UN envoy quits", "United Nations envoy quits", false, "the same said in another order or form");
        check(
            "Musk met envoy, officials say",
            "Officials say Musk met envoy",
            false,
            "the same said in another order or form",
        );
        check("Trump, Biden debate", "Biden, Trump debate", false, "the same said in another order or form");
        check("Storm nears coast", "LIVE: Storm nears coast", false, "the same said in another order or form");
        check("Fire officials say", "Fire official says", false, "the same said in another order or form");
        check("Same", "Same", false, "nothing changed");
    }

    proptest! {
        #[test]
        fn parts_spell_out_both_versions(old in "[a-d9 ]{0,60}", new in "[a-d9 ]{0,60}") {
            let found = difference(&old, &new);
            let spell = |without: Change| {
                let kept = found.parts.iter().filter(|part| part.change != without);
                kept.map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")
            };
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(spell(Change::Added), plain(&old));
            prop_assert_eq!(spell(Change::Removed), plain(&new));
        }

        #[test]
        fn hostile_headlines_are_survived(old in "\\PC{0,300}", new in "\\PC{0,300}") {
            prop_assert!(!difference(&old, &old).is_news);
            let _ = difference(&old, &new).to_string();
        }
    }
}
