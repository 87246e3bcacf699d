//! Trying watches out: when a watch starts, back-tests, explanations, lint, and search in the language of watches.

use std::fs;

use serde_json::Value;

use crate::harness::{ONE_WATCH, World, item, now, texts};

const OTHER_WATCH: &str = r#"
[[watch]]
name = "halloran"
query = "zeppelin"
notify = ["desk"]

[recipient.desk]
email = ["desk@desk.example"]
"#;

/// A database with one story of two outlets, and a back catalogue; nothing in it matches yet.
fn archive() -> World {
    let mut world = World::new(&["times", "post"], OTHER_WATCH);
    world.feed = "groups = [\"papers\"]\n".to_owned();
    world.write();
    world.publish("times", item("times", "old", "Halloran in Geneva, an album", "<p>Geneva.</p>", 0));
    world.ok(&["poll", "--all"]);
    for (outlet, mut item) in [("times", texts::times(0)), ("post", texts::post(0))] {
        item.published = now();
        world.publish(outlet, item);
        world.ok(&["poll", "--all"]);
    }
    world
}

fn watchlist(world: &World, name: &str, toml: &str) -> String {
    let path = world.dir.path().join(name);
    fs::write(&path, toml).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_changed_watch_starts_from_now_even_where_an_old_entry_changes() {
    let world = World::new(&["times", "post"], OTHER_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.write_raw(&world.toml().replace("zeppelin", "Halloran AND Geneva"));
    live.restart(20).await;
    world.publish("times", texts::times_edited(2));
    live.step(25).await;
    assert_eq!(world.count("SELECT count(*) FROM match"), 1);
    assert_eq!(world.count("SELECT count(*) FROM alert"), 0);
    // What comes from now on is news, in the same story too.
    world.publish("post", texts::post(30));
    live.step(30).await;
    assert_eq!(world.count("SELECT count(*) FROM alert"), 1);
    live.finish().await;
}

#[tokio::test]
async fn a_watch_that_is_asked_to_looks_back() {
    let world = World::new(&["times", "post"], OTHER_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(200));
    live.step(200).await;
    world.write_raw(&world.toml().replace("query = \"zeppelin\"", "query = \"Halloran AND Geneva\"\nhistory = \"1h\""));
    live.restart(210).await;
    live.step(211).await;
    // The older of the two entries lies beyond the hour.
    assert_eq!(world.count("SELECT count(*) FROM match"), 1);
    assert_eq!(world.smtp.mails().len(), 1);
    // A start with the same watch is no change.
    live.restart(240).await;
    live.step(241).await;
    assert_eq!(world.count("SELECT count(*) FROM alert"), 1);
    live.finish().await;
}

#[tokio::test]
async fn a_burst_speaks_when_there_is_more_than_usual() {
    let rules = ONE_WATCH.replace(
        "\n[recipient",
        "[watch.story]\nburst = { factor = 3, window = \"1h\", baseline = \"1d\", at_least = 3 }\n[recipient",
    );
    let world = World::new(&["times", "post", "herald"], &rules);
    let mut live = world.baseline().await;
    for (minute, outlet) in [(100, "times"), (110, "post")] {
        world.publish(outlet, item(outlet, "a", &format!("Halloran on {outlet}"), "<p>In Geneva again.</p>", minute));
        live.step(minute).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM alert"), 0);
    assert!(world.texts("SELECT reason FROM decision").iter().all(|reason| reason.contains("of 3 entries within 1h")));
    world.publish("herald", item("herald", "c", "Halloran is seen", "<p>She was in Geneva.</p>", 120));
    live.step(120).await;
    assert!(world.count("SELECT count(*) FROM alert") >= 1);
    live.finish().await;
}

#[test]
fn a_backtest_shows_what_a_watch_would_have_brought_and_touches_nothing() {
    let world = archive();
    let alerts = world.count("SELECT count(*) FROM alert");
    let file = watchlist(&world, "tried.toml", "[[watch]]\nname = \"h\"\nany = [\"Halloran\", \"submarine\"]\n");
    let ran = world.ok(&["backtest", &file, "--json"]);
    let report = &ran.json()[0];
    assert_eq!(report["read"], 3);
    assert_eq!(report["total"]["entries"], 3);
    // The back catalogue is matched and never told; both papers came while the first mail would still have waited.
    assert_eq!(report["total"]["mails"], 1, "{report}");
    assert_eq!(report["events"], serde_json::json!({ "new": 1 }));
    assert_eq!(report["watches"][0]["never"], serde_json::json!(["submarine"]));
    assert_eq!(report["watches"][0]["volume"][0]["clause"], "Halloran");
    let sentences: Vec<&str> =
        report["stories"].as_array().unwrap().iter().filter_map(|s| s["sentence"].as_str()).collect();
    assert!(sentences.iter().any(|sentence| sentence.contains("*Halloran*")), "{sentences:?}");

    let narrow = watchlist(&world, "narrow.toml", "[[watch]]\nname = \"h\"\nany = [\"submarine\"]\n");
    let compared = world.ok(&["backtest", &narrow, "--against", &file, "--json"]);
    let against = &compared.json()[0]["against"];
    assert_eq!(against["gained"], serde_json::json!([]));
    assert_ne!(against["lost"], serde_json::json!([]));
    assert_eq!(world.run(&["backtest", &file, "--fail-over", "0/day"]).code, Some(1));
    assert_eq!(world.run(&["backtest", &narrow, "--fail-over", "0/day"]).code, Some(0));
    assert!(world.ok(&["backtest", &file]).out.contains("never found: submarine"));
    assert_eq!(world.run(&["backtest", "/nowhere.toml"]).code, Some(78));
    assert_eq!(world.count("SELECT count(*) FROM alert"), alerts);
    assert_eq!(world.count("SELECT count(*) FROM match"), 0);
}

#[test]
fn explain_says_where_each_item_stopped() {
    let world = archive();
    let stopped = |item: &str, world: &World| {
        let value = world.ok(&["explain", item, "--json"]).json()[0].clone();
        (value["stopped"].as_str().unwrap().to_owned(), value)
    };
    let (old, _) = stopped("an album", &world);
    assert!(old.starts_with("at grouping: it is of its feed's first poll"), "{old}");
    let (times, value) = stopped("https://harbourtimes.example/halloran-envoy?utm_source=x", &world);
    assert!(times.starts_with("at matching: no watch matches it"), "{times}");
    assert!(value["entry"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()));

    let lines = world.ok(&["explain", texts::TIMES_TITLE, "--watch", "halloran"]).out;
    assert!(lines.contains("✗ halloran") && lines.contains("✗ zeppelin"), "{lines}");
    assert_eq!(world.run(&["explain", "https://nowhere.example/"]).code, Some(1));
    assert_eq!(world.run(&["explain", "no such headline"]).code, Some(1));
    assert_eq!(world.run(&["explain", "an album", "--watch", "nobody"]).code, Some(1));
}

#[test]
fn explain_shows_the_tree_the_decision_and_the_delivery() {
    let mut world = World::new(&["times"], ONE_WATCH);
    world.rules = ONE_WATCH.replace("notify", "priority = \"critical\"\nnotify");
    world.write();
    world.ok(&["poll", "--all"]);
    let mut item = texts::times(0);
    item.published = now();
    world.publish("times", item);
    world.ok(&["poll", "--all"]);
    let lines = world.ok(&["explain", "Rebel Envoy in Geneva"]).out;
    for expected in
        ["seen ", "grouped ", "matched   halloran", "✓ Halloran", "✓ Geneva", "decided ", "alert ", "delivery "]
    {
        assert!(lines.contains(expected), "no {expected:?} in {lines}");
    }
    assert!(lines.contains("stopped   desk was told: 1 to mail:desk@desk.example: sent"), "{lines}");
    let story = world.texts("SELECT id FROM story")[0].clone();
    let value = world.ok(&["stories", "--since", "100d", "--json"]).json()[0].clone();
    let named = value["story"].as_str().unwrap();
    assert!(world.ok(&["explain", named]).out.contains("desk was told"), "{story}");
}

#[test]
fn search_knows_feeds_groups_and_terms() {
    let mut world = archive();
    world.rules = format!("{OTHER_WATCH}\n[terms]\nwho = [\"Halloran\", \"Verhoek\"]\n");
    world.write();
    let found = |query: &str| world.ok(&["search", query, "--json"]).json().len();
    assert_eq!(found("Halloran"), 3);
    assert_eq!(found("$who AND group:papers"), 3);
    assert_eq!(found("$who AND feed:post"), 1);
    assert_eq!(found("source:\"Capital Post\""), 1);
    assert_eq!(found("Halloran NOT Verhoek"), 1);
    assert_eq!(found("Hallo"), 0);
    assert_eq!(world.run(&["search", "(Halloran"]).code, Some(1));
}

#[test]
fn check_lints_watches_and_says_what_to_expect() {
    let mut world = archive();
    world.rules = "[[watch]]\nname = \"h\"\nany = [\"Halloran\", \"gate\"]\nnone = [\"gate\", \"/door/\"]\nnotify = \
                   [\"desk\"]\n[recipient.desk]\nemail = [\"desk@desk.example\"]\n"
        .to_owned();
    world.write();
    let ran = world.ok(&["check"]);
    assert!(ran.out.contains("`none` cancels this: it can never make the watch match"), "{}", ran.out);
    assert!(ran.out.contains("this pattern has nothing in it that a phrase has not"), "{}", ran.out);
    assert!(ran.out.contains("mails a day, from 3 entries"), "{}", ran.out);
    let warnings: Vec<Value> = world.ok(&["check", "--json"]).json();
    assert!(warnings.iter().all(|warning| warning["line"].as_u64().is_some_and(|line| line > 0)), "{warnings:?}");
}
