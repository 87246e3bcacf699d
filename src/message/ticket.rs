//! What a link in a mail permits: to end the alerts about one story or of one watch, the digests or the notices, to the
//! reader of that mail.
//!
//! Whoever holds a ticket may use it until it expires; nobody can make one who does not know the database's key. No
//! login is involved, so that "unsubscribe" works from any mail client (RFC 8058).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::{
    alert::{RecipientId, Silence, SilenceId, Silenced},
    story::StoryId,
};

/// How long the links of a mail work.
const LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How long a story is silent: longer than any story is followed.
const STORY: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long the others are: until somebody ends the silence.
const LASTING: SignedDuration = SignedDuration::from_hours(3650 * 24);
/// Octets of the signature: 128 bits cannot be guessed.
const SIGNATURE: usize = 16;
/// Longer is none of ours.
const LONGEST: usize = 1000;

/// What is to be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Muted {
    Story(StoryId),
    Watch(String),
    Digests,
    Notices,
}

/// A permission to end alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub recipient: RecipientId,
    pub muted: Muted,
    /// Seconds since 1970.
    pub expires: i64,
}

/// Why a text is no ticket that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    #[error("this link is not one of ours, or it is not whole")]
    Forged,
    #[error("this link has expired")]
    Expired,
}

impl Ticket {
    /// A ticket for a mail that is queued at `now`.
    pub fn new(recipient: &RecipientId, muted: Muted, now: Timestamp) -> Self {
        let expires = now.saturating_add(LIFE).unwrap_or(Timestamp::MAX).as_second();
        Self { recipient: recipient.clone(), muted, expires }
    }

    /// The silence that is asked for at `now`.
    pub fn silence(&self, now: Timestamp) -> Silence {
        let (what, span) = match &self.muted {
            Muted::Story(story) => (Silenced::Story(*story), STORY),
            Muted::Watch(watch) => (Silenced::Watch(watch.clone()), LASTING),
            Muted::Digests => (Silenced::Digests, LASTING),
            Muted::Notices => (Silenced::Notices, LASTING),
        };
        Silence {
            id: SilenceId(0),
            what,
            recipient: Some(self.recipient.clone()),
            starts: now,
            ends: now.saturating_add(span).unwrap_or(Timestamp::MAX),
            note: Some("asked for by the link in a mail".to_owned()),
        }
    }

    /// The ticket as it stands in a URL: letters, digits, `-`, `_` and one full stop.
    pub fn seal(&self, key: &[u8]) -> String {
        let (kind, value) = match &self.muted {
            Muted::Story(story) => ("story", story.0.to_string()),
            Muted::Watch(watch) => ("watch", watch.clone()),
            Muted::Digests => ("digests", String::new()),
            Muted::Notices => ("notices", String::new()),
        };
        let body = serde_json::json!([kind, value, self.recipient.0, self.expires]).to_string();
        let body = URL_SAFE_NO_PAD.encode(body);
        let signature = signer(key, &body).finalize().into_bytes();
        format!("{body}.{}", URL_SAFE_NO_PAD.encode(&signature[..SIGNATURE]))
    }

    /// The inverse of [`Ticket::seal`].
    ///
    /// # Errors
    /// When the text was not sealed with this key, or has expired at `now`.
    pub fn open(text: &str, key: &[u8], now: Timestamp) -> Result<Self, TicketError> {
        let (body, signature) = text.split_once('.').filter(|_| text.len() <= LONGEST).ok_or(TicketError::Forged)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TicketError::Forged)?;
        let is_whole = signature.len() == SIGNATURE;
        // In constant time.
        signer(key, body).verify_truncated_left(&signature).ok().filter(|()| is_whole).ok_or(TicketError::Forged)?;
        let ticket = read(body).ok_or(TicketError::Forged)?;
        if ticket.expires < now.as_second() { Err(TicketError::Expired) } else { Ok(ticket) }
    }
}

fn signer(key: &[u8], body: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(b"storywatch ticket 1\0");
    mac.update(body.as_bytes());
    mac
}

fn read(body: &str) -> Option<Ticket> {
    let body = URL_SAFE_NO_PAD.decode(body).ok()?;
    let (kind, value, recipient, expires): (String, String, String, i64) = serde_json::from_slice(&body).ok()?;
    let muted = match kind.as_str() {
        "story" => Muted::Story(StoryId(value.parse().ok()?)),
        "watch" => Muted::Watch(value),
        "digests" => Muted::Digests,
        "notices" => Muted::Notices,
        _ => return None,
    };
    Some(Ticket { recipient: RecipientId(recipient), muted, expires })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("within range")
    }

    #[test]
    fn a_ticket_works_until_it_expires_and_under_its_own_key() {
        let ticket = Ticket::new(&RecipientId("desk".to_owned()), Muted::Watch("sea-locks".to_owned()), at(1000));
        let text = ticket.seal(KEY);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{text}");
        let last = 1000 + 60 * 86_400;
        assert_eq!(Ticket::open(&text, KEY, at(last)), Ok(ticket));
        assert_eq!(Ticket::open(&text, KEY, at(last + 1)), Err(TicketError::Expired));
        assert_eq!(Ticket::open(&text, b"another key", at(1000)), Err(TicketError::Forged));
        let (body, _) = text.split_once('.').expect("signed");
        for forged in [body, &format!("{body}."), &format!("{body}.AA"), "", ".", &text[..text.len() - 2]] {
            assert_eq!(Ticket::open(forged, KEY, at(1000)), Err(TicketError::Forged), "{forged:?}");
        }
    }

    proptest! {
        #[test]
        fn no_changed_letter_is_accepted(story in any::<i64>(), at_letter in any::<prop::sample::Index>(), new in "[A-Za-z0-9_-]") {
            let ticket = Ticket::new(&RecipientId("desk".to_owned()), Muted::Story(StoryId(story)), at(1000));
            let text = ticket.seal(KEY);
            prop_assert_eq!(Ticket::open(&text, KEY, at(1000)), Ok(ticket));
            let place = at_letter.index(text.len());
            let changed = format!("{}{new}{}", &text[..place], &text[place + 1..]);
            prop_assert!(changed == text || Ticket::open(&changed, KEY, at(1000)) == Err(TicketError::Forged));
        }

        #[test]
        fn any_text_is_survived(text in any::<String>()) {
            prop_assert!(Ticket::open(&text, KEY, at(1000)).is_err());
        }
    }
}
