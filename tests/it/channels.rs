//! Channels in trouble: what is tried again and when, what is given up, what is kept for another day, and who is told.

use jiff::{SignedDuration, Timestamp};

use storywatch::{
    alert::RecipientId,
    message::{Muted, Ticket},
    store::{self, silences},
};

use crate::harness::{DROP, HANG, HookSink, ONE_WATCH, World, at, binary::run_with, eventually, texts};

const BELL: &str = r#"
[[watch]]
name = "halloran"
query = "Halloran AND Geneva"
notify = ["hook:bell"]
"#;

fn seconds(time: Timestamp) -> i64 {
    time.as_second()
}

/// Puts `count` more deliveries of what is queued already into the outbox, as so many alerts would.
fn multiply(world: &World, channel: &str, count: usize) {
    let mut sql = world.sql();
    let transaction = sql.transaction().unwrap();
    for number in 1..=count {
        transaction
            .execute(
                "INSERT INTO alert (recipient, story, seq, event, events, watches, priority, state, due, raised, reason)
                 SELECT recipient, story, ?1, event, events, watches, priority, 'queued', due, raised, reason
                 FROM alert WHERE seq = 0",
                [number],
            )
            .unwrap();
        let alert = transaction.last_insert_rowid();
        transaction
            .execute(
                "INSERT INTO delivery (alert, channel, priority, state, message_id, payload, attempts, next_at)
                 SELECT ?1, channel, ?2, 'queued', message_id || '.' || ?1, payload, 0, next_at FROM delivery
                 WHERE channel = ?3 AND id = (SELECT min(id) FROM delivery WHERE channel = ?3)",
                (alert, number as i64 % 4, channel),
            )
            .unwrap();
    }
    transaction.commit().unwrap();
}

