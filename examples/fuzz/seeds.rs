//! Documents and pieces of them, written for fuzzing.

/// One of each format, with as many kinds of elements as fit.
pub const SEEDS: &[&str] = &[
    r#"<?xml version="1.0" encoding="utf-8"?><!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c '&a;&a;'>]>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xml:base="https://pond.example/x/">
<channel><title>P&a;&c;</title><link>/</link><description>wet</description><language>en-gb</language><ttl>60</ttl>
<skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays><sy:updatePeriod>daily</sy:updatePeriod>
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="feed"/><image><title>L</title></image>
<item><title><![CDATA[One <b>two</b>]]> &amp; 3</title><link href='/1' rel=alternate /><guid isPermaLink="false">1</guid>
<author>a@b.example (A)</author><media:group><media:title/><media:description>m</media:description></media:group>
<pubDate>1 May 2020 10:00 PM</pubDate><dc:date>2020-05-01T22:00:00+02:00</dc:date><category>c</category><!-- c -->
<description>&lt;p&gt;Long &amp;hellip; &lt;a href="/2"&gt;x&lt;/a&gt;&lt;/p&gt;</description>
<content:encoded><![CDATA[<div><p>Wetter</p><script>x</script></div>]]></content:encoded>
<source url="https://lake.example/">Lake</source></item>
<item><guid>https://pond.example/2</guid><title>GrÃ¶ÃŸe</title></item></channel></rss>"#,
    r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://pond.example/a/"><title type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml">T <i>x</i></div></title><link href="."/><author><name>Ann</name></author>
<entry xml:base="b/"><id>urn:1</id><title type="html">Fr&amp;ouml;sche</title><link href="1" type="text/html"/>
<link rel="enclosure" href="x.mp3"/><published>2020-01-02T03:04:05.6+01:00</published><updated>2020-01-03</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Es <b>regnet</b>.</p></div></content>
<category term="frog" label="Frosch"/><source><id>urn:s</id><title>See</title></source></entry>
<entry><title mode="base64">T25l</title><summary>&#8217;&#x2019;&#0;&nbsp;</summary></entry></feed>"#,
    r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="http://a.example/"><title>P</title><items><rdf:Seq/></items></channel>
<item rdf:about="http://a.example/1"><title>One</title><description>x</description></item></rdf:RDF>"#,
    r#"<Channel BASE="http://a.example/" HREF="x"><Item HRef="1" LASTMOD="2004-04-06T23:05:43-05:00"><Title>One</Title>
<Abstract>Wet</Abstract></Item></Channel>"#,
    r#"{"version":"https://jsonfeed.org/version/1.1","title":"Pond","home_page_url":"https://pond.example/","language":"en",
"hubs":[{"type":"WebSub","url":"https://hub.example/"}],"items":[{"id":7,"url":"/7","content_text":"Wet \ud83d\udc38",
"tags":["x",3],"authors":[{"name":"Ann"}],"date_published":"2020-01-02T03:04:05Z"},{"id":"8","title":"T\u00fc",
"content_html":"<p>a</p>","author":{"name":"B"},"summary":"s","external_url":"https://x.example/"}]}"#,
    r#"<!DOCTYPE html><html><head><title>Not here</title><link rel="alternate" type="application/rss+xml" href="/f">
</head><body><p>no<br><script>if (a < b) {}</script><item>x</item></body></html>"#,
];

/// What parsers trip over.
pub const TOKENS: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "</",
    "/>",
    "<!",
    "<?",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<item>",
    "</item>",
    "<entry>",
    "</entry>",
    "<title>",
    "</title>",
    "<a>",
    "</a>",
    "<link>",
    "<link href=",
    "<div>",
    "</div>",
    "<guid>",
    "<media:title>",
    "<channel>",
    "<rss>",
    "<feed>",
    "<rdf:RDF>",
    "<atom:link rel='self' href='x'/>",
    "&amp;",
    "&lt;",
    "&#",
    "&#0;",
    "&#x1F438;",
    "&#xD800;",
    "&a;",
    "&hellip;",
    "&amp;amp;",
    "&NotSquareSupersetEqual;",
    "<!DOCTYPE x [",
    "<!ENTITY a 'b'>",
    "]>",
    " xmlns='x'",
    " xmlns:a='http://www.w3.org/2005/Atom'",
    " xml:base='https://x.example/'",
    " href='//x'",
    " a=b",
    "\u{0}",
    "\u{8}",
    "\u{FEFF}",
    "\u{FFFE}",
    "\u{202E}",
    "é",
    "Ã©",
    "日本",
    "🐸",
    "\u{200D}",
    "\n",
    " ",
    "\t",
    "\r\n",
    "<?xml version='1.0' encoding='windows-1252'?>",
    "encoding='utf-16'",
    "encoding='iso-2022-jp'",
    "\u{1B}$B",
    "\\u",
    "\\ud83d",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "{\"a\":",
    ",",
    ":",
    "null",
    "1e999",
    "\"items\":[",
    "\"id\":",
    "-",
    "+",
    "2020-02-30",
    "Fri, 31 Feb 99999 25:61:61 +9999",
    "99999999999999999999",
    "http://",
    "https://[::1",
    "http://a.example/%",
    "data:x",
    "javascript:",
    "mailto:a@b",
    "ann@b.example— (",
    "<pubDate>",
    "<dc:date>",
    "<content:encoded>",
    "<source>",
    "<category>",
    "<skipHours><hour>",
];
