//! From alerts whose time has come to deliveries that are queued: asks `alert` whether each goes out by itself, and has
//! `message` word those that do.

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::{Deciding, Muting, collect, rules::Rules, tell::match_facts};
use crate::{
    alert::{
        Budget, Candidate, ChannelId, Corrected, Event, Facts, Priority, RecipientId, Released, Route, Told, Traffic,
        headline_changes, ready_watches, release, words,
    },
    message::{self, Happened, Links, MatchedWatch, Message, Muted, Ticket, Ways},
    store::{
        self, Error,
        alerts::{self, AlertRow, MatchRow},
        entries, instance_token, stories,
    },
    story::{StoryId, Timeline},
};

/// Lets out every alert whose time has come, or leaves it to a digest; gives the number of deliveries queued. Part of
/// the transaction it is called in.
pub fn queue_due(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<usize, Error> {
    let mut by_recipient: BTreeMap<RecipientId, Vec<AlertRow>> = BTreeMap::new();
    for row in alerts::due(connection, now)? {
        by_recipient.entry(row.recipient.clone()).or_default().push(row);
    }
    if by_recipient.is_empty() {
        return Ok(0);
    }
    let muting = Muting::load(connection, rules, now)?;
    let letting_out = LettingOut { deciding: Deciding { connection, rules, muting: &muting, downtime: None, now } };
    let mut queued = 0;
    for (recipient, rows) in by_recipient {
        queued += letting_out.let_out(&recipient, &rows)?;
    }
    Ok(queued)
}

struct LettingOut<'a> {
    deciding: Deciding<'a>,
}

/// An alert with its story as it stands now.
struct Ripe<'a> {
    row: &'a AlertRow,
    story: Timeline,
    matches: Vec<MatchRow>,
    /// Watches of the recipient that the story satisfies.
    ready: Vec<String>,
    muted: Option<String>,
}

