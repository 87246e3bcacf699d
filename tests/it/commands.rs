//! The commands of the compiled binary: exit codes, and the shapes of what they print.

use serde_json::Value;

use crate::harness::{
    ONE_WATCH, World,
    binary::{command, run_with},
    item, now, package, texts,
};

/// A database with one story of two outlets, made by `poll` itself.
fn told() -> World {
    let mut world = World::new(&["times", "post"], ONE_WATCH);
    world.rules = ONE_WATCH.replace("notify", "priority = \"critical\"\nnotify");
    world.write();
    world.ok(&["poll", "--all"]);
    for (outlet, mut item) in [("times", texts::times(0)), ("post", texts::post(0))] {
        item.published = now();
        world.publish(outlet, item);
        world.ok(&["poll", "--all"]);
    }
    world
}

#[track_caller]
fn check_keys(value: &Value, keys: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    for key in keys {
        assert!(object.contains_key(*key), "no {key:?} in {value}");
    }
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [&["frobnicate"][..], &["story"], &["stories", "--since", "yesterday"], &[]] {
        assert_eq!(run_with(command(arguments), "").code, Some(2), "{arguments:?}");
    }
}

#[test]
fn check_accepts_the_shipped_configuration_and_refuses_a_broken_one() {
    let shipped = package().join("config/storywatch.toml");
    let ran = run_with(command(&["-c", shipped.to_str().unwrap(), "check"]), "");
    assert_eq!(ran.code, Some(0), "{ran:?}");

    let world = World::new(&["times"], &ONE_WATCH.replace("AND Geneva", "AND (Geneva"));
    let ran = world.run(&["check"]);
    assert_eq!(ran.code, Some(78), "{ran:?}");
    assert!(ran.out.contains("storywatch.toml:") && ran.out.contains('^'), "file, line and caret: {}", ran.out);
    for arguments in [&["run"][..], &["poll"], &["send-test", "desk"]] {
        assert_eq!(world.run(arguments).code, Some(78), "{arguments:?}");
    }
    assert!(!world.database().exists());
}

#[test]
fn poll_tells_and_the_archive_can_be_read() {
    let world = told();
    assert_eq!(world.smtp.mails().len(), 2, "the alert and its follow-up");

    let stories = world.ok(&["stories", "--json"]).json();
    assert_eq!(stories.len(), 1);
    check_keys(&stories[0], &["story", "headline", "first_seen", "outlets", "independent", "members"]);
    assert_eq!((&stories[0]["outlets"], &stories[0]["members"]), (&Value::from(2), &Value::from(2)));
    assert_eq!(world.ok(&["stories", "--watch", "nobody", "--json"]).out, "");

    let id = stories[0]["story"].as_str().unwrap();
    let story = world.ok(&["story", id, "--json"]).json().remove(0);
    check_keys(&story, &["story", "members", "alerts"]);
    for member in story["members"].as_array().unwrap() {
        check_keys(member, &["url", "outlet", "title", "seen", "published", "relation", "of", "evidence"]);
    }
    assert_eq!(story["alerts"].as_array().unwrap().len(), 2);
    assert_eq!(world.run(&["story", "S1"]).code, Some(1));

    let found = world.ok(&["search", "Verhoek AND prisoners", "--json"]).json();
    assert_eq!(found.len(), 2);
    check_keys(&found[0], &["story", "url", "outlet", "title", "seen", "relation", "evidence"]);
    assert_eq!(world.ok(&["search", "zeppelin", "--json"]).out, "");
    assert_eq!(world.run(&["search", "(zeppelin"]).code, Some(1));
}

#[test]
fn health_and_outbox_can_be_read() {
    let world = told();
    let feeds = world.ok(&["feeds", "list", "--json"]).json();
    assert_eq!(feeds.len(), 2);
    check_keys(&feeds[0], &["url", "entries", "status", "last_poll", "next_poll", "failures", "retired"]);
    check_keys(&feeds[0], &["health", "troubles", "entries_a_day", "last_change", "held_until", "interval_seconds"]);
    assert_eq!((&feeds[0]["health"], &feeds[0]["entries_a_day"]), (&"well".into(), &1.0.into()));

    let status = world.ok(&["status", "--json"]).json().remove(0);
    assert_eq!(status["entries"], 2);
    assert_eq!(status["stories"], 1);
    assert_eq!(status["outbox"]["sent"], 2);

    assert_eq!(world.ok(&["outbox", "list", "--json"]).out, "");
    let sent = world.ok(&["outbox", "list", "--all", "--json"]).json();
    check_keys(&sent[0], &["id", "state", "channel", "recipient", "story", "attempts", "message_id", "sent"]);
    assert_eq!(sent[0]["state"], "sent");
    assert_eq!(world.run(&["outbox", "retry", "1"]).code, Some(1), "what was sent is not sent again");
}

