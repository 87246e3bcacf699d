//! What is news and what is not: baselines, edits, changed ids, returns, and outlets that are out of order.

use crate::harness::{Answer, ONE_WATCH, World, at, item, path, texts, unlike};

const PAGE: &str = "<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body>Halloran Geneva</body>";

#[tokio::test]
async fn the_first_poll_is_a_baseline() {
    let world = World::new(&["times"], ONE_WATCH);
    world.publish("times", texts::times(-60));
    let mut live = world.baseline().await;
    live.step(10).await;
    assert_eq!(world.count("SELECT count(*) FROM entry WHERE baseline = 1"), 1);
    assert_eq!(world.count("SELECT count(*) FROM alert"), 0);
    live.finish().await;
}

#[tokio::test]
async fn adding_a_watch_mails_no_back_catalogue() {
    let other = ONE_WATCH.replace("Halloran AND Geneva", "zeppelin");
    let world = World::new(&["times", "post"], &other);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    assert_eq!(world.count("SELECT count(*) FROM entry WHERE baseline = 0"), 1);
    world.write_raw(&world.toml().replace("zeppelin", "Halloran AND Geneva"));
    live.restart(20).await;
    live.step(20).await;
    live.step(30).await;
    assert_eq!(world.count("SELECT count(*) FROM alert"), 0);
    live.finish().await;
}

#[tokio::test]
async fn an_edited_headline_is_a_version_and_not_a_new_entry() {
    let world = World::new(&["times"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("times", texts::times_edited(2));
    live.step(20).await;
    assert_eq!(world.texts("SELECT title FROM entry"), [texts::TIMES_EDITED]);
    assert_eq!(world.texts("SELECT title FROM headline ORDER BY seq"), [texts::TIMES_TITLE, texts::TIMES_EDITED]);
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn all_ids_of_a_feed_change_at_once_and_nobody_is_told() {
    let world = World::new(&["times"], ONE_WATCH);
    let numbered = |prefix: &str| {
        let one = |number: u32| {
            let title = format!("Halloran in Geneva, dispatch {}", in_letters(number));
            let mut item = item("times", &format!("{prefix}/{number}"), &title, "<p>A dispatch.</p>", 0);
            item.guid = format!("{prefix}-{number}");
            item
        };
        Answer::Feed((0..500).map(one).collect())
    };
    world.origin.set(&path("times"), numbered("old"));
    let mut live = world.baseline().await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 500);
    world.origin.set(&path("times"), numbered("new"));
    live.step(10).await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 500);
    assert_eq!(world.count("SELECT count(*) FROM alert"), 0);
    // The new ids are known from now on.
    world.publish("times", texts::times(20));
    live.step(20).await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 501);
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn briefings_that_always_have_the_same_headlines_are_news_each_day() {
    let world = World::new(&["times"], ONE_WATCH);
    let briefings = |day: i64| {
        let one = |title: &&str| {
            let text = format!("<p>Halloran in Geneva, day {day}.</p>");
            item("times", &format!("{}/{day}", title.replace(' ', "-")), title, &text, day * 24 * 60)
        };
        Answer::Feed(["Morning briefing", "Noon briefing", "Evening briefing"].iter().map(one).collect())
    };
    world.origin.set(&path("times"), briefings(0));
    let mut live = world.baseline().await;
    world.origin.set(&path("times"), briefings(1));
    live.step(24 * 60 + 10).await;
    assert_eq!(world.count("SELECT count(*) FROM entry WHERE baseline = 0"), 3);
    live.finish().await;
}

#[tokio::test]
async fn links_that_lose_their_meaning_make_nothing_new() {
    let world = World::new(&["times"], ONE_WATCH);
    let numbered = |number: u32, page: u32| {
        let title = format!("Halloran in Geneva, dispatch {}", in_letters(number));
        let mut item = item("times", &format!("page/{page}"), &title, "<p>A dispatch.</p>", 0);
        // Some have no id: too few to look like a change of all ids.
        item.guid = if number < 10 { format!("id-{number}") } else { String::new() };
        item
    };
    let mut items: Vec<_> = (0..12).map(|number| numbered(number, number)).collect();
    world.origin.set(&path("times"), Answer::Feed(items.clone()));
    let mut live = world.baseline().await;
    // Two more, and both on the page of all live reports.
    items.extend([numbered(20, 99), numbered(21, 99)]);
    world.origin.set(&path("times"), Answer::Feed(items.clone()));
    live.step(10).await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 14);
    items.push(numbered(22, 99));
    world.origin.set(&path("times"), Answer::Feed(items));
    live.step(20).await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 15);
    live.finish().await;
}

