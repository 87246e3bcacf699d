//! Watches played over stored entries: reads the entries and stories, and has `backtest` play them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::Archive;
use crate::{
    alert::RecipientId,
    backtest::{Archived, Report, Rhythm, Sent, Story, Watched, play, tell},
    config::Watch,
    entry::EntryId,
    store::{search, stories},
    story::StoryId,
    watch::{self, Hit, Query, Sample, WatchSet},
};

/// How much of the archive says what is to be expected of watches: so many days, and no more than so many entries.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(14 * 24);
const MOST_READ: usize = 50_000;

/// What watches are played over.
pub struct Trial<'a> {
    pub archive: &'a Archive,
    pub since: Timestamp,
    pub now: Timestamp,
    /// Entries that are read at most, the latest first.
    pub most: usize,
    /// Whether nobody waits for it any more; what it gives then is worth nothing.
    pub stopped: &'a dyn Fn() -> bool,
}

/// A matching entry, before its story is looked at.
struct Found {
    entry: EntryId,
    watch: usize,
    sentence: String,
}

/// Matching entries by their story.
type Matching = BTreeMap<StoryId, Vec<Found>>;

impl Archive {
    /// What the configured watches would have brought in the last days, as far as it goes before `stopped` says so;
    /// `sample` is given the entries.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn expect(&self, now: Timestamp, stopped: &dyn Fn() -> bool, sample: &mut Sample) -> Result<Report> {
        let since = now.saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
        Trial { archive: self, since, now, most: MOST_READ, stopped }.play(self.watches(), self.terms(), sample)
    }
}

impl Trial<'_> {
    /// Plays all watches; `sample` is given every entry that was read.
    pub fn play(
        &self,
        watches: &[Arc<Watch>],
        terms: &BTreeMap<String, Vec<String>>,
        sample: &mut Sample,
    ) -> Result<Report> {
        let queries: Vec<&Query> = watches.iter().map(|watch| &watch.query).collect();
        let set = watch::compile(&queries, terms).watches;
        let mut report = Report::default();
        let (found, rhythms) = self.read(watches, &set, &mut report, sample)?;
        let told: Vec<Vec<RecipientId>> = watches.iter().map(|watch| recipients(watch)).collect();
        let watched: Vec<Watched<'_>> =
            watches.iter().zip(&told).map(|(watch, notify)| Watched { policy: &watch.policy, notify }).collect();
        let mut sent: BTreeMap<RecipientId, Vec<Sent>> = BTreeMap::new();
        for (story, found) in found {
            if (self.stopped)() {
                break;
            }
            for alert in self.play_story(story, &found, &watched, &rhythms, &mut report)? {
                sent.entry(alert.recipient.clone()).or_default().push(alert);
            }
        }
        let loud: BTreeSet<&str> =
            watches.iter().filter(|watch| watch.policy.breaks_quiet).map(|watch| watch.query.name.as_str()).collect();
        for (recipient, alerts) in &mut sent {
            tell(alerts, &self.archive.reader(recipient), |watch| loud.contains(watch));
            alerts.iter().for_each(|alert| report.add_alert(alert));
        }
        let asked: Vec<(&str, Vec<&str>)> = set.clauses().collect();
        report.finish(&asked);
        Ok(report)
    }

    fn read(
        &self,
        watches: &[Arc<Watch>],
        set: &WatchSet,
        report: &mut Report,
        sample: &mut Sample,
    ) -> Result<(Matching, Vec<Rhythm>)> {
        let numbers: BTreeMap<&str, usize> =
            watches.iter().enumerate().map(|(number, watch)| (watch.query.name.as_str(), number)).collect();
        let mut found = Matching::new();
        let mut times = vec![Vec::new(); watches.len()];
        let mut begins: Option<Timestamp> = None;
        search::candidates(&self.archive.connection, None, self.since, |stored| {
            if report.read >= self.most || (self.stopped)() {
                return false;
            }
            report.read += 1;
            begins = Some(begins.map_or(stored.seen, |begins| begins.min(stored.seen)));
            sample.add(&stored.entry.title, &stored.entry.text);
            let hits = self.archive.with_subject(&stored, |subject| set.matches(subject));
            report.all.entries += usize::from(!hits.is_empty());
            for hit in hits {
                let Some(&watch) = numbers.get(hit.watch.as_str()) else { continue };
                let clauses: BTreeSet<&str> = hit.evidence.iter().map(clause).collect();
                report.add_match(&hit.watch, &clauses);
                if !stored.baseline {
                    times[watch].push(stored.seen);
                }
                let sentence = sentence(&stored.entry.title, &stored.entry.text, &hit.evidence);
                found.entry(stored.story).or_default().push(Found { entry: stored.id, watch, sentence });
            }
            true
        })?;
        // An archive younger than the time asked for is no slow week, and one of an hour is no busy day.
        let from = begins.unwrap_or(self.since);
        report.days = (self.now.duration_since(from).as_secs_f64() / 86_400.0).max(1.0);
        let rhythms = times.into_iter().map(|times| Rhythm::new(times, begins)).collect();
        Ok((found, rhythms))
    }

    fn play_story(
        &self,
        story: StoryId,
        found: &[Found],
        watched: &[Watched<'_>],
        rhythms: &[Rhythm],
        report: &mut Report,
    ) -> Result<Vec<Sent>> {
        let timeline = stories::timeline(&self.archive.connection, story, &|key| self.archive.outlet_name(key))?;
        let Some(timeline) = timeline else { return Ok(Vec::new()) };
        let corrections = stories::corrections(&self.archive.connection, story)?;
        let matches: Vec<(EntryId, usize)> = found.iter().map(|found| (found.entry, found.watch)).collect();
        let archived = Archived { timeline: &timeline, matches: &matches, corrections: &corrections };
        let played = play(&archived, watched, rhythms, self.now);
        // The latest entries were read first; the sentence is of the first.
        let sentence = found.last().map(|found| found.sentence.clone()).unwrap_or_default();
        let summary = Story {
            story,
            headline: timeline.headline.clone(),
            first_seen: timeline.first_seen,
            outlets: timeline.outlets().len(),
            independent: timeline.independent_outlets().len(),
            watches: found.iter().map(|found| watched[found.watch].policy.watch.clone()).collect(),
            mails: 0,
            sentence,
            held: played.held,
        };
        report.add_story(summary);
        Ok(played.sent)
    }
}

