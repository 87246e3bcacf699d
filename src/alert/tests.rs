//! Tables of decisions: the story, what matches, what was told before, and the answer.

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::{
    entry::EntryId,
    story::{Citation, Member, Relation, StoryId, Timeline},
};

const NOON: i64 = 1_764_000_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(NOON + minutes * 60).unwrap()
}

fn member(outlet: &str, relation: Relation, minute: i64) -> Member {
    Member {
        entry: EntryId(minute + 1),
        url: None,
        outlet: outlet.to_owned(),
        outlet_name: outlet.to_uppercase(),
        title: "Harbour closed".to_owned(),
        seen: at(minute),
        published: Some(at(minute)),
        relation,
        of: None,
        evidence: None,
        earlier_titles: Vec::new(),
        baseline: false,
        cites: Vec::new(),
    }
}

fn story(members: Vec<Member>) -> Timeline {
    Timeline { story: StoryId(1), headline: "Harbour closed".to_owned(), first_seen: at(0), members }
}

fn policy(watch: &str) -> Policy {
    Policy {
        watch: watch.to_owned(),
        priority: Priority::Normal,
        min_outlets: MinOutlets { count: 1, independent: false, within: None },
        max_age: Duration::from_secs(7 * 86_400),
        wait: Duration::from_secs(120),
        follow_up: vec![Event::Confirmed],
        max_followups: 3,
        first: First::Immediate,
        at_most_every: Duration::ZERO,
        breaks_quiet: false,
        mutes: Vec::new(),
    }
}

fn past(event: Event, standing: Standing, independent: usize) -> Past {
    Past {
        events: vec![event],
        watches: vec!["port".to_owned()],
        standing,
        priority: Priority::Normal,
        independent,
        told: Told::default(),
    }
}

fn sent(event: Event, independent: usize) -> Past {
    past(event, Standing::Told { at: at(1), by: None }, independent)
}

#[track_caller]
fn check(policies: &[Policy], members: Vec<Member>, history: &[Past], expected: &str) {
    let story = story(members);
    let matches = matches(policies, &story);
    assert_eq!(shown(&decide(&facts(&story, &matches, history))), expected);
}

/// Every watch matches every member.
fn matches<'a>(policies: &'a [Policy], story: &'a Timeline) -> Vec<MatchFact<'a>> {
    let of_policy = |policy| story.members.iter().map(move |member| MatchFact { policy, member, muted: None });
    policies.iter().flat_map(of_policy).collect()
}

fn facts<'a>(story: &'a Timeline, matches: &'a [MatchFact<'a>], history: &'a [Past]) -> Facts<'a> {
    Facts {
        story,
        matches,
        history,
        corrections: &[],
        has_digest: true,
        downtime: None,
        catch_up_after: Duration::from_secs(6 * 3600),
        now: at(60),
    }
}

fn shown(decision: &Decision) -> String {
    let names = |events: &[Event]| events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join("+");
    let after = |due: &Timestamp| due.duration_since(at(60)).as_secs();
    match decision {
        Decision::Raise { events, watches, due, .. } => {
            format!("{} {} +{}s", names(events), watches.join(","), after(due))
        }
        Decision::Join { events, .. } => format!("join {}", names(events)),
        Decision::Promote { watches, due, .. } => format!("promote {} +{}s", watches.join(","), after(due)),
        Decision::Digest { events, watches, route, .. } => {
            format!("digest ({}) {} {}", route.as_str(), names(events), watches.join(","))
        }
        Decision::Hasten { due, .. } => format!("hasten +{}s", after(due)),
        Decision::Hold(reason) => format!("hold {reason}"),
        Decision::Silence(reason) => format!("silence {reason}"),
        Decision::Nothing(reason) => format!("nothing {reason}"),
    }
}

#[test]
fn a_first_match_is_told_after_the_wait() {
    check(&[policy("port")], vec![member("nyt", Relation::First, 0)], &[], "new port +120s");
}

