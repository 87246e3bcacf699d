//! One feed's news, serially and in one transaction: recognised, grouped, matched, decided, queued.
//!
//! Intake is serial, so two outlets that carry one story in the same second cannot both found it. The story index in
//! memory is put right when a transaction does not commit. Must not fetch, send, or read the clock.

mod collect;
mod history;
mod keyed;
mod known;
mod muting;
mod operator;
mod recognise;
mod rules;
mod seen;
mod tell;
mod wording;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction};

use crate::{
    entry::{Entry, EntryId, FeedId},
    schedule::{Notice, PollState},
    store::{Error, Store, entries, feeds, life, regrouping, search, stories, story_keys},
    story::{Document, Index, Merge, StoryId, Verdict, correction::correction},
    watch::folded_words,
};

pub use collect::{collect_due, is_anything_to_collect, takers};
use seen::{Listed, Seen};

pub use history::Started;
pub use known::known;
pub use rules::{FeedContext, Rules};
pub use wording::{queue_due, word};

use muting::Muting;
use tell::Deciding;

/// What one poll of one feed brought.
#[derive(Clone, Debug)]
pub struct News {
    pub feed: FeedId,
    /// URL by which the feed is configured.
    pub url: String,
    /// What the operator calls it.
    pub name: String,
    pub title: Option<String>,
    /// As listed in the document.
    pub entries: Vec<Entry>,
    /// The feed's first successful poll: its entries are stored and grouped, and alert nobody.
    pub baseline: bool,
}

/// What became of the entries of one poll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub listed: usize,
    pub new: usize,
    pub changed: usize,
    /// Recognised by headline after all ids of the feed changed at once.
    pub rekeyed: usize,
}

/// What follows for the feed from the poll, stored with its entries.
#[derive(Clone, Debug)]
pub struct Next {
    pub state: PollState,
    /// For the operator.
    pub notices: Vec<Notice>,
}

/// What a committed intake has done.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub counts: Counts,
    /// Deliveries that are due now.
    pub queued: usize,
    pub state: PollState,
}

/// The story index beside the database, and the one way in.
#[derive(Clone)]
pub struct Intake {
    memory: Arc<Mutex<Memory>>,
    tickets: Arc<AtomicU64>,
    window: Duration,
}

struct Memory {
    index: Index,
    seen: Seen,
    /// Work that is done and not settled yet, the latest last: several polls may share a transaction.
    unsettled: Vec<Work>,
    /// Last line of the log of merges and splits that the index follows.
    regrouped: i64,
    /// Stories that were put right by hand and are not decided about yet.
    undecided: BTreeSet<(StoryId, EntryId)>,
}

/// What one piece of work has done to memory, until it is known whether it was committed.
#[derive(Default)]
struct Work {
    ticket: u64,
    /// How to undo what it has done to the index.
    undo: Vec<Undo>,
    listed: Option<(FeedId, Listed)>,
    /// Stories put right by hand that it has decided about.
    decided: BTreeSet<(StoryId, EntryId)>,
}

enum Undo {
    Inserted(EntryId),
    Replaced(Box<Document>),
    /// A merge that the log has not got, after line `regrouped` of it.
    Merged {
        merge: Merge,
        regrouped: i64,
    },
}

