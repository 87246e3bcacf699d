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
        corrects: None,
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
        burst: None,
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
    let of_policy = |policy| {
        story.members.iter().map(move |member| MatchFact {
            policy,
            member,
            volume: Volume { recent: 6, usual: 1.5 },
            muted: None,
        })
    };
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
        Decision::Join { events, due: None, .. } => format!("join {}", names(events)),
        Decision::Join { events, due: Some(due), .. } => format!("join {} +{}s", names(events), after(due)),
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
    check(&[two_independent("port", None)], story.members.clone(), &[], "hold port: 1 of 2 independent outlets");
}

#[test]
fn a_burst_is_asked_for_beside_the_outlets() {
    let hour = Duration::from_secs(3600);
    let asked = |at_least| Some(Burst { factor: 4, window: hour, baseline: 24 * hour, at_least });
    let story = || vec![member("nyt", Relation::First, 0)];
    let quiet = Policy { burst: asked(7), ..policy("port") };
    check(&[quiet], story(), &[], "hold port: no burst: 6 of 7 entries within 1h");
    check(&[Policy { burst: asked(5), ..policy("port") }], story(), &[], "new port +120s");
    let both = Policy { burst: asked(5), ..two_independent("port", None) };
    check(&[both], story(), &[], "hold port: 1 of 2 independent outlets");
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

/// The same with everything a table may set.
#[track_caller]
fn check_facts(
    policies: &[Policy],
    members: Vec<Member>,
    history: &[Past],
    change: impl Fn(&mut Facts<'_>),
    expected: &str,
) {
    let story = story(members);
    let matches = matches(policies, &story);
    let mut facts = facts(&story, &matches, history);
    change(&mut facts);
    assert_eq!(shown(&decide(&facts)), expected);
}

fn asking(events: &[Event]) -> Policy {
    Policy { follow_up: events.to_vec(), ..policy("port") }
}

fn told_headline(title: &str) -> Past {
    let mut past = sent(Event::New, 1);
    past.told.headlines.insert(1, title.to_owned());
    past
}

#[test]
fn a_changed_number_is_an_event_and_a_typo_is_none() {
    let now = |title: &str| vec![Member { title: title.to_owned(), ..member("nyt", Relation::First, 0) }];
    let asked = [asking(&[Event::HeadlineChanged])];
    let told = [told_headline("Quake kills 12 in Aldermoor")];
    check(&asked, now("Quake kills 9 in Aldermoor"), &told, "headline-changed port +0s");
    check(&asked, now("Quake kills 12 in Aldermor"), &told, "nothing nothing that is told has happened");
    check(&asked, now("Quake kills 12 in Aldermoor"), &told, "nothing nothing that is told has happened");
    check(
        &[policy("port")],
        now("Quake kills 9 in Aldermoor"),
        &told,
        "nothing not confirmed: 1 of 2 independent outlets",
    );
}

#[test]
fn a_correction_is_told_once() {
    let asked = [asking(&[Event::Correction])];
    let corrections = [Corrected { entry: 1, sentence: "Correction: it was Tuesday.".to_owned() }];
    let first = || vec![member("nyt", Relation::First, 0)];
    let corrected = |facts: &mut Facts<'_>| facts.corrections = Box::leak(Box::new(corrections.clone()));
    check_facts(&asked, first(), &[sent(Event::New, 1)], corrected, "correction port +0s");
    let mut known = sent(Event::Correction, 1);
    known.told.corrections.insert(1);
    let history = [sent(Event::New, 1), known];
    check_facts(&asked, first(), &history, corrected, "nothing nothing that is told has happened");
}

#[test]
fn a_more_urgent_watch_escalates_what_another_was_told_for() {
    let urgent = Policy { priority: Priority::High, follow_up: vec![Event::Escalated], ..policy("fire") };
    let first = || vec![member("nyt", Relation::First, 0)];
    check(&[policy("port"), urgent.clone()], first(), &[sent(Event::New, 1)], "escalated fire +0s");
    let high = Past { priority: Priority::High, ..sent(Event::New, 1) };
    check(std::slice::from_ref(&urgent), first(), &[high], "nothing nothing that is told has happened");
    // Told by a digest that its watch asked for: one that is told at once is more urgent.
    let by_digest = past(Event::New, Standing::Told { at: at(1), by: Some(Route::Watch) }, 1);
    let prompt = Policy { priority: Priority::Normal, ..urgent };
    check(&[prompt], first(), &[by_digest], "escalated fire +0s");
}

#[test]
fn a_story_is_followed_up_for_two_days_after_its_last_member() {
    let asked = [asking(&[Event::Resurfaced])];
    let table =
        [(23, "nothing nothing that is told has happened"), (24, "resurfaced port +0s"), (48, "resurfaced port +0s")];
    for (hours, expected) in table {
        let members = vec![member("nyt", Relation::First, 60 - hours * 60), member("ap", Relation::Independent, 60)];
        let told = past(Event::New, Standing::Told { at: at(61 - hours * 60), by: None }, 1);
        check(&asked, members, &[told], expected);
    }
    let closed = vec![member("nyt", Relation::First, 59 - 48 * 60), member("ap", Relation::Independent, 60)];
    check(&asked, closed, &[sent(Event::New, 1)], "nothing the story is closed: no new member for 48 hours");
    let repost = vec![member("nyt", Relation::First, -40 * 60), member("blog", Relation::Copy, 60)];
    check(
        &asked,
        repost,
        &[past(Event::New, Standing::Told { at: at(-40 * 60), by: None }, 1)],
        "nothing nothing that is told has happened",
    );
}

#[test]
fn follow_ups_keep_their_distance_and_take_along_what_happens_meanwhile() {
    let asked =
        Policy { at_most_every: Duration::from_secs(2 * 3600), ..asking(&[Event::Confirmed, Event::HeadlineChanged]) };
    let mut members = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 50)];
    let told = Past { standing: Standing::Told { at: at(0), by: None }, ..told_headline("Harbour closed") };
    check(std::slice::from_ref(&asked), members.clone(), std::slice::from_ref(&told), "confirmed port +3600s");
    let waiting = past(Event::Confirmed, Standing::Waits(at(120)), 0);
    members[0].title = "Harbour closed for 3 weeks".to_owned();
    check(std::slice::from_ref(&asked), members.clone(), &[told.clone(), waiting.clone()], "join headline-changed");
    let both = Past { events: vec![Event::Confirmed, Event::HeadlineChanged], ..waiting };
    check(&[asked], members, &[told, both], "nothing the confirmed alert is still waiting and will tell of this");
}

