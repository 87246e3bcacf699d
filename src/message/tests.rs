//! Whole mails and webhooks: as they look, and that no text of a feed can make them anything else.

use jiff::{Timestamp, tz::TimeZone};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

use super::{Alert, Happened, Links, MatchedWatch, Sender, mail, test_alert, webhook};
use crate::{
    alert::{ChannelId, Event, Priority, RecipientId},
    entry::EntryId,
    story::{Citation, Member, Relation, StoryId, Timeline},
    watch::Hit,
};

const HEADLINE: &str = "Harbour authority closes Nordhaven lock after divers find cracks in the gate";
const TEXT: &str = "The harbour authority of Nordhaven closed its sea lock on Monday evening. Divers had found \
    cracks in the lower gate, two people who saw their report said.\nThe lock will stay shut for a week, \
    the authority said; ferries to the islands were cancelled.";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn member(outlet: &str, name: &str, seen: &str, relation: Relation) -> Member {
    Member {
        entry: EntryId(1),
        url: Some(format!("https://www.{outlet}.example/news/2026/lock?id=7&from=feed")),
        outlet: outlet.to_owned(),
        outlet_name: name.to_owned(),
        title: HEADLINE.to_owned(),
        seen: time(seen),
        published: None,
        relation,
        of: None,
        evidence: None,
        earlier_titles: Vec::new(),
        baseline: false,
        corrects: None,
        cites: Vec::new(),
    }
}

fn hit(field: &str, within: &str, word: &str, clause: &str) -> Hit {
    let start = within.find(word).expect("the word is there");
    Hit { field: field.to_owned(), start, end: start + word.len(), text: word.to_owned(), clause: clause.to_owned() }
}

fn watch(name: &str, priority: Priority, evidence: Vec<Hit>) -> MatchedWatch {
    MatchedWatch {
        name: name.to_owned(),
        note: None,
        priority,
        follow_up: vec![Event::Confirmed],
        evidence,
        title: HEADLINE.to_owned(),
        text: TEXT.to_owned(),
    }
}

fn first_alert() -> Alert {
    let mut first = member("gazette", "The Nordhaven Gazette", "2026-11-23T18:02:00Z", Relation::First);
    first.published = Some(time("2026-11-23T17:58:00Z"));
    let mut locks = watch(
        "sea-locks",
        Priority::High,
        vec![
            hit("title", HEADLINE, "lock", "lock"),
            hit("text", TEXT, "cracks", "crack*"),
            hit("text", TEXT, "gate", "gate"),
            hit("text", TEXT, "ferries", "ferr*"),
        ],
    );
    locks.note = Some("for the shipping desk; ends in March".to_owned());
    Alert {
        recipient: RecipientId("desk".to_owned()),
        channel: ChannelId("mail:desk@example.net".to_owned()),
        event: Event::New,
        seq: 0,
        watches: vec![
            locks,
            watch("Nordhaven Häfen", Priority::Normal, vec![hit("text", TEXT, "Nordhaven", "Nordhaven")]),
        ],
        story: Timeline {
            story: StoryId(84_213_106),
            headline: HEADLINE.to_owned(),
            first_seen: first.seen,
            members: vec![first],
        },
        queued: time("2026-11-23T18:04:00Z"),
        timezone: TimeZone::get("America/New_York").expect("in the bundled database"),
        instance: "2f1c".to_owned(),
        thread: Vec::new(),
        headline: HEADLINE.to_owned(),
        confirm_at: 2,
        happened: Happened::default(),
        links: Links::default(),
        is_text_only: false,
    }
}

fn follow_up() -> Alert {
    let mut alert = first_alert();
    let cites = |outlet: &str, sentence: &str| Citation { outlet: outlet.to_owned(), sentence: sentence.to_owned() };
    let mut post = member("kuestenpost", "Küstenpost", "2026-11-23T19:10:00Z", Relation::Independent);
    post.url = Some("https://kuestenpost.example/schleuse".to_owned());
    let mut wire = member("islandradio", "Island Radio", "2026-11-23T20:15:00Z", Relation::Cites);
    wire.of = Some("gazette".to_owned());
    wire.cites = vec![cites("gazette", "The Nordhaven Gazette first reported the closure, citing two people.")];
    let members = &mut alert.story.members;
    members.extend([post, wire]);
    for (number, relation) in
        [Relation::Copy, Relation::Copy, Relation::Wire, Relation::SameOutlet].into_iter().enumerate()
    {
        let outlet = if relation == Relation::SameOutlet { "gazette".to_owned() } else { format!("blog{number}") };
        members.push(member(&outlet, "A blog", "2026-11-24T06:00:00Z", relation));
    }
    alert.event = Event::Confirmed;
    alert.seq = 1;
    alert.queued = time("2026-11-23T19:12:00Z");
    alert.thread = vec![mail(&first_alert(), &sender(), "desk@example.net").expect("valid").id];
    alert
}

