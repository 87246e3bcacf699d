//! A digest: many stories in one message. Both parts of the mail are laid out from one view, in one order.

#[cfg(test)]
mod tests;
mod text;
mod view;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    BadAddress, Message, Sender, Ways, html, identity,
    line::{clipped, safe_url},
    mail::{Head, collected_head, formatted},
    post::{Line, Post},
    view::MAX_HEADLINE,
};
use crate::{
    alert::{ChannelId, Event, Kind, Priority, RecipientId, Route},
    story::StoryId,
    watch::Hit,
};

pub use view::digest_headline;

/// Stories that a digest lists; the rest is counted.
pub const MOST_STORIES: usize = 30;
/// Bytes of the HTML part: Gmail cuts a message off at about 102 kB.
const MAX_HTML: usize = 90_000;
/// How many stories are listed; the next is taken while the HTML part is too large.
const SIZES: [usize; 4] = [MOST_STORIES, 20, 10, 3];
/// Stories of a digest that a chat service is told of; it limits a message to a few thousand characters.
const POSTED: usize = 10;
/// Bytes of a webhook's body.
const MAX_BODY: usize = 20_000;

/// All that a digest may say.
#[derive(Clone, Debug)]
pub struct Digest {
    pub recipient: RecipientId,
    pub channel: ChannelId,
    /// Its row, which is in its identity.
    pub number: i64,
    pub kind: Kind,
    /// The time it covers.
    pub since: Timestamp,
    pub until: Timestamp,
    pub timezone: TimeZone,
    /// A mail without an HTML part.
    pub is_text_only: bool,
    pub instance: String,
    /// The first in rank, best first; as many as are listed at most.
    pub stories: Vec<DigestStory>,
    /// All stories, listed or not.
    pub total: usize,
    /// How many came by each route.
    pub routes: Vec<(Route, usize)>,
    /// Stories told before that have grown since.
    pub developing: Vec<DigestStory>,
    pub coverage: Coverage,
    /// Silences that hold, one sentence each.
    pub silences: Vec<String>,
    pub next: Option<Timestamp>,
    /// How the reader ends digests.
    pub ways: Ways,
}

/// One story of a digest.
#[derive(Clone, Debug, PartialEq)]
pub struct DigestStory {
    pub story: StoryId,
    pub headline: String,
    pub url: Option<String>,
    /// Who had it first.
    pub outlet: String,
    pub outlets: usize,
    pub independent: usize,
    pub first_seen: Timestamp,
    /// The first of the watches it is told for, under which it stands.
    pub watch: String,
    pub priority: Priority,
    pub events: Vec<Event>,
    pub route: Option<Route>,
    /// Hits and the text they point into.
    pub evidence: Vec<Hit>,
    pub text: String,
}

/// What was read: a digest that does not come, or that read nothing, is a fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    pub entries: u64,
    pub healthy: usize,
    pub failing: usize,
    pub silent: usize,
    pub retired: usize,
    /// The feed that has failed for longest, and when it was last read.
    pub worst: Option<(String, Option<Timestamp>)>,
    /// The longest time in which the process was not there.
    pub downtime: Option<(Timestamp, Timestamp)>,
}

/// The digest as a mail to `to`.
///
/// # Errors
/// When `to` is no mail address.
pub fn digest_mail(digest: &Digest, sender: &Sender, to: &str) -> Result<Message, BadAddress> {
    let id = identity::collected_id(digest.number, &digest.instance, &digest.channel.0, sender.address.domain());
    let head = Head {
        id: &id,
        subject: digest_headline(digest),
        queued: digest.until,
        list: "digest",
        ways: &digest.ways,
        own: vec![
            ("Storywatch-Event", "digest".to_owned()),
            ("Storywatch-Digest", digest.kind.as_str().to_owned()),
            ("Storywatch-Stories", digest.total.to_string()),
        ],
    };
    let builder = collected_head(head, sender, to)?;
    let (plain, html) = parts(digest);
    Ok(Message { bytes: formatted(builder, &id, plain, (!digest.is_text_only).then_some(html)), id })
}

fn parts(digest: &Digest) -> (String, String) {
    let render = |most: usize| {
        let view = view::view(digest, most);
        (text::text(&view), html::render("digest.html", &view))
    };
    let mut rendered = render(SIZES[0]);
    for most in &SIZES[1..] {
        if rendered.1.len() <= MAX_HTML {
            break;
        }
        rendered = render(*most);
    }
    rendered
}

/// The digest as the body of a webhook.
pub(super) fn digest_webhook(digest: &Digest) -> Message {
    let mut bytes = body(digest, SIZES[0]).to_string().into_bytes();
    for most in [20, 10, 5, 1, 0] {
        if bytes.len() < MAX_BODY {
            break;
        }
        bytes = body(digest, most).to_string().into_bytes();
    }
    Message { id: identity::collected_webhook_id(digest.number, &digest.instance, &digest.channel.0), bytes }
}

/// The digest for a chat service; few of the stories fit.
pub(super) fn digest_post(digest: &Digest) -> Post {
    let view = view::view(digest, POSTED);
    let mut lines: Vec<Line> = view.totals.iter().map(|line| Line::plain(line)).collect();
    for section in &view.sections {
        lines.push(Line::plain(&section.title));
        for row in &section.rows {
            let link = row.link.as_ref().map(|link| (link.host.clone(), link.url.clone()));
            let text = format!("{}. {} ({})", row.number, row.headline, row.source);
            lines.push(Line { link, ..Line::plain(&text) });
        }
        lines.extend(section.not_listed.iter().map(|line| Line::plain(line)));
    }
    let Message { id, bytes } = digest_webhook(digest);
    let data = serde_json::from_slice(&bytes).unwrap_or_default();
    let title = digest_headline(digest);
    Post { id, title, url: None, lines, priority: Priority::Normal, queued: digest.until, data }
}

fn body(digest: &Digest, most: usize) -> Value {
    let listed = digest.stories.len().min(most);
    let coverage = &digest.coverage;
    json!({
        "type": "digest",
        "timestamp": digest.until.to_string(),
        "data": {
            "kind": digest.kind.as_str(),
            "since": digest.since.to_string(),
            "until": digest.until.to_string(),
            "stories": digest.stories.iter().take(listed).map(story_json).collect::<Vec<_>>(),
            "stories_not_listed": digest.total.saturating_sub(listed),
            "developing": digest.developing.iter().take(most).map(story_json).collect::<Vec<_>>(),
            "coverage": {
                "entries": coverage.entries,
                "feeds": {
                    "healthy": coverage.healthy,
                    "failing": coverage.failing,
                    "silent": coverage.silent,
                    "retired": coverage.retired,
                },
                "downtime": coverage.downtime.map(|(began, ended)| [began.to_string(), ended.to_string()]),
            },
            "next": digest.next.map(|time| time.to_string()),
        },
    })
}

fn story_json(story: &DigestStory) -> Value {
    json!({
        "story": story.story.to_string(),
        "headline": clipped(&story.headline, MAX_HEADLINE),
        "url": story.url.as_deref().and_then(safe_url).map(|(url, _)| url),
        "watch": clipped(&story.watch, 60),
        "priority": story.priority.as_str(),
        "events": story.events.iter().map(|event| event.as_str()).collect::<Vec<_>>(),
        "route": story.route.map(Route::as_str),
        "outlets": story.outlets,
        "independent": story.independent,
        "first_seen": story.first_seen.to_string(),
    })
}