#[test]
fn what_escalates_keeps_no_distance() {
    let asked = Policy { at_most_every: Duration::from_secs(7200), ..asking(&[Event::Confirmed]) };
    let urgent = Policy { priority: Priority::Critical, follow_up: vec![Event::Escalated], ..policy("fire") };
    let members = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 50)];
    let told = past(Event::New, Standing::Told { at: at(0), by: None }, 1);
    let waiting = past(Event::Confirmed, Standing::Waits(at(120)), 0);
    check(&[asked, urgent], members, &[told, waiting], "join escalated +0s");
}

#[test]
fn a_watch_for_the_digest_goes_there_and_an_urgent_one_takes_it_out() {
    let quiet = Policy { first: First::Digest, ..policy("port") };
    let first = || vec![member("nyt", Relation::First, 0)];
    check(std::slice::from_ref(&quiet), first(), &[], "digest (watch) new port");
    check(&[quiet.clone(), policy("sea")], first(), &[], "new port,sea +120s");
    let collected = |route| past(Event::New, Standing::Collected(route), 0);
    check(
        std::slice::from_ref(&quiet),
        first(),
        &[collected(Route::Watch)],
        "nothing the new alert waits for the digest, which will tell of this",
    );
    check(&[quiet, policy("sea")], first(), &[collected(Route::Watch)], "promote port,sea +120s");
    check(
        &[policy("sea")],
        first(),
        &[collected(Route::Budget)],
        "nothing the new alert waits for the digest, which will tell of this",
    );
    let critical = Policy { priority: Priority::Critical, wait: Duration::ZERO, ..policy("fire") };
    check(std::slice::from_ref(&critical), first(), &[collected(Route::Budget)], "promote fire +0s");
    check(
        std::slice::from_ref(&critical),
        first(),
        &[collected(Route::Quiet)],
        "nothing the new alert waits for the digest, which will tell of this",
    );
    let loud = Policy { breaks_quiet: true, ..critical };
    check(&[loud], first(), &[collected(Route::Quiet)], "promote fire +0s");
}

