//! Bytes of a feed document to [`ParsedFeed`] and the problems met; nothing in here can panic the daemon.
//!
//! Must not touch the network or the clock, and must not invent ids.

use jiff::Timestamp;
use serde::Serialize;

/// A feed document as read. Texts are as published: they may hold HTML and anything hostile.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ParsedFeed {
    pub title: Option<String>,
    /// The site's page.
    pub links: Vec<String>,
    pub language: Option<String>,
    /// WebSub hub.
    pub hub: Option<String>,
    #[serde(rename = "self")]
    pub self_url: Option<String>,
    /// Minutes the publisher asks to wait between polls.
    pub ttl: Option<u32>,
    #[serde(skip)]
    pub entries: Vec<ParsedEntry>,
}

/// One item of a feed document.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ParsedEntry {
    /// Only what the document says; never made up.
    pub id: Option<String>,
    pub title: Option<String>,
    /// Absolute.
    pub url: Option<String>,
    pub summary: Option<String>,
    pub content: Option<String>,
    pub author: Option<String>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub tags: Vec<String>,
    pub language: Option<String>,
    /// Name of the feed it was taken from (RSS `<source>`, atom:source).
    pub source: Option<String>,
}

/// Something in a document that could be read only in part, or was repaired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub message: String,
}

/// The document is no feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a feed: {0}")]
pub struct NotAFeed(pub String);
