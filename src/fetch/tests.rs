//! Fetches over real sockets on loopback.

mod hostile;

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use super::{
    origin::{Origin, Reply, header, reply, untrusted_tls},
    *,
};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Tides</title></channel></rss>";

fn client() -> Client {
    let allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    Client::new(&Settings { contact: Some("https://ops.example/feeds".into()), allow_networks, ..Settings::default() })
        .unwrap()
}

fn now() -> jiff::Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

async fn fetch(request: &Request) -> Result<Response, Error> {
    client().fetch(request, now()).await
}

async fn fetch_url(url: Url) -> Result<Response, Error> {
    fetch(&Request::new(url)).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An origin that redirects the paths listed, and serves the feed at any other.
async fn redirecting(ip: &str, hops: &'static [(&'static str, &'static str)]) -> Origin {
    Origin::start(ip, |head| {
        let path = head.split(' ').nth(1).unwrap();
        match hops.iter().find(|(from, _)| *from == path) {
            Some((_, to)) => reply(&to.replace(" -> ", "\nLocation: "), ""),
            None => reply("200 OK", FEED),
        }
    })
    .await
}

#[tokio::test]
async fn a_feed_comes_with_all_that_is_to_be_remembered() {
    let head = "200 OK\nETag: W/\"a,b c\"\nLast-Modified: Sunday, 06-Nov-94 08:49:37 GMT\nCache-Control: max-age=90\n\
                Content-Type: application/rss+xml; charset=utf-8\nSet-Cookie: id=1";
    let origin = Origin::start("127.0.0.1", move |_| reply(head, FEED)).await;
    let response = fetch_url(origin.url("/feed?a=%20b")).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.body, FEED.as_bytes());
    assert_eq!(response.etag.as_deref(), Some(b"W/\"a,b c\"".as_slice()));
    assert_eq!(response.last_modified.as_deref(), Some(b"Sunday, 06-Nov-94 08:49:37 GMT".as_slice()));
    assert_eq!(response.content_type.as_deref(), Some("application/rss+xml; charset=utf-8"));
    assert_eq!(response.max_age, Some(Duration::from_secs(90)));
    assert_eq!((response.final_url, response.permanent_url), (origin.url("/feed?a=%20b"), None));
}

#[tokio::test]
async fn a_request_says_who_asks_and_nothing_too_much() {
    let origin = Origin::start("127.0.0.1", |_| reply("200 OK\nSet-Cookie: id=1", FEED)).await;
    let client = client();
    for _ in 0..2 {
        client.fetch(&Request::new(origin.url("/feed?a=%20b;c")), now()).await.unwrap();
    }
    let asked = origin.asked();
    assert_eq!(asked.len(), 2);
    let head = &asked[1];
    assert!(head.starts_with("GET /feed?a=%20b;c HTTP/1.1\r\n"), "{head}");
    let agent = format!("Storywatch/{} (+https://ops.example/feeds)", env!("CARGO_PKG_VERSION"));
    assert_eq!(header(head, "user-agent"), Some(agent.as_str()));
    assert!(header(head, "accept").is_some_and(|types| types.starts_with("application/rss+xml, application/atom+xml")));
    let encodings = header(head, "accept-encoding").unwrap();
    assert!(["gzip", "br", "zstd", "deflate"].iter().all(|name| encodings.contains(name)), "{encodings}");
    for name in ["cookie", "referer", "authorization", "if-none-match", "if-modified-since"] {
        assert_eq!(header(head, name), None, "{name}");
    }
}

#[tokio::test]
async fn validators_are_echoed_as_bytes_and_a_304_may_bring_new_ones() {
    let fresh = "304 Not Modified\nETag: \"two\"\nLast-Modified: today\nCache-Control: max-age=5";
    let origin = Origin::start("127.0.0.1", move |_| reply(fresh, "")).await;
    for etag in ["\"plain\"", "W/\"weak\"", "no quotes, a comma", "\"caf\u{e9}\""] {
        let bytes: Vec<u8> = etag.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
        let last_modified = Some(b"1 Mar 26, about noon".to_vec());
        let request = Request { etag: Some(bytes), last_modified, ..Request::new(origin.url("/")) };
        let response = fetch(&request).await.unwrap();
        assert_eq!((response.status, response.etag.as_deref()), (304, Some(b"\"two\"".as_slice())));
        assert_eq!(response.last_modified.as_deref(), Some(b"today".as_slice()));
        assert_eq!(response.max_age, Some(Duration::from_secs(5)));
        let asked = origin.asked();
        let head = asked.last().unwrap();
        assert_eq!(header(head, "if-none-match"), Some(etag));
        assert_eq!(header(head, "if-modified-since"), Some("1 Mar 26, about noon"));
    }
    assert_eq!(fetch_url(origin.url("/")).await.unwrap_err(), Error::UnaskedNotModified);
}

