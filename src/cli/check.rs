//! `storywatch check`: everything wrong or doubtful in the configuration, at once.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;
use jiff::SignedDuration;

use super::{
    Refused,
    archive::Archive,
    lookup::{Place, since},
    out::Out,
    trial::Trial,
};
use crate::{
    app,
    clock::Clock,
    config::{self, Diagnostic, Loaded},
    watch::{self, Query, Sample},
};

/// How much of the archive says what is to be expected.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(14 * 24);

#[derive(Debug, Args)]
pub(super) struct Check {
    /// One JSON value for each error or warning.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let (loaded, mut diagnostics) = place.diagnose();
        let mut expected = None;
        if let Some(loaded) = &loaded {
            let (found, mails) = lint(loaded);
            diagnostics.extend(found);
            expected = mails;
        }
        let shown = self.show(&diagnostics);
        // Refused it is, whoever has stopped reading why.
        let config = loaded.ok_or(Refused)?.config;
        shown?;
        let summary = format!(
            "{} is fine: {} feeds, {} watches, {} recipients, {} webhooks",
            place.config.display(),
            config.feeds.len(),
            config.watches.len(),
            config.recipients.len(),
            config.webhooks.len()
        );
        app::wire(config.into())?;
        if !self.json {
            println!("{summary}");
            expected.iter().flatten().for_each(|line| println!("{line}"));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn show(&self, diagnostics: &[Diagnostic]) -> std::io::Result<()> {
        if self.json {
            let mut out = Out::new();
            for diagnostic in diagnostics {
                out.json(&diagnostic.to_json())?;
            }
            out.end()
        } else {
            let mut stdout = std::io::stdout().lock();
            write!(stdout, "{}", config::render(diagnostics, stdout.is_terminal()))
        }
    }
}

/// What is doubtful in watches that can be used, and, where there is an archive, what they are to be expected to bring.
fn lint(loaded: &Loaded) -> (Vec<Diagnostic>, Option<Vec<String>>) {
    let config = &loaded.config;
    let queries: Vec<Query> = config.watches.iter().map(|watch| watch.query.clone()).collect();
    let mut sample = Sample::default();
    let expected = expected(config, &mut sample);
    (loaded.origins.diagnose(watch::lint(&queries, &sample)), expected)
}

/// Mails a day by watch, from the last days of the archive; nothing where there is none that can be read.
fn expected(config: &config::Config, sample: &mut Sample) -> Option<Vec<String>> {
    if config.watches.is_empty() || !config.storage.path.exists() {
        return None;
    }
    let archive = Archive::of(config).ok()?;
    let now = Clock::Machine.now();
    let trial = Trial { archive: &archive, since: since(now, LOOK_BACK), now };
    let report = trial.play(&config.watches, &config.terms, sample).ok().filter(|report| report.read > 0)?;
    let mut lines = vec![format!(
        "expected: {:.1} mails a day, from {} entries of the last {:.1} days",
        report.a_day(report.all.mails),
        report.read,
        report.days
    )];
    let mut watches: Vec<_> = report.watches.iter().filter(|(_, tally)| tally.mails > 0).collect();
    watches.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.mails));
    let shown = watches.iter().take(20);
    lines.extend(shown.map(|(watch, tally)| format!("  {watch}: {:.1} mails a day", report.a_day(tally.mails))));
    Some(lines)
}
