//! From trees to plans: names of `[terms]` put in, fields handed down, words made atoms, patterns compiled.
//!
//! What a plan cannot do properly is refused here, never half done at matching time.

use std::collections::BTreeMap;
use std::ops::Range;

use regex_automata::{meta, nfa::thompson::WhichCaptures, util::syntax};

use super::atoms::{Atom, Atoms, Step};
use super::fold::fold;
use super::literals;
use super::parse::parse_item;
use super::pattern::{self, Pattern};
use super::plan::{self, AtLeast, Bare, Clause, Fields, Near, Plan, Seek, Strict, Words};
use super::stem::{self, Language};
use super::tree::{Field, Node, Tree};
use super::words::for_each_word;
use super::{Fault, Part, Problem, Query, nearest};

/// Clauses that a watch may have once its names are put in.
const MOST_CLAUSES: usize = 500;
/// Words that one phrase may have: each place of the first may have to be followed through all of them.
const MOST_WORDS: usize = 200;
/// Names of `[terms]` that may stand in one another, and that one watch may use, repetitions counted: lists that
/// double and double again would never end.
const DEEPEST_NAMES: usize = 32;
const MOST_NAMES: usize = 2_000;
/// Bytes that a compiled pattern may take (and its lazily built automaton as much again).
const REGEX_BYTES: usize = 1 << 20;

/// `[terms]`, parsed.
pub(super) struct Terms<'a> {
    items: BTreeMap<&'a str, Vec<(&'a str, Option<Tree>)>>,
}

impl<'a> Terms<'a> {
    /// Parses all terms and checks each of them by itself.
    pub(super) fn read(terms: &'a BTreeMap<String, Vec<String>>) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut items = BTreeMap::new();
        for (name, sources) in terms {
            let parsed = sources.iter().enumerate().map(|(index, source)| {
                let (tree, faults) = parse_item(source);
                let part = Part::Term { name: name.clone(), index };
                problems.extend(faults.into_iter().map(|fault| fault.in_part(part.clone())));
                (source.as_str(), tree)
            });
            items.insert(name.as_str(), parsed.collect::<Vec<_>>());
        }
        let terms = Self { items };
        let mut atoms = Atoms::default();
        let mut elsewhere = Vec::new();
        for (name, parsed) in &terms.items {
            let mut planner = Planner::new(&mut atoms, &terms);
            planner.open.push(name);
            for (index, (source, tree)) in parsed.iter().enumerate() {
                planner.plan_part(tree.as_ref(), source, Part::Term { name: (*name).to_owned(), index });
            }
            let own = |problem: &Problem| matches!(&problem.part, Part::Term { name: of, .. } if of == name);
            let (here, other): (Vec<_>, Vec<_>) = planner.problems.into_iter().partition(own);
            problems.extend(here);
            elsewhere.extend(other.into_iter().filter(|problem| problem.part != Part::Whole));
        }
        for problem in elsewhere {
            if !is_told(&problem, &problems) {
                problems.push(problem);
            }
        }
        (terms, problems)
    }
}

/// Whether something is already said about this place.
pub(super) fn is_told(problem: &Problem, told: &[Problem]) -> bool {
    let place = |problem: &Problem| (problem.part.clone(), problem.start, problem.end);
    told.iter().any(|other| place(other) == place(problem))
}

/// Plans one watch.
pub(super) struct Planner<'a> {
    atoms: &'a mut Atoms,
    terms: &'a Terms<'a>,
    /// Names being put in at this moment.
    open: Vec<&'a str>,
    clauses: usize,
    /// Names put in so far.
    names: usize,
    /// Languages whose inflected forms the watch wants.
    inflections: Vec<Language>,
    pub(super) problems: Vec<Problem>,
}

/// Where in the strings of a watch the planner is.
struct Place<'a> {
    source: &'a str,
    part: Part,
    fields: Option<Field>,
}

impl Place<'_> {
    fn within(&self, field: Field) -> Place<'_> {
        Place { source: self.source, part: self.part.clone(), fields: Some(field) }
    }
}

impl<'a> Planner<'a> {
    pub(super) fn new(atoms: &'a mut Atoms, terms: &'a Terms<'a>) -> Self {
        let (open, inflections, problems) = (Vec::new(), Vec::new(), Vec::new());
        Self { atoms, terms, open, clauses: 0, names: 0, inflections, problems }
    }

    /// With `stem`, words stand for their inflected forms in the languages the watch is limited to, or in all.
    pub(super) fn for_query(self, query: &Query) -> Self {
        let inflections = match (query.stem, query.languages.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => stem::languages(),
            (true, false) => query.languages.iter().filter_map(|code| stem::language(code)).collect(),
        };
        Self { inflections, ..self }
    }

