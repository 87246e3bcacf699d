//! `storywatch silence`: what is not told for a while. A running daemon sees it at its next decision.

use std::{process::ExitCode, time::Duration};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    lookup::{Place, Reading, open_beside},
    out::Out,
    stories::clock_time,
};
use crate::{
    alert::{RecipientId, Silence as Row, SilenceId, Silenced},
    clock::Clock,
    config,
    store::{silences, stories},
    story::StoryId,
    watch,
};

#[derive(Debug, Subcommand)]
pub(super) enum Silence {
    /// Tell nothing of a story, a watch, an outlet or a term for a while.
    Add(Add),
    /// List the silences that hold.
    List(List),
    /// End silences now.
    End(End),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(super) struct Add {
    /// A story by its number, as in S8F3K2.
    #[arg(long, value_name = "ID", group = "what")]
    story: Option<StoryId>,
    /// A watch by its name.
    #[arg(long, value_name = "NAME", group = "what")]
    watch: Option<String>,
    /// An outlet by its key.
    #[arg(long, value_name = "KEY", group = "what")]
    outlet: Option<String>,
    /// Articles with this, in the language of watches.
    #[arg(long, value_name = "QUERY", group = "what")]
    term: Option<String>,
    /// For this recipient (or hook:NAME) alone, instead of for everybody.
    #[arg(long, value_name = "NAME")]
    recipient: Option<String>,
    /// For how long: 90s, 30m, 24h, 7d.
    #[arg(long = "for", value_name = "SPAN", value_parser = config::parse_duration)]
    span: Duration,
    /// Why; shown wherever the silence is.
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Those that are over too.
    #[arg(long)]
    all: bool,
    /// One JSON value a line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct End {
    /// Numbers from `storywatch silence list`.
    #[arg(required = true)]
    id: Vec<i64>,
}

impl Silence {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        match self {
            Self::Add(command) => command.run(place),
            Self::List(command) => command.run(place),
            Self::End(command) => command.run(place),
        }
    }
}

impl Add {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let now = Clock::Machine.now();
        if self.span.is_zero() {
            bail!("a silence must last: --for 24h");
        }
        let config = place.load()?;
        let what = self.what(&config)?;
        if let Some(recipient) = &self.recipient {
            let hook = recipient.strip_prefix("hook:");
            let is_known = match hook {
                Some(hook) => config.webhooks.contains_key(hook),
                None => config.recipients.contains_key(recipient),
            };
            if !is_known {
                bail!("there is no recipient {recipient:?}");
            }
        }
        let connection = open_beside(place)?;
        if let Silenced::Story(story) = &what
            && stories::timeline(&connection, *story, &str::to_owned)?.is_none()
        {
            bail!("there is no story {story}");
        }
        let ends = now.saturating_add(SignedDuration::try_from(self.span).unwrap_or(SignedDuration::MAX));
        let recipient = self.recipient.clone().map(RecipientId);
        let ends = ends.unwrap_or(Timestamp::MAX);
        let silence = Row { id: SilenceId(0), what, recipient, starts: now, ends, note: self.note.clone() };
        let id = silences::add(&connection, &silence)?;
        let mut out = Out::new();
        out.line(row_line(&Row { id, ..silence }))?;
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }

    fn what(&self, config: &config::Config) -> Result<Silenced> {
        if let Some(story) = self.story {
            return Ok(Silenced::Story(story));
        }
        if let Some(watch) = &self.watch {
            if !config.watches.iter().any(|known| known.query.name == *watch) {
                bail!("there is no watch {watch:?}");
            }
            return Ok(Silenced::Watch(watch.clone()));
        }
        if let Some(outlet) = &self.outlet {
            let is_known =
                config.outlets.contains_key(outlet) || config.feeds.iter().any(|feed| feed.outlet == *outlet);
            if !is_known {
                bail!("there is no outlet {outlet:?}");
            }
            return Ok(Silenced::Outlet(outlet.clone()));
        }
        let term = self.term.clone().unwrap_or_default();
        let query = watch::Query { name: "silence".to_owned(), query: Some(term.clone()), ..watch::Query::default() };
        let compiled = watch::compile(&[query], &config.terms);
        if let Some((_, problem)) = compiled.problems.iter().find(|(_, problem)| problem.is_error) {
            let help = problem.suggestion.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
            bail!("{}{help}", problem.message);
        }
        Ok(Silenced::Term(term))
    }
}

impl List {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let reading = Reading::open(place)?;
        let mut out = Out::new();
        for row in silences::list(&reading.connection, Clock::Machine.now(), self.all)? {
            if self.json { out.json(&row_json(&row))? } else { out.line(row_line(&row))? }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

impl End {
    fn run(&self, place: &Place) -> Result<ExitCode> {
        let connection = open_beside(place)?;
        let mut unknown = Vec::new();
        for id in &self.id {
            if !silences::end(&connection, SilenceId(*id), Clock::Machine.now())? {
                unknown.push(id.to_string());
            }
        }
        if !unknown.is_empty() {
            bail!("no silence holds under {}", unknown.join(", "));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row_json(row: &Row) -> serde_json::Value {
    let value = match &row.what {
        Silenced::Story(story) => story.to_string(),
        Silenced::Watch(value) | Silenced::Outlet(value) | Silenced::Term(value) => value.clone(),
        Silenced::Digests | Silenced::Notices => String::new(),
    };
    json!({
        "id": row.id.0,
        "kind": row.what.kind(),
        "value": value,
        "recipient": row.recipient.as_ref().map(|recipient| &recipient.0),
        "starts": row.starts,
        "ends": row.ends,
        "note": row.note,
    })
}

fn row_line(row: &Row) -> String {
    let recipient = row.recipient.as_ref().map_or_else(|| "everybody".to_owned(), |recipient| recipient.0.clone());
    let note = row.note.as_deref().map(|note| format!("  {note}")).unwrap_or_default();
    format!("{:>4} until {}  {} for {recipient}{note}", row.id.0, clock_time(row.ends), row.what)
}
