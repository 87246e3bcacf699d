//! Where something stands: sources (files, variables, flags), byte ranges in them, lines and columns, and the way
//! from a byte of a TOML string's value back to the byte in the file.
//!
//! Knows nothing of what the text means, except which parts of a line are secret and must not be shown.

use std::{cell::OnceCell, ops::Range, sync::LazyLock};

use regex::Regex;

use super::diagnostic::{Spot, visible};

/// A byte range in one of the [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    source: u32,
    start: u32,
    end: u32,
}

impl Place {
    pub fn new(source: usize, span: Range<usize>) -> Self {
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { source: small(source), start: small(span.start), end: small(span.end) }
    }

    pub fn source(self) -> usize {
        self.source as usize
    }

    pub fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// As one word, so that it can travel through the layers as the origin of a value.
    pub fn to_word(self) -> String {
        format!("{}:{}:{}", self.source, self.start, self.end)
    }

    /// The inverse of [`Place::to_word`].
    pub fn from_word(word: &str) -> Option<Self> {
        let mut numbers = word.splitn(3, ':').map(|number| number.parse().ok());
        Some(Self { source: numbers.next()??, start: numbers.next()??, end: numbers.next()?? })
    }
}

/// One text that configuration was read from.
pub(super) struct Source {
    /// The path as it was reached, the name of the variable, or the flag.
    name: String,
    text: String,
    lines: Vec<usize>,
    /// Byte ranges never to be shown.
    masks: Vec<Range<usize>>,
    /// Byte ranges that look like secrets; sought only once something is wrong.
    guessed: OnceCell<Vec<Range<usize>>>,
    /// Users other than the owner may read it.
    exposed: bool,
}

/// Every text that configuration was read from; a [`Place`] points into it.
#[derive(Default)]
pub(super) struct Sources(Vec<Source>);

impl Sources {
    pub fn add(&mut self, name: String, text: String, exposed: bool) -> usize {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.0.push(Source { name, text, lines, masks: Vec::new(), guessed: OnceCell::new(), exposed });
        self.0.len() - 1
    }

    pub fn text(&self, source: usize) -> &str {
        self.0.get(source).map_or("", |source| &source.text)
    }

    pub fn is_exposed(&self, place: Place) -> bool {
        self.0.get(place.source()).is_some_and(|source| source.exposed)
    }

    /// Never show this range: it is a secret.
    pub fn hide(&mut self, place: Place) {
        if let Some(source) = self.0.get_mut(place.source()) {
            source.masks.push(place.span());
        }
    }

    pub fn spot(&self, place: Place) -> Spot {
        self.0.get(place.source()).map_or_else(Spot::default, |source| source.spot(place.span()))
    }

    /// The place of a range of a TOML string's value, given the place of the string.
    pub fn inside(&self, string: Place, range: Range<usize>) -> Place {
        let token = self.text(string.source()).get(string.span()).unwrap_or("");
        let inner = inside(token, range);
        let start = string.span().start;
        Place::new(string.source(), start + inner.start..start + inner.end)
    }
}

impl Source {
    fn spot(&self, span: Range<usize>) -> Spot {
        let start = self.floor(span.start);
        let index = self.lines.partition_point(|line| *line <= start) - 1;
        let from = self.lines[index];
        let to = self.lines.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text[from..to].trim_end_matches('\r');
        // A byte order mark is no column.
        let column = self.text[from..start].trim_start_matches('\u{feff}').chars().count() + 1;
        let (excerpt, caret) = self.excerpt(from, line, start..span.end.max(start));
        Spot { file: self.name.clone(), line: index + 1, column, span, excerpt, caret }
    }

    fn floor(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset.min(self.text.len()))
    }

    /// The line as it may be shown, with the span in it; long lines are cut to what is near the span.
    fn excerpt(&self, from: usize, line: &str, span: Range<usize>) -> (String, Range<usize>) {
        const BEFORE: usize = 512;
        const AFTER: usize = 160;
        let (start, end) = (span.start - from, (span.end - from).min(line.len()));
        let (left, right) = (start.saturating_sub(BEFORE), end.min(start + BEFORE) + AFTER);
        let near = line.floor_char_boundary(left)..line.floor_char_boundary(right);
        let hidden = self.secrets(from + near.start..from + near.end);
        let mut shown = String::new();
        let (mut first, mut last) = (None, 0);
        for (at, letter) in line[near.clone()].char_indices().map(|(at, letter)| (near.start + at, letter)) {
            if at >= start && first.is_none() {
                first = Some(shown.len());
            }
            if letter != '\u{feff}' {
                let is_hidden = hidden.iter().any(|mask| mask.contains(&(from + at)));
                shown.push(if is_hidden { '*' } else { visible(letter) });
            }
            if at < end {
                last = shown.len();
            }
        }
        let first = first.unwrap_or(shown.len());
        (shown, first..last.max(first))
    }

    /// Known from their keys, or looking like one: files that do not even parse must not show theirs either.
    fn secrets(&self, within: Range<usize>) -> Vec<Range<usize>> {
        let guessed = self.guessed.get_or_init(|| secrets_in(&self.text));
        let touches = |mask: &&Range<usize>| mask.start < within.end && within.start < mask.end;
        guessed.iter().chain(&self.masks).filter(touches).cloned().collect()
    }
}

