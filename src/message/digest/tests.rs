//! Digests as they look, how large they become, and that both parts say the same.

use mail_parser::MessageParser;

use super::*;
use crate::message::sample_collected::sample_coverage;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn story(number: i64, watch: &str, headline: &str) -> DigestStory {
    let text = "The lock at Nordhaven will stay shut for a week, the harbour authority said; ferries were cancelled.";
    let start = text.find("harbour").unwrap();
    DigestStory {
        story: StoryId(84_213_106 + number),
        headline: headline.to_owned(),
        url: Some(format!("https://www.gazette.example/news/{number}?from=feed&id={number}")),
        outlet: "The Nordhaven Gazette".to_owned(),
        outlets: 4,
        independent: 2,
        first_seen: at("2026-01-14T19:02:00Z"),
        watch: watch.to_owned(),
        priority: Priority::Normal,
        events: vec![Event::New],
        route: None,
        evidence: vec![Hit {
            field: "text".to_owned(),
            start,
            end: start + "harbour".len(),
            text: "harbour".to_owned(),
            clause: "harbour*".to_owned(),
        }],
        text: text.to_owned(),
    }
}

fn digest() -> Digest {
    let late = DigestStory { route: Some(Route::Budget), ..story(1, "sea-locks", "Harbour authority closes lock") };
    let quiet = DigestStory {
        route: Some(Route::Quiet),
        priority: Priority::High,
        events: vec![Event::Confirmed],
        outlets: 1,
        ..story(2, "ferries", "Ferries to the islands cancelled")
    };
    Digest {
        recipient: RecipientId("desk".to_owned()),
        channel: ChannelId("mail:desk@example.net".to_owned()),
        number: 7,
        kind: Kind::Digest,
        since: at("2026-01-14T22:30:00Z"),
        until: at("2026-01-15T12:00:00Z"),
        timezone: TimeZone::get("America/New_York").unwrap(),
        is_text_only: false,
        instance: "2f1c".to_owned(),
        stories: vec![late, quiet, story(3, "sea-locks", "Divers go down to the gate again")],
        total: 3,
        routes: vec![(Route::Budget, 1), (Route::Quiet, 1)],
        developing: vec![DigestStory { events: Vec::new(), ..story(4, "sea-locks", "Minister visits the lock") }],
        coverage: sample_coverage("https://b.example/feed", at("2026-01-13T08:00:00Z")),
        silences: vec!["silenced until 2026-01-16 12:00 UTC by 3 (watch storms): moving house".to_owned()],
        next: Some(at("2026-01-15T22:30:00Z")),
        ways: Ways {
            link: Some("https://alerts.example.org/mute/t1cket".to_owned()),
            mail: Some("mailto:requests@example.org?subject=mute%20t1cket".to_owned()),
        },
    }
}

fn sender() -> Sender {
    Sender::new("Storywatch", "alerts@example.org").unwrap()
}

fn raw(digest: &Digest) -> String {
    String::from_utf8(digest_mail(digest, &sender(), "desk@example.net").unwrap().bytes).unwrap()
}

fn parts_of(raw: &str) -> (String, String) {
    let parsed = MessageParser::default().parse(raw.as_bytes()).unwrap();
    (parsed.body_text(0).unwrap().replace("\r\n", "\n"), parsed.body_html(0).unwrap().into_owned())
}

#[test]
fn a_digest() {
    let raw = raw(&digest());
    let (text, html) = parts_of(&raw);
    let head = raw.split("\r\n\r\n").next().unwrap().replace("\r\n", "\n");
    insta::assert_snapshot!("digest_head", head);
    insta::assert_snapshot!("digest_text", text);
    insta::assert_snapshot!("digest_html", html.replace("\r\n", "\n"));
}

#[test]
fn a_digest_for_a_webhook() {
    let message = digest_webhook(&digest());
    let value: Value = serde_json::from_slice(&message.bytes).unwrap();
    insta::assert_snapshot!(
        "digest_webhook",
        format!("{}\n{}", message.id, serde_json::to_string_pretty(&value).unwrap())
    );
}

/// The words of both parts, markup aside, in their order.
fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut in_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                plain.push(' ');
            }
            letter if !in_tag => plain.push(letter),
            _ => {}
        }
    }
    let plain = html_escape::decode_html_entities(&plain).replace(['*', '|'], " ");
    plain.split_whitespace().map(str::to_lowercase).collect()
}

#[test]
fn both_parts_say_the_same_in_the_same_order() {
    let (text, html) = parts_of(&raw(&Digest { ways: Ways::default(), ..digest() }));
    let html_body = &html[html.find("<h1").unwrap()..];
    let (plain, marked) = (words(&text), words(html_body));
    // The text part has each URL where the other has a link with its host.
    let is_frame = |word: &String| ["read", "the", "article", "(gazette.example)", "--"].contains(&word.as_str());
    let plain: Vec<&String> = plain.iter().filter(|word| !is_frame(word)).collect();
    let marked: Vec<&String> = marked.iter().filter(|word| !is_frame(word)).collect();
    assert_eq!(plain, marked);
}

#[test]
fn five_hundred_long_stories_are_one_mail_below_the_limit() {
    let long = "Harbour <authority> & minister \"quarrel\" ".repeat(40);
    let stories: Vec<DigestStory> = (0..500)
        .map(|number| DigestStory { text: long.clone(), ..story(number, &format!("watch-{number}"), &long) })
        .collect();
    let all = Digest { total: stories.len(), developing: stories.clone(), stories, ..digest() };
    let raw = raw(&all);
    let (text, html) = parts_of(&raw);
    assert!(html.len() < 90_000, "{} bytes", html.len());
    assert!(raw.len() < 300_000, "{} bytes", raw.len());
    let listed = text.matches("<https://").count();
    let unlisted = text.split(" more stories, not listed").next().unwrap().rsplit(['\n', ' ']).next().unwrap();
    let developing = text.split("STILL DEVELOPING").nth(1).unwrap().matches("<https://").count();
    assert_eq!(listed - developing + unlisted.parse::<usize>().unwrap(), 500);
    assert!(text.lines().all(|line| line.chars().count() <= 72 || line.contains("https://")), "{text}");
    assert!(digest_webhook(&all).bytes.len() < 20_000);
}

#[test]
fn a_text_only_digest_has_no_other_part() {
    let raw = raw(&Digest { is_text_only: true, ..digest() });
    assert!(!raw.contains("text/html") && raw.contains("Content-Type: text/plain"), "{raw}");
}

#[test]
fn a_chat_service_is_told_in_its_own_form() {
    use crate::message::Payload;
    let message = Payload::Slack.digest(&digest()).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&message.bytes).unwrap();
    let blocks = body["blocks"].as_array().unwrap();
    assert!((3..=50).contains(&blocks.len()), "Slack takes fifty blocks: {}", blocks.len());
    assert_eq!(message.id, digest_webhook(&digest()).id, "one identity, whatever the form");
    let plain = Payload::Ntfy { topic: "t".to_owned() }.digest(&digest()).unwrap();
    assert!(String::from_utf8(plain.bytes).unwrap().contains("The Nordhaven Gazette"));
}
