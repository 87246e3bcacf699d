//! All watches made one matcher, so that an entry costs as much as the watches it may satisfy, not as all there are.
//!
//! Every watch names words of which one must occur if it is to hold, the rarest it can name; an entry's words lead to
//! the watches that named them (the way of Lucene's `monitor`), and only those are evaluated.

use std::{borrow::Borrow, collections::BTreeMap};

use super::atoms::{Atom, Atoms};
use super::eval::{evidence_with, holds};
use super::literals::Literals;
use super::parse::{parse_item, parse_query};
use super::plan::{Clause, Fields, Plan, Seek, needs_a_hit};
use super::resolve::{Planner, Terms, is_told};
use super::subject::Reading;
use super::{Fault, Match, Part, Problem, Query, Subject};

/// Bytes that the strings of one watch may have.
const MOST_BYTES: usize = 64 * 1024;

/// What loading gives: the watches without errors, and all problems, each with the index of its query. For a problem in
/// `[terms]` that index says nothing.
#[derive(Default)]
pub struct Compiled {
    pub watches: WatchSet,
    pub problems: Vec<(usize, Problem)>,
}

/// All watches, ready to be matched.
#[derive(Default)]
pub struct WatchSet {
    watches: Vec<Watch>,
    atoms: Atoms,
    literals: Literals,
    /// Fields that some watch asks for.
    fields: Option<Fields>,
    /// For atom `a`, the watches that need it are `needing[ends[a - 1]..ends[a]]`.
    ends: Vec<u32>,
    needing: Vec<u32>,
    /// Watches that can name no word and no text: some patterns.
    always: Vec<u32>,
}

struct Watch {
    name: Box<str>,
    plan: Plan,
    scope: Option<Box<Scope>>,
}

/// `[watch.scope]`; what is empty allows everything.
#[derive(Default)]
pub(super) struct Scope {
    feeds: Vec<String>,
    groups: Vec<String>,
    languages: Vec<String>,
}

/// Compiles all watches. `terms` is `[terms]`. A watch with an error is left out of the set; the reason is among the
/// problems, at the watch or at the term it names.
pub fn compile<Q: Borrow<Query>>(queries: &[Q], terms: &BTreeMap<String, Vec<String>>) -> Compiled {
    let (terms, in_terms) = Terms::read(terms);
    let mut told = in_terms.clone();
    let mut problems: Vec<(usize, Problem)> = in_terms.into_iter().map(|problem| (0, problem)).collect();
    let mut set = WatchSet::default();
    for (index, query) in queries.iter().enumerate() {
        let (watch, found) = compile_one(query.borrow(), &terms, &mut set.atoms);
        set.watches.extend(watch);
        for problem in found {
            // What is wrong inside a term is told once, not at every watch that names it.
            let in_term = matches!(problem.part, Part::Term { .. });
            if !in_term || !is_told(&problem, &told) {
                told.extend(in_term.then(|| problem.clone()));
                problems.push((index, problem));
            }
        }
    }
    set.index();
    Compiled { watches: set, problems }
}

fn compile_one(query: &Query, terms: &Terms<'_>, atoms: &mut Atoms) -> (Option<Watch>, Vec<Problem>) {
    let (scope, mut problems) = compile_scope(query);
    if strings(query).map(|(_, source)| source.len()).sum::<usize>() > MOST_BYTES {
        problems.push(whole("the watch has more than 64 KiB of text", "make two watches of it"));
        return (None, problems);
    }
    let mut planner = Planner::new(atoms, terms).for_query(query);
    let mut parts = Parts::default();
    for (part, source) in strings(query) {
        let (tree, faults) = if part == Part::Query { parse_query(source) } else { parse_item(source) };
        problems.extend(faults.into_iter().map(|fault| fault.in_part(part.clone())));
        let plan = planner.plan_part(tree.as_ref(), source, part.clone());
        parts.add(&part, plan);
    }
    problems.extend(planner.problems);
    let Some(plan) = parts.into_plan() else { return (None, problems) };
    if !needs_a_hit(&plan, false) {
        problems.push(only_negative(query));
    }
    let sound = !problems.iter().any(|problem| problem.is_error);
    (sound.then(|| Watch { name: query.name.as_str().into(), plan, scope }), problems)
}

