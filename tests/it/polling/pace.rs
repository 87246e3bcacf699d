//! How often: C13 to C21, as far as one feed is concerned. Waits are read from what is stored, and every poll is made
//! at the moment it is due and refused a second before.

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};

use crate::harness::{
    World, at,
    script::{Script, feed, reply},
};

/// The waits after a first poll and two more, of a feed polled every 15 seconds.
async fn waits(lines: &'static str, channel: &str) -> Vec<i64> {
    let body = feed(&["one"]).replace("<title>Tides", &format!("{channel}<title>Tides"));
    let script = Script::start("127.0.0.1", move |_, _| reply(&format!("200 OK\n{lines}"), &body));
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "every = \"15s\"");
    let mut live = world.first_poll().await;
    let mut waits = vec![world.next_poll(&url).duration_since(at(0)).as_secs()];
    waits.extend(live.follow(&url, 2).await);
    live.finish().await;
    waits
}

/// All within `least` and three in a hundred more, but for the second that is rounded up.
#[track_caller]
fn check(waits: &[i64], least: i64) {
    for wait in waits {
        assert!((least..=least + least * 3 / 100 + 1).contains(wait), "{wait} s, not {least}");
    }
}

const DAY: i64 = 24 * 3600;

/// C13, C16.
#[tokio::test]
async fn the_interval_is_kept_and_nothing_speeds_it_up() {
    check(&waits("ETag: \"one\"", "").await, 15);
    for lines in [
        "Cache-Control: max-age=0",
        "Cache-Control: no-store",
        "Cache-Control: no-cache, must-revalidate",
        "Expires: 0",
        "Expires: Thu, 01 Jan 1970 00:00:00 GMT",
        "Cache-Control: max-age=5",
        "Retry-After: 1",
    ] {
        check(&waits(lines, "<ttl>0</ttl>").await, 15);
    }
}

/// C14, C15, C17.
#[tokio::test]
async fn what_a_publisher_says_of_freshness_is_not_before() {
    check(&waits("Cache-Control: public, max-age=600", "").await, 600);
    check(&waits("Date: Sun, 06 Nov 1994 08:00:00 GMT\nExpires: Sun, 06 Nov 1994 09:00:00 GMT", "").await, 3600);
    check(&waits("ETag: \"one\"", "<ttl>30</ttl>").await, 1800);
    check(&waits("Cache-Control: max-age=600", "<ttl>30</ttl>").await, 1800);
    check(&waits("Cache-Control: max-age=7200", "<ttl>30</ttl>").await, 7200);
}

#[tokio::test]
async fn hints_are_capped_at_a_day_and_hold_after_a_304_too() {
    let waits = waits("Cache-Control: max-age=31536000", "<ttl>9999999</ttl>").await;
    assert!(waits.iter().all(|wait| (DAY..=DAY + 301).contains(wait)), "{waits:?}");
    let script = Script::start("127.0.0.1", |_, before| match before {
        0 => reply("200 OK\nETag: \"one\"", feed(&["one"])),
        _ => reply("304 Not Modified\nCache-Control: max-age=900", ""),
    });
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "every = \"15s\"");
    let mut live = world.first_poll().await;
    check(&live.follow(&url, 2).await, 900);
    live.finish().await;
}

/// Polled at its own rhythm: ten items that were all replaced bring it back sooner than one new one, and nothing new
/// makes it rarer, between the limits.
#[tokio::test]
async fn an_interval_of_its_own_follows_the_feed() {
    let documents: [&[&str]; 6] =
        [&["1", "2", "3"], &["1", "2", "3"], &["4", "1", "2"], &["7", "6", "5"], &["8", "9", "a"], &["8", "9", "a"]];
    let script = Script::start("127.0.0.1", move |_, before| reply("200 OK", feed(documents[before.min(5)])));
    let url = script.url("/feed");
    let mut world = World::of_feeds(&[&url], "");
    world.polling.push_str("max_interval = \"2h\"\n");
    world.write_raw(&world.toml().replace("min_interval = \"1s\"", "min_interval = \"5m\""));
    let mut live = world.first_poll().await;
    let waits = live.follow(&url, 12).await;
    for (wait, least) in waits.iter().zip([1350, 675, 300, 300, 450]) {
        check(&[*wait], least);
    }
    assert!(waits[5..].windows(2).all(|pair| pair[1] + 60 >= pair[0]) && waits[11] >= 2 * 3600, "{waits:?}");
    live.finish().await;
}

/// C22, C23, C24, and the cap: the server's own date counts, so that a wrong clock does no harm.
#[tokio::test]
async fn a_publisher_that_asks_for_a_rest_gets_it() {
    let date = |time: Timestamp| rfc2822::to_string(&time.to_zoned_datetime(TimeZone::UTC)).unwrap();
    let http = |time| date(time).replace("+0000", "GMT");
    let in_an_hour = format!("429 Slow Down\nDate: {}\nRetry-After: {}", http(at(-900)), http(at(-840)));
    for (head, least) in [
        ("429 Slow Down\nRetry-After: 1800".to_owned(), 1800),
        (in_an_hour, 3600),
        ("503 Unavailable\nRetry-After: 2400".to_owned(), 2400),
        ("503 Unavailable\nRetry-After: 99999999".to_owned(), 7 * DAY),
        ("429 Slow Down\nRetry-After: 99999999".to_owned(), 7 * DAY),
    ] {
        let script = Script::start("127.0.0.1", move |_, _| reply(&head, ""));
        let url = script.url("/feed");
        let world = World::of_feeds(&[&url], "every = \"15s\"");
        let mut live = world.first_poll().await;
        live.restart(1).await;
        let wait = world.next_poll(&url).duration_since(at(0)).as_secs();
        assert!((least..=least + (least * 3 / 100).min(300) + 1).contains(&wait), "{wait} s, not {least}");
        assert_eq!(live.due(at(0) + jiff::SignedDuration::from_secs(least - 1)).await, []);
        assert_eq!(script.asked().len(), 1);
        live.finish().await;
    }
}
