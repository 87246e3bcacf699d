//! `storywatch feeds list`: the health of each feed.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Result;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{
    cli::{
        lookup::{Place, Reading, Standing},
        out::Out,
        stories::clock_time,
    },
    clock::Clock,
    config::without_secrets,
    entry::FeedId,
    fetch::registrable_domain,
    store::{
        feeds::{self, FeedRow, Volume},
        subscriptions::{self, Subscription},
    },
};

/// What "entries a day" is counted over.
const SPAN: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// One JSON value a line.
    #[arg(long)]
    json: bool,
    /// Only feeds that are not well.
    #[arg(long)]
    troubled: bool,
    /// Feeds too that are no longer in the configuration.
    #[arg(long)]
    all: bool,
}

/// A feed and all that is told of it.
struct Health<'a> {
    row: &'a FeedRow,
    standing: Standing,
    entries: u64,
    a_day: Option<f64>,
    /// "failing", "silent" …; empty when it is well.
    troubles: Vec<String>,
    held: Option<&'a (Timestamp, String)>,
    /// At the hub that it names now.
    subscription: Option<&'a Subscription>,
    now: Timestamp,
}

impl List {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let now = Clock::Machine.now();
        let connection = &reading.connection;
        let volumes = feeds::volumes(connection, now.saturating_sub(SPAN).unwrap_or(Timestamp::MIN))?;
        let troubles = feeds::troubles(connection)?;
        let held = feeds::held_hosts(connection, now)?;
        let held: BTreeMap<_, _> = held.into_iter().map(|(host, until, reason)| (host, (until, reason))).collect();
        let subscriptions: BTreeMap<FeedId, Subscription> = subscriptions::all(connection)?
            .into_iter()
            .filter(|subscription| subscription.is_wanted)
            .map(|subscription| (subscription.feed, subscription))
            .collect();
        let mut out = Out::new();
        for row in feeds::all(connection)?.values() {
            let standing = reading.standing(&row.url);
            if standing == Standing::Removed && !self.all {
                continue;
            }
            let subscription = subscriptions.get(&row.id);
            let health = Health { standing, subscription, ..health(row, &volumes, &troubles, &held, now) };
            let is_well = health.troubles.is_empty() && health.row.state.failures == 0;
            if self.troubled && (is_well || standing != Standing::Polled) {
                continue;
            }
            match self.json {
                true => out.json(&health.json())?,
                false => health.lines().into_iter().try_for_each(|line| out.line(line))?,
            }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

fn health<'a>(
    row: &'a FeedRow,
    volumes: &BTreeMap<FeedId, Volume>,
    troubles: &BTreeMap<String, Vec<String>>,
    held: &'a BTreeMap<String, (Timestamp, String)>,
    now: Timestamp,
) -> Health<'a> {
    let volume = volumes.get(&row.id);
    let address = row.state.moved_to.as_deref().unwrap_or(&row.url);
    let host = url::Url::parse(address).map(|url| registrable_domain(&url)).unwrap_or_default();
    Health {
        row,
        standing: Standing::Polled,
        entries: volume.map_or(0, |volume| volume.entries),
        a_day: volume.map(|volume| a_day(volume, now)),
        troubles: troubles.get(&row.url).cloned().unwrap_or_default(),
        held: held.get(&host),
        subscription: None,
        now,
    }
}

/// Over the time that the feed is known, and over a day at least.
fn a_day(volume: &Volume, now: Timestamp) -> f64 {
    let known = now.duration_since(volume.first).min(SPAN).as_secs_f64() / 86_400.0;
    let rate = volume.news as f64 / known.max(1.0);
    (rate * 10.0).round() / 10.0
}

