//! Tables of what follows from what, and the laws that hold whatever happens.

use proptest::prelude::*;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn every(interval: Duration) -> Pace {
    Pace { every: Some(interval), min_interval: 5 * MINUTE, max_interval: 4 * HOUR, is_pushed: false }
}

fn auto() -> Pace {
    Pace { every: None, min_interval: 5 * MINUTE, max_interval: 4 * HOUR, is_pushed: false }
}

/// A feed that has been read before.
fn known() -> PollState {
    PollState {
        etag: Some(b"\"one\"".to_vec()),
        last_modified: Some(b"then".to_vec()),
        baselined: true,
        last_success: Some(now()),
        last_status: Some(200),
        ..PollState::new(now())
    }
}

fn not_modified() -> Outcome {
    Outcome::NotModified { etag: None, last_modified: None, max_age: None }
}

fn feed(new_entries: usize) -> Fetched {
    Fetched { status: 200, entries: 10, new_entries, ..Fetched::default() }
}

fn status(status: u16, retry_after: Option<Duration>) -> Outcome {
    Outcome::HttpError { status, retry_after }
}

fn broken() -> Outcome {
    Outcome::Failed { error: "cannot connect".into(), cause: Cause::Passing }
}

/// Seconds until the next poll, with the least jitter, and the reason. One second is what `now` may have lost.
fn waits(state: &PollState) -> (u64, &str) {
    let seconds = state.next_poll.duration_since(now()).as_secs() - 1;
    (u64::try_from(seconds).unwrap(), &state.next_reason)
}

fn least(state: &PollState, outcome: &Outcome, pace: &Pace) -> Next {
    next(state, outcome, pace, now(), -1.0)
}

#[track_caller]
fn check(outcome: &Outcome, interval: Duration, expected: Duration, reason: &str) {
    let next = next(
        &known(),
        outcome,
        &every(interval),
        now(),
        if matches!(outcome, Outcome::Fetched(_)) { -1.0 } else { 0.0 },
    );
    let (seconds, why) = waits(&next.state);
    assert_eq!(why, reason);
    let most = expected.as_secs() + expected.as_secs() * 3 / 100;
    assert!((expected.as_secs()..=most).contains(&seconds), "{seconds} s, not {expected:?}");
}

#[test]
fn the_longest_of_interval_and_wishes_decides_and_says_so() {
    let wish =
        |max_age, ttl| Outcome::Fetched(Fetched { hints: Hints { max_age, ttl, ..Hints::default() }, ..feed(0) });
    let aged = |max_age| Outcome::NotModified { etag: None, last_modified: None, max_age };
    for (outcome, interval, expected, reason) in [
        (wish(None, None), 15 * MINUTE, 15 * MINUTE, "every 15m"),
        (wish(None, None), MINUTE / 4, MINUTE / 4, "every 15s"),
        (wish(Some(Duration::ZERO), Some(Duration::ZERO)), MINUTE, MINUTE, "every 1m"),
        (wish(Some(HOUR), None), MINUTE, HOUR, "max-age 1h"),
        (wish(Some(HOUR), Some(2 * HOUR)), MINUTE, 2 * HOUR, "ttl 2h"),
        (wish(Some(3 * HOUR), Some(2 * HOUR)), MINUTE, 3 * HOUR, "max-age 3h"),
        (wish(Some(400 * DAY), None), MINUTE, DAY, "max-age 1d"),
        (wish(None, Some(400 * DAY)), 2 * DAY, 2 * DAY, "every 2d"),
        (aged(Some(90 * MINUTE)), MINUTE, 90 * MINUTE, "max-age 1h 30m"),
        (status(503, Some(HOUR)), MINUTE, HOUR, "Retry-After 1h"),
        (status(429, Some(Duration::ZERO)), MINUTE, 2 * MINUTE, "failed once: after 2m"),
        (status(429, None), MINUTE, 2 * MINUTE, "failed once: after 2m"),
        (status(403, Some(30 * DAY)), MINUTE, 7 * DAY, "Retry-After 7d"),
        (status(500, None), HOUR, 2 * HOUR, "failed once: after 2h"),
        (status(500, None), 20 * HOUR, DAY, "failed once: after 1d"),
        (status(500, None), 3 * DAY, 3 * DAY, "failed once: after 3d"),
        (broken(), HOUR, HOUR, "failed once: after 1h"),
        (Outcome::NotAFeed { status: 200, reason: "an HTML page".into() }, HOUR, 2 * HOUR, "failed once: after 2h"),
    ] {
        check(&outcome, interval, expected, reason);
    }
}

