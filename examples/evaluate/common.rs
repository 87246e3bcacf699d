//! Counts in how many entries the commonest words stand: what the engine believes of words before it has read any.

use std::collections::{HashMap, HashSet};

use crate::sets::Set;

/// Least part of the entries in which a word counts as common.
const LEAST: f64 = 1.0 / 512.0;

/// Lines of words that stand in about one of 2, 4, 8… entries, averaged over the sets.
pub fn common(sets: &[&Set]) -> String {
    let mut rates: HashMap<String, f64> = HashMap::new();
    for set in sets {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for document in &set.documents {
            let all = format!("{} {}", document.title, document.text).to_lowercase();
            let words: HashSet<&str> =
                all.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() > 1).collect();
            words.into_iter().for_each(|word| *counts.entry(word.to_owned()).or_default() += 1);
        }
        let share = 1.0 / (set.documents.len() * sets.len()) as f64;
        counts.into_iter().for_each(|(word, count)| *rates.entry(word).or_default() += count as f64 * share);
    }
    let mut tiers: Vec<Vec<String>> = vec![Vec::new(); 10];
    for (word, rate) in rates.into_iter().filter(|(_, rate)| *rate > LEAST) {
        tiers[(-rate.log2()).round() as usize].push(word);
    }
    tiers.iter_mut().for_each(|tier| tier.sort_unstable());
    let lines = tiers.iter().enumerate().filter(|(_, tier)| !tier.is_empty());
    lines.map(|(at, tier)| format!("{at} {}\n", tier.join(" "))).collect()
}
