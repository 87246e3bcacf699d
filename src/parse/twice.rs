//! Text that was encoded twice: UTF-8 that someone read as Latin-1 or windows-1252 and encoded again (`GrÃ¶Ã\u{178}e`).

use std::borrow::Cow;

use super::entities::{windows_1252_byte, windows_1252_char};

/// What every reader mends, so that what is read can be compared with what others read: text that is UTF-8 when each of
/// its characters is taken for a byte, and the characters of windows-1252 that stand where Unicode has controls.
pub(super) fn mended_latin_1(text: &str) -> Cow<'_, str> {
    // C2 and C3 begin the characters from U+0080 to U+00FF.
    if !text.bytes().any(|byte| matches!(byte, 0xC2 | 0xC3)) {
        return Cow::Borrowed(text);
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
    let mended = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Cow::Borrowed(text), Cow::Owned);
    if mended.contains(|c| matches!(c, '\u{80}'..='\u{9F}')) {
        return Cow::Owned(mended.chars().map(windows_1252_char).collect());
    }
    mended
}

/// How often a text may have gone wrong.
const MOST: usize = 3;

/// The text that was meant, also where it went through windows-1252 or several times; any other text as it is.
pub fn mended(text: &str) -> Cow<'_, str> {
    let mut mended = Cow::Borrowed(text);
    for _ in 0..MOST {
        match once(&mended) {
            Some(better) => mended = Cow::Owned(better),
            None => break,
        }
    }
    mended
}

/// `None` where a part of the text cannot have come about that way.
fn once(text: &str) -> Option<String> {
    // Only the lead bytes of UTF-8 begin such a sequence; in UTF-8 they all begin with C3 themselves.
    if !text.as_bytes().contains(&0xC3) || !text.chars().any(|c| matches!(c, '\u{C2}'..='\u{F4}')) {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(windows_1252_byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        assert_eq!(mended(given), expected);
        assert_eq!(mended(expected), expected);
    }

    #[test]
    fn text_encoded_twice_is_mended() {
        check("GrÃ¶Ã\u{178}e â€“ â\u{80}\u{99}", "Größe – ’");
        check("GrÃƒÂ¶ÃƒÅ¸e", "Größe");
    }

    #[test]
    fn only_what_is_plain_is_mended_at_once() {
        assert_eq!(mended_latin_1("FÃ¼r"), "Für");
        assert_eq!(mended_latin_1("Für"), "Für");
        assert_eq!(mended_latin_1("GrÃ¶Ã\u{178}e"), "GrÃ¶Ã\u{178}e");
        assert_eq!(mended_latin_1("it\u{92}s â\u{80}\u{93} é"), "it’s â€“ é");
    }

    #[test]
    fn what_could_not_have_come_from_utf_8_stays() {
        check("Ã la carte, Größe, Ã¶ 日", "Ã la carte, Größe, Ã¶ 日");
        check("Größe Â", "Größe Â");
        check("plain", "plain");
    }
}
