//! Headlines that are nearly the same and say different things.

use super::*;

/// What becomes of the second of two entries of different outlets, three hours later, in a window of other news.
fn second(one: (&str, &str), other: (&str, &str)) -> (bool, Grouping) {
    let mut stream = Stream::new(WINDOW, outlets());
    for n in 0..60 {
        stream.push(&document(100 + n, "rt", n, &format!("Alpha{n} wins beta{n} against gamma{n} delta{n}"), ""));
    }
    let first = stream.push(&document(1, "nyt", 100, one.0, one.1));
    let pushed = stream.push(&document(2, "wapo", 280, other.0, other.1));
    (pushed.story == first.story, pushed.grouping)
}

#[track_caller]
fn check_apart(one: &str, other: &str, why: &str) {
    let (joined, grouping) = second((one, ""), (other, ""));
    assert!(!joined, "{one} / {other}: {}", grouping.reason);
    assert!(grouping.reason.ends_with(why) || grouping.reason.contains(&format!("{why};")), "{}", grouping.reason);
}

#[test]
fn opposites_are_two_stories() {
    let why = "its headline says the opposite";
    check_apart("Council of Lund passes harbour tax", "Council of Lund rejects harbour tax", why);
    check_apart("Norvia strikes Estmark", "Estmark strikes Norvia", why);
    check_apart("Forest fire near Lund under control", "Forest fire near Lund out of control", why);
    check_apart("Harbour of Lund meets its dredging target", "Harbour of Lund still off its dredging target", why);
}

#[test]
fn what_happens_elsewhere_in_the_same_words_is_another_story() {
    let why = "its headline names another";
    check_apart("Magnitude 6.4 earthquake strikes off Vanuatu", "Magnitude 6.4 earthquake strikes off Chile", why);
    check_apart("Fulham 2-0 Norwich: match report", "Everton 2-0 Norwich: match report", why);
    check_apart("Bus crash in Kenya kills 14", "Bus crash in Peru kills 14", why);
}

#[test]
fn teasers_do_not_hide_the_opposite() {
    let teaser = "The vote on the tax, which shipping lines have fought for two years, followed a debate of nine hours in \
        the town hall.";
    let other = "Members sat for nine hours before the vote on the tax that shipping lines have fought for two years.";
    let (joined, grouping) =
        second(("Council of Lund passes harbour tax", teaser), ("Council of Lund rejects harbour tax", other));
    assert!(!joined, "{}", grouping.reason);
}

#[test]
fn a_no_in_the_same_words_joins_and_is_told() {
    let no = "Jury in Lund finds banker Holt not guilty";
    let (joined, grouping) = second(("Jury in Lund finds banker Holt guilty", ""), (no, ""));
    assert!(joined, "{}", grouping.reason);
    assert_eq!((grouping.relation, grouping.corrects.as_deref()), (Relation::Independent, Some(no)), "no copy");
}

#[test]
fn a_no_is_told_once() {
    let mut stream = Stream::new(WINDOW, outlets());
    let titles = ["Jury in Lund finds banker Holt not guilty", "Jury in Lund finds banker Holt guilty"];
    let told = (1..5).map(|id| {
        let title = titles[id as usize % 2];
        stream.push(&document(id, &format!("house{id}"), id * 10, title, "")).grouping.corrects.is_some()
    });
    assert_eq!(told.collect::<Vec<_>>(), [false, true, false, false]);
}

#[test]
fn an_edited_headline_over_one_text_stays_in_its_story() {
    let text = "The vote on the tax, which shipping lines have fought for two years, followed a debate of nine hours in the \
        town hall of Lund, where members of all parties spoke of the price of dredging and the wages of pilots.";
    let (joined, grouping) =
        second(("Council of Lund passes harbour tax", text), ("Council of Lund rejects harbour tax", text));
    assert!(joined, "{}", grouping.reason);
    assert_eq!(grouping.relation, Relation::Copy);
}
