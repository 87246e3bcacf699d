//! What a mail shows, worked out once for both of its parts: cleaned, clipped, counted, in the recipient's zone.
//!
//! Must not lay anything out: no columns, no markup.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    Alert, MatchedWatch,
    excerpt::{Excerpt, MAX_SENTENCES, excerpts},
    line::{clipped, safe_url},
    news::{News, news},
    words::{ENGLISH, Words},
};
use crate::story::{Member, Relation};

pub(super) const MAX_HEADLINE: usize = 300;
pub(super) const MAX_NAME: usize = 60;
pub(super) const MAX_SENTENCE: usize = 300;
pub(super) const MAX_NAMES: usize = 10;
const MAX_REASONS: usize = 6;
const MAX_CITATIONS: usize = 3;

/// All facts of one mail.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// What happened, in a follow-up; nothing in the first mail.
    pub news: Vec<News>,
    pub headline: String,
    pub lead: Option<Lead>,
    pub why: Vec<Why>,
    pub also: Vec<Row>,
    /// What is counted instead of listed ("5 copies in 4 more outlets, not listed").
    pub not_listed: Vec<String>,
    pub who: Vec<String>,
    pub notes: Vec<String>,
    /// How to end alerts: what, and the link.
    pub mute: Vec<Mute>,
    /// How the story stands, in a few words: the line that mail clients show beside the subject.
    pub state: String,
    /// Number of the story ("S8F3K2").
    pub story: String,
    pub words: &'static Words,
}

#[derive(Debug, Serialize)]
pub(super) struct Link {
    pub url: String,
    pub host: String,
}

/// A way to end alerts.
#[derive(Debug, Serialize)]
pub(super) struct Mute {
    pub label: String,
    pub url: String,
    pub host: String,
}

impl Mute {
    pub fn new(label: String, url: Option<&str>) -> Option<Self> {
        let (url, host) = safe_url(url?)?;
        Some(Self { label, url, host })
    }
}

/// Who had it first.
#[derive(Debug, Serialize)]
pub(super) struct Lead {
    pub outlet: String,
    /// "first seen 14:02 EST (published 13:58)".
    pub when: String,
    pub link: Option<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct Why {
    pub watch: String,
    /// The clauses that were found, with where ("recall in the title").
    pub reasons: Vec<String>,
    /// Headline of the entry that matched, where it is not the mail's own.
    pub title: Option<String>,
    pub sentences: Vec<Excerpt>,
}

/// Another outlet's piece.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub outlet: String,
    pub time: String,
    pub relation: String,
    pub link: Option<Link>,
}

/// How much is listed; the rest is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Other outlets' pieces.
    pub rows: usize,
    pub watches: usize,
}

/// Everything the mail says of `alert`.
pub(super) fn view(alert: &Alert, room: Room) -> View {
    let times = Times { zone: &alert.timezone, now: alert.queued };
    let (also, not_listed) = others(alert, &times, room.rows);
    View {
        news: news(alert, &times),
        headline: current_headline(alert),
        lead: alert.story.members.first().map(|first| lead(first, &times)),
        why: why(alert, room.watches),
        also,
        not_listed,
        who: who(alert, &times),
        notes: notes(alert, room.watches),
        mute: mute(alert),
        state: state(alert),
        story: alert.story.story.to_string(),
        words: &ENGLISH,
    }
}

pub(super) fn headline(alert: &Alert) -> String {
    match clipped(&alert.headline, MAX_HEADLINE) {
        empty if empty.is_empty() => ENGLISH.no_headline.to_owned(),
        headline => headline,
    }
}

/// As the first outlet has it now; the subject keeps the one of the first mail.
fn current_headline(alert: &Alert) -> String {
    let current = alert.story.members.first().map(|first| clipped(&first.title, MAX_HEADLINE));
    current.filter(|title| !title.is_empty()).unwrap_or_else(|| headline(alert))
}

pub(super) fn outlet_name(member: &Member) -> String {
    let name = clipped(&member.outlet_name, MAX_NAME);
    if name.is_empty() { clipped(&member.outlet, MAX_NAME) } else { name }
}

/// The name for people of an outlet given by key, or the key (a citation may name an outlet no feed belongs to).
fn name_of(alert: &Alert, key: &str) -> String {
    let known = alert.story.members.iter().find(|member| member.outlet == key);
    known.map_or_else(|| clipped(key, MAX_NAME), outlet_name)
}

pub(super) fn link(url: Option<&str>) -> Option<Link> {
    let (url, host) = safe_url(url?)?;
    Some(Link { url, host })
}

/// Times as the recipient reads them: the day is named unless it is the day of the mail, the year unless it is its year.
pub(super) struct Times<'a> {
    pub zone: &'a TimeZone,
    pub now: Timestamp,
}