/// The strings of a watch, with what each is.
pub(super) fn strings(query: &Query) -> impl Iterator<Item = (Part, &String)> {
    let any = query.any.iter().enumerate().map(|(index, source)| (Part::Any(index), source));
    let all = query.all.iter().enumerate().map(|(index, source)| (Part::All(index), source));
    let whole = query.query.iter().map(|source| (Part::Query, source));
    let none = query.none.iter().enumerate().map(|(index, source)| (Part::None(index), source));
    any.chain(all).chain(whole).chain(none)
}

fn whole(message: &str, suggestion: &str) -> Problem {
    Fault::error(0..0, message, Some(suggestion.to_owned())).in_part(Part::Whole)
}

fn only_negative(query: &Query) -> Problem {
    if query.any.is_empty() && query.all.is_empty() && query.query.is_none() {
        let message =
            if query.none.is_empty() { "the watch has nothing to look for" } else { "the watch has only `none`" };
        return whole(message, "add `any`, `all` or `query`");
    }
    let message = "the watch would match entries in which nothing it names occurs";
    whole(message, "NOT needs something beside it that must occur; in an OR group, every part does")
}

/// The plans of a watch's strings, list by list.
#[derive(Default)]
struct Parts {
    any: Vec<Plan>,
    must: Vec<Plan>,
    none: Vec<Plan>,
    broken: bool,
}

impl Parts {
    fn add(&mut self, part: &Part, plan: Option<Plan>) {
        let Some(plan) = plan else {
            self.broken = true;
            return;
        };
        match part {
            Part::Any(_) => self.any.push(plan),
            Part::None(_) => self.none.push(plan),
            _ => self.must.push(plan),
        }
    }

    fn into_plan(self) -> Option<Plan> {
        if self.broken {
            return None;
        }
        let mut parts = Vec::new();
        if !self.any.is_empty() {
            parts.push(joined(self.any, Plan::Any));
        }
        parts.extend(self.must);
        parts.extend(self.none.into_iter().map(|plan| Plan::Not(Box::new(plan))));
        Some(joined(parts, Plan::All))
    }
}

fn joined(mut plans: Vec<Plan>, join: impl FnOnce(Box<[Plan]>) -> Plan) -> Plan {
    match plans.pop() {
        Some(only) if plans.is_empty() => only,
        last => join(plans.into_iter().chain(last).collect()),
    }
}

pub(super) fn compile_scope(query: &Query) -> (Option<Box<Scope>>, Vec<Problem>) {
    let mut scope = Scope::default();
    let mut problems = Vec::new();
    for (index, feed) in query.feeds.iter().enumerate() {
        match feed.strip_prefix("group:") {
            Some("") | None if feed.trim().is_empty() || feed == "group:" => {
                let help = Some("name a feed, or group:NAME".to_owned());
                let fault = Fault::error(0..feed.len(), "this names no feed", help);
                problems.push(fault.in_part(Part::Feeds(index)));
            }
            Some(group) => scope.groups.push(group.to_owned()),
            None => scope.feeds.push(feed.clone()),
        }
    }
    for (index, language) in query.languages.iter().enumerate() {
        if (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            scope.languages.push(language.to_ascii_lowercase());
        } else {
            let help = Some("write a two-letter code such as \"en\", or \"und\" for unknown".to_owned());
            let fault = Fault::error(0..language.len(), "this is no language code", help);
            problems.push(fault.in_part(Part::Languages(index)));
        }
    }
    let empty = query.feeds.is_empty() && query.languages.is_empty();
    ((!empty).then(|| Box::new(scope)), problems)
}

