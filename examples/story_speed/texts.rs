//! Made-up entries, the same in every run: words as frequent and as rare as words are; one entry in four repeats most
//! words of a recent one, so that stories form.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use storywatch::{entry::EntryId, story::Document};

/// Entries that may be repeated.
const RECENT: usize = 2_000;
/// Words of a headline.
const HEADLINE: usize = 8;

/// Makes entries one after the other, two seconds apart.
pub struct Desk {
    dice: Dice,
    recent: VecDeque<Vec<u64>>,
    words: usize,
    made: usize,
}

impl Desk {
    /// `words`: of the text; none makes entries of a headline alone.
    pub fn new(words: usize) -> Self {
        let mut desk = Self { dice: Dice(20_210_901), recent: VecDeque::new(), words, made: 0 };
        // The desk's own memory is not to be counted with what it fills.
        (0..RECENT).for_each(|_| drop(desk.next()));
        desk
    }

    pub fn next(&mut self) -> Document {
        self.made += 1;
        made_up(self.made, HEADLINE + self.words, &mut self.dice, &mut self.recent)
    }
}

/// A fixed generator: the figures must not depend on luck.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Rank of a word, by Zipf's law over 200,000 words.
    fn word(&mut self) -> u64 {
        200_000f64.powf(self.next()) as u64 + 60
    }
}

fn made_up(id: usize, length: usize, dice: &mut Dice, recent: &mut VecDeque<Vec<u64>>) -> Document {
    let mut ranks: Vec<u64> = (0..length).map(|_| dice.word()).collect();
    if let Some(old) = recent.get((dice.next() * recent.len() as f64) as usize).filter(|_| dice.next() < 0.25) {
        ranks.iter_mut().zip(old).for_each(|(new, old)| {
            if dice.next() < 0.6 {
                *new = *old
            }
        });
    }
    recent.push_front(ranks.clone());
    recent.truncate(RECENT);
    let say = |ranks: &[u64]| ranks.iter().map(|rank| format!("w{rank:x}q")).collect::<Vec<_>>().join(" ");
    let text: Vec<String> = ranks[HEADLINE..].chunks(18).map(say).collect();
    Document {
        id: EntryId(i64::try_from(id).expect("few")),
        outlet: format!("outlet{}", id % 97),
        feed: format!("feed{}", id % 997),
        title: say(&ranks[..HEADLINE]),
        text: text.join(".\n"),
        url: Some(format!("https://o{}.example/{id}", id % 97)),
        links: Vec::new(),
        seen: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(2 * i64::try_from(id).expect("few")),
        published: None,
        language: None,
    }
}
