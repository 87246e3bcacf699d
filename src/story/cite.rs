//! Who is named as the source of the news, with the sentence that shows it.
//!
//! A mention of an outlet is a citation only where words of attribution stand in the right place beside it, in English,
//! German, French, Spanish or Russian; "a New York Times reporter was arrested" cites nobody, and no outlet cites itself.
//! An alias that fits several houses ("the Times") counts only in a text that also gives the whole name. The words are
//! in [`super::phrases`], the names in [`super::outlets`]; this file knows the places. `cargo run --example citations`
//! shows how often it is right.

use std::borrow::Cow;

use super::{
    Citation, junk,
    outlets::{self, Mention, Names},
    phrases::{self, Roles},
    words::{self, Word},
};

/// Most citations kept of one document.
const MAX_CITATIONS: usize = 8;

/// Words looked at on either side of a name.
const REACH: usize = 14;

/// What a text says about its sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    /// In the order of the text, the agency of a dateline among them.
    pub cites: Vec<Citation>,
    /// The agency whose text this is, by a dateline such as "(Reuters) -".
    pub agency: Option<Citation>,
}

/// Finds the citations in a headline and a text, whose `words` are those of [`words::split`]. `own` are the outlets the
/// document is from.
pub fn sources(names: &Names, own: &[usize], title: &str, text: &str, words: &[Word]) -> Sources {
    let mut found = Sources::default();
    let whole = [Reading::new(title, None, names), Reading::new(text, Some(words), names)];
    let named: Vec<usize> = whole.iter().flat_map(|part| part.mentions.iter().map(|m| m.outlet)).collect();
    for (part, is_title) in whole.into_iter().zip([true, false]) {
        let part = part.with_aliases(names, &named, own);
        for (mention, sentence) in part.citing(names, own, is_title) {
            let citation = Citation { outlet: names.outlet(mention.outlet).key.clone(), sentence };
            if names.outlet(mention.outlet).agency && !is_title && part.is_dateline(&mention) {
                found.agency.get_or_insert_with(|| citation.clone());
            }
            add(&mut found.cites, citation, title);
        }
    }
    found.cites.truncate(MAX_CITATIONS);
    found
}

/// A sentence of the text proves more than the headline, whose place in the order it takes: "– NYT" becomes "the New
/// York Times reported on Thursday".
fn add(cites: &mut Vec<Citation>, citation: Citation, title: &str) {
    match cites.iter_mut().find(|known| known.outlet == citation.outlet) {
        Some(known) if known.sentence == title.trim() => known.sentence = citation.sentence,
        Some(_) => {}
        None => cites.push(citation),
    }
}

/// A headline or text with its words and the outlets in it.
struct Reading<'a> {
    text: &'a str,
    words: Cow<'a, [Word]>,
    mentions: Vec<Mention>,
    sentences: Vec<(usize, usize)>,
}

impl<'a> Reading<'a> {
    /// `words`: of the text, where they are known already.
    fn new(text: &'a str, words: Option<&'a [Word]>, names: &Names) -> Self {
        let words = match (outlets::part_elisions(text), words) {
            (Cow::Borrowed(_), Some(words)) => Cow::Borrowed(words),
            (parted, _) => Cow::Owned(words::split(&parted)),
        };
        let mentions = names.mentions(&words);
        let sentences = if mentions.is_empty() { Vec::new() } else { words::sentences(text) };
        Self { text, words, mentions, sentences }
    }

    /// Adds what only the whole name elsewhere in the document makes a mention.
    fn with_aliases(mut self, names: &Names, named: &[usize], own: &[usize]) -> Self {
        let is_taken = |at: usize| self.mentions.iter().any(|mention| (mention.from..mention.to).contains(&at));
        let alias = |at: usize| {
            let outlet = names.by_alias(self.words[at], named, own)?;
            let has_article = at > 0 && phrases::roles(self.words[at - 1].exact).has(Roles::ARTICLE);
            (has_article && !is_taken(at)).then_some(Mention { outlet, from: at, to: at + 1 })
        };
        let found: Vec<Mention> = (0..self.words.len()).filter_map(alias).collect();
        self.mentions.extend(found);
        self.mentions.sort_by_key(|mention| mention.from);
        self
    }