impl Intake {
    /// Rebuilds the story index from the entries of the window; gives their number too.
    pub fn rebuild(connection: &Connection, rules: &Rules, now: Timestamp) -> Result<(Self, usize), Error> {
        let window = rules.config.stories.window;
        let mut index = Index::new(window, rules.outlet_names());
        let since = now.saturating_sub(SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX));
        entries::each_since(connection, since.unwrap_or(Timestamp::MIN), |document, story| {
            let prepared = index.prepare(&document);
            index.insert(prepared, story);
        })?;
        regrouping::splits(connection)?.into_iter().for_each(|parts| index.keep_split(parts));
        let size = index.len();
        let regrouped = regrouping::latest(connection)?;
        let (seen, unsettled, undecided) = (Seen::default(), Vec::new(), BTreeSet::new());
        let memory = Arc::new(Mutex::new(Memory { index, seen, unsettled, regrouped, undecided }));
        Ok((Self { memory, tickets: Arc::default(), window }, size))
    }

    /// Takes over the outlets' names after a reload.
    pub fn set_rules(&self, rules: &Rules) {
        self.lock().index.set_outlets(rules.outlet_names());
    }

    /// Entries in the index.
    pub fn size(&self) -> usize {
        self.lock().index.len()
    }

    /// The span in which a story can be joined.
    pub fn window(&self) -> Duration {
        self.window
    }

    /// Stores one poll's news and all that follows from it in one transaction; `next` turns the counts into what is
    /// remembered of the feed, which is stored in the same transaction.
    pub async fn record(
        &self,
        store: &Store,
        rules: Arc<Rules>,
        news: News,
        now: Timestamp,
        next: impl FnOnce(Counts) -> Next + Send + 'static,
    ) -> Result<Recorded, Error> {
        let (at_work, at_end, ticket) = (self.clone(), self.clone(), self.ticket());
        let work = move |transaction: &Transaction<'_>| {
            let mut memory = at_work.lock();
            memory.begin(ticket);
            let (counts, queued) = take_in(transaction, &mut memory, &rules, &news, now)?;
            let Next { state, notices } = next(counts);
            feeds::save(transaction, news.feed, news.title.as_deref(), &state)?;
            feeds::tell(transaction, &news.url, &news.name, &notices, now)?;
            Ok(Recorded { counts, queued, state })
        };
        store.write_settled(work, move |is_committed| at_end.lock().settle(ticket, is_committed, now)).await
    }

    /// Takes over what was merged or split by another process since the last look; gives the deliveries that are due.
    pub async fn follow(&self, store: &Store, rules: Arc<Rules>, now: Timestamp) -> Result<usize, Error> {
        let latest = store.read(regrouping::latest).await?;
        if latest == self.lock().regrouped {
            return Ok(0);
        }
        let (at_work, at_end, ticket) = (self.clone(), self.clone(), self.ticket());
        let work = move |transaction: &Transaction<'_>| {
            let touched = {
                let mut memory = at_work.lock();
                memory.begin(ticket);
                memory.follow(transaction)?
            };
            let muting = Muting::load(transaction, &rules, now)?;
            let deciding = Deciding { connection: transaction, rules: &rules, muting: &muting, downtime: None, now };
            touched.into_iter().try_for_each(|(story, entry)| deciding.decide_story(story, entry))?;
            queue_due(transaction, &rules, now)
        };
        store.write_settled(work, move |is_committed| at_end.lock().settle(ticket, is_committed, now)).await
    }

    fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        // A panic inside a transaction is undone by `settle`, so what it leaves behind is usable.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn begin(&mut self, ticket: u64) {
        self.unsettled.push(Work { ticket, ..Work::default() });
    }

    /// The work that runs.
    fn work(&mut self) -> &mut Work {
        self.unsettled.last_mut().expect("work begins before it does anything")
    }

    /// Moves in the index what the log says has moved; gives the stories to be decided about. What the log says is
    /// committed already, so none of it is undone when this transaction fails; only the decisions are then made later.
    fn follow(&mut self, transaction: &Transaction<'_>) -> Result<BTreeSet<(StoryId, EntryId)>, Error> {
        for line in regrouping::since(transaction, self.regrouped)? {
            line.entries.iter().for_each(|entry| self.index.regroup(*entry, line.target));
            if line.kind == regrouping::Kind::Split {
                self.index.keep_split([line.source, line.target]);
            }
            self.regrouped = line.id;
            self.undecided.extend(stories::latest_news(transaction, line.target)?.map(|entry| (line.target, entry)));
        }
        let decided = std::mem::take(&mut self.undecided);
        self.work().decided.clone_from(&decided);
        Ok(decided)
    }

    /// Keeps or undoes what the work with this ticket has done. Work that was not committed is settled from the latest
    /// back, so that each undoing meets the index as its work left it.
    fn settle(&mut self, ticket: u64, is_committed: bool, now: Timestamp) {
        let Some(at) = self.unsettled.iter().position(|work| work.ticket == ticket) else { return };
        let Work { undo, listed, decided, .. } = self.unsettled.remove(at);
        if is_committed {
            listed.into_iter().for_each(|(feed, listed)| self.seen.keep(feed, listed));
            self.index.expire(now);
            return;
        }
        self.undecided.extend(decided);
        for undo in undo.into_iter().rev() {
            match undo {
                Undo::Inserted(entry) => self.index.remove(entry),
                Undo::Replaced(before) => {
                    let prepared = self.index.prepare(&before);
                    self.index.replace(prepared);
                }
                Undo::Merged { merge, regrouped } => {
                    merge.entries.iter().for_each(|entry| self.index.regroup(*entry, merge.source));
                    self.regrouped = regrouped;
                }
            }
        }
    }
}

