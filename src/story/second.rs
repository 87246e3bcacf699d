//! A second look: what founded a story of its own may belong to one that has grown since.
//!
//! The first reports of an event share few words, so each of several may found a story, and what is reported later finds
//! its way into one of them. When a document joins a story, the small stories that it is near to as well are asked again:
//! had their members come only now, would they join? If all of them would, the two are merged, a move that is logged, has
//! a reason, and can be undone like one made by hand. The older of them goes on, whichever it is: it had the news first,
//! and it is what was told first. No big story is asked, since one merged wrongly hides more than a small one, nor what
//! was split by hand, nor does a story go out of which members have left the window already.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::{
    Grouping, Index, Relation, StoryId,
    candidates::{Candidate, Seeker},
    hasher::FastMap,
    index::Kept,
    relate::{Source, Standing, relate},
};
use crate::entry::EntryId;

/// A document whose score for a story is less says nothing about that story.
const NEAR: f32 = 0.4;

/// A merge moves several and comes late, so it needs more than a join.
const MERGE: f32 = 0.65;

/// Members of a small story, at most.
const SMALL: usize = 8;

/// Two stories that belong together by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The younger, which goes into the other.
    pub source: StoryId,
    pub target: StoryId,
    /// Members of the source, the oldest first.
    pub entries: Vec<EntryId>,
    /// Members of both that may stand otherwise in the one story.
    pub restated: Vec<Restated>,
    /// For people.
    pub reason: String,
}

/// How a member stands in a merged story, as far as its text and its outlet tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Restated {
    pub entry: EntryId,
    pub relation: Relation,
    pub of: Option<EntryId>,
}

impl Restated {
    /// The relation of a member that stood in `known`, and to whom; none where that remains true. `cites`: it cites
    /// somebody.
    pub fn over(&self, known: Relation, cites: bool) -> Option<(Relation, Option<EntryId>)> {
        match (known, self.relation) {
            (Relation::First, Relation::Independent) if cites => Some((Relation::Cites, self.of)),
            (Relation::First, relation) => Some((relation, self.of)),
            (Relation::SameOutlet, _) | (_, Relation::First | Relation::Independent | Relation::Cites) => None,
            (Relation::Copy | Relation::Wire, Relation::Copy | Relation::Wire) => None,
            (_, relation) => Some((relation, self.of)),
        }
    }
}

/// The reason of a member that a merge or a split has moved or restated: why that, and how it came into its first story.
pub fn reason_after(why: &str, before: &str) -> String {
    const BEFORE: &str = "; before that: ";
    let first = before.rsplit(BEFORE).next().unwrap_or_default();
    format!("{why}{BEFORE}{first}")
}

/// What has become of stories that were merged, and of their members.
#[derive(Debug, Default)]
pub struct Merges {
    into: FastMap<i64, StoryId>,
    restated: FastMap<i64, Vec<(Restated, String)>>,
}

impl Merges {
    /// Takes merges in the order in which they were made.
    pub fn add(&mut self, merges: impl IntoIterator<Item = Merge>) {
        for merge in merges {
            self.into.insert(merge.source.0, merge.target);
            for restated in merge.restated {
                self.restated.entry(restated.entry.0).or_default().push((restated, merge.reason.clone()));
            }
        }
    }

    /// The last story of an entry that was put into `story`; `grouping` is made to say how the entry stands there.
    pub fn follow(&self, entry: EntryId, mut story: StoryId, grouping: &mut Grouping) -> StoryId {
        for (restated, why) in self.restated.get(&entry.0).into_iter().flatten() {
            if let Some((relation, of)) = restated.over(grouping.relation, !grouping.cites.is_empty()) {
                (grouping.relation, grouping.of) = (relation, of);
                grouping.reason = reason_after(why, &grouping.reason);
            }
        }
        while let Some(into) = self.into.get(&story.0) {
            story = *into;
        }
        story
    }
}

/// The small stories among the candidates of a document that joined `story`.
pub fn near(candidates: &[Candidate], story: StoryId) -> Vec<StoryId> {
    let is_near = |c: &&Candidate| c.story != story && c.score >= NEAR && c.signals.size <= SMALL as f32;
    candidates.iter().filter(is_near).map(|candidate| candidate.story).collect()
}

/// When stories were founded, for [`Index::second_look`].
pub type Founded<'a> = dyn Fn(StoryId) -> Timestamp + 'a;

