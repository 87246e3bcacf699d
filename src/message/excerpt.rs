//! The sentences that hits stand in, with the hits marked.
//!
//! Must not judge whether something matches: hits are taken as they are found, and one that does not point into its text
//! is passed over.

use std::cmp::Reverse;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use super::line::visible;
use crate::{story::is_abbreviation, watch::Hit};

/// Sentences shown of one mail.
pub(super) const MAX_SENTENCES: usize = 3;
/// Hits looked at; a watch of common words can have thousands.
const MAX_HITS: usize = 64;
/// Bytes looked at on each side of a hit.
const REACH: usize = 220;
/// A sentence shorter than this is shown with its neighbour ("U.N." ends a sentence for the algorithm).
const SHORT: usize = 60;

/// A stretch of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Span {
    pub text: String,
    pub hit: bool,
}

/// One sentence, or the part of it around its hits.
pub(super) type Excerpt = Vec<Span>;

/// A hit within the text, no longer than [`REACH`].
#[derive(Clone, Copy)]
struct Found<'a> {
    start: usize,
    end: usize,
    clause: &'a str,
}

struct Sentence<'a> {
    start: usize,
    end: usize,
    hits: Vec<Found<'a>>,
}

/// The sentences of `text` with hits in them: the one with most different clauses first, then in the order of the text.
pub(super) fn excerpts(text: &str, hits: &[Hit]) -> Vec<Excerpt> {
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for hit in hits.iter().filter_map(|hit| found(text, hit)).take(MAX_HITS) {
        match sentences.iter_mut().find(|sentence| sentence.start <= hit.start && hit.end <= sentence.end) {
            Some(sentence) => sentence.hits.push(hit),
            None => sentences.push(sentence_around(text, hit)),
        }
    }
    sentences.sort_by_key(|sentence| (Reverse(clauses(&sentence.hits)), sentence.start));
    sentences.truncate(MAX_SENTENCES);
    sentences.iter().map(|sentence| spans(text, sentence)).collect()
}

fn found<'a>(text: &str, hit: &'a Hit) -> Option<Found<'a>> {
    let sound = hit.field != "title" && hit.start < hit.end && text.get(hit.start..hit.end)? == hit.text;
    let end = text.floor_char_boundary(hit.end.min(hit.start + REACH));
    sound.then_some(Found { start: hit.start, end, clause: &hit.clause })
}

fn clauses(hits: &[Found<'_>]) -> usize {
    let mut clauses: Vec<&str> = hits.iter().map(|hit| hit.clause).collect();
    clauses.sort_unstable();
    clauses.dedup();
    clauses.len()
}

/// The sentence around a hit, within its paragraph and within [`REACH`].
fn sentence_around<'a>(text: &str, hit: Found<'a>) -> Sentence<'a> {
    let paragraph_start = text[..hit.start].rfind('\n').map_or(0, |at| at + 1);
    let paragraph_end = text[hit.end..].find('\n').map_or(text.len(), |at| hit.end + at);
    let from = text.ceil_char_boundary(paragraph_start.max(hit.start.saturating_sub(REACH)));
    let to = text.floor_char_boundary(paragraph_end.min(hit.end + REACH));
    let starts = text[from..to].split_sentence_bound_indices().map(|(at, _)| from + at);
    let mut bounds: Vec<usize> = starts.filter(|at| *at == from || !follows_abbreviation(&text[from..*at])).collect();
    bounds.push(to);
    let mut first = bounds.iter().rposition(|at| *at <= hit.start).unwrap_or(0);
    let mut last = bounds.iter().position(|at| *at >= hit.end).unwrap_or(bounds.len() - 1);
    if bounds[last] - bounds[first] < SHORT {
        last = (last + 1).min(bounds.len() - 1);
    }
    if bounds[last] - bounds[first] < SHORT {
        first = first.saturating_sub(1);
    }
    let start = word_start(text, bounds[first], from, paragraph_start).min(hit.start);
    let end = word_end(text, bounds[last], to, paragraph_end, hit.end);
    Sentence { start, end, hits: vec![hit] }
}

/// "Mr. Smith" is no end of a sentence.
fn follows_abbreviation(before: &str) -> bool {
    before.trim_end().strip_suffix('.').is_some_and(is_abbreviation)
}

/// Where the window, not a sentence, decides the start, the first whole word.
fn word_start(text: &str, left: usize, from: usize, paragraph: usize) -> usize {
    match left == from && from > paragraph {
        true => text[left..].find(' ').map_or(left, |at| left + at + 1),
        false => left,
    }
}

