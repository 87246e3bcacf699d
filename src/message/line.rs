//! Hostile text made fit to show: one line, no control or bidi characters, cut and wrapped by what is seen.
//!
//! Must not know what the text means; escaping for HTML is the template's.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;
use url::Url;

/// Columns of the text part.
pub(super) const COLUMNS: usize = 72;

/// URLs longer than this (octets) are not shown: 998 octets is the longest line that mail allows.
const MAX_URL: usize = 900;

/// What a character becomes when shown; `None` drops it.
///
/// Dropped: controls, bidi marks, overrides and isolates (a headline could turn round the text that follows), invisible
/// operators, byte order marks, language tags. The joiners stay: Persian, the Indic scripts and emoji need them.
pub(super) fn visible(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => Some(' '),
        '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => None,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => None,
        '\u{e0000}'..='\u{e007f}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// The text on one line: see [`visible`]; white space folded and trimmed.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4096));
    for c in text.chars().filter_map(visible) {
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// [`clean`], and no more than `limit` characters seen: cut after a word where one ends in the last third, marked `…`.
/// Never more than `2 * limit` code points, however many marks are heaped on a letter.
pub(super) fn clipped(text: &str, limit: usize) -> String {
    // Feeds have sent headlines of megabytes; nothing past this bound can be shown anyway.
    let bound = text.char_indices().nth(limit * 2).map_or(text.len(), |(at, _)| at);
    let cut_short = bound < text.len();
    let text = clean(&text[..bound]);
    let mut graphemes = text.grapheme_indices(true);
    let Some((end, _)) = graphemes.nth(limit) else {
        return if cut_short { format!("{text}…") } else { text };
    };
    let head = &text[..end];
    let at_word = head.rfind(' ').filter(|at| head[..*at].graphemes(true).count() * 3 >= limit * 2);
    format!("{}…", head[..at_word.unwrap_or(end)].trim_end_matches([' ', ',', ';', ':', '-', '–', '—']))
}

/// As [`clipped`], for a header: nothing in it can be taken for an encoded word (RFC 2047).
pub(super) fn header_text(text: &str, limit: usize) -> String {
    clipped(text, limit).replace("=?", "= ?")
}

/// A link that may be shown: absolute, http or https, without user and password, ASCII throughout, not overlong.
pub(super) fn safe_url(text: &str) -> Option<(String, String)> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let host = url.host_str()?.trim_start_matches("www.").to_owned();
    let text = String::from(url);
    let fits = text.len() <= MAX_URL && text.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    fits.then_some((text, host))
}

/// Appends `text` to `out` as lines of at most [`COLUMNS`] columns: the first behind `label`, the rest indented as far.
/// A word wider than a line is broken between graphemes.
pub(super) fn wrap(out: &mut String, label: &str, text: &str) {
    let indent = label.width();
    let room = COLUMNS - indent;
    for (number, line) in lines(text, room).iter().enumerate() {
        match number {
            0 => out.push_str(label),
            _ => out.extend(std::iter::repeat_n(' ', indent)),
        }
        out.push_str(line);
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
}

fn lines(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').flat_map(|word| pieces(word, room)) {
        let line = lines.last_mut().expect("there is a line from the start");
        if line.is_empty() {
            line.push_str(&word);
        } else if line.width() + 1 + word.width() <= room {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

fn pieces(word: &str, room: usize) -> Vec<String> {
    if word.width() <= room {
        return vec![word.to_owned()];
    }
    let mut pieces = vec![String::new()];
    for grapheme in word.graphemes(true) {
        let last = pieces.last_mut().expect("there is a piece from the start");
        if last.width() + grapheme.width() <= room || last.is_empty() {
            last.push_str(grapheme);
        } else {
            pieces.push(grapheme.to_owned());
        }
    }
    pieces
}

/// `text` filled up with spaces to `columns`.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(clean(input), expected, "{input:?}");
    }

    #[test]
    fn cleaning_leaves_one_visible_line() {
        check("  two\r\n lines\t ", "two lines");
        check("a\u{202e}b\u{2066}c\u{200f}", "abc");
        check("nul\0 bell\u{7} esc\u{1b}[31m", "nul bell esc[31m");
        check("line\u{2028}sep\u{85}next", "line sep next");
        check("می\u{200c}خواهم", "می\u{200c}خواهم");
        check("", "");
    }

    #[test]
    fn cutting_ends_after_a_word() {
        assert_eq!(clipped("Ministry orders a halt, citing cracks", 24), "Ministry orders a halt…");
        assert_eq!(clipped("short", 24), "short");
        assert_eq!(clipped(&"x".repeat(50), 10), format!("{}…", "x".repeat(10)));
        assert_eq!(header_text("=?utf-8?q?a?=", 40), "= ?utf-8?q?a?=");
    }

    #[test]
    fn only_plain_web_links_are_shown() {
        assert_eq!(safe_url("javascript:alert(1)"), None);
        assert_eq!(safe_url("data:text/html,x"), None);
        assert_eq!(safe_url("/relative"), None);
        let (url, host) = safe_url("https://user:pw@www.example.org/a b?<q>").expect("a link");
        assert_eq!((url.as_str(), host.as_str()), ("https://www.example.org/a%20b?%3Cq%3E", "example.org"));
        assert_eq!(safe_url(&format!("https://example.org/{}", "x".repeat(1000))), None);
    }

    proptest! {
        #[test]
        fn cleaning_is_idempotent(text in any::<String>()) {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert_eq!(once.find(['\r', '\n', '\0', '\u{2028}']), None);
        }

        #[test]
        fn no_wrapped_line_is_too_wide(text in ".{0,400}") {
            let mut out = String::new();
            wrap(&mut out, "WHY   ", &clean(&text));
            for line in out.lines() {
                prop_assert!(line.width() <= COLUMNS, "{:?}", line);
            }
        }
    }
}
