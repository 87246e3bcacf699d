//! The way back: from what the watch room says about a string of a query to the place of that string in its file.

use std::{collections::BTreeMap, ops::Range};

use super::{
    diagnostic::{Diagnostic, Faults},
    place::{Place, Sources},
    watches::WatchPlaces,
};
use crate::watch::{Part, Problem};

/// Where the queries of a configuration were written.
pub struct Origins {
    sources: Sources,
    watches: Vec<WatchPlaces>,
    terms: BTreeMap<String, Vec<Place>>,
}

impl Origins {
    pub(super) fn new(sources: Sources, watches: Vec<WatchPlaces>, terms: BTreeMap<String, Vec<Place>>) -> Self {
        Self { sources, watches, terms }
    }

    /// Places each problem; the number is the index of the watch in [`super::Config::watches`].
    pub fn diagnose(&self, problems: Vec<(usize, Problem)>) -> Vec<Diagnostic> {
        let mut faults = Faults::default();
        self.note(problems, &mut faults);
        faults.resolve(&self.sources)
    }

    pub(super) fn note(&self, problems: Vec<(usize, Problem)>, faults: &mut Faults) {
        // A bad term is told by every watch that uses it; once is enough.
        let mut told: Vec<(Place, String)> = Vec::new();
        for (index, problem) in problems {
            let place = self.place(index, &problem.part, problem.start..problem.end);
            if matches!(problem.part, Part::Term { .. }) {
                if told.iter().any(|(other, message)| *other == place && *message == problem.message) {
                    continue;
                }
                told.push((place, problem.message.clone()));
            }
            let fault = if problem.is_error {
                faults.error(place, problem.message)
            } else {
                faults.warning(place, problem.message)
            };
            fault.help(problem.suggestion);
        }
    }

    fn place(&self, index: usize, part: &Part, range: Range<usize>) -> Place {
        let Some(watch) = self.watches.get(index) else { return Place::default() };
        let string = match part {
            Part::Any(at) => watch.any.get(*at),
            Part::All(at) => watch.all.get(*at),
            Part::None(at) => watch.none.get(*at),
            Part::Query => watch.query.as_ref(),
            Part::Feeds(at) => watch.feeds.get(*at),
            Part::Languages(at) => watch.languages.get(*at),
            Part::Term { name, index } => self.terms.get(name).and_then(|places| places.get(*index)),
            Part::Whole => None,
        };
        string.map_or(watch.whole, |string| self.sources.inside(*string, range))
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }
}
