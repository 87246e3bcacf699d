//! Attempts against servers on loopback that refuse, drop and hang.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    Deliverer, MailRoute, Outcome, signature,
    sinks::{Act, Sink},
    smtp::Smtp,
    webhook::Hook,
};
use crate::{
    alert::ChannelId,
    config::{Mail, MailTransport, Secret, SecretBytes, Security, Tls, Webhook},
    message::Payload,
};

const MAIL: &[u8] = b"Subject: a test\r\n\r\n.a line with a dot\r\n";
const PATIENCE: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(150);

fn smtp(sink: &Sink, security: Security, login: Option<(&str, &str)>, deadline: Duration) -> Smtp {
    let mail = Mail {
        from_name: "Storywatch".to_owned(),
        from_address: "alerts@example.org".to_owned(),
        transport: MailTransport::Smtp {
            host: "127.0.0.1".to_owned(),
            port: sink.port,
            security,
            user: login.map(|(user, _)| user.to_owned()),
            password: login.map(|(_, password)| Secret::new(password.to_owned())),
            tls: Tls::default(),
        },
        max_per_minute: None,
        templates: None,
        unsubscribe: None,
    };
    Smtp::new(&mail, deadline)
}

fn kind(outcome: &Outcome) -> &'static str {
    outcome.word()
}

/// One mail to a server that does `act` at `step`.
#[track_caller]
fn check_mail(step: &'static str, act: Act, expected: &str, part_of_reason: &str) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(async {
        let sink = Sink::smtp(step, Some(act), &[]).await;
        let deadline = if matches!(act, Act::Hang | Act::Drip) { SHORT } else { PATIENCE };
        smtp(&sink, Security::Opportunistic, None, deadline).deliver("desk@example.net", MAIL).await
    });
    assert_eq!(kind(&outcome), expected, "{step} {act:?}: {outcome:?}");
    assert!(outcome.reason().contains(part_of_reason), "{outcome:?}");
    outcome
}

#[test]
fn a_reply_means_what_its_code_and_stage_say() {
    for step in ["CONNECT", "EHLO", "MAIL"] {
        check_mail(step, Act::Say("451 4.3.0 come back later"), "transient", "come back later");
    }
    for step in ["RCPT", "DATA", "."] {
        check_mail(step, Act::Say("451 4.7.1 greylisted, come back later"), "deferred", "come back later");
        check_mail(step, Act::Say("421 4.3.2 closing"), "transient", "closing");
    }
    check_mail("CONNECT", Act::Say("554 5.7.1 not here"), "transient", "not here");
    check_mail("MAIL", Act::Say("550 5.7.1 no such sender"), "broken", "the channel is broken");
    check_mail("RCPT", Act::Say("530 5.7.0 authentication wanted"), "broken", "the channel is broken");
    for step in ["RCPT", "DATA", "."] {
        check_mail(step, Act::Say("550 5.1.1 nobody here"), "permanent", "nobody here");
    }
    check_mail(".", Act::Say("552 5.3.4 too large"), "permanent", "too large");
}

#[test]
fn a_drop_is_ambiguous_only_after_the_message() {
    for step in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"] {
        check_mail(step, Act::Drop, "transient", "");
    }
    check_mail(".", Act::Drop, "ambiguous", "the end of the message");
}

#[test]
fn our_own_deadline_ends_a_hang_and_a_drip_at_every_stage() {
    for act in [Act::Hang, Act::Drip] {
        for (step, words) in [
            ("CONNECT", "connecting"),
            ("EHLO", "connecting"),
            ("MAIL", "MAIL FROM"),
            ("RCPT", "RCPT TO"),
            ("DATA", "DATA"),
        ] {
            check_mail(step, act, "transient", words);
        }
        check_mail(".", act, "ambiguous", "the end of the message");
    }
}

