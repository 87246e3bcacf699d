//! Redirects: where the next hop goes, when to stop following, what may be learned, and who may be sent credentials.
//! Pure.

use url::{Origin, Url};

use super::{Error, shown};

/// Redirects followed in one fetch; one more is an error.
const MAX_REDIRECTS: usize = 5;
/// A Location longer than this is no address of a feed.
const MAX_LOCATION: usize = 8 * 1024;

/// The URLs one fetch has been through.
#[derive(Debug)]
pub(super) struct Trail {
    /// Without user, password and fragment. Never empty; the last is where the next request goes.
    visited: Vec<Url>,
    only_permanent: bool,
}

impl Trail {
    pub(super) fn start(url: &Url) -> Result<Self, Error> {
        Ok(Self { visited: vec![bare(url)?], only_permanent: true })
    }

    /// Where to ask next. After the last hop: the URL that answered.
    pub(super) fn url(&self) -> &Url {
        self.visited.last().expect("a trail starts with one URL and only grows")
    }

    /// Where redirects have led, if there were any and all were permanent.
    pub(super) fn permanent_url(&self) -> Option<&Url> {
        (self.only_permanent && self.visited.len() > 1).then(|| self.url())
    }

    /// Takes the redirect that the present URL answered with.
    pub(super) fn follow(&mut self, status: u16, location: Option<&[u8]>) -> Result<(), Error> {
        let next = self.target(status, location)?;
        if self.visited.contains(&next) {
            return Err(Error::RedirectLoop { url: shown(&next) });
        }
        if self.visited.len() > MAX_REDIRECTS {
            return Err(Error::TooManyRedirects { limit: MAX_REDIRECTS });
        }
        self.only_permanent &= matches!(status, 301 | 308);
        self.visited.push(next);
        Ok(())
    }

    fn target(&self, status: u16, location: Option<&[u8]>) -> Result<Url, Error> {
        // 305 would name a proxy (RFC 9110 section 15.4.6) and 306 means nothing: neither is a place to go.
        let followed = matches!(status, 300..=303 | 307 | 308);
        let location = location.filter(|bytes| followed && !bytes.is_empty() && bytes.len() <= MAX_LOCATION);
        let text = location.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let joined = text.and_then(|text| self.url().join(text).ok()).ok_or(Error::NoLocation { status })?;
        let next = bare(&joined)?;
        match self.url().scheme() == "https" && next.scheme() == "http" {
            true => Err(Error::Downgrade { url: shown(&next) }),
            false => Ok(next),
        }
    }
}

/// Whether a request to `url` may carry what the operator gave for `listed`: the same origin, or the same host moved
/// from http to https on the usual ports, which tells nobody new.
pub(super) fn may_have_credentials(listed: &Url, url: &Url) -> bool {
    let upgraded = || listed.host() == url.host() && usual(listed, "http", 80) && usual(url, "https", 443);
    same(listed.origin(), url.origin()) || upgraded()
}

fn same(one: Origin, other: Origin) -> bool {
    one.is_tuple() && one == other
}

fn usual(url: &Url, scheme: &str, port: u16) -> bool {
    url.scheme() == scheme && url.port_or_known_default() == Some(port)
}

