//! `storywatch preview`: sample messages in the configured form and templates; nothing is sent.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};

use super::{lookup::Place, out::Out};
use crate::{
    alert::{Event, Kind},
    intake::Rules,
    message::{
        self, Alert, Bulletin, Digest, Message, Payload, Sender, sample_digest, sample_follow_up, sample_notice,
        samples,
    },
};

/// Whom the sample mails are addressed to.
const READER: &str = "desk@example.org";

#[derive(Debug, Args)]
pub(super) struct Preview {
    /// hook:NAME shows the body of that webhook; without it a mail is shown.
    channel: Option<String>,
    /// Which part of the mail.
    #[arg(long, value_enum, default_value_t)]
    part: Part,
    /// The follow-up instead of the first alert.
    #[arg(long, conflicts_with = "of")]
    follow_up: bool,
    /// Which message.
    #[arg(long, value_enum, default_value_t)]
    of: Of,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Of {
    #[default]
    New,
    Confirmed,
    Correction,
    Escalated,
    HeadlineChanged,
    Resurfaced,
    Digest,
    /// The summary at the end of quiet hours.
    Quiet,
    /// The digest after a time in which the daemon was not running.
    CatchUp,
    /// The digest of too many alerts at once.
    Flood,
    /// What the operator is told.
    Notice,
}

/// A sample of the message asked for.
enum Sample {
    Alert(Box<Alert>),
    Digest(Box<Digest>),
    Notice(Bulletin),
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Part {
    #[default]
    Text,
    Html,
    /// The whole message as it would go out.
    Raw,
}

impl Of {
    /// A sample; `sender` gives a follow-up the first mail that it hangs on.
    fn sample(self, sender: Option<&Sender>) -> Result<Sample> {
        let event = match self {
            Self::New => return Ok(Sample::Alert(Box::new(samples()[0].clone()))),
            Self::Digest => return Ok(Sample::Digest(Box::new(sample_digest(Kind::Digest)))),
            Self::Quiet => return Ok(Sample::Digest(Box::new(sample_digest(Kind::Quiet)))),
            Self::CatchUp => return Ok(Sample::Digest(Box::new(sample_digest(Kind::CatchUp)))),
            Self::Flood => return Ok(Sample::Digest(Box::new(sample_digest(Kind::Flood)))),
            Self::Notice => return Ok(Sample::Notice(sample_notice())),
            Self::Confirmed => Event::Confirmed,
            Self::Correction => Event::Correction,
            Self::Escalated => Event::Escalated,
            Self::HeadlineChanged => Event::HeadlineChanged,
            Self::Resurfaced => Event::Resurfaced,
        };
        let mut alert = sample_follow_up(event);
        if let Some(sender) = sender {
            alert.thread = vec![message::mail(&samples()[0], sender, READER)?.id];
        }
        Ok(Sample::Alert(Box::new(alert)))
    }
}

impl Sample {
    fn hook(&self, payload: &Payload) -> Result<Message> {
        let message = match self {
            Self::Alert(alert) => payload.alert(alert),
            Self::Digest(digest) => payload.digest(digest),
            Self::Notice(notice) => payload.bulletin(notice),
        };
        message.map_err(anyhow::Error::msg)
    }

    /// The text part and the HTML part.
    fn parts(&self, sender: &Sender) -> (String, String) {
        match self {
            Self::Alert(alert) => message::mail_parts(alert, sender),
            Self::Digest(digest) => message::digest_parts(digest),
            Self::Notice(notice) => message::bulletin_parts(notice),
        }
    }

    fn mail(&self, sender: &Sender) -> Result<Message> {
        Ok(match self {
            Self::Alert(alert) => message::mail(alert, sender, READER)?,
            Self::Digest(digest) => message::digest_mail(digest, sender, READER)?,
            Self::Notice(notice) => message::bulletin_mail(notice, sender, READER)?,
        })
    }
}

impl Preview {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let rules = Rules::new(Arc::new(place.load()?)).map_err(anyhow::Error::msg)?;
        let of = if self.follow_up { Of::Confirmed } else { self.of };
        let sample = of.sample(rules.sender.as_ref())?;
        let shown = match &self.channel {
            Some(channel) => {
                let name = channel.strip_prefix("hook:").unwrap_or(channel);
                let Some(hook) = rules.config.webhooks.get(name) else { bail!("there is no webhook {name:?}") };
                String::from_utf8(sample.hook(&hook.payload)?.bytes)? + "\n"
            }
            None => {
                let sender = rules.sender.as_ref().ok_or_else(|| anyhow!("the configuration has no [mail] section"))?;
                match self.part {
                    Part::Text => sample.parts(sender).0,
                    Part::Html => sample.parts(sender).1,
                    Part::Raw => String::from_utf8(sample.mail(sender)?.bytes)?,
                }
            }
        };
        let mut out = Out::new();
        out.text(&shown)?;
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}