#[tokio::test]
async fn mails_go_over_one_connection_to_one_recipient_each() {
    let sink = Sink::smtp("", None, &[]).await;
    let smtp = smtp(&sink, Security::Opportunistic, None, PATIENCE);
    for address in ["desk@example.net", "night@häfen.example"] {
        let outcome = smtp.deliver(address, MAIL).await;
        assert!(outcome.is_sent() && outcome.reason().contains("queued as 1A2B"), "{outcome:?}");
    }
    let recipients: Vec<String> =
        sink.seen(|seen| seen.commands.iter().filter(|line| line.starts_with("RCPT")).cloned().collect());
    assert_eq!(recipients, ["RCPT TO:<desk@example.net>", "RCPT TO:<night@xn--hfen-loa.example>"]);
    assert_eq!(sink.seen(|seen| seen.connections), 1);
    assert!(sink.seen(|seen| seen.messages[0] == b"Subject: a test\r\n\r\n..a line with a dot\r\n"));
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_never_taken_for_another_mail() {
    let sink = Sink::smtp(".", Some(Act::Hang), &[]).await;
    let smtp = smtp(&sink, Security::Opportunistic, None, SHORT);
    assert_eq!(kind(&smtp.deliver("desk@example.net", MAIL).await), "ambiguous");
    assert_eq!(kind(&smtp.deliver("night@example.net", MAIL).await), "ambiguous");
    assert_eq!(sink.seen(|seen| seen.connections), 2);
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let sink = Sink::smtp("", None, &["AUTH PLAIN LOGIN"]).await;
    let outcome =
        smtp(&sink, Security::StartTls, Some(("clerk", "pa55")), PATIENCE).deliver("d@example.net", MAIL).await;
    assert_eq!(kind(&outcome), "transient");
    assert!(outcome.reason().contains("STARTTLS"), "{outcome:?}");
    assert!(sink.seen(|seen| seen.commands.iter().all(|line| line.starts_with("EHLO") || line == "QUIT")));
}

#[tokio::test]
async fn starttls_refused_is_no_reason_to_go_on_in_plain_text() {
    let sink = Sink::smtp("STARTTLS", Some(Act::Say("454 4.7.0 no TLS today")), &["STARTTLS"]).await;
    for security in [Security::StartTls, Security::Opportunistic] {
        let outcome = smtp(&sink, security, None, PATIENCE).deliver("d@example.net", MAIL).await;
        assert_eq!(kind(&outcome), "transient");
    }
    assert!(sink.seen(|seen| !seen.commands.iter().any(|line| line.starts_with("MAIL"))));
}

#[tokio::test]
async fn what_a_server_repeats_of_the_login_is_not_kept() {
    let refusal = Act::Say("454 4.7.0 clerk@example.org pa55word: try again");
    let sink = Sink::smtp("AUTH", Some(refusal), &["AUTH PLAIN LOGIN"]).await;
    let smtp = smtp(&sink, Security::Opportunistic, Some(("clerk@example.org", "pa55word")), PATIENCE);
    let outcome = smtp.deliver("desk@example.net", MAIL).await;
    assert_eq!(kind(&outcome), "transient");
    assert!(outcome.reason().contains("… …: try again, at AUTH"), "{outcome:?}");
}

#[tokio::test]
async fn a_refused_login_breaks_the_channel_and_tells_no_secret() {
    let refusal = Act::Say("535 5.7.8 clerk@example.org: password pa55word is wrong");
    let sink = Sink::smtp("AUTH", Some(refusal), &["AUTH PLAIN LOGIN"]).await;
    let smtp = smtp(&sink, Security::Opportunistic, Some(("clerk@example.org", "pa55word")), PATIENCE);
    let outcome = smtp.deliver("desk@example.net", MAIL).await;
    assert_eq!(kind(&outcome), "broken");
    assert!(outcome.reason().contains("channel is broken"), "{outcome:?}");
    assert!(!outcome.reason().contains("pa55word") && !outcome.reason().contains("clerk"), "{outcome:?}");
    assert!(!format!("{smtp:?}").contains("pa55word"));
}

fn unused_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    listener.local_addr().expect("bound").port()
}

