//! What must hold of the index whatever is done to it, in whatever order.
//!
//! A plain list of the living documents is kept beside it, and after each step all that the index has learned is held
//! against that list. The documents share few words, of which many stand on one shelf of the lexicon and some are one and
//! the same to a hash of 32 bits, so that places are given up and taken all the time.
//!
//! By itself this runs a few cases, the same each time; `PROPTEST_CASES=20000 cargo test --release --lib laws` runs others.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use proptest::test_runner::RngSeed;

use super::*;
use crate::story::{index::Kept, table::mixed, words::hash};

const HOUR: Duration = Duration::from_secs(3_600);

/// Another entry with the same hash of 32 bits.
const TWIN: i64 = 1 << 35;

/// Words of three shelves of the lexicon, and two pairs that cannot be told apart.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut by_hash = HashMap::new();
    let mut found: Vec<String> = Vec::new();
    let shelves: Vec<u32> = (0..3).map(|n| hash(&format!("zq{n}x")) >> 18).collect();
    for word in (0..240_000).map(|n| format!("zq{n}x")) {
        if shelves.contains(&(hash(&word) >> 18)) {
            found.push(word.clone());
        }
        if let Some(twin) = by_hash.insert(hash(&word), word.clone()) {
            found.extend([twin, word]);
        }
    }
    assert!(found.len() > 30);
    found
});

/// Links of which two cannot be told apart by 32 bits.
static LINKS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut by_hash = HashMap::new();
    let mut all = (0..).map(|n| format!("https://outlet.example/{n}"));
    let twins = all.find_map(|link| Some([by_hash.insert(hash(&link), link.clone())?, link]));
    let mut links: Vec<String> = (0..3).map(|n| format!("https://outlet.example/{n}")).collect();
    links.extend(twins.into_iter().flatten());
    links
});

const TEMPLATES: [&str; 3] = [
    "Ask your newsagent about the weekend magazine.",
    "zq0x zq1x zq2x zq0x zq1x.",
    "You are reading the free edition of 9.",
];

#[derive(Clone, Debug)]
enum Step {
    /// As the daemon does with what is new, one transaction each; the last word says whether it is committed.
    Poll(Vec<Document>, bool),
    Insert(Document, i64),
    Replace(Document),
    Remove(i64),
    Regroup(i64, i64),
    SecondLook(Vec<i64>, i64),
    KeepSplit(i64, i64),
    /// Minutes that pass, or by which the clock is set back.
    Expire(i64),
    Sweep,
    Outlets,
}

fn some_text() -> impl Strategy<Value = String> {
    let word = || (0..WORDS.len()).prop_map(|at| WORDS[at].clone());
    let sentence = prop::collection::vec(word(), 1..7).prop_map(|words| words.join(" ") + ".");
    let template = prop::sample::select(TEMPLATES.to_vec()).prop_map(str::to_owned);
    let few = prop::collection::vec(prop_oneof![3 => sentence, 1 => template], 0..5).prop_map(|all| all.join("\n"));
    prop_oneof![
        12 => few,
        1 => (word(), 1..3_000usize).prop_map(|(word, times)| format!("{word} ").repeat(times)),
        1 => prop::sample::select(vec!["🙂 🙃", "\u{202e}é\u{301} 漢字漢字", "", " . ! ? ", "0 00 3,000"]).prop_map(str::to_owned),
        // Only now and then: these cost time.
        1 => (0..9usize, 30..900usize).prop_map(|(from, many)| {
            (0..many).map(|n| format!("w{}x{}", from * 50 + n, if n % 9 == 0 { ". " } else { " " })).collect::<String>()
        }),
    ]
}

fn some_document() -> impl Strategy<Value = Document> {
    let title = prop_oneof![
        4 => some_text().prop_map(|text| text.chars().take(120).collect()),
        1 => prop::sample::select(vec!["", "Breaking News", "Ferry 17 denies storm off Crete in 9 days", "🙂"])
            .prop_map(str::to_owned),
    ];
    let link = || (0..LINKS.len()).prop_map(|at| LINKS[at].clone());
    let outlet = prop::sample::select(vec!["", "nyt", "rt"]);
    let links = prop::collection::vec(link(), 0..3);
    (some_id(), outlet, title, some_text(), prop::option::of(link()), links).prop_map(
        |(id, outlet, title, text, url, links)| Document { url, links, ..document(id, outlet, 0, &title, &text) },
    )
}

