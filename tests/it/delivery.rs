//! The outbox against servers that refuse, fail, fall silent or are not there.

use crate::harness::{ONE_WATCH, World, texts};

const BELL: &str = r#"
[[watch]]
name = "halloran"
query = "Halloran AND Geneva"
notify = ["hook:bell"]
"#;

#[tokio::test]
async fn of_two_addresses_one_is_refused_and_the_other_gets_it_once() {
    let rules = ONE_WATCH.replace("[\"desk@desk.example\"]", "[\"gone@desk.example\", \"desk@desk.example\"]");
    let world = World::new(&["times"], &rules);
    world.smtp.refuse("gone@desk.example");
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    live.deliver(60).await;
    assert_eq!(world.smtp.to("desk@desk.example").len(), 1);
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish_with(&["dead"]).await;
}

#[tokio::test]
async fn a_webhook_that_fails_first_gets_the_same_bytes_and_the_same_id() {
    let world = World::new(&["times"], BELL);
    world.hook.answer_with(&[500, 503]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    assert_eq!(world.hook.calls().len(), 1);
    live.deliver(6).await;
    assert_eq!(world.hook.calls().len(), 2);
    live.deliver(20).await;
    let calls = world.hook.calls();
    assert_eq!(calls.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [500, 503, 200]);
    for (call, _) in &calls {
        assert_eq!(call.body, calls[0].0.body);
        assert_eq!(call.header("webhook-id"), calls[0].0.header("webhook-id"));
        assert!(call.header("webhook-signature").is_some_and(|signature| signature.starts_with("v1,")));
    }
    assert_ne!(calls[0].0.header("webhook-timestamp"), calls[2].0.header("webhook-timestamp"));
    assert_eq!(world.texts("SELECT outcome FROM attempt ORDER BY id"), ["transient", "transient", "sent"]);
    assert_eq!(world.count("SELECT attempts FROM delivery"), 3);
    live.finish().await;
}

#[tokio::test]
async fn a_mail_server_that_is_down_gets_the_mail_later_under_the_same_id() {
    let world = World::new(&["times"], ONE_WATCH);
    world.smtp.set_down(true);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    assert_eq!(world.smtp.mails().len(), 0);
    let id = world.texts("SELECT message_id FROM delivery WHERE state = 'failed'");
    world.smtp.set_down(false);
    live.restart(6).await;
    live.deliver(6).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(vec![mails[0].id()], [format!("<{}>", id[0].trim_matches(['<', '>']))]);
    live.finish().await;
}

#[tokio::test]
async fn a_connection_lost_after_the_message_repeats_it_under_the_same_id() {
    let world = World::new(&["times"], ONE_WATCH);
    world.smtp.leave_unanswered(1);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    live.deliver(20).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2, "whether it arrived was unknown");
    assert_eq!(mails[0].raw, mails[1].raw);
    assert_eq!(world.count("SELECT count(*) FROM attempt WHERE outcome = 'ambiguous'"), 1);
    live.finish().await;
}

#[tokio::test]
async fn one_channel_that_fails_holds_up_no_other() {
    let rules = ONE_WATCH.replace("[\"desk\"]", "[\"desk\", \"hook:bell\"]");
    let world = World::new(&["times"], &rules);
    world.hook.answer_with(&[500]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    assert_eq!(world.smtp.mails().len(), 1);
    live.deliver(30).await;
    assert_eq!(world.smtp.mails().len(), 1);
    assert_eq!(world.hook.calls().len(), 2);
    live.finish().await;
}
