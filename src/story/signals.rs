//! What two texts have in common, in figures; no decision is made here.

use super::{
    claim::Contrast,
    hasher::Sieve,
    lexicon::{Known, Lexicon},
    packed::Unpacked,
    profile::{LEAD, Profile, TITLE, Weighted},
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
    /// Terms shared.
    pub common: f32,
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
    /// How two headlines differ that are nearly the same.
    pub contrast: Option<Contrast>,
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
    /// TF-IDF cosine with the second nearest member; of a single member 0.
    pub second: f32,
    /// Part of the documents compared, by likeness, that belong to the story.
    pub votes: f32,
    /// TF-IDF cosine with the nearest document of any other story.
    pub rival: f32,
    /// Mean TF-IDF cosine with the documents of other stories that were compared.
    pub crowd: f32,
    /// How near the story's members are to each other.
    pub focus: f32,
    /// TF-IDF cosine of headline and first words.
    pub lead: f32,
    /// Part of the headline, by information, that the member holds, and the other way round.
    pub told: f32,
    pub tells: f32,
    /// Terms of the shorter and of the longer one.
    pub shorter: f32,
    pub longer: f32,
}

/// A document's terms with their present weights: what every comparison needs.
pub struct Query<'a> {
    pub profile: &'a Profile,
    /// Idf by term, in the order of `profile.terms`.
    pub idf: Vec<f32>,
    sums: Sums,
    /// First bits of its terms, and its trigrams.
    terms: Sieve,
    letters: Sieve,
}

/// What a document's terms add up to.
#[derive(Clone, Copy, Default)]
struct Sums {
    square: f32,
    lead_square: f32,
    information: f32,
    title: f32,
}

impl Sums {
    fn of(terms: &[Weighted], idf: &[f32]) -> Self {
        let mut sums = Self::default();
        terms.iter().zip(idf).for_each(|(term, idf)| sums.add(*term, *idf));
        sums
    }

    fn add(&mut self, term: Weighted, idf: f32) {
        // Nothing is added instead of jumped over: marks are as good as random.
        let marked = |mark, value| if term.is(mark) { value } else { 0.0 };
        let square = (f32::from(term.weight) * idf).powi(2);
        self.square += square;
        self.information += idf;
        self.lead_square += marked(LEAD, idf * idf);
        self.title += marked(TITLE, idf);
    }
}

impl<'a> Query<'a> {
    pub fn new(profile: &'a Profile, lexicon: &Lexicon) -> Self {
        let known: Vec<Known> = profile.terms.iter().map(|term| lexicon.look_up(*term)).collect();
        let idf: Vec<f32> = known.into_iter().map(|known| lexicon.idf_of(known)).collect();
        let sums = Sums::of(&profile.terms, &idf);
        let terms = Sieve::new(12, profile.terms.iter().map(|term| term.term >> 20));
        let letters = Sieve::new(16, profile.trigrams.iter().map(|trigram| u32::from(*trigram)));
        Self { profile, idf, sums, terms, letters }
    }

    /// Terms with what finding them in another document is worth, the most telling first.
    pub fn strongest(&self) -> Vec<(f32, u32)> {
        let worth = |(term, idf): (&Weighted, &f32)| (f32::from(term.weight) * idf * idf, term.term);
        let mut order: Vec<(f32, u32)> = self.profile.terms.iter().zip(&self.idf).map(worth).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order
    }

    /// What is shared with another document.
    fn overlap(&self, others: &[Weighted]) -> Overlap {
        let mut found = Overlap::default();
        for other in others.iter().filter(|other| self.terms.holds(other.term >> 20)) {
            if let Ok(at) = self.profile.terms.binary_search_by_key(&other.term, |own| own.term) {
                found.add(self.profile.terms[at], *other, self.idf[at]);
            }
        }
        found
    }

