//! One form for all spellings of a page's address, so that links can be compared.
//!
//! The result is for comparing, not for fetching. Must be idempotent, and must keep whatever may tell two pages apart.

use std::borrow::Cow;

use url::Url;

use super::wrapper::unwrapped;

/// Addresses inside addresses that are unwrapped; more than that is a puzzle, not a link.
const MAX_WRAPPERS: usize = 4;
const MAX_LENGTH: usize = 8_192;

/// The canonical form of an http(s) address; `None` when it is none. Scheme and host are folded (`https`, no `www.`,
/// `www2.`, `m.`, `mobile.`, `amp.`), credentials, default port, fragment (but `#!…`), tracking parameters, AMP marks
/// and the last slash go, redirectors and archives are unwrapped. The order of parameters stays.
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

/// An address that can be folded: http or https, with a host, and not endless.
pub(super) fn parsed(address: &str) -> Option<Url> {
    if address.len() > MAX_LENGTH {
        return None;
    }
    // Escaped once too often, what stands behind `&#038;` would be taken for a fragment.
    let mended = match address.contains("&#") {
        true => Cow::Owned(address.replace("&#038;", "&").replace("&#38;", "&").replace("&#x26;", "&")),
        false => Cow::Borrowed(address),
    };
    let url = Url::parse(&mended).ok()?;
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
    out.push_str(&folded_path(&folded_host(url.host_str()?), url.path()));
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

/// The host without the prefixes that name a rendering of the same site or one of its servers, as long as a domain is
/// left.
pub(super) fn folded_host(host: &str) -> String {
    let mut host = host.trim_end_matches('.');
    while let Some((prefix, rest)) = host.split_once('.') {
        let is_server = prefix
            .strip_prefix("www")
            .is_some_and(|number| number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit()));
        if !(is_server || matches!(prefix, "m" | "mobile" | "amp")) || !rest.contains('.') {
            break;
        }
        host = rest;
    }
    host.to_owned()
}

fn folded_path(host: &str, path: &str) -> String {
    let mut path = without_amp_section(host, path).trim_end_matches('/').to_owned();
    while let Some(rest) = without_ending(&path) {
        path = rest;
    }
    path
}

/// The path without one ending that names no page of its own.
fn without_ending(path: &str) -> Option<String> {
    let bare = ["/amp.html", "/index.html", "/index.htm", "/index.php"].iter().find_map(|end| path.strip_suffix(end));
    // `/amp` alone may be a section; behind a page it is that page's AMP form.
    let bare = bare.or_else(|| path.strip_suffix("/amp").filter(|page| !page.is_empty()));
    let bare = bare.or_else(|| path.strip_suffix(".amp").filter(|page| !page.ends_with('/')));
    // `123.amp.html` is the other form of `123.html`, not of `123`.
    let html = || path.strip_suffix(".amp.html").filter(|page| !page.ends_with('/')).map(|page| format!("{page}.html"));
    bare.map(|page| page.trim_end_matches('/').to_owned()).or_else(html)
}

/// The path without an AMP mark in front of the page. As a rule `/amp/…` stays, since it may be the amplifiers of a
/// shop: it goes where the publisher is known to mean AMP by it, or a year and a month follow, as in no shop.
fn without_amp_section<'a>(host: &str, path: &'a str) -> &'a str {
    const PUBLISHERS: [&str; 5] = ["abcnews.go.com", "aljazeera.com", "cbsnews.com", "cnbc.com", "wsj.com"];
    let rest = ["/amp", "/platform/amp"].iter().find_map(|mark| path.strip_prefix(mark)).unwrap_or_default();
    let is_amp = is_dated(rest) || PUBLISHERS.contains(&host) && path.starts_with("/amp/");
    if is_amp { rest } else { path }
}

/// `/2024/3/…`
fn is_dated(path: &str) -> bool {
    let is_number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut segments = path.split('/').skip(1);
    let [year, month, page] = [(); 3].map(|()| segments.next().unwrap_or_default());
    is_number(year, 4..=4) && is_number(month, 1..=2) && !page.is_empty()
}

fn folded_query(query: &str) -> String {
    let kept: Vec<String> = query.split('&').map(folded_parameter).filter(|parameter| !parameter.is_empty()).collect();
    kept.join("&")
}

