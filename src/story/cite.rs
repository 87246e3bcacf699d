//! Who is named as the source of the news, with the sentence that shows it.
//!
//! A mention of an outlet is a citation only beside words of attribution, in English, German, French, Spanish or
//! Russian; "a New York Times reporter was arrested" cites nobody. No outlet cites itself.

use std::sync::LazyLock;

use super::{
    Citation,
    hasher::FastSet,
    junk,
    outlets::{Mention, Names},
    words::{self, Word},
};

/// Most citations kept of one document.
const MAX_CITATIONS: usize = 8;

/// What a text says about its sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    pub cites: Vec<Citation>,
    /// The agency whose text this is, by a dateline such as "(Reuters) -".
    pub agency: Option<Citation>,
}

/// Finds the citations in a headline and a cleaned text. `own` are the outlets the document is from.
pub fn sources(names: &Names, own: &[usize], title: &str, text: &str) -> Sources {
    let mut found = Sources::default();
    cite_title(&mut found, names, own, title);
    let words = words::split(text);
    let mentions = names.mentions(&words);
    for mention in mentions.iter().filter(|mention| !own.contains(&mention.outlet)) {
        let line = Line { text, words: &words, bounds: sentence_around(text, &words, mention) };
        if junk::is_listed(&text[line.bounds.0..line.bounds.1]) {
            continue;
        }
        if names.outlet(mention.outlet).agency && found.agency.is_none() && is_dateline(&line, mention) {
            found.agency = Some(line.citation(names, mention));
        } else if is_attribution(&line, mention) {
            add_proof(&mut found.cites, line.citation(names, mention), title);
        }
    }
    found
}

/// A sentence of the text proves more than the headline, whose place in the order it takes: "– NYT" becomes "the New
/// York Times reported on Thursday".
fn add_proof(cites: &mut Vec<Citation>, citation: Citation, title: &str) {
    let by_headline = |known: &&mut Citation| known.outlet == citation.outlet && known.sentence == title.trim();
    match cites.iter_mut().find(by_headline) {
        Some(known) => known.sentence = citation.sentence,
        None => add(cites, citation),
    }
}

fn add(cites: &mut Vec<Citation>, citation: Citation) {
    if cites.len() < MAX_CITATIONS && !cites.iter().any(|known| known.outlet == citation.outlet) {
        cites.push(citation);
    }
}

/// One sentence of a text.
struct Line<'a> {
    text: &'a str,
    words: &'a [Word],
    bounds: (usize, usize),
}

impl Line<'_> {
    fn citation(&self, names: &Names, mention: &Mention) -> Citation {
        let sentence = self.text[self.bounds.0..self.bounds.1].trim().to_owned();
        Citation { outlet: names.outlet(mention.outlet).key.clone(), sentence }
    }

    /// Words of the sentence before a place, the nearest first.
    fn before(&self, at: usize) -> impl Iterator<Item = &Word> {
        self.words[..at].iter().rev().take_while(|word| word.start >= self.bounds.0)
    }

    /// Words of the sentence after a place.
    fn after(&self, at: usize) -> impl Iterator<Item = &Word> {
        self.words[at..].iter().take_while(|word| word.start < self.bounds.1)
    }

    fn prefix(&self, at: usize) -> &str {
        &self.text[self.bounds.0..self.words[at].start]
    }

    fn suffix(&self, to: usize) -> &str {
        &self.text[self.words[to - 1].end..self.bounds.1]
    }
}

