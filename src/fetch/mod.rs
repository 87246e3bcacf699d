//! One GET of one feed: validators, our own redirect hops, deadlines, limits on decompressed size, the address guard.
//!
//! Must not parse, know entries, or retry: what to do about an outcome is decided in `schedule`.

use std::time::Duration;

use url::Url;

/// What to ask for.
#[derive(Clone, Debug)]
pub struct Request {
    pub url: Url,
    /// As the server sent them, byte for byte.
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    /// Sent to the first origin only.
    pub headers: Vec<(String, String)>,
    /// User and password, sent to the first origin only.
    pub basic_auth: Option<(String, String)>,
    /// For the whole exchange, redirects and body included.
    pub timeout: Duration,
    /// Bytes after decompression.
    pub max_body: u64,
}

/// What an origin said. Transport failures are [`Error`].
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// The URL that answered.
    pub final_url: Url,
    /// The last URL of the leading run of permanent redirects (301, 308), if there was one.
    pub permanent_url: Option<Url>,
    pub etag: Option<Vec<u8>>,
    pub last_modified: Option<Vec<u8>>,
    pub content_type: Option<String>,
    /// Cache-Control max-age (or Expires minus Date).
    pub max_age: Option<Duration>,
    /// Retry-After, as a span from now.
    pub retry_after: Option<Duration>,
    /// Empty for anything but a 2xx.
    pub body: Vec<u8>,
}