    /// Plans the tree of one string. `None` when something in it is wrong; the reason is then among the problems
    /// (of the string, or of the term it names).
    pub(super) fn plan_part(&mut self, tree: Option<&Tree>, source: &str, part: Part) -> Option<Plan> {
        self.plan(tree?, &Place { source, part, fields: None })
    }

    fn fault(&mut self, place: &Place<'_>, fault: Fault) {
        let problem = fault.in_part(place.part.clone());
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn refuse<T>(&mut self, place: &Place<'_>, span: &Range<usize>, message: &str, help: &str) -> Option<T> {
        self.fault(place, Fault::error(span.clone(), message, Some(help.to_owned())));
        None
    }

    fn plan(&mut self, tree: &Tree, place: &Place<'_>) -> Option<Plan> {
        match &tree.node {
            Node::And(parts) => self.plan_all(parts, place).map(Plan::All),
            Node::Or(parts) => self.plan_all(parts, place).map(Plan::Any),
            Node::Not(of) => Some(Plan::Not(Box::new(self.plan(of, place)?))),
            Node::In(field, of) => self.plan_in(*field, tree, of, place),
            Node::Near { operands, joins } => {
                let operands: Vec<_> = operands.iter().map(|operand| self.operand(operand, true, place)).collect();
                let operands = operands.into_iter().collect::<Option<_>>()?;
                let written = written(tree, place).into();
                Some(Plan::Near(Box::new(Near { operands, joins: joins.as_slice().into(), written })))
            }
            Node::AtLeast { count, of } => {
                let (of, written) = (self.operand(of, false, place)?, written(tree, place).into());
                Some(Plan::AtLeast(Box::new(AtLeast { count: *count, of, written })))
            }
            Node::Named(name) => self.plan_named(name, tree, place),
            Node::Hash(word) => self.plan_hash(tree, word, place),
            Node::Word(text) => self.plan_text(tree, text, false, 0, place),
            Node::Phrase { text, slop, .. } => self.plan_text(tree, text, true, slop.unwrap_or(0), place),
            Node::Exact(text) => self.plan_exact(tree, text, place),
            Node::Regex { pattern, ignore_case } => self.plan_regex(tree, pattern, *ignore_case, place),
        }
    }

    /// All parts, so that every fault is found.
    fn plan_all(&mut self, parts: &[Tree], place: &Place<'_>) -> Option<Box<[Plan]>> {
        let plans: Vec<Option<Plan>> = parts.iter().map(|part| self.plan(part, place)).collect();
        plans.into_iter().collect()
    }

    fn plan_in(&mut self, field: Field, tree: &Tree, of: &Tree, place: &Place<'_>) -> Option<Plan> {
        if place.fields.is_some_and(|outer| outer != field) {
            return self.refuse(place, &tree.span, "a field stands inside another field", "join the two with AND");
        }
        // A field and its only word are one clause: `title:"door plug"`.
        match self.plan(of, &place.within(field))? {
            Plan::Seek(mut clause) if of.is_leaf() => {
                clause.written = place.source[tree.span.clone()].into();
                Some(Plan::Seek(clause))
            }
            plan => Some(plan),
        }
    }

    fn plan_named(&mut self, name: &str, tree: &Tree, place: &Place<'_>) -> Option<Plan> {
        let terms = self.terms;
        let Some((&name, items)) = terms.items.get_key_value(name) else {
            let text = format!("or quote it to search for the text: \"${name}\"");
            let help = match nearest(name, terms.items.keys().copied()) {
                Some(near) => format!("did you mean ${near}? {text}"),
                None => format!("add {name} = [\"…\"] to [terms], {text}"),
            };
            return self.refuse(place, &tree.span, &format!("there is no ${name} in [terms]"), &help);
        };
        if self.open.contains(&name) {
            let way = self.open.iter().skip_while(|&&open| open != name).map(|open| format!("${open} → "));
            let message = format!("${name} contains itself: {}${name}", way.collect::<String>());
            return self.refuse(place, &tree.span, &message, "break the circle");
        }
        if items.is_empty() {
            return self.refuse(place, &tree.span, &format!("${name} is empty"), "give it an item in [terms]");
        }
        self.names += 1;
        if self.open.len() >= DEEPEST_NAMES || self.names > MOST_NAMES {
            let message = "the names of [terms] lead to too many others";
            return self.refuse(place, &tree.span, message, "write the words themselves");
        }
        self.open.push(name);
        let mut plans = Vec::with_capacity(items.len());
        for (index, (source, item)) in items.iter().enumerate() {
            if self.clauses > MOST_CLAUSES {
                break;
            }
            let inside = Place { source, part: Part::Term { name: name.to_owned(), index }, fields: place.fields };
            plans.push(item.as_ref().and_then(|item| self.plan(item, &inside)));
        }
        self.open.pop();
        plans.into_iter().collect::<Option<_>>().map(Plan::Any)
    }

    /// Operands of NEAR and ATLEAST have places in the text: words, phrases, and OR groups of these.
    fn operand(&mut self, tree: &Tree, in_near: bool, place: &Place<'_>) -> Option<Box<[Clause]>> {
        let mut clauses = Vec::new();
        if flatten(self.plan(tree, place)?, &mut clauses) {
            return Some(clauses.into());
        }
        let message = "NEAR, BEFORE and ATLEAST take words, phrases, and groups of these joined with OR";
        let help = match tree.node {
            Node::Near { .. } if in_near => "write a chain without the parentheses: a NEAR/5 b NEAR/5 c",
            _ => "join the rest with AND outside",
        };
        self.refuse(place, &tree.span, message, help)
    }

    /// `#word` is the word with its sign, and a tag that the entry was given.
    fn plan_hash(&mut self, tree: &Tree, word: &str, place: &Place<'_>) -> Option<Plan> {
        if place.fields == Some(Field::Tag) {
            return self.plan_text(tree, word, false, 0, place);
        }
        let in_text = self.plan_text(tree, &format!("#{word}"), false, 0, place)?;
        if place.fields.is_some() {
            return Some(in_text);
        }
        let tagged = self.plan_text(tree, word, false, 0, &place.within(Field::Tag))?;
        Some(Plan::Any([in_text, tagged].into()))
    }

    fn clause(&mut self, tree: &Tree, seek: Seek, place: &Place<'_>) -> Option<Plan> {
        self.clauses += 1;
        if self.clauses > MOST_CLAUSES {
            if self.clauses == MOST_CLAUSES + 1 {
                let message = format!("more than {MOST_CLAUSES} words and phrases in one watch");
                let whole = Place { source: "", part: Part::Whole, fields: None };
                self.refuse::<()>(&whole, &(0..0), &message, "make two watches of it");
            }
            return None;
        }
        let fields = place.fields.map_or(Fields::DEFAULT, Fields::only);
        Some(Plan::Seek(Clause { fields, seek, written: written(tree, place).into() }))
    }

    fn plan_text(&mut self, tree: &Tree, text: &str, phrase: bool, slop: usize, place: &Place<'_>) -> Option<Plan> {
        if let Some(field) = place.fields.filter(|field| field.is_whole()) {
            return self.plan_whole(tree, field, text, place);
        }
        let inside = tree.span.start + place.source[tree.span.clone()].find(text).unwrap_or(0);
        match pattern::read(text, phrase) {
            Err(fault) => {
                let span = inside + fault.span.start..inside + fault.span.end;
                self.fault(place, Fault { span, ..fault });
                None
            }
            Ok(found) if found.steps.is_empty() => self.plan_bare(tree, &found, place),
            Ok(found) if found.steps.len() > MOST_WORDS => {
                let message = format!("more than {MOST_WORDS} words in one phrase");
                self.refuse(place, &tree.span, &message, "a few of them are enough to know it by")
            }
            Ok(found) => {
                let strict = found.symbols.any().then(|| Box::new(Strict::Symbols(found.symbols.clone())));
                let seek = self.words(text, &found, slop, strict);
                self.clause(tree, seek, place)
            }
        }
    }

    fn plan_bare(&mut self, tree: &Tree, found: &Pattern, place: &Place<'_>) -> Option<Plan> {
        if found.symbols.lead.is_empty() {
            let message = "there is no word in this to search for";
            return self.refuse(place, &tree.span, message, "write a word or a symbol, or remove it");
        }
        let symbols = found.symbols.lead.as_str();
        let atom = self.atoms.intern(&Step::Literal(symbols.to_owned()));
        self.clause(tree, Seek::Bare(Box::new(Bare { symbols: symbols.into(), atom })), place)
    }

    fn plan_exact(&mut self, tree: &Tree, text: &str, place: &Place<'_>) -> Option<Plan> {
        if text.contains(['*', '?']) {
            let message = "`=` and a wildcard exclude each other";
            return self.refuse(place, &tree.span, message, "remove one of them");
        }
        if place.fields.is_some_and(Field::is_whole) {
            return self.refuse(place, &tree.span, "`=` has no use in this field: it is compared whole", "remove it");
        }
        let found = pattern::read_literal(text);
        if found.steps.is_empty() {
            return self.plan_bare(tree, &found, place);
        }
        let exact = Strict::Exact { text: text.to_owned(), lead_len: found.lead_len };
        let seek = self.words(text, &found, 0, Some(Box::new(exact)));
        self.clause(tree, seek, place)
    }

    fn words(&mut self, text: &str, found: &Pattern, slop: usize, strict: Option<Box<Strict>>) -> Seek {
        let is_exact = matches!(strict.as_deref(), Some(Strict::Exact { .. }));
        let inflected = !is_exact && !self.inflections.is_empty();
        let steps = found.steps.iter().zip(&found.places).enumerate();
        let mut atoms: Vec<Atom> = Vec::with_capacity(found.steps.len());
        for (index, (step, place)) in steps {
            atoms.push(match step {
                Step::Word(word) if inflected && !found.symbols.touch(index) => {
                    let written = without_possessive(&text[place.clone()]);
                    self.atoms.intern_inflected(word, written, &self.inflections)
                }
                step => self.atoms.intern(step),
            });
        }
        if let ([atom], None) = (atoms.as_slice(), &strict) {
            return Seek::Word(*atom);
        }
        let touches = if found.touches.contains(&true) { found.touches.as_slice().into() } else { Box::default() };
        let slop = u32::try_from(slop).unwrap_or(u32::MAX);
        Seek::Words(Box::new(Words { atoms: atoms.into(), touches, slop, strict }))
    }

    fn plan_whole(&mut self, tree: &Tree, field: Field, text: &str, place: &Place<'_>) -> Option<Plan> {
        if text.contains(['*', '?']) {
            let message = format!("`{}:` takes a whole name", field.name());
            return self.refuse(place, &tree.span, &message, "write the names, joined with OR");
        }
        let atom = self.atoms.intern(&Step::Whole(field, fold(text.trim())));
        self.clause(tree, Seek::Word(atom), place)
    }

    fn plan_regex(&mut self, tree: &Tree, pattern: &str, ignore_case: bool, place: &Place<'_>) -> Option<Plan> {
        let compiled = compile_regex(pattern, ignore_case);
        match compiled {
            Ok(regex) if regex.is_match("") => {
                let message = "this pattern matches where there is nothing, so it matches every entry";
                self.refuse(place, &tree.span, message, "use + instead of *")
            }
            Ok(regex) => {
                let literals = literals::of_pattern(pattern, ignore_case);
                let mut texts: Vec<Step> = literals.into_iter().map(Step::Literal).collect();
                if texts.is_empty() {
                    texts.push(Step::Pattern { pattern: pattern.to_owned(), ignore_case });
                }
                let literals = texts.iter().map(|text| self.atoms.intern(text)).collect();
                self.clause(tree, Seek::Regex(Box::new(plan::Pattern { regex, literals })), place)
            }
            Err(error) => {
                let message = format!("this pattern is refused: {}", first_reason(&error));
                self.refuse(place, &tree.span, &message, "see the syntax of Rust's regex crate; no look-around")
            }
        }
    }
}

/// Stemmers take words as they stand in a text, which is read without the `'s`.
fn without_possessive(word: &str) -> &str {
    let mut owner = word;
    for_each_word(word, |word_in| owner = &word[word_in.start..word_in.end]);
    owner
}

/// A leaf as written, without parentheses of its own.
fn written<'a>(leaf: &Tree, place: &Place<'a>) -> &'a str {
    let mut source = &place.source[leaf.span.clone()];
    while let Some(inner) = source.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        source = inner.trim();
    }
    source
}