fn some_id() -> impl Strategy<Value = i64> {
    (0..20i64, prop::bool::weighted(0.2)).prop_map(|(id, is_twin)| if is_twin { id + TWIN } else { id })
}

fn some_step() -> impl Strategy<Value = Step> {
    let story = || 0..6i64;
    prop_oneof![
        6 => (prop::collection::vec(some_document(), 1..5), any::<bool>()).prop_map(|(all, ok)| Step::Poll(all, ok)),
        6 => (some_document(), story()).prop_map(|(document, story)| Step::Insert(document, story)),
        3 => some_document().prop_map(Step::Replace),
        3 => some_id().prop_map(Step::Remove),
        3 => (some_id(), story()).prop_map(|(id, story)| Step::Regroup(id, story)),
        1 => (prop::collection::vec(story(), 1..4), story()).prop_map(|(near, story)| Step::SecondLook(near, story)),
        1 => (story(), story()).prop_map(|(one, other)| Step::KeepSplit(one, other)),
        3 => (0..50i64).prop_map(Step::Expire),
        2 => prop::sample::select(vec![-2_000, -100, -40, 90]).prop_map(Step::Expire),
        3 => Just(Step::Sweep),
        1 => Just(Step::Outlets),
    ]
}

/// The index and the living documents in the order in which they came.
struct Bench {
    index: Index,
    living: Vec<(Prepared, StoryId)>,
    now: Timestamp,
    founded: i64,
    next: i64,
}