/// Whom a watch tells; one that is only tried out is as good as one that tells one recipient.
fn recipients(watch: &Watch) -> Vec<RecipientId> {
    match watch.notify.is_empty() {
        true => vec![RecipientId("anyone".to_owned())],
        false => watch.notify.clone(),
    }
}

/// The clause as written, whatever form of it was found.
fn clause(hit: &Hit) -> &str {
    hit.clause.strip_suffix(" (inflected)").unwrap_or(&hit.clause)
}

/// The surroundings of the first hit in the text, or the headline, with what was found between asterisks.
fn sentence(title: &str, text: &str, hits: &[Hit]) -> String {
    let in_text = hits.iter().find(|hit| hit.field == "text").map(|hit| (text, hit));
    let Some((page, hit)) = in_text.or_else(|| hits.iter().find(|hit| hit.field == "title").map(|hit| (title, hit)))
    else {
        return hits.first().map(|hit| format!("{}: {}", hit.field, hit.text)).unwrap_or_default();
    };
    const AROUND: usize = 90;
    let line = page[..hit.start].rfind('\n').map_or(0, |at| at + 1);
    let end = page[hit.end..].find('\n').map_or(page.len(), |at| hit.end + at);
    let from = page.ceil_char_boundary(hit.start.saturating_sub(AROUND)).max(line);
    let to = page.floor_char_boundary(hit.end + AROUND).min(end);
    let dots = |cut: bool| if cut { "…" } else { "" };
    format!("{}{}*{}*{}{}", dots(from > line), &page[from..hit.start], hit.text, &page[hit.end..to], dots(to < end))
}
