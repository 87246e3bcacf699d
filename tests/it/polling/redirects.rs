//! Redirects: C37 to C42.

use crate::harness::{
    World, at,
    script::{Script, feed, reply},
};

/// Answers like "/a -> 301 /b"; any other path is the feed.
fn host(ip: &str, hops: &[(&'static str, &'static str, String)]) -> Script {
    let hops = hops.to_vec();
    Script::start(ip, move |asked, _| match hops.iter().find(|(from, ..)| *from == asked.path()) {
        Some((_, status, to)) => reply(&format!("{status} Elsewhere\nLocation: {to}"), "<a href=x>moved</a>"),
        None => reply("200 OK\nETag: \"one\"", feed(&["one"])),
    })
}

/// The paths asked for by the first poll and by a second one after a restart.
async fn two_polls(script: &Script, path: &str) -> (Vec<String>, Vec<String>) {
    let url = script.url(path);
    let world = World::of_feeds(&[&url], "every = \"1m\"");
    let mut live = world.first_poll().await;
    let first = script.paths();
    let time = world.next_poll(&url);
    live.restart(60).await;
    live.due(time).await;
    live.finish().await;
    let second = script.paths()[first.len()..].to_vec();
    (first, second)
}

/// C37, C38, C39.
#[tokio::test]
async fn what_is_permanent_from_end_to_end_is_learned_and_nothing_else() {
    let to = |path: &str| path.to_owned();
    for (hops, second) in [
        (vec![("/a", "301", to("/b"))], vec!["/b"]),
        (vec![("/a", "308", to("/b"))], vec!["/b"]),
        (vec![("/a", "301", to("/b")), ("/b", "308", to("/c"))], vec!["/c"]),
        (vec![("/a", "302", to("/b"))], vec!["/a", "/b"]),
        (vec![("/a", "303", to("/b"))], vec!["/a", "/b"]),
        (vec![("/a", "307", to("/b"))], vec!["/a", "/b"]),
        (vec![("/a", "301", to("/b")), ("/b", "302", to("/c"))], vec!["/a", "/b", "/c"]),
        (vec![("/a", "302", to("/b")), ("/b", "301", to("/c"))], vec!["/a", "/b", "/c"]),
    ] {
        let script = host("127.0.0.1", &hops);
        let (first, later) = two_polls(&script, "/a").await;
        assert_eq!(first.len(), hops.len() + 1, "{hops:?}");
        assert_eq!(later, second, "{hops:?}");
    }
}

/// C37 with another host, a relative target, and a feed that moves once more.
#[tokio::test]
async fn a_feed_that_moves_to_another_host_keeps_its_entries_and_alerts_nobody() {
    let new = host("127.0.0.6", &[("/old", "308", "../new?x=1".to_owned())]);
    let old = host("127.0.0.5", &[("/feed", "301", new.url("/old"))]);
    let url = old.url("/feed");
    let world = World::of_feeds(&[&url], "every = \"1m\"");
    let mut live = world.first_poll().await;
    live.follow(&url, 2).await;
    assert_eq!(
        (old.paths(), new.paths()),
        (vec!["/feed".into()], vec!["/old".into(), "/new?x=1".into(), "/new?x=1".into(), "/new?x=1".into()])
    );
    assert_eq!(new.last().header("if-none-match"), Some("\"one\""));
    assert_eq!(world.count("SELECT count(*) FROM entry"), 1);
    assert_eq!(world.count("SELECT count(*) FROM alert"), 0);
    live.finish().await;
}

