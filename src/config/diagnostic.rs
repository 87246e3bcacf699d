//! What is wrong and where, and how it is shown: with the line and a caret, as one line, or as JSON.
//!
//! Nothing that stands in a file reaches a terminal as a control character, and no secret is shown.

use std::{fmt::Write as _, ops::Range};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::place::{Place, Sources};

/// Whether the configuration can be used all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A place in a file as a reader finds it. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The path, the environment variable or the flag.
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// Byte range in the file.
    pub span: Range<usize>,
    /// The line (or what of it is near), secrets blanked out.
    pub excerpt: String,
    /// Byte range in the excerpt.
    pub caret: Range<usize>,
}

/// Something wrong or doubtful in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub spot: Spot,
    pub message: String,
    /// What to do, where that is known.
    pub help: Option<String>,
    /// A second place that belongs to it ("first defined here").
    pub other: Option<(&'static str, Spot)>,
}

impl Diagnostic {
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// `file:line:column: message; help`, for logs and editors.
    pub fn to_line(&self) -> String {
        let Spot { file, line, column, .. } = &self.spot;
        let warning = if self.is_error() { "" } else { "warning: " };
        let mut text = format!("{}:{line}:{column}: {warning}{}", clean(file), clean(&self.message));
        if let Some(help) = &self.help {
            let _ = write!(text, "; {}", clean(help));
        }
        if let Some((label, spot)) = &self.other {
            let _ = write!(text, " ({label}: {}:{}:{})", clean(&spot.file), spot.line, spot.column);
        }
        text
    }

    /// `{"severity","file","line","column","message","help"?,"other"?}`
    pub fn to_json(&self) -> Value {
        let Spot { file, line, column, .. } = &self.spot;
        let severity = self.severity.as_str();
        let mut value = json!({"severity": severity, "file": clean(file), "line": line, "column": column, "message": clean(&self.message)});
        if let Some(help) = &self.help {
            value["help"] = json!(clean(help));
        }
        if let Some((label, spot)) = &self.other {
            value["other"] =
                json!({"file": clean(&spot.file), "line": spot.line, "column": spot.column, "message": label});
        }
        value
    }

    fn render(&self, renderer: &Renderer) -> String {
        let level = if self.is_error() { Level::ERROR } else { Level::WARNING };
        let caret = AnnotationKind::Primary.span(self.spot.caret.clone());
        let mut group = self.spot.add_to(Group::with_title(level.primary_title(clean(&self.message))), caret);
        if let Some((label, spot)) = &self.other {
            group = spot.add_to(group, AnnotationKind::Context.span(spot.caret.clone()).label(*label));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(clean(help)));
        }
        renderer.render(&[group])
    }
}

impl Spot {
    fn add_to<'a>(&'a self, group: Group<'a>, annotation: Annotation<'a>) -> Group<'a> {
        let snippet = Snippet::source(self.excerpt.as_str()).line_start(self.line).annotation(annotation);
        let is_cut = self.excerpt[..self.caret.start].chars().count() + 1 != self.column;
        if is_cut {
            // The renderer would count the column from where the excerpt begins.
            let origin = Origin::path(clean(&self.file)).line(self.line).char_column(self.column);
            return group.element(origin).element(snippet);
        }
        group.element(snippet.path(clean(&self.file)))
    }
}

/// All of them with line and caret, and a last line that counts them; empty when there are none.
pub fn render(diagnostics: &[Diagnostic], colour: bool) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(text, "{}\n", diagnostic.render(&renderer));
    }
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let _ = writeln!(text, "{}", count(errors, diagnostics.len() - errors));
    text
}

fn count(errors: usize, warnings: usize) -> String {
    let words = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    [words(errors, "error"), words(warnings, "warning")].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A letter that is safe to show in place of `letter`.
pub(super) fn visible(letter: char) -> char {
    if letter == '\t' || !is_dangerous(letter) { letter } else { char::REPLACEMENT_CHARACTER }
}

/// Control characters, and the marks that change the direction of what follows.
pub(super) fn is_dangerous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter == '\t' { ' ' } else { visible(letter) }).collect()
}

/// What a user wrote, for use inside a message: in backticks, short, and safe to show.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

/// The candidate that was most probably meant.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance is quadratic in length: what is longer than any name is no misspelt name.
    if word.len() > 100 {
        return None;
    }
    let word = word.to_lowercase();
    let far = word.chars().count() / 3 + 1;
    let length = word.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= far)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= far && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean `none`?"
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean {}?", quote(candidate)))
}

/// A diagnostic in the making: its places are not yet looked up.
pub(super) struct Fault {
    severity: Severity,
    place: Place,
    message: String,
    help: Option<String>,
    other: Option<(&'static str, Place)>,
}

impl Fault {
    pub fn help(&mut self, help: impl Into<Option<String>>) -> &mut Self {
        self.help = help.into();
        self
    }

    pub fn other(&mut self, label: &'static str, place: Place) -> &mut Self {
        self.other = Some((label, place));
        self
    }

    fn resolve(self, sources: &Sources) -> Diagnostic {
        Diagnostic {
            severity: self.severity,
            spot: sources.spot(self.place),
            message: self.message,
            help: self.help,
            other: self.other.map(|(label, place)| (label, sources.spot(place))),
        }
    }
}

/// Everything found so far; reading goes on after a fault, so that all are told at once.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub fn error(&mut self, place: Place, message: impl Into<String>) -> &mut Fault {
        self.add(Severity::Error, place, message.into())
    }

    pub fn warning(&mut self, place: Place, message: impl Into<String>) -> &mut Fault {
        self.add(Severity::Warning, place, message.into())
    }

    fn add(&mut self, severity: Severity, place: Place, message: String) -> &mut Fault {
        self.0.push(Fault { severity, place, message, help: None, other: None });
        self.0.last_mut().expect("one was just added")
    }

    /// In the order of the files and of their lines.
    pub fn resolve(mut self, sources: &Sources) -> Vec<Diagnostic> {
        self.0.sort_by_key(|fault| fault.place);
        self.0.into_iter().map(|fault| fault.resolve(sources)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_no_far_one() {
        let names = ["any", "all", "none", "query", "notify"];
        assert_eq!(nearest("non", names), Some("none"));
        assert_eq!(nearest("Notfiy", names), Some("notify"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest("x", names), None);
        assert_eq!(nearest(&"n".repeat(100_000), names), None);
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let spot = Spot {
            file: "a\u{1b}[2J.toml".into(),
            line: 1,
            column: 1,
            span: 0..1,
            excerpt: "x\u{202e} = \u{9b}31m".chars().map(visible).collect(),
            caret: 0..1,
        };
        let wrong = Diagnostic {
            severity: Severity::Error,
            spot,
            message: "bad\u{7}\nvalue".into(),
            help: Some("use\u{1b}]0;x".into()),
            other: None,
        };
        let shown = render(std::slice::from_ref(&wrong), false);
        assert!(!shown.chars().any(|letter| letter != '\n' && is_dangerous(letter)), "{shown:?}");
        assert!(!wrong.to_json().to_string().contains("\\u"), "{}", wrong.to_json());
        assert!(!wrong.to_line().chars().any(is_dangerous), "{:?}", wrong.to_line());
    }
}
