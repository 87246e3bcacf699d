//! Plans: what is evaluated for an entry. Everything in them is resolved: words are numbers, patterns are compiled.

use regex_automata::meta::Regex;

use super::atoms::Atom;
use super::pattern::Symbols;
use super::tree::{Field, Reach};

/// A set of fields, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields(u16);

impl Fields {
    pub(super) const DEFAULT: Self = Self(1 << Field::Title as u16 | 1 << Field::Text as u16);

    pub(super) fn only(field: Field) -> Self {
        Self(1 << field as u16)
    }

    pub(super) fn has(self, field: Field) -> bool {
        self.0 & Self::only(field).0 != 0
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is evaluated for an entry.
#[derive(Debug)]
pub(super) enum Plan {
    All(Box<[Plan]>),
    Any(Box<[Plan]>),
    Not(Box<Plan>),
    /// Not boxed: most watches are one clause, and every step to another place in memory costs as much as all the
    /// rest of deciding about it.
    Seek(Clause),
    Near(Box<Near>),
    AtLeast(Box<AtLeast>),
}

/// One place of every operand on one page, each within reach of the one before.
#[derive(Debug)]
pub(super) struct Near {
    pub operands: Box<[Box<[Clause]>]>,
    /// One for each pair of neighbours.
    pub joins: Box<[Reach]>,
    pub written: Box<str>,
}

/// So many places that do not overlap.
#[derive(Debug)]
pub(super) struct AtLeast {
    pub count: usize,
    pub of: Box<[Clause]>,
    pub written: Box<str>,
}

/// A leaf: what to look for, where, and how the user wrote it.
#[derive(Debug)]
pub(super) struct Clause {
    pub fields: Fields,
    pub seek: Seek,
    pub written: Box<str>,
}

#[derive(Debug)]
pub(super) enum Seek {
    /// One word, folded: what most clauses are.
    Word(Atom),
    Words(Box<Words>),
    /// Symbols without any word beside them.
    Bare(Box<Bare>),
    Regex(Box<Pattern>),
}

/// A text to be found by its bytes, and its atom.
#[derive(Debug)]
pub(super) struct Bare {
    pub symbols: Box<str>,
    pub atom: Atom,
}

/// A regular expression.
#[derive(Debug)]
pub(super) struct Pattern {
    pub regex: Regex,
    /// One of these texts stands in every text that it matches; or else the pattern itself, without what stands around.
    pub literals: Box<[Atom]>,
}

/// Words in this order.
#[derive(Debug)]
pub(super) struct Words {
    pub atoms: Box<[Atom]>,
    /// For each word, whether it must touch the one before; empty when none must.
    pub touches: Box<[bool]>,
    /// Further words that may stand between them.
    pub slop: u32,
    pub strict: Option<Box<Strict>>,
}

/// What folding must not blur.
#[derive(Debug)]
pub(super) enum Strict {
    Symbols(Symbols),
    /// The text as it must stand there, and where in it the first word begins.
    Exact {
        text: String,
        lead_len: usize,
    },
}

/// Whether the plan (or, if `negated`, its opposite) can only hold where something was found.
pub(super) fn needs_a_hit(plan: &Plan, negated: bool) -> bool {
    match plan {
        Plan::Not(of) => needs_a_hit(of, !negated),
        Plan::All(parts) if negated => parts.iter().all(|part| needs_a_hit(part, true)),
        Plan::Any(parts) if !negated => parts.iter().all(|part| needs_a_hit(part, false)),
        Plan::All(parts) | Plan::Any(parts) => parts.iter().any(|part| needs_a_hit(part, negated)),
        Plan::Seek(_) | Plan::Near(_) | Plan::AtLeast(_) => !negated,
    }
}
