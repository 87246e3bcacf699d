//! The tags of a page or an outline, one after another, however broken they are.
//!
//! Must stay linear in the document: every byte is passed once.

use super::entities;
use super::markup::attribute;

/// Attributes looked at in one tag.
const ATTRIBUTES: usize = 64;
/// Elements whose inside is not markup.
const RAW: [&str; 2] = ["script", "style"];

/// One tag.
#[derive(Debug, PartialEq)]
pub(super) struct Tag<'d> {
    pub name: &'d str,
    /// `</name>`
    pub is_end: bool,
    /// `<name/>`
    pub is_empty: bool,
    attributes: Vec<(&'d str, &'d str)>,
}

impl Tag<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of an attribute that says something; references in it are replaced.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let (_, raw) = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let value = entities::decode(raw);
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// The tags of `document`; comments, CDATA and scripts have none in them.
pub(super) fn tags(document: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = document;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')?..];
            let behind = |rest: &'_ str, end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
            if rest.starts_with("<!--") {
                rest = &rest[4..];
                rest = &rest[behind(rest, "-->")..];
            } else if rest.starts_with("<![CDATA[") {
                rest = &rest[behind(rest, "]]>")..];
            } else if rest[1..].trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (tag, length) = tag(rest);
                rest = &rest[length..];
                if !tag.is_end && RAW.iter().any(|raw| tag.is(raw)) {
                    rest = &rest[rest.find("</").unwrap_or(rest.len())..];
                }
                return Some(tag);
            } else {
                rest = &rest[1..];
            }
        }
    })
}

/// The tag at the start of `text`, and its length.
fn tag(text: &str) -> (Tag<'_>, usize) {
    let is_end = text.starts_with("</");
    let start = 1 + usize::from(is_end);
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '<');
    let length = text[start..].find(ends).unwrap_or(text.len() - start);
    let name = text[start..start + length].rsplit(':').next().unwrap_or_default();
    let mut tag = Tag { name, is_end, is_empty: false, attributes: Vec::new() };
    let mut at = start + length;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '>' => return (tag, at + 1),
            '<' => return (tag, at),
            '/' => (at, tag.is_empty) = (at + 1, true),
            c if c.is_whitespace() => at += c.len_utf8(),
            _ => {
                tag.is_empty = false;
                let (name, value, used) = attribute(&text[at..]);
                at += used.max(c.len_utf8());
                if tag.attributes.len() < ATTRIBUTES {
                    tag.attributes.push((name, value));
                }
            }
        }
    }
    (tag, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_what_surrounds_them() {
        let page =
            "1 < 2 <!-- <a> --><A HREF='x&amp;y' b>t</a ><script>if (a<b) '<c>'</script><br/><![CDATA[<d>]]><e f=\"";
        let found: Vec<(&str, bool, bool)> = tags(page).map(|tag| (tag.name, tag.is_end, tag.is_empty)).collect();
        assert_eq!(
            found,
            [
                ("A", false, false),
                ("a", true, false),
                ("script", false, false),
                ("script", true, false),
                ("br", false, true),
                ("e", false, false),
            ]
        );
        let first = tags(page).next().expect("a tag");
        assert_eq!((first.attribute("href").as_deref(), first.attribute("b")), (Some("x&y"), None));
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(page in "[<>/!\\-=\"'& a-zé:]{0,80}") { tags(&page).for_each(drop); }
    }
}
