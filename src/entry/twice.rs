//! Text that was encoded twice: UTF-8 that someone read as windows-1252 and encoded again (`GrÃ¶Ã\u{178}e`).

use std::borrow::Cow;

use crate::parse::entities::windows_1252_byte;

/// How often a text may have gone wrong.
const MOST: usize = 3;

/// The text that was meant; any other text as it is.
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
    fn what_could_not_have_come_from_utf_8_stays() {
        check("Ã la carte, Größe, Ã¶ 日", "Ã la carte, Größe, Ã¶ 日");
        check("Größe Â", "Größe Â");
        check("plain", "plain");
    }
}
