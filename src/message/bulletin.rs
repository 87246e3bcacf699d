//! A few sentences about the product itself: notices to the operator, and that a budget is used up.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use serde_json::json;

use super::{
    BadAddress, Message, Sender, Ways, html, identity,
    line::{clipped, wrap},
    mail::{Head, collected_head, formatted},
    post::{Line, Post},
    text::push_mute,
    view::{Mute, Times},
    words::{ENGLISH, Words},
};
use crate::alert::{ChannelId, Priority, RecipientId};

/// Sentences that are listed; the rest is counted.
const MOST: usize = 50;

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulletinKind {
    Notice,
    Budget,
}

impl BulletinKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Budget => "budget",
        }
    }
}

/// All that a bulletin says.
#[derive(Clone, Debug)]
pub struct Bulletin {
    pub recipient: RecipientId,
    pub channel: ChannelId,
    /// Its row, which is in its identity.
    pub number: i64,
    pub kind: BulletinKind,
    pub title: String,
    /// When, where it is of use, and the sentence.
    pub lines: Vec<(Option<Timestamp>, String)>,
    pub queued: Timestamp,
    pub timezone: TimeZone,
    /// A mail without an HTML part.
    pub is_text_only: bool,
    pub instance: String,
    /// How the reader ends such messages.
    pub ways: Ways,
}

#[derive(Serialize)]
struct View {
    title: String,
    lines: Vec<String>,
    /// The line that mail clients show beside the subject.
    state: String,
    mute: Vec<Mute>,
    words: &'static Words,
}

fn view(bulletin: &Bulletin) -> View {
    let times = Times { zone: &bulletin.timezone, now: bulletin.queued };
    let line = |(at, text): &(Option<Timestamp>, String)| match at {
        // The heading says it already.
        Some(at) if *text == bulletin.title => format!("Since {}.", times.show(*at, true)),
        Some(at) => format!("{}: {}", times.show(*at, true), clipped(text, 500)),
        None => clipped(text, 500),
    };
    let mut lines: Vec<String> = bulletin.lines.iter().take(MOST).map(line).collect();
    let more = bulletin.lines.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(format!("{more} more; `storywatch feeds list` and `storywatch outbox list` show them."));
    }
    let state = lines.first().cloned().unwrap_or_default();
    let mute = Mute::new(ENGLISH.mute_notices.to_owned(), bulletin.ways.link.as_deref()).into_iter().collect();
    View { title: clipped(&bulletin.title, 200), lines, state, mute, words: &ENGLISH }
}

/// The bulletin as a mail to `to`.
///
/// # Errors
/// When `to` is no mail address.
pub fn bulletin_mail(bulletin: &Bulletin, sender: &Sender, to: &str) -> Result<Message, BadAddress> {
    let id = identity::collected_id(bulletin.number, &bulletin.instance, &bulletin.channel.0, sender.address.domain());
    let view = view(bulletin);
    let head = Head {
        id: &id,
        subject: format!("[storywatch] {}", view.title),
        queued: bulletin.queued,
        list: "notices",
        ways: &bulletin.ways,
        own: vec![("Storywatch-Event", bulletin.kind.as_str().to_owned())],
    };
    let builder = collected_head(head, sender, to)?;
    let mut plain = String::new();
    wrap(&mut plain, "", &view.title);
    for line in &view.lines {
        plain.push('\n');
        wrap(&mut plain, "", line);
    }
    if !view.mute.is_empty() {
        plain.push_str("\n-- \n");
        push_mute(&mut plain, &view.mute);
    }
    let html = (!bulletin.is_text_only).then(|| html::render("bulletin.html", &view));
    Ok(Message { bytes: formatted(builder, &id, plain, html), id })
}

/// The bulletin as the body of a webhook.
pub(super) fn bulletin_webhook(bulletin: &Bulletin) -> Message {
    let view = view(bulletin);
    let body = json!({
        "type": format!("operator.{}", bulletin.kind.as_str()),
        "timestamp": bulletin.queued.to_string(),
        "data": {"title": view.title, "lines": view.lines.iter().take(30).collect::<Vec<_>>()},
    });
    Message {
        id: identity::collected_webhook_id(bulletin.number, &bulletin.instance, &bulletin.channel.0),
        bytes: body.to_string().into_bytes(),
    }
}

/// The bulletin for a chat service.
pub(super) fn bulletin_post(bulletin: &Bulletin) -> Post {
    let view = view(bulletin);
    let lines = view.lines.iter().take(20).map(|line| Line::plain(line)).collect();
    let Message { id, bytes } = bulletin_webhook(bulletin);
    let data = serde_json::from_slice(&bytes).unwrap_or_default();
    Post { id, title: view.title, url: None, lines, priority: Priority::Normal, queued: bulletin.queued, data }
}
