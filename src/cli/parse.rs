//! `storywatch parse`: one feed document in, one JSON value out.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};
use url::Url;

use super::{input, out::Out};
use crate::parse::{ParsedFeed, Problem, parse_feed};

/// More than any feed that `run` would take.
const MAX_DOCUMENT: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(super) struct Parse {
    /// The document; standard input when left out or `-`.
    file: Option<PathBuf>,
    /// Where it was fetched from: relative links are resolved against it.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// As the server would name it: it may tell the encoding.
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
}

impl Parse {
    pub(super) fn run(&self) -> Result<ExitCode> {
        let bytes = input::read_limited(self.file.as_deref(), MAX_DOCUMENT)?;
        let name = self.file.as_ref().map_or_else(|| "standard input".to_owned(), |file| file.display().to_string());
        let (feed, problems) =
            parse_feed(&bytes, self.content_type.as_deref(), self.url.as_ref()).with_context(|| name)?;
        let mut out = Out::new();
        out.json(&to_json(&feed, &problems))?;
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

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
            json!({"format": "", "title": "Pond", "description": null, "links": [], "language": null, "hub": null, "self": null, "ttl": 30, "skip_hours": [], "skip_days": [], "update_period": null, "update_frequency": null, "update_base": null})
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
