//! Counts in how many entries the commonest words stand: what the engine believes of words before it has read any.

use std::collections::{HashMap, HashSet};

use crate::sets::Set;

/// Least part of the entries in which a word counts as common.
const LEAST: f64 = 1.0 / 512.0;

/// Part of its uses behind a word in small letters from which a word that is written with a capital is a name, and how
/// often it must have been seen there.
const NAME: f64 = 0.8;
const SEEN: usize = 5;

/// Sets in which a word must stand: one that a single set is full of is that set's subject, not a common word.
const SETS: usize = 3;

/// Lines of words that stand in about one of 2, 4, 8… entries, averaged over the sets; names with a capital.
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
    let capitals = capitals(sets);
    let mut tiers: Vec<Vec<String>> = vec![Vec::new(); 10];
    for (word, rate) in rates.into_iter().filter(|(_, (rate, sets))| *rate > LEAST && *sets >= SETS) {
        let is_name =
            capitals.get(&word).is_some_and(|(capital, all)| *all >= SEEN && *capital as f64 >= NAME * *all as f64);
        tiers[(-rate.0.log2()).round() as usize].push(if is_name { capitalised(&word) } else { word });
    }
    tiers.iter_mut().for_each(|tier| tier.sort_unstable_by_key(|word| word.to_lowercase()));
    let lines = tiers.iter().enumerate().filter(|(_, tier)| !tier.is_empty());
    lines.map(|(at, tier)| format!("{at} {}\n", tier.join(" "))).collect()
}

/// How often each word stands behind one in small letters with a capital, and how often at all.
fn capitals(sets: &[&Set]) -> HashMap<String, (usize, usize)> {
    let mut found: HashMap<String, (usize, usize)> = HashMap::new();
    let all = sets.iter().flat_map(|set| &set.documents);
    for document in all.filter(|document| document.text.contains(char::is_uppercase)) {
        let words: Vec<&str> = document.text.split_whitespace().collect();
        let is_small = |word: &str| word.chars().all(char::is_lowercase);
        for pair in words.windows(2).filter(|pair| is_small(pair[0])) {
            let word = pair[1].split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let (capital, all) = found.entry(word.to_lowercase()).or_default();
            *all += 1;
            *capital += usize::from(word.starts_with(char::is_uppercase));
        }
    }
    found
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