#[test]
fn after_a_long_downtime_all_but_critical_watches_go_to_the_catch_up() {
    let down = |hours| move |facts: &mut Facts<'_>| facts.downtime = Some(jiff::SignedDuration::from_hours(hours));
    let first = || vec![member("nyt", Relation::First, 0)];
    check_facts(&[policy("port")], first(), &[], down(6), "new port +120s");
    check_facts(&[policy("port")], first(), &[], down(7), "digest (catch-up) new port");
    let critical = Policy { priority: Priority::Critical, wait: Duration::ZERO, ..policy("fire") };
    check_facts(&[policy("port"), critical], first(), &[], down(7), "new fire,port +0s");
    let confirmed = vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 50)];
    check_facts(&[policy("port")], confirmed, &[sent(Event::New, 1)], down(7), "digest (catch-up) confirmed port");
}

#[test]
fn what_is_muted_counts_for_nothing_and_says_why() {
    let story = story(vec![member("nyt", Relation::First, 0), member("wapo", Relation::Independent, 1)]);
    let policies = [policy("port"), policy("sea")];
    let mut matches = matches(&policies, &story);
    for fact in &mut matches {
        fact.muted = (fact.policy.watch == "port").then(|| "muted by a match of sea".to_owned());
    }
    assert_eq!(shown(&decide(&facts(&story, &matches, &[]))), "new sea +120s");
    for fact in &mut matches {
        fact.muted = Some("silenced".to_owned());
    }
    assert_eq!(shown(&decide(&facts(&story, &matches, &[]))), "silence port: silenced; sea: silenced");
    // A match that is not muted is enough.
    matches[1].muted = None;
    assert_eq!(shown(&decide(&facts(&story, &matches, &[]))), "new port +120s");
}

fn candidate(priority: Priority, independent: usize) -> Candidate {
    Candidate { priority, independent, due: at(0), breaks_quiet: false, muted: None }
}

fn traffic() -> Traffic {
    Traffic { quiet_until: None, budget: None, told_in_span: 0, told_in_minute: 0, is_machine: false }
}

#[track_caller]
fn check_release(candidates: &[Candidate], traffic: &Traffic, expected: &str) {
    let shown: Vec<&str> = release(candidates, traffic)
        .iter()
        .map(|released| match released {
            Released::Send(_) => "send",
            Released::Digest(route, _) => route.as_str(),
            Released::Silence(_) => "silence",
        })
        .collect();
    assert_eq!(shown.join(" "), expected);
}

#[test]
fn a_budget_lets_the_most_urgent_and_most_reported_out_and_critical_ones_always() {
    use Priority::{Critical, High, Low, Normal};
    let budget = |immediate, burst| Some(Budget { immediate, per: Duration::from_secs(86_400), burst });
    let all =
        [candidate(Low, 9), candidate(Normal, 1), candidate(Normal, 3), candidate(Critical, 1), candidate(High, 1)];
    check_release(&all, &Traffic { budget: budget(2, 2), ..traffic() }, "budget budget send send send");
    check_release(&all, &Traffic { budget: budget(9, 1), ..traffic() }, "budget budget budget send send");
    check_release(
        &all,
        &Traffic { budget: budget(9, 9), told_in_span: 8, ..traffic() },
        "budget budget budget send send",
    );
    check_release(
        &all,
        &Traffic { budget: budget(9, 9), told_in_span: 20, ..traffic() },
        "budget budget budget send budget",
    );
    check_release(&all, &traffic(), "send send send send send");
}

