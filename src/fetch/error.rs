//! Why a fetch brought no response. Texts name no user, password or query.

use std::{error::Error as StdError, io, time::Duration};

use super::guard::Refused;

/// No response, or one that cannot be used. Hosts and URLs in it are safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The client could not be built.
    #[error("cannot set up the HTTP client: {0}")]
    Setup(String),
    /// A configured header that HTTP does not allow; the value is not told.
    #[error("the header {name:?} cannot be sent")]
    BadHeader { name: String },
    #[error("{url} is neither http nor https")]
    Scheme { url: String },
    /// The address guard.
    #[error("refused: {0}")]
    Refused(#[from] Refused),
    /// Not asked: the host answered another request with 429 while this one waited for its turn.
    #[error("{host} asks to be left alone")]
    Held { host: String },
    #[error("cannot resolve {host}: {cause}")]
    Dns { host: String, cause: String },
    #[error("cannot connect to {host}: {cause}")]
    Connect { host: String, cause: String },
    #[error("cannot connect to {host}: no answer")]
    NoAnswer { host: String },
    #[error("no trusted TLS connection to {host}: {cause}")]
    Tls { host: String, cause: String },
    #[error("no complete answer within {}", seconds(.0))]
    Timeout(Duration),
    /// What came is not HTTP, or the connection ended before the headers did.
    #[error("no valid HTTP answer from {host}: {cause}")]
    Http { host: String, cause: String },
    #[error("the headers are larger than {limit} bytes")]
    HeadersTooLarge { limit: usize },
    /// After decompression.
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    /// Where a page was asked for.
    #[error("not a page but {kind}")]
    NotAPage { kind: String },
    /// Cut off, or not what its Content-Encoding says.
    #[error("the body is broken: {0}")]
    Body(String),
    #[error("status {status} without a usable Location")]
    NoLocation { status: u16 },
    #[error("more than {limit} redirects")]
    TooManyRedirects { limit: usize },
    #[error("redirects in a loop through {url}")]
    RedirectLoop { url: String },
    #[error("redirected from https to the unprotected {url}")]
    Downgrade { url: String },
    #[error("status 304, but nothing was asked conditionally")]
    UnaskedNotModified,
}

impl Error {
    /// Whether the same request may well succeed later without anybody changing anything. Trust, redirects, size and
    /// refusals are somebody's doing.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Dns { .. } | Self::Connect { .. } | Self::Timeout(_) | Self::Http { .. } | Self::Body(_) => true,
            Self::Held { .. } | Self::NoAnswer { .. } => true,
            Self::Setup(_) | Self::BadHeader { .. } | Self::Scheme { .. } | Self::Refused(_) | Self::Tls { .. } => {
                false
            }
            Self::NotAPage { .. } | Self::HeadersTooLarge { .. } | Self::TooLarge { .. } | Self::NoLocation { .. } => {
                false
            }
            Self::TooManyRedirects { .. } | Self::RedirectLoop { .. } | Self::Downgrade { .. } => false,
            Self::UnaskedNotModified => false,
        }
    }

    /// The host took the time there was.
    pub fn is_hang(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::NoAnswer { .. })
    }

    /// Nobody there who can prove to be whom the URL names, or an address that may not be asked.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Tls { .. } | Self::Refused(_))
    }

    /// What the HTTP client says about a request that got no response head. Its own text is left aside, because it
    /// prints the URL with the query; the causes below it do not.
    pub(super) fn of_request(host: &str, error: &reqwest::Error) -> Self {
        if let Some(refused) = find::<Refused>(error) {
            return Self::Refused(refused.clone());
        }
        let (host, cause) = (host.to_owned(), innermost(error));
        match () {
            () if error.is_timeout() => Self::NoAnswer { host },
            () if find::<rustls::Error>(error).is_some() => Self::Tls { host, cause },
            () if error.is_dns() => Self::Dns { host, cause },
            () if error.is_connect() => Self::Connect { host, cause },
            () => Self::Http { host, cause },
        }
    }

    pub(super) fn of_body(error: &reqwest::Error) -> Self {
        Self::Body(innermost(error))
    }
}

fn seconds(span: &Duration) -> String {
    format!("{} s", span.as_secs_f64())
}

/// The causes of an error, outermost first. An [`io::Error`] made from another error names that error's cause as its
/// own and so hides the error itself; it is looked into.
fn causes(error: &reqwest::Error) -> Vec<&(dyn StdError + 'static)> {
    let mut found = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        found.push(cause);
        let inside = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inside.map(|inner| inner as &(dyn StdError + 'static)).or_else(|| cause.source());
    }
    found
}

fn find<T: StdError + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).into_iter().find_map(|cause| cause.downcast_ref::<T>())
}

fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "unknown".to_owned(), |cause| cause.to_string())
}