    /// Compares with a member; what the story adds is left at its default.
    pub fn compare(&self, member: &Unpacked, lexicon: &Lexicon) -> Signals {
        let title = self.title_cosine(member, lexicon);
        let Unpacked { profile: member, idf, .. } = member;
        let overlap = self.overlap(&member.terms);
        let sums = Sums::of(&member.terms, idf);
        let least = self.sums.information.min(sums.information);
        let copied = copied(self.profile, member);
        let (own, other) = (self.profile.terms.len() as f32, member.terms.len() as f32);
        Signals {
            nearest: ratio(overlap.dot, (self.sums.square * sums.square).sqrt()),
            support: ratio(overlap.shared, least),
            shared: overlap.shared,
            common: overlap.common,
            least,
            rarest: overlap.rarest,
            title,
            letters: self.dice(&member.trigrams),
            copied,
            numbers_differ: numbers_differ(&self.profile.numbers, &member.numbers),
            same_headline: same_headline(self.profile, member),
            headline_only: self.profile.length == 0 || member.length == 0,
            lead: ratio(overlap.lead, (self.sums.lead_square * sums.lead_square).sqrt()),
            told: ratio(overlap.told, self.sums.title),
            tells: ratio(overlap.tells, sums.title),
            shorter: own.min(other),
            longer: own.max(other),
            ..Signals::default()
        }
    }

    fn title_cosine(&self, member: &Unpacked, lexicon: &Lexicon) -> f32 {
        let own = |term: u32| idf_in(term, self.profile, &self.idf, lexicon).powi(2);
        let others = |term: u32| idf_in(term, &member.profile, &member.idf, lexicon).powi(2);
        let (title, other) = (&self.profile.title, &member.profile.title);
        let shared: f32 = common(title, other).map(own).sum();
        if shared == 0.0 {
            return 0.0;
        }
        let squares =
            title.iter().map(|term| own(*term)).sum::<f32>() * other.iter().map(|term| others(*term)).sum::<f32>();
        ratio(shared, squares.sqrt())
    }

    fn dice(&self, trigrams: &[u16]) -> f32 {
        let common = trigrams.iter().filter(|trigram| self.letters.holds(u32::from(**trigram))).count();
        ratio(2.0 * common as f32, (self.profile.trigrams.len() + trigrams.len()) as f32)
    }

    /// Cosine with a story's common terms, and the mean likeness to one of the `speakers`.
    pub fn centroid(&self, terms: &[(Known, u32)], speakers: f32, lexicon: &Lexicon) -> (f32, f32) {
        let (mut dot, mut norm) = (0.0, 0.0);
        for &(known, weight) in terms {
            let (idf, weight) = (lexicon.idf_of(known), weight as f32);
            norm += (weight * idf).powi(2);
            if let Ok(at) = self.profile.terms.binary_search_by_key(&known.term, |own| own.term) {
                dot += f32::from(self.profile.terms[at].weight) * weight * idf * idf;
            }
        }
        (ratio(dot, (self.sums.square * norm).sqrt()), ratio(dot, speakers * self.sums.square))
    }
}

#[derive(Default)]
struct Overlap {
    dot: f32,
    common: f32,
    shared: f32,
    rarest: f32,
    lead: f32,
    told: f32,
    tells: f32,
}

impl Overlap {
    fn add(&mut self, own: Weighted, other: Weighted, idf: f32) {
        self.dot += f32::from(own.weight) * f32::from(other.weight) * idf * idf;
        self.shared += idf;
        self.common += 1.0;
        self.rarest = self.rarest.max(idf);
        if own.is(LEAD) && other.is(LEAD) {
            self.lead += idf * idf;
        }
        if own.is(TITLE) {
            self.told += idf;
        }
        if other.is(TITLE) {
            self.tells += idf;
        }
    }
}

/// How rare a word of a document's headline is; a long text may have crowded it out of the terms.
fn idf_in(term: u32, profile: &Profile, idf: &[f32], lexicon: &Lexicon) -> f32 {
    let at = profile.terms.binary_search_by_key(&term, |own| own.term);
    at.map_or_else(|_| lexicon.idf(term), |at| idf[at])
}

fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
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
