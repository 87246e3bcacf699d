//! A second evaluator, independent of everything in the room: texts are put together from pieces whose words are
//! known beforehand, so it needs no segmentation, no folding, no lexer and no index; it tries everything everywhere.
//!
//! `STORYWATCH_CASES=1000000 cargo test --release reference -- --nocapture` runs as many cases as one has patience for
//! and says how often each part of the language held.

mod ask;
mod page;

use std::{cell::RefCell, collections::BTreeMap};

use proptest::{
    prelude::{Strategy, prop},
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use self::{
    ask::{Ask, Asked, Group, Leaf, Writer, asked},
    page::{PIECES, Page, Span},
};
use super::{super::tree::Field, *};

/// An entry, with the words that its fields have.
#[derive(Clone, Debug)]
struct Entry {
    pages: Vec<(Field, Page)>,
    language: &'static str,
    host: &'static str,
    is_of_group: bool,
    feed: &'static str,
}

fn entry() -> impl Strategy<Value = Entry> {
    let page = |most: usize| {
        prop::collection::vec((0..PIECES.len(), 0_usize..8, 0_usize..14), 0..most).prop_map(|pieces| Page::of(&pieces))
    };
    let small = prop::collection::vec(page(3), 5);
    let host = prop::sample::select(vec!["news.example.org", "example.org", "example.com"]);
    let (language, feed) = (prop::sample::select(vec!["en", ""]), prop::sample::select(vec!["f1", "f2", "f3"]));
    (page(10), page(12), small, language, host, proptest::bool::ANY, feed).prop_map(
        |(title, text, small, language, host, is_of_group, feed)| {
            let fields = [Field::Author, Field::Tag, Field::Tag, Field::Source, Field::Feed];
            let mut pages = vec![(Field::Title, title), (Field::Text, text)];
            pages.extend(fields.into_iter().zip(small));
            Entry { pages, language, host, is_of_group, feed }
        },
    )
}

impl Entry {
    fn texts(&self, field: Field) -> Vec<String> {
        self.pages.iter().filter(|(of, _)| *of == field).map(|(_, page)| page.text.clone()).collect()
    }

    fn matched(&self, watches: &WatchSet) -> Vec<Match> {
        let one = |field| self.texts(field).remove(0);
        let (tags, source) = (self.texts(Field::Tag), self.texts(Field::Source));
        let feed = [self.texts(Field::Feed), vec![self.feed.to_owned()]].concat();
        let groups = if self.is_of_group { vec!["us papers".to_owned()] } else { Vec::new() };
        watches.matches(&Subject {
            title: &one(Field::Title),
            text: &one(Field::Text),
            author: &one(Field::Author),
            tags: &tags,
            source: &source,
            feed: &feed,
            groups: &groups,
            url: &format!("https://{}/", self.host),
            language: self.language,
        })
    }
}

/// Tries everything everywhere.
struct Judge<'a> {
    entry: &'a Entry,
    stem: bool,
}

impl Judge<'_> {
    fn pages(&self, field: Option<Field>) -> impl Iterator<Item = &Page> {
        let is_asked = move |of: Field| field.map_or(matches!(of, Field::Title | Field::Text), |field| of == field);
        self.entry.pages.iter().filter(move |(of, _)| is_asked(*of)).map(|(_, page)| page)
    }

    fn holds(&self, ask: &Ask, field: Option<Field>) -> bool {
        match ask {
            Ask::And(parts) => parts.iter().all(|part| self.holds(part, field)),
            Ask::Or(parts) => parts.iter().any(|part| self.holds(part, field)),
            Ask::Not(of) => !self.holds(of, field),
            Ask::In(field, of) => self.holds(of, Some(*field)),
            Ask::Group(group) => self.pages(field).any(|page| !page.places(&group.leaves, self.stem).is_empty()),
            Ask::Near(operands, joins) => self.pages(field).any(|page| self.is_chain(page, operands, joins, None)),
            Ask::AtLeast(count, of) => {
                let on = |page: &Page| page.most_apart(&page.places(&of.leaves, self.stem), 0);
                self.pages(field).map(on).sum::<usize>() >= *count
            }
            Ask::Regex(piece, ignore_case) => {
                let form = PIECES[*piece].forms[0];
                let lower = form.to_lowercase();
                let has = |page: &Page| match ignore_case {
                    true => page.text.to_lowercase().contains(&lower),
                    false => page.text.contains(form),
                };
                self.pages(field).any(has)
            }
            Ask::Capitals => {
                let are_capitals = |pair: &[u8]| pair.iter().all(u8::is_ascii_uppercase);
                self.pages(field).any(|page| page.text.as_bytes().windows(2).any(are_capitals))
            }
            Ask::Symbol => self.pages(field).any(|page| page.text.contains('🔥')),
            Ask::Hash => self.has_hash(field),
            Ask::Whole(Field::Lang, code) => *code == if self.entry.language.is_empty() { "und" } else { "en" },
            Ask::Whole(Field::Site, site) => self.entry.host == *site || self.entry.host.ends_with(&format!(".{site}")),
            Ask::Whole(_, group) => self.entry.is_of_group && *group == "US Papers",
        }
    }

    fn has_hash(&self, field: Option<Field>) -> bool {
        let of = |named: &str| PIECES.iter().position(|piece| piece.named == named).expect("a piece");
        let has = |piece, field| {
            let leaf = Leaf::Phrase { pieces: vec![piece], slop: 0 };
            self.pages(field).any(|page| !page.places(std::slice::from_ref(&leaf), self.stem).is_empty())
        };
        match field {
            Some(Field::Tag) => has(of("alpha"), field),
            None => has(of("\"#alpha\""), None) || has(of("alpha"), Some(Field::Tag)),
            Some(_) => has(of("\"#alpha\""), field),
        }
    }

    fn is_chain(&self, page: &Page, operands: &[Group], joins: &[(usize, bool)], before: Option<Span>) -> bool {
        let Some((operand, rest)) = operands.split_first() else { return true };
        page.places(&operand.leaves, self.stem).into_iter().any(|place| match (before, joins.split_first()) {
            (None, _) => self.is_chain(page, rest, joins, Some(place)),
            (Some(before), Some((&(words, ordered), later))) => {
                let near = page.is_within(before, place, words) || (!ordered && page.is_within(place, before, words));
                near && self.is_chain(page, rest, later, Some(place))
            }
            (Some(_), None) => false,
        })
    }
}

