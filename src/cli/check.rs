//! `storywatch check`: everything wrong or doubtful in the configuration, at once.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Result;
use clap::Args;

use super::{Refused, lookup::Place, out::Out};
use crate::{
    app,
    archive::Archive,
    clock::Clock,
    config::{self, Config, Diagnostic, Loaded},
    watch::{self, Query, Sample},
};

#[derive(Debug, Args)]
pub(super) struct Check {
    /// One JSON value for each error or warning.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let (loaded, mut diagnostics) = place.diagnose();
        let mut fine = None;
        if let Some(Loaded { config, origins, .. }) = loaded {
            let config = Arc::new(config);
            let mut sample = Sample::default();
            let expected = expected(&config, &mut sample);
            let queries: Vec<Query> = config.watches.iter().map(|watch| watch.query.clone()).collect();
            diagnostics.extend(origins.diagnose(watch::lint(&queries, &sample)));
            fine = Some((config, expected));
        }
        let shown = self.show(&diagnostics);
        // Refused it is, whoever has stopped reading why.
        let (config, expected) = fine.ok_or(Refused)?;
        shown?;
        let summary = format!(
            "{} is fine: {} feeds, {} watches, {} recipients, {} webhooks",
            place.config.display(),
            config.feeds.len(),
            config.watches.len(),
            config.recipients.len(),
            config.webhooks.len()
        );
        app::wire(config)?;
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

/// Mails a day by watch, from the last days of the archive; nothing where there is none that can be read.
fn expected(config: &Arc<Config>, sample: &mut Sample) -> Option<Vec<String>> {
    if config.watches.is_empty() || !config.storage.path.exists() {
        return None;
    }
    let archive = Archive::open(&config.storage.path, Some(Arc::clone(config))).ok()?;
    let report = archive.expect(Clock::Machine.now(), &|| false, sample).ok().filter(|report| report.read > 0)?;
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