/// C40.
#[tokio::test]
async fn five_hops_work_and_loops_and_endless_chains_end() {
    let endless = Script::start("127.0.0.1", |asked, _| match asked.path().strip_prefix("/hop") {
        Some("0") => reply("200 OK", feed(&["one"])),
        Some(left) => reply(&format!("302 On\nLocation: /hop{}", left.parse::<u64>().unwrap() - 1), ""),
        None if asked.path() == "/self" => reply("301 On\nLocation: /self", ""),
        None => reply(&format!("302 On\nLocation: {}", if asked.path() == "/x" { "/y" } else { "/x" }), ""),
    });
    for (path, asked, error) in [
        ("/hop5", 6, None),
        ("/hop6", 6, Some("more than 5 redirects")),
        ("/hop900", 6, Some("more than 5 redirects")),
        ("/self", 1, Some("loop")),
        ("/x", 2, Some("loop")),
    ] {
        let before = endless.asked().len();
        let world = World::of_feeds(&[endless.url(path)], "every = \"1m\"");
        let mut live = world.open(0).await;
        let polled = live.due(at(0)).await;
        match error {
            None => assert_eq!(polled[0].error, None, "{path}"),
            Some(words) => assert!(polled[0].error.as_ref().unwrap().contains(words), "{path}: {polled:?}"),
        }
        assert_eq!(endless.asked().len() - before, asked, "{path}");
        live.finish().await;
    }
}

/// C41, and that what was known of the feed is not lost over it.
#[tokio::test]
async fn a_permanent_redirect_to_a_page_is_not_learned() {
    let script = Script::start("127.0.0.1", |asked, before| match (asked.path(), before) {
        ("/feed", 1) => reply("301 Moved\nLocation: /home", ""),
        ("/feed", _) => reply("200 OK\nETag: \"one\"", feed(&["one"])),
        _ => reply("200 OK\nETag: \"page\"", "<!doctype html><title>Home</title>"),
    });
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "every = \"1m\"");
    let mut live = world.first_poll().await;
    live.follow(&url, 2).await;
    assert_eq!(script.paths(), ["/feed", "/feed", "/home", "/feed"]);
    assert_eq!(script.last().header("if-none-match"), Some("\"one\""));
    live.finish().await;
}

/// C42, F61: the feed's own login, headers and cookies, to another port, another host, and back.
#[tokio::test]
async fn what_is_meant_for_one_host_reaches_no_other() {
    let other = host("127.0.0.9", &[]);
    let secret = "user = \"desk\"\npassword = \"canary-word\"\nheaders = { X-Api-Key = \"canary-key\", Cookie = \"session=canary\" }";
    for status in ["301", "302", "307", "308"] {
        let home = host("127.0.0.8", &[("/feed", status, other.url("/feed"))]);
        let world = World::of_feeds(&[home.url("/feed")], &format!("every = \"1m\"\n{secret}"));
        let mut live = world.first_poll().await;
        live.follow(&home.url("/feed"), 2).await;
        live.finish().await;
        for asked in home.asked() {
            assert_eq!(asked.header("authorization"), Some("Basic ZGVzazpjYW5hcnktd29yZA=="));
            assert_eq!(
                (asked.header("x-api-key"), asked.header("cookie")),
                (Some("canary-key"), Some("session=canary"))
            );
        }
    }
    assert_eq!(other.asked().len(), 12);
    for asked in other.asked() {
        assert!(!asked.head.contains("canary") && asked.header("authorization").is_none(), "{}", asked.head);
    }
}

/// F47, F61: where no redirect may lead.
#[tokio::test]
async fn redirects_to_where_nobody_should_go_are_errors() {
    let long = format!("/{}", "a".repeat(200_000));
    for (to, words) in [
        ("file:///etc/passwd", "neither http nor https"),
        ("ftp://127.0.0.1/feed", "neither http nor https"),
        ("data:text/xml,<rss/>", "neither http nor https"),
        (long.as_str(), "headers are larger"),
        ("http://169.254.169.254/latest", "link-local"),
        ("http://[::1]/feed", "loopback"),
        ("http://10.0.0.1/feed", "private"),
    ] {
        let script = host("127.0.0.1", &[("/feed", "302", to.to_owned())]);
        let world = World::of_feeds(&[script.url("/feed")], "every = \"1m\"");
        let mut live = world.open(0).await;
        let polled = live.due(at(0)).await;
        assert!(polled[0].error.as_ref().is_some_and(|error| error.contains(words)), "{to:.40}: {polled:?}");
        live.finish().await;
    }
}
