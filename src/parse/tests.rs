//! What real publishers get wrong, one small document for each family, and documents made to hurt.

use super::*;

#[track_caller]
fn read_feed(document: impl AsRef<[u8]>) -> ParsedFeed {
    let url = Url::parse("https://pond.example/feed").unwrap();
    parse_feed(document.as_ref(), None, Some(&url)).expect("a feed").0
}

/// The only item of an RSS document with these elements in it.
#[track_caller]
fn item(elements: &str) -> ParsedEntry {
    let feed =
        read_feed(format!("<rss version='2.0'><channel><title>P</title><item>{elements}</item></channel></rss>"));
    assert_eq!(feed.entries.len(), 1, "{elements}");
    feed.entries.into_iter().next().unwrap()
}

#[track_caller]
fn check_titles(document: impl AsRef<[u8]>, expected: &[&str]) {
    let feed = read_feed(document);
    let titles: Vec<&str> = feed.entries.iter().map(|e| e.title.as_deref().unwrap_or("-")).collect();
    assert_eq!(titles, expected);
}

#[track_caller]
fn check_refused(document: impl AsRef<[u8]>, expected: &str) {
    let refused = parse_feed(document.as_ref(), None, None).expect_err("no feed");
    assert!(refused.0.contains(expected), "{}", refused.0);
}

fn date(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("a date"))
}

#[test]
fn a_full_rss_document() {
    let feed = read_feed(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
            xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
        <channel><title>Pond news</title><link>https://pond.example/</link><language>en-gb</language><ttl>60</ttl>
        <atom:link rel="self" href="https://pond.example/feed"/><atom:link rel="hub" href="https://hub.example/"/>
        <image><title>Logo</title><link>https://pond.example/logo</link></image>
        <item><title>Frogs &amp; toads</title><link>/1</link><guid isPermaLink="false">p-1</guid>
          <description>&lt;p&gt;Short&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>
          <pubDate>Fri, 17 May 2019 06:00:00 GMT</pubDate><dc:creator>Ann</dc:creator><category>frogs</category>
          <category>toads</category><source url="https://lake.example/feed">The Lake</source></item></channel></rss>"#,
    );
    assert_eq!(
        (feed.title.as_deref(), feed.language.as_deref(), feed.ttl),
        (Some("Pond news"), Some("en-gb"), Some(60))
    );
    assert_eq!(feed.links, ["https://pond.example/"]);
    assert_eq!((feed.hub.as_deref(), feed.self_url.as_deref()), {
        (Some("https://hub.example/"), Some("https://pond.example/feed"))
    });
    assert_eq!(
        feed.entries,
        [ParsedEntry {
            id: Some("p-1".into()),
            title: Some("Frogs & toads".into()),
            url: Some("https://pond.example/1".into()),
            original_url: None,
            summary: Some("<p>Short</p>".into()),
            content: Some("<p>Long</p>".into()),
            author: Some("Ann".into()),
            published: date("2019-05-17T06:00:00Z"),
            updated: None,
            tags: vec!["frogs".into(), "toads".into()],
            language: None,
            source: Some("The Lake".into()),
        }]
    );
}

#[test]
fn a_full_atom_document() {
    let feed = read_feed(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://pond.example/a/"><title>Teich</title>
        <link href="."/><link rel="self" href="feed"/><entry xml:base="b/"><id>urn:1</id><title type="html">Fr&amp;ouml;sche</title>
        <link rel="enclosure" href="x.mp3"/><link href="1"/><published>2020-01-02T03:04:05+01:00</published>
        <updated>2020-01-03T00:00:00Z</updated><author><name>Ann</name><email>a@b.example</email></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Es <b>regnet</b>.</p></div></content>
        <category term="frog" label="Frosch"/><source><id>urn:s</id><title>Der See</title></source></entry></feed>"#,
    );
    assert_eq!(feed.links, ["https://pond.example/a/"]);
    assert_eq!((feed.language.as_deref(), feed.self_url.as_deref()), (Some("de"), Some("https://pond.example/a/feed")));
    let entry = &feed.entries[0];
    assert_eq!((entry.id.as_deref(), entry.title.as_deref()), (Some("urn:1"), Some("Fr&ouml;sche")));
    assert_eq!(entry.url.as_deref(), Some("https://pond.example/a/b/1"));
    assert_eq!((entry.published, entry.updated), (date("2020-01-02T02:04:05Z"), date("2020-01-03T00:00:00Z")));
    assert!(entry.content.as_deref().unwrap().contains("<p>Es <b>regnet</b>.</p>"));
    assert_eq!((entry.author.as_deref(), entry.source.as_deref()), (Some("Ann"), Some("Der See")));
    assert_eq!(entry.tags, ["Frosch"]);
}

