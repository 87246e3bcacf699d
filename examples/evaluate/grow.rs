//! Grows the forest that decides whether an entry joins a story: gradient boosting over histograms (Friedman 2001), with
//! features held to the direction in which they may speak, so that the forest stays sensible where it has seen nothing.

use std::{collections::HashMap, sync::Arc};

use storywatch::story::{Candidate, FEATURES, Forest, Index, NAMED, Node, StoryId, Verdict, features, walk};

use crate::{
    WINDOW,
    sets::{Set, Variant},
};

/// Forests grown of other samples and features each, and averaged: what one happens to see moves whole stories.
const FORESTS: usize = 2;
const TREES: usize = 80;
const DEPTH: usize = 4;
/// Part of its best value that a tree adds.
const RATE: f64 = 0.11;
/// Least weight in a leaf and the ridge on its value, in parts of all.
const LEAST: f64 = 0.003;
const RIDGE: f64 = 0.0005;
/// A false join weighs so much more than a missed one.
const FALSE_JOIN: f64 = 2.0;
/// Entries of a set that are looked at, and samples kept of them.
const ENTRIES: usize = 5_000;
const SAMPLES: usize = 5_000;
const BINS: usize = 48;

/// One candidate story of one document: what was seen, and which part of the story is the document's.
struct Sample {
    x: [f32; FEATURES],
    y: f64,
    weight: f64,
}

/// The stories whose entries are looked at, while all are in the window.
type Chosen<'a> = &'a dyn Fn(&str) -> bool;

/// Grows a forest from the stories `of`, without the features named. First under the true stories, then again under those that the
/// forest itself makes: an engine that has to live with its errors must have seen them.
pub fn grow(sets: &[&Set], without: &[&str], of: Chosen<'_>) -> Forest {
    let mut all: Vec<(Set, f64)> = Vec::new();
    for set in sets {
        let worth = |variant| if matches!(variant, Variant::Timed) { 0.5 } else { 0.15 };
        all.push((set.variant(Variant::Whole), 1.0));
        let variants = Variant::OTHERS.into_iter().filter(|variant| set.has(*variant));
        all.extend(variants.map(|variant| (set.variant(variant), worth(variant))));
    }
    let mut samples: Vec<Sample> = all.iter().flat_map(|(set, worth)| collect(set, *worth, None, of)).collect();
    let forest = Arc::new(boost(&samples, without));
    samples.extend(all.iter().flat_map(|(set, worth)| collect(set, *worth, Some(&forest), of)));
    boost(&samples, without)
}

/// What the engine sees of every document while those before it stand in their true stories, or in those of `forest`.
fn collect(set: &Set, worth: f64, forest: Option<&Arc<Forest>>, of: Chosen<'_>) -> Vec<Sample> {
    let mut index = Index::new(WINDOW, Vec::new());
    if let Some(forest) = forest {
        index.set_forest(Arc::clone(forest));
    }
    let mut known: HashMap<&str, StoryId> = HashMap::new();
    let mut parts: HashMap<StoryId, HashMap<&str, f64>> = HashMap::new();
    let mut next = 0;
    let mut samples = Vec::new();
    for (document, gold) in set.documents.iter().zip(&set.gold).take(ENTRIES) {
        index.expire(document.seen);
        let prepared = index.prepare(document);
        for found in index.candidates(&prepared).into_iter().filter(|_| of(gold)) {
            samples.push(Sample { x: features(&found.signals), y: part_of(&parts, &found, gold), weight: 1.0 });
        }
        let joins = forest.map(|_| index.group(&prepared).verdict);
        let fresh = StoryId(next);
        let story = match joins {
            Some(Verdict::Joins(story)) => story,
            Some(Verdict::Founds) => fresh,
            None => *known.entry(gold).or_insert(fresh),
        };
        next += i64::from(story == fresh);
        *parts.entry(story).or_default().entry(gold).or_default() += 1.0;
        index.insert(prepared, story);
    }
    thin(&mut samples);
    let share = worth * (set.documents.len() as f64).powf(0.25) / samples.len().max(1) as f64;
    samples.iter_mut().for_each(|sample| sample.weight = share * (FALSE_JOIN + (1.0 - FALSE_JOIN) * sample.y));
    samples
}

/// Keeps a few thousand, spread evenly.
fn thin(samples: &mut Vec<Sample>) {
    let all = samples.len();
    let mut at = 0;
    samples.retain(|_| {
        at += 1;
        at * SAMPLES / all.max(SAMPLES) > (at - 1) * SAMPLES / all.max(SAMPLES)
    });
}

fn part_of(parts: &HashMap<StoryId, HashMap<&str, f64>>, found: &Candidate, gold: &str) -> f64 {
    let members = &parts[&found.story];
    members.get(gold).copied().unwrap_or(0.0) / members.values().sum::<f64>()
}