/// Takes time in proportion to the text, whatever the pattern. The one-pass automaton is left out: it is the larger
/// part of the time to build one and of its memory, and serves only to find groups, which nobody asks for.
fn compile_regex(pattern: &str, ignore_case: bool) -> Result<meta::Regex, Box<meta::BuildError>> {
    let config = meta::Config::new()
        .onepass(false)
        .dfa(false)
        .nfa_size_limit(Some(REGEX_BYTES))
        .hybrid_cache_capacity(REGEX_BYTES)
        .which_captures(WhichCaptures::Implicit);
    let syntax = syntax::Config::new().case_insensitive(ignore_case).nest_limit(64);
    meta::Builder::new().configure(config).syntax(syntax).build(pattern).map_err(Box::new)
}

fn first_reason(error: &meta::BuildError) -> String {
    let Some(syntax) = error.syntax_error() else {
        return "it grows too large; use smaller repetitions".to_owned();
    };
    let text = syntax.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// The clauses of a plan that is one clause or alternatives of clauses, all of which have word positions.
fn flatten(plan: Plan, out: &mut Vec<Clause>) -> bool {
    match plan {
        Plan::Seek(clause) if matches!(clause.seek, Seek::Word(_) | Seek::Words(_)) => {
            out.push(clause);
            true
        }
        Plan::Any(parts) => parts.into_iter().all(|part| flatten(part, out)),
        _ => false,
    }
}
