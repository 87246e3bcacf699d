//! Laws: what holds for every text and every query.

use std::collections::BTreeMap;

use proptest::prelude::{
    Just, ProptestConfig, Strategy, TestCaseError, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use unicode_segmentation::UnicodeSegmentation;

use super::super::fold::fold;
use super::super::parse::{parse_item, parse_query};
use super::super::tree::{Field, Node, Reach, Tree};
use super::super::words::{for_each_word, unicode_words_of};
use super::*;

fn tree(node: Node) -> Tree {
    Tree { node, span: 0..0 }
}

/// Few words, so that random texts have them.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["alpha", "beta", "gamma", "gammon", "delta", "Épée", "us"]).prop_map(str::to_owned)
}

fn phrase(slop: Option<usize>) -> impl Strategy<Value = Tree> {
    prop::collection::vec(word(), 2..4)
        .prop_map(move |words| tree(Node::Phrase { text: words.join(" "), quote: '"', slop }))
}

/// Words, phrases, prefixes: what NEAR can join.
fn placed() -> impl Strategy<Value = Tree> {
    prop_oneof![
        4 => word().prop_map(|word| tree(Node::Word(word))),
        1 => Just(tree(Node::Word("gam*".into()))),
        1 => Just(tree(Node::Word("?elta".into()))),
        2 => phrase(None),
    ]
}

fn group() -> impl Strategy<Value = Tree> {
    prop_oneof![placed(), prop::collection::vec(placed(), 2..3).prop_map(|parts| tree(Node::Or(parts)))]
}

fn leaf() -> impl Strategy<Value = Tree> {
    let reach = || (0_usize..4, proptest::bool::ANY).prop_map(|(words, ordered)| Reach { words, ordered });
    let operands = prop::collection::vec(prop_oneof![group(), phrase(Some(2))], 2..5);
    let near = (operands, prop::collection::vec(reach(), 3)).prop_map(|(operands, mut joins)| {
        joins.truncate(operands.len() - 1);
        tree(Node::Near { operands, joins })
    });
    let at_least = (1_usize..4, word())
        .prop_map(|(count, word)| tree(Node::AtLeast { count, of: Box::new(tree(Node::Word(word))) }));
    let single = prop::sample::select(vec![
        Node::Hash("delta".into()),
        Node::Exact("DELTA".into()),
        Node::Named("acme".into()),
        Node::Regex { pattern: r"a\/b".into(), ignore_case: true },
        Node::Phrase { text: "it's so".into(), quote: '\'', slop: None },
    ]);
    prop_oneof![4 => placed(), 1 => phrase(Some(2)), 1 => near, 1 => at_least, 1 => single.prop_map(tree)]
}

fn expression() -> impl Strategy<Value = Tree> {
    let in_field = (prop::sample::select(vec![Field::Title, Field::Text]), leaf())
        .prop_map(|(field, of)| tree(Node::In(field, Box::new(of))));
    prop_oneof![4 => leaf(), 1 => in_field].prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| tree(Node::And(parts))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| tree(Node::Or(parts))),
            inner.prop_map(|of| tree(Node::Not(Box::new(of)))),
        ]
    })
}

/// Characters that words, quotes, operators and offsets trip over.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "U",
        ".",
        "S",
        "'",
        "’s",
        "\"",
        "(",
        ")",
        "|",
        "-",
        "/",
        "~3",
        "*",
        "?",
        "=",
        "$a",
        ":",
        "title:",
        " ",
        "\n",
        "AND ",
        " OR ",
        " NOT ",
        " NEAR/2 ",
        "ATLEAST/2 ",
        "+",
        "&",
        "東",
        "京",
        "น้ำ",
        "e\u{301}",
        "\u{200B}",
        "ß",
        "🔥",
        "👩\u{200D}🚒",
        "İ",
        "_",
        "1",
        ",",
        "ﬁ",
        "\u{301}",
        "צה\"ל",
        "boeing",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Marks of this query language and of others, more often than words, at any depth of parentheses.
fn marks() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(vec![
        ":",
        "title:",
        "titel:",
        "lang:",
        "+",
        "-",
        "!",
        "/",
        "\\/",
        "//",
        "~",
        "~3",
        "^2",
        "*",
        "?",
        "#",
        "=",
        "$",
        "$a",
        "|",
        "||",
        "&",
        "&&",
        "(",
        ")",
        "(",
        ")",
        "\"",
        "“",
        "”",
        "„",
        "«",
        "»",
        "'",
        "‘",
        "’",
        "‚",
        "<",
        "[",
        "\\",
        ",",
        ".",
        "_",
        " AND ",
        " OR ",
        " NOT ",
        " NEAR ",
        " NEAR/2 ",
        " BEFORE/3 ",
        " W/0 ",
        "ATLEAST/2 ",
        "NEAR/",
        "NEAR/99",
        "\0",
        "\u{200F}",
        "\u{202E}",
        "\u{2066}",
        "\u{FEFF}",
        "\u{200B}",
        "\u{AD}",
        "\u{301}",
        "\u{A0}",
        "\n",
    ]);
    let word = prop::sample::select(vec![
        "a",
        "b1",
        "AND",
        "NOT",
        "ab*",
        "fans",
        "à",
        "東京",
        "אב",
        "א\"ב",
        "1.5",
        "https://a.b",
    ]);
    let piece = prop_oneof![5 => mark, 2 => word, 2 => Just(" ")];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// The same where parentheses are closed, round what is at the edge of too deep.
fn deep_marks() -> impl Strategy<Value = String> {
    (0_usize..36, marks(), marks()).prop_map(|(depth, inside, beside)| {
        format!("{}{inside}{}{beside}", "(x OR (y AND ".repeat(depth / 2), "))".repeat(depth / 2))
    })
}

