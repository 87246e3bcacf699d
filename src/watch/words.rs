//! Words: where they begin and end in visible text, by Unicode word segmentation (UAX #29) with the tailoring that
//! news needs.
//!
//! Both sides of a search come through here, so that text and query cannot disagree about what a word is. Beyond the
//! standard: abbreviations are one word (`U.S.` = `US`), a full stop or underscore between words parts them, a
//! possessive `'s` is no part of the word, French and Italian elisions are words of their own (`l'Iran`), and scripts
//! without blanks give one word for every grapheme.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::fold::{fold_into, is_invisible, is_unspaced};

/// One word. Offsets are bytes in the text as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub folded: &'a str,
    pub start: usize,
    /// Without a possessive `'s`.
    pub end: usize,
    /// With it.
    pub full_end: usize,
}

/// Calls `each` for every word of `text`, in order. Costs time linear in the text.
pub(super) fn for_each_word(text: &str, mut each: impl FnMut(Word<'_>)) {
    let mut out = Sink { folded: String::new(), each: &mut each };
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let end = bytes[start..].iter().position(u8::is_ascii_whitespace).map_or(bytes.len(), |len| start + len);
        let chunk = &text[start..end];
        if chunk.is_ascii() {
            split_ascii(chunk, start, &mut out);
        } else {
            split_unicode(chunk, start, &mut out);
        }
        start = end + 1;
    }
}

/// Where words go, with the buffer they are folded in.
struct Sink<'a> {
    folded: String,
    each: &'a mut dyn FnMut(Word<'_>),
}

impl Sink<'_> {
    fn emit(&mut self, word: &str, start: usize, end: usize, full_end: usize) {
        self.folded.clear();
        fold_into(word, &mut self.folded);
        if !self.folded.is_empty() {
            (self.each)(Word { folded: &self.folded, start, end, full_end });
        }
    }
}

/// The same cuts as [`split_unicode`] for text without blanks that is ASCII, several times faster.
fn split_ascii(chunk: &str, base: usize, out: &mut Sink<'_>) {
    let bytes = chunk.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let start = at;
        let mut plain = true;
        while at < bytes.len() {
            if bytes[at].is_ascii_alphanumeric() {
                at += 1;
            } else if joins_ascii(bytes, at) {
                plain = false;
                at += 2;
            } else {
                break;
            }
        }
        if plain && bytes.get(at) != Some(&b'.') {
            out.emit(&chunk[start..at], base + start, base + at, base + at);
        } else {
            at = split_segment(chunk, start, at, &|offset| base + offset, out);
        }
    }
}

/// Rules WB6, WB7, WB11 and WB12: an apostrophe or a stop between letters, or between digits, joins them.
fn joins_ascii(bytes: &[u8], at: usize) -> bool {
    let (Some(&before), Some(&after)) = (bytes.get(at.wrapping_sub(1)), bytes.get(at + 1)) else { return false };
    match bytes[at] {
        b'\'' | b'.' if before.is_ascii_alphabetic() && after.is_ascii_alphabetic() => true,
        b'\'' | b'.' | b',' | b';' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

fn split_unicode(chunk: &str, base: usize, out: &mut Sink<'_>) {
    if !chunk.chars().any(is_invisible) {
        return split_visible(chunk, &|offset| base + offset, out);
    }
    let (visible, origin) = without_invisible(chunk);
    // An end (exclusive) belongs right behind the last visible byte, not behind the invisible ones that follow it.
    let place = |offset: usize| match offset.checked_sub(1) {
        Some(last) => base + origin[last] + 1,
        None => base,
    };
    let mut placed = |word: Word<'_>| {
        let start = base + origin[word.start];
        (out.each)(Word { start, end: place(word.end), full_end: place(word.full_end), ..word });
    };
    let mut inner = Sink { folded: String::new(), each: &mut placed };
    split_visible(&visible, &|offset| offset, &mut inner);
}

/// The text without invisible characters, and for each of its bytes the place it comes from.
fn without_invisible(chunk: &str) -> (String, Vec<usize>) {
    let mut visible = String::with_capacity(chunk.len());
    let mut origin = Vec::with_capacity(chunk.len());
    for (at, c) in chunk.char_indices().filter(|&(_, c)| !is_invisible(c)) {
        visible.push(c);
        origin.extend(at..at + c.len_utf8());
    }
    (visible, origin)
}

/// Graphemes of unspaced scripts one by one; everything between them by the word rules.
fn split_visible(text: &str, place: &dyn Fn(usize) -> usize, out: &mut Sink<'_>) {
    let mut start = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let Some(first) = grapheme.chars().next().filter(|&c| is_unspaced(c)) else { continue };
        split_spaced(text, start, at, place, out);
        start = at + grapheme.len();
        if first.is_alphanumeric() {
            out.emit(grapheme, place(at), place(start), place(start));
        }
    }
    split_spaced(text, start, text.len(), place, out);
}