#[test]
fn validators_are_replaced_cleared_or_kept() {
    let both = |state: &PollState| (state.etag.clone(), state.last_modified.clone());
    let pair = |etag: &str, modified: &str| (Some(etag.as_bytes().to_vec()), Some(modified.as_bytes().to_vec()));
    let after = |outcome: &Outcome| both(&least(&known(), outcome, &auto()).state);
    let fresh = Outcome::Fetched(Fetched { etag: Some(b"\"two\"".to_vec()), ..feed(1) });
    assert_eq!(after(&fresh), (Some(b"\"two\"".to_vec()), None));
    assert_eq!(after(&Outcome::Fetched(feed(1))), (None, None));
    assert_eq!(after(&not_modified()), pair("\"one\"", "then"));
    let renewed = Outcome::NotModified { etag: Some(b"\"2\"".to_vec()), last_modified: None, max_age: None };
    assert_eq!(after(&renewed), pair("\"2\"", "then"));
    for outcome in
        [status(500, None), status(410, None), broken(), Outcome::NotAFeed { status: 200, reason: "HTML".into() }]
    {
        assert_eq!(after(&outcome), pair("\"one\"", "then"), "{outcome:?}");
    }
}

#[test]
fn a_redirect_is_learned_from_a_feed_and_given_up_when_it_fails() {
    let moved = Outcome::Fetched(Fetched { permanent_url: Some("https://new.example/".into()), ..feed(0) });
    let mut state = least(&known(), &moved, &auto()).state;
    for outcome in [Outcome::Fetched(feed(0)), not_modified(), broken(), broken(), broken(), broken()] {
        state = least(&state, &outcome, &auto()).state;
        assert_eq!(state.moved_to.as_deref(), Some("https://new.example/"));
    }
    assert_eq!(least(&state, &broken(), &auto()).state.moved_to, None);
}

#[test]
fn gone_needs_saying_twice_in_a_row() {
    let once = least(&known(), &status(410, None), &auto()).state;
    assert_eq!(once.retired, None);
    assert_eq!(least(&least(&once, &broken(), &auto()).state, &status(410, None), &auto()).state.retired, None);
    let twice = least(&once, &status(410, None), &auto()).state;
    assert!(twice.retired.is_some());
    assert_eq!(least(&twice, &Outcome::Fetched(feed(0)), &auto()).state.retired, None, "polled by hand, and back");
}

#[test]
fn gone_behind_a_learned_redirect_sends_us_back_to_the_listed_url() {
    let moved = PollState { moved_to: Some("https://new.example/".into()), ..known() };
    let once = least(&moved, &status(410, None), &auto()).state;
    let twice = least(&once, &status(410, None), &auto()).state;
    assert_eq!((&twice.moved_to, &twice.retired), (&None, &None));
    assert!(least(&twice, &status(410, None), &auto()).state.retired.is_some());
}

#[test]
fn other_failures_never_end_and_recovery_is_complete() {
    let mut state = known();
    let mut last = 0;
    for _ in 0..200 {
        state = next(&state, &status(404, None), &every(MINUTE), now(), 0.0).state;
        let (wait, _) = waits(&state);
        assert!(wait >= last && wait <= DAY.as_secs() + 300, "{wait}");
        last = wait;
    }
    assert!(state.retired.is_none() && last >= DAY.as_secs());
    let back = least(&state, &not_modified(), &every(MINUTE)).state;
    assert_eq!(waits(&back), (60, "every 1m"));
    assert_eq!((back.failures, back.last_error, back.last_success), (0, None, Some(now())));
}

