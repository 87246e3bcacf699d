//! Thousands of matches at once: a handful of mails, priority first, and every story listed or counted.
//!
//! `STORYWATCH_FLOOD` sets how many; the default keeps the test short.

use crate::harness::{Answer, World, flood, path, unlike};

fn rules(recipient: &str) -> String {
    format!(
        "[[watch]]\nname = \"port\"\nany = [\"harbour\"]\nnotify = [\"desk\"]\n\
         [[watch]]\nname = \"fire\"\nany = [\"harbourfire\"]\npriority = \"high\"\nnotify = [\"desk\"]\n\
         [recipient.desk]\nemail = [\"desk@desk.example\"]\n{recipient}\n"
    )
}

/// The last three of them match a watch of high priority too.
fn publish(world: &World, count: usize) {
    let mut items: Vec<_> = (0..count).map(|number| unlike::story(number, 10)).collect();
    for item in items.iter_mut().rev().take(3) {
        item.body.push_str("<p>harbourfire</p>");
    }
    world.origin.set(&path("times"), Answer::Feed(items));
}

fn number_before(text: &str, words: &str) -> usize {
    let text = text.replace("\r\n", " ");
    let at = text.find(words).unwrap_or_else(|| panic!("no {words:?} in\n{text}"));
    text[..at].trim_end().rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn over_cap_items_go_to_one_digest_which_lists_or_counts_each() {
    let count = flood(400);
    let world = World::new(&["times"], &rules("digest = [\"07:00\"]\nbudget = { immediate = 8, per = \"1d\" }"));
    let mut live = world.baseline().await;
    live.deliver(0).await;
    publish(&world, count);
    live.step(10).await;
    assert_eq!(world.count("SELECT count(DISTINCT story) FROM alert"), count as i64, "no two stories were merged");
    let subjects: Vec<String> = world.smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.len(), 9, "eight alerts and one notice: {subjects:?}");
    let urgent = world.count("SELECT count(*) FROM alert WHERE state = 'queued' AND watches LIKE '%fire%'");
    assert_eq!(urgent, 3, "priority first");
    assert!(subjects.contains(&format!("[storywatch] {} more of your stories go to the digest", count - 8)));
    live.deliver(13 * 60).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 10, "one digest");
    let (digest, text) = (&mails[9], mails[9].text());
    assert_eq!(number_before(&text, "more stories, not listed"), count - 8 - 30);
    assert_eq!(number_before(&text, "moved here because your budget"), count - 8);
    assert!(digest.raw.len() < 180_000, "{} bytes", digest.raw.len());
    assert_eq!(world.count("SELECT count(*) FROM digest_item"), count as i64 - 8);
    live.deliver(13 * 60 + 5).await;
    assert_eq!(world.smtp.mails().len(), 10);
    live.finish().await;
}

#[tokio::test]
async fn without_a_budget_a_flood_is_one_message_at_once() {
    let count = flood(400).max(101);
    let world = World::new(&["times"], &rules(""));
    let mut live = world.baseline().await;
    publish(&world, count);
    live.step(10).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject(), format!("{count} stories at once"));
    assert_eq!(number_before(&mails[0].text(), "more stories, not listed"), count - 30);
    let first = mails[0].text().replace("\r\n", " ");
    assert!(first.find("FIRE").unwrap() < first.find("PORT").unwrap(), "priority first");
    assert_eq!(world.count("SELECT count(*) FROM digest_item"), count as i64);
    live.deliver(24 * 60).await;
    assert_eq!(world.smtp.mails().len(), 1, "told once");
    live.finish().await;
}
