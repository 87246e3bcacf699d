//! One form for all spellings of a page's address, so that links can be compared.
//!
//! The result is for comparing, not for fetching. Must be idempotent, and must keep whatever may tell two pages apart.

use url::Url;

/// Addresses inside addresses that are unwrapped; more than that is a puzzle, not a link.
const MAX_WRAPPERS: usize = 4;
const MAX_LENGTH: usize = 8_192;

/// The canonical form of an http(s) address; `None` when it is none. Scheme and host are folded (`https`, no `www.`,
/// `m.`, `mobile.`, `amp.`), credentials, default port, fragment (but `#!…`), tracking parameters, AMP marks and the
/// last slash go, redirectors and archives are unwrapped. The order of parameters stays.
pub fn canonical(address: &str) -> Option<String> {
    let mut url = parsed(address.trim())?;
    // Folding one thing can uncover another (a wrapper inside a wrapper, `/amp/amp`), so it goes on until it rests.
    let mut text = folded(&url)?;
    for _ in 0..MAX_WRAPPERS * 2 {
        url = parsed(&text)?;
        let again = folded(&url)?;
        if again == text {
            return Some(text);
        }
        text = again;
    }
    None
}

fn parsed(address: &str) -> Option<Url> {
    if address.len() > MAX_LENGTH {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let has_host = url.host_str().is_some_and(|host| !host.trim_matches('.').is_empty());
    (matches!(url.scheme(), "http" | "https") && has_host).then_some(url)
}

/// One step towards the canonical form.
fn folded(url: &Url) -> Option<String> {
    if let Some(inner) = unwrapped(url) {
        return Some(inner);
    }
    let mut out = String::from("https://");
    out.push_str(&folded_host(url.host_str()?));
    let default_port = if url.scheme() == "http" { 80 } else { 443 };
    if let Some(port) = url.port().filter(|port| *port != default_port && *port != 443) {
        out.push_str(&format!(":{port}"));
    }
    out.push_str(folded_path(url.path()));
    let query = folded_query(url.query().unwrap_or_default());
    if !query.is_empty() {
        out.push('?');
        out.push_str(&query);
    }
    if let Some(fragment) = url.fragment().filter(|fragment| fragment.starts_with('!') && fragment.len() > 1) {
        out.push('#');
        out.push_str(fragment);
    }
    Some(out)
}

/// The host without the prefixes that name a rendering of the same site, as long as a domain is left.
fn folded_host(host: &str) -> String {
    let mut host = host.trim_end_matches('.');
    while let Some(rest) = ["www.", "m.", "mobile.", "amp."].iter().find_map(|prefix| host.strip_prefix(prefix)) {
        if !rest.contains('.') {
            break;
        }
        host = rest;
    }
    host.to_owned()
}

fn folded_path(path: &str) -> &str {
    let mut path = path.trim_end_matches('/');
    while let Some(rest) = ["/amp", "/amp.html", "/index.html", "/index.htm", "/index.php"]
        .iter()
        .find_map(|ending| path.strip_suffix(ending))
    {
        path = rest.trim_end_matches('/');
    }
    path
}

fn folded_query(query: &str) -> String {
    // Escaped once too often, `&amp;b=1` arrives as a parameter called `amp;b`.
    let parameters = query.split('&').map(|parameter| {
        let mut parameter = parameter;
        while let Some(rest) = parameter.strip_prefix("amp;") {
            parameter = rest;
        }
        parameter
    });
    let kept: Vec<&str> = parameters.filter(|parameter| !parameter.is_empty() && !is_tracking(parameter)).collect();
    kept.join("&")
}

/// Whether a parameter says how the reader came, not what the page is. Compare the lists of ClearURLs and AdGuard.
fn is_tracking(parameter: &str) -> bool {
    const PREFIXES: [&str; 8] = ["utm_", "at_", "mc_", "pk_", "mtm_", "hsa_", "ns_", "wt."];
    const NAMES: [&str; 41] = [
        "traffic_source",
        "fbclid",
        "gclid",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "vero_id",
        "oly_enc_id",
        "oly_anon_id",
        "cmpid",
        "ito",
        "smid",
        "smtyp",
        "ncid",
        "guccounter",
        "ftag",
        "rss",
        "feedtype",
        "partner_source",
        "cmp",
        "xtor",
        "ocid",
        "srnd",
        "sref",
        "spm",
        "__twitter_impression",
        "wtrid",
        "maca",
        "amp_js_v",
        "usqp",
    ];
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.to_ascii_lowercase();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (NAMES.contains(&name.as_str()) && (name != "rss" || matches!(value, "" | "1" | "true")))
        || matches!(name.as_str(), "ref" | "source" | "src" | "from" | "partner" | "emc" | "mod" | "cid")
            && is_channel(value)
        || matches!((name.as_str(), value), ("amp", "" | "1" | "true") | ("outputtype" | "output", "amp"))
}

const CHANNELS: [&str; 7] = ["rss", "feed", "rssfeed", "twitter", "facebook", "email", "newsletter"];

/// `ref=rss`: where it names a way of coming it is tracking, else it may name a page.
fn is_channel(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.starts_with("rss_") || CHANNELS.contains(&value.as_str())
}

/// The address that another one carries: an archive's copy, an AMP cache, a redirector.
fn unwrapped(url: &Url) -> Option<String> {
    let host = folded_host(url.host_str()?);
    let path = url.path();
    let inner = match host.as_str() {
        "archive.is" | "archive.today" | "archive.ph" | "archive.li" | "archive.md" | "archive.fo" | "archive.vn"
        | "web.archive.org" => address_within(path, url.query()),
        "google.com" | "google.co.uk" | "google.de" | "google.fr" if path == "/url" => parameter(url, &["url", "q"]),
        "google.com" => path.strip_prefix("/amp/s/").map(|rest| with_query(&format!("https://{rest}"), url.query())),
        "l.facebook.com" | "lm.facebook.com" if path == "/l.php" => parameter(url, &["u"]),
        "feedproxy.google.com" | "feeds.feedburner.com" | "out.reddit.com" | "t.umblr.com" | "away.vk.com" => {
            parameter(url, &["url", "z", "to"])
        }
        _ if host.ends_with("cdn.ampproject.org") => amp_cache(path).map(|inner| with_query(&inner, url.query())),
        _ => redirect(url),
    }?;
    // The same checks as for any address, so that the next step has one to work on.
    parsed(&inner).map(String::from)
}

/// `…/o/AbCdE/https://page`, `/web/2020…/http://page`.
fn address_within(path: &str, query: Option<&str>) -> Option<String> {
    let start = ["/https:/", "/http:/"].iter().filter_map(|scheme| path.find(scheme)).min()?;
    let (scheme, rest) = path[start + 1..].split_once(":/")?;
    Some(with_query(&format!("{scheme}://{}", rest.trim_start_matches('/')), query))
}

/// `/c/s/page.example/path`: content or page, `s` for https.
fn amp_cache(path: &str) -> Option<String> {
    let rest = ["/c/s/", "/v/s/", "/c/", "/v/"].iter().find_map(|start| path.strip_prefix(start))?;
    Some(format!("https://{rest}"))
}

fn with_query(address: &str, query: Option<&str>) -> String {
    query.map_or_else(|| address.to_owned(), |query| format!("{address}?{query}"))
}

fn parameter(url: &Url, names: &[&str]) -> Option<String> {
    url.query_pairs()
        .find(|(name, value)| names.contains(&name.as_ref()) && is_http(value))
        .map(|(_, v)| v.into_owned())
}

/// `…/redirect/<escaped address>`, `…/redirect?url=<escaped address>`.
fn redirect(url: &Url) -> Option<String> {
    let path = url.path();
    if path.ends_with("/redirect") || path.ends_with("/redir") || path.ends_with("/redirect.php") {
        return parameter(url, &["url", "u", "to", "target", "dest"]);
    }
    let escaped = path.split_once("/redirect/").map(|(_, escaped)| escaped)?;
    let decoded = unescaped(escaped);
    // Where the inner address is not escaped, what follows `?` is its own, and may be all that tells two pages apart.
    let query = url.query().filter(|_| !decoded.contains('?'));
    is_http(&decoded).then(|| with_query(&decoded, query))
}

fn unescaped(text: &str) -> String {
    // The parser of forms reads `+` as a blank, which an escaped address does not mean.
    let pairs = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(pairs.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn is_http(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(address: &str, expected: &str) {
        assert_eq!(canonical(address).as_deref(), Some(expected), "{address}");
    }

    #[test]
    fn spellings_of_one_page_are_one() {
        for address in [
            "https://a.example/b/c",
            "HTTP://WWW.A.Example:80/b/c/",
            "https://m.a.example/b/c#top",
            "https://amp.a.example/b/c?utm_source=x&at_medium=RSS",
            "https://user:secret@a.example/b/c/amp/",
            "https://a.example/b/c?amp=1&traffic_source=rss",
            "https://a.example/b/c/index.html?ref=rss",
            "https://archive.is/o/AbCdE/https://www.a.example/b/c",
            "https://web.archive.org/web/20200101000000/http://a.example/b/c?fbclid=1",
            "https://a-example.cdn.ampproject.org/c/s/a.example/b/c",
            "https://www.google.com/url?sa=t&url=https%3A%2F%2Fa.example%2Fb%2Fc",
            "https://go.other.example/redirect/https%3A%2F%2Fa.example%2Fb%2Fc%3Futm_medium%3Dx",
            "https://news.google.com./x/redirect?url=http://a.example/b/c",
            "https://go.other.example/redirect/https://a.example/b/c?utm_source=rss",
            "https://a.example/b/c?partner=rss&emc=rss&CMP=share_btn",
            "https://a.example/b/c?mod=rss_headlines&xtor=RSS-3208",
        ] {
            check(address, "https://a.example/b/c");
        }
    }

    #[test]
    fn redirectors_keep_what_tells_two_pages_apart() {
        check("https://go.other.example/redirect/https://a.example/b?id=1", "https://a.example/b?id=1");
        check("https://go.other.example/redirect/https%3A%2F%2Fa.example%2Fb%3Fid=2", "https://a.example/b?id=2");
    }

    #[test]
    fn what_may_matter_stays() {
        check("https://a.example/?p=2&id=1", "https://a.example?p=2&id=1");
        check("https://a.example/x?b=1&amp;a=2", "https://a.example/x?b=1&a=2");
        check("https://a.example/x?ref=chapter-2&rss=7", "https://a.example/x?ref=chapter-2&rss=7");
        check("https://a.example/#!/story/1", "https://a.example#!/story/1");
        check("https://a.example:8443/X", "https://a.example:8443/X");
        check("https://www.uk/", "https://www.uk");
        check("http://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC");
        assert_ne!(canonical("https://a.example/camp"), canonical("https://a.example/c"));
    }

    #[test]
    fn other_schemes_are_no_links() {
        for address in
            ["", "mailto:a@b.example", "javascript:alert(1)", "ftp://a.example/", "/b", "https://", "http://.."]
        {
            assert_eq!(canonical(address), None, "{address}");
        }
    }

    proptest! {
        #[test]
        fn once_is_enough(
            pieces in proptest::collection::vec(prop_oneof![
                Just("www."), Just("m."), Just("a.example"), Just("/"), Just("/amp"), Just("?"), Just("&"), Just("amp;"),
                Just("utm_x=1"), Just("b=2"), Just("#"), Just("!"), Just("http://"), Just("%2F"), Just("https%3A%2F%2F"),
                Just("/redirect/"), Just("archive.is/o/x/"), Just(":80"), Just(":443"), Just("."), Just("/index.html"),
                Just("cdn.ampproject.org/c/s/"), Just("@"), Just("google.com/url?q="), Just("%"), Just(" "),
            ], 0..12)
        ) {
            if let Some(once) = canonical(&format!("http://{}", pieces.concat())) {
                prop_assert_eq!(canonical(&once), Some(once.clone()));
            }
        }

        #[test]
        fn nothing_panics(text in any::<String>()) { canonical(&text); }
    }
}
