//! How other tools lose or double alerts, each with the tests that keep this one from it; and what has no better place:
//! a database that fails at the worst moment, markup that is searched, patterns without bounds.

use std::fs;

use crate::harness::{ONE_WATCH, World, item, package, texts};

/// The trap, and the tests that stand beside it.
const TRAPS: &[(&str, &[&str])] = &[
    (
        "notification fired and forgotten after the insert",
        &[
            "what_was_rolled_back_leaves_the_story_index_as_it_was_and_is_fetched_again",
            "killed_at_random_moments_it_loses_nothing_and_repeats_only_under_the_same_id",
        ],
    ),
    (
        "a timeout after DATA, and a second mail under another Message-ID",
        &["a_connection_lost_after_the_message_repeats_it_under_the_same_id"],
    ),
    (
        "one bad recipient aborts the loop, and the good ones get it again",
        &["of_two_addresses_one_is_refused_and_the_other_gets_it_once"],
    ),
    (
        "a digest marked sent although the mail failed, or skipped for good when the daemon was down at the hour",
        &[
            "a_digest_that_was_not_taken_is_tried_again_and_given_up_goes_into_the_next",
            "while_a_digest_is_underway_no_other_is_made",
            "a_digest_missed_while_nobody_was_there_comes_late_and_once",
        ],
    ),
    (
        "entries that a digest refers to expire before it is sent",
        &["what_a_digest_refers_to_outlives_retention_until_a_channel_has_taken_it"],
    ),
    (
        "newer than the last published date: back-dated items never alert",
        &["an_item_dated_back_is_news_and_a_years_old_one_is_not"],
    ),
    (
        "a bounded memory of ids: an old item returns as new",
        &[
            "keys_outlive_their_entry_and_a_queued_alert_outlives_retention",
            "an_item_that_leaves_and_returns_is_not_news",
        ],
    ),
    (
        "items over the cap are dropped",
        &[
            "over_budget_the_rest_goes_to_the_digest_ranked_and_one_notice_says_so",
            "over_cap_items_go_to_one_digest_which_lists_or_counts_each",
        ],
    ),
    (
        "a failed fetch makes everything unseen, then all is sent again",
        &["error_pages_and_empty_bodies_lose_nothing_and_tell_nobody"],
    ),
    (
        "301 and 410 honoured in memory only",
        &["what_is_remembered_of_a_feed_comes_back_byte_for_byte", "gone_needs_saying_twice_in_a_row"],
    ),
    ("three parse errors, and the feed is never polled again", &["back_off_is_monotone"]),
    ("search over the source of HTML", &["markup_is_not_searched"]),
    (
        "an invalid rule is ignored, or its failure counts as a match",
        &["check_accepts_the_shipped_configuration_and_refuses_a_broken_one"],
    ),
    ("feed text becomes live markup in the mail", &["markup_in_a_feed_stays_text", "only_plain_web_links_are_shown"]),
    ("bursts of retries at one host", &["a_host_gets_no_more_than_its_share", "the_time_is_within_a_tenth"]),
    ("an unbounded pattern of a user", &["a_pattern_without_bounds_is_refused_and_an_evil_one_is_quick"]),
    (
        "distinct items that share one URL are merged, or flip at every poll",
        &["a_link_shared_by_several_items_is_ignored_everywhere"],
    ),
    ("all ids of a feed change at once: a flood", &["all_ids_of_a_feed_change_at_once_and_nobody_is_told"]),
    (
        "years-old items return",
        &["years_old_items_go_to_the_digest_at_most", "an_item_dated_back_is_news_and_a_years_old_one_is_not"],
    ),
    (
        "a digest split into 79 mails",
        &["five_hundred_long_stories_are_one_mail_below_the_limit", "without_a_budget_a_flood_is_one_message_at_once"],
    ),
];

#[test]
fn every_trap_has_its_tests() {
    let mut code = String::new();
    let mut folders = vec![package().join("src"), package().join("tests/it")];
    while let Some(folder) = folders.pop() {
        for found in fs::read_dir(folder).unwrap().map(|found| found.unwrap().path()) {
            match found.extension() {
                None => folders.push(found),
                Some(kind) if kind == "rs" => code.push_str(&fs::read_to_string(found).unwrap()),
                Some(_) => {}
            }
        }
    }
    for (trap, tests) in TRAPS {
        for test in *tests {
            assert!(code.contains(&format!("fn {test}(")), "{trap}: there is no test {test}");
        }
    }
}

