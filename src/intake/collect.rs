//! Digests: which are due, what goes into them, and their bytes; with the one notice that a budget is used up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Connection;

use super::{operator, rules::Rules, wording};
use crate::{
    alert::{
        Budget, ChannelId, Collected, Due, Event, Priority, RecipientId, Route, Silence, Silenced, Told, collect, rank,
        words,
    },
    message::{self, Bulletin, BulletinKind, Coverage, Digest, DigestStory, MOST_STORIES, Message, Muted},
    store::{
        Error,
        alerts::AlertRow,
        digests::{self, NewDigest, Ranked},
        instance_token, life, silences, stories,
    },
    story::StoryId,
};

/// Stories still developing that a digest may list.
const MOST_DEVELOPING: usize = 10;

/// Whether [`collect_due`] would do anything: a look without a transaction of the writer.
pub fn is_anything_to_collect(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<bool, Error> {
    for recipient in rules.recipients() {
        if !digests::is_known(connection, &recipient)? || due(connection, rules, &recipient, now)?.is_some() {
            return Ok(true);
        }
    }
    Ok(life::is_stale(connection, now)? || operator::is_anything_to_tell(connection, rules, now)?)
}

/// Leaves a sign of life, makes the digests that are due, and tells the operator what is to be told; gives the number
/// of deliveries queued. Part of the transaction it is called in.
pub fn collect_due(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<usize, Error> {
    life::touch(connection, now)?;
    let mut queued = 0;
    for recipient in rules.recipients() {
        queued += collect_for(connection, rules, &recipient, now)?;
    }
    queued += operator::tell(connection, rules, now)?;
    Ok(queued)
}

/// Makes the digest of one recipient, if one is due.
pub(super) fn collect_for(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    now: Timestamp,
) -> Result<usize, Error> {
    digests::know(connection, recipient, now)?;
    match due(connection, rules, recipient, now)? {
        Some(due) => make(connection, rules, recipient, due, now),
        None => Ok(0),
    }
}

fn due(connection: &Connection, rules: &Rules, recipient: &RecipientId, now: Timestamp) -> Result<Option<Due>, Error> {
    if silences::is_ended(connection, recipient, &Silenced::Digests, now)? {
        return Ok(None);
    }
    let settings = rules.settings(recipient);
    let collected = digests::collected(connection, recipient)?;
    if !settings.has_digest && collected.routes.is_empty() {
        return Ok(None);
    }
    let collected = Collected { is_catching_up: life::is_catching_up(connection, now)?, ..collected };
    Ok(collect(&collected, &settings.hours, settings.has_digest, now))
}

fn make(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    due: Due,
    now: Timestamp,
) -> Result<usize, Error> {
    let channels = rules.channels(recipient);
    if channels.is_empty() {
        return Ok(0);
    }
    let mut pending: Vec<Ranked> = digests::pending(connection, recipient)?;
    pending.retain(|ranked| ranked.alert.route.is_some_and(|route| due.kind.takes(route)));
    pending.sort_by_key(|ranked| (rank(ranked.independent, ranked.alert.priority, ranked.first_seen), ranked.alert.id));
    let settings = rules.settings(recipient);
    let mut digest = Digest {
        recipient: recipient.clone(),
        channel: ChannelId(String::new()),
        number: 0,
        kind: due.kind,
        since: due.since,
        until: now,
        next: settings.has_digest.then(|| settings.hours.next_digest(now)).flatten(),
        timezone: settings.hours.zone,
        is_text_only: settings.is_text_only,
        instance: instance_token(connection)?,
        stories: listed(connection, rules, &pending)?,
        total: pending.len(),
        routes: routes(&pending),
        developing: developing(connection, rules, recipient, due.since, &pending)?,
        coverage: coverage(connection, rules, due.since, now)?,
        silences: silences(connection, recipient, now)?,
        ways: wording::ways(connection, rules, recipient, Muted::Digests, now)?,
    };
    let headline = message::digest_headline(&digest);
    let new = NewDigest { recipient, kind: due.kind.as_str(), headline: &headline, since: due.since };
    let id = digests::insert(connection, &new, now)?;
    digest.number = id.0;
    for (index, ranked) in pending.iter().enumerate() {
        // Of stories that are only counted no headline was told.
        let told = match index < MOST_STORIES {
            true => told(connection, rules, &ranked.alert)?,
            false => Default::default(),
        };
        digests::add(connection, id, ranked.alert.id, (ranked.independent, &told), now)?;
    }
    let messages = channels.into_iter().map(|channel| (channel.clone(), word_digest(rules, &mut digest, channel)));
    let messages: Vec<(ChannelId, Result<Message, String>)> = messages.collect();
    let priority = pending.iter().map(|ranked| ranked.alert.priority).max().unwrap_or_default();
    digests::queue(connection, id, priority.min(Priority::High), &messages, now)?;
    Ok(messages.len())
}

/// What is not told to this recipient for now; what others silence for themselves is their own business.
fn silences(connection: &Connection, recipient: &RecipientId, now: Timestamp) -> Result<Vec<String>, Error> {
    let held = silences::list(connection, now, false)?;
    let concerns = |silence: &&Silence| silence.recipient.as_ref().is_none_or(|only| only == recipient);
    Ok(held.iter().filter(concerns).map(Silence::reason).collect())
}

/// Recipients whose digests somebody will take; what waits for the digests of others need not be kept for ever.
pub fn takers(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<Vec<RecipientId>, Error> {
    let mut takers = Vec::new();
    for recipient in rules.recipients() {
        let is_ended = silences::is_ended(connection, &recipient, &Silenced::Digests, now)?;
        if !is_ended && !rules.channels(&recipient).is_empty() {
            takers.push(recipient);
        }
    }
    Ok(takers)
}

/// By the feed's name, since its URL may carry a token.
fn coverage(connection: &Connection, rules: &Rules, since: Timestamp, now: Timestamp) -> Result<Coverage, Error> {
    let mut coverage = digests::coverage(connection, &rules.feed_urls(), since, now)?;
    coverage.worst = coverage.worst.map(|(url, last)| (rules.feed_name(&url), last));
    Ok(coverage)
}

fn told(connection: &Connection, rules: &Rules, alert: &AlertRow) -> Result<Told, Error> {
    let story = stories::timeline(connection, alert.story, &|key| rules.outlet_name(key))?;
    let mut told = story.as_ref().map(Told::of).unwrap_or_default();
    let corrections = stories::corrections(connection, alert.story)?;
    told.corrections.extend(corrections.iter().map(|corrected| corrected.entry));
    Ok(told)
}

fn word_digest(rules: &Rules, digest: &mut Digest, channel: ChannelId) -> Result<Message, String> {
    digest.channel = channel;
    let Some(address) = digest.channel.0.strip_prefix("mail:") else {
        return rules.payload(&digest.channel)?.digest(digest);
    };
    let sender = rules.sender.as_ref().ok_or("the configuration has no [mail] section any more")?;
    message::digest_mail(digest, sender, address).map_err(|error| error.to_string())
}

pub(super) fn word_bulletin(rules: &Rules, bulletin: &Bulletin) -> Result<Message, String> {
    let Some(address) = bulletin.channel.0.strip_prefix("mail:") else {
        return rules.payload(&bulletin.channel)?.bulletin(bulletin);
    };
    let sender = rules.sender.as_ref().ok_or("the configuration has no [mail] section any more")?;
    message::bulletin_mail(bulletin, sender, address).map_err(|error| error.to_string())
}

fn routes(pending: &[Ranked]) -> Vec<(Route, usize)> {
    let mut counts = BTreeMap::new();
    for route in pending.iter().filter_map(|ranked| ranked.alert.route) {
        *counts.entry(route).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn listed(connection: &Connection, rules: &Rules, pending: &[Ranked]) -> Result<Vec<DigestStory>, Error> {
    let mut stories = Vec::new();
    for ranked in pending.iter().take(MOST_STORIES) {
        let alert = &ranked.alert;
        let line =
            Line { watches: &alert.watches, priority: alert.priority, events: &alert.events, route: alert.route };
        stories.extend(story(connection, rules, alert.story, &line)?);
    }
    Ok(stories)
}

fn developing(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    since: Timestamp,
    pending: &[Ranked],
) -> Result<Vec<DigestStory>, Error> {
    let mut stories = Vec::new();
    for (id, watches, priority) in digests::developing(connection, recipient, since, MOST_DEVELOPING)? {
        if !pending.iter().any(|ranked| ranked.alert.story == id) {
            let line = Line { watches: &watches, priority, events: &[], route: None };
            stories.extend(story(connection, rules, id, &line)?);
        }
    }
    Ok(stories)
}

/// What a digest says of a story besides what the story is.
struct Line<'a> {
    watches: &'a [String],
    priority: Priority,
    events: &'a [Event],
    route: Option<Route>,
}

fn story(connection: &Connection, rules: &Rules, id: StoryId, line: &Line<'_>) -> Result<Option<DigestStory>, Error> {
    let Some(timeline) = stories::timeline(connection, id, &|key| rules.outlet_name(key))? else { return Ok(None) };
    let watch = line.watches.first().cloned().unwrap_or_default();
    let matched = wording::first_evidence(connection, rules, id, &watch)?;
    let first = timeline.members.first();
    Ok(Some(DigestStory {
        story: id,
        headline: first.map_or_else(|| timeline.headline.clone(), |first| first.title.clone()),
        url: first.and_then(|first| first.url.clone()),
        outlet: first.map(|first| first.outlet_name.clone()).unwrap_or_default(),
        outlets: timeline.outlets().len(),
        independent: timeline.independent_outlets().len(),
        first_seen: timeline.first_seen,
        watch,
        priority: line.priority,
        events: line.events.to_vec(),
        route: line.route,
        evidence: matched.evidence,
        text: matched.text,
    }))
}

/// Tells a recipient, once in the budget's span, that more came than it lets out.
pub(super) fn tell_of_budget(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    budget: Budget,
    left: usize,
    now: Timestamp,
) -> Result<usize, Error> {
    let last = digests::last_made(connection, recipient, BulletinKind::Budget.as_str())?;
    let is_told = last.is_some_and(|last| last <= now && now.duration_since(last).unsigned_abs() < budget.per);
    let channels = rules.channels(recipient);
    if is_told || channels.is_empty() {
        return Ok(0);
    }
    let settings = rules.settings(recipient);
    let next = settings.hours.next_digest(now);
    let next =
        next.map(|next| next.to_zoned_datetime(settings.hours.zone.clone()).strftime("%-d %b %H:%M %Z").to_string());
    let title = format!("{left} more of your stories go to the digest");
    let lines = vec![
        (
            None,
            format!(
                "Your budget is {} immediate alerts in {}, {} of them at once.",
                budget.immediate,
                words(budget.per),
                budget.burst
            ),
        ),
        (
            None,
            format!(
                "{left} stories were over it just now. They, and what else is over it, come in the next digest{}, the most \
             widely reported first. Critical watches are not held.",
                next.map(|next| format!(", {next}")).unwrap_or_default()
            ),
        ),
    ];
    send_bulletin(connection, rules, recipient, &channels, (BulletinKind::Budget, title, lines), now)
}

/// Queues a bulletin for these channels of a recipient, unless they were ended.
pub(super) fn send_bulletin(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    channels: &[ChannelId],
    (kind, title, lines): (BulletinKind, String, Vec<(Option<Timestamp>, String)>),
    now: Timestamp,
) -> Result<usize, Error> {
    if silences::is_ended(connection, recipient, &Silenced::Notices, now)? {
        return Ok(0);
    }
    let new = NewDigest { recipient, kind: kind.as_str(), headline: &title, since: now };
    let id = digests::insert(connection, &new, now)?;
    let settings = rules.settings(recipient);
    let mut bulletin = Bulletin {
        recipient: recipient.clone(),
        channel: ChannelId(String::new()),
        number: id.0,
        kind,
        title: title.clone(),
        lines,
        queued: now,
        timezone: settings.hours.zone,
        is_text_only: settings.is_text_only,
        instance: instance_token(connection)?,
        ways: wording::ways(connection, rules, recipient, Muted::Notices, now)?,
    };
    let mut messages = Vec::new();
    for channel in channels {
        bulletin.channel = channel.clone();
        messages.push((channel.clone(), word_bulletin(rules, &bulletin)));
    }
    digests::queue(connection, id, Priority::High, &messages, now)?;
    Ok(messages.len())
}