impl Bench {
    fn new() -> Self {
        let index = Index::new(HOUR, outlets());
        Self { index, living: Vec::new(), now: at(0), founded: 1_000, next: 100 }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Poll(documents, is_committed) => self.poll(documents, is_committed),
            Step::Insert(document, story) => {
                let prepared = self.prepare(document);
                self.insert(prepared, StoryId(story));
            }
            Step::Replace(document) => {
                let prepared = self.prepare(document);
                self.index.replace(prepared.clone());
                if let Some(at) = self.place(prepared.id) {
                    let (_, story) = self.living.remove(at);
                    self.living.push((prepared, story));
                }
            }
            Step::Remove(id) => self.remove(EntryId(id)),
            Step::Regroup(id, story) => self.regroup(EntryId(id), StoryId(story)),
            Step::SecondLook(near, story) => {
                drop(self.second_look(&near.into_iter().map(StoryId).collect::<Vec<_>>(), StoryId(story)))
            }
            Step::KeepSplit(one, other) => self.index.keep_split([StoryId(one), StoryId(other)]),
            Step::Expire(minutes) => {
                self.now += SignedDuration::from_mins(minutes);
                self.index.expire(self.now);
                let old = (0..self.living.len()).take_while(|at| self.is_old(*at)).count();
                self.living.drain(..old);
            }
            Step::Sweep => self.index.sweep(),
            Step::Outlets => self.index.set_outlets(Vec::new()),
        }
    }

    /// In the order of arrival, up to the first that is young enough: an edit comes anew with an old time, and what is of a
    /// time to come goes with the next that is not.
    fn is_old(&self, at: usize) -> bool {
        let seen = self.living[at..].iter().map(|(document, _)| document.seen).find(|seen| *seen <= self.now);
        seen.is_some_and(|seen| self.now.duration_since(seen).unsigned_abs() > HOUR)
    }

    fn prepare(&self, document: Document) -> Prepared {
        self.index.prepare(&Document { seen: self.now, ..document })
    }

    fn place(&self, id: EntryId) -> Option<usize> {
        self.living.iter().position(|(document, _)| document.id == id)
    }

    fn insert(&mut self, prepared: Prepared, story: StoryId) {
        self.index.insert(prepared.clone(), story);
        self.living.retain(|(document, _)| document.id != prepared.id);
        self.living.push((prepared, story));
    }

    fn remove(&mut self, id: EntryId) {
        self.index.remove(id);
        self.living.retain(|(document, _)| document.id != id);
    }

    fn regroup(&mut self, id: EntryId, story: StoryId) {
        self.index.regroup(id, story);
        self.note(id, story);
    }

    fn note(&mut self, id: EntryId, story: StoryId) {
        self.living.iter_mut().filter(|(document, _)| document.id == id).for_each(|(_, own)| *own = story);
    }

    fn second_look(&mut self, near: &[StoryId], story: StoryId) -> Vec<Merge> {
        let now = self.now;
        let founded = |story: StoryId| now - SignedDuration::from_mins(story.0 % 4 * 16);
        let merges = self.index.second_look(near, story, &founded, now);
        merges.iter().for_each(|merge| merge.entries.iter().for_each(|entry| self.note(*entry, merge.target)));
        merges
    }

    /// What is new is grouped, kept and looked at again; where it is not committed all that is undone, the last first.
    fn poll(&mut self, documents: Vec<Document>, is_committed: bool) {
        let before: Vec<(EntryId, StoryId)> =
            self.living.iter().map(|(document, story)| (document.id, *story)).collect();
        let mut done: Vec<(EntryId, Vec<Merge>)> = Vec::new();
        for document in documents {
            self.next += 1;
            let prepared = self.prepare(Document { id: EntryId(self.next), ..document });
            let grouping = self.index.group(&prepared);
            assert!((0.0..=1.0).contains(&grouping.score), "{grouping:?}");
            let apart = self.index.group_apart(&prepared, String::new());
            assert_eq!((apart.verdict, apart.of), (Verdict::Founds, None));
            let story = match grouping.verdict {
                Verdict::Joins(story) => story,
                Verdict::Founds => {
                    self.founded += 1;
                    StoryId(self.founded)
                }
            };
            assert_eq!(self.index.group_into(&prepared, story, String::new()).verdict, Verdict::Joins(story));
            self.insert(prepared, story);
            let merges = self.second_look(&grouping.near, story);
            done.push((EntryId(self.next), merges));
        }
        if !is_committed {
            for (entry, merges) in done.into_iter().rev() {
                let moved =
                    merges.iter().rev().flat_map(|merge| merge.entries.iter().map(|entry| (*entry, merge.source)));
                moved.for_each(|(entry, story)| self.regroup(entry, story));
                self.remove(entry);
            }
            let after: Vec<_> = self.living.iter().map(|(document, story)| (document.id, *story)).collect();
            assert_eq!(before, after);
        }
    }

    fn check(&self) {
        let index = &self.index;
        assert_eq!((index.len(), index.is_empty()), (self.living.len(), self.living.is_empty()));
        assert_eq!((index.kept.len(), index.kept.iter().flatten().count()), (index.lengths.len(), index.len()));
        let kept = |slot: &u32| index.kept[*slot as usize].as_ref();
        for (slot, (document, story)) in self.slots() {
            assert_eq!(index.story_of(document.id), Some(*story));
            let Kept { outlet, url, text, .. } = kept(&slot).unwrap();
            assert_eq!((outlet, url), (&document.outlet, &document.url));
            assert_eq!(text.read_all(&index.lexicon), document.profile);
            assert_eq!(usize::from(index.lengths[slot as usize]), document.profile.terms.len());
        }
        assert!(index.kept[..index.oldest.min(index.kept.len())].iter().all(Option::is_none));
        self.check_terms();
        self.check_runs();
        self.check_links();
        self.check_units();
        self.check_stories();
    }

    /// The slots in use with the documents that must be there.
    fn slots(&self) -> impl Iterator<Item = (u32, &(Prepared, StoryId))> {
        let slots = (0u32..).zip(&self.index.kept).filter_map(|(slot, kept)| Some((slot, kept.as_ref()?.id)));
        slots.zip(&self.living).map(|((slot, id), document)| {
            assert_eq!(id, document.0.id);
            (slot, document)
        })
    }

    /// Each term is held by as many as hold it, and finds of them who may be found by it.
    fn check_terms(&self) {
        let mut holders: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (slot, (document, _)) in self.slots() {
            document.profile.terms.iter().for_each(|term| holders.entry(term.term).or_default().push(slot));
        }
        let counts: Vec<(u32, u32)> = holders.iter().map(|(term, slots)| (*term, slots.len() as u32)).collect();
        assert_eq!(self.index.lexicon.print(), format!("{} {counts:?}", self.living.len()));
        let mut found_by: BTreeMap<u32, usize> = BTreeMap::new();
        for (term, slots) in &holders {
            let all: Vec<u32> = self.index.lexicon.newest(*term).collect();
            assert!(all.is_sorted_by(|newer, older| newer > older), "{all:?}");
            let found: Vec<u32> = all.into_iter().filter(|slot| self.index.is_live(*slot)).collect();
            assert!(found.iter().all(|slot| slots.contains(slot)), "{found:?} of {slots:?}");
            found.iter().for_each(|slot| *found_by.entry(*slot).or_default() += 1);
        }
        for (slot, (document, _)) in self.slots() {
            let expected = document.profile.terms.len().min(28);
            assert_eq!(found_by.get(&slot).copied().unwrap_or(0), expected);
        }
    }

    fn check_runs(&self) {
        let mut holders: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (slot, (document, _)) in self.slots() {
            document.profile.shingles.keys().for_each(|run| holders.entry(run).or_default().insert(0, slot));
        }
        for (run, slots) in &holders {
            let found = self.index.runs.newest(*run).filter(|slot| self.index.is_live(*slot));
            assert!(found.eq(slots.iter().copied()), "run {run}");
        }
    }

    fn check_links(&self) {
        let entries: BTreeSet<u32> = self.index.slots.iter().map(|(_, slot)| slot).collect();
        assert!(self.index.slots.iter().count() == self.living.len() && entries.len() == self.living.len());
        let with_url =
            |url| self.slots().filter(move |(_, (document, _))| document.url == Some(url)).map(|(slot, _)| slot);
        for url in self.living.iter().filter_map(|(document, _)| document.url) {
            let found = self.index.slot_of_url(url);
            assert!(found.is_none_or(|slot| with_url(url).any(|own| own == slot)), "{found:?}");
        }
        assert!(self.index.urls.iter().all(|(_, slot)| self.index.is_live(slot)));
    }

    /// Each sentence is known as often as it is held.
    fn check_units(&self) {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for (document, _) in &self.living {
            let units = document.profile.units.iter().chain(&document.profile.headline);
            units.for_each(|unit| *counts.entry(mixed(*unit)).or_default() += 1);
        }
        assert_eq!(self.index.units.counts(), counts);
    }

    /// The stories, their centroids and what is found for each document are those of an index made anew.
    fn check_stories(&self) {
        let mut fresh = Index::new(HOUR, outlets());
        self.living.iter().for_each(|(document, story)| fresh.insert(document.clone(), *story));
        assert_eq!(self.index.told(), fresh.told());
        // Of a long text it depends on what was there before under which terms it is found, and the first with a link
        // may be gone.
        let is_plain = |document: &Prepared| document.profile.terms.len() <= 28;
        if self.living.iter().all(|(document, _)| is_plain(document)) {
            for (document, _) in self.living.iter().rev().take(3) {
                let probe = Prepared { links: Vec::new(), ..document.clone() };
                let found = |index: &Index| {
                    let all = index.candidates(&probe).into_iter();
                    all.map(|c| (c.story, c.member, c.signals, c.score)).collect::<Vec<_>>()
                };
                assert_eq!(found(&self.index), found(&fresh));
            }
        }
    }
}

/// A few cases that are always the same, or as many others as the environment asks for.
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    match std::env::var("PROPTEST_CASES") {
        Ok(_) => asked,
        Err(_) => ProptestConfig { cases: 24, rng_seed: RngSeed::Fixed(1_911), ..asked },
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_is_done_the_index_knows_what_lives(steps in prop::collection::vec(some_step(), 1..40)) {
        let mut bench = Bench::new();
        for step in steps {
            bench.take(step);
            bench.check();
        }
    }
}
