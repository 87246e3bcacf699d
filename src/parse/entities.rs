//! Character references as feeds really write them: the whole HTML table in XML too, numbers 128 to 159 as
//! windows-1252, a missing semicolon where browsers forgive it.
//!
//! Must not know documents: one reference in, its replacement out.

use html_escape::NAMED_ENTITIES;

/// What a reference stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    Char(char),
    Text(&'static str),
    /// A number that names no character that text may hold (`&#0;`, a lone surrogate).
    Nothing,
}

impl Replacement {
    /// Appends the replacement to `out`.
    pub fn push_to(self, out: &mut String) {
        match self {
            Self::Char(c) => out.push(c),
            Self::Text(text) => out.push_str(text),
            Self::Nothing => {}
        }
    }
}

/// The longest name in the HTML table is 31 bytes (`CounterClockwiseContourIntegral`).
const LONGEST_NAME: usize = 32;

/// The reference at the start of `text`, which begins with `&`, and how many bytes it takes; `None` when the `&` is
/// just an ampersand.
pub fn reference(text: &str) -> Option<(Replacement, usize)> {
    let rest = text.strip_prefix('&')?;
    if let Some(number) = rest.strip_prefix('#') {
        return numeric(number).map(|(replacement, used)| (replacement, used + 2));
    }
    named(rest).map(|(replacement, used)| (replacement, used + 1))
}

fn named(rest: &str) -> Option<(Replacement, usize)> {
    let length = rest.bytes().take(LONGEST_NAME + 1).take_while(u8::is_ascii_alphanumeric).count();
    let name = &rest[..length];
    if let Some(text) = common(name).filter(|_| rest.as_bytes().get(length) == Some(&b';')) {
        return Some((Replacement::Text(text), length + 1));
    }
    if rest.as_bytes().get(length) == Some(&b';') {
        let found = NAMED_ENTITIES.binary_search_by(|(known, _)| (*known).cmp(name.as_bytes())).ok()?;
        return Some((Replacement::Text(NAMED_ENTITIES[found].1), length + 1));
    }
    // "&amp=1" in an address is a parameter, not a reference (HTML, named character reference state).
    let text = common(name).filter(|_| rest.as_bytes().get(length) != Some(&b'='))?;
    Some((Replacement::Text(text), length))
}

/// The names that make up nearly all references, and that browsers accept without the semicolon.
fn common(name: &str) -> Option<&'static str> {
    Some(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{A0}",
        _ => return None,
    })
}

fn numeric(rest: &str) -> Option<(Replacement, usize)> {
    let hexadecimal = rest.starts_with(['x', 'X']);
    let (digits, radix, prefix) = if hexadecimal { (&rest[1..], 16, 1) } else { (rest, 10, 0) };
    let length = digits.bytes().take_while(|b| char::from(*b).is_digit(radix)).count();
    if length == 0 {
        return None;
    }
    // A number too long for 32 bits names no character either.
    let number = u32::from_str_radix(&digits[..length], radix).unwrap_or(0);
    let terminated = usize::from(digits.as_bytes().get(length) == Some(&b';'));
    Some((character(number), prefix + length + terminated))
}

fn character(number: u32) -> Replacement {
    let number = match number {
        0x80..=0x9F => WINDOWS_1252[(number - 0x80) as usize],
        other => other,
    };
    match char::from_u32(number) {
        Some('\t' | '\n' | '\r') => Replacement::Char(char::from_u32(number).unwrap_or(' ')),
        Some(c) if !c.is_control() && !is_noncharacter(number) => Replacement::Char(c),
        _ => Replacement::Nothing,
    }
}

fn is_noncharacter(number: u32) -> bool {
    (0xFDD0..=0xFDEF).contains(&number) || number & 0xFFFE == 0xFFFE
}

/// HTML standard, numeric character reference end state; the five unassigned places stay controls and so vanish.
const WINDOWS_1252: [u32; 32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
];

/// The byte that windows-1252 (or ISO 8859-1) has for `c`.
pub fn windows_1252_byte(c: char) -> Option<u8> {
    let special = || WINDOWS_1252.iter().position(|known| *known == u32::from(c));
    u8::try_from(c).ok().or_else(|| Some(0x80 + u8::try_from(special()?).ok()?))
}

/// `text` with every reference replaced, once.
pub fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = match reference(rest) {
            Some((replacement, used)) => {
                replacement.push_to(&mut out);
                used
            }
            None => {
                out.push('&');
                1
            }
        };
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(decode(given), expected, "{given}");
    }

    #[test]
    fn references_are_read_as_feeds_write_them() {
        check("AT&amp;T &eacute; &nbsp;&hellip;", "AT&T é \u{a0}…");
        check("&#8217;&#x2019;&#X2019;", "’’’");
        check("&#146;&#150;&#x80;", "’–€");
        check("&CounterClockwiseContourIntegral;", "∳");
        check("a&nbsp b &#8211 c", "a\u{a0} b – c");
        check("&Afr;", "\u{1D504}");
    }

    #[test]
    fn what_is_no_reference_stays() {
        check("Q&A & co; &; &# &#x; &unknown; &amp=1", "Q&A & co; &; &# &#x; &unknown; &amp=1");
    }

    #[test]
    fn characters_that_may_not_be_are_dropped() {
        check("a&#0;b&#x8;c&#xD800;d&#99999999999;e&#129;f&#xFFFF;g", "abcdefg");
    }
}
