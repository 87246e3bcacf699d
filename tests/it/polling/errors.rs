//! What goes wrong at an origin: C22 to C30.

use crate::harness::{
    World, at,
    script::{Reply, Script, feed, reply},
};

const EVERY: &str = "every = \"1m\"";

/// C22, C24: of two hosts with two feeds each.
#[tokio::test]
async fn a_429_holds_the_host_and_a_503_the_feed_alone() {
    for (status, asked_of_the_host) in [("429 Slow Down", 0), ("503 Unavailable", 1)] {
        let head = format!("{status}\nRetry-After: 3600");
        let busy = Script::start("127.0.0.2", move |_, before| match before {
            0 => reply(&head, ""),
            _ => reply("200 OK", feed(&["one"])),
        });
        let other = Script::start("127.0.0.3", |_, _| reply("200 OK", feed(&["one"])));
        let world = World::of_feeds(&[busy.url("/first")], EVERY);
        let mut live = world.first_poll().await;
        // The others are listed a moment later, so that the order is sure; the hold is on the disk.
        let others = [busy.url("/second"), other.url("/third")];
        let lines = others.map(|url| format!("[[feed]]\nurl = \"{url}\"\n{EVERY}\n")).concat();
        world.write_raw(&(world.toml() + &lines));
        live.restart(1).await;
        live.due(at(1)).await;
        live.restart(20).await;
        live.due(at(20)).await;
        assert_eq!(busy.paths().iter().filter(|path| *path == "/second").count(), 2 * asked_of_the_host, "{status}");
        assert_eq!(other.paths(), ["/third", "/third"]);
        assert_eq!(busy.paths().iter().filter(|path| *path == "/first").count(), 1);
        if asked_of_the_host == 0 {
            let reasons = world.texts("SELECT next_reason FROM feed WHERE url LIKE '%/second'");
            assert_eq!(reasons, ["host held: 429: Retry-After 1h"]);
        }
        live.due(at(70)).await;
        assert!(busy.paths().iter().any(|path| path == "/second"), "the hold ends");
        live.finish().await;
    }
}

/// C22: those that wait for their turn at the host are not asked either.
#[tokio::test]
async fn a_429_sends_away_who_waits_for_the_same_host() {
    let busy = Script::start("127.0.0.4", |_, _| reply("429 Slow Down\nRetry-After: 3600", ""));
    let urls: Vec<String> = (0..20).map(|number| busy.url(&format!("/{number}"))).collect();
    let world = World::of_feeds(&urls, EVERY);
    let mut live = world.open(0).await;
    let polled = live.due(at(0)).await;
    assert_eq!(busy.asked().len(), 1);
    assert_eq!(polled.iter().filter(|polled| polled.is_held).count(), 19);
    assert_eq!(live.due(at(59)).await, []);
    live.due(at(70)).await;
    assert_eq!(busy.asked().len(), 2, "after the hold the first one is told the same again");
    live.finish().await;
}

/// C25.
#[tokio::test]
async fn a_bare_429_slows_the_feed_down_and_holds_its_host() {
    let script = Script::start("127.0.0.1", |_, _| reply("429 Slow Down", ""));
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], EVERY);
    let mut live = world.first_poll().await;
    let mut waits = live.follow(&url, 6).await;
    assert!(waits[0] >= 102, "{waits:?}");
    waits.dedup_by(|later, sooner| *later >= *sooner);
    assert_eq!(waits.len(), 1, "never shorter than the wait before");
    assert_eq!(world.count("SELECT count(*) FROM host_hold"), 1);
    live.finish().await;
}

/// C26, C27: over weeks.
#[tokio::test]
async fn a_feed_that_fails_is_asked_ever_more_rarely_and_never_given_up() {
    for status in ["500 Oops", "404 Not Found", "403 Forbidden"] {
        let script = Script::start("127.0.0.1", move |_, _| reply(status, "<html>"));
        let url = script.url("/feed");
        let world = World::of_feeds(&[&url], "every = \"15m\"");
        let mut live = world.first_poll().await;
        let waits = live.follow(&url, 40).await;
        assert!(waits.windows(2).take(5).all(|pair| pair[1] > pair[0]), "{waits:?}");
        assert!(waits[10..].iter().all(|wait| (20 * 3600..=24 * 3600 + 301).contains(wait)), "{waits:?}");
        assert_eq!(script.asked().len(), 41);
        live.finish().await;
    }
}

/// C28: once more to be sure, then never again, not after a restart either, until the operator says so.
#[tokio::test]
async fn a_feed_that_is_gone_is_asked_once_more_and_then_left_in_peace() {
    let script = Script::start("127.0.0.1", |_, _| reply("410 Gone", ""));
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], EVERY);
    let mut live = world.first_poll().await;
    live.follow(&url, 1).await;
    for day in 1..20 {
        live.restart(day * 1440).await;
        live.due(at(day * 1440)).await;
        live.poll(day * 1440).await;
    }
    assert_eq!(script.asked().len(), 2);
    assert_eq!(world.texts("SELECT retired FROM feed"), ["HTTP status 410 (gone), twice in a row"]);
    live.finish().await;
    assert_eq!(world.run(&["poll", &url]).code, Some(1));
    assert_eq!(script.asked().len(), 3, "by name it is asked all the same");
}

/// C29, C30: the first failure that may pass by itself costs nothing, later ones do, and one good answer mends all.
#[tokio::test]
async fn silence_and_nonsense_bring_no_tight_retry_and_recovery_is_complete() {
    let page = "<!doctype html><title>Down</title>";
    for broken in [
        Reply::Send(Vec::new()),
        Reply::Send(b"\x00\xff garbage\r\n\r\n".to_vec()),
        Reply::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<rss>".to_vec()),
        reply("200 OK", ""),
        reply("200 OK", [0u8, 159, 146, 150, 7, 8, 9]),
        reply("200 OK\nContent-Type: text/html", page),
        reply("500 Oops", page),
    ] {
        let shown = format!("{broken:?}");
        let script = Script::start("127.0.0.1", move |_, before| match before {
            1..=5 => broken.clone(),
            _ => reply("200 OK", feed(&["one"])),
        });
        let url = script.url("/feed");
        let world = World::of_feeds(&[&url], EVERY);
        let mut live = world.first_poll().await;
        let waits = live.follow(&url, 7).await;
        assert!(waits[..5].windows(2).all(|pair| pair[0] >= 60 && pair[1] > pair[0]), "{waits:?} {shown}");
        assert!(waits[4] >= 60 * 8, "{waits:?} {shown}");
        assert!(waits[5..].iter().all(|wait| (60..=62).contains(wait)), "{waits:?} {shown}");
        assert_eq!(script.asked().len(), 8);
        assert_eq!(world.count("SELECT failures FROM feed"), 0);
        assert_eq!(world.count("SELECT count(*) FROM entry"), 1, "{shown}");
        live.finish().await;
    }
}
