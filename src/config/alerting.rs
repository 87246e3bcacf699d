//! When and how much is told: `[watch.alert]`, and the hours and budgets of recipients.

use std::time::Duration;

use jiff::civil::{Time, Weekday, time};

use super::{
    Telling, defaults,
    diagnostic::{Faults, did_you_mean},
    values,
    written::{At, Node, Reader, Table, Wrong, as_table, boolean, choice, text, wrong},
};
use crate::alert::{Budget, Event, First, Priority, Quiet, Weekdays};

const DAY: u64 = 86_400;

/// `[watch.alert]` as meant.
pub(super) struct AlertPart {
    pub wait: Duration,
    pub follow_up: Vec<Event>,
    pub max_followups: u32,
    pub first: First,
    pub at_most_every: Duration,
    pub breaks_quiet: bool,
    /// Names of watches, checked once all are known.
    pub mutes: Vec<At<String>>,
}

pub(super) fn read_alert(table: Option<Table>, priority: Priority, faults: &mut Faults) -> AlertPart {
    let wait = if priority == Priority::Critical { Duration::ZERO } else { defaults::WAIT };
    let mut part = AlertPart {
        wait,
        follow_up: defaults::FOLLOW_UP.to_vec(),
        max_followups: defaults::MAX_FOLLOWUPS,
        first: First::Immediate,
        at_most_every: Duration::ZERO,
        breaks_quiet: false,
        mutes: Vec::new(),
    };
    let Some(table) = table else { return part };
    let mut reader = Reader::new(table, "[watch.alert]", faults);
    if let Some(wait) = reader.optional("wait", values::duration(0..=DAY)) {
        part.wait = wait.value;
    }
    // An empty list is a wish: no follow-ups.
    if let Some(events) = reader.list_or_none("follow_up", event) {
        part.follow_up = events.into_iter().map(|event| event.value).collect();
        part.follow_up.sort_unstable();
        part.follow_up.dedup();
    }
    if let Some(most) = reader.optional("max_followups", values::number(0..=100)) {
        part.max_followups = most.value;
    }
    if let Some(first) = reader.optional("first", first) {
        part.first = first.value;
    }
    if let Some(every) = reader.optional("at_most_every", values::duration(0..=7 * DAY)) {
        part.at_most_every = every.value;
    }
    if let Some(breaks) = reader.optional("breaks_quiet", boolean) {
        part.breaks_quiet = breaks.value;
    }
    part.mutes = reader.list("mutes", values::name).unwrap_or_default();
    reader.finish();
    part
}

fn first(node: &Node) -> Result<First, Wrong> {
    choice(node, "way to tell", &[("immediate", First::Immediate), ("digest", First::Digest)])
}

fn event(node: &Node) -> Result<Event, Wrong> {
    let told_after: Vec<(&str, Event)> =
        Event::ALL.into_iter().filter(|event| *event != Event::New).map(|event| (event.as_str(), event)).collect();
    choice(node, "event", &told_after)
}

/// The settings of a recipient that say when and how much.
pub(super) fn telling(reader: &mut Reader<'_>) -> Telling {
    let defaults = Telling::default();
    let digest = reader.list("digest", |node| time_of_day(&text(node)?));
    let quiet = reader.optional("quiet", as_table);
    let budget = reader.optional("budget", as_table);
    let catch_up_after = reader.optional("catch_up_after", values::duration(600..=365 * DAY));
    let is_text_only = reader.optional("format", |node| choice(node, "format", &[("both", false), ("text", true)]));
    let faults = &mut *reader.faults;
    let mut times: Vec<Time> = Vec::new();
    for written in digest.unwrap_or_default() {
        match times.contains(&written.value) {
            true => {
                faults.error(written.place, "this time is written twice");
            }
            false => times.push(written.value),
        }
    }
    Telling {
        digest: times,
        quiet: quiet.and_then(|table| read_quiet(table, faults)),
        budget: budget.and_then(|table| read_budget(table, faults)),
        catch_up_after: catch_up_after.map_or(defaults.catch_up_after, |span| span.value),
        is_text_only: is_text_only.is_some_and(|only| only.value),
    }
}

