//! `storywatch send-test`: one clearly marked alert through the real channel, at once and past the outbox.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, bail};
use clap::Args;
use jiff::tz::TimeZone;

use super::{block_on, lookup::Place, out::Out};
use crate::{
    alert::{ChannelId, RecipientId},
    app,
    clock::Clock,
    config::Config,
    courier::Round,
    deliver::Outcome,
    intake,
    message::test_alert,
};

#[derive(Debug, Args)]
pub(super) struct SendTest {
    /// A recipient of the configuration, or hook:NAME.
    channel: String,
}

impl SendTest {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let config = Arc::new(place.load()?);
        let recipient = RecipientId(self.channel.clone());
        if !is_known(&config, &recipient) {
            bail!("{:?} is neither a recipient nor a webhook; the configuration has {}", self.channel, known(&config));
        }
        let (round, _) = app::wire(config)?;
        block_on(self.send(&round, recipient))
    }

    async fn send(&self, round: &Round, recipient: RecipientId) -> Result<ExitCode> {
        let now = Clock::Machine.now();
        let zone = round.rules.config.recipients.get(&recipient.0).map_or(TimeZone::UTC, |r| r.timezone.clone());
        let mut out = Out::new();
        let mut failed = false;
        for channel in round.rules.channels(&recipient) {
            let outcome = self.send_to(round, &recipient, &channel, &zone, now).await?;
            failed |= !outcome.is_sent();
            out.line(line(&channel, &outcome))?;
        }
        out.end()?;
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn send_to(
        &self,
        round: &Round,
        recipient: &RecipientId,
        channel: &ChannelId,
        zone: &TimeZone,
        now: jiff::Timestamp,
    ) -> Result<Outcome> {
        let alert = test_alert(recipient.clone(), channel.clone(), zone.clone(), "send-test", now);
        let message = intake::word(&round.rules, &alert).map_err(anyhow::Error::msg)?;
        Ok(round.deliverer.deliver(channel, &message.id, &message.bytes, now).await)
    }
}

fn is_known(config: &Config, recipient: &RecipientId) -> bool {
    match recipient.0.strip_prefix("hook:") {
        Some(name) => config.webhooks.contains_key(name),
        None => config.recipients.contains_key(&recipient.0),
    }
}

fn known(config: &Config) -> String {
    let hooks = config.webhooks.keys().map(|name| format!("hook:{name}"));
    let names: Vec<String> = config.recipients.keys().cloned().chain(hooks).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn line(channel: &ChannelId, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { detail } => format!("{channel}: sent ({detail})"),
        other => format!("{channel}: not sent: {}", other.reason()),
    }
}
