//! What a URL is called towards others: the registrable domain that politeness is counted by, and a form that may be
//! shown in logs and errors.

use url::{Host, Url};

/// The domain one party has registered (`example.co.uk` of `feeds.example.co.uk`), by the public suffix list; it is
/// what `per_host` and holds are counted by. A host that has none (an address, a single label, a suffix by itself)
/// stands for itself; so 127.0.0.1 and 127.0.0.2 are two.
pub fn registrable_domain(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            psl::domain_str(name).unwrap_or(name).to_owned()
        }
        Some(address) => address.to_string(),
        None => String::new(),
    }
}

/// A URL without what may be secret: no user, no password, no fragment, and `?…` for a query.
pub fn shown(url: &Url) -> String {
    let host = url.host().map(|host| host.to_string()).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = if url.query().is_some() { "?…" } else { "" };
    match url.cannot_be_a_base() {
        true => format!("{}:…", url.scheme()),
        false => format!("{}://{host}{port}{}{query}", url.scheme(), url.path()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrable_domain_is_the_party_behind_a_host() {
        for (url, expected) in [
            ("https://feeds.bbci.co.uk/news/rss.xml", "bbci.co.uk"),
            ("https://example.org/", "example.org"),
            ("https://EXAMPLE.org./", "example.org"),
            ("https://one.github.io/feed", "one.github.io"),
            ("https://bücher.example/feed", "xn--bcher-kva.example"),
            ("http://localhost:8080/", "localhost"),
            ("http://co.uk/", "co.uk"),
            ("http://127.0.0.1:8080/", "127.0.0.1"),
            ("http://127.0.0.2:8080/", "127.0.0.2"),
            ("http://[::1]:8080/", "[::1]"),
            ("data:text/plain,a", ""),
        ] {
            assert_eq!(registrable_domain(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn a_shown_url_tells_no_secret() {
        for (url, expected) in [
            ("https://example.org/feed", "https://example.org/feed"),
            ("https://me:canary@example.org:8443/feed?token=canary#canary", "https://example.org:8443/feed?…"),
            ("data:text/plain,canary", "data:…"),
            ("file:///etc/passwd", "file:///etc/passwd"),
        ] {
            assert_eq!(shown(&Url::parse(url).unwrap()), expected);
        }
    }
}
