//! When a recipient is told: digests, quiet hours, budgets, silences, and what happened while nobody was there.

use crate::harness::{World, item, texts, unlike::story};

/// Minutes from the start of the tests' day (18:00 UTC) to an hour of a later day.
fn clock(day: i64, hour: i64, minute: i64) -> i64 {
    day * 24 * 60 + (hour - 18) * 60 + minute
}

fn rules(watch: &str, recipient: &str) -> String {
    format!(
        "[[watch]]\nname = \"port\"\nany = [\"harbour\", \"Halloran\"]\nnotify = [\"desk\"]\n{watch}\n\
         [recipient.desk]\nemail = [\"desk@desk.example\"]\n{recipient}\n"
    )
}

#[tokio::test]
async fn a_digest_comes_at_its_hour_once_with_its_coverage() {
    let world = World::new(&["times", "post"], &rules("[watch.alert]\nfirst = \"digest\"", "digest = [\"07:00\"]"));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    world.publish("times", texts::times(10));
    live.step(10).await;
    world.publish("post", story(3, 20));
    live.step(20).await;
    live.deliver(clock(1, 6, 59)).await;
    assert_eq!(world.smtp.mails().len(), 0);
    live.deliver(clock(1, 7, 0)).await;
    live.deliver(clock(1, 7, 1)).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject(), "Digest, Fri 15 Nov 07:00: 2 stories");
    let text = mails[0].text();
    for part in [texts::TIMES_TITLE, "Dunmere ", "COVERAGE", "2 entries read from 2 feeds.", "Next digest: 16 Nov"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // The next one says what was read even if nothing was found.
    live.deliver(clock(2, 7, 0)).await;
    assert_eq!(world.smtp.mails().len(), 2);
    assert!(world.smtp.mails()[1].text().contains("0 stories between"));
    live.finish().await;
}

#[tokio::test]
async fn a_digest_that_was_not_taken_is_tried_again_and_given_up_goes_into_the_next() {
    let world = World::new(&["times"], &rules("[watch.alert]\nfirst = \"digest\"", "digest = [\"07:00\"]"));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    world.publish("times", texts::times(10));
    live.step(10).await;
    world.smtp.refuse("desk@desk.example");
    live.deliver(clock(1, 7, 0)).await;
    assert_eq!(world.texts("SELECT state FROM delivery"), ["dead"]);
    world.smtp.accept_all();
    live.deliver(clock(1, 7, 5)).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1, "the watermark had not moved");
    assert!(mails[0].text().contains(texts::TIMES_TITLE));
    live.finish_with(&["dead"]).await;
}

#[tokio::test]
async fn while_a_digest_is_underway_no_other_is_made() {
    let world = World::new(&["times"], &rules("[watch.alert]\nfirst = \"digest\"", "digest = [\"07:00\"]"));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    world.publish("times", texts::times(10));
    live.step(10).await;
    world.smtp.set_down(true);
    live.deliver(clock(1, 7, 0)).await;
    let id = world.texts("SELECT message_id FROM delivery");
    world.publish("times", story(1, clock(1, 9, 0)));
    live.poll(clock(1, 9, 0)).await;
    live.deliver(clock(2, 7, 0)).await;
    assert_eq!(world.texts("SELECT message_id FROM delivery"), id);
    world.smtp.set_down(false);
    live.deliver(clock(2, 8, 0)).await;
    live.deliver(clock(2, 14, 0)).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2, "the one that was late, then what has come since");
    assert!(mails[0].text().contains(texts::TIMES_TITLE) && !mails[0].text().contains("Brackwater"));
    assert!(mails[1].text().contains("Brackwater") && !mails[1].text().contains(texts::TIMES_TITLE));
    live.finish().await;
}

