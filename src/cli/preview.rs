//! `storywatch preview`: sample messages in the configured form and templates; nothing is sent.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};

use super::{lookup::Place, out::Out};
use crate::{
    intake::Rules,
    message::{self, samples},
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
    #[arg(long)]
    follow_up: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Part {
    #[default]
    Text,
    Html,
    /// The whole message as it would go out.
    Raw,
}

impl Preview {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let rules = Rules::new(Arc::new(place.load()?)).map_err(anyhow::Error::msg)?;
        let [first, mut follow_up] = samples();
        if let Some(sender) = &rules.sender {
            follow_up.thread = vec![message::mail(&first, sender, READER)?.id];
        }
        let alert = if self.follow_up { follow_up } else { first };
        let shown = match &self.channel {
            Some(channel) => {
                let name = channel.strip_prefix("hook:").unwrap_or(channel);
                let Some(hook) = rules.config.webhooks.get(name) else { bail!("there is no webhook {name:?}") };
                let message = hook.payload.alert(&alert).map_err(anyhow::Error::msg)?;
                String::from_utf8(message.bytes)? + "\n"
            }
            None => {
                let sender = rules.sender.as_ref().ok_or_else(|| anyhow!("the configuration has no [mail] section"))?;
                match self.part {
                    Part::Text => message::mail_parts(&alert, sender).0,
                    Part::Html => message::mail_parts(&alert, sender).1,
                    Part::Raw => String::from_utf8(message::mail(&alert, sender, READER)?.bytes)?,
                }
            }
        };
        let mut out = Out::new();
        out.text(&shown)?;
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}