fn take_in(
    transaction: &Transaction<'_>,
    memory: &mut Memory,
    rules: &Rules,
    news: &News,
    now: Timestamp,
) -> Result<(Counts, usize), Error> {
    life::touch(transaction, now)?;
    let context = rules.feed(&news.url);
    let sorted = recognise::sort(transaction, news, memory.seen.of(news.feed, now), now)?;
    let listed = memory.seen.listed(news.feed, sorted.digests, now);
    memory.work().listed = Some((news.feed, listed));
    let mut touched = memory.follow(transaction)?;
    let mut counts = Counts { listed: news.entries.len(), rekeyed: sorted.rekeyed, ..Counts::default() };
    for (id, entry) in &sorted.known {
        if let Some(story) = update_known(transaction, memory, rules, &context, *id, entry, now)? {
            counts.changed += 1;
            touched.insert((story, *id));
        }
    }
    for (entry, keys) in &sorted.new {
        let (id, story, near) = store_new(transaction, memory, rules, &context, news, entry, now)?;
        entries::remember_keys(transaction, news.feed, id, keys, now)?;
        counts.new += 1;
        if !news.baseline {
            touched.insert((story, id));
        }
        for merge in look_again(transaction, memory, &near, story, now)? {
            let moved = |(story, entry)| (if story == merge.source { merge.target } else { story }, entry);
            let latest = stories::latest_news(transaction, merge.target)?.map(|id| (merge.target, id));
            touched = touched.into_iter().map(moved).chain(latest).collect();
        }
    }
    let muting = Muting::load(transaction, rules, now)?;
    let downtime = life::missed_by(transaction, news.feed)?;
    let deciding = Deciding { connection: transaction, rules, muting: &muting, downtime, now };
    for (story, entry) in touched {
        deciding.decide_story(story, entry)?;
    }
    Ok((counts, queue_due(transaction, rules, now)?))
}

/// Stores what an entry known from an earlier poll says now, if that is something else; gives its story then, unless
/// the entry belongs to the back catalogue.
fn update_known(
    transaction: &Transaction<'_>,
    memory: &mut Memory,
    rules: &Rules,
    context: &FeedContext,
    id: EntryId,
    entry: &Entry,
    now: Timestamp,
) -> Result<Option<StoryId>, Error> {
    // Gone by retention: its key is all that is left, and the item is still no news.
    let Some(before) = entries::load(transaction, id)? else { return Ok(None) };
    if before.entry.title == entry.title && before.entry.text == entry.text {
        return Ok(None);
    }
    let corrects = correction(&entry.title, &entry.text);
    entries::update(transaction, id, entry, corrects.as_deref(), now)?;
    search::index(transaction, id, &folded_words(&entry.title, &entry.text))?;
    let seen = before.seen;
    memory.work().undo.push(Undo::Replaced(Box::new(document(id, &before.outlet, context, &before.entry, seen))));
    let prepared = memory.index.prepare(&document(id, &before.outlet, context, entry, seen));
    memory.index.replace(prepared);
    rules.match_entry(transaction, id, &before.outlet, context, entry, now)?;
    let was_corrected = correction(&before.entry.title, &before.entry.text).is_some();
    if corrects.is_some() && !was_corrected {
        stories::correct(transaction, id, now)?;
    }
    Ok(Some(before.story).filter(|_| !before.baseline))
}

fn store_new(
    transaction: &Transaction<'_>,
    memory: &mut Memory,
    rules: &Rules,
    context: &FeedContext,
    news: &News,
    entry: &Entry,
    now: Timestamp,
) -> Result<(EntryId, StoryId, Vec<StoryId>), Error> {
    let id = entries::next_id(transaction)?;
    let outlet = rules.outlet_of(context, entry);
    let prepared = memory.index.prepare(&document(id, &outlet, context, entry, now));
    let story_keys = keyed::of_entry(rules, &outlet, context, entry);
    let grouping = keyed::group(transaction, &memory.index, &prepared, &story_keys)?;
    let story = match grouping.verdict {
        Verdict::Joins(story) => story,
        Verdict::Founds => stories::found(transaction, &entry.title, now)?,
    };
    stories::grown(transaction, story, now)?;
    keyed::remember(transaction, &story_keys, story)?;
    // What the text of a new piece corrects nobody was told; what denies the story, or is itself a correction, says so
    // in its headline.
    let is_told = grouping.corrects.is_some() || correction(&entry.title, "").is_some();
    let stored = entries::Stored {
        id,
        feed: news.feed,
        outlet,
        entry: entry.clone(),
        seen: now,
        baseline: news.baseline,
        story,
        relation: grouping.relation,
        related_to: grouping.of,
        reason: grouping.reason,
        score: grouping.score,
        corrects: grouping.corrects.or_else(|| correction(&entry.title, &entry.text)),
    };
    entries::insert(transaction, &stored, &grouping.cites)?;
    search::index(transaction, id, &folded_words(&entry.title, &entry.text))?;
    memory.work().undo.push(Undo::Inserted(id));
    memory.index.insert(prepared, story);
    rules.match_entry(transaction, id, &stored.outlet, context, entry, now)?;
    if is_told && !news.baseline {
        stories::correct(transaction, id, now)?;
    }
    Ok((id, story, grouping.near))
}

