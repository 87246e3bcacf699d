//! The document as a small tree: only elements that matter, with their attributes, text and inner markup.
//!
//! Nodes stand in one vector and point at each other by index, so nothing here recurses and nothing can overflow a
//! stack, however deep a document pretends to be.

use std::borrow::Cow;

use super::names::Tag;

/// Index of a node.
pub type NodeId = usize;

/// One element.
#[derive(Debug)]
pub struct Node<'a> {
    pub tag: Tag,
    /// Its own text and CDATA, decoded once.
    pub text: Cow<'a, str>,
    /// Whether elements, known or not, stand inside.
    pub mixed: bool,
    pub(super) first_child: Option<u32>,
    pub(super) last_child: Option<u32>,
    pub(super) next: Option<u32>,
    pub(super) attributes: (u32, u32),
    /// Bytes of the document between its tags.
    pub(super) inner: (u32, u32),
}

/// What became of a document.
#[derive(Debug, Default)]
pub struct Tree<'a> {
    pub(super) document: &'a str,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) attributes: Vec<(&'a str, Cow<'a, str>)>,
    /// Elements at the top of the document, the first of which names it.
    pub(super) root_name: Option<&'a str>,
    /// Every item that does not stand inside another, in the order of the document.
    pub(super) items: Vec<NodeId>,
}

impl<'a> Tree<'a> {
    /// The node; ids come from this tree, so they exist.
    pub fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id]
    }

    /// Every node, in the order of the document.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        0..self.nodes.len()
    }

    /// The items of the feed.
    pub fn items(&self) -> &[NodeId] {
        &self.items
    }

    /// The name of the first element as written.
    pub fn root_name(&self) -> Option<&'a str> {
        self.root_name
    }

    /// The elements directly inside `id`.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.nodes[id].first_child, |child| self.nodes[*child as usize].next)
            .map(|child| child as usize)
    }

    /// The first element of that kind directly inside `id`.
    pub fn child(&self, id: NodeId, tag: Tag) -> Option<NodeId> {
        self.children(id).find(|child| self.nodes[*child].tag == tag)
    }

    /// The value of an attribute, blanks round it removed; case does not matter.
    pub fn attribute(&self, id: NodeId, name: &str) -> Option<&str> {
        let (start, end) = self.nodes[id].attributes;
        let found = self.attributes[start as usize..end as usize].iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The text of an element: decoded text, or the markup inside as it stands when there is some. `None` if blank.
    pub fn value(&self, id: NodeId) -> Option<&str> {
        let node = &self.nodes[id];
        let value =
            if node.mixed { self.document.get(node.inner.0 as usize..node.inner.1 as usize)? } else { &node.text };
        Some(value.trim()).filter(|value| !value.is_empty())
    }
}