#[tokio::test]
async fn a_hook_that_always_fails_is_tried_ten_times_by_the_schedule_and_given_up() {
    let world = World::new(&["times"], BELL);
    world.hook.answer_with(&[500, DROP, 502, 503, 504, 302, 404, 500, 500, 500]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let schedule = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
    for (step, delay) in schedule.into_iter().enumerate() {
        let row = "SELECT next_at - (SELECT max(ended) FROM attempt) FROM delivery";
        let wait = world.count(row);
        assert!((wait - delay).abs() * 10 <= delay, "{wait} s instead of {delay} at step {step}");
        let due = Timestamp::from_second(world.count("SELECT next_at FROM delivery")).unwrap();
        live.deliver_at(due - SignedDuration::from_secs(1)).await;
        assert_eq!(world.hook.calls().len(), step + 1, "not before it is due");
        live.deliver_at(due).await;
        assert_eq!(world.hook.calls().len(), step + 2);
    }
    let calls = world.hook.calls();
    assert_eq!(calls.len(), 10);
    assert!(calls.iter().all(|(call, _)| call.header("webhook-id") == calls[0].0.header("webhook-id")));
    assert!(calls.iter().all(|(call, _)| call.body == calls[0].0.body));
    assert_eq!(world.count("SELECT count(*) FROM attempt WHERE outcome = 'ambiguous'"), 1, "the drop");
    let dead = world.texts("SELECT text FROM notice WHERE subject = 'channel:hook:bell' AND kind = 'dead'");
    assert!(dead.len() == 1 && dead[0].contains("given up after 10 tries"), "{dead:?}");
    live.finish_with(&["dead"]).await;

    let shown = world.ok(&["outbox", "show", "1"]).out;
    assert_eq!(shown.lines().filter(|line| line.contains("answered 50")).count(), 7, "{shown}");
    world.ok(&["outbox", "drop", "1"]);
    assert_eq!(world.ok(&["outbox", "list"]).out, "");
    world.ok(&["outbox", "retry", "1"]);
    // A command goes by the machine's clock.
    let today = crate::harness::now().duration_since(at(0)).as_mins() + 1;
    let mut live = world.open(today).await;
    live.deliver(today).await;
    assert_eq!(world.hook.calls().len(), 11);
    assert_eq!(world.count("SELECT count(*) FROM notice WHERE kind = 'dead' AND closed IS NOT NULL"), 1, "it is back");
    live.finish().await;
}

#[tokio::test]
async fn retry_after_is_waited_for_by_the_whole_channel() {
    let world = World::new(&["times"], BELL);
    world.hook.set_header("Retry-After", "7200");
    world.hook.answer_with(&[429]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    multiply(&world, "hook:bell", 3);
    let asked = world.count("SELECT held_until FROM lane WHERE name = 'hook:bell'");
    assert_eq!(asked - world.count("SELECT max(ended) FROM attempt"), 7200);
    live.deliver_at(Timestamp::from_second(asked - 1).unwrap()).await;
    assert_eq!(world.hook.calls().len(), 1, "not even the other messages");
    for second in 0..5 {
        live.deliver_at(Timestamp::from_second(asked + second).unwrap()).await;
    }
    assert_eq!(world.hook.calls().len(), 5);
    live.finish().await;
}

#[tokio::test]
async fn a_hook_that_is_gone_is_left_alone_until_a_reload() {
    let world = World::new(&["times"], BELL);
    world.hook.answer_with(&[410]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    multiply(&world, "hook:bell", 3);
    for hours in 1..50 {
        live.deliver(60 * hours).await;
    }
    assert_eq!(world.hook.calls().len(), 1, "no further request");
    let told = world.texts("SELECT text FROM notice WHERE subject = 'channel:hook:bell' AND kind = 'retired'");
    assert!(told.len() == 1 && told[0].contains("410 Gone"), "{told:?}");
    assert!(world.ok(&["outbox", "list"]).out.contains("hook:bell is retired"));
    live.restart(60 * 50).await;
    for second in 0..3 {
        live.deliver_at(at(60 * 50) + SignedDuration::from_secs(second)).await;
    }
    assert_eq!(world.hook.calls().len(), 5, "nothing was lost meanwhile");
    assert_eq!(world.count("SELECT count(*) FROM notice WHERE kind = 'retired' AND closed IS NOT NULL"), 1);
    live.finish().await;
}

#[tokio::test]
async fn what_one_message_is_refused_for_holds_up_no_other() {
    let world = World::new(&["times"], BELL);
    world.hook.answer_with(&[413]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    multiply(&world, "hook:bell", 3);
    live.deliver(7).await;
    assert_eq!(world.hook.calls().len(), 5, "the one that was refused too, by then");
    live.finish().await;
}

#[tokio::test]
async fn a_sender_that_is_refused_keeps_the_queue_for_another_configuration() {
    let world = World::new(&["times"], ONE_WATCH);
    world.smtp.script("MAIL", Some("550 5.7.1 sender not allowed\r\n"));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    multiply(&world, "mail:desk@desk.example", 30);
    for hours in 1..200 {
        live.deliver(60 * hours).await;
    }
    let tries = world.count("SELECT count(*) FROM attempt");
    assert!((100..=200).contains(&tries), "one try an hour: {tries}");
    assert_eq!(world.count("SELECT count(*) FROM delivery WHERE state IN ('failed', 'queued')"), 31);
    assert_eq!(world.texts("SELECT kind FROM notice WHERE subject = 'channel:mail' AND closed IS NULL"), ["broken"]);
    world.smtp.script("MAIL", None);
    live.restart(60 * 200).await;
    for second in 0..4 {
        live.deliver_at(at(60 * 200) + SignedDuration::from_secs(second)).await;
    }
    assert_eq!(world.smtp.mails().len(), 31);
    assert_eq!(world.count("SELECT count(*) FROM notice WHERE kind = 'broken' AND closed IS NOT NULL"), 1);
    live.finish().await;
}

#[tokio::test]
async fn a_server_that_was_away_for_a_day_gets_everything_slowly_and_by_priority() {
    let world = World::new(&["times"], ONE_WATCH);
    world.smtp.set_down(true);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    multiply(&world, "mail:desk@desk.example", 99);
    for step in 0..24 * 12 {
        live.deliver(10 + step * 5).await;
    }
    let probes = world.smtp.connections();
    assert!((100..=300).contains(&probes), "one probe in five minutes at most: {probes}");
    assert_eq!(world.texts("SELECT kind FROM notice WHERE subject = 'channel:mail' AND closed IS NULL"), ["failing"]);
    world.smtp.set_down(false);
    let back = at(10 + 24 * 60);
    let mut per_second = Vec::new();
    for second in 0..340 {
        let before = world.smtp.mails().len();
        live.deliver_at(back + SignedDuration::from_secs(second)).await;
        per_second.push(world.smtp.mails().len() - before);
    }
    assert_eq!(world.count("SELECT gentle FROM lane WHERE name = 'mail'"), 0, "as fast as ever");
    assert_eq!(per_second.iter().sum::<usize>(), 100, "all within one step of the schedule");
    assert!(per_second.iter().all(|sent| *sent <= 21), "{per_second:?}");
    let order = world.texts("SELECT CAST(priority AS TEXT) FROM attempt JOIN delivery ON delivery.id = attempt.delivery WHERE outcome = 'sent' ORDER BY attempt.id");
    assert!(order[1..].windows(2).all(|pair| pair[0] >= pair[1]), "{order:?}");
    assert_eq!(
        world.count(
            "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE outcome = 'sent' GROUP BY delivery HAVING count(*) > 1)"
        ),
        0
    );
    live.finish().await;
}

#[tokio::test]
async fn a_limit_of_messages_a_minute_is_kept() {
    let world = World::new(&["times"], BELL);
    world.write_raw(&world.toml().replace("[webhook.bell]", "[webhook.bell]\nmax_per_minute = 10"));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    multiply(&world, "hook:bell", 25);
    for (minute, calls) in [(10, 10), (11, 20), (12, 26)] {
        live.deliver(minute).await;
        let sent = world.hook.calls().len();
        assert!(sent <= calls + 1 && sent + 1 >= calls, "{sent} at minute {minute}");
    }
    live.deliver(14).await;
    assert_eq!(world.hook.calls().len(), 26);
    live.finish().await;
}

/// Ten webhooks of which one never answers, with the daemon as it runs.
#[test]
fn one_hook_that_hangs_delays_none_of_nine_others() {
    let mut world = World::new(&["times"], "");
    let hooks: Vec<HookSink> = (0..10).map(|_| HookSink::start()).collect();
    hooks[3].answer_with(&[HANG; 20]);
    let names: Vec<String> = (0..10).map(|number| format!("\"hook:h{number}\"")).collect();
    let mut rules = format!(
        "[[watch]]\nname = \"halloran\"\nquery = \"Halloran AND Geneva\"\nnotify = [{}]\n[watch.alert]\nwait = \"0s\"\n",
        names.join(", ")
    );
    for (number, hook) in hooks.iter().enumerate() {
        rules.push_str(&format!("[webhook.h{number}]\nurl = \"http://{}/\"\n", hook.address));
    }
    world.rules = rules;
    world.feed = "every = \"1s\"\n".to_owned();
    world.write();
    let daemon = world.daemon();
    eventually("the baseline", || world.count("SELECT count(*) FROM feed WHERE baselined = 1") == 1);
    for number in 0..5 {
        let mut item = texts::times(2);
        item.guid = format!("{}-{number}", item.guid);
        item.link = format!("{}-{number}", item.link);
        let words = [
            "quarry swallow tenancy brigade oxbow lantern",
            "velvet magnet orchard ferment chisel dynamo",
            "glacier trumpet bobbin parsnip viaduct kelp",
            "saddle monsoon barley cobalt thimble regatta",
            "pewter hammock juniper lacquer spindle gorge",
        ][number];
        item.title = format!("{words} Halloran Geneva");
        item.body = format!("<p>{}.</p>", words.split(' ').rev().collect::<Vec<_>>().join(" and "));
        item.published = crate::harness::now();
        world.publish("times", item);
    }
    let others = || hooks.iter().enumerate().filter(|(number, _)| *number != 3);
    eventually("all items are taken in", || world.count("SELECT count(*) FROM entry") == 5);
    let stories = world.count("SELECT count(*) FROM story") as usize;
    assert!(stories > 2, "{stories}");
    eventually("nine hooks have everything", || others().all(|(_, hook)| hook.calls().len() == stories));
    let sent = "SELECT count(*) FROM delivery WHERE channel <> 'hook:h3' AND state = 'sent'";
    eventually("what nine hooks have is recorded", || world.count(sent) as usize == 9 * stories);
    assert!(world.count("SELECT count(*) FROM delivery WHERE channel = 'hook:h3' AND state <> 'sent'") > 0);
    daemon.signal("KILL");
}

/// A redirect is a failure and is not followed, wherever it leads.
#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let world = World::new(&["times"], BELL);
    let elsewhere = HookSink::start();
    world.hook.set_header("Location", &format!("http://{}/", elsewhere.address));
    world.hook.answer_with(&[301, 307]);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    live.deliver(10).await;
    live.deliver(60).await;
    assert_eq!(elsewhere.calls().len(), 0);
    assert_eq!(world.hook.calls().iter().map(|(_, status)| *status).collect::<Vec<_>>(), [301, 307, 200]);
    live.finish().await;
}

/// What the page behind the link does, at the test's own time.
fn mute(world: &World, ticket: &str, now: Timestamp) {
    let connection = world.sql();
    let ticket = Ticket::open(ticket, &store::signing_key(&connection).unwrap(), now).unwrap();
    silences::add_once(&connection, &ticket.silence(now), now).unwrap();
}

/// A ticket made by hand, through the command and through a mail, by the machine's clock.
#[tokio::test]
async fn a_request_by_mail_ends_alerts_once() {
    let world = World::new(&["times"], ONE_WATCH);
    world.baseline().await.finish().await;
    let key = store::signing_key(&world.sql()).unwrap();
    let muted = Muted::Watch("halloran".to_owned());
    let ticket = Ticket::new(&RecipientId("desk".to_owned()), muted, crate::harness::now()).seal(&key);
    world.ok(&["mute", &ticket]);
    let mail = format!("From: someone@desk.example\nSubject: mute {ticket}\n\nEnough.\n");
    let asked = run_with(world.command(&["mute", "--mail"]), &mail);
    assert_eq!(asked.code, Some(0), "{asked:?}");
    assert_eq!(world.count("SELECT count(*) FROM silence WHERE kind = 'watch' AND recipient = 'desk'"), 1);
    let forged = run_with(world.command(&["mute", "--mail"]), &mail.replace(&ticket, &ticket[1..]));
    assert_eq!(forged.code, Some(1), "{forged:?}");
}

/// Pages that stand at a public address, and a mailbox for requests.
fn make_reachable(world: &World) {
    let web = "[web]\nlisten = \"127.0.0.1:0\"\npublic_url = \"https://alerts.desk.example/\"\n";
    let mail = "[mail]\nunsubscribe = \"requests@desk.example\"";
    world.write_raw(&world.toml().replacen("[web]\nlisten = \"\"\n", web, 1).replace("[mail]", mail));
}

/// The mute link of a real mail ends the alerts about that story, and its follow-up never comes.
#[tokio::test]
async fn a_story_that_is_muted_by_the_link_of_its_mail_is_told_no_more() {
    let world = World::new(&["times", "post"], ONE_WATCH);
    make_reachable(&world);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let mail = world.smtp.mails().remove(0);
    let header = mail.header("List-Unsubscribe").unwrap();
    assert!(header.starts_with("<https://alerts.desk.example/mute/"), "{header}");
    assert!(header.contains("<mailto:requests@desk.example?subject=mute%20"), "{header}");
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let text = mail.text();
    let ticket = text.split("<https://alerts.desk.example/mute/").nth(1).unwrap().split('>').next().unwrap();
    mute(&world, ticket, at(3));
    world.publish("post", texts::post(12));
    live.step(12).await;
    assert_eq!(world.smtp.mails().len(), 1, "the story is confirmed, and she does not want to know");
    mute(&world, ticket, at(13));
    assert_eq!(world.count("SELECT count(*) FROM silence"), 1, "once is enough");
    live.finish().await;
}

/// The link in a digest ends digests, and what waits for one comes when they are wanted again.
#[tokio::test]
async fn a_digest_is_ended_by_its_link_and_nothing_is_lost() {
    let recipient = "[watch.alert]\nfirst = \"digest\"\n[recipient.desk]\ndigest = [\"07:00\"]";
    let world = World::new(&["times"], &ONE_WATCH.replace("[recipient.desk]", recipient));
    make_reachable(&world);
    let mut live = world.baseline().await;
    live.deliver(13 * 60).await;
    let mail = world.smtp.mails().remove(0);
    let header = mail.header("List-Unsubscribe").unwrap();
    assert!(header.contains("<mailto:requests@desk.example?subject=mute%20"), "{header}");
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let ticket = header.split("<https://alerts.desk.example/mute/").nth(1).unwrap().split('>').next().unwrap();
    assert!(mail.text().contains(&format!("Mute the digests:\r\n<https://alerts.desk.example/mute/{ticket}>")));
    mute(&world, ticket, at(14 * 60));
    world.publish("times", texts::times(14 * 60));
    live.step(14 * 60).await;
    live.deliver(60 * 60).await;
    assert_eq!(world.smtp.mails().len(), 1, "she wants no digests");
    world.sql().execute("UPDATE silence SET ends = starts", []).unwrap();
    live.deliver(61 * 60 + 1).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text().contains(texts::TIMES_TITLE), "{}", mails[1].text());
    live.finish().await;
}

#[tokio::test]
async fn of_thousands_the_urgent_ones_go_first() {
    let world = World::new(&["times"], BELL);
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    let more = crate::harness::flood(2000);
    multiply(&world, "hook:bell", more);
    live.deliver(10).await;
    assert_eq!(world.hook.calls().len(), more + 1);
    assert_eq!(world.count("SELECT count(*) FROM delivery WHERE state = 'sent'"), more as i64 + 1);
    let order = world.texts("SELECT CAST(priority AS TEXT) FROM attempt JOIN delivery ON delivery.id = attempt.delivery ORDER BY attempt.id");
    assert!(order[1..].windows(2).all(|pair| pair[0] >= pair[1]), "taken up in order of priority");
    assert_eq!(seconds(at(10)), world.count("SELECT max(started) FROM attempt"));
    live.finish().await;
}
