//! An alert as the body of a webhook, after Standard Webhooks 1.0.0: `{type, timestamp, data}`.
//!
//! Says nothing of the recipient: a hook's other end need not know who else is told.

use serde_json::{Value, json};

use super::{
    Alert, MatchedWatch, Message, identity,
    line::{clipped, safe_url},
    view,
};
use crate::{alert::Event, story::Member};

/// Bytes of the body; Standard Webhooks asks for less than 20 kB.
const MAX_BODY: usize = 20_000;
/// How many members and hits a watch are listed; the next is taken while the body is too large.
const SIZES: [(usize, usize); 5] = [(30, 8), (15, 4), (5, 2), (1, 1), (0, 0)];
const MAX_WATCHES: usize = 10;
const MAX_OUTLETS: usize = 40;

/// The webhook body that tells `alert`; `id` is the `webhook-id`.
pub fn webhook(alert: &Alert) -> Message {
    Message { id: identity::webhook_id(alert), bytes: value(alert).to_string().into_bytes() }
}

/// The body before it is written.
pub(super) fn value(alert: &Alert) -> Value {
    let render = |(members, hits)| body(alert, members, hits);
    let mut value = render(SIZES[0]);
    for size in &SIZES[1..] {
        if value.to_string().len() < MAX_BODY {
            break;
        }
        value = render(*size);
    }
    value
}

fn kind(event: Event) -> &'static str {
    match event {
        Event::New => "story.new",
        Event::Confirmed => "story.confirmed",
        Event::Correction => "story.corrected",
        Event::Escalated | Event::HeadlineChanged | Event::Resurfaced => "story.updated",
    }
}

fn body(alert: &Alert, members: usize, hits: usize) -> Value {
    let story = &alert.story;
    json!({
        "type": kind(alert.event),
        "timestamp": alert.queued.to_string(),
        "data": {
            "story": story.story.to_string(),
            "event": alert.event.as_str(),
            "seq": alert.seq,
            "headline": view::headline(alert),
            "first_seen": story.first_seen.to_string(),
            "watches": alert.watches.iter().take(MAX_WATCHES).map(|watch| watch_json(watch, hits)).collect::<Vec<_>>(),
            "outlets": keys(&story.outlets()),
            "independent": keys(&story.independent_outlets()),
            "members": story.members.iter().take(members).map(member_json).collect::<Vec<_>>(),
            "members_not_listed": story.members.len().saturating_sub(members),
        },
    })
}

fn keys(outlets: &[&str]) -> Vec<String> {
    outlets.iter().take(MAX_OUTLETS).map(|key| clipped(key, 60)).collect()
}

fn watch_json(watch: &MatchedWatch, hits: usize) -> Value {
    let hit = |hit: &crate::watch::Hit| {
        json!({
            "field": clipped(&hit.field, 20),
            "text": clipped(&hit.text, 120),
            "clause": clipped(&hit.clause, 120),
        })
    };
    json!({
        "name": clipped(&watch.name, 60),
        "priority": watch.priority.as_str(),
        "hits": watch.evidence.iter().take(hits).map(hit).collect::<Vec<_>>(),
    })
}

fn member_json(member: &Member) -> Value {
    json!({
        "url": member.url.as_deref().and_then(safe_url).map(|(url, _)| url),
        "outlet": clipped(&member.outlet, 60),
        "outlet_name": clipped(&member.outlet_name, 60),
        "title": clipped(&member.title, 200),
        "seen": member.seen.to_string(),
        "published": member.published.map(|time| time.to_string()),
        "relation": member.relation.as_str(),
        "of": member.of.as_deref().map(|of| clipped(of, 60)),
        "evidence": member.evidence.as_deref().map(|evidence| clipped(evidence, 240)),
    })
}