impl Index {
    /// Merges those of the small stories `near` whose every member would join `story` by now with it, one after the
    /// other; `story` itself goes out where it is the younger. Gives what was done, in order.
    pub fn second_look(
        &mut self,
        near: &[StoryId],
        mut story: StoryId,
        founded: &Founded<'_>,
        now: Timestamp,
    ) -> Vec<Merge> {
        let mut merges = Vec::new();
        for small in near {
            if let Some(merge) = self.look_again(*small, story, founded, now) {
                story = merge.target;
                self.absorb(merge.source, merge.target);
                merges.push(merge);
            }
        }
        merges
    }

    /// Neither of the two parts of a story that was split by hand is ever merged by a second look.
    pub fn keep_split(&mut self, parts: [StoryId; 2]) {
        self.split.extend(parts.map(|story| story.0));
    }

    fn look_again(&self, small: StoryId, story: StoryId, founded: &Founded<'_>, now: Timestamp) -> Option<Merge> {
        if small == story || [small, story].iter().any(|story| self.split.contains(&story.0)) {
            return None;
        }
        let age = |story: StoryId| (founded(story), story);
        let (source, target) = if age(small) < age(story) { (story, small) } else { (small, story) };
        // Members that have left the window cannot be moved: their story goes on.
        let since = founded(source);
        if since < now && now.duration_since(since).unsigned_abs() > self.window {
            return None;
        }
        let members = self.members(small);
        if members.is_empty() || members.len() > SMALL {
            return None;
        }
        let joins: Vec<(&Kept, Candidate)> =
            members.into_iter().map(|kept| Some((kept, self.would_join(kept, story)?))).collect::<Option<_>>()?;
        let least = joins.iter().map(|(_, joins)| joins.score).fold(1.0, f32::min);
        let all = match joins.len() {
            1 if source == small => "it".to_owned(),
            1 => format!("{small}, which is older,"),
            many if source == small => format!("each of its {many} entries"),
            many => format!("each of the {many} entries of {small}, which is older,"),
        };
        let whom = if source == small { story.to_string() } else { "it".to_owned() };
        let reason = format!("a second look: {all} would join {whom} by now; score {least:.2}");
        let entries = self.members(source).into_iter().map(|kept| kept.id).collect();
        Some(Merge { source, target, entries, restated: self.restate(source, target, &joins), reason })
    }

    fn would_join(&self, kept: &Kept, story: StoryId) -> Option<Candidate> {
        let candidate = self.seen_from(kept, story)?;
        (candidate.score >= MERGE).then_some(candidate)
    }

    /// What a member of one story finds of another.
    fn seen_from(&self, kept: &Kept, story: StoryId) -> Option<Candidate> {
        let profile = kept.text.read_all(&self.lexicon);
        self.seek(&Seeker::again(kept, &profile)).into_iter().find(|candidate| candidate.story == story)
    }

    /// Members in the window, in the order in which they were first seen: an edited one has a new slot.
    fn members(&self, story: StoryId) -> Vec<&Kept> {
        let slots = self.tales.get(&story.0).map(|tale| tale.members()).unwrap_or_default();
        let mut members: Vec<&Kept> = slots.iter().filter_map(|slot| self.kept[*slot as usize].as_ref()).collect();
        members.sort_by(|a, b| in_order(a, b));
        members
    }

    /// The first of the source is one among others now; an outlet that is in both stories confirms nothing to itself;
    /// and of one text in both, the later is the copy. `joins`: what the members of the small one find of the other.
    fn restate(&self, source: StoryId, target: StoryId, joins: &[(&Kept, Candidate)]) -> Vec<Restated> {
        let (moved, others) = (self.members(source), self.members(target));
        let mut copies: FastMap<i64, Source> = FastMap::default();
        let mut note = |one: &Kept, of: Source| {
            let Some(other) = self.member(of.entry) else { return };
            let (later, earlier) = if in_order(one, other).is_lt() { (other, one) } else { (one, other) };
            let source = Source { entry: earlier.id, is_agency: earlier.is_agency, ..of };
            copies.entry(later.id.0).or_insert(source);
        };
        joins.iter().for_each(|(kept, joins)| joins.source.into_iter().for_each(|of| note(kept, of)));
        let first = moved.first();
        // Where it is the source that was asked for, its first has not been compared yet.
        if let Some(first) = first.filter(|first| joins.iter().all(|(kept, _)| kept.id != first.id)) {
            self.seen_from(first, target).and_then(|seen| seen.source).into_iter().for_each(|of| note(first, of));
        }
        let mut restated = Vec::new();
        for (ours, theirs) in [(&moved, &others), (&others, &moved)] {
            for kept in ours {
                let earlier = |other: &&&Kept| other.outlet == kept.outlet && in_order(other, kept).is_lt();
                let own = theirs.iter().filter(|_| kept.outlet != 0).find(earlier).map(|own| own.id);
                let source = copies.get(&kept.id.0).copied();
                if own.is_some() || source.is_some() || first.is_some_and(|first| first.id == kept.id) {
                    let (relation, of) = relate(&Standing { source, own, ..Standing::default() });
                    restated.push(Restated { entry: kept.id, relation, of });
                }
            }
        }
        restated
    }
}

