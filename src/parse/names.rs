//! The elements that matter, told by name and namespace, however the document spells and prefixes them.
//!
//! Must not know structure: a name in, a tag out.

/// An element that reading a feed needs; everything else is [`Tag::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Rss,
    Rdf,
    Feed,
    Channel,
    Html,
    Head,
    Item,
    Title,
    Link,
    Guid,
    Description,
    Summary,
    Content,
    Encoded,
    XhtmlBody,
    PubDate,
    DcDate,
    Issued,
    Created,
    Updated,
    Author,
    Name,
    Email,
    Creator,
    Category,
    Subject,
    Source,
    Language,
    Ttl,
    SkipHours,
    Hour,
    SkipDays,
    Day,
    UpdatePeriod,
    UpdateFrequency,
    UpdateBase,
    OrigLink,
    AtomLink,
    AtomDate,
    AtomUpdated,
    MediaTitle,
    MediaDescription,
    MediaGroup,
    ItunesAuthor,
    ItunesSummary,
    Image,
    Other,
}

impl Tag {
    /// Whether the element holds only text or attributes, so that another known element cannot stand inside it.
    pub fn is_leaf(self) -> bool {
        use Tag::*;
        matches!(
            self,
            Title
                | Link
                | Guid
                | PubDate
                | DcDate
                | Issued
                | Created
                | Updated
                | Creator
                | Category
                | Language
                | Ttl
                | Hour
                | Day
                | UpdatePeriod
                | UpdateFrequency
                | UpdateBase
                | OrigLink
                | AtomDate
                | AtomUpdated
        )
    }

    /// Whether the element holds up the document and is taken up wherever it stands.
    pub fn is_structure(self) -> bool {
        matches!(self, Self::Rss | Self::Rdf | Self::Feed | Self::Channel | Self::Html | Self::Item)
    }

    /// Whether the element is wanted although what stands round it is not known.
    pub fn is_wanted_anywhere(self) -> bool {
        self.is_structure() || matches!(self, Self::MediaTitle | Self::MediaDescription)
    }

    /// Whether a document may begin with it and be a feed.
    pub fn is_feed_root(self) -> bool {
        matches!(self, Self::Rss | Self::Rdf | Self::Feed | Self::Channel)
    }
}

/// The vocabulary that a name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The root's own namespace, whatever it is, and every RSS one.
    Core,
    Atom,
    DublinCore,
    Terms,
    Content,
    Media,
    Itunes,
    Feedburner,
    Syndication,
    Xhtml,
    Rdf,
    Unknown,
}

/// What a namespace address stands for.
pub fn family_of_uri(uri: &str) -> Family {
    const KNOWN: [(&str, Family); 16] = [
        ("w3.org/2005/atom", Family::Atom),
        ("purl.org/atom", Family::Atom),
        ("purl.org/dc/elements", Family::DublinCore),
        ("purl.org/dc/terms", Family::Terms),
        ("modules/content", Family::Content),
        ("modules/syndication", Family::Syndication),
        // Other modules have items, links and titles of their own.
        ("rss/1.0/modules/", Family::Unknown),
        ("search.yahoo.com/mrss", Family::Media),
        ("itunes.com/dtds", Family::Itunes),
        ("feedburner", Family::Feedburner),
        ("w3.org/1999/xhtml", Family::Xhtml),
        ("22-rdf-syntax", Family::Rdf),
        ("purl.org/rss/1.0/", Family::Core),
        ("netscape.com/rdf", Family::Core),
        ("backend.userland.com", Family::Core),
        ("purl.org/net/rss", Family::Core),
    ];
    let uri: String = uri.chars().take(100).collect::<String>().to_ascii_lowercase();
    KNOWN.iter().find(|(part, _)| uri.contains(part)).map_or(Family::Unknown, |(_, family)| *family)
}

/// What a prefix stands for by custom, for documents that use one without declaring it.
pub fn family_of_prefix(prefix: &str) -> Family {
    match prefix.to_ascii_lowercase().as_str() {
        "" | "rss" => Family::Core,
        "atom" | "atom10" | "a10" => Family::Atom,
        "dc" => Family::DublinCore,
        "dcterms" => Family::Terms,
        "content" => Family::Content,
        "media" => Family::Media,
        "itunes" => Family::Itunes,
        "feedburner" => Family::Feedburner,
        "sy" => Family::Syndication,
        "xhtml" | "body" => Family::Xhtml,
        "rdf" => Family::Rdf,
        _ => Family::Unknown,
    }
}