fn in_letters(number: u32) -> String {
    format!("{number:03}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[tokio::test]
async fn an_item_that_leaves_and_returns_is_not_news() {
    let world = World::new(&["times"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let other = item("times", "weather", "Rain until Sunday", "<p>And wind.</p>", 30);
    world.origin.set(&path("times"), Answer::Feed(vec![other.clone()]));
    live.step(30).await;
    world.origin.set(&path("times"), Answer::Feed(vec![texts::times(2), other]));
    live.step(60 * 24 * 9).await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 2);
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn error_pages_and_empty_bodies_lose_nothing_and_tell_nobody() {
    let world = World::new(&["times"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let page = |status, body: &str| Answer::Page { status, content_type: "text/html", body: body.to_owned() };
    for (minute, answer) in [(10, page(200, PAGE)), (20, page(200, "")), (30, page(500, PAGE)), (40, page(404, ""))] {
        world.origin.set(&path("times"), answer);
        let polled = live.poll(minute).await;
        assert!(polled[0].error.is_some(), "{polled:?}");
        live.deliver(minute + 3).await;
    }
    assert_eq!(world.smtp.mails().len(), 1);
    let next = item("times", "halloran-answer", "Halloran sends Geneva her answer", "<p>It is no.</p>", 45);
    world.origin.set(&path("times"), Answer::Feed(vec![next, texts::times(2)]));
    live.step(50).await;
    assert_eq!(world.count("SELECT count(*) FROM entry"), 2);
    assert_eq!(world.count("SELECT failures FROM feed"), 0);
    assert_eq!(
        world.count("SELECT count(*) FROM alert WHERE event = 'new'"),
        world.count("SELECT count(*) FROM story")
    );
    live.finish().await;
}

#[tokio::test]
async fn validators_survive_a_restart() {
    let world = World::new(&["times"], ONE_WATCH);
    world.publish("times", texts::times(-60));
    let mut live = world.baseline().await;
    live.restart(10).await;
    live.step(10).await;
    let statuses: Vec<u16> = world.origin.requests(&path("times")).iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [200, 304]);
    assert_eq!(world.count("SELECT last_poll FROM feed"), at(10).as_second());
    live.finish().await;
}

#[tokio::test]
async fn a_critical_watch_does_not_wait() {
    let world = World::new(&["times"], &ONE_WATCH.replace("query", "priority = \"critical\"\nquery"));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.poll(2).await;
    live.deliver(2).await;
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn an_item_dated_back_is_news_and_a_years_old_one_is_not() {
    let world = World::new(&["times"], &ONE_WATCH.replace("Halloran AND Geneva", "harbour"));
    let mut live = world.baseline().await;
    world.publish("times", unlike::story(0, 100));
    live.step(100).await;
    world.publish("times", unlike::story(1, -60 * 24));
    world.publish("times", unlike::story(2, -60 * 24 * 900));
    live.step(110).await;
    assert_eq!(world.count("SELECT count(*) FROM story"), 3);
    let subjects: Vec<String> = world.smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[1].contains("Brackwater"), "{subjects:?}");
    assert_eq!(
        world.texts("SELECT reason FROM decision WHERE outcome = 'hold'"),
        ["halloran: older than max_age (7d)"]
    );
    live.finish().await;
}
