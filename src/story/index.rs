//! The documents of the window and the stories they tell, with what is needed to find and compare candidates.
//!
//! The cost of a document depends on the number of candidates looked at, which is bounded, never on the window.
//! Everything here follows from the documents inserted and their order, so an index is rebuilt at start-up by inserting
//! the window's entries in the order they were seen.

use std::time::Duration;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Citation, Document, Grouping, OutletNames, Relation, StoryId, Verdict,
    cite::{self, Sources},
    hasher::FastMap,
    junk::Units,
    lexicon::Lexicon,
    outlets::Names,
    postings::Postings,
    profile::{Profile, profile},
    relate::{self, Source, Standing},
    signals::{Query, Signals},
    tale::Tale,
    weigh::{self, FEATURES},
};
use crate::entry::EntryId;

/// Terms of a long text under which it can be found.
const INDEXED_TERMS: usize = 28;
/// Terms of a document that look for candidates, the rarest first.
const QUERY_TERMS: usize = 24;
/// Newest documents looked at for one term, and for all terms of a document.
const TERM_REACH: usize = 100;
const REACH: usize = 800;
/// Newest documents looked at for one run of words.
const RUN_REACH: usize = 24;
/// Documents compared in full, and stories weighed.
const COMPARED: usize = 16;
const WEIGHED: usize = 8;
/// In place of the length of a removed document.
const GONE: u16 = u16::MAX;
/// Oldest members of a story among which an outlet is looked for; beyond that a story is a flood.
const MEMBERS_ASKED: usize = 1_000;
/// A document's features, computed once for grouping and inserting.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    id: EntryId,
    outlet: u32,
    seen: Timestamp,
    url: Option<u64>,
    links: Vec<u64>,
    profile: Profile,
    sources: Sources,
    is_agency: bool,
    headline: String,
}

#[derive(Debug, PartialEq)]
struct Kept {
    id: EntryId,
    story: StoryId,
    outlet: u32,
    seen: Timestamp,
    url: Option<u64>,
    profile: Profile,
    is_agency: bool,
}

/// One candidate story with its signals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub story: StoryId,
    /// The nearest member.
    pub member: EntryId,
    pub signals: Signals,
    pub score: f32,
    /// The member whose text this is.
    pub(super) source: Option<Source>,
    slot: u32,
}

/// A part of shared text from which a document counts as a copy.
const COPY: f32 = 0.6;
/// The headlines of one page are at least so near; different items of a feed may share a link.
const SAME_HEADLINE: f32 = 0.8;
/// A later member must hold this much more of the text to be taken for its source instead of an earlier one.
const CLEARLY_MORE: f32 = 0.15;

impl Candidate {
    fn new(slot: u32, kept: &Kept, signals: Signals) -> Self {
        let source = source(kept, &signals);
        Self { story: kept.story, member: kept.id, signals, score: 0.0, source, slot }
    }

    /// Looks at one more member; members must come in the order they were seen.
    fn consider(&mut self, slot: u32, kept: &Kept, signals: Signals) {
        let more = |found: &Source| self.source.is_none_or(|known| found.part > known.part + CLEARLY_MORE);
        if let Some(found) = source(kept, &signals).filter(more) {
            self.source = Some(found);
        }
        if strength(&signals) > strength(&self.signals) {
            *self = Self { member: kept.id, signals, slot, ..*self };
        }
    }
}

fn source(kept: &Kept, signals: &Signals) -> Option<Source> {
    // A feed may list what another outlet has published, with a teaser too short to be compared.
    let part = if signals.same_page || signals.same_headline { 1.0 } else { signals.copied };
    let entry = kept.id;
    (part >= COPY).then_some(Source { entry, part, same_outlet: signals.same_outlet, is_agency: kept.is_agency })
}

/// The window of documents among which stories are recognised.
#[derive(Debug)]
pub struct Index {
    window: Duration,
    names: Names,
    weights: [f32; FEATURES],
    kept: Vec<Option<Kept>>,
    /// Terms of each slot's document, [`GONE`] for a removed one: all that the search for candidates needs of it.
    lengths: Vec<u16>,
    slots: FastMap<i64, u32>,
    urls: FastMap<u64, u32>,
    tales: FastMap<i64, Tale>,
    lexicon: Lexicon,
    units: Units,
    terms: Postings,
    runs: Postings,
    live: usize,
    /// No live document has a smaller slot.
    oldest: usize,
}

