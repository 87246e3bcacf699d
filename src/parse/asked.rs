//! What a publisher asks of those who poll: `ttl`, `skipHours` and `skipDays` of RSS 2.0, the syndication module of
//! RSS 1.0.
//!
//! Must not decide when to poll: what is said is handed on as it was said, without what cannot be meant.

use std::time::Duration;

use jiff::civil::Weekday;
use serde::{Serialize, Serializer};

use super::names::Tag;
use super::tree::{NodeId, Tree};
use super::{ParsedFeed, dates};

/// sy:updatePeriod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Period {
    fn from_word(word: &str) -> Option<Self> {
        let known = [Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly, Self::Yearly];
        known.into_iter().zip(["hourly", "daily", "weekly", "monthly", "yearly"]).find_map(|(period, name)| {
            // `hour` and `Daily` are seen too.
            word.to_ascii_lowercase().starts_with(name.trim_end_matches("ly")).then_some(period)
        })
    }

    fn hours(self) -> u64 {
        match self {
            Self::Hourly => 1,
            Self::Daily => 24,
            Self::Weekly => 7 * 24,
            Self::Monthly => 30 * 24,
            Self::Yearly => 365 * 24,
        }
    }
}

impl ParsedFeed {
    /// How often the feed says that it changes (sy:updatePeriod over sy:updateFrequency; RSS 1.0 syndication module:
    /// daily and once are meant where only the other is said).
    pub fn update_interval(&self) -> Option<Duration> {
        let said = self.update_period.is_some() || self.update_frequency.is_some();
        let period = self.update_period.unwrap_or(Period::Daily);
        let seconds = period.hours() * 3_600 / u64::from(self.update_frequency.unwrap_or(1));
        said.then(|| Duration::from_secs(seconds))
    }
}

/// Puts down what the channel asks.
pub(super) fn read(tree: &Tree<'_>, channel: NodeId, feed: &mut ParsedFeed) {
    for child in tree.children(channel) {
        match tree.node(child).tag {
            Tag::SkipHours => {
                let hours = texts(tree, child, Tag::Hour).filter_map(|hour| hour.parse().ok());
                // RSS 0.91 counted from 1 to 24.
                feed.skip_hours.extend(hours.filter(|hour: &u8| *hour <= 24).map(|hour| hour % 24));
            }
            Tag::SkipDays => feed.skip_days.extend(texts(tree, child, Tag::Day).filter_map(weekday)),
            _ => {}
        }
    }
    feed.skip_hours.sort_unstable();
    feed.skip_hours.dedup();
    feed.skip_days.sort_unstable_by_key(|day| day.to_monday_zero_offset());
    feed.skip_days.dedup();
    let said = |tag| texts(tree, channel, tag).next();
    feed.ttl = said(Tag::Ttl).and_then(|ttl| ttl.parse().ok());
    feed.update_period = said(Tag::UpdatePeriod).and_then(Period::from_word);
    feed.update_frequency = said(Tag::UpdateFrequency).and_then(|often| often.parse().ok()).filter(|often| *often > 0);
    feed.update_base = said(Tag::UpdateBase).and_then(dates::parse);
}

fn texts<'t>(tree: &'t Tree<'_>, around: NodeId, tag: Tag) -> impl Iterator<Item = &'t str> {
    tree.children(around).filter(move |child| tree.node(*child).tag == tag).filter_map(|child| tree.value(child))
}

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn weekday(name: &str) -> Option<Weekday> {
    DAYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, day)| *day)
}

/// Days by their names.
pub(super) fn serialize_days<S: Serializer>(days: &[Weekday], serializer: S) -> Result<S::Ok, S::Error> {
    serializer
        .collect_seq(days.iter().filter_map(|day| DAYS.iter().find(|(_, known)| known == day)).map(|(name, _)| name))
}
