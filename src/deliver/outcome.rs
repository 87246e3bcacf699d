//! What came of an attempt, in words that may be stored and shown: no secret gets into a reason.

use std::time::Duration;

/// Characters of a reason.
const MAX_REASON: usize = 300;

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has taken responsibility.
    Sent { detail: String },
    /// The channel takes nothing now and may be tried again; not before `retry_after` where the other side named a time.
    Transient { reason: String, retry_after: Option<Duration> },
    /// This message is not taken now; others may be.
    Deferred { reason: String },
    /// Another configuration must heal the channel first: the login is refused, or the sender.
    Broken { reason: String },
    /// Refused for good: this message to this channel will not be taken.
    Permanent { reason: String },
    /// The message was on its way and no answer came: it may have been taken. Tried again with the same identity, since
    /// a repeat is better than a loss.
    Ambiguous { reason: String },
    /// The other end wants nothing more (webhook: 410): the channel is to be retired.
    Gone { reason: String },
}

impl Outcome {
    pub(super) fn sent(detail: impl AsRef<str>) -> Self {
        Self::Sent { detail: shown(detail.as_ref()) }
    }

    pub(super) fn transient(reason: impl AsRef<str>) -> Self {
        Self::Transient { reason: shown(reason.as_ref()), retry_after: None }
    }

    pub(super) fn deferred(reason: impl AsRef<str>) -> Self {
        Self::Deferred { reason: shown(reason.as_ref()) }
    }

    pub(super) fn broken(reason: impl AsRef<str>) -> Self {
        Self::Broken { reason: shown(reason.as_ref()) }
    }

    pub(super) fn permanent(reason: impl AsRef<str>) -> Self {
        Self::Permanent { reason: shown(reason.as_ref()) }
    }

    pub(super) fn ambiguous(reason: impl AsRef<str>) -> Self {
        Self::Ambiguous { reason: shown(reason.as_ref()) }
    }

    pub(super) fn gone(reason: impl AsRef<str>) -> Self {
        Self::Gone { reason: shown(reason.as_ref()) }
    }

    /// Whether the message was taken.
    pub fn is_sent(&self) -> bool {
        matches!(self, Self::Sent { .. })
    }

    /// Whether another attempt makes sense.
    pub fn is_transient(&self) -> bool {
        !matches!(self, Self::Sent { .. } | Self::Permanent { .. } | Self::Gone { .. })
    }

    /// The word that an attempt is stored with.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Transient { .. } => "transient",
            Self::Deferred { .. } => "deferred",
            Self::Broken { .. } => "broken",
            Self::Permanent { .. } => "permanent",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Gone { .. } => "gone",
        }
    }

    /// What the other side said, or what went wrong.
    pub fn reason(&self) -> &str {
        match self {
            Self::Sent { detail } => detail,
            Self::Transient { reason, .. }
            | Self::Deferred { reason }
            | Self::Broken { reason }
            | Self::Permanent { reason }
            | Self::Ambiguous { reason }
            | Self::Gone { reason } => reason,
        }
    }
}

/// One line without control characters: servers' replies are foreign text.
fn shown(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
