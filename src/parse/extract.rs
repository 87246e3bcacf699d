//! Finds the fields of an RSS, RDF or Atom document in its tree and hands them to the [`canonical`](super::canonical)
//! document.
//!
//! One search for all formats, because real documents mix their vocabularies freely. Must not make up what the
//! document does not say.

use url::Url;

use super::canonical::Canonical;
use super::names::Tag;
use super::tree::{NodeId, Tree};
use super::{ParsedEntry, ParsedFeed, dates, limits};

/// The feed whose outermost feed element is `root`.
pub fn feed(tree: &Tree<'_>, root: NodeId, document_url: Option<&Url>) -> Canonical {
    let channel = tree.child(root, Tag::Channel).unwrap_or(root);
    let root_base = base(tree, root, document_url);
    let base_url = base(tree, channel, root_base.as_ref());
    let mut feed = ParsedFeed {
        title: first(tree, channel, &[Tag::Title]).map(limits::title),
        language: language(tree, channel).or_else(|| language(tree, root)),
        ttl: first(tree, channel, &[Tag::Ttl]).and_then(|ttl| ttl.parse().ok()),
        ..ParsedFeed::default()
    };
    feed_links(tree, channel, base_url.as_ref(), &mut feed);
    let site = || feed.links.first().and_then(|link| Url::parse(link).ok()).and_then(|site| short_base(&site));
    let entry_base = base_url.or_else(site);
    let mut canonical = Canonical::new(feed);
    for item in tree.items().iter().take(limits::ENTRIES) {
        canonical.add(entry(tree, *item, entry_base.as_ref()));
    }
    canonical
}

/// `xml:base` of the element, against what holds round it. A long one is none: every link of the document might carry
/// it.
fn base(tree: &Tree<'_>, id: NodeId, around: Option<&Url>) -> Option<Url> {
    let said = tree.attribute(id, "xml:base").filter(|said| said.len() <= limits::BASE);
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
fn first<'t>(tree: &'t Tree<'_>, id: NodeId, tags: &[Tag]) -> Option<&'t str> {
    tags.iter().find_map(|tag| tree.children(id).filter(|c| tree.node(*c).tag == *tag).find_map(|c| tree.value(c)))
}

fn language(tree: &Tree<'_>, id: NodeId) -> Option<String> {
    let said = first(tree, id, &[Tag::Language]).or_else(|| tree.attribute(id, "xml:lang"));
    said.filter(|said| said.len() <= 35).map(str::to_owned)
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
}

/// Where a link element points, as `href` or as text, made absolute.
fn link_url(tree: &Tree<'_>, link: NodeId, around: Option<&Url>) -> Option<String> {
    let written = tree.attribute(link, "href").or_else(|| tree.value(link))?;
    absolute(written, base(tree, link, around).as_ref())
}

/// An address made absolute; `None` when it is none.
pub(super) fn absolute(written: &str, base: Option<&Url>) -> Option<String> {
    if written.is_empty() || written.len() > limits::URL {
        return None;
    }
    // Escaped once too often, as some publishers' own templates do.
    let written = written.replace("&amp;", "&");
    let joined = match base {
        Some(base) => base.join(&written).ok(),
        None => Url::parse(&written).ok(),
    };
    let joined = joined.filter(|url| !matches!(url.scheme(), "javascript" | "data")).map(String::from);
    joined.filter(|url| url.len() <= limits::URL)
}

fn entry(tree: &Tree<'_>, item: NodeId, feed_base: Option<&Url>) -> ParsedEntry {
    let base = base(tree, item, feed_base);
    let guid = tree.children(item).filter(|c| tree.node(*c).tag == Tag::Guid).find(|c| tree.value(*c).is_some());
    let (summary, content) = bodies(tree, item);
    ParsedEntry {
        id: guid.and_then(|guid| tree.value(guid)).or_else(|| tree.attribute(item, "rdf:about")).map(limits::id),
        title: first(tree, item, &[Tag::Title, Tag::MediaTitle])
            .or_else(|| tree.child(item, Tag::MediaGroup).and_then(|group| first(tree, group, &[Tag::MediaTitle])))
            .map(limits::title),
        url: entry_url(tree, item, guid, base.as_ref()),
        original_url: first(tree, item, &[Tag::OrigLink]).and_then(|original| absolute(original, base.as_ref())),
        summary,
        content,
        author: author(tree, item).map(|author| limits::title(&author)),
        published: first_date(tree, item, &[Tag::PubDate, Tag::DcDate, Tag::Issued, Tag::AtomDate, Tag::Created]),
        updated: first_date(tree, item, &[Tag::Updated, Tag::AtomUpdated]),
        tags: tags(tree, item),
        language: language(tree, item),
        source: source(tree, item),
    }
}

/// The link of an item: the link to the page, a guid that is one, RDF's own address.
fn entry_url(tree: &Tree<'_>, item: NodeId, guid: Option<NodeId>, base: Option<&Url>) -> Option<String> {
    let is_page = |link: &NodeId| tree.attribute(*link, "rel").is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"));
    let links = |tag| tree.children(item).filter(move |c| tree.node(*c).tag == tag).filter(is_page);
    let all = || links(Tag::Link).chain(links(Tag::AtomLink)).filter_map(|link| link_url(tree, link, base));
    // Some publish their page by other protocols too.
    all()
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
    (summary.map(limits::body), content.map(limits::body))
}

/// A name, from the element most likely to hold one.
fn author(tree: &Tree<'_>, item: NodeId) -> Option<String> {
    let creator = first(tree, item, &[Tag::Creator]).map(str::to_owned);
    let author = || {
        let author = tree.child(item, Tag::Author)?;
        match first(tree, author, &[Tag::Name, Tag::Email]) {
            Some(name) => Some(name.to_owned()),
            None => tree.value(author).map(|text| name_in_address(text).to_owned()),
        }
    };
    creator.or_else(author).or_else(|| first(tree, item, &[Tag::ItunesAuthor]).map(str::to_owned))
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
        .or_else(|| tree.value(source).filter(|_| !tree.node(source).mixed))
        .map(limits::title)
}