impl Health<'_> {
    fn json(&self) -> serde_json::Value {
        let state = &self.row.state;
        json!({
            "url": shown(&self.row.url),
            "title": self.row.title,
            "health": self.word(),
            "troubles": self.troubles,
            "moved_to": state.moved_to.as_deref().map(shown),
            "entries": self.entries,
            "entries_a_day": self.a_day,
            "status": state.last_status,
            "last_poll": state.last_poll,
            "last_success": state.last_success,
            "last_change": state.last_change,
            "failures": state.failures,
            "error": state.last_error,
            "next_poll": self.is_polled().then_some(state.next_poll),
            "next_reason": self.is_polled().then_some(&state.next_reason),
            "interval_seconds": state.interval.map(|interval| interval.as_secs()),
            "held_until": self.held.map(|(until, _)| until),
            "held_reason": self.held.map(|(_, reason)| reason),
            "retired": state.retired,
            "websub": self.subscription.map(|subscription| json!({
                "hub": shown(&subscription.hub.url),
                "topic": shown(&subscription.hub.topic),
                "state": self.pushes(subscription),
                "until": subscription.expires,
                "last_push": subscription.pushed,
                "relied_on": subscription.is_trusted && subscription.expires.is_some_and(|until| until > self.now),
                "error": subscription.error,
            })),
        })
    }

    fn is_polled(&self) -> bool {
        self.standing == Standing::Polled && self.row.state.retired.is_none()
    }

    /// One word for all.
    fn word(&self) -> &str {
        let state = &self.row.state;
        match self.standing {
            Standing::Removed => return "removed",
            Standing::Off => return "off",
            Standing::Polled => {}
        }
        match self.troubles.iter().find(|trouble| *trouble != "moved") {
            Some(trouble) => trouble,
            None if state.retired.is_some() => "gone",
            None if state.last_poll.is_none() => "new",
            None if state.failures > 0 => "hiccup",
            None => "well",
        }
    }

    fn pushes(&self, subscription: &Subscription) -> &'static str {
        match subscription.expires {
            Some(until) if until > self.now => "subscribed",
            _ if subscription.error.is_some() => "refused",
            _ if subscription.pending.is_some() => "asked",
            _ => "wanted",
        }
    }

    fn hub_line(&self, subscription: &Subscription) -> String {
        let (word, hub) = (self.pushes(subscription), shown(&subscription.hub.url));
        let until = subscription.expires.filter(|until| *until > self.now);
        let until = until.map(|until| format!(" until {}", clock_time(until))).unwrap_or_default();
        let pushed = subscription.pushed.map(|at| format!("; pushed {}", clock_time(at))).unwrap_or_default();
        let error = subscription.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        format!("  hub <{hub}>: {word}{until}{pushed}{error}")
    }

    fn lines(&self) -> Vec<String> {
        let state = &self.row.state;
        let title = self.row.title.as_deref().unwrap_or("(never read)");
        let a_day = self.a_day.map(|rate| format!(", {rate} a day")).unwrap_or_default();
        let (url, word) = (shown(&self.row.url), self.word());
        let mut lines = vec![format!("{word:<8} {title}  <{url}>  {} entries{a_day}", self.entries)];
        if let Some(moved) = &state.moved_to {
            lines.push(format!("  moved to <{}>", shown(moved)));
        }
        let time = |time: Option<Timestamp>| time.map_or_else(|| "never".to_owned(), clock_time);
        let status = state.last_status.map(|status| format!(", status {status}")).unwrap_or_default();
        lines.push(format!(
            "  polled {}{status}; read {}; news {}",
            time(state.last_poll),
            time(state.last_success),
            time(state.last_change)
        ));
        match &state.retired {
            Some(reason) => lines.push(format!("  given up: {reason}")),
            None if self.is_polled() => {
                lines.push(format!("  next {} ({})", clock_time(state.next_poll), state.next_reason));
            }
            None => {}
        }
        lines.extend(self.subscription.map(|subscription| self.hub_line(subscription)));
        if let Some((until, reason)) = self.held {
            lines.push(format!("  its host is held until {} ({reason})", clock_time(*until)));
        }
        if let (Some(error), true) = (&state.last_error, state.failures > 0) {
            lines.push(format!("  {} failures in a row: {error}", state.failures));
        }
        lines
    }
}

/// The URL without what may be a secret.
fn shown(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| without_secrets(&url).to_string())
}
