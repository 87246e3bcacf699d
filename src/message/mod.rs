//! What is said: an alert becomes the bytes that are stored and sent, the same on every try.
//!
//! Pure: no transport, no clock, no store. Must not decide whom to tell or when. Both parts of a mail are rendered from
//! one `view::View`, so neither can say what the other does not.

mod bulletin;
mod digest;
mod excerpt;
mod html;
mod identity;
mod line;
mod mail;
mod news;
mod payload;
mod post;
mod sample;
mod sample_collected;
mod template;
mod templates;
mod text;
mod ticket;
mod view;
mod webhook;
mod words;

#[cfg(test)]
mod payload_tests;
#[cfg(test)]
mod tests;

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    alert::{ChannelId, Event, HeadlineChange, Priority, RecipientId},
    story::Timeline,
    watch::Hit,
};

pub use bulletin::{Bulletin, BulletinKind, bulletin_mail, bulletin_parts};
pub use digest::{Coverage, Digest, DigestStory, MOST_STORIES, digest_headline, digest_mail, digest_parts};
pub use identity::story_of;
pub(crate) use mail::parse_address;
pub use mail::{BadAddress, Sender, is_address, mail, mail_parts};
pub use payload::Payload;
pub use post::{Line, Post};
pub use sample::{samples, test_alert};
pub use sample_collected::{sample_digest, sample_follow_up, sample_notice};
pub use template::{HookTemplate, TemplateProblem};
pub use templates::MailTemplates;
pub use ticket::{Muted, Ticket, TicketError};
pub use webhook::webhook;

/// All that a message about an alert may say.
#[derive(Clone, Debug)]
pub struct Alert {
    pub recipient: RecipientId,
    pub channel: ChannelId,
    pub event: Event,
    /// 0 for the first alert of the story to this recipient, then 1, 2, …
    pub seq: u32,
    /// The watches of this recipient that the story satisfies, the most urgent first. The first names the subject, so
    /// within one thread it must stay the first.
    pub watches: Vec<MatchedWatch>,
    pub story: Timeline,
    /// Time of queueing: the Date header.
    pub queued: Timestamp,
    /// The recipient's zone, for every time that is shown.
    pub timezone: TimeZone,
    /// Random for each database, so that two installations, or a database made anew, never share an identity.
    pub instance: String,
    /// Message-IDs of the earlier mails of this thread to this channel, oldest first, without angle brackets.
    pub thread: Vec<String>,
    /// The subject's headline, frozen when the first alert was queued: that of the thread, though its story may have
    /// become part of an older one since.
    pub headline: String,
    /// Independent outlets needed for `confirmed`.
    pub confirm_at: usize,
    pub happened: Happened,
    pub links: Links,
    /// A mail without an HTML part.
    pub is_text_only: bool,
}

/// What a follow-up tells, beyond the story as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Happened {
    /// The weightiest first; the first is the alert's `event`.
    pub events: Vec<Event>,
    /// Headlines that say something else than when they were told.
    pub changes: Vec<HeadlineChange>,
    /// Outlet and the sentence in which it corrects itself.
    pub corrections: Vec<(String, String)>,
    /// Lines for the foot of the mail: how much of the budget is used.
    pub remarks: Vec<String>,
}

/// How the reader of a mail ends alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links {
    /// To end the alerts about this story.
    pub story: Option<String>,
    /// To end those of the first watch.
    pub watch: Ways,
}

/// How to end what List-Id names; nothing where there are no web pages and no address for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ways {
    pub link: Option<String>,
    /// `mailto:…`.
    pub mail: Option<String>,
}

/// A watch as a message names it.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchedWatch {
    pub name: String,
    pub note: Option<String>,
    pub priority: Priority,
    pub follow_up: Vec<Event>,
    /// Hits in the entry that is shown first, with the visible text they point into.
    pub evidence: Vec<Hit>,
    pub title: String,
    pub text: String,
}

/// A message, fixed: `id` is the Message-ID (without angle brackets) or the `webhook-id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub id: String,
    pub bytes: Vec<u8>,
}
