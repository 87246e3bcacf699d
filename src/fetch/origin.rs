//! An origin on loopback that answers with exactly the bytes a test gives it, and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

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