fn word_end(text: &str, right: usize, to: usize, paragraph: usize, hit_end: usize) -> usize {
    match right == to && to < paragraph {
        true => text[hit_end..right].rfind(' ').map_or(right, |at| hit_end + at),
        false => right,
    }
}

fn spans(text: &str, sentence: &Sentence<'_>) -> Excerpt {
    let mut hits = sentence.hits.clone();
    hits.sort_unstable_by_key(|hit| (hit.start, Reverse(hit.end)));
    let mut spans = Vec::new();
    let mut at = sentence.start;
    if starts_inside(text, at) {
        push(&mut spans, "… ", false);
    }
    for hit in hits {
        if hit.start >= at {
            push(&mut spans, &text[at..hit.start], false);
            push(&mut spans, &text[hit.start..hit.end], true);
            at = hit.end;
        }
    }
    push(&mut spans, text[at..sentence.end].trim_end(), false);
    if !text[sentence.end..].is_empty() && !ends_sentence(&text[..sentence.end]) {
        push(&mut spans, " …", false);
    }
    spans
}

fn starts_inside(text: &str, start: usize) -> bool {
    !(start == 0 || text[..start].ends_with('\n') || ends_sentence(&text[..start]))
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with('\n') || text.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '"', '”', '»', ')', '…'])
}

fn push(spans: &mut Excerpt, text: &str, hit: bool) {
    let text: String = text.chars().filter_map(visible).collect();
    if !text.is_empty() {
        spans.push(Span { text, hit });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hits(text: &str, words: &[&str]) -> Vec<Hit> {
        let hit = |(start, found): (usize, &str)| Hit {
            field: "text".to_owned(),
            start,
            end: start + found.len(),
            text: found.to_owned(),
            clause: found.to_owned(),
        };
        words.iter().flat_map(|word| text.match_indices(word)).map(hit).collect()
    }

    fn marked(excerpt: &Excerpt) -> String {
        excerpt.iter().map(|s| if s.hit { format!("*{}*", s.text) } else { s.text.clone() }).collect()
    }

    #[track_caller]
    fn check(text: &str, words: &[&str], expected: &[&str]) {
        let found: Vec<String> = excerpts(text, &hits(text, words)).iter().map(marked).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        let text = "The ambassador pressed hard and long on what was known. He urged Mr. Halloran to ask for relief from the \
                    sanctions that weigh on the port. Nothing came of it.";
        let expected = "He urged Mr. *Halloran* to ask for relief from the sanctions that weigh on the port.";
        check(text, &["Halloran"], &[expected]);
    }

    #[test]
    fn the_sentence_with_more_clauses_comes_first() {
        check(
            "The harbour was closed on Tuesday after the second inspection of the month. \
             Divers found cracks in the lock gate, and the harbour office sent all ferries away.\nFerries wait.",
            &["harbour", "cracks"],
            &[
                "Divers found *cracks* in the lock gate, and the *harbour* office sent all ferries away.",
                "The *harbour* was closed on Tuesday after the second inspection of the month.",
            ],
        );
    }

    #[test]
    fn an_endless_sentence_is_cut_at_words() {
        let text = format!("{}needle {}", "hay ".repeat(500), "straw ".repeat(500));
        let found = excerpts(&text, &hits(&text, &["needle"]));
        let line = marked(&found[0]);
        assert!(line.starts_with("… hay") && line.ends_with("straw …"), "{line}");
        assert!(line.contains("*needle*") && line.len() < 500);
    }

    #[test]
    fn a_hit_that_points_nowhere_is_passed_over() {
        let hit = |start, end, text: &str| Hit {
            field: "text".to_owned(),
            start,
            end,
            text: text.to_owned(),
            clause: "x".to_owned(),
        };
        assert_eq!(
            excerpts("Zoë spoke.", &[hit(2, 3, "ë"), hit(90, 95, "spoke"), hit(5, 4, "")]),
            Vec::<Excerpt>::new()
        );
    }

    proptest! {
        #[test]
        fn any_text_and_range_is_survived(text in ".{0,300}", a in 0usize..400, b in 0usize..400) {
            let found = text.get(a..b).unwrap_or("").to_owned();
            let hit = Hit { field: "text".to_owned(), start: a, end: b, text: found, clause: "c".to_owned() };
            excerpts(&text, &[hit.clone(), hit]);
        }
    }
}
