//! What real publishers get wrong: one small document for each family of failure of feed-rs, with what it makes of it,
//! and that it is read whole here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

/// What feed-rs makes of a document by itself.
#[derive(Debug, PartialEq)]
enum Raw {
    Panics,
    Refuses,
    Empties,
    /// Loses or falsifies a field.
    Damages,
}

/// The document has one item, titled "One ♥", published 2019-05-17 06:00 UTC at https://pond.example/1.
#[track_caller]
fn check(document: impl AsRef<[u8]>, raw: Raw) {
    let read = read_feed(&document).entries;
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].title.as_deref().map(|title| title.replace("&#9829;", "♥")).as_deref(), Some("One ♥"));
    assert_eq!(read[0].url.as_deref(), Some("https://pond.example/1"));
    assert_eq!(read[0].published, date("2019-05-17T06:00:00Z"));
    assert_eq!(by_feed_rs(document.as_ref()), raw, "feed-rs is not what it was: is the repair still needed?");
}

#[track_caller]
fn by_feed_rs(document: &[u8]) -> Raw {
    let Ok(read) = catch_unwind(AssertUnwindSafe(|| feed_rs::parser::parse(document))) else { return Raw::Panics };
    let Ok(feed) = read else { return Raw::Refuses };
    let Some(entry) = feed.entries.first() else { return Raw::Empties };
    let is_whole = entry.title.as_ref().is_some_and(|title| title.content.starts_with("One"))
        && entry.links.first().is_some_and(|link| link.href == "https://pond.example/1")
        && entry.published.is_some_and(|date| date.timestamp() == 1_558_072_800);
    assert!(!is_whole, "feed-rs reads this as well as we do");
    Raw::Damages
}

const DATE: &str = "<pubDate>Fri, 17 May 2019 06:00:00 GMT</pubDate>";
const WHOLE: &str = "<title>One &#9829;</title><link>https://pond.example/1</link>\
                     <pubDate>Fri, 17 May 2019 06:00:00 GMT</pubDate>";

fn rss(item: &str) -> String {
    format!("<?xml version='1.0'?><rss version='2.0'><channel><title>P</title><item>{item}</item></channel></rss>")
}

fn atom(entry: &str) -> String {
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>P</title><entry>{entry}</entry></feed>")
}

const ATOM: &str = "<title>One ♥</title><link href='https://pond.example/1'/>\
                    <published>2019-05-17T06:00:00Z</published>";

fn utf_16_be(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn documents_that_feed_rs_panics_on() {
    let late = format!("<?xml version='1.0' {} encoding='windows-1252'?>{}", " ".repeat(90), rss(WHOLE));
    check(late.replacen("<?xml version='1.0'?><rss", "<rss", 1), Raw::Panics);
    check(rss(&format!("{WHOLE}<author>ann@b.example— Ann</author>")), Raw::Panics);
    check(utf_16_be(&format!("<?xml version='1.0' encoding='utf-16'?>{}", atom(ATOM))), Raw::Panics);
}

#[test]
fn documents_that_feed_rs_refuses_whole() {
    check(
        rss(&format!("{WHOLE}<media:group><media:title>x</media:title><media:description/></media:group>"))
            .replace("<rss", "<rss xmlns:media='http://search.yahoo.com/mrss/'"),
        Raw::Refuses,
    );
    let mut one_bad_byte = rss(&format!("{WHOLE}<description>it?s</description>")).into_bytes();
    let at = one_bad_byte.iter().position(|byte| *byte == b'?').unwrap();
    let at = at + one_bad_byte[at + 1..].windows(4).position(|four| four == b"it?s").unwrap() + 3;
    one_bad_byte[at] = 0x92;
    check(one_bad_byte, Raw::Refuses);
    check(rss(&format!("{WHOLE}<description>Q & A</description>")), Raw::Refuses);
    check(rss(&format!("{WHOLE}<description>a&#0;b</description>")), Raw::Refuses);
    check(rss(WHOLE).replace(" version='2.0'", ""), Raw::Refuses);
    check(rss(WHOLE).replace("2.0", "2.0.1 beta"), Raw::Refuses);
    check(atom(ATOM).replace("<title>One", "<title type='text/markdown-ish'>One"), Raw::Refuses);
    check(rss(&format!("{WHOLE}<description><p>wet</description>")), Raw::Refuses);
    check(rss(WHOLE).replace("</item></channel></rss>", "<description>The riv"), Raw::Refuses);
    let utf_32: Vec<u8> = rss(WHOLE).chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    check(utf_32, Raw::Refuses);
}

#[test]
fn json_that_feed_rs_refuses_whole() {
    let json = |id: &str, rest: &str| {
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",{rest}\"items\":[{{\"id\":{id},\"title\":\"One ♥\",\
             \"content_text\":\"x\",\"url\":\"https://pond.example/1\",\"date_published\":\"2019-05-17T06:00:00Z\"}}]}}"
        )
    };
    check(json("7", "\"title\":\"P\","), Raw::Refuses);
    check(json("\"7\"", ""), Raw::Refuses);
    check(format!("\u{FEFF}{}", json("\"7\"", "\"title\":\"P\",")), Raw::Refuses);
}

