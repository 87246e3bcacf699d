//! The foot that blog software puts under its feeds' texts ("The post … appeared first on …"): visible, and no news.
//!
//! It repeats the headline and names the site, so that a watch for the site's name would match all it publishes.

/// How the foot begins and what stands in its middle, in small letters, for the languages blogs are commonly run in.
const FEET: [(&str, &str); 14] = [
    ("the post ", " appeared first on "),
    ("the article ", " appeared first on "),
    ("this post ", " appeared first on "),
    ("this article ", " appeared first on "),
    ("der beitrag ", " erschien zuerst auf "),
    ("l’article ", " est apparu en premier sur "),
    ("l'article ", " est apparu en premier sur "),
    ("la entrada ", " se publicó primero en "),
    ("la entrada ", " apareció primero en "),
    ("o post ", " apareceu primeiro em "),
    ("l’articolo ", " proviene da "),
    ("l'articolo ", " proviene da "),
    ("het bericht ", " verscheen eerst op "),
    ("wpis ", " pojawił się poczatkowo na "),
];

/// Longest foot, in bytes; what is longer is a text that happens to have the words.
const LONGEST: usize = 600;

/// The paragraph up to where a foot begins that goes on to its end.
pub(super) fn without_foot(paragraph: &str) -> &str {
    if !paragraph.is_ascii() || paragraph.contains(" appeared first on ") {
        let lower = Lower::of(paragraph);
        if let Some(start) = FEET.iter().filter_map(|(opening, middle)| lower.foot(opening, middle)).min() {
            return paragraph[..start].trim_end();
        }
    }
    paragraph
}

/// The end of a paragraph, where a foot can be, in small letters with the offsets kept.
struct Lower {
    text: String,
    /// Where it begins in the paragraph.
    from: usize,
}

impl Lower {
    fn of(paragraph: &str) -> Self {
        let from = paragraph.ceil_char_boundary(paragraph.len().saturating_sub(LONGEST));
        // Only ASCII letters change, so that every byte keeps its place.
        Self { text: paragraph[from..].to_ascii_lowercase(), from }
    }

    /// Where the last opening before the middle stands, at the paragraph's beginning or behind the end of a sentence.
    fn foot(&self, opening: &str, middle: &str) -> Option<usize> {
        let at = self.text.rfind(middle)?;
        let begins = |&start: &usize| {
            let before = self.text[..start].trim_end();
            before.is_empty() && self.from == 0 || before.ends_with(['.', '!', '?', '…', ']', ')', '"', '”'])
        };
        let starts: Vec<usize> = self.text[..at].match_indices(opening).map(|(start, _)| start).collect();
        starts.into_iter().rev().find(begins).map(|start| self.from + start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(paragraph: &str, expected: &str) {
        assert_eq!(without_foot(paragraph), expected);
    }

    #[test]
    fn the_foot_of_blog_software_is_left_out() {
        check("The post Harbour closed appeared first on Port Blog.", "");
        check("The lock is shut. The post Harbour closed appeared first on Port Blog.", "The lock is shut.");
        check("The lock is shut […] The post Harbour closed appeared first on Port Blog", "The lock is shut […]");
        check("Die Schleuse ist zu. Der Beitrag Hafen dicht erschien zuerst auf Küstenblog.", "Die Schleuse ist zu.");
        check("La entrada Puerto cerrado se publicó primero en Diario del Mar.", "");
        check("THE POST Harbour closed appeared first on Port Blog.", "");
    }

    #[test]
    fn a_sentence_with_the_words_stays() {
        check("The report appeared first on Tuesday.", "The report appeared first on Tuesday.");
        check("He left the post and appeared first on stage.", "He left the post and appeared first on stage.");
        let long = format!("The post {} appeared first on the list", "word ".repeat(300));
        check(&long, &long);
    }
}
