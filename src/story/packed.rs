//! A document's features as the index keeps them: the same, in half the room.
//!
//! Sorted lists are written as differences, terms as their places in the lexicon, which must know them for as long as
//! the document is kept. Read again only for the few documents that a new one is compared with.

use super::{
    bits::{Reader, Writer, differences},
    claim::{BEGINNING_BITS, Capitals, Claim, Deed, Name, PLACE_BITS, VERB_BITS},
    lexicon::{Known, Lexicon, Place},
    profile::{LEAD, Profile, TITLE, WEIGHTS, Weighted},
    shingles::Shingles,
};

/// Marks are the low bits of what is written beside a term, the rank of its weight is above them.
const MARKS: u32 = 2;

#[derive(Debug, PartialEq)]
pub struct Packed(Box<[u8]>);

impl Packed {
    /// `lexicon` must have learned the document's terms.
    pub fn new(profile: &Profile, lexicon: &Lexicon) -> Self {
        let mut writer = Writer::new(1_000);
        writer.bits(u32::from(profile.denies), 1);
        writer.bits(u32::from(profile.claim.negated), 1);
        writer.bits(u32::from(profile.length), 16);
        let terms: Vec<(u32, u32)> = profile.terms.iter().map(|term| (term.term, value(*term))).collect();
        write_terms(&mut writer, &terms, lexicon);
        // A long text may crowd out words of its headline.
        let is_marked = |term: &&u32| {
            profile.terms.binary_search_by_key(*term, |own| own.term).is_ok_and(|at| profile.terms[at].is(TITLE))
        };
        writer.rising(&profile.title.iter().filter(|term| !is_marked(term)).copied().collect::<Vec<u32>>());
        writer.rising(&profile.trigrams.iter().map(|trigram| u32::from(*trigram)).collect::<Vec<u32>>());
        let Shingles { runs, level, found } = &profile.shingles;
        writer.bits(u32::from(*level), 2);
        writer.bits(u32::from(*found), 2);
        writer.rising(&runs.iter().map(|run| run >> level).collect::<Vec<u32>>());
        writer.rising(&profile.numbers);
        write_claim(&mut writer, profile);
        writer.rising(&profile.units);
        writer.bits(u32::from(profile.headline.is_some()), 1);
        profile.headline.into_iter().for_each(|unit| writer.bits(unit, 32));
        Self(writer.finish())
    }

    /// Reads the features again as far as they are compared, without what the headline claims.
    pub fn read(&self, lexicon: &Lexicon, into: &mut Unpacked) {
        into.claim_at = self.read_on(lexicon, into).place();
    }

    /// Reads what the headline claims of a document that was read: few are near enough for it to matter.
    pub fn read_claim(&self, into: &mut Unpacked) {
        read_claim(&mut Reader::at(&self.0, into.claim_at), &mut into.profile);
    }

    /// All of the features.
    pub fn read_all(&self, lexicon: &Lexicon) -> Profile {
        let mut into = Unpacked::default();
        let mut reader = self.read_on(lexicon, &mut into);
        read_claim(&mut reader, &mut into.profile);
        let units = reader.rising().collect();
        Profile { units, headline: (reader.bits(1) == 1).then(|| reader.bits(32)), ..into.profile }
    }

    fn read_on(&self, lexicon: &Lexicon, into: &mut Unpacked) -> Reader<'_> {
        let Unpacked { profile, idf, terms, .. } = into;
        let mut reader = Reader::new(&self.0);
        (profile.denies, profile.claim.negated) = (reader.bits(1) == 1, reader.bits(1) == 1);
        profile.length = reader.bits(16) as u16;
        let told = terms.read(&mut reader, lexicon);
        fill(&mut profile.terms, told.iter().map(weighted));
        fill(idf, told.iter().map(|(known, _)| lexicon.idf_of(*known)));
        let is_title = |(_, value): &&(Known, u32)| value & u32::from(TITLE) != 0;
        fill(&mut profile.title, told.iter().filter(is_title).map(|(known, _)| known.term));
        let marked = profile.title.len();
        profile.title.extend(reader.rising());
        if profile.title.len() > marked {
            profile.title.sort_unstable();
        }
        fill(&mut profile.trigrams, reader.rising().map(|trigram| trigram as u16));
        let Shingles { runs, level, found } = &mut profile.shingles;
        (*level, *found) = (reader.bits(2) as u8, reader.bits(2) as u8);
        fill(runs, reader.rising().map(|run| run << *level));
        fill(&mut profile.numbers, reader.rising());
        reader
    }

    pub fn denies(&self) -> bool {
        Reader::new(&self.0).bits(1) == 1
    }

    /// Whether the headline says that something is not so.
    pub fn is_negated(&self) -> bool {
        Reader::new(&self.0).bits(2) >> 1 == 1
    }

    /// The terms alone, with their weights.
    pub fn terms(&self, lexicon: &Lexicon) -> impl Iterator<Item = (u32, u32)> {
        let mut reader = Reader::new(&self.0);
        reader.bits(2 + 16);
        let mut terms = Terms::default();
        terms.read(&mut reader, lexicon);
        terms.told.into_iter().map(|told| (told.0.term, u32::from(weighted(&told).weight)))
    }
}