    /// The mentions that cite, each with its sentence.
    fn citing(&self, names: &Names, own: &[usize], is_title: bool) -> Vec<(Mention, String)> {
        let lines: Vec<Line<'_>> = self.mentions.iter().map(|mention| self.line(*mention, is_title)).collect();
        let mut cites: Vec<bool> = lines
            .iter()
            .map(|line| {
                let is_wire = !is_title && names.outlet(line.mention.outlet).agency && self.is_dateline(&line.mention);
                is_wire || !line.is_junk() && line.is_attribution(is_title)
            })
            .collect();
        // "Reuters and Bloomberg reported", "according to Axios, CNN and two diplomats".
        for at in (1..lines.len()).chain((1..lines.len()).rev()) {
            if lines[at].bounds == lines[at - 1].bounds && self.are_listed(&lines[at - 1].mention, &lines[at].mention) {
                let both = cites[at] || cites[at - 1];
                (cites[at - 1], cites[at]) = (both, both);
            }
        }
        let chosen = lines.iter().zip(cites).filter(|(line, cites)| *cites && !own.contains(&line.mention.outlet));
        chosen.map(|(line, _)| (line.mention, line.sentence().trim().to_owned())).collect()
    }

    fn are_listed(&self, first: &Mention, second: &Mention) -> bool {
        let between = &self.words[first.to..second.from];
        let gap = &self.text[self.words[first.to - 1].end..self.words[second.from].start];
        let joined = gap.contains([',', '/', '&'])
            || between.iter().any(|word| phrases::roles(word.exact).has(Roles::CONNECTIVE));
        let idle = |word: &Word| phrases::roles(word.exact).any(Roles::CONNECTIVE | Roles::DESCRIPTOR | Roles::ARTICLE);
        joined && between.len() <= 4 && between.iter().all(idle)
    }

    /// "(Reuters) -", "MOSCOW, Nov 3 (Interfax)", "TEHRAN, IRNA –" near the beginning of the text.
    fn is_dateline(&self, mention: &Mention) -> bool {
        let (prefix, suffix) =
            (&self.text[..self.words[mention.from].start], &self.text[self.words[mention.to - 1].end..]);
        let early = prefix.len() < 160;
        let bracketed = prefix.ends_with(['(', '[', '/']) && suffix.starts_with([')', ']', '/']);
        early
            && (bracketed
                || mention.from < 6 && suffix.trim_start().starts_with(['–', '—', '-']) && suffix.starts_with(' '))
    }

    fn line(&self, mention: Mention, is_title: bool) -> Line<'_> {
        let bounds = if is_title { (0, self.text.len()) } else { self.sentence_around(&mention) };
        let inside = |word: &&Word| word.start >= bounds.0 && word.start < bounds.1;
        let roles = |word: &Word| phrases::roles(word.exact);
        Line {
            reading: self,
            mention,
            bounds,
            before: self.words[..mention.from].iter().rev().take_while(inside).take(REACH).map(roles).collect(),
            after: self.words[mention.to..].iter().take_while(inside).take(REACH).map(roles).collect(),
        }
    }

    fn sentence_around(&self, mention: &Mention) -> (usize, usize) {
        let from = self.words[mention.from].start;
        let at = self.sentences.partition_point(|(_, end)| *end <= from);
        self.sentences.get(at).copied().unwrap_or((0, self.text.len()))
    }
}

/// One mention in its sentence.
struct Line<'a> {
    reading: &'a Reading<'a>,
    mention: Mention,
    bounds: (usize, usize),
    /// What the words of the sentence before the name can be, the nearest first.
    before: Vec<Roles>,
    /// What the words after it can be.
    after: Vec<Roles>,
}

