//! Addresses that carry another one: an archive's copy, a reader without the site around it, an AMP cache, a redirector.
//!
//! Must not lose what tells two of the pages within apart: when in doubt a parameter is the inner address's.

use percent_encoding::percent_decode_str;
use url::Url;

use super::url::{folded_host, parsed};

/// The address within, where there is one that can be folded in its turn.
pub(super) fn unwrapped(url: &Url) -> Option<String> {
    let host = folded_host(url.host_str()?);
    let (path, query) = (url.path(), url.query());
    let inner = match host.as_str() {
        "archive.is" | "archive.today" | "archive.ph" | "archive.li" | "archive.md" | "archive.fo" | "archive.vn" => {
            address_within(path, query).or_else(|| parameter(url, &["url"]))
        }
        "web.archive.org" => address_within(path, query),
        "archive.org" if path.starts_with("/web/") => address_within(path, query),
        "12ft.io" | "1ft.io" if path.ends_with("/proxy") => parameter(url, &["q"]),
        "12ft.io" | "1ft.io" => address_within(path, query),
        "bing.com" if path == "/news/apiclick.aspx" => parameter(url, &["url"]),
        _ if is_google(&host) && path.starts_with("/amp/") => google_amp(path).map(|inner| with_query(&inner, query)),
        _ if is_google(&host) && path == "/url" => parameter(url, &["url", "q"]),
        "l.facebook.com" | "lm.facebook.com" if path == "/l.php" => parameter(url, &["u"]),
        "feedproxy.google.com" | "feeds.feedburner.com" | "out.reddit.com" | "t.umblr.com" | "away.vk.com" => {
            parameter(url, &["url", "z", "to"])
        }
        _ if host.ends_with("cdn.ampproject.org") || host.ends_with(".bing-amp.com") => {
            amp_cache(path).map(|inner| with_query(&inner, query))
        }
        _ => redirect(url),
    }?;
    // The same checks as for any address, so that the next step has one to work on.
    parsed(&inner).map(String::from)
}

/// `google.com`, `google.de`, `google.co.uk`, `google.com.au`.
fn is_google(host: &str) -> bool {
    host.strip_prefix("google.").is_some_and(|ending| ending.split('.').all(|label| (2..=3).contains(&label.len())))
}

/// `…/o/AbCdE/https://page`, `/web/2020…/http://page`, `/https%3A%2F%2Fpage`: the first that begins with a segment.
fn address_within(path: &str, query: Option<&str>) -> Option<String> {
    path.match_indices('/').find_map(|(slash, _)| {
        let rest = &path[slash + 1..];
        raw_address(rest).map(|address| with_query(&address, query)).or_else(|| {
            let address = escaped_address(rest)?;
            // Where the inner address is not escaped to its end, what follows `?` is its own, and may be all that tells
            // two pages apart.
            let own = query.filter(|_| !address.contains('?'));
            Some(with_query(&address, own))
        })
    })
}

/// `https://page`, also with one slash, to which some servers fold two.
fn raw_address(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(":/").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    Some(format!("{scheme}://{}", rest.trim_start_matches('/')))
}

/// `https%3A%2F%2Fpage`, once or twice escaped.
fn escaped_address(text: &str) -> Option<String> {
    let is_address = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
    let once = unescaped(text).filter(|_| is_address)?;
    if is_http(&once) { Some(once) } else { unescaped(&once).filter(|twice| is_http(twice)) }
}

fn unescaped(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

/// `/amp/s/page.example/path`, without the `s` for http.
fn google_amp(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/amp/")?;
    let rest = rest.strip_prefix("s/").unwrap_or(rest);
    rest.split('/').next().is_some_and(|host| host.contains('.')).then(|| format!("https://{rest}"))
}

/// `/c/s/page.example/path`: content or page, `s` for https.
fn amp_cache(path: &str) -> Option<String> {
    let rest = ["/c/s/", "/v/s/", "/c/", "/v/"].iter().find_map(|start| path.strip_prefix(start))?;
    Some(format!("https://{rest}"))
}

fn with_query(address: &str, query: Option<&str>) -> String {
    query.map_or_else(|| address.to_owned(), |query| format!("{address}?{query}"))
}

/// The first address that one of these parameters holds. One that is not escaped and has a query of its own goes on to
/// the end.
fn parameter(url: &Url, names: &[&str]) -> Option<String> {
    let query = url.query()?;
    let mut start = 0;
    for pair in query.split('&') {
        let rest = &query[start..];
        start += pair.len() + 1;
        let Some((name, value)) = pair.split_once('=').filter(|(name, _)| names.contains(name)) else { continue };
        if is_http(value) && value.contains('?') {
            return Some(rest[name.len() + 1..].to_owned());
        }
        // In a form, `+` is a blank.
        if let Some(value) = unescaped(&value.replace('+', "%20")).filter(|value| is_http(value)) {
            return Some(value);
        }
    }
    None
}

/// `…/redirect/<escaped address>`, `…/redirect/a/<escaped address>`, `…/redirect?url=<escaped address>`.
fn redirect(url: &Url) -> Option<String> {
    let path = url.path();
    if path.ends_with("/redirect") || path.ends_with("/redir") || path.ends_with("/redirect.php") {
        return parameter(url, &["url", "u", "q", "to", "target", "dest"]);
    }
    let start = ["/redirect/", "/redir/"].iter().find_map(|mark| Some(path.find(mark)? + mark.len() - 1))?;
    address_within(&path[start..], url.query())
}

fn is_http(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