/// A parameter without what tracks; empty where nothing is left.
fn folded_parameter(parameter: &str) -> String {
    // A query that starts twice (`?id=2?utm_source=rss`) has two parameters in one.
    let parts: Vec<&str> = parameter.split('?').map(without_escape).collect();
    if !parts.iter().any(|part| is_tracking(part)) {
        return without_escape(parameter).to_owned();
    }
    let kept: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty() && !is_tracking(part)).collect();
    kept.join("?")
}

/// Escaped once too often, `&amp;b=1` arrives as a parameter called `amp;b`.
fn without_escape(mut parameter: &str) -> &str {
    while let Some(rest) = parameter.strip_prefix("amp;") {
        parameter = rest;
    }
    parameter
}

/// Whether a parameter says how the reader came, not what the page is. Compare the lists of ClearURLs and AdGuard.
fn is_tracking(parameter: &str) -> bool {
    const PREFIXES: [&str; 8] = ["utm_", "at_", "mc_", "pk_", "mtm_", "hsa_", "ns_", "wt."];
    const NAMES: [&str; 44] = [
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
        "amp_gsa",
        "amp_tf",
        "amp_ct",
        "usqp",
    ];
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.to_ascii_lowercase();
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (NAMES.contains(&name.as_str()) && (name != "rss" || matches!(value, "" | "1" | "true")))
        || matches!(name.as_str(), "ref" | "source" | "src" | "from" | "partner" | "emc" | "mod" | "cid")
            && is_channel(value)
        || matches!((name.as_str(), value), ("amp" | "_amp", "" | "1" | "true") | ("outputtype" | "output", "amp"))
}

const CHANNELS: [&str; 7] = ["rss", "feed", "rssfeed", "twitter", "facebook", "email", "newsletter"];

