//! A forgiving reader of XML: what is open is closed, stray ends are ignored, bare `&` and `<` are text, known
//! prefixes count even if undeclared. One pass, linear in the document.
//!
//! Must not expand anything but short internal entities, one level deep, and never looks outside the document.

use std::borrow::Cow;

use super::names::{self, Family, Tag};
use super::references::{References, drop_controls};
use super::tree::{Node, NodeId, Tree};

/// Elements open at once; deeper ones are read as if their tags were not there.
const MAX_DEPTH: usize = 200;
/// Elements kept; a document with more is cut there.
const MAX_NODES: usize = 1_000_000;
const MAX_PREFIXES: usize = 64;

/// Reads `document`; the second value says whether it was cut at a limit.
pub fn read(document: &str) -> (Tree<'_>, bool) {
    let mut reader = Reader {
        document,
        position: 0,
        tree: Tree { document, ..Tree::default() },
        open: Vec::new(),
        beyond: 0,
        open_item: None,
        root_prefix: "",
        is_atom: false,
        prefixes: Vec::new(),
        references: References::default(),
        cut: false,
    };
    while reader.position < document.len() && !reader.cut {
        reader.step();
    }
    reader.close_down_to(0);
    (reader.tree, reader.cut)
}

struct Open<'a> {
    name: &'a str,
    tag: Tag,
    /// `None` when the element is not kept.
    node: Option<NodeId>,
    /// The kept element that is this one or nearest round it.
    nearest: Option<NodeId>,
}

