//! What a follow-up begins with: the event, and the difference.

use serde::Serialize;

use super::{
    Alert,
    line::clipped,
    view::{MAX_NAME, MAX_SENTENCE, Times, confirming, outlet_name, plural},
};
use crate::{alert::Event, story::headline::Change};

/// The most headlines and the most corrections that are shown word by word.
const MOST: usize = 3;

/// One line of news.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct News {
    /// "CONFIRMED by Küstenpost, seen 19:10 UTC: 2 independent outlets now have it."
    pub text: String,
    /// A headline as it was and is; empty for other events.
    pub words: Vec<Words>,
}

/// A run of words of a changed headline.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Words {
    pub text: String,
    /// `kept`, `removed`, `added`.
    pub change: &'static str,
}

impl News {
    fn line(text: String) -> Self {
        Self { text, words: Vec::new() }
    }

    /// As plain text: what was removed stands in `~~`.
    pub fn plain(&self) -> String {
        let words = self.words.iter().map(|words| match words.change {
            "removed" => format!(" ~~{}~~", words.text),
            _ => format!(" {}", words.text),
        });
        std::iter::once(self.text.clone()).chain(words).collect()
    }
}

/// The lines of a follow-up, the weightiest first; none for a first alert.
pub(super) fn news(alert: &Alert, times: &Times<'_>) -> Vec<News> {
    let happened = &alert.happened;
    let events = if happened.events.is_empty() { vec![alert.event] } else { happened.events.clone() };
    events.into_iter().flat_map(|event| of_event(alert, event, times)).collect()
}

fn of_event(alert: &Alert, event: Event, times: &Times<'_>) -> Vec<News> {
    let happened = &alert.happened;
    match event {
        Event::New => Vec::new(),
        Event::Confirmed => confirmed(alert, times).into_iter().collect(),
        Event::Correction => {
            let line = |(outlet, sentence): &(String, String)| {
                let (outlet, sentence) = (clipped(outlet, MAX_NAME), clipped(sentence, MAX_SENTENCE));
                News::line(format!("CORRECTION by {outlet}: “{sentence}”"))
            };
            happened.corrections.iter().take(MOST).map(line).collect()
        }
        Event::Escalated => {
            let watch = alert.watches.iter().max_by_key(|watch| watch.priority);
            let line = |watch: &super::MatchedWatch| {
                News::line(format!(
                    "MORE URGENT: it now matches the watch “{}”, priority {}.",
                    clipped(&watch.name, MAX_NAME),
                    watch.priority.as_str()
                ))
            };
            watch.map(line).into_iter().collect()
        }
        Event::HeadlineChanged => happened.changes.iter().take(MOST).map(changed).collect(),
        Event::Resurfaced => resurfaced(alert, times).into_iter().collect(),
    }
}

fn confirmed(alert: &Alert, times: &Times<'_>) -> Option<News> {
    let member = confirming(alert)?;
    let count = alert.story.independent_outlets().len();
    let seen = times.show(member.seen, true);
    Some(News::line(format!(
        "CONFIRMED by {}, seen {seen}: {} now have it.",
        outlet_name(member),
        plural(count, "independent outlet")
    )))
}

fn changed(change: &crate::alert::HeadlineChange) -> News {
    let words = |part: &crate::story::headline::Part| Words {
        text: clipped(&part.text, MAX_SENTENCE),
        change: match part.change {
            Change::Kept => "kept",
            Change::Removed => "removed",
            Change::Added => "added",
        },
    };
    News {
        text: format!("HEADLINE CHANGED at {}:", clipped(&change.outlet_name, MAX_NAME)),
        words: change.difference.parts.iter().map(words).filter(|words| !words.text.is_empty()).collect(),
    }
}

fn resurfaced(alert: &Alert, times: &Times<'_>) -> Option<News> {
    let (last, before) = alert.story.members.split_last()?;
    let quiet_since = times.show(before.last()?.seen, true);
    Some(News::line(format!("BACK AGAIN at {}, after nothing new since {quiet_since}.", outlet_name(last))))
}