/// `ref=rss`: where it names a way of coming it is tracking, else it may name a page.
fn is_channel(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value.starts_with("rss_") || CHANNELS.contains(&value.as_str())
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
            "https://www2.a.example/b/c?_amp=true&amp_gsa=1",
            "https://www.a.example/b/c.amp",
            "https://amp.a.example/b/c.amp?amp",
            "https://archive.org/web/20200101000000/http://www1.a.example/b/c",
            "https://archive.ph/https%3A%2F%2Fa.example%2Fb%2Fc?utm_source=rss",
            "https://archive.today/?run=1&url=https://a.example/b/c",
            "https://12ft.io/https://a.example/b/c",
            "https://12ft.io/proxy?q=https%3A%2F%2Fa.example%2Fb%2Fc",
            "https://www.google.co.uk/url?q=https%3A%2F%2Fa.example%2Fb%2Fc&sa=D",
            "https://www.google.com/amp/s/amp.a.example/b/c/amp/",
            "https://www.google.com/amp/a.example/b/c",
            "https://a-example.bing-amp.com/c/s/a.example/b/c",
            "http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url=https%3a%2f%2fa.example%2fb%2fc&c=1&mkt=en-us",
            "https://go.other.example/x/redirect/a/https%3A%2F%2Fa.example%2Fb%2Fc",
            "https://go.other.example/redir/a/2/https%253A%252F%252Fa.example%252Fb%252Fc",
            "https://12ft.io/https://archive.org/web/2020/https://a.example/b/c",
            "https://a.example/b/c?utm_source=rss?utm_medium=feed&#038;utm_campaign=x",
            "https://a.example/b/c??utm_source=rss",
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
    fn what_redirectors_do_not_escape_is_the_inner_address_to_its_end() {
        check("https://12ft.io/proxy?q=https://a.example/b?id=1&page=2", "https://a.example/b?id=1&page=2");
        check("https://12ft.io/https://a.example/b?id=1&page=2", "https://a.example/b?id=1&page=2");
        check(
            "https://go.other.example/redirect?x=1&url=http://a.example/b?id=1&page=2",
            "https://a.example/b?id=1&page=2",
        );
        check("https://go.other.example/redirect?url=http://a.example/b;v=1&token=2", "https://a.example/b;v=1");
        check("https://go.other.example/redirect/a/https%3A%2F%2Fa.example%2Fb?id=2", "https://a.example/b?id=2");
        check("https://archive.org/web/2020/http:/a.example/b?id=2?utm_source=rss", "https://a.example/b?id=2");
        // Neither a redirector nor an archive's copy.
        check("https://archive.org/details/https://a.example", "https://archive.org/details/https://a.example");
        check(
            "https://check.example/page/https%3A%2F%2Fa.example",
            "https://check.example/page/https%3A%2F%2Fa.example",
        );
        check("https://12ft.io/about", "https://12ft.io/about");
    }

    #[test]
    fn no_wrapper_folds_two_pages_into_one() {
        for form in [
            "https://archive.org/web/2020/https://a.example/b?utm_source=x&id=N",
            "https://archive.ph/https%3A%2F%2Fa.example%2Fb%3Fid%3DN",
            "https://12ft.io/https://a.example/b?id=N",
            "https://12ft.io/proxy?q=https%3A%2F%2Fa.example%2Fb%3Fpage%3D1%26id%3DN",
            "https://12ft.io/proxy?q=https://a.example/b?page=1&id=N",
            "https://www.google.com/amp/s/a.example/b/amp?id=N",
            "https://www.google.com/url?q=https://a.example/b?page=1&id=N",
            "https://a-example.cdn.ampproject.org/c/s/a.example/b?id=N",
            "https://go.other.example/redirect/a/https%3A%2F%2Fa.example%2Fb?id=N",
            "https://go.other.example/redirect/a/https%3A%2F%2Fa.example%2FN",
            "https://go.other.example/redirect/https://a.example/b?c=1&id=N",
            "https://go.other.example/redirect?to=https%253A%252F%252Fa.example%252FN",
            "https://a.example/amp/N/b",
            "https://a.example/N.amp.html?id=3",
            "https://a.example/b?id=N?utm_source=rss",
            "https://a.example/b?utm_source=rss?id=N",
            "https://a.example/b?p=1&#038;id=N",
        ] {
            let [one, two] = ["1", "2"].map(|id| canonical(&form.replace('N', id)));
            assert!(one.is_some() && one != two, "{form}: {one:?}");
        }
    }

    #[test]
    fn a_query_that_starts_twice_keeps_what_is_no_tracking() {
        check("https://a.example/b?id=2?utm_source=rss&utm_medium=feed", "https://a.example/b?id=2");
        check("https://a.example/b?utm_source=rss?id=2", "https://a.example/b?id=2");
        check("https://a.example/b?id=2?page=3", "https://a.example/b?id=2?page=3");
        check("https://a.example/b?q=who?&id=2", "https://a.example/b?q=who?&id=2");
        check("https://a.example/b?p=1&#038;id=2&#38;utm_source=x", "https://a.example/b?p=1&id=2");
    }

    #[test]
    fn amp_is_folded_where_it_is_a_form_of_a_page_and_not_where_it_may_be_a_thing() {
        check("https://a.example/b/123.amp.html", "https://a.example/b/123.html");
        check("https://a.example/amp/2024/3/ferry-sinks", "https://a.example/2024/3/ferry-sinks");
        check("https://a.example/platform/amp/2024/03/01/123/ferry", "https://a.example/2024/03/01/123/ferry");
        check("https://www.cbsnews.com/amp/news/ferry-sinks/", "https://cbsnews.com/news/ferry-sinks");
        for kept in [
            "https://guitars.example/amp",
            "https://guitars.example/amp/tube-30",
            "https://guitars.example/amp/1959/tube",
            "https://guitars.example/amp/2024/3",
            "https://guitars.example/best-amp.html",
            "https://guitars.example/best-amp",
            "https://guitars.example/.amp",
            "https://guitars.example/preamp",
            "https://guitars.example/b?amp=tube",
            "https://wwwhat.example/b",
            "https://www123.a.example/b",
            "https://www2.example/b",
        ] {
            check(kept, kept);
        }
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
                Just("www2."), Just(".amp"), Just(".amp.html"), Just("/amp/2024/3/b"), Just("archive.org/web/2/"),
                Just("12ft.io/"), Just("12ft.io/proxy?q="), Just("https%253A%252F%252F"), Just("&#038;"), Just("%23!"),
                Just("%26%23038;"), Just("id=3?"), Just("/redirect/a/"), Just("google.com/amp/"), Just("cnbc.com/amp/"),
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
