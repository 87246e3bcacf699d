//! The window when the clock on the wall is set: what a clock that ran ahead left behind goes in time, and what is of
//! days still to come stays while nothing else tells that it is over.

use super::*;

const HOUR: i64 = 60;
const YEAR: i64 = 365 * 24 * HOUR;

struct Shelf {
    index: Index,
    next: i64,
}

impl Shelf {
    fn new() -> Self {
        Self { index: Index::new(Duration::from_secs(3_600), outlets()), next: 0 }
    }

    fn see(&mut self, minute: i64) -> i64 {
        self.next += 1;
        let title = format!("alpha{0} beta{0} gamma{0}", self.next);
        let prepared = self.index.prepare(&document(self.next, "rt", minute, &title, ""));
        self.index.insert(prepared, StoryId(self.next));
        self.index.expire(at(minute));
        self.next
    }

    /// Which entries are left at a minute.
    fn left(&mut self, minute: i64) -> Vec<i64> {
        self.index.expire(at(minute));
        (1..=self.next).filter(|id| self.index.story_of(EntryId(*id)).is_some()).collect()
    }
}

#[test]
fn what_a_clock_that_ran_ahead_left_behind_goes_with_what_came_next() {
    let mut shelf = Shelf::new();
    shelf.see(YEAR);
    shelf.see(YEAR + 1);
    // Set right; nothing has come since.
    assert_eq!(shelf.left(0), [1, 2]);
    assert_eq!(shelf.left(HOUR + 10), [1, 2], "nothing tells how long ago that was");
    for minute in [70, 75, 80] {
        shelf.see(minute);
    }
    assert_eq!(shelf.left(130), [1, 2, 3, 4, 5]);
    assert_eq!(shelf.left(131), [4, 5], "a year is not waited for");
    assert_eq!(shelf.left(136), [5]);
    assert!(shelf.left(141).is_empty());
}

#[test]
fn a_clock_that_is_set_back_empties_nothing_and_forgets_what_is_over() {
    let mut shelf = Shelf::new();
    for minute in [0, 10, 20] {
        shelf.see(minute);
    }
    assert_eq!(shelf.left(-YEAR), [1, 2, 3]);
    shelf.see(-YEAR + 5);
    assert_eq!(shelf.left(-YEAR + 65), [1, 2, 3, 4], "an hour since is not over");
    // Set right again within the hour: each goes when its own is over, the stray one with those before it.
    assert_eq!(shelf.left(60), [1, 2, 3, 4]);
    assert_eq!(shelf.left(61), [2, 3, 4]);
    assert!(shelf.left(81).is_empty());

    let mut shelf = Shelf::new();
    for minute in [0, 10, 20] {
        shelf.see(minute);
    }
    shelf.see(-YEAR);
    shelf.see(-YEAR + 30);
    assert_eq!(shelf.left(-YEAR + 61), [5], "it stays so, and an hour is over");
}
