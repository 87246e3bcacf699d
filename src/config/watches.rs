//! `[[watch]]` and `[terms]` as meant. What the queries say is for the watch room to judge; here they are strings.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Watch,
    alerting::read_alert,
    defaults,
    diagnostic::{Faults, quote},
    files::Named,
    place::Place,
    values,
    written::{self, At, Node, Reader, Table, Value, Wrong, as_table, choice, text, wrong},
};
use crate::{
    alert::{Burst, MinOutlets, Policy, Priority, RecipientId},
    watch::{Query, StoryKey},
};

const DAY: u64 = 86_400;

/// Whether a watch must say whom it notifies: not where queries are only tried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notify {
    Required,
    Optional,
}

/// A watch and the places that later checks, and the problems of its query, point at.
pub(super) struct PlacedWatch {
    pub watch: Watch,
    pub places: WatchPlaces,
}

/// Where the parts of a watch stand; the lists are as long as those of its [`Query`].
#[derive(Default)]
pub(super) struct WatchPlaces {
    /// Its `name`, or the head of its table.
    pub whole: Place,
    pub any: Vec<Place>,
    pub all: Vec<Place>,
    pub none: Vec<Place>,
    pub query: Option<Place>,
    pub feeds: Vec<Place>,
    pub languages: Vec<Place>,
    pub notify: Vec<Place>,
    pub mutes: Vec<At<String>>,
}

fn split<T>(items: Option<Vec<At<T>>>) -> (Vec<T>, Vec<Place>) {
    items.unwrap_or_default().into_iter().map(|item| (item.value, item.place)).unzip()
}

/// Reads one `[[watch]]`. What is bad in it is told and left at its default, so that the rest is still checked.
pub(super) fn watch(table: Table, required: Notify, faults: &mut Faults) -> PlacedWatch {
    let mut reader = Reader::new(table, "[[watch]]", faults);
    let head = reader.place();
    let name = reader.required("name", values::name);
    let whole = name.as_ref().map_or(head, |name| name.place);
    let name = name.map_or_else(String::new, |name| name.value);
    let note = reader.optional("note", values::line).map(|note| note.value);
    let (notify, notify_places) = notify(&mut reader, whole, required);
    let priority = reader.optional("priority", priority).map_or_else(Priority::default, |priority| priority.value);
    let (any, any_places) = split(reader.list("any", values::query_text));
    let (all, all_places) = split(reader.list("all", values::query_text));
    let (none, none_places) = split(reader.list("none", values::query_text));
    let query = reader.optional("query", values::query_text);
    let scope = section(&mut reader, "scope");
    let story = section(&mut reader, "story");
    let alert = section(&mut reader, "alert");
    let stem = reader.optional("stem", written::boolean).is_some_and(|stem| stem.value);
    let history = reader.optional("history", values::duration(0..=3650 * DAY)).map(|history| history.value);
    reader.finish();

    let scope = read_scope(scope, faults);
    let (min_outlets, burst, key) = read_story(story, faults);
    let alert = read_alert(alert, priority, faults);
    let max_age = scope.max_age;
    let policy = Policy {
        watch: name.clone(),
        priority,
        min_outlets,
        burst,
        max_age,
        wait: alert.wait,
        follow_up: alert.follow_up,
        max_followups: alert.max_followups,
        first: alert.first,
        at_most_every: alert.at_most_every,
        breaks_quiet: alert.breaks_quiet,
        mutes: alert.mutes.iter().map(|name| name.value.clone()).collect(),
    };
    let places = WatchPlaces {
        whole,
        any: any_places,
        all: all_places,
        none: none_places,
        query: query.as_ref().map(|query| query.place),
        feeds: scope.feeds.1,
        languages: scope.languages.1,
        notify: notify_places,
        mutes: alert.mutes,
    };
    let query = query.map(|query| query.value);
    let query = Query { name, any, all, none, query, feeds: scope.feeds.0, languages: scope.languages.0, stem };
    let notify = notify.into_iter().map(RecipientId).collect();
    let history = history.unwrap_or_default();
    PlacedWatch { watch: Watch { query, policy, key, note, notify, history }, places }
}

