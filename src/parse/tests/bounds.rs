//! Documents made to hurt: nothing panics, and what comes out is bounded whatever goes in.

use super::*;

#[test]
fn entities_expand_once_and_nothing_is_fetched() {
    let many = "<!DOCTYPE x [<!ENTITY a 'b'>]>".repeat(100) + "<!DOCTYPE x [<!ENTITY z 'c'>]>";
    check_titles(format!("{many}<rss><channel><item><title>&a;&z;</title></item>"), &["b&z;"]);
    let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
        <rss><channel><item><title>&a; &b; &x;</title></item></channel></rss>";
    check_titles(laughs, &["ha &a;&a; &x;"]);
}

#[test]
fn documents_made_to_hurt_are_read_in_bounds() {
    let deep = format!("<rss><channel><item><title>One</title>{}</item>", "<a>".repeat(300_000));
    check_titles(deep, &["One"]);
    // Without a limit on open elements, every stray end would be looked for in all of them.
    let stray = format!("<rss>{}{}<item><title>One</title></item>", "<a>".repeat(100_000), "</b>".repeat(200_000));
    check_titles(stray, &["One"]);
    let nested = format!("<rss><channel>{}", "<item><title>x</title>".repeat(2_000));
    assert_eq!(read_feed(nested).entries.len(), 2_000);
    let wide = format!("<rss><channel><item {}><title>One</title></item>", "a='b' ".repeat(50_000));
    check_titles(wide, &["One"]);
    let (feed, problems) = parse_feed(
        format!(
            "<rss><channel><item><title>{}</title><description>{}</description></item>",
            "é".repeat(5_000),
            "é".repeat(300_000)
        )
        .as_bytes(),
        None,
        None,
    )
    .unwrap();
    assert_eq!(feed.entries[0].title.as_ref().map(String::len), Some(limits::TITLE));
    assert_eq!(feed.entries[0].summary.as_ref().map(String::len), Some(limits::BODY));
    assert_eq!(problems.len(), 2);
    let many = format!("<rss><channel>{}", "<item/>".repeat(limits::ENTRIES + 5));
    assert_eq!(read_feed(many).entries.len(), limits::ENTRIES);
    let long_base = format!(
        "<feed xml:base='http://a.example/{}/'>{}",
        "x".repeat(100_000),
        "<entry><link href='1'/>".repeat(20_000)
    );
    assert_eq!(read_feed(long_base).entries[0].url.as_deref(), Some("https://pond.example/1"));
    // What every entry takes over from its feed would make a hundred times as much of a document.
    let ann = "Ann".repeat(900);
    let inherited = [
        format!("<feed><author><name>{ann}</name></author><entry/><entry/></feed>"),
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"authors\":[{{\"name\":\"{ann}\"}}],\"items\":[{{\"id\":1}}]}}"
        ),
    ];
    for document in inherited {
        assert_eq!(read_feed(document).entries[0].author.as_ref().map(String::len), Some(200));
    }
    // Were the first element's name looked at for each tag, this would not end within ten minutes.
    let long_root = format!("<{}>{}", "x".repeat(4_000_000), "<t>".repeat(2_000_000));
    check_refused(long_root, "XML that is <xxx");
    let grown = format!(
        "<!DOCTYPE rss [<!ENTITY a '{}'>]><rss><channel><item><author>{}",
        "é".repeat(120),
        "&a;".repeat(100_000)
    );
    let many_types = "<!DOCTYPE x [<!ENTITY a 'b'>]>".repeat(5_000);
    let many_types = format!("{many_types}<rss><channel><item><title>One{}</title></item>", "&z;".repeat(20_000));
    assert_eq!(read_feed(many_types).entries.len(), 1);
    let (tree, _) = markup::read(&grown);
    assert!(tree.ids().all(|id| tree.node(id).text.len() <= 1_024 * 1_024));
    check_refused("<".repeat(100_000), "an empty document");
    check_refused("[".repeat(100_000), "JSON that is damaged");
    check_refused("<!--".repeat(100_000), "an empty document");
}

/// Bytes that the texts of an entry take.
fn held(entry: &ParsedEntry) -> usize {
    let texts = [&entry.id, &entry.title, &entry.url, &entry.summary, &entry.content, &entry.author];
    texts.into_iter().flatten().chain(&entry.tags).map(String::len).sum()
}

#[test]
fn one_entry_holds_only_so_much_whatever_is_sent() {
    let long = "é".repeat(6 << 20);
    let fields = ["title", "link", "guid", "description", "content:encoded", "author", "category", "pubDate"];
    let fields: String = fields.iter().map(|name| format!("<{name}>{long}</{name}>")).collect();
    let tags = "<category>x</category>".repeat(50_000);
    let entry = item(&format!("{fields}{tags}"));
    assert!(held(&entry) <= 2 * limits::BODY + 10 * limits::URL, "{}", held(&entry));
    assert!(entry.tags.len() <= limits::TAGS);
    let attributes = "a='b' rel='x' href='/1' ".repeat(50_000);
    let entry = item(&format!("<title>One</title><link {attributes}>/1</link>"));
    assert_eq!((entry.title.as_deref(), held(&entry)), (Some("One"), 3));
}

#[test]
fn a_tag_keeps_no_more_attributes_than_are_ever_asked_for() {
    let document = format!("<rss><channel><item {}>", "a='b' HREF='x' href='y' rel='z' ".repeat(10_000));
    let (tree, _) = markup::read(&document);
    assert_eq!(tree.attributes.len(), 2);
    assert_eq!(tree.attribute(tree.items()[0], "href"), Some("x"));
}

#[test]
fn a_document_keeps_no_more_elements_than_there_may_be() {
    let document = format!("<rss><channel><item><title>One</title>{}", "<link/>".repeat(1_100_000));
    let (feed, problems) = parse_feed(document.as_bytes(), None, None).expect("a feed");
    assert_eq!(feed.entries.len(), 1);
    assert_eq!(problems[0].message, "the document has too many elements and was cut");
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = read(&bytes, Some("text/xml; charset=utf-16"), None);
    }

    #[test]
    fn no_damage_panics(cut in 0usize..400, at in 0usize..400, byte in proptest::prelude::any::<u8>()) {
        let mut bytes = br#"<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY a "b">]><rss xmlns:media="http://search.yahoo.com/mrss/">
            <channel><title>P&a;</title><item><title><![CDATA[One]]></title><link href='/1' rel=alternate /><guid>1</guid>
            <author>a@b.example (A)</author><media:group><media:title/></media:group><pubDate>1 May 2020 10:00 PM</pubDate>
            <!-- c --></item></channel></rss>"#.to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(cut.max(1));
        // Called without the guard round it, so that a panic shows.
        let _ = read(&bytes, None, None);
    }
}