/// A document that was read again; used for one after the other, so that memory is asked for once.
#[derive(Debug, Default)]
pub struct Unpacked {
    pub profile: Profile,
    /// How rare each of its terms is today.
    pub idf: Vec<f32>,
    terms: Terms,
    claim_at: usize,
}

/// Terms that were read again.
#[derive(Debug, Default)]
pub struct Terms {
    places: Vec<(Place, u32)>,
    told: Vec<(Known, u32)>,
}

impl Terms {
    /// Reads what [`write_terms`] wrote, with what the lexicon knows of the terms today.
    pub fn read(&mut self, reader: &mut Reader<'_>, lexicon: &Lexicon) -> &[(Known, u32)] {
        let (length, width) = (reader.length(), reader.bits(5));
        let (mut values, cut) = (reader.list(), reader.cut() + width);
        let mut shelf = 0;
        let place = |_| {
            let step = reader.rice(cut);
            shelf += step >> width;
            (Place { shelf, at: step & ((1 << width) - 1) }, values.next())
        };
        // First all places and then what stands there: so it is fetched from memory side by side.
        fill(&mut self.places, (0..length).map(place));
        fill(&mut self.told, self.places.iter().map(|(place, value)| (lexicon.at(*place), *value)));
        &self.told
    }
}

fn fill<T>(list: &mut Vec<T>, with: impl Iterator<Item = T>) {
    list.clear();
    list.extend(with);
}

fn write_claim(writer: &mut Writer, profile: &Profile) {
    let Claim { answers, passive, capitals, names, aside, deed, .. } = &profile.claim;
    writer.bits(u32::from(*passive), 1);
    writer.bits(*capitals as u32, 2);
    writer.rising(&(0..u128::BITS).filter(|bit| answers >> bit & 1 == 1).collect::<Vec<u32>>());
    let place = |term: u32| profile.title.binary_search(&term).unwrap_or(0) as u32;
    writer.rising(&aside.iter().map(|term| place(*term)).collect::<Vec<u32>>());
    writer.length(names.len());
    for name in names {
        writer.bits(place(name.term), PLACE_BITS);
        writer.bits(name.beginning, BEGINNING_BITS);
        [name.goes_on, name.sure].into_iter().for_each(|mark| writer.bits(u32::from(mark), 1));
    }
    writer.bits(u32::from(deed.is_some()), 1);
    if let Some(Deed { who, verb }) = deed {
        writer.bits(place(*who), PLACE_BITS);
        writer.bits(*verb, VERB_BITS);
    }
}

fn read_claim(reader: &mut Reader<'_>, profile: &mut Profile) {
    let Profile { claim, title, .. } = profile;
    let term = |place: u32| title.get(place as usize).copied().unwrap_or(0);
    claim.passive = reader.bits(1) == 1;
    claim.capitals = [Capitals::Nothing, Capitals::Name, Capitals::Noun][reader.bits(2) as usize % 3];
    claim.answers = reader.rising().fold(0, |answers, bit| answers | 1 << bit);
    fill(&mut claim.aside, reader.rising().map(term));
    let count = reader.length();
    let name = |_| Name {
        term: term(reader.bits(PLACE_BITS)),
        beginning: reader.bits(BEGINNING_BITS),
        goes_on: reader.bits(1) == 1,
        sure: reader.bits(1) == 1,
    };
    fill(&mut claim.names, (0..count).map(name));
    let is_told = reader.bits(1) == 1;
    claim.deed = is_told.then(|| Deed { who: term(reader.bits(PLACE_BITS)), verb: reader.bits(VERB_BITS) });
}

/// Writes sorted terms that the lexicon knows, each with a number.
pub fn write_terms(writer: &mut Writer, terms: &[(u32, u32)], lexicon: &Lexicon) {
    let known = |(term, value): &(u32, u32)| lexicon.place(*term).map(|place| (place, *value));
    let (places, values): (Vec<Place>, Vec<u32>) = terms.iter().filter_map(known).unzip();
    writer.length(places.len());
    let shelves: Vec<u32> = places.iter().map(|place| place.shelf).collect();
    // A place is written as one number, the step to its shelf and where on it.
    let width = places.iter().fold(0, |all, place| all | place.at).checked_ilog2().map_or(0, |highest| highest + 1);
    writer.bits(width, 5);
    writer.list(values.iter().copied());
    let cut = writer.cut(differences(&shelves)) + width;
    let steps = places.iter().zip(differences(&shelves)).map(|(place, step)| step << width | place.at);
    steps.for_each(|step| writer.rice(step, cut));
}