impl Index {
    /// An empty index that remembers documents for `window`.
    pub fn new(window: Duration, outlets: Vec<OutletNames>) -> Self {
        Self {
            window,
            names: Names::new(&outlets),
            weights: weigh::WEIGHTS,
            kept: Vec::new(),
            lengths: Vec::new(),
            slots: FastMap::default(),
            urls: FastMap::default(),
            tales: FastMap::default(),
            lexicon: Lexicon::default(),
            units: Units::default(),
            terms: Postings::default(),
            runs: Postings::default(),
            live: 0,
            oldest: 0,
        }
    }

    /// Replaces the outlets' names after a reload; documents prepared before keep the citations found then.
    pub fn set_outlets(&mut self, outlets: Vec<OutletNames>) {
        self.names = Names::new(&outlets);
    }

    /// Documents in the window.
    pub fn len(&self) -> usize {
        self.live
    }

    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Computes what [`Index::group`] and [`Index::insert`] need of a document.
    pub fn prepare(&self, document: &Document) -> Prepared {
        let own = self.names.own(&document.outlet, document.url.as_deref());
        let known = own.first().map(|own| self.names.outlet(*own));
        Prepared {
            id: document.id,
            outlet: outlet_hash(known.map_or(&document.outlet, |known| &known.key)),
            is_agency: known.is_some_and(|known| known.agency),
            sources: cite::sources(&self.names, &own, &document.title, &document.text),
            seen: document.seen,
            url: document.url.as_deref().map(url_hash),
            links: document.links.iter().take(64).map(|link| url_hash(link)).collect(),
            profile: profile(document, &self.units),
            headline: document.title.trim().to_owned(),
        }
    }

    /// Which story a document belongs to and how it stands there. Reads only.
    pub fn group(&self, document: &Prepared) -> Grouping {
        let candidates = self.candidates(document);
        match candidates.iter().find(|candidate| candidate.score >= weigh::JOIN) {
            Some(best) => self.join(document, best),
            None => Grouping {
                verdict: Verdict::Founds,
                relation: Relation::First,
                of: None,
                cites: document.sources.cites.clone(),
                corrects: None,
                reason: relate::explain_found(
                    candidates.first().map(|near| (near.story.to_string(), &near.signals, near.score)),
                ),
                score: 0.0,
            },
        }
    }

    fn join(&self, document: &Prepared, best: &Candidate) -> Grouping {
        let (relation, of) = relate::relate(&self.standing(document, best.story, best.source));
        let corrects = self.is_first_denial(document, best.story).then(|| document.headline.clone());
        Grouping {
            verdict: Verdict::Joins(best.story),
            relation,
            of,
            cites: document.sources.cites.clone(),
            reason: relate::explain_join(&best.signals, best.source, best.score, corrects.is_some()),
            corrects,
            score: best.score,
        }
    }

    /// How a document stands in a story that something else than its text has chosen; `why` is the reason given.
    pub fn group_into(&self, document: &Prepared, story: StoryId, why: String) -> Grouping {
        let candidates = self.candidates(document);
        let near = candidates.iter().find(|candidate| candidate.story == story);
        let (relation, of) = relate::relate(&self.standing(document, story, near.and_then(|near| near.source)));
        Grouping {
            verdict: Verdict::Joins(story),
            relation,
            of,
            cites: document.sources.cites.clone(),
            corrects: self.is_first_denial(document, story).then(|| document.headline.clone()),
            reason: why,
            score: near.map_or(0.0, |near| near.score),
        }
    }

    /// How a document founds a story although its text is near to another; `why` is the reason given.
    pub fn group_apart(&self, document: &Prepared, why: String) -> Grouping {
        Grouping {
            verdict: Verdict::Founds,
            relation: Relation::First,
            of: None,
            cites: document.sources.cites.clone(),
            corrects: None,
            reason: why,
            score: 0.0,
        }
    }

