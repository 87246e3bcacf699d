//! `storywatch parse`: one feed document in, one JSON value out.

use serde_json::{Value, json};

use crate::parse::{ParsedFeed, Problem};

/// `{"feed": {…}, "entries": [{…}], "problems": ["…"]}`; what the document does not say is `null` or empty.
pub fn to_json(feed: &ParsedFeed, problems: &[Problem]) -> Value {
    json!({
        "feed": feed,
        "entries": feed.entries,
        "problems": problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::ParsedEntry;

    #[test]
    fn the_shape_is_the_documented_one() {
        let feed = ParsedFeed {
            title: Some("Pond".into()),
            ttl: Some(30),
            entries: vec![ParsedEntry { id: Some("1".into()), ..ParsedEntry::default() }],
            ..ParsedFeed::default()
        };
        let value = to_json(&feed, &[Problem { message: "cut".into() }]);
        assert_eq!(value["feed"], {
            json!({"title": "Pond", "links": [], "language": null, "hub": null, "self": null, "ttl": 30})
        });
        assert_eq!(value["entries"][0]["id"], "1");
        let keys: Vec<_> = value["entries"][0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            keys[..10],
            ["id", "title", "url", "summary", "content", "author", "published", "updated", "tags", "language"]
        );
        assert_eq!(value["problems"], json!(["cut"]));
    }
}
