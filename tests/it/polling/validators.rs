//! Conditional requests: C01 to C12, and that validators are on the disk (C53).

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use crate::harness::{
    World,
    script::{Reply, Script, feed, reply},
};

/// Polls once for each answer and once more, through a new start each time; gives the validators sent with every poll.
async fn sent(answers: Vec<Reply>) -> Vec<(Option<String>, Option<String>)> {
    let polls = answers.len();
    let script = Script::start("127.0.0.1", move |_, before| answers[before.min(polls - 1)].clone());
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "every = \"1m\"");
    let mut live = world.first_poll().await;
    for _ in 0..polls {
        let time = world.next_poll(&url);
        live.restart(0).await;
        live.due(time).await;
    }
    live.finish().await;
    let header = |asked: &crate::harness::script::Asked, name| asked.header(name).map(str::to_owned);
    script.asked().iter().map(|asked| (header(asked, "if-none-match"), header(asked, "if-modified-since"))).collect()
}

fn with(lines: &str) -> Reply {
    reply(&format!("200 OK\n{lines}"), feed(&["one"]))
}

#[track_caller]
fn is(found: &(Option<String>, Option<String>), etag: Option<&str>, modified: Option<&str>) {
    assert_eq!((found.0.as_deref(), found.1.as_deref()), (etag, modified));
}

const DATE: &str = "Sunday, 06-Nov-94 08:49:37 GMT";

/// C01, C02, C03, C04, C05, C10, C53.
#[tokio::test]
async fn validators_come_back_byte_for_byte_over_a_restart() {
    for (etag, modified) in [
        (Some("\"plain\""), Some(DATE)),
        (Some("W/\"weak, with a comma\""), None),
        (Some("bare words, and a comma"), Some("Sun Nov  6 08:49:37 1994")),
        (Some("\"caf\u{e9} \u{a4}\""), Some("06.11.1994, morgens")),
        (Some("\"\""), None),
        (None, Some(DATE)),
        (None, None),
    ] {
        let etag_line = etag.map(|etag| format!("ETag: {etag}")).unwrap_or_default();
        let modified_line = modified.map(|date| format!("Last-Modified: {date}")).unwrap_or_default();
        let date = "Date: Mon, 07 Nov 1994 08:49:37 GMT";
        let lines: Vec<String> =
            [etag_line, modified_line, date.into()].into_iter().filter(|l| !l.is_empty()).collect();
        let found = sent(vec![with(&lines.join("\n")), reply("304 Not Modified", "")]).await;
        is(&found[0], None, None);
        is(&found[1], etag, modified);
        is(&found[2], etag, modified);
    }
}

/// C06, C07: the document is the same in all of them.
#[tokio::test]
async fn the_newest_validators_are_used_even_if_only_they_changed() {
    let old = format!("ETag: \"one\"\nLast-Modified: {DATE}");
    let found =
        sent(vec![with(&old), with(&old.replace("one", "two")), with("ETag: \"3\"\nLast-Modified: then")]).await;
    is(&found[1], Some("\"one\""), Some(DATE));
    is(&found[2], Some("\"two\""), Some(DATE));
    is(&found[3], Some("\"3\""), Some("then"));
}

/// C08, C09.
#[tokio::test]
async fn a_304_may_bring_new_validators_and_a_200_without_any_clears_them() {
    let found = sent(vec![
        with("ETag: \"one\"\nLast-Modified: then"),
        reply("304 Not Modified\nETag: \"two\"", ""),
        reply("304 Not Modified\nLast-Modified: now", ""),
        with("Cache-Control: max-age=0"),
        with("ETag: \"six\""),
    ])
    .await;
    is(&found[2], Some("\"two\""), Some("then"));
    is(&found[3], Some("\"two\""), Some("now"));
    is(&found[4], None, None);
    is(&found[5], Some("\"six\""), None);
}

/// C11.
#[tokio::test]
async fn validators_survive_what_is_no_answer() {
    let page = "<!doctype html><title>Down</title>";
    let found = sent(vec![
        with("ETag: \"one\""),
        reply("500 Internal Server Error\nETag: \"error\"", page),
        reply("503 Service Unavailable\nETag: \"error\"", page),
        reply("404 Not Found\nETag: \"error\"", page),
        reply("200 OK\nETag: \"page\"", page),
        reply("200 OK\nETag: \"empty\"", ""),
        Reply::Send(Vec::new()),
    ])
    .await;
    found[1..].iter().for_each(|found| is(found, Some("\"one\""), None));
}

/// C12: in four ways in which a body can end too early. The item that was cut off is fetched again.
#[tokio::test]
async fn of_a_body_that_was_cut_off_no_validator_is_kept() {
    let whole = feed(&["two", "one"]);
    let cut = &whole[..whole.find("<title>Tide table one").unwrap() + 20];
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(whole.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let head = |lines: &str| format!("HTTP/1.1 200 OK\r\nETag: \"cut\"\r\nLast-Modified: then\r\n{lines}\r\n");
    let raw = |lines: &str, body: &[u8]| Reply::Send([head(lines).as_bytes(), body].concat());
    for (how, reply) in [
        ("length", raw(&format!("Content-Length: {}\r\n", whole.len()), cut.as_bytes())),
        ("chunked", raw("Transfer-Encoding: chunked\r\n", format!("{:x}\r\n{cut}\r\n", cut.len()).as_bytes())),
        ("gzip", raw("Content-Encoding: gzip\r\nConnection: close\r\n", &packed[..packed.len() - 20])),
        ("closed", raw("Connection: close\r\n", cut.as_bytes())),
        ("length of the part", raw(&format!("Content-Length: {}\r\n", cut.len()), cut.as_bytes())),
    ] {
        let served = whole.clone();
        let script = Script::start("127.0.0.1", move |_, before| match before {
            0 => crate::harness::script::reply("200 OK\nETag: \"first\"", feed(&[])),
            1 => reply.clone(),
            _ => crate::harness::script::reply("200 OK\nETag: \"whole\"", &served),
        });
        let url = script.url("/feed");
        let world = World::of_feeds(&[&url], "every = \"1m\"");
        let mut live = world.first_poll().await;
        live.follow(&url, 2).await;
        let sent = script.last().header("if-none-match").map(str::to_owned);
        assert!(sent.is_none() || sent.as_deref() == Some("\"first\""), "{how}: {sent:?}");
        assert_eq!(script.last().header("if-modified-since"), None, "{how}");
        assert_eq!(world.texts("SELECT title FROM entry ORDER BY guid"), ["Tide table one", "Tide table two"], "{how}");
        live.finish().await;
    }
}
