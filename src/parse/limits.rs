//! How much of each field is kept: no feed text can make a later step slow or large.

use unicode_segmentation::GraphemeCursor;

use super::twice::mended_latin_1;

/// Bytes of a headline, feed title or author.
pub const TITLE: usize = 2_000;
/// Bytes of one summary or content.
pub const BODY: usize = 256 * 1_024;
/// Bytes of an address; longer ones are none.
pub const URL: usize = 8_192;
/// Bytes of an address that relative ones are resolved against: it may come to stand before every link of a document.
pub(super) const BASE: usize = 1_024;
/// Bytes of a name that every entry takes over from its feed: it comes to stand in each of them.
const INHERITED: usize = 200;
/// Categories of one item.
pub const TAGS: usize = 50;
/// Entries of one document. The largest feeds seen have some ten thousand.
pub const ENTRIES: usize = 100_000;
/// Bytes of a language tag; longer ones are none (RFC 5646, 4.4.1).
const LANGUAGE: usize = 35;
const ID: usize = 4_096;
const TAG: usize = 200;

/// The beginning of `text` that fits `most` bytes, cut between characters.
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

pub(super) fn title(text: &str) -> String {
    whole_letters(&mended_latin_1(text), TITLE).to_owned()
}

/// The beginning of `text` that fits `most` bytes, cut between what a reader sees as letters: an emoji of several
/// people is not parted. Letters longer than any that means something are cut all the same.
fn whole_letters(text: &str, most: usize) -> &str {
    const LONGEST: usize = 200;
    let cut = cut(text, most);
    let mut cursor = GraphemeCursor::new(cut.len(), text.len(), true);
    let window = &text[..text.floor_char_boundary(cut.len() + LONGEST)];
    let at = match cursor.is_boundary(window, 0) {
        Ok(false) => cursor.prev_boundary(window, 0).ok().flatten(),
        _ => Some(cut.len()),
    };
    let at = at.filter(|at| at + LONGEST >= cut.len()).unwrap_or(cut.len());
    &text[..at]
}

pub(super) fn inherited(name: &str) -> String {
    whole_letters(name, INHERITED).to_owned()
}

pub(super) fn body(text: &str) -> String {
    cut(&mended_latin_1(text), BODY).to_owned()
}

pub(super) fn tag(text: &str) -> String {
    cut(&mended_latin_1(text), TAG).to_owned()
}

/// An id that is cut must not become equal to another one: a digest of the whole takes the place of its tail.
pub(super) fn id(text: &str) -> String {
    if text.len() <= ID {
        return text.to_owned();
    }
    format!("{}#{:032x}", cut(text, ID), xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
}

pub(super) fn language(text: &str) -> Option<String> {
    (text.len() <= LANGUAGE).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_are_cut_between_letters() {
        let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}";
        for lead in (TITLE - family.len() - 3)..=TITLE {
            let cut = title(&format!("{}{family} and more", "x".repeat(lead)));
            let rest = cut.trim_start_matches('x');
            assert!(rest.is_empty() || rest.starts_with(family), "{rest:?}");
            assert!(cut.len() <= TITLE && cut.len() + family.len() > TITLE);
        }
        // No letter has two thousand accents.
        assert_eq!(title(&format!("e{}", "\u{301}".repeat(5_000))).len(), TITLE - 1);
        assert_eq!(title("short"), "short");
    }
}
