//! Finds the fields of an RSS, RDF or Atom document in its tree and hands them to the [`canonical`](super::canonical)
//! document.
//!
//! One search for all formats, because real documents mix their vocabularies freely. Must not make up what the
//! document does not say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;
use url::Url;

use super::canonical::{Canonical, is_legal};
use super::names::Tag;
use super::tree::{NodeId, Tree};
use super::{ParsedEntry, ParsedFeed, asked, dates, limits};

/// The feed whose outermost feed element is `root`.
pub fn feed(tree: &Tree<'_>, root: NodeId, document_url: Option<&Url>) -> Canonical {
    let channel = tree.child(root, Tag::Channel).unwrap_or(root);
    let root_base = base(tree, root, document_url);
    let base_url = base(tree, channel, root_base.as_ref());
    let mut feed = ParsedFeed {
        format: format(tree, root),
        title: first(tree, channel, &[Tag::Title]).map(|title| limits::title(&title)),
        description: first(tree, channel, &[Tag::Description, Tag::Summary]).map(|text| limits::title(&text)),
        language: language(tree, channel).or_else(|| language(tree, root)),
        ..ParsedFeed::default()
    };
    asked::read(tree, channel, &mut feed);
    feed_links(tree, channel, base_url.as_ref(), &mut feed);
    // Who wrote an Atom feed wrote the entries for which nobody else is named (RFC 4287, 4.2.1).
    let feed_author = author(tree, channel).filter(|_| tree.node(root).tag == Tag::Feed);
    let feed_author = feed_author.map(|name| limits::inherited(&name));
    let mut canonical = Canonical::new(feed);
    for item in tree.items().iter().take(limits::ENTRIES) {
        let mut entry = entry(tree, *item, base_url.as_ref());
        entry.author = entry.author.or_else(|| feed_author.clone());
        canonical.add(entry);
    }
    canonical
}

/// The format as people call it, as far as the root says.
fn format(tree: &Tree<'_>, root: NodeId) -> String {
    let says = |name, part: &str| tree.attribute(root, name).is_some_and(|said| said.contains(part));
    let format = match tree.node(root).tag {
        Tag::Rss => {
            let version = tree.attribute(root, "version").filter(|version| version.len() <= 8);
            return version.map_or_else(|| "RSS".to_owned(), |version| format!("RSS {version}"));
        }
        Tag::Rdf if says("xmlns", "netscape.com") => "RSS 0.90",
        Tag::Rdf => "RSS 1.0",
        Tag::Feed if says("xmlns", "purl.org/atom") || says("version", "0.3") => "Atom 0.3",
        Tag::Feed => "Atom 1.0",
        _ if says("xmlns", "rss1.1") => "RSS 1.1",
        _ => "CDF",
    };
    format.to_owned()
}

/// `xml:base` of the element (CDF: `BASE`), against what holds round it. A long one is none: every link of the document might carry
/// it.
fn base(tree: &Tree<'_>, id: NodeId, around: Option<&Url>) -> Option<Url> {
    let cdf = || tree.attribute(id, "base").filter(|_| tree.node(id).tag == Tag::Channel);
    let said = tree.attribute(id, "xml:base").or_else(cdf).filter(|said| said.len() <= limits::BASE);
    let own = said.and_then(|said| match around {
        Some(around) => around.join(said).ok(),
        None => Url::parse(said).ok(),
    });
    own.filter(|own| own.as_str().len() <= limits::BASE).or_else(|| around.cloned())
}

/// An address as the base of others: of a long one only the part that others take over, and none if that is long too.
pub(super) fn short_base(url: &Url) -> Option<Url> {
    let mut base = url.clone();
    if base.as_str().len() > limits::BASE {
        base.set_query(None);
        base.set_fragment(None);
    }
    Some(base).filter(|base| base.as_str().len() <= limits::BASE)
}

/// The text of the first child with one of the tags, the tags in order of preference.
fn first<'t>(tree: &'t Tree<'_>, id: NodeId, tags: &[Tag]) -> Option<Cow<'t, str>> {
    tags.iter().find_map(|tag| tree.children(id).filter(|c| tree.node(*c).tag == *tag).find_map(|c| text(tree, c)))
}

/// The text of an element, out of base64 where it says so (Atom 0.3 `mode`; Atom 1.0 media types).
fn text<'t>(tree: &'t Tree<'_>, id: NodeId) -> Option<Cow<'t, str>> {
    let value = tree.value(id)?;
    let says = |name, word| tree.attribute(id, name).is_some_and(|said| said.eq_ignore_ascii_case(word));
    if says("mode", "base64") || says("type", "application/octet-stream") {
        let packed: String = value.split_ascii_whitespace().collect();
        if let Some(text) = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            return Some(Cow::Owned(text));
        }
    }
    Some(Cow::Borrowed(value))
}