impl Asked {
    fn holds(&self, entry: &Entry) -> bool {
        let language = if entry.language.is_empty() { "und" } else { entry.language };
        let is_in_scope = self.languages.is_empty() || self.languages.contains(&language);
        let is_of_feed = self.feeds.is_empty()
            || self.feeds.contains(&entry.feed)
            || (entry.is_of_group && self.feeds.contains(&"group:us papers"));
        let judge = Judge { entry, stem: self.stem && language == "en" };
        is_in_scope && is_of_feed && judge.holds(&self.whole(), None)
    }

    /// The lists as one expression.
    fn whole(&self) -> Ask {
        let none = self.none.iter().map(|ask| Ask::Not(Box::new(ask.clone())));
        Ask::And([Ask::Or(self.any.clone())].into_iter().chain(self.all.clone()).chain(none).collect())
    }

    fn query(&self, index: usize, terms: &mut BTreeMap<String, Vec<String>>) -> Query {
        let mut writer = Writer { prefix: format!("w{index}t"), terms };
        let mut written = |asks: &[Ask]| asks.iter().map(|ask| writer.write(ask)).collect::<Vec<_>>();
        let (mut any, all, none) = (written(&self.any), written(&self.all), written(&self.none));
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Query {
            name: index.to_string(),
            query: if self.is_query { any.pop() } else { None },
            any,
            all,
            none,
            feeds: owned(&self.feeds),
            languages: owned(&self.languages),
            stem: self.stem,
        }
    }
}

/// Whether the ask can hold where nothing it names is found: such a watch is refused.
fn needs_something(ask: &Ask, negated: bool) -> bool {
    match ask {
        Ask::Not(of) => needs_something(of, !negated),
        Ask::In(_, of) => needs_something(of, negated),
        Ask::And(parts) if !negated => parts.iter().any(|part| needs_something(part, false)),
        Ask::Or(parts) if negated => parts.iter().any(|part| needs_something(part, true)),
        Ask::And(parts) | Ask::Or(parts) => parts.iter().all(|part| needs_something(part, negated)),
        _ => !negated,
    }
}