impl Times<'_> {
    pub fn show(&self, time: Timestamp, with_zone: bool) -> String {
        let here = time.to_zoned_datetime(self.zone.clone());
        let now = self.now.to_zoned_datetime(self.zone.clone());
        let day = match here.date() == now.date() {
            true => "",
            false if here.year() == now.year() => "%-d %b ",
            false => "%-d %b %Y ",
        };
        here.strftime(&format!("{day}%H:%M{}", if with_zone { " %Z" } else { "" })).to_string()
    }
}

fn lead(first: &Member, times: &Times<'_>) -> Lead {
    let seen = times.show(first.seen, false);
    let published = first.published.map(|time| times.show(time, false)).filter(|published| *published != seen);
    let published = published.map(|time| format!(" (published {time})"));
    Lead {
        outlet: outlet_name(first),
        when: format!("first seen {}{}", times.show(first.seen, true), published.unwrap_or_default()),
        link: link(first.url.as_deref()),
    }
}

/// The outlet by whose piece the story came to be confirmed.
pub(super) fn confirming(alert: &Alert) -> Option<&Member> {
    let outlets = alert.story.independent_outlets();
    let key = *outlets.get(alert.confirm_at.max(1) - 1).or(outlets.last())?;
    alert.story.members.iter().find(|member| member.outlet == key && member.is_independent())
}

fn state(alert: &Alert) -> String {
    let independent = alert.story.independent_outlets().len();
    let all = alert.story.outlets().len();
    let event = ENGLISH.state(alert.event);
    format!("{event}: {}, {independent} independent", plural(all, "outlet"))
}

pub(super) fn plural(count: usize, word: &str) -> String {
    match (count, word.ends_with('y')) {
        (1, _) => format!("1 {word}"),
        (_, true) => format!("{count} {}ies", &word[..word.len() - 1]),
        (_, false) => format!("{count} {word}s"),
    }
}

fn why(alert: &Alert, watches: usize) -> Vec<Why> {
    let mut shown: Vec<Excerpt> = Vec::new();
    let mut why = Vec::new();
    for watch in alert.watches.iter().take(watches) {
        let room = MAX_SENTENCES - shown.len();
        let fresh = excerpts(&watch.text, &watch.evidence).into_iter().filter(|excerpt| !shown.contains(excerpt));
        let sentences: Vec<Excerpt> = fresh.take(room).collect();
        shown.extend(sentences.iter().cloned());
        let title = clipped(&watch.title, MAX_HEADLINE);
        why.push(Why {
            watch: clipped(&watch.name, MAX_NAME),
            reasons: reasons(watch),
            title: (!title.is_empty() && title != current_headline(alert)).then_some(title),
            sentences,
        });
    }
    why
}

/// One reason a field, with the clauses found there and nowhere before: "lock in the title", "crack*, gate in the
/// text".
fn reasons(watch: &MatchedWatch) -> Vec<String> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for hit in &watch.evidence {
        let pair = (hit.field.as_str(), hit.clause.as_str());
        let is_told = found.iter().any(|(_, clause)| *clause == hit.clause);
        if found.len() < MAX_REASONS && !is_told {
            found.push(pair);
        }
    }
    found.sort_by_key(|(field, _)| watch.evidence.iter().position(|hit| hit.field == *field));
    let reason = |same_field: &[(&str, &str)]| {
        let clauses: Vec<String> = same_field.iter().map(|(_, clause)| clipped(clause, MAX_NAME)).collect();
        format!("{} in the {}", clauses.join(", "), clipped(same_field[0].0, MAX_NAME))
    };
    found.chunk_by(|a, b| a.0 == b.0).map(reason).collect()
}

fn has_own_words(relation: Relation) -> bool {
    !matches!(relation, Relation::Wire | Relation::Copy)
}

/// The pieces after the first: those with news of their own as rows, the rest as counts.
fn others(alert: &Alert, times: &Times<'_>, rows: usize) -> (Vec<Row>, Vec<String>) {
    let others = alert.story.members.get(1..).unwrap_or_default();
    let own = |member: &&Member| has_own_words(member.relation) && member.relation != Relation::SameOutlet;
    let also = others.iter().filter(own).take(rows).map(|member| row(alert, member, times)).collect();
    let mut not_listed = Vec::new();
    let more = others.iter().filter(own).count().saturating_sub(rows);
    if more > 0 {
        not_listed.push(format!("{}, not listed", plural(more, "more piece")));
    }
    let mut count = |relation: Relation, what: &str, place: fn(usize) -> String| {
        let members: Vec<&Member> = others.iter().filter(|member| member.relation == relation).collect();
        let mut outlets: Vec<&str> = members.iter().map(|member| member.outlet.as_str()).collect();
        outlets.sort_unstable();
        outlets.dedup();
        if !members.is_empty() {
            not_listed.push(format!("{} {}, not listed", plural(members.len(), what), place(outlets.len())));
        }
    };
    count(Relation::Wire, "printed agency story", |n| format!("in {}", plural(n, "outlet")));
    count(Relation::Copy, "copy", |n| format!("in {}", plural(n, "outlet")));
    count(Relation::SameOutlet, "later piece", |n| format!("by {} named above", plural(n, "outlet")));
    (also, not_listed)
}

