//! The key of a story: what entries of one story have in common letter for letter, such as the number of a
//! vulnerability.
//!
//! The pattern is read by a matcher that takes time in proportion to the text, whatever the pattern; case is folded.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// Longest pattern, in bytes, and largest matcher made of it: what a line of configuration may cost in memory.
const MAX_PATTERN: usize = 500;
const MAX_SIZE: usize = 1 << 20;

/// Longest key; what is longer is no name of anything.
const MAX_KEY: usize = 200;

/// A pattern whose match, or whose first group where it has one, is the key of an entry's story.
#[derive(Clone)]
pub struct StoryKey {
    pattern: String,
    regex: Regex,
}

impl StoryKey {
    /// # Errors
    /// Says for people what is wrong with the pattern.
    pub fn new(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_PATTERN {
            return Err(format!("this pattern has {} bytes; at most {MAX_PATTERN} are allowed", pattern.len()));
        }
        let built =
            RegexBuilder::new(pattern).case_insensitive(true).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build();
        let regex = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "this pattern is too large when compiled; repeat less".to_owned(),
            other => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                format!("this is no regular expression: {}", last.trim_start_matches("error:").trim())
            }
        })?;
        if regex.is_match("") {
            return Err("this pattern matches nothing at all, so every entry would have one key".to_owned());
        }
        Ok(Self { pattern: pattern.to_owned(), regex })
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The key of an entry: of its headline, or else the first in its text. In lower case, since case is no difference.
    pub fn find(&self, title: &str, text: &str) -> Option<String> {
        [title, text].into_iter().find_map(|part| {
            let found = self.regex.captures(part)?;
            let key = found.get(1).or_else(|| found.get(0))?.as_str().trim().to_lowercase();
            (!key.is_empty() && key.len() <= MAX_KEY).then_some(key)
        })
    }
}

impl PartialEq for StoryKey {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for StoryKey {}

impl fmt::Debug for StoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoryKey({:?})", self.pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, title: &str, text: &str, expected: Option<&str>) {
        assert_eq!(StoryKey::new(pattern).expect("a pattern").find(title, text).as_deref(), expected);
    }

    #[track_caller]
    fn check_refused(pattern: &str, why: &str) {
        let told = StoryKey::new(pattern).expect_err("it is refused");
        assert!(told.contains(why), "{told}");
    }

    #[test]
    fn key_is_the_match_or_its_first_group() {
        check(r"CVE-\d{4}-\d{4,}", "Patch for cve-2031-11111", "", Some("cve-2031-11111"));
        check(r"CVE-(\d{4}-\d{4,})", "Patch for CVE-2031-11111", "", Some("2031-11111"));
        check(r"CVE-\d{4}-\d{4,}", "Patch", "Like CVE-2030-1234, CVE-2031-11111 is bad.", Some("cve-2030-1234"));
        check(r"CVE-\d{4}-\d{4,}", "CVE-2031-11111", "Like CVE-2030-1234.", Some("cve-2031-11111"));
        check(r"CVE-\d{4}-\d{4,}", "Patch", "", None);
    }

    #[test]
    fn patterns_of_no_use_are_refused() {
        check_refused("CVE-(", "unclosed group");
        check_refused(r"(\w{1000}){1000}", "too large");
        check_refused(r"\d*", "matches nothing at all");
        check_refused(&"a".repeat(501), "501 bytes");
    }
}