fn sender() -> Sender {
    Sender::new("Storywatch", "alerts@example.org").expect("a valid address")
}

fn raw(alert: &Alert) -> String {
    String::from_utf8(mail(alert, &sender(), "desk@example.net").expect("valid").bytes).expect("ASCII")
}

fn text_part(raw: &str) -> String {
    let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a mail");
    parsed.body_text(0).expect("a text part").replace("\r\n", "\n")
}

fn html_part(raw: &str) -> String {
    let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a mail");
    parsed.body_html(0).expect("an HTML part").into_owned()
}

#[test]
fn the_first_mail() {
    let raw = raw(&first_alert());
    insta::assert_snapshot!("first_mail", raw.replace("\r\n", "\n"));
    insta::assert_snapshot!("first_text", text_part(&raw));
}

#[test]
fn the_mail_that_tells_of_the_confirmation() {
    let raw = raw(&follow_up());
    insta::assert_snapshot!("confirmed_mail", raw.replace("\r\n", "\n"));
    insta::assert_snapshot!("confirmed_text", text_part(&raw));
    insta::assert_snapshot!("confirmed_html", html_part(&raw).replace("\r\n", "\n"));
}

#[test]
fn another_form_of_a_word_is_named_as_such() {
    let evidence = vec![hit("title", HEADLINE, "lock", "locks (inflected)")];
    let alert = Alert { watches: vec![watch("sea-locks", Priority::Normal, evidence)], ..first_alert() };
    let raw = raw(&alert);
    for part in [text_part(&raw), html_part(&raw)] {
        assert!(part.contains("locks (inflected) in the title"), "{part}");
    }
}

#[test]
fn the_webhooks() {
    let show = |alert: &Alert| {
        let message = webhook(alert);
        let value: serde_json::Value = serde_json::from_slice(&message.bytes).expect("JSON");
        format!("{}\n{}", message.id, serde_json::to_string_pretty(&value).expect("JSON"))
    };
    insta::assert_snapshot!("webhook_new", show(&first_alert()));
    insta::assert_snapshot!("webhook_confirmed", show(&follow_up()));
}

#[test]
fn a_test_says_that_it_is_one() {
    let now = time("2026-11-23T18:04:00Z");
    let alert = test_alert(
        RecipientId("desk".to_owned()),
        ChannelId("mail:desk@example.net".to_owned()),
        TimeZone::UTC,
        "2f1c",
        now,
    );
    let raw = raw(&alert);
    assert!(raw.contains("Subject: [test] This is a test: Storywatch can reach you\r\n"), "{raw}");
    insta::assert_snapshot!("test_text", text_part(&raw));
}

#[test]
fn a_thread_hangs_together() {
    let first = mail(&first_alert(), &sender(), "desk@example.net").expect("valid");
    let raw = raw(&follow_up());
    let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a mail");
    assert_eq!(parsed.in_reply_to().as_text(), Some(first.id.as_str()));
    assert_eq!(parsed.references().as_text(), Some(first.id.as_str()));
    let again = MessageParser::default();
    let root = again.parse(&first.bytes).expect("a mail");
    assert_eq!(parsed.subject(), Some(format!("Re: {}", root.subject().expect("a subject")).as_str()));
    assert_ne!(parsed.message_id(), root.message_id());
}

#[test]
fn identity_depends_on_channel_and_instance_and_on_nothing_else() {
    let id = |alert: &Alert| mail(alert, &sender(), "desk@example.net").expect("valid").id;
    let first = first_alert();
    let mut other = first_alert();
    other.queued = time("2027-01-01T00:00:00Z");
    assert_eq!(id(&first), id(&other));
    other.channel = ChannelId("mail:night@example.net".to_owned());
    assert_ne!(id(&first), id(&other));
    other = first_alert();
    other.instance = "another".to_owned();
    assert_ne!(id(&first), id(&other));
}

