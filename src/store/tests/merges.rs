//! Alerts and members of two stories that have become one.

use super::*;
use crate::{
    alert::{Silence, SilenceId, Silenced},
    store::{regrouping, silences},
};

/// Number, state and story of the desk's alerts, in order; `a` is the older story.
async fn alerts_after(bench: &Bench, [a, b]: [StoryId; 2]) -> Vec<String> {
    bench.write(move |c| regrouping::merge(c, a, b, None, at(50))).await;
    let work = |c: &rusqlite::Connection| {
        let mut statement = c.prepare(
            "SELECT seq || ' ' || alert.state || coalesce(' ' || message_id, '')
             FROM alert LEFT JOIN delivery ON delivery.alert = alert.id ORDER BY seq, alert.id",
        )?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?)
    };
    let found = bench.store.read(work).await.unwrap();
    found.into_iter().map(|row| row.replace(&a.to_string(), "A").replace(&b.to_string(), "B")).collect()
}

async fn two(bench: &Bench) -> [StoryId; 2] {
    [bench.story("one").await.0, bench.story("two").await.0]
}

async fn outcomes(bench: &Bench, story: StoryId) -> Vec<String> {
    let found = bench.store.read(move |c| alerts::decisions(c, story)).await.unwrap();
    found.into_iter().map(|row| row.reason.split_once(' ').unwrap().1.to_owned()).collect()
}

#[tokio::test]
async fn what_was_told_of_either_is_told_no_more() {
    let bench = Bench::new().await;
    let both = two(&bench).await;
    bench.alert(both[0], Event::New, &["mail:x"]).await;
    bench.put_off("desk", both[1], at(20)).await;
    assert_eq!(alerts_after(&bench, both).await, ["0 queued A-1-mail:x"]);
    assert_eq!(outcomes(&bench, both[0]).await, ["was merged into this story, which has an alert already"]);

    // The younger was told, and the older waits.
    let bench = Bench::new().await;
    let both = two(&bench).await;
    bench.put_off("desk", both[0], at(20)).await;
    bench.alert(both[1], Event::New, &["mail:x"]).await;
    assert_eq!(alerts_after(&bench, both).await, ["0 queued B-2-mail:x"]);
    assert_eq!(outcomes(&bench, both[0]).await, ["which was told, was merged into this story"]);

    // Nobody was told: once is enough.
    let bench = Bench::new().await;
    let both = two(&bench).await;
    bench.put_off("desk", both[0], at(20)).await;
    bench.put_off("desk", both[1], at(20)).await;
    assert_eq!(alerts_after(&bench, both).await, ["0 digest"]);

    // Another recipient keeps his own.
    let bench = Bench::new().await;
    let both = two(&bench).await;
    bench.put_off("other", both[0], at(20)).await;
    bench.alert(both[1], Event::New, &["mail:x"]).await;
    assert_eq!(alerts_after(&bench, both).await, ["0 digest", "0 queued B-2-mail:x"]);
}

#[tokio::test]
async fn the_thread_is_the_older_s_unless_only_the_younger_has_one() {
    let bench = Bench::new().await;
    let both = two(&bench).await;
    bench.alert(both[1], Event::New, &["mail:x"]).await;
    bench.alert(both[0], Event::New, &["mail:x"]).await;
    bench.alert(both[1], Event::Confirmed, &["mail:x"]).await;
    let after = alerts_after(&bench, both).await;
    assert_eq!(after, ["0 queued A-2-mail:x", "1 queued B-1-mail:x", "2 queued B-3-mail:x"]);

    let bench = Bench::new().await;
    let both = two(&bench).await;
    bench.put_off("desk", both[0], at(20)).await;
    bench.digest(&[Ok(())]).await;
    bench.alert(both[1], Event::New, &["mail:x"]).await;
    assert_eq!(alerts_after(&bench, both).await, ["0 queued B-2-mail:x", "1 digest"]);
}

#[tokio::test]
async fn each_member_says_why_it_stands_where_it_is() {
    let bench = Bench::new().await;
    let (a, one) = bench.story("one").await;
    let (b, two) = bench.story("two").await;
    let standing = async || {
        let work = move |c: &rusqlite::Connection| {
            let mut statement =
                c.prepare("SELECT id || ' ' || relation || coalesce(' ' || related_to, '') || ': ' || reason FROM entry ORDER BY id")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?)
        };
        bench.store.read(work).await.unwrap()
    };
    bench.write(move |c| regrouping::merge(c, a, b, Some("one ship"), at(50))).await;
    let merged = "2 same-outlet 1: merged by hand (one ship); before that: nothing like it";
    assert_eq!(standing().await, ["1 first: nothing like it", merged]);

    // The first of a story may go too, and the other of its outlet is a source of its own again.
    let split = bench.write(move |c| regrouping::split(c, a, &[one], None, at(60))).await;
    let off = format!("1 first: split from {a} by hand; before that: nothing like it");
    let left = format!("2 first: {split} was split off by hand; before that: nothing like it");
    assert_eq!(standing().await, [off, left]);
    let log = bench.store.read(move |c| regrouping::of_entry(c, two, a)).await.unwrap();
    assert_eq!(log.iter().map(|line| line.kind.as_str()).collect::<Vec<_>>(), ["merge", "split"]);
    // Into the younger by hand: the earliest is the first all the same.
    bench.write(move |c| regrouping::merge(c, a, split, None, at(70))).await;
    let again = format!("1 first: split from {a} by hand; before that: nothing like it");
    assert_eq!(standing().await, [again, "2 same-outlet 1: merged by hand; before that: nothing like it".to_owned()]);
}

#[tokio::test]
async fn a_silence_holds_for_what_its_story_has_become_and_is_not_made_twice() {
    let bench = Bench::new().await;
    let [a, b] = two(&bench).await;
    let silence = |story| Silence {
        id: SilenceId(0),
        what: Silenced::Story(story),
        recipient: None,
        starts: at(0),
        ends: at(9_000),
        note: None,
    };
    let before = silence(b);
    assert!(bench.write(move |c| silences::add_once(c, &before, at(10))).await);
    bench.write(move |c| regrouping::merge(c, a, b, None, at(50))).await;
    // By the link in an old mail, and by its name of today.
    for again in [silence(b), silence(a)] {
        assert!(!bench.write(move |c| silences::add_once(c, &again, at(60))).await);
    }
    let held = bench.store.read(|c| silences::list(c, at(60), false)).await.unwrap();
    assert_eq!(held.iter().map(|held| held.what.clone()).collect::<Vec<_>>(), [Silenced::Story(a)]);
}