fn language(tree: &Tree<'_>, id: NodeId) -> Option<String> {
    let said = tree.child(id, Tag::Language).and_then(|language| tree.value(language));
    said.or_else(|| tree.attribute(id, "xml:lang")).and_then(limits::language)
}

fn feed_links(tree: &Tree<'_>, channel: NodeId, base: Option<&Url>, feed: &mut ParsedFeed) {
    for link in tree.children(channel).filter(|c| matches!(tree.node(*c).tag, Tag::Link | Tag::AtomLink)) {
        let Some(url) = link_url(tree, link, base) else { continue };
        match tree.attribute(link, "rel").unwrap_or("alternate").to_ascii_lowercase().as_str() {
            "alternate" if !feed.links.contains(&url) && feed.links.len() < 10 => feed.links.push(url),
            "hub" => feed.hub = feed.hub.take().or(Some(url)),
            "self" => feed.self_url = feed.self_url.take().or(Some(url)),
            _ => {}
        }
    }
    // CDF has it as an attribute.
    if feed.links.is_empty() {
        feed.links.extend(tree.attribute(channel, "href").and_then(|href| absolute(href, base)));
    }
}

/// Where a link element points, as `href` or as text, made absolute.
fn link_url(tree: &Tree<'_>, link: NodeId, around: Option<&Url>) -> Option<String> {
    let written = tree.attribute(link, "href").or_else(|| tree.value(link))?;
    absolute(written, base(tree, link, around).as_ref())
}

/// An address made absolute, or as it is where nobody says what it is relative to; `None` when it is none.
pub(super) fn absolute(written: &str, base: Option<&Url>) -> Option<String> {
    if written.is_empty() || written.len() > limits::URL {
        return None;
    }
    // Escaped once too often, as some publishers' own templates do.
    let written = written.replace("&amp;", "&");
    let joined = match base.map_or_else(|| Url::parse(&written), |base| base.join(&written)) {
        Ok(url) => String::from(url),
        Err(url::ParseError::RelativeUrlWithoutBase) => return relative(&written),
        Err(_) => return None,
    };
    let is_script = ["javascript:", "data:"].iter().any(|scheme| joined.starts_with(scheme));
    Some(joined).filter(|url| !is_script && url.len() <= limits::URL)
}

/// A relative address as a URL parser would read it, without the characters that it skips; none if it is one no more
/// without them, since it might then be a script's.
fn relative(written: &str) -> Option<String> {
    let clean: String = written.chars().filter(|c| !c.is_control() && is_legal(*c)).collect();
    let is_relative = |clean: &String| Url::parse(clean) == Err(url::ParseError::RelativeUrlWithoutBase);
    Some(clean.trim().to_owned()).filter(|clean| !clean.is_empty() && is_relative(clean))
}

fn entry(tree: &Tree<'_>, item: NodeId, feed_base: Option<&Url>) -> ParsedEntry {
    let base = base(tree, item, feed_base);
    let guid = tree.children(item).filter(|c| tree.node(*c).tag == Tag::Guid).find(|c| tree.value(*c).is_some());
    let (summary, content) = bodies(tree, item);
    let of_media = || tree.child(item, Tag::MediaGroup).and_then(|group| first(tree, group, &[Tag::MediaTitle]));
    let of_cdf = || tree.attribute(item, "lastmod").and_then(dates::parse);
    ParsedEntry {
        id: guid.and_then(|guid| tree.value(guid)).or_else(|| tree.attribute(item, "rdf:about")).map(limits::id),
        title: first(tree, item, &[Tag::Title, Tag::MediaTitle]).or_else(of_media).map(|title| limits::title(&title)),
        url: entry_url(tree, item, guid, base.as_ref()),
        original_url: first(tree, item, &[Tag::OrigLink]).and_then(|original| absolute(&original, base.as_ref())),
        summary,
        content,
        author: author(tree, item),
        published: first_date(tree, item, &[Tag::PubDate, Tag::DcDate, Tag::Issued, Tag::AtomDate, Tag::Created]),
        updated: first_date(tree, item, &[Tag::Updated, Tag::AtomUpdated]).or_else(of_cdf),
        tags: tags(tree, item),
        language: language(tree, item),
        source: source(tree, item),
    }
}

