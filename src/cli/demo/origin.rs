//! The outlets of the demo: one small HTTP server on loopback that serves each outlet's feed as it stands at the time
//! that is being played.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::Result;
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::script::{self, Item, OUTLETS, Outlet};

/// Requests of ours are far below this.
const MAX_REQUEST: usize = 16 * 1024;

/// The server; it ends with the runtime.
pub(super) struct Origin {
    pub address: SocketAddr,
    now: Arc<AtomicI64>,
}

impl Origin {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let origin = Self { address: listener.local_addr()?, now: Arc::default() };
        let now = Arc::clone(&origin.now);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let now = Arc::clone(&now);
                // One client that goes away harms no other.
                tokio::spawn(async move { drop(serve(stream, &now).await) });
            }
        });
        Ok(origin)
    }

    /// What is served from now on is what stands at `time`.
    pub(super) fn set_time(&self, time: Timestamp) {
        self.now.store(time.as_second(), Ordering::Release);
    }
}

async fn serve(mut stream: TcpStream, now: &AtomicI64) -> std::io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        let time = Timestamp::from_second(now.load(Ordering::Acquire)).unwrap_or(Timestamp::UNIX_EPOCH);
        stream.write_all(answer(&request, time).as_bytes()).await?;
    }
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let mut chunk = [0u8; 2048];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut chunk).await?;
        if read == 0 || bytes.len() > MAX_REQUEST {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn answer(request: &str, now: Timestamp) -> String {
    let path = request.split(' ').nth(1).unwrap_or_default();
    let named = |outlet: &&Outlet| path.strip_prefix('/').and_then(|p| p.strip_suffix(".xml")) == Some(outlet.key);
    let Some(outlet) = OUTLETS.iter().find(named) else {
        return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned();
    };
    let items = published(outlet, now);
    let etag = format!("\"{}-{}\"", items.len(), items.iter().map(|item| item.title.len()).sum::<usize>());
    let is_known = request.lines().any(|line| {
        line.split_once(':')
            .is_some_and(|(name, value)| name.eq_ignore_ascii_case("if-none-match") && value.trim() == etag)
    });
    if is_known {
        return format!("HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n");
    }
    let body = document(outlet, &items);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: {etag}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The outlet's items at that time, the latest first; of an item published anew the latest version.
fn published(outlet: &Outlet, now: Timestamp) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for item in script::day() {
        if item.outlet != outlet.key || script::at(item.hour, item.minute) > now {
            continue;
        }
        match items.iter_mut().find(|known| known.slug == item.slug) {
            Some(known) => {
                *known = Item { hour: known.hour, minute: known.minute, ..item };
            }
            None => items.push(item),
        }
    }
    items.reverse();
    items
}

fn document(outlet: &Outlet, items: &[Item]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>{}</title>\
         <link>https://www.{}/</link><description>Latest</description><language>en</language>",
        escaped(outlet.name),
        outlet.domain
    );
    for item in items {
        let link = format!("https://www.{}/2024/11/14/{}.html", outlet.domain, item.slug);
        let date = rfc2822::to_string(&script::at(item.hour, item.minute).to_zoned_datetime(TimeZone::UTC))
            .unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(
            xml,
            "<item><title>{}</title><link>{link}</link><guid isPermaLink=\"false\">{}-{}</guid>\
             <pubDate>{date}</pubDate><description>{}</description></item>",
            escaped(item.title),
            outlet.key,
            item.slug,
            escaped(&item.body)
        );
    }
    xml.push_str("</channel></rss>\n");
    xml
}

fn escaped(text: &str) -> String {
    html_escape::encode_text(text).into_owned()
}