/// For each part of the language: watches with it that an entry satisfied, and that it did not.
#[derive(Debug, Default)]
struct Coverage(BTreeMap<&'static str, (u32, u32)>);

impl Coverage {
    fn add(&mut self, asked: &Asked, holds: bool) {
        let mut parts = vec!["watch", if asked.is_query { "query" } else { "lists" }];
        parts.extend(asked.stem.then_some("stem"));
        parts.extend((!asked.languages.is_empty()).then_some("scope languages"));
        parts.extend((!asked.feeds.is_empty()).then_some("scope feeds"));
        let written = asked.any.iter().chain(&asked.all).chain(&asked.none);
        written.for_each(|ask| parts_of(ask, &mut parts));
        parts.extend((!asked.none.is_empty()).then_some("none"));
        parts.sort_unstable();
        parts.dedup();
        for part in parts {
            let (held, failed) = self.0.entry(part).or_default();
            *if holds { held } else { failed } += 1;
        }
    }

    /// A test of which all cases go one way proves little.
    fn assert_balanced(&self) {
        const PARTS: usize = 34;
        assert_eq!(self.0.len(), PARTS, "{self:#?}");
        for (part, &(held, failed)) in &self.0 {
            let (rarer, all) = (held.min(failed), held + failed);
            assert!(rarer * 20 >= all, "{part}: {held} held, {failed} did not");
        }
    }
}

fn parts_of(ask: &Ask, out: &mut Vec<&'static str>) {
    let groups: Vec<&Group> = match ask {
        Ask::And(parts) | Ask::Or(parts) => {
            out.push(if matches!(ask, Ask::And(_)) { "AND" } else { "OR" });
            return parts.iter().for_each(|part| parts_of(part, out));
        }
        Ask::Not(of) => {
            out.push("NOT");
            return parts_of(of, out);
        }
        Ask::In(field, of) => {
            out.push(field.name());
            return parts_of(of, out);
        }
        Ask::Whole(field, _) => return out.push(field.name()),
        Ask::Regex(..) => return out.push("regex"),
        Ask::Capitals => return out.push("regex without a literal"),
        Ask::Symbol => return out.push("symbol"),
        Ask::Hash => return out.push("#"),
        Ask::Group(group) => vec![group],
        Ask::Near(operands, joins) => {
            out.extend(joins.iter().map(|(_, ordered)| if *ordered { "BEFORE" } else { "NEAR" }));
            operands.iter().collect()
        }
        Ask::AtLeast(_, of) => {
            out.push("ATLEAST");
            vec![of]
        }
    };
    for group in groups {
        out.extend(group.is_named.then_some("$name"));
        out.extend(group.leaves.iter().map(part_of_leaf));
    }
}

fn part_of_leaf(leaf: &Leaf) -> &'static str {
    match leaf {
        Leaf::Phrase { pieces, .. } if pieces.iter().any(|&piece| PIECES[piece].touching) => "unspaced script",
        Leaf::Phrase { slop: 0, pieces } if pieces.len() == 1 => "word",
        Leaf::Phrase { slop: 0, .. } => "phrase",
        Leaf::Phrase { .. } => "phrase~",
        Leaf::Exact(_) => "=",
        Leaf::Prefix(..) => "*",
        Leaf::Wild(..) => "?",
    }
}

fn agree(asked: &[Asked], entry: &Entry, coverage: &RefCell<Coverage>) -> Result<(), TestCaseError> {
    let mut terms = BTreeMap::new();
    let queries: Vec<Query> = asked.iter().enumerate().map(|(index, asked)| asked.query(index, &mut terms)).collect();
    let compiled = compile(&queries, &terms);
    let found = entry.matched(&compiled.watches);
    for (index, asked) in asked.iter().enumerate() {
        let errors: Vec<_> =
            compiled.problems.iter().filter(|(at, problem)| *at == index && problem.is_error).collect();
        let fail =
            |what: String| Err(TestCaseError::fail(format!("{:?} {terms:?} on {entry:?}: {what}", queries[index])));
        let is_sound = needs_something(&asked.whole(), false);
        if errors.is_empty() != is_sound {
            return fail(format!("{errors:?}"));
        }
        if !is_sound {
            continue;
        }
        let matched = found.iter().find(|found| found.watch == index.to_string());
        let expected = asked.holds(entry);
        coverage.borrow_mut().add(asked, expected);
        if matched.is_some() != expected {
            return fail(format!("matcher {}", matched.is_some()));
        }
        if matched.is_some_and(|matched| matched.evidence.is_empty()) {
            return fail("no evidence".to_owned());
        }
    }
    Ok(())
}

/// A case is one watch on one entry; ten watches are compiled together, so that they share words. Without a number of
/// cases it is the same few each time; with one they are others each time.
#[test]
fn the_matcher_agrees_with_the_reference() {
    const TOGETHER: u32 = 10;
    const FEW: u32 = 4_000;
    let asked_for = std::env::var("STORYWATCH_CASES").ok().and_then(|cases| cases.parse::<u32>().ok());
    let cases = asked_for.unwrap_or(FEW) / TOGETHER;
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = match asked_for {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let strategy = (prop::collection::vec(asked(), TOGETHER as usize), entry());
    let coverage = RefCell::new(Coverage::default());
    match runner.run(&strategy, |(asked, entry)| agree(&asked, &entry, &coverage)) {
        Ok(()) => {}
        // The texts are in the reason; the pages as values would fill the screen.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(other) => panic!("{other}"),
    }
    let coverage = coverage.into_inner();
    for (part, (held, failed)) in &coverage.0 {
        println!("{part:<24} {held:>8} held {failed:>8} did not");
    }
    coverage.assert_balanced();
}