/// Parts of a text that look like secrets.
fn secrets_in(text: &str) -> Vec<Range<usize>> {
    // A misspelt key is the usual reason why its line is shown at all.
    static KEYS: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"(?i)([\w-]*(?:pas+w?|pwd|secr|secer|sercet|token|credential)[\w-]*)["']?\s*=\s*(.+)"#;
        Regex::new(pattern).expect("a pattern of ours")
    });
    static PATTERNS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
        [
            r#"(?i)\b(?:authorization|proxy-authorization|cookie|x-api-key)["']?\s*=\s*(.+)"#,
            r#"://[^/\s"'@:]*:([^/\s"']*)@"#,
            r#"(?i)[?&;][^=&\s"']*(?:token|key|secret|pass|auth|sig)[^=&\s"']*=([^&\s"'#]+)"#,
        ]
        .map(|pattern| Regex::new(pattern).expect("a pattern of ours"))
    });
    let found = |pattern: &Regex| -> Vec<Range<usize>> {
        pattern.captures_iter(text).filter_map(|hit| hit.get(1)).map(|group| group.range()).collect()
    };
    // The name of a file is no secret.
    let is_value = |hit: &regex::Captures<'_>| !hit[1].to_lowercase().ends_with("_file");
    let values = KEYS.captures_iter(text).filter(is_value).filter_map(|hit| hit.get(2)).map(|group| group.range());
    PATTERNS.iter().flat_map(found).chain(values).chain(addresses_of_hooks(text)).collect()
}

/// What stands behind the host in the URLs of webhooks: chat services have their tokens there, in the path or under any
/// name.
fn addresses_of_hooks(text: &str) -> Vec<Range<usize>> {
    static REST: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"://[^/?\s"']*([/?][^"'\r\n]+)"#).expect("a pattern of ours"));
    let (mut found, mut at, mut in_hook) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            in_hook = line.contains("webhook");
        }
        if in_hook || line.contains("webhook") {
            let rests = REST.captures_iter(line).filter_map(|hit| hit.get(1));
            found.extend(rests.map(|rest| at + rest.start()..at + rest.end()));
        }
        at += line.len();
    }
    found
}

/// The range in a TOML string token (quotes included) that a range of its value came from. Text without quotes, as
/// in a variable, is its own value.
fn inside(token: &str, range: Range<usize>) -> Range<usize> {
    let (body, literal) = body_of(token);
    let mut value = 0;
    let mut at = body.start;
    let mut from = None;
    while at < body.end && value < range.end {
        let (read, yields) = if literal { letter(&token[at..]) } else { escape(&token[at..body.end]) };
        if from.is_none() && yields > 0 && value + yields > range.start {
            from = Some(at);
        }
        value += yields;
        at = token.ceil_char_boundary(at + read.max(1));
    }
    let from = from.unwrap_or(at.min(body.end));
    from..at.min(body.end).max(from)
}

/// The range between the quotes, and whether a backslash means nothing there.
fn body_of(token: &str) -> (Range<usize>, bool) {
    let Some(quote) = token.chars().next().filter(|letter| matches!(letter, '"' | '\'')) else {
        return (0..token.len(), true);
    };
    let is_long = token.len() >= 6 && token.bytes().take(3).all(|byte| byte == quote as u8);
    let width = if is_long { 3 } else { 1 };
    let mut start = width;
    if is_long {
        // A line break right after the opening is not part of the value.
        start += token[width..]
            .find(|letter| letter != '\r')
            .filter(|at| token[width + at..].starts_with('\n'))
            .map_or(0, |at| at + 1);
    }
    // Only a token that no parser has accepted lacks its quotes.
    let start = token.floor_char_boundary(start);
    (start..token.floor_char_boundary(token.len().saturating_sub(width)).max(start), quote == '\'')
}

