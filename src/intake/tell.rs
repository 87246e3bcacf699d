//! From a story that has grown to deliveries that are queued: asks `alert` for the decision, keeps it with its reason,
//! and has `message` word what is due.

use jiff::{Timestamp, tz::TimeZone};
use rusqlite::Connection;

use super::rules::Rules;
use crate::{
    alert::{ChannelId, Decision, Event, Facts, MatchFact, Priority, RecipientId, decide, ready_watches},
    entry::EntryId,
    message::{self, MatchedWatch, Message},
    store::{
        Error,
        alerts::{self, AlertRow, MatchRow, NewAlert},
        entries, instance_token, stories,
    },
    story::{StoryId, Timeline},
};

/// Decides for every recipient whose watches match a member of the story; `entry` is the member that made it necessary.
pub(super) fn decide_story(
    connection: &Connection,
    rules: &Rules,
    story: StoryId,
    entry: EntryId,
    now: Timestamp,
) -> Result<(), Error> {
    let matches = alerts::matches_of_story(connection, story)?;
    let recipients = recipients(rules, &matches);
    if recipients.is_empty() {
        return Ok(());
    }
    let Some(timeline) = stories::timeline(connection, story, &|key| rules.outlet_name(key))? else { return Ok(()) };
    for recipient in recipients {
        let facts = match_facts(rules, &recipient, &timeline, &matches);
        let history = alerts::history(connection, &recipient, story)?;
        let decision = decide(&Facts { story: &timeline, matches: &facts, history: &history, now });
        alerts::record_decision(connection, story, entry, &recipient, &decision, now)?;
        match &decision {
            Decision::Raise { event, watches, due, reason } => {
                let raised = Raised { event: *event, watches, due: *due, reason };
                raise(connection, rules, &recipient, story, &raised, now)?;
            }
            Decision::Hasten { due, .. } => {
                let priority = priority(rules, facts.iter().map(|fact| fact.policy.watch.as_str()));
                alerts::hasten(connection, &recipient, story, *due, priority)?;
            }
            Decision::Hold(_) | Decision::Nothing(_) => {}
        }
    }
    Ok(())
}

struct Raised<'a> {
    event: Event,
    watches: &'a [String],
    due: Timestamp,
    reason: &'a str,
}

fn raise(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    story: StoryId,
    raised: &Raised<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let alert = NewAlert {
        recipient,
        story,
        event: raised.event,
        watches: raised.watches,
        priority: priority(rules, raised.watches.iter().map(String::as_str)),
        due: raised.due,
        reason: raised.reason,
        channels: &rules.channels(recipient),
    };
    alerts::raise(connection, &alert, now)?;
    Ok(())
}

/// The highest priority decides urgency.
fn priority<'a>(rules: &Rules, watches: impl Iterator<Item = &'a str>) -> Priority {
    watches.filter_map(|name| rules.policy(name)).map(|policy| policy.priority).max().unwrap_or_default()
}

/// Who is notified by the watches that match, each once, in the order of the matches.
fn recipients(rules: &Rules, matches: &[MatchRow]) -> Vec<RecipientId> {
    let mut recipients: Vec<RecipientId> = Vec::new();
    for recipient in matches.iter().filter_map(|row| rules.watch(&row.watch)).flat_map(|watch| &watch.notify) {
        if !recipients.contains(recipient) {
            recipients.push(recipient.clone());
        }
    }
    recipients
}

fn match_facts<'a>(
    rules: &'a Rules,
    recipient: &RecipientId,
    timeline: &'a Timeline,
    matches: &[MatchRow],
) -> Vec<MatchFact<'a>> {
    let fact = |row: &MatchRow| {
        let watch = rules.watch(&row.watch).filter(|watch| watch.notify.contains(recipient))?;
        let member = timeline.members.iter().find(|member| member.entry == row.entry)?;
        Some(MatchFact { policy: &watch.policy, member })
    };
    matches.iter().filter_map(fact).collect()
}

