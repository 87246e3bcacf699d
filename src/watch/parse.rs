//! From tokens to a tree: which may stand beside which, and what is ambiguous.
//!
//! Every fault is reported, not only the first. What a tree means is decided in [`super::resolve`].

use std::ops::Range;

use super::Fault;
use super::lex::{Lexeme, Token, lex};
use super::pattern;
use super::tree::{Node, Tree};

/// Parentheses deeper than this are refused; nobody reads them, and recursion needs a bound.
const DEEPEST: usize = 32;

/// Parses `query = "…"`: a blank between words is AND.
pub(super) fn parse_query(source: &str) -> (Option<Tree>, Vec<Fault>) {
    let (tokens, faults) = lex(source);
    let mut parser = Parser { source, tokens, at: 0, faults, gave_up: false };
    if parser.tokens.is_empty() && parser.faults.is_empty() {
        let help = "write a word, or remove the line".to_owned();
        return (None, vec![Fault::error(0..source.len(), "there is nothing to search for", Some(help))]);
    }
    parser.warn_of_misreadings();
    let tree = parser.whole();
    if tree.is_none() {
        parser.check_words();
    }
    parser.faults.sort_by_key(|fault| fault.span.start);
    (tree, parser.faults)
}

/// Parses one string of a list: several words without any operator are a phrase.
pub(super) fn parse_item(source: &str) -> (Option<Tree>, Vec<Fault>) {
    let (tokens, faults) = lex(source);
    let plain = tokens.iter().all(|token| matches!(token.lexeme, Lexeme::Word(_) | Lexeme::Hash(_)));
    if tokens.len() < 2 || !plain || !faults.is_empty() {
        return parse_query(source);
    }
    let span = tokens[0].span.start..tokens[tokens.len() - 1].span.end;
    let mut parser = Parser { source, tokens, at: 0, faults, gave_up: false };
    parser.warn_of_misreadings();
    let node = Node::Phrase { text: source[span.clone()].to_owned(), quote: '"', slop: None };
    (Some(Tree { node, span }), parser.faults)
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    at: usize,
    faults: Vec<Fault>,
    /// Nested too deeply: what follows was not read, so that it cannot be said to lack anything.
    gave_up: bool,
}

