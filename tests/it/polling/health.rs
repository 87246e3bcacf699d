//! What the operator is told of a feed, once and once more when it is over (F46), and what `feeds list` shows.

use crate::harness::{
    World, at,
    script::{Reply, Script, feed, reply},
};

/// Kind and sentence of each notice, with what closed it.
fn notices(world: &World) -> Vec<String> {
    world.texts("SELECT kind || ': ' || text || coalesce(' / ' || closing, '') FROM notice ORDER BY id")
}

/// Polls with these answers, then with a feed; gives the notices after all of them, and after the feed.
async fn told(answers: &'static [&'static str]) -> (Vec<String>, Vec<String>) {
    let script = Script::start("127.0.0.1", move |_, before| match answers.get(before.wrapping_sub(1)) {
        Some(head) => reply(head, "<html><title>Away</title></html>"),
        None => reply("200 OK\nETag: \"one\"", feed(&["one"])),
    });
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "name = \"tides\"\nevery = \"1m\"");
    let mut live = world.first_poll().await;
    live.follow(&url, answers.len()).await;
    let during = notices(&world);
    let retired = world.count("SELECT count(*) FROM feed WHERE retired IS NOT NULL") == 1;
    if retired {
        live.finish().await;
        world.ok(&["poll", &url]);
        return (during, notices(&world));
    }
    live.follow(&url, 1).await;
    let after = notices(&world);
    live.finish().await;
    (during, after)
}

#[tokio::test]
async fn each_trouble_is_told_once_and_once_more_when_it_is_over() {
    for (answers, during, after) in [
        (
            &["500 Oops", "500 Oops", "500 Oops", "502 Oops", "500 Oops", "500 Oops"][..],
            "failing: The feed tides has failed 3 times in a row: HTTP status 500.",
            "The feed tides reads again.",
        ),
        (
            &["200 OK", "200 OK", "200 OK", "200 OK"],
            "failing: The feed tides has failed 3 times in a row: not a feed: an HTML page titled \"Away\".",
            "The feed tides reads again.",
        ),
        (
            &["401 Who", "401 Who", "401 Who"],
            "refused: The feed tides refuses to be read: HTTP status 401.",
            "The feed tides lets itself be read again.",
        ),
        (
            &["410 Gone", "410 Gone"],
            "gone: The feed tides is gone and asked no more: HTTP status 410 (gone), twice in a row.",
            "The feed tides is there again.",
        ),
    ] {
        let (found, closed) = told(answers).await;
        assert_eq!(found, [during]);
        assert_eq!(closed, [format!("{during} / {after}")]);
    }
    assert_eq!(told(&["500 Oops", "500 Oops"]).await.0, [""; 0], "a hiccup");
}

#[tokio::test]
async fn a_move_is_told_without_what_is_secret_and_a_feed_taken_out_is_let_go() {
    let script = Script::start("127.0.0.1", |asked, _| match asked.path() {
        "/old" => reply("301 Moved\nLocation: /new?token=canary", ""),
        _ => reply("200 OK", feed(&["one"])),
    });
    let world = World::of_feeds(&[script.url("/old")], "name = \"tides\"\nevery = \"1m\"");
    let mut live = world.first_poll().await;
    live.follow(&script.url("/old"), 3).await;
    let moved =
        format!("moved: The feed tides has moved for good to {} and is read there from now on.", script.url("/new"));
    assert_eq!(notices(&world), [moved.as_str()]);
    world.write_raw(&world.toml().replace("/old", "/new"));
    live.restart(60).await;
    live.due(at(60)).await;
    assert_eq!(notices(&world), [format!("{moved} / The feed is no longer in the configuration.")]);
    live.finish().await;
}

#[tokio::test]
async fn a_silence_beyond_the_habit_is_told() {
    let script =
        Script::start("127.0.0.1", |_, before| reply("200 OK", feed(&[&format!("item-{}", before.min(12)), "one"])));
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "name = \"tides\"\nevery = \"2h\"");
    let mut live = world.first_poll().await;
    live.follow(&url, 23).await;
    assert_eq!(notices(&world), [""; 0]);
    live.follow(&url, 3).await;
    assert_eq!(notices(&world).len(), 1);
    assert!(
        notices(&world)[0].starts_with("silent: The feed tides has brought nothing new for 1d"),
        "{:?}",
        notices(&world)
    );
    live.finish().await;
}

