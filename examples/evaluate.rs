//! Measures the story engine on labelled sets, with its one built-in setting.
//!
//! `evaluate FILE.jsonl…` prints the figures of each set; `evaluate --fit FILE.jsonl…` fits the weights of the join
//! decision on the sets named from nothing, `--climb` improves the built-in ones, and both print the figures they give. Lines hold `id`, `cluster` and, as far as
//! known, `title`, `body`, `url`, `outlet`, `published`. Order in the file is the order of arrival.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use storywatch::{
    entry::EntryId,
    story::{Candidate, Document, FEATURES, Index, StoryId, Stream, WEIGHTS, features},
};

const WINDOW: Duration = Duration::from_secs(5 * 86_400);

/// Documents of a set looked at while climbing.
const SAMPLE: usize = 4_000;

type Weights = [f32; FEATURES];

struct Set {
    name: String,
    documents: Vec<Document>,
    gold: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let task = files.first().filter(|first| first.starts_with("--")).cloned().unwrap_or_default();
    files.retain(|file| !file.starts_with("--"));
    let sets = files.iter().map(|file| read(file)).collect::<Result<Vec<Set>, _>>()?;
    println!(
        "{:24} {:>6} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>9}",
        "set", "n", "b3 f1", "b3 p", "b3 r", "pair", "ari", "al.rec", "al.pre", "docs/s"
    );
    match task.as_str() {
        "--fit" => fit_weights(&sets),
        "--climb" => climb(&sets, WEIGHTS),
        _ => sets.iter().for_each(|set| show(set, None)),
    }
    Ok(())
}

fn read(file: &str) -> Result<Set, Box<dyn Error>> {
    let mut set = Set { name: name(file), documents: Vec::new(), gold: Vec::new() };
    for line in std::fs::read_to_string(file)?.lines() {
        let row: serde_json::Value = serde_json::from_str(line)?;
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let seen = text("published").parse().unwrap_or(Timestamp::UNIX_EPOCH);
        set.documents.push(Document {
            id: EntryId(i64::try_from(set.documents.len())?),
            outlet: text("outlet"),
            feed: String::new(),
            title: text("title"),
            text: without_tags(&text("body")),
            url: row["url"].as_str().map(str::to_owned),
            links: Vec::new(),
            seen,
            published: None,
            language: row["lang"].as_str().map(str::to_owned),
        });
        set.gold.push(text("cluster"));
    }
    Ok(set)
}