struct Reader<'a> {
    document: &'a str,
    position: usize,
    tree: Tree<'a>,
    open: Vec<Open<'a>>,
    /// Elements open beyond the depth limit.
    beyond: usize,
    /// How many elements were open when the present item began.
    open_item: Option<usize>,
    /// The first element's. Read once: its name may be as long as the document.
    root_prefix: &'a str,
    is_atom: bool,
    prefixes: Vec<(&'a str, Family)>,
    references: References<'a>,
    cut: bool,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        let rest = &self.document[self.position..];
        let Some(at) = rest.find('<') else {
            return self.text(rest, rest.len());
        };
        if at > 0 {
            return self.text(&rest[..at], at);
        }
        match rest.as_bytes().get(1) {
            Some(b'!') => self.declaration(rest),
            Some(b'?') => self.position += rest.find('>').map_or(rest.len(), |end| end + 1),
            Some(b'/') => self.end_tag(rest),
            Some(c) if is_name_start(*c) => self.start_tag(rest),
            _ => self.text(&rest[..1], 1),
        }
    }

    fn text(&mut self, raw: &'a str, used: usize) {
        self.position += used;
        let Some(node) = self.open.last().and_then(|open| open.node) else { return };
        if self.tree.nodes[node].text.is_empty() && raw.bytes().all(|b| b.is_ascii_whitespace()) {
            return;
        }
        let decoded = self.references.decode(raw);
        append(&mut self.tree.nodes[node].text, decoded);
    }

    fn declaration(&mut self, rest: &'a str) {
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            self.position += (9 + end + 3).min(rest.len());
            if let Some(node) = self.open.last().and_then(|open| open.node) {
                append(&mut self.tree.nodes[node].text, drop_controls(&data[..end]));
            }
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            self.position += comment.find("-->").map_or(rest.len(), |end| 4 + end + 3);
        } else {
            self.document_type(rest);
        }
    }

    /// `<!DOCTYPE …>` with its internal subset, or any other declaration.
    fn document_type(&mut self, rest: &'a str) {
        let end = rest.find('>').unwrap_or(rest.len());
        let Some(bracket) = rest[..end].find('[') else {
            self.position += (end + 1).min(rest.len());
            return;
        };
        let subset_end = rest[bracket..].find(']').map_or(rest.len(), |at| bracket + at);
        self.references.declare(&rest[bracket..subset_end]);
        self.position += rest[subset_end..].find('>').map_or(rest.len(), |at| subset_end + at + 1);
    }

    fn end_tag(&mut self, rest: &'a str) {
        let name = name_at(&rest[2..]);
        let start = self.position;
        self.position += rest.find('>').map_or(rest.len(), |end| end + 1);
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        if let Some(depth) = self.open.iter().rposition(|open| open.name.eq_ignore_ascii_case(name)) {
            self.close(depth, start);
        }
    }

    /// Closes every element from `depth` on; their inside ends at byte `end`.
    fn close(&mut self, depth: usize, end: usize) {
        for open in self.open.drain(depth..) {
            if let Some(node) = open.node {
                self.tree.nodes[node].inner.1 = end as u32;
            }
        }
        if self.open_item.is_some_and(|item| item >= depth) {
            self.open_item = None;
        }
    }

    fn close_down_to(&mut self, depth: usize) {
        self.close(depth, self.position.min(self.document.len()));
    }

    fn start_tag(&mut self, rest: &'a str) {
        let start = self.position;
        let name = name_at(&rest[1..]);
        let attributes_start = self.tree.attributes.len();
        let (length, empty, own) = self.attributes(&rest[1 + name.len()..]);
        self.position += 1 + name.len() + length;
        if self.tree.root_name.is_none() {
            self.note_root(name);
        }
        let tag = self.tag_of(name, own);
        self.recover(tag, start);
        let node = self.keep(tag, attributes_start);
        if node.is_none() {
            self.tree.attributes.truncate(attributes_start);
        }
        if empty {
            if let Some(node) = node {
                self.tree.nodes[node].inner = (self.position as u32, self.position as u32);
            }
        } else if self.open.len() >= MAX_DEPTH {
            self.beyond += 1;
        } else {
            let nearest = node.or_else(|| self.open.last().and_then(|open| open.nearest));
            self.open.push(Open { name, tag, node, nearest });
        }
    }

    fn note_root(&mut self, name: &'a str) {
        self.tree.root_name = Some(name);
        self.root_prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        self.is_atom = names::tag(Family::Core, name.rsplit(':').next().unwrap_or_default()) == Tag::Feed;
    }

    /// Closes what the author forgot to close before an element that cannot stand where it does.
    fn recover(&mut self, tag: Tag, start: usize) {
        if tag == Tag::Item {
            let too_deep = self.open.len() >= MAX_DEPTH;
            let around = || self.open.iter().rposition(|open| open.tag.is_structure()).map_or(0, |depth| depth + 1);
            if let Some(depth) = self.open_item.or_else(|| too_deep.then(around)) {
                self.close(depth, start);
                self.beyond = 0;
            }
        } else if tag != Tag::Other && self.open.last().is_some_and(|open| open.tag.is_leaf()) {
            self.close(self.open.len() - 1, start);
        }
    }

    /// Puts the element into the tree, if it matters where it stands.
    fn keep(&mut self, tag: Tag, attributes_start: usize) -> Option<NodeId> {
        let around = self.open.last().and_then(|open| open.nearest);
        if let Some(around) = around {
            self.tree.nodes[around].mixed = true;
        }
        let parent = self.open.last().map(|open| open.node);
        let wanted = tag != Tag::Other && (parent != Some(None) || tag.is_wanted_anywhere());
        if !wanted || self.beyond > 0 {
            return None;
        }
        if self.tree.nodes.len() >= MAX_NODES {
            self.cut = true;
            return None;
        }
        let id = self.tree.nodes.len();
        let attributes = (attributes_start as u32, self.tree.attributes.len() as u32);
        let inner = (self.position as u32, self.position as u32);
        let text = Cow::Borrowed("");
        self.tree.nodes.push(Node {
            tag,
            text,
            mixed: false,
            first_child: None,
            last_child: None,
            next: None,
            attributes,
            inner,
        });
        if let Some(around) = around {
            self.attach(around, id);
        }
        if tag == Tag::Item && self.open_item.is_none() {
            self.open_item = Some(self.open.len());
            self.tree.items.push(id);
        }
        Some(id)
    }

    fn attach(&mut self, parent: NodeId, child: NodeId) {
        match self.tree.nodes[parent].last_child {
            Some(last) => self.tree.nodes[last as usize].next = Some(child as u32),
            None => self.tree.nodes[parent].first_child = Some(child as u32),
        }
        self.tree.nodes[parent].last_child = Some(child as u32);
    }

    /// Reads what follows a start tag's name: bytes used, whether it closes itself, its own default namespace.
    fn attributes(&mut self, rest: &'a str) -> (usize, bool, Option<Family>) {
        let bytes = rest.as_bytes();
        let first = self.tree.attributes.len();
        let (mut at, mut empty, mut own) = (0, false, None);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'>' => return (at + 1, empty, own),
                // The tag was never finished: what follows is the next one.
                b'<' => return (at, empty, own),
                b'/' => (at, empty) = (at + 1, true),
                _ if byte.is_ascii_whitespace() => at += 1,
                _ => {
                    empty = false;
                    let (name, value, used) = attribute(&rest[at..]);
                    at += used.max(1);
                    own = self.namespace(name, value).or(own);
                    self.keep_attribute(first, name, value);
                }
            }
        }
        (rest.len(), empty, own)
    }

    /// Keeps an attribute of the tag whose attributes begin at `first`, if it is wanted and was not there before.
    fn keep_attribute(&mut self, first: usize, name: &'a str, value: &'a str) {
        let mut known = self.tree.attributes[first..].iter();
        if names::is_wanted_attribute(name) && !known.any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            self.tree.attributes.push((name, self.references.decode(value)));
        }
    }

    /// Notes a namespace declaration; gives the family if it is the element's own default one.
    fn namespace(&mut self, name: &'a str, value: &str) -> Option<Family> {
        let declared = name.get(..5).filter(|start| start.eq_ignore_ascii_case("xmlns"))?;
        let family = names::family_of_uri(value);
        match name[declared.len()..].strip_prefix(':') {
            Some(prefix) => {
                if self.prefixes.len() < MAX_PREFIXES && family != Family::Unknown {
                    self.prefixes.push((prefix, family));
                }
                None
            }
            None => Some(family),
        }
    }

    fn tag_of(&self, name: &'a str, own: Option<Family>) -> Tag {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if self.open.is_empty() {
            // The first element goes by its local name: its namespace, whatever it is, is the core one.
            return names::tag(Family::Core, local);
        }
        let family = self.family(prefix, own);
        match (family, names::tag(family, local)) {
            (Family::Core, Tag::Summary) if local.eq_ignore_ascii_case("subtitle") && self.open_item.is_some() => {
                Tag::Other
            }
            (_, tag) => tag,
        }
    }

    fn family(&self, prefix: &'a str, own: Option<Family>) -> Family {
        let family = if prefix.is_empty() {
            own.filter(|family| matches!(family, Family::Atom | Family::Xhtml)).unwrap_or(Family::Core)
        } else if prefix == self.root_prefix && !prefix.eq_ignore_ascii_case("rdf") {
            Family::Core
        } else {
            let declared = self.prefixes.iter().rev().find(|(known, _)| *known == prefix);
            declared.map_or_else(|| names::family_of_prefix(prefix), |(_, family)| *family)
        };
        if self.is_atom && family == Family::Atom { Family::Core } else { family }
    }
}

fn append<'a>(text: &mut Cow<'a, str>, more: Cow<'a, str>) {
    if text.is_empty() {
        *text = more;
    } else {
        text.to_mut().push_str(&more);
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '<')).unwrap_or(text.len());
    &text[..end]
}

/// The attribute at the start of `text`: name, raw value and bytes used.
pub(super) fn attribute(text: &str) -> (&str, &str, usize) {
    let name_end =
        text.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/' | '<')).unwrap_or(text.len());
    let name = &text[..name_end];
    let after = text[name_end..].trim_ascii_start();
    let Some(after) = after.strip_prefix('=') else { return (name, "", name_end) };
    let after = after.trim_ascii_start();
    let used = text.len() - after.len();
    match after.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let value = &after[1..];
            let end = value.find(quote).unwrap_or(value.len());
            (name, &value[..end], (used + end + 2).min(text.len()))
        }
        _ => {
            let end = after.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(after.len());
            (name, &after[..end], used + end)
        }
    }
}