#[tokio::test]
async fn quiet_hours_hold_and_one_summary_ends_them() {
    let urgent =
        "[[watch]]\nname = \"fire\"\nany = [\"Thornhaven\"]\nnotify = [\"desk\"]\n[watch.alert]\nbreaks_quiet = true\n";
    let world = World::new(&["times"], &rules(urgent, "quiet = { from = \"22:00\", to = \"06:30\" }"));
    let mut live = world.baseline().await;
    for (number, hour) in [(0, 22), (1, 23), (19, 23)] {
        let minute = clock(0, hour, 10 + number as i64);
        world.publish("times", story(number, minute));
        live.step(minute).await;
    }
    assert_eq!(world.smtp.mails().len(), 1, "only what breaks quiet hours");
    assert!(world.smtp.mails()[0].subject().contains("Thornhaven"));
    live.deliver(clock(1, 6, 29)).await;
    assert_eq!(world.smtp.mails().len(), 1);
    live.deliver(clock(1, 6, 30)).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].subject(), "After quiet hours: 2 stories");
    assert!(mails[1].text().contains("moved here by quiet hours"), "{}", mails[1].text());
    live.finish().await;
}

#[tokio::test]
async fn over_budget_the_rest_goes_to_the_digest_ranked_and_one_notice_says_so() {
    let urgent = "[[watch]]\nname = \"fire\"\nany = [\"Thornhaven\"]\npriority = \"critical\"\nnotify = [\"desk\"]\n\
                  [[watch]]\nname = \"clocks\"\nany = [\"Dunmere\"]\npriority = \"high\"\nnotify = [\"desk\"]\n";
    let recipient = "digest = [\"07:00\"]\nbudget = { immediate = 2, per = \"1d\" }";
    let world = World::new(&["times"], &rules(urgent, recipient));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    for number in [0, 1, 2, 3, 4, 19] {
        world.publish("times", story(number, 10));
    }
    live.step(10).await;
    let subjects: Vec<String> = world.smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.len(), 4, "two in the budget, the critical one, and the notice: {subjects:?}");
    assert!(subjects.iter().any(|subject| subject.starts_with("[fire] Thornhaven")), "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.starts_with("[clocks] Dunmere")), "{subjects:?}");
    assert!(subjects.contains(&"[storywatch] 3 more of your stories go to the digest".to_owned()), "{subjects:?}");
    let texts: Vec<String> = world.smtp.mails().iter().map(|mail| mail.text()).collect();
    for used in ["1 of 2", "2 of 2"] {
        let line = format!("{used} immediate alerts used in the last 1d.");
        assert!(texts.iter().any(|text| text.contains(&line)), "{line}");
    }
    world.publish("times", story(5, 60));
    live.step(60).await;
    assert_eq!(world.smtp.mails().len(), 4, "one notice");
    live.deliver(clock(1, 7, 0)).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 5);
    let text = mails[4].text();
    assert!(text.contains("4 moved here because your budget"), "{text}");
    live.finish().await;
}

#[tokio::test]
async fn a_silence_holds_is_shown_and_ends() {
    let world = World::new(&["times", "post"], &rules("", "digest = [\"07:00\"]"));
    let mut live = world.baseline().await;
    live.restart(1).await;
    let until = crate::harness::at(clock(1, 8, 0)).as_second();
    let now = crate::harness::at(1).as_second();
    for (kind, value) in [("term", "Halloran OR Aldermoor"), ("outlet", "post")] {
        let sql = format!(
            "INSERT INTO silence (kind, value, starts, ends, note) VALUES ('{kind}', '{value}', {now}, {until}, 'enough')"
        );
        world.sql().execute_batch(&sql).unwrap();
    }
    world.publish("times", texts::times(10));
    world.publish("post", item("post", "other", "Harbour dredged at last", "<p>The harbour is deep again.</p>", 10));
    live.step(10).await;
    assert_eq!(world.smtp.mails().len(), 0);
    let outcomes = world.texts("SELECT DISTINCT outcome FROM decision");
    assert_eq!(outcomes, ["silence"]);
    let reason = world.texts("SELECT reason FROM decision LIMIT 1").remove(0);
    assert!(reason.contains("silenced until 2024-11-15 08:00 UTC by"), "{reason}");
    live.deliver(clock(1, 7, 0)).await;
    let digest = world.smtp.mails()[0].text().replace("\r\n", " ");
    assert!(digest.contains("silenced until 2024-11-15 08:00 UTC by 2 (outlet post): enough"), "{digest}");
    world.publish("post", texts::post(clock(1, 9, 0)));
    live.step(clock(1, 9, 0)).await;
    assert_eq!(world.smtp.mails().len(), 2, "what grows after the end is told");
    live.finish().await;
}

