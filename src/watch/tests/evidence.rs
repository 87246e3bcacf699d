//! Where the hits are said to be.

use super::*;

/// Field, text and clause of every hit; fails where a range does not hold the text or cuts a grapheme.
#[track_caller]
fn hits(watch: Query, entry: &Subject<'_>) -> Vec<(String, String, String)> {
    let found = only(compiled(watch).matches(entry));
    let checked = found.evidence.into_iter().map(|hit| {
        let page = if hit.field == "title" { entry.title } else { entry.text };
        assert_eq!(&page[hit.start..hit.end], hit.text);
        (hit.field, hit.text, hit.clause)
    });
    checked.collect()
}

#[track_caller]
fn check(source: &str, entry: &str, expected: &[&str]) {
    let found: Vec<String> = hits(query(source), &text(entry)).into_iter().map(|(_, text, _)| text).collect();
    assert_eq!(found, expected, "query {source:?} on {entry:?}");
}

#[test]
fn ranges_are_of_the_text_as_given() {
    check("boeing", "BOEING’s and Boeing", &["BOEING", "Boeing"]);
    check("muller", "Herr Mu\u{308}ller!", &["Mu\u{308}ller"]);
    check("us", "the U.S. and the US", &["U.S.", "US"]);
    check("un", "the U.N.'s man", &["U.N."]);
    check("\"door plug\"", "A door-plug blew", &["door-plug"]);
    check("boeing", "Boe\u{200B}ing\u{200B} falls", &["Boe\u{200B}ing"]);
    check("\"C++\"", "In C++.", &["C++"]);
    check("\"$TSLA\"", "Buy $TSLA!", &["$TSLA"]);
    check("\".NET\"", "the .NET way", &[".NET"]);
    check("strasse", "Die Straße", &["Straße"]);
    check("東京", "昨日東京都", &["東京"]);
    check("rate*", "rates", &["rates"]);
    check("rate* NEAR/3 cut", "rates were cut by a b c d of rates", &["rates", "cut"]);
    check("=ACME", "ACME acme", &["ACME"]);
    check(r"/\d+/", "7 and 42", &["7", "42"]);
    check("🔥", "so 🔥 hot", &["🔥"]);
    check(r"/\x{301}clair/", "an e\u{301}clair", &["e\u{301}clair"]);
    check("boeing OR airbus", "Airbus", &["Airbus"]);
    check("boeing NOT airbus", "Boeing", &["Boeing"]);
    check("(boeing strike) OR (airbus strike)", "Airbus strike", &["Airbus", "strike"]);
    check("/e/", "cafe\u{301}", &["e\u{301}"]);
    check("👩", "a 👩\u{200D}🚒 came", &["👩\u{200D}🚒"]);
}

#[test]
fn title_first_with_clauses_as_written() {
    let entry = Subject { title: "Boeing's door plug", text: "Boeing again", ..Subject::default() };
    let watch = Query { all: vec!["title:\"Door Plug\"".into(), "(BOEING OR =ACME)".into()], ..any(&["Boeing"]) };
    let expected =
        [("title", "Boeing", "Boeing"), ("title", "door plug", "title:\"Door Plug\""), ("text", "Boeing", "Boeing")];
    let expected = expected.map(|(field, text, clause)| (field.into(), text.into(), clause.into()));
    assert_eq!(hits(watch, &entry), expected);
}

#[test]
fn many_hits_leave_room_for_every_clause() {
    let long = format!("{} airbus", "boeing ".repeat(500));
    let found = hits(query("boeing AND airbus"), &text(&long));
    assert_eq!(found.len(), 20);
    assert_eq!(found[19].1, "airbus");
}