#[test]
fn quiet_hours_hold_all_but_what_breaks_them() {
    let quiet = Traffic { quiet_until: Some(at(600)), ..traffic() };
    let loud = Candidate { breaks_quiet: true, ..candidate(Priority::Normal, 1) };
    check_release(&[candidate(Priority::Critical, 1), loud], &quiet, "quiet send");
}

#[test]
fn what_was_silenced_meanwhile_is_not_told() {
    let muted = Candidate { muted: Some("silenced".to_owned()), ..candidate(Priority::Critical, 1) };
    check_release(&[muted, candidate(Priority::Low, 1)], &traffic(), "silence send");
}

#[test]
fn a_flood_is_one_message_for_people_and_each_for_machines() {
    let many = vec![candidate(Priority::Normal, 1); 101];
    check_release(&many, &traffic(), &["flood"; 101].join(" "));
    check_release(&many[..100], &traffic(), &["send"; 100].join(" "));
    check_release(&many[..50], &Traffic { told_in_minute: 60, ..traffic() }, &["flood"; 50].join(" "));
    check_release(&many, &Traffic { is_machine: true, ..traffic() }, &["send"; 101].join(" "));
}

#[track_caller]
fn check_collect(collected: &Collected, asked: bool, now: i64, expected: Option<Kind>) {
    // NOON is 16:00 UTC.
    let times = vec![jiff::civil::time(17, 0, 0, 0)];
    let quiet =
        Quiet { from: jiff::civil::time(22, 0, 0, 0), to: Some(jiff::civil::time(6, 0, 0, 0)), days: Weekdays::ALL };
    let hours = Hours { zone: jiff::tz::TimeZone::UTC, digest: times, quiet: Some(quiet) };
    assert_eq!(collect(collected, &hours, asked, at(now)).map(|due| due.kind), expected);
}

#[test]
fn a_digest_is_made_at_its_hour_once_the_last_one_is_settled() {
    let empty =
        Collected { routes: Vec::new(), earliest: None, covered: at(0), is_underway: false, is_catching_up: false };
    let with = |route| Collected { routes: vec![route], earliest: Some(at(1)), ..empty.clone() };
    check_collect(&empty, true, 59, None);
    check_collect(&empty, true, 60, Some(Kind::Digest));
    check_collect(&empty, false, 60, None);
    check_collect(&with(Route::Budget), false, 60, Some(Kind::Digest));
    let later = Collected { earliest: Some(at(61)), covered: at(-3000), ..with(Route::Budget) };
    check_collect(&later, false, 62, None);
    check_collect(&Collected { is_underway: true, ..empty.clone() }, true, 60, None);
    check_collect(&Collected { is_catching_up: true, ..empty.clone() }, true, 60, None);
    check_collect(&Collected { covered: at(60), ..empty.clone() }, true, 61, None);
    // Three days late: one.
    check_collect(&Collected { covered: at(-3 * 1440), ..empty.clone() }, true, 90, Some(Kind::Digest));
    // A clock that was a year ahead.
    check_collect(&Collected { covered: at(365 * 1440), ..empty.clone() }, true, 61, None);
    check_collect(&with(Route::Quiet), false, 5, Some(Kind::Quiet));
    check_collect(&with(Route::Quiet), false, 6 * 60 + 1, None);
    check_collect(&with(Route::CatchUp), true, 60, Some(Kind::CatchUp));
    check_collect(&with(Route::Flood), false, 2, Some(Kind::Flood));
}
