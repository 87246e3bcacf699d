//! `storywatch check`: everything wrong or doubtful in the configuration, at once.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use anyhow::Result;
use clap::Args;

use super::{Refused, lookup::Place, out::Out};
use crate::{
    app,
    config::{self, Diagnostic},
};

#[derive(Debug, Args)]
pub(super) struct Check {
    /// One JSON value for each error or warning.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let (loaded, diagnostics) = place.diagnose();
        let shown = self.show(&diagnostics);
        // Refused it is, whoever has stopped reading why.
        let config = loaded.ok_or(Refused)?;
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
