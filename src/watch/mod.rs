//! Watches: a query language, all queries compiled into one matcher, and the evidence each match carries.
//!
//! Pure. Compiling happens when the configuration is loaded, never while an entry is matched.

mod atoms;
mod boilerplate;
mod compile;
mod eval;
mod explain;
mod fold;
mod key;
mod lex;
mod lexicon;
mod lint;
mod literals;
mod narrow;
mod parse;
mod pattern;
mod plan;
mod resolve;
mod stem;
mod subject;
mod sweep;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};

pub use self::compile::{Compiled, WatchSet, compile};
pub use self::explain::{Branch, explain};
pub use self::lint::{Sample, lint};
pub use self::narrow::{Needle, folded_words, needles};
pub use self::tree::Field;
pub use key::StoryKey;

/// The parts of an entry that a query may ask about. All text is visible text.
#[derive(Clone, Debug, Default)]
pub struct Subject<'a> {
    pub title: &'a str,
    /// One paragraph a line.
    pub text: &'a str,
    pub author: &'a str,
    pub tags: &'a [String],
    /// Key and names of the outlet.
    pub source: &'a [String],
    /// Name and URL of the feed.
    pub feed: &'a [String],
    pub groups: &'a [String],
    pub url: &'a str,
    /// ISO 639-1 code, or empty when unknown (asked for as `und`).
    pub language: &'a str,
}

/// One hit of one clause: where in the entry, and the text found there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    pub field: String,
    /// Byte range in the field's visible text, on grapheme boundaries.
    pub start: usize,
    pub end: usize,
    pub text: String,
    /// The clause as the user wrote it.
    pub clause: String,
}

/// A watch that an entry satisfies, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    pub watch: String,
    pub evidence: Vec<Hit>,
}

/// What of `[[watch]]` decides which entries match; each string is one line of the query language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    pub name: String,
    pub any: Vec<String>,
    pub all: Vec<String>,
    pub none: Vec<String>,
    pub query: Option<String>,
    /// `[watch.scope] feeds`: names of feeds, `group:NAME`; empty means all.
    pub feeds: Vec<String>,
    /// `[watch.scope] languages`: ISO 639-1 codes and `und`; empty means all.
    pub languages: Vec<String>,
    /// Whether words stand for their inflected forms too.
    pub stem: bool,
}

/// Which of the strings of a [`Query`] something was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Any(usize),
    All(usize),
    None(usize),
    Query,
    Feeds(usize),
    Languages(usize),
    /// An item of `[terms]`, which stands outside every watch.
    Term {
        name: String,
        index: usize,
    },
    /// The watch as a whole ("matches nothing: it has only `none`").
    Whole,
}

/// Something wrong or doubtful in a watch; `config` turns it into file, line, column and caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A warning is shown, an error refuses the configuration.
    pub is_error: bool,
    pub part: Part,
    /// Byte range inside that string.
    pub start: usize,
    pub end: usize,
    pub message: String,
    pub suggestion: Option<String>,
}

/// A problem inside one string, before it is known which string that was.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    is_error: bool,
    span: Range<usize>,
    message: String,
    suggestion: Option<String>,
}

impl Fault {
    fn error(span: Range<usize>, message: impl Into<String>, suggestion: Option<String>) -> Self {
        Self { is_error: true, span, message: message.into(), suggestion }
    }

    fn warning(span: Range<usize>, message: impl Into<String>, suggestion: Option<String>) -> Self {
        Self { is_error: false, ..Self::error(span, message, suggestion) }
    }

    fn in_part(self, part: Part) -> Problem {
        let Self { is_error, span, message, suggestion } = self;
        Problem { is_error, part, start: span.start, end: span.end, message, suggestion }
    }
}

/// What a watch asks, in one line: other exactly when another query, or another list under a name it uses, is asked.
pub fn definition(query: &Query, terms: &BTreeMap<String, Vec<String>>) -> String {
    let Query { name: _, any, all, none, query: expression, feeds, languages, stem } = query;
    let lists = [any, all, none, feeds, languages].map(|list| list.join("\u{1e}"));
    let mut written =
        format!("{}\u{1d}{}\u{1d}{stem}", lists.join("\u{1d}"), expression.as_deref().unwrap_or_default());
    let mut used: Vec<&str> = Vec::new();
    let mut at = 0;
    // Terms that terms name are found as they are put in behind what names them.
    while let Some(dollar) = written[at..].find('$') {
        at += dollar + 1;
        let name: String =
            written[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
        if let Some((name, items)) = terms.get_key_value(&name).filter(|(name, _)| !used.contains(&name.as_str())) {
            used.push(name);
            written += &format!("\u{1d}{name}={}", items.join("\u{1e}"));
        }
    }
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(written.as_bytes()))
}

/// The one of `known` that `name` is most likely a misspelling of.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let scored = known.into_iter().map(|other| (strsim::damerau_levenshtein(&name, &other.to_lowercase()), other));
    scored.filter(|&(distance, _)| distance <= 2 && distance < name.chars().count()).min().map(|(_, other)| other)
}