impl Scope {
    fn allows(&self, subject: &Subject<'_>) -> bool {
        self.allows_feed(subject) && self.allows_language(subject.language)
    }

    pub(super) fn allows_feed(&self, subject: &Subject<'_>) -> bool {
        (self.feeds.is_empty() && self.groups.is_empty())
            || subject.feed.iter().any(|name| self.feeds.contains(name))
            || subject.groups.iter().any(|name| self.groups.contains(name))
    }

    pub(super) fn allows_language(&self, language: &str) -> bool {
        let language = if language.is_empty() { "und" } else { language };
        self.languages.is_empty() || self.languages.iter().any(|allowed| allowed.eq_ignore_ascii_case(language))
    }
}

impl WatchSet {
    /// What each watch looks for, as written, each once, without what must not occur: the clauses of its evidence.
    pub fn clauses(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.watches.iter().map(|watch| {
            let mut clauses = Vec::new();
            written(&watch.plan, true, &mut clauses);
            (&*watch.name, clauses)
        })
    }

    /// Number of watches.
    pub fn len(&self) -> usize {
        self.watches.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// The watches that an entry satisfies, in the order in which they were compiled.
    pub fn matches(&self, subject: &Subject<'_>) -> Vec<Match> {
        let Some(fields) = self.fields else { return Vec::new() };
        let reading = Reading::of(subject, fields, &self.atoms, &self.literals);
        let candidates = self.candidates(&reading);
        // First all answers, then all evidence: each pass waits for memory once and not turn by turn.
        let watches = candidates.into_iter().map(|watch| &self.watches[watch as usize]);
        let satisfied: Vec<&Watch> = watches.filter(|watch| watch.holds(subject, &reading)).collect();
        let mut notes = Vec::new();
        let mut matches = Vec::with_capacity(satisfied.len());
        for watch in satisfied {
            let evidence = evidence_with(&watch.plan, &reading, &mut notes);
            matches.push(Match { watch: watch.name.to_string(), evidence });
        }
        matches
    }

    fn candidates(&self, reading: &Reading<'_>) -> Vec<u32> {
        let mut candidates = self.always.clone();
        for atom in reading.atoms() {
            candidates.extend_from_slice(self.needing(atom));
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    fn needing(&self, atom: Atom) -> &[u32] {
        let atom = atom as usize;
        let start = atom.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.needing[start as usize..self.ends[atom] as usize]
    }

    /// Chooses for every watch the words it needs: those that the fewest watches ask for, which stands for those that
    /// the fewest entries have.
    fn index(&mut self) {
        self.literals = Literals::of(&self.atoms);
        let mut uses = vec![0_u64; self.atoms.count()];
        for watch in &self.watches {
            for_each_clause(&watch.plan, &mut |clause| {
                self.fields = Some(self.fields.map_or(clause.fields, |fields| fields.with(clause.fields)));
                atoms_of(clause).iter().for_each(|&atom| uses[atom as usize] += 1);
            });
        }
        // A pattern of which no text is known may be found anywhere: it is needed only where no word is.
        self.atoms.patterns().for_each(|(.., atom)| uses[atom as usize] += 1 << 32);
        let mut needs: Vec<(Atom, u32)> = Vec::new();
        for (number, watch) in (0..).zip(&self.watches) {
            match needed(&watch.plan, &uses) {
                Some((_, atoms)) => needs.extend(atoms.into_iter().map(|atom| (atom, number))),
                None => self.always.push(number),
            }
        }
        needs.sort_unstable();
        needs.dedup();
        let end = |atom: usize| needs.partition_point(|&(needed, _)| needed as usize <= atom);
        self.ends = (0..uses.len()).map(|atom| u32::try_from(end(atom)).unwrap_or(u32::MAX)).collect();
        self.needing = needs.into_iter().map(|(_, watch)| watch).collect();
    }
}

impl Watch {
    fn holds(&self, subject: &Subject<'_>, reading: &Reading<'_>) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.allows(subject)) && holds(&self.plan, reading)
    }
}

fn written<'a>(plan: &'a Plan, sense: bool, out: &mut Vec<&'a str>) {
    let clause = match plan {
        Plan::All(parts) | Plan::Any(parts) => return parts.iter().for_each(|part| written(part, sense, out)),
        Plan::Not(of) => return written(of, !sense, out),
        Plan::Seek(clause) => &*clause.written,
        Plan::Near(near) => &*near.written,
        Plan::AtLeast(at_least) => &*at_least.written,
    };
    if sense && !out.contains(&clause) {
        out.push(clause);
    }
}