#[test]
fn old_formats_and_odd_namespaces() {
    check_titles(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
        <channel><title>P</title></channel><item><title>One</title><link>http://a.example/</link></item></rdf:RDF>"#,
        &["One"],
    );
    check_titles(
        r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>One</title></entry></feed>"#,
        &["One"],
    );
    check_titles(
        r#"<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>One</a:title></a:entry></a:feed>"#,
        &["One"],
    );
    check_titles(
        r#"<rss xmlns="http://strange.example/"><channel><item><title>One</title></item></channel></rss>"#,
        &["One"],
    );
    check_titles("<rss><item><title>One</title></item></rss>", &["One"]);
    check_titles("<rss version='7'><channel><ITEM><TITLE>One</TITLE></ITEM></channel></rss>", &["One"]);
    check_titles("<rss><channel><items><item><title>One</title></item></items></channel></rss>", &["One"]);
    check_titles("<Channel><Item HRef='http://a.example/'><Title>One</Title></Item></Channel>", &["One"]);
    let rdf = read_feed(
        "<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel/><item rdf:about='http://a.example/1'><title>One</title></item></rdf:RDF>",
    );
    assert_eq!(rdf.entries[0].url.as_deref(), Some("http://a.example/1"));
    assert_eq!(rdf.entries[0].id.as_deref(), Some("http://a.example/1"));
}

#[test]
fn broken_markup_does_not_cost_the_feed() {
    check_titles(
        "<rss><channel><item><title>Q & A &nbsp;&hellip; &#146;</title></item></channel></rss>",
        &["Q & A \u{a0}… ’"],
    );
    check_titles("<rss><channel><item><title>1 < 2 &#0;\u{8}!</title></item></channel></rss>", &["1 < 2 !"]);
    check_titles("<rss><channel><item><title>One</titel><link>x</link></item><item><title>Two", &["One", "Two"]);
    check_titles("<rss><channel><item><title>One<item><title>Two</title></item>", &["One", "Two"]);
    check_titles("<rss><channel><item><title>One</title></item><item><title>Tw", &["One", "Tw"]);
    check_titles("<rss><channel><item><title>One</b></title></p></item></channel></rss></rss>x", &["One"]);
    check_titles(
        "<rss><channel><item><media:description/><media:title></media:title><title>One</title></item>",
        &["One"],
    );
    check_titles("<rss><channel><item><title>One</title><media:title>Other</media:title></item>", &["One"]);
    check_titles("<rss><channel><item><dc:title>One</dc:title></item>", &["One"]);
    check_titles(
        "\u{FEFF} \n Warning: odd [x] <b>\n<rss><channel><item><title>One</title></item></channel></rss>",
        &["One"],
    );
    check_titles(format!("{}<rss><channel><item><title>One</title></item>", " ".repeat(20_000)), &["One"]);
    check_titles(
        "<!-- c --><?xml version='1.0' encoding='x-none'?><rss><channel><item><title>One</title></item>",
        &["One"],
    );
    check_titles(
        "<rss><channel><item><title><![CDATA[One]]> and <![CDATA[<b>two</b>]]></title></item>",
        &["One and <b>two</b>"],
    );
    check_titles("<rss><channel><item><title type='odd'>One</title><link href='x\"'></item>", &["One"]);
}

#[test]
fn encodings_are_made_out() {
    let document = "<rss><channel><item><title>Größe</title></item></channel></rss>";
    let utf_16: Vec<u8> = document.encode_utf16().flat_map(u16::to_be_bytes).collect();
    check_titles(utf_16, &["Größe"]);
    let utf_32: Vec<u8> = document.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    check_titles(utf_32, &["Größe"]);
    let late = format!("<?xml version='1.0' {} encoding='windows-1252'?>{document}", " ".repeat(90));
    check_titles(encoding_rs::WINDOWS_1252.encode(&late).0, &["Größe"]);
    let mut one_bad_byte = document.replace('z', "").into_bytes();
    one_bad_byte.splice(28..28, [0x92]);
    assert_eq!(parse_feed(&one_bad_byte, None, None).unwrap().0.entries.len(), 1);
}

#[test]
fn text_encoded_twice_is_mended() {
    check_titles("<rss><channel><item><title>GrÃ¶Ã\u{178}e â€“ â\u{80}\u{99}</title></item>", &["Größe – ’"]);
    // What could not have come from UTF-8 stays as it is.
    check_titles("<rss><channel><item><title>Ã la carte, Größe, Ã¶ 日</title></item>", &["Ã la carte, Größe, Ã¶ 日"]);
}