#[tokio::test]
async fn an_error_status_is_an_answer_with_its_retry_after() {
    let heads = |head: &str| match head.split(' ').nth(1) {
        Some("/429") => reply("429 Too Many Requests\nRetry-After: 120", "slow down"),
        Some("/503") => reply(
            "503 Service Unavailable\nDate: Sun, 06 Nov 1994 08:49:37 GMT\nRetry-After: Sun, 06 Nov 1994 08:59:37 GMT",
            "",
        ),
        _ => reply("410 Gone", "<html>"),
    };
    let origin = Origin::start("127.0.0.1", heads).await;
    for (path, status, wait) in [("/429", 429, Some(120)), ("/503", 503, Some(600)), ("/410", 410, None)] {
        let response = fetch_url(origin.url(path)).await.unwrap();
        assert_eq!((response.status, response.retry_after), (status, wait.map(Duration::from_secs)));
        assert!(response.body.is_empty());
    }
}

#[tokio::test]
async fn permanent_redirects_tell_where_the_feed_lives_now() {
    let origin = redirecting("127.0.0.1", &[("/a", "301 -> /b"), ("/b", "308 -> /c"), ("/t", "302 -> /a")]).await;
    let moved = fetch_url(origin.url("/a")).await.unwrap();
    assert_eq!((moved.permanent_url, moved.final_url), (Some(origin.url("/c")), origin.url("/c")));
    let visiting = fetch_url(origin.url("/t")).await.unwrap();
    assert_eq!((visiting.permanent_url, visiting.final_url), (None, origin.url("/c")));
    assert_eq!(visiting.body, FEED.as_bytes());
}