#[tokio::test]
async fn a_silence_made_while_an_alert_waits_holds_it() {
    let world = World::new(&["times"], &rules("", ""));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(10));
    live.poll(10).await;
    let sql = format!(
        "INSERT INTO silence (kind, value, starts, ends) SELECT 'story', id, 0, {} FROM story",
        crate::harness::at(600).as_second()
    );
    world.sql().execute_batch(&sql).unwrap();
    live.deliver(15).await;
    assert_eq!(world.smtp.mails().len(), 0);
    assert_eq!(world.texts("SELECT state FROM alert"), ["silenced"]);
    live.finish().await;
}

#[tokio::test]
async fn a_match_of_one_watch_mutes_another_for_that_story() {
    let general = "[[watch]]\nname = \"envoy\"\nany = [\"Verhoek\"]\nnotify = [\"other\"]\n[watch.alert]\nmutes = [\"port\"]\n\
                   [recipient.other]\nemail = [\"other@desk.example\"]\n";
    let world = World::new(&["times"], &rules(general, ""));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(10));
    world.publish("times", story(1, 10));
    live.step(10).await;
    let told = |to: &str| world.smtp.to(to).iter().map(|mail| mail.subject()).collect::<Vec<_>>();
    assert_eq!(told("desk@desk.example"), [format!("[port] {}", story(1, 10).title)]);
    assert_eq!(told("other@desk.example").len(), 1);
    assert_eq!(
        world.texts("SELECT reason FROM decision WHERE outcome = 'silence'"),
        ["port: muted by a match of envoy"]
    );
    live.finish().await;
}

#[tokio::test]
async fn after_a_long_absence_one_marked_catch_up_comes_and_critical_matches_at_once() {
    let urgent = "[[watch]]\nname = \"fire\"\nany = [\"Thornhaven\"]\npriority = \"critical\"\nnotify = [\"desk\"]\n";
    let world = World::new(&["times", "post"], &rules(urgent, ""));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    for number in [0, 1, 2, 19] {
        world.publish("times", story(number, 60));
    }
    let back = clock(1, 9, 0);
    live.restart(back).await;
    live.step(back).await;
    let subjects: Vec<String> = world.smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.starts_with("[fire] Thornhaven")), "{subjects:?}");
    let catch_up = "Catch-up: 3 stories from while Storywatch was not running";
    assert!(subjects.contains(&catch_up.to_owned()), "{subjects:?}");
    let mails = world.smtp.mails();
    let text = mails.iter().find(|mail| mail.subject() == catch_up).unwrap().text().replace("\r\n", " ");
    assert!(text.contains("Storywatch was not running from 14 Nov 18:00 UTC to 09:00 UTC."), "{text}");
    // From now on all is as ever.
    world.publish("times", story(7, back + 20));
    live.step(back + 20).await;
    assert_eq!(world.smtp.mails().len(), 3);
    live.finish().await;
}

#[tokio::test]
async fn a_digest_missed_while_nobody_was_there_comes_late_and_once() {
    let world = World::new(&["times"], &rules("[watch.alert]\nfirst = \"digest\"", "digest = [\"07:00\"]"));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    world.publish("times", texts::times(10));
    live.step(10).await;
    // Three mornings go by.
    let back = clock(3, 9, 0);
    live.restart(back).await;
    live.deliver(back).await;
    assert_eq!(world.smtp.mails().len(), 0, "the feeds are read first");
    live.step(back).await;
    live.deliver(back + 60).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text().contains(texts::TIMES_TITLE), "{}", mails[0].text());
    live.deliver(clock(4, 7, 0)).await;
    assert_eq!(world.smtp.mails().len(), 2);
    live.finish().await;
}
