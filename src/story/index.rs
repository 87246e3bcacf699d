//! The documents of the window and the stories they tell, with what is needed to find and compare candidates.
//!
//! The cost of a document depends on the number of candidates looked at, which is bounded, never on the window.
//! Everything here follows from the documents inserted and their order, so an index is rebuilt at start-up by inserting
//! the window's entries in the order they were seen.

use std::{collections::hash_map::Entry, num::NonZeroU64, sync::Arc, time::Duration};

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Citation, Document, Grouping, OutletNames, Relation, StoryId, Verdict,
    candidates::{Candidate, When},
    cite::{self, Sources},
    claim::Contrast,
    denial,
    forest::Forest,
    hasher::{FastMap, FastSet},
    junk::Units,
    lexicon::Lexicon,
    outlets::Names,
    packed::Packed,
    postings::Postings,
    profile::{Profile, profile},
    relate::{self, Source, Standing},
    second,
    signals::Signals,
    table::Table,
    tale::Tale,
    weigh, words,
};
use crate::entry::EntryId;

/// Terms of a long text under which it can be found.
const INDEXED_TERMS: usize = 28;
/// In place of the length of a removed document.
pub(super) const GONE: u16 = u16::MAX;
/// Oldest members of a story among which an outlet is looked for; beyond that a story is a flood.
const MEMBERS_ASKED: usize = 1_000;
/// Hash of a canonical URL.
pub(super) type Link = NonZeroU64;

/// Part of a headline with a no in it that must have been told for the no to deny it.
const NEGATED: f32 = 0.5;

/// A document's features, computed once for grouping and inserting.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    pub(super) id: EntryId,
    pub(super) outlet: u32,
    pub(super) seen: Timestamp,
    pub(super) when: When,
    pub(super) url: Option<Link>,
    pub(super) links: Vec<Link>,
    pub(super) profile: Profile,
    pub(super) sources: Sources,
    pub(super) is_agency: bool,
    pub(super) negates: bool,
    pub(super) headline: String,
}

#[derive(Debug, PartialEq)]
pub(super) struct Kept {
    pub(super) id: EntryId,
    pub(super) story: StoryId,
    pub(super) outlet: u32,
    pub(super) seen: Timestamp,
    pub(super) when: When,
    pub(super) url: Option<Link>,
    pub(super) text: Packed,
    pub(super) is_agency: bool,
}

/// The members of a story and its common terms, with their weights.
#[cfg(test)]
type Told = (Vec<Option<EntryId>>, Option<Vec<(u32, u32)>>);

/// The window of documents among which stories are recognised.
#[derive(Debug)]
pub struct Index {
    pub(super) window: Duration,
    pub(super) names: Names,
    pub(super) forest: Arc<Forest>,
    pub(super) kept: Vec<Option<Kept>>,
    /// Terms of each slot's document, [`GONE`] for a removed one: all that the search for candidates needs of it.
    pub(super) lengths: Vec<u16>,
    /// The slot of each entry, and of the first that has a link, by the hash of that.
    pub(super) slots: Table,
    pub(super) urls: Table,
    pub(super) tales: FastMap<i64, Tale>,
    pub(super) lexicon: Lexicon,
    pub(super) units: Units,
    pub(super) runs: Postings,
    /// Stories split by hand.
    pub(super) split: FastSet<i64>,
    pub(super) live: usize,
    /// No live document has a smaller slot.
    pub(super) oldest: usize,
}

