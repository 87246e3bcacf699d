//! What is doubtful in a watch that can be used: clauses that can never be true, lists that cancel one another,
//! patterns that want to be phrases, words that are everywhere. Warnings, never refusals.

use std::collections::HashMap;

use super::compile::strings;
use super::fold::fold;
use super::parse::{parse_item, parse_query};
use super::tree::{Field, Node, Tree};
use super::words::for_each_word;
use super::{Fault, Part, Problem, Query, folded_words};

/// Entries that make a sample worth a word.
const FEWEST: usize = 100;
/// A word in more than so many of a hundred entries tells nothing.
const COMMON_PERCENT: usize = 10;

/// In how many entries of a sample each word occurs.
#[derive(Default)]
pub struct Sample {
    entries: usize,
    words: HashMap<String, usize>,
}

impl Sample {
    /// Adds an entry.
    pub fn add(&mut self, title: &str, text: &str) {
        self.entries += 1;
        let folded = folded_words(title, text);
        let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            match self.words.get_mut(word) {
                Some(count) => *count += 1,
                None => drop(self.words.insert(word.to_owned(), 1)),
            }
        }
    }

    /// Of a hundred entries those with this word, where it is too many.
    fn common(&self, word: &str) -> Option<usize> {
        let percent = self.words.get(word).copied().unwrap_or(0) * 100 / self.entries.max(1);
        (self.entries >= FEWEST && percent > COMMON_PERCENT).then_some(percent)
    }
}

/// Everything doubtful, with the index of its query.
pub fn lint(queries: &[Query], sample: &Sample) -> Vec<(usize, Problem)> {
    let mut found = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        found.extend(lint_one(query, sample).into_iter().map(|problem| (index, problem)));
    }
    found
}

fn lint_one(query: &Query, sample: &Sample) -> Vec<Problem> {
    let parsed = strings(query).filter_map(|(part, source)| {
        let (tree, _) = if part == Part::Query { parse_query(source) } else { parse_item(source) };
        Some((part, tree?))
    });
    let parts: Vec<(Part, Tree)> = parsed.collect();
    let mut problems = Vec::new();
    for (part, tree) in &parts {
        let mut faults = Vec::new();
        look_at(tree, true, query, sample, matches!(part, Part::None(_)), &mut faults);
        problems.extend(faults.into_iter().map(|fault| fault.in_part(part.clone())));
    }
    problems.extend(cancelled(&parts));
    problems
}

fn look_at(tree: &Tree, sense: bool, query: &Query, sample: &Sample, in_none: bool, out: &mut Vec<Fault>) {
    match &tree.node {
        Node::And(parts) => {
            exclusive(parts, out);
            parts.iter().for_each(|part| look_at(part, sense, query, sample, in_none, out));
        }
        Node::Or(parts) => parts.iter().for_each(|part| look_at(part, sense, query, sample, in_none, out)),
        Node::Not(of) => look_at(of, !sense, query, sample, in_none, out),
        Node::In(Field::Lang, of) => out.extend(outside_scope(tree, of, query).filter(|_| sense && !in_none)),
        Node::In(Field::Title | Field::Text, of) => look_at(of, sense, query, sample, true, out),
        Node::Regex { pattern, .. } => out.extend(phrase_instead(tree, pattern)),
        Node::Word(word) if sense && !in_none => out.extend(too_common(tree, word, sample)),
        _ => {}
    }
}

/// `/door plug/`: nothing in it needs a pattern.
fn phrase_instead(tree: &Tree, pattern: &str) -> Option<Fault> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'');
    (!pattern.is_empty() && pattern.chars().all(plain)).then(|| {
        let help = format!("write \"{}\", which also finds other spellings of the same words", pattern.trim());
        Fault::warning(tree.span.clone(), "this pattern has nothing in it that a phrase has not", Some(help))
    })
}

