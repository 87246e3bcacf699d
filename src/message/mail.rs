//! An alert as a mail (RFC 5322): which headers, and both parts.
//!
//! Everything lettre would make up itself at build time (date, id, boundary) is set here, so that the bytes depend on
//! the alert alone.

use std::{sync::Arc, time::SystemTime};

use jiff::Timestamp;
use lettre::{
    Address,
    message::{
        Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{
    Alert, MailTemplates, Message, Ways, html, identity,
    line::{clean, header_text},
    text,
    view::{self, Room},
};

/// Characters of a subject; phones show about 40, desktop clients about 70.
const SUBJECT: usize = 70;
/// Bytes of the HTML part: Gmail cuts a message off at about 102 kB.
const MAX_HTML: usize = 90_000;
/// How much is listed; the next is taken while the HTML part is too large. The last always fits, since every text in it
/// is clipped.
const ROOMS: [Room; 4] = [
    Room { rows: 12, watches: 10 },
    Room { rows: 6, watches: 10 },
    Room { rows: 3, watches: 5 },
    Room { rows: 0, watches: 2 },
];
/// Message-IDs in References, the first one always among them.
const MAX_REFERENCES: usize = 20;

/// The text was not a mail address that can be written in ASCII.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mail address")]
pub struct BadAddress(String);

/// Who mails come from: the installation, never an article's author (its domain would fail DMARC).
#[derive(Clone, Debug, PartialEq)]
pub struct Sender {
    name: String,
    pub(super) address: Address,
    templates: Option<Arc<MailTemplates>>,
}

impl Sender {
    /// `name` is shown, `address` is the From address; its domain also stands in Message-IDs and List-Ids.
    ///
    /// # Errors
    /// When `address` is no mail address.
    pub fn new(name: &str, address: &str) -> Result<Self, BadAddress> {
        Ok(Self { name: clean(name), address: parse_address(address)?, templates: None })
    }

    /// The same with a user's own templates.
    #[must_use]
    pub fn with_templates(self, templates: Option<Arc<MailTemplates>>) -> Self {
        Self { templates, ..self }
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        let name = header_text(&self.name, SUBJECT);
        Mailbox::new((!name.is_empty()).then_some(name), self.address.clone())
    }
}

/// The address with its domain in ASCII (IDNA): the one that stands in To, and that the envelope must have too.
pub(crate) fn parse_address(text: &str) -> Result<Address, BadAddress> {
    let bad = || BadAddress(text.to_owned());
    let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
    let domain = match url::Host::parse(domain).map_err(|_| bad())? {
        url::Host::Domain(domain) => domain,
        _ => return Err(bad()),
    };
    let address = Address::new(local, domain).map_err(|_| bad())?;
    // What a header cannot be read back from (`"q q"@example.org`) lettre loses when it builds the mail.
    let is_readable = Mailbox::new(None, address.clone()).to_string().parse::<Mailbox>().is_ok();
    if !local.is_ascii() || local.len() > 64 || !is_readable {
        return Err(bad());
    }
    Ok(address)
}

/// Whether mail can be addressed to this text.
pub fn is_address(text: &str) -> bool {
    parse_address(text).is_ok()
}

/// The mail that tells `alert` to the mailbox `to`: its bytes, the same for the same arguments.
///
/// # Errors
/// When `to` is no mail address.
pub fn mail(alert: &Alert, sender: &Sender, to: &str) -> Result<Message, BadAddress> {
    let to = Mailbox::new(None, parse_address(to)?);
    let id = identity::message_id(alert, sender.address.domain());
    let (plain, html) = parts(alert, sender.templates.as_deref());
    let html = (!alert.is_text_only).then_some(html);
    Ok(Message { bytes: formatted(headers(alert, sender, &id).to(to), &id, plain, html), id })
}

/// The text part and the HTML part of that mail, for showing.
pub fn mail_parts(alert: &Alert, sender: &Sender) -> (String, String) {
    parts(alert, sender.templates.as_deref())
}

/// What the head of a digest or bulletin holds.
pub(super) struct Head<'a> {
    pub id: &'a str,
    pub subject: String,
    pub queued: Timestamp,
    /// First label of List-Id, and how to end what it names.
    pub list: &'a str,
    pub ways: &'a Ways,
    /// `Storywatch-…`.
    pub own: Vec<(&'static str, String)>,
}

/// The head of a digest or bulletin.
pub(super) fn collected_head(head: Head<'_>, sender: &Sender, to: &str) -> Result<MessageBuilder, BadAddress> {
    let list = identity::list_id(head.list, sender.address.domain());
    let builder = lettre::Message::builder()
        .from(sender.mailbox())
        .to(Mailbox::new(None, parse_address(to)?))
        .date(date(head.queued))
        .subject(header_text(&head.subject, SUBJECT))
        .message_id(Some(format!("<{}>", head.id)));
    let mut headers = unsubscribe(head.ways);
    headers.push(("List-Id", format!("<{list}>")));
    headers.push(("Auto-Submitted", "auto-generated".to_owned()));
    headers.push(("X-Auto-Response-Suppress", "All".to_owned()));
    headers.extend(head.own);
    Ok(with_headers(builder, headers))
}

/// Headers that lettre knows nothing of.
fn with_headers(builder: MessageBuilder, headers: impl IntoIterator<Item = (&'static str, String)>) -> MessageBuilder {
    headers.into_iter().fold(builder, |builder, (name, value)| {
        builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value))
    })
}

/// The bytes of a message whose From and To are set.
pub(super) fn formatted(builder: MessageBuilder, id: &str, plain: String, html: Option<String>) -> Vec<u8> {
    let message = match html {
        Some(html) => builder.multipart(multipart(id, plain, html)),
        None => builder.singlepart(part(ContentType::TEXT_PLAIN, plain)),
    };
    message.expect("From and To are set, which is all that lettre asks for").formatted()
}

fn parts(alert: &Alert, own: Option<&MailTemplates>) -> (String, String) {
    let render = |room: Room| {
        let view = view::view(alert, room);
        let plain = own.and_then(|own| own.render("alert.txt", &view)).unwrap_or_else(|| text::text(&view));
        let html = own.and_then(|own| own.render("alert.html", &view));
        (plain, html.unwrap_or_else(|| html::html(&view)))
    };
    let mut rendered = render(ROOMS[0]);
    for room in &ROOMS[1..] {
        if rendered.1.len() <= MAX_HTML {
            break;
        }
        rendered = render(*room);
    }
    rendered
}

/// Text first (RFC 2046 §5.1.4). `=_` cannot stand in quoted-printable text, so the boundary cannot either; and lettre
/// panics when told to write text as 7bit that is not.
fn multipart(id: &str, plain: String, html: String) -> MultiPart {
    MultiPart::alternative()
        .boundary(format!("=_{}", identity::digits(&[id.as_bytes()], 16)))
        .singlepart(part(ContentType::TEXT_PLAIN, plain))
        .singlepart(part(ContentType::TEXT_HTML, html))
}

fn part(kind: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body)
}