    /// Whether a document denies what no member of the story has denied yet.
    fn is_first_denial(&self, document: &Prepared, story: StoryId) -> bool {
        let members = self.tales.get(&story.0).into_iter().flat_map(|tale| &tale.members).take(MEMBERS_ASKED);
        let mut kept = members.filter_map(|slot| self.kept[*slot as usize].as_ref());
        document.profile.denies && kept.all(|kept| !kept.profile.denies)
    }

    fn standing(&self, document: &Prepared, story: StoryId, source: Option<Source>) -> Standing {
        let member_of = |outlet: u32| self.oldest_of(story, outlet);
        let member = |citation: &Citation| member_of(outlet_hash(&citation.outlet));
        let cites = &document.sources.cites;
        Standing {
            source,
            own: (document.outlet != 0).then(|| member_of(document.outlet)).flatten(),
            agency: document.sources.agency.as_ref().map(member),
            cited: (!cites.is_empty()).then(|| cites.iter().find_map(member)),
        }
    }

    /// The first member of an outlet in a story.
    fn oldest_of(&self, story: StoryId, outlet: u32) -> Option<EntryId> {
        let members = self.tales.get(&story.0)?.members.iter().take(MEMBERS_ASKED);
        members
            .filter_map(|slot| self.kept[*slot as usize].as_ref())
            .find(|kept| kept.outlet == outlet)
            .map(|kept| kept.id)
    }

