//! The fixed words of alerts, one table for each language. Sentences that count or compare are put together in `view`
//! and `news`, in the order English wants.

use serde::Serialize;

use crate::alert::Event;

/// All that is said in every alert, whatever the story.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    /// For the `lang` attribute of the HTML part.
    pub language: &'static str,
    pub why: &'static str,
    pub also: &'static str,
    pub who: &'static str,
    /// Before the name of an outlet, as the text of a link.
    pub read_at: &'static str,
    /// A watch that found no words of its own to show.
    pub matches: &'static str,
    /// Before the headline of another article.
    pub within: &'static str,
    pub mute_story: &'static str,
    /// Before the name of a watch.
    pub mute_watch: &'static str,
    /// Not "end these": SpamAssassin takes that for spam.
    pub mute_digests: &'static str,
    pub mute_notices: &'static str,
    pub no_headline: &'static str,
    /// How a story stands, in the order of [`Event::ALL`].
    states: [&'static str; Event::ALL.len()],
}

/// The one language so far.
pub(super) const ENGLISH: Words = Words {
    language: "en",
    why: "Why",
    also: "Also",
    who: "Who",
    read_at: "Read at",
    matches: "matches",
    within: "in",
    mute_story: "Mute this story",
    mute_watch: "Mute the watch",
    mute_digests: "Mute the digests",
    mute_notices: "Mute the notices",
    no_headline: "(no headline)",
    states: ["New", "Corrected", "More urgent", "Confirmed", "Headline changed", "Back again"],
};

impl Words {
    pub fn state(&self, event: Event) -> &'static str {
        let at = Event::ALL.iter().position(|known| *known == event).unwrap_or_default();
        self.states[at]
    }

    /// A heading of the text part, which hangs in a margin of six columns.
    pub fn label(heading: &str) -> String {
        format!("{:<6}", heading.to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_own_word() {
        let words: Vec<&str> = Event::ALL.into_iter().map(|event| ENGLISH.state(event)).collect();
        assert_eq!(words, ["New", "Corrected", "More urgent", "Confirmed", "Headline changed", "Back again"]);
        assert_eq!(ENGLISH.state(Event::Confirmed), "Confirmed");
    }
}
