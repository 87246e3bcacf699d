//! Outlets that no table lists, known by the words beside their names: "le quotidien sportif X", "the X newspaper",
//! "Radio X", "die Zeitung »X«".
//!
//! A name found here is an outlet only where it is cited, and [`super::attribution`] asks more of it than of one that is
//! listed. A name is a few words with nothing but blanks, points, hyphens and apostrophes between them, so that it can be
//! shown as it stands whatever a feed sends.

use super::{
    kinds::{self, Signs, signs},
    outlets::{self, House, Mention, Trust},
    phrases::{self, Roles},
    words::Word,
};

/// Longest name, in bytes and in words.
const MAX_BYTES: usize = 60;
const MAX_WORDS: usize = 6;

/// Words between "newspaper" and its name, or its article.
const MAX_BETWEEN: usize = 4;

/// A text with its words, in which names are looked for.
struct Text<'a> {
    text: &'a str,
    words: &'a [Word],
}

/// A run of words: the first, and the one behind the last.
type Run = (usize, usize);

/// The outlets in a text that nobody listed, in order; `listed` are those that the table knows.
pub fn mentions(words: &[Word], text: &str, listed: &[Mention]) -> Vec<Mention> {
    let here = Text { text, words };
    let is_free = |from: usize, to: usize| {
        let next = listed.partition_point(|other| other.to <= from);
        listed.get(next).is_none_or(|other| other.from >= to)
    };
    let mut found: Vec<Mention> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let signs = signs(word.exact);
        let start = found.last().map_or(0, |last| last.to);
        if at < start || signs == Signs::default() && !word.capital {
            continue;
        }
        let apart = |mention: &Mention| mention.from >= start && is_free(mention.from, mention.to);
        found.extend(here.mention(at, signs).filter(|mention| is_free(at, at + 1) && apart(mention)));
    }
    found
}

