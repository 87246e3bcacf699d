//! Link headers (RFC 8288): which hub pushes a feed, and under which name it knows it. Pure.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

/// Link headers beyond so many bytes say nothing that matters.
const MOST: usize = 8 * 1024;

/// What the Link headers of an answer say of WebSub; addresses are resolved against the URL that answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The first `rel="hub"`.
    pub hub: Option<Url>,
    /// The first `rel="self"`: the topic.
    pub topic: Option<Url>,
}

/// Reads all Link headers.
pub fn links(headers: &HeaderMap, base: &Url) -> Links {
    let mut found = Links::default();
    let values = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    for value in values.filter(|value| value.len() <= MOST) {
        let mut rest = value;
        while let Some((target, parameters, behind)) = next_link(rest) {
            rest = behind;
            let Ok(target) = base.join(target.trim()) else { continue };
            for relation in relations(parameters) {
                match relation.to_ascii_lowercase().as_str() {
                    "hub" => found.hub = found.hub.take().or_else(|| Some(target.clone())),
                    "self" => found.topic = found.topic.take().or_else(|| Some(target.clone())),
                    _ => {}
                }
            }
        }
    }
    found
}

/// Target, parameters and what follows of the first link in `text`; a comma in quotation marks ends no link.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find('<')? + 1;
    let end = start + text[start..].find('>')?;
    let (parameters, behind) = before(&text[end + 1..], ',');
    Some((&text[start..end], parameters, behind))
}

/// What stands before the first `mark` that is not in quotation marks, and what behind it.
fn before(text: &str, mark: char) -> (&str, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if letter == mark && !is_quoted => return (&text[..at], &text[at + mark.len_utf8()..]),
            _ => {}
        }
    }
    (text, "")
}

/// The words of the first `rel`; later ones do not count (section 3.3).
fn relations(parameters: &str) -> impl Iterator<Item = &str> {
    let mut rest = parameters;
    let mut value = "";
    while !rest.is_empty() && value.is_empty() {
        let (parameter, behind) = before(rest, ';');
        rest = behind;
        let rel = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("rel"));
        value = rel.map_or("", |(_, value)| value.trim().trim_matches('"'));
    }
    value.split_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[&str], hub: Option<&str>, topic: Option<&str>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, value.parse().unwrap());
        }
        let found = links(&headers, &Url::parse("https://pond.example/news/feed").unwrap());
        assert_eq!((found.hub.as_ref().map(Url::as_str), found.topic.as_ref().map(Url::as_str)), (hub, topic));
    }

    #[test]
    fn hub_and_topic_stand_in_link_headers() {
        let (hub, topic) = ("https://hub.example/", "https://pond.example/feed");
        check(&["<https://hub.example/>; rel=\"hub\"", "</feed>; rel=self"], Some(hub), Some(topic));
        check(
            &["<https://hub.example/>; rel=\"hub\", <https://pond.example/feed>; rel=\"self\""],
            Some(hub),
            Some(topic),
        );
        check(
            &["<x>; title=\"a, <b>; rel=hub\"; rel=\"next SELF\" , <//hub.example/>;REL=hub"],
            Some(hub),
            Some("https://pond.example/news/x"),
        );
        check(&["<https://hub.example/>;rel=hub, <https://late.example/>;rel=hub"], Some(hub), None);
        check(&["<https://hub.example/>; rel=next; rel=hub"], None, None);
    }

    #[test]
    fn what_is_no_link_is_none() {
        for value in ["", "hub", "<", "<>", "<https://hub.example/", "rel=hub", "<http://[>; rel=hub", "<a>; rel"] {
            check(&[value], None, None);
        }
        check(&[&format!("<https://hub.example/>; rel=hub; x=\"{}\"", "a".repeat(MOST))], None, None);
    }
}