/// The link of an item: the link to the page, a guid that is one, RDF's own address.
fn entry_url(tree: &Tree<'_>, item: NodeId, guid: Option<NodeId>, base: Option<&Url>) -> Option<String> {
    let is_page = |link: &NodeId| tree.attribute(*link, "rel").is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"));
    let links = |tag| tree.children(item).filter(move |c| tree.node(*c).tag == tag).filter(is_page);
    let links = || links(Tag::Link).chain(links(Tag::AtomLink));
    let is_html = |link: &NodeId| tree.attribute(*link, "type").is_none_or(|kind| kind.contains("html"));
    let all = || links().filter_map(|link| link_url(tree, link, base));
    let pages = links().filter(is_html).filter_map(|link| link_url(tree, link, base));
    // Some publish their page in other types and by other protocols too.
    pages
        .chain(all())
        .find(|url| is_http(url))
        .or_else(|| all().next())
        .or_else(|| guid.and_then(|guid| permalink(tree, guid, base)))
        .or_else(|| ["rdf:about", "href"].into_iter().find_map(|n| absolute(tree.attribute(item, n)?, base)))
        .or_else(|| any_http_link(tree, item, base))
}

/// A guid is a link unless it says otherwise (RSS 2.0, `<guid>`) or does not look like one.
fn permalink(tree: &Tree<'_>, guid: NodeId, base: Option<&Url>) -> Option<String> {
    let denied = tree.attribute(guid, "isPermaLink").is_some_and(|said| said.eq_ignore_ascii_case("false"));
    let text = tree.value(guid).filter(|text| !denied && is_http(text))?;
    absolute(text, base)
}

fn is_http(text: &str) -> bool {
    let start = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

/// The last resort: a link with some other relation, but not to the feed's machinery.
fn any_http_link(tree: &Tree<'_>, item: NodeId, base: Option<&Url>) -> Option<String> {
    let related = |link: &NodeId| tree.attribute(*link, "rel").is_some_and(|rel| matches!(rel, "related" | "via"));
    let mut links = tree.children(item).filter(|c| matches!(tree.node(*c).tag, Tag::Link | Tag::AtomLink));
    links.find(related).and_then(|link| link_url(tree, link, base))
}

/// Summary and content; a lone body is the summary when the element says so, else the content.
fn bodies(tree: &Tree<'_>, item: NodeId) -> (Option<String>, Option<String>) {
    let media = || tree.child(item, Tag::MediaGroup).and_then(|group| first(tree, group, &[Tag::MediaDescription]));
    let summary = first(tree, item, &[Tag::Description, Tag::Summary])
        .or_else(|| first(tree, item, &[Tag::ItunesSummary, Tag::MediaDescription]))
        .or_else(media);
    let content = first(tree, item, &[Tag::Encoded, Tag::Content, Tag::XhtmlBody]);
    (summary.map(|text| limits::body(&text)), content.map(|text| limits::body(&text)))
}

/// A name, from the element most likely to hold one.
fn author(tree: &Tree<'_>, item: NodeId) -> Option<String> {
    let in_author = || {
        let author = tree.child(item, Tag::Author)?;
        let name = || tree.value(author).map(name_in_address).map(Cow::Borrowed);
        first(tree, author, &[Tag::Name, Tag::Email]).or_else(name)
    };
    let name =
        first(tree, item, &[Tag::Creator]).or_else(in_author).or_else(|| first(tree, item, &[Tag::ItunesAuthor]));
    name.map(|name| limits::title(&name))
}

/// RSS 2.0 wants `address (Name)`.
fn name_in_address(text: &str) -> &str {
    let name = text.split_once('(').filter(|(address, _)| address.contains('@')).map(|(_, name)| name);
    name.map(|name| name.trim_end_matches(')').trim()).filter(|name| !name.is_empty()).unwrap_or(text)
}

fn first_date(tree: &Tree<'_>, item: NodeId, tags: &[Tag]) -> Option<jiff::Timestamp> {
    let dates = |tag: Tag| tree.children(item).filter(move |c| tree.node(*c).tag == tag);
    tags.iter().find_map(|tag| dates(*tag).find_map(|date| dates::parse(tree.value(date)?)))
}

fn tags(tree: &Tree<'_>, item: NodeId) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for category in tree.children(item).filter(|c| matches!(tree.node(*c).tag, Tag::Category | Tag::Subject)) {
        let named = tree.attribute(category, "label").or_else(|| tree.attribute(category, "term"));
        let Some(tag) = tree.value(category).or(named).map(limits::tag) else { continue };
        if tags.len() < limits::TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// The name of the feed an item is taken from.
fn source(tree: &Tree<'_>, item: NodeId) -> Option<String> {
    let source = tree.child(item, Tag::Source)?;
    first(tree, source, &[Tag::Title])
        .or_else(|| tree.value(source).filter(|_| !tree.node(source).mixed).map(Cow::Borrowed))
        .map(|name| limits::title(&name))
}
