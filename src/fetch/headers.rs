//! What the headers of a response say about caching and waiting. Pure; `now` stands in where the server gives no Date.

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use reqwest::header::{CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderName, RETRY_AFTER};

/// How long the response stays fresh: Cache-Control max-age, else Expires minus Date (RFC 9111 section 4.2.1).
/// s-maxage is for shared caches and is not ours. `None` when neither is there or can be read: an unreadable Expires
/// ("0") means expired, which may not speed polling up, so it is as good as none.
pub fn max_age(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    directives.flat_map(|value| value.split(',')).find_map(max_age_directive).or_else(|| {
        let expires = date(headers, EXPIRES)?;
        Some(span(date(headers, DATE).unwrap_or(now), expires))
    })
}

/// Retry-After, in seconds or as a date (RFC 9110 section 10.2.3); a date counts from the server's own Date, so that
/// its wrong clock does no harm.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match seconds(text) {
        Some(wait) => Some(wait),
        None => Some(span(date(headers, DATE).unwrap_or(now), http_date(text)?)),
    }
}

fn max_age_directive(directive: &str) -> Option<Duration> {
    let (name, value) = directive.split_once('=')?;
    name.trim().eq_ignore_ascii_case("max-age").then(|| seconds(value.trim().trim_matches('"')))?
}

/// Digits only; more of them than fit mean "very long" (RFC 9111 section 1.2.2).
fn seconds(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX)).min(u64::from(u32::MAX))))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<Timestamp> {
    http_date(headers.get(name)?.to_str().ok()?)
}

/// All three formats of RFC 9110 section 5.6.7.
fn http_date(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text.trim()).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_second(i64::try_from(since.as_secs()).ok()?).ok()
}

fn span(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn now() -> Timestamp {
        "1994-11-06T08:00:00Z".parse().unwrap()
    }

    #[track_caller]
    fn check_max_age(lines: &[(&'static str, &str)], expected: Option<u64>) {
        assert_eq!(max_age(&headers(lines), now()).map(|span| span.as_secs()), expected, "{lines:?}");
    }

    #[test]
    fn max_age_is_what_a_private_cache_is_told() {
        check_max_age(&[], None);
        check_max_age(&[("cache-control", "max-age=600")], Some(600));
        check_max_age(&[("cache-control", "public, Max-Age = \"60\"")], Some(60));
        check_max_age(&[("cache-control", "no-store"), ("cache-control", "max-age=0")], Some(0));
        check_max_age(&[("cache-control", "s-maxage=900")], None);
        check_max_age(&[("cache-control", "s-maxage=900, max-age=5")], Some(5));
        check_max_age(&[("cache-control", "max-age=-1")], None);
        check_max_age(&[("cache-control", "max-age=99999999999999999999999")], Some(u64::from(u32::MAX)));
    }

    #[test]
    fn expires_counts_from_the_servers_own_date() {
        let later = "Sun, 06 Nov 1994 09:49:37 GMT";
        check_max_age(&[("expires", later), ("date", DAY)], Some(3600));
        check_max_age(&[("expires", later)], Some(3600 + 49 * 60 + 37));
        check_max_age(&[("expires", DAY), ("date", later)], Some(0));
        check_max_age(&[("expires", "0"), ("date", DAY)], None);
        check_max_age(&[("expires", later), ("date", DAY), ("cache-control", "max-age=7")], Some(7));
        check_max_age(
            &[("expires", "Sunday, 06-Nov-94 09:49:37 GMT"), ("date", "Sun Nov  6 08:49:37 1994")],
            Some(3600),
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (lines, expected) in [
            (vec![("retry-after", "120")], Some(120)),
            (vec![("retry-after", " 120 ")], Some(120)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:59:37 GMT"), ("date", DAY)], Some(600)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:10:00 GMT")], Some(600)),
            (vec![("retry-after", "Sat, 05 Nov 1994 08:10:00 GMT")], Some(0)),
            (vec![("retry-after", "soon")], None),
            (vec![("retry-after", "-5")], None),
            (vec![("retry-after", "")], None),
            (vec![], None),
        ] {
            assert_eq!(retry_after(&headers(&lines), now()).map(|span| span.as_secs()), expected, "{lines:?}");
        }
    }
}
