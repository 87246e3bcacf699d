//! The pages over real connections on loopback.

use std::time::Duration;

use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;

/// A server of the pages with a database of its own.
struct Pages {
    address: SocketAddr,
    closing: CancellationToken,
    _dir: tempfile::TempDir,
}

async fn pages() -> Pages {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = Store::open(&dir.path().join("storywatch.db"), Timestamp::UNIX_EPOCH).expect("a new database");
    let web = Web { listen: None, public_url: Some("https://alerts.example.org/".parse().expect("a URL")) };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback port");
    let address = listener.local_addr().expect("bound");
    let closing = CancellationToken::new();
    tokio::spawn(serve::serve(listener, routes(Site { store: Arc::new(store) }, &web), closing.clone()));
    Pages { address, closing, _dir: dir }
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
