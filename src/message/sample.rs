//! Alerts that are made up: the one that `send-test` sends, which says so, and those by which templates are tried out
//! and shown. Rendered the way of every other.

use jiff::{Timestamp, tz::TimeZone};

use super::{Alert, Happened, Links, MatchedWatch, Ways};
use crate::{
    alert::{ChannelId, Event, Priority, RecipientId},
    entry::EntryId,
    story::{Citation, Member, Relation, StoryId, Timeline},
    watch::Hit,
};

const TITLE: &str = "This is a test: Storywatch can reach you";
const TEXT: &str = "Nothing has happened. This is a test, asked for by hand, to see whether this channel works.";
const FOUND: &str = "test";

/// A clearly marked test alert for `channel`. Each second has an identity of its own, so that a second test is not taken
/// for a repeat of the first.
pub fn test_alert(
    recipient: RecipientId,
    channel: ChannelId,
    timezone: TimeZone,
    instance: &str,
    queued: Timestamp,
) -> Alert {
    Alert {
        recipient,
        channel,
        event: Event::New,
        seq: 0,
        watches: vec![watch()],
        story: Timeline {
            story: StoryId(queued.as_second()),
            headline: TITLE.to_owned(),
            first_seen: queued,
            members: vec![member(queued)],
        },
        queued,
        timezone,
        instance: format!("{instance} test"),
        thread: Vec::new(),
        headline: TITLE.to_owned(),
        confirm_at: 2,
        happened: Happened::default(),
        links: Links::default(),
        is_text_only: false,
    }
}

/// A first alert and its follow-up, with something in every place that a message has.
pub fn samples() -> [Alert; 2] {
    let queued = Timestamp::from_second(1_795_000_000).expect("within range");
    let minutes = |minutes: i64| queued - jiff::SignedDuration::from_mins(minutes);
    let piece = |entry: i64, outlet: &str, name: &str, title: &str, before: i64| Member {
        entry: EntryId(entry),
        url: Some(format!("https://www.{outlet}.example/news/sea-lock?from=feed&id={entry}")),
        outlet: outlet.to_owned(),
        outlet_name: name.to_owned(),
        title: title.to_owned(),
        published: Some(minutes(before + 4)),
        ..member(minutes(before))
    };
    let first = piece(1, "gazette", "The Nordhaven Gazette", SAMPLE_TITLE, 42);
    let mut own = piece(2, "courier", "Island Courier", "No ferry to the islands this week", 31);
    own.relation = Relation::Independent;
    let mut citing = piece(3, "coast", "Coast Radio", "Sea lock shut, paper says", 20);
    citing.relation = Relation::Cites;
    citing.of = Some("gazette".to_owned());
    citing.cites = vec![Citation {
        outlet: "gazette".to_owned(),
        sentence: "The lock was closed on Monday, The Nordhaven Gazette reported.".to_owned(),
    }];
    let mut copy = piece(4, "mirror", "Mirror Net", SAMPLE_TITLE, 12);
    copy.relation = Relation::Copy;
    copy.of = Some("gazette".to_owned());
    let alert = Alert {
        recipient: RecipientId("desk".to_owned()),
        channel: ChannelId("mail:desk@example.org".to_owned()),
        event: Event::New,
        seq: 0,
        watches: vec![sample_watch()],
        story: Timeline {
            story: StoryId(4711),
            headline: SAMPLE_TITLE.to_owned(),
            first_seen: minutes(42),
            members: vec![first.clone()],
        },
        queued: minutes(40),
        timezone: TimeZone::UTC,
        instance: "sample".to_owned(),
        thread: Vec::new(),
        headline: SAMPLE_TITLE.to_owned(),
        confirm_at: 2,
        happened: Happened::default(),
        links: Links {
            story: Some("https://alerts.example.org/mute/sample-of-a-story".to_owned()),
            watch: Ways {
                link: Some("https://alerts.example.org/mute/sample-of-a-watch".to_owned()),
                mail: Some("mailto:requests@example.org?subject=mute%20sample".to_owned()),
            },
        },
        is_text_only: false,
    };
    let mut confirmed = alert.clone();
    confirmed.event = Event::Confirmed;
    confirmed.seq = 1;
    confirmed.queued = queued;
    confirmed.story.members = vec![first, own, citing, copy];
    confirmed.thread = vec!["S3N7.0.sample@example.org".to_owned()];
    [alert, confirmed]
}

fn sample_watch() -> MatchedWatch {
    MatchedWatch {
        name: "sea-locks".to_owned(),
        note: Some("For the shipping desk.".to_owned()),
        priority: Priority::High,
        follow_up: vec![Event::Confirmed],
        evidence: vec![
            sample_hit("title", SAMPLE_TITLE, "lock"),
            sample_hit("text", SAMPLE_TEXT, "cracks"),
            sample_hit("text", SAMPLE_TEXT, "ferries"),
        ],
        title: SAMPLE_TITLE.to_owned(),
        text: SAMPLE_TEXT.to_owned(),
    }
}

pub(super) const SAMPLE_TITLE: &str = "Harbour authority closes sea lock after divers find cracks in the gate";
pub(super) const SAMPLE_TEXT: &str = "The harbour authority closed its sea lock on Monday evening. Divers had found cracks in the \
    lower gate, two people who saw their report said.\nThe lock will stay shut for a week, and all ferries to the \
    islands were cancelled. “Safety & patience first,” the harbour master wrote <on a notice at the quay>.";

pub(super) fn sample_hit(field: &str, within: &str, word: &str) -> Hit {
    let start = within.find(word).expect("the word stands in the sample");
    Hit { field: field.to_owned(), start, end: start + word.len(), text: word.to_owned(), clause: word.to_owned() }
}

fn watch() -> MatchedWatch {
    MatchedWatch {
        name: "test".to_owned(),
        note: Some("no watch at all; asked for with `storywatch send-test`.".to_owned()),
        priority: Priority::Normal,
        follow_up: Vec::new(),
        evidence: vec![hit("title", TITLE), hit("text", TEXT)],
        title: TITLE.to_owned(),
        text: TEXT.to_owned(),
    }
}

fn hit(field: &str, within: &str) -> Hit {
    let start = within.find(FOUND).expect("the word stands in both texts");
    Hit { field: field.to_owned(), start, end: start + FOUND.len(), text: FOUND.to_owned(), clause: FOUND.to_owned() }
}

fn member(seen: Timestamp) -> Member {
    Member {
        entry: EntryId(0),
        url: None,
        outlet: "storywatch-test".to_owned(),
        outlet_name: "Storywatch (test)".to_owned(),
        title: TITLE.to_owned(),
        seen,
        published: None,
        relation: Relation::First,
        of: None,
        evidence: None,
        earlier_titles: Vec::new(),
        baseline: false,
        corrects: None,
        cites: Vec::new(),
    }
}
