//! Random watches: what they ask, and how they are written.

use std::collections::BTreeMap;

use proptest::prelude::{Strategy, any as arbitrary, prop, prop_oneof};

use super::super::super::tree::Field;
use super::page::{PIECES, Piece};

/// A leaf of a query.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// Pieces in this order, with further words between.
    Phrase {
        pieces: Vec<usize>,
        slop: usize,
    },
    Exact(usize),
    /// The first letters of the piece's first word.
    Prefix(usize, usize),
    /// The piece's word with one letter left open.
    Wild(usize, usize),
}

/// Leaves of which one is to be found, perhaps under a name in `[terms]`.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub leaves: Vec<Leaf>,
    pub is_named: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Ask {
    Group(Group),
    And(Vec<Ask>),
    Or(Vec<Ask>),
    Not(Box<Ask>),
    In(Field, Box<Ask>),
    Near(Vec<Group>, Vec<(usize, bool)>),
    AtLeast(usize, Group),
    /// A regular expression for the first form of a piece, in either case or exactly.
    Regex(usize, bool),
    /// Two capitals: a pattern of which no text is known.
    Capitals,
    /// A symbol by itself.
    Symbol,
    /// `#alpha`: with its sign in the text, or among the tags.
    Hash,
    /// A field that is compared whole, and a value.
    Whole(Field, &'static str),
}

/// A watch: one `query`, or lists.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub any: Vec<Ask>,
    pub all: Vec<Ask>,
    pub none: Vec<Ask>,
    pub is_query: bool,
    pub stem: bool,
    pub languages: Vec<&'static str>,
    pub feeds: Vec<&'static str>,
}

/// Writes a watch, and the `[terms]` that it names.
pub(super) struct Writer<'a> {
    pub prefix: String,
    pub terms: &'a mut BTreeMap<String, Vec<String>>,
}

impl Writer<'_> {
    pub(super) fn write(&mut self, ask: &Ask) -> String {
        match ask {
            Ask::Group(group) => self.group(group),
            Ask::And(parts) => self.joined(parts, " AND "),
            Ask::Or(parts) => self.joined(parts, " OR "),
            Ask::Not(of) => format!("(NOT {})", self.write(of)),
            Ask::In(field, of) => format!("{}:({})", field.name(), self.write(of)),
            Ask::Near(operands, joins) => {
                let mut out = format!("({}", self.group(&operands[0]));
                for (operand, (words, ordered)) in operands[1..].iter().zip(joins) {
                    let name = if *ordered { "BEFORE" } else { "NEAR" };
                    out += &format!(" {name}/{words} {}", self.group(operand));
                }
                out + ")"
            }
            Ask::AtLeast(count, of) => format!("ATLEAST/{count} {}", self.group(of)),
            Ask::Regex(piece, ignore_case) => {
                format!("/{}/{}", regex::escape(PIECES[*piece].forms[0]), if *ignore_case { "i" } else { "" })
            }
            Ask::Capitals => "/[A-Z]{2}/".to_owned(),
            Ask::Symbol => "🔥".to_owned(),
            Ask::Hash => "#alpha".to_owned(),
            Ask::Whole(field, value) => format!("{}:\"{value}\"", field.name()),
        }
    }

    fn joined(&mut self, parts: &[Ask], by: &str) -> String {
        format!("({})", parts.iter().map(|part| self.write(part)).collect::<Vec<_>>().join(by))
    }

    fn group(&mut self, group: &Group) -> String {
        let written: Vec<String> = group.leaves.iter().map(leaf_as_written).collect();
        if group.is_named {
            let name = format!("{}{}", self.prefix, self.terms.len());
            let written = format!("${name}");
            // In a list, words without an operator are a phrase.
            let items = group.leaves.iter().map(item_as_written);
            self.terms.insert(name, items.collect());
            return written;
        }
        match written.as_slice() {
            [only] => only.clone(),
            _ => format!("({})", written.join(" OR ")),
        }
    }
}

fn leaf_as_written(leaf: &Leaf) -> String {
    let with = |piece: usize, at: usize, c: char| -> String {
        PIECES[piece].words[0].chars().enumerate().map(|(index, own)| if index == at { c } else { own }).collect()
    };
    match leaf {
        Leaf::Phrase { pieces, slop: 0 } if pieces.len() == 1 => PIECES[pieces[0]].named.to_owned(),
        Leaf::Phrase { pieces, slop } => {
            let slop = if *slop > 0 { format!("~{slop}") } else { String::new() };
            format!("\"{}\"{slop}", bare(pieces))
        }
        Leaf::Exact(piece) => format!("={}", PIECES[*piece].forms[0]),
        Leaf::Prefix(piece, letters) => {
            format!("{}*", PIECES[*piece].words[0].chars().take(*letters).collect::<String>())
        }
        Leaf::Wild(piece, open) => with(*piece, *open, '?'),
    }
}

fn item_as_written(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Phrase { pieces, slop: 0 } if pieces.len() > 1 && pieces.iter().all(|&piece| is_plain(piece)) => {
            bare(pieces)
        }
        _ => leaf_as_written(leaf),
    }
}

fn bare(pieces: &[usize]) -> String {
    pieces.iter().map(|&piece| PIECES[piece].named.trim_matches('"')).collect::<Vec<_>>().join(" ")
}

