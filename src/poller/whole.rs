//! Whether a document goes on to its end.
//!
//! A connection that is closed early looks like the end of a body without a length, and what is left of the feed is
//! read all the same. Only its end tells that it is the end.

/// Enough for what publishers' servers write behind a feed: comments about caching, a script.
const TAIL: usize = 4096;
const ROOTS: [&str; 4] = ["rss", "feed", "rdf", "channel"];

/// `false` when the end tag of a feed's root does not stand near the end of the document. JSON that is cut off is not
/// read at all, and UTF-16 is taken at its word.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if start.is_some_and(|byte| b"{[".contains(byte)) || bytes.iter().take(64).any(|byte| *byte == 0) {
        return true;
    }
    let tail = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(TAIL)..]).to_ascii_lowercase();
    tail.match_indices("</").any(|(at, _)| is_root_end(&tail[at + 2..]))
}

fn is_root_end(rest: &str) -> bool {
    let Some((name, _)) = rest.split_once('>') else { return false };
    let local = name.trim_end().rsplit(':').next().unwrap_or_default();
    ROOTS.contains(&local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(document: &str, expected: bool) {
        assert_eq!(is_whole(document.as_bytes()), expected, "{document}");
    }

    #[test]
    fn a_document_ends_with_its_root() {
        check("<rss><channel></channel></rss>", true);
        check("<rss><channel></channel></rss>\n<!-- cached 3 s ago -->", true);
        check("<feed></feed >", true);
        check("<a:feed></a:feed>", true);
        check("<rdf:RDF></rdf:RDF>", true);
        check("<rss><channel><item></item></channel>", true);
        check("<rss><channel><item></item>", false);
        check("<rss><channel><item><title>feed</title></item></chan", false);
        check("<feed><entry></entry></feed", false);
        check(" {\"items\": []}", true);
        check("", false);
        check("</rss>\n<!-- \u{e9}\u{20ac} -->", true);
        check(&format!("</rss>{}", "\u{e9}".repeat(TAIL)), false);
        assert!(is_whole(b"<\0r\0s\0s\0>\0"));
    }
}