impl LettingOut<'_> {
    fn let_out(&self, recipient: &RecipientId, rows: &[AlertRow]) -> Result<usize, Error> {
        let (connection, now) = (self.deciding.connection, self.deciding.now);
        let mut ripe = Vec::new();
        for row in rows {
            ripe.extend(self.ripe(row)?);
        }
        let candidates: Vec<Candidate> = ripe.iter().map(|alert| self.candidate(alert)).collect();
        let traffic = self.traffic(recipient)?;
        let (mut queued, mut over_budget, mut left) = (0, 0, 0);
        let mut used = traffic.told_in_span;
        for (alert, released) in ripe.iter().zip(release(&candidates, &traffic)) {
            let (outcome, reason) = match &released {
                Released::Send(reason) => ("send", reason),
                Released::Digest(_, reason) => ("digest", reason),
                Released::Silence(reason) => ("silence", reason),
            };
            alerts::record(connection, (alert.row.story, None), recipient, (outcome, reason), now)?;
            match released {
                Released::Send(_) => {
                    used += usize::from(alert.row.priority < Priority::Critical);
                    queued += self.queue(alert, remarks(traffic.budget, used))?;
                }
                Released::Digest(route, _) => {
                    left += 1;
                    over_budget += usize::from(route == Route::Budget);
                    alerts::leave_to_digest(connection, alert.row.id, route, now)?;
                }
                Released::Silence(_) => alerts::silence(connection, alert.row.id, now)?,
            }
        }
        let rules = self.deciding.rules;
        if let Some(budget) = traffic.budget.filter(|_| over_budget > 0) {
            queued += collect::tell_of_budget(connection, rules, recipient, budget, over_budget, now)?;
        }
        if left > 0 {
            queued += collect::collect_for(connection, rules, recipient, now)?;
        }
        Ok(queued)
    }

    fn ripe<'a>(&self, row: &'a AlertRow) -> Result<Option<Ripe<'a>>, Error> {
        let Deciding { connection, rules, now, .. } = self.deciding;
        let story = stories::timeline(connection, row.story, &|key| rules.outlet_name(key))?;
        let Some(story) = story else { return Ok(None) };
        let matches = alerts::matches_of_story(connection, row.story)?;
        let facts = match_facts(&self.deciding, &row.recipient, &story, &matches)?;
        let is_muted = !facts.is_empty() && facts.iter().all(|fact| fact.muted.is_some());
        let muted = facts.iter().find_map(|fact| fact.muted.clone()).filter(|_| is_muted);
        let ready = ready_watches(&Facts {
            story: &story,
            matches: &facts,
            history: &[],
            corrections: &[],
            has_digest: false,
            downtime: None,
            catch_up_after: Duration::MAX,
            now,
        });
        Ok(Some(Ripe { row, story, matches, ready, muted }))
    }

    fn candidate(&self, alert: &Ripe<'_>) -> Candidate {
        let watches = alert.row.watches.iter().chain(&alert.ready);
        Candidate {
            priority: alert.row.priority,
            independent: alert.story.independent_outlets().len(),
            due: alert.row.due,
            breaks_quiet: watches.filter_map(|name| self.deciding.rules.policy(name)).any(|policy| policy.breaks_quiet),
            muted: alert.muted.clone(),
        }
    }

    fn traffic(&self, recipient: &RecipientId) -> Result<Traffic, Error> {
        let Deciding { connection, rules, now, .. } = self.deciding;
        let settings = rules.settings(recipient);
        let within = |span: Duration| alerts::told_since(connection, recipient, before(now, span), now);
        Ok(Traffic {
            quiet_until: settings.hours.quiet_until(now),
            budget: settings.budget,
            told_in_span: settings.budget.map(|budget| within(budget.per)).transpose()?.unwrap_or(0),
            told_in_minute: within(Budget::BURST_SPAN)?,
            is_machine: recipient.0.starts_with("hook:"),
        })
    }

    fn queue(&self, ripe: &Ripe<'_>, remarks: Vec<String>) -> Result<usize, Error> {
        let Deciding { connection, rules, now, .. } = self.deciding;
        let row = ripe.row;
        let settings = rules.settings(&row.recipient);
        let independent = ripe.story.independent_outlets().len();
        let corrected = stories::corrections(connection, row.story)?;
        let mut told = Told::of(&ripe.story);
        told.corrections.extend(corrected.iter().map(|corrected| corrected.entry));
        let mut alert = message::Alert {
            recipient: row.recipient.clone(),
            channel: ChannelId(String::new()),
            event: row.event,
            seq: row.seq,
            headline: ripe.story.headline.clone(),
            confirm_at: confirm_at(rules, &row.watches),
            watches: self.named_watches(ripe)?,
            story: ripe.story.clone(),
            queued: now,
            timezone: settings.hours.zone,
            instance: instance_token(connection)?,
            thread: Vec::new(),
            happened: self.happened(ripe, &corrected, remarks)?,
            links: self.links(row)?,
            is_text_only: settings.is_text_only,
        };
        let mut messages = Vec::new();
        for channel in alerts::channels(connection, row.id)? {
            alert.thread = alerts::thread(connection, row, &channel)?;
            let told = thread_headline(connection, &alert.thread)?;
            alert.headline = told.unwrap_or_else(|| ripe.story.headline.clone());
            alert.channel = channel.clone();
            messages.push((channel, word(rules, &alert)));
        }
        alerts::queue(connection, row.id, (independent, &told), &messages, now)?;
        Ok(messages.len())
    }

    /// How the reader ends alerts: by a link where the pages have a public URL, by mail where there is an address for it.
    fn links(&self, row: &AlertRow) -> Result<Links, Error> {
        let Deciding { connection, rules, now, .. } = self.deciding;
        let ways = |muted: Muted| ways(connection, rules, &row.recipient, muted, now);
        // The watch of the subject and of List-Id.
        let first = alerts::first_watches(connection, row)?.into_iter().chain(row.watches.iter().cloned()).next();
        let watch = first.map(|watch| ways(Muted::Watch(watch))).transpose()?;
        Ok(Links { story: ways(Muted::Story(row.story))?.link, watch: watch.unwrap_or_default() })
    }

    /// What is other than when the recipient was last told.
    fn happened(&self, ripe: &Ripe<'_>, corrected: &[Corrected], remarks: Vec<String>) -> Result<Happened, Error> {
        let row = ripe.row;
        if row.events.contains(&Event::New) {
            return Ok(Happened { events: row.events.clone(), remarks, ..Happened::default() });
        }
        let mut known = Told::default();
        for past in alerts::history(self.deciding.connection, &row.recipient, row.story)? {
            known.headlines.extend(past.told.headlines);
            known.corrections.extend(past.told.corrections);
        }
        let outlet = |entry: i64| {
            let member = ripe.story.members.iter().find(|member| member.entry.0 == entry);
            member.map(|member| member.outlet_name.clone()).unwrap_or_default()
        };
        let news = corrected.iter().filter(|corrected| !known.corrections.contains(&corrected.entry));
        Ok(Happened {
            events: row.events.clone(),
            changes: headline_changes(&ripe.story, &known),
            corrections: news.map(|news| (outlet(news.entry), news.sentence.clone())).collect(),
            remarks,
        })
    }

    /// The watches a message names: those of the thread's first alert first, since the subject hangs on them, then
    /// those the alert was raised for, then what has come to match since.
    fn named_watches(&self, ripe: &Ripe<'_>) -> Result<Vec<MatchedWatch>, Error> {
        let Deciding { connection, rules, .. } = self.deciding;
        let mut names = alerts::first_watches(connection, ripe.row)?;
        for name in ripe.row.watches.iter().chain(&ripe.ready) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names.iter().map(|name| matched_watch(connection, rules, name, &ripe.matches)).collect()
    }
}