/// What the entry room does properly; enough for the few tags in these sets.
fn without_tags(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match after.split_once('>').filter(|_| tag) {
            Some((_, behind)) => rest = behind,
            None => {
                text.push('<');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text.replace("&#8230;", "…")
        .replace("&amp;", "&")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&#8217;", "’")
}

fn name(file: &str) -> String {
    let mut parts: Vec<&str> = file.rsplit('/').take(2).collect();
    parts.reverse();
    parts.join("/").replace(".dev.jsonl", "").replace("/dev.jsonl", "").replace(".jsonl", "")
}

fn show(set: &Set, weights: Option<&Weights>) {
    let started = started();
    let mut stream = Stream::new(WINDOW, Vec::new());
    if let Some(weights) = weights {
        stream.set_weights(*weights);
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
}

fn started() -> Instant {
    Instant::now()
}

struct Figures {
    bcubed: f64,
    precision: f64,
    recall: f64,
    pairwise: f64,
    ari: f64,
    alert_recall: f64,
    alert_precision: f64,
}

fn figures(gold: &[String], found: &[i64]) -> Figures {
    let total = gold.len() as f64;
    let pairs = |count: &usize| (count * (count - 1) / 2) as f64;
    let by_gold = count(gold.iter());
    let by_found = count(found.iter());
    let joint = count(gold.iter().zip(found));
    let same: f64 = joint.values().map(pairs).sum();
    let (g, p): (f64, f64) = (by_gold.values().map(pairs).sum(), by_found.values().map(pairs).sum());
    let square = |n: &usize| (n * n) as f64;
    let precision = joint.iter().map(|((_, f), n)| square(n) / by_found[f] as f64).sum::<f64>() / total;
    let recall = joint.iter().map(|((g, _), n)| square(n) / by_gold[g] as f64).sum::<f64>() / total;
    let expected = g * p / (total * (total - 1.0) / 2.0);
    let mut seen = HashSet::new();
    let alerted: HashSet<&String> = gold.iter().zip(found).filter(|(_, f)| seen.insert(**f)).map(|(g, _)| g).collect();
    Figures {
        bcubed: harmonic(precision, recall),
        precision,
        recall,
        pairwise: harmonic(if p > 0.0 { same / p } else { 1.0 }, if g > 0.0 { same / g } else { 1.0 }),
        ari: (same - expected) / ((g + p) / 2.0 - expected),
        alert_recall: alerted.len() as f64 / by_gold.len() as f64,
        alert_precision: alerted.len() as f64 / by_found.len() as f64,
    }
}

fn count<T: std::hash::Hash + Eq>(keys: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}

/// One candidate story of one document: what was seen, and whether it was the right one.
struct Sample {
    features: Weights,
    right: bool,
    weight: f64,
}

/// Fits single decisions under the true stories first, then climbs from there.
fn fit_weights(sets: &[Set]) {
    let mut samples = Vec::new();
    for set in sets {
        let mut fresh = collect(set);
        let share = 1.0 / fresh.len() as f64;
        fresh.iter_mut().for_each(|sample| sample.weight = share);
        samples.extend(fresh);
    }
    let fitted = newton(&samples);
    println!("single decisions: {fitted:?}");
    climb(sets, fitted);
}

/// What the engine sees of every document while the documents before it stand in their true stories.
fn collect(set: &Set) -> Vec<Sample> {
    let mut index = Index::new(WINDOW, Vec::new());
    let mut known: HashMap<&str, StoryId> = HashMap::new();
    let mut samples = Vec::new();
    for (document, gold) in set.documents.iter().zip(&set.gold) {
        index.expire(document.seen);
        let prepared = index.prepare(document);
        let next = StoryId(i64::try_from(known.len()).unwrap_or(i64::MAX) + 1);
        let story = *known.entry(gold).or_insert(next);
        let sample =
            |found: &Candidate| Sample { features: features(&found.signals), right: found.story == story, weight: 1.0 };
        samples.extend(index.candidates(&prepared).iter().map(sample));
        index.insert(prepared, story);
    }
    samples
}

/// Pattern search on the figures themselves: what a join costs depends on the joins after it, which no regression on
/// single decisions sees. One coordinate at a time, its step widened after success and halved after failure.
fn climb(sets: &[Set], mut weights: Weights) {
    let mut steps = [0.4f32; FEATURES];
    let mut best = merit(sets, &weights);
    for sweep in 0..6 {
        for at in 0..FEATURES {
            let found = [1.0, -1.0].into_iter().find_map(|sign| {
                let mut tried = weights;
                tried[at] += sign * steps[at];
                let merit = merit(sets, &tried);
                (merit > best).then_some((merit, tried))
            });
            steps[at] *= if found.is_some() { 1.6 } else { 0.5 };
            (best, weights) = found.unwrap_or((best, weights));
        }
        println!("sweep {sweep}: {best:.4} {weights:?}");
    }
    sets.iter().for_each(|set| show(set, Some(&weights)));
}

/// Mean of BCubed and pairwise F1 over the sets, with a part of alert recall: a story never alerted is the worse error.
fn merit(sets: &[Set], weights: &Weights) -> f64 {
    let one = |set: &Set| {
        let mut stream = Stream::new(WINDOW, Vec::new());
        stream.set_weights(*weights);
        let sample = &set.documents[..set.documents.len().min(SAMPLE)];
        let found: Vec<i64> = sample.iter().map(|document| stream.push(document).0.0).collect();
        let f = figures(&set.gold[..sample.len()], &found);
        (f.bcubed + f.pairwise + 0.4 * f.alert_recall + 0.1 * f.alert_precision) / 2.5
    };
    let merits: Vec<f64> = std::thread::scope(|scope| {
        let running: Vec<_> = sets.iter().map(|set| scope.spawn(move || one(set))).collect();
        running.into_iter().map(|thread| thread.join().expect("no set makes the engine panic")).collect()
    });
    merits.iter().sum::<f64>() / sets.len() as f64
}

/// Logistic regression by Newton's method, with a ridge that keeps idle features at zero.
fn newton(samples: &[Sample]) -> Weights {
    let mut weights = [0.0f64; FEATURES];
    let ridge = 1e-4 * samples.iter().map(|sample| sample.weight).sum::<f64>();
    for _ in 0..25 {
        let mut gradient = weights.map(|weight| -ridge * weight);
        let mut hessian = [[0.0f64; FEATURES]; FEATURES];
        (0..FEATURES).for_each(|i| hessian[i][i] = ridge);
        for sample in samples {
            let x = sample.features.map(f64::from);
            let z: f64 = x.iter().zip(&weights).map(|(x, w)| x * w).sum();
            let p = 1.0 / (1.0 + (-z).exp());
            let off = (if sample.right { 1.0 } else { 0.0 } - p) * sample.weight;
            let curve = p * (1.0 - p) * sample.weight;
            for i in 0..FEATURES {
                gradient[i] += off * x[i];
                for j in 0..FEATURES {
                    hessian[i][j] += curve * x[i] * x[j];
                }
            }
        }
        let step = solve(hessian, gradient);
        (0..FEATURES).for_each(|i| weights[i] += step[i]);
    }
    weights.map(|weight| weight as f32)
}

fn solve(mut a: [[f64; FEATURES]; FEATURES], mut b: [f64; FEATURES]) -> [f64; FEATURES] {
    for i in 0..FEATURES {
        let pivot = (i..FEATURES).max_by(|x, y| a[*x][i].abs().total_cmp(&a[*y][i].abs())).unwrap_or(i);
        a.swap(i, pivot);
        b.swap(i, pivot);
        for row in i + 1..FEATURES {
            let factor = a[row][i] / a[i][i];
            let above = a[i];
            a[row].iter_mut().zip(above).skip(i).for_each(|(value, pivot)| *value -= factor * pivot);
            b[row] -= factor * b[i];
        }
    }
    for i in (0..FEATURES).rev() {
        let known: f64 = (i + 1..FEATURES).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}
