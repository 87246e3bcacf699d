//! Which stories of the window a document may belong to, and what speaks for each.
//!
//! Bounded work: the rarest terms, runs of words and links name a few documents, those are compared in full, and their
//! stories are weighed. No decision is made here.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Document, StoryId,
    bits::Reader,
    claim::{self, Contrast, Name},
    hasher::FastMap,
    index::{GONE, Index, Kept, Link, Prepared},
    packed::{Terms, Unpacked},
    profile::Profile,
    relate::Source,
    signals::{Query, Signals},
    weigh,
};
use crate::entry::EntryId;

/// Terms of a document that look for candidates, the rarest first.
const QUERY_TERMS: usize = 24;
/// Newest documents looked at for one term, and for all terms of a document.
const TERM_REACH: usize = 100;
const REACH: usize = 500;
/// Newest documents looked at for one run of words.
const RUN_REACH: usize = 24;
/// Documents compared in full, and stories weighed.
const COMPARED: usize = 16;
const WEIGHED: usize = 8;
/// Documents compared in full with a text that is more than a teaser: each takes longer, and the first of them tell more.
const COMPARED_LONG: usize = 13;

/// Two texts of different stories are about so near; while the window is young that many of them are taken as seen.
const CHANCE: f32 = 0.1;
const UNSEEN: f32 = 4.0;

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
/// Headlines that are less near do not share enough words for a contrast.
const LIKE_HEADLINE: f32 = 0.15;
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
        let known = self.signals;
        if strength(&signals) > strength(&known) {
            *self = Self { member: kept.id, signals, slot, ..*self };
        }
        self.signals.title = known.title.max(signals.title);
        self.signals.letters = known.letters.max(signals.letters);
        self.signals.lead = known.lead.max(signals.lead);
        self.signals.told = known.told.max(signals.told);
        self.signals.tells = known.tells.max(signals.tells);
    }

    /// What the documents compared, of this story and of others, say about each other.
    fn look_around(&mut self, seen: &[(StoryId, f32)]) {
        let (mut own, mut all, mut others) = (0.0, 0.0, 0);
        let s = &mut self.signals;
        let mut first = 0.0;
        for &(story, likeness) in seen {
            all += likeness;
            if story == self.story {
                own += likeness;
                if likeness > first {
                    (first, s.second) = (likeness, first);
                } else {
                    s.second = s.second.max(likeness);
                }
            } else {
                others += 1;
                s.rival = s.rival.max(likeness);
            }
        }
        s.rival = s.rival.max(CHANCE);
        s.votes = own / (all + UNSEEN * CHANCE);
        s.crowd = (all - own + UNSEEN * CHANCE) / (others as f32 + UNSEEN);
    }
}

fn source(kept: &Kept, signals: &Signals) -> Option<Source> {
    // A feed may list what another outlet has published, with a teaser too short to be compared.
    let part = if signals.same_page || signals.same_headline { 1.0 } else { signals.copied };
    let entry = kept.id;
    (part >= COPY).then_some(Source { entry, part, same_outlet: signals.same_outlet, is_agency: kept.is_agency })
}

/// What looks for its story: a new document, or one of the window that is asked again.
pub(super) struct Seeker<'a> {
    pub profile: &'a Profile,
    pub outlet: u32,
    pub when: When,
    pub url: Option<Link>,
    pub links: &'a [Link],
    /// The story it is in, which must not count.
    pub own: Option<StoryId>,
}

impl<'a> Seeker<'a> {
    pub fn new(document: &'a Prepared) -> Self {
        let Prepared { profile, outlet, when, url, links, .. } = document;
        Self { profile, outlet: *outlet, when: *when, url: *url, links, own: None }
    }

    /// Its links are not kept.
    pub fn again(kept: &'a Kept, profile: &'a Profile) -> Self {
        let Kept { outlet, when, url, story, .. } = kept;
        Self { profile, outlet: *outlet, when: *when, url: *url, links: &[], own: Some(*story) }
    }
}

impl Index {
    /// The stories a document may belong to, the likeliest first.
    pub fn candidates(&self, document: &Prepared) -> Vec<Candidate> {
        self.seek(&Seeker::new(document))
    }