#[test]
fn three_watches_of_one_recipient_make_one_alert_the_most_urgent_first() {
    let urgent = Policy { priority: Priority::Critical, wait: Duration::ZERO, ..policy("fire") };
    check(
        &[policy("port"), urgent, policy("sea")],
        vec![member("nyt", Relation::First, 0)],
        &[],
        "new fire,port,sea +0s",
    );
}

#[test]
fn the_back_catalogue_alerts_nobody() {
    let old = Member { baseline: true, ..member("nyt", Relation::First, 0) };
    check(&[policy("port")], vec![old], &[], "hold port: matches the back catalogue only");
}

#[test]
fn years_old_items_go_to_the_digest_at_most() {
    let old = Member { published: Some(at(-60 * 24 * 400)), ..member("nyt", Relation::First, 0) };
    check(&[policy("port")], vec![old.clone()], &[], "digest (old) new port");
    let story = story(vec![old]);
    let policies = [policy("port")];
    let matches = matches(&policies, &story);
    let without = Facts { has_digest: false, ..facts(&story, &matches, &[]) };
    assert_eq!(shown(&decide(&without)), "hold port: older than max_age (7d)");
}

fn two_independent(watch: &str, within: Option<Duration>) -> Policy {
    Policy { min_outlets: MinOutlets { count: 2, independent: true, within }, ..policy(watch) }
}

#[test]
fn rewrites_copies_and_wire_texts_confirm_nothing() {
    let mut rewrite_called_first = member("rt", Relation::Independent, 3);
    rewrite_called_first.cites = vec![Citation { outlet: "nyt".to_owned(), sentence: "…".to_owned() }];
    check(
        &[two_independent("port", None)],
        vec![
            member("nyt", Relation::First, 0),
            member("rt", Relation::Cites, 1),
            member("blog", Relation::Copy, 2),
            rewrite_called_first,
            member("daily", Relation::Wire, 4),
            member("nyt", Relation::SameOutlet, 5),
        ],
        &[],
        "hold port: 1 of 2 independent outlets",
    );
}

#[test]
fn a_second_source_of_its_own_confirms() {
    check(
        &[two_independent("port", None)],
        vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 68)],
        &[],
        "new port +120s",
    );
}

#[test]
fn within_asks_for_the_outlets_close_together() {
    let quick = two_independent("port", Some(Duration::from_secs(3600)));
    let story = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 68)];
    check(std::slice::from_ref(&quick), story.clone(), &[], "hold port: 1 of 2 independent outlets within 1h");
    let mut third = story;
    third.push(member("ap", Relation::Independent, 100));
    check(&[quick], third, &[], "new port +120s");
}

#[test]
fn confirmation_follows_once_and_at_once() {
    let story = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 50)];
    check(&[policy("port")], story.clone(), &[sent(Event::New, 1)], "confirmed port +0s");
    check(
        &[policy("port")],
        story.clone(),
        &[sent(Event::New, 1), sent(Event::Confirmed, 2)],
        "nothing already told: 2 independent outlets",
    );
    check(&[policy("port")], story, &[sent(Event::New, 2)], "nothing already told: 2 independent outlets");
}

#[test]
fn what_happens_while_the_first_alert_waits_goes_into_it() {
    let story = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 50)];
    let waiting = past(Event::New, Standing::Waits(at(61)), 0);
    check(&[policy("port")], story, &[waiting], "nothing the new alert is still waiting and will tell of this");
}

#[test]
fn a_more_urgent_watch_hastens_the_alert_that_waits() {
    let urgent = Policy { priority: Priority::Critical, wait: Duration::ZERO, ..policy("fire") };
    let waiting = past(Event::New, Standing::Waits(at(61)), 0);
    check(&[policy("port"), urgent], vec![member("nyt", Relation::First, 0)], &[waiting], "hasten +0s");
}

#[test]
fn follow_ups_end_where_the_watch_says_so() {
    let story = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 50)];
    let none = Policy { follow_up: Vec::new(), ..policy("port") };
    check(&[none], story.clone(), &[sent(Event::New, 1)], "nothing no watch asks for follow-ups");
    let capped = Policy { max_followups: 0, ..policy("port") };
    check(&[capped], story, &[sent(Event::New, 1)], "digest (cap) confirmed port");
}
