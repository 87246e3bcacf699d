//! All outlets at once, and the webhook's receiver: a small HTTP server on loopback.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use xxhash_rust::xxh3::xxh3_64;

use super::{Capture, Result};

pub struct Origin {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stand: Mutex<Stand>,
    served: AtomicUsize,
    unchanged: AtomicUsize,
    /// How often each webhook-id came.
    calls: Mutex<HashMap<String, usize>>,
}

/// What each feed serves now.
#[derive(Default)]
struct Stand {
    documents: BTreeMap<String, Arc<Document>>,
    /// Feeds whose present document nobody has asked for yet.
    waiting: BTreeSet<String>,
}

struct Document {
    body: Vec<u8>,
    etag: String,
    content_type: &'static str,
}

impl Document {
    fn new(capture: &Capture) -> Arc<Self> {
        let content_type = if capture.is_no_feed() { "text/html" } else { "text/xml" };
        Arc::new(Self { body: capture.body.clone(), etag: format!("\"{:x}\"", xxh3_64(&capture.body)), content_type })
    }
}

impl Origin {
    pub fn start(captures: &[Capture]) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        for capture in captures.iter().rev() {
            lock(&shared.stand).documents.insert(capture.feed.clone(), Document::new(capture));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&own);
                // A client that goes away harms no other.
                thread::spawn(move || drop(serve(&stream, &shared)));
            }
        });
        Ok(Self { address, shared })
    }

    /// Feeds recorded at `time` change to what they were then.
    pub fn advance(&self, captures: &[Capture], time: &str) {
        let mut stand = lock(&self.shared.stand);
        for capture in captures.iter().filter(|capture| capture.at == time) {
            stand.documents.insert(capture.feed.clone(), Document::new(capture));
            stand.waiting.insert(capture.feed.clone());
        }
    }

    /// Nothing changes, but all feeds are to be asked for once more.
    pub fn ask_all(&self) {
        let mut stand = lock(&self.shared.stand);
        stand.waiting = stand.documents.keys().cloned().collect();
    }

    pub fn is_caught_up(&self) -> bool {
        lock(&self.shared.stand).waiting.is_empty()
    }

    /// Documents sent, and requests answered "not modified".
    pub fn served(&self) -> (usize, usize) {
        (self.shared.served.load(Ordering::Relaxed), self.shared.unchanged.load(Ordering::Relaxed))
    }

    /// Different webhook calls, and those that came again.
    pub fn calls(&self) -> (usize, usize) {
        let calls = lock(&self.shared.calls);
        (calls.len(), calls.values().sum::<usize>() - calls.len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader)? {
        answer(stream, shared, &request)?;
    }
    Ok(())
}

struct Request {
    path: String,
    headers: HashMap<String, String>,
}

fn read_request(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut request = Request { path: line.split(' ').nth(1).unwrap_or_default().to_owned(), headers: HashMap::new() };
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    Ok(Some(request))
}

fn answer(mut stream: &TcpStream, shared: &Shared, request: &Request) -> std::io::Result<()> {
    if let Some(id) = request.headers.get("webhook-id") {
        *lock(&shared.calls).entry(id.clone()).or_default() += 1;
        return stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
    }
    let Some(document) = take(shared, request.path.trim_start_matches('/')) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    };
    let etag = &document.etag;
    if request.headers.get("if-none-match") == Some(etag) {
        shared.unchanged.fetch_add(1, Ordering::Relaxed);
        return stream.write_all(format!("HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n").as_bytes());
    }
    shared.served.fetch_add(1, Ordering::Relaxed);
    let (kind, length) = (document.content_type, document.body.len());
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nETag: {etag}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&document.body)
}

fn take(shared: &Shared, feed: &str) -> Option<Arc<Document>> {
    let mut stand = lock(&shared.stand);
    stand.waiting.remove(feed);
    stand.documents.get(feed).cloned()
}