#[test]
fn the_list_of_feeds_shows_health_and_what_comes_next() {
    let script = Script::start("127.0.7.1", |asked, _| match asked.path() {
        "/feed?key=canary" => reply("200 OK", feed(&["one"])),
        _ => reply("429 Slow Down\nRetry-After: 3600", ""),
    });
    let world = World::of_feeds(&[script.url("/feed?key=canary"), script.url("/other")], "every = \"1m\"");
    world.ok(&["poll", &script.url("/feed?key=canary")]);
    world.run(&["poll", &script.url("/other")]);
    let all = world.ok(&["feeds", "list"]).out;
    for words in ["well     Tides  <", "1 entries, 0 a day", "status 200", "hiccup   (never read)", "status 429"] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert_eq!(all.matches("its host is held until").count(), 2, "{all}");
    assert!(all.contains("1 failures in a row: HTTP status 429") && !all.contains("canary"), "{all}");
    let troubled = world.ok(&["feeds", "list", "--troubled"]).out;
    assert!(troubled.contains("/other") && !troubled.contains("Tides"), "{troubled}");
}

#[test]
fn feeds_that_are_switched_off_or_taken_out_are_not_listed_as_if_they_were_polled() {
    let script = Script::start("127.0.0.1", |_, _| reply("200 OK", feed(&["one"])));
    let urls = ["/on", "/off", "/out"].map(|path| script.url(path));
    let world = World::of_feeds(&urls, "every = \"1m\"");
    world.ok(&["poll", "--all"]);
    let toml = world.toml().replace("/off\"\n", "/off\"\nname = \"sleeper\"\nenabled = false\n");
    let out = toml.find(&format!("[[feed]]\nurl = \"{}\"", urls[2])).unwrap();
    world.write_raw(&toml[..out]);
    let health = |arguments: &[&str]| -> Vec<(String, bool)> {
        let rows = world.ok(arguments).json();
        let row = |row: &serde_json::Value| {
            (row["health"].as_str().unwrap().to_owned(), row["next_poll"].is_null() && row["next_reason"].is_null())
        };
        rows.iter().map(row).collect()
    };
    let row = |word: &str, is_over| (word.to_owned(), is_over);
    assert_eq!(health(&["feeds", "list", "--json"]), [row("off", true), row("well", false)]);
    let all = health(&["feeds", "list", "--json", "--all"]);
    assert_eq!(all, [row("off", true), row("well", false), row("removed", true)]);
    assert!(!world.ok(&["feeds", "list"]).out.contains("/out"));
    let before = script.asked().len();
    for name in ["sleeper", &urls[1]] {
        let ran = world.run(&["poll", name]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.err.contains("is not polled: it says `enabled = false`"), "{}", ran.err);
    }
    assert_eq!(script.asked().len(), before);
}

#[tokio::test]
async fn a_feeds_title_is_shown_as_text() {
    let body =
        feed(&["one"]).replace("<title>Tides", "<title>Ti\u{202e}des &amp;lt;b&amp;gt;now&amp;lt;/b&amp;gt;\u{7}");
    let script = Script::start("127.0.0.1", move |_, _| reply("200 OK\nContent-Type: text/xml; charset=utf-8", &body));
    let world = World::of_feeds(&[script.url("/feed")], "every = \"1m\"");
    let live = world.first_poll().await;
    assert_eq!(world.texts("SELECT title FROM feed"), ["Tides now"]);
    live.finish().await;
}

#[tokio::test]
async fn when_nothing_answers_that_is_told_and_not_of_every_feed() {
    let script = Script::start("127.0.0.1", |_, before| match before {
        0..24 => Reply::Send(Vec::new()),
        _ => reply("200 OK", feed(&["one"])),
    });
    let urls: Vec<String> = (0..6).map(|number| script.url(&format!("/{number}"))).collect();
    let world = World::of_feeds(&urls, "every = \"1m\"");
    let mut live = world.open(0).await;
    for minute in [0, 10, 20, 60] {
        live.poll(minute).await;
    }
    let during = notices(&world);
    assert_eq!(during.len(), 1, "{during:?}");
    assert!(during[0].starts_with("offline: No host has answered any of 6 polls since 2024-11-14T18:"), "{during:?}");
    live.poll(120).await;
    assert_eq!(notices(&world), [format!("{} / Hosts answer again.", during[0])]);
    live.finish().await;
}