#[test]
fn a_dead_delivery_is_retried_by_hand_under_the_same_id() {
    let mut world = World::new(&["times"], ONE_WATCH);
    world.rules = ONE_WATCH.replace("notify", "priority = \"critical\"\nnotify");
    world.write();
    world.smtp.refuse("desk@desk.example");
    world.ok(&["poll", "--all"]);
    world.publish("times", item("times", "h", "Halloran back in Geneva", "<p>Again.</p>", 0));
    let mut item = texts::times(0);
    item.published = now();
    world.publish("times", item);
    world.ok(&["poll", "--all"]);
    let dead = world.ok(&["outbox", "list", "--json"]).json();
    assert!(dead.iter().all(|row| row["state"] == "dead") && !dead.is_empty(), "{dead:?}");
    world.smtp.accept_all();
    let id = dead[0]["id"].to_string();
    world.ok(&["outbox", "retry", &id]);
    world.ok(&["poll"]);
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].id().contains(dead[0]["message_id"].as_str().unwrap().trim_matches(['<', '>'])));
}

#[test]
fn poll_fails_when_a_feed_fails() {
    let world = World::new(&["times"], ONE_WATCH);
    let page =
        |status| crate::harness::Answer::Page { status, content_type: "text/html", body: "<p>no</p>".to_owned() };
    world.origin.set("/times.xml", page(500));
    assert_eq!(world.run(&["poll", "--all"]).code, Some(1));
    assert_eq!(world.run(&["poll", "nobody"]).code, Some(1));
}

#[test]
fn parse_match_and_group_speak_json_lines() {
    let feed = "<rss version=\"2.0\"><channel><title>T</title><item><guid>1</guid><title>Halloran in \
                Geneva</title><link>https://harbourtimes.example/1</link></item></channel></rss>";
    let parsed = run_with(command(&["parse", "-"]), feed).json().remove(0);
    check_keys(&parsed, &["feed", "entries", "problems"]);
    check_keys(&parsed["entries"][0], &["id", "title", "url", "summary", "content", "published", "tags", "language"]);
    assert_eq!(run_with(command(&["parse", "-"]), "<html><body>no feed</body></html>").code, Some(1));

    let world = World::new(&["times"], ONE_WATCH);
    let lines =
        "{\"id\":\"a\",\"title\":\"Halloran in Geneva\",\"outlet\":\"times\"}\n{\"id\":\"b\",\"title\":\"Rain\"}\n";
    let list = world.dir.path().join("list.toml");
    std::fs::write(&list, "[[watch]]\nname = \"halloran\"\nquery = \"Halloran\"\n").unwrap();
    let matched = run_with(command(&["match", "--watchlist", list.to_str().unwrap()]), lines).json();
    assert_eq!(matched.len(), 1);
    check_keys(&matched[0], &["id", "watch", "evidence"]);
    check_keys(&matched[0]["evidence"][0], &["field", "start", "end", "text", "clause"]);

    let grouped = run_with(world.command(&["group"]), lines).json();
    assert_eq!(grouped.len(), 2);
    check_keys(&grouped[0], &["id", "story", "relation", "of", "cites", "reason", "score"]);
}

