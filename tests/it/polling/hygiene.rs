//! What a request looks like and how many there are: C43 to C48, F62.

use std::time::Duration;

use crate::harness::{
    World, at, binary,
    script::{Reply, Script, bytes, feed, reply},
};

/// C43, C44, C45, C46, C47.
#[tokio::test]
async fn a_request_says_who_asks_and_nothing_too_much() {
    let script = Script::start("127.0.0.1", |_, _| reply("200 OK\nSet-Cookie: id=canary; Path=/", feed(&["one"])));
    let target = "/feed.xml?a=%20b;c&d=%C3%A9&e=+/";
    let url = script.url(target);
    let mut world = World::of_feeds(&[&url], "every = \"1m\"");
    for (line, agent) in [
        ("", format!("Storywatch/{} (+mailto:alerts@desk.example)", env!("CARGO_PKG_VERSION"))),
        (
            "contact = \"https://desk.example/bot\"\n",
            format!("Storywatch/{} (+https://desk.example/bot)", env!("CARGO_PKG_VERSION")),
        ),
    ] {
        world.polling = line.to_owned();
        world.write();
        let mut live = world.open(0).await;
        live.poll(0).await;
        live.poll(10).await;
        live.finish().await;
        let asked = script.last();
        assert!(asked.head.starts_with(&format!("GET {target} HTTP/1.1\r\n")), "{}", asked.head);
        assert_eq!(asked.header("user-agent"), Some(agent.as_str()));
    }
    assert_eq!(script.asked().len(), 4, "one request a poll");
    for asked in script.asked() {
        let types = asked.header("accept").unwrap();
        assert!(["rss+xml", "atom+xml", "feed+json", "*/*"].iter().all(|kind| types.contains(kind)), "{types}");
        let encodings = asked.header("accept-encoding").unwrap();
        assert!(["gzip", "br", "zstd", "deflate"].iter().all(|name| encodings.contains(name)), "{encodings}");
        for name in ["cookie", "referer", "authorization", "x-forwarded-for", "from", "origin"] {
            assert_eq!(asked.header(name), None, "{name}");
        }
    }
}

/// C48: as many as allowed to one host, and others at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn one_host_gets_no_more_requests_at_a_time_than_it_may() {
    for per_host in [1, 3] {
        let late = |_: &_, _| Reply::Late(Duration::from_millis(40), bytes("200 OK", feed(&["one"])));
        let (one, other) = (Script::start("127.0.4.1", late), Script::start("127.0.4.2", late));
        let urls: Vec<String> =
            (0..12).flat_map(|number| [one.url(&format!("/{number}")), other.url(&format!("/{number}"))]).collect();
        let mut world = World::of_feeds(&urls, "every = \"1m\"");
        world.polling = format!("per_host = {per_host}\n");
        world.write();
        let mut live = world.open(0).await;
        live.due(at(0)).await;
        assert_eq!((one.asked().len(), other.asked().len()), (12, 12));
        assert_eq!((one.most_open(), other.most_open()), (per_host, per_host));
        live.finish().await;
    }
}

/// F62.
#[test]
fn a_proxy_in_the_environment_is_not_asked() {
    let proxy = Script::start("127.0.4.3", |_, _| reply("200 OK", feed(&["proxied"])));
    let origin = Script::start("127.0.0.1", |_, _| reply("200 OK", feed(&["one"])));
    let world = World::of_feeds(&[origin.url("/feed")], "every = \"1m\"");
    let mut command = world.command(&["poll"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, proxy.url("/"));
    }
    let ran = binary::run_with(command, "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!((proxy.asked().len(), origin.asked().len()), (0, 1));
}

/// F58: addresses inside are refused unless they are listed.
#[test]
fn addresses_inside_are_refused_before_anything_is_sent() {
    let origin = Script::start("127.0.0.1", |_, _| reply("200 OK", feed(&["one"])));
    let port = origin.address.port();
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "0"] {
        let world = World::of_feeds(&[format!("http://{host}:{port}/feed")], "every = \"1m\"");
        world.write_raw(&world.toml().replace("allow_networks = [\"127.0.0.0/8\"]", "allow_networks = []"));
        let ran = world.run(&["poll"]);
        assert_eq!(ran.code, Some(1), "{host}: {ran:?}");
        assert!(ran.out.contains("allow_networks"), "{host}: {ran:?}");
    }
    assert!(origin.asked().is_empty());
}
