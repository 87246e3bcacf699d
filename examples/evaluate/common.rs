//! Counts in how many entries the commonest words stand: what the engine believes of words before it has read any.

use std::collections::{HashMap, HashSet};

use crate::sets::Set;

/// Least part of the entries in which a word counts as common.
const LEAST: f64 = 1.0 / 512.0;

/// Sets in which a word must stand: one that a single set is full of is that set's subject, not a common word.
const SETS: usize = 3;

/// Lines of words that stand in about one of 2, 4, 8… entries, averaged over the sets.
pub fn common(sets: &[&Set]) -> String {
    let mut rates: HashMap<String, (f64, usize)> = HashMap::new();
    for set in sets {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for document in &set.documents {
            let all = format!("{} {}", document.title, document.text).to_lowercase();
            let words: HashSet<&str> =
                all.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() > 1).collect();
            words.into_iter().for_each(|word| *counts.entry(word.to_owned()).or_default() += 1);
        }
        let share = 1.0 / (set.documents.len() * sets.len()) as f64;
        for (word, count) in counts {
            let (rate, sets) = rates.entry(word).or_default();
            *rate += count as f64 * share;
            *sets += 1;
        }
    }
    let mut tiers: Vec<Vec<String>> = vec![Vec::new(); 10];
    for (word, rate) in rates.into_iter().filter(|(_, (rate, sets))| *rate > LEAST && *sets >= SETS) {
        tiers[(-rate.0.log2()).round() as usize].push(word);
    }
    tiers.iter_mut().for_each(|tier| tier.sort_unstable());
    let lines = tiers.iter().enumerate().filter(|(_, tier)| !tier.is_empty());
    lines.map(|(at, tier)| format!("{at} {}\n", tier.join(" "))).collect()
}
