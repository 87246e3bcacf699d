//! JSON Feed 1.0 and 1.1, whole and damaged.

use super::*;

fn feed(rest: &str, items: &str) -> String {
    format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Pond\",{rest}\"items\":[{items}]}}")
}

#[track_caller]
fn problems(document: &str) -> Vec<String> {
    let (_, problems) = parse_feed(document.as_bytes(), None, None).expect("a feed");
    problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn version_1_1_with_every_field() {
    let feed = read_feed(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"Pond","description":"All wet","language":"en",
        "home_page_url":"https://pond.example/","feed_url":"/feed.json","next_url":"/2.json","icon":"/i.png",
        "authors":[{"url":"https://ann.example/"},{"name":"Ann"}],
        "hubs":[{"type":"x"},{"type":"WebSub","url":"https://hub.example/"}],
        "items":[{"id":"https://pond.example/1","url":"/1","external_url":"https://lake.example/1","title":"One",
          "content_html":"<p>Wet</p>","content_text":"Wet","summary":"W","image":"/1.png","banner_image":"/b.png",
          "date_published":"2020-01-02T03:04:05-05:00","date_modified":"2020-01-03T00:00:00Z",
          "authors":[{"name":"Bob"},{"name":"Cy"}],"tags":["frogs","toads"],"language":"de",
          "attachments":[{"url":"/1.mp3","mime_type":"audio/mpeg"}],"_ours":{"deep":[[[[{"x":[1]}]]]]}},
         {"id":2,"external_url":"https://lake.example/2","content_text":"Drier"}]}"#,
    );
    assert_eq!((feed.format.as_str(), feed.title.as_deref()), ("JSON Feed 1.1", Some("Pond")));
    assert_eq!((feed.description.as_deref(), feed.language.as_deref()), (Some("All wet"), Some("en")));
    assert_eq!(feed.links, ["https://pond.example/"]);
    assert_eq!(feed.hub.as_deref(), Some("https://hub.example/"));
    assert_eq!(feed.self_url.as_deref(), Some("https://pond.example/feed.json"));
    let text = |text: &str| Some(text.to_owned());
    let first = ParsedEntry {
        id: text("https://pond.example/1"),
        title: text("One"),
        url: text("https://pond.example/1"),
        original_url: None,
        summary: text("W"),
        content: text("<p>Wet</p>"),
        author: text("Bob"),
        published: date("2020-01-02T08:04:05Z"),
        updated: date("2020-01-03T00:00:00Z"),
        tags: vec!["frogs".into(), "toads".into()],
        language: text("de"),
        source: None,
    };
    let second = ParsedEntry {
        id: text("2"),
        url: text("https://lake.example/2"),
        content: text("Drier"),
        author: text("Ann"),
        ..ParsedEntry::default()
    };
    assert_eq!(feed.entries, [first, second]);
}

#[test]
fn version_1_has_one_author() {
    let feed = read_feed(
        r#"{"items":[{"id":"1","content_text":"x"},{"id":"2","author":{"name":"Bob"}},{"id":"3","author":"Cy"}],
        "author":{"name":"Ann"},"version":"https://jsonfeed.org/version/1"}"#,
    );
    assert_eq!(feed.format, "JSON Feed 1");
    let authors: Vec<_> = feed.entries.iter().map(|entry| entry.author.as_deref().unwrap_or_default()).collect();
    assert_eq!(authors, ["Ann", "Bob", "Cy"]);
}

#[test]
fn usual_faults_are_overlooked() {
    let read =
        read_feed(feed("", r#"{"id":7.5,"title":8,"tags":"wet","date_published":1577934245},3,null,[],{"id":"8"}"#));
    assert_eq!(read.entries.len(), 2);
    let entry = &read.entries[0];
    assert_eq!((entry.id.as_deref(), entry.title.as_deref()), (Some("7.5"), Some("8")));
    assert_eq!((entry.tags.as_slice(), entry.published), (&["wet".to_owned()][..], date("2020-01-02T03:04:05Z")));
    // Without the version, items have to look like JSON Feed's.
    check_titles(r#"{"items":[{"title":"One","content_html":"x"}]}"#, &["One"]);
    check_refused(r#"{"items":[{"title":"One","price":"3"}]}"#, "JSON that is no JSON Feed");
    let none = read_feed(r#"{"version":"https://jsonfeed.org/version/1","items":null,"title":"Pond"}"#);
    assert_eq!((none.entries.len(), none.title.as_deref()), (0, Some("Pond")));
}

#[test]
fn damage_costs_only_what_is_damaged() {
    check_titles(
        feed("", r#"{"title":"One } ] \" {"},{"title":"Two"},{"title":"Thr"#).trim_end_matches("]}"),
        &["One } ] \" {", "Two"],
    );
    check_titles(format!("\u{FEFF}{}", feed("", "{\"title\":\"a\tb\"}")), &["a b"]);
    check_titles(feed("", r#"{"title":"One",},{"title":"Two"},"#), &["One", "Two"]);
    check_titles(
        feed("", r#"{"title":"\ud83d cut \ud83d\udc38 \udc38"},{"title":"it\'s \x"}"#),
        &["\u{FFFD} cut 🐸 \u{FFFD}", "it\\'s \\x"],
    );
    assert_eq!(problems(&feed("", "{\"title\":\"a\tb\"}")), ["the JSON is damaged; what could be read was"]);
    assert_eq!(problems(&feed("", "{}")), [""; 0]);
    check_refused("{\"error\":\"gone\"}", "JSON that is no JSON Feed");
    check_refused("[{\"title\":\"One\"}]", "JSON that is no JSON Feed");
    check_refused("[1,2", "JSON that is damaged");
}

#[test]
fn a_feed_that_has_ended_says_so() {
    assert_eq!(problems(&feed("\"expired\":true,", "")), ["the publisher says that this feed has ended (\"expired\")"]);
    assert_eq!(problems(&feed("\"expired\":false,", "")), [""; 0]);
}

#[test]
fn hostile_values_are_held_in_bounds() {
    let deep = format!("{{\"title\":\"One\",\"_x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    check_titles(feed("", &deep), &["One"]);
    let wide = format!("{{\"title\":\"One\",\"authors\":[{}1]}}", "{},".repeat(200_000));
    check_titles(feed("", &wide), &["One"]);
    let many = "{},".repeat(limits::ENTRIES + 5);
    assert_eq!(read_feed(feed("", &format!("{many}{{}}"))).entries.len(), limits::ENTRIES);
    check_refused("[".repeat(100_000), "JSON that is damaged");
    check_refused("{\"a\":".repeat(100_000), "JSON that is damaged");
}
