//! Stories put right by hand beside a running process, and stories told by a key.

use crate::harness::{Item, ONE_WATCH, World, eventually, item, texts};

const BOTH: &str = r#"
[[watch]]
name = "all"
any = ["Halloran", "ferry"]
notify = ["desk"]

[recipient.desk]
email = ["desk@desk.example"]
"#;

const FERRY: &str = "<p>A ferry with eighty people aboard ran aground off Skerry in thick fog on Tuesday night, and the \
                     lifeboat of Holm took all of them off before the tide turned.</p><p>The harbour master blamed a \
                     buoy that had drifted; the owner of the ferry wants an inquiry.</p>";
const FERRY_TITLE: &str = "Ferry runs aground off Skerry in fog, all eighty saved";

/// Names of the stories, in the order in which they were founded.
fn stories(world: &World) -> Vec<String> {
    let listed = world.ok(&["stories", "--since", "4000d", "--json"]).json();
    let mut named: Vec<(String, String)> = listed
        .iter()
        .map(|story| (story["first_seen"].as_str().unwrap().to_owned(), story["story"].as_str().unwrap().to_owned()))
        .collect();
    named.sort();
    named.into_iter().map(|(_, story)| story).collect()
}

#[tokio::test]
async fn merged_stories_stay_one_and_nobody_is_told_again() {
    let world = World::new(&["times", "post", "herald", "echo"], BOTH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("herald", item("herald", "ferry", FERRY_TITLE, FERRY, 5));
    live.step(5).await;
    let named = stories(&world);
    assert_eq!((named.len(), world.smtp.mails().len()), (2, 2));

    let ran = world.ok(&["story", "merge", &named[0], &named[1], "--note", "one evening"]);
    assert_eq!(ran.out, format!("{} was merged into {}: 1 entries\n", named[1], named[0]));
    world.publish("echo", item("echo", "ferry-again", FERRY_TITLE, FERRY, 8));
    live.step(8).await;
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 1, "the copy follows what it is a copy of");
    assert_eq!(world.texts("SELECT relation FROM entry ORDER BY id"), ["first", "independent", "copy"]);
    let events = world.texts("SELECT event FROM alert ORDER BY seq");
    assert_eq!(events, ["new", "new", "confirmed"], "two outlets are in one story now, which is told once");
    let shown = world.ok(&["story", &named[1]]).out;
    assert!(shown.starts_with(&named[0]), "the old name leads to the story: {shown}");
    assert!(shown.contains(&format!("{} was merged into {} (1 entries): one evening", named[1], named[0])), "{shown}");
    live.step(20).await;
    assert_eq!(world.smtp.mails().len(), 3);
    live.finish().await;
}

#[tokio::test]
async fn what_is_not_told_yet_is_told_once_after_a_merge() {
    let world = World::new(&["times", "herald"], BOTH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    world.publish("herald", item("herald", "ferry", FERRY_TITLE, FERRY, 2));
    live.poll(2).await;
    let named = stories(&world);
    world.ok(&["story", "merge", &named[0], &named[1]]);
    live.step(3).await;
    live.step(9).await;
    assert_eq!(world.texts("SELECT event FROM alert ORDER BY seq"), ["new"]);
    assert_eq!(world.smtp.mails().len(), 1);
    let shown = world.ok(&["story", &named[0]]).out;
    assert!(shown.contains("which has an alert already"), "{shown}");
    live.finish().await;
}

#[tokio::test]
async fn merged_stories_that_wait_for_a_digest_are_named_once() {
    let recipient = "[watch.alert]\nfirst = \"digest\"\n[recipient.desk]\ndigest = [\"07:00\"]";
    let world = World::new(&["times", "herald"], &BOTH.replace("[recipient.desk]", recipient));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    world.publish("herald", item("herald", "ferry", FERRY_TITLE, FERRY, 2));
    live.step(2).await;
    let named = stories(&world);
    world.ok(&["story", "merge", &named[0], &named[1]]);
    live.step(9).await;
    live.deliver(14 * 60).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject().ends_with("1 story"), "{}", mails[0].subject());
    assert_eq!(mails[0].text().matches(&named[0]).count(), 1, "{}", mails[0].text());
    live.finish().await;
}