#[tokio::test]
async fn validators_follow_a_temporary_redirect_but_a_new_home_must_show_itself() {
    let origin = redirecting("127.0.0.1", &[("/t", "302 -> /feed"), ("/p", "301 -> /feed")]).await;
    for (path, expected) in [("/t", Some("\"one\"")), ("/p", None)] {
        let request = Request { etag: Some(b"\"one\"".to_vec()), ..Request::new(origin.url(path)) };
        fetch(&request).await.unwrap();
        let asked = origin.asked();
        assert_eq!(header(&asked[asked.len() - 2], "if-none-match"), Some("\"one\""), "{path}");
        assert_eq!(header(&asked[asked.len() - 1], "if-none-match"), expected, "{path}");
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere_are_errors() {
    let hops = &[
        ("/0", "302 -> /1"),
        ("/1", "302 -> /2"),
        ("/2", "302 -> /3"),
        ("/3", "302 -> /4"),
        ("/4", "302 -> /5"),
        ("/5", "302 -> /6"),
        ("/here", "301 -> /there"),
        ("/there", "301 -> /here"),
        ("/file", "302 -> file:///etc/passwd"),
        ("/none", "302 Found"),
        ("/inside", "302 -> http://10.0.0.1/"),
        ("/literal", "302 -> http://0xa.1/"),
    ];
    let origin = redirecting("127.0.0.1", hops).await;
    assert!(fetch_url(origin.url("/1")).await.is_ok(), "five hops work");
    assert_eq!(fetch_url(origin.url("/0")).await.unwrap_err(), Error::TooManyRedirects { limit: 5 });
    let here = origin.url("/here").to_string();
    assert_eq!(fetch_url(origin.url("/here")).await.unwrap_err(), Error::RedirectLoop { url: here });
    let file = Error::Scheme { url: "file:///etc/passwd".into() };
    assert_eq!(fetch_url(origin.url("/file")).await.unwrap_err(), file);
    assert_eq!(fetch_url(origin.url("/none")).await.unwrap_err(), Error::NoLocation { status: 302 });
    for path in ["/inside", "/literal"] {
        let error = fetch_url(origin.url(path)).await.unwrap_err();
        assert!(matches!(&error, Error::Refused(refused) if refused.host == "10.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn credentials_never_reach_another_origin() {
    let other = Origin::start("127.0.0.2", |_| reply("200 OK", FEED)).await;
    let target = other.url("/feed").to_string();
    let home = Origin::start("127.0.0.1", move |_| reply(&format!("302 Found\nLocation: {target}"), "")).await;
    let mut with_user = home.url("/in-url");
    with_user.set_username("me%20too").unwrap();
    with_user.set_password(Some("canary")).unwrap();
    let plain = Request {
        headers: vec![("X-Api-Key".into(), "canary".into())],
        basic_auth: Some(("me".into(), "canary".into())),
        ..Request::new(home.url("/feed"))
    };
    for request in [plain.clone(), Request::new(with_user)] {
        fetch(&request).await.unwrap();
        assert!(home.asked().last().is_some_and(|head| header(head, "authorization").is_some()));
    }
    assert_eq!(header(&home.asked()[0], "x-api-key"), Some("canary"));
    assert_eq!(header(&home.asked()[1], "authorization"), Some("Basic bWUgdG9vOmNhbmFyeQ=="));

    // The redirect has been learned: the next poll starts at the other origin, and still nothing of it may go there.
    fetch(&Request { url: other.url("/feed"), listed: Some(home.url("/feed")), ..plain }).await.unwrap();
    let asked = other.asked();
    assert_eq!(asked.len(), 3);
    for head in asked {
        assert_eq!((header(&head, "authorization"), header(&head, "x-api-key")), (None, None), "{head}");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named_without_its_value() {
    let headers = vec![("X-Key".to_owned(), "can\nary".to_owned())];
    let error =
        fetch(&Request { headers, ..Request::new(Url::parse("http://127.0.0.1:9/").unwrap()) }).await.unwrap_err();
    assert_eq!(error.to_string(), "the header \"X-Key\" cannot be sent");
}

#[tokio::test]
async fn compressed_bodies_are_unpacked() {
    let packed = gzip(FEED.as_bytes());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(FEED.as_bytes()).unwrap();
    let deflated = zlib.finish().unwrap();
    let origin = Origin::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/gzip") => reply("200 OK\nContent-Encoding: gzip", &packed),
        _ => reply("200 OK\nContent-Encoding: deflate", &deflated),
    })
    .await;
    for path in ["/gzip", "/deflate"] {
        assert_eq!(fetch_url(origin.url(path)).await.unwrap().body, FEED.as_bytes(), "{path}");
    }
}

/// Without the gate all four would time out together; with it each has to wait for the one before, and the time it
/// waits is not taken from its own.
#[tokio::test]
async fn a_redirect_too_waits_for_its_turn_at_the_host() {
    let timeout = Duration::from_millis(100);
    let slow = Origin::start("127.0.0.2", |_| Reply::Stall(Vec::new())).await;
    let target = slow.url("/feed").to_string();
    let first = Origin::start("127.0.0.1", move |_| reply(&format!("302 Found\nLocation: {target}"), "")).await;
    let allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
    let client = Client::new(&Settings { allow_networks, per_host: 1, ..Settings::default() }).unwrap();
    let started = Instant::now();
    let request = Request { timeout, ..Request::new(first.url("/")) };
    let fetches = [(); 4].map(|()| client.fetch(&request, now()));
    let [one, two, three, four] = fetches;
    let results = tokio::join!(one, two, three, four);
    for result in [results.0, results.1, results.2, results.3] {
        assert_eq!(result.unwrap_err(), Error::Timeout(timeout));
    }
    assert!(started.elapsed() >= 3 * timeout, "{:?}", started.elapsed());
    assert_eq!(slow.asked().len(), 4);
}

#[tokio::test]
async fn without_any_root_http_still_works() {
    let origin = Origin::start("127.0.0.1", |_| reply("200 OK", FEED)).await;
    let nothing = std::env::temp_dir().join("storywatch-no-such-certificates");
    let output = fetch_in_a_child(origin.url("/"), &[("SSL_CERT_FILE", &nothing), ("SSL_CERT_DIR", &nothing)]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(origin.asked().len(), 1);
}

/// Variables can only be set for another process: runs [`a_fetch_in_a_child`] in one.
async fn fetch_in_a_child(target: Url, variables: &[(&str, &std::path::Path)]) -> std::process::Output {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "fetch::tests::a_fetch_in_a_child"]).env("STORYWATCH_TEST_TARGET", target.as_str());
    command.envs(variables.iter().copied());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_proxy_in_the_environment_is_not_asked() {
    let proxy = Origin::start("127.0.0.3", |_| reply("200 OK", "proxied")).await;
    let origin = Origin::start("127.0.0.1", |_| reply("200 OK", FEED)).await;
    let variable = proxy.url("/").to_string();
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"];
    let output = fetch_in_a_child(origin.url("/"), &names.map(|name| (name, variable.as_ref()))).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((proxy.asked().len(), origin.asked().len()), (0, 1));
}

#[tokio::test]
async fn a_fetch_in_a_child() {
    if let Ok(target) = std::env::var("STORYWATCH_TEST_TARGET") {
        assert_eq!(fetch_url(Url::parse(&target).unwrap()).await.unwrap().body, FEED.as_bytes());
    }
}