/// Merges the story that an entry has joined with small ones that belong together with it by now; the oldest goes on.
/// Never one that is told by a key.
fn look_again(
    transaction: &Transaction<'_>,
    memory: &mut Memory,
    near: &[StoryId],
    story: StoryId,
    now: Timestamp,
) -> Result<Vec<Merge>, Error> {
    if near.is_empty() || story_keys::has_any(transaction, story)? {
        return Ok(Vec::new());
    }
    let mut keyless = Vec::new();
    let mut founded: HashMap<StoryId, Timestamp> = HashMap::new();
    for near in near {
        if !story_keys::has_any(transaction, *near)? {
            keyless.push(*near);
        }
    }
    for story in keyless.iter().chain([&story]) {
        founded.extend(stories::founded(transaction, *story)?.map(|at| (*story, at)));
    }
    let founded = |story: StoryId| founded.get(&story).copied().unwrap_or(Timestamp::MIN);
    let merges = memory.index.second_look(&keyless, story, &founded, now);
    let regrouped = memory.regrouped;
    memory.work().undo.extend(merges.iter().cloned().map(|merge| Undo::Merged { merge, regrouped }));
    for merge in &merges {
        regrouping::record(transaction, merge, now)?;
        memory.regrouped = regrouping::latest(transaction)?;
    }
    Ok(merges)
}

fn document(id: EntryId, outlet: &str, context: &FeedContext, entry: &Entry, seen: Timestamp) -> Document {
    Document {
        id,
        outlet: outlet.to_owned(),
        feed: context.url.clone(),
        title: entry.title.clone(),
        text: entry.text.clone(),
        url: entry.canonical_url.clone(),
        links: entry.links.clone(),
        seen,
        published: entry.published,
        language: entry.language.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn memory() -> Memory {
        let index = Index::new(Duration::from_secs(86_400), Vec::new());
        let undecided = BTreeSet::from([(StoryId(7), EntryId(70))]);
        Memory { index, seen: Seen::default(), unsettled: Vec::new(), regrouped: 0, undecided }
    }

    /// What a poll that founds a story does to memory.
    fn poll(memory: &mut Memory, ticket: u64) {
        let id = i64::try_from(ticket).unwrap();
        memory.begin(ticket);
        let entry = Entry { title: format!("Ferry {id} sinks off Crete"), ..Entry::default() };
        let prepared = memory.index.prepare(&document(EntryId(id), "echo", &FeedContext::default(), &entry, NOW));
        memory.work().undo.push(Undo::Inserted(EntryId(id)));
        memory.index.insert(prepared, StoryId(id));
        let listed = memory.seen.listed(FeedId(id), Default::default(), NOW);
        memory.work().listed = Some((FeedId(id), listed));
        memory.work().decided = std::mem::take(&mut memory.undecided);
    }

    #[track_caller]
    fn check(memory: &Memory, kept: &[i64]) {
        for id in 1..4 {
            let is_kept = kept.contains(&id);
            assert_eq!(memory.index.story_of(EntryId(id)).is_some(), is_kept, "entry {id}");
            assert_eq!(memory.seen.of(FeedId(id), NOW).is_some(), is_kept, "feed {id}");
        }
        assert_eq!(memory.undecided.is_empty(), kept.contains(&1), "the first poll decided");
        assert!(memory.unsettled.is_empty());
    }

    #[test]
    fn a_poll_that_fails_undoes_nothing_of_those_that_share_its_transaction() {
        let mut memory = memory();
        poll(&mut memory, 1);
        poll(&mut memory, 2);
        memory.settle(2, false, NOW);
        poll(&mut memory, 3);
        memory.settle(1, true, NOW);
        memory.settle(3, true, NOW);
        check(&memory, &[1, 3]);
    }

    #[test]
    fn when_nothing_is_committed_all_is_undone() {
        let mut memory = memory();
        (1..4).for_each(|ticket| poll(&mut memory, ticket));
        [3, 2, 1].into_iter().for_each(|ticket| memory.settle(ticket, false, NOW));
        // Work that never began has nothing to undo.
        memory.settle(9, false, NOW);
        check(&memory, &[]);
    }
}