fn in_order(one: &Kept, other: &Kept) -> Ordering {
    (one.seen, one.id).cmp(&(other.seen, other.id))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::{
        Document, Pushed, Stream,
        tests::{WINDOW, at, document, outlets},
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
        let [merge] = &pushed[2].merges[..] else { panic!("{:?}", pushed[2]) };
        assert_eq!((merge.target, merge.source), (pushed[0].story, pushed[1].story), "the older goes on");
        assert!((1..=3).all(|id| stream.index().story_of(EntryId(id)) == Some(merge.target)));
        let restated = Restated { entry: EntryId(2), relation: Relation::Independent, of: None };
        assert_eq!(merge.restated, [restated]);
        assert!(merge.reason.starts_with("a second look: "), "{}", merge.reason);
    }

    /// Both ways round: whichever the third report joins.
    #[test]
    fn the_older_goes_on_whichever_is_asked() {
        for (joined, small, reason) in [
            (1, 2, "a second look: it would join S1 by now"),
            (2, 1, "a second look: S1, which is older, would join it"),
        ] {
            let mut index = Stream::new(WINDOW, outlets()).into_index();
            for (report, story) in reports().iter().zip([1, 2, joined]) {
                index.insert(index.prepare(report), StoryId(story));
            }
            let merges = index.second_look(&[StoryId(small)], StoryId(joined), &|story| age(story), at(60));
            let [merge] = &merges[..] else { panic!("{merges:?}") };
            assert_eq!((merge.source, merge.target), (StoryId(2), StoryId(1)));
            assert!(merge.reason.starts_with(reason), "{}", merge.reason);
            let moved: Vec<EntryId> = if joined == 2 { vec![EntryId(2), EntryId(3)] } else { vec![EntryId(2)] };
            assert_eq!(merge.entries, moved);
            assert!(merge.restated.iter().all(|restated| restated.entry == EntryId(2)), "{:?}", merge.restated);
            assert!((1..=3).all(|id| index.story_of(EntryId(id)) == Some(StoryId(1))));
        }
    }

    #[test]
    fn an_outlet_in_both_confirms_nothing_to_itself_and_the_later_text_is_the_copy() {
        let text = "The ferry Aurora ran aground off Crete at night. Coastguard helicopters lifted all 214 passengers to \
                    safety, and the harbour master blamed a buoy that had drifted in the storm. The owner of the ferry \
                    wants an inquiry, and the union of seamen asks for better charts of the eastern coast.";
        let mut index = Stream::new(WINDOW, outlets()).into_index();
        let told = [
            (document(1, "nyt", 0, &reports()[0].title, ""), 1),
            (document(2, "wapo", 10, "Coastguard helicopters lift 214 passengers to safety", text), 2),
            (document(3, "nyt", 20, "Helicopters lift 214 passengers off the Crete coast to safety at night", ""), 2),
            (document(4, "rt", 30, "Ferry Aurora aground off Crete, coastguard helicopters lift passengers", text), 1),
        ];
        for (report, story) in &told {
            index.insert(index.prepare(report), StoryId(*story));
        }
        let merges = index.second_look(&[StoryId(2)], StoryId(1), &|story| age(story), at(60));
        let [merge] = &merges[..] else { panic!("{merges:?}") };
        let restated = |entry, relation, of| Restated { entry: EntryId(entry), relation, of: Some(EntryId(of)) };
        let first = Restated { entry: EntryId(2), relation: Relation::Independent, of: None };
        let expected = [first, restated(3, Relation::SameOutlet, 1), restated(4, Relation::Copy, 2)];
        assert_eq!(merge.restated, expected);
    }

    #[test]
    fn what_is_restated_leaves_what_remains_true() {
        use Relation::*;
        let over = |known, new, cites| Restated { entry: EntryId(1), relation: new, of: None }.over(known, cites);
        assert_eq!(over(First, Independent, false), Some((Independent, None)));
        assert_eq!(over(First, Independent, true), Some((Cites, None)));
        assert_eq!(over(First, Copy, true), Some((Copy, None)));
        assert_eq!(over(Independent, SameOutlet, false), Some((SameOutlet, None)));
        assert_eq!(over(Cites, Copy, true), Some((Copy, None)));
        assert_eq!(over(Copy, SameOutlet, false), Some((SameOutlet, None)));
        for (known, new) in [(SameOutlet, Copy), (Copy, Wire), (Cites, Independent), (Independent, Independent)] {
            assert_eq!(over(known, new, false), None, "{known:?} {new:?}");
        }
    }

    #[test]
    fn reasons_tell_the_last_change_and_the_first_reason() {
        let once = reason_after("merged by hand (one ship)", "nothing like it in the window");
        assert_eq!(once, "merged by hand (one ship); before that: nothing like it in the window");
        assert_eq!(reason_after("split", &once), "split; before that: nothing like it in the window");
    }

    #[test]
    fn a_story_that_is_older_than_the_window_goes_out_of_none() {
        let mut index = Stream::new(WINDOW, outlets()).into_index();
        for (report, story) in reports().iter().zip([1, 2, 1]) {
            index.insert(index.prepare(report), StoryId(story));
        }
        let long_ago = at(60) - SignedDuration::try_from(WINDOW).unwrap() - SignedDuration::from_mins(1);
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(1), &|_| long_ago, at(60)), []);
        let ages = |story: StoryId| if story.0 == 1 { long_ago } else { at(20) };
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(1), &ages, at(60)).len(), 1);
    }

    #[test]
    fn what_was_split_by_hand_is_left_alone() {
        let mut index = Stream::new(WINDOW, outlets()).into_index();
        for (report, story) in reports().iter().zip([1, 2, 1]) {
            index.insert(index.prepare(report), StoryId(story));
        }
        index.keep_split([StoryId(1), StoryId(9)]);
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(1), &age, at(60)), []);
        assert_eq!(index.second_look(&[StoryId(1)], StoryId(2), &age, at(60)), []);
        // An edit of its only member does not let a story forget that.
        index.keep_split([StoryId(2), StoryId(9)]);
        index.replace(index.prepare(&reports()[1]));
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(3), &age, at(60)), []);
    }

    #[test]
    fn moving_all_at_once_is_moving_each() {
        let index = || {
            let mut index = Stream::new(WINDOW, outlets()).into_index();
            for (number, story) in (1..40).zip([1, 2, 2, 1, 2].into_iter().cycle()) {
                let title = format!("{} {}", reports()[number as usize % 3].title, number % 7);
                let text = "Ask your newsagent about the weekend magazine. The harbour master blamed a buoy.";
                index.insert(index.prepare(&document(number, "rt", number, &title, text)), StoryId(story));
            }
            index
        };
        let (mut at_once, mut each) = (index(), index());
        at_once.absorb(StoryId(2), StoryId(1));
        let moved: Vec<EntryId> = each.members(StoryId(2)).into_iter().map(|kept| kept.id).collect();
        moved.iter().for_each(|entry| each.regroup(*entry, StoryId(1)));
        assert_eq!(at_once.knowledge(), each.knowledge());
        assert!(moved.len() > 20);
        moved.iter().for_each(|entry| at_once.regroup(*entry, StoryId(2)));
        assert_eq!(at_once.knowledge(), index().knowledge(), "and back");
        at_once.absorb(StoryId(9), StoryId(1));
        at_once.absorb(StoryId(2), StoryId(9));
        assert_eq!(at_once.story_of(EntryId(2)), Some(StoryId(9)));
    }

    #[test]
    fn big_stories_are_not_asked() {
        let mut index = Stream::new(WINDOW, outlets()).into_index();
        for (report, story) in reports().iter().zip([1, 2, 1]) {
            index.insert(index.prepare(report), StoryId(story));
        }
        for id in 4..12 {
            let again = document(id, &format!("mirror{id}"), id * 10, &reports()[1].title, "");
            index.insert(index.prepare(&again), StoryId(2));
        }
        assert_eq!(index.second_look(&[StoryId(2)], StoryId(1), &age, at(60)), []);
    }

    /// The later its number, the younger a story.
    fn age(story: StoryId) -> Timestamp {
        at(story.0)
    }
}