impl Line<'_> {
    fn sentence(&self) -> &str {
        &self.reading.text[self.bounds.0..self.bounds.1]
    }

    fn prefix(&self) -> &str {
        &self.reading.text[self.bounds.0..self.reading.words[self.mention.from].start]
    }

    fn suffix(&self) -> &str {
        &self.reading.text[self.reading.words[self.mention.to - 1].end..self.bounds.1]
    }

    fn is_junk(&self) -> bool {
        let near = self.before.iter().take(2).chain(self.after.iter().take(2));
        junk::is_listed(self.sentence()) || near.into_iter().any(|roles| roles.has(Roles::CREDIT))
    }

    /// Whether words of attribution stand where they speak of this mention.
    fn is_attribution(&self, is_title: bool) -> bool {
        let next = self.after_possessive();
        let is_house = next.first().is_some_and(|roles| roles.has(Roles::HOUSE));
        let is_staff = next.first().is_some_and(|roles| roles.has(Roles::STAFF));
        if self.before.first().is_some_and(|roles| roles.has(Roles::PERSON)) {
            return false;
        }
        if is_house {
            return false;
        }
        if is_title && self.is_byline() {
            return true;
        }
        if is_staff {
            let is_former = self.before.iter().take(3).any(|roles| roles.has(Roles::FORMER));
            let is_witness = next.get(1).is_some_and(|roles| roles.has(Roles::WITNESS));
            return !is_former && (is_witness || self.is_led(false));
        }
        self.is_led(true)
            || self.reports()
            || self.is_piece(next)
            || self.hears()
            || self.speaks_through_staff()
            || is_title && self.is_told_in_title()
    }

    /// What follows, without the "s" of a possessive.
    fn after_possessive(&self) -> &[Roles] {
        let owns =
            self.suffix().starts_with(['\'', '’']) && self.after.first().is_some_and(|roles| roles.has(Roles::S));
        &self.after[usize::from(owns)..]
    }

    /// "according to X", "told X", "reported by X", "in an interview with X", "rapporte X": words before the name, over
    /// articles and words such as "newspaper".
    fn is_led(&self, inverted: bool) -> bool {
        let idle = self.before.iter().take_while(|roles| roles.any(Roles::ARTICLE | Roles::DESCRIPTOR)).count();
        (0..=idle.min(5)).any(|skip| self.is_led_from(&self.before[skip..], inverted))
    }

    fn is_led_from(&self, before: &[Roles], inverted: bool) -> bool {
        let Some(first) = before.first() else { return false };
        let within = |count: usize, roles: Roles| before[1..].iter().take(count).any(|word| word.any(roles));
        let asks = self.after.first().is_some_and(|roles| roles.has(Roles::TO));
        first.has(Roles::ACCORDING)
            || first.has(Roles::TOLD) && !asks
            || first.has(Roles::BY) && within(5, Roles::PASSIVE | Roles::PIECE)
            || first.has(Roles::IN) && within(3, Roles::WRITTEN | Roles::PIECE)
            || first.has(Roles::WITH) && within(3, Roles::TALK)
            || first.has(Roles::A) && within(6, Roles::CONFIDES)
            || first.has(Roles::ON) && within(2, Roles::ONAIR)
            || first.any(Roles::OF | Roles::PREPOSITION) && within(1, Roles::STAFF) && within(4, Roles::TOLD)
            || first.has(Roles::OF) && within(1, Roles::PIECE)
            || first.any(Roles::TALK | Roles::CONFIDES | Roles::PIECE) && self.holds_preposition()
            || inverted && first.has(Roles::INVERTED)
            || inverted && self.is_told_behind(before)
            || inverted && first.has(Roles::SAYS) && self.closes_clause(before.len())
    }

    /// "au Monde": a name that is known with its preposition.
    fn holds_preposition(&self) -> bool {
        phrases::roles(self.reading.words[self.mention.from].exact).any(Roles::A | Roles::OF)
            && self.mention.to - self.mention.from > 1
    }

    /// "sagte der Bürgermeister der FAZ.": the dative ends the clause, and no journalist is the subject.
    fn is_told_behind(&self, before: &[Roles]) -> bool {
        let subject = before.iter().take(7).take_while(|roles| !roles.has(Roles::SAGTE));
        let length = subject.clone().count();
        let is_told = length > 0 && before.get(length).is_some_and(|roles| roles.has(Roles::SAGTE));
        let has_dative = self.before.len() > before.len();
        has_dative
            && is_told
            && self.ends_clause()
            && !subject.clone().any(|roles| roles.any(Roles::STAFF | Roles::HOUSE))
    }

    fn ends_clause(&self) -> bool {
        let rest = self.suffix().trim_start_matches(['"', '”', '»', '“', '’']);
        rest.trim().is_empty() || rest.starts_with(['.', ',', ';', ':', '!'])
    }

    /// ", reports AFP.": the verb opens a clause that the name closes.
    fn closes_clause(&self, left: usize) -> bool {
        let verb = self.mention.from - (self.before.len() - left) - 1;
        let start = self.reading.words[verb].start;
        let opens = self.reading.text[self.bounds.0..start].trim_end().ends_with([',', '"', '”', '»', '“', '–', '—']);
        opens && self.ends_clause()
    }

    /// "X reported", "X, which first reported", "X hatte zuvor berichtet".
    fn reports(&self) -> bool {
        let rest = self.suffix().trim_start_matches(['"', '”', '»', '“', '’', '\'']);
        if rest.starts_with([':', ';', '(', '.', '!', '-']) || self.has_preposition() {
            return false;
        }
        let after = &self.after[..];
        let is_first = |role: Roles| after.first().is_some_and(|roles| roles.has(role));
        let idle = after.iter().take(8).take_while(|roles| roles.any(Roles::BETWEEN | Roles::AUXILIARY)).count();
        let says = |at: &usize| after[*at].has(Roles::REPORTS) && !speaks_of_itself(after[*at], &after[at + 1..]);
        let within = |reach: usize| (0..after.len().min(reach)).find(says).is_some();
        let participle = after.iter().skip(1).take(9).any(|roles| roles.has(Roles::PARTICIPLE));
        within(idle + 1)
            || is_first(Roles::AUXILIARY) && participle
            || is_first(Roles::RELATIVE) && within(12)
            || self.leads_with(Roles::AS) && within(10)
            || is_first(Roles::TOLD) && after.len() == 1
    }

    /// "An intern at X found the ring": what stands behind a preposition does not speak.
    fn has_preposition(&self) -> bool {
        self.leads_with(Roles::PREPOSITION)
    }

    /// Whether the first word before the name, over articles and descriptions, can be this.
    fn leads_with(&self, role: Roles) -> bool {
        let first = self.before.iter().find(|roles| roles.has(role) || !roles.any(Roles::ARTICLE | Roles::DESCRIPTOR));
        first.is_some_and(|roles| roles.has(role))
    }

    /// "Dem Spiegel sagte die Ministerin", "im ZDF sagte der Minister".
    fn hears(&self) -> bool {
        let is_told = self.before.first().is_some_and(|roles| roles.any(Roles::ARTICLE | Roles::IN));
        is_told && self.after.first().is_some_and(|roles| roles.has(Roles::SAGTE))
    }

    /// "Bloomberg's Jane Roe reported".
    fn speaks_through_staff(&self) -> bool {
        let owns = self.after.len() - self.after_possessive().len();
        let words = &self.reading.words[self.mention.to..];
        let named = words.iter().skip(owns).take(3).take_while(|word| word.capital).count();
        owns == 1 && named > 0 && self.after.get(owns + named).is_some_and(|roles| roles.has(Roles::REPORTS))
    }

    /// "'I won't go': senator to CNN".
    fn is_told_in_title(&self) -> bool {
        self.before.first().is_some_and(|roles| roles.has(Roles::TO))
            && self.after.is_empty()
            && self.prefix().contains(':')
    }

    /// "a New York Times report said", "citing a Bloomberg report", "Spiegel-Bericht".
    fn is_piece(&self, next: &[Roles]) -> bool {
        if !next.first().is_some_and(|roles| roles.has(Roles::PIECE)) {
            return false;
        }
        let compound = self.suffix().starts_with('-');
        let led = self.before.iter().take(4).any(|roles| roles.has(Roles::LEADS));
        let says = next[1..].iter().take(3).any(|roles| roles.has(Roles::REPORTS));
        compound || led || says
    }

    /// "Musk met envoy – NYT", "NYT: Musk met envoy", "Musk met envoy: Reuters".
    fn is_byline(&self) -> bool {
        let quotes: &[char] = &['»', '«', '"', '“', '”', '„'];
        let is_last = self.suffix().trim_matches(|c: char| " .)]»\"”“".contains(c)).is_empty();
        let lead = self.prefix().trim_end_matches("The ").trim_end_matches(quotes).trim_end();
        let is_marked = lead.ends_with(['–', '—', '-', '|', '―', '(', '[', ':']);
        let opens =
            self.prefix().trim_matches(quotes).is_empty() && self.suffix().trim_start_matches(quotes).starts_with(':');
        is_last && is_marked || opens
    }
}

