//! Texts found by their bytes: symbols without words, and what a regular expression cannot match without.
//!
//! One automaton over all of them says which occur in an entry at all; only those clauses are looked at.

use aho_corasick::{AhoCorasick, MatchKind};
use regex_syntax::{
    ParserBuilder,
    hir::literal::{ExtractKind, Extractor},
};

use super::atoms::{Atom, Atoms};
use super::sweep::{Sweep, TOGETHER};

/// Shorter texts occur everywhere.
const SHORTEST: usize = 2;

/// Texts of which one stands in whatever the pattern matches; none when nothing of use is known.
pub(super) fn of_pattern(pattern: &str, ignore_case: bool) -> Vec<String> {
    let parsed = ParserBuilder::new().case_insensitive(ignore_case).nest_limit(64).build().parse(pattern);
    let Ok(hir) = parsed else { return Vec::new() };
    let kinds = [ExtractKind::Prefix, ExtractKind::Suffix];
    let found = kinds.into_iter().filter_map(|kind| {
        let literals = Extractor::new().kind(kind).extract(&hir);
        let literals = literals.literals()?.iter().map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok());
        let texts: Vec<String> = literals.collect::<Option<_>>()?;
        (!texts.is_empty() && texts.iter().all(|text| text.len() >= SHORTEST)).then_some(texts)
    });
    found.max_by_key(|texts| texts.iter().map(String::len).min()).unwrap_or_default()
}

/// All literals of a set of watches, and the patterns without any.
#[derive(Default)]
pub(super) struct Literals {
    /// `None` when there are none, or when they are too many for one: then every one counts as present.
    automaton: Option<AhoCorasick>,
    /// For each pattern of the automaton.
    atoms: Vec<Atom>,
    sweeps: Vec<Sweep>,
}

impl Literals {
    pub(super) fn of(atoms: &Atoms) -> Self {
        let mut all: Vec<(&str, Atom)> = atoms.literals().collect();
        all.sort_unstable_by_key(|&(_, atom)| atom);
        let texts = all.iter().map(|(text, _)| text);
        let automaton = (!all.is_empty())
            .then(|| AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts).ok())
            .flatten();
        let mut patterns: Vec<(&str, bool, Atom)> = atoms.patterns().collect();
        patterns.sort_unstable_by_key(|&(.., atom)| atom);
        let sweeps = patterns.chunks(TOGETHER).map(Sweep::of).collect();
        Self { automaton, atoms: all.into_iter().map(|(_, atom)| atom).collect(), sweeps }
    }

    /// Adds the atoms of the literals in `text` and of the patterns that it may have, some perhaps more than once.
    pub(super) fn find(&self, text: &str, out: &mut Vec<Atom>) {
        self.sweeps.iter().for_each(|sweep| sweep.find(text, out));
        let Some(automaton) = &self.automaton else { return out.extend(&self.atoms) };
        for found in automaton.find_overlapping_iter(text) {
            let atom = self.atoms[found.pattern().as_usize()];
            if out.last() != Some(&atom) {
                out.push(atom);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, ignore_case: bool, expected: &[&str]) {
        assert_eq!(of_pattern(pattern, ignore_case), expected, "{pattern}");
    }

    #[test]
    fn what_a_pattern_cannot_match_without() {
        check("boeing", false, &["boeing"]);
        check(r"boeing \d+", false, &["boeing "]);
        check(r"\d+ dead", false, &[" dead"]);
        check("(recall|grounding)s?", false, &["recalls", "recall", "groundings", "grounding"]);
        check("ab", true, &["AB", "Ab", "aB", "ab"]);
    }

    #[test]
    fn patterns_of_which_nothing_is_known() {
        check(r"\d{3}", false, &[]);
        check("[a-z]+", false, &[]);
        check("a|boeing", false, &[]);
        check("(", false, &[]);
    }
}
