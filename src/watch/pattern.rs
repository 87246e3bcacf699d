//! From the text of a term or phrase to the steps that are looked up, and the symbols that must stand around them.

use std::ops::Range;

use super::Fault;
use super::atoms::Step;
use super::fold::{fold, is_invisible, is_symbol, is_unspaced, plain_symbol};
use super::words::for_each_word;

/// Letters that must stand before `*`.
const SHORTEST_PREFIX: usize = 3;

/// What a term looks for.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    pub steps: Vec<Step>,
    /// For each step, whether it must touch the one before (parts of a run without blanks).
    pub touches: Vec<bool>,
    /// Where each step stands in the text of the term.
    pub places: Vec<Range<usize>>,
    pub symbols: Symbols,
    /// Where the first step begins in the text of the term.
    pub lead_len: usize,
}

/// Symbols that must be found literally: before, between and behind the words. Empty strings ask for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Symbols {
    pub lead: String,
    pub gaps: Vec<String>,
    pub trail: String,
}

impl Symbols {
    pub(super) fn any(&self) -> bool {
        !self.lead.is_empty() || !self.trail.is_empty() || self.gaps.iter().any(|gap| !gap.is_empty())
    }

    /// Whether the word `index` has one of them right before or behind it.
    pub(super) fn touch(&self, index: usize) -> bool {
        let before = index.checked_sub(1).map_or(Some(&self.lead), |index| self.gaps.get(index));
        let behind = self.gaps.get(index).unwrap_or(&self.trail);
        before.is_some_and(|before| !before.is_empty() && !before.ends_with(' '))
            || !(behind.is_empty() || behind.starts_with(' '))
    }
}

/// Reads the text of a word (`phrase` false) or a phrase. No step at all means that the text has no words; what
/// symbols it has is then in `symbols.lead`. Spans of faults are bytes of `text`.
pub(super) fn read(text: &str, phrase: bool) -> Result<Pattern, Fault> {
    let mut found: Vec<(Step, Range<usize>)> = Vec::new();
    for (at, chunk) in chunks(text) {
        read_chunk(chunk, at, phrase, &mut found)?;
    }
    Ok(assemble(text, found))
}

/// Reads a text in which `*` and `?` are nothing but characters.
pub(super) fn read_literal(text: &str) -> Pattern {
    let mut found = Vec::new();
    push_words(text, 0, &mut found);
    assemble(text, found)
}

fn chunks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let offset = |chunk: &str| chunk.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(move |chunk| (offset(chunk), chunk))
}

fn read_chunk(chunk: &str, at: usize, phrase: bool, out: &mut Vec<(Step, Range<usize>)>) -> Result<(), Fault> {
    let core = chunk.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '*' | '?') && !is_symbol(c));
    // At the end of a quoted question the mark is punctuation.
    let core = if phrase { core.trim_end_matches('?') } else { core };
    if core.contains('*') {
        read_prefix(core, at, out)
    } else if core.contains('?') {
        read_wild(core, at, out)
    } else {
        push_words(chunk, at, out);
        Ok(())
    }
}

fn push_words(chunk: &str, at: usize, out: &mut Vec<(Step, Range<usize>)>) {
    for_each_word(chunk, |word| out.push((Step::Word(word.folded.to_owned()), at + word.start..at + word.full_end)));
}

fn read_prefix(core: &str, at: usize, out: &mut Vec<(Step, Range<usize>)>) -> Result<(), Fault> {
    let span = at..at + core.len();
    let base = core.strip_suffix('*').filter(|base| !base.contains(['*', '?']));
    let Some(base) = base.filter(|base| base.ends_with(char::is_alphanumeric)) else {
        let help = "write beginning* with one `*`".to_owned();
        return Err(Fault::error(span, "`*` can only stand at the end of a word", Some(help)));
    };
    refuse_unspaced(base, &span)?;
    push_words(base, at, out);
    let Some((last, place)) = out.last_mut() else { return Ok(()) };
    let Step::Word(word) = last else { return Ok(()) };
    if word.chars().count() < SHORTEST_PREFIX {
        let message = format!("`*` wants at least {SHORTEST_PREFIX} letters before it");
        return Err(Fault::error(span, message, Some("write more letters, or the words themselves".to_owned())));
    }
    *last = Step::Prefix(std::mem::take(word));
    place.end += 1;
    Ok(())
}

fn read_wild(core: &str, at: usize, out: &mut Vec<(Step, Range<usize>)>) -> Result<(), Fault> {
    let span = at..at + core.len();
    refuse_unspaced(core, &span)?;
    let letters = core.chars().filter(|c| c.is_alphanumeric()).count();
    let one_word = core.chars().all(|c| c == '?' || c.is_alphanumeric() || is_invisible(c) || is_mark(c));
    if letters < 2 || !one_word {
        let help = "quote the text to search for it as it is".to_owned();
        return Err(Fault::error(span, "`?` stands for one letter of a word with two letters or more", Some(help)));
    }
    out.push((Step::Wild(fold(core)), span));
    Ok(())
}

fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F)
}

fn refuse_unspaced(text: &str, span: &Range<usize>) -> Result<(), Fault> {
    if !text.contains(is_unspaced) {
        return Ok(());
    }
    let help = Some("write it without: parts of a run are found".to_owned());
    Err(Fault::error(span.clone(), "this script is written without blanks and has no use for `*` and `?`", help))
}

fn assemble(text: &str, found: Vec<(Step, Range<usize>)>) -> Pattern {
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        // Joiners hold an emoji together; a selector behind it is not always written.
        let kept: String = text.chars().filter(|&c| is_symbol(plain_symbol(c)) || is_invisible(c)).collect();
        let lead = kept.trim_matches(is_invisible).to_owned();
        return Pattern { symbols: Symbols { lead, ..Symbols::default() }, ..Pattern::default() };
    };
    let mut symbols = Symbols {
        lead: significant(&text[..first.1.start], true).trim_start().to_owned(),
        gaps: Vec::new(),
        trail: significant(&text[last.1.end..], false).trim_end().to_owned(),
    };
    let lead_len = first.1.start;
    let mut touches = vec![false];
    for pair in found.windows(2) {
        let between = pair[0].1.end..pair[1].1.start.max(pair[0].1.end);
        touches.push(between.is_empty() && text[pair[1].1.clone()].starts_with(is_unspaced));
        symbols.gaps.push(significant(&text[between], true));
    }
    let (steps, places) = found.into_iter().unzip();
    Pattern { steps, touches, places, symbols, lead_len }
}

/// The symbols in the text beside words, with blanks as single blanks and without punctuation; empty when there are
/// only blanks. A stop that begins a word (`.NET`) is a symbol if a word follows.
pub(super) fn significant(gap: &str, word_follows: bool) -> String {
    let mut out = String::new();
    let mut any = false;
    let mut before = ' ';
    let mut rest = gap.chars().filter(|&c| !is_invisible(c)).peekable();
    while let Some(c) = rest.next().map(plain_symbol) {
        let dot = c == '.' && before.is_whitespace() && rest.peek().is_none() && word_follows;
        if is_symbol(c) || dot {
            out.push(c);
            any = true;
        } else if c.is_whitespace() && !out.ends_with(' ') {
            out.push(' ');
        }
        before = c;
    }
    if any { out } else { String::new() }
}
