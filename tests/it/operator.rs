//! What the operator is told: once, through a channel that works, and again when it is over.

use crate::harness::{World, texts};

const RULES: &str = r#"
[operator]
notify = ["ops", "hook:bell"]

[[watch]]
name = "halloran"
query = "Halloran AND Geneva"
notify = ["desk"]

[recipient.desk]
email = ["desk@desk.example"]

[recipient.ops]
email = ["ops@desk.example"]
"#;

fn raise(world: &World, subject: &str, minute: i64) {
    let at = crate::harness::at(minute).as_second();
    let sql = format!(
        "INSERT INTO notice (subject, kind, text, raised) VALUES ('{subject}', 'failing', '{subject} fails.', {at})"
    );
    world.sql().execute_batch(&sql).unwrap();
}

#[tokio::test]
async fn several_notices_are_one_message_told_once_and_their_end_once() {
    let world = World::new(&["times"], RULES);
    let mut live = world.baseline().await;
    raise(&world, "feed:https://a.example", 1);
    raise(&world, "feed:https://b.example", 1);
    live.deliver(1).await;
    assert_eq!(world.smtp.mails().len(), 0, "others may follow");
    live.deliver(3).await;
    live.deliver(10).await;
    let mails = world.smtp.to("ops@desk.example");
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject(), "[storywatch] 2 notices");
    assert!(mails[0].text().contains("feed:https://b.example fails."), "{}", mails[0].text());
    assert_eq!(world.hook.calls().len(), 1);
    let closed = crate::harness::at(20).as_second();
    let sql =
        format!("UPDATE notice SET closed = {closed}, closing = 'It is read again.' WHERE subject LIKE '%a.example'");
    world.sql().execute_batch(&sql).unwrap();
    live.deliver(30).await;
    live.deliver(40).await;
    let mails = world.smtp.to("ops@desk.example");
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].subject(), "[storywatch] It is read again.");
    live.finish().await;
}

#[tokio::test]
async fn a_channel_that_fails_is_told_through_another_and_its_return_too() {
    let world = World::new(&["times"], RULES);
    world.smtp.refuse("desk@desk.example");
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    live.deliver(10).await;
    live.deliver(20).await;
    assert_eq!(world.hook.calls().len(), 1);
    assert_eq!(world.smtp.to("ops@desk.example").len(), 0, "the same server");
    let body = String::from_utf8(world.hook.calls()[0].0.body.clone()).unwrap();
    assert!(body.contains("a message for mail:desk@desk.example was given up"), "{body}");
    world.smtp.accept_all();
    let retry = "UPDATE delivery SET state = 'queued', next_at = 0 WHERE state = 'dead'";
    world.sql().execute_batch(retry).unwrap();
    live.deliver(30).await;
    live.deliver(40).await;
    live.deliver(50).await;
    assert_eq!(world.smtp.to("desk@desk.example").len(), 1);
    let last = String::from_utf8(world.hook.calls().last().unwrap().0.body.clone()).unwrap();
    assert!(last.contains("takes messages again"), "{last}");
    assert_eq!(world.hook.calls().len(), 2);
    live.finish().await;
}

#[test]
fn a_reload_is_told_as_a_difference_and_a_refused_one_as_such() {
    let world = World::new(&["times"], RULES);
    let daemon = world.daemon();
    let good = world.toml();
    world.write_raw("[mail");
    daemon.signal("HUP");
    daemon.wait_for("the old configuration stays");
    world.write_raw(&good.replace("name = \"halloran\"", "name = \"envoys\""));
    daemon.signal("HUP");
    daemon.wait_for("reloaded:");
    daemon.stop();
    let told = world.texts("SELECT text FROM notice ORDER BY id");
    assert!(told[0].starts_with("The new configuration is refused, the old one stays"), "{told:?}");
    assert!(told[1].contains("watches: added envoys, removed halloran"), "{told:?}");
    assert_eq!(world.count("SELECT count(*) FROM notice WHERE kind = 'refused' AND closed IS NULL"), 0);
}