/// `{ from = "22:00", to = "06:30", days = ["mon", "tue"] }`
fn read_quiet(table: At<Table>, faults: &mut Faults) -> Option<Quiet> {
    let mut reader = Reader::new(table.value, "`quiet`", faults);
    let from = reader.required("from", |node| time_of_day(&text(node)?));
    let to = reader.required("to", |node| end_of_period(&text(node)?));
    let days = reader.list("days", weekday);
    reader.finish();
    let (from, to) = (from?, to?);
    if to.value == Some(from.value) {
        faults
            .error(to.place, "these quiet hours end when they begin")
            .help("for whole days write from = \"00:00\", to = \"24:00\"".to_owned());
        return None;
    }
    let days = days.map_or(Weekdays::ALL, |days| Weekdays::of(days.into_iter().map(|day| day.value)));
    Some(Quiet { from: from.value, to: to.value, days })
}

/// `{ immediate = 8, per = "1d", burst = 4 }`
fn read_budget(table: At<Table>, faults: &mut Faults) -> Option<Budget> {
    let mut reader = Reader::new(table.value, "`budget`", faults);
    let immediate = reader.required("immediate", values::number(0..=100_000));
    let per = reader.optional("per", values::duration(60..=31 * DAY));
    let burst = reader.optional("burst", values::number(1..=100_000));
    reader.finish();
    let immediate: At<u32> = immediate?;
    let burst: Option<At<u32>> = burst;
    if let Some(burst) = burst.as_ref().filter(|burst| burst.value > immediate.value) {
        faults.error(burst.place, "`burst` is more than `immediate`").other("`immediate` is here", immediate.place);
    }
    Some(Budget {
        immediate: immediate.value,
        per: per.map_or(Duration::from_secs(DAY), |per| per.value),
        burst: burst.map_or(immediate.value.max(1), |burst| burst.value),
    })
}

fn time_of_day(written: &str) -> Result<Time, Wrong> {
    let parsed = written.split_once(':').filter(|(hour, minute)| hour.len() == 2 && minute.len() == 2);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i8>().ok())?;
    let time_of = |(hour, minute): (&str, &str)| Some((digits(hour)?, digits(minute)?));
    match parsed.and_then(time_of) {
        Some((hour @ 0..=23, minute @ 0..=59)) => Ok(time(hour, minute, 0, 0)),
        _ => Err(wrong("expected a time of day such as \"07:00\" or \"17:30\"")),
    }
}

/// `24:00` is the end of the day.
fn end_of_period(written: &str) -> Result<Option<Time>, Wrong> {
    if written == "24:00" { Ok(None) } else { time_of_day(written).map(Some) }
}

fn weekday(node: &Node) -> Result<Weekday, Wrong> {
    const DAYS: [(&str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let word = text(node)?;
    let short: String = word.to_lowercase().chars().take(3).collect();
    let help = DAYS.iter().find(|(name, _)| *name == short && *name != word).map(|(name, _)| format!("write {name:?}"));
    choice(node, "day", &DAYS).map_err(|wrong| match help {
        Some(help) => wrong.help(help),
        None => wrong,
    })
}

/// Every name under `mutes` must be another watch, and no two watches may mute each other.
pub(super) fn check_mutes(mutes: &[(String, Vec<At<String>>)], faults: &mut Faults) {
    let names = || mutes.iter().map(|(name, _)| name.as_str());
    for (watch, muted) in mutes {
        for other in muted {
            if other.value == *watch {
                faults.error(other.place, "a watch cannot mute itself");
            } else if !names().any(|name| name == other.value) {
                let message = format!("there is no watch `{}`", other.value);
                faults.error(other.place, message).help(did_you_mean(&other.value, names()));
            } else if mutes.iter().any(|(name, back)| *name == other.value && back.iter().any(|it| it.value == *watch))
                && *watch > other.value
            {
                let message = format!("`{}` and `{watch}` mute each other: neither would say anything", other.value);
                faults.error(other.place, message);
            }
        }
    }
}
