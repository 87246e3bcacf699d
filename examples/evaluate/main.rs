//! Measures the story engine on labelled sets, with its one built-in setting.
//!
//! `evaluate [TASK] FILE.jsonl…`; lines hold `cluster` beside what `storywatch group` takes, in the order of arrival.
//! Without a task the figures of each set are printed. `--grow` grows a forest into `forest.txt`, `--halves` grows on
//! every second story and measures on the others, `--cross` measures each set with a forest grown on the other kinds,
//! `--ablate` takes each signal out and grows anew, `--common` counts common words into `common.txt`, `--errors` shows
//! joins and foundings that are wrong.

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
use sets::Set;
use storywatch::story::{Forest, NAMED, StoryId, Stream, features};

const WINDOW: Duration = Duration::from_secs(5 * 86_400);

/// Features that are one signal: taken out together by `--ablate`.
const SIGNALS: [&[&str]; 10] = [
    &[],
    &["nearest", "nearest*least", "reach", "ahead", "loneliness"],
    &["second", "votes"],
    &["centroid", "average", "centroid*focus", "focus", "loneliness"],
    &["title", "title+letters", "letters"],
    &["lead", "told", "tells"],
    &["support", "shared", "rarest"],
    &["names", "names_shared"],
    &["hours"],
    &["rival", "crowd", "ahead", "reach"],
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let task = files.first().filter(|first| first.starts_with("--")).cloned().unwrap_or_default();
    files.retain(|file| !file.starts_with("--"));
    let sets = files.iter().map(|file| Set::read(file)).collect::<Result<Vec<Set>, _>>()?;
    println!(
        "{:24} {:>6} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>9}",
        "set", "n", "b3 f1", "b3 p", "b3 r", "pair", "ari", "al.rec", "al.pre", "docs/s"
    );
    let all: Vec<&Set> = sets.iter().collect();
    match task.as_str() {
        "--grow" => {
            let forest = grow(&all, &[]);
            std::fs::write("forest.txt", forest.write())?;
            let forest = Arc::new(Forest::read(&forest.write()));
            table(&all, |_| Some(Arc::clone(&forest)));
        }
        "--halves" => {
            let halves: Vec<[Set; 2]> = sets.iter().map(|set| [set.half(false), set.half(true)]).collect();
            for side in 0..2 {
                let forest = Arc::new(grow(&halves.iter().map(|half| &half[side]).collect::<Vec<_>>(), &[]));
                table(&halves.iter().map(|half| &half[1 - side]).collect::<Vec<_>>(), |_| Some(Arc::clone(&forest)));
            }
        }
        "--common" => std::fs::write("common.txt", common::common(&all))?,
        "--cross" => table(&all, |set| {
            let others: Vec<&Set> = all.iter().copied().filter(|other| kind(other) != kind(set)).collect();
            Some(Arc::new(grow(&others, &[])))
        }),
        "--ablate" => {
            for group in SIGNALS {
                println!("without {}", group.join(", "));
                let forest = Arc::new(grow(&all, group));
                table(&all, |_| Some(Arc::clone(&forest)));
            }
        }
        "--errors" => all.iter().for_each(|set| errors(set)),
        _ => table(&all, |_| None),
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
        let (story, grouping) = stream.push(document);
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

fn table(sets: &[&Set], forest: impl Fn(&Set) -> Option<Arc<Forest>>) {
    let all: Vec<Figures> = sets.iter().map(|set| show(set, forest(set))).collect();
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
}

fn show(set: &Set, forest: Option<Arc<Forest>>) -> Figures {
    let started = Instant::now();
    let mut stream = Stream::new(WINDOW, Vec::new());
    if let Some(forest) = forest {
        stream.set_forest(forest);
    }
    let found: Vec<i64> = set.documents.iter().map(|document| stream.push(document).0.0).collect();
    let rate = set.documents.len() as f64 / started.elapsed().as_secs_f64();
    let f = figures(&set.gold, &found);
    println!(
        "{:24} {:6} {:7.4} {:7.4} {:7.4} {:6.4} {:6.4} {:6.4} {:6.4} {:9.0}",
        set.name,
        found.len(),
        f.bcubed,
        f.precision,
        f.recall,
        f.pairwise,
        f.ari,
        f.alert_recall,
        f.alert_precision,
        rate
    );
    f
}
