//! After the first mail: named events alone, merged, in the thread, and as often as was asked for.

use crate::harness::{ONE_WATCH, World, item, texts};

fn watching(alert: &str) -> String {
    ONE_WATCH.replace("[recipient.desk]", &format!("[watch.alert]\n{alert}\n[recipient.desk]"))
}

const QUAKE: &str = "<p>The ferry Arandora went down off Halloran Point near Geneva Bay on Sunday night, the coast guard \
    said. Boats from three villages took people out of the water until the morning, and the search goes on.</p>";

fn ferry(title: &str) -> crate::harness::Item {
    item("times", "ferry", title, QUAKE, 2)
}

#[tokio::test]
async fn a_headline_that_says_something_else_is_told_word_by_word_and_a_typo_is_not() {
    let world = World::new(&["times"], &watching("follow_up = [\"headline-changed\"]"));
    let mut live = world.baseline().await;
    world.publish("times", ferry("Ferry sinks off Halloran Point, kiling 12, Geneva Bay searched"));
    live.step(2).await;
    world.publish("times", ferry("Ferry sinks off Halloran Point, killing 12, Geneva Bay searched"));
    live.step(20).await;
    assert_eq!(world.smtp.mails().len(), 1, "a typo was put right");
    world.publish("times", ferry("Ferry sinks off Halloran Point, killing 9, Geneva Bay searched"));
    live.step(40).await;
    live.step(60).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    let text = mails[1].text();
    assert!(text.starts_with("HEADLINE CHANGED at The Harbour Times:"), "{text}");
    assert!(text.replace("\r\n", " ").contains("~~kiling 12,~~ killing 9,"), "{text}");
    assert_eq!(mails[1].subject(), format!("Re: {}", mails[0].subject()));
    live.finish().await;
}

#[tokio::test]
async fn a_correction_is_told_with_its_sentence_once() {
    let world = World::new(&["times"], ONE_WATCH);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let mut corrected = texts::times(2);
    let note = "Correction: An earlier version of this article misstated the day of the meeting.";
    corrected.body.push_str(&format!("<p>{note}</p>"));
    world.publish("times", corrected.clone());
    live.step(30).await;
    corrected.body.push_str("<p>With reporting from Berne.</p>");
    world.publish("times", corrected);
    live.step(60).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    let text = mails[1].text().replace("\r\n", " ");
    assert!(text.starts_with("CORRECTION by The Harbour Times:"), "{text}");
    assert!(text.contains("misstated the day of the meeting"), "{text}");
    live.finish().await;
}

#[tokio::test]
async fn what_happens_within_the_distance_asked_for_is_one_mail() {
    let world = World::new(
        &["times", "post"],
        &watching("at_most_every = \"2h\"\nfollow_up = [\"confirmed\", \"headline-changed\"]"),
    );
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(20));
    live.step(20).await;
    world.publish("times", texts::times_edited(2));
    live.step(40).await;
    assert_eq!(world.smtp.mails().len(), 1);
    assert_eq!(world.texts("SELECT events FROM alert WHERE seq = 1"), [r#"["confirmed","headline-changed"]"#]);
    live.deliver(130).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    let text = mails[1].text();
    assert!(text.contains("CONFIRMED by The Capital Post") && text.contains("HEADLINE CHANGED"), "{text}");
    live.finish().await;
}

#[tokio::test]
async fn a_story_that_comes_back_after_a_day_is_told_when_asked_for_and_is_closed_after_two() {
    for (hours, mails) in [(23, 1), (30, 2), (50, 1)] {
        let world = World::new(&["times", "post"], &watching("follow_up = [\"resurfaced\"]"));
        let mut live = world.baseline().await;
        world.publish("times", texts::times(2));
        live.step(2).await;
        for hour in (1..hours).step_by(5) {
            live.deliver(hour * 60).await;
        }
        world.publish("post", texts::post(hours * 60));
        live.step(2 + hours * 60).await;
        assert_eq!(world.smtp.mails().len(), mails, "{hours} hours");
        live.finish().await;
    }
}

#[tokio::test]
async fn a_more_urgent_watch_escalates() {
    let rules = format!(
        "{}[[watch]]\nname = \"diplomats\"\nquery = \"diplomats AND Geneva\"\npriority = \"high\"\nnotify = [\"desk\"]\n",
        watching("")
    );
    let world = World::new(&["times", "post"], &rules);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    world.publish("post", texts::post(20));
    live.step(20).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    assert!(
        mails[1].text().contains("MORE URGENT: it now matches the watch “diplomats”, priority high."),
        "{}",
        mails[1].text()
    );
    assert_eq!(world.texts("SELECT event FROM alert ORDER BY seq"), ["new", "escalated"]);
    live.finish().await;
}

#[tokio::test]
async fn follow_ups_end_at_their_number() {
    let world = World::new(&["times"], &watching("max_followups = 1\nfollow_up = [\"headline-changed\"]"));
    let mut live = world.baseline().await;
    world.publish("times", ferry("Ferry sinks off Halloran Point, killing 12, Geneva Bay searched"));
    live.step(2).await;
    for (minute, dead) in [(20, 14), (40, 17), (60, 21)] {
        let title = format!("Ferry sinks off Halloran Point, killing {dead}, Geneva Bay searched");
        world.publish("times", ferry(&title));
        live.step(minute).await;
    }
    assert_eq!(world.smtp.mails().len(), 2);
    live.finish().await;
}
