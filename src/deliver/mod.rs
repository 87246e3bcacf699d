//! One attempt to hand one stored message to one channel, and what came of it.
//!
//! Must not word a message, touch the store or repeat an attempt: bytes and id come in as they were fixed when the alert
//! was queued, an [`Outcome`] goes out, and what follows from it is the courier's.

mod command;
mod maildir;
mod outcome;
mod retry;
mod signature;
#[cfg(test)]
mod sinks;
mod smtp;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
mod webhook;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    alert::ChannelId,
    config::{Config, Mail, MailTransport},
    fetch::Guard,
};

pub use outcome::Outcome;
pub use retry::{hook_delay, mail_delay, retry_at};

use {command::Program, maildir::Maildir, smtp::Smtp, webhook::Hook};

/// For one mail, from the connection to the last reply.
const MAIL_DEADLINE: Duration = Duration::from_secs(120);
/// For one webhook, the answer's body included.
const HOOK_DEADLINE: Duration = Duration::from_secs(30);

/// All channels of a configuration. Connections to a mail server are kept open between deliveries.
#[derive(Debug)]
pub struct Deliverer {
    mail: Option<MailRoute>,
    mail_per_minute: Option<u32>,
    hooks: BTreeMap<String, Hook>,
    client: reqwest::Client,
    guard: Guard,
}

#[derive(Debug)]
enum MailRoute {
    Maildir(Maildir),
    Smtp(Box<Smtp>),
    Command(Program),
}

impl Deliverer {
    /// `client` must follow no redirects and refuse addresses that webhooks may not lie in; deadlines are set here.
    pub fn new(config: &Config, client: reqwest::Client, guard: Guard) -> Self {
        let hooks = config.webhooks.iter().map(|(name, hook)| (name.clone(), Hook::new(hook, HOOK_DEADLINE))).collect();
        let mail_per_minute = config.mail.as_ref().and_then(|mail| mail.max_per_minute);
        Self { mail: config.mail.as_ref().map(MailRoute::new), mail_per_minute, hooks, client, guard }
    }

    /// At most so many messages a minute, by lane, where the configuration says so.
    pub fn limits(&self) -> HashMap<String, u32> {
        let hooks = self.hooks.iter().filter_map(|(name, hook)| Some((format!("hook:{name}"), hook.per_minute()?)));
        hooks.chain(self.mail_per_minute.map(|limit| ("mail".to_owned(), limit))).collect()
    }

    /// Makes one attempt. `channel` is `mail:ADDRESS` or `hook:NAME`; `id` is the delivery's fixed Message-ID or
    /// `webhook-id`; `now` goes into the webhook's timestamp.
    ///
    /// Ends within 120 s (mail) or 30 s (webhook). Dropping the future ends the attempt; what was under way is then
    /// ambiguous.
    pub async fn deliver(&self, channel: &ChannelId, id: &str, bytes: &[u8], now: Timestamp) -> Outcome {
        match channel.0.split_once(':') {
            Some(("mail", address)) => match &self.mail {
                Some(MailRoute::Maildir(maildir)) => maildir.deliver(id, bytes).await,
                Some(MailRoute::Smtp(smtp)) => smtp.deliver(address, bytes).await,
                Some(MailRoute::Command(program)) => program.deliver(address, bytes).await,
                None => Outcome::permanent("[mail] is not configured"),
            },
            Some(("hook", name)) => match self.hooks.get(name) {
                Some(hook) if self.guard.check_url(hook.url()).is_err() => {
                    Outcome::transient("the webhook's address is not public; see polling.allow_networks")
                }
                Some(hook) => hook.deliver(&self.client, id, bytes, now).await,
                None => Outcome::permanent(format!("[webhook.{name}] is not configured")),
            },
            _ => Outcome::permanent(format!("{channel} is neither mail: nor hook:")),
        }
    }
}

impl MailRoute {
    fn new(mail: &Mail) -> Self {
        match &mail.transport {
            MailTransport::Maildir { path } => Self::Maildir(Maildir::new(path.clone())),
            MailTransport::Command { argv } => {
                Self::Command(Program::new(argv.clone(), mail.from_address.clone(), MAIL_DEADLINE))
            }
            MailTransport::Smtp { .. } => Self::Smtp(Box::new(Smtp::new(mail, MAIL_DEADLINE))),
        }
    }
}