fn headers(alert: &Alert, sender: &Sender, id: &str) -> MessageBuilder {
    let watch = alert.watches.first().map_or("", |watch| watch.name.as_str());
    let mut builder = lettre::Message::builder()
        .from(sender.mailbox())
        .date(date(alert.queued))
        .subject(subject(alert, watch))
        .message_id(Some(format!("<{id}>")));
    let thread = references(&alert.thread);
    if let Some(root) = thread.first() {
        builder = builder.in_reply_to(root.clone()).references(thread.join(" "));
    }
    let list = identity::list_id(watch, sender.address.domain());
    let mut headers = unsubscribe(&alert.links.watch);
    headers.extend([
        ("List-Id", format!("<{list}>")),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("Storywatch-Watch", watch_names(alert)),
        ("Storywatch-Story", alert.story.story.to_string()),
        ("Storywatch-Event", alert.event.as_str().to_owned()),
        ("Storywatch-Outlets", outlets(alert)),
        ("Storywatch-Priority", priority(alert).to_owned()),
    ]);
    with_headers(builder, headers)
}

/// How to end what List-Id names (RFC 2369); by one click where the link is https (RFC 8058).
fn unsubscribe(ways: &Ways) -> Vec<(&'static str, String)> {
    let Ways { link, mail } = ways;
    let ways: Vec<String> = link.iter().chain(mail).map(|way| format!("<{way}>")).collect();
    let mut headers = Vec::new();
    if !ways.is_empty() {
        headers.push(("List-Unsubscribe", ways.join(", ")));
    }
    if link.as_ref().is_some_and(|link| link.starts_with("https://")) {
        headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

/// lettre's date panics before 1970 and after 9999.
fn date(queued: Timestamp) -> SystemTime {
    let seconds = queued.as_second().clamp(0, 253_402_300_799);
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds.unsigned_abs())
}

/// `[watch] headline`, with `Re: ` in every mail but the thread's first: Gmail threads only on equal subject and References.
fn subject(alert: &Alert, watch: &str) -> String {
    let tag = header_text(watch, 30);
    let room = SUBJECT.saturating_sub(tag.chars().count() + 3);
    let headline = header_text(&view::headline(alert), room);
    // What was told by a digest before has no thread to hang on.
    let reply = if alert.thread.is_empty() { "" } else { "Re: " };
    match tag.is_empty() {
        true => format!("{reply}{headline}"),
        false => format!("{reply}[{tag}] {headline}"),
    }
}

/// The ids in angle brackets; one that is not in the form this program gives them is left out.
fn references(thread: &[String]) -> Vec<String> {
    let ours = |id: &&String| {
        id.len() <= 300 && id.contains('@') && id.bytes().all(|b| b.is_ascii_alphanumeric() || b".@_-".contains(&b))
    };
    let mut ids: Vec<String> = thread.iter().filter(ours).map(|id| format!("<{id}>")).collect();
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..ids.len() - MAX_REFERENCES + 1);
    }
    ids
}

fn watch_names(alert: &Alert) -> String {
    let names: Vec<String> = alert.watches.iter().take(20).map(|watch| header_text(&watch.name, 60)).collect();
    names.join(", ")
}

fn outlets(alert: &Alert) -> String {
    format!("{}; independent={}", alert.story.outlets().len(), alert.story.independent_outlets().len())
}

fn priority(alert: &Alert) -> &'static str {
    alert.watches.iter().map(|watch| watch.priority).max().unwrap_or_default().as_str()
}