impl Index {
    /// An empty index that remembers documents for `window`.
    pub fn new(window: Duration, outlets: Vec<OutletNames>) -> Self {
        Self {
            window,
            names: Names::new(&outlets),
            forest: weigh::forest(),
            kept: Vec::new(),
            lengths: Vec::new(),
            slots: Table::default(),
            urls: Table::default(),
            tales: FastMap::default(),
            lexicon: Lexicon::default(),
            units: Units::default(),
            runs: Postings::default(),
            split: FastSet::default(),
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
        let known = own.listed.first().map(|own| self.names.outlet(*own));
        let words = words::split(&document.text);
        Prepared {
            id: document.id,
            outlet: outlet_hash(known.map_or(&document.outlet, |known| &known.key)),
            is_agency: known.is_some_and(|known| known.agency),
            sources: cite::sources(&self.names, &own, &document.title, &document.text, &words),
            seen: document.seen,
            when: When::of(document, self.window),
            url: document.url.as_deref().map(url_hash),
            links: document.links.iter().take(64).map(|link| url_hash(link)).collect(),
            profile: profile(document, &words, &self.units),
            negates: denial::negates(&words::split(&document.title)),
            headline: document.title.trim().to_owned(),
        }
    }

    /// Which story a document belongs to and how it stands there. Reads only.
    pub fn group(&self, document: &Prepared) -> Grouping {
        let candidates = self.candidates(document);
        match candidates.iter().find(|candidate| weigh::joins(&candidate.signals, candidate.score)) {
            Some(best) => Grouping { near: second::near(&candidates, best.story), ..self.joined(document, best) },
            None => self.joined_by_page(document).unwrap_or_else(|| {
                let near = candidates.first().map(|near| (near.story.to_string(), &near.signals, near.score));
                self.group_apart(document, relate::explain_found(near))
            }),
        }
    }

    /// An address alone, of an entry that says nothing else, leads to its story: that of the same page.
    fn joined_by_page(&self, document: &Prepared) -> Option<Grouping> {
        let slot = self.slot_of_url(document.url?)?;
        let kept = self.kept[slot as usize].as_ref()?;
        let is_bare = document.headline.is_empty() && document.profile.terms.is_empty();
        if !is_bare && self.lengths[slot as usize] != 0 {
            return None;
        }
        let same_outlet = document.outlet != 0 && document.outlet == kept.outlet;
        let source = Source { entry: kept.id, part: 1.0, same_outlet, is_agency: kept.is_agency };
        let (relation, of) = relate::relate(&self.standing(document, kept.story, Some(source)));
        Some(Grouping {
            verdict: Verdict::Joins(kept.story),
            relation,
            of,
            cites: document.sources.cites.clone(),
            corrects: None,
            reason: "the same address, of which one of the two entries says nothing else".to_owned(),
            score: 1.0,
            near: Vec::new(),
        })
    }

    fn joined(&self, document: &Prepared, best: &Candidate) -> Grouping {
        let (relation, of) = relate::relate(&self.standing(document, best.story, best.source));
        let corrects = self.takes_back(document, best.story, Some(&best.signals)).then(|| document.headline.clone());
        Grouping {
            verdict: Verdict::Joins(best.story),
            relation,
            of,
            cites: document.sources.cites.clone(),
            reason: relate::explain_join(&best.signals, best.source, best.score, corrects.is_some()),
            corrects,
            score: best.score,
            near: Vec::new(),
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
            corrects: self
                .takes_back(document, story, near.map(|near| &near.signals))
                .then(|| document.headline.clone()),
            reason: why,
            score: near.map_or(0.0, |near| near.score),
            near: Vec::new(),
        }
    }

    /// How a document founds a story, be its text near to another or not; `why` is the reason given.
    pub fn group_apart(&self, document: &Prepared, why: String) -> Grouping {
        Grouping {
            verdict: Verdict::Founds,
            relation: Relation::First,
            of: None,
            cites: document.sources.cites.clone(),
            corrects: None,
            reason: why,
            score: 0.0,
            near: Vec::new(),
        }
    }

    /// Whether a document takes back what its story says, and is the first to do so: it denies in words that no member has
    /// denied in, or says not what a member says in nearly the same headline, and all members did or all did not.
    fn takes_back(&self, document: &Prepared, story: StoryId, near: Option<&Signals>) -> bool {
        let told = near.map_or(0.0, |near| near.told);
        let denies = document.profile.denies || document.negates && told >= NEGATED;
        let turns = near.is_some_and(|near| near.contrast == Some(Contrast::Negated) && near.copied < weigh::ONE_TEXT);
        let negated = document.profile.claim.negated;
        let members = self.tales.get(&story.0).into_iter().flat_map(Tale::members).take(MEMBERS_ASKED);
        let mut kept = members.filter_map(|slot| self.kept[*slot as usize].as_ref());
        denies && kept.clone().all(|kept| !kept.text.denies())
            || turns && kept.all(|kept| kept.text.is_negated() != negated)
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

    /// The first member of an outlet in a story, by when it was first seen: an edited one has a new slot.
    pub(super) fn oldest_of(&self, story: StoryId, outlet: u32) -> Option<EntryId> {
        let members = self.tales.get(&story.0)?.members().iter().take(MEMBERS_ASKED);
        members
            .filter_map(|slot| self.kept[*slot as usize].as_ref())
            .filter(|kept| kept.outlet == outlet)
            .min_by_key(|kept| (kept.seen, kept.id))
            .map(|kept| kept.id)
    }

    /// Adds a document to a story, after [`Index::group`] decided or at a rebuild. A document that is known already
    /// is replaced.
    pub fn insert(&mut self, document: Prepared, story: StoryId) {
        self.remove(document.id);
        let slot = u32::try_from(self.kept.len()).expect("fewer than 2^32 documents between two sweeps");
        let Prepared { id, outlet, seen, when, url, profile, is_agency, .. } = document;
        let found_by = self.indexed_terms(&profile);
        self.lexicon.learn(&profile.terms);
        self.lexicon.add(found_by, slot);
        self.runs.add(profile.shingles.keys(), slot);
        if let Some(url) = url.filter(|url| self.slot_of_url(*url).is_none()) {
            self.urls.put(words::fold_hash(url.get()), slot);
        }
        self.slots.put(entry_hash(id), slot);
        self.lengths.push(u16::try_from(profile.terms.len()).unwrap_or(GONE - 1));
        if self.kept.len() == self.kept.capacity() {
            // By an eighth and not by the double: these are much of what the index holds by itself.
            self.kept.reserve_exact(1_024 + slot as usize / 8);
        }
        let text = Packed::new(&profile, &self.lexicon);
        self.kept.push(Some(Kept { id, story, outlet, seen, when, url, text, is_agency }));
        self.live += 1;
        self.learn_units(&profile, slot);
        self.join(story, slot);
    }

    /// Remembers the sentences of a document in the story it is in.
    fn learn_units(&mut self, profile: &Profile, slot: u32) {
        let story_of = |slot: u32| self.kept[slot as usize].as_ref().map(|kept| kept.story);
        profile.units.iter().chain(&profile.headline).for_each(|unit| self.units.learn(*unit, slot, story_of));
    }

    /// The terms under which a document can be found: all of a short one, the weightiest of a long one.
    fn indexed_terms(&self, profile: &Profile) -> Vec<u32> {
        let mut terms: Vec<(f32, u32)> = profile
            .terms
            .iter()
            .map(|term| (f32::from(term.weight) * self.lexicon.idf_of(self.lexicon.look_up(*term)), term.term))
            .collect();
        if terms.len() > INDEXED_TERMS {
            terms.select_nth_unstable_by(INDEXED_TERMS, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            terms.truncate(INDEXED_TERMS);
        }
        terms.into_iter().map(|(_, term)| term).collect()
    }

    /// Takes a document out again; the index is then as if it had never been inserted.
    pub fn remove(&mut self, entry: EntryId) {
        let Some(slot) = self.slot_of(entry) else { return };
        let Some(kept) = self.kept[slot as usize].take() else { return };
        let profile = kept.text.read_all(&self.lexicon);
        self.live -= 1;
        self.lengths[slot as usize] = GONE;
        self.slots.remove(entry_hash(entry), slot);
        self.lexicon.forget(&profile.terms);
        profile.units.iter().chain(&profile.headline).for_each(|unit| self.units.forget(*unit, slot, kept.story));
        if let Some(url) = kept.url {
            self.urls.remove(words::fold_hash(url.get()), slot);
        }
        self.leave(kept.story, slot);
    }

    /// Puts a slot into its story.
    fn join(&mut self, story: StoryId, slot: u32) {
        match self.tales.entry(story.0) {
            Entry::Vacant(free) => drop(free.insert(Tale::One(slot))),
            Entry::Occupied(mut tale) => {
                tale.get_mut().join(slot, &self.lexicon, |slot| terms_of(&self.kept, slot, &self.lexicon));
            }
        }
    }

    /// Takes a slot out of its story, and the story away with its last member.
    fn leave(&mut self, story: StoryId, slot: u32) {
        let Some(tale) = self.tales.get_mut(&story.0) else { return };
        if tale.members() == [slot] {
            self.tales.remove(&story.0);
        } else {
            tale.leave(slot, &self.lexicon, |slot| terms_of(&self.kept, slot, &self.lexicon));
        }
    }

    fn slot_of(&self, entry: EntryId) -> Option<u32> {
        let is_meant = |slot: &u32| self.kept[*slot as usize].as_ref().is_some_and(|kept| kept.id == entry);
        self.slots.get(entry_hash(entry)).find(is_meant)
    }

    /// What is kept of an entry in the window.
    pub(super) fn member(&self, entry: EntryId) -> Option<&Kept> {
        self.kept[self.slot_of(entry)? as usize].as_ref()
    }

    /// The first document with a link.
    pub(super) fn slot_of_url(&self, url: Link) -> Option<u32> {
        let is_meant = |slot: &u32| self.kept[*slot as usize].as_ref().is_some_and(|kept| kept.url == Some(url));
        self.urls.get(words::fold_hash(url.get())).find(is_meant)
    }

    /// Takes the new text of an edited entry; it keeps its story.
    pub fn replace(&mut self, document: Prepared) {
        if let Some(story) = self.story_of(document.id) {
            self.insert(document, story);
        }
    }

    /// Moves an entry to another story: a merge or a split made by hand.
    pub fn regroup(&mut self, entry: EntryId, story: StoryId) {
        let Some(slot) = self.slot_of(entry) else { return };
        let Some(kept) = self.kept[slot as usize].as_mut() else { return };
        let before = std::mem::replace(&mut kept.story, story);
        let profile = kept.text.read_all(&self.lexicon);
        profile.units.iter().chain(&profile.headline).for_each(|unit| self.units.forget(*unit, slot, before));
        self.learn_units(&profile, slot);
        self.leave(before, slot);
        self.join(story, slot);
    }

    /// Moves all members of a story to another one, as [`Index::regroup`] of each would, but that the terms they have in
    /// common are looked for once.
    pub(super) fn absorb(&mut self, source: StoryId, target: StoryId) {
        let Some(moved) = self.tales.remove(&source.0) else { return };
        for slot in moved.members() {
            let Some(kept) = self.kept[*slot as usize].as_mut() else { continue };
            kept.story = target;
            let profile = kept.text.read_all(&self.lexicon);
            profile.units.iter().chain(&profile.headline).for_each(|unit| self.units.forget(*unit, *slot, source));
            self.learn_units(&profile, *slot);
        }
        match self.tales.entry(target.0) {
            Entry::Vacant(free) => drop(free.insert(moved)),
            Entry::Occupied(mut tale) => {
                tale.get_mut().absorb(&moved, &self.lexicon, |slot| terms_of(&self.kept, slot, &self.lexicon));
            }
        }
    }

    /// The story of an entry in the window.
    pub fn story_of(&self, entry: EntryId) -> Option<StoryId> {
        let slot = self.slot_of(entry)?;
        self.kept[slot as usize].as_ref().map(|kept| kept.story)
    }

    /// All that has been learned, in an order of its own, for comparing two indexes.
    #[cfg(test)]
    pub(super) fn knowledge(&self) -> String {
        let told = |(id, tale)| (id, Tale::members(tale), self.common_terms(tale));
        let mut tales: Vec<_> = self.tales.iter().map(told).collect();
        tales.sort_by_key(|(id, ..)| **id);
        let mut urls: Vec<(u32, u32)> = self.urls.iter().collect();
        urls.sort_unstable();
        let story_of = |slot: u32| self.kept[slot as usize].as_ref().map(|kept| kept.story);
        format!("{tales:?} {urls:?} {} {} {}", self.lexicon.print(), self.units.print(story_of), self.live)
    }

    /// The stories with their members and common terms.
    #[cfg(test)]
    pub(super) fn told(&self) -> std::collections::BTreeMap<i64, Told> {
        let id = |slot: &u32| self.kept[*slot as usize].as_ref().map(|kept| kept.id);
        let told = |tale: &Tale| (tale.members().iter().map(id).collect(), self.common_terms(tale));
        self.tales.iter().map(|(story, tale)| (*story, told(tale))).collect()
    }

    #[cfg(test)]
    fn common_terms(&self, tale: &Tale) -> Option<Vec<(u32, u32)>> {
        use super::{bits::Reader, packed::Terms};
        let mut terms = Terms::default();
        let told = terms.read(&mut Reader::new(tale.centroid()?), &self.lexicon);
        Some(told.iter().map(|(known, weight)| (known.term, *weight)).collect())
    }

    /// Takes another forest than the built-in one: for growing and comparing them.
    pub fn set_forest(&mut self, forest: Arc<Forest>) {
        self.forest = forest;
    }
}

fn outlet_hash(outlet: &str) -> u32 {
    if outlet.is_empty() { 0 } else { words::fold_hash(xxh3_64(outlet.as_bytes())) | 1 }
}

fn url_hash(url: &str) -> Link {
    Link::new(xxh3_64(url.as_bytes())).unwrap_or(Link::MIN)
}

fn entry_hash(entry: EntryId) -> u32 {
    words::fold_hash(words::combine(entry.0.cast_unsigned(), 0))
}

/// The terms of the document in a slot, with their weights.
fn terms_of(kept: &[Option<Kept>], slot: u32, lexicon: &Lexicon) -> impl Iterator<Item = (u32, u32)> {
    kept[slot as usize].iter().flat_map(|kept| kept.text.terms(lexicon))
}
