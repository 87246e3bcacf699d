//! `storywatch run`: the daemon.

use std::{process::ExitCode, sync::Arc};

use anyhow::Result;

use tracing::{error, warn};

use super::{Refused, block_on, lookup::Place};
use crate::{app, config::Config};

pub(super) fn run(place: Place) -> Result<ExitCode> {
    let config = Arc::new(place.load()?);
    let load: app::Load = Box::new(move || reload(&place));
    block_on(app::run(config, load))?;
    Ok(ExitCode::SUCCESS)
}

/// As at the start, with the diagnostics in the log, a line each.
fn reload(place: &Place) -> Result<Config> {
    let (config, diagnostics) = place.diagnose();
    for diagnostic in &diagnostics {
        match diagnostic.is_error() {
            true => error!("{}", diagnostic.to_line()),
            false => warn!("{}", diagnostic.to_line()),
        }
    }
    config.map(|loaded| loaded.config).ok_or_else(|| Refused.into())
}