/// The headline that the mails of a thread bear, where the first of them was of a story that still has one.
fn thread_headline(connection: &Connection, thread: &[String]) -> Result<Option<String>, Error> {
    let story = thread.first().and_then(|id| message::story_of(id));
    Ok(story.map(|story| stories::headline(connection, story)).transpose()?.flatten())
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    now.saturating_sub(SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MIN)
}

fn confirm_at(rules: &Rules, watches: &[String]) -> usize {
    watches.iter().filter_map(|name| rules.policy(name)).map(|policy| policy.confirmed_at()).min().unwrap_or(2)
}

fn remarks(budget: Option<Budget>, used: usize) -> Vec<String> {
    let line = |budget: Budget| {
        format!("{used} of {} immediate alerts used in the last {}.", budget.immediate, words(budget.per))
    };
    budget.map(line).into_iter().collect()
}

/// How a recipient ends something: by a link where the pages have a public URL, by mail where there is an address for it.
pub(super) fn ways(
    connection: &Connection,
    rules: &Rules,
    recipient: &RecipientId,
    muted: Muted,
    now: Timestamp,
) -> Result<Ways, Error> {
    let public = rules.config.web.public_url.as_ref().filter(|_| rules.config.web.listen.is_some());
    let address = rules.config.mail.as_ref().and_then(|mail| mail.unsubscribe.as_deref());
    if public.is_none() && address.is_none() {
        return Ok(Ways::default());
    }
    let ticket = Ticket::new(recipient, muted, now).seal(&store::signing_key(connection)?);
    Ok(Ways {
        link: public.map(|url| format!("{url}mute/{ticket}")),
        mail: address.map(|address| format!("mailto:{address}?subject=mute%20{ticket}")),
    })
}

/// An alert in the form of its channel.
pub fn word(rules: &Rules, alert: &message::Alert) -> Result<Message, String> {
    let Some(address) = alert.channel.0.strip_prefix("mail:") else {
        return rules.payload(&alert.channel)?.alert(alert);
    };
    let sender = rules.sender.as_ref().ok_or("the configuration has no [mail] section any more")?;
    message::mail(alert, sender, address).map_err(|error| error.to_string())
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

/// Story of a digest in the form that is worded.
pub(super) fn first_evidence(
    connection: &Connection,
    rules: &Rules,
    story: StoryId,
    watch: &str,
) -> Result<MatchedWatch, Error> {
    matched_watch(connection, rules, watch, &alerts::matches_of_story(connection, story)?)
}