/// How two operands of one level are joined, and the place of the operator (empty for a blank).
#[derive(Clone, Debug)]
enum Join {
    And(Range<usize>),
    Or(Range<usize>),
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Lexeme> {
        self.tokens.get(self.at).map(|token| &token.lexeme)
    }

    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.source.len()..self.source.len(), |token| token.span.clone())
    }

    fn last_end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |last| self.tokens[last].span.end)
    }

    fn fault(&mut self, span: Range<usize>, message: impl Into<String>, suggestion: impl Into<String>) {
        self.faults.push(Fault::error(span, message, Some(suggestion.into())));
    }

    fn whole(&mut self) -> Option<Tree> {
        let mut tree = self.expression(0);
        while self.peek().is_some() {
            let span = self.span();
            self.fault(span, "this `)` closes nothing", "remove it, or add the `(`");
            self.at += 1;
            tree = self.expression(0).and(None);
        }
        tree
    }

    /// Operands up to `)` or the end.
    fn expression(&mut self, depth: usize) -> Option<Tree> {
        let mut parts: Vec<Tree> = Vec::new();
        let mut joins: Vec<Join> = Vec::new();
        let mut sound = true;
        while !matches!(self.peek(), None | Some(Lexeme::Close)) {
            let join = self.join();
            if !parts.is_empty() {
                joins.push(join.unwrap_or(Join::And(0..0)));
            } else if let Some(Join::And(span) | Join::Or(span)) = join {
                sound &= self.no_operand(span, "before");
            }
            match self.unary(depth) {
                Some(part) => parts.push(part),
                None => {
                    sound = false;
                    joins.truncate(parts.len().saturating_sub(1));
                }
            }
        }
        self.joined(parts, &joins).filter(|_| sound)
    }

    fn join(&mut self) -> Option<Join> {
        let span = self.span();
        let join = match self.peek()? {
            Lexeme::And => Join::And(span),
            Lexeme::Or => Join::Or(span),
            _ => return None,
        };
        self.at += 1;
        Some(join)
    }

    fn no_operand(&mut self, span: Range<usize>, side: &str) -> bool {
        let operator = self.source[span.clone()].to_owned();
        let help = format!("write a word {side} it, or \"{operator}\" for the text itself");
        self.fault(span, format!("nothing stands {side} `{operator}`"), help);
        false
    }

    fn joined(&mut self, mut parts: Vec<Tree>, joins: &[Join]) -> Option<Tree> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let span = parts[0].span.start..parts[parts.len() - 1].span.end;
        let ors = joins.iter().filter(|join| matches!(join, Join::Or(_))).count();
        if ors == 0 {
            return Some(Tree { node: Node::And(parts), span });
        }
        if ors == joins.len() {
            return Some(Tree { node: Node::Or(parts), span });
        }
        let written = self.source[span.clone()].to_owned();
        let or_first = self.reading(&parts, joins, |join| matches!(join, Join::Or(_)));
        let and_first = self.reading(&parts, joins, |join| matches!(join, Join::And(_)));
        let message = format!("\"{written}\" mixes OR and AND");
        self.fault(span, message, format!("write {or_first}, or {and_first}"));
        None
    }

    /// The level as it would be written if the joins that are `tight` bound first.
    fn reading(&self, parts: &[Tree], joins: &[Join], tight: impl Fn(&Join) -> bool) -> String {
        let mut out = String::new();
        for (index, part) in parts.iter().enumerate() {
            let before = index.checked_sub(1).is_some_and(|last| tight(&joins[last]));
            let after = joins.get(index).is_some_and(&tight);
            if after && !before {
                out.push('(');
            }
            out.push_str(&self.source[part.span.clone()]);
            if before && !after {
                out.push(')');
            }
            match joins.get(index) {
                Some(Join::And(span) | Join::Or(span)) if !span.is_empty() => {
                    out.push_str(&format!(" {} ", &self.source[span.clone()]));
                }
                Some(_) => out.push(' '),
                None => {}
            }
        }
        out
    }

    fn unary(&mut self, depth: usize) -> Option<Tree> {
        if self.peek() != Some(&Lexeme::Not) {
            return self.near(depth);
        }
        let start = self.span();
        self.at += 1;
        let mut twice = false;
        while self.peek() == Some(&Lexeme::Not) {
            twice = true;
            self.at += 1;
        }
        if twice {
            self.fault(start.clone(), "NOT stands twice", "remove both");
        }
        if matches!(self.peek(), None | Some(Lexeme::Close | Lexeme::And | Lexeme::Or)) {
            self.no_operand(start, "behind");
            return None;
        }
        let of = self.near(depth).filter(|_| !twice)?;
        let span = start.start..of.span.end;
        Some(Tree { node: Node::Not(Box::new(of)), span })
    }

    fn near(&mut self, depth: usize) -> Option<Tree> {
        let mut operands = vec![self.primary(depth)];
        let mut joins = Vec::new();
        while let Some(&Lexeme::Near(reach)) = self.peek() {
            self.at += 1;
            joins.push(reach);
            operands.push(self.primary(depth));
        }
        if joins.is_empty() {
            return operands.pop()?;
        }
        let operands: Vec<Tree> = operands.into_iter().collect::<Option<_>>()?;
        let span = operands.first()?.span.start..operands.last()?.span.end;
        Some(Tree { node: Node::Near { operands, joins }, span })
    }

    fn primary(&mut self, depth: usize) -> Option<Tree> {
        let span = self.span();
        let Some(lexeme) = self.peek().cloned() else {
            let before = self.at.checked_sub(1).map_or(span, |last| self.tokens[last].span.clone());
            self.no_operand(before, "behind");
            return None;
        };
        if lexeme == Lexeme::Close {
            let before = self.at.checked_sub(1).map_or(span, |last| self.tokens[last].span.clone());
            self.no_operand(before, "behind");
            return None;
        }
        self.at += 1;
        if depth > DEEPEST {
            self.too_deep(span);
            return None;
        }
        let node = match lexeme {
            Lexeme::Word(word) => Node::Word(word),
            Lexeme::Hash(word) => Node::Hash(word),
            Lexeme::Exact(word) => Node::Exact(word),
            Lexeme::Phrase { text, quote } => Node::Phrase { text, quote, slop: self.slop() },
            Lexeme::Regex { pattern, ignore_case } => Node::Regex { pattern, ignore_case },
            Lexeme::Named(name) => Node::Named(name),
            Lexeme::Field(field) => Node::In(field, Box::new(self.primary(depth + 1)?)),
            Lexeme::AtLeast(count) => Node::AtLeast { count, of: Box::new(self.primary(depth + 1)?) },
            Lexeme::Open => return self.group(span, depth + 1),
            Lexeme::Not => {
                let help = "join what must not occur with AND NOT outside";
                self.fault(span, "NOT cannot stand here: a word, a phrase or a group must", help);
                // What it negates is read, so that nothing is said of it besides.
                self.primary(depth + 1);
                return None;
            }
            Lexeme::And | Lexeme::Or | Lexeme::Near(_) | Lexeme::Slop(_) | Lexeme::Close => {
                self.no_operand(span, "before");
                return None;
            }
        };
        Some(Tree { node, span: span.start..self.last_end() })
    }

    fn too_deep(&mut self, span: Range<usize>) {
        self.fault(span, format!("more than {DEEPEST} levels inside one another"), "say it with fewer parentheses");
        self.at = self.tokens.len();
        self.gave_up = true;
    }

    fn slop(&mut self) -> Option<usize> {
        let Some(&Lexeme::Slop(words)) = self.peek() else { return None };
        self.at += 1;
        Some(words)
    }

    fn group(&mut self, open: Range<usize>, depth: usize) -> Option<Tree> {
        let faults = self.faults.len();
        let inside = self.expression(depth);
        if self.peek() != Some(&Lexeme::Close) {
            if !self.gave_up {
                self.fault(open, "this `(` is not closed", "add a `)`");
            }
            return None;
        }
        let span = open.start..self.span().end;
        self.at += 1;
        if inside.is_none() && self.faults.len() == faults {
            self.fault(span.clone(), "nothing stands between these parentheses", "remove them");
        }
        inside.map(|inside| Tree { span, ..inside })
    }

    /// A tree's words are read when it is planned. Where there is none, what is wrong with them is told all the same.
    fn check_words(&mut self) {
        for token in &self.tokens {
            let (text, phrase) = match &token.lexeme {
                Lexeme::Word(text) => (text, false),
                Lexeme::Phrase { text, .. } => (text, true),
                _ => continue,
            };
            if let Err(fault) = pattern::read(text, phrase) {
                self.faults.push(Fault { span: token.span.clone(), ..fault });
            }
        }
    }

    fn warn_of_misreadings(&mut self) {
        let pairs = self.tokens.iter().zip(self.tokens.iter().skip(1).map(Some).chain([None]));
        let doubtful: Vec<Fault> = pairs.filter_map(|(token, next)| misreading(token, next)).collect();
        self.faults.extend(doubtful);
    }
}

