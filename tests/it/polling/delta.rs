//! C56: only what is new (RFC 3229).

use crate::harness::{
    World,
    script::{Script, feed, reply},
};

#[tokio::test]
async fn new_entries_alone_are_asked_for_and_merged() {
    let script = Script::start("127.0.0.1", |asked, before| match before {
        0 => reply("200 OK\nETag: \"one\"", feed(&["b", "a"])),
        1 => reply("226 IM Used\nIM: feed\nETag: \"two\"", feed(&["c"])),
        2 => reply("304 Not Modified\nETag: \"two\"", ""),
        3 => reply("226 IM Used\nIM: feed\nETag: \"three\"", feed(&["e", "d"])),
        _ => reply(
            &format!("200 OK\nX-Asked: {before}"),
            if asked.path() == "/feed" { feed(&["e", "d", "c", "b", "a"]) } else { String::new() },
        ),
    });
    let url = script.url("/feed");
    let world = World::of_feeds(&[&url], "");
    let mut live = world.first_poll().await;
    live.follow(&url, 5).await;
    let sent: Vec<_> = script
        .asked()
        .iter()
        .map(|a| (a.header("a-im").map(str::to_owned), a.header("if-none-match").map(str::to_owned)))
        .collect();
    let with = |etag: &str| (Some("feed".to_owned()), Some(etag.to_owned()));
    assert_eq!(
        sent,
        [(None, None), with("\"one\""), with("\"two\""), with("\"two\""), with("\"three\""), (None, None)]
    );
    assert_eq!(world.texts("SELECT guid FROM entry ORDER BY guid"), ["a", "b", "c", "d", "e"]);
    assert_eq!(world.count("SELECT count(*) FROM entry WHERE baseline = 1"), 2);
    live.finish().await;
}
