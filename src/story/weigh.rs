//! The one place where signals are weighed against each other.
//!
//! A logistic decision over a dozen figures instead of one threshold on a cosine, because a threshold that fits
//! headlines does not fit articles. The weights were fitted by `examples/evaluate.rs --fit`, those of links and of the
//! same outlet set by hand since the sets hold none; no other file knows them.

use super::signals::Signals;

/// Number of features the decision looks at.
pub const FEATURES: usize = 20;

/// A join needs at least this.
pub const JOIN: f32 = 0.5;

/// Part of the shorter text from which another outlet's text is the same beyond doubt.
const SAME_TEXT: f32 = 0.75;

/// Fitted weights in the order of [`features`].
pub const WEIGHTS: [f32; FEATURES] = [
    -8.239, -0.411, 2.639, 2.020, 2.676, -1.295, 1.622, -1.455, 0.518, 0.586, 4.196, 1.366, -1.356, 0.200, -1.000,
    2.000, 0.651, 4.793, 4.110, 2.646,
];

/// The signals in a form a linear decision can use.
pub fn features(s: &Signals) -> [f32; FEATURES] {
    let flag = |set: bool| if set { 1.0 } else { 0.0 };
    let size = s.size.max(1.0).ln();
    [
        1.0,
        s.nearest,
        s.centroid,
        s.title,
        s.letters,
        s.support,
        s.shared.ln_1p(),
        s.least.ln_1p(),
        s.rarest / 10.0,
        s.copied,
        (-(s.hours / 72.0).powi(2)).exp(),
        size / 4.0,
        flag(s.numbers_differ),
        flag(s.headline_only),
        flag(s.same_outlet),
        flag(s.linked),
        s.nearest * s.least.ln_1p(),
        s.centroid.sqrt(),
        s.centroid * size / 4.0,
        s.average,
    ]
}

/// Probability that the document tells the story.
///
/// Two rules stand above the fitted weights: two entries of one outlet that share little but a run of text share the
/// site's template, and a text that another outlet has printed nearly whole belongs to it whatever else was put around
/// it.
pub fn weigh(signals: &Signals, weights: &[f32; FEATURES]) -> f32 {
    if is_template(signals) {
        return 0.0;
    }
    let sum: f32 = features(signals).iter().zip(weights).map(|(value, weight)| value * weight).sum();
    let fitted = 1.0 / (1.0 + (-sum).exp());
    if signals.copied >= SAME_TEXT && !signals.same_outlet { fitted.max(signals.copied) } else { fitted }
}

fn is_template(s: &Signals) -> bool {
    s.same_outlet && s.copied > 0.3 && s.nearest < 0.7 && s.title < 0.2 && s.letters < 0.4
}