fn letter(text: &str) -> (usize, usize) {
    let length = text.chars().next().map_or(0, char::len_utf8);
    (length, length)
}

/// One letter or escape of a basic string: bytes read, bytes of value they stand for.
fn escape(text: &str) -> (usize, usize) {
    let Some(rest) = text.strip_prefix('\\') else { return letter(text) };
    match rest.chars().next() {
        Some('x') => (4, escaped_length(rest, 2)),
        Some('u') => (6, escaped_length(rest, 4)),
        Some('U') => (10, escaped_length(rest, 8)),
        Some(blank) if blank.is_ascii_whitespace() => {
            (text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len(), 0)
        }
        Some(other) => (1 + other.len_utf8(), 1),
        None => (1, 0),
    }
}

fn escaped_length(rest: &str, digits: usize) -> usize {
    let number = rest.get(1..1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    number.and_then(char::from_u32).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;

    /// Finds `wanted` in the value of the TOML string and expects to be led to `source` in the token.
    #[track_caller]
    fn check(token: &str, wanted: &str, source: &str) {
        let document = format!("a = {token}");
        let table = DeTable::parse(&document).expect("valid TOML").into_inner();
        let value = table.values().next().expect("one value").get_ref().as_str().expect("a string").to_owned();
        let start = value.find(wanted).expect("the text is in the value");
        assert_eq!(&token[inside(token, start..start + wanted.len())], source, "{token}");
    }

    #[test]
    fn a_part_of_a_value_is_found_in_its_token() {
        check(r#""Boeing OR Airbus strike""#, "OR", "OR");
        check("'a \\ b'", "b", "b");
        check(r#""title:\"stock tip\" x""#, "stock", "stock");
        check(r#""title:\"stock tip\" x""#, "\"stock", "\\\"stock");
        check(r#""\u00e9t\u00E9 fin""#, "fin", "fin");
        check(r#""\U0001F600 x""#, "x", "x");
        check(r#""\x41 b""#, "b", "b");
        check("'''\nfirst\nsecond'''", "second", "second");
        check("\"\"\"\nfirst \\\n   second\"\"\"", "second", "second");
        check("\"\"\"a\"b\"\"\"", "\"b", "\"b");
        check("'été fin'", "fin", "fin");
        check("'''\r\nfirst\r\nsecond'''", "second", "second");
    }

    proptest! {
        #[test]
        fn every_letter_of_a_value_is_found_again(value in "[ a-zé😀\"\\\\'\\n\\t]{0,20}") {
            let token = toml::Value::String(value.clone()).to_string();
            for (at, found) in value.char_indices() {
                let range = inside(&token, at..at + found.len_utf8());
                let source = &token[range];
                prop_assert!(source.starts_with('\\') || source.starts_with(found), "{} {:?}", token, source);
            }
        }

        #[test]
        fn no_token_and_no_range_panics(token in "\\PC{0,12}", start in 0_usize..20, end in 0_usize..20) {
            let range = inside(&token, start..end);
            prop_assert!(token.get(range).is_some());
        }

        #[test]
        fn no_span_panics(text in "[ab\\n\\ré]{0,20}", start in 0_usize..30, end in 0_usize..30) {
            let mut sources = Sources::default();
            let source = sources.add("x".into(), text, false);
            let spot = sources.spot(Place::new(source, start..end));
            prop_assert!(spot.excerpt.get(spot.caret).is_some());
        }
    }

    #[test]
    fn a_secret_never_reaches_an_excerpt() {
        for line in [
            "password = \"CANARY\"",
            "x = { secret = 'CANARY', url = \"",
            "smtp = \"smtps://me:CANARY@mail.example.org\"",
            "url = \"https://example.org/feed?access_token=CANARY&x=1\"",
            "headers = { Authorization = \"Bearer CANARY\" }",
        ] {
            let mut sources = Sources::default();
            let source = sources.add("x".into(), line.to_owned(), false);
            let spot = sources.spot(Place::new(source, 0..3));
            assert!(!spot.excerpt.contains("CANARY"), "{}", spot.excerpt);
        }
    }

    #[test]
    fn a_place_survives_as_a_word() {
        let place = Place::new(3, 14..159);
        assert_eq!(Place::from_word(&place.to_word()), Some(place));
        assert_eq!(Place::from_word("somewhere"), None);
    }
}
