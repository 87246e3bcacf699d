//! Watchlists by themselves, for trying queries out: recipients and feeds that they name need not be there.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use super::{
    Watch,
    diagnostic::{Diagnostic, Faults},
    files::{self, Written},
    meant,
    place::Sources,
    references,
    watches::{self, Notify},
};
use crate::watch::{Problem, Query};

/// What watchlists hold for the watch room.
pub struct Watchlists {
    /// Those that notify nobody have an empty `notify`.
    pub watches: Vec<Arc<Watch>>,
    pub queries: Vec<Query>,
    pub terms: BTreeMap<String, Vec<String>>,
    /// What is doubtful in them.
    pub warnings: Vec<Diagnostic>,
}

/// The queries and `[terms]` of some files. Whom a watch notifies is not looked at.
///
/// # Errors
/// Everything wrong or doubtful in the files, when at least one thing is wrong.
pub fn load_watchlists(
    paths: &[PathBuf],
    compile: impl FnOnce(&[&Query], &BTreeMap<String, Vec<String>>) -> Vec<(usize, Problem)>,
) -> Result<Watchlists, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    let mut faults = Faults::default();
    let mut written = Written::default();
    for path in paths {
        files::add_alone(path, &mut written, &mut sources, &mut faults);
    }
    let tables = std::mem::take(&mut written.watches);
    let watches: Vec<_> =
        tables.into_iter().map(|table| watches::watch(table, Notify::Optional, &mut faults)).collect();
    references::check_watch_names(&watches, &mut faults);
    let terms = watches::terms(std::mem::take(&mut written.terms), &mut faults);
    let (watches, terms, origins) = meant::judge(watches, terms, sources, &mut faults, compile);
    let diagnostics = faults.resolve(origins.sources());
    match diagnostics.iter().any(Diagnostic::is_error) {
        true => Err(diagnostics),
        false => Ok(Watchlists {
            queries: watches.iter().map(|watch| watch.query.clone()).collect(),
            watches,
            terms,
            warnings: diagnostics,
        }),
    }
}
