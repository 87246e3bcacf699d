//! Which language an entry is in: what the feed says, else what the words look like.
//!
//! Must not guess: a short or mixed text has no language.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use whatlang::Lang;

/// Letters below which detection by the shape of words is a lottery.
const SHORTEST: usize = 120;
/// Characters that are looked at; more do not change the answer.
const LONGEST: usize = 600;

/// ISO 639-1 code: the first of `declared` that names a language, else the detected one.
pub fn language<'a>(declared: impl IntoIterator<Item = &'a str>, title: &str, text: &str) -> Option<String> {
    declared.into_iter().find_map(normalised).or_else(|| detected(title, text))
}

/// ISO 639-1 code of a declared language such as `en-GB`, `EN_us`, `deu`; `None` when it names none.
pub fn normalised(declared: &str) -> Option<String> {
    let primary = declared.trim().split(['-', '_', ',', ' ']).next()?.to_ascii_lowercase();
    match primary.len() {
        2 if primary.bytes().all(|b| b.is_ascii_lowercase()) && primary != "xx" => Some(primary),
        3 => Lang::from_code(primary).and_then(two_letters).map(str::to_owned),
        _ => None,
    }
}

fn detected(title: &str, text: &str) -> Option<String> {
    let sample: String = title.chars().chain(" ".chars()).chain(text.chars()).take(LONGEST).collect();
    if let Some(code) = by_small_words(&sample) {
        return Some(code.to_owned());
    }
    if sample.chars().filter(|c| c.is_alphabetic()).take(SHORTEST).count() < SHORTEST {
        return None;
    }
    let info = whatlang::detect(&sample).filter(|info| info.is_reliable())?;
    two_letters(info.lang()).map(str::to_owned)
}

/// The language whose small words stand in `sample`, if those of no other do as well. Costs a fiftieth of comparing
/// trigrams, and settles nearly every text in the languages it knows.
fn by_small_words(sample: &str) -> Option<&'static str> {
    const AT_LEAST: usize = 3;
    let mut counts = [0usize; SMALL_WORDS.len()];
    for word in sample.split(|c: char| !c.is_alphabetic()).filter(|word| (1..=8).contains(&word.len())) {
        let is_lower = word.bytes().all(|byte| byte.is_ascii_lowercase());
        let word = if is_lower { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) };
        for language in SPOKEN.get(word.as_ref()).into_iter().flatten() {
            counts[*language] += 1;
        }
    }
    let best = (0..counts.len()).max_by_key(|language| counts[*language])?;
    let others: usize = counts.iter().sum::<usize>() - counts[best];
    (counts[best] >= AT_LEAST && counts[best] >= others * 4).then_some(SMALL_WORDS[best].0)
}

/// The languages that have a word, as places in [`SMALL_WORDS`].
static SPOKEN: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut spoken: HashMap<&str, Vec<usize>> = HashMap::new();
    for (language, (_, words)) in SMALL_WORDS.iter().enumerate() {
        words.iter().for_each(|word| spoken.entry(word).or_default().push(language));
    }
    spoken
});

/// Frequent words that the other languages here do not have.
const SMALL_WORDS: [(&str, &[&str]); 7] = [
    (
        "en",
        &[
            "the", "of", "and", "with", "that", "from", "has", "have", "his", "this", "by", "are", "were", "will",
            "their",
        ],
    ),
    (
        "de",
        &["der", "das", "und", "ist", "nicht", "eine", "mit", "auf", "für", "von", "sich", "auch", "wird", "im", "zu"],
    ),
    ("fr", &["le", "les", "des", "et", "une", "dans", "est", "qui", "avec", "aux", "cette", "sur", "pas", "été", "du"]),
    ("es", &["el", "los", "las", "y", "fue", "más", "según", "también", "pero", "sus", "está", "desde", "este", "ha"]),
    ("pt", &["uma", "não", "em", "dos", "ao", "são", "foi", "pelo", "pela", "os", "mais", "seu", "está", "um", "à"]),
    ("it", &["il", "gli", "di", "che", "è", "della", "nel", "sono", "dei", "delle", "alla", "anche", "più", "ha"]),
    ("nl", &["het", "een", "van", "niet", "voor", "zijn", "naar", "ook", "wordt", "deze", "bij", "aan", "dat", "werd"]),
];

/// The code of two letters for one of three (ISO 639).
fn two_letters(lang: Lang) -> Option<&'static str> {
    const CODES: &str = "eng en rus ru cmn zh spa es por pt ita it ben bn fra fr deu de ukr uk kat ka ara ar hin hi \
        jpn ja heb he yid yi pol pl amh am jav jv kor ko nob nb dan da swe sv fin fi tur tr nld nl hun hu ces cs ell el \
        bul bg bel be mar mr kan kn ron ro slv sl hrv hr srp sr mkd mk lit lt lav lv est et tam ta vie vi urd ur tha th \
        guj gu uzb uz pan pa aze az ind id tel te pes fa mal ml ori or mya my nep ne sin si khm km tuk tk aka ak zul zu \
        sna sn afr af lat la slk sk cat ca tgl tl hye hy cym cy epo eo";
    let mut codes = CODES.split_whitespace();
    std::iter::from_fn(|| Some((codes.next()?, codes.next()?)))
        .find(|(three, _)| *three == lang.code())
        .map(|(_, two)| two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_languages_are_folded() {
        for (declared, expected) in [("en-GB", "en"), ("EN_us", "en"), ("deu", "de"), (" fr ", "fr"), ("pes", "fa")] {
            assert_eq!(normalised(declared).as_deref(), Some(expected), "{declared}");
        }
        for declared in ["", "english", "x", "e1", "qqq"] {
            assert_eq!(normalised(declared), None, "{declared}");
        }
    }

    #[test]
    fn long_texts_are_recognised_and_short_ones_are_not() {
        let polish = "Rada gminy jednogłośnie postanowiła w środę wieczorem, że stary most nad rzeką zostanie zimą \
            wyremontowany, choć koszty będą prawdopodobnie wyższe, niż przewidywano w tegorocznym budżecie.";
        assert_eq!(language([], "Most", polish).as_deref(), Some("pl"));
        let text = "Der Gemeinderat hat am Abend einstimmig beschlossen, die alte Brücke über den Fluss im Winter zu erneuern.";
        assert_eq!(language([], "Brücke", text).as_deref(), Some("de"));
        assert_eq!(language(["en-us"], "Brücke", text).as_deref(), Some("en"));
        assert_eq!(language(["none"], "Brücke", ""), None);
    }

    #[test]
    fn every_language_that_can_be_detected_has_a_code() {
        for lang in Lang::all() {
            assert!(two_letters(*lang).is_some(), "{}", lang.code());
        }
    }
}
