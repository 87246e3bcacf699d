//! A second evaluator, independent of everything in the room: texts are put together from pieces whose words are
//! known beforehand, so it needs no segmentation, no folding, no lexer and no index; it tries everything everywhere.
//!
//! `STORYWATCH_CASES=1000000 cargo test --release reference` runs as many cases as one has patience for.

use std::collections::BTreeMap;

use proptest::{
    prelude::{Just, Strategy, any as arbitrary, prop, prop_oneof},
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};

use super::super::tree::Field;
use super::*;

/// A thing that texts have and queries ask for.
struct Piece {
    /// How a query names it.
    named: &'static str,
    /// How it may stand in a text; the first is what `=` asks for.
    forms: &'static [&'static str],
    /// Its words, folded; those of a script without blanks touch one another.
    words: &'static [&'static str],
    touching: bool,
    /// Symbols around it.
    lead: &'static str,
    trail: &'static str,
}

const fn word(named: &'static str, forms: &'static [&'static str], words: &'static [&'static str]) -> Piece {
    Piece { named, forms, words, touching: false, lead: "", trail: "" }
}

const PIECES: &[Piece] = &[
    word("alpha", &["alpha", "Alpha", "ALPHA", "alpha’s", "Alpha's"], &["alpha"]),
    word("gamma", &["gamma", "Gamma", "“gamma”"], &["gamma"]),
    word("gammon", &["gammon"], &["gammon"]),
    word("Épée", &["Épée", "epee", "E\u{301}pe\u{301}e", "EPEE's"], &["epee"]),
    word("Straße", &["Straße", "strasse", "STRASSE"], &["strasse"]),
    word("U.S.", &["U.S.", "US", "U.S.’s"], &["us"]),
    word("COVID-19", &["COVID-19", "covid 19", "Covid–19"], &["covid", "19"]),
    word("l'Iran", &["l'Iran", "l’Iran"], &["l", "iran"]),
    word("iran", &["iran", "Iran", "Iran’s"], &["iran"]),
    word("שלום", &["שלום", "שָׁלוֹם"], &["שלום"]),
    Piece { named: "東京", forms: &["東京"], words: &["東", "京"], touching: true, lead: "", trail: "" },
    Piece { named: "京都", forms: &["京都"], words: &["京", "都"], touching: true, lead: "", trail: "" },
    Piece {
        named: "ไทย", forms: &["ไทย"], words: &["ไ", "ท", "ย"], touching: true, lead: "", trail: ""
    },
    Piece { named: "\"C++\"", forms: &["C++", "c++"], words: &["c"], touching: false, lead: "", trail: "++" },
    Piece { named: "\"$TSLA\"", forms: &["$TSLA", "$tsla"], words: &["tsla"], touching: false, lead: "$", trail: "" },
    word("tsla", &["TSLA", "tsla"], &["tsla"]),
    word("c", &["c", "C"], &["c"]),
];

/// What stands between two pieces of a text; `\n` begins a paragraph.
const GAPS: &[&str] = &[" ", ", ", " – ", ". ", " \u{200B}", "\n"];

/// A leaf of a query.
#[derive(Clone, Debug)]
enum Leaf {
    /// Pieces in this order, with further words between.
    Phrase {
        pieces: Vec<usize>,
        slop: usize,
    },
    Exact(usize),
    /// The first letters of the piece's first word.
    Prefix(usize, usize),
}

#[derive(Clone, Debug)]
enum Ask {
    Leaf(Leaf),
    And(Vec<Ask>),
    Or(Vec<Ask>),
    Not(Box<Ask>),
    In(Field, Box<Ask>),
    Near(Vec<Vec<Leaf>>, Vec<(usize, bool)>),
    AtLeast(usize, Vec<Leaf>),
    /// A regular expression for the first form of a piece, in either case or exactly.
    Regex(usize, bool),
}

impl Leaf {
    fn written(&self) -> String {
        match self {
            Self::Phrase { pieces, slop: 0 } if pieces.len() == 1 => PIECES[pieces[0]].named.to_owned(),
            Self::Phrase { pieces, slop } => {
                let words: Vec<&str> = pieces.iter().map(|&piece| PIECES[piece].named.trim_matches('"')).collect();
                let slop = if *slop > 0 { format!("~{slop}") } else { String::new() };
                format!("\"{}\"{slop}", words.join(" "))
            }
            Self::Exact(piece) => format!("={}", PIECES[*piece].forms[0]),
            Self::Prefix(piece, letters) => {
                format!("{}*", PIECES[*piece].words[0].chars().take(*letters).collect::<String>())
            }
        }
    }
}

fn group(leaves: &[Leaf]) -> String {
    match leaves {
        [only] => only.written(),
        _ => format!("({})", leaves.iter().map(Leaf::written).collect::<Vec<_>>().join(" OR ")),
    }
}

impl Ask {
    fn written(&self) -> String {
        let joined =
            |parts: &[Self], by: &str| format!("({})", parts.iter().map(Self::written).collect::<Vec<_>>().join(by));
        match self {
            Self::Leaf(leaf) => leaf.written(),
            Self::And(parts) => joined(parts, " "),
            Self::Or(parts) => joined(parts, " | "),
            Self::Not(of) => format!("(NOT {})", of.written()),
            Self::In(field, of) => format!("{}:({})", field.name(), of.written()),
            Self::Near(operands, joins) => {
                let mut out = format!("({}", group(&operands[0]));
                for (operand, (words, ordered)) in operands[1..].iter().zip(joins) {
                    out += &format!(" {}/{words} {}", if *ordered { "BEFORE" } else { "NEAR" }, group(operand));
                }
                out + ")"
            }
            Self::AtLeast(count, of) => format!("ATLEAST/{count} {}", group(of)),
            Self::Regex(piece, ignore_case) => {
                format!("/{}/{}", regex::escape(PIECES[*piece].forms[0]), if *ignore_case { "i" } else { "" })
            }
        }
    }
}

/// A word of a text, or the end of a paragraph.
#[derive(Clone, Debug)]
struct Token {
    word: &'static str,
    /// The form of the piece it belongs to, when the piece is one word.
    raw: Option<&'static str>,
    touches: bool,
    lead: &'static str,
    trail: &'static str,
    is_break: bool,
}

/// A page: its text, and what stands in it.
#[derive(Clone, Debug, Default)]
struct Page {
    text: String,
    tokens: Vec<Token>,
}

impl Page {
    fn of(written: &[(usize, usize, usize)]) -> Self {
        let mut page = Self::default();
        let mut before: Option<&Piece> = None;
        for &(piece, form, gap) in written {
            let piece = &PIECES[piece];
            // Two runs of one script can stand together without a blank; anything else would make other words.
            let glued = gap % 3 == 0 && before.is_some_and(|before| is_one_script(before, piece));
            if before.is_some() && !glued {
                page.push_gap(GAPS[gap % GAPS.len()]);
            }
            page.push(piece, form, glued);
            before = Some(piece);
        }
        page
    }

    fn push_gap(&mut self, gap: &str) {
        self.text += gap;
        if gap == "\n" {
            let touches = false;
            self.tokens.push(Token { word: "", raw: None, touches, lead: "", trail: "", is_break: true });
        }
    }

    fn push(&mut self, piece: &Piece, form: usize, glued: bool) {
        let form = piece.forms[form % piece.forms.len()];
        self.text += form;
        for (nth, word) in piece.words.iter().enumerate() {
            let raw = (piece.words.len() == 1).then_some(form);
            let touches = piece.touching && (nth > 0 || glued);
            let is_last = nth + 1 == piece.words.len();
            let (lead, trail) = (if nth == 0 { piece.lead } else { "" }, if is_last { piece.trail } else { "" });
            self.tokens.push(Token { word, raw, touches, lead, trail, is_break: false });
        }
    }

    /// First and last word of every place of a leaf.
    fn places(&self, leaf: &Leaf) -> Vec<(usize, usize)> {
        (0..self.tokens.len())
            .flat_map(|start| self.ends(leaf, start).into_iter().map(move |end| (start, end)))
            .collect()
    }

    fn ends(&self, leaf: &Leaf, start: usize) -> Vec<usize> {
        match leaf {
            Leaf::Exact(piece) => {
                let there = self.tokens[start].raw.map(|raw| raw.trim_matches(['“', '”']));
                if there == Some(PIECES[*piece].forms[0]) { vec![start] } else { Vec::new() }
            }
            Leaf::Prefix(piece, letters) => {
                let prefix: String = PIECES[*piece].words[0].chars().take(*letters).collect();
                let token = &self.tokens[start];
                if !token.is_break && token.word.starts_with(&prefix) { vec![start] } else { Vec::new() }
            }
            Leaf::Phrase { pieces, slop } => {
                let wanted: Vec<(&Piece, usize)> = pieces
                    .iter()
                    .flat_map(|&piece| (0..PIECES[piece].words.len()).map(move |nth| (&PIECES[piece], nth)))
                    .collect();
                self.follow(&wanted, start, *slop, true)
            }
        }
    }

    /// Where a row of words can end that has its first word at `at`.
    fn follow(&self, wanted: &[(&Piece, usize)], at: usize, slop: usize, is_first: bool) -> Vec<usize> {
        let Some(((piece, nth), rest)) = wanted.split_first() else { return Vec::new() };
        if !self.is_word(at, piece, *nth, is_first) {
            return Vec::new();
        }
        if rest.is_empty() {
            return vec![at];
        }
        let mut ends = Vec::new();
        for skipped in 0..=slop {
            let next = at + 1 + skipped;
            let broken = (at..=next).any(|place| self.tokens.get(place).is_none_or(|token| token.is_break));
            if broken {
                break;
            }
            ends.extend(self.follow(rest, next, slop - skipped, false));
        }
        ends
    }

    fn is_word(&self, at: usize, piece: &Piece, nth: usize, is_first: bool) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| !token.is_break) else { return false };
        let glued = !piece.touching || nth == 0 || (!is_first && token.touches);
        let is_last = nth + 1 == piece.words.len();
        let lead = nth > 0 || piece.lead.is_empty() || token.lead == piece.lead;
        let trail = !is_last || piece.trail.is_empty() || token.trail == piece.trail;
        token.word == piece.words[nth] && glued && lead && trail
    }

    fn places_of_any(&self, leaves: &[Leaf]) -> Vec<(usize, usize)> {
        leaves.iter().flat_map(|leaf| self.places(leaf)).collect()
    }

    fn is_chain(&self, operands: &[Vec<Leaf>], joins: &[(usize, bool)], before: Option<(usize, usize)>) -> bool {
        let Some((operand, rest)) = operands.split_first() else { return true };
        self.places_of_any(operand).into_iter().any(|place| match (before, joins.split_first()) {
            (None, _) => self.is_chain(rest, joins, Some(place)),
            (Some(before), Some((&(words, ordered), later))) => {
                let near = self.is_within(before, place, words) || (!ordered && self.is_within(place, before, words));
                near && self.is_chain(rest, later, Some(place))
            }
            (Some(_), None) => false,
        })
    }

    fn is_within(&self, a: (usize, usize), b: (usize, usize), words: usize) -> bool {
        b.0 > a.1 && b.0 - a.1 - 1 <= words && !self.tokens[a.1..b.0].iter().any(|token| token.is_break)
    }

    /// The most places that do not overlap, by trying to take and to leave out each.
    fn most_apart(&self, places: &[(usize, usize)], from: usize) -> usize {
        if from >= self.tokens.len() {
            return 0;
        }
        let without = self.most_apart(places, from + 1);
        let here = places.iter().filter(|place| place.0 == from);
        here.map(|place| 1 + self.most_apart(places, place.1 + 1)).max().unwrap_or(0).max(without)
    }
}