/// Whether anything is written that could match; if not, there is nothing for the watch room to judge.
pub(super) fn has_query(watch: &PlacedWatch) -> bool {
    let Query { any, all, none, query, .. } = &watch.watch.query;
    !(any.is_empty() && all.is_empty() && none.is_empty() && query.is_none())
}

fn notify(reader: &mut Reader<'_>, whole: Place, required: Notify) -> (Vec<String>, Vec<Place>) {
    let node = reader.take("notify");
    let items = match &node {
        None if required == Notify::Optional => return (Vec::new(), Vec::new()),
        None => {
            reader.faults.error(whole, "this watch notifies nobody").help("add `notify = [\"NAME\"]`".to_owned());
            return (Vec::new(), Vec::new());
        }
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => {
            wrong("expected a list of recipients and `hook:NAME`").tell(node.place, reader.faults);
            return (Vec::new(), Vec::new());
        }
    };
    if let (true, Some(node)) = (items.is_empty(), &node) {
        reader.faults.error(node.place, "`notify` is empty: this watch notifies nobody");
    }
    let mut read: Vec<(String, Place)> = Vec::new();
    for item in items {
        match text(item) {
            Ok(name) => match read.iter().find(|(known, _)| *known == name) {
                Some((_, first)) => {
                    let message = format!("{} is named twice", quote(&name));
                    reader.faults.error(item.place, message).other("first here", *first);
                }
                None => read.push((name, item.place)),
            },
            Err(wrong) => wrong.tell(item.place, reader.faults),
        }
    }
    read.into_iter().unzip()
}

fn priority(node: &Node) -> Result<Priority, Wrong> {
    let all = [Priority::Low, Priority::Normal, Priority::High, Priority::Critical];
    choice(node, "priority", &all.map(|priority| (priority.as_str(), priority)))
}

fn section(reader: &mut Reader<'_>, key: &'static str) -> Option<Table> {
    reader.optional(key, as_table).map(|table| table.value)
}

struct Scope {
    feeds: (Vec<String>, Vec<Place>),
    languages: (Vec<String>, Vec<Place>),
    max_age: Duration,
}

fn read_scope(table: Option<Table>, faults: &mut Faults) -> Scope {
    let Some(table) = table else {
        return Scope { feeds: Default::default(), languages: Default::default(), max_age: defaults::MAX_AGE };
    };
    let mut reader = Reader::new(table, "[watch.scope]", faults);
    let feeds = split(reader.list("feeds", values::line));
    let languages = split(reader.list("languages", values::language_or_unknown));
    let max_age = reader.optional("max_age", values::duration(60..=3650 * DAY));
    reader.finish();
    Scope { feeds, languages, max_age: max_age.map_or(defaults::MAX_AGE, |age| age.value) }
}

fn read_story(table: Option<Table>, faults: &mut Faults) -> (MinOutlets, Option<Burst>, Option<StoryKey>) {
    let any = MinOutlets { count: 1, independent: false, within: None };
    let Some(table) = table else { return (any, None, None) };
    let mut reader = Reader::new(table, "[watch.story]", faults);
    let node = reader.take("min_outlets");
    let burst = section(&mut reader, "burst");
    let key = reader.optional("key", story_key).map(|key| key.value);
    reader.finish();
    let min_outlets = node.and_then(|node| min_outlets(node, faults)).unwrap_or(any);
    (min_outlets, burst.map(|table| read_burst(table, faults)), key)
}