#[tokio::test]
async fn nobody_listening_is_transient() {
    let gone = Sink::at(unused_port());
    for security in [Security::Tls, Security::Opportunistic] {
        let outcome = smtp(&gone, security, None, PATIENCE).deliver("desk@example.net", MAIL).await;
        assert_eq!(kind(&outcome), "transient");
        assert!(outcome.reason().contains("refused"), "{outcome:?}");
    }
}

#[test]
fn the_signature_is_that_of_an_independent_implementation() {
    let body = "{\"type\":\"story.new\",\"data\":\"Häfen\"}".as_bytes();
    let check = |key: &[u8], expected: &str| {
        assert_eq!(signature::sign(key, "msg_S1_0_ab", 1_700_000_000, body), expected);
    };
    check(&key(), "v1,/GHwc8NiyQ30uXg8CxmIesAcjHf24oX06sXdhlz9qv0=");
    check(b"an old secret of 28 octets..", "v1,Gxt0ISk0HRP/ePjK02wVqf6j2nmJnEmoaQY2SmpEdgk=");
}

/// The bytes of `whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX`.
fn key() -> Vec<u8> {
    (0..24).collect()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("within range")
}

fn webhook(url: url::Url) -> Webhook {
    let secrets = vec![SecretBytes::new(key())];
    Webhook { url, secrets, token: None, payload: Payload::Standard, max_per_minute: None }
}

async fn post(sink: &Sink, deadline: Duration) -> Outcome {
    let url = format!("http://127.0.0.1:{}/in?token=t0ken", sink.port).parse().expect("a URL");
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
    let client = client.expect("a client without TLS needs");
    Hook::new(&webhook(url), deadline).deliver(&client, "msg_S1_0_ab", b"{}", now()).await
}

#[track_caller]
fn check_hook(act: Act, expected: &str, wait: Option<u64>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (outcome, posts) = runtime.block_on(async {
        let sink = Sink::webhook(act).await;
        let deadline = if matches!(act, Act::Hang | Act::Drip | Act::SayAndHold(_)) { SHORT } else { PATIENCE };
        (post(&sink, deadline).await, sink.seen(|seen| seen.messages.len()))
    });
    assert_eq!(kind(&outcome), expected, "{act:?}: {outcome:?}");
    assert!(!outcome.reason().contains("t0ken"), "{outcome:?}");
    assert_eq!(posts, 1, "{act:?}");
    if let Outcome::Transient { retry_after, .. } = outcome {
        assert_eq!(retry_after.map(|wait| wait.as_secs()), wait, "{act:?}");
    }
}