#[test]
fn what_is_no_address_is_refused() {
    for bad in ["", "desk", "@example.org", "a@b@", "a\r\nBcc: x@example.org", "desk@[127.0.0.1", "désk@example.org"] {
        assert!(mail(&first_alert(), &sender(), bad).is_err(), "{bad:?}");
        assert!(Sender::new("x", bad).is_err(), "{bad:?}");
    }
    let raw = mail(&first_alert(), &sender(), "desk@häfen.example").expect("IDNA").bytes;
    assert!(String::from_utf8_lossy(&raw).contains("To: desk@xn--hfen-loa.example\r\n"));
}

const HEADERS: [&str; 14] = [
    "From",
    "Date",
    "Subject",
    "Message-ID",
    "List-Id",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Storywatch-Watch",
    "Storywatch-Story",
    "Storywatch-Event",
    "Storywatch-Outlets",
    "Storywatch-Priority",
    "To",
    "MIME-Version",
];

/// The mail is one that any reader reads alike: exactly our headers, once each, two parts, short ASCII lines.
#[track_caller]
fn assert_sound(raw: &[u8]) {
    assert!(raw.is_ascii());
    let text = std::str::from_utf8(raw).expect("ASCII");
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n', '\0']));
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
    let head = text.split("\r\n\r\n").next().expect("a head");
    assert!(head.split("\r\n").all(|line| line.len() <= 200 && !line.trim().is_empty()), "{head}");
    let names: Vec<&str> =
        head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).filter_map(|l| l.split(':').next()).collect();
    let mut expected = HEADERS.to_vec();
    expected.push("Content-Type");
    assert_eq!(names, expected, "{head}");
    let parsed = MessageParser::default().parse(raw).expect("a mail");
    assert_eq!(parsed.parts.len(), 3);
    let kinds: Vec<Option<&str>> =
        parsed.parts[1..].iter().map(|part| part.content_type().and_then(|kind| kind.subtype())).collect();
    assert_eq!(kinds, [Some("plain"), Some("html")]);
}

fn spoiled(base: &Alert, text: &str) -> Alert {
    let mut alert = base.clone();
    let spoil = |own: &mut String| *own = text.to_owned();
    spoil(&mut alert.headline);
    spoil(&mut alert.story.headline);
    alert.thread = vec![text.to_owned()];
    for watch in &mut alert.watches {
        spoil(&mut watch.name);
        spoil(&mut watch.title);
        spoil(&mut watch.text);
        watch.note = Some(text.to_owned());
        for hit in &mut watch.evidence {
            *hit = Hit { field: "text".into(), start: 0, end: text.len(), text: text.into(), clause: text.into() };
        }
    }
    for member in &mut alert.story.members {
        for own in [&mut member.outlet, &mut member.outlet_name, &mut member.title] {
            *own = text.to_owned();
        }
        member.url = Some(format!("https://example.org/{text}"));
        member.evidence = Some(text.to_owned());
        for citation in &mut member.cites {
            *citation = Citation { outlet: text.to_owned(), sentence: text.to_owned() };
        }
    }
    alert
}

fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        Just("\r\nBcc: spy@example.org\r\n".to_owned()),
        Just("\r\n\r\n<script>alert(1)</script>".to_owned()),
        Just("=?utf-8?q?=0d=0aBcc:_spy?=".to_owned()),
        Just("\u{202e}\u{0}\u{2028}--=_x".to_owned()),
        "[ -~]{200}",
        Just("e\u{301}\u{301}\u{301}".repeat(50)),
    ];
    proptest::collection::vec(pieces, 1..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_makes_a_header_or_breaks_the_mail(text in hostile(), name in any::<String>()) {
        let sender = Sender::new(&name, "alerts@example.org").expect("a valid address");
        let alert = spoiled(&first_alert(), &text);
        let message = mail(&alert, &sender, "desk@example.net").expect("valid");
        assert_sound(&message.bytes);
        let html = html_part(std::str::from_utf8(&message.bytes).expect("ASCII"));
        prop_assert!(!html.contains("<script") && !html.contains("<img"));
        prop_assert!(webhook(&spoiled(&follow_up(), &text)).bytes.len() < 20_000);
    }
}

