//! Several outlets, one story: what is told, to whom, and how often.

use crate::harness::{
    ONE_WATCH, World,
    binary::{command, run_with},
    texts,
};

const ALL: &[&str] = &["times", "post", "relay", "mirror", "echo", "bugle", "herald", "gazette"];

const CONFIRMED_ONLY: &str = r#"
[[watch]]
name = "halloran"
query = "Halloran AND Geneva"
notify = ["desk"]

[watch.story]
min_outlets = { independent = 2 }

[recipient.desk]
email = ["desk@desk.example"]
"#;

#[tokio::test]
async fn two_outlets_one_story_one_alert() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.poll(2).await;
    live.deliver(2).await;
    world.publish("post", texts::post(3));
    live.step(3).await;
    live.step(10).await;
    assert_eq!(world.texts("SELECT relation FROM entry ORDER BY id"), ["first", "independent"]);
    assert_eq!(world.count("SELECT count(*) FROM story"), 1);
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn two_outlets_in_the_same_second_do_not_both_found_the_story() {
    // The two feeds are fetched at the same time; intake takes them in one after the other.
    for _ in 0..5 {
        let world = World::new(&["times", "mirror"], ONE_WATCH);
        let mut live = world.baseline().await;
        world.publish("times", texts::times(2));
        world.publish("mirror", texts::repost_of_times("mirror", 2));
        live.step(2).await;
        assert_eq!(world.count("SELECT count(*) FROM story"), 1);
        assert_eq!(world.count("SELECT count(*) FROM entry WHERE relation = 'first'"), 1);
        assert_eq!(world.smtp.mails().len(), 1);
        live.finish().await;
    }
}

#[tokio::test]
async fn a_watch_for_confirmed_stories_waits_for_the_post_and_ignores_rewrites_and_copies() {
    let world = World::new(ALL, CONFIRMED_ONLY);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("relay", texts::relay(20));
    live.step(20).await;
    world.publish("mirror", texts::repost_of_relay("mirror", 25));
    world.publish("echo", texts::repost_of_times("echo", 30));
    live.step(30).await;
    assert_eq!(world.smtp.mails().len(), 0, "a rewrite and copies confirm nothing");
    world.publish("post", texts::post(70));
    live.step(70).await;
    assert_eq!(world.count("SELECT count(*) FROM story"), 1);
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text().contains("The Capital Post"), "{}", mails[0].text());
    live.finish().await;
}

#[tokio::test]
async fn the_follow_up_confirmed_comes_once_and_in_the_same_thread() {
    let world = World::new(ALL, ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(70));
    live.step(70).await;
    for minute in [80, 90, 100] {
        live.step(minute).await;
    }
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    let (first, confirmed) = (&mails[0], &mails[1]);
    assert_eq!(confirmed.header("In-Reply-To"), Some(first.id()));
    assert_eq!(confirmed.header("References"), Some(first.id()));
    assert_eq!(confirmed.subject(), format!("Re: {}", first.subject()));
    assert_ne!(confirmed.id(), first.id());
    assert!(confirmed.text().contains("The Capital Post"), "{}", confirmed.text());
    live.finish().await;
}

#[tokio::test]
async fn nine_items_of_one_evening_are_one_mail_and_one_follow_up() {
    let world = World::new(ALL, ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(70));
    live.step(70).await;
    world.publish("relay", texts::relay(135));
    live.step(135).await;
    world.publish("mirror", texts::repost_of_relay("mirror", 160));
    live.step(160).await;
    world.publish("times", texts::times_edited(2));
    live.step(210).await;
    world.publish("echo", texts::repost_of_relay("echo", 215));
    live.step(215).await;
    world.publish("bugle", texts::repost_of_post("bugle", 220));
    live.step(220).await;
    world.publish("herald", texts::repost_of_post("herald", 225));
    live.step(225).await;
    world.publish("gazette", texts::repost_of_times("gazette", 226));
    live.step(226).await;

    let relations = world.texts("SELECT outlet || ' ' || relation FROM entry ORDER BY id");
    let expected = [
        "times first",
        "post independent",
        "relay cites",
        "mirror copy",
        "echo copy",
        "bugle copy",
        "herald copy",
        "gazette copy",
    ];
    assert_eq!(relations, expected);
    assert_eq!(world.count("SELECT count(*) FROM story"), 1);
    assert_eq!(
        world.texts("SELECT title FROM headline WHERE entry = 1 ORDER BY seq"),
        [texts::TIMES_TITLE, texts::TIMES_EDITED]
    );
    let proof = world.texts("SELECT sentence FROM citation WHERE entry = 3 AND outlet = 'times'");
    assert!(proof.iter().any(|sentence| sentence.contains(texts::CITING)), "{proof:?}");
    assert_eq!(world.smtp.mails().len(), 2);
    live.finish().await;
}

#[test]
fn the_demo_plays_the_story_that_defines_the_product() {
    let folder = tempfile::TempDir::new().unwrap();
    let dir = folder.path().join("demo");
    let started = std::time::Instant::now();
    let ran = run_with(command(&["demo", "--dir", dir.to_str().unwrap()]), "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
    assert_eq!(std::fs::read_dir(dir.join("mail/new")).unwrap().count(), 2);
    let database = rusqlite::Connection::open(dir.join("storywatch.db")).unwrap();
    let rows = |sql: &str| crate::harness::rows(&database, sql);
    let told = "story = (SELECT story FROM alert) AND baseline = 0";
    let relations = rows(&format!("SELECT relation FROM entry WHERE {told} ORDER BY seen, id"));
    assert_eq!(relations, ["first", "independent", "cites", "copy", "copy", "copy", "copy", "copy"]);
    assert_eq!(rows("SELECT event FROM alert ORDER BY seq"), ["new", "confirmed"]);
    let proof = rows(&format!(
        "SELECT sentence FROM citation JOIN entry ON entry.id = entry WHERE {told} AND citation.outlet = 'nyt'"
    ));
    assert!(proof.iter().any(|sentence| sentence.contains("NYT") || sentence.contains("New York Times")), "{proof:?}");
}

#[tokio::test]
async fn the_order_in_which_outlets_publish_does_not_part_a_story() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("post", texts::post(2));
    live.step(2).await;
    world.publish("times", texts::times(10));
    live.step(10).await;
    assert_eq!(
        world.texts("SELECT outlet || ' ' || relation FROM entry ORDER BY id"),
        ["post first", "times independent"]
    );
    live.finish().await;
}

#[tokio::test]
async fn outlets_count_whose_pieces_lack_the_words_if_one_has_them() {
    for (within, mails) in [("2h", 1), ("1h", 0)] {
        let asked = format!("independent = 2, within = \"{within}\"");
        let rules = CONFIRMED_ONLY.replace("Halloran AND Geneva", "villa").replace("independent = 2", &asked);
        let world = World::new(&["times", "post"], &rules);
        let mut live = world.baseline().await;
        world.publish("times", texts::times(2));
        live.step(2).await;
        assert_eq!(world.smtp.mails().len(), 0);
        world.publish("post", texts::post(70));
        live.step(70).await;
        live.step(80).await;
        assert_eq!(world.count("SELECT count(*) FROM match"), 1, "the second piece has no villa");
        assert_eq!(world.smtp.mails().len(), mails, "within {within}");
        live.finish().await;
    }
}
