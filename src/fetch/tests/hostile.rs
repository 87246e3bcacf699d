//! Origins that break off, hang, flood, lie, or lead inside.

use super::*;

#[tokio::test]
async fn a_body_is_cut_at_the_limit_that_counts_after_decompression() {
    let bomb = gzip(&vec![b' '; 4 << 20]);
    assert!(bomb.len() < 8 << 10);
    let origin = Origin::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/bomb") => reply("200 OK\nContent-Encoding: gzip", &bomb),
        Some("/announced") => Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n<rss>".to_vec()),
        _ => Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n<rss>".to_vec(), vec![b' '; 4096]),
    })
    .await;
    for path in ["/bomb", "/announced", "/endless"] {
        let request = Request { max_body: 64 << 10, ..Request::new(origin.url(path)) };
        assert_eq!(fetch(&request).await.unwrap_err(), Error::TooLarge { limit: 64 << 10 }, "{path}");
    }
    let request = Request { max_body: FEED.len() as u64, ..Request::new(origin.url("/bomb")) };
    assert!(fetch(&request).await.is_err());
}

#[tokio::test]
async fn a_body_exactly_at_the_limit_is_whole() {
    let origin = Origin::start("127.0.0.1", |_| reply("200 OK", FEED)).await;
    let limited = |max_body| Request { max_body, ..Request::new(origin.url("/")) };
    assert!(fetch(&limited(FEED.len() as u64)).await.is_ok());
    assert!(fetch(&limited(FEED.len() as u64 - 1)).await.is_err());
}

#[tokio::test]
async fn a_body_that_is_not_whole_is_no_answer() {
    let packed = gzip(&FEED.repeat(50).into_bytes());
    let cut = packed[..packed.len() - 12].to_vec();
    let origin = Origin::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/length") => Reply::Bytes(b"HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Length: 99\r\n\r\n<rss>".to_vec()),
        Some("/chunk") => {
            Reply::Bytes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n20\r\n<cha".to_vec())
        }
        Some("/cut") => reply("200 OK\nContent-Encoding: gzip", &cut),
        _ => reply("200 OK\nContent-Encoding: gzip", FEED),
    })
    .await;
    for path in ["/length", "/chunk", "/cut", "/not-gzip"] {
        let error = fetch_url(origin.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Body(_)) && error.is_transient(), "{path}: {error}");
    }
}

#[tokio::test]
async fn one_deadline_holds_for_headers_body_and_hops_together() {
    let origin = Origin::start("127.0.0.1", |head| match head.split(' ').nth(1) {
        Some("/silent") => Reply::Stall(Vec::new()),
        Some("/headers") => Reply::Stall(b"HTTP/1.1 200 OK\r\nX-Slow: ".to_vec()),
        Some("/body") => Reply::Stall(b"HTTP/1.1 200 OK\r\n\r\n<rss>".to_vec()),
        _ => reply("302 Found\nLocation: /body", ""),
    })
    .await;
    let timeout = Duration::from_millis(200);
    for path in ["/silent", "/headers", "/body", "/hop"] {
        let started = Instant::now();
        let request = Request { timeout, ..Request::new(origin.url(path)) };
        assert_eq!(fetch(&request).await.unwrap_err(), Error::Timeout(timeout), "{path}");
        assert!(started.elapsed() < Duration::from_secs(5), "{path}");
    }
}

/// The connection looks as if it could be used again, and is closed at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_connection_that_the_host_has_closed_costs_no_poll() {
    let origin = Origin::start("127.0.0.1", |_| {
        Reply::Bytes(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{FEED}", FEED.len()).into_bytes())
    })
    .await;
    let client = client();
    for poll in 0..200 {
        let fetched = client.fetch(&Request::new(origin.url("/")), now()).await;
        assert!(fetched.is_ok(), "{poll}: {:?}", fetched.err());
    }
    assert_eq!(origin.asked().len(), 200);
}

#[tokio::test]
async fn what_is_no_http_or_too_much_of_it_is_an_error() {
    let origin = Origin::start("127.0.0.1", |head| match head.split(' ').nth(1) {
        Some("/nothing") => Reply::Bytes(Vec::new()),
        Some("/garbage") => Reply::Bytes(b"\x00\xff garbage\r\n\r\n".to_vec()),
        Some("/large") => reply(&format!("200 OK\nX-Large: {}", "a".repeat(100_000)), FEED),
        _ => Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-More: and more\r\n".repeat(100)),
    })
    .await;
    for path in ["/nothing", "/garbage", "/endless"] {
        let error = fetch_url(origin.url(path)).await.unwrap_err();
        assert!(matches!(error, Error::Http { .. }), "{path}: {error:?}");
    }
    assert_eq!(fetch_url(origin.url("/large")).await.unwrap_err(), Error::HeadersTooLarge { limit: 65536 });
}

#[tokio::test]
async fn addresses_inside_are_refused_before_anything_is_sent() {
    let origin = Origin::start("127.0.0.1", |_| reply("200 OK", FEED)).await;
    let port = origin.url("/").port().unwrap();
    let strict = Client::new(&Settings::default()).unwrap();
    for host in ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.0.0.1.", "localhost", "0"] {
        let url = Url::parse(&format!("http://{host}:{port}/?token=canary")).unwrap();
        let error = strict.fetch(&Request::new(url), now()).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)) && !error.is_transient(), "{host}: {error:?}");
        assert!(!error.to_string().contains("canary"));
    }
    assert!(origin.asked().is_empty());
}

#[tokio::test]
async fn an_error_names_its_kind_and_no_secret() {
    let closed = Origin::start("127.0.0.1", |_| Reply::Bytes(Vec::new())).await;
    let plain = Origin::start("127.0.0.1", |_| reply("200 OK", FEED)).await;
    let port = plain.url("/").port().unwrap();
    for (url, kind) in [
        (format!("{}?token=canary", closed.url("/")), "no valid HTTP answer"),
        ("http://u:canary@127.0.0.1:1/?token=canary".to_owned(), "cannot connect"),
        ("http://nowhere.invalid/?token=canary".to_owned(), "cannot resolve"),
        ("ftp://u:canary@a.example/?token=canary".to_owned(), "neither http nor https"),
        (format!("https://127.0.0.1:{port}/?token=canary"), "cannot connect"),
    ] {
        let error = fetch_url(Url::parse(&url).unwrap()).await.unwrap_err();
        assert!(error.to_string().contains(kind), "{url}: {error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused() {
    let url = Url::parse(&format!("https://127.0.0.1:{}/?token=canary", untrusted_tls())).unwrap();
    let error = fetch_url(url).await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }) && !error.is_transient(), "{error:?}");
    assert!(!error.to_string().contains("canary"));
}