#[test]
fn only_a_429_holds_the_host() {
    let hold = |outcome: &Outcome| next(&known(), outcome, &every(HOUR), now(), 0.0).hold;
    let spoken = hold(&status(429, Some(10 * MINUTE))).unwrap();
    assert_eq!((spoken.until, spoken.reason.as_str()), (after(now(), 10 * MINUTE), "429: Retry-After 10m"));
    assert_eq!(hold(&status(429, Some(30 * DAY))).unwrap().until, after(now(), 7 * DAY));
    assert_eq!(hold(&status(429, None)).unwrap().until, after(now(), HOUR));
    for outcome in [status(503, Some(HOUR)), status(410, None), broken(), not_modified(), Outcome::Fetched(feed(1))] {
        assert_eq!(hold(&outcome), None, "{outcome:?}");
    }
}

#[test]
fn an_automatic_interval_follows_the_feed() {
    let read = |state: &PollState, new| least(state, &Outcome::Fetched(feed(new)), &auto()).state;
    let first = read(&PollState::new(now()), 10);
    assert_eq!(waits(&first), (15 * 60, "auto: every 15m"));
    let mut state = PollState { interval: Some(HOUR), ..known() };
    assert_eq!(waits(&read(&state, 1)).0, 30 * 60);
    assert_eq!(waits(&read(&state, 10)).0, 15 * 60);
    assert_eq!(waits(&read(&state, 0)).0, 90 * 60);
    assert_eq!(waits(&least(&state, &not_modified(), &auto()).state).0, 90 * 60);
    assert_eq!(waits(&least(&state, &broken(), &auto()).state).0, 3600);
    for _ in 0..20 {
        state = read(&state, 0);
    }
    assert_eq!(waits(&state), (4 * 3600, "auto: every 4h"));
    for _ in 0..20 {
        state = read(&state, 2);
    }
    assert_eq!(waits(&state), (5 * 60, "auto: every 5m"));
}

#[test]
fn what_is_due_at_the_start_is_spread() {
    let seconds = |interval, due, fraction| first_poll(now(), interval, due, fraction).duration_since(now()).as_secs();
    assert_eq!(seconds(HOUR, 10, 0.0), 0);
    assert_eq!(seconds(HOUR, 10, 0.5), 10);
    assert_eq!(seconds(HOUR, 10, 1.0), 20);
    assert_eq!(seconds(HOUR, 100_000, 1.0), 3600);
    assert_eq!(seconds(MINUTE, 100_000, 7.0), 60);
    assert_eq!(seconds(MINUTE, usize::MAX, f64::NAN), 0);
}

#[test]
fn a_restart_moves_only_what_is_overdue_or_absurd() {
    let state =
        |ahead: i64| PollState { next_poll: at(now().as_second() + ahead), next_reason: "why".into(), ..known() };
    let resumed = |ahead| resume(&state(ahead), &every(HOUR), now(), 30, 0.5).next_poll.duration_since(now()).as_secs();
    for (ahead, expected) in [(-1_000_000, 30), (0, 30), (1, 1), (7 * 86_400, 7 * 86_400), (30 * 86_400, 30)] {
        assert_eq!(resumed(ahead), expected, "{ahead}");
    }
}

#[test]
fn a_killed_poll_is_not_repeated_within_its_interval() {
    let state = underway(&known(), &every(HOUR), now());
    assert_eq!(resume(&state, &every(HOUR), now(), 1, 0.0), state);
    assert_eq!(waits(&state), (3600, "being polled"));
}

#[test]
fn feeds_of_a_held_host_come_back_after_the_hold_one_by_one() {
    let hold = Hold { until: after(now(), HOUR), reason: "429: Retry-After 1h".into() };
    let later = |fraction| postpone(&known(), &every(10 * MINUTE), &hold, fraction);
    assert!(later(0.0).next_poll > hold.until && later(0.5).next_poll > later(0.1).next_poll);
    assert_eq!(later(0.0).next_reason, "host held: 429: Retry-After 1h");
    let far = PollState { next_poll: after(now(), DAY), ..known() };
    assert_eq!(postpone(&far, &auto(), &hold, 1.0).next_poll, far.next_poll);
}

#[test]
fn the_longer_hold_stands_and_holds_end() {
    let hold = |minutes| Hold { until: after(now(), minutes * MINUTE), reason: format!("{minutes}") };
    let mut holds: HostHolds =
        [("a.example".to_owned(), hold(9)), ("b.example".to_owned(), hold(1))].into_iter().collect();
    holds.add("a.example", hold(2));
    assert_eq!(holds.get("a.example", now()), Some(&hold(9)));
    assert_eq!(holds.get("b.example", hold(1).until), None);
    assert_eq!(holds.get("c.example", now()), None);
    holds.expire(hold(1).until);
    assert_eq!(holds.iter().collect::<Vec<_>>(), [("a.example", &hold(9))]);
}