#[test]
fn group_tells_where_stories_ended_that_were_merged_and_holds_no_more_than_the_window() {
    let titles = [
        ("2031-05-01T08:00:00Z", "Ferry Aurora runs aground off Skerry"),
        ("2031-05-01T08:20:00Z", "Coastguard helicopters lift 214 passengers to safety at night"),
        ("2031-05-01T09:00:00Z", "Coastguard helicopters lift 214 passengers from ferry Aurora aground off Skerry"),
        ("2031-05-20T09:00:00Z", "Council votes on a new harbour wall"),
    ];
    let line = |(number, (published, title)): (usize, &(&str, &str))| {
        format!(
            "{{\"id\":\"{number}\",\"title\":\"{title}\",\"outlet\":\"o{number}\",\"published\":\"{published}\"}}\n"
        )
    };
    let lines: String = titles.iter().enumerate().map(line).collect();
    let grouped = run_with(command(&["group"]), &lines).json();
    let of = |key: &str| grouped.iter().map(|row| row[key].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(of("id"), ["0", "1", "2", "3"], "in the order they came");
    let stories = of("story");
    assert!(stories[..3].iter().all(|story| *story == stories[0]) && stories[3] != stories[0], "{stories:?}");
    let mut relations = of("relation");
    relations[..3].sort();
    assert_eq!(relations, ["first", "independent", "independent", "first"]);
    assert!(of("reason").iter().any(|reason| reason.starts_with("a second look: ")), "{grouped:?}");
}

#[test]
fn group_answers_an_entry_once_however_often_it_is_delivered_and_refuses_another_under_its_id() {
    let line = |id: &str, title: &str| {
        format!("{{\"id\":{id},\"title\":\"{title}\",\"outlet\":\"o\",\"published\":\"2031-05-01T08:00:00Z\"}}\n")
    };
    let huge = "123456789012345678901234567890";
    let once = [
        line(huge, "Ferry Aurora runs aground off Skerry"),
        line("\"b\"", "Council votes on a new harbour wall"),
        line("7", "Ferry Aurora still aground off Skerry after a night"),
    ]
    .concat();
    let told = run_with(command(&["group"]), &once);
    let ids: Vec<&str> = told.out.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids, [format!("{{\"id\":{huge}").as_str(), "{\"id\":\"b\"", "{\"id\":7"], "as they came");
    assert_eq!(told.err, "");

    let again = run_with(command(&["group"]), &format!("{once}{once}\u{feff}{once}"));
    assert_eq!((again.code, &again.out), (Some(0), &told.out));
    assert!(again.err.contains("delivered again, with no change to what came before: 6 entries"), "{}", again.err);

    let other = run_with(command(&["group"]), &format!("{once}{}", line("\"7\"", "Rain")));
    assert_eq!((other.code, &other.out), (Some(1), &told.out));
    assert!(other.err.contains(":4: the id \"7\" stands for another entry already, that of line 3"), "{}", other.err);
}

#[test]
fn group_says_once_of_a_kind_what_it_leaves_out() {
    let line =
        |id: u32, published: &str| format!("{{\"id\":{id},\"title\":\"T{id}\",\"published\":\"{published}\"}}\r\n");
    let lines = [line(1, "tomorrow"), line(2, "2031-05-01"), line(3, "soon"), line(4, "9999-01-01T00:00:00Z")].concat();
    let ran = run_with(command(&["group"]), &lines);
    assert_eq!((ran.code, ran.out.lines().count()), (Some(0), 4));
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 2, "{}", ran.err);
    assert!(told[0].contains(":1: `published` is no date that can be true") && told[0].contains("\"tomorrow\""));
    assert!(told[1].contains(": 2 more lines: `published` is no date"), "{}", told[1]);
}

#[test]
fn group_says_that_its_input_is_not_in_time_order() {
    let line =
        |id: u32, published: &str| format!("{{\"id\":{id},\"title\":\"T{id}\",\"published\":\"{published}\"}}\n");
    let lines = [line(1, "2031-05-02"), line(2, "2031-05-01"), line(3, "2071-05-02"), line(4, "2031-05-03")].concat();
    let ran = run_with(command(&["group"]), &lines);
    assert_eq!((ran.code, ran.out.lines().count()), (Some(0), 4));
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 1, "a day is within the window: {}", ran.err);
    assert!(told[0].contains(":4: `published` is earlier than that of a line before"), "{}", told[0]);
}