#[test]
fn markup_in_a_feed_stays_text() {
    let evil = "<svg onload=alert(1)><a href='javascript:x'>\" autofocus x=\"</title><h1>&amp;";
    let mut alert = spoiled(&follow_up(), evil);
    alert.thread.clear();
    alert.story.members[0].url = Some("javascript:alert(1)".to_owned());
    let html = html_part(&raw(&alert));
    assert!(html.contains("&lt;svg onload=alert(1)&gt;"), "{html}");
    for live in ["<svg", "<a href='", "javascript:alert", "\" autofocus"] {
        assert!(!html.contains(live), "{live} in {html}");
    }
}

#[test]
fn a_huge_story_stays_small_and_says_what_is_missing() {
    let mut alert = spoiled(&follow_up(), &"\"<&漢字/".repeat(20_000));
    let long = format!("https://example.org/{}", "&/".repeat(420));
    for number in 0..500 {
        let mut member = member(
            &format!("o{number}"),
            "\"'<&>\"".repeat(40).as_str(),
            "2026-11-23T19:10:00Z",
            Relation::Independent,
        );
        member.url = Some(long.clone());
        alert.story.members.push(member);
    }
    let html = |alert: &Alert| {
        let raw = raw(alert);
        assert_sound(raw.as_bytes());
        assert!(text_part(&raw).contains("not listed"), "{}", text_part(&raw));
        html_part(&raw)
    };
    assert!(html(&alert).len() <= 90_000);
    let pattern = alert.watches[0].clone();
    for number in 0..40 {
        let spoil = format!("{number}{}", "\"<&".repeat(300));
        let hits = (0..6).map(|_| Hit { field: spoil.clone(), clause: spoil.clone(), ..pattern.evidence[0].clone() });
        let evidence = hits.collect();
        let text = spoil.clone();
        alert.watches.push(MatchedWatch { name: spoil.clone(), note: Some(spoil), evidence, text, ..pattern.clone() });
    }
    let html = html(&alert);
    assert!(html.len() <= 90_000 && html.contains("more of your watches, not listed."), "{}", html.len());
    assert!(webhook(&alert).bytes.len() < 20_000);
}

#[test]
fn an_alert_without_members_watches_or_headline_is_survived() {
    let mut alert = first_alert();
    alert.watches.clear();
    alert.story.members.clear();
    alert.headline.clear();
    alert.event = Event::Confirmed;
    alert.confirm_at = 0;
    alert.queued = Timestamp::MIN;
    assert_sound(raw(&alert).as_bytes());
    alert.queued = Timestamp::MAX;
    assert_sound(raw(&alert).as_bytes());
    webhook(&alert);
}

#[test]
fn a_piece_that_is_dated_before_the_first_makes_the_order_uncertain() {
    let mut alert = follow_up();
    assert!(!text_part(&raw(&alert)).contains("uncertain"));
    alert.story.members[1].published = Some(time("2026-11-23T17:50:00Z"));
    let text = text_part(&raw(&alert)).replace("\n      ", " ");
    assert!(text.contains("Küstenpost dates its own piece 12:50 EST, so the order is uncertain."), "{text}");
}

#[test]
fn both_parts_carry_the_same_facts() {
    let raw = raw(&follow_up());
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, html) = (squeeze(&text_part(&raw).replace('|', " ")), squeeze(&html_part(&raw)));
    for fact in [
        "CONFIRMED by Küstenpost, seen 14:10 EST: 2 independent outlets now have it.",
        "first seen 13:02 EST (published 12:58)",
        "cites The Nordhaven Gazette",
        "2 copies in 2 outlets, not listed",
        "1 printed agency story in 1 outlet, not listed",
        "Independent of each other: The Nordhaven Gazette, Küstenpost.",
        "The Nordhaven Gazette first reported the closure, citing two people.",
        "Watch sea-locks: for the shipping desk; ends in March",
        "2 mails so far; follow-ups on: confirmed.",
    ] {
        assert!(text.contains(fact), "text: {fact}\n{text}");
        assert!(html.contains(fact), "html: {fact}");
    }
}
