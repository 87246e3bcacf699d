//! Bytes to text: which encoding a document is really in, whatever it or its server says.
//!
//! The order is the one that measured best on published feeds. Must not fail: bytes that fit nothing are kept as
//! windows-1252, and that is said.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Problem;

/// How far into a document its own declaration is looked for.
const DECLARATION_WINDOW: usize = 1_024;

/// The text of `bytes`, without byte order mark, and what had to be overruled. `content_type` is the HTTP header.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    if let Some(text) = decode_utf_32(bytes) {
        return Cow::Owned(text);
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        if encoding != UTF_8 {
            return encoding.decode_without_bom_handling(&bytes[length..]).0;
        }
        return decode_bytes(&bytes[length..], content_type, problems);
    }
    if let Some(encoding) = utf_16_by_nuls(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    decode_bytes(bytes, content_type, problems)
}

fn decode_bytes<'a>(bytes: &'a [u8], content_type: Option<&str>, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let labels = [content_type.and_then(header_charset), declared_encoding(bytes)];
    // ISO-2022-JP is plain ASCII to look at, so it has to be believed before UTF-8 is tried.
    if labels.contains(&Some(ISO_2022_JP))
        && let Some(text) = ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return text;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    for label in labels.into_iter().flatten().filter(|label| *label != UTF_8) {
        if let Some(text) = label.decode_without_bom_handling_and_without_replacement(bytes) {
            return text;
        }
    }
    if let Some(text) = mostly_utf_8(bytes) {
        problems.push(Problem { message: "bytes that are not UTF-8 were read as windows-1252".into() });
        return Cow::Owned(text);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample(bytes), true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    problems.push(Problem { message: format!("the encoding is not as declared; read as {}", guess.name()) });
    guess.decode_without_bom_handling(bytes).0
}

/// As much as an encoding is told from, beginning where it first matters: detection is slow, and more is no wiser.
fn sample(bytes: &[u8]) -> &[u8] {
    const ENOUGH: usize = 32 * 1_024;
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let rest = &bytes[first..];
    &rest[..rest.len().min(ENOUGH)]
}

/// `charset=` of a Content-Type header.
fn header_charset(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let after = lower.split("charset=").nth(1)?;
    let label = after.trim_start_matches(['"', '\'', ' ']).split(['"', '\'', ';', ' ', ',']).next()?;
    Encoding::for_label(label.as_bytes())
}

/// The encoding that an XML declaration near the start names, also one that stands behind a comment or blanks.
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let window = &bytes[..bytes.len().min(DECLARATION_WINDOW)];
    let head = String::from_utf8_lossy(window);
    let declaration = &head[head.find("<?xml")?..];
    let declaration = &declaration[..declaration.find('>').unwrap_or(declaration.len())];
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'', '?', ' ']).next()?;
    Encoding::for_label(label.as_bytes())
}

/// UTF-16 without a byte order mark shows in the NULs around the first ASCII characters.
fn utf_16_by_nuls(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some(UTF_16BE),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some(UTF_16LE),
        _ => None,
    }
}

fn decode_utf_32(bytes: &[u8]) -> Option<String> {
    let (rest, big_endian) = match bytes {
        [0, 0, 0xFE, 0xFF, rest @ ..] => (rest, true),
        [0xFF, 0xFE, 0, 0, rest @ ..] => (rest, false),
        [0, 0, 0, a, ..] if *a != 0 => (bytes, true),
        [a, 0, 0, 0, ..] if *a != 0 => (bytes, false),
        _ => return None,
    };
    let unit = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    Some(rest.chunks_exact(4).map(|four| char::from_u32(unit(four)).unwrap_or('\u{FFFD}')).collect())
}

/// A document that is UTF-8 but for some bytes, as when a text pasted from elsewhere went into a template: those
/// bytes alone are windows-1252. `None` when there are more bad bytes than good sequences.
fn mostly_utf_8(bytes: &[u8]) -> Option<String> {
    let (mut good, mut bad) = (0usize, 0usize);
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 16);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += chunk.invalid().len();
        out.push_str(chunk.valid());
        out.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    (good >= bad).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], content_type: Option<&str>, expected: &str) {
        assert_eq!(decode(bytes, content_type, &mut Vec::new()), expected);
    }

    fn utf_16(text: &str, big_endian: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big_endian { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn marks_and_nuls_decide_first() {
        check("\u{FEFF}<a>é</a>".as_bytes(), Some("text/xml; charset=iso-8859-1"), "<a>é</a>");
        check(&utf_16("\u{FEFF}<a>é</a>", true), None, "<a>é</a>");
        check(&utf_16("<a>é</a>", false), None, "<a>é</a>");
        check(&utf_16("<a>é</a>", true), None, "<a>é</a>");
        let utf_32: Vec<u8> = "<a>é</a>".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        check(&utf_32, None, "<a>é</a>");
        let marked: Vec<u8> = "\u{FEFF}<a>".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        check(&marked, None, "<a>");
    }

    #[test]
    fn valid_utf_8_is_utf_8_whatever_anyone_says() {
        check("<?xml version='1.0' encoding='windows-1251'?><a>é</a>".as_bytes(), Some("text/xml; charset=koi8-r"), {
            "<?xml version='1.0' encoding='windows-1251'?><a>é</a>"
        });
    }

    #[test]
    fn labels_count_when_the_bytes_agree() {
        check(b"<a>\xCF\xF0\xE8</a>", Some("text/xml; charset=\"windows-1251\""), "<a>При</a>");
        let declared = b"<!-- x --><?xml version=\"1.0\" encoding=\"iso-8859-2\"?><a>\xB3</a>";
        assert!(decode(declared, None, &mut Vec::new()).contains('ł'));
        check(b"<?xml version='1.0' encoding='iso-2022-jp'?>\x1B$B$\"\x1B(B", None, {
            "<?xml version='1.0' encoding='iso-2022-jp'?>あ"
        });
    }

    #[test]
    fn an_encoding_that_nobody_names_is_detected_from_where_it_matters() {
        let russian = "Министр заявил, что на этой неделе ожидаются дожди и сильный ветер. ".repeat(3);
        let mut bytes = vec![b' '; 100_000];
        bytes.extend_from_slice(&encoding_rs::KOI8_R.encode(&russian).0);
        bytes.extend_from_slice(&[b' '; 100_000]);
        let mut problems = Vec::new();
        assert!(decode(&bytes, None, &mut problems).contains("Министр заявил"));
        assert_eq!(problems[0].message, "the encoding is not as declared; read as KOI8-U");
    }

    #[test]
    fn single_bad_bytes_do_not_cost_the_rest() {
        let mut problems = Vec::new();
        let text = decode("<a>é \u{1}</a>".replace('\u{1}', "?").as_bytes(), None, &mut problems).into_owned();
        assert_eq!((text.as_str(), problems.len()), ("<a>é ?</a>", 0));
        let text = decode(b"<a>\xC3\xA9 it\x92s</a>", None, &mut problems).into_owned();
        assert_eq!((text.as_str(), problems.len()), ("<a>é it’s</a>", 1));
    }
}
