//! What two texts have in common, in figures; no decision is made here.

use super::{
    lexicon::Lexicon,
    profile::{Profile, Weighted},
    shingles::common,
};

/// The signals between a document and one story, seen from the member nearest to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signals {
    /// TF-IDF cosine with the nearest member.
    pub nearest: f32,
    /// TF-IDF cosine with what the story's members have in common; of a single member, that one.
    pub centroid: f32,
    /// Information of the shared terms, in parts of what the poorer text holds.
    pub support: f32,
    /// Information of the shared terms, in nats.
    pub shared: f32,
    /// Information of the poorer text, in nats.
    pub least: f32,
    /// Inverse document frequency of the rarest shared term.
    pub rarest: f32,
    /// TF-IDF cosine of the two headlines.
    pub title: f32,
    /// Dice coefficient of the trigrams of letters of the two headlines.
    pub letters: f32,
    /// Part of the shorter text that stands in the longer one; 0 where too little is left to tell.
    pub copied: f32,
    /// Hours between the two.
    pub hours: f32,
    /// Members of the story.
    pub size: f32,
    /// Both headlines hold numbers and share none.
    pub numbers_differ: bool,
    pub same_outlet: bool,
    /// One links to the other.
    pub linked: bool,
    /// Both have one canonical link and nearly one headline: one page, listed by two.
    pub same_page: bool,
    /// One long headline over texts of which one is too short to be compared.
    pub same_headline: bool,
    /// Neither has text beside its headline, or one has not.
    pub headline_only: bool,
    /// Mean likeness to the members, as far as their common terms go.
    pub average: f32,
}

/// A document's terms with their present weights: what every comparison needs.
pub struct Query<'a> {
    pub profile: &'a Profile,
    /// Weight × idf by term, in the order of `profile.terms`.
    pub idf: Vec<f32>,
    pub norm: f32,
    pub information: f32,
}

impl<'a> Query<'a> {
    pub fn new(profile: &'a Profile, lexicon: &Lexicon) -> Self {
        let idf: Vec<f32> = profile.terms.iter().map(|term| lexicon.idf(term.term)).collect();
        let weights = profile.terms.iter().zip(&idf);
        let norm = weights.map(|(term, idf)| (f32::from(term.weight) * idf).powi(2)).sum::<f32>().sqrt();
        let information = idf.iter().sum();
        Self { profile, idf, norm, information }
    }

    /// Terms with what finding them in another document is worth, the most telling first.
    pub fn strongest(&self) -> Vec<(f32, u32)> {
        let worth = |(term, idf): (&Weighted, &f32)| (f32::from(term.weight) * idf * idf, term.term);
        let mut order: Vec<(f32, u32)> = self.profile.terms.iter().zip(&self.idf).map(worth).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order
    }

    /// Dot product, information and rarity of the terms shared with another vector.
    fn overlap(&self, terms: &[Weighted]) -> Overlap {
        let mut found = Overlap::default();
        let mut at = 0;
        for (term, idf) in self.profile.terms.iter().zip(&self.idf) {
            while terms.get(at).is_some_and(|other| other.term < term.term) {
                at += 1;
            }
            let Some(other) = terms.get(at) else { break };
            if other.term == term.term {
                found.dot += f32::from(term.weight) * f32::from(other.weight) * idf * idf;
                found.shared += idf;
                found.rarest = found.rarest.max(*idf);
            }
        }
        found
    }

    /// Compares with a member; what the story adds is left at its default.
    pub fn compare(&self, member: &Profile, lexicon: &Lexicon) -> Signals {
        let overlap = self.overlap(&member.terms);
        let (mut norm, mut information) = (0.0, 0.0);
        for term in &member.terms {
            let idf = lexicon.idf(term.term);
            norm += (f32::from(term.weight) * idf).powi(2);
            information += idf;
        }
        let least = self.information.min(information);
        let copied = copied(self.profile, member);
        Signals {
            nearest: ratio(overlap.dot, self.norm * norm.sqrt()),
            support: ratio(overlap.shared, least),
            shared: overlap.shared,
            least,
            rarest: overlap.rarest,
            title: title_cosine(&self.profile.title, &member.title, lexicon),
            letters: dice(&self.profile.trigrams, &member.trigrams),
            copied,
            numbers_differ: numbers_differ(&self.profile.numbers, &member.numbers),
            same_headline: same_headline(self.profile, member),
            headline_only: self.profile.length == 0 || member.length == 0,
            ..Signals::default()
        }
    }

    /// Cosine with a story's common terms, and the mean likeness to one of its `size` members.
    pub fn centroid(&self, terms: &[(u32, f32)], size: f32, lexicon: &Lexicon) -> (f32, f32) {
        let (mut dot, mut norm) = (0.0, 0.0);
        for &(term, weight) in terms {
            let idf = lexicon.idf(term);
            norm += (weight * idf).powi(2);
            if let Ok(at) = self.profile.terms.binary_search_by_key(&term, |own| own.term) {
                dot += f32::from(self.profile.terms[at].weight) * weight * idf * idf;
            }
        }
        (ratio(dot, self.norm * norm.sqrt()), ratio(dot, size * self.norm * self.norm))
    }
}

#[derive(Default)]
struct Overlap {
    dot: f32,
    shared: f32,
    rarest: f32,
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

fn title_cosine(a: &[u32], b: &[u32], lexicon: &Lexicon) -> f32 {
    let square = |terms: &[u32]| terms.iter().map(|term| lexicon.idf(*term).powi(2)).sum::<f32>();
    let shared: f32 = common(a, b).map(|term| lexicon.idf(term).powi(2)).sum();
    if shared == 0.0 { 0.0 } else { ratio(shared, (square(a) * square(b)).sqrt()) }
}

fn dice(a: &[u16], b: &[u16]) -> f32 {
    ratio(2.0 * common(a, b).count() as f32, (a.len() + b.len()) as f32)
}

/// Sampled runs below which containment is chance.
const LEAST_RUNS: usize = 3;

fn copied(a: &Profile, b: &Profile) -> f32 {
    let (shared, least) = a.shingles.shared(&b.shingles);
    if shared < LEAST_RUNS.min(least) || shared < 2 { 0.0 } else { ratio(shared as f32, least as f32) }
}

/// Words of a headline that two editors do not choose alike.
const OWN_HEADLINE: usize = 5;
/// Words of a text too short to be compared.
const SHORT: u16 = 60;

fn same_headline(a: &Profile, b: &Profile) -> bool {
    a.title.len() >= OWN_HEADLINE && a.title == b.title && a.numbers == b.numbers && a.length.min(b.length) < SHORT
}

fn numbers_differ(a: &[u32], b: &[u32]) -> bool {
    !a.is_empty() && !b.is_empty() && common(a, b).next().is_none()
}
