//! All feeds on one listener: every address of 127.0.0.0/8 is this machine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Result, texts};

const GENERATIONS: usize = 2;

pub struct Origin {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    /// By feed and generation.
    documents: Vec<[Vec<u8>; GENERATIONS]>,
    generation: AtomicUsize,
    latency: Duration,
    requests: AtomicU64,
    bodies: AtomicU64,
    bytes: AtomicU64,
}

/// What has been sent so far.
pub struct Served {
    pub requests: u64,
    pub bodies: u64,
    pub bytes: u64,
}

impl Origin {
    pub fn start(feeds: usize, latency: u64) -> Result<Self> {
        let documents = (0..feeds).map(|feed| [0, 1].map(|generation| texts::document(feed, generation))).collect();
        let shared = Arc::new(Shared {
            documents,
            generation: AtomicUsize::new(0),
            latency: Duration::from_millis(latency),
            requests: AtomicU64::new(0),
            bodies: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        });
        let listener = std::net::TcpListener::bind(("0.0.0.0", 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let served = Arc::clone(&shared);
        thread::spawn(move || runtime.block_on(serve(listener, served)));
        Ok(Self { port, shared })
    }

    pub fn described(&self) -> String {
        let Shared { documents, latency, .. } = &*self.shared;
        let bytes: usize = documents.iter().map(|feed| texts::unpacked(&feed[0])).sum();
        format!(
            "{} feeds of {} kB, answers after {} ms",
            documents.len(),
            bytes / documents.len().max(1) / 1000,
            latency.as_millis()
        )
    }

    pub fn url(&self, feed: usize) -> String {
        let (high, low) = (feed / 250, feed % 250);
        format!("http://127.1.{high}.{}:{}/{feed}", low + 1, self.port)
    }

    pub fn set_generation(&self, generation: usize) {
        self.shared.generation.store(generation, Ordering::SeqCst);
    }

    pub fn served(&self) -> Served {
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        let Shared { requests, bodies, bytes, .. } = &*self.shared;
        Served { requests: read(requests), bodies: read(bodies), bytes: read(bytes) }
    }
}

async fn serve(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move { drop(answer(stream, &shared).await) });
    }
}

async fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = Vec::with_capacity(1024);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let feed: usize = head.split(['/', ' ']).nth(2).and_then(|number| number.parse().ok()).unwrap_or(0);
    let generation = shared.generation.load(Ordering::SeqCst);
    let etag = format!("\"{feed}-{generation}\"");
    shared.requests.fetch_add(1, Ordering::SeqCst);
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let validators = format!("etag: {etag}\r\nlast-modified: Sat, 01 Nov 2025 0{generation}:00:00 GMT\r\n");
    if head.contains(&format!("if-none-match: {etag}\r\n")) {
        return stream.write_all(format!("HTTP/1.1 304 Not Modified\r\n{validators}\r\n").as_bytes()).await;
    }
    let body = &shared.documents[feed][generation];
    shared.bodies.fetch_add(1, Ordering::SeqCst);
    shared.bytes.fetch_add(body.len() as u64, Ordering::SeqCst);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\ncontent-encoding: gzip\r\n{validators}content-length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await
}