fn holds(ask: &Ask, pages: &[(Field, Page)]) -> bool {
    match ask {
        Ask::And(parts) => parts.iter().all(|part| holds(part, pages)),
        Ask::Or(parts) => parts.iter().any(|part| holds(part, pages)),
        Ask::Not(of) => !holds(of, pages),
        Ask::In(field, of) => {
            let only: Vec<(Field, Page)> = pages.iter().filter(|(page, _)| page == field).cloned().collect();
            holds(of, &only)
        }
        Ask::Leaf(leaf) => pages.iter().any(|(_, page)| !page.places(leaf).is_empty()),
        Ask::Near(operands, joins) => pages.iter().any(|(_, page)| page.is_chain(operands, joins, None)),
        Ask::AtLeast(count, of) => {
            pages.iter().map(|(_, page)| page.most_apart(&page.places_of_any(of), 0)).sum::<usize>() >= *count
        }
        Ask::Regex(piece, ignore_case) => pages.iter().any(|(_, page)| {
            let form = PIECES[*piece].forms[0];
            if !ignore_case {
                return page.text.contains(form);
            }
            page.text.to_lowercase().contains(&form.to_lowercase())
        }),
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

fn leaf() -> impl Strategy<Value = Leaf> {
    let plain = prop::sample::select((0..PIECES.len()).collect::<Vec<_>>());
    // Symbols inside a loose phrase hold words together that it would let apart, so phrases are made of words.
    let words: Vec<usize> = (0..PIECES.len()).filter(|&piece| is_plain(piece)).collect();
    let phrase = (prop::collection::vec(prop::sample::select(words), 2..4), 0_usize..3)
        .prop_map(|(pieces, slop)| Leaf::Phrase { pieces, slop });
    let exact: Vec<usize> = [0, 1, 3, 4, 8].to_vec();
    prop_oneof![
        6 => plain.prop_map(|piece| Leaf::Phrase { pieces: vec![piece], slop: 0 }),
        3 => phrase,
        1 => prop::sample::select(exact).prop_map(Leaf::Exact),
        1 => (prop::sample::select(vec![0_usize, 1, 2, 4]), 3_usize..5).prop_map(|(piece, letters)| Leaf::Prefix(piece, letters)),
    ]
}

fn is_one_script(a: &Piece, b: &Piece) -> bool {
    let is_han = |piece: &Piece| piece.named.contains('京');
    a.touching && b.touching && is_han(a) == is_han(b)
}

fn is_plain(piece: usize) -> bool {
    let Piece { lead, trail, touching, .. } = PIECES[piece];
    lead.is_empty() && trail.is_empty() && !touching
}

fn ask() -> impl Strategy<Value = Ask> {
    let leaves = || prop::collection::vec(leaf(), 1..3);
    let near = (prop::collection::vec(leaves(), 2..5), prop::collection::vec((0_usize..4, arbitrary::<bool>()), 3))
        .prop_map(|(operands, mut joins)| {
            joins.truncate(operands.len() - 1);
            Ask::Near(operands, joins)
        });
    let single = prop_oneof![
        6 => leaf().prop_map(Ask::Leaf),
        3 => near,
        1 => (1_usize..4, leaves()).prop_map(|(count, of)| Ask::AtLeast(count, of)),
        1 => (prop::sample::select(vec![0_usize, 1, 2]), arbitrary::<bool>()).prop_map(|(piece, case)| Ask::Regex(piece, case)),
    ];
    single
        .prop_recursive(4, 16, 3, |inner| {
            let many = || prop::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                3 => many().prop_map(Ask::And),
                3 => many().prop_map(Ask::Or),
                2 => inner.clone().prop_map(|of| Ask::Not(Box::new(of))),
            ]
        })
        .prop_flat_map(|ask| {
            let field = prop::sample::select(vec![Field::Title, Field::Text]);
            prop_oneof![3 => Just(ask.clone()), 1 => field.prop_map(move |field| Ask::In(field, Box::new(ask.clone())))]
        })
}

fn page() -> impl Strategy<Value = Page> {
    prop::collection::vec((0..PIECES.len(), 0_usize..8, 0_usize..12), 0..10).prop_map(|written| Page::of(&written))
}

fn agree(asks: &[Ask], title: Page, text: Page) -> Result<(), TestCaseError> {
    let numbered = |(index, ask): (usize, &Ask)| Query { name: index.to_string(), ..query(&ask.written()) };
    let queries: Vec<Query> = asks.iter().enumerate().map(numbered).collect();
    let compiled = compile(&queries, &BTreeMap::new());
    let subject = Subject { title: &title.text, text: &text.text, ..Subject::default() };
    let found = compiled.watches.matches(&subject);
    let pages = [(Field::Title, title.clone()), (Field::Text, text.clone())];
    for (index, ask) in asks.iter().enumerate() {
        let errors: Vec<_> =
            compiled.problems.iter().filter(|(at, problem)| *at == index && problem.is_error).collect();
        let expected = needs_something(ask, false);
        if errors.is_empty() != expected {
            return Err(TestCaseError::fail(format!("{}: {errors:?}", ask.written())));
        }
        let matched = found.iter().find(|found| found.watch == index.to_string());
        if expected && matched.is_some() != holds(ask, &pages) {
            let message =
                format!("{} on {:?} / {:?}: matcher {}", ask.written(), title.text, text.text, matched.is_some());
            return Err(TestCaseError::fail(message));
        }
        if matched.is_some_and(|matched| matched.evidence.is_empty()) {
            return Err(TestCaseError::fail(format!("{} has no evidence", ask.written())));
        }
    }
    Ok(())
}

/// A case is one watch on one entry; ten watches are compiled together, so that they share words.
#[test]
fn the_matcher_agrees_with_the_reference() {
    const TOGETHER: u32 = 10;
    let cases = std::env::var("STORYWATCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(5_000_u32);
    let config = Config { cases: cases / TOGETHER, failure_persistence: None, ..Config::default() };
    let strategy = (prop::collection::vec(ask(), TOGETHER as usize), page(), page());
    let outcome = TestRunner::new(config).run(&strategy, |(asks, title, text)| agree(&asks, title, text));
    match outcome {
        Ok(()) => {}
        // The texts are in the reason; the pages as values would fill the screen.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(other) => panic!("{other}"),
    }
}
