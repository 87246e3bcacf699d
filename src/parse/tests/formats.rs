//! The formats, with every field where it may stand.

use super::*;

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
    assert_eq!(item("<link>\u{FFFF}javascript:alert(1)</link>").url, None, "nor what becomes one");
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
fn an_empty_feed_is_a_feed() {
    check_titles("<rss version='2.0'><channel><title>Pond</title></channel></rss>", &[]);
    check_titles("<feed xmlns='http://www.w3.org/2005/Atom'/>", &[]);
}

#[test]
fn formats_are_named() {
    let format = |document: &str| read_feed(document).format;
    assert_eq!(format("<rss version='0.92'><channel/></rss>"), "RSS 0.92");
    assert_eq!(format("<rss><channel/></rss>"), "RSS");
    assert_eq!(format("<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel/></rdf:RDF>"), "RSS 1.0");
    assert_eq!(format("<rdf:RDF xmlns='http://my.netscape.com/rdf/simple/0.9/'/>"), "RSS 0.90");
    assert_eq!(format("<feed xmlns='http://www.w3.org/2005/Atom'/>"), "Atom 1.0");
    assert_eq!(format("<feed version='0.3'/>"), "Atom 0.3");
    assert_eq!(format("<channel><item href='http://a.example/'/></channel>"), "CDF");
}

#[test]
fn what_the_publisher_asks_is_handed_on() {
    let feed = read_feed(
        "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>P</title>
        <description>All wet</description><ttl> 90 </ttl><skipHours><hour>24</hour><hour>7</hour><hour>7</hour>
        <hour>25</hour><hour>x</hour></skipHours><skipDays><day>Sunday</day><day>friday</day><day>Someday</day></skipDays>
        <sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>
        <sy:updateBase>2000-01-01T12:00+00:00</sy:updateBase></channel></rss>",
    );
    assert_eq!((feed.ttl, feed.description.as_deref()), (Some(90), Some("All wet")));
    assert_eq!(feed.skip_hours, [0, 7]);
    assert_eq!(feed.skip_days, [Weekday::Friday, Weekday::Sunday]);
    assert_eq!((feed.update_period, feed.update_frequency), (Some(Period::Hourly), Some(2)));
    assert_eq!(feed.update_base, date("2000-01-01T12:00:00Z"));
    assert_eq!(feed.update_interval().map(|interval| interval.as_secs()), Some(1_800));
    let undeclared = read_feed("<rss><channel><sy:updateFrequency>0</sy:updateFrequency></channel></rss>");
    assert_eq!((undeclared.update_frequency, undeclared.update_interval()), (None, None));
    let weekly = read_feed("<rss><channel><sy:updatePeriod>Weekly</sy:updatePeriod></channel></rss>");
    assert_eq!(weekly.update_interval().map(|interval| interval.as_secs()), Some(7 * 86_400));
}

#[test]
fn channel_definition_format() {
    let feed = read_feed(
        "<CHANNEL BASE='http://a.example/x/' HREF='http://a.example/'><TITLE>P</TITLE><ITEM HREF='1'
        LASTMOD='2004-04-06T23:05:43-05:00'><TITLE>One</TITLE><ABSTRACT>Wet</ABSTRACT></ITEM></CHANNEL>",
    );
    assert_eq!((feed.links.as_slice(), feed.title.as_deref()), (&["http://a.example/".to_owned()][..], Some("P")));
    let entry = &feed.entries[0];
    assert_eq!((entry.url.as_deref(), entry.summary.as_deref()), (Some("http://a.example/x/1"), Some("Wet")));
    assert_eq!(entry.updated, date("2004-04-07T04:05:43Z"));
}

#[test]
fn atom_texts_may_be_packed_and_authors_inherited() {
    let feed = read_feed(
        "<feed><author><name>Ann</name></author><entry><title mode='base64'>T25l\n</title><content
        type='application/octet-stream'>PHA+V2V0PC9wPg==</content></entry><entry><title mode='base64'>One?</title>
        <author><name>Bob</name></author></entry></feed>",
    );
    let [first, second] = &feed.entries[..] else { panic!("{:?}", feed.entries) };
    assert_eq!((first.title.as_deref(), first.content.as_deref()), (Some("One"), Some("<p>Wet</p>")));
    assert_eq!((first.author.as_deref(), second.author.as_deref()), (Some("Ann"), Some("Bob")));
    assert_eq!(second.title.as_deref(), Some("One?"), "what cannot be unpacked stays");
    // In RSS only its own elements name an item's author.
    assert_eq!(item("<title>One</title>").author, None);
}

#[test]
fn the_page_is_preferred_to_other_forms_of_it() {
    let feed = read_feed(
        "<feed><entry><link rel='alternate' type='application/json' href='/1.json'/><link href='gopher://a.example/'/>
        <link type='text/html' href='/1'/></entry><entry><link type='application/pdf' href='/2.pdf'/></entry></feed>",
    );
    let urls: Vec<_> = feed.entries.iter().filter_map(|entry| entry.url.as_deref()).collect();
    assert_eq!(urls, ["https://pond.example/1", "https://pond.example/2.pdf"]);
}

#[test]
fn an_address_that_nothing_places_stays_as_it_is() {
    let document = b"<rss><channel><link>https://pond.example/</link><item><link> /1\n2 </link></item></channel></rss>";
    let (feed, _) = parse_feed(document, None, None).expect("a feed");
    assert_eq!(feed.entries[0].url.as_deref(), Some("/12"));
}
