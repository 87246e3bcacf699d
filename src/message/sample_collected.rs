//! Made-up follow-ups, digests and notices, by which templates and checkers are tried out.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    Alert, Bulletin, BulletinKind, Coverage, Digest, DigestStory, MatchedWatch, Ways,
    sample::{SAMPLE_TEXT, SAMPLE_TITLE, sample_hit, samples},
};
use crate::{
    alert::{ChannelId, Event, HeadlineChange, Kind, Priority, RecipientId, Route},
    story::{StoryId, headline},
};

const EARLIER_TITLE: &str = "Harbour authority closes sea lock after divers find a crack in the gate";

/// A follow-up for this event.
pub fn sample_follow_up(event: Event) -> Alert {
    let [first, mut alert] = samples();
    alert.event = event;
    let happened = &mut alert.happened;
    happened.events = vec![event];
    happened.remarks = vec!["3 of 8 immediate alerts used today.".to_owned()];
    match event {
        Event::Correction => happened.corrections.push((
            "The Nordhaven Gazette".to_owned(),
            "An earlier version of this article misstated the day. The lock was closed on Monday.".to_owned(),
        )),
        Event::HeadlineChanged => happened.changes.push(HeadlineChange {
            outlet: "gazette".to_owned(),
            outlet_name: "The Nordhaven Gazette".to_owned(),
            difference: headline::difference(EARLIER_TITLE, SAMPLE_TITLE),
        }),
        Event::Escalated => alert.watches.push(MatchedWatch {
            name: "island-ferries".to_owned(),
            note: None,
            priority: Priority::Critical,
            ..first.watches[0].clone()
        }),
        Event::Resurfaced => {
            if let Some(last) = alert.story.members.get_mut(1) {
                last.seen = alert.queued;
                last.published = None;
            }
            alert.story.members.truncate(2);
            for member in &mut alert.story.members[..1] {
                member.seen -= SignedDuration::from_hours(26);
                member.published = Some(member.seen);
            }
            alert.story.first_seen = alert.story.members[0].seen;
        }
        Event::New | Event::Confirmed => {}
    }
    alert
}

/// A digest of this kind.
pub fn sample_digest(kind: Kind) -> Digest {
    let [_, alert] = samples();
    let until = alert.queued;
    let hours = |hours: i64| until - SignedDuration::from_hours(hours);
    let route = match kind {
        Kind::Digest => Route::Budget,
        Kind::Quiet => Route::Quiet,
        Kind::CatchUp => Route::CatchUp,
        Kind::Flood => Route::Flood,
    };
    let lock = story(1, SAMPLE_TITLE, "The Nordhaven Gazette", hours(3));
    let ferry = DigestStory {
        outlets: 2,
        watch: "island-ferries".to_owned(),
        events: vec![Event::Confirmed, Event::HeadlineChanged],
        priority: Priority::High,
        ..story(2, "No ferry to the islands this week", "Island Courier", hours(2))
    };
    let wall = DigestStory {
        route: None,
        outlets: 2,
        ..story(3, "Quay wall at Nordhaven to be looked at, too", "Coast Radio", hours(1))
    };
    let wall = if kind == Kind::Digest { wall } else { DigestStory { route: Some(route), ..wall } };
    let stories = [lock, ferry].map(|story| DigestStory { route: Some(route), ..story });
    let moved = if kind == Kind::Digest { 2 } else { 5 };
    let mut digest = Digest {
        recipient: RecipientId("desk".to_owned()),
        channel: ChannelId("mail:desk@example.org".to_owned()),
        number: 7,
        kind,
        since: hours(12),
        until,
        timezone: TimeZone::UTC,
        is_text_only: false,
        instance: "sample".to_owned(),
        stories: stories.into_iter().chain([wall]).collect(),
        total: 5,
        routes: vec![(route, moved)],
        developing: vec![DigestStory {
            events: Vec::new(),
            ..story(4, "Minister visits the sea lock", "Mirror Net", hours(30))
        }],
        coverage: sample_coverage("https://www.mirror.example/feed", hours(40)),
        silences: Vec::new(),
        next: Some(until + SignedDuration::from_hours(12)),
        ways: alert.links.watch,
    };
    if kind == Kind::CatchUp {
        digest.coverage.downtime = Some((hours(11), hours(2)));
    }
    digest
}

/// One feed has failed since then.
pub(super) fn sample_coverage(failing: &str, since: Timestamp) -> Coverage {
    Coverage {
        entries: 1204,
        healthy: 97,
        failing: 2,
        silent: 1,
        retired: 0,
        worst: Some((failing.to_owned(), Some(since))),
        downtime: None,
    }
}

fn story(number: i64, headline: &str, outlet: &str, first_seen: Timestamp) -> DigestStory {
    DigestStory {
        story: StoryId(4711 + number),
        headline: headline.to_owned(),
        url: Some(format!("https://www.example.org/news/{number}?from=feed")),
        outlet: outlet.to_owned(),
        outlets: 4,
        independent: 2,
        first_seen,
        watch: "sea-locks".to_owned(),
        priority: Priority::Normal,
        events: vec![Event::New],
        route: None,
        evidence: vec![sample_hit("text", SAMPLE_TEXT, "ferries")],
        text: SAMPLE_TEXT.to_owned(),
    }
}

/// A message to the operator about several troubles.
pub fn sample_notice() -> Bulletin {
    let [_, alert] = samples();
    let minutes = |minutes: i64| Some(alert.queued - SignedDuration::from_mins(minutes));
    let lines = [
        (130, "https://www.mirror.example/feed cannot be read: it has answered 404 since the morning"),
        (12, "hook:newsroom takes no messages: connection refused"),
        (3, "mail:desk@example.org takes messages again"),
    ];
    Bulletin {
        recipient: RecipientId("operator".to_owned()),
        channel: ChannelId("mail:operator@example.org".to_owned()),
        number: 8,
        kind: BulletinKind::Notice,
        title: "2 notices, 1 trouble is over".to_owned(),
        lines: lines.map(|(before, text)| (minutes(before), text.to_owned())).into(),
        queued: alert.queued,
        timezone: TimeZone::UTC,
        is_text_only: false,
        instance: "sample".to_owned(),
        ways: Ways::default(),
    }
}
