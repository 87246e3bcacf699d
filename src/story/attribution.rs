//! The places of the words of attribution around the name of an outlet.
//!
//! A [`Line`] is one mention in its sentence, with what each word before and after it can be. Words that lead to the name
//! are read in [`super::leads`]; what follows it, here. The words are in [`super::phrases`]. Whoever adds a place gives it sentences in `tests/data/citations.tsv` that it must not take.

use super::{
    cite::Reading,
    junk,
    kinds::{Signs, signs},
    outlets::{House, Mention, Trust},
    phrases::Roles,
    words::Word,
};

pub const QUOTES: &[char] = &['»', '«', '"', '“', '”', '„', '’', '\''];

/// Words of a sentence in which one of science is looked for.
const SENTENCE: usize = 40;

/// One mention in its sentence.
pub struct Line<'a> {
    pub reading: &'a Reading<'a>,
    pub mention: Mention,
    pub bounds: (usize, usize),
    /// What the words of the sentence before the name can be, the nearest first.
    pub before: Vec<Roles>,
    /// What the words after it can be.
    pub after: Vec<Roles>,
}

impl Line<'_> {
    pub fn sentence(&self) -> &str {
        &self.reading.text[self.bounds.0..self.bounds.1]
    }

    pub fn prefix(&self) -> &str {
        &self.reading.text[self.bounds.0..self.reading.words[self.mention.from].start]
    }

    pub fn suffix(&self) -> &str {
        &self.reading.text[self.reading.words[self.mention.to - 1].end..self.bounds.1]
    }

    pub fn is_junk(&self) -> bool {
        let end = self.mention.to - 1;
        let beside = self.after.iter().enumerate().take(2).filter(|(at, _)| !self.reading.is_parted(end, end + 1 + at));
        let near = self.before.iter().take(2).chain(beside.map(|(_, roles)| roles));
        junk::is_listed(self.sentence()) || near.into_iter().any(|roles| roles.has(Roles::CREDIT))
    }

    /// Whether words of attribution stand where they speak of this mention.
    pub fn is_attribution(&self, is_title: bool) -> bool {
        match self.mention.house {
            House::Listed(_) => self.is_attributed(is_title),
            House::Unlisted(_) if self.is_news() || self.is_science() || self.is_told_that() => false,
            // "writes of quarrels at the newspaper X"
            House::Unlisted(_) if self.is_about() => false,
            House::Unlisted(Trust::Noun | Trust::Name) if self.opens_clause() => self.reports(),
            House::Unlisted(Trust::Name) if is_title && self.is_in_capitals() || self.is_label_like() => false,
            House::Unlisted(Trust::Noun | Trust::Name) => self.is_attributed(is_title),
            House::Unlisted(Trust::Lead) => {
                !self.opens_clause() && (self.is_led(true) || self.is_aired() || self.is_heard_in_frame())
            }
            House::Unlisted(Trust::Site) => {
                self.is_led(true) || self.is_aired() || self.is_heard_in_frame() || self.reports()
            }
            House::Unlisted(Trust::Told) => self.is_told_name(),
            House::Unlisted(Trust::Print) => true,
        }
    }

    /// A headline such as "Space News: Jupiter's Red Spot Is Shrinking" or "Red Spot Is Shrinking | Space News" tells
    /// nothing of names.
    fn is_in_capitals(&self) -> bool {
        let words = &self.reading.words[self.mention.from - self.before.len()..self.mention.to + self.after.len()];
        words.iter().filter(|word| word.capital).count() * 10 > words.len() * 6 && words.len() > 3
    }

    /// At the beginning before a colon, or at the end behind a dash.
    fn is_label_like(&self) -> bool {
        let opens = self.before.is_empty() && self.suffix().starts_with(':');
        let closes = self.after.is_empty() && self.prefix().trim_end().ends_with(['–', '—', '-', '|', '―', ':']);
        opens || closes
    }

    /// "assuré que la plateforme X": the name is the subject of what was said.
    fn opens_clause(&self) -> bool {
        let idle = Roles::ARTICLE | Roles::DESCRIPTOR;
        self.before.iter().find(|roles| !roles.any(idle)).is_some_and(|roles| roles.has(Roles::THAT))
    }

    /// "the newspaper X was closed", "the founder of the newspaper X": the outlet is what is told about.
    fn is_news(&self) -> bool {
        let words = &self.reading.words;
        let is_fate = |at: usize| signs(words[at].exact).has(Signs::FATE);
        let (from, to) = (self.mention.from, self.mention.to);
        let lead = self.before.len().min(3);
        let rest = self.after.len().min(4);
        (from - lead..from).any(|at| is_fate(at) && !self.reading.is_parted(at, from))
            || (to..to + rest).any(|at| is_fate(at) && !self.reading.is_parted(to - 1, at))
    }

    fn is_about(&self) -> bool {
        let place = Roles::ON | Roles::IN | Roles::PREPOSITION;
        self.leads_with(place) && self.before.iter().take(4).any(|roles| roles.has(Roles::ABOUT))
    }

    /// A journal of science is where something was published and a channel where a match is shown: neither tells news.
    fn is_science(&self) -> bool {
        let (from, to) = (self.mention.from, self.mention.to);
        let words = &self.reading.words;
        let inside = |word: &&Word| word.start >= self.bounds.0 && word.start < self.bounds.1;
        let mut near = words[from.saturating_sub(SENTENCE)..words.len().min(to + SENTENCE)].iter().filter(inside);
        let lead = from - self.before.len()..from;
        near.any(|word| signs(word.exact).has(Signs::SCIENCE))
            || self.reading.words[lead].iter().any(|word| signs(word.exact).has(Signs::SHOWN))
    }

    /// "told the newspaper Smith was ill": the name is the subject of what was said.
    fn is_told_that(&self) -> bool {
        let is_finite = |word: &Word| signs(word.exact).has(Signs::FINITE);
        let next = self.reading.words.get(self.mention.to).filter(|_| !self.after.is_empty());
        let told = self.before.iter().take(3).any(|roles| roles.has(Roles::TOLD));
        told && next.is_some_and(is_finite) && !self.reading.is_parted(self.mention.to - 1, self.mention.to)
    }

    fn is_attributed(&self, is_title: bool) -> bool {
        let next = self.after_possessive();
        let is_next = |role: Roles| next.first().is_some_and(|roles| roles.has(role));
        if self.before.first().is_some_and(|roles| roles.has(Roles::PERSON)) || is_next(Roles::HOUSE) {
            return false;
        }
        if is_title && self.is_byline()
            || self.is_signed(is_title)
            || self.is_quoted()
            || self.is_press_review()
            || self.is_closing()
        {
            return true;
        }
        if is_next(Roles::STAFF) {
            return self.is_heard_by_staff(next);
        }
        self.is_led(true)
            || self.is_aired()
            || self.is_view()
            || self.is_heard_in_frame()
            || self.reports()
            || self.is_piece(next)
            || self.speaks_through_staff()
            || self.is_told_to(is_title)
    }

    /// "an AFP reporter saw", "told an AFP reporter", "the BBC's correspondent in Oslo said".
    fn is_heard_by_staff(&self, next: &[Roles]) -> bool {
        let is_former = self.before.iter().take(3).any(|roles| roles.has(Roles::FORMER));
        let is_witness = next[1..].iter().take(5).any(|roles| roles.has(Roles::WITNESS));
        let owns = next.len() < self.after.len();
        let first = self.mention.to + usize::from(owns);
        let opens = if self.is_compound() { Roles::THAT | Roles::ABOUT } else { Roles::THAT };
        let verb = (1..next.len().min(5)).find(|at| next[*at].has(Roles::REPORTS));
        let says = verb.is_some_and(|at| {
            let is_other = next.get(at + 1).is_none_or(|roles| !roles.has(Roles::HE));
            let is_other = is_other && (owns || next.get(at + 1).is_some_and(|roles| roles.any(opens)));
            is_other && !self.reading.is_parted(first, first + at) && !self.speaks_of_itself(first + at, &next[at..])
        });
        !is_former && (is_witness || says || self.is_led(false))
    }

    fn is_compound(&self) -> bool {
        self.suffix().starts_with('-')
    }

    /// What follows, without the "s" of a possessive.
    fn after_possessive(&self) -> &[Roles] {
        let owns =
            self.suffix().starts_with(['\'', '’']) && self.after.first().is_some_and(|roles| roles.has(Roles::S));
        &self.after[usize::from(owns)..]
    }

    /// "Dem Spiegel sagte die Ministerin", "im ARD-Morgenmagazin sprach sich", "Sur TF1, la ministre a annoncé".
    fn is_aired(&self) -> bool {
        let led = self.before.first().is_some_and(|roles| roles.any(Roles::ARTICLE | Roles::IN));
        let verb = |at: usize, role: Roles| self.after.get(at).is_some_and(|roles| roles.has(role));
        let place = self.leads_with(Roles::IN | Roles::ON);
        let opens = self.before.len() <= 3 && self.suffix().trim_start_matches(QUOTES).starts_with(',');
        let is_framed =
            || self.before.iter().take(6).any(is_auxiliary) && self.after.iter().any(|roles| roles.has(Roles::SAGTE));
        let is_talk = |roles: &Roles| roles.has(Roles::TALK) && !roles.has(Roles::SAYS);
        let is_asked = led && self.after.iter().take(2).any(is_talk);
        let is_given = led
            && self.before.iter().take(8).any(is_interview)
            && self.after.iter().take(9).any(|roles| roles.has(Roles::SAGTE));
        is_given
            || is_asked && self.before.iter().chain(&self.after[1..]).any(|roles| roles.has(Roles::SAGTE))
            || place && is_framed()
            || led && verb(0, Roles::SAGTE) && verb(0, Roles::TOLD)
            || place && verb(usize::from(self.is_compound()), Roles::SAGTE)
            || (place || self.leads_with(Roles::A))
                && opens
                && self.after.iter().any(|roles| roles.any(Roles::CONFIDES | Roles::SAGTE | Roles::SAYS))
    }

    /// What follows the name, without the mark that closes a quotation.
    pub fn rest(&self) -> &str {
        self.suffix().trim_start_matches(|c: char| c.is_whitespace() || QUOTES.contains(&c))
    }

    pub fn ends_clause(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with(['.', ',', ';', ':', '!', '('])
    }

    /// "X reported", "X, which first reported", "X, in its Monday edition, says", "X hatte zuvor berichtet".
    fn reports(&self) -> bool {
        let rest = self.suffix().trim_start_matches(QUOTES);
        let is_office = self.before.iter().take(2).any(|roles| roles.has(Roles::OFFICE));
        if rest.starts_with([':', ';', '(', '.', '!', '-']) || is_office || self.has_preposition() {
            return false;
        }
        let after = &self.after[..];
        let is_first = |role: Roles| after.first().is_some_and(|roles| roles.has(role));
        let idle_roles = Roles::BETWEEN | Roles::AUXILIARY;
        let idle = after.iter().take(8).take_while(|roles| roles.any(idle_roles)).count();
        let says =
            |at: &usize| after[*at].has(Roles::REPORTS) && !self.speaks_of_itself(self.mention.to + at, &after[*at..]);
        let within = |reach: usize| (0..after.len().min(reach)).find(says).is_some();
        let is_heard = |at: &usize| after[*at].has(Roles::PARTICIPLE);
        let participle = || (1..after.len()).find(is_heard);
        let is_late = |at: &usize| *at < 10 || !self.reading.is_parted(self.mention.to, self.mention.to + at);
        let is_inside = |at: &usize| !self.reading.is_parted(self.mention.to - 1, self.mention.to + at);
        let is_told = |at: usize| after.get(at).is_some_and(|roles| roles.has(Roles::TOLD));
        let is_asked = |at: usize| after.get(at).is_some_and(|roles| roles.has(Roles::TO));
        let is_framed = || self.is_past_framed() && after.iter().take(12).any(|roles| roles.has(Roles::PARTICIPLE));
        let is_learned = |pair: &[Roles]| pair[0].has(Roles::PARTICIPLE) && pair[1].has(Roles::AUXILIARY);
        let claims =
            |at: &usize| says(at) && after.get(at + 1).is_some_and(|roles| roles.has(Roles::THAT)) && is_inside(at);
        within(idle + 1)
            || idle > 0 && (0..after.len().min(9)).any(|at| claims(&at))
            || is_first(Roles::AUXILIARY) && participle().filter(is_late).is_some()
            || idle > 0 && after[idle - 1].has(Roles::BEEN) && is_told(idle) && !is_asked(idle + 1)
            || is_first(Roles::RELATIVE) && within(12)
            || self.is_compared() && (within(10) || (0..after.len()).any(|at| is_heard(&at) && is_inside(&at)))
            || self.resumed().is_some_and(|at| says(&at))
            || is_first(Roles::CLAIMS) && after[1..].windows(2).take(9).any(is_learned)
            || is_framed()
            || self.relies()
            || self.runs(idle)
            || is_first(Roles::TOLD) && after.len() == 1
    }

    /// "Die FAZ beruft sich auf", "auf die sich die FAZ beruft".
    fn relies(&self) -> bool {
        let is = |word: Option<&Roles>, role: Roles| word.is_some_and(|word| word.has(role));
        let is_reflexive = is(self.after.get(1), Roles::SICH) || self.leads_with(Roles::SICH);
        is(self.after.first(), Roles::RELIES) && is_reflexive
    }

    /// "X ran a story", "X a consacré un long reportage": `idle` words stand before the verb.
    fn runs(&self, idle: usize) -> bool {
        let runs = self.after.get(idle).is_some_and(|roles| roles.has(Roles::RUNS));
        runs && self.after[idle + 1..].iter().take(7).any(|roles| roles.any(Roles::PIECE | Roles::FEATURE))
    }

    /// "Zuvor hatte die FAZ über die Pläne berichtet": the auxiliary stands before the subject.
    fn is_past_framed(&self) -> bool {
        let idle = |word: &&Roles| word.any(Roles::BETWEEN | Roles::ARTICLE | Roles::DESCRIPTOR) && !is_auxiliary(word);
        let skip = self.before.iter().take(5).take_while(idle).count();
        self.before.get(skip).is_some_and(|word| is_auxiliary(word) || word.has(Roles::CLAIMS))
    }

    /// The first word behind an insertion: "X, in its Monday edition, says".
    fn resumed(&self) -> Option<usize> {
        let start = self.reading.words[self.mention.to - 1].end;
        let inserted = self.suffix().trim_start_matches(QUOTES).strip_prefix(',')?;
        let close = start + (self.suffix().len() - inserted.len()) + inserted.find(',')?;
        let ahead = &self.reading.words[self.mention.to..self.mention.to + self.after.len()];
        let at = ahead.iter().position(|word| word.start > close)?;
        let idle = self.after[at..].iter().take_while(|roles| roles.any(Roles::BETWEEN | Roles::AUXILIARY)).count();
        (at + idle < self.after.len()).then_some(at + idle)
    }

    /// "wie die FAZ", "Wie zuvor schon die FAZ": the verb may come late.
    fn is_compared(&self) -> bool {
        let idle = Roles::ARTICLE | Roles::DESCRIPTOR | Roles::BETWEEN;
        let first = self.before.iter().take(6).position(|roles| roles.has(Roles::AS) || !roles.any(idle));
        let is_beside = |at: &usize| !self.reading.is_parted(self.mention.from - 1 - at, self.mention.from);
        first.filter(is_beside).is_some_and(|at| self.before[at].has(Roles::AS))
    }

    /// "An intern at X found the ring": what stands behind a preposition does not speak.
    fn has_preposition(&self) -> bool {
        self.leads_with(Roles::PREPOSITION)
    }

    /// Whether the first word before the name, over articles and descriptions, can be this.
    fn leads_with(&self, role: Roles) -> bool {
        let idle = Roles::ARTICLE | Roles::DESCRIPTOR;
        let first = self.before.iter().position(|roles| roles.has(role) || !roles.any(idle));
        let is_beside = |at: &usize| !self.reading.is_parted(self.mention.from - 1 - at, self.mention.from);
        first.filter(is_beside).is_some_and(|at| self.before[at].has(role))
    }

    /// "Bloomberg's Jane Roe reported", "ABC News' Jane Roe reported".
    fn speaks_through_staff(&self) -> bool {
        let skip = self.after.len() - self.after_possessive().len();
        let owns = skip == 1 || self.suffix().starts_with(['\'', '’']) && self.suffix().chars().nth(1) == Some(' ');
        let words = &self.reading.words[self.mention.to..];
        let named = words.iter().skip(skip).take(3).take_while(|word| word.capital).count();
        owns && named > 0 && self.after.get(skip + named).is_some_and(|roles| roles.has(Roles::REPORTS))
    }

    /// "Quelle: taz", "(Source: Reuters)", "(Avec AFP)".
    fn is_signed(&self, is_title: bool) -> bool {
        let has = |role: Roles| self.before.first().is_some_and(|roles| roles.has(role));
        if !has(Roles::LABEL | Roles::WITH) {
            return false;
        }
        let lead = self.prefix().trim_end_matches(QUOTES).trim_end();
        let bracket = lead.rfind('(').map(|at| &lead[at + 1..]);
        if has(Roles::WITH) && self.is_line_of_names() && self.ends_clause() {
            return true;
        }
        let is_first = self.before.len() == 1 || bracket.is_some_and(|inside| inside.split_whitespace().count() == 1);
        let labelled = has(Roles::LABEL) && lead.ends_with(':');
        let together = has(Roles::WITH) && bracket.is_some();
        let closes = self.ends_clause() || self.suffix().starts_with([')', '/']);
        is_first && (labelled && (closes || !is_title) || together && closes)
    }

    /// "20 Minutes avec AFP": nothing but names before it in the whole sentence.
    fn is_line_of_names(&self) -> bool {
        let words = &self.reading.words[self.mention.from - self.before.len()..self.mention.from];
        let is_name = |word: &Word| word.capital || word.number || word.end - word.start <= 2;
        let Some((with, names)) = words.split_last() else { return false };
        let starts = names.first().is_some_and(|word| self.reading.text[self.bounds.0..word.start].trim().is_empty());
        starts && !with.capital && names.iter().all(is_name)
    }

    /// "'I won't go': senator to CNN", "Alcalde a Clarín: «No»", "Minister zu Bild: „Nein“".
    fn is_told_to(&self, is_title: bool) -> bool {
        let goes_on = self.suffix().trim_start_matches(QUOTES).trim_start().strip_prefix(':').is_some_and(opens_quote);
        let idle = self.before.iter().take_while(|roles| roles.has(Roles::DESCRIPTOR) && !roles.has(Roles::TO)).count();
        self.before.get(idle).is_some_and(|roles| roles.has(Roles::TO) || goes_on && roles.has(Roles::A))
            && (goes_on || is_title && self.after.is_empty() && self.prefix().contains(':'))
    }

    /// "Le Figaro : « Tout change »" at the beginning of a sentence; "« Tout change », abonde Le Figaro" whatever the verb.
    fn is_quoted(&self) -> bool {
        let rest = self.suffix().trim_start_matches(QUOTES).trim_start();
        let is_article = |roles: &Roles| roles.has(Roles::ARTICLE);
        let articles = self.before.iter().take_while(|roles| is_article(roles)).count();
        let is_named = self.suffix().starts_with(QUOTES) && self.prefix().trim().ends_with(QUOTES);
        let said = rest.strip_prefix(':');
        let name = &self.reading.words[self.mention.from..self.mention.to];
        let is_short = self.reading.text[name[0].start..name[0].end].chars().all(char::is_uppercase);
        let is_label =
            articles == 0 && (name.len() > 1 || is_short) && self.after.len() > 2 && !self.after[0].has(Roles::CREDIT);
        let opens = articles == self.before.len() && said.is_some_and(|said| is_label || is_named || opens_quote(said));
        let preposition = Roles::PREPOSITION | Roles::IN | Roles::WITH | Roles::ON | Roles::OF | Roles::BY;
        let is_verb = |roles: &Roles| !roles.any(preposition | Roles::ARTICLE | Roles::CONNECTIVE | Roles::CREDIT);
        let closes = self.before.get(articles).filter(|roles| is_verb(roles)).is_some() && {
            let verb = &self.reading.words[self.mention.from - 1 - articles];
            let said = self.reading.text[self.bounds.0..verb.start].trim_end().trim_end_matches(',').trim_end();
            let rest = &self.reading.text[..verb.end];
            let is_participle = ["ing", "ant", "ando", "endo"].iter().any(|ending| rest.ends_with(ending));
            let is_apart = self.reading.text[..verb.start].ends_with(char::is_whitespace);
            is_apart && !verb.capital && !verb.number && !is_participle && said.ends_with(['»', '"', '“', '”'])
        };
        let goes_on = self.after.first().is_some_and(|roles| roles.any(Roles::IN | Roles::BETWEEN));
        opens || closes && (goes_on || self.ends_clause())
    }

    /// "He wants to leave (Marca)." at the end of a sentence, behind a word that is no name.
    fn is_closing(&self) -> bool {
        let lead = self.prefix().trim_end_matches("The ").ends_with(" (") && self.suffix().trim_end() == ").";
        let the = usize::from(self.prefix().ends_with("(The "));
        let last = self.mention.from.checked_sub(1 + the).map(|at| &self.reading.words[at]);
        let is_name =
            self.before.get(the).is_none_or(|roles| roles.any(Roles::DESCRIPTOR | Roles::TYPE | Roles::STAFF));
        lead && self.before.len() > 8 && !is_name && last.is_some_and(|word| !word.capital)
    }

    /// "BERLIN (dpa) - »Die Glocke« zur Rente:": a comment of that newspaper follows.
    fn is_press_review(&self) -> bool {
        let rest = self.suffix().trim_start_matches(QUOTES);
        let town = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')).filter(|(town, _)| town.len() < 30);
        let rest = town.map_or(rest, |(_, rest)| rest);
        let lead = self.prefix().trim_end_matches(QUOTES).trim_end().trim_end_matches("Die").trim_end();
        let opens = lead.is_empty() || self.prefix().len() < 60 && lead.ends_with(['-', '–', ':']);
        let is_line = rest.len() < 120 && !rest.trim_end().ends_with(['.', '!', '?']);
        opens && is_line && [" zu ", " zur ", " zum "].iter().any(|about| rest.starts_with(about))
    }

    /// "a New York Times report said", "citing a Bloomberg report", "CNBC's report", "Spiegel-Bericht".
    fn is_piece(&self, next: &[Roles]) -> bool {
        if !next.first().is_some_and(|roles| roles.has(Roles::PIECE)) {
            return false;
        }
        let owns = next.len() < self.after.len();
        let led = self.before.iter().take(4).any(|roles| roles.has(Roles::LEADS));
        let first = self.mention.to + usize::from(owns);
        let verb = (1..next.len().min(9)).find(|at| next[*at].any(Roles::REPORTS | Roles::SHOWS));
        let says = verb.is_some_and(|at| !self.reading.is_parted(first, first + at));
        self.is_compound() || owns || led || says || self.before.is_empty() && self.is_label(next)
    }

    /// "Axios scoop: …"
    fn is_label(&self, next: &[Roles]) -> bool {
        let piece = self.mention.to + self.after.len() - next.len();
        self.reading.text[self.reading.words[piece].end..].starts_with(':')
    }

    /// "Musk met envoy – NYT", "NYT: Musk met envoy", "Musk met envoy: Reuters".
    fn is_byline(&self) -> bool {
        let is_last = self.suffix().trim_matches(|c: char| " .)]»\"”“".contains(c)).is_empty();
        let lead = self.prefix().trim_end_matches("The ").trim_end_matches(QUOTES).trim_end();
        let is_marked = lead.ends_with(['–', '—', '-', '|', '―', '(', '[', ':']);
        let is_label = self.before.iter().all(|roles| roles.has(Roles::PIECE));
        let rest = self.suffix().trim_start_matches(QUOTES);
        let opens = is_label && (rest.starts_with(':') || !self.before.is_empty() && rest.starts_with(['.', '|']));
        let is_told = lead.ends_with(['–', '—']) && rest.starts_with(':');
        is_last && is_marked || opens || is_told
    }

    /// "The BBC said it would cut 400 jobs", "Reuters reported a rise in quarterly profit": `verb` is a word of the
    /// text, `roles` are its roles and those of what follows.
    fn speaks_of_itself(&self, verb: usize, roles: &[Roles]) -> bool {
        let after = &roles[1..];
        let itself = after.iter().take(4).position(|word| word.has(Roles::ITSELF));
        let itself = itself.filter(|at| !self.reading.is_parted(verb, verb + 1 + at));
        let knows = |at: usize| after[at..].iter().take(4).any(|word| word.has(Roles::LEARNED));
        let money = after.iter().take(5).any(|word| word.has(Roles::MONEY));
        money || roles[0].has(Roles::SAYS) && itself.is_some_and(|at| !knows(at))
    }
}

/// Whether a quotation comes next.
fn opens_quote(text: &str) -> bool {
    text.trim_start().starts_with(QUOTES)
}

/// "Interview", "entrevista".
pub fn is_interview(word: &Roles) -> bool {
    word.has(Roles::TALK) && word.has(Roles::PIECE)
}

/// "hatte"; the French "a" is too many things.
pub fn is_auxiliary(word: &Roles) -> bool {
    word.has(Roles::AUXILIARY) && !word.has(Roles::ARTICLE)
}
