//! Words of attribution before the name of an outlet: "according to X", "told X", "reported by X", "rapporte X".
//!
//! They count over articles and words such as "newspaper". [`LEADS`] are those that a few words decide; the others
//! depend on what stands around them.

use super::{
    attribution::{Line, QUOTES, is_interview},
    phrases::{self, Roles},
};

/// The word before a name and, of so many words before that, one that together make the name a source.
struct Lead {
    first: Roles,
    /// What the first word must not be as well.
    except: Roles,
    reach: usize,
    needs: Roles,
}

const fn lead(first: Roles, reach: usize, needs: Roles) -> Lead {
    Lead { first, except: Roles::NONE, reach, needs }
}

const LEADS: &[Lead] = &[
    // "wrote in", "in an interview on", "in a statement to"
    lead(Roles::IN, 3, Roles::WRITTEN),
    Lead { first: Roles::IN, except: Roles::PREPOSITION, reach: 2, needs: Roles::TALK.and(Roles::PASSIVE) },
    lead(Roles::WITH, 3, Roles::TALK),
    lead(Roles::WITH, 1, Roles::GIVEN),
    lead(Roles::ON, 9, Roles::ONAIR),
    lead(Roles::ON, 5, Roles::TOLD.and(Roles::BASIS)),
    lead(Roles::ON, 3, Roles::WRITTEN),
    lead(Roles::ON, 1, Roles::TALK),
    lead(Roles::BY, 5, Roles::BASIS),
    // "selon une source à", "an interview with a reporter of"
    lead(Roles::A, 3, Roles::SOURCE),
    lead(Roles::STAFF.and(Roles::SOURCE), 3, Roles::TALK),
    // "Recherchen mit", "der Rechercheverbund aus"
    lead(Roles::WITH, 2, Roles::INQUIRY),
    // "des médias, dont"
    lead(Roles::INCLUDING, 3, Roles::TYPE),
    lead(Roles::WITH.and(Roles::IN), 5, Roles::POLL),
];

impl Lead {
    fn fits(&self, before: &[Roles]) -> bool {
        let [first, rest @ ..] = before else { return false };
        first.any(self.first)
            && !first.any(self.except)
            && rest.iter().take(self.reach).any(|word| word.any(self.needs))
    }
}

