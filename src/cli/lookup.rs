//! Where the configuration and the database of a command are.

use std::{collections::BTreeMap, io::IsTerminal, path::PathBuf, sync::Arc};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::Refused;
use crate::{
    archive::Archive,
    config::{self, Config, Diagnostic, Loaded, Outlet, Overrides},
    store, watch,
};

/// What the command line says of files.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub config: PathBuf,
    pub database: Option<PathBuf>,
}

impl Place {
    /// The configuration; all faults and warnings are shown on standard error.
    ///
    /// # Errors
    /// [`Refused`] when there is at least one fault.
    pub(super) fn load(&self) -> Result<Config> {
        self.load_in(&config::environment())
    }

    /// As [`Place::load`], with other environment variables than the process has.
    pub(super) fn load_in(&self, environment: &BTreeMap<String, String>) -> Result<Config> {
        let (loaded, diagnostics) = self.diagnose_in(environment);
        if !diagnostics.is_empty() {
            eprint!("{}", config::render(&diagnostics, std::io::stderr().is_terminal()));
        }
        loaded.map(|loaded| loaded.config).ok_or_else(|| Refused.into())
    }

    /// The database for reading. With `--database` alone no configuration is needed, so that the database of a demo can
    /// be looked at; one that loads still gives the names.
    pub(super) fn archive(&self) -> Result<Archive> {
        match (&self.database, self.config.exists()) {
            (Some(path), false) => Ok(Archive::open(path, None)?),
            _ => {
                let config = Arc::new(self.load()?);
                Ok(Archive::open(&config.storage.path, Some(Arc::clone(&config)))?)
            }
        }
    }

    /// The configuration, unless refused, and all that is to be said of it.
    pub(super) fn diagnose(&self) -> (Option<Loaded>, Vec<Diagnostic>) {
        self.diagnose_in(&config::environment())
    }

    fn diagnose_in(&self, environment: &BTreeMap<String, String>) -> (Option<Loaded>, Vec<Diagnostic>) {
        let mut flags = Overrides::default();
        if let Some(database) = &self.database {
            flags = flags.set("--database", "storage.path", &database.to_string_lossy());
        }
        let compile =
            |queries: &[&watch::Query], terms: &BTreeMap<String, Vec<String>>| watch::compile(queries, terms).problems;
        match config::load(&self.config, &flags, environment, compile) {
            Ok(mut loaded) => {
                let warnings = std::mem::take(&mut loaded.warnings);
                (Some(loaded), warnings)
            }
            Err(diagnostics) => (None, diagnostics),
        }
    }
}

/// What the configuration makes of a feed in the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Polled,
    /// `enabled = false`
    Off,
    /// Only what it brought is still there.
    Removed,
}

/// A database opened for reading, with the outlets' names where there is a configuration.
pub(super) struct Reading {
    pub connection: Connection,
    pub path: PathBuf,
    outlets: BTreeMap<String, Outlet>,
    /// Configured feeds by URL, and whether they are polled; `None` without a configuration.
    feeds: Option<BTreeMap<String, bool>>,
}

impl Reading {
    /// With `--database` alone no configuration is needed, so that the database of a demo can be looked at; one that
    /// loads still gives the names.
    pub(super) fn open(place: &Place) -> Result<Self> {
        let (path, outlets, feeds) = match (&place.database, place.config.exists()) {
            (Some(path), false) => (path.clone(), BTreeMap::new(), None),
            _ => {
                let Config { storage, outlets, feeds, .. } = place.load()?;
                let feeds = feeds.into_iter().map(|feed| (feed.url.to_string(), feed.enabled)).collect();
                (storage.path, outlets, Some(feeds))
            }
        };
        Ok(Self { connection: store::open_reader(&path)?, path, outlets, feeds })
    }

    /// What the configuration makes of a feed; without one, every feed is taken to be polled.
    pub(super) fn standing(&self, url: &str) -> Standing {
        match self.feeds.as_ref().map(|feeds| feeds.get(url)) {
            None | Some(Some(true)) => Standing::Polled,
            Some(Some(false)) => Standing::Off,
            Some(None) => Standing::Removed,
        }
    }

    /// An outlet's name for people; its key where it is not configured.
    pub(super) fn outlet_name(&self, key: &str) -> String {
        self.outlets.get(key).map_or_else(|| key.to_owned(), |outlet| outlet.name.clone())
    }
}

/// The database for a short change beside a running daemon.
pub(super) fn open_beside(place: &Place) -> Result<Connection> {
    let path = match &place.database {
        Some(path) => path.clone(),
        None => place.load()?.storage.path,
    };
    Ok(store::open_beside(&path)?)
}

/// A span on the command line, in the units of the configuration.
pub(super) fn span(text: &str) -> Result<SignedDuration, String> {
    let span = config::parse_duration(text)?;
    SignedDuration::try_from(span).map_err(|_| format!("{text:?} is too long"))
}

/// The time `span` ago.
pub(super) fn since(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_sub(span).unwrap_or(Timestamp::MIN)
}