/// `{ factor = 4, window = "1h", baseline = "14d", at_least = 5 }`, each with its default.
fn read_burst(table: Table, faults: &mut Faults) -> Burst {
    let mut reader = Reader::new(table, "`burst`", faults);
    let factor = reader.optional("factor", values::number(2..=1000));
    let window = reader.optional("window", values::duration(60..=7 * DAY));
    let baseline = reader.optional("baseline", values::duration(3600..=365 * DAY));
    let at_least = reader.optional("at_least", values::number(1..=100_000));
    reader.finish();
    let place = baseline.as_ref().map(|baseline| baseline.place);
    let burst = Burst {
        factor: factor.map_or(defaults::BURST.factor, |factor| factor.value),
        window: window.map_or(defaults::BURST.window, |window| window.value),
        baseline: baseline.map_or(defaults::BURST.baseline, |baseline| baseline.value),
        at_least: at_least.map_or(defaults::BURST.at_least, |at_least| at_least.value),
    };
    if let Some(place) = place.filter(|_| burst.baseline <= burst.window) {
        faults
            .error(place, "`baseline` is not longer than `window`")
            .help("what is usual is counted over many windows, such as baseline = \"14d\"".to_owned());
    }
    burst
}

fn story_key(node: &Node) -> Result<StoryKey, Wrong> {
    let help = "write what entries of one story have in common: key = 'CVE-\\d{4}-\\d{4,}'";
    StoryKey::new(&text(node)?).map_err(|message| wrong(message).help(help.to_owned()))
}

/// `3`, `{ independent = 2, within = "6h" }`, `{ any = 3 }`, `{ count = 3 }`
fn min_outlets(node: Node, faults: &mut Faults) -> Option<MinOutlets> {
    let count = values::number(1..=1000);
    let table = match node.value {
        Value::Table(table) => table,
        Value::Integer(_) => {
            let count = count(&node).map_err(|wrong| wrong.tell(node.place, faults)).ok()?;
            return Some(MinOutlets { count, independent: false, within: None });
        }
        _ => {
            let help = "write min_outlets = 3, or { independent = 2, within = \"6h\" }".to_owned();
            faults.error(node.place, "expected a whole number or a table").help(help);
            return None;
        }
    };
    let mut reader = Reader::new(table, "`min_outlets`", faults);
    let counts = ["independent", "any", "count"].map(|key| (key, reader.optional(key, &count)));
    let within = reader.optional("within", values::duration(60..=60 * DAY)).map(|within| within.value);
    reader.finish();
    let mut given = counts.into_iter().filter_map(|(key, count)| Some((key, count?)));
    let Some((key, count)) = given.next() else {
        faults.error(node.place, "`min_outlets` needs `independent` or `any`");
        return None;
    };
    if let Some((_, other)) = given.next() {
        faults.error(other.place, "`min_outlets` takes one number only").other("the other is here", count.place);
    }
    Some(MinOutlets { count: count.value, independent: key == "independent", within })
}

/// `[terms]`, and where each alternative stands.
pub(super) type Terms = BTreeMap<String, (Vec<String>, Vec<Place>)>;

pub(super) fn terms(written: Named, faults: &mut Faults) -> Terms {
    let mut terms = Terms::new();
    for (name, (place, node)) in written {
        if let Err(wrong) = values::check_name(&name, "") {
            wrong.tell(place, faults);
        }
        let alternatives = alternatives(&node, faults);
        terms.insert(name, alternatives);
    }
    terms
}

fn alternatives(node: &Node, faults: &mut Faults) -> (Vec<String>, Vec<Place>) {
    let Value::List(items) = &node.value else {
        faults.error(node.place, "expected a list of strings");
        return Default::default();
    };
    if items.is_empty() {
        faults.error(node.place, "this term has no alternatives");
    }
    let mut read = Vec::new();
    for item in items {
        match values::query_text(item) {
            Ok(text) => read.push((text, item.place)),
            Err(wrong) => wrong.tell(item.place, faults),
        }
    }
    read.into_iter().unzip()
}
