//! The alert that `send-test` sends: made up, saying so, and rendered the way of every other.

use jiff::{Timestamp, tz::TimeZone};

use super::{Alert, Happened, MatchedWatch};
use crate::{
    alert::{ChannelId, Event, Priority, RecipientId},
    entry::EntryId,
    story::{Member, Relation, StoryId, Timeline},
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
        is_text_only: false,
    }
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