#[test]
fn links_and_ids_are_found_where_they_are() {
    assert_eq!(item("<guid>http://a.example/1</guid>").url.as_deref(), Some("http://a.example/1"));
    assert_eq!(item("<guid isPermaLink='false'>http://a.example/1</guid>").url, None);
    assert_eq!(item("<guid>tag:x</guid>").url, None);
    assert_eq!(item("<link/><atom:link href='/1'/>").url.as_deref(), Some("https://pond.example/1"));
    let counted =
        item("<link>http://f.example/~r/1</link><feedburner:origLink>http://a.example/1</feedburner:origLink>");
    assert_eq!(counted.original_url.as_deref(), Some("http://a.example/1"));
    assert_eq!(item("<link>/1?a=b&amp;amp;c=d</link>").url.as_deref(), Some("https://pond.example/1?a=b&c=d"));
    assert_eq!(item("<link>javascript:alert(1)</link>").url, None);
    // Nothing is made up, so that the same document gives the same entry at the next poll.
    assert_eq!(item("<title>One</title>").id, None);
    let (long, other) = ("x".repeat(9_000), format!("{}y", "x".repeat(8_999)));
    assert_ne!(item(&format!("<guid>{long}</guid>")).id, item(&format!("<guid>{other}</guid>")).id);
}

#[test]
fn dates_and_authors_are_found_where_they_are() {
    let entry = item("<pubDate>Fri, 17 May 2019 06:00:00 BST</pubDate><dc:date>soon</dc:date>");
    assert_eq!(entry.published, date("2019-05-17T05:00:00Z"));
    assert_eq!(item("<pubDate>soon</pubDate><dc:date>2019-05-17</dc:date>").published, date("2019-05-17T00:00:00Z"));
    assert_eq!(item("<pubDate>25:61 XYZ</pubDate>").published, None);
    assert_eq!(item("<author>ann@b.example (Ann)</author>").author.as_deref(), Some("Ann"));
    assert_eq!(item("<author>ännann@b.exampleé</author>").author.as_deref(), Some("ännann@b.exampleé"));
    assert_eq!(item("<author><name>Ann</name></author>").author.as_deref(), Some("Ann"));
    let video =
        item("<media:group><media:title>One</media:title><media:description>Two</media:description></media:group>");
    assert_eq!((video.title.as_deref(), video.summary.as_deref()), (Some("One"), Some("Two")));
}

#[test]
fn json_feed_with_its_usual_faults() {
    let feed = read_feed(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"Pond","home_page_url":"https://pond.example/","language":"en",
        "hubs":[{"type":"WebSub","url":"https://hub.example/"}],"items":[{"id":7,"url":"/7","content_text":"Wet","tags":["x",3],
        "authors":[{"name":"Ann"}],"date_published":"2020-01-02T03:04:05Z"},{"id":"8","title":"Two"},3]}"#,
    );
    assert_eq!((feed.entries.len(), feed.hub.as_deref()), (2, Some("https://hub.example/")));
    let entry = &feed.entries[0];
    assert_eq!((entry.id.as_deref(), entry.url.as_deref()), (Some("7"), Some("https://pond.example/7")));
    assert_eq!((entry.title.as_deref(), entry.author.as_deref(), entry.tags.len()), (None, Some("Ann"), 1));
    let cut = r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"One } ] \" {"},{"id":"2","ti"#;
    check_titles(cut, &["One } ] \" {"]);
    check_titles(
        "\u{FEFF}{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\",\"title\":\"a\tb\"}]}",
        &["a b"],
    );
}

#[test]
fn what_is_no_feed_is_refused_by_name() {
    check_refused("", "an empty document");
    check_refused(" \n\0", "an empty document");
    check_refused("not found", "plain text that begins \"not found\"");
    check_refused(
        "<!DOCTYPE html><html><head><title>Just a\n moment…</title></head></html>",
        "an HTML page titled \"Just a moment…\"",
    );
    check_refused("<html><body><p>no<br></body>", "an HTML page without a title");
    check_refused("<opml><body/></opml>", "XML that is <opml>");
    check_refused("{\"error\":\"gone\"}", "JSON that is no JSON Feed");
    check_refused("[1,2", "JSON that is damaged");
    check_refused([0xFF, 0xD8, 0xFF, 0xE0, 0, 1], "plain text");
}

#[test]
fn an_empty_feed_is_a_feed() {
    check_titles("<rss version='2.0'><channel><title>Pond</title></channel></rss>", &[]);
    check_titles("<feed xmlns='http://www.w3.org/2005/Atom'/>", &[]);
}

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