fn is_plain(piece: usize) -> bool {
    let Piece { lead, trail, .. } = PIECES[piece];
    lead.is_empty() && trail.is_empty()
}

fn leaf() -> impl Strategy<Value = Leaf> {
    let all: Vec<usize> = (0..PIECES.len()).collect();
    // Symbols inside a loose phrase hold words together that it would let apart.
    let words: Vec<usize> = all.iter().copied().filter(|&piece| is_plain(piece)).collect();
    let loose = (prop::collection::vec(prop::sample::select(words), 2..4), 1_usize..4)
        .prop_map(|(pieces, slop)| Leaf::Phrase { pieces, slop });
    let close = prop::collection::vec(prop::sample::select(all.clone()), 2..4)
        .prop_map(|pieces| Leaf::Phrase { pieces, slop: 0 });
    let single = prop::sample::select(all).prop_map(|piece| Leaf::Phrase { pieces: vec![piece], slop: 0 });
    let exact = prop::sample::select(vec![0_usize, 1, 3, 4, 8]).prop_map(Leaf::Exact);
    let prefix = (prop::sample::select(vec![0_usize, 1, 2, 4, 17]), 3_usize..5)
        .prop_map(|(piece, letters)| Leaf::Prefix(piece, letters));
    let wild = (prop::sample::select(vec![0_usize, 1, 2, 8, 15]), 0_usize..4)
        .prop_map(|(piece, open)| Leaf::Wild(piece, open));
    prop_oneof![12 => single, 3 => loose, 3 => close, 2 => exact, 2 => prefix, 2 => wild]
}

fn group() -> impl Strategy<Value = Group> {
    (prop::collection::vec(leaf(), 1..3), prop::bool::weighted(0.15))
        .prop_map(|(leaves, is_named)| Group { leaves, is_named })
}

fn near() -> impl Strategy<Value = Ask> {
    (prop::collection::vec(group(), 2..5), prop::collection::vec((0_usize..6, arbitrary::<bool>()), 3)).prop_map(
        |(operands, mut joins)| {
            joins.truncate(operands.len() - 1);
            Ask::Near(operands, joins)
        },
    )
}

fn single() -> impl Strategy<Value = Ask> {
    let regex = (prop::sample::select(vec![0_usize, 1, 2, 4]), arbitrary::<bool>())
        .prop_map(|(piece, ignore_case)| Ask::Regex(piece, ignore_case));
    let rare = prop::sample::select(vec![Ask::Capitals, Ask::Symbol, Ask::Hash]);
    prop_oneof![
        10 => group().prop_map(Ask::Group),
        5 => near(),
        2 => (1_usize..4, group()).prop_map(|(count, of)| Ask::AtLeast(count, of)),
        1 => regex,
        1 => rare,
    ]
}

fn whole() -> impl Strategy<Value = Ask> {
    prop::sample::select(vec![
        Ask::Whole(Field::Lang, "en"),
        Ask::Whole(Field::Lang, "und"),
        Ask::Whole(Field::Group, "US Papers"),
        Ask::Whole(Field::Group, "papers"),
        Ask::Whole(Field::Site, "example.org"),
        Ask::Whole(Field::Site, "news.example.org"),
        Ask::Whole(Field::Site, "ample.org"),
    ])
}

fn nested(leaves: impl Strategy<Value = Ask> + 'static) -> impl Strategy<Value = Ask> {
    leaves.prop_recursive(3, 12, 3, |inner| {
        let many = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => many().prop_map(Ask::And),
            3 => many().prop_map(Ask::Or),
            2 => inner.clone().prop_map(|of| Ask::Not(Box::new(of))),
        ]
    })
}

fn ask() -> impl Strategy<Value = Ask> {
    let fields = vec![Field::Title, Field::Text, Field::Author, Field::Tag, Field::Source, Field::Feed];
    let fielded = (prop::sample::select(fields), nested(single())).prop_map(|(field, of)| Ask::In(field, of.into()));
    nested(prop_oneof![8 => single(), 2 => fielded, 1 => whole()])
}

pub(super) fn asked() -> impl Strategy<Value = Asked> {
    let lists =
        (prop::collection::vec(ask(), 1..3), prop::collection::vec(ask(), 0..3), prop::collection::vec(ask(), 0..2));
    let of_query = ask().prop_map(|ask| (vec![ask], Vec::new(), Vec::new(), true));
    let of_lists = lists.prop_map(|(any, all, none)| (any, all, none, false));
    let languages = prop_oneof![8 => prop::sample::select(vec![vec![]]), 1 => prop::sample::select(vec![vec!["en"], vec!["en", "und"], vec!["und"]])];
    let feeds = prop_oneof![8 => prop::sample::select(vec![vec![]]), 1 => prop::sample::select(vec![vec!["f1"], vec!["group:us papers", "f2"]])];
    (prop_oneof![3 => of_query, 1 => of_lists], prop::bool::weighted(0.3), languages, feeds).prop_map(
        |((any, all, none, is_query), stem, languages, feeds)| Asked {
            any,
            all,
            none,
            is_query,
            stem,
            languages,
            feeds,
        },
    )
}
