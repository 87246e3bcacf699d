//! The one place where signals are weighed against each other.
//!
//! A small forest of decision trees instead of one threshold on a cosine, because a threshold that fits headlines does
//! not fit articles. `examples/evaluate --grow` grows it into `forest.txt`; each feature may speak only in the direction
//! named in [`NAMED`], so that the forest stays sensible where it has seen nothing. No other file knows the features.

use std::sync::{Arc, LazyLock};

use super::{claim::Contrast, forest::Forest, signals::Signals};

/// A join needs at least this,
const JOIN: f32 = 0.6;

/// but of two long texts up to so much less. Headlines chain, one wrong join bringing about others; texts that share as
/// much hardly do, and two alerts for one story are then the commoner error.
const LONG_TEXTS: f32 = 0.3;

/// Terms of a text beyond which it is more than a teaser,
pub const TEASER: f32 = 60.0;

/// and of the shorter of two texts up to which they become long ones.
const LONGEST: f32 = 140.0;

/// Part of the shorter text from which another outlet's text is the same beyond doubt.
const SAME_TEXT: f32 = 0.75;

/// Part of the shorter text from which two headlines stand over one text.
pub const ONE_TEXT: f32 = 0.6;

/// What is left of a score where the numbers and the day differ.
const OTHER_DAY: f32 = 0.5;

/// What is left of a score where one headline says the opposite of the other, and where it names somebody else in the same
/// words: bodies that share enough may speak against the second, hardly against the first.
const OPPOSED: f32 = 0.35;
const RENAMED: f32 = 0.5;

/// Log-odds of a link to a member, and of an outlet that has told the story already.
const LINKED: f32 = 2.0;
const SAME_OUTLET: f32 = -1.0;

/// Part of the entries that join a story in the sparser of the sets the forest was grown on, and entries that the engine
/// pretends to have seen of them before it has read any.
const GROWN_ON: f32 = 0.6;
const PRETENDED: f32 = 100.0;
const MOST_DOUBT: f32 = -1.1;

/// Hours within which time tells nothing: it may speak against a join, never for one.
const FRESH: f32 = 6.0;

/// Number of features the decision looks at.
pub const FEATURES: usize = NAMED.len();

/// The features by name, with the direction in which they may speak: 1 for a join, -1 against one, 0 either way.
pub const NAMED: [(&str, i8); 26] = [
    ("nearest", 1),
    ("second", 1),
    ("centroid", 1),
    ("average", 1),
    ("letters", 1),
    ("lead", 1),
    ("told", 1),
    ("tells", 1),
    ("support", 1),
    ("shared", 1),
    ("least", 0),
    ("rarest", 1),
    ("hours", -1),
    ("size", 0),
    ("focus", 0),
    ("votes", 1),
    ("rival", 0),
    ("crowd", 0),
    ("ahead", 1),
    ("shorter", 0),
    ("longer", 0),
    ("nearest*least", 1),
    ("centroid*focus", 0),
    ("reach", 0),
    ("title+letters", 1),
    ("loneliness", 0),
];

/// The signals in the order of [`NAMED`].
pub fn features(s: &Signals) -> [f32; FEATURES] {
    [
        s.nearest,
        s.second,
        s.centroid,
        s.average,
        s.letters,
        s.lead,
        s.told,
        s.tells,
        s.support,
        s.shared.ln_1p(),
        s.least.ln_1p(),
        s.rarest,
        s.hours.max(FRESH),
        s.size.max(1.0).ln(),
        s.focus,
        s.votes,
        s.rival,
        s.crowd,
        s.nearest - s.rival,
        s.shorter.ln_1p(),
        s.longer.ln_1p(),
        s.nearest * s.least.ln_1p(),
        s.average / s.focus.max(0.05),
        s.nearest / s.crowd.max(0.01),
        s.title + s.letters,
        s.nearest - s.average,
    ]
}

/// The built-in forest.
pub fn forest() -> Arc<Forest> {
    static FOREST: LazyLock<Arc<Forest>> = LazyLock::new(|| Arc::new(Forest::read(include_str!("forest.txt"))));
    Arc::clone(&FOREST)
}

/// Probability that the document tells the story.
///
/// Five rules stand above the forest: two entries of one outlet that share little but a run of text share the site's
/// template; two articles that share next to nothing tell two stories; a headline with other numbers on another day
/// needs more, and so does one that is nearly the same but says the opposite or names somebody else; and a text that another outlet has printed nearly whole belongs to it whatever else was put around it.
///
/// `stream` moves the log-odds of the forest by what the stream is like, see [`prior`].
pub fn weigh(signals: &Signals, forest: &Forest, stream: f32) -> f32 {
    if is_template(signals) || is_thin(signals) {
        return 0.0;
    }
    let fitted = shifted(forest.ask(&features(signals)), odds(signals) + stream);
    let fitted = if is_other_day(signals) { fitted * OTHER_DAY } else { fitted };
    let fitted = fitted * contrast(signals);
    if signals.copied >= SAME_TEXT && !signals.same_outlet { fitted.max(signals.copied) } else { fitted }
}

