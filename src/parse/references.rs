//! References in text: characters, HTML's names, and the short entities that a document declares itself.
//!
//! Must not expand one level more than once, grow a document by more than [`MAX_EXPANSION`], or look outside it.

use std::borrow::Cow;
use std::cell::Cell;

use super::entities;

const MAX_ENTITIES: usize = 64;
const MAX_ENTITY_LENGTH: usize = 256;
/// Bytes that the document's own entities may grow it by, all told; later ones stand for nothing.
const MAX_EXPANSION: usize = 1_024 * 1_024;

/// The entities of one document.
pub(super) struct References<'a> {
    entities: Vec<(&'a str, String)>,
    /// Bytes by which the document may still grow.
    left: Cell<usize>,
}

impl Default for References<'_> {
    fn default() -> Self {
        Self { entities: Vec::new(), left: Cell::new(MAX_EXPANSION) }
    }
}

impl<'a> References<'a> {
    /// Notes the entities of an internal subset; what is long, or stands outside the document, is none.
    pub(super) fn declare(&mut self, subset: &'a str) {
        for declared in subset.split("<!ENTITY").skip(1).take(MAX_ENTITIES.saturating_sub(self.entities.len())) {
            let declared = declared.trim_start();
            let name = &declared[..declared.find(|c: char| c.is_whitespace()).unwrap_or(declared.len())];
            let value = declared[name.len()..].trim_start();
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some(value) = value[1..].split(quote).next().filter(|v| v.len() <= MAX_ENTITY_LENGTH) else { continue };
            self.entities.push((name, entities::decode(value)));
        }
    }

    /// The text that `raw` stands for, without the characters that XML forbids.
    pub(super) fn decode(&self, raw: &'a str) -> Cow<'a, str> {
        if !raw.bytes().any(|b| b == b'&' || is_illegal(b)) {
            return Cow::Borrowed(raw);
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.bytes().position(|b| b == b'&' || is_illegal(b)) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            rest = &rest[self.push_reference(rest, &mut out)..];
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    /// Pushes what the first character of `rest`, an `&` or an illegal one, stands for; gives the bytes used.
    fn push_reference(&self, rest: &str, out: &mut String) -> usize {
        if !rest.starts_with('&') {
            return 1;
        }
        if let Some((replacement, used)) = entities::reference(rest) {
            replacement.push_to(out);
            return used;
        }
        // Most bare `&` have a blank behind them and need not be looked up.
        let is_name = rest[1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':'));
        for (name, value) in self.entities.iter().filter(|_| is_name) {
            if rest[1..].strip_prefix(name).is_some_and(|after| after.starts_with(';')) {
                if let Some(left) = self.left.get().checked_sub(value.len()) {
                    self.left.set(left);
                    out.push_str(value);
                }
                return name.len() + 2;
            }
        }
        out.push('&');
        1
    }
}

/// CDATA stands for itself, but for characters that XML forbids.
pub(super) fn drop_controls(text: &str) -> Cow<'_, str> {
    if text.bytes().any(is_illegal) {
        Cow::Owned(text.chars().filter(|c| !u8::try_from(*c).is_ok_and(is_illegal)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Control characters that XML 1.0 forbids.
fn is_illegal(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}
