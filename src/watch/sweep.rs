//! Regular expressions of which no text is known beforehand: one pass of an automaton that many of them share says which
//! may be found on a page, and only those are looked for.

use std::sync::{Mutex, PoisonError};

use regex_automata::{
    Input, MatchKind, PatternSet,
    hybrid::dfa::{Cache, Config, DFA},
    nfa::thompson::{self, NFA, WhichCaptures},
};
use regex_syntax::{
    ParserBuilder,
    hir::{Hir, HirKind, Repetition},
};

use super::atoms::Atom;

/// Patterns that share one automaton.
pub(super) const TOGETHER: usize = 64;
/// Bytes that it may take, and that its states, which are made while it runs, may take.
const AUTOMATON_BYTES: usize = 4 << 20;
const STATES_BYTES: usize = 1 << 20;

/// Some patterns, each with its atom.
pub(super) struct Sweep {
    /// `None` when they are too large for one: then every one counts as present.
    automaton: Option<(DFA, Mutex<Cache>)>,
    atoms: Vec<Atom>,
}

impl Sweep {
    pub(super) fn of(patterns: &[(&str, bool, Atom)]) -> Self {
        let automaton = build(patterns).map(|automaton| {
            let cache = automaton.create_cache();
            (automaton, Mutex::new(cache))
        });
        Self { automaton, atoms: patterns.iter().map(|&(.., atom)| atom).collect() }
    }

    /// Adds the atoms of the patterns that may be found in `text`.
    pub(super) fn find(&self, text: &str, out: &mut Vec<Atom>) {
        let Some((automaton, cache)) = &self.automaton else { return out.extend(&self.atoms) };
        let mut present = PatternSet::new(self.atoms.len());
        let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
        match automaton.try_which_overlapping_matches(&mut cache, &Input::new(text), &mut present) {
            Ok(()) => out.extend(present.iter().map(|pattern| self.atoms[pattern.as_usize()])),
            // It gives up where its states fill their room again and again.
            Err(_) => out.extend(&self.atoms),
        }
    }
}

fn build(patterns: &[(&str, bool, Atom)]) -> Option<DFA> {
    let parsed = patterns.iter().map(|&(pattern, ignore_case, _)| {
        let parsed = ParserBuilder::new().case_insensitive(ignore_case).nest_limit(64).build().parse(pattern);
        parsed.ok().map(|hir| without_looks(&hir))
    });
    let parsed: Vec<Hir> = parsed.collect::<Option<_>>()?;
    let written = thompson::Config::new().which_captures(WhichCaptures::None).nfa_size_limit(Some(AUTOMATON_BYTES));
    let written = NFA::compiler().configure(written).build_many_from_hir(&parsed).ok()?;
    let config = Config::new()
        .match_kind(MatchKind::All)
        .cache_capacity(STATES_BYTES)
        .skip_cache_capacity_check(true)
        .minimum_cache_clear_count(Some(3))
        .minimum_bytes_per_state(Some(10));
    DFA::builder().configure(config).build_from_nfa(written).ok()
}

/// The pattern without `\b`, `^` and their like, which the automaton cannot judge beside letters beyond ASCII: it finds
/// what the pattern finds, and more.
fn without_looks(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(without_looks).collect::<Vec<_>>();
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(group) => without_looks(&group.sub),
        HirKind::Repetition(repeated) => {
            let sub = Box::new(without_looks(&repeated.sub));
            Hir::repetition(Repetition { sub, ..repeated.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(patterns: &[(&str, bool, Atom)], text: &str, expected: &[Atom]) {
        let mut found = Vec::new();
        Sweep::of(patterns).find(text, &mut found);
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn patterns_are_told_that_may_be_found() {
        let patterns = [(r"[a-z]{3}\d", false, 7), (r"^\p{Lu}+$", false, 8), (r"\b[x-z]\b", true, 9)];
        check(&patterns, "abc 12", &[]);
        check(&patterns, "abc1", &[7]);
        check(&patterns, "Éa – abc2", &[7, 8]);
        check(&patterns, "eXile", &[8, 9]);
    }

    #[test]
    fn what_is_too_large_counts_as_present() {
        let large: Vec<String> = (0..TOGETHER).map(|number| format!(r"\w{{{}}}\d", 40 + number)).collect();
        let patterns: Vec<_> = (0..).zip(&large).map(|(atom, pattern)| (pattern.as_str(), false, atom)).collect();
        check(&patterns, "a", &(0..64).collect::<Vec<_>>());
    }
}