/// What can be used is written as it was read, and what cannot is refused with a place.
#[track_caller]
fn comes_back(source: &str) -> Result<(), TestCaseError> {
    for (parsed, faults) in [parse_query(source), parse_item(source)] {
        for fault in &faults {
            prop_assert!(source.get(fault.span.clone()).is_some(), "{:?} in {}", fault, source);
        }
        let is_refused = faults.iter().any(|fault| fault.is_error);
        prop_assert!(parsed.is_some() || is_refused, "no reason for {}", source);
        let Some(tree) = parsed.filter(|_| !is_refused) else { continue };
        let printed = tree.to_string();
        let (again, faults) = parse_query(&printed);
        prop_assert!(again.as_ref() == Some(&tree), "{:?} prints as {} from {}", tree, printed, source);
        prop_assert!(!faults.iter().any(|fault| fault.is_error), "{:?} in {} from {}", faults, printed, source);
    }
    Ok(())
}

#[test]
fn what_did_not_come_back_does() {
    let deepest = format!("{}NOT a NEAR b{} c", "(x OR (y AND ".repeat(16), "))".repeat(16));
    for source in [
        " NOT a NEAR/2 a: +",
        "(x OR a: ) AND c",
        "(breaking: | a) AND (b OR Live:)",
        "«the “plug” door»~2 »an \"odd\" one«",
        &deepest,
    ] {
        let (tree, faults) = parse_query(source);
        assert!(tree.is_some() && faults.is_empty(), "{faults:?} in {source}");
        comes_back(source).unwrap();
    }
}

#[test]
fn marks_that_nobody_sees_change_no_operator() {
    for (source, seen) in [
        ("a \u{200F}AND\u{200F} b", "a AND b"),
        ("\u{FEFF}title:a N\u{AD}OT b", "title:a NOT b"),
        ("ti\u{200B}tle:(a | b)", "title:(a OR b)"),
        ("\u{202A}-a\u{202C}", "-a"),
    ] {
        assert_eq!(
            parse_query(source).0.map(|tree| tree.to_string().replace('\u{202C}', "")),
            parse_query(seen).0.map(|tree| tree.to_string())
        );
    }
    for source in ["ti\u{AD}tel:boeing", "title:\u{200E} boeing", "\u{200E}", "a -\u{200E} b"] {
        assert!(parse_query(source).1.iter().any(|fault| fault.is_error), "{source:?}");
    }
}

fn words_of(text: &str) -> Vec<(String, usize, usize, usize)> {
    let mut words = Vec::new();
    for_each_word(text, |word| words.push((word.folded.to_owned(), word.start, word.end, word.full_end)));
    words
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn printing_and_parsing_come_back_to_the_same(tree in expression()) {
        let printed = tree.to_string();
        let (parsed, faults) = parse_query(&printed);
        prop_assert_eq!(faults, vec![]);
        prop_assert_eq!(parsed.as_ref(), Some(&tree), "{}", printed);
    }

    #[test]
    fn whatever_parses_prints_as_itself(source in nasty()) {
        for (parsed, _) in [parse_query(&source), parse_item(&source)] {
            if let Some(tree) = parsed {
                let printed = tree.to_string();
                prop_assert_eq!(parse_query(&printed).0, Some(tree), "{} from {}", printed, source);
            }
        }
    }

    #[test]
    fn whatever_can_be_used_comes_back_without_a_fault(source in prop_oneof![nasty(), marks(), deep_marks()]) {
        comes_back(&source)?;
    }

    #[test]
    fn nothing_panics_and_every_range_is_whole(source in nasty(), title in nasty(), text in nasty()) {
        let compiled = compile(&[query(&source), any(&[&source])], &terms(&[("a", &[&source])]));
        for (_, problem) in &compiled.problems {
            prop_assert!(source.get(problem.start..problem.end).is_some(), "{:?}", problem);
        }
        for hit in compiled.watches.matches(&Subject { title: &title, text: &text, ..Subject::default() }).into_iter().flat_map(|found| found.evidence) {
            let page = if hit.field == "title" { &title } else { &text };
            prop_assert_eq!(page.get(hit.start..hit.end), Some(hit.text.as_str()));
            let mut boundaries = page.grapheme_indices(true).map(|(at, _)| at).chain([page.len()]);
            prop_assert!(boundaries.clone().any(|at| at == hit.start) && boundaries.any(|at| at == hit.end), "{:?} in {:?}", hit, page);
        }
    }

    #[test]
    fn any_text_at_all_is_survived(source in ".{0,60}", text in "(?s).{0,200}") {
        let compiled = compile(&[query(&source), any(&[&source, "boeing"])], &BTreeMap::new());
        compiled.watches.matches(&super::text(&text));
    }

    #[test]
    fn every_word_of_a_text_finds_the_text(text in nasty()) {
        for (folded, start, end, _) in words_of(&text) {
            let again: Vec<String> = words_of(&text[start..end]).into_iter().map(|(word, ..)| word).collect();
            prop_assert_eq!(again, vec![folded], "{:?} of {:?}", &text[start..end], text);
        }
    }

    #[test]
    fn the_fast_path_cuts_as_the_standard_does(text in "[aUS1.,;'_: \\-&/]{0,20}") {
        prop_assert_eq!(words_of(&text), unicode_words_of(&text), "{:?}", text);
    }

    #[test]
    fn folding_is_idempotent(word in "\\PC{0,12}") {
        let once = fold(&word);
        prop_assert_eq!(fold(&once), once);
    }
}
