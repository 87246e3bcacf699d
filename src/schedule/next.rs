//! One poll's outcome in, the feed's next state out. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::{Habit, Hints, Hold, Notice, Pace, PollState, after, health, spell};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// max-age, Expires and ttl are hints about freshness; they do not keep a feed unread for longer than this.
const LONGEST_HINT: Duration = DAY;
/// Retry-After is a request, obeyed for so long.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// Back-off stops growing here, and never stops trying.
const LONGEST_BACK_OFF: Duration = DAY;
/// A 429 without Retry-After tells nothing about the other feeds of the host for longer than this.
const LONGEST_BARE_HOLD: Duration = Duration::from_secs(3600);
/// Failures in a row after which a learned redirect is given up and the listed URL asked again.
const FORGET_REDIRECT_AFTER: u32 = 5;

/// What a poll came to, as fetch and parse tell it.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A 2xx whose body is a feed.
    Fetched(Fetched),
    /// A 304; validators that came with it replace the old ones.
    NotModified { etag: Option<Vec<u8>>, last_modified: Option<Vec<u8>>, max_age: Option<Duration> },
    /// Any other status.
    HttpError { status: u16, retry_after: Option<Duration> },
    /// A 2xx whose body is something else.
    NotAFeed { status: u16, reason: String },
    /// No response.
    Failed { error: String, cause: Cause },
}

/// Why there was no response, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Of a kind that passes by itself: the first one does not slow the feed down.
    Passing,
    /// Nobody there who may be trusted, or who may be asked.
    Refusal,
    Other,
}

/// A feed document, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fetched {
    pub status: u16,
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    pub hints: Hints,
    /// How often the feed says that it changes.
    pub period: Option<Duration>,
    pub entries: usize,
    /// Entries never seen before.
    pub new_entries: usize,
    /// The document lists only what is new (226): that all of it is new means nothing.
    pub is_delta: bool,
    /// Where the feed has moved for good.
    pub permanent_url: Option<String>,
}

/// What follows from a poll.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    /// `next_poll` means nothing once `retired` is set. `baselined` is left as it was: only storing the entries makes
    /// a baseline.
    pub state: PollState,
    /// To be laid on the registrable domain of the URL that answered.
    pub hold: Option<Hold>,
    /// For the operator.
    pub notices: Vec<Notice>,
}

/// Decides when to poll again, and what to remember. `jitter` is -1.0 to 1.0.
///
/// Not before the interval, the cache hints and Retry-After have passed; after failures not before interval × 2ⁿ.
/// A fixed interval is kept to the second and a little jitter upwards, never below.
pub fn next(state: &PollState, outcome: &Outcome, pace: &Pace, now: Timestamp, jitter: f64) -> Next {
    let moment = Moment { pace, now, jitter: if jitter.is_finite() { jitter.clamp(-1.0, 1.0) } else { 0.0 } };
    let polled = PollState { last_poll: Some(now), ..state.clone() };
    let (after, hold) = moment.decide(polled, outcome);
    let notices = health::notices(state, &after, is_refusal(outcome), now);
    Next { state: after, hold, notices }
}

/// Somebody does not want us: told at once, since waiting will not help.
fn is_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::HttpError { status, .. } => matches!(status, 401 | 403 | 407),
        Outcome::Failed { cause, .. } => *cause == Cause::Refusal,
        _ => false,
    }
}

impl Moment<'_> {
    fn decide(&self, polled: PollState, outcome: &Outcome) -> (PollState, Option<Hold>) {
        match outcome {
            Outcome::Fetched(fetched) => (self.fetched(polled, fetched), None),
            Outcome::NotModified { etag, last_modified, max_age } => {
                let etag = etag.clone().or_else(|| polled.etag.clone());
                let last_modified = last_modified.clone().or_else(|| polled.last_modified.clone());
                (self.unchanged(PollState { etag, last_modified, ..polled }, *max_age), None)
            }
            Outcome::HttpError { status, retry_after } => self.http_error(polled, *status, *retry_after),
            Outcome::NotAFeed { status, reason } => (self.failed(polled, Failure::new(Some(*status), reason)), None),
            Outcome::Failed { error, cause } => {
                let failure = Failure { blip: *cause == Cause::Passing, ..Failure::new(None, error) };
                (self.failed(polled, failure), None)
            }
        }
    }
}