#[test]
fn spans_are_spelt_with_two_units() {
    for (seconds, expected) in [
        (0, "0s"),
        (45, "45s"),
        (60, "1m"),
        (90, "1m 30s"),
        (3600, "1h"),
        (3605, "1h"),
        (90_000, "1d 1h"),
        (604_800, "7d"),
    ] {
        assert_eq!(spell(Duration::from_secs(seconds)), expected);
    }
}

fn any_span() -> impl Strategy<Value = Duration> {
    prop_oneof![0..200_000_u64, any::<u64>()].prop_map(Duration::from_secs)
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let span = || proptest::option::of(any_span());
    let bytes = || proptest::option::of(proptest::collection::vec(any::<u8>(), 0..4));
    let fetched = (bytes(), span(), span(), 0..20_usize, 0..20_usize).prop_map(|(etag, max_age, ttl, entries, new)| {
        let new_entries = new.min(entries);
        let hints = Hints { max_age, ttl, ..Hints::default() };
        Outcome::Fetched(Fetched { status: 200, etag, hints, entries, new_entries, ..Fetched::default() })
    });
    prop_oneof![
        fetched,
        (bytes(), span()).prop_map(|(etag, max_age)| Outcome::NotModified { etag, last_modified: None, max_age }),
        (400..600_u16, span()).prop_map(|(status, retry_after)| Outcome::HttpError { status, retry_after }),
        Just(Outcome::NotAFeed { status: 200, reason: "an HTML page".into() }),
        prop_oneof![Just(Cause::Passing), Just(Cause::Refusal), Just(Cause::Other)]
            .prop_map(|cause| Outcome::Failed { error: "broken".into(), cause }),
    ]
}

fn any_pace() -> impl Strategy<Value = Pace> {
    let limits = (proptest::option::of(any_span()), any_span(), any_span());
    limits.prop_map(|(every, min_interval, max_interval)| Pace { every, min_interval, max_interval, is_pushed: false })
}

proptest! {
    /// Whatever happens in whatever order: never sooner than the interval, never later than what bounds it, no panic.
    #[test]
    fn every_wait_is_bounded(
        outcomes in proptest::collection::vec((any_outcome(), any::<f64>()), 1..12),
        pace in any_pace(),
        fraction in 0..1_000_000_000_i32,
    ) {
        let now = Timestamp::new(now().as_second(), fraction).unwrap();
        let mut state = PollState::new(now);
        for (outcome, jitter) in outcomes {
            state = next(&state, &outcome, &pace, now, jitter).state;
            let wait = Duration::try_from(state.next_poll.duration_since(now)).unwrap();
            let interval = pace.interval(&state);
            prop_assert!(wait >= interval, "{wait:?} below {interval:?}");
            let bound = interval.max(7 * DAY) + Duration::from_secs(302);
            prop_assert!(wait <= bound, "{wait:?} above {bound:?}");
            prop_assert!(!state.next_reason.is_empty());
        }
    }

    /// Back-off grows until its cap, whatever the jitter of two failures in a row.
    #[test]
    fn back_off_is_monotone(failures in 0..40_u32, one in -1.0..1.0_f64, other in -1.0..1.0_f64, minutes in 1..3000_u32) {
        let pace = every(minutes * MINUTE);
        let state = PollState { failures, ..known() };
        let first = next(&state, &status(500, None), &pace, now(), one).state;
        let second = next(&first, &status(500, None), &pace, now(), other).state;
        let wait = |state: &PollState| state.next_poll.duration_since(now()).as_secs();
        let capped = (DAY.as_secs() * 85 / 100).cast_signed();
        prop_assert!(wait(&second) >= wait(&first) || wait(&second) >= capped);
    }

    /// More news never means a longer wait, and a longer wish never a shorter one.
    #[test]
    fn news_shorten_and_wishes_lengthen(
        few in 0..10_usize, more in 0..10_usize, interval in any_span(), one in any_span(), other in any_span(),
    ) {
        let state = PollState { interval: Some(interval), ..known() };
        let wait = |new_entries, max_age| {
            let hints = Hints { max_age: Some(max_age), ..Hints::default() };
            let fetched = Fetched { hints, ..feed(new_entries) };
            next(&state, &Outcome::Fetched(fetched), &auto(), now(), 0.3).state.next_poll
        };
        prop_assert!(wait(few.max(more), one) <= wait(few.min(more), one));
        prop_assert!(wait(few, one.min(other)) <= wait(few, one.max(other)));
    }
}

