//! Finds the fields of JSON Feed 1.0 and 1.1 and hands them to the [`canonical`](super::canonical) document, also where ids are numbers, titles are missing or the end is.

use serde_json::Value;
use url::Url;

use super::canonical::Canonical;
use super::extract::absolute;
use super::{NotAFeed, ParsedEntry, ParsedFeed, Problem, dates, limits};

/// Reads `document`, which begins with `{` or `[`.
pub fn feed(document: &str, base: Option<&Url>, problems: &mut Vec<Problem>) -> Result<Canonical, NotAFeed> {
    let value = value(document, problems).ok_or_else(|| NotAFeed("JSON that is damaged".into()))?;
    let versioned = text(&value, "version").is_some_and(|version| version.contains("jsonfeed.org"));
    let items = value.get("items").and_then(Value::as_array);
    if !versioned && items.is_none_or(|items| !items.iter().any(looks_like_item)) {
        return Err(NotAFeed("JSON that is no JSON Feed".into()));
    }
    let hubs = value.get("hubs").and_then(Value::as_array);
    let language = text(&value, "language");
    let mut canonical = Canonical::new(ParsedFeed {
        title: text(&value, "title").map(limits::title),
        links: text(&value, "home_page_url").and_then(|url| absolute(url, base)).into_iter().collect(),
        language: language.map(str::to_owned),
        hub: hubs.and_then(|hubs| hubs.iter().find_map(|hub| absolute(text(hub, "url")?, base))),
        self_url: text(&value, "feed_url").and_then(|url| absolute(url, base)),
        ttl: None,
        entries: Vec::new(),
    });
    for item in items.into_iter().flatten().filter(|item| item.is_object()).take(limits::ENTRIES) {
        canonical.add(entry(item, base));
    }
    Ok(canonical)
}

/// Without the version line, items have to look like JSON Feed's.
fn looks_like_item(item: &Value) -> bool {
    ["content_html", "content_text", "date_published", "external_url"].iter().any(|key| item.get(key).is_some())
}

fn value(document: &str, problems: &mut Vec<Problem>) -> Option<Value> {
    let error = match serde_json::from_str(document) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    problems.push(Problem { message: "the JSON is damaged; what could be read was".into() });
    let clean: String = document.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if !error.is_eof()
        && let Some(Ok(value)) = serde_json::Deserializer::from_str(&clean).into_iter::<Value>().next()
    {
        return Some(value);
    }
    serde_json::from_str(&complete_items(&clean)?).ok()
}

/// A cut document up to the last complete item of its list, closed properly.
fn complete_items(document: &str) -> Option<String> {
    let (mut depth, mut in_text, mut escaped, mut last) = (0usize, false, false, None);
    for (at, byte) in document.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 2 && byte == b'}' {
                    last = Some(at + 1);
                }
            }
            _ => {}
        }
    }
    last.map(|end| format!("{}]}}", &document[..end]))
}

/// A text that says something; numbers count as text, because ids are often numbers.
fn string(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::Number(number) => Some(number.to_string()),
        _ => text(value, key).map(str::to_owned),
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn entry(item: &Value, base: Option<&Url>) -> ParsedEntry {
    let first_url = ["url", "external_url"].iter().find_map(|key| absolute(text(item, key)?, base));
    let id = string(item, "id");
    let date = |key| text(item, key).and_then(dates::parse);
    ParsedEntry {
        url: first_url.or_else(|| id.as_deref().filter(|id| id.starts_with("http")).and_then(|id| absolute(id, None))),
        original_url: None,
        id: id.as_deref().map(limits::id),
        title: text(item, "title").map(limits::title),
        summary: text(item, "summary").map(limits::body),
        content: text(item, "content_html").or_else(|| text(item, "content_text")).map(limits::body),
        author: author(item).map(limits::title),
        published: date("date_published"),
        updated: date("date_modified"),
        tags: tags(item),
        language: text(item, "language").map(str::to_owned),
        source: None,
    }
}

/// 1.1 has a list of authors, 1.0 one.
fn author(item: &Value) -> Option<&str> {
    let listed = item.get("authors").and_then(Value::as_array);
    listed
        .and_then(|authors| authors.iter().find_map(|a| text(a, "name")))
        .or_else(|| text(item.get("author")?, "name"))
}

fn tags(item: &Value) -> Vec<String> {
    let listed = item.get("tags").and_then(Value::as_array).into_iter().flatten();
    listed
        .filter_map(|tag| tag.as_str())
        .filter(|tag| !tag.trim().is_empty())
        .take(limits::TAGS)
        .map(limits::tag)
        .collect()
}
