//! Entries as JSON lines, the form in which `match`, `group`, `import` and `export` pass them on.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::reading::{Body, is_plausible};
use super::text::headline;
use super::url::canonical;
use super::{Entry, language};
use crate::parse::{dates, limits};
use jiff::Timestamp;

/// An entry with the names under which a JSON line files it.
#[derive(Clone, Debug, PartialEq)]
pub struct LineEntry {
    pub id: LineId,
    pub outlet: Option<String>,
    pub feed: Option<String>,
    pub entry: Entry,
    /// What the line says that could not be taken for what it should be, and is left out.
    pub doubts: Vec<Doubt>,
}

/// A line's own id. It is written as it was read, a number as the same number, however large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineId {
    text: String,
    is_number: bool,
}

impl LineId {
    /// `7` and `"7"` are the same id.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Serialize for LineId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.is_number.then(|| serde_json::from_str::<&RawValue>(&self.text).ok()).flatten();
        match number {
            Some(number) => number.serialize(serializer),
            None => self.text.serialize(serializer),
        }
    }
}

/// A value that is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The same for all of its kind.
    pub what: &'static str,
    pub value: String,
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
    #[error("neither `title` nor a text (`summary`, `content`, `body`, `text`) nor a `url` that leads to a page")]
    Empty,
}

const NO_PAGE: &str = "`url` is no http(s) address and is left out";
const NO_DATE: [(&str, &str); 2] = [
    ("published", "`published` is no date that can be true; the entry counts as undated"),
    ("updated", "`updated` is no date that can be true and is left out"),
];

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
/// good as absent. Times are RFC 3339; one that cannot be read counts as absent, because dates decide nothing, and so
/// does an address that leads to no page. An entry may be an address alone.
pub fn from_json_line(line: &str) -> Result<LineEntry, LineError> {
    let value: Value = serde_json::from_str(line).map_err(LineError::Json)?;
    if !value.is_object() {
        return Err(LineError::NoObject(kind(&value)));
    }
    let id = id(&value, line)?;
    let title = text(&value, "title")?.map(|title| headline(&title)).unwrap_or_default();
    let summary = text(&value, "summary")?;
    let content = first_text(&value, &["content", "body", "text"])?;
    let kept = |text: &'_ Option<String>| text.as_deref().map(|text| limits::cut(text, limits::BODY).to_owned());
    let (summary, content) = (kept(&summary), kept(&content));
    let body = Body { summary: summary.as_deref(), content: content.as_deref() };
    let url = text(&value, "url")?;
    let page = url.as_deref().and_then(|url| url::Url::parse(url).ok());
    let (visible, links) = body.read(page.as_ref());
    let canonical_url = url.as_deref().and_then(canonical);
    if title.is_empty() && visible.is_empty() && canonical_url.is_none() {
        return Err(LineError::Empty);
    }
    let mut doubts = Vec::new();
    if let Some(value) = url.as_ref().filter(|_| canonical_url.is_none()) {
        doubts.push(Doubt { what: NO_PAGE, value: value.clone() });
    }
    let [published, updated] = NO_DATE.map(|(key, what)| date(&value, key, what, &mut doubts));
    let declared = first_text(&value, &["lang", "language"])?;
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
        published: published?,
        updated: updated?,
    };
    Ok(LineEntry { id, outlet: text(&value, "outlet")?, feed: text(&value, "feed")?, entry, doubts })
}

fn id(value: &Value, line: &str) -> Result<LineId, LineError> {
    let text = text(value, "id")?.ok_or(LineError::NoId)?;
    let written = match value.get("id") {
        Some(Value::String(text)) => Some(text.clone()),
        // What is no integer of 64 bits was read as the float next to it.
        Some(Value::Number(number)) if number.is_f64() => number_written(line),
        _ => None,
    };
    Ok(LineId { text: written.unwrap_or(text), is_number: value["id"].is_number() })
}

/// The number that is the line's id, as it stands there.
fn number_written(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    serde_json::from_str::<Id<'_>>(line).ok().map(|line| line.id.get().to_owned())
}

fn date(
    value: &Value,
    key: &'static str,
    what: &'static str,
    doubts: &mut Vec<Doubt>,
) -> Result<Option<Timestamp>, LineError> {
    let Some(text) = text(value, key)? else { return Ok(None) };
    let date = dates::parse(&text).filter(is_plausible);
    if date.is_none() {
        doubts.push(Doubt { what, value: text });
    }
    Ok(date)
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

    #[test]
    fn an_id_comes_back_as_it_came() {
        for id in ["7", "\"7\"", "\"a b\"", "-3", "123456789012345678901234567890", "1e300", "0.10", "\"ü\\n\""] {
            // Neither a number within a text nor another key is taken for it.
            let line = format!(r#"{{"title":"x id 9","nested":{{"id":8}},"id": {id} }}"#);
            let read = from_json_line(&line);
            assert_eq!(serde_json::to_string(&read.unwrap().id).unwrap(), id);
        }
        assert_eq!(from_json_line(r#"{"id":7,"title":"x"}"#).unwrap().id.as_str(), "7");
    }

    #[test]
    fn an_address_alone_is_an_entry() {
        let read = from_json_line(r#"{"id":"1","url":"http://www.a.example/1"}"#).unwrap();
        assert_eq!(read.entry.canonical_url.as_deref(), Some("https://a.example/1"));
        assert_eq!((read.entry.title.as_str(), read.doubts), ("", vec![]));
    }

    #[test]
    fn what_is_left_out_is_told_with_its_value() {
        let line =
            r#"{"id":"1","title":"x","published":"next week","updated":"0001-01-01T00:00:00Z","url":"mailto:a"}"#;
        let read = from_json_line(line).unwrap();
        let told: Vec<(&str, &str)> =
            read.doubts.iter().map(|doubt| (&doubt.what[..6], doubt.value.as_str())).collect();
        assert_eq!(told, [("`url` ", "mailto:a"), ("`publi", "next week"), ("`updat", "0001-01-01T00:00:00Z")]);
        assert_eq!((read.entry.published, read.entry.updated, read.entry.url), (None, None, None));
        let fine = r#"{"id":"1","title":"x","published":null,"updated":"2024-02-03","url":" "}"#;
        assert_eq!(from_json_line(fine).unwrap().doubts, []);
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
        check(r#"{"id":[1],"title":"x"}"#, "`id` is a list, not text");
        check(r#"{"id":true,"title":"x"}"#, "`id` is true or false, not text");
        check(r#"{"id":" ","title":"x"}"#, "no `id`");
        check(r#"{"id":"1","url":"mailto:a@b.example"}"#, "nor a `url` that leads to a page");
        check(r#"{"id":"1","title":"\ud800"}"#, "no JSON");
        check(&format!(r#"{{"id":"1","title":{}"#, "[".repeat(100_000)), "no JSON: recursion limit exceeded");
        check("{\"id\":\"1\",\"title\":\"\u{0}\"}", "no JSON: control character");
        check(r#"{"id":"1","title":{}}"#, "`title` is an object, not text");
        check(r#"{"id":"1","title":"<br>","published":null}"#, "neither `title` nor");
    }
}
