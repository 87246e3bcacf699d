//! Tests of the room as a whole: what matches, where, and what is said about what cannot.

mod cases;
mod evidence;
mod language;
mod laws;
mod messages;
mod reference;

use std::collections::BTreeMap;

use super::{Compiled, Match, Problem, Query, Subject, WatchSet, compile, definition, explain};

/// A watch with only `query`.
fn query(source: &str) -> Query {
    Query { name: "w".into(), query: Some(source.into()), ..Query::default() }
}

/// A watch with only `any`.
fn any(items: &[&str]) -> Query {
    Query { name: "w".into(), any: items.iter().map(|&item| item.into()).collect(), ..Query::default() }
}

fn terms(pairs: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
    pairs.iter().map(|(name, items)| ((*name).into(), items.iter().map(|&item| item.into()).collect())).collect()
}

#[track_caller]
fn compiled(query: Query) -> WatchSet {
    let Compiled { watches, problems } = compile(&[query], &BTreeMap::new());
    let errors: Vec<_> = problems.iter().filter(|(_, problem)| problem.is_error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(watches.len(), 1);
    watches
}

fn text(text: &str) -> Subject<'_> {
    Subject { text, ..Subject::default() }
}

fn only(mut found: Vec<Match>) -> Match {
    assert_eq!(found.len(), 1);
    found.remove(0)
}
