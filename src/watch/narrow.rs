//! For searching an archive: the words that an index can narrow a query down by before the matcher decides.
//!
//! The index holds the same folded words that the matcher sees, so that narrowing loses nothing.

use super::{
    atoms::Step,
    parse::parse_query,
    pattern,
    tree::{Field, Node, Tree},
    words::for_each_word,
};

/// A word that an entry must hold, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needle {
    Word(String),
    /// Words that begin so.
    Prefix(String),
}

/// All words of a text as the matcher sees them, blanks between: what an index is fed with.
pub fn folded_words(title: &str, text: &str) -> String {
    let mut folded = String::with_capacity(title.len() + text.len());
    for part in [title, text] {
        for_each_word(part, |word| {
            folded.push_str(word.folded);
            folded.push(' ');
        });
    }
    folded
}

/// Of these words every entry that satisfies `query` has at least one in its title or text. `None` where that cannot
/// be said of any set of words (regex, other fields, scripts without blanks), or the query cannot be parsed.
pub fn needles(query: &str) -> Option<Vec<Needle>> {
    let (tree, _) = parse_query(query);
    needed(&tree?)
}

fn needed(tree: &Tree) -> Option<Vec<Needle>> {
    match &tree.node {
        Node::And(parts) => parts.iter().filter_map(needed).min_by_key(Vec::len),
        Node::Or(parts) => parts.iter().map(needed).collect::<Option<Vec<_>>>().map(|all| all.concat()),
        Node::Near { operands, .. } => operands.iter().filter_map(needed).min_by_key(Vec::len),
        Node::AtLeast { of, .. } => needed(of),
        Node::In(Field::Title | Field::Text, of) => needed(of),
        Node::Word(text) => first_word(pattern::read(text, false).ok()?.steps),
        Node::Phrase { text, .. } => first_word(pattern::read(text, true).ok()?.steps),
        Node::Exact(text) => first_word(pattern::read_literal(text).steps),
        Node::In(..) | Node::Not(_) | Node::Hash(_) | Node::Regex { .. } | Node::Named(_) => None,
    }
}

/// The longest of the steps that the index can look up; the rarest word is not known here.
fn first_word(steps: Vec<Step>) -> Option<Vec<Needle>> {
    let needle = |step| match step {
        Step::Word(word) if is_indexed(&word) => Some(Needle::Word(word)),
        Step::Prefix(word) if is_indexed(&word) => Some(Needle::Prefix(word)),
        _ => None,
    };
    let length = |needle: &Needle| match needle {
        Needle::Word(word) => word.len() + 1,
        Needle::Prefix(word) => word.len(),
    };
    steps.into_iter().filter_map(needle).max_by_key(length).map(|needle| vec![needle])
}

/// Latin, Greek and Cyrillic letters and digits: what every tokenizer takes for parts of one word.
fn is_indexed(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || (('\u{DF}'..='\u{52F}').contains(&c) && c.is_alphabetic());
    !word.is_empty() && word.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let shown = needles(query).map_or_else(
            || "everything".to_owned(),
            |needles| {
                let words = needles.iter().map(|needle| match needle {
                    Needle::Word(word) => word.clone(),
                    Needle::Prefix(word) => format!("{word}*"),
                });
                words.collect::<Vec<_>>().join(" ")
            },
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_query_is_narrowed_by_words_that_must_occur() {
        check("Boeing", "boeing");
        check("Müller", "muller");
        check("recall AND (Boeing OR Airbus)", "recall");
        check("(Boeing OR Airbus) AND NOT strike", "boeing airbus");
        check("rate* NEAR/3 (cut OR hike)", "rate*");
        check("\"Spirit Aero\"", "spirit");
        check("title:Boeing", "boeing");
        check("U.S.", "us");
    }

    #[test]
    fn what_cannot_be_narrowed_is_everything() {
        check("Boeing OR /air.*/", "everything");
        check("author:Smith", "everything");
        check("北京", "everything");
        check("", "everything");
    }

    #[test]
    fn the_index_is_fed_with_the_words_of_the_matcher() {
        assert_eq!(folded_words("Müller's U.S. visit", "COVID-19\nends"), "muller us visit covid 19 ends ");
    }
}
