//! One story as the index knows it: its members and the terms they have in common.

use super::{hasher::FastMap, profile::Profile};

/// Terms of a story's centroid.
const CENTROID_TERMS: usize = 64;

#[derive(Debug, Default, PartialEq)]
pub struct Tale {
    /// Slots of the members, the oldest first.
    pub members: Vec<u32>,
    /// Sum of the members' weights by term; empty while there is one member.
    counts: FastMap<u32, u32>,
    /// The strongest of `counts`, as weights, sorted by term.
    pub centroid: Box<[(u32, f32)]>,
}

impl Tale {
    /// Adds a member; `profile` gives the profile of any member's slot.
    pub fn join<'a>(&mut self, slot: u32, profile: impl Fn(u32) -> Option<&'a Profile>) {
        self.members.push(slot);
        let from = match self.members.len() {
            1 => return,
            2 => 0,
            members => members - 1,
        };
        // Counts only grow, so a term that is new among the strongest is one of the added members'.
        let mut terms: Vec<u32> = self.centroid.iter().map(|(term, _)| *term).collect();
        for term in
            self.members[from..].iter().filter_map(|slot| profile(*slot)).flat_map(|profile| profile.terms.iter())
        {
            *self.counts.entry(term.term).or_default() += u32::from(term.weight);
            terms.push(term.term);
        }
        terms.sort_unstable();
        terms.dedup();
        self.centroid = centroid(terms.into_iter().map(|term| (self.counts[&term], term)).collect());
    }

    /// Undoes [`Tale::join`].
    pub fn leave(&mut self, slot: u32, profile: &Profile) {
        self.members.retain(|member| *member != slot);
        if self.members.len() < 2 {
            self.counts = FastMap::default();
        }
        for term in &profile.terms {
            if let Some(count) = self.counts.get_mut(&term.term) {
                *count -= u32::from(term.weight);
            }
        }
        self.counts.retain(|_, count| *count > 0);
        self.centroid = centroid(self.counts.iter().map(|(term, count)| (*count, *term)).collect());
    }
}

/// The strongest of a story's terms, sorted by term.
fn centroid(mut terms: Vec<(u32, u32)>) -> Box<[(u32, f32)]> {
    if terms.len() > CENTROID_TERMS {
        terms.select_nth_unstable_by(CENTROID_TERMS, |a, b| b.cmp(a));
        terms.truncate(CENTROID_TERMS);
    }
    terms.sort_unstable_by_key(|(_, term)| *term);
    terms.into_iter().map(|(count, term)| (term, count as f32)).collect()
}
