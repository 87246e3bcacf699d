//! The bodies that services other than a Standard Webhook want, all over the one HTTP sender.
//!
//! Text of feeds goes into fields that know no markup wherever the service has such, and is escaped for the service's
//! own markup elsewhere: nothing in a headline can mention a channel, format a message or hide a link.

use serde_json::{Value, json};

use super::{
    Alert, Bulletin, Digest, Message,
    bulletin::{bulletin_post, bulletin_webhook},
    digest::{digest_post, digest_webhook},
    line::clipped,
    post::{Line, Post},
    template::HookTemplate,
    webhook,
};
use crate::alert::Priority;

/// What a webhook's other end understands.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Standard Webhooks 1.0.0.
    Standard,
    /// Incoming webhook: blocks of plain text.
    Slack,
    /// Webhook: one embed.
    Discord,
    /// A workflow ("When a Teams webhook request is received"): an Adaptive Card.
    Teams,
    /// `PUT …/send/m.room.message/{id}` of the client-server API, whose transaction id is the delivery's.
    Matrix,
    /// `sendMessage` of the Bot API.
    Telegram { chat: String },
    /// Publishing as JSON.
    Ntfy { topic: String },
    /// `/notify/{key}` of an Apprise API server.
    Apprise,
    /// A template of the user's own.
    Template(HookTemplate),
}

impl Payload {
    /// The Content-Type of the body.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Template(template) => template.content_type(),
            _ => "application/json",
        }
    }

    /// The message that tells `alert` in this form.
    ///
    /// # Errors
    /// When a user's template fails.
    pub fn alert(&self, alert: &Alert) -> Result<Message, String> {
        match self {
            Self::Standard => Ok(webhook::webhook(alert)),
            _ => self.post(&Post::of_alert(alert)),
        }
    }

    /// The message that tells of a digest in this form.
    ///
    /// # Errors
    /// When a user's template fails.
    pub fn digest(&self, digest: &Digest) -> Result<Message, String> {
        match self {
            Self::Standard => Ok(digest_webhook(digest)),
            _ => self.post(&digest_post(digest)),
        }
    }

    /// The message that is a bulletin in this form.
    ///
    /// # Errors
    /// When a user's template fails.
    pub fn bulletin(&self, bulletin: &Bulletin) -> Result<Message, String> {
        match self {
            Self::Standard => Ok(bulletin_webhook(bulletin)),
            _ => self.post(&bulletin_post(bulletin)),
        }
    }

    /// A post in this form; as a Standard Webhook it is the post's data alone.
    ///
    /// # Errors
    /// When a user's template fails.
    pub fn post(&self, post: &Post) -> Result<Message, String> {
        let bytes = match self {
            Self::Standard => post.data.to_string(),
            Self::Slack => slack(post).to_string(),
            Self::Discord => discord(post).to_string(),
            Self::Teams => teams(post).to_string(),
            Self::Matrix => matrix(post).to_string(),
            Self::Telegram { chat } => telegram(post, chat).to_string(),
            Self::Ntfy { topic } => ntfy(post, topic).to_string(),
            Self::Apprise => apprise(post).to_string(),
            Self::Template(template) => template.render(post)?,
        };
        Ok(Message { id: post.id.clone(), bytes: bytes.into_bytes() })
    }
}