/// The circumstances of one decision.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub pace: &'a Pace,
    pub now: Timestamp,
    pub jitter: f64,
}

struct Failure<'a> {
    status: Option<u16>,
    error: &'a str,
    retry_after: Option<Duration>,
    /// Of a kind that passes by itself: the first one does not slow the feed down.
    blip: bool,
}

/// How long to wait, and why.
pub(super) struct Wait {
    pub span: Duration,
    reason: String,
}

impl<'a> Failure<'a> {
    fn new(status: Option<u16>, error: &'a str) -> Self {
        Self { status, error, retry_after: None, blip: false }
    }
}

impl Moment<'_> {
    fn fetched(&self, state: PollState, fetched: &Fetched) -> PollState {
        let learned = PollState {
            etag: fetched.etag.clone(),
            last_modified: fetched.last_modified.clone(),
            moved_to: fetched.permanent_url.clone().or_else(|| state.moved_to.clone()),
            interval: Some(self.rhythm(&state, fetched)),
            last_change: if fetched.new_entries > 0 { Some(self.now) } else { state.last_change },
            habit: self.habit(&state, fetched),
            hints: fetched.hints,
            ..state
        };
        // What a poll finds, no hub has told of: it is not relied on.
        let pace = if fetched.new_entries > 0 { self.pace.alone() } else { *self.pace };
        Moment { pace: &pace, ..*self }.succeeded(learned, fetched.status)
    }

    /// What came after failures may have been there long before.
    pub fn habit(&self, state: &PollState, fetched: &Fetched) -> Habit {
        match state.last_change {
            Some(last) if fetched.new_entries > 0 && state.failures == 0 => {
                state.habit.after(Duration::try_from(self.now.duration_since(last)).unwrap_or_default())
            }
            _ => state.habit,
        }
    }

    fn unchanged(&self, state: PollState, max_age: Option<Duration>) -> PollState {
        let interval = Some(self.rhythm(&state, &Fetched::default()));
        let hints = Hints { max_age: max_age.or(state.hints.max_age), ..state.hints };
        self.succeeded(PollState { interval, hints, ..state }, 304)
    }

    fn succeeded(&self, state: PollState, status: u16) -> PollState {
        let wait = Wait::wished(self.pace, &state);
        let settled = PollState {
            failures: 0,
            last_error: None,
            last_success: Some(self.now),
            last_status: Some(status),
            retired: None,
            ..state
        };
        let hints = settled.hints;
        let waiting = self.waiting(settled, wait);
        let next_poll = hints.out_of_skipped(waiting.next_poll);
        match next_poll == waiting.next_poll {
            true => waiting,
            false => PollState { next_poll, next_reason: "skipHours or skipDays".to_owned(), ..waiting },
        }
    }

    /// The interval a feed of this rhythm should have. Something new halves it, all new quarters it (entries may have
    /// come and gone unseen), nothing new stretches it by half; so it settles near a third of the silence so far.
    fn rhythm(&self, state: &PollState, fetched: &Fetched) -> Duration {
        let current = self.pace.within(state.interval.unwrap_or(super::UNKNOWN_RHYTHM));
        let changed = match (fetched.new_entries, state.last_success) {
            // The first document is all new, and says nothing about how often that happens; unless it says so. That is
            // no "not before": many a site says "hourly" because its software does.
            (_, None) => fetched.period.unwrap_or(current),
            // The news came from the hub.
            (0, _) if self.pace.is_pushed => current,
            (0, _) => current.saturating_add(current / 2),
            (new, _) if new >= fetched.entries && !fetched.is_delta => current / 4,
            _ => current / 2,
        };
        Duration::from_secs(self.pace.within(changed).as_secs())
    }

    fn http_error(&self, state: PollState, status: u16, retry_after: Option<Duration>) -> (PollState, Option<Hold>) {
        let text = format!("HTTP status {status}");
        let confirmed = status == 410 && state.last_status == Some(410);
        let mut state = self.failed(state, Failure { retry_after, ..Failure::new(Some(status), &text) });
        // What a learned redirect led to is gone; the URL the operator listed has not been asked yet.
        if confirmed && state.moved_to.take().is_none() {
            state.retired = Some("HTTP status 410 (gone), twice in a row".to_owned());
            state.next_reason = "never: gone".to_owned();
        }
        let hold = (status == 429).then(|| self.hold(&state, retry_after));
        (state, hold)
    }

    fn hold(&self, state: &PollState, retry_after: Option<Duration>) -> Hold {
        let longest = after(self.now, LONGEST_BARE_HOLD);
        match retry_after.map(|asked| asked.min(LONGEST_RETRY_AFTER)) {
            Some(asked) => Hold { until: after(self.now, asked), reason: format!("429: Retry-After {}", spell(asked)) },
            None => Hold { until: state.next_poll.min(longest), reason: "429 without Retry-After".to_owned() },
        }
    }

    /// Validators stay as they are: what they describe is still the last document that was read.
    fn failed(&self, state: PollState, failure: Failure<'_>) -> PollState {
        let failures = state.failures.saturating_add(1);
        let mut wait = self.back_off(self.pace.alone().interval(&state), failures, failure.blip);
        wait.at_least("Retry-After", failure.retry_after, LONGEST_RETRY_AFTER);
        let failing = PollState {
            failures,
            last_error: Some(failure.error.to_owned()),
            last_status: failure.status,
            moved_to: state.moved_to.clone().filter(|_| failures < FORGET_REDIRECT_AFTER),
            ..state
        };
        self.waiting(failing, wait)
    }

    /// interval × 2ⁿ ± 15 %, never below the interval and never beyond a day (or the interval, if that is longer).
    fn back_off(&self, interval: Duration, failures: u32, blip: bool) -> Wait {
        let exponent = failures.saturating_sub(u32::from(blip)).min(31);
        let longest = LONGEST_BACK_OFF.max(interval);
        let grown = interval.saturating_mul(1 << exponent).min(longest);
        let span = grown.mul_f64(1.0 + 0.15 * self.jitter).clamp(interval, longest);
        let times = if failures == 1 { "once".to_owned() } else { format!("{failures} times") };
        Wait { span, reason: format!("failed {times}: after {}", spell(grown)) }
    }

    fn waiting(&self, state: PollState, wait: Wait) -> PollState {
        let next_poll = after(self.now, wait.span.saturating_add(self.spread(wait.span)));
        PollState { next_poll, next_reason: wait.reason, ..state }
    }

    /// Feeds that were asked together drift apart: up to 3 %, at most five minutes, whole seconds, only ever later.
    fn spread(&self, span: Duration) -> Duration {
        let most = span.mul_f64(0.03).min(Duration::from_secs(300));
        Duration::from_secs(most.mul_f64((self.jitter + 1.0) / 2.0).as_secs())
    }
}

impl Wait {
    /// After a success: the interval, and what the publisher has said of when to come again.
    pub fn wished(pace: &Pace, state: &PollState) -> Self {
        let interval = pace.interval(state);
        let auto = if pace.every.is_none() { "auto: " } else { "" };
        let pushed = if pace.is_pushed { "its hub pushes: " } else { "" };
        let mut wait = Self { span: interval, reason: format!("{pushed}{auto}every {}", spell(interval)) };
        wait.at_least("max-age", state.hints.max_age, LONGEST_HINT);
        wait.at_least("ttl", state.hints.ttl, LONGEST_HINT);
        wait
    }

    /// `asked`, but no more than `cap`, where that is longer.
    fn at_least(&mut self, what: &str, asked: Option<Duration>, cap: Duration) {
        if let Some(span) = asked.map(|asked| asked.min(cap)).filter(|span| *span > self.span) {
            *self = Self { span, reason: format!("{what} {}", spell(span)) };
        }
    }
}
