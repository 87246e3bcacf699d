//! How documents leave the index: those that are older than the window, and the gaps that they leave.

use jiff::Timestamp;

use super::index::{GONE, Index};

impl Index {
    /// Drops what is older than the window, in the order of arrival.
    ///
    /// A document of a time still to come was seen while the clock was ahead of now. It arrived before those behind it, so
    /// it goes when the first of them that is of no such time does: a clock that ran ahead holds nothing up, and while no
    /// such document has come, one that was set back drops nothing.
    pub fn expire(&mut self, now: Timestamp) {
        let mut behind: Option<(usize, Timestamp)> = None;
        while let Some(kept) = self.kept.get(self.oldest) {
            let Some(kept) = kept else {
                self.oldest += 1;
                continue;
            };
            let (id, mut arrived) = (kept.id, kept.seen);
            if arrived > now {
                if behind.is_none_or(|(slot, _)| slot < self.oldest) {
                    behind = self.first_not_after(now);
                }
                let Some((_, seen)) = behind else { break };
                arrived = seen;
            }
            if now.duration_since(arrived).unsigned_abs() <= self.window {
                break;
            }
            self.remove(id);
        }
        if self.kept.len() > 2 * self.live + 1_000 {
            self.sweep();
        }
    }

    /// The slot and the time of the first document that was seen at `now` or before.
    fn first_not_after(&self, now: Timestamp) -> Option<(usize, Timestamp)> {
        let kept = self.kept.iter().enumerate().skip(self.oldest);
        kept.filter_map(|(slot, kept)| Some((slot, kept.as_ref()?.seen))).find(|(_, seen)| *seen <= now)
    }

    /// Closes the gaps that removed documents left.
    pub(super) fn sweep(&mut self) {
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
        self.lexicon.compact(rename);
        self.runs.compact(rename);
        self.units.rename(rename);
        self.slots.rename(rename);
        self.urls.rename(rename);
        self.kept.retain(Option::is_some);
        self.lengths.retain(|length| *length != GONE);
        self.oldest = 0;
        self.tales
            .values_mut()
            .flat_map(|tale| tale.members_mut())
            .for_each(|slot| *slot = rename(*slot).unwrap_or(u32::MAX));
    }
}