/// Text objects of type `plain_text` know no markup. Links need `mrkdwn`, in which `&`, `<` and `>` must be escaped; a
/// `|` would end the URL.
fn slack(post: &Post) -> Value {
    let plain = |text: &str| json!({"type": "plain_text", "text": text, "emoji": false});
    let mut blocks = vec![json!({"type": "header", "text": plain(&clipped(&post.title, 140))})];
    for line in &post.lines {
        blocks.push(json!({"type": "section", "text": plain(&line.text)}));
        if let Some((host, url)) = &line.link {
            let link = format!("<{}|{}>", slack_escaped(url).replace('|', "%7C"), slack_escaped(host));
            blocks.push(json!({"type": "context", "elements": [{"type": "mrkdwn", "text": link}]}));
        }
    }
    json!({"text": slack_escaped(&post.title), "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
}

fn slack_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `allowed_mentions` with an empty `parse` lets no `@everyone` work, whatever the text says.
fn discord(post: &Post) -> Value {
    let line = |line: &Line| match &line.link {
        Some((host, url)) => {
            format!("{} [{}](<{}>)", markdown_escaped(&line.text), markdown_escaped(host), markdown_url(url))
        }
        None => markdown_escaped(&line.text),
    };
    let mut embed = json!({
        "title": clipped(&markdown_escaped(&clipped(&post.title, 120)), 250),
        "description": within(post.lines.iter().map(line), 4000),
        "timestamp": post.queued.to_string(),
    });
    if let Some(url) = &post.url {
        embed["url"] = json!(url);
    }
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}

/// Everything that Markdown could take for markup.
fn markdown_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if "\\`*_~|[]()<>#@:!-+.".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A URL in which nothing can be taken for the end of a link or for markup.
fn markdown_url(url: &str) -> String {
    url.replace('(', "%28")
        .replace(')', "%29")
        .replace('[', "%5B")
        .replace(']', "%5D")
        .replace('*', "%2A")
        .replace('|', "%7C")
}

/// A text run of a `RichTextBlock` knows no Markdown, other than a `TextBlock`.
fn teams(post: &Post) -> Value {
    let run = |text: &str, extra: Value| {
        let mut run = json!({"type": "TextRun", "text": text});
        if let (Some(run), Value::Object(extra)) = (run.as_object_mut(), extra) {
            run.extend(extra);
        }
        json!({"type": "RichTextBlock", "inlines": [run]})
    };
    let mut body = vec![run(&post.title, json!({"size": "Large", "weight": "Bolder"}))];
    for line in &post.lines {
        body.push(run(&line.text, json!({})));
        if let Some((host, url)) = &line.link {
            body.push(run(host, json!({"selectAction": {"type": "Action.OpenUrl", "url": url}})));
        }
    }
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    });
    let attachment = json!({"contentType": "application/vnd.microsoft.card.adaptive", "content": card});
    json!({"type": "message", "attachments": [attachment]})
}

/// `m.notice`: other bots must not answer.
fn matrix(post: &Post) -> Value {
    let line = |line: &Line| match &line.link {
        Some((host, url)) => format!("{} <a href=\"{}\">{}</a>", html(&line.text), html(url), html(host)),
        None => html(&line.text),
    };
    let lines = within(post.lines.iter().map(line).map(|line| format!("{line}<br>")), 8000);
    json!({
        "msgtype": "m.notice",
        "body": format!("{}\n{}", post.title, post.text()),
        "format": "org.matrix.custom.html",
        "formatted_body": format!("<strong>{}</strong><br>{}", html(&post.title), lines.replace('\n', "")),
    })
}

/// 4,096 characters at most after entities are parsed.
fn telegram(post: &Post, chat: &str) -> Value {
    let line = |line: &Line| match &line.link {
        Some((host, url)) => format!("{} <a href=\"{}\">{}</a>", html(&line.text), html(url), html(host)),
        None => html(&line.text),
    };
    let text = format!("<b>{}</b>\n{}", html(&post.title), within(post.lines.iter().map(line), 3500));
    json!({
        "chat_id": chat,
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
        "disable_notification": post.priority == Priority::Low,
    })
}

/// Messages above 4,096 bytes would become an attachment.
fn ntfy(post: &Post, topic: &str) -> Value {
    let priority = match post.priority {
        Priority::Low => 2,
        Priority::Normal => 3,
        Priority::High => 4,
        Priority::Critical => 5,
    };
    let lines = post.lines.iter().map(|line| line.text.clone());
    let mut body = json!({
        "topic": topic,
        "title": post.title,
        "message": within(lines, 3800),
        "priority": priority,
    });
    if let Some(url) = &post.url {
        body["click"] = json!(url);
    }
    body
}

fn apprise(post: &Post) -> Value {
    let kind = if post.priority >= Priority::High { "warning" } else { "info" };
    json!({"title": post.title, "body": post.text(), "type": kind, "format": "text"})
}

fn html(text: &str) -> String {
    html_escape::encode_quoted_attribute(text).into_owned()
}

/// As many whole lines as `bytes` have room for: cutting inside one could break an escape in two.
fn within(lines: impl Iterator<Item = String>, bytes: usize) -> String {
    let mut out = String::new();
    for line in lines {
        if out.len() + line.len() + 1 > bytes {
            break;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}