#[tokio::test]
async fn what_was_split_off_is_a_story_of_its_own_that_is_told() {
    let world = World::new(&["times", "post", "mirror"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(3));
    live.step(3).await;
    let named = stories(&world);
    assert_eq!((named.len(), world.smtp.mails().len()), (1, 2), "the story and its confirmation");

    let ran = world.ok(&["story", "split", &named[0], "https://www.capitalpost.example/halloran-geneva?utm_source=x"]);
    assert!(ran.out.contains(&format!("was split from {}: 1 of its 2 entries", named[0])), "{}", ran.out);
    world.publish("mirror", texts::repost_of_post("mirror", 9));
    live.step(9).await;
    let found = world.texts("SELECT relation || ' ' || dense_rank() OVER (ORDER BY story) FROM entry ORDER BY id");
    assert_eq!(found, ["first 1", "first 2", "copy 2"], "the copy follows what was split off");
    assert_eq!(world.smtp.mails().len(), 3, "the story that was hidden is told");
    live.restart(12).await;
    live.step(12).await;
    assert_eq!(world.smtp.mails().len(), 3);
    live.finish().await;
}

#[tokio::test]
async fn running_daemon_follows_without_a_poll() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(3));
    live.step(3).await;
    live.finish().await;
    let story = &stories(&world)[0];
    let daemon = world.daemon();
    let before = world.count("SELECT count(*) FROM decision");
    world.ok(&["story", "split", story, "https://capitalpost.example/halloran-geneva"]);
    eventually("the split is decided about", || world.count("SELECT count(*) FROM decision") > before);
    daemon.stop();
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let world = World::new(&["times"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let story = &stories(&world)[0];
    for (arguments, why) in [
        (vec!["story", "merge", story, "S1"], "there is no story S1"),
        (vec!["story", "merge", story, story], "is named twice"),
        (vec!["story", "split", story, "1"], "nothing would be left"),
        (vec!["story", "split", story, "77"], "entry 77 is not in"),
        (vec!["story", "split", story, "https://elsewhere.example/"], "no entry of"),
    ] {
        let ran = world.run(&arguments);
        assert!(ran.code == Some(1) && ran.err.contains(why), "{arguments:?}: {ran:?}");
    }
    assert_eq!(world.run(&["story", "merge", story]).code, Some(2));
    assert_eq!(world.count("SELECT count(*) FROM regrouping"), 0);
    live.finish().await;
}

/// The list above with other words.
fn wreck() -> String {
    BOTH.replace("\"Halloran\", \"ferry\"", "\"Aurora\", \"coastguard\"")
}

const AGROUND: &str = "Ferry Aurora runs aground off Skerry";
const LIFTED: &str = "Coastguard helicopters lift 214 passengers to safety at night";
const BOTH_TOLD: &str = "Coastguard helicopters lift 214 passengers from ferry Aurora aground off Skerry";

fn headline(outlet: &str, title: &str, minute: i64) -> Item {
    item(outlet, "wreck", title, "", minute)
}

#[tokio::test]
async fn stories_that_turn_out_to_be_one_are_merged_with_a_reason_and_told_no_more() {
    let world = World::new(&["times", "post", "herald"], &wreck());
    let mut live = world.baseline().await;
    world.publish("times", headline("times", AGROUND, 2));
    live.step(2).await;
    world.publish("post", headline("post", LIFTED, 4));
    live.step(4).await;
    let named = stories(&world);
    assert_eq!((named.len(), world.smtp.mails().len()), (2, 2), "nobody could know");

    // What the database refuses must be undone in memory too.
    let refuse =
        "CREATE TRIGGER no_merges BEFORE INSERT ON regrouping BEGIN SELECT RAISE(ABORT, 'the test says no'); END";
    world.sql().execute_batch(refuse).unwrap();
    world.publish("herald", headline("herald", BOTH_TOLD, 7));
    assert!(live.try_poll(7).await.is_err());
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 2);
    world.sql().execute_batch("DROP TRIGGER no_merges").unwrap();
    live.step(120).await;

    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 1);
    assert_eq!(world.count("SELECT count(*) FROM entry WHERE relation = 'first'"), 1);
    assert_eq!(world.count("SELECT count(*) FROM regrouping"), 1);
    let shown = world.ok(&["story", &named[0]]).out;
    assert!(shown.contains("(1 entries): a second look: it would join"), "{shown}");
    live.restart(125).await;
    live.step(125).await;
    let events = world.texts("SELECT event FROM alert ORDER BY id");
    assert_eq!(events, ["new", "new", "confirmed"], "three outlets confirm one story once");
    live.finish().await;
}