/// Words every alert that is due and fixes the bytes of its deliveries; gives the number of deliveries. Part of the
/// transaction it is called in.
pub fn queue_due(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<usize, Error> {
    let mut queued = 0;
    for row in alerts::due(connection, now)? {
        queued += queue(connection, rules, &row, now)?;
    }
    Ok(queued)
}

fn queue(connection: &Connection, rules: &Rules, row: &AlertRow, now: Timestamp) -> Result<usize, Error> {
    let Some(story) = stories::timeline(connection, row.story, &|key| rules.outlet_name(key))? else { return Ok(0) };
    let matches = alerts::matches_of_story(connection, row.story)?;
    let watches = named_watches(connection, rules, row, &story, &matches, now)?;
    let independent = story.independent_outlets().len();
    let mut alert = message::Alert {
        recipient: row.recipient.clone(),
        channel: ChannelId(String::new()),
        event: row.event,
        seq: row.seq,
        headline: story.headline.clone(),
        confirm_at: row
            .watches
            .iter()
            .filter_map(|name| rules.policy(name))
            .map(|p| p.confirmed_at())
            .min()
            .unwrap_or(2),
        watches,
        story,
        queued: now,
        timezone: rules.config.recipients.get(&row.recipient.0).map_or(TimeZone::UTC, |r| r.timezone.clone()),
        instance: instance_token(connection)?,
        thread: Vec::new(),
    };
    let mut messages = Vec::new();
    for channel in alerts::channels(connection, row.id)? {
        alert.thread = alerts::thread(connection, row, &channel)?;
        alert.channel = channel.clone();
        messages.push((channel, word(rules, &alert)));
    }
    alerts::queue(connection, row.id, independent, &messages, now)?;
    Ok(messages.len())
}

/// An alert in the form of its channel.
pub fn word(rules: &Rules, alert: &message::Alert) -> Result<Message, String> {
    let Some(address) = alert.channel.0.strip_prefix("mail:") else {
        let name = alert.channel.0.strip_prefix("hook:").unwrap_or_default();
        let hook =
            rules.config.webhooks.get(name).ok_or_else(|| format!("[webhook.{name}] is not configured any more"))?;
        return hook.payload.alert(alert);
    };
    let sender = rules.sender.as_ref().ok_or("the configuration has no [mail] section any more")?;
    message::mail(alert, sender, address).map_err(|error| error.to_string())
}

/// The watches a message names: those of the thread's first alert first, since the subject hangs on them, then those
/// the alert was raised for, then what has come to match since.
fn named_watches(
    connection: &Connection,
    rules: &Rules,
    row: &AlertRow,
    story: &Timeline,
    matches: &[MatchRow],
    now: Timestamp,
) -> Result<Vec<MatchedWatch>, Error> {
    let facts = match_facts(rules, &row.recipient, story, matches);
    let mut names = alerts::first_watches(connection, row)?;
    let ready = ready_watches(&Facts { story, matches: &facts, history: &[], now });
    for name in row.watches.iter().cloned().chain(ready) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| matched_watch(connection, rules, name, matches)).collect()
}

fn matched_watch(
    connection: &Connection,
    rules: &Rules,
    name: &str,
    matches: &[MatchRow],
) -> Result<MatchedWatch, Error> {
    let found = matches.iter().find(|row| row.watch == name);
    let stored = found.map(|row| entries::load(connection, row.entry)).transpose()?.flatten();
    let watch = rules.watch(name);
    Ok(MatchedWatch {
        name: name.to_owned(),
        note: watch.and_then(|watch| watch.note.clone()),
        priority: watch.map(|watch| watch.policy.priority).unwrap_or_default(),
        follow_up: watch.map(|watch| watch.policy.follow_up.clone()).unwrap_or_default(),
        evidence: found.map(|row| row.evidence.clone()).unwrap_or_default(),
        title: stored.as_ref().map(|stored| stored.entry.title.clone()).unwrap_or_default(),
        text: stored.map(|stored| stored.entry.text).unwrap_or_default(),
    })
}