#[test]
fn group_knows_a_page_by_its_address_alone() {
    let line = |id: &str, rest: &str| format!("{{\"id\":\"{id}\",{rest},\"published\":\"2031-05-01T08:00:00Z\"}}\n");
    let lines = [
        line("a", "\"url\":\"https://times.example/1\",\"outlet\":\"times\""),
        line("b", "\"url\":\"https://times.example/2\",\"outlet\":\"times\""),
        line(
            "c",
            "\"url\":\"https://www.times.example/1?utm_source=x\",\"outlet\":\"list\",\"title\":\"Ferry aground\"",
        ),
        line(
            "d",
            "\"url\":\"https://post.example/9\",\"outlet\":\"post\",\"title\":\"Council votes on a harbour wall\"",
        ),
        line("e", "\"url\":\"http://m.post.example/9\",\"outlet\":\"list\""),
        // Two that say something are told apart by that: many live blogs have one address.
        line("f", "\"url\":\"https://post.example/9\",\"outlet\":\"post\",\"title\":\"Orchestra cancels tour\""),
    ];
    let ran = run_with(command(&["group"]), &lines.concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let rows = ran.json();
    let of = |key: &str| rows.iter().map(|row| row[key].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>();
    let stories = of("story");
    assert_eq!(stories, ["S1", "S2", "S1", "S3", "S3", "S4"]);
    assert_eq!(of("relation"), ["first", "first", "copy", "first", "copy", "first"]);
    assert_eq!(of("of"), ["-", "-", "a", "-", "d", "-"]);
}

#[test]
fn group_names_each_line_that_is_no_entry_and_goes_on() {
    let deep = format!("{{\"id\":\"x\",\"title\":{}", "[".repeat(100_000));
    let long = format!("{{\"id\":\"long\",\"title\":\"{}\"}}", "word ".repeat(2_000_000));
    let bad = ["[]", "null", "{}", "{\"id\":[1],\"title\":\"x\"}", &deep, "{\"id\":\"s\",\"title\":\"\\ud800\"}", "\0"];
    let lines = format!("{}\n\n  \r\n{long}\n{{\"id\":\"last\",\"title\":\"x\"}}", bad.join("\n"));
    let ran = run_with(command(&["group"]), &lines);
    assert_eq!((ran.code, ran.out.lines().count()), (Some(1), 2), "{}", ran.err);
    for number in 1..=bad.len() {
        assert_eq!(ran.err.lines().filter(|line| line.contains(&format!("input:{number}: "))).count(), 1, "{number}");
    }
    let empty = run_with(command(&["group"]), "");
    assert_eq!((empty.code, empty.out.as_str(), empty.err.as_str()), (Some(0), "", ""));
}

#[test]
fn send_test_goes_through_the_real_channels() {
    let world = World::new(&["times"], ONE_WATCH);
    world.ok(&["send-test", "desk"]);
    assert_eq!(world.smtp.to("desk@desk.example").len(), 1);
    world.ok(&["send-test", "hook:bell"]);
    assert_eq!(world.hook.calls().len(), 1);
    world.hook.answer_with(&[500]);
    assert_eq!(world.run(&["send-test", "hook:bell"]).code, Some(1));
    assert_eq!(world.run(&["send-test", "nobody"]).code, Some(1));
}

#[test]
fn silences_are_made_shown_and_ended() {
    let world = told();
    let story = world.ok(&["stories", "--json"]).json()[0]["story"].as_str().unwrap().to_owned();
    world.ok(&["silence", "add", "--story", &story, "--for", "24h", "--note", "seen enough"]);
    world.ok(&["silence", "add", "--term", "Halloran NEAR/5 Geneva", "--for", "7d", "--recipient", "desk"]);
    let listed = world.ok(&["silence", "list", "--json"]).json();
    assert_eq!(listed.len(), 2);
    check_keys(&listed[0], &["id", "kind", "value", "recipient", "starts", "ends", "note"]);
    assert_eq!((listed[0]["kind"].as_str(), listed[0]["value"].as_str()), (Some("story"), Some(story.as_str())));
    assert!(world.ok(&["status"]).out.contains("silenced until"), "shown while it holds");
    world.ok(&["silence", "end", "1"]);
    assert_eq!(world.ok(&["silence", "list", "--json"]).json().len(), 1);
    assert_eq!(world.ok(&["silence", "list", "--all", "--json"]).json().len(), 2);
    for (arguments, code, words) in [
        (&["silence", "end", "1"][..], 1, "no silence holds under 1"),
        (&["silence", "add", "--watch", "nobody", "--for", "1h"], 1, "there is no watch \"nobody\""),
        (&["silence", "add", "--outlet", "nobody", "--for", "1h"], 1, "there is no outlet"),
        (&["silence", "add", "--story", "S1", "--for", "1h"], 1, "there is no story S1"),
        (&["silence", "add", "--term", "(open", "--for", "1h"], 1, "storywatch: "),
        (&["silence", "add", "--watch", "halloran", "--for", "1h", "--recipient", "x"], 1, "there is no recipient"),
        (&["silence", "add", "--for", "1h"], 2, "required"),
        (&["silence", "add", "--watch", "halloran", "--story", "S1", "--for", "1h"], 2, "cannot be used with"),
        (&["silence", "add", "--watch", "halloran", "--for", "soon"], 2, "expected a duration"),
    ] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
}