/// Whether a score is enough for a join.
pub fn joins(signals: &Signals, score: f32) -> bool {
    let long = ((signals.shorter.max(1.0) / TEASER).ln() / (LONGEST / TEASER).ln()).clamp(0.0, 1.0);
    score >= JOIN - LONG_TEXTS * long
}

/// What the labelled sets cannot teach, since they hold no links and few outlets twice: who links to a piece tells of it,
/// and an outlet seldom tells one story twice in other words.
fn odds(s: &Signals) -> f32 {
    let links = if s.linked { LINKED } else { 0.0 };
    let again = if s.same_outlet && s.copied < ONE_TEXT { SAME_OUTLET } else { 0.0 };
    links + again
}

/// Log-odds by which a stream differs from the sets the forest was grown on: there more than half of all entries told a
/// story that was known already, in four days of real feeds one in seven, and what the forest says of a pair must then be
/// believed less (Saerens, Latinne, Decaestecker 2002, adjusting a classifier to new a priori probabilities). Never in
/// favour of joins, so that one wrong join does not bring about others.
pub fn prior(entries: usize, stories: usize) -> f32 {
    let joined = entries.saturating_sub(stories) as f32 + GROWN_ON * PRETENDED;
    let share = joined / (entries as f32 + PRETENDED);
    let odds = |part: f32| (part / (1.0 - part)).ln();
    (odds(share.clamp(0.01, 0.99)) - odds(GROWN_ON)).clamp(MOST_DOUBT, 0.0)
}

/// A probability with its log-odds moved by `by`.
fn shifted(probability: f32, by: f32) -> f32 {
    let odds = by.exp();
    probability * odds / (1.0 - probability + probability * odds)
}

/// Two whole articles have at least so much in common when they tell one story, or somewhat less where their headlines or
/// first words agree; and one word in common makes none, however rare it is, unless there are hardly more: "Leeds" says
/// little of two headlines.
fn is_thin(s: &Signals) -> bool {
    let agree = s.title >= 0.25 || s.lead >= 0.3;
    s.shorter > TEASER && s.nearest < if agree { 0.1 } else { 0.18 } || s.shorter > 2.0 && s.common < 2.0
}

/// Two matches of one club, two market closings: headlines of one kind with other numbers, more than a day apart.
fn is_other_day(s: &Signals) -> bool {
    s.numbers_differ && s.hours > 24.0 && s.copied < 0.3
}

/// "Senate passes farm bill" and "Senate rejects farm bill", two earthquakes of one strength.
fn contrast(s: &Signals) -> f32 {
    match s.contrast {
        Some(Contrast::Opposed) if s.copied < ONE_TEXT => OPPOSED,
        Some(Contrast::Renamed) if s.copied < ONE_TEXT => RENAMED,
        _ => 1.0,
    }
}

/// A site's template around different texts; what is nine tenths the same is one text.
fn is_template(s: &Signals) -> bool {
    s.same_outlet && s.copied > 0.3 && s.copied < 0.9 && s.nearest < 0.7 && s.title < 0.2 && s.letters < 0.4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_many_stories_is_doubted_and_none_is_trusted_more_than_the_sets() {
        assert!(prior(0, 0).abs() < 1e-3);
        assert!(prior(10_000, 100).abs() < 1e-6, "nearly all joined: no bonus");
        assert!(prior(2_500, 2_000) < prior(2_500, 1_500), "the more found, the more doubt");
        assert!((prior(100_000, 99_000) - MOST_DOUBT).abs() < 1e-6);
        assert!(shifted(0.75, MOST_DOUBT) < JOIN && shifted(0.9, MOST_DOUBT) > JOIN);
    }

    #[test]
    fn long_texts_need_less_than_headlines() {
        let signals = |shorter| Signals { shorter, ..Signals::default() };
        assert!(!joins(&signals(0.0), 0.59) && joins(&signals(0.0), 0.6));
        assert!(!joins(&signals(60.0), 0.59), "no less for a teaser");
        assert!(joins(&signals(110.0), 0.4) && !joins(&signals(110.0), 0.3));
    }

    #[test]
    fn links_speak_for_a_join_and_an_outlet_told_twice_against_it() {
        let signals = Signals { linked: true, ..Signals::default() };
        assert!(shifted(0.3, odds(&signals)) > JOIN);
        let signals = Signals { same_outlet: true, ..Signals::default() };
        assert!(shifted(0.75, odds(&signals)) < JOIN);
        assert!(odds(&Signals { copied: 0.9, ..signals }).abs() < f32::EPSILON, "the same text is no second telling");
    }
}
