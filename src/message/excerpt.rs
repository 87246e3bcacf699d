//! The sentences that hits stand in, with the hits marked.
//!
//! Must not judge whether something matches: hits are taken as they are found, and one that does not point into its text
//! is passed over.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use super::line::visible;
use crate::watch::Hit;

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

struct Sentence<'a> {
    start: usize,
    end: usize,
    hits: Vec<&'a Hit>,
}

/// The sentences of `text` with hits in them: the one with most different clauses first, then in the order of the text.
pub(super) fn excerpts(text: &str, hits: &[Hit]) -> Vec<Excerpt> {
    let mut sentences: Vec<Sentence<'_>> = Vec::new();
    for hit in hits.iter().filter(|hit| points_into(text, hit)).take(MAX_HITS) {
        match sentences.iter_mut().find(|s| s.start <= hit.start && hit.end <= s.end) {
            Some(sentence) => sentence.hits.push(hit),
            None => {
                let (start, end) = sentence_around(text, hit.start, hit.end);
                sentences.push(Sentence { start, end, hits: vec![hit] });
            }
        }
    }
    sentences.sort_by_key(|sentence| (std::cmp::Reverse(clauses(&sentence.hits)), sentence.start));
    sentences.truncate(MAX_SENTENCES);
    sentences.iter().map(|sentence| spans(text, sentence)).collect()
}

fn points_into(text: &str, hit: &Hit) -> bool {
    hit.field != "title" && hit.start < hit.end && text.get(hit.start..hit.end).is_some_and(|found| found == hit.text)
}

fn clauses(hits: &[&Hit]) -> usize {
    let mut clauses: Vec<&str> = hits.iter().map(|hit| hit.clause.as_str()).collect();
    clauses.sort_unstable();
    clauses.dedup();
    clauses.len()
}

/// Byte range of the sentence around a hit, within its paragraph and within [`REACH`].
fn sentence_around(text: &str, start: usize, end: usize) -> (usize, usize) {
    let paragraph_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let paragraph_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let from = text.ceil_char_boundary(paragraph_start.max(start.saturating_sub(REACH)));
    let to = text.floor_char_boundary(paragraph_end.min(end + REACH));
    let mut left = from;
    let mut right = to;
    for (at, _) in text[from..to].split_sentence_bound_indices().map(|(at, part)| (from + at, part)) {
        if at <= start && end.saturating_sub(at) >= SHORT {
            left = at;
        }
        if at >= end && at - left >= SHORT {
            right = at;
            break;
        }
    }
    (word_start(text, left, from, paragraph_start), word_end(text, right, to, paragraph_end, end))
}

/// Where the window, not a sentence, decides the start, the first whole word.
fn word_start(text: &str, left: usize, from: usize, paragraph: usize) -> usize {
    match left == from && from > paragraph {
        true => text[left..].find(' ').map_or(left, |at| left + at + 1).min(text.len()),
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
    let mut hits: Vec<(usize, usize)> = sentence.hits.iter().map(|hit| (hit.start, hit.end)).collect();
    hits.sort_unstable();
    let mut spans = Vec::new();
    let start = sentence.start.min(hits[0].0);
    let mut at = start;
    if starts_inside(text, start) {
        push(&mut spans, "… ", false);
    }
    for (from, to) in hits {
        if from < at {
            continue;
        }
        push(&mut spans, &text[at..from], false);
        push(&mut spans, &text[from..to], true);
        at = to;
    }
    push(&mut spans, text[at..sentence.end.max(at)].trim_end(), false);
    if !text[sentence.end.max(at)..].is_empty() && !ends_sentence(&text[..sentence.end.max(at)]) {
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