/// Whether an attribute of that name is ever asked for; case does not matter.
pub fn is_wanted_attribute(name: &str) -> bool {
    let wanted: &[&str] = match name.len() {
        3 => &["rel"],
        4 => &["href", "type", "mode", "term", "base"],
        5 => &["label", "xmlns"],
        7 => &["version", "lastmod"],
        8 => &["xml:base", "xml:lang"],
        9 => &["rdf:about"],
        11 => &["isPermaLink"],
        _ => &[],
    };
    wanted.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The tag of a name; case does not matter.
pub fn tag(family: Family, local: &str) -> Tag {
    let mut buffer = [0u8; 16];
    let Some(lower) = buffer.get_mut(..local.len()) else { return Tag::Other };
    lower.copy_from_slice(local.as_bytes());
    lower.make_ascii_lowercase();
    match family {
        Family::Core => core_tag(lower),
        Family::Atom => atom_tag(lower),
        Family::DublinCore => dublin_core_tag(lower),
        Family::Terms => terms_tag(lower),
        Family::Content if lower == b"encoded" => Tag::Encoded,
        Family::Media => media_tag(lower),
        Family::Itunes => itunes_tag(lower),
        Family::Feedburner if lower == b"origlink" => Tag::OrigLink,
        Family::Syndication => syndication_tag(lower),
        Family::Xhtml if lower == b"body" => Tag::XhtmlBody,
        Family::Xhtml if lower == b"html" => Tag::Html,
        Family::Rdf if lower == b"rdf" => Tag::Rdf,
        _ => Tag::Other,
    }
}

fn core_tag(lower: &[u8]) -> Tag {
    match lower {
        b"rss" => Tag::Rss,
        b"rdf" => Tag::Rdf,
        b"feed" => Tag::Feed,
        b"channel" => Tag::Channel,
        b"html" => Tag::Html,
        b"head" => Tag::Head,
        b"item" | b"entry" => Tag::Item,
        b"title" => Tag::Title,
        b"link" => Tag::Link,
        b"guid" | b"id" => Tag::Guid,
        b"description" | b"abstract" => Tag::Description,
        b"summary" | b"tagline" | b"subtitle" => Tag::Summary,
        b"content" | b"fulltext" => Tag::Content,
        b"body" => Tag::XhtmlBody,
        b"pubdate" => Tag::PubDate,
        b"date" => Tag::DcDate,
        b"published" | b"issued" => Tag::Issued,
        b"created" => Tag::Created,
        b"updated" | b"modified" | b"lastbuilddate" => Tag::Updated,
        b"author" => Tag::Author,
        b"name" => Tag::Name,
        b"email" => Tag::Email,
        b"category" => Tag::Category,
        b"source" => Tag::Source,
        b"language" => Tag::Language,
        b"ttl" => Tag::Ttl,
        b"skiphours" => Tag::SkipHours,
        b"hour" => Tag::Hour,
        b"skipdays" => Tag::SkipDays,
        b"day" => Tag::Day,
        b"image" | b"textinput" | b"logo" | b"icon" => Tag::Image,
        _ => Tag::Other,
    }
}

/// Atom elements inside another format.
fn atom_tag(lower: &[u8]) -> Tag {
    match lower {
        b"feed" => Tag::Feed,
        b"entry" => Tag::Item,
        b"link" => Tag::AtomLink,
        b"published" => Tag::AtomDate,
        b"updated" => Tag::AtomUpdated,
        b"summary" => Tag::Summary,
        b"content" => Tag::Content,
        b"author" => Tag::Author,
        b"name" => Tag::Name,
        _ => Tag::Other,
    }
}

fn dublin_core_tag(lower: &[u8]) -> Tag {
    match lower {
        b"date" => Tag::DcDate,
        b"creator" | b"author" => Tag::Creator,
        b"subject" => Tag::Subject,
        // Like Media RSS, only where the format's own element is missing.
        b"title" => Tag::MediaTitle,
        b"description" => Tag::MediaDescription,
        b"language" => Tag::Language,
        _ => Tag::Other,
    }
}

fn terms_tag(lower: &[u8]) -> Tag {
    match lower {
        b"issued" | b"date" => Tag::Issued,
        b"created" => Tag::Created,
        b"modified" => Tag::Updated,
        b"creator" => Tag::Creator,
        _ => Tag::Other,
    }
}

fn media_tag(lower: &[u8]) -> Tag {
    match lower {
        b"title" => Tag::MediaTitle,
        b"description" => Tag::MediaDescription,
        b"group" => Tag::MediaGroup,
        _ => Tag::Other,
    }
}

fn itunes_tag(lower: &[u8]) -> Tag {
    match lower {
        b"author" => Tag::ItunesAuthor,
        b"summary" => Tag::ItunesSummary,
        _ => Tag::Other,
    }
}

fn syndication_tag(lower: &[u8]) -> Tag {
    match lower {
        b"updateperiod" => Tag::UpdatePeriod,
        b"updatefrequency" => Tag::UpdateFrequency,
        b"updatebase" => Tag::UpdateBase,
        _ => Tag::Other,
    }
}