fn too_common(tree: &Tree, word: &str, sample: &Sample) -> Option<Fault> {
    let words = words_of(word);
    let [only] = words.as_slice() else { return None };
    let percent = sample.common(only).filter(|_| !word.contains(['*', '?']))?;
    let message = format!("{percent} of 100 stored entries have this word");
    Some(Fault::warning(tree.span.clone(), message, Some("name something that fewer have".to_owned())))
}

fn outside_scope<'a>(tree: &'a Tree, of: &'a Tree, query: &Query) -> impl Iterator<Item = Fault> + use<'a> {
    let allowed: Vec<String> = query.languages.iter().map(|code| code.to_lowercase()).collect();
    let wanted: Vec<String> = alternatives(of).into_iter().map(|leaf| leaf.to_string().to_lowercase()).collect();
    let never = !allowed.is_empty() && wanted.iter().all(|code| !allowed.contains(code));
    never
        .then(|| {
            let message = format!("never true: the scope allows {} only", allowed.join(", "));
            Fault::warning(tree.span.clone(), message, Some("change one of the two".to_owned()))
        })
        .into_iter()
}

/// `a AND NOT a`, `lang:en AND lang:de`.
fn exclusive(parts: &[Tree], out: &mut Vec<Fault>) {
    let mut asked: Vec<String> = Vec::new();
    let mut languages: Vec<String> = Vec::new();
    for part in parts {
        match &part.node {
            Node::Not(_) => {}
            Node::In(Field::Lang, of) => languages.push(fold(&of.to_string())),
            _ => asked.push(fold(&part.to_string())),
        }
    }
    languages.sort_unstable();
    languages.dedup();
    if languages.len() > 1 && !languages.iter().any(|code| code.starts_with('(')) {
        let span = parts[0].span.start..parts[parts.len() - 1].span.end;
        let message = "never true: an entry has one language";
        out.push(Fault::warning(span, message, Some("write lang:(en OR de)".to_owned())));
    }
    for part in parts {
        let Node::Not(of) = &part.node else { continue };
        if alternatives(of).iter().any(|of| asked.contains(&fold(&of.to_string()))) {
            let message = "never true: this excludes what stands beside it";
            out.push(Fault::warning(part.span.clone(), message, Some("remove one of the two".to_owned())));
        }
    }
}

/// What `any` and `all` ask for and `none` forbids.
fn cancelled(parts: &[(Part, Tree)]) -> Vec<Problem> {
    let forbidden: Vec<&Tree> = parts
        .iter()
        .filter(|(part, _)| matches!(part, Part::None(_)))
        .flat_map(|(_, tree)| alternatives(tree))
        .collect();
    if forbidden.is_empty() {
        return Vec::new();
    }
    let is_dead = |leaf: &&Tree| forbidden.iter().any(|forbidden| implies(leaf, forbidden));
    let mut problems = Vec::new();
    let wanted = parts.iter().filter(|(part, _)| !matches!(part, Part::None(_)));
    for (part, tree) in wanted {
        let leaves = alternatives(tree);
        let dead: Vec<&&Tree> = leaves.iter().filter(|leaf| is_dead(leaf)).collect();
        let all = dead.len() == leaves.len();
        for leaf in dead {
            let message = match (part, all) {
                (Part::Any(_), _) | (_, false) => "`none` cancels this: it can never make the watch match",
                _ => "`none` cancels this: the watch can never match",
            };
            let fault = Fault::warning(leaf.span.clone(), message, Some("remove one of the two".to_owned()));
            problems.push(fault.in_part(part.clone()));
        }
    }
    problems
}