impl Text<'_> {
    /// The mention whose telling word stands here.
    fn mention(&self, at: usize, signs: Signs) -> Option<Mention> {
        let found = self
            .noun(at, signs)
            .and_then(|trust| self.behind_noun(at, trust))
            .or_else(|| signs.has(Signs::BEHIND).then(|| self.before_noun(at)).flatten())
            .or_else(|| self.by_first(at, signs))
            .or_else(|| self.by_last(at, signs))
            .or_else(|| self.told_in_german(at))
            .or_else(|| signs.has(Signs::LINK).then(|| self.printed(at)).flatten())?;
        self.is_name(found.name).then_some(found)
    }

    /// What the name behind this word is, if the word presents an outlet.
    fn noun(&self, at: usize, signs: Signs) -> Option<Trust> {
        let word = &self.words[at];
        let is_press = |at: usize| self.words.get(at).is_some_and(|word| kinds::signs(word.exact).has(Signs::PRESS));
        let is_of = |at: usize| self.has(at, Roles::OF) || self.has(at, Roles::IN);
        let pressed = at > 0 && is_press(at - 1) || is_press(at + 1) || is_of(at + 1) && is_press(at + 2);
        if word.capital {
            return self.german_noun(at, signs);
        }
        // An English journal is one of science.
        let is_english = at > 0 && self.is_small(at - 1, &["the", "a"]) && self.is_small(at, &["journal"]);
        if is_english || signs.has(Signs::AGENCY) && !pressed {
            return None;
        }
        if signs.has(Signs::NOUN) || pressed && signs.has(Signs::DOUBTFUL.and(Signs::AGENCY)) {
            return Some(Trust::Noun);
        }
        let is_english = at > 0 && self.is_small(at - 1, &["the", "a"]) || self.words[at].capital;
        if signs.has(Signs::SITE) && !is_english {
            return Some(if pressed { Trust::Noun } else { Trust::Site });
        }
        signs.has(Signs::DOUBTFUL.and(Signs::SITE)).then_some(Trust::Lead)
    }

    /// German nouns have capitals, and are made of others: "Gratiszeitung".
    fn german_noun(&self, at: usize, signs: Signs) -> Option<Trust> {
        let word = &self.words[at];
        let led = at > 0 && (!self.words[at - 1].capital || self.has(at - 1, Roles::DESCRIPTOR | Roles::ARTICLE));
        if !led || word.end - word.start > 40 {
            return None;
        }
        match kinds::german_noun(&self.text[word.start..word.end]) {
            _ if signs.has(Signs::GERMAN_NOUN) => Some(Trust::Noun),
            Some(true) => Some(Trust::Noun),
            Some(false) => Some(Trust::Lead),
            None => signs.has(Signs::GERMAN_DOUBTFUL).then_some(Trust::Lead),
        }
    }

    /// "le quotidien sportif espagnol X", "die Zeitung »X«".
    fn behind_noun(&self, at: usize, trust: Trust) -> Option<Mention> {
        let from = self.presented_from(at)?;
        let between = self.between(at + 1);
        let quoted = |first: usize| self.quoted(first);
        let name = (0..=between).rev().find_map(|skip| {
            let first = at + 1 + skip;
            quoted(first).or_else(|| {
                (self.is_beside(first) && !(matches!(trust, Trust::Lead | Trust::Site) && self.is_cyrillic(first)))
                    .then(|| self.plain(first, self.words[at].capital))
                    .flatten()
            })
        })?;
        Some(Mention { house: House::Unlisted(trust), from, to: name.1, name })
    }

    /// How many words stand between "newspaper" and what may be its name: "sportif espagnol", "de noticias".
    fn between(&self, from: usize) -> usize {
        let mut count = 0;
        while count < MAX_BETWEEN {
            let at = from + count;
            let Some(word) = self.words.get(at) else { break };
            let small = !word.capital && !word.number && self.is_beside(at);
            let opens = self.has(at, Roles::OF) || self.has(at, Roles::IN) || self.has(at, Roles::PREPOSITION);
            let next_small = self.words.get(at + 1).is_some_and(|next| !next.capital && !next.number);
            let is_idle =
                self.has(at, Roles::DESCRIPTOR) || signs(word.exact).has(Signs::PRESS) || self.is_adjective(at);
            if !small || !(opens && next_small && count == 0 || is_idle || count > 0 && self.is_genitive(at)) {
                break;
            }
            count += 1;
        }
        count
    }

    /// "noticias" in "de noticias".
    fn is_genitive(&self, at: usize) -> bool {
        at > 0 && (self.has(at - 1, Roles::OF) || self.has(at - 1, Roles::IN)) && self.role(at) == Roles::NONE
    }

    /// A word that no list holds and that ends as adjectives do.
    fn is_adjective(&self, at: usize) -> bool {
        let word = &self.words[at];
        let letters = &self.text[word.start..word.end];
        let ends = [
            "o", "a", "al", "és", "esa", "ense", "án", "ana", "ais", "aise", "ois", "oise", "ien", "ienne", "ain",
            "aine", "ique", "iste", "ista", "if", "ive", "el", "elle", "é", "ée", "aire", "al", "ale", "ol", "ole",
            "eur", "ant", "eux",
        ];
        self.role(at) == Roles::NONE && letters.len() > 4 && ends.iter().any(|end| letters.ends_with(end))
    }

    /// Where the words begin that present the noun: "die isländische", "the pro-government". `None` when it is this one.
    fn presented_from(&self, at: usize) -> Option<usize> {
        let is_this = |at: usize| signs(self.words[at].exact).has(Signs::THIS);
        let mut from = at;
        while from > 0 && at - from < MAX_BETWEEN {
            let before = from - 1;
            if is_this(before) {
                return None;
            }
            let closed = self.gap(before) != " " && self.gap(before) != "-" && self.gap(before) != "\u{a0}";
            let role = self.role(before);
            let is_place = signs(self.words[before].exact).has(Signs::PLACE);
            let is_long = self.text[self.words[before].start..self.words[before].end].chars().count() > 3;
            let is_word = role == Roles::NONE && !self.words[before].capital || self.is_demonym(&self.words[before]);
            let presents = is_place || is_long && (is_word || role.has(Roles::DESCRIPTOR));
            if closed || !presents || role.any(Roles::ARTICLE | Roles::ACCORDING) {
                break;
            }
            from = before;
        }
        let led = from > 0 && self.has(from - 1, Roles::ARTICLE | Roles::A);
        Some(if led { from } else { at })
    }

    /// "the Sudanese Maariv newspaper": the name stands before the noun.
    fn before_noun(&self, at: usize) -> Option<Mention> {
        let mut to = at;
        while to > 0 && at - to < 2 && !self.words[to - 1].capital && signs(self.words[to - 1].exact).has(Signs::PRESS)
        {
            to -= 1;
        }
        self.capitals_before(to, at)
    }

    fn capitals_before(&self, to: usize, noun: usize) -> Option<Mention> {
        let mut from = to;
        while from > 0 && to - from < MAX_WORDS && self.words[from - 1].capital && self.is_joint(from - 1) {
            from -= 1;
        }
        let is_place = |word: &Word| signs(word.exact).has(Signs::PLACE) || self.is_demonym(word);
        let lead = self.words[from..to].iter().take_while(|word| is_place(word) || self.is_the(word)).count();
        let name = (from + lead, to);
        let indefinite = from > 0 && self.is_small(from - 1, &["a", "an"]);
        let is_short = name.1 - name.0 <= 4;
        let free = from == 0 || !signs(self.words[from - 1].exact).has(Signs::THIS);
        let opens = self.words.get(noun + 1).is_some_and(|next| next.capital && self.gap(noun) == " ");
        let speaks = Roles::REPORTS | Roles::SAYS | Roles::AUXILIARY | Roles::BETWEEN;
        let has_article =
            lead > 0 && self.is_article(&self.words[from]) || from > 0 && self.is_small(from - 1, &["the"]);
        let rhythm = self.is_small(noun, &["daily", "weekly"]);
        if rhythm && !(has_article && (self.gap(noun) != " " || self.has(noun + 1, speaks))) {
            return None;
        }
        (name.0 < name.1 && is_short && free && !indefinite && !opens && !self.words[noun].capital).then_some(Mention {
            house: House::Unlisted(Trust::Noun),
            from,
            to: noun + 1,
            name,
        })
    }

    /// "Radio Okapi", "La Voz de Almería".
    fn by_first(&self, at: usize, signs: Signs) -> Option<Mention> {
        if !self.words[at].capital || !signs.has(Signs::FIRST.and(Signs::FIRST_OF)) {
            return None;
        }
        let name = self.plain(at, false)?;
        let article =
            at > 0 && self.gap(at - 1) == " " && self.words[at - 1].capital && self.is_article(&self.words[at - 1]);
        let linked = self
            .words
            .get(at + 1)
            .filter(|_| !self.is_small(at + 1, &["of"]))
            .is_some_and(|next| kinds::signs(next.exact).has(Signs::LINK) && !next.capital);
        let of_place = name.1 - at > 2 && linked && signs.has(Signs::FIRST_OF);
        let direct = name.1 - at > 1 && !linked && signs.has(Signs::FIRST);
        let from = at - usize::from(article);
        let plain = !article || of_place;
        (plain && (of_place || direct)).then_some(Mention {
            house: House::Unlisted(Trust::Name),
            from,
            to: name.1,
            name: (from, name.1),
        })
    }

    /// "the Kathmandu Post", "der Siegener Zeitung".
    fn by_last(&self, at: usize, signs: Signs) -> Option<Mention> {
        let word = &self.words[at];
        if at == 0 || !word.capital || !signs.has(Signs::LAST.and(Signs::LAST_GERMAN)) || !self.is_joint(at - 1) {
            return None;
        }
        if self.words.get(at + 1).is_some_and(|next| next.capital && self.gap(at) == " " && !self.is_article(next)) {
            return None;
        }
        let before = &self.words[at - 1];
        let letters = &self.text[before.start..before.end];
        let is_of_town = before.capital && letters.ends_with("er") && letters.len() > 4;
        if signs.has(Signs::LAST_GERMAN) && is_of_town && self.gap(at - 1) == " " {
            let from = if at > 1 && self.words[at - 2].capital && self.gap(at - 2) == "-" { at - 2 } else { at - 1 };
            return Some(Mention { house: House::Unlisted(Trust::Name), from, to: at + 1, name: (from, at + 1) });
        }
        if !signs.has(Signs::LAST) {
            return None;
        }
        let mut from = at;
        let is_part = |word: &Word| word.capital || word.number && word.end - word.start <= 2;
        while from > 0 && at - from < 4 && is_part(&self.words[from - 1]) && self.is_joint(from - 1) {
            from -= 1;
        }
        let is_opening = |word: &Word| self.is_the(word) || word.stop && self.gap(from) != "-";
        from += self.words[from..at].iter().take_while(|word| is_opening(word)).count();
        let other = self.words[from..at].iter().any(|word| kinds::signs(word.exact).has(Signs::NO_FIRST));
        let is_of_land = self.words[from..at].iter().all(|word| self.is_demonym(word));
        let on_air = self.words.get(at + 1).is_some_and(|next| kinds::signs(next.exact).has(Signs::AIRED));
        let other = other || is_of_land || on_air && self.gap(at) == " ";
        let goes_on = self.gap(at) == "-" && self.words.get(at + 1).is_some_and(|next| next.capital);
        let to = at + 1 + usize::from(goes_on);
        (from < at && !other).then_some(Mention { house: House::Unlisted(Trust::Name), from, to, name: (from, to) })
    }

    /// "sagte die Ministerin der „Rhein-Lahn-Zeitung“", "berichtet die „Neue Woche“".
    fn told_in_german(&self, at: usize) -> Option<Mention> {
        let is_marked = at > 0 && self.words[at].capital && self.gap(at - 1).len() > 1;
        if !is_marked || !self.is_small(at - 1, &["der", "dem", "die", "das"]) {
            return None;
        }
        let name = self.quoted(at)?;
        let plain = self.words[name.0..name.1].iter().all(|word| word.capital || word.number);
        plain.then_some(Mention { house: House::Unlisted(Trust::Told), from: at, to: name.1, name })
    }

    /// "titre Le Matinal": behind a verb of newspapers a capital article begins a name.
    fn printed(&self, at: usize) -> Option<Mention> {
        let article = ["Le", "La", "Les", "L", "El"].contains(&&self.text[self.words[at].start..self.words[at].end]);
        if !article || at == 0 {
            return None;
        }
        let idle = (0..at).rev().take(4).take_while(|before| self.is_idle(*before)).count();
        let verb = at.checked_sub(1 + idle)?;
        let close = (verb..at).all(|word| self.gap(word) == " ");
        let prints = kinds::signs(self.words[verb].exact).has(Signs::PRINTS) && !self.words[verb].capital;
        let name = self.plain(at, false)?;
        let other = self.words[at + 1..name.1].iter().any(|word| kinds::signs(word.exact).has(Signs::WITH_ARTICLE));
        (prints && close && !other && (2..5).contains(&(name.1 - at))).then_some(Mention {
            house: House::Unlisted(Trust::Print),
            from: at,
            to: name.1,
            name,
        })
    }

    /// "en une", "de son côté", "ce mardi": what can stand between a verb and its subject.
    fn is_idle(&self, at: usize) -> bool {
        let prints = kinds::signs(self.words[at].exact).has(Signs::PRINTS);
        !prints && self.has(at, Roles::BETWEEN | Roles::ASIDE | Roles::IN | Roles::FEATURE)
    }

    /// A name in quotation marks that begins with this word.
    fn quoted(&self, first: usize) -> Option<Run> {
        let word = self.words.get(first)?;
        let lead = self.gap(first.checked_sub(1)?).trim_matches(outlets::BLANKS);
        let opens = lead.chars().count() == 1 && lead.ends_with(outlets::OPENING);
        if !opens || !(word.capital || word.number || self.is_domain(first)) {
            return None;
        }
        for at in first..self.words.len().min(first + MAX_WORDS) {
            let rest = &self.text[self.words[at].end..];
            if rest.trim_start_matches(outlets::BLANKS).starts_with(outlets::CLOSING) && !self.is_joint(at) {
                return Some((first, at + 1));
            }
            if !self.is_joint(at) {
                return None;
            }
        }
        None
    }

    /// A name of capitals that begins with this word.
    fn plain(&self, first: usize, is_german: bool) -> Option<Run> {
        let word = self.words.get(first)?;
        let is_domain = self.is_domain(first);
        let letters = &self.text[word.start..word.end];
        let is_short = letters.chars().count() <= 5 && letters.chars().all(|c| c.is_uppercase());
        if self.is_cyrillic(first) && !is_short {
            return None;
        }
        if is_domain {
            let last = (first..first + 4).take_while(|at| self.gap(*at) == "." && at + 1 < self.words.len()).count();
            return Some((first, first + last + 1));
        }
        let has_capital = letters.chars().any(char::is_uppercase);
        let named = word.capital || has_capital || word.number && letters.len() <= 2;
        if !named || signs(word.exact).has(Signs::NO_NAME) {
            return None;
        }
        let most = if is_german { 3 } else { MAX_WORDS };
        let mut end = first + 1;
        let mut at = first;
        while at + 1 < self.words.len() && at + 1 - first < most && self.is_joint(at) {
            let next = &self.words[at + 1];
            let link = signs(next.exact).has(Signs::LINK);
            let no_name = signs(next.exact).has(Signs::NO_NAME);
            if (next.capital || next.number && next.end - next.start <= 2) && !no_name {
                end = at + 2;
            } else if next.capital || !(link || self.is_arabic(at + 1)) || at + 1 > end + 1 || is_german {
                break;
            }
            at += 1;
        }
        Some((first, end))
    }

    /// The "al" of "Rai al-Yawm".
    fn is_arabic(&self, at: usize) -> bool {
        self.gap(at) == "-" && self.is_small(at, &["al", "el", "ul", "as", "ash", "an", "ar"])
    }

    /// Whether a run is short and clean enough, and not only a word that names many.
    fn is_name(&self, (from, to): Run) -> bool {
        let (start, end) = (self.words[from].start, self.words[to - 1].end);
        let letters = &self.text[start..end];
        let is_plain = |c: char| u32::from(c) < 0x530 || matches!(u32::from(c), 0x1E00..=0x1FFF | 0x2010..=0x2019);
        let marks = letters.chars().filter(|c| matches!(u32::from(*c), 0x300..=0x36F)).count();
        let words = &self.words[from..to];
        let article = usize::from(words.len() > 1 && self.is_article(&words[0]));
        let only_place =
            words[article..].iter().all(|word| signs(word.exact).has(Signs::PLACE) || self.is_demonym(word));
        let exact: Vec<u32> = words[article..].iter().map(|word| word.exact).collect();
        let is_article_only = words.len() == 1 && self.is_article(&words[0]);
        letters.len() <= MAX_BYTES
            && letters.chars().all(is_plain)
            && marks <= 4
            && letters.chars().filter(|c| c.is_alphabetic()).count() > 1
            && !only_place
            && !is_article_only
            && !outlets::is_ambiguous(&exact)
            && !signs(words[0].exact).has(Signs::NO_NAME)
    }

    /// "Israeli", "Turkish", "Japanese".
    fn is_demonym(&self, word: &Word) -> bool {
        let letters = &self.text[word.start..word.end];
        word.capital
            && letters.len() > 4
            && ["ish", "ese", "ian", "ean", "can", "asian"].iter().any(|end| letters.ends_with(end))
    }

    /// "The", but not the "Al" of "Al-Manar".
    fn is_the(&self, word: &Word) -> bool {
        ["The", "the", "A", "An"].contains(&&self.text[word.start..word.end])
    }

    fn is_cyrillic(&self, at: usize) -> bool {
        let word = &self.words[at];
        self.text[word.start..word.end].chars().any(|c| matches!(c, 'а'..='я' | 'А'..='Я'))
    }

    fn is_article(&self, word: &Word) -> bool {
        phrases::roles(word.exact).has(Roles::ARTICLE)
    }

    fn is_small(&self, at: usize, words: &[&str]) -> bool {
        let word = &self.words[at];
        words.contains(&&self.text[word.start..word.end])
    }

    /// "lapatilla.com": small letters, a point, small letters.
    fn is_domain(&self, first: usize) -> bool {
        let next = self.words.get(first + 1);
        self.gap(first) == "."
            && next.is_some_and(|next| {
                let ending = &self.text[next.start..next.end];
                (2..=12).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_lowercase())
            })
    }

    /// Whether only a blank stands before a word.
    fn is_beside(&self, at: usize) -> bool {
        at > 0 && at < self.words.len() && matches!(self.gap(at - 1), " " | "\u{a0}" | "-" | "\u{202f}")
    }

    /// Whether a word and the next can be of one name.
    fn is_joint(&self, at: usize) -> bool {
        let joints = [" ", "\u{a0}", "-", ".", "’", "'", " & ", "&", "+", "/"];
        at + 1 < self.words.len() && joints.contains(&self.gap(at))
    }

    /// What stands between a word and the next.
    fn gap(&self, at: usize) -> &str {
        let end = self.words.get(at + 1).map_or(self.text.len(), |next| next.start);
        &self.text[self.words[at].end..end]
    }

    fn role(&self, at: usize) -> Roles {
        self.words.get(at).map_or(Roles::NONE, |word| phrases::roles(word.exact))
    }

    fn has(&self, at: usize, roles: Roles) -> bool {
        self.role(at).any(roles)
    }
}