fn row(alert: &Alert, member: &Member, times: &Times<'_>) -> Row {
    let cited = member.of.as_deref().or(member.cites.first().map(|citation| citation.outlet.as_str()));
    let relation = match (member.relation, cited) {
        (Relation::Cites, Some(outlet)) => format!("cites {}", name_of(alert, outlet)),
        (Relation::Independent, Some(outlet)) if !member.cites.is_empty() => {
            format!("own piece, also cites {}", name_of(alert, outlet))
        }
        (relation, _) => relation.as_str().to_owned(),
    };
    Row {
        outlet: outlet_name(member),
        time: times.show(member.seen, false),
        relation,
        link: link(member.url.as_deref()),
    }
}

/// Who had it first, who has it on their own, who has it from whom; nothing while there is one piece only.
fn who(alert: &Alert, times: &Times<'_>) -> Vec<String> {
    let [first, _, ..] = alert.story.members.as_slice() else {
        return Vec::new();
    };
    let mut who = vec![format!("First seen: {}, {}.", outlet_name(first), times.show(first.seen, true))];
    let independent: Vec<String> =
        alert.story.independent_outlets().iter().take(MAX_NAMES).map(|key| name_of(alert, key)).collect();
    if independent.len() > 1 {
        who.push(format!("Independent of each other: {}.", independent.join(", ")));
    }
    who.extend(dated_before(alert, first, times));
    // A copy says what its original says.
    let own = alert.story.members.iter().filter(|member| has_own_words(member.relation));
    let citations = own.flat_map(|member| member.cites.iter().map(move |cite| (member, cite)));
    for (member, citation) in citations.take(MAX_CITATIONS) {
        let sentence = clipped(&citation.sentence, MAX_SENTENCE);
        let cited = name_of(alert, &citation.outlet);
        who.push(format!("{} cites {cited}: “{sentence}”", outlet_name(member)));
    }
    who
}

/// Feeds are asked now and then, so the one that was seen first need not have been first.
fn dated_before(alert: &Alert, first: &Member, times: &Times<'_>) -> Option<String> {
    let said = first.published.unwrap_or(first.seen).min(first.seen);
    let others = alert.story.members.iter().filter(|member| has_own_words(member.relation));
    let dated = others.filter_map(|member| Some((member.published.filter(|time| *time < said)?, member)));
    let (time, member) = dated.filter(|(_, member)| member.outlet != first.outlet).min_by_key(|(time, _)| *time)?;
    let time = times.show(time, true);
    Some(format!("{} dates its own piece {time}, so the order is uncertain.", outlet_name(member)))
}

fn mute(alert: &Alert) -> Vec<Mute> {
    let watch = alert.watches.first().map_or("", |watch| watch.name.as_str());
    let links = &alert.links;
    let story = Mute::new(ENGLISH.mute_story.to_owned(), links.story.as_deref());
    let label = format!("{} {}", ENGLISH.mute_watch, clipped(watch, MAX_NAME));
    let watch = Mute::new(label, links.watch.link.as_deref());
    story.into_iter().chain(watch).collect()
}

fn notes(alert: &Alert, watches: usize) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for watch in alert.watches.iter().take(watches) {
        let name = clipped(&watch.name, MAX_NAME);
        let note = watch.note.as_deref().map(|note| clipped(note, MAX_SENTENCE)).filter(|note| !note.is_empty());
        notes.extend(note.map(|note| format!("Watch {name}: {note}")));
    }
    let unlisted = alert.watches.len().saturating_sub(watches);
    if unlisted > 0 {
        notes.push(format!("{unlisted} more of your watches, not listed."));
    }
    let mut events: Vec<&str> = Vec::new();
    for event in alert.watches.iter().flat_map(|watch| &watch.follow_up) {
        if !events.contains(&event.as_str()) {
            events.push(event.as_str());
        }
    }
    let follow_ups = if events.is_empty() { "none".to_owned() } else { events.join(", ") };
    let mails = plural(alert.seq as usize + 1, "mail");
    notes.push(format!("Story {}. {mails} so far; follow-ups on: {follow_ups}.", alert.story.story));
    if alert.links.story.is_none() {
        notes.push(format!("{}: storywatch silence add --story {} --for 24h", ENGLISH.mute_story, alert.story.story));
    }
    notes.extend(alert.happened.remarks.iter().map(|remark| clipped(remark, MAX_SENTENCE)));
    notes
}
