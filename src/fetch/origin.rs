//! An origin on loopback that answers with exactly the bytes a test gives it, and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::Engine as _;
use rustls::pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

/// What is written to a connection, and what happens to it then.
#[derive(Clone)]
pub enum Reply {
    /// The bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// The bytes, and then nothing more, ever.
    Stall(Vec<u8>),
    /// The first bytes once, the second again and again.
    Endless(Vec<u8>, Vec<u8>),
}

pub struct Origin {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Origin {
    /// `answer` is given the request head (latin-1) of every connection; one that does not begin with a GET is closed.
    pub async fn start(ip: &str, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        tokio::spawn(serve(listener, Arc::clone(&asked), Arc::new(answer)));
        Self { address, asked }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The request heads so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A response with a Content-Length, closed afterwards. `head` is the status and further header lines.
pub fn reply(head: &str, body: impl AsRef<[u8]>) -> Reply {
    let (status, headers) = head.split_once('\n').unwrap_or((head, ""));
    let lines: String = headers.lines().map(|line| format!("{}\r\n", line.trim())).collect();
    let length = body.as_ref().len();
    let head = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    Reply::Bytes([head.as_bytes(), body.as_ref()].concat())
}

/// A header of a request head, if it was sent.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

type Answer = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

async fn serve(listener: TcpListener, asked: Arc<Mutex<Vec<String>>>, answer: Answer) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&asked), Arc::clone(&answer)));
    }
}

async fn converse(mut stream: TcpStream, asked: Arc<Mutex<Vec<String>>>, answer: Answer) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
        if head[0] != b'G' {
            return;
        }
    }
    let head: String = head.iter().map(|byte| char::from(*byte)).collect();
    let reply = answer(&head);
    asked.lock().unwrap().push(head);
    write(stream, reply).await;
}

/// The peer may hang up at any time; that is what some tests are about.
async fn write(mut stream: TcpStream, reply: Reply) {
    match reply {
        Reply::Bytes(bytes) => {
            let _sent = stream.write_all(&bytes).await;
            let _closed = stream.shutdown().await;
        }
        Reply::Stall(bytes) => {
            let _sent = stream.write_all(&bytes).await;
            let _hung_up = stream.read_u8().await;
        }
        Reply::Endless(first, again) => {
            let _sent = stream.write_all(&first).await;
            while stream.write_all(&again).await.is_ok() {}
        }
    }
}

/// A port on 127.0.0.1 that offers TLS with a certificate nobody vouches for; it serves one connection.
pub fn untrusted_tls() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let decode = |text| base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::Pkcs8(decode(SELF_SIGNED_KEY).into());
    let config = builder.with_no_client_auth().with_single_cert(vec![decode(SELF_SIGNED).into()], key).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        // Ends with the client's alert.
        session.complete_io(&mut stream).unwrap_err();
    });
    port
}

/// Made for this test and used nowhere else: 127.0.0.1, until 2126.
const SELF_SIGNED: &str = "MIIBnTCCAUKgAwIBAgIUB4XG2T9jkovDUWiygexJfbhTseYwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPbG9vcGJhY2sgb3JpZ2lu\
    MCAXDTI2MTEyMzE4NTkxMloYDzIxMjYxMDMwMTg1OTEyWjAaMRgwFgYDVQQDDA9sb29wYmFjayBvcmlnaW4wWTATBgcqhkjOPQIB\
    BggqhkjOPQMBBwNCAARjr5MgElB7roGC0I3mrJ7gumZdwN95cEyWwIAyj2Hwmc7MoRMKqirCjfjDBavObHPoevUUvwL9d5SBFwEg\
    ftaBo2QwYjAdBgNVHQ4EFgQUe3rIHNsgqfxtQZV/6BGOPHVRXvIwHwYDVR0jBBgwFoAUe3rIHNsgqfxtQZV/6BGOPHVRXvIwDwYD\
    VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0kAMEYCIQDz9bDVoBPdT8ImslvlXEiALc+W6iRWcr+k\
    YZyRc7RuDQIhAP/rCUrpf343J/z3JteaqIPm68w/ZINBiZMKAULvgQ/H";
const SELF_SIGNED_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2Rzb0boQqx4vfxMuCYVLfjCFDxQ9Xx6Y5zDvj5E1WwChRANCAARj\
    r5MgElB7roGC0I3mrJ7gumZdwN95cEyWwIAyj2Hwmc7MoRMKqirCjfjDBavObHPoevUUvwL9d5SBFwEgftaB";
