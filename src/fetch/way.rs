//! The way out for some feeds: through a proxy, or trusting more than the machine does. One HTTP client for each.
//!
//! A proxy connects on our behalf, and resolves names itself where it is spoken to by name: the address guard then sees
//! literals only. That is for the operator to know who configures one.

use std::{fmt, hash::Hash};

use reqwest::{Certificate, ClientBuilder};
use url::Url;

use super::Error;

/// How requests leave; the default is straight, trusting whom the machine trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Way {
    pub proxy: Option<Proxy>,
    /// Certificates (DER) that are trusted besides the machine's own.
    pub trusted: Vec<Vec<u8>>,
}

/// A proxy, and who we are to it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// `http`, `https`, `socks5` or `socks5h`.
    pub url: Url,
    pub login: Option<(String, String)>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Way {
    /// The host that this way itself leads through; where the operator has put it is no matter of the guard.
    pub(super) fn through(&self) -> Option<&str> {
        self.proxy.as_ref().and_then(|proxy| proxy.url.host_str())
    }

    pub(super) fn proxied(&self, builder: ClientBuilder) -> Result<ClientBuilder, Error> {
        let Some(Proxy { url, login }) = &self.proxy else { return Ok(builder.no_proxy()) };
        let unusable = |_| Error::Setup("the proxy cannot be used".to_owned());
        let proxy = reqwest::Proxy::all(url.clone()).map_err(unusable)?;
        Ok(builder.no_proxy().proxy(match login {
            Some((user, password)) => proxy.basic_auth(user, password),
            None => proxy,
        }))
    }

    pub(super) fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        let unusable = |_| Error::Setup("a certificate to be trusted cannot be read".to_owned());
        self.trusted.iter().map(|der| Certificate::from_der(der).map_err(unusable)).collect()
    }
}
