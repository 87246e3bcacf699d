//! How fast feed documents are read, beside feed-rs by itself in the same run.
//!
//! `parse_speed [FOLDER]`: made-up feeds of four kinds, or the documents of a folder. Megabytes a second of processor
//! time; `entries` makes entries of what was read too, as a poll does.

use std::{
    error::Error,
    fs,
    hint::black_box,
    panic::{AssertUnwindSafe, catch_unwind, set_hook},
    path::Path,
    time::Duration,
};

use storywatch::{entry::from_parsed, parse::parse_feed};
use url::Url;

/// Megabytes read of each kind.
const ENOUGH: usize = 60_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let kinds = match std::env::args().nth(1) {
        Some(folder) => vec![("folder", documents(Path::new(&folder))?)],
        None => made_up(),
    };
    // feed-rs panics on some documents, and says so each time.
    set_hook(Box::new(|_| {}));
    println!("{:24} {:>9} {:>9} {:>9} {:>9}", "MB/s", "MB", "parse", "entries", "feed-rs");
    for (name, documents) in &kinds {
        let bytes: usize = documents.iter().map(Vec::len).sum();
        let rounds = (ENOUGH / bytes.max(1)).max(1);
        let pace = |each: &dyn Fn(&[u8])| {
            let started = processor();
            for _ in 0..rounds {
                documents.iter().for_each(|document| each(document));
            }
            (bytes * rounds) as f64 / 1e6 / (processor() - started).as_secs_f64()
        };
        let parse = pace(&|document| drop(black_box(parse_feed(document, None, None))));
        let entries = pace(&|document| read(document));
        let raw = pace(&|document| {
            let read = catch_unwind(AssertUnwindSafe(|| feed_rs::parser::parse(document).is_ok()));
            black_box(read.unwrap_or(false));
        });
        println!("{name:24} {:>9.1} {parse:>9.0} {entries:>9.0} {raw:>9.0}", bytes as f64 / 1e6);
    }
    Ok(())
}

fn read(document: &[u8]) {
    if let Ok((feed, _)) = parse_feed(document, None, None) {
        let base = Url::parse("https://pond.example/feed").ok();
        feed.entries.iter().for_each(|entry| drop(black_box(from_parsed(entry, &feed, base.as_ref()))));
    }
}

fn documents(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut documents = Vec::new();
    for found in fs::read_dir(folder)? {
        let path = found?.path();
        if path.is_dir() {
            documents.extend(self::documents(&path)?);
        } else {
            documents.push(fs::read(path)?);
        }
    }
    Ok(documents)
}

fn made_up() -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let escaped = |at| text(at, 60).replace("<", "&lt;").replace(">", "&gt;");
    let short = |at: usize| {
        format!(
            "<item><title>{}</title><link>https://pond.example/{at}</link><guid isPermaLink=\"false\">p-{at}</guid>\
             <description>{}</description><pubDate>Fri, 17 May 2019 06:00:00 GMT</pubDate><category>frogs</category></item>\n",
            words(at, 9),
            escaped(at)
        )
    };
    let long = |at: usize| {
        format!(
            "<item><title>{}</title><link>https://pond.example/{at}</link><description>{}</description>\
             <content:encoded><![CDATA[{}]]></content:encoded><dc:creator>Ann</dc:creator>\
             <pubDate>Fri, 17 May 2019 06:00:00 +0200</pubDate></item>\n",
            words(at, 9),
            escaped(at),
            text(at, 600)
        )
    };
    let atom = |at: usize| {
        format!(
            "<entry><id>urn:{at}</id><title type=\"html\">{}</title><link rel=\"alternate\" href=\"/{at}\"/>\
             <published>2019-05-17T06:00:00Z</published><updated>2019-05-17T06:00:00Z</updated>\
             <content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div></content></entry>\n",
            words(at, 9),
            text(at, 200)
        )
    };
    let json = |at: usize| {
        let (title, body) = (words(at, 9), text(at, 200));
        serde_json::json!({"id": at.to_string(), "url": format!("https://pond.example/{at}"), "title": title,
            "content_html": body, "date_published": "2019-05-17T06:00:00Z"})
        .to_string()
    };
    let rss = |items: String| {
        format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Pond</title>{items}</channel></rss>")
            .into_bytes()
    };
    let items = |each: &dyn Fn(usize) -> String, count| (0..count).map(each).collect::<String>();
    let feed = format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Pond</title>{}</feed>", items(&atom, 30));
    let list = (0..30).map(json).collect::<Vec<_>>().join(",");
    let listed = format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Pond\",\"items\":[{list}]}}");
    vec![
        ("RSS, 30 short items", vec![rss(items(&short, 30))]),
        ("RSS, 30 whole texts", vec![rss(items(&long, 30))]),
        ("Atom, 30 in XHTML", vec![feed.into_bytes()]),
        ("JSON Feed, 30", vec![listed.into_bytes()]),
        ("RSS, 10,000 items", vec![rss(items(&short, 10_000))]),
    ]
}

/// Paragraphs with links, as bodies have them.
fn text(at: usize, length: usize) -> String {
    let paragraph = |from: usize| {
        format!(
            "<p>{} <a href=\"https://lake.example/{from}?a=1&amp;b=2\">{}</a>.</p>",
            words(from, 25),
            words(from, 4)
        )
    };
    (0..length.div_ceil(29)).map(|part| paragraph(at + part)).collect()
}

fn words(at: usize, count: usize) -> String {
    const WORDS: [&str; 16] = [
        "frogs",
        "and",
        "toads",
        "of",
        "the",
        "pond",
        "said",
        "on",
        "Thursday",
        "that",
        "größer",
        "rain",
        "is",
        "expected",
        "“soon”",
        "minister",
    ];
    (0..count).map(|word| WORDS[(at * 7 + word * word * 5 + word) % WORDS.len()]).collect::<Vec<_>>().join(" ")
}

/// Time this process has spent on a processor, so that a busy machine does not count.
fn processor() -> Duration {
    let spent = fs::read_to_string("/proc/self/schedstat").ok();
    let nanos = spent.and_then(|spent| spent.split(' ').next()?.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
