//! One GET of one feed: validators, our own redirect hops, deadlines, limits on decompressed size, the address guard; and
//! one form handed in to a hub, one page of an article, under the same manners.
//!
//! Must not parse, know entries, or retry: what to do about an outcome is decided in `schedule`.

mod client;
mod domain;
mod error;
mod guard;
mod headers;
mod hop;
mod links;
#[cfg(test)]
mod origin;
mod slots;
mod submit;
#[cfg(test)]
mod tests;
mod way;

use std::time::Duration;

use url::Url;

pub use self::{
    client::{Client, Settings, build_http},
    domain::{registrable_domain, shown},
    error::Error,
    guard::{Guard, Refused},
    links::Links,
    slots::{Slot, Slots},
    submit::{Form, Receipt},
    way::{Proxy, Way},
};

/// What is expected at a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Feed,
    /// An HTML page; the body of anything else is not read.
    Page,
}

/// What to ask for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the feed lives now: as listed, or where a permanent redirect has led.
    pub url: Url,
    pub kind: Kind,
    /// The URL as the operator wrote it, where `url` is a learned redirect: `headers`, `basic_auth` and a user in the
    /// URL belong to its origin, and are not sent to wherever the feed has moved. `None` means `url`.
    pub listed: Option<Url>,
    /// As the server sent them, byte for byte.
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    /// Sent to the listed origin only.
    pub headers: Vec<(String, String)>,
    /// User and password, sent to the listed origin only.
    pub basic_auth: Option<(String, String)>,
    /// Instead of our own name.
    pub user_agent: Option<String>,
    /// One of the ways that the client was made with.
    pub way: Way,
    /// For the whole exchange, redirects and body included; waiting for a slot is not counted.
    pub timeout: Duration,
    /// Bytes after decompression.
    pub max_body: u64,
}

impl Request {
    /// An unconditional request without credentials: 60 s, 16 MiB.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            kind: Kind::Feed,
            listed: None,
            etag: None,
            last_modified: None,
            headers: Vec::new(),
            basic_auth: None,
            user_agent: None,
            way: Way::default(),
            timeout: Duration::from_secs(60),
            max_body: 16 << 20,
        }
    }
}

/// What an origin said. Transport failures are [`Error`].
#[derive(Clone, Debug)]
pub struct Response {
    /// Never a redirect; 304 only if something was asked conditionally.
    pub status: u16,
    /// The URL that answered.
    pub final_url: Url,
    /// Where the feed has moved for good, if there were redirects and every one was permanent (301, 308). To be
    /// remembered only if the body proves to be a feed.
    pub permanent_url: Option<Url>,
    /// The body lists only what is new (226, RFC 3229).
    pub is_delta: bool,
    /// New validators, of a 200 as well as of a 304.
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    pub content_type: Option<String>,
    /// Cache-Control max-age (or Expires minus Date).
    pub max_age: Option<Duration>,
    /// Retry-After, as a span from now.
    pub retry_after: Option<Duration>,
    pub links: Links,
    /// The values of all X-Robots-Tag headers, one a line.
    pub robots: String,
    /// Empty for anything but a 2xx.
    pub body: Vec<u8>,
}