fn told(before: &PollState, outcome: &Outcome) -> (PollState, Vec<(&'static str, bool)>) {
    let next = least(before, outcome, &every(HOUR));
    let told = next.notices.iter().map(|notice| (notice.trouble.word(), notice.is_on)).collect();
    (next.state, told)
}

#[test]
fn the_operator_is_told_of_troubles_and_of_their_end() {
    let (once, first) = told(&known(), &status(500, None));
    let (twice, second) = told(&once, &broken());
    let (thrice, third) = told(&twice, &status(500, None));
    assert_eq!((first, second, third), (vec![], vec![], vec![("failing", true)]));
    let over = vec![("failing", false), ("refused", false), ("gone", false)];
    assert_eq!(told(&thrice, &not_modified()).1, over);
    assert_eq!(told(&known(), &not_modified()).1, []);

    let untrusted = Outcome::Failed { error: "no trusted TLS".into(), cause: Cause::Refusal };
    for refusal in [status(401, None), status(403, None), untrusted] {
        let (once, first) = told(&known(), &refusal);
        assert_eq!((first, told(&once, &refusal).1), (vec![], vec![("refused", true)]), "{refusal:?}");
    }

    let (once, _) = told(&known(), &status(410, None));
    let (retired, gone) = told(&once, &status(410, None));
    assert_eq!(gone, [("gone", true)]);
    assert_eq!(told(&retired, &Outcome::Fetched(feed(0))).1, over);

    let moved = Outcome::Fetched(Fetched { permanent_url: Some("https://new.example/".into()), ..feed(0) });
    let (state, told_once) = told(&known(), &moved);
    assert_eq!((told_once, told(&state, &not_modified()).1), (vec![("moved", true)], vec![]));
    let given_up = PollState { failures: 4, ..state };
    assert_eq!(told(&given_up, &status(500, None)).1, [("failing", true), ("moved", false)]);
}

#[test]
fn a_silence_beyond_the_habit_is_told_and_a_usual_one_is_not() {
    let poll = |state: &PollState, new, hours: u32| {
        let later = after(now(), hours * HOUR);
        let next = next(state, &Outcome::Fetched(feed(new)), &every(HOUR), later, -1.0);
        (next.state, next.notices.iter().map(|notice| (notice.trouble.word(), notice.is_on)).collect::<Vec<_>>())
    };
    let mut state = PollState { last_change: Some(now()), ..known() };
    for change in 1..=7 {
        state = poll(&state, 1, change * 20).0;
    }
    assert_eq!(poll(&state, 0, 140 + 1000).1, [], "seven changes are no habit");
    state = poll(&state, 1, 160).0;
    assert_eq!(state.habit.changes, 8);
    assert_eq!(poll(&state, 0, 160 + 59).1, []);
    let (silent, told) = poll(&state, 0, 160 + 61);
    assert_eq!(told, [("silent", true)]);
    assert_eq!(poll(&silent, 1, 160 + 70).1, [("silent", false)]);

    let busy = PollState { habit: Habit { changes: 500, longest_gap: 30 * MINUTE }, ..state.clone() };
    assert_eq!(poll(&busy, 0, 160 + 23).1, [], "no night is told of");
    assert_eq!(poll(&busy, 0, 160 + 25).1, [("silent", true)]);
    let failed_before = PollState { failures: 1, ..state };
    assert_eq!(poll(&failed_before, 1, 900).0.habit, failed_before.habit, "what came meanwhile nobody knows");
}

#[test]
fn a_delta_is_all_new_and_no_turnover() {
    let state = PollState { interval: Some(HOUR), ..known() };
    let delta = Outcome::Fetched(Fetched { is_delta: true, entries: 3, ..feed(3) });
    assert_eq!(waits(&least(&state, &delta, &auto()).state).0, 30 * 60);
}

#[test]
fn a_host_that_hangs_again_and_again_is_left_alone_ever_longer() {
    let mut holds = HostHolds::default();
    let rests: Vec<_> = (0..12).map(|_| holds.hung("a.example", now()).map(|hold| hold.until)).collect();
    assert_eq!(rests[..3], [None, None, Some(after(now(), MINUTE / 2))]);
    assert_eq!(rests[3], Some(after(now(), MINUTE)));
    assert_eq!(rests[11], Some(after(now(), 30 * MINUTE)));
    holds.answered("a.example");
    assert_eq!(holds.hung("a.example", now()), None);
}

#[test]
fn what_is_to_come_moves_back_with_the_clock() {
    let mut holds: HostHolds =
        [("a.example".to_owned(), Hold { until: after(now(), DAY), reason: "429".into() })].into_iter().collect();
    holds.set_back(DAY);
    assert_eq!(holds.get("a.example", after(now(), MINUTE)), None);
    assert_eq!(set_back(now(), DAY), at(now().as_second() - 86_400));
}

#[test]
fn that_nothing_answers_is_told_once_and_its_end_too() {
    let mut reach = Reach::default();
    assert_eq!(reach.note(true, 5, now()), Some(None), "after a start the last process's trouble is over");
    let told: Vec<_> = (0..9).map(|_| reach.note(false, 6, now()).is_some()).collect();
    assert_eq!(told.iter().position(|told| *told), Some(5), "{told:?}");
    assert_eq!(told.iter().filter(|told| **told).count(), 1);
    assert!(reach.is_lost(6));
    assert_eq!(reach.note(true, 6, now()), Some(None));
    assert_eq!((reach.note(true, 6, now()), reach.is_lost(6)), (None, false));
    let mut few = Reach::default();
    assert!((0..99).all(|_| few.note(false, 4, now()).is_none()) && !few.is_lost(4));
}

#[test]
fn what_a_document_asked_for_stands_over_a_304_and_a_reload() {
    let hints = Hints { max_age: Some(10 * MINUTE), ttl: Some(HOUR), ..Hints::default() };
    let read = least(&known(), &Outcome::Fetched(Fetched { hints, ..feed(0) }), &every(MINUTE)).state;
    let same = least(&read, &not_modified(), &every(MINUTE)).state;
    assert_eq!((waits(&same), same.hints), ((3600, "ttl 1h"), hints));
    let longer = Outcome::NotModified { etag: None, last_modified: None, max_age: Some(2 * HOUR) };
    assert_eq!(waits(&least(&same, &longer, &every(MINUTE)).state), (7200, "max-age 2h"));
    assert_eq!(sooner(same.clone(), &every(MINUTE), now()), same);
    let slow = PollState { hints: Hints::default(), ..same };
    assert_eq!(waits(&sooner(slow, &every(MINUTE), now())).0, 60);
}

#[test]
fn hours_and_days_that_are_to_be_skipped_are() {
    // `now` is noon of a Sunday.
    let next_poll = |skip_hours, skip_days| {
        let hints = Hints { skip_hours, skip_days, ..Hints::default() };
        let state = least(&known(), &Outcome::Fetched(Fetched { hints, ..feed(0) }), &every(MINUTE)).state;
        state.next_poll.duration_since(now()).as_secs()
    };
    assert_eq!(next_poll(1 << 11 | 1 << 13, 0b011_1111), 61);
    assert_eq!(next_poll(1 << 12, 0), 3600);
    assert_eq!(next_poll(0b111 << 12, 0), 3 * 3600);
    assert_eq!(next_poll(0, 1 << 6), 12 * 3600);
    assert_eq!(next_poll(0, 1 << 6 | 1), 86_400 + 61, "no hint keeps a feed unread for longer than a day");
    assert_eq!(next_poll(0xFF_FFFF, 0), 86_400 + 61);
}

#[test]
fn how_often_a_feed_says_that_it_changes_is_where_it_starts() {
    let said = Outcome::Fetched(Fetched { period: Some(HOUR), ..feed(3) });
    assert_eq!(waits(&least(&PollState::new(now()), &said, &auto()).state), (3600, "auto: every 1h"));
    assert_eq!(waits(&least(&PollState::new(now()), &said, &every(MINUTE)).state), (60, "every 1m"));
}
