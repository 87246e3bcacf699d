//! Entries as JSON lines, the form in which `match`, `group`, `import` and `export` pass them on.

use serde_json::Value;

use super::reading::{Body, is_plausible};
use super::text::headline;
use super::url::canonical;
use super::{Entry, language};
use crate::parse::{dates, limits};

/// An entry with the names under which a JSON line files it.
#[derive(Clone, Debug, PartialEq)]
pub struct LineEntry {
    /// The line's own id, a number written out.
    pub id: String,
    pub outlet: Option<String>,
    pub feed: Option<String>,
    pub entry: Entry,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// The place is one within the line.
    #[error("no JSON: {}", told(.0))]
    Json(serde_json::Error),
    #[error("no JSON object but {0}")]
    NoObject(&'static str),
    #[error("no `id`")]
    NoId,
    #[error("`{0}` is {1}, not text")]
    NoText(&'static str, &'static str),
    #[error("neither `title` nor a text (`summary`, `content`, `body`, `text`)")]
    Empty,
}

/// What serde_json says, with a column alone: each line is a document of its own for it.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("{what} at column {}", error.column())
}

/// Reads one line: `{"id", "title", "summary"?, "content"?, "url"?, "outlet"?, "feed"?, "author"?, "tags"?,
/// "published"?, "lang"?}`.
///
/// `body` and `text` are taken for `content` where other tools name it so; other keys are ignored, and `null` is as
/// good as absent. Times are RFC 3339; one that cannot be read counts as absent, because dates decide nothing.
pub fn from_json_line(line: &str) -> Result<LineEntry, LineError> {
    let value: Value = serde_json::from_str(line).map_err(LineError::Json)?;
    if !value.is_object() {
        return Err(LineError::NoObject(kind(&value)));
    }
    let id = text(&value, "id")?.ok_or(LineError::NoId)?;
    let title = text(&value, "title")?.map(|title| headline(&title)).unwrap_or_default();
    let summary = text(&value, "summary")?;
    let content = first_text(&value, &["content", "body", "text"])?;
    let kept = |text: &'_ Option<String>| text.as_deref().map(|text| limits::cut(text, limits::BODY).to_owned());
    let (summary, content) = (kept(&summary), kept(&content));
    let body = Body { summary: summary.as_deref(), content: content.as_deref() };
    let url = text(&value, "url")?;
    let page = url.as_deref().and_then(|url| url::Url::parse(url).ok());
    let (visible, links) = body.read(page.as_ref());
    if title.is_empty() && visible.is_empty() {
        return Err(LineError::Empty);
    }
    let declared = first_text(&value, &["lang", "language"])?;
    let canonical_url = url.as_deref().and_then(canonical);
    let entry = Entry {
        guid: None,
        url: url.filter(|_| canonical_url.is_some()),
        canonical_url,
        language: language::language(declared.as_deref(), &title, &visible),
        title,
        text: visible,
        links,
        author: list(&value, "author").into_iter().next(),
        tags: list(&value, "tags"),
        source: None,
        published: text(&value, "published")?.as_deref().and_then(dates::parse).filter(is_plausible),
        updated: text(&value, "updated")?.as_deref().and_then(dates::parse).filter(is_plausible),
    };
    Ok(LineEntry { id, outlet: text(&value, "outlet")?, feed: text(&value, "feed")?, entry })
}

/// A text or a number as text; `None` for nothing, `null` and blanks.
fn text(value: &Value, key: &'static str) -> Result<Option<String>, LineError> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(LineError::NoText(key, kind(other))),
    }
}

fn first_text(value: &Value, keys: &[&'static str]) -> Result<Option<String>, LineError> {
    for key in keys {
        if let Some(text) = text(value, key)? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// A list of texts, or a single one.
fn list(value: &Value, key: &str) -> Vec<String> {
    let listed = match value.get(key) {
        Some(Value::Array(list)) => list.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    listed.iter().filter_map(Value::as_str).map(headline).filter(|text| !text.is_empty()).take(limits::TAGS).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_line_is_read() {
        let line = r#"{"id":7,"title":"A <i>flood</i>","summary":"Wet.","content":"<p>Very wet.</p>","url":"http://a.example/1",
            "outlet":"The Pond","feed":"pond","author":["Ann"],"tags":["water","water level"],"extra":{"x":1},
            "published":"2024-02-03T04:05:06Z","lang":"en-US"}"#;
        let read = from_json_line(line).unwrap();
        assert_eq!(
            (read.id.as_str(), read.outlet.as_deref(), read.feed.as_deref()),
            ("7", Some("The Pond"), Some("pond"))
        );
        let entry = read.entry;
        assert_eq!((entry.title.as_str(), entry.text.as_str()), ("A flood", "Wet.\nVery wet."));
        assert_eq!(entry.published.unwrap().to_string(), "2024-02-03T04:05:06Z");
        assert_eq!(
            (entry.author.as_deref(), entry.tags.len(), entry.language.as_deref()),
            (Some("Ann"), 2, Some("en"))
        );
    }

    #[test]
    fn other_names_for_the_content_are_known() {
        for key in ["content", "body", "text"] {
            assert_eq!(from_json_line(&format!(r#"{{"id":"1","{key}":"Wet."}}"#)).unwrap().entry.text, "Wet.");
        }
    }

    #[track_caller]
    fn check(line: &str, expected: &str) {
        let message = from_json_line(line).unwrap_err().to_string();
        assert!(message.contains(expected), "{line}: {message}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check("", "no JSON");
        check("[1]", "no JSON object but a list");
        check(r#"{"title":"x"}"#, "no `id`");
        check(r#"{"id":"1","title":{}}"#, "`title` is an object, not text");
        check(r#"{"id":"1","title":"<br>","published":null}"#, "neither `title` nor");
    }
}
