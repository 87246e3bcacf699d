//! The clock on the wall is set, and the clocks change: nothing waits for days that will not come for a year, nothing is
//! told twice, and a digest comes once.

use jiff::{SignedDuration, Timestamp};

use crate::harness::{ONE_WATCH, World, at, texts, unlike::story};

const YEAR: i64 = 365 * 24 * 60;

fn with_digest(zone: &str, digest: &str) -> String {
    format!(
        "[[watch]]\nname = \"port\"\nany = [\"harbour\", \"Halloran\"]\nnotify = [\"desk\"]\n[recipient.desk]\nemail = \
         [\"desk@desk.example\"]\ntimezone = \"{zone}\"\ndigest = [\"{digest}\"]\n"
    )
}

#[tokio::test]
async fn set_back_by_a_year_what_was_to_come_comes_as_soon_as_before() {
    let world = World::new(&["times", "post"], &with_digest("UTC", "07:00"));
    let mut live = world.first_poll().await;
    live.restart(YEAR).await;
    live.step(YEAR).await;
    // One mail that could not be sent, and one alert that waits for more outlets.
    world.smtp.set_down(true);
    world.publish("times", story(1, YEAR));
    live.step(YEAR).await;
    world.publish("times", texts::times(YEAR + 4));
    live.poll(YEAR + 4).await;
    world.smtp.set_down(false);
    let before = world.smtp.mails().len();
    live.restart(1).await;
    live.deliver(1).await;
    live.deliver(4).await;
    live.deliver(10).await;
    let subjects: Vec<String> = world.smtp.mails()[before..].iter().map(|mail| mail.subject()).collect();
    assert!(subjects.iter().any(|subject| subject.contains("Brackwater")), "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.contains(texts::TIMES_TITLE)), "{subjects:?}");
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    // What comes now is told as ever, and the digest at its hour.
    world.publish("post", story(2, 20));
    live.step(20).await;
    assert_eq!(world.smtp.mails().len(), before + 3);
    live.deliver(13 * 60 - 1).await;
    assert_eq!(world.smtp.mails().len(), before + 3);
    live.deliver(13 * 60).await;
    live.deliver(13 * 60 + 1).await;
    assert_eq!(world.smtp.mails().len(), before + 4);
    assert!(world.smtp.mails().last().unwrap().subject().starts_with("Digest, Fri 15 Nov 07:00"));
    live.finish().await;
}

#[tokio::test]
async fn set_forward_by_a_year_one_digest_comes_and_what_waited_is_told_once() {
    let world = World::new(&["times"], &with_digest("UTC", "07:00"));
    let mut live = world.baseline().await;
    world.publish("times", texts::times(2));
    live.poll(2).await;
    live.deliver(YEAR).await;
    live.step(YEAR + 1).await;
    live.deliver(YEAR + 60).await;
    let subjects: Vec<String> = world.smtp.mails().iter().map(|mail| mail.subject()).collect();
    assert_eq!(subjects.iter().filter(|subject| subject.starts_with("Digest")).count(), 1, "{subjects:?}");
    assert_eq!(subjects.iter().filter(|subject| subject.contains(texts::TIMES_TITLE)).count(), 1, "{subjects:?}");
    live.finish().await;
}

#[tokio::test]
async fn a_watch_that_began_in_days_to_come_takes_todays_news_for_news() {
    let world = World::new(&["times"], ONE_WATCH);
    let mut live = world.open(YEAR).await;
    live.due(at(YEAR)).await;
    live.deliver(YEAR).await;
    live.restart(1).await;
    world.publish("times", texts::times(2));
    live.step(2).await;
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn a_limit_of_messages_a_minute_does_not_count_those_of_days_to_come() {
    let world = World::new(&["times"], ONE_WATCH);
    world.write_raw(&world.toml().replace("[mail]", "[mail]\nmax_per_minute = 1"));
    let mut live = world.first_poll().await;
    live.restart(YEAR).await;
    world.publish("times", texts::times(YEAR));
    live.step(YEAR).await;
    live.step(YEAR + 5).await;
    let before = world.smtp.mails().len();
    assert!(before > 0);
    live.restart(1).await;
    let mut item = texts::post(2);
    item.title = "Halloran opens a bridge in Geneva".to_owned();
    item.body = "<p>Nothing else happened there on that day.</p>".to_owned();
    world.publish("times", item);
    live.step(2).await;
    assert_eq!(world.smtp.mails().len(), before + 1);
    live.finish().await;
}

/// In the night to 30 March 2025 the clocks of Berlin go from 02:00 to 03:00, in that to 26 October from 03:00 to 02:00.
#[tokio::test]
async fn a_digest_at_an_hour_that_is_left_out_or_comes_twice_comes_once() {
    for (noon, due) in
        [("2025-03-29T12:00:00Z", "2025-03-30T01:30:00Z"), ("2025-10-25T12:00:00Z", "2025-10-26T00:30:00Z")]
    {
        let (noon, due): (Timestamp, Timestamp) = (noon.parse().unwrap(), due.parse().unwrap());
        let world = World::new(&["times"], &with_digest("Europe/Berlin", "02:30"));
        let mut live = world.open(noon.duration_since(at(0)).as_mins()).await;
        live.due(noon).await;
        live.deliver_at(noon).await;
        let mut told = Vec::new();
        // Every ten minutes until the next noon.
        for step in 1..=24 * 6 {
            let time = noon + SignedDuration::from_mins(10 * step);
            let before = world.smtp.mails().len();
            live.deliver_at(time).await;
            told.extend((world.smtp.mails().len() > before).then_some(time));
        }
        assert_eq!(told, [due]);
        live.finish().await;
    }
}