/// Gradient boosting by Newton steps; every tree sees part of the samples and asks part of the features.
fn boost(samples: &[Sample], without: &[&str]) -> Forest {
    let total: f64 = samples.iter().map(|sample| sample.weight).sum();
    let edges: Vec<Vec<f32>> = (0..FEATURES).map(|at| edges(samples, at)).collect();
    let bins: Vec<Vec<u8>> = (0..FEATURES)
        .map(|at| samples.iter().map(|s| edges[at].partition_point(|edge| *edge < s.x[at]) as u8).collect())
        .collect();
    let mean = samples.iter().map(|s| s.y * s.weight).sum::<f64>() / total;
    let base = (mean / (1.0 - mean)).ln();
    let mut sums = vec![base; samples.len()];
    let mut forest = Forest { base: base as f32, trees: Vec::new() };
    for number in 0..FORESTS * TREES {
        if number % TREES == 0 {
            sums.fill(base);
        }
        let slopes: Vec<(f64, f64)> = samples.iter().zip(&sums).map(|(sample, sum)| slope(sample, *sum)).collect();
        let rows: Vec<u32> = (0..samples.len()).filter(|row| is_asked(*row, number)).map(|row| row as u32).collect();
        let asked = (0..FEATURES).filter(|at| !without.contains(&NAMED[*at].0) && is_asked(*at + 7, number)).collect();
        let mut growing = Growing { total, edges: &edges, bins: &bins, slopes: &slopes, asked, tree: Vec::new() };
        growing.branch(rows, 0, (-4.0, 4.0));
        let mut tree = growing.tree;
        sums.iter_mut().zip(samples).for_each(|(sum, sample)| *sum += f64::from(walk(&tree, &sample.x)));
        tree.iter_mut().for_each(|node| {
            if let Node::Leaf(value) = node {
                *value /= FORESTS as f32;
            }
        });
        forest.trees.push(tree);
    }
    forest
}

/// Six in ten samples and features, others for every tree.
fn is_asked(what: usize, tree: usize) -> bool {
    let mut hash =
        (what as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (tree as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    hash = (hash ^ hash >> 32).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (hash ^ hash >> 29) % 10 < 6
}

/// First and second derivative of the likelihood of one sample.
fn slope(sample: &Sample, sum: f64) -> (f64, f64) {
    let p = 1.0 / (1.0 + (-sum).exp());
    ((sample.y - p) * sample.weight, (p * (1.0 - p)).max(1e-3) * sample.weight)
}

fn edges(samples: &[Sample], at: usize) -> Vec<f32> {
    let mut values: Vec<f32> = samples.iter().map(|sample| sample.x[at]).collect();
    values.sort_unstable_by(f32::total_cmp);
    let mut edges: Vec<f32> = (1..BINS).map(|part| values[part * (values.len() - 1) / BINS]).collect();
    edges.dedup();
    edges
}

struct Growing<'a> {
    /// Weight of all samples.
    total: f64,
    edges: &'a [Vec<f32>],
    bins: &'a [Vec<u8>],
    slopes: &'a [(f64, f64)],
    asked: Vec<usize>,
    tree: Vec<Node>,
}

struct Split {
    gain: f64,
    feature: usize,
    bin: usize,
    left: f64,
    right: f64,
}

impl Growing<'_> {
    fn branch(&mut self, rows: Vec<u32>, depth: usize, bounds: (f64, f64)) {
        let at = self.tree.len();
        let split = (depth < DEPTH).then(|| self.best_split(&rows, bounds)).flatten();
        let Some(split) = split else {
            let (g, h) = self.sum(&rows);
            let value = self.value(g, h, bounds) * RATE;
            self.tree.push(Node::Leaf(value as f32));
            return;
        };
        let bins = &self.bins[split.feature];
        let (left, right): (Vec<u32>, Vec<u32>) =
            rows.into_iter().partition(|row| usize::from(bins[*row as usize]) <= split.bin);
        let middle = f64::midpoint(split.left, split.right);
        let (low, high) = match NAMED[split.feature].1 {
            1 => ((bounds.0, middle), (middle, bounds.1)),
            -1 => ((middle, bounds.1), (bounds.0, middle)),
            _ => (bounds, bounds),
        };
        let threshold = self.edges[split.feature][split.bin];
        self.tree.push(Node::Split { feature: split.feature, threshold, right: 0 });
        self.branch(left, depth + 1, low);
        let next = self.tree.len();
        if let Node::Split { right, .. } = &mut self.tree[at] {
            *right = next;
        }
        self.branch(right, depth + 1, high);
    }

    fn sum(&self, rows: &[u32]) -> (f64, f64) {
        rows.iter().map(|row| self.slopes[*row as usize]).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
    }

    fn value(&self, g: f64, h: f64, bounds: (f64, f64)) -> f64 {
        (g / (h + RIDGE * self.total)).clamp(bounds.0, bounds.1)
    }

    fn best_split(&self, rows: &[u32], bounds: (f64, f64)) -> Option<Split> {
        let (g, h) = self.sum(rows);
        let worth = |g: f64, h: f64, value: f64| g * value - 0.5 * (h + RIDGE * self.total) * value * value;
        let whole = worth(g, h, self.value(g, h, bounds));
        let mut best: Option<Split> = None;
        for &feature in &self.asked {
            let mut sums = [(0.0, 0.0); BINS];
            let bins = &self.bins[feature];
            for row in rows {
                let (g, h) = self.slopes[*row as usize];
                let sum = &mut sums[usize::from(bins[*row as usize])];
                *sum = (sum.0 + g, sum.1 + h);
            }
            let mut low = (0.0, 0.0);
            for (bin, sum) in sums.iter().enumerate().take(self.edges[feature].len()) {
                low = (low.0 + sum.0, low.1 + sum.1);
                let high = (g - low.0, h - low.1);
                if low.1 < LEAST * self.total || high.1 < LEAST * self.total {
                    continue;
                }
                let (left, right) = (self.value(low.0, low.1, bounds), self.value(high.0, high.1, bounds));
                if (right - left) * f64::from(NAMED[feature].1) < 0.0 {
                    continue;
                }
                let gain = worth(low.0, low.1, left) + worth(high.0, high.1, right) - whole;
                if gain > best.as_ref().map_or(1e-9, |best| best.gain) {
                    best = Some(Split { gain, feature, bin, left, right });
                }
            }
        }
        best
    }
}