fn split_spaced(text: &str, from: usize, to: usize, place: &dyn Fn(usize) -> usize, out: &mut Sink<'_>) {
    let mut resume = from;
    for (at, segment) in text[from..to].split_word_bound_indices() {
        let mut start = from + at;
        for part in segment.split([':', '_']) {
            let end = start + part.len();
            // A mark on the colon is none of the word's.
            start = end - part.trim_start_matches(is_combining_mark).len();
            if start >= resume && part.chars().any(char::is_alphanumeric) {
                resume = split_segment(&text[..to], start, end, place, out);
            }
            start = end + 1;
        }
    }
}

/// One segment of the standard, `text[start..end]`, made words. Returns where the next one may begin, which is behind
/// `.'s` after an abbreviation.
fn split_segment(text: &str, start: usize, end: usize, place: &dyn Fn(usize) -> usize, out: &mut Sink<'_>) -> usize {
    let body_end = end - possessive_len(&text[start..end]);
    let body = &text[start..body_end];
    if is_abbreviation(body) {
        let dot = usize::from(body_end == end && text[end..].starts_with('.'));
        let resume = end + dot + leading_possessive_len(&text[end + dot..]);
        let letters: String = body.chars().filter(|&c| c != '.').collect();
        out.emit(&letters, place(start), place(body_end + dot), place(resume));
        return resume;
    }
    let mut from = start;
    for dot in parting_dots(&text[start..end]) {
        emit_elided(text, from, start + dot, place, out);
        from = start + dot + 1;
    }
    emit_elided(text, from, end, place, out);
    end
}

/// Offsets of the full stops that part words: all but those between digits (`3.14`).
fn parting_dots(body: &str) -> impl Iterator<Item = usize> {
    let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    body.match_indices('.')
        .map(|(at, _)| at)
        .filter(move |&at| !(digit(body[..at].chars().next_back()) && digit(body[at + 1..].chars().next())))
}

/// `U.S`, `a.m`: single letters with stops between them.
fn is_abbreviation(body: &str) -> bool {
    body.contains('.')
        && body.split('.').all(|part| {
            let mut chars = part.chars();
            chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
        })
}

const APOSTROPHES: [char; 5] = ['\'', '’', '‘', 'ʼ', '＇'];

fn possessive_len(word: &str) -> usize {
    let mut owner = word;
    while let Some(shorter) = owner.strip_suffix(['s', 'S']).and_then(|rest| rest.strip_suffix(APOSTROPHES))
        && !shorter.is_empty()
    {
        owner = shorter;
    }
    word.len() - owner.len()
}

fn leading_possessive_len(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix(APOSTROPHES).and_then(|after| after.strip_prefix(['s', 'S'])) else {
        return 0;
    };
    if after.starts_with(char::is_alphanumeric) { 0 } else { rest.len() - after.len() }
}

/// `l'Iran` is two words, `O'Neill` and `won't` are one.
fn emit_elided(text: &str, mut start: usize, full_end: usize, place: &dyn Fn(usize) -> usize, out: &mut Sink<'_>) {
    let end = full_end - possessive_len(&text[start..full_end]);
    while let Some(at) = text[start..end].find(APOSTROPHES).filter(|&at| is_elision(&text[start..start + at])) {
        let apostrophe = start + at;
        out.emit(&text[start..apostrophe], place(start), place(apostrophe), place(apostrophe));
        start = text.ceil_char_boundary(apostrophe + 1);
    }
    out.emit(&text[start..end], place(start), place(end), place(full_end));
}

fn is_elision(prefix: &str) -> bool {
    const ELIDED: [&str; 15] =
        ["l", "d", "j", "m", "n", "s", "t", "c", "qu", "dell", "all", "nell", "dall", "sull", "un"];
    ELIDED.iter().any(|elided| prefix.eq_ignore_ascii_case(elided))
}

/// The words of a text cut by the full rules alone, to hold the fast path against.
#[cfg(test)]
pub(super) fn unicode_words_of(text: &str) -> Vec<(String, usize, usize, usize)> {
    let mut words = Vec::new();
    let mut each = |word: Word<'_>| words.push((word.folded.to_owned(), word.start, word.end, word.full_end));
    let mut out = Sink { folded: String::new(), each: &mut each };
    let mut start = 0;
    for chunk in text.split(|c: char| c.is_ascii_whitespace()) {
        split_unicode(chunk, start, &mut out);
        start += chunk.len() + 1;
    }
    words
}