impl Line<'_> {
    /// Whether words before the name make it a source; `inverted`: a verb may have it for its subject.
    pub fn is_led(&self, inverted: bool) -> bool {
        let beside = |at: &usize| {
            let is_free = *at == self.before.len() || *at == 0 && self.holds_preposition();
            is_free || !self.reading.gap(self.mention.from - 1 - at, self.mention.from).contains(',')
        };
        (0..=self.idle().min(7)).take_while(beside).any(|skip| {
            let before = &self.before[skip..];
            self.is_named_source(before) || inverted && self.is_subject_behind(before) || self.is_programme(before)
        })
    }

    /// "dijo en »Más de Uno« de X", "En Hoy por Hoy, de X, la ministra dijo": a programme of the outlet's.
    fn is_programme(&self, before: &[Roles]) -> bool {
        let first = self.mention.from - (self.before.len() - before.len());
        let word = |at: usize| &self.reading.words[first - 1 - at];
        let links = Roles::OF | Roles::ARTICLE | Roles::BY | Roles::CONNECTIVE;
        let is_part = |at: &usize| word(*at).capital || word(*at).number || before[*at].any(links);
        let length =
            (1..before.len().min(8)).take_while(|at| is_part(at) && !before[*at].has(Roles::ACCORDING)).count();
        let named = (1..=length).any(|at| word(at).capital && !before[at].any(links));
        let place = before.get(length + 1).is_some_and(|roles| roles.any(Roles::IN | Roles::ON));
        // The preposition may be taken for one of the links.
        let at =
            if place { Some(length + 1) } else { (2..=length).rev().find(|at| before[*at].any(Roles::IN | Roles::ON)) };
        let Some(at) = at.filter(|at| named && (1..*at).any(|part| word(part).capital)) else { return false };
        let opens = at + 1 == before.len() && self.suffix().trim_start_matches(QUOTES).starts_with(',');
        let says = Roles::CONFIDES | Roles::SAGTE | Roles::SAYS;
        before[0].has(Roles::OF)
            && (self.is_said_at(&before[at..]) || opens && self.after.iter().any(|roles| roles.any(says)))
    }

    /// How many words before the name only present it: "the French daily", "Israel's", "the pan-Arab newspaper", "le
    /// quotidien genevois".
    fn idle(&self) -> usize {
        let is = |at: usize, role: Roles| self.before.get(at).is_some_and(|roles| roles.any(role));
        let is_owner = |at: usize| at > 0 && is(at - 1, Roles::S);
        let is_epithet = |at: usize| {
            let led = is(at + 1, Roles::ARTICLE | Roles::ACCORDING) || is(at + 2, Roles::ARTICLE);
            at > 0 && is(at - 1, Roles::DESCRIPTOR) && led
                || at == 0 && is(1, Roles::DESCRIPTOR) && is(2, Roles::ARTICLE)
        };
        let presents = |at: &usize| is(*at, Roles::ARTICLE | Roles::DESCRIPTOR) || is_owner(*at) || is_epithet(*at);
        let idle = (0..self.before.len()).take_while(presents).count();
        idle.max(self.presented())
    }

    /// How many words "the portal for software" is, with all that tells it apart.
    fn presented(&self) -> usize {
        let reach = &self.before[..self.before.len().min(6)];
        let Some(kind) = reach.iter().position(|word| word.has(Roles::TYPE)) else { return 0 };
        let opens = Roles::DESCRIPTOR | Roles::OF | Roles::IN | Roles::PREPOSITION;
        let free = |word: &Roles| *word == Roles::NONE || word.any(opens);
        let is_whole = !self.reading.is_parted(self.mention.from - 1 - kind, self.mention.from);
        let is_led = self.before.get(kind + 1).is_some_and(|word| word.has(Roles::ARTICLE));
        let begins = kind == 0 || reach[kind - 1].any(opens);
        if is_whole && is_led && begins && reach[..kind].iter().all(free) { kind + 2 } else { 0 }
    }

    fn is_named_source(&self, before: &[Roles]) -> bool {
        let Some(first) = before.first() else { return false };
        first.has(Roles::ACCORDING)
            || LEADS.iter().any(|lead| lead.fits(before))
            || first.has(Roles::WITH)
                && before[1..].iter().take(9).take_while(|word| !word.has(Roles::BEEN)).any(is_interview)
            || self.is_listener(before)
            || self.is_author(before)
            || self.is_place(before)
            || self.is_spoken_for(before)
    }

    /// "told X", "a indiqué au X", "dijo al X".
    fn is_listener(&self, before: &[Roles]) -> bool {
        let (first, rest) = (before[0], &before[1..]);
        let asks = self.after.first().is_some_and(|roles| roles.has(Roles::TO));
        let fused = self.holds_preposition();
        first.has(Roles::TOLD) && !asks
            || first.has(Roles::A) && is_said(rest)
            || fused && (self.is_of(before) || !first.has(Roles::STAFF) && (first.has(Roles::TALK) || is_said(before)))
    }

    /// "first reported on Monday by X", "la publicación por parte de X".
    fn is_author(&self, before: &[Roles]) -> bool {
        let is_passive = self.after.first().is_some_and(|roles| roles.has(Roles::PASSIVE));
        match before {
            [of, part, rest @ ..] if of.has(Roles::OF) && part.has(Roles::PART) => {
                let articles = rest.iter().take_while(|word| word.has(Roles::ARTICLE)).count();
                rest.get(articles).is_some_and(|by| by.has(Roles::BY)) && is_by(&rest[articles + 1..])
            }
            [by, rest @ ..] => by.has(Roles::BY) && (is_passive || is_by(rest)),
            [] => false,
        }
    }

    /// "Jane Roe wrote in X that", "betonte der Kanzler im X", "à la une du X".
    fn is_place(&self, before: &[Roles]) -> bool {
        let first = before[0];
        let is = |at: usize, roles: Roles| before.get(at).is_some_and(|word| word.any(roles));
        let place = Roles::IN | Roles::A | Roles::ON | Roles::BY | Roles::WITH;
        // "señala en la portada de X"
        let cover = first.has(Roles::OF) && is(1, Roles::FEATURE);
        let page = (2..4).find(|at| is(*at, Roles::IN)).filter(|_| cover);
        page.is_some_and(|at| self.is_said_at(&before[at..]))
            || first.any(Roles::IN | Roles::PREPOSITION) && is(1, Roles::REPORTS) && self.opens_speech()
            || first.has(Roles::IN) && has_piece(&before[1..])
            || first.any(Roles::IN | Roles::ON) && self.is_said_at(before)
            || first.any(Roles::OF | Roles::ARTICLE) && is(1, Roles::FRONT) && (is(2, place) || is(3, place))
    }

    /// "in a report of X", "auprès de X", "told a reporter of X", "журналисты X выяснили".
    fn is_spoken_for(&self, before: &[Roles]) -> bool {
        let first = before[0];
        first.any(Roles::OF | Roles::PREPOSITION) && !first.has(Roles::ABOUT) && self.is_of(&before[1..])
            || first.any(Roles::STAFF | Roles::SOURCE) && self.is_subject(&before[1..])
    }

    /// A verb that has the name for its subject or for the one who is told.
    fn is_subject_behind(&self, before: &[Roles]) -> bool {
        let Some(first) = before.first() else { return false };
        let quotes = before[1..].iter().take(4).any(|word| word.has(Roles::QUOTING));
        let told =
            first.has(Roles::REPORTS) && before.get(1).is_some_and(|word| word.any(Roles::ACCORDING | Roles::AS));
        told || self.is_inverted(before)
            || self.is_told_behind(before)
            || first.any(Roles::SAYS | Roles::REPORTS | Roles::CONFIDES) && self.closes_clause(before.len())
            || quotes && self.ends_clause()
    }

    /// "sagte die Ministerin der »X«.", "berichtet die »X«": what marks alone make a name needs a verb before it.
    pub fn is_told_name(&self) -> bool {
        let before = self.before.get(1..).unwrap_or_default();
        self.is_inverted(before) || self.is_told_behind(before)
    }

    /// Over the names of who or what belongs to the outlet: "le journaliste Jean Roe du", "aus dem Podcast ‚Roe‘ der".
    fn is_of(&self, before: &[Roles]) -> bool {
        let first = self.mention.from - (self.before.len() - before.len());
        let is_name = |at: &usize| self.reading.words[first - 1 - at].capital;
        let place = Roles::IN | Roles::ON | Roles::WITH | Roles::PREPOSITION | Roles::ARTICLE;
        let is_free = |word: Roles| word == Roles::NONE || word.has(Roles::BETWEEN) && !word.any(place);
        let is_beside = |at: &usize| {
            let is_aside = before[..*at].iter().all(|word| word.has(Roles::BETWEEN));
            is_aside || !self.reading.is_parted(first - 1 - at, first)
        };
        let is_idle = |at: &usize| (is_name(at) || is_free(before[*at])) && is_beside(at);
        let names = (0..before.len().min(3)).take_while(is_idle).count();
        let is_plain = (0..names).all(|at| before[at] != Roles::NONE || is_name(&at));
        let kinds = if is_plain { Roles::PIECE | Roles::STAFF | Roles::SOURCE } else { Roles::PIECE };
        let is = |at: &usize| before.get(*at).is_some_and(|word| word.any(kinds)) && (*at == 0 || is_beside(at));
        let at = (0..=names).find(is).unwrap_or(0);
        let Some((first, rest)) = before.get(at..).and_then(<[Roles]>::split_first) else { return false };
        let heard = |word: &Roles| word.any(Roles::TOLD | Roles::CONFIDES | Roles::SAGTE | Roles::ACCORDING);
        first.any(Roles::PIECE | Roles::ACCORDING)
            && (self.holds_preposition() || self.before.iter().any(|word| word.has(Roles::OF)))
            || first.any(Roles::STAFF | Roles::SOURCE) && (rest.iter().take(3).any(heard) || self.is_subject(rest))
    }

    /// "Jane Roe wrote in the Guardian that": what is said follows.
    fn opens_speech(&self) -> bool {
        self.suffix().trim_start_matches(QUOTES).starts_with(':')
            || self.after.first().is_some_and(|roles| roles.has(Roles::THAT))
    }

    /// "Журналисты «Медузы» выяснили", "уточнил собеседник ТАСС": who belongs to an outlet is the subject of a verb.
    fn is_subject(&self, before: &[Roles]) -> bool {
        let speaks = |word: &Roles| word.has(Roles::REPORTS);
        let verb = before.iter().find(|word| !word.has(Roles::ARTICLE));
        let is_inverted = verb.is_some_and(|word| word.has(Roles::INVERTED));
        let is_name = |at: &usize| self.reading.words[self.mention.to + at].capital;
        let names = (0..self.after.len().min(3)).take_while(is_name).count();
        let rest = &self.after[names..];
        let idle = rest.iter().take(4).take_while(|word| word.any(Roles::BETWEEN | Roles::AUXILIARY)).count();
        is_inverted || rest.get(idle).is_some_and(speaks)
    }

    /// "rapporte mardi Le Monde", "publica este lunes El Mundo": the verb before its subject, over words of time.
    fn is_inverted(&self, before: &[Roles]) -> bool {
        let role = Roles::BETWEEN | Roles::ARTICLE | Roles::ASIDE;
        let idle = |word: &&Roles| word.any(role) && !word.has(Roles::INVERTED);
        let skip = before.iter().take(5).take_while(idle).count();
        before.get(skip).is_some_and(|word| word.has(Roles::INVERTED))
    }

    /// "betonte der Kanzler im ZDF", "a annoncé la ministre sur TF1": said before in the same clause, whatever is inserted.
    fn is_said_at(&self, before: &[Roles]) -> bool {
        let spoken = Roles::SAGTE | Roles::CONFIDES | Roles::INVERTED;
        let clause = before[1..].iter().take(11).take_while(|word| !word.has(Roles::THAT));
        let Some(at) = clause.clone().position(|word| word.any(spoken)) else { return false };
        let preposition = self.mention.from - (self.before.len() - before.len()) - 1;
        self.reading.is_one_clause(preposition - at - 1, preposition)
    }

    /// "au Monde": a name that is known with its preposition.
    fn holds_preposition(&self) -> bool {
        phrases::roles(self.reading.words[self.mention.from].exact).any(Roles::A | Roles::OF)
            && self.mention.to - self.mention.from > 1
    }

    /// "sagte der Bürgermeister der FAZ.": the dative ends the clause, and no journalist is the subject.
    fn is_told_behind(&self, before: &[Roles]) -> bool {
        let tells = |roles: &Roles| roles.has(Roles::SAGTE) && roles.has(Roles::TOLD);
        let subject = before.iter().take(14).take_while(|roles| !tells(roles));
        let length = subject.clone().count();
        let is_told = length > 0 && before.get(length).is_some_and(tells);
        let has_dative = self.before.len() > before.len();
        let goes_on = self.after.first().is_none_or(|roles| roles.any(Roles::BETWEEN | Roles::IN | Roles::PREPOSITION));
        has_dative
            && is_told
            && (self.ends_clause() || goes_on)
            && !subject.clone().any(|roles| roles.any(Roles::STAFF | Roles::HOUSE))
    }

    /// ", reports AFP.": the verb opens a clause that the name closes.
    fn closes_clause(&self, left: usize) -> bool {
        let verb = self.mention.from - (self.before.len() - left) - 1;
        let start = self.reading.words[verb].start;
        let opens = self.reading.text[self.bounds.0..start].trim_end().ends_with([',', '"', '”', '»', '“', '–', '—']);
        let goes_on = self.after.first().is_some_and(|roles| roles.any(Roles::PREPOSITION | Roles::BETWEEN));
        opens && (goes_on || self.ends_clause())
    }

    /// "« Tout change », a confié l'adjoint, resté anonyme, au Parisien": in the words behind a quotation, whatever the
    /// verb, stands where it was said.
    pub fn is_heard_in_frame(&self) -> bool {
        let Some(place) = self.place() else { return false };
        let words = &self.reading.words;
        let head = &self.reading.text[self.bounds.0..words[place].start];
        let Some(close) = head.rfind(['»', '“', '”', '"']) else { return false };
        let Some(frame) = opens_frame(&head[close..]) else { return false };
        let start = self.bounds.0 + head.len() - frame.len();
        let verb = words[..place].iter().rposition(|word| word.start < start).map_or(0, |at| at + 1);
        let roles = |at: usize| phrases::roles(words[at].exact);
        let spoken = Roles::CONFIDES | Roles::SAGTE | Roles::TOLD | Roles::SAYS | Roles::REPORTS;
        let is_long = head[..close].split_whitespace().count() > 3;
        let is_parted = head[close..].trim_start_matches(QUOTES).starts_with(',');
        let is_spoken = (verb..place).take(2).any(|at| roles(at).any(spoken))
            || is_long && is_parted && verb < place && is_verb(roles(verb));
        let aside = (verb..place).rev().find(|at| *at > 0 && self.reading.is_parted(at - 1, *at));
        let is_about_speaker = aside.is_some_and(|at| roles(at).has(Roles::RELATIVE));
        let goes_on = self.after.first().is_some_and(|word| word.any(Roles::IN | Roles::BETWEEN | Roles::PREPOSITION));
        is_spoken && !is_about_speaker && (goes_on || self.ends_clause())
    }

    /// Where the words begin that make the name a place or a listener: "sur", "au journal".
    fn place(&self) -> Option<usize> {
        if self.holds_preposition() {
            return Some(self.mention.from);
        }
        let place = Roles::A | Roles::IN | Roles::ON | Roles::WITH;
        let idle = |roles: &&Roles| roles.any(Roles::ARTICLE | Roles::DESCRIPTOR) && !roles.any(place);
        let skip = self.before.iter().take_while(idle).count();
        let first = self.before.get(skip).filter(|word| word.any(place));
        first.filter(|word| !word.has(Roles::PREPOSITION) || word.has(Roles::ON))?;
        Some(self.mention.from - skip - 1)
    }

    /// "Pour Le Parisien, tout change" at the beginning of a sentence: in its view.
    pub fn is_view(&self) -> bool {
        let articles = self.before.iter().take_while(|roles| roles.any(Roles::ARTICLE | Roles::DESCRIPTOR)).count();
        let opens = self.before.get(articles).is_some_and(|roles| roles.has(Roles::VIEW));
        let lead = self.before.get(articles + 1..).unwrap_or_default();
        let is_first = lead.len() <= 1 && lead.iter().all(|roles| roles.has(Roles::CONNECTIVE));
        opens && is_first && self.rest().starts_with([',', '/'])
    }
}