fn sentence_around(text: &str, words: &[Word], mention: &Mention) -> (usize, usize) {
    let line_start = text[..words[mention.from].start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[words[mention.to - 1].end..].find('\n').map_or(text.len(), |at| at + words[mention.to - 1].end);
    let here = words[mention.from].start - line_start;
    let sentences = words::sentences(&text[line_start..line_end]);
    let (start, end) = sentences.into_iter().find(|(_, end)| *end > here).unwrap_or((0, line_end - line_start));
    (line_start + start, line_start + end)
}

/// "Musk met envoy – NYT", "NYT: Musk met envoy", "Musk met envoy, NYT reports".
fn cite_title(found: &mut Sources, names: &Names, own: &[usize], title: &str) {
    let words = words::split(title);
    for mention in names.mentions(&words).iter().filter(|mention| !own.contains(&mention.outlet)) {
        let line = Line { text: title, words: &words, bounds: (0, title.len()) };
        let last = line.suffix(mention.to).trim_matches([' ', '.', ')', ']']).is_empty();
        let dash = line.prefix(mention.from).trim_end().ends_with(['–', '—', '-', '|', '―', '(', '[']);
        let opens = mention.from == 0 && line.suffix(mention.to).starts_with(':');
        if last && dash || opens || is_attribution(&line, mention) {
            add(&mut found.cites, line.citation(names, mention));
        }
    }
}

/// "(Reuters) -", "MOSCOW, Nov 3 (Interfax)", "TEHRAN, IRNA –" near the beginning of the text.
fn is_dateline(line: &Line<'_>, mention: &Mention) -> bool {
    let early = line.words[mention.from].start < 160;
    let bracketed =
        line.prefix(mention.from).ends_with(['(', '[', '/']) && line.suffix(mention.to).starts_with([')', ']', '/']);
    early && (bracketed || mention.from < 6 && line.suffix(mention.to).trim_start().starts_with(['–', '—', '-']))
}

/// Whether words of attribution stand where they speak of this mention.
fn is_attribution(line: &Line<'_>, mention: &Mention) -> bool {
    let lists = &*LISTS;
    let has = |list: &FastSet<u32>, word: &Word| list.contains(&word.exact);
    let before: Vec<&Word> = line.before(mention.from).take(6).collect();
    let after: Vec<&Word> = line.after(mention.to).take(4).collect();
    let by_source = before.iter().take(4).position(|word| has(&lists.according, word));
    let told = before.first().is_some_and(|word| has(&lists.told, word))
        || before.get(1).is_some_and(|word| has(&lists.told, word))
            && before.first().is_some_and(|word| has(&lists.article, word));
    let reports = after
        .iter()
        .take(if after.first().is_some_and(|word| has(&lists.person, word)) { 0 } else { 3 })
        .any(|word| has(&lists.reports, word));
    let by =
        before.iter().take(3).any(|word| has(&lists.by, word)) && before.iter().any(|word| has(&lists.passive, word));
    let inverted = before.iter().take(3).any(|word| has(&lists.inverted, word));
    let piece = after.first().is_some_and(|word| has(&lists.piece, word))
        && before.iter().take(4).any(|word| has(&lists.leads_piece, word));
    by_source.is_some() || told || reports || by || inverted || piece
}

struct Lists {
    according: FastSet<u32>,
    told: FastSet<u32>,
    article: FastSet<u32>,
    reports: FastSet<u32>,
    person: FastSet<u32>,
    by: FastSet<u32>,
    passive: FastSet<u32>,
    inverted: FastSet<u32>,
    piece: FastSet<u32>,
    leads_piece: FastSet<u32>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let list = |words: &str| words.split_whitespace().map(words::hash_folded).collect();
    Lists {
        according: list(ACCORDING),
        told: list(TOLD),
        article: list(
            "the der die das dem den le la les l el los agency agentur agence agencia агентству newspaper zeitung",
        ),
        reports: list(REPORTS),
        person: list(
            "reporter reporters journalist journalists correspondent editor columnist photographer bestseller building office",
        ),
        by: list("by from von par por in durch из dans en"),
        passive: list(PASSIVE),
        inverted: list(INVERTED),
        piece: list(
            "report reports story article investigation interview scoop bericht artikel enquete article reportage",
        ),
        leads_piece: list("a in citing cites cited after following to by the confirmed per on"),
    }
});

/// Words before the name: "according to", "citing", "laut", "selon", "según", "по данным".
const ACCORDING: &str = "according citing cites cited cite quoting per via laut zufolge berufung selon d'apres citant \
    segun citando данным сведениям ссылкой";
/// Words right before the name: "told Reuters", "im Gespräch mit der FAZ".
const TOLD: &str = "told tells gegenuber sagte aupres confie declare declaro dijo рассказал рассказали сообщили заявил";
/// Words after the name: "the New York Times reported", "berichtet", "rapporte", "informó", "сообщает".
const REPORTS: &str = "reported reports reporting report revealed reveals said says say wrote writes claims claimed published \
    noted learned confirmed broke disclosed quoted quotes cited cites berichtet berichtete berichten berichteten schreibt schrieb \
    meldet meldete zufolge rapporte rapportait revele affirme indique ecrit informo informa reporto revela revelo publico \
    asegura senala сообщает сообщила сообщило сообщил пишет написала написал передает передаёт";
/// With "by" before the name: "first reported by", "obtained by".
const PASSIVE: &str = "reported first revealed published obtained seen reviewed quoted cited interviewed broken confirmed \
    disclosed veroffentlicht berichtet publie revele publicado revelado";
/// Verbs that stand before their subject: "wie die FAZ berichtet", "rapporte Le Monde", "informó El País", "пишет Meduza".
const INVERTED: &str = "berichtet berichtete schreibt schrieb meldet meldete rapporte revele indique informo informa reporto \
    revelo пишет сообщает сообщила передает";
