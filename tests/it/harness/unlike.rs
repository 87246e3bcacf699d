//! Stories that have nothing in common but one word, as many as a test wants.

use super::{Item, item};

const TOWNS: [&str; 20] = [
    "Aldermoor",
    "Brackwater",
    "Caddenby",
    "Dunmere",
    "Eastling",
    "Fernhollow",
    "Gravesby",
    "Hartlewick",
    "Ingleport",
    "Jarrowfield",
    "Kelmouth",
    "Larkstead",
    "Merrowdale",
    "Nettlecombe",
    "Oxenquay",
    "Pellbridge",
    "Quarrington",
    "Rushmoor",
    "Saltreach",
    "Thornhaven",
];

/// A word that no other story has.
fn word(seed: usize) -> String {
    let mut rest = (seed + 1) * 7_368_787;
    let syllable = |rest: &mut usize| {
        let (onset, vowel) = (*rest % 17, *rest / 17 % 5);
        *rest /= 85;
        format!("{}{}", &"bdfgklmnprstvzwhj"[onset..=onset], &"aeiou"[vowel..=vowel])
    };
    (0..4).map(|_| syllable(&mut rest)).collect()
}

/// Stories that have nothing in common but the word that is watched.
pub fn story(number: usize, minute: i64) -> Item {
    let words = |from: usize, count: usize| {
        (from..from + count).map(|index| word(number * 64 + index)).collect::<Vec<_>>().join(" ")
    };
    let title = format!("{} {} harbour", TOWNS[number % 20], words(0, 4));
    item("times", &format!("story-{number}"), &title, &format!("<p>{}.</p>", words(8, 30)), minute)
}
