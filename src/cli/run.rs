//! `storywatch run`: the daemon.

use std::{process::ExitCode, sync::Arc};

use anyhow::Result;

use super::{block_on, lookup::Place};
use crate::app;

pub(super) fn run(place: Place) -> Result<ExitCode> {
    let config = Arc::new(place.load()?);
    let load: app::Load = Box::new(move || Ok(Arc::new(place.load()?)));
    block_on(app::run(config, load))?;
    Ok(ExitCode::SUCCESS)
}