#[tokio::test]
async fn markup_is_not_searched() {
    let world = World::new(&["times"], &ONE_WATCH.replace("Halloran AND Geneva", "center OR wrap OR onclick"));
    let mut live = world.baseline().await;
    let body = "<div class=\"center-wrap\" onclick=\"center()\"><!-- center --><p>The lake was calm.</p></div>";
    world.publish("times", item("times", "calm", "A calm day", body, 2));
    live.step(2).await;
    world.publish("times", item("times", "fair", "A fair", "<p>In the town <b>cen</b>ter.</p>", 10));
    live.step(10).await;
    let subjects: Vec<String> = world.smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects, ["[halloran] A fair"]);
    live.finish().await;
}

#[tokio::test]
async fn a_pattern_without_bounds_is_refused_and_an_evil_one_is_quick() {
    let world = World::new(&["times"], &ONE_WATCH.replace("\"Halloran AND Geneva\"", "'/(x{500}){500}/'"));
    assert_eq!(world.run(&["check"]).code, Some(78));

    let world = World::new(&["times"], &ONE_WATCH.replace("\"Halloran AND Geneva\"", "'/(a+)+b/'"));
    let mut live = world.baseline().await;
    let body = format!("<p>{}</p>", "a".repeat(50_000));
    world.publish("times", item("times", "evil", "Nothing but one letter", &body, 2));
    let started = std::time::Instant::now();
    live.step(2).await;
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert_eq!(world.smtp.mails().len(), 0);
    live.finish().await;
}

const NO_DELIVERIES: &str =
    "CREATE TRIGGER no_deliveries BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'the test says no'); END";

#[tokio::test]
async fn what_was_rolled_back_leaves_the_story_index_as_it_was_and_is_fetched_again() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    let mut live = world.baseline().await;
    let before = live.index_size();
    world.sql().execute_batch(NO_DELIVERIES).unwrap();
    world.publish("times", texts::times(2));
    assert!(live.try_poll(2).await.is_err(), "the alert cannot be queued");
    assert_eq!(live.index_size(), before);
    assert_eq!(world.count("SELECT count(*) FROM entry"), 0);
    assert_eq!(world.count("SELECT count(*) FROM story"), 0);

    world.sql().execute_batch("DROP TRIGGER no_deliveries").unwrap();
    live.step(10).await;
    world.publish("post", texts::post(12));
    live.step(12).await;
    assert_eq!(world.texts("SELECT relation FROM entry ORDER BY id"), ["first", "independent"]);
    assert_eq!(live.index_size(), before + 2);
    assert_eq!(world.smtp.mails().len(), 2, "the alert and its follow-up");
    let statuses: Vec<u16> = world.origin.requests("/times.xml").iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [200, 200, 200, 304], "no validator of what was never stored");
    live.finish().await;
}

#[tokio::test]
async fn an_entry_whose_text_changed_back_by_a_rollback_groups_as_before() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    // By then the index in memory holds the new text already.
    let trigger = NO_DELIVERIES.replace("INSERT ON delivery", "DELETE ON match");
    world.sql().execute_batch(&trigger).unwrap();
    let mut other = texts::times(2);
    other.title = "Rain until Sunday".to_owned();
    other.body = "<p>And wind from the west, says the weather office.</p>".to_owned();
    world.publish("times", other);
    assert!(live.try_poll(10).await.is_err());
    world.sql().execute_batch("DROP TRIGGER no_deliveries").unwrap();
    world.publish("times", texts::times(2));
    world.publish("post", texts::post(20));
    live.step(20).await;
    assert_eq!(world.count("SELECT count(*) FROM story"), 1);
    assert_eq!(world.texts("SELECT title FROM headline ORDER BY entry, seq"), [texts::TIMES_TITLE, texts::POST_TITLE]);
    live.finish().await;
}
