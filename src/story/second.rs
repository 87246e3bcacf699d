//! A second look: what founded a story of its own may belong to one that has grown since.
//!
//! The first reports of an event share few words, so each of several may found a story, and what is reported later finds
//! its way into one of them. When a document joins a story, the small stories that it is near to as well are asked again:
//! had their members come only now, would they join? If all of them would, the small story is merged into the other, a
//! move that is logged, has a reason, and can be undone like one made by hand. Big stories never move, since a big one
//! merged wrongly hides more than a small one, and neither does what was split by hand.

use super::{
    Grouping, Index, Relation, StoryId,
    candidates::{Candidate, Seeker},
    hasher::FastMap,
    relate::{Standing, relate},
};
use crate::entry::EntryId;

/// A document whose score for a story is less says nothing about that story.
const NEAR: f32 = 0.4;

/// A merge moves several and comes late, so it needs more than a join.
const MERGE: f32 = 0.65;

/// Members of a small story, at most.
const SMALL: usize = 8;

/// A small story that belongs into another by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    pub source: StoryId,
    pub target: StoryId,
    /// Members of the source, the oldest first.
    pub entries: Vec<EntryId>,
    /// How the first of them stands in the target, citations left aside, and to which member.
    pub relation: Relation,
    pub of: Option<EntryId>,
    /// For people.
    pub reason: String,
}

/// What has become of stories that were merged.
#[derive(Debug, Default)]
pub struct Merges(FastMap<i64, Merge>);

impl Merges {
    pub fn add(&mut self, merges: impl IntoIterator<Item = Merge>) {
        self.0.extend(merges.into_iter().map(|merge| (merge.source.0, merge)));
    }

    /// The last story of an entry that was put into `story`; `grouping` is made to say how the entry stands there, where
    /// it was the first of its own.
    pub fn follow(&self, mut story: StoryId, grouping: &mut Grouping) -> StoryId {
        while let Some(merge) = self.0.get(&story.0) {
            story = merge.target;
            if grouping.relation == Relation::First {
                let cites = merge.relation == Relation::Independent && !grouping.cites.is_empty();
                grouping.relation = if cites { Relation::Cites } else { merge.relation };
                grouping.of = merge.of;
                grouping.reason.clone_from(&merge.reason);
            }
        }
        story
    }
}

/// The small stories among the candidates of a document that joined `story`.
pub fn near(candidates: &[Candidate], story: StoryId) -> Vec<StoryId> {
    let is_near = |c: &&Candidate| c.story != story && c.score >= NEAR && c.signals.size <= SMALL as f32;
    candidates.iter().filter(is_near).map(|candidate| candidate.story).collect()
}

impl Index {
    /// Moves those of the small stories `near` into `target` whose every member would join it by now.
    pub fn second_look(&mut self, near: &[StoryId], target: StoryId) -> Vec<Merge> {
        let mut merges = Vec::new();
        for source in near {
            if let Some(merge) = self.look_again(*source, target) {
                merge.entries.iter().for_each(|entry| self.regroup(*entry, target));
                merges.push(merge);
            }
        }
        merges
    }

    /// Neither of the two parts of a story that was split by hand is ever merged by a second look.
    pub fn keep_split(&mut self, parts: [StoryId; 2]) {
        self.split.extend(parts.map(|story| story.0));
    }

    fn look_again(&self, source: StoryId, target: StoryId) -> Option<Merge> {
        if source == target || [source, target].iter().any(|story| self.split.contains(&story.0)) {
            return None;
        }
        let members = self.tales.get(&source.0).filter(|tale| tale.members().len() <= SMALL)?.members();
        let mut found = Vec::new();
        for slot in members {
            let kept = self.kept[*slot as usize].as_ref()?;
            let profile = kept.text.read_all(&self.lexicon);
            let candidates = self.seek(&Seeker::again(kept, &profile));
            found.push(candidates.into_iter().find(|c| c.story == target && c.score >= MERGE).map(|c| (kept, c))?);
        }
        let (first, joins) = found.first()?;
        let own = if first.outlet == 0 { None } else { self.oldest_of(target, first.outlet) };
        let (relation, of) = relate(&Standing { source: joins.source, own, ..Standing::default() });
        let least = found.iter().map(|(_, joins)| joins.score).fold(1.0, f32::min);
        let all = if found.len() == 1 { "it".to_owned() } else { format!("each of its {} entries", found.len()) };
        let reason = format!("a second look: {all} would join {target} by now; score {least:.2}");
        Some(Merge { source, target, entries: found.iter().map(|(kept, _)| kept.id).collect(), relation, of, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Document, Pushed, Stream,
        tests::{WINDOW, document, outlets},
    };
    use super::*;

    /// Two reports of one event with hardly a word in common, and a third that holds both.
    fn reports() -> [Document; 3] {
        [
            document(1, "nyt", 0, "Ferry Aurora runs aground off Crete", ""),
            document(2, "wapo", 20, "Coastguard helicopters lift 214 passengers to safety at night", ""),
            document(3, "rt", 60, "Coastguard helicopters lift 214 passengers from ferry Aurora aground off Crete", ""),
        ]
    }

    fn told(stream: &mut Stream) -> Vec<Pushed> {
        reports().iter().map(|report| stream.push(report)).collect()
    }

    #[test]
    fn what_was_told_apart_is_merged_once_a_third_report_holds_both() {
        let mut stream = Stream::new(WINDOW, outlets());
        let pushed = told(&mut stream);
        assert_ne!(pushed[0].story, pushed[1].story);
        let story = pushed[2].story;
        let [merge] = &pushed[2].merges[..] else { panic!("{:?}", pushed[2]) };
        assert_eq!((merge.target, merge.relation), (story, Relation::Independent));
        assert!((1..=3).all(|id| stream.index().story_of(EntryId(id)) == Some(story)));
        assert!(merge.reason.starts_with("a second look: it would join"), "{}", merge.reason);
    }

    #[test]
    fn what_was_split_by_hand_is_left_alone() {
        let mut index = Stream::new(WINDOW, outlets()).into_index();
        for (report, story) in reports().iter().zip([1, 2, 1]) {
            index.insert(index.prepare(report), StoryId(story));
        }
        index.keep_split([StoryId(1), StoryId(9)]);
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(1)), []);
        assert_eq!(index.second_look(&[StoryId(1)], StoryId(2)), []);
        // An edit of its only member does not let a story forget that.
        index.keep_split([StoryId(2), StoryId(9)]);
        index.replace(index.prepare(&reports()[1]));
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(3)), []);
    }

    #[test]
    fn big_stories_never_move() {
        let mut index = Stream::new(WINDOW, outlets()).into_index();
        for (report, story) in reports().iter().zip([1, 2, 1]) {
            index.insert(index.prepare(report), StoryId(story));
        }
        for id in 4..12 {
            let again = document(id, &format!("mirror{id}"), id * 10, &reports()[1].title, "");
            index.insert(index.prepare(&again), StoryId(2));
        }
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(1)), []);
    }
}
