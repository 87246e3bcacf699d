//! `storywatch feeds discover`: the feeds of a site, from the address of any of its pages.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use url::Url;

use super::{
    block_on,
    lookup::Place,
    opml::{Entry, toml_entry},
    out::Out,
};
use crate::{
    clock::Clock,
    fetch::{Client, Request, Response, Settings},
    parse::{ParsedFeed, page, parse_feed},
};

/// Requests for one command: a page may point at any number of feeds.
const MOST_REQUESTS: usize = 20;

#[derive(Debug, Args)]
pub(super) struct Discover {
    /// A page of the site, or a feed; without a scheme, https.
    #[arg(value_parser = web_page)]
    url: Url,
    /// One JSON value a line, instead of TOML.
    #[arg(long)]
    json: bool,
}

/// A feed that was found, fetched and read.
struct Found {
    url: Url,
    feed: ParsedFeed,
}

impl Discover {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let client = Client::new(&settings(place)?).context("the HTTP client cannot be made")?;
        let found = block_on(Search { client, asked: Vec::new(), found: Vec::new() }.from(&self.url))?;
        let mut out = Out::new();
        for found in &found {
            if self.json { out.json(&to_json(found))? } else { print(&mut out, found)? }
        }
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// As the daemon would behave, where there is a configuration; a first feed is often looked for before there is one.
fn settings(place: &Place) -> Result<Settings> {
    if !place.config.exists() {
        return Ok(Settings::default());
    }
    let polling = place.load()?.polling;
    Ok(Settings { contact: polling.contact, allow_networks: polling.allow_networks, ..Settings::default() })
}

fn web_page(text: &str) -> Result<Url, String> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(format!("{other:?} is no scheme of the web")),
    }
}

/// One search: one request at a time, none twice.
struct Search {
    client: Client,
    asked: Vec<Url>,
    found: Vec<Found>,
}

impl Search {
    async fn from(mut self, url: &Url) -> Result<Vec<Found>> {
        let response = self.fetch(url).await?;
        if let Some(feed) = read(&response) {
            return Ok(vec![Found { url: response.final_url, feed }]);
        }
        let pointers = page::feeds_of_page(&response.body, response.content_type.as_deref(), &response.final_url);
        // What is declared is believed; the rest is only tried where nothing is.
        for candidates in [pointers.declared, pointers.linked, pointers.usual] {
            self.look_at(candidates).await;
            if !self.found.is_empty() {
                return Ok(self.found);
            }
        }
        bail!("no feed found from {url}: {} addresses tried", self.asked.len());
    }

    async fn look_at(&mut self, candidates: Vec<Url>) {
        for candidate in candidates {
            if self.asked.contains(&candidate) || self.asked.len() >= MOST_REQUESTS {
                continue;
            }
            let Ok(response) = self.fetch(&candidate).await else { continue };
            // Several addresses may lead to one feed.
            let is_known = self.found.iter().any(|found| found.url == response.final_url);
            if let Some(feed) = read(&response).filter(|_| !is_known) {
                self.found.push(Found { url: response.final_url, feed });
            }
        }
    }

    async fn fetch(&mut self, url: &Url) -> Result<Response> {
        self.asked.push(url.clone());
        let response = self.client.fetch(&Request::new(url.clone()), Clock::Machine.now()).await?;
        match response.status {
            200..=299 => Ok(response),
            status => bail!("{url} answers with status {status}"),
        }
    }
}

fn read(response: &Response) -> Option<ParsedFeed> {
    parse_feed(&response.body, response.content_type.as_deref(), Some(&response.final_url)).ok().map(|(feed, _)| feed)
}

fn newest(feed: &ParsedFeed) -> Option<Timestamp> {
    feed.entries.iter().filter_map(|entry| entry.published.or(entry.updated)).max()
}

fn print(out: &mut Out, found: &Found) -> Result<()> {
    let count = found.feed.entries.len();
    let newest = newest(&found.feed).map(|time| format!(", the newest of {}", time.strftime("%Y-%m-%d")));
    out.line(format!("# {}, {count} entries{}", found.feed.format, newest.unwrap_or_default()))?;
    let entry = Entry { url: found.url.as_str(), title: found.feed.title.as_deref(), groups: &[] };
    for line in toml_entry(&entry) {
        out.line(line)?;
    }
    Ok(())
}

fn to_json(found: &Found) -> serde_json::Value {
    json!({
        "url": found.url,
        "title": found.feed.title,
        "format": found.feed.format,
        "language": found.feed.language,
        "entries": found.feed.entries.len(),
        "newest": newest(&found.feed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_may_be_named_without_a_scheme() {
        assert_eq!(web_page("pond.example/x").map(String::from), Ok("https://pond.example/x".into()));
        assert_eq!(web_page("http://pond.example").map(String::from), Ok("http://pond.example/".into()));
        assert!(web_page("file:///etc/passwd").is_err());
        assert!(web_page("https://").is_err());
    }
}
