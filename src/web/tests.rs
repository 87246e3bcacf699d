//! The pages over real connections on loopback.

use std::time::Duration;

use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    alert::{RecipientId, Silence, Silenced},
    message::{Muted, Ticket},
    store::{self, silences},
    story::StoryId,
};

/// A server of the pages with a database of its own.
struct Pages {
    address: SocketAddr,
    closing: CancellationToken,
    store: Arc<Store>,
    _dir: tempfile::TempDir,
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).expect("within range")
}

async fn pages() -> Pages {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = Store::open(&dir.path().join("storywatch.db"), Timestamp::UNIX_EPOCH).expect("a new database");
    let web = Web { listen: None, public_url: Some("https://alerts.example.org/".parse().expect("a URL")) };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let address = listener.local_addr().expect("bound");
    let closing = CancellationToken::new();
    let store = Arc::new(store);
    tokio::spawn(serve::serve(
        listener,
        routes(
            Site { store: Arc::clone(&store), clock: Clock::At(now()), pushes: Arc::default(), hubs: Arc::default() },
            &Settings { web, max_push: Some(1 << 20) },
        ),
        closing.clone(),
    ));
    Pages { address, closing, store, _dir: dir }
}

impl Pages {
    /// One request on a connection of its own; the whole answer.
    async fn ask(&self, head: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.expect("listening");
        stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("answered");
        String::from_utf8(answer).expect("text")
    }
}

#[tokio::test]
async fn health_is_told_to_machines_and_nothing_else_to_strangers() {
    let pages = pages().await;
    for (head, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: localhost:8750", "200 OK"),
        ("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1", "200 OK"),
        ("GET /readyz HTTP/1.1\r\nHost: alerts.example.org", "200 OK"),
        ("GET /readyz HTTP/1.1\r\nHost: evil.example", "421 Misdirected Request"),
        ("GET /readyz HTTP/1.0", "400 Bad Request"),
        ("POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0", "405 Method Not Allowed"),
        ("GET /elsewhere HTTP/1.1\r\nHost: localhost", "404 Not Found"),
    ] {
        let answer = pages.ask(head).await.to_ascii_lowercase();
        assert!(
            answer.split("\r\n").next().is_some_and(|line| line.ends_with(&status.to_ascii_lowercase())),
            "{answer}"
        );
        for header in ["content-security-policy: default-src 'none';", "x-content-type-options: nosniff"] {
            assert!(answer.contains(header), "{head}: {answer}");
        }
        for unwanted in ["set-cookie", "\r\nserver:", env!("CARGO_PKG_VERSION"), "access-control"] {
            assert!(!answer.contains(unwanted), "{head}: {unwanted} in {answer}");
        }
    }
}

#[tokio::test]
async fn closing_ends_idle_connections_and_frees_the_port() {
    let pages = pages().await;
    let mut idle = TcpStream::connect(pages.address).await.expect("listening");
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = [0u8; 12];
    idle.read_exact(&mut answer).await.expect("answered");
    pages.closing.cancel();
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(10), idle.read_to_end(&mut rest)).await;
    assert!(end.is_ok(), "the idle connection was left open");
    TcpListener::bind(pages.address).await.expect("the port is free again");
}

impl Pages {
    async fn ticket(&self, muted: Muted) -> String {
        let key = self.store.read(store::signing_key).await.expect("made with the database");
        Ticket::new(&RecipientId("desk".to_owned()), muted, now()).seal(&key)
    }

    async fn silences(&self) -> Vec<Silence> {
        self.store.read(|connection| silences::list(connection, now(), false)).await.expect("readable")
    }
}

#[tokio::test]
async fn a_link_asks_on_get_and_acts_on_post_once() {
    let pages = pages().await;
    let hostile = "<script>alert(1)</script>\r\nSet-Cookie: x".to_owned();
    let ticket = pages.ticket(Muted::Watch(hostile.clone())).await;
    for _ in 0..2 {
        let asked = pages.ask(&format!("GET /mute/{ticket} HTTP/1.1\r\nHost: localhost")).await;
        assert!(asked.starts_with("HTTP/1.1 200") && asked.contains("<form method=\"post\">"), "{asked}");
        let head = asked.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
        assert!(!asked.contains("<script") && !head.contains("cookie"), "{asked}");
    }
    assert_eq!(pages.silences().await, [], "a link scanner follows every link");
    // The whole of an RFC 8058 request, twice.
    for _ in 0..2 {
        let body = "List-Unsubscribe=One-Click";
        let request = format!(
            "POST /mute/{ticket} HTTP/1.1\r\nHost: alerts.example.org\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(pages.address).await.expect("listening");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("answered");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let silences = pages.silences().await;
    assert_eq!(silences.len(), 1, "{silences:?}");
    assert_eq!(silences[0].what, Silenced::Watch(hostile));
    assert_eq!(silences[0].recipient, Some(RecipientId("desk".to_owned())));
}

#[tokio::test]
async fn a_forged_link_does_nothing() {
    let pages = pages().await;
    let ticket = pages.ticket(Muted::Story(StoryId(7))).await;
    for forged in [&ticket[1..], "x", "..%2f..%2fetc", &ticket.replace('.', "%2e%2e")] {
        for method in ["GET", "POST"] {
            let head = format!("{method} /mute/{forged} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0");
            let answer = pages.ask(&head).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{forged}: {answer}");
        }
    }
    assert_eq!(pages.silences().await, []);
}