/// "a report in X", but "her report in X" tells of her.
fn has_piece(before: &[Roles]) -> bool {
    let piece = before.iter().take(3).position(|word| word.has(Roles::PIECE));
    piece.is_some_and(|at| before.get(at + 1).is_none_or(|word| !word.any(Roles::ITSELF | Roles::HE)))
}

/// Whether a word that no list holds can be the verb of a clause that it opens.
fn is_verb(word: Roles) -> bool {
    let preposition = Roles::IN | Roles::WITH | Roles::OF | Roles::PREPOSITION;
    let joins = Roles::CONNECTIVE | Roles::RELATIVE | Roles::THAT;
    !word.any(preposition | joins) && (word.has(Roles::AUXILIARY) || !word.has(Roles::ARTICLE))
}

/// What follows the mark of a closing quotation, where it goes on in small letters.
fn opens_frame(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(QUOTES);
    let frame = rest.trim_start_matches([',', ' ', '\u{a0}', '–', '—', '-']);
    (frame.len() < rest.len() && frame.starts_with(char::is_lowercase)).then_some(frame)
}

/// "first reported on Monday by X", but "photographs published by X" are no news.
fn is_by(before: &[Roles]) -> bool {
    let clause = before.iter().take(11).take_while(|word| !word.any(Roles::CONNECTIVE | Roles::THAT));
    let is_credit = before.iter().take(6).any(|word| word.has(Roles::CREDIT));
    let found = |word: &Roles| word.any(Roles::PASSIVE | Roles::PIECE) && (!is_credit || word.has(Roles::LEARNED));
    clause.into_iter().any(found)
}

/// Whether one of the words before a preposition says something, and nothing that is said stands between.
fn is_said(before: &[Roles]) -> bool {
    let clause = before.iter().take(9).take_while(|word| !word.has(Roles::THAT));
    clause.into_iter().any(|word| word.any(Roles::CONFIDES | Roles::INVERTED))
}
