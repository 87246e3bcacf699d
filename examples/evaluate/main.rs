//! Measures the story engine on labelled sets, with its one built-in setting.
//!
//! `evaluate [TASK] FILE.jsonl…`; lines hold `cluster` beside what `storywatch group` takes, in the order of arrival.
//! Without a task the figures of each set are printed; of alerts first as they would have gone out, then as if what was
//! merged later had never been told. `--grow` grows a forest into `forest.txt`, `--fifths` decides about every story with a
//! forest grown on the four fifths of all stories that it is not among, `--cross` measures each set with a forest grown on
//! the other kinds, `--ablate` takes each signal out and grows anew, `--common` counts common words into `common.txt`,
//! `--errors` shows joins and foundings that are wrong.

mod baselines;
mod common;
mod figures;
mod grow;
mod sets;

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use figures::{Figures, figures};
use grow::grow;
use sets::{PARTS, Set, part};
use storywatch::story::{Forest, Merges, NAMED, Pushed, StoryId, Stream, features};

const WINDOW: Duration = Duration::from_secs(5 * 86_400);

/// Features that are one signal: taken out together by `--ablate`.
const SIGNALS: [&[&str]; 10] = [
    &[],
    &["nearest", "nearest*least", "reach", "ahead", "loneliness"],
    &["second", "votes"],
    &["centroid", "average", "centroid*focus", "focus", "loneliness"],
    &["title+letters", "letters"],
    &["lead", "told", "tells"],
    &["support", "shared", "rarest"],
    &["hours"],
    &["size", "least", "shorter", "longer", "nearest*least"],
    &["rival", "crowd", "ahead", "reach"],
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let task = files.first().filter(|first| first.starts_with("--")).cloned().unwrap_or_default();
    files.retain(|file| !file.starts_with("--"));
    let sets = files.iter().map(|file| Set::read(file)).collect::<Result<Vec<Set>, _>>()?;
    println!(
        "{:24} {:>6} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>6} {:>6} {:>7}",
        "set", "n", "b3 f1", "b3 p", "b3 r", "pair", "ari", "al.rec", "al.pre", "merged", "merged", "docs/s"
    );
    let all: Vec<&Set> = sets.iter().collect();
    match task.as_str() {
        "--grow" => {
            let written = grow(&all, &[], &|_| true).write();
            std::fs::write("forest.txt", &written)?;
            let forest = Arc::new(Forest::read(&written));
            table(&all, &|_| Some(&forest));
        }
        "--fifths" => {
            let without = |out: usize| Arc::new(grow(&all, &[], &|gold| part(gold) != out));
            let forests: Vec<Arc<Forest>> = (0..PARTS).map(without).collect();
            let found = table(&all, &|gold| Some(&forests[part(gold)]));
            baselines::compare(&all, &found);
        }
        "--common" => std::fs::write("common.txt", common::common(&all))?,
        "--cross" => {
            for set in &all {
                let others: Vec<&Set> = all.iter().copied().filter(|other| kind(other) != kind(set)).collect();
                let forest = Arc::new(grow(&others, &[], &|_| true));
                show(set, &|_| Some(&forest));
            }
        }
        "--ablate" => {
            for group in SIGNALS {
                println!("without {}", group.join(", "));
                let forest = Arc::new(grow(&all, group, &|_| true));
                table(&all, &|_| Some(&forest));
            }
        }
        "--errors" => all.iter().for_each(|set| errors(set)),
        _ => baselines::compare(&all, &table(&all, &|_| None)),
    }
    Ok(())
}

fn errors(set: &Set) {
    let mut stream = Stream::new(WINDOW, Vec::new());
    let mut story_of: Vec<StoryId> = Vec::new();
    let words = |at: usize| {
        let d = &set.documents[at];
        let text: String = d.text.chars().take(140).collect();
        format!("[{}|{}] {} // {}", set.gold[at], d.outlet, d.title, text.replace('\n', " / "))
    };
    for (at, document) in set.documents.iter().enumerate() {
        let prepared = stream.index().prepare(document);
        let candidates = stream.index().candidates(&prepared);
        let Pushed { story, grouping, .. } = stream.push(document);
        let right = story_of.iter().enumerate().filter(|(o, s)| **s == story && set.gold[*o] == set.gold[at]).count();
        let all = story_of.iter().filter(|s| **s == story).count();
        let exists = set.gold[..at].contains(&set.gold[at]);
        if all > 0 && right * 2 <= all || all == 0 && exists {
            println!(
                "{} {right}/{all} {}",
                if all > 0 { if exists { "WRONG" } else { "FALSE" } } else { "MISSED" },
                words(at)
            );
            println!("   {}", grouping.reason);
            for c in candidates.iter().take(3) {
                println!("   {:.3} {}", c.score, words(c.member.0 as usize));
                let f = features(&c.signals);
                println!(
                    "      {}",
                    NAMED.iter().zip(f).map(|(n, f)| format!("{}={:.2}", n.0, f)).collect::<Vec<_>>().join(" ")
                );
            }
        }
        story_of.push(story);
    }
}

fn kind(set: &Set) -> &str {
    set.name.split('/').next().unwrap_or_default()
}

/// The forest that decides about an entry of a story, in place of the built-in one.
type Chosen<'a> = &'a dyn Fn(&str) -> Option<&'a Arc<Forest>>;

fn table(sets: &[&Set], forest: Chosen<'_>) -> Vec<Figures> {
    let all: Vec<Figures> = sets.iter().map(|set| show(set, forest)).collect();
    let mean = |of: fn(&Figures) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    println!(
        "{:31} {:7.4} {:7.4} {:7.4} {:6.4} {:6.4} {:6.4} {:6.4}",
        "mean",
        mean(|f| f.bcubed),
        mean(|f| f.precision),
        mean(|f| f.recall),
        mean(|f| f.pairwise),
        mean(|f| f.ari),
        mean(|f| f.alert_recall),
        mean(|f| f.alert_precision)
    );
    all
}

fn show(set: &Set, forest: Chosen<'_>) -> Figures {
    let started = Instant::now();
    let mut stream = Stream::new(WINDOW, Vec::new());
    let mut founded = Vec::new();
    let mut merges = Merges::default();
    for (document, gold) in set.documents.iter().zip(&set.gold) {
        if let Some(forest) = forest(gold) {
            stream.set_forest(Arc::clone(forest));
        }
        let pushed = stream.push(document);
        founded.push((document.id, pushed.story, pushed.grouping));
        merges.add(pushed.merges);
    }
    let rate = set.documents.len() as f64 / started.elapsed().as_secs_f64();
    let found: Vec<i64> =
        founded.iter_mut().map(|(entry, story, grouping)| merges.follow(*entry, *story, grouping).0).collect();
    let founded: Vec<i64> = founded.iter().map(|(_, story, _)| story.0).collect();
    let f = figures(&set.gold, &found, &founded);
    let merged = figures(&set.gold, &found, &found);
    println!(
        "{:24} {:6} {:7.4} {:7.4} {:7.4} {:6.4} {:6.4} {:6.4} {:6.4} {:6.4} {:6.4} {:7.0}",
        set.name,
        found.len(),
        f.bcubed,
        f.precision,
        f.recall,
        f.pairwise,
        f.ari,
        f.alert_recall,
        f.alert_precision,
        merged.alert_recall,
        merged.alert_precision,
        rate
    );
    f
}
