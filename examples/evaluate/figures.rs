//! BCubed, pairwise F1, adjusted Rand index, and what a reader feels: alerts missing and alerts doubled.

use std::collections::{HashMap, HashSet};

/// The figures of a grouping.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    pub bcubed: f64,
    pub precision: f64,
    pub recall: f64,
    pub pairwise: f64,
    pub ari: f64,
    pub alert_recall: f64,
    pub alert_precision: f64,
}

/// Compares the stories `found` with the true ones; all in the order of arrival. `founded` are the stories before any
/// were merged: an alert that was sent for one of them stays sent.
pub fn figures(gold: &[String], found: &[i64], founded: &[i64]) -> Figures {
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
    let alerted: HashSet<&String> =
        gold.iter().zip(founded).filter(|(_, f)| seen.insert(**f)).map(|(g, _)| g).collect();
    Figures {
        bcubed: harmonic(precision, recall),
        precision,
        recall,
        pairwise: harmonic(if p > 0.0 { same / p } else { 1.0 }, if g > 0.0 { same / g } else { 1.0 }),
        ari: (same - expected) / ((g + p) / 2.0 - expected),
        alert_recall: alerted.len() as f64 / by_gold.len() as f64,
        alert_precision: alerted.len() as f64 / seen.len() as f64,
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