#[tokio::test]
async fn a_merge_that_was_rolled_back_hides_none_made_by_hand() {
    let world = World::new(&["times", "post", "herald"], &wreck());
    let mut live = world.baseline().await;
    for (minute, outlet, title) in [(2, "times", AGROUND), (4, "post", LIFTED)] {
        world.publish(outlet, headline(outlet, title, minute));
        live.step(minute).await;
    }
    let refuse =
        "CREATE TRIGGER no_decisions BEFORE INSERT ON decision BEGIN SELECT RAISE(ABORT, 'the test says no'); END";
    world.sql().execute_batch(refuse).unwrap();
    world.publish("herald", headline("herald", BOTH_TOLD, 7));
    assert!(live.try_poll(7).await.is_err(), "after the merge");
    world.sql().execute_batch("DROP TRIGGER no_decisions").unwrap();
    let named = stories(&world);
    world.ok(&["story", "merge", &named[0], &named[1]]);
    live.step(120).await;
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 1);
    assert_eq!(world.count("SELECT count(*) FROM regrouping"), 1);
    live.finish().await;
}

#[tokio::test]
async fn what_was_split_by_hand_is_never_merged_by_a_second_look() {
    let world = World::new(&["times", "post", "herald", "echo"], &wreck());
    let mut live = world.baseline().await;
    for (minute, outlet, title) in [(2, "times", AGROUND), (4, "post", LIFTED), (7, "herald", BOTH_TOLD)] {
        world.publish(outlet, headline(outlet, title, minute));
        live.step(minute).await;
    }
    let story = &stories(&world)[0];
    world.ok(&["story", "split", story, "https://www.capitalpost.example/wreck"]);
    live.restart(9).await;
    world.publish("echo", headline("echo", &BOTH_TOLD.to_uppercase(), 12));
    live.step(12).await;
    assert_eq!(world.texts("SELECT kind FROM regrouping ORDER BY id"), ["merge", "split"]);
    assert_eq!(world.texts("SELECT DISTINCT story FROM entry").len(), 2);
    live.finish().await;
}

const KEYED: &str = r#"
[[watch]]
name = "holes"
any = ["CVE*"]
notify = ["desk"]

[watch.story]
key = 'CVE-\d{4}-\d{4,}'

[recipient.desk]
email = ["desk@desk.example"]
"#;

#[tokio::test]
async fn entries_with_one_key_are_one_story_and_with_two_keys_two() {
    let world = World::new(&["times", "post", "herald"], KEYED);
    let mut live = world.baseline().await;
    let notice = |key: &str| {
        format!("<p>A hole in the Halloran mail server lets anyone read all mail. {key} was fixed in 4.2.</p>")
    };
    world.publish("times", item("times", "a", "Halloran mail server: CVE-2031-10001", &notice("CVE-2031-10001"), 2));
    live.step(2).await;
    world.publish("post", item("post", "b", "Halloran mail server: CVE-2031-10002", &notice("CVE-2031-10002"), 3));
    live.step(3).await;
    let other = "<p>Administrators in forty towns were up all night. What they patched is known as cve-2031-10001.</p>";
    world.publish("herald", item("herald", "c", "A night without sleep in forty town halls", other, 4));
    live.step(4).await;
    let found = world.texts("SELECT relation || ' ' || dense_rank() OVER (ORDER BY story) FROM entry ORDER BY id");
    assert_eq!(found, ["first 1", "first 2", "independent 1"]);
    let reasons = world.texts("SELECT reason FROM entry ORDER BY id");
    assert!(reasons[1].contains("its own is cve-2031-10002"), "{reasons:?}");
    assert_eq!(reasons[2], "shares the key cve-2031-10001 of the watch holes");
    live.finish().await;
}

#[tokio::test]
async fn denial_joins_its_story_and_stays_marked() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let denial = "<p>Foreign Minister Maeve Halloran did not meet Tomas Verhoek, the envoy of the northern rebels, in \
                  Geneva, her ministry said on Friday, two aides notwithstanding.</p><p>There was no villa above the \
                  lake, no promise about forty prisoners and no convoy of food.</p>";
    world.publish("post", item("post", "denial", "Ministry denies Halloran met rebel envoy in Geneva", denial, 900));
    live.step(900).await;
    assert_eq!(world.count("SELECT count(DISTINCT story) FROM entry"), 1);
    let marked = world.texts("SELECT corrects FROM entry WHERE corrects IS NOT NULL");
    assert_eq!(marked, ["Ministry denies Halloran met rebel envoy in Geneva"]);
    let story = &stories(&world)[0];
    assert!(world.ok(&["story", story]).out.contains("takes back: Ministry denies"));
    live.finish().await;
}