/// Only http and https are spoken. A Location does not decide whom we say we are, so a user in it is dropped; the
/// listed URL's own is put back where it may go.
fn bare(url: &Url) -> Result<Url, Error> {
    let refused = || Error::Scheme { url: shown(url) };
    let mut bare = url.clone();
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused());
    }
    bare.set_fragment(None);
    bare.set_username("").map_err(|()| refused())?;
    bare.set_password(None).map_err(|()| refused())?;
    Ok(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn followed(start: &str, hops: &[(u16, &str)]) -> Result<Trail, Error> {
        let mut trail = Trail::start(&url(start))?;
        for (status, location) in hops {
            trail.follow(*status, Some(location.as_bytes()))?;
        }
        Ok(trail)
    }

    #[track_caller]
    fn check(hops: &[(u16, &str)], last: &str, permanent: bool) {
        let trail = followed("http://a.example/feed", hops).unwrap();
        assert_eq!(trail.url().as_str(), last, "{hops:?}");
        assert_eq!(trail.permanent_url().map(Url::as_str), permanent.then_some(last), "{hops:?}");
    }

    #[test]
    fn only_a_chain_permanent_from_end_to_end_is_to_be_learned() {
        check(&[], "http://a.example/feed", false);
        check(&[(301, "/b")], "http://a.example/b", true);
        check(&[(301, "/b"), (308, "https://c.example/")], "https://c.example/", true);
        check(&[(302, "/b")], "http://a.example/b", false);
        check(&[(303, "/b")], "http://a.example/b", false);
        check(&[(307, "/b")], "http://a.example/b", false);
        check(&[(300, "/b")], "http://a.example/b", false);
        check(&[(301, "/b"), (302, "/c")], "http://a.example/c", false);
        check(&[(302, "/b"), (301, "/c")], "http://a.example/c", false);
        check(&[(301, "//u:p@c.example/b#part")], "http://c.example/b", true);
    }

    #[test]
    fn what_is_no_place_to_go_is_an_error() {
        let long = format!("/{}", "a".repeat(200_000));
        for (start, status, location) in [
            ("http://a.example/", 301, "file:///etc/passwd"),
            ("http://a.example/", 301, "ftp://a.example/feed"),
            ("http://a.example/", 302, "data:text/xml,<rss/>"),
            ("http://a.example/", 302, "javascript:alert(1)"),
            ("http://a.example/", 302, "http://"),
            ("http://a.example/", 302, ""),
            ("http://a.example/", 302, &long),
            ("http://a.example/", 304, "/b"),
            ("http://a.example/", 305, "http://proxy.example/"),
            ("http://a.example/", 306, "/b"),
            ("https://a.example/", 301, "http://a.example/b"),
            ("http://a.example/", 301, "/"),
            ("http://a.example/", 301, "#again"),
            ("file:///feed.xml", 301, "/"),
        ] {
            assert!(followed(start, &[(status, location)]).is_err(), "{start} {status} {location:.40}");
        }
        let mut trail = Trail::start(&url("http://a.example/")).unwrap();
        assert_eq!(trail.follow(302, None), Err(Error::NoLocation { status: 302 }));
        assert_eq!(trail.follow(302, Some(b"/\xff")), Err(Error::NoLocation { status: 302 }));
    }

    #[test]
    fn five_hops_work_and_the_sixth_does_not() {
        let hops = [(302, "/1"), (302, "/2"), (302, "/3"), (302, "/4"), (302, "/5"), (302, "/6")];
        check(&hops[..5], "http://a.example/5", false);
        assert_eq!(followed("http://a.example/0", &hops).unwrap_err(), Error::TooManyRedirects { limit: 5 });
        let back = followed("http://a.example/0", &[(302, "/1"), (302, "/0")]).unwrap_err();
        assert_eq!(back, Error::RedirectLoop { url: "http://a.example/0".to_owned() });
    }

    #[test]
    fn credentials_stay_with_the_listed_origin() {
        for (listed, other, expected) in [
            ("https://a.example/feed", "https://a.example/other", true),
            ("https://a.example/feed", "https://a.example:443/other", true),
            ("https://a.example/feed", "https://a.example:444/other", false),
            ("https://a.example/feed", "https://b.a.example/other", false),
            ("https://a.example/feed", "https://b.example/other", false),
            ("https://a.example/feed", "http://a.example/feed", false),
            ("http://a.example/feed", "https://a.example/feed", true),
            ("http://a.example:8080/feed", "https://a.example/feed", false),
            ("http://a.example/feed", "https://a.example:8443/feed", false),
            ("http://127.0.0.1:1/", "http://127.0.0.1:2/", false),
        ] {
            assert_eq!(may_have_credentials(&url(listed), &url(other)), expected, "{listed} {other}");
        }
    }
}
