//! What `check` prints.

use super::{Desk, REST};
use crate::{
    config::render,
    watch::{Part, Problem},
};

#[test]
fn ten_mistakes_are_told_at_once() {
    let main = r#"[polling]
timeout = 20
max_body = "15MB"
allow_networks = ["10.0.0.1"]

[mail]
from = "Storywatch <alerts@example.org>"
smtp = "smtps://me:hush@mail.example.org"
"#;
    let feeds = r#"[[feed]]
url = "https://example.org/feed.xml"
outlet = "nty"

[outlet.nyt]
names = ["NYT"]
"#;
    let watches = r#"[[watch]]
name = "boeing safety"
any = ["Boeing", 737]
non = ["stock tip"]
notify = ["desk"]

[watch.alert]
follow_up = ["confirmed", "corection"]

[recipient.desk]
email = ["desk@example.org"]
timezone = "America/New_Yrok"
quiet = { from = "22:00", to = "6:30" }
"#;
    let desk = Desk::new(main).file("feeds/papers.toml", feeds).file("watchlists/desk.toml", watches);
    let faults = desk.load().err().unwrap();
    insta::assert_snapshot!(desk.without_dir(&render(&faults, false)));
}

#[test]
fn problems_of_a_query_are_placed_inside_its_string() {
    let text = format!(
        "{REST}[[watch]]\nname = \"x\"\nall = [\"Boeing \\\"737\\\" OR Airbus strike\"]\nquery = '''\n  (a OR b)\n  AND c d*\n'''\nnotify = [\"me\"]\n[terms]\nt = [\"ok\", \"n*\"]\n"
    );
    let problem = |is_error, part, start, end, message: &str| Problem {
        is_error,
        part,
        start,
        end,
        message: message.to_owned(),
        suggestion: None,
    };
    let desk = Desk::new(&text);
    let faults = desk.load_with(|queries, terms| {
        assert_eq!((queries[1].all[0].as_str(), terms["t"].len()), ("Boeing \"737\" OR Airbus strike", 2));
        let mixes = queries[1].all[0].find("OR").unwrap();
        let star = queries[1].query.as_ref().unwrap().find("d*").unwrap();
        vec![
            (1, problem(true, Part::All(0), mixes, mixes + 2, "mixes OR and AND")),
            (1, problem(false, Part::Query, star, star + 2, "matches too much")),
            (1, problem(true, Part::Term { name: "t".into(), index: 1 }, 0, 2, "too short")),
            (0, problem(true, Part::Term { name: "t".into(), index: 1 }, 0, 2, "too short")),
            (0, problem(true, Part::Whole, 0, 0, "matches nothing")),
        ]
    });
    insta::assert_snapshot!(desk.without_dir(&render(&faults.err().unwrap(), false)));
}

#[test]
fn a_fault_as_json() {
    let desk = Desk::new(&format!("[polling]\ntimeot = 1\n{REST}"));
    let fault = desk.load().err().unwrap().remove(0).to_json();
    assert_eq!(fault["line"], 2);
    assert_eq!(fault["column"], 1);
    assert_eq!(fault["severity"], "error");
    assert_eq!(fault["message"], "unknown key `timeot` in [polling]");
    assert_eq!(fault["help"], "did you mean `timeout`?");
}

#[test]
fn a_file_that_cannot_be_read_causes_no_further_mistakes() {
    let desk = Desk::new("[[watch]]\nname = \"w\"\nany = [\"$t\"]\nnotify = [\"me\"]")
        .file("watchlists/a.toml", "[recipient.me");
    let mut compiled = false;
    let faults = desk.load_with(|_, _| {
        compiled = true;
        Vec::new()
    });
    assert_eq!(faults.err().unwrap().len(), 1);
    assert!(!compiled, "the term may stand in the broken file");
}

#[test]
fn no_file_at_all() {
    let desk = Desk::new("");
    std::fs::remove_file(desk.path("storywatch.toml")).unwrap();
    let line = desk.lines().remove(0);
    assert!(line.starts_with("storywatch.toml:1:1: cannot read this file: No such file"), "{line}");
    let desk = Desk::new(REST).file("feeds/x.toml", "");
    std::fs::write(desk.path("feeds/x.toml"), b"# caf\xe9\n").unwrap();
    assert_eq!(desk.lines(), ["feeds/x.toml:1:6: this file is not UTF-8"]);
}

#[test]
fn a_long_line_is_cut_and_its_column_kept() {
    let terms = "\"x\", ".repeat(2000);
    let text = format!("{REST}[[watch]]\nname = \"l\"\nnotify = [\"me\"]\nany = [{terms}7]\n");
    let fault = Desk::new(&text).load().err().unwrap().remove(0);
    assert_eq!((fault.spot.line, fault.spot.column), (16, 10_008));
    let shown = render(&[fault], false);
    assert!(shown.len() < 500 && shown.contains("storywatch.toml:16:10008"), "{shown}");
}

#[test]
fn a_configuration_that_does_nothing_is_warned_of() {
    let expected = [
        "storywatch.toml:1:1: warning: there is no feed to poll; add [[feed]] here or in feeds/",
        "storywatch.toml:1:1: warning: there is no watch; add [[watch]] here or in watchlists/",
    ];
    assert_eq!(Desk::new("").lines(), expected);
}
