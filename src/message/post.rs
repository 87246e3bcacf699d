//! An alert in the few parts that chat services and push notifications have in common.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Alert, identity,
    line::clipped,
    view::{self, Room, View},
    webhook,
};
use crate::alert::Priority;

/// Lines of a post; what is left out is counted in the mail.
const MAX_LINES: usize = 16;
const MAX_LINE: usize = 400;
const MAX_TITLE: usize = 200;

/// A message for a chat service: plain text throughout, every link http or https.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// The `webhook-id`.
    pub id: String,
    pub title: String,
    pub url: Option<String>,
    pub lines: Vec<Line>,
    pub priority: Priority,
    pub queued: Timestamp,
    /// The body of Standard Webhooks, for templates.
    pub data: Value,
}

/// One line of a post.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Line {
    pub text: String,
    /// Where more of it stands: host and URL.
    pub link: Option<(String, String)>,
}

impl Line {
    /// A line without a link.
    pub fn plain(text: &str) -> Self {
        Self { text: clipped(text, MAX_LINE), link: None }
    }
}

impl Post {
    /// The post that tells `alert`.
    pub(super) fn of_alert(alert: &Alert) -> Self {
        let view = view::view(alert, Room { rows: 5, watches: 3 });
        let watch = alert.watches.first().map(|watch| format!("[{}] ", clipped(&watch.name, 30))).unwrap_or_default();
        let mut lines = lines(&view);
        lines.truncate(MAX_LINES);
        Self {
            id: identity::webhook_id(alert),
            title: clipped(&format!("{watch}{}", view.headline), MAX_TITLE),
            url: view.lead.as_ref().and_then(|lead| lead.link.as_ref()).map(|link| link.url.clone()),
            lines,
            priority: alert.watches.iter().map(|watch| watch.priority).max().unwrap_or_default(),
            queued: alert.queued,
            data: webhook::value(alert),
        }
    }

    /// The lines as one text, with their links in angle brackets.
    pub fn text(&self) -> String {
        let line = |line: &Line| match &line.link {
            Some((_, url)) => format!("{} <{url}>", line.text),
            None => line.text.clone(),
        };
        self.lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn lines(view: &View) -> Vec<Line> {
    let mut lines: Vec<Line> = view.news.iter().map(|news| Line::plain(&news.plain())).collect();
    if let Some(lead) = &view.lead {
        let link = lead.link.as_ref().map(|link| (link.host.clone(), link.url.clone()));
        lines.push(Line { text: clipped(&format!("{}, {}", lead.outlet, lead.when), MAX_LINE), link });
    }
    for why in &view.why {
        let reasons = if why.reasons.is_empty() { view.words.matches.to_owned() } else { why.reasons.join("; ") };
        lines.push(Line::plain(&format!("{}: {reasons}", why.watch)));
        if let Some(sentence) = why.sentences.first() {
            let text: String = sentence.iter().map(|span| span.text.as_str()).collect();
            lines.push(Line::plain(&format!("“{}”", text.trim())));
        }
    }
    for row in &view.also {
        let link = row.link.as_ref().map(|link| (link.host.clone(), link.url.clone()));
        lines.push(Line { text: clipped(&format!("{} {}, {}", row.outlet, row.time, row.relation), MAX_LINE), link });
    }
    lines.extend(view.not_listed.iter().map(|line| Line::plain(line)));
    lines.push(Line::plain(&format!("Story {}", view.story)));
    lines
}
