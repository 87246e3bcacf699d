//! How a document stands to the story it joins, and the words that say why.
//!
//! Text before citations: a copy stays a copy though it cites, since its sentences are not its own. The same outlet
//! confirms nothing to itself. A denial belongs to the story that it denies and is marked, since it is news to
//! everybody who was told. Must not decide whether a document joins; [`super::weigh`] did.

use super::{Relation, claim::Contrast, signals::Signals};
use crate::entry::EntryId;

/// What is known when a relation is decided.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// The member whose text this is, with the part that is shared and whether it is the same outlet's or an agency's.
    pub source: Option<Source>,
    /// An earlier member of the same outlet.
    pub own: Option<EntryId>,
    /// It carries an agency's dateline; the agency's member, where there is one.
    pub agency: Option<Option<EntryId>>,
    /// It cites another outlet; that outlet's member, where there is one.
    pub cited: Option<Option<EntryId>>,
}

/// A member whose text a document shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    pub entry: EntryId,
    pub part: f32,
    pub same_outlet: bool,
    pub is_agency: bool,
}

/// The relation, and to which member.
pub fn relate(standing: &Standing) -> (Relation, Option<EntryId>) {
    match *standing {
        Standing { source: Some(source), .. } if source.same_outlet => (Relation::SameOutlet, Some(source.entry)),
        Standing { own: Some(own), .. } => (Relation::SameOutlet, Some(own)),
        Standing { source: Some(source), agency: None, .. } if !source.is_agency => {
            (Relation::Copy, Some(source.entry))
        }
        Standing { source: Some(source), .. } => (Relation::Wire, Some(source.entry)),
        Standing { agency: Some(of), .. } => (Relation::Wire, of),
        Standing { cited: Some(of), .. } => (Relation::Cites, of),
        _ => (Relation::Independent, None),
    }
}

/// Why a document joined, for people.
pub fn explain_join(signals: &Signals, source: Option<Source>, score: f32, denies: bool) -> String {
    let figures = figures(signals);
    match source {
        None if denies => format!("denies what the story says: {figures}; score {score:.2}"),
        Some(_) if signals.copied == 0.0 && signals.same_headline => {
            format!("the same headline over a short text; {figures}; score {score:.2}")
        }
        Some(source) => {
            format!("{:.0} % of the shorter text is the same; {figures}; score {score:.2}", source.part * 100.0)
        }
        None if signals.linked => format!("links to a member; {figures}; score {score:.2}"),
        None => format!("same story in other words: {figures}; score {score:.2}"),
    }
}

/// Why a document founded a story although another was near.
pub fn explain_found(nearest: Option<(String, &Signals, f32)>) -> String {
    match nearest {
        None => "nothing like it in the window".to_owned(),
        Some((story, signals, score)) => format!("nearest is {story}, too far: {}; score {score:.2}", figures(signals)),
    }
}

fn figures(s: &Signals) -> String {
    let mut text = format!("cosine {:.2} with the nearest member", s.nearest);
    if s.size > 1.0 {
        text.push_str(&format!(" and {:.2} with its {:.0} members together", s.centroid, s.size));
    }
    if s.title > 0.0 {
        text.push_str(&format!(", {:.2} between the headlines", s.title));
    }
    if s.hours >= 1.0 {
        text.push_str(&format!(", {:.0} h apart", s.hours));
    }
    if s.numbers_differ {
        text.push_str(", numbers differ");
    }
    text.push_str(match s.contrast {
        Some(Contrast::Opposed) => ", its headline says the opposite",
        Some(Contrast::Renamed) => ", its headline names another",
        Some(Contrast::Negated) => ", one headline says that it is not so",
        None => "",
    });
    text
}
