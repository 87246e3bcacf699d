//! Labelled sets, read as `storywatch group` reads them.

use std::{collections::HashMap, error::Error};

use jiff::Timestamp;
use storywatch::{
    entry::{EntryId, from_json_line},
    story::Document,
};

/// Entries in the order of arrival, and the true story of each.
pub struct Set {
    pub name: String,
    pub documents: Vec<Document>,
    pub gold: Vec<String>,
}

/// What a feed may leave out.
#[derive(Clone, Copy, Debug)]
pub enum Variant {
    Whole,
    Headline,
    Text,
    Teaser,
    Timeless,
    /// With made-up times, where there are none.
    Timed,
    TimedHeadline,
}

impl Variant {
    pub const OTHERS: [Self; 6] =
        [Self::Headline, Self::Text, Self::Teaser, Self::Timeless, Self::Timed, Self::TimedHeadline];
}

impl Set {
    /// Reads JSON lines that have a `cluster` beside what `storywatch group` takes.
    pub fn read(file: &str) -> Result<Self, Box<dyn Error>> {
        let mut set = Self { name: name(file), documents: Vec::new(), gold: Vec::new() };
        let mut latest = Timestamp::UNIX_EPOCH;
        for line in std::fs::read_to_string(file)?.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let read = from_json_line(line)?;
            latest = read.entry.published.unwrap_or(latest).max(latest);
            set.documents.push(Document {
                id: EntryId(i64::try_from(set.documents.len())?),
                feed: read.feed.or_else(|| read.outlet.clone()).unwrap_or_default(),
                outlet: read.outlet.unwrap_or_default(),
                title: read.entry.title,
                text: read.entry.text,
                url: read.entry.canonical_url,
                links: read.entry.links,
                seen: latest,
                published: read.entry.published,
                language: read.entry.language,
            });
            set.gold.push(row["cluster"].as_str().unwrap_or_default().to_owned());
        }
        Ok(set)
    }

    /// The same stories as other feeds would carry them.
    pub fn variant(&self, variant: Variant) -> Self {
        let mut set = Self { name: self.name.clone(), documents: self.documents.clone(), gold: self.gold.clone() };
        if matches!(variant, Variant::Timed | Variant::TimedHeadline) {
            set.spread();
        }
        for document in &mut set.documents {
            match variant {
                Variant::Headline | Variant::TimedHeadline => document.text.clear(),
                Variant::Text => document.title.clear(),
                Variant::Teaser => {
                    let cut = document.text.char_indices().map(|(at, _)| at).nth(300);
                    document.text.truncate(cut.unwrap_or(document.text.len()));
                }
                Variant::Timeless => (document.seen, document.published) = (Timestamp::UNIX_EPOCH, None),
                Variant::Whole | Variant::Timed => {}
            }
        }
        set
    }

    /// Gives times to entries that have none: stories begin within ten days, and what is told again is told within
    /// hours, at times within days.
    fn spread(&mut self) {
        let mut dice = 20_140_310u64;
        let mut roll = move || {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut begins: HashMap<String, f64> = HashMap::new();
        let mut order: Vec<(i64, Document, String)> = Vec::new();
        for (mut document, gold) in self.documents.drain(..).zip(self.gold.drain(..)) {
            let begin = *begins.entry(gold.clone()).or_insert_with(|| roll() * 10.0 * 86_400.0);
            let late = -12.0 * 3_600.0 * (1.0 - roll()).ln();
            let at = (begin + late) as i64;
            document.seen = Timestamp::from_second(1_400_000_000 + at).expect("within the calendar");
            document.published = Some(document.seen);
            order.push((at, document, gold));
        }
        order.sort_by_key(|(at, document, _)| (*at, document.id));
        (self.documents, self.gold) = order.into_iter().map(|(_, document, gold)| (document, gold)).unzip();
    }

    /// Whether the variant differs from the set, and is no riddle.
    pub fn has(&self, variant: Variant) -> bool {
        let part = |holds: fn(&Document) -> bool| {
            self.documents.iter().filter(|document| holds(document)).count() * 10 > self.documents.len() * 9
        };
        match variant {
            Variant::Whole => true,
            Variant::Timed => part(|d| d.seen == Timestamp::UNIX_EPOCH),
            Variant::TimedHeadline => {
                part(|d| d.seen == Timestamp::UNIX_EPOCH && !d.title.is_empty() && !d.text.is_empty())
            }
            Variant::Headline | Variant::Text => {
                part(|d| !d.title.is_empty() && !d.text.is_empty()) && !self.name.starts_with("reposts")
            }
            Variant::Teaser => part(|d| d.text.len() > 800) && !self.name.starts_with("reposts"),
            Variant::Timeless => part(|d| d.seen > Timestamp::UNIX_EPOCH),
        }
    }
}

/// Parts into which the stories fall.
pub const PARTS: usize = 5;

/// In which part of the stories this one is.
pub fn part(gold: &str) -> usize {
    let hash = gold.bytes().fold(7u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) as usize % PARTS
}

fn name(file: &str) -> String {
    let mut parts: Vec<&str> = file.rsplit('/').take(2).collect();
    parts.reverse();
    parts.join("/").replace(".dev.jsonl", "").replace("/dev.jsonl", "").replace(".jsonl", "")
}
