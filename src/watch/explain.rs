//! Why one watch holds for one entry or does not: its tree, with the answer and the hits at every node.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::atoms::Atoms;
use super::compile::{Scope, compile_scope, fields_of, strings};
use super::eval::{evidence, holds};
use super::literals::Literals;
use super::parse::{parse_item, parse_query};
use super::plan::Plan;
use super::resolve::{Planner, Terms};
use super::subject::Reading;
use super::{Hit, Part, Query, Subject};

/// A node of a watch's tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// What is asked: a clause as written, or how the parts are joined.
    pub label: String,
    pub holds: bool,
    /// Where a clause was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hits: Vec<Hit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Branch>,
}

/// The tree of a watch for an entry; `None` when the watch is refused.
pub fn explain(query: &Query, terms: &BTreeMap<String, Vec<String>>, subject: &Subject<'_>) -> Option<Branch> {
    let (terms, _) = Terms::read(terms);
    let mut atoms = Atoms::default();
    let mut planner = Planner::new(&mut atoms, &terms).for_query(query);
    let mut plans: Vec<(Part, &str, Plan)> = Vec::new();
    for (part, source) in strings(query) {
        let (tree, _) = if part == Part::Query { parse_query(source) } else { parse_item(source) };
        let plan = planner.plan_part(tree.as_ref(), source, part.clone())?;
        plans.push((part, source, plan));
    }
    let fields = plans.iter().map(|(_, _, plan)| fields_of(plan)).reduce(|all, more| all.with(more))?;
    let literals = Literals::of(&atoms);
    let reading = Reading::of(subject, fields, &atoms, &literals);
    let (scope, _) = compile_scope(query);
    let mut parts = scope.map(|scope| scope_parts(query, &scope, subject)).unwrap_or_default();
    parts.extend(list_parts(&plans, &reading));
    Some(Branch { label: query.name.clone(), holds: parts.iter().all(|part| part.holds), hits: Vec::new(), parts })
}

fn scope_parts(query: &Query, scope: &Scope, subject: &Subject<'_>) -> Vec<Branch> {
    let feeds = (!query.feeds.is_empty())
        .then(|| leaf(format!("feeds = {}", query.feeds.join(", ")), scope.allows_feed(subject)));
    let languages = (!query.languages.is_empty()).then(|| {
        let label = format!("languages = {}", query.languages.join(", "));
        leaf(label, scope.allows_language(subject.language))
    });
    feeds.into_iter().chain(languages).collect()
}

/// The lists as the file has them: `any` is one node, each line of the others is one.
fn list_parts(plans: &[(Part, &str, Plan)], reading: &Reading<'_>) -> Vec<Branch> {
    let mut parts = Vec::new();
    let any: Vec<Branch> = plans
        .iter()
        .filter(|(part, ..)| matches!(part, Part::Any(_)))
        .map(|(_, _, plan)| branch(plan, reading))
        .collect();
    if !any.is_empty() {
        parts.push(joined("any", any.iter().any(|part| part.holds), any));
    }
    for (part, _, plan) in plans {
        let name = match part {
            Part::All(_) => "all",
            Part::Query => "query",
            Part::None(_) => "none",
            _ => continue,
        };
        let inside = branch(plan, reading);
        let holds = inside.holds != (name == "none");
        parts.push(joined(name, holds, vec![inside]));
    }
    parts
}

fn joined(label: &str, holds: bool, parts: Vec<Branch>) -> Branch {
    Branch { label: label.to_owned(), holds, hits: Vec::new(), parts }
}

fn leaf(label: String, holds: bool) -> Branch {
    Branch { label, holds, hits: Vec::new(), parts: Vec::new() }
}

fn branch(plan: &Plan, reading: &Reading<'_>) -> Branch {
    let holds = holds(plan, reading);
    let all = |parts: &[Plan]| parts.iter().map(|part| branch(part, reading)).collect();
    match plan {
        Plan::All(parts) => joined("AND", holds, all(parts)),
        Plan::Any(parts) => joined("OR", holds, all(parts)),
        Plan::Not(of) => joined("NOT", holds, vec![branch(of, reading)]),
        Plan::Seek(clause) => found(&clause.written, holds, plan, reading),
        Plan::Near(near) => found(&near.written, holds, plan, reading),
        Plan::AtLeast(at_least) => found(&at_least.written, holds, plan, reading),
    }
}

fn found(written: &str, holds: bool, plan: &Plan, reading: &Reading<'_>) -> Branch {
    let hits = if holds { evidence(plan, reading) } else { Vec::new() };
    Branch { hits, ..leaf(written.to_owned(), holds) }
}

/// One node a line, indented, with ✓ or ✗ and the texts that were found.
impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl Branch {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let mark = if self.holds { '✓' } else { '✗' };
        write!(f, "{:indent$}{mark} {}", "", self.label, indent = depth * 2)?;
        for (index, hit) in self.hits.iter().take(3).enumerate() {
            let before = if index == 0 { ": " } else { ", " };
            write!(f, "{before}{:?} in the {} at {}", hit.text, hit.field, hit.start)?;
        }
        if self.hits.len() > 3 {
            write!(f, " and {} more", self.hits.len() - 3)?;
        }
        writeln!(f)?;
        self.parts.iter().try_for_each(|part| part.write(f, depth + 1))
    }
}