    /// The stories a document may belong to, the likeliest first.
    pub fn candidates(&self, document: &Prepared) -> Vec<Candidate> {
        let query = Query::new(&document.profile, &self.lexicon);
        let mut best: Vec<Candidate> = Vec::new();
        for slot in self.near(document, &query) {
            let Some(kept) = self.kept[slot as usize].as_ref() else { continue };
            let signals = self.compare(document, &query, kept);
            match best.iter_mut().find(|candidate| candidate.story == kept.story) {
                Some(candidate) => candidate.consider(slot, kept, signals),
                None => best.push(Candidate::new(slot, kept, signals)),
            }
        }
        best.sort_by(|a, b| strength(&b.signals).total_cmp(&strength(&a.signals)).then(a.slot.cmp(&b.slot)));
        best.truncate(WEIGHED);
        for candidate in &mut best {
            self.add_story(&query, candidate);
            candidate.score = weigh::weigh(&candidate.signals, &self.weights);
        }
        best.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.slot.cmp(&b.slot)));
        best
    }

    fn compare(&self, document: &Prepared, query: &Query<'_>, kept: &Kept) -> Signals {
        let likeness = query.compare(&kept.profile, &self.lexicon);
        Signals {
            hours: hours_between(document.seen, kept.seen),
            same_outlet: document.outlet != 0 && document.outlet == kept.outlet,
            linked: kept.url.is_some_and(|url| document.links.contains(&url)),
            same_page: document.url.is_some() && document.url == kept.url && likeness.title >= SAME_HEADLINE,
            ..likeness
        }
    }

    fn add_story(&self, query: &Query<'_>, candidate: &mut Candidate) {
        let Some(tale) = self.tales.get(&candidate.story.0) else { return };
        candidate.signals.size = tale.members.len() as f32;
        let nearest = candidate.signals.nearest;
        (candidate.signals.centroid, candidate.signals.average) = if tale.centroid.is_empty() {
            (nearest, nearest)
        } else {
            query.centroid(&tale.centroid, candidate.signals.size, &self.lexicon)
        };
    }

    /// Slots of the documents worth comparing.
    fn near(&self, document: &Prepared, query: &Query<'_>) -> Vec<u32> {
        let mut scores: FastMap<u32, f32> = FastMap::with_capacity_and_hasher(REACH, Default::default());
        let mut left = REACH;
        for (weight, term) in query.strongest().into_iter().take(QUERY_TERMS) {
            for slot in self.terms.newest(term).filter(|slot| self.is_live(*slot)).take(TERM_REACH.min(left)) {
                *scores.entry(slot).or_default() += weight;
                left -= 1;
            }
        }
        let fair = |(slot, score): (u32, f32)| (score / (10.0 + f32::from(self.lengths[slot as usize])).sqrt(), slot);
        let mut found: Vec<(f32, u32)> = scores.into_iter().map(fair).collect();
        let by_score = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1));
        if found.len() > COMPARED {
            found.select_nth_unstable_by(COMPARED, by_score);
            found.truncate(COMPARED);
        }
        let mut slots: Vec<u32> = found.into_iter().map(|(_, slot)| slot).collect();
        slots.extend(self.sharing_runs(document));
        slots.extend(document.links.iter().filter_map(|link| self.urls.get(link)));
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    fn is_live(&self, slot: u32) -> bool {
        self.lengths[slot as usize] != GONE
    }

    /// Slots of documents that share runs of words, the most first.
    fn sharing_runs(&self, document: &Prepared) -> Vec<u32> {
        let mut counts: FastMap<u32, u32> = FastMap::default();
        for run in document.profile.shingles.keys() {
            for slot in self.runs.newest(run).filter(|slot| self.is_live(*slot)).take(RUN_REACH) {
                *counts.entry(slot).or_default() += 1;
            }
        }
        let mut found: Vec<(u32, u32)> =
            counts.into_iter().filter(|(_, count)| *count > 1).map(|(slot, count)| (count, slot)).collect();
        found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)));
        found.into_iter().take(8).map(|(_, slot)| slot).collect()
    }

    /// Adds a document to a story, after [`Index::group`] decided or at a rebuild. A document that is known already
    /// is replaced.
    pub fn insert(&mut self, document: Prepared, story: StoryId) {
        self.remove(document.id);
        let slot = u32::try_from(self.kept.len()).expect("fewer than 2^32 documents between two sweeps");
        let Prepared { id, outlet, seen, url, profile, is_agency, .. } = document;
        self.terms.add(self.indexed_terms(&profile), slot);
        self.runs.add(profile.shingles.keys(), slot);
        self.lexicon.learn(&profile.terms);
        profile.units.iter().chain(&profile.headline).for_each(|unit| self.units.learn(*unit, story));
        if let Some(url) = url {
            self.urls.entry(url).or_insert(slot);
        }
        self.slots.insert(id.0, slot);
        self.lengths.push(u16::try_from(profile.terms.len()).unwrap_or(GONE - 1));
        self.kept.push(Some(Kept { id, story, outlet, seen, url, profile, is_agency }));
        self.live += 1;
        let profile = |slot: u32| self.kept[slot as usize].as_ref().map(|kept| &kept.profile);
        self.tales.entry(story.0).or_default().join(slot, profile);
    }

    /// The terms under which a document can be found: all of a short one, the weightiest of a long one.
    fn indexed_terms(&self, profile: &Profile) -> Vec<u32> {
        let mut terms: Vec<(f32, u32)> = profile
            .terms
            .iter()
            .map(|term| (f32::from(term.weight) * self.lexicon.idf(term.term), term.term))
            .collect();
        if terms.len() > INDEXED_TERMS {
            terms.select_nth_unstable_by(INDEXED_TERMS, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            terms.truncate(INDEXED_TERMS);
        }
        terms.into_iter().map(|(_, term)| term).collect()
    }

    /// Takes a document out again; the index is then as if it had never been inserted.
    pub fn remove(&mut self, entry: EntryId) {
        let Some(slot) = self.slots.remove(&entry.0) else { return };
        let Some(kept) = self.kept[slot as usize].take() else { return };
        self.live -= 1;
        self.lengths[slot as usize] = GONE;
        self.lexicon.forget(&kept.profile.terms);
        kept.profile.units.iter().chain(&kept.profile.headline).for_each(|unit| self.units.forget(*unit, kept.story));
        if let Some(url) = kept.url.filter(|url| self.urls.get(url) == Some(&slot)) {
            self.urls.remove(&url);
        }
        if let Some(tale) = self.tales.get_mut(&kept.story.0) {
            tale.leave(slot, &kept.profile);
            if tale.members.is_empty() {
                self.tales.remove(&kept.story.0);
            }
        }
    }

    /// Takes the new text of an edited entry; it keeps its story.
    pub fn replace(&mut self, document: Prepared) {
        let slot = self.slots.get(&document.id.0).copied();
        let Some(story) = slot.and_then(|slot| self.kept[slot as usize].as_ref()).map(|kept| kept.story) else {
            return;
        };
        self.insert(document, story);
    }

    /// Moves an entry to another story: a merge or a split made by hand. Which story had a line of page junk first is
    /// not known afterwards where entries of one feed were moved together; the next rebuild puts that right.
    pub fn regroup(&mut self, entry: EntryId, story: StoryId) {
        let Some(slot) = self.slots.get(&entry.0).copied() else { return };
        let Some(mut kept) = self.kept[slot as usize].take() else { return };
        let before = std::mem::replace(&mut kept.story, story);
        for unit in kept.profile.units.iter().chain(&kept.profile.headline) {
            self.units.forget(*unit, before);
            self.units.learn(*unit, story);
        }
        if let Some(tale) = self.tales.get_mut(&before.0) {
            tale.leave(slot, &kept.profile);
            if tale.members.is_empty() {
                self.tales.remove(&before.0);
            }
        }
        self.kept[slot as usize] = Some(kept);
        let profile = |slot: u32| self.kept[slot as usize].as_ref().map(|kept| &kept.profile);
        let tale = self.tales.entry(story.0).or_default();
        tale.join(slot, profile);
        // Slots are given in the order of arrival, and members stand in that order.
        tale.members.sort_unstable();
    }

    /// The story of an entry in the window.
    pub fn story_of(&self, entry: EntryId) -> Option<StoryId> {
        let slot = self.slots.get(&entry.0)?;
        self.kept[*slot as usize].as_ref().map(|kept| kept.story)
    }

    /// Drops what is older than the window.
    pub fn expire(&mut self, now: Timestamp) {
        while let Some(kept) = self.kept.get(self.oldest) {
            let Some(kept) = kept else {
                self.oldest += 1;
                continue;
            };
            if kept.seen >= now || now.duration_since(kept.seen).unsigned_abs() <= self.window {
                break;
            }
            self.remove(kept.id);
        }
        if self.kept.len() > 2 * self.live + 1_000 {
            self.sweep();
        }
    }

    /// Closes the gaps that removed documents left.
    fn sweep(&mut self) {
        let mut next = 0;
        let renamed: Vec<Option<u32>> = self
            .kept
            .iter()
            .map(|kept| {
                kept.as_ref().map(|_| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let rename = |slot: u32| renamed.get(slot as usize).copied().flatten();
        self.terms.compact(rename);
        self.runs.compact(rename);
        self.kept.retain(Option::is_some);
        self.lengths.retain(|length| *length != GONE);
        self.oldest = 0;
        self.slots
            .values_mut()
            .chain(self.urls.values_mut())
            .for_each(|slot| *slot = rename(*slot).unwrap_or(u32::MAX));
        self.tales
            .values_mut()
            .flat_map(|tale| tale.members.iter_mut())
            .for_each(|slot| *slot = rename(*slot).unwrap_or(u32::MAX));
    }

    /// All that has been learned, in an order of its own, for comparing two indexes.
    #[cfg(test)]
    pub(super) fn knowledge(&self) -> String {
        let mut tales: Vec<_> = self.tales.iter().map(|(id, tale)| (id, &tale.members, &tale.centroid)).collect();
        tales.sort_by_key(|(id, ..)| **id);
        let mut urls: Vec<_> = self.urls.iter().collect();
        urls.sort_unstable();
        format!("{tales:?} {urls:?} {} {} {}", self.lexicon.print(), self.units.print(), self.live)
    }

    /// Takes other weights than the built-in ones: for fitting them and for comparison.
    pub fn set_weights(&mut self, weights: [f32; FEATURES]) {
        self.weights = weights;
    }
}

fn strength(s: &Signals) -> f32 {
    s.nearest + s.support * 0.3 + s.copied + s.title * 0.3 + if s.linked { 0.5 } else { 0.0 }
}

fn hours_between(a: Timestamp, b: Timestamp) -> f32 {
    a.duration_since(b).as_secs_f32().abs() / 3600.0
}

fn outlet_hash(outlet: &str) -> u32 {
    if outlet.is_empty() { 0 } else { super::words::fold_hash(xxh3_64(outlet.as_bytes())) | 1 }
}

fn url_hash(url: &str) -> u64 {
    xxh3_64(url.as_bytes())
}
