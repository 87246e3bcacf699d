//! One story as the index knows it: its members and the terms they have in common.

use super::profile::Profile;

/// Terms of a story's centroid.
const CENTROID_TERMS: usize = 64;

/// Members whose terms make the centroid: those that began the story, and the newest, since stories move on.
const FIRST: usize = 6;
const NEWEST: usize = 10;

#[derive(Debug, Default, PartialEq)]
pub struct Tale {
    /// Slots of the members, the oldest first.
    pub members: Vec<u32>,
    /// The strongest common terms of the members that speak for the story, as sums of weights, sorted by term; empty
    /// while there is one member.
    pub centroid: Box<[(u32, u16)]>,
}

impl Tale {
    /// Adds a member; `profile` gives the profile of any member's slot.
    pub fn join<'a>(&mut self, slot: u32, profile: impl Fn(u32) -> Option<&'a Profile>) {
        // Slots are given in the order of arrival; an entry moved here by hand takes its place in it.
        let place = self.members.partition_point(|member| *member < slot);
        self.members.insert(place, slot);
        self.centre(profile);
    }

    /// Undoes [`Tale::join`].
    pub fn leave<'a>(&mut self, slot: u32, profile: impl Fn(u32) -> Option<&'a Profile>) {
        self.members.retain(|member| *member != slot);
        self.centre(profile);
    }

    /// Members that speak for the story.
    pub fn speakers(&self) -> usize {
        self.members.len().min(FIRST + NEWEST)
    }

    fn centre<'a>(&mut self, profile: impl Fn(u32) -> Option<&'a Profile>) {
        if self.members.len() < 2 {
            self.centroid = Box::default();
            return;
        }
        let (first, rest) = self.members.split_at(self.members.len().min(FIRST));
        let newest = &rest[rest.len().saturating_sub(NEWEST)..];
        let speaking = first.iter().chain(newest).filter_map(|slot| profile(*slot));
        let mut terms: Vec<(u32, u16)> =
            speaking.flat_map(|profile| profile.terms.iter().map(|term| (term.term, u16::from(term.weight)))).collect();
        terms.sort_unstable_by_key(|(term, _)| *term);
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.centroid = strongest(terms);
    }
}

/// The strongest of a story's terms, sorted by term.
fn strongest(mut terms: Vec<(u32, u16)>) -> Box<[(u32, u16)]> {
    if terms.len() > CENTROID_TERMS {
        terms.select_nth_unstable_by(CENTROID_TERMS, |a, b| (b.1, b.0).cmp(&(a.1, a.0)));
        terms.truncate(CENTROID_TERMS);
    }
    terms.sort_unstable_by_key(|(term, _)| *term);
    terms.into_boxed_slice()
}