    pub(super) fn seek(&self, seeker: &Seeker<'_>) -> Vec<Candidate> {
        let query = Query::new(seeker.profile, &self.lexicon);
        let mut best: Vec<Candidate> = Vec::with_capacity(COMPARED);
        let mut seen: Vec<(StoryId, f32)> = Vec::with_capacity(COMPARED);
        let mut scratch = Unpacked::default();
        for slot in self.near(seeker, &query) {
            let kept = self.kept[slot as usize].as_ref().filter(|kept| seeker.own != Some(kept.story));
            let Some(kept) = kept else { continue };
            let signals = self.compare(seeker, &query, kept, &mut scratch);
            seen.push((kept.story, signals.nearest));
            match best.iter_mut().find(|candidate| candidate.story == kept.story) {
                Some(candidate) => candidate.consider(slot, kept, signals),
                None => best.push(Candidate::new(slot, kept, signals)),
            }
        }
        best.sort_by(|a, b| strength(&b.signals).total_cmp(&strength(&a.signals)).then(a.slot.cmp(&b.slot)));
        best.truncate(WEIGHED);
        let stream = if self.is_stream(seeker) { weigh::prior(self.live, self.tales.len()) } else { 0.0 };
        for candidate in &mut best {
            candidate.look_around(&seen);
            self.add_story(&query, candidate);
            candidate.score = weigh::weigh(&candidate.signals, &self.forest, stream);
        }
        best.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.slot.cmp(&b.slot)));
        best
    }

    fn compare(&self, seeker: &Seeker<'_>, query: &Query<'_>, kept: &Kept, scratch: &mut Unpacked) -> Signals {
        kept.text.read(&self.lexicon, scratch);
        let likeness = query.compare(scratch, &self.lexicon);
        let contrast = if likeness.title >= LIKE_HEADLINE {
            kept.text.read_claim(scratch);
            claim::contrast(seeker.profile, &scratch.profile)
        } else {
            None
        };
        Signals {
            contrast,
            same_headline: likeness.same_headline && contrast.is_none(),
            hours: seeker.when.hours_to(kept.when),
            same_outlet: seeker.outlet != 0 && seeker.outlet == kept.outlet,
            linked: kept.url.is_some_and(|url| seeker.links.contains(&url)),
            same_page: seeker.url.is_some() && seeker.url == kept.url && likeness.title >= SAME_HEADLINE,
            ..likeness
        }
    }

    fn add_story(&self, query: &Query<'_>, candidate: &mut Candidate) {
        let Some(tale) = self.tales.get(&candidate.story.0) else { return };
        candidate.signals.size = tale.members().len() as f32;
        let nearest = candidate.signals.nearest;
        (candidate.signals.centroid, candidate.signals.average) = match tale.centroid() {
            None => (nearest, nearest),
            Some(packed) => {
                let mut terms = Terms::default();
                let terms = terms.read(&mut Reader::new(packed), &self.lexicon);
                // Another member may have named what the nearest did not.
                let is_told = |name: &Name| terms.iter().any(|(known, _)| known.term == name.term);
                let renamed = candidate.signals.contrast == Some(Contrast::Renamed);
                if renamed && query.profile.claim.names.iter().all(is_told) {
                    candidate.signals.contrast = None;
                }
                query.centroid(terms, tale.speakers() as f32, &self.lexicon)
            }
        };
        let s = &mut candidate.signals;
        s.focus = if s.centroid > 0.0 { (s.average / s.centroid).min(2.0) } else { 0.0 };
    }

    /// What all came out within the hour, or bears no times, is a collection: it tells nothing of how often a stream
    /// brings what is known already.
    fn is_stream(&self, seeker: &Seeker<'_>) -> bool {
        let oldest = self.kept.iter().skip(self.oldest).flatten().next();
        oldest.is_some_and(|oldest| oldest.when.hours_to(seeker.when) >= 1.0)
    }

    /// Slots of the documents worth comparing.
    fn near(&self, seeker: &Seeker<'_>, query: &Query<'_>) -> Vec<u32> {
        let mut scores: FastMap<u32, f32> = FastMap::with_capacity_and_hasher(REACH, Default::default());
        let mut left = REACH;
        for (weight, term) in query.strongest().into_iter().take(QUERY_TERMS) {
            for slot in self.lexicon.newest(term).filter(|slot| self.is_live(*slot)).take(TERM_REACH.min(left)) {
                *scores.entry(slot).or_default() += weight;
                left -= 1;
            }
        }
        let fair = |(slot, score): (u32, f32)| (score / (10.0 + f32::from(self.lengths[slot as usize])).sqrt(), slot);
        let mut found: Vec<(f32, u32)> = scores.into_iter().map(fair).collect();
        let by_score = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1));
        let compared = if query.profile.terms.len() as f32 > weigh::TEASER { COMPARED_LONG } else { COMPARED };
        if found.len() > compared {
            found.select_nth_unstable_by(compared, by_score);
            found.truncate(compared);
        }
        let mut slots: Vec<u32> = found.into_iter().map(|(_, slot)| slot).collect();
        slots.extend(self.sharing_runs(seeker));
        slots.extend(seeker.links.iter().filter_map(|link| self.slot_of_url(*link)));
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    pub(super) fn is_live(&self, slot: u32) -> bool {
        self.lengths[slot as usize] != GONE
    }

    /// Slots of documents that share runs of words, the most first.
    fn sharing_runs(&self, seeker: &Seeker<'_>) -> Vec<u32> {
        let mut counts: FastMap<u32, u32> = FastMap::default();
        for run in seeker.profile.shingles.keys() {
            for slot in self.runs.newest(run).filter(|slot| self.is_live(*slot)).take(RUN_REACH) {
                *counts.entry(slot).or_default() += 1;
            }
        }
        let mut found: Vec<(u32, u32)> =
            counts.into_iter().filter(|(_, count)| *count > 1).map(|(slot, count)| (count, slot)).collect();
        found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)));
        found.into_iter().take(8).map(|(_, slot)| slot).collect()
    }
}

fn strength(s: &Signals) -> f32 {
    s.nearest + s.support * 0.3 + s.copied + s.title * 0.3 + if s.linked { 0.5 } else { 0.0 }
}

/// When a document came out, as far as can be told, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct When(i64);

impl When {
    /// The date it bears where that can be true, else when it was first seen: a feed that is read for the first time
    /// lists news of many days.
    pub fn of(document: &Document, window: Duration) -> Self {
        let within =
            |date: &Timestamp| *date <= document.seen && document.seen.duration_since(*date).unsigned_abs() <= window;
        let date = document.published.filter(within);
        Self(date.unwrap_or(document.seen).as_second())
    }

    fn hours_to(self, other: Self) -> f32 {
        self.0.abs_diff(other.0) as f32 / 3600.0
    }
}
