//! How much of each field is kept: no feed text can make a later step slow or large.

/// Bytes of a headline, feed title or author.
pub const TITLE: usize = 2_000;
/// Bytes of one summary or content.
pub const BODY: usize = 256 * 1_024;
/// Bytes of an address; longer ones are none.
pub const URL: usize = 8_192;
/// Bytes of an address that relative ones are resolved against: it may come to stand before every link of a document.
pub(super) const BASE: usize = 1_024;
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
    cut(text, TITLE).to_owned()
}

pub(super) fn body(text: &str) -> String {
    cut(text, BODY).to_owned()
}

pub(super) fn tag(text: &str) -> String {
    cut(text, TAG).to_owned()
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
