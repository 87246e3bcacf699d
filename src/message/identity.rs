//! The names a message is known by: the same for the same alert and channel, on every machine and every try.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Alert;
use crate::story::StoryId;

/// Stands for instance and channel without telling either: 20 hexadecimal digits.
pub(super) fn channel_hash(alert: &Alert) -> String {
    digits(&[alert.instance.as_bytes(), alert.channel.0.as_bytes()], 10)
}

/// The first `octets` of SHA-256 over the parts, in hexadecimal. Each part goes in with its length, so that no two
/// lists of parts run together.
pub(super) fn digits(parts: &[&[u8]], octets: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut out = String::new();
    for byte in hash.finalize().iter().take(octets) {
        write!(out, "{byte:02x}").expect("writing to a String cannot fail");
    }
    out
}

/// Message-ID without angle brackets: `S8F3K2.0.1f…@example.org`.
pub(super) fn message_id(alert: &Alert, domain: &str) -> String {
    format!("{}.{}.{}@{domain}", alert.story.story, alert.seq, channel_hash(alert))
}

/// The story under whose name a mail was sent: it may be part of another one by now.
pub fn story_of(message_id: &str) -> Option<StoryId> {
    message_id.split_once('.')?.0.parse().ok()
}

/// `webhook-id`. Full stops would be ambiguous in the signed text `id.timestamp.body`.
pub(super) fn webhook_id(alert: &Alert) -> String {
    format!("msg_{}_{}_{}", alert.story.story, alert.seq, channel_hash(alert))
}

/// Message-ID of a digest or bulletin, without angle brackets: `D2K.1f…@example.org`.
pub(super) fn collected_id(number: i64, instance: &str, channel: &str, domain: &str) -> String {
    format!("D{number}.{}@{domain}", digits(&[instance.as_bytes(), channel.as_bytes()], 10))
}

/// `webhook-id` of a digest or bulletin.
pub(super) fn collected_webhook_id(number: i64, instance: &str, channel: &str) -> String {
    format!("msg_D{number}_{}", digits(&[instance.as_bytes(), channel.as_bytes()], 10))
}

/// Lists that are no watch's.
const COLLECTED: [&str; 2] = ["digest", "notices"];

/// The List-Id of digests or of notices, without angle brackets.
pub(super) fn collected_list_id(list: &str, domain: &str) -> String {
    format!("{list}.storywatch.{domain}")
}

/// A watch's List-Id (RFC 2919) without angle brackets. A name that is not a plain label gets a hash, so that two
/// watches never share one; nor does one that is called as the list of digests is.
pub(super) fn list_id(watch: &str, domain: &str) -> String {
    let mut label: String =
        watch.chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    if label != watch
        || COLLECTED.contains(&watch)
        || label.is_empty()
        || label.starts_with('-')
        || label.ends_with('-')
    {
        let hash = digits(&[watch.as_bytes()], 4);
        label = format!("{}-{hash}", label.trim_matches('-')).trim_start_matches('-').to_owned();
    }
    format!("{label}.storywatch.{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(watch: &str, expected: &str) {
        assert_eq!(list_id(watch, "example.org"), format!("{expected}.storywatch.example.org"));
    }

    #[test]
    fn mails_name_their_story() {
        assert_eq!(story_of("S8F3K2.0.1f2e@example.org"), "S8F3K2".parse().ok());
        for other in ["D2K.1f@example.org", "msg_S8F3K2_0_1f", "", "S8F3K2"] {
            assert_eq!(story_of(other), None, "{other}");
        }
    }

    #[test]
    fn list_ids_are_labels_and_never_shared() {
        check("boeing-safety", "boeing-safety");
        check("Boeing Safety", "boeing-safety-b240eab6");
        check("Häfen", "h-fen-a1aacc55");
        check("港", "7627571a");
        check("", "af5570f5");
        check("digests", "digests");
        for list in COLLECTED {
            assert_ne!(list_id(list, "example.org"), collected_list_id(list, "example.org"));
        }
    }
}