#[test]
fn documents_that_feed_rs_reads_as_empty() {
    let old = "<title>One ♥</title><link rel='alternate' href='https://pond.example/1'/>\
               <issued>2019-05-17T06:00:00Z</issued>";
    check(format!("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry>{old}</entry></feed>"), Raw::Empties);
    let older = format!(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'>\
         <channel><title>P</title></channel><item>{WHOLE}</item></rdf:RDF>"
    );
    check(older, Raw::Empties);
    check(rss(WHOLE).replace("<rss", "<rss xmlns='http://strange.example/ns'"), Raw::Empties);
}

#[test]
fn documents_that_feed_rs_damages_without_a_word() {
    let media = format!("{WHOLE}<media:title>Another</media:title>");
    check(rss(&media), Raw::Damages);
    check(
        rss(&format!("{WHOLE}<dc:date>soon</dc:date>"))
            .replace("<rss", "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'"),
        Raw::Damages,
    );
    let guid = WHOLE.replace("<link>https://pond.example/1</link>", "<guid>https://pond.example/1</guid>");
    check(rss(&guid), Raw::Damages);
    let without_link = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' \
         xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>P</title></channel>\
         <item rdf:about='https://pond.example/1'><title>One ♥</title><dc:date>2019-05-17T06:00:00Z</dc:date></item></rdf:RDF>";
    check(without_link, Raw::Empties);
    for odd in [
        "Fri, 17 May 2019 07:00:00 BST",
        "May 17, 2019 06:00 AM",
        "ven., 17 mai 2019 08:00:00 +0200",
        "Пт, 17 мая 2019 09:00:00 +0300",
        "1558072800",
    ] {
        check(rss(&WHOLE.replace(DATE, &format!("<pubDate>{odd}</pubDate>"))), Raw::Damages);
    }
    check(format!("{}{}", " \n".repeat(5_000), rss(WHOLE)), Raw::Refuses);
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
    check_titles("<rss><channel><item><dc:title>One</dc:title></item>", &["One"]);
    check_titles(
        "\u{FEFF} \n Warning: odd [x] <b>\n<rss><channel><item><title>One</title></item></channel></rss>",
        &["One"],
    );
    check_titles(
        "<!-- c --><?xml version='1.0' encoding='x-none'?><rss><channel><item><title>One</title></item>",
        &["One"],
    );
    check_titles(
        "<rss><channel><item><title><![CDATA[One]]> and <![CDATA[<b>two</b>]]></title></item>",
        &["One and <b>two</b>"],
    );
    check_titles("<rss><channel><item><title>One ]]\u{0}> ]]&#1;&gt;</title></item>", &["One ]]> ]]>"]);
    check_titles("{\"items\":[{\"title\":\"One ]]\\u0000>\",\"content_text\":\"\"}]}", &["One ]]>"]);
    check_titles("<rss><channel><item><title type='odd'>One</title><link href='x\"'></item>", &["One"]);
}

#[test]
fn the_elements_of_other_modules_are_not_the_feeds_own() {
    let taken = "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:image='http://purl.org/rss/1.0/modules/image/' \
        xmlns:l='http://purl.org/rss/1.0/modules/link/'><channel/><item><image:item><title>Picture</title></image:item>\
        <l:link>https://pond.example/other</l:link><title>One</title><link>https://pond.example/1</link></item></rdf:RDF>";
    check_titles(taken, &["One"]);
    assert_eq!(read_feed(taken).entries[0].url.as_deref(), Some("https://pond.example/1"));
}

#[test]
fn encodings_are_made_out() {
    let document = "<rss><channel><item><title>Größe</title></item></channel></rss>";
    check_titles(utf_16_be(document), &["Größe"]);
    let utf_32: Vec<u8> = document.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    check_titles(utf_32, &["Größe"]);
    let labelled = format!("<?xml version='1.0' encoding='windows-1252'?>{document}");
    check_titles(encoding_rs::WINDOWS_1252.encode(&labelled).0, &["Größe"]);
    // Whoever wrote it twice over is mended where text becomes visible, not here.
    check_titles("<rss><channel><item><title>GrÃ¶Ã\u{178}e</title></item>", &["GrÃ¶Ã\u{178}e"]);
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
    check_refused("<title>Moved</title><p>Look <a href='/feed'>there</a>.", "an HTML page titled \"Moved\"");
    check_refused("<html><body><p>The <rss> tag and <feed> tag</p></body></html>", "an HTML page without a title");
    check_refused("<opml><body/></opml>", "XML that is <opml>");
    check_refused(
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url/></urlset>",
        "XML that is <urlset>",
    );
    check_refused(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><foaf:Person/></rdf:RDF>",
        "XML that is <rdf:RDF>",
    );
    check_refused([0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 2, 0], "binary data");
}
