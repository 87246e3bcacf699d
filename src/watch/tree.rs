//! The syntax tree of the query language, and its canonical spelling.
//!
//! Says what was written and where; what it means is decided in [`super::resolve`].

use std::fmt;
use std::ops::Range;

/// A part of an entry that a query can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Title,
    Text,
    Author,
    Tag,
    Source,
    Feed,
    Group,
    Url,
    Site,
    Lang,
}

impl Field {
    /// All fields, in the order in which evidence is shown.
    pub const ALL: [Self; 10] = [
        Self::Title,
        Self::Text,
        Self::Author,
        Self::Tag,
        Self::Source,
        Self::Feed,
        Self::Group,
        Self::Url,
        Self::Site,
        Self::Lang,
    ];

    /// The name as written before the colon and in evidence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Author => "author",
            Self::Tag => "tag",
            Self::Source => "source",
            Self::Feed => "feed",
            Self::Group => "group",
            Self::Url => "url",
            Self::Site => "site",
            Self::Lang => "lang",
        }
    }

    /// The field of this name, in either case, also by the names search engines use (`intitle`).
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let plain = match name.as_str() {
            "intitle" => "title",
            "intext" => "text",
            "inurl" => "url",
            other => other,
        };
        Self::ALL.into_iter().find(|field| field.name() == plain)
    }

    /// Fields that are compared whole, not word by word.
    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Group | Self::Site | Self::Lang)
    }
}

/// A node with the place it was written at. Two trees are equal when they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub struct Tree {
    pub node: Node,
    /// Byte range in the string that was parsed.
    pub span: Range<usize>,
}

impl Tree {
    /// Whether this is one thing to look for, without parts.
    pub(super) fn is_leaf(&self) -> bool {
        matches!(self.node, Node::Word(_) | Node::Hash(_) | Node::Exact(_) | Node::Phrase { .. } | Node::Regex { .. })
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// How near two operands must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// At most so many words between.
    pub words: usize,
    /// `BEFORE`: the left operand comes first.
    pub ordered: bool,
}

/// What stands at a place of the tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    /// Two operands or a chain of them; `joins` has one for each pair of neighbours.
    Near {
        operands: Vec<Tree>,
        joins: Vec<Reach>,
    },
    AtLeast {
        count: usize,
        of: Box<Tree>,
    },
    In(Field, Box<Tree>),
    Word(String),
    /// `#word`: the word with its sign in the text, or a tag of the entry.
    Hash(String),
    /// `=word`: without any folding.
    Exact(String),
    Phrase {
        text: String,
        /// The mark that closes it.
        quote: char,
        /// `"…"~n`: so many further words may stand between.
        slop: Option<usize>,
    },
    Regex {
        pattern: String,
        ignore_case: bool,
    },
    /// `$name`, from `[terms]`.
    Named(String),
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::And(parts) => write_joined(f, parts, " AND "),
            Node::Or(parts) => write_joined(f, parts, " OR "),
            // It reaches over NEAR, so that a parenthesis more would only go deeper than what was read.
            Node::Not(of) if matches!(of.node, Node::Near { .. }) => write!(f, "NOT {of}"),
            Node::Not(of) => write!(f, "NOT {}", Operand(of)),
            Node::Near { operands, joins } => write_near(f, operands, joins),
            Node::AtLeast { count, of } => write!(f, "ATLEAST/{count} {}", Operand(of)),
            Node::In(field, of) => write!(f, "{}:{}", field.name(), Operand(of)),
            Node::Word(word) => f.write_str(word),
            Node::Hash(word) => write!(f, "#{word}"),
            Node::Exact(word) => write!(f, "={word}"),
            Node::Phrase { text, quote, slop } => {
                write!(f, "{}{text}{quote}", opening(*quote))?;
                slop.map_or(Ok(()), |slop| write!(f, "~{slop}"))
            }
            Node::Regex { pattern, ignore_case } => {
                write!(f, "/{pattern}/{}", if *ignore_case { "i" } else { "" })
            }
            Node::Named(name) => write!(f, "${name}"),
        }
    }
}

/// The mark that opens what `quote` closes.
fn opening(quote: char) -> char {
    match quote {
        '»' => '«',
        '«' => '»',
        same => same,
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, parts: &[Tree], operator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        match part.node {
            Node::And(_) | Node::Or(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

fn write_near(f: &mut fmt::Formatter<'_>, operands: &[Tree], joins: &[Reach]) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if let Some(Reach { words, ordered }) = index.checked_sub(1).map(|before| joins[before]) {
            write!(f, " {}/{words} ", if ordered { "BEFORE" } else { "NEAR" })?;
        }
        write!(f, "{}", Operand(operand))?;
    }
    Ok(())
}

/// A tree where the grammar wants something that holds together by itself.
struct Operand<'a>(&'a Tree);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.node {
            Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Near { .. } => write!(f, "({})", self.0),
            _ => self.0.fmt(f),
        }
    }
}