#[test]
fn a_hook_is_judged_by_its_status() {
    check_hook(Act::Say("HTTP/1.1 200 OK\r\nContent-Length: 0"), "sent", None);
    check_hook(Act::Say("HTTP/1.1 204 No Content"), "sent", None);
    check_hook(Act::Say("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0"), "transient", None);
    check_hook(Act::Say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0"), "deferred", None);
    check_hook(Act::Say("HTTP/1.1 404 Not Found\r\nContent-Length: 0"), "transient", None);
    check_hook(Act::Say("HTTP/1.1 500 Oh\r\nContent-Length: 0"), "transient", None);
    check_hook(Act::Say("HTTP/1.1 410 Gone\r\nContent-Length: 0"), "gone", None);
}

#[test]
fn retry_after_is_honoured_up_to_a_day() {
    let check = |value: &'static str, seconds| check_hook(Act::Say(value), "transient", seconds);
    check("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRetry-After: 90", Some(90));
    check("HTTP/1.1 429 Slow\r\nContent-Length: 0", None);
    check("HTTP/1.1 503 Down\r\nContent-Length: 0\r\nRetry-After: Tue, 14 Nov 2023 22:23:20 GMT", Some(600));
    check("HTTP/1.1 503 Down\r\nContent-Length: 0\r\nRetry-After: Mon, 13 Nov 2023 22:23:20 GMT", Some(0));
    check("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRetry-After: 90000", Some(86_400));
    check("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRetry-After: 99999999999999999999999", Some(86_400));
    check("HTTP/1.1 429 Slow\r\nContent-Length: 0\r\nRetry-After: soon", None);
}

#[test]
fn a_hook_that_drops_or_hangs_may_have_taken_it() {
    check_hook(Act::Drop, "ambiguous", None);
    check_hook(Act::Hang, "ambiguous", None);
    // The status stands although the body never ends as promised.
    check_hook(Act::Say("HTTP/1.1 200 OK\r\nContent-Length: 500"), "sent", None);
    check_hook(Act::SayAndHold("HTTP/1.1 200 OK\r\nContent-Length: 500"), "sent", None);
    check_hook(Act::Drip, "ambiguous", None);
}

#[tokio::test]
async fn of_an_answer_without_end_no_more_is_read_than_is_needed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // What the sockets' own buffers hold has been let in too.
    const BUFFERED: usize = 16 << 20;
    for (head, expected, words) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", "sent", "200"),
        ("HTTP/1.1 500 Oh\r\nContent-Length: 9999999999\r\n\r\n", "transient", "answered 500"),
        ("HTTP/1.1 200 OK\r\nX-Padding: ", "ambiguous", "too large"),
        ("HTTP/1.1 200 ", "ambiguous", "too large"),
    ] {
        let sink = Sink::webhook(Act::Flood(head)).await;
        let outcome = post(&sink, PATIENCE).await;
        assert_eq!(kind(&outcome), expected, "{head:?}: {outcome:?}");
        assert!(outcome.reason().contains(words), "{head:?}: {outcome:?}");
        assert!(sink.seen(|seen| seen.flooded) < BUFFERED, "{head:?}: {}", sink.seen(|seen| seen.flooded));
    }
}

#[tokio::test]
async fn a_post_is_signed_and_names_its_id() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sink = Sink::webhook(Act::Say("HTTP/1.1 200 OK\r\nContent-Length: 0")).await;
    assert!(post(&sink, PATIENCE).await.is_sent());
    let request = sink.seen(|seen| String::from_utf8_lossy(&seen.messages[0]).into_owned());
    let expected = signature::sign(&key(), "msg_S1_0_ab", 1_700_000_000, b"{}");
    for line in [
        "POST /in?token=t0ken HTTP/1.1",
        "content-type: application/json",
        "webhook-id: msg_S1_0_ab",
        "webhook-timestamp: 1700000000",
        &format!("webhook-signature: {expected}"),
    ] {
        assert!(request.contains(&format!("{line}\r\n")), "{line} in {request}");
    }
    assert!(request.ends_with("\r\n\r\n{}"));
}

#[tokio::test]
async fn a_channel_is_found_by_its_name() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mail = Mail {
        from_name: "Storywatch".to_owned(),
        from_address: "alerts@example.org".to_owned(),
        transport: MailTransport::Maildir { path: dir.path().to_owned() },
        max_per_minute: None,
        templates: None,
        unsubscribe: None,
    };
    let deliverer = Deliverer {
        mail: Some(MailRoute::new(&mail)),
        mail_per_minute: None,
        hooks: BTreeMap::new(),
        client: reqwest::Client::builder().no_proxy().build().expect("a client"),
        guard: crate::fetch::Guard::new(Vec::new()),
    };
    for (channel, expected) in
        [("mail:desk@example.net", "sent"), ("hook:gone", "permanent"), ("fax:1", "permanent"), ("", "permanent")]
    {
        let outcome = deliverer.deliver(&ChannelId(channel.to_owned()), "S1.0.ab@example.org", MAIL, now()).await;
        assert_eq!(kind(&outcome), expected, "{channel}: {outcome:?}");
    }
    assert_eq!(std::fs::read_dir(dir.path().join("new")).expect("made").count(), 1);
}

proptest! {
    #[test]
    fn any_reply_is_survived_and_shown_on_one_line(text in any::<String>()) {
        let reason = Outcome::transient(&text).reason().to_owned();
        prop_assert!(!reason.contains(|c: char| c.is_control()) && reason.chars().count() <= 301);
    }
}