/// "The BBC said it would cut 400 jobs", "Reuters reported a rise in quarterly profit".
fn speaks_of_itself(verb: Roles, after: &[Roles]) -> bool {
    let itself = after.iter().take(4).position(|roles| roles.has(Roles::ITSELF));
    let knows = |at: usize| after[at..].iter().take(4).any(|roles| roles.has(Roles::LEARNED));
    let money = after.iter().take(5).any(|roles| roles.has(Roles::MONEY));
    money || verb.has(Roles::SAYS) && itself.is_some_and(|at| !knows(at))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SENTENCES: &str = include_str!("../../tests/data/citations.tsv");

    /// Right, wrong and missed citations of the labelled sentences.
    fn measure() -> (f64, f64, f64) {
        let names = Names::new(&[]);
        let (mut right, mut wrong, mut missed) = (0, 0, 0);
        for line in SENTENCES.lines().filter(|line| !line.starts_with('#')) {
            let [expected, kind, words] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
            let expected: BTreeSet<&str> = expected.split(',').filter(|name| *name != "-").collect();
            let (title, text) = if kind == "T" { (words, "") } else { ("", words) };
            let cites = sources(&names, &[], title, text, &words::split(text)).cites;
            let found: BTreeSet<&str> = cites.iter().map(|citation| citation.outlet.as_str()).collect();
            right += found.intersection(&expected).count();
            wrong += found.difference(&expected).count();
            missed += expected.difference(&found).count();
        }
        (right as f64, wrong as f64, missed as f64)
    }

    #[test]
    fn labelled_sentences_are_read_right() {
        let (right, wrong, missed) = measure();
        assert!(right > 300.0, "{right}");
        assert!(right / (right + wrong) >= 0.98, "precision: {right} right, {wrong} wrong");
        assert!(right / (right + missed) >= 0.96, "recall: {right} right, {missed} missed");
    }

    #[track_caller]
    fn check(own: &str, text: &str, expected: &[(&str, &str)]) {
        let configured = super::super::OutletNames {
            key: "times".to_owned(),
            names: vec!["The Times".to_owned(), "Times".to_owned()],
            domains: vec!["thetimes.example".to_owned()],
        };
        let names = Names::new(&[configured]);
        let cites = sources(&names, &names.own(own, None), "", text, &words::split(text)).cites;
        let found: Vec<(&str, &str)> = cites.iter().map(|c| (c.outlet.as_str(), c.sentence.as_str())).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn ambiguous_alias_counts_only_beside_the_whole_name() {
        check("", "The minister knew, the Times reported.", &[]);
        let text = "A New York Times building was evacuated. The minister knew, the Times reported.";
        check("", text, &[("New York Times", "The minister knew, the Times reported.")]);
        check("New York Times", text, &[]);
        check("", "The Financial Times and the New York Times differ. The minister knew, the Times reported.", &[]);
    }

    #[test]
    fn evidence_is_the_sentence_as_it_stands() {
        let text = "One.\nLe maire savait, a dit un adjoint à l’AFP. Two.";
        check("", text, &[("AFP", "Le maire savait, a dit un adjoint à l’AFP.")]);
    }

    #[test]
    fn agency_of_a_dateline_is_cited() {
        let text = "OSLO (Reuters) - The bank raised its rate on Thursday.";
        let found = sources(&Names::new(&[]), &[], "", text, &words::split(text));
        assert_eq!(found.agency.map(|agency| agency.outlet).as_deref(), Some("Reuters"));
        assert_eq!(found.cites.len(), 1);
    }
}
