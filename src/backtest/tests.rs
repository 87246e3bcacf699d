//! Stories played again.

use std::time::Duration;

use super::*;
use crate::{
    alert::{Budget, First, MinOutlets, Priority},
    story::{Member, Relation},
};

const NOON: i64 = 1_764_000_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(NOON + minutes * 60).unwrap()
}

fn member(outlet: &str, relation: Relation, minute: i64) -> Member {
    Member {
        entry: EntryId(minute),
        url: None,
        outlet: outlet.to_owned(),
        outlet_name: outlet.to_owned(),
        title: "Harbour closed".to_owned(),
        seen: at(minute),
        published: Some(at(minute)),
        relation,
        of: None,
        evidence: None,
        earlier_titles: Vec::new(),
        baseline: false,
        cites: Vec::new(),
        corrects: None,
    }
}

fn policy(watch: &str) -> Policy {
    Policy {
        watch: watch.to_owned(),
        priority: Priority::Normal,
        min_outlets: MinOutlets { count: 1, independent: false, within: None },
        burst: None,
        max_age: Duration::from_secs(7 * 86_400),
        wait: Duration::from_secs(600),
        follow_up: vec![Event::Confirmed],
        max_followups: 3,
        first: First::Immediate,
        at_most_every: Duration::ZERO,
        breaks_quiet: false,
        mutes: Vec::new(),
    }
}

/// Two outlets of their own an hour apart, the first at noon; the watch matches the members named.
#[track_caller]
fn check(policy: &Policy, matched: &[i64], until: i64, expected: &[&str]) {
    let members = vec![
        member("nyt", Relation::First, 0),
        member("blog", Relation::Copy, 5),
        member("wapo", Relation::Independent, 60),
    ];
    let timeline = Timeline { story: StoryId(1), headline: "Harbour closed".to_owned(), first_seen: at(0), members };
    let matches: Vec<(EntryId, usize)> = matched.iter().map(|minute| (EntryId(*minute), 0)).collect();
    let rhythm = Rhythm::new(matched.iter().map(|minute| at(*minute)).collect(), Some(at(-60 * 24)));
    let notify = [RecipientId("desk".to_owned())];
    let watched = [Watched { policy, notify: &notify }];
    let played =
        play(&Archived { timeline: &timeline, matches: &matches, corrections: &[] }, &watched, &[rhythm], at(until));
    let minutes = |time: Timestamp| time.duration_since(at(0)).as_mins();
    let sent = played.sent.iter().map(|sent| format!("{} {}", sent.events[0].as_str(), minutes(sent.at)));
    let held = played.held.values().map(|reason| format!("held {reason}"));
    assert_eq!(sent.chain(held).collect::<Vec<_>>(), expected);
}

#[test]
fn the_first_match_is_told_after_its_wait_and_the_second_outlet_confirms() {
    check(&policy("port"), &[0], 24 * 60, &["new 10", "confirmed 60"]);
    check(&policy("port"), &[0], 30, &["new 10"]);
    check(&policy("port"), &[60], 24 * 60, &["new 70"]);
    check(&policy("port"), &[], 24 * 60, &[]);
}

#[test]
fn what_a_policy_holds_is_not_sent() {
    let two = MinOutlets { count: 2, independent: true, within: None };
    let asks = Policy { min_outlets: two, ..policy("port") };
    check(&asks, &[0], 30, &["held port: 1 of 2 independent outlets"]);
    check(&asks, &[0], 24 * 60, &["new 70"]);
}

#[test]
fn a_burst_is_measured_as_it_was_then() {
    let hour = Duration::from_secs(3600);
    let burst = Some(Burst { factor: 2, window: hour, baseline: 24 * hour, at_least: 2 });
    let asks = Policy { burst, ..policy("port") };
    check(&asks, &[0], 24 * 60, &["held port: no burst: 0 of 2 entries within 1h"]);
    check(&asks, &[0, 5], 24 * 60, &["new 15", "confirmed 60"]);
}

#[test]
fn a_budget_leaves_to_the_digest_what_it_does_not_hold() {
    let sent = |minute: i64, priority| Sent {
        recipient: RecipientId("desk".to_owned()),
        story: StoryId(minute),
        events: vec![Event::New],
        watches: vec!["port".to_owned()],
        priority,
        independent: 1,
        at: at(minute),
        digest: None,
    };
    let day = Duration::from_secs(86_400);
    let reader = Reader { budget: Some(Budget { immediate: 2, per: day, burst: 2 }), ..Reader::default() };
    let normal = Priority::Normal;
    let mut alerts =
        [sent(90, normal), sent(10, normal), sent(50, normal), sent(95, Priority::Critical), sent(2000, normal)];
    tell(&mut alerts, &reader, |_| false);
    let routes: Vec<Option<Route>> = alerts.iter().map(|alert| alert.digest).collect();
    assert_eq!(routes, [None, None, Some(Route::Budget), None, None]);
}