/// Whether wherever `leaf` is found `other` is too: the same clause, or one of its words.
fn implies(leaf: &Tree, other: &Tree) -> bool {
    if fold(&leaf.to_string()) == fold(&other.to_string()) {
        return true;
    }
    let (Node::Word(text) | Node::Phrase { text, .. }, Node::Word(word)) = (&leaf.node, &other.node) else {
        return false;
    };
    let wanted = words_of(word);
    match wanted.as_slice() {
        [only] if !word.contains(['*', '?']) && word.chars().all(char::is_alphanumeric) => {
            let mut words = words_of(text);
            // A prefix finds other words too.
            words.retain(|found| !text.contains('*') || !fold(text).contains(&format!("{found}*")));
            words.contains(only)
        }
        _ => false,
    }
}

/// The parts of an OR, or the tree itself.
fn alternatives(tree: &Tree) -> Vec<&Tree> {
    match &tree.node {
        Node::Or(parts) => parts.iter().flat_map(alternatives).collect(),
        _ => vec![tree],
    }
}

fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for_each_word(text, |word| words.push(word.folded.to_owned()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Vec<String> {
        items.iter().map(|&item| item.to_owned()).collect()
    }

    #[track_caller]
    fn check(query: Query, expected: &[&str]) {
        let mut sample = Sample::default();
        (0..200).for_each(|number| sample.add("Daily news", if number % 4 == 0 { "Harbour closed" } else { "" }));
        let source = |part: &Part| match part {
            Part::Any(at) => query.any[*at].clone(),
            Part::All(at) => query.all[*at].clone(),
            Part::None(at) => query.none[*at].clone(),
            _ => query.query.clone().unwrap_or_default(),
        };
        let found = lint(std::slice::from_ref(&query), &sample);
        let shown: Vec<String> = found
            .iter()
            .map(|(_, problem)| {
                assert!(!problem.is_error);
                format!("{}: {}", &source(&problem.part)[problem.start..problem.end], problem.message)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    fn query(text: &str) -> Query {
        Query { query: Some(text.to_owned()), ..Query::default() }
    }

    #[test]
    fn patterns_that_want_to_be_phrases() {
        check(query("/door plug/"), &["/door plug/: this pattern has nothing in it that a phrase has not"]);
        check(query(r"/door\s+plug/"), &[]);
    }

    #[test]
    fn words_that_are_everywhere() {
        check(query("news AND lock"), &["news: 100 of 100 stored entries have this word"]);
        check(query("harbour"), &["harbour: 25 of 100 stored entries have this word"]);
        check(query("lock NOT news"), &[]);
        check(query("\"daily news\""), &[]);
    }

    #[test]
    fn clauses_that_are_never_true() {
        check(query("lock AND NOT lock"), &["NOT lock: never true: this excludes what stands beside it"]);
        check(
            query("lock AND gate NOT (Gate OR sea)"),
            &["NOT (Gate OR sea): never true: this excludes what stands beside it"],
        );
        check(query("lock lang:en lang:de"), &["lock lang:en lang:de: never true: an entry has one language"]);
        check(query("lock lang:(en OR de)"), &[]);
        let scoped = Query { languages: list(&["en", "und"]), ..query("lock lang:de") };
        check(scoped, &["lang:de: never true: the scope allows en, und only"]);
    }

    #[test]
    fn lists_that_cancel_one_another() {
        let watch = |any: &[&str], all: &[&str], none: &[&str]| Query {
            any: list(any),
            all: list(all),
            none: list(none),
            ..Query::default()
        };
        let dead = "`none` cancels this: it can never make the watch match";
        let never = "`none` cancels this: the watch can never match";
        check(watch(&["lock", "gate"], &[], &["Gate"]), &[&format!("gate: {dead}")]);
        check(watch(&["lock gate", "sea"], &[], &["gate"]), &[&format!("lock gate: {dead}")]);
        check(watch(&[], &["lock", "sea | gate"], &["lock"]), &[&format!("lock: {never}")]);
        check(watch(&[], &["sea | gate"], &["gate"]), &[&format!("gate: {dead}")]);
        check(watch(&["lock"], &[], &["title:lock", "gate"]), &[]);
        check(watch(&["lock gat*"], &[], &["gat"]), &[]);
    }
}
