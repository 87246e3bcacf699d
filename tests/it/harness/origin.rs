//! The outlets: one HTTP server, a document per path, changed by the test as the story goes on.

use std::{
    collections::HashMap,
    io::Result,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use xxhash_rust::xxh3::xxh3_64;

use super::http::{self, Request};

/// What a path answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A feed with these items, the first listed first, with an ETag and 304 for it.
    Feed(Vec<Item>),
    /// This, word for word.
    Page { status: u16, content_type: &'static str, body: String },
    /// Nothing, for ever.
    Hang,
}

/// One item of a feed.
#[derive(Clone, Debug)]
pub struct Item {
    pub guid: String,
    pub link: String,
    pub title: String,
    /// Markup.
    pub body: String,
    pub published: Timestamp,
}

#[derive(Default)]
struct Site {
    answers: HashMap<String, Answer>,
    requests: Vec<(Request, u16)>,
}

#[derive(Clone)]
pub struct Origin {
    pub address: SocketAddr,
    site: Arc<Mutex<Site>>,
}

impl Origin {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let origin = Self { address: listener.local_addr().unwrap(), site: Arc::default() };
        let served = origin.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let origin = served.clone();
                thread::spawn(move || drop(origin.serve(stream)));
            }
        });
        origin
    }

    pub fn set(&self, path: &str, answer: Answer) {
        self.site.lock().unwrap().answers.insert(path.to_owned(), answer);
    }

    /// Puts an item at the head of a feed, or in the place of the one with the same guid.
    pub fn publish(&self, path: &str, item: Item) {
        let mut site = self.site.lock().unwrap();
        let answer = site.answers.entry(path.to_owned()).or_insert_with(|| Answer::Feed(Vec::new()));
        let Answer::Feed(items) = answer else { panic!("{path} serves no feed") };
        match items.iter_mut().find(|known| known.guid == item.guid) {
            Some(known) => *known = item,
            None => items.insert(0, item),
        }
    }

    /// Leaves the newest items in a feed.
    pub fn trim(&self, path: &str, items: usize) {
        if let Some(Answer::Feed(listed)) = self.site.lock().unwrap().answers.get_mut(path) {
            listed.truncate(items);
        }
    }

    /// The requests for a path, with the status each was answered.
    pub fn requests(&self, path: &str) -> Vec<(Request, u16)> {
        self.site.lock().unwrap().requests.iter().filter(|(request, _)| request.path == path).cloned().collect()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn serve(&self, mut stream: TcpStream) -> Result<()> {
        while let Some(request) = http::read_request(&mut stream)? {
            let answer = self.site.lock().unwrap().answers.get(&request.path).cloned();
            let (status, kind, etag, body) = respond(&request, answer);
            self.site.lock().unwrap().requests.push((request, status));
            if status == 0 {
                // Held open until the client gives up.
                let _ = http::read_request(&mut stream);
                return Ok(());
            }
            http::answer(&mut stream, status, &[("Content-Type", kind), ("ETag", &etag)], body.as_bytes())?;
        }
        Ok(())
    }
}

fn respond(request: &Request, answer: Option<Answer>) -> (u16, &'static str, String, String) {
    match answer {
        Some(Answer::Feed(items)) => {
            let body = feed(&request.path, &items);
            let etag = format!("\"{:x}\"", xxh3_64(body.as_bytes()));
            let is_known = request.header("if-none-match") == Some(etag.as_str());
            let (status, body) = if is_known { (304, String::new()) } else { (200, body) };
            (status, "application/rss+xml", etag, body)
        }
        Some(Answer::Page { status, content_type, body }) => (status, content_type, "\"page\"".to_owned(), body),
        Some(Answer::Hang) => (0, "", String::new(), String::new()),
        None => (404, "text/plain", "\"none\"".to_owned(), String::new()),
    }
}

fn feed(path: &str, items: &[Item]) -> String {
    let items: String = items.iter().map(item_xml).collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Feed {path}</title>{items}</channel></rss>")
}

fn item_xml(item: &Item) -> String {
    let date = rfc2822::to_string(&item.published.to_zoned_datetime(TimeZone::UTC)).unwrap();
    let escaped = |text: &str| html_escape::encode_text(text).into_owned();
    format!(
        "<item><guid isPermaLink=\"false\">{}</guid><link>{}</link><title>{}</title><description>{}</description>\
         <pubDate>{date}</pubDate></item>",
        escaped(&item.guid),
        escaped(&item.link),
        escaped(&item.title),
        escaped(&item.body)
    )
}
