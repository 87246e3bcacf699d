//! From a string of the query language to tokens with their places.
//!
//! Knows quotes, operators and prefixes; knows nothing of which may stand beside which.

use std::borrow::Cow;
use std::ops::Range;

use super::fold::is_invisible;
use super::tree::{Field, Reach};
use super::{Fault, nearest};

/// A token with its byte range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub lexeme: Lexeme,
    pub span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Lexeme {
    Word(String),
    Hash(String),
    Exact(String),
    Phrase { text: String, quote: char },
    Slop(usize),
    Regex { pattern: String, ignore_case: bool },
    Named(String),
    Field(Field),
    And,
    Or,
    Not,
    Near(Reach),
    AtLeast(usize),
    Open,
    Close,
}

/// Words that may stand between the operands of NEAR when it is written without a number.
const BARE_NEAR: usize = 5;
/// The widest NEAR, BEFORE and slop.
pub(super) const WIDEST: usize = 50;

/// All tokens of `source`, and what could not be one. Never fails: what is wrong is left out and reported.
pub(super) fn lex(source: &str) -> (Vec<Token>, Vec<Fault>) {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), faults: Vec::new() };
    while let Some(c) = lexer.rest().chars().next() {
        lexer.step(c);
    }
    (lexer.tokens, lexer.faults)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    tokens: Vec<Token>,
    faults: Vec<Fault>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Takes one token, or one blank or what nobody sees. Always moves forward.
    fn step(&mut self, c: char) {
        match c {
            _ if c.is_whitespace() || is_invisible(c) => self.at += c.len_utf8(),
            '(' => self.push(Lexeme::Open, 1),
            ')' => self.push(Lexeme::Close, 1),
            '|' if self.rest().starts_with("||") => self.foreign(2, "||", "OR"),
            '|' => self.push(Lexeme::Or, 1),
            '"' | '“' | '”' | '„' => self.phrase('"', c.len_utf8()),
            '«' => self.phrase('»', c.len_utf8()),
            '»' => self.phrase('«', c.len_utf8()),
            '\'' | '‘' | '‚' => self.phrase('\'', c.len_utf8()),
            '~' if self.follows_phrase() => self.slop(),
            '-' => self.minus(),
            '/' => self.regex(),
            _ => self.word(),
        }
    }

    fn push(&mut self, lexeme: Lexeme, len: usize) {
        self.tokens.push(Token { lexeme, span: self.at..self.at + len });
        self.at += len;
    }

    fn fault(&mut self, len: usize, message: impl Into<String>, suggestion: Option<String>) {
        self.faults.push(Fault::error(self.at..self.at + len, message, suggestion));
        self.at += len;
    }

    fn phrase(&mut self, quote: char, opening: usize) {
        let inside = &self.rest()[opening..];
        let Some((len, closing)) = end_of_phrase(inside, quote) else {
            let (rest, ends) = (self.rest().len(), format!("close it with {quote}"));
            return self.fault(rest, "this quotation is not closed", Some(ends));
        };
        let text = inside[..len].to_owned();
        // Guillemets are as good as quotation marks, and are written back as such unless there are some inside.
        let is_plain = matches!(quote, '«' | '»') && end_of_phrase(&text, '"').is_none();
        let quote = if is_plain { '"' } else { quote };
        self.push(Lexeme::Phrase { text, quote }, opening + len + closing);
    }

    fn follows_phrase(&self) -> bool {
        let last = self.tokens.last();
        last.is_some_and(|last| last.span.end == self.at && matches!(last.lexeme, Lexeme::Phrase { .. }))
    }

    /// An operator of other search languages, which would otherwise be searched as a text that nothing has.
    fn foreign(&mut self, len: usize, written: &str, ours: &str) {
        let help = format!("write {ours}, or quote the text that has it");
        self.fault(len, format!("`{written}` is no operator"), Some(help));
    }

    fn slop(&mut self) {
        let len = word_len(self.rest());
        let number = &self.rest()[1..len];
        match number.parse() {
            Ok(words) if words <= WIDEST && is_digits(number) => self.push(Lexeme::Slop(words), len),
            _ => self.fault(len, format!("`~` wants a number of words up to {WIDEST}"), Some("~3".to_owned())),
        }
    }

    /// `~3` behind anything but a phrase, or apart from it, and `^2` behind anything: no text that is looked for.
    fn weighs_what_precedes(&self, word: &str) -> bool {
        let Some(last) = self.tokens.last() else { return false };
        let (slop, number) = (word.starts_with('~'), word.trim_start_matches(['~', '^']));
        let touches = last.span.end == self.at
            && matches!(last.lexeme, Lexeme::Phrase { .. } | Lexeme::Regex { .. } | Lexeme::Close);
        let is_apart = slop && !number.is_empty() && matches!(last.lexeme, Lexeme::Phrase { .. });
        word.starts_with(['~', '^'])
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && (touches || is_apart)
    }

    fn minus(&mut self) {
        let next = visible_start(&self.rest()[1..]);
        if next.is_none_or(|c| c.is_whitespace() || c == ')') {
            let help = "write -word, or quote the text that has the dash".to_owned();
            return self.fault(1, "nothing stands behind this `-`", Some(help));
        }
        self.push(Lexeme::Not, 1);
    }

    fn regex(&mut self) {
        let inside = &self.rest()[1..];
        let mut escaped = false;
        let end = inside.find(|c| {
            let ends = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let Some(len) = end else {
            let (rest, help) = (self.rest().len(), "close it with /, or quote text that begins with /".to_owned());
            return self.fault(rest, "this pattern is not closed", Some(help));
        };
        let behind = &inside[len + 1..];
        let flags = behind.find(|c: char| !c.is_alphanumeric()).unwrap_or(behind.len());
        if !matches!(&behind[..flags], "" | "i") {
            let help = "write /…/i for any case, or a blank before the next word".to_owned();
            return self.fault(
                len + 2 + flags,
                "`i` is the only letter that may stand right behind a pattern",
                Some(help),
            );
        }
        let pattern = inside[..len].to_owned();
        self.push(Lexeme::Regex { pattern, ignore_case: flags > 0 }, len + 2 + flags);
    }

    fn word(&mut self) {
        let word = &self.rest()[..word_len(self.rest())];
        if self.weighs_what_precedes(word) {
            return self.foreign(word.len(), word, "\"…\"~3 for words near one another; there are no weights");
        }
        if let Some(operator) = operator(&visible(word)) {
            return match operator {
                Ok(lexeme) => self.push(lexeme, word.len()),
                Err((message, help)) => self.fault(word.len(), message, Some(help)),
            };
        }
        if let Some(colon) = field_colon(word, self.rest()) {
            return self.field(word, colon);
        }
        match word.as_bytes()[0] {
            b'=' if word.len() > 1 => self.push(Lexeme::Exact(word[1..].to_owned()), word.len()),
            b'=' => self.fault(1, "`=` wants a word right behind it", Some("=ACME".to_owned())),
            b'#' if is_hash(&word[1..]) => self.push(Lexeme::Hash(word[1..].to_owned()), word.len()),
            b'$' if is_name(&word[1..]) => self.push(Lexeme::Named(word[1..].to_owned()), word.len()),
            b'+' if word.len() == 1 && groups(&self.rest()[1..]) => {
                let help = "remove it, or put a blank behind it to search for the sign".to_owned();
                self.fault(1, "`+` is no operator: everything must occur already", Some(help));
            }
            b'+' if word[1..].starts_with(char::is_alphanumeric) => {
                let help = format!("write {}, or \"{word}\" for the text with the sign", &word[1..]);
                self.fault(word.len(), "`+` is no operator: every word must occur already", Some(help));
            }
            b'!' if word[1..].starts_with(char::is_alphanumeric) || word.len() == 1 => self.foreign(1, "!", "NOT"),
            b'&' if matches!(word, "&" | "&&") => self.foreign(word.len(), word, "AND"),
            _ => match boost(word) {
                Some(boost) => self.foreign(word.len(), &word[boost..], "the word alone: there are no weights"),
                None => self.push(Lexeme::Word(word.to_owned()), word.len()),
            },
        }
    }

    fn field(&mut self, word: &str, colon: usize) {
        let name = &*visible(&word[..colon]);
        if word[colon..].starts_with("://") {
            let host = word[colon + 3..].split('/').next().unwrap_or_default();
            let help = format!("write site:{host}, or quote it to search for the text");
            return self.fault(word.len(), "this is an address, not a word", Some(help));
        }
        let Some(field) = Field::named(name) else {
            let near = nearest(name, Field::ALL.map(Field::name)).map_or_else(
                || format!("quote it to search for the text: \"{word}\""),
                |near| format!("did you mean `{near}:`?"),
            );
            return self.fault(colon + 1, format!("there is no field `{name}`"), Some(near));
        };
        if ends_with(&self.rest()[colon..], ':') {
            let help = format!("write {name}:word or {name}:(one OR other)");
            return self.fault(colon + 1, format!("`{name}:` wants what to look for right behind it"), Some(help));
        }
        self.push(Lexeme::Field(field), colon + 1);
    }
}

/// Length of the text before the closing quote, and of that quote. A single quote closes only where no letter follows,
/// so that `'Boeing's plan'` is one phrase.
fn end_of_phrase(inside: &str, quote: char) -> Option<(usize, usize)> {
    inside.char_indices().find_map(|(at, c)| {
        let closes = match (quote, c) {
            ('"', '"' | '“' | '”') => !is_gershayim(inside, at, c),
            // German books turn them inward, Swedish ones write the same twice.
            ('»', '»') | ('«', '«' | '»') => true,
            ('\'', '\'' | '’' | '‘') => !inside[at + c.len_utf8()..].starts_with(char::is_alphanumeric),
            _ => false,
        };
        closes.then_some((at, c.len_utf8()))
    })
}

/// A word goes on to the next blank, parenthesis, quotation or bar.
fn word_len(rest: &str) -> usize {
    let end = rest.char_indices().find(|&(at, c)| match c {
        '(' | ')' | '|' | '“' | '”' | '„' | '«' | '»' => true,
        '"' => !is_gershayim(rest, at, c),
        // The colon of a field is followed by whatever the field is to hold.
        _ => c.is_whitespace(),
    });
    end.map_or(rest.len(), |(at, _)| at)
}

/// Where a weight (`word^2`) or a fuzzy ending (`word~`, `word~0.8`) begins.
fn boost(word: &str) -> Option<usize> {
    let at = word.rfind(['^', '~'])?;
    let number = word[at + 1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let weighs = word[at..].starts_with('~') || at + 1 < word.len();
    (number && weighs && word[..at].ends_with(char::is_alphanumeric)).then_some(at)
}

/// Hebrew abbreviations carry a double quote before their last letter.
fn is_gershayim(text: &str, at: usize, c: char) -> bool {
    let hebrew = |c: Option<char>| c.is_some_and(|c| matches!(u32::from(c), 0x05D0..=0x05EA));
    hebrew(text[..at].chars().next_back()) && hebrew(text[at + c.len_utf8()..].chars().next())
}

type Operator = Result<Lexeme, (String, String)>;

/// Operators are written in capitals; the same words in lower case are words.
fn operator(word: &str) -> Option<Operator> {
    let (name, number) = word.split_once('/').map_or((word, None), |(name, number)| (name, Some(number)));
    match (name, number) {
        ("AND", None) => Some(Ok(Lexeme::And)),
        ("OR", None) => Some(Ok(Lexeme::Or)),
        ("NOT", None) => Some(Ok(Lexeme::Not)),
        ("NEAR", None) => Some(Ok(Lexeme::Near(Reach { words: BARE_NEAR, ordered: false }))),
        ("NEAR" | "W", Some(number)) => Some(distance(name, number, false)),
        ("BEFORE" | "ONEAR" | "PRE", Some(number)) => Some(distance(name, number, true)),
        ("ATLEAST", Some(number)) => Some(at_least(number)),
        ("BEFORE" | "ATLEAST" | "ONEAR", None) => {
            Some(Err((format!("{name} wants a number"), format!("write {name}/3, or \"{name}\" for the word itself"))))
        }
        _ => None,
    }
}

fn distance(name: &str, number: &str, ordered: bool) -> Operator {
    match number.parse() {
        Ok(words) if words <= WIDEST => Ok(Lexeme::Near(Reach { words, ordered })),
        _ => Err((format!("{name}/ wants a number of words from 0 to {WIDEST}"), format!("write {name}/{BARE_NEAR}"))),
    }
}

fn at_least(number: &str) -> Operator {
    match number.parse() {
        Ok(count) if (1..=1000).contains(&count) => Ok(Lexeme::AtLeast(count)),
        _ => Err(("ATLEAST/ wants a number from 1 to 1000".to_owned(), "write ATLEAST/3".to_owned())),
    }
}

/// Where the colon of `field:` is. `Breaking: news` and `12:30` have none; `titel:news` has one, so that it is
/// refused instead of searched for.
fn field_colon(word: &str, rest: &str) -> Option<usize> {
    let colon = word.find(':')?;
    let name = &*visible(&word[..colon]);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    (!ends_with(&rest[colon..], ':') || Field::named(name).is_some()).then_some(colon)
}

/// Whether a word ends with this sign, which `rest` begins with: nothing stands behind it that it could belong to.
fn ends_with(rest: &str, sign: char) -> bool {
    visible_start(rest.strip_prefix(sign).unwrap_or(rest)).is_none_or(|c| c.is_whitespace() || matches!(c, ')' | '|'))
}

/// A word as its reader sees it: a bidi mark that was copied along makes no other word of an operator.
fn visible(word: &str) -> Cow<'_, str> {
    if word.contains(is_invisible) { word.replace(is_invisible, "").into() } else { word.into() }
}

fn visible_start(rest: &str) -> Option<char> {
    rest.chars().find(|&c| !is_invisible(c))
}

/// Whether a group or a quotation begins here.
fn groups(rest: &str) -> bool {
    rest.starts_with(['(', '"', '“', '”', '„', '«', '»'])
}

fn is_digits(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether what stands behind a `#` can be a tag: letters and digits to its end.
fn is_hash(word: &str) -> bool {
    word.starts_with(char::is_alphanumeric) && word.ends_with(char::is_alphanumeric)
}

/// Whether `name` can be the name of an entry of `[terms]`.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
