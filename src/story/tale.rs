//! One story as the index knows it: its members and the terms they have in common.

use super::{bits::Writer, lexicon::Lexicon, packed::write_terms};

/// Terms of a story's centroid.
const CENTROID_TERMS: usize = 64;

/// Members whose terms make the centroid: those that began the story, and the newest, since stories move on.
const FIRST: usize = 6;
const NEWEST: usize = 10;

/// A story; most have one member.
#[derive(Debug, PartialEq)]
pub enum Tale {
    One(u32),
    Many(Box<Many>),
}

#[derive(Debug, PartialEq)]
pub struct Many {
    slots: Vec<u32>,
    centroid: Box<[u8]>,
}

impl Tale {
    /// Slots of the members, the oldest first.
    pub fn members(&self) -> &[u32] {
        match self {
            Self::One(slot) => std::slice::from_ref(slot),
            Self::Many(many) => &many.slots,
        }
    }

    pub fn members_mut(&mut self) -> &mut [u32] {
        match self {
            Self::One(slot) => std::slice::from_mut(slot),
            Self::Many(many) => &mut many.slots,
        }
    }

    /// The strongest common terms of the members that speak for the story, as sums of weights, for
    /// [`super::packed::Terms::read`]; none while there is one member.
    pub fn centroid(&self) -> Option<&[u8]> {
        match self {
            Self::One(_) => None,
            Self::Many(many) => Some(&many.centroid),
        }
    }

    /// Members that speak for the story.
    pub fn speakers(&self) -> usize {
        self.members().len().min(FIRST + NEWEST)
    }

    /// Adds a member; `terms` gives the terms of any member's slot, with their weights.
    pub fn join<I: Iterator<Item = (u32, u32)>>(&mut self, slot: u32, lexicon: &Lexicon, terms: impl Fn(u32) -> I) {
        if let Self::One(first) = *self {
            *self = Self::Many(Box::new(Many { slots: vec![first], centroid: Box::default() }));
        }
        let Self::Many(many) = self else { return };
        // Slots are given in the order of arrival, and members stand in that order, whenever they were moved here.
        many.slots.insert(many.slots.partition_point(|member| *member < slot), slot);
        many.centroid = centre(&many.slots, lexicon, terms);
    }

    /// Adds all members of another story at once.
    pub fn absorb<I: Iterator<Item = (u32, u32)>>(
        &mut self,
        other: &Self,
        lexicon: &Lexicon,
        terms: impl Fn(u32) -> I,
    ) {
        let mut slots = [self.members(), other.members()].concat();
        slots.sort_unstable();
        let centroid = centre(&slots, lexicon, terms);
        *self = Self::Many(Box::new(Many { slots, centroid }));
    }

    /// Undoes [`Tale::join`]; the last member cannot leave.
    pub fn leave<I: Iterator<Item = (u32, u32)>>(&mut self, slot: u32, lexicon: &Lexicon, terms: impl Fn(u32) -> I) {
        let Self::Many(many) = self else { return };
        if let Ok(at) = many.slots.binary_search(&slot) {
            many.slots.remove(at);
        }
        match many.slots[..] {
            [last] => *self = Self::One(last),
            _ => many.centroid = centre(&many.slots, lexicon, terms),
        }
    }
}

fn centre<I: Iterator<Item = (u32, u32)>>(slots: &[u32], lexicon: &Lexicon, terms: impl Fn(u32) -> I) -> Box<[u8]> {
    let (first, rest) = slots.split_at(slots.len().min(FIRST));
    let newest = &rest[rest.len().saturating_sub(NEWEST)..];
    let all = first.iter().chain(newest).flat_map(|slot| terms(*slot)).collect();
    let mut writer = Writer::new(1_000);
    write_terms(&mut writer, &strongest(all), lexicon);
    writer.finish()
}

/// The strongest of a story's terms after adding up their weights, sorted by term.
fn strongest(mut terms: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    terms.sort_unstable_by_key(|(term, _)| *term);
    terms.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    if terms.len() > CENTROID_TERMS {
        terms.select_nth_unstable_by(CENTROID_TERMS, |a, b| (b.1, b.0).cmp(&(a.1, a.0)));
        terms.truncate(CENTROID_TERMS);
        terms.sort_unstable_by_key(|(term, _)| *term);
    }
    terms
}