/// A word that other search languages take for an operator, or that looks as if it were one here.
fn misreading(token: &Token, next: Option<&Token>) -> Option<Fault> {
    let Lexeme::Word(word) = &token.lexeme else { return None };
    let as_word = |help| Some(Fault::warning(token.span.clone(), format!("'{word}' is searched as a word"), help));
    if let Some(meant) = operator_in_disguise(word) {
        return as_word(Some(meant));
    }
    if word.starts_with(['[', '{']) || word.ends_with([']', '}']) {
        let message = format!("'{word}' has a bracket, which groups nothing and is not searched for");
        return Some(Fault::warning(token.span.clone(), message, Some("write ( and ) to group".to_owned())));
    }
    let calls = next.is_some_and(|next| next.lexeme == Lexeme::Open && next.span.start == token.span.end);
    let is_function = calls && word.chars().all(char::is_alphanumeric);
    if is_function { as_word(Some("put a blank before the parenthesis, or remove the word".to_owned())) } else { None }
}

/// What may have been meant by an operator in small letters, or by one of another language.
fn operator_in_disguise(word: &str) -> Option<String> {
    let small = word.to_ascii_lowercase();
    let did_you_mean = |meant: String| Some(format!("did you mean {meant}?"));
    if let Some((name, number)) = small.split_once('/') {
        return match name {
            "near" | "before" | "atleast" | "w" | "pre" | "onear" if number.parse::<usize>().is_ok() => {
                did_you_mean(word.to_uppercase())
            }
            "w" | "near" | "pre" if matches!(number, "s" | "p" | "seg" | "sent" | "para") => {
                did_you_mean("NEAR/15, which stays within a paragraph".to_owned())
            }
            _ => None,
        };
    }
    let name = small.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = small[name.len()..].parse::<usize>().ok();
    let is_capital = word.chars().all(|c| !c.is_lowercase());
    match (name, number) {
        ("and" | "or" | "not", None) => did_you_mean(word.to_uppercase()),
        ("near" | "adj" | "around" | "within", Some(words)) => did_you_mean(format!("NEAR/{words}")),
        ("before" | "onear", Some(words)) => did_you_mean(format!("BEFORE/{words}")),
        ("atleast", Some(count)) => did_you_mean(format!("ATLEAST/{count}")),
        ("adj" | "around" | "within", None) if is_capital => did_you_mean("NEAR/5".to_owned()),
        ("andnot" | "butnot", None) if is_capital => did_you_mean("AND NOT".to_owned()),
        ("xor", None) if is_capital => did_you_mean("(a OR b) AND NOT (a b)".to_owned()),
        _ => None,
    }
}
