//! What is said about watches that are wrong or doubtful.

use std::fmt::Write;

use super::*;

/// The string with the place marked, and what is said about it.
fn shown(problem: &Problem, source: &str) -> String {
    let kind = if problem.is_error { "error" } else { "warning" };
    let (before, rest) = source.split_at(problem.start);
    let (marked, after) = rest.split_at(problem.end - problem.start);
    let mut out = format!("{kind}: {before}«{marked}»{after}: {}", problem.message);
    if let Some(help) = &problem.suggestion {
        write!(out, "; {help}").unwrap();
    }
    out
}

fn of_query(source: &str) -> String {
    let compiled = compile(&[query(source)], &terms(&[("acme", &["Acme"]), ("a", &["$b"]), ("b", &["$a"])]));
    let own = compiled.problems.iter().filter(|(_, problem)| !matches!(problem.part, super::super::Part::Term { .. }));
    own.map(|(_, problem)| shown(problem, if problem.end == 0 { "" } else { source })).collect::<Vec<_>>().join("\n")
}

fn of_item(source: &str) -> String {
    let compiled = compile(&[any(&[source])], &BTreeMap::new());
    compiled.problems.iter().map(|(_, problem)| shown(problem, source)).collect::<Vec<_>>().join("\n")
}

#[test]
fn problems_say_where_what_and_what_instead() {
    let sources = [
        "Boeing OR Airbus strike",
        "a AND b OR c OR d AND e",
        "recall and grounding",
        "titel:boeing",
        "boeing xyzzy:1",
        "boeing https://faa.gov/a?b=c",
        "title: boeing",
        "\"door plug",
        "(boeing",
        "boeing)",
        "boeing ()",
        "ra*",
        "*rate",
        "?",
        "NOT boeing",
        "boeing OR NOT airbus",
        "boeing OR",
        "AND boeing",
        "boeing AND OR airbus",
        "NOT NOT boeing",
        "",
        "  ",
        "...",
        "$acne",
        "$TSLA",
        "+boeing",
        "boeing - airbus",
        "a NEAR/99 b",
        "(a NEAR/5 b) NEAR/5 c",
        "a NEAR/5 (b AND c)",
        "ATLEAST/2 (a NEAR/5 b)",
        "a NEAR/5 NOT b",
        "a w/5 b",
        "a w/s b",
        "a NEAR5 b",
        "atleast3(boeing)",
        "allcaps(who)",
        "a ADJ b",
        "a XOR b",
        "a ANDNOT b",
        "a BUTNOT b onear2 c",
        "{a OR b}",
        "boeing (a b)",
        "a && b",
        "a || b",
        "!boeing",
        "boeing^2",
        "boeing~",
        "«door plug",
        "#",
        "NEAR/5 a",
        "BEFORE a",
        "ATLEAST/0 a",
        "\"a b\"~99",
        "/(/",
        "/(?:a{1000}){1000}/",
        "/a*/",
        "/a",
        "title:(text:a)",
        "group:us*",
        "=rate*",
        "東京*",
        "titel:boeing AND ra* AND (x",
        "(a: b) (titel:)",
        "+\"door plug\" a",
        "(a b)~3",
        "\"a b\" ~3",
        "\"a b\"~0.8",
        "\"a b\"^2 c",
        "/a\\d/s b",
    ];
    let all: Vec<String> = sources.iter().map(|source| of_query(source)).collect();
    insta::assert_snapshot!(all.join("\n"), @r##"
    error: «Boeing OR Airbus strike»: "Boeing OR Airbus strike" mixes OR and AND; write (Boeing OR Airbus) strike, or Boeing OR (Airbus strike)
    error: «a AND b OR c OR d AND e»: "a AND b OR c OR d AND e" mixes OR and AND; write a AND (b OR c OR d) AND e, or (a AND b) OR c OR (d AND e)
    warning: recall «and» grounding: 'and' is searched as a word; did you mean AND?
    error: «titel:»boeing: there is no field `titel`; did you mean `title:`?
    error: boeing «xyzzy:»1: there is no field `xyzzy`; quote it to search for the text: "xyzzy:1"
    error: boeing «https://faa.gov/a?b=c»: this is an address, not a word; write site:faa.gov, or quote it to search for the text
    error: «title:» boeing: `title:` wants what to look for right behind it; write title:word or title:(one OR other)
    error: «"door plug»: this quotation is not closed; close it with "
    error: «(»boeing: this `(` is not closed; add a `)`
    error: boeing«)»: this `)` closes nothing; remove it, or add the `(`
    error: boeing «()»: nothing stands between these parentheses; remove them
    error: «ra*»: `*` wants at least 3 letters before it; write more letters, or the words themselves
    error: «*rate»: `*` can only stand at the end of a word; write beginning* with one `*`
    error: «?»: `?` stands for one letter of a word with two letters or more; quote the text to search for it as it is
    error: «»: the watch would match entries in which nothing it names occurs; NOT needs something beside it that must occur; in an OR group, every part does
    error: «»: the watch would match entries in which nothing it names occurs; NOT needs something beside it that must occur; in an OR group, every part does
    error: boeing «OR»: nothing stands behind `OR`; write a word behind it, or "OR" for the text itself
    error: «AND» boeing: nothing stands before `AND`; write a word before it, or "AND" for the text itself
    error: boeing AND «OR» airbus: nothing stands before `OR`; write a word before it, or "OR" for the text itself
    error: «NOT» NOT boeing: NOT stands twice; remove both
    error: «»: there is nothing to search for; write a word, or remove the line
    error: «  »: there is nothing to search for; write a word, or remove the line
    error: «...»: there is no word in this to search for; write a word or a symbol, or remove it
    error: «$acne»: there is no $acne in [terms]; did you mean $acme? or quote it to search for the text: "$acne"
    error: «$TSLA»: there is no $TSLA in [terms]; add TSLA = ["…"] to [terms], or quote it to search for the text: "$TSLA"
    error: «+boeing»: `+` is no operator: every word must occur already; write boeing, or "+boeing" for the text with the sign
    error: boeing «-» airbus: nothing stands behind this `-`; write -word, or quote the text that has the dash
    error: a «NEAR/99» b: NEAR/ wants a number of words from 0 to 50; write NEAR/5
    error: «(a NEAR/5 b)» NEAR/5 c: NEAR, BEFORE and ATLEAST take words, phrases, and groups of these joined with OR; write a chain without the parentheses: a NEAR/5 b NEAR/5 c
    error: a NEAR/5 «(b AND c)»: NEAR, BEFORE and ATLEAST take words, phrases, and groups of these joined with OR; join the rest with AND outside
    error: ATLEAST/2 «(a NEAR/5 b)»: NEAR, BEFORE and ATLEAST take words, phrases, and groups of these joined with OR; join the rest with AND outside
    error: a NEAR/5 «NOT» b: NOT cannot stand here: a word, a phrase or a group must; join what must not occur with AND NOT outside
    warning: a «w/5» b: 'w/5' is searched as a word; did you mean W/5?
    warning: a «w/s» b: 'w/s' is searched as a word; did you mean NEAR/15, which stays within a paragraph?
    warning: a «NEAR5» b: 'NEAR5' is searched as a word; did you mean NEAR/5?
    warning: «atleast3»(boeing): 'atleast3' is searched as a word; did you mean ATLEAST/3?
    warning: «allcaps»(who): 'allcaps' is searched as a word; put a blank before the parenthesis, or remove the word
    warning: a «ADJ» b: 'ADJ' is searched as a word; did you mean NEAR/5?
    warning: a «XOR» b: 'XOR' is searched as a word; did you mean (a OR b) AND NOT (a b)?
    warning: a «ANDNOT» b: 'ANDNOT' is searched as a word; did you mean AND NOT?
    warning: a «BUTNOT» b onear2 c: 'BUTNOT' is searched as a word; did you mean AND NOT?
    warning: a BUTNOT b «onear2» c: 'onear2' is searched as a word; did you mean BEFORE/2?
    warning: «{a» OR b}: '{a' has a bracket, which groups nothing and is not searched for; write ( and ) to group
    warning: {a OR «b}»: 'b}' has a bracket, which groups nothing and is not searched for; write ( and ) to group

    error: a «&&» b: `&&` is no operator; write AND, or quote the text that has it
    error: a «||» b: `||` is no operator; write OR, or quote the text that has it
    error: «!»boeing: `!` is no operator; write NOT, or quote the text that has it
    error: «boeing^2»: `^2` is no operator; write the word alone: there are no weights, or quote the text that has it
    error: «boeing~»: `~` is no operator; write the word alone: there are no weights, or quote the text that has it
    error: ««door plug»: this quotation is not closed; close it with »

    error: «NEAR/5» a: nothing stands before `NEAR/5`; write a word before it, or "NEAR/5" for the text itself
    error: «BEFORE» a: BEFORE wants a number; write BEFORE/3, or "BEFORE" for the word itself
    error: «ATLEAST/0» a: ATLEAST/ wants a number from 1 to 1000; write ATLEAST/3
    error: "a b"«~99»: `~` wants a number of words up to 50; ~3
    error: «/(/»: this pattern is refused: unclosed group; see the syntax of Rust's regex crate; no look-around
    error: «/(?:a{1000}){1000}/»: this pattern is refused: it grows too large; use smaller repetitions; see the syntax of Rust's regex crate; no look-around
    error: «/a*/»: this pattern matches where there is nothing, so it matches every entry; use + instead of *
    error: «/a»: this pattern is not closed; close it with /, or quote text that begins with /
    error: title:«(text:a)»: a field stands inside another field; join the two with AND
    error: group:«us*»: `group:` takes a whole name; write the names, joined with OR
    error: «=rate*»: `=` and a wildcard exclude each other; remove one of them
    error: «東京*»: this script is written without blanks and has no use for `*` and `?`; write it without: parts of a run are found
    error: «titel:»boeing AND ra* AND (x: there is no field `titel`; did you mean `title:`?
    error: titel:boeing AND «ra*» AND (x: `*` wants at least 3 letters before it; write more letters, or the words themselves
    error: titel:boeing AND ra* AND «(»x: this `(` is not closed; add a `)`

    error: «+»"door plug" a: `+` is no operator: everything must occur already; remove it, or put a blank behind it to search for the sign
    error: (a b)«~3»: `~3` is no operator; write "…"~3 for words near one another; there are no weights, or quote the text that has it
    error: "a b" «~3»: `~3` is no operator; write "…"~3 for words near one another; there are no weights, or quote the text that has it
    error: "a b"«~0.8»: `~` wants a number of words up to 50; ~3
    error: "a b"«^2» c: `^2` is no operator; write "…"~3 for words near one another; there are no weights, or quote the text that has it
    error: «/a\d/s» b: `i` is the only letter that may stand right behind a pattern; write /…/i for any case, or a blank before the next word
    "##);
}

#[test]
fn lists_have_their_own_problems() {
    let all: Vec<String> = ["", "recall and grounding", "Boeing OR Airbus strike"].map(of_item).into();
    insta::assert_snapshot!(all.join("\n"), @r##"
    error: «»: there is nothing to search for; write a word, or remove the line
    warning: recall «and» grounding: 'and' is searched as a word; did you mean AND?
    error: «Boeing OR Airbus strike»: "Boeing OR Airbus strike" mixes OR and AND; write (Boeing OR Airbus) strike, or Boeing OR (Airbus strike)
    "##);
}

#[test]
fn terms_have_theirs() {
    let named = [("ok", &["Acme"][..]), ("bad", &["ra*", "(x"]), ("a", &["$b"]), ("b", &["$a"]), ("empty", &[])];
    let queries = [query("$bad"), query("$a"), query("$ok"), query("$empty")];
    let compiled = compile(&queries, &terms(&named));
    assert_eq!(compiled.watches.len(), 1);
    let all: Vec<String> = compiled.problems.iter().map(|(index, problem)| format!("{index} {problem:?}")).collect();
    insta::assert_snapshot!(all.join("\n"), @r##"
    0 Problem { is_error: true, part: Term { name: "bad", index: 1 }, start: 0, end: 1, message: "this `(` is not closed", suggestion: Some("add a `)`") }
    0 Problem { is_error: true, part: Term { name: "bad", index: 0 }, start: 0, end: 3, message: "`*` wants at least 3 letters before it", suggestion: Some("write more letters, or the words themselves") }
    0 Problem { is_error: true, part: Term { name: "b", index: 0 }, start: 0, end: 2, message: "$a contains itself: $a → $b → $a", suggestion: Some("break the circle") }
    0 Problem { is_error: true, part: Term { name: "a", index: 0 }, start: 0, end: 2, message: "$b contains itself: $b → $a → $b", suggestion: Some("break the circle") }
    3 Problem { is_error: true, part: Query, start: 0, end: 6, message: "$empty is empty", suggestion: Some("give it an item in [terms]") }
    "##);
}

#[test]
fn limits_are_kept() {
    let many = |count: usize| (0..count).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" OR ");
    let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    for (source, accepted) in [
        (many(500), true),
        (many(501), false),
        ("word ".repeat(20_000), false),
        (format!("\"{}\"~50", "word ".repeat(200)), true),
        (format!("\"{}\"~50", "word ".repeat(201)), false),
        (deep(30), true),
        (deep(10_000), false),
        ("title:".repeat(5_000) + "a", false),
        ("-".repeat(5_000) + "a", false),
        ("a NEAR ".repeat(5_000) + "a", false),
    ] {
        let compiled = compile(&[query(&source)], &BTreeMap::new());
        assert_eq!(compiled.watches.len() == 1, accepted, "{:.40}", source);
        assert_eq!(compiled.problems.len(), usize::from(!accepted), "{:.40} {:?}", source, compiled.problems);
    }
}

#[test]
fn terms_that_double_and_double_end_at_the_limit() {
    let names: Vec<String> = (0..40).map(|number| format!("t{number}")).collect();
    let mut named: BTreeMap<String, Vec<String>> =
        names.windows(2).map(|pair| (pair[0].clone(), vec![format!("${}", pair[1]); 2])).collect();
    named.insert("t39".into(), vec!["a".into()]);
    let compiled = compile(&[query("$t0")], &named);
    assert_eq!(compiled.watches.len(), 0);
    assert!(compiled.problems.iter().any(|(_, problem)| problem.is_error));
}

#[test]
fn what_the_manual_shows_is_accepted() {
    let manual = include_str!("../../../docs/watches.md");
    let rows = manual.lines().skip_while(|line| !line.starts_with("| Written")).skip(2);
    let mut shown = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let row = row.replace("\\|", "\u{1}");
        let column = row.split('|').nth(1).unwrap().replace('\u{1}', "|");
        for source in column.split('`').skip(1).step_by(2) {
            let compiled = compile(&[query(source)], &terms(&[("acme", &["Acme Corp*", "=ACME"])]));
            assert_eq!(compiled.problems, [], "{source}");
            shown += 1;
        }
    }
    assert!(shown >= 25, "{shown}");
}