fn value(term: Weighted) -> u32 {
    let rank = WEIGHTS.partition_point(|weight| *weight < term.weight);
    (rank as u32) << MARKS | u32::from(term.marks & (TITLE | LEAD))
}

fn weighted((known, value): &(Known, u32)) -> Weighted {
    let weight = WEIGHTS.get((value >> MARKS) as usize).copied().unwrap_or(u8::MAX);
    let marks = (value & ((1 << MARKS) - 1)) as u8 | known.mark();
    Weighted { term: known.term, weight, marks }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{junk::Units, profile::profile, tests::document, words};
    use super::*;

    /// The document among others, whose terms the lexicon knows as well.
    fn packed(title: &str, text: &str) -> (Profile, Packed, Lexicon) {
        let mut lexicon = Lexicon::default();
        for (id, text) in (2..).zip(["storm over Crete", "a ferry and a court", text]) {
            let other = document(id, "rt", 0, &text.chars().rev().collect::<String>(), text);
            lexicon.learn(&profile(&other, &words::split(&other.text), &Units::default()).terms);
        }
        let document = document(1, "nyt", 0, title, text);
        let profile = profile(&document, &words::split(&document.text), &Units::default());
        lexicon.learn(&profile.terms);
        let packed = Packed::new(&profile, &lexicon);
        (profile, packed, lexicon)
    }

    #[track_caller]
    fn check(title: &str, text: &str) -> Packed {
        let (profile, packed, lexicon) = packed(title, text);
        assert_eq!(packed.read_all(&lexicon), profile, "{title}");
        assert_eq!(packed.denies(), profile.denies);
        let mut read = Unpacked::default();
        // What was read before leaves no trace.
        Packed::new(&profile, &lexicon).read(&lexicon, &mut read);
        packed.read(&lexicon, &mut read);
        packed.read_claim(&mut read);
        assert_eq!(read.profile.claim, profile.claim, "{title}");
        let idf: Vec<f32> = profile.terms.iter().map(|term| lexicon.idf(term.term)).collect();
        assert_eq!(read.idf, idf, "{title}");
        let terms = profile.terms.iter().map(|term| (term.term, u32::from(term.weight)));
        assert!(packed.terms(&lexicon).eq(terms), "{title}");
        packed
    }

    #[test]
    fn hostile_documents_come_back() {
        check("", "");
        check("Breaking News", "");
        check("One word", &"word ".repeat(10_000));
        check("🙂🙃", "🙂 🙃 é\u{0301}\u{202e} 漢字漢字");
        check("Ferry aground off Crete, 214 saved from 2 decks, owner denies", &"3,000 ".repeat(900));
        let different: String = (0..4_000).map(|n| format!("word{n} ")).collect();
        check(&different, &different);
    }

    #[test]
    fn headlines_crowded_out_by_their_text_come_back() {
        let thrice: String = (0..400).map(|n| format!("name{n} name{n} name{n} ")).collect();
        let (profile, ..) = packed("Ferry runs aground off Crete", &thrice);
        let marked = profile.terms.iter().filter(|term| term.is(TITLE)).count();
        assert!(marked < profile.title.len(), "{marked} of {}", profile.title.len());
        check("Ferry runs aground off Crete", &thrice);
    }

    #[test]
    fn every_weight_there_can_be_comes_back() {
        let mut lexicon = Lexicon::default();
        let terms: Vec<Weighted> = WEIGHTS
            .iter()
            .map(|weight| Weighted { term: u32::from(*weight) << 24, weight: *weight, marks: LEAD })
            .collect();
        lexicon.learn(&terms);
        let profile = Profile { terms, ..Profile::default() };
        assert_eq!((WEIGHTS[0], WEIGHTS.last()), (32, Some(&255)));
        assert_eq!(Packed::new(&profile, &lexicon).read_all(&lexicon), profile);
    }

    #[test]
    fn a_document_takes_half_its_room() {
        let text: String = (0..330).map(|n| format!("word{} ", n * n % 1_009)).collect();
        let (profile, packed, _) = packed("Ferry runs aground off Crete in a storm", &text);
        let plain = profile.terms.len() * 6 + (profile.shingles.runs.len() + profile.units.len()) * 4;
        assert!(packed.0.len() * 9 < plain * 5, "{} of {plain} bytes", packed.0.len());
    }

    proptest! {
        #[test]
        fn any_document_comes_back(title in "\\PC{0,90}", text in "[a-zA-Z0-9 .é\n]{0,900}") {
            check(&title, &text);
        }
    }
}