fn for_each_clause<'a>(plan: &'a Plan, each: &mut dyn FnMut(&'a Clause)) {
    match plan {
        Plan::All(parts) | Plan::Any(parts) => parts.iter().for_each(|part| for_each_clause(part, each)),
        Plan::Not(of) => for_each_clause(of, each),
        Plan::Seek(clause) => each(clause),
        Plan::Near(near) => near.operands.iter().flatten().for_each(each),
        Plan::AtLeast(at_least) => at_least.of.iter().for_each(each),
    }
}

fn atoms_of(clause: &Clause) -> &[Atom] {
    match &clause.seek {
        Seek::Word(atom) => std::slice::from_ref(atom),
        Seek::Words(words) => &words.atoms,
        Seek::Bare(bare) => std::slice::from_ref(&bare.atom),
        Seek::Regex(pattern) => &pattern.literals,
    }
}

/// The fields a plan looks at.
pub(super) fn fields_of(plan: &Plan) -> Fields {
    let mut fields: Option<Fields> = None;
    for_each_clause(plan, &mut |clause| {
        fields = Some(fields.map_or(clause.fields, |fields| fields.with(clause.fields)));
    });
    fields.unwrap_or(Fields::DEFAULT)
}

/// Atoms of which one at least occurs wherever the plan holds, with what they cost; `None` if there are none.
type Needed = Option<(u64, Vec<Atom>)>;

fn needed(plan: &Plan, uses: &[u64]) -> Needed {
    match plan {
        Plan::All(parts) => cheapest(parts.iter().map(|part| needed(part, uses))),
        Plan::Any(parts) => either(parts.iter().map(|part| needed(part, uses))),
        Plan::Not(_) => None,
        Plan::Seek(clause) => needed_by(clause, uses),
        Plan::Near(near) => cheapest(near.operands.iter().map(|operand| needed_by_any(operand, uses))),
        Plan::AtLeast(at_least) => needed_by_any(&at_least.of, uses),
    }
}

fn needed_by(clause: &Clause, uses: &[u64]) -> Needed {
    let cost = |atom: Atom| uses[atom as usize];
    match &clause.seek {
        Seek::Regex(pattern) if pattern.literals.is_empty() => None,
        Seek::Regex(pattern) => {
            Some((pattern.literals.iter().map(|&atom| cost(atom)).sum(), pattern.literals.to_vec()))
        }
        _ => atoms_of(clause).iter().map(|&atom| (cost(atom), vec![atom])).min_by_key(|&(cost, _)| cost),
    }
}

fn needed_by_any(clauses: &[Clause], uses: &[u64]) -> Needed {
    either(clauses.iter().map(|clause| needed_by(clause, uses)))
}

fn cheapest(parts: impl Iterator<Item = Needed>) -> Needed {
    parts.flatten().min_by_key(|&(cost, _)| cost)
}

fn either(mut parts: impl Iterator<Item = Needed>) -> Needed {
    parts.try_fold((0, Vec::new()), |(cost, mut atoms), part| {
        let (more, other) = part?;
        atoms.extend(other);
        Some((cost + more, atoms))
    })
}
