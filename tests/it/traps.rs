//! A database that fails at the worst moment: nothing is half done, and nothing is lost.

use crate::harness::{ONE_WATCH, World, texts};

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
