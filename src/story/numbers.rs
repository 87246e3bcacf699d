//! Numbers in headlines, however they are written.

use super::words::Word;

/// The numbers of a headline in one form: "2,000" and "2000", "twelve" and "12", "$5m" and "5 million".
pub fn numbers(text: &str, words: &[Word]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let written = text[word.start..word.end].to_lowercase();
        let Some((mut digits, mut scale)) = number(&written) else { continue };
        // `words::split` ends a word at the point of "3.5".
        while let Some(next) = words.get(at).filter(|next| is_fraction(text, &words[at - 1], next)) {
            let (part, suffix) = number(&text[next.start..next.end].to_lowercase()).unwrap_or_default();
            let joins = if part.len() == 3 { "" } else { "." };
            (digits, scale) = (format!("{digits}{joins}{part}"), suffix);
            at += 1;
        }
        if let Some(named) = words.get(at).and_then(|next| magnitude(&text[next.start..next.end].to_lowercase())) {
            scale = named;
            at += 1;
        }
        found.push(format!("{digits}{scale}"));
    }
    found
}

fn is_fraction(text: &str, word: &Word, next: &Word) -> bool {
    word.number && next.number && matches!(&text[word.end..next.start], "." | ",")
}

/// Digits and the scale that stands right behind them ("5m").
pub fn number(written: &str) -> Option<(String, &'static str)> {
    if let Some((_, digits)) = NUMBER_WORDS.iter().find(|(names, _)| names.split(' ').any(|name| name == written)) {
        return Some(((*digits).to_owned(), ""));
    }
    let end = written.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(written.len());
    // Three digits behind a comma are thousands, anything else is a fraction.
    let digits = written[..end].split(',').fold(String::new(), |known, group| match (known.is_empty(), group.len()) {
        (true, _) | (false, 0 | 3) => known + group,
        _ => format!("{known}.{group}"),
    });
    (!digits.is_empty()).then(|| (digits, magnitude(&written[end..]).unwrap_or("")))
}

pub fn magnitude(word: &str) -> Option<&'static str> {
    MAGNITUDES.iter().find(|(names, _)| names.split(' ').any(|name| name == word)).map(|(_, scale)| *scale)
}

/// A name of a magnitude alone is one of a number that stands elsewhere.
const MAGNITUDES: &[(&str, &str)] = &[
    ("k thousand tausend mille mil тысяч тысячи тысяча тыс", " thousand"),
    ("m mn mln million millions millionen mio millón millones миллион миллиона миллионов млн", " million"),
    (
        "bn b billion billions milliarde milliarden mrd milliard milliards миллиард миллиарда миллиардов млрд",
        " billion",
    ),
    ("tn trillion trillions billionen трлн триллион триллионов", " trillion"),
];

const NUMBER_WORDS: &[(&str, &str)] = &[
    ("two zwei deux dos два две", "2"),
    ("three drei trois tres три", "3"),
    ("four vier quatre cuatro четыре", "4"),
    ("five fünf cinq cinco пять", "5"),
    ("six sechs seis шесть", "6"),
    ("seven sieben sept siete семь", "7"),
    ("eight acht huit ocho восемь", "8"),
    ("nine neun neuf nueve девять", "9"),
    ("ten zehn dix diez десять", "10"),
    ("eleven elf onze once одиннадцать", "11"),
    ("twelve zwölf douze doce двенадцать", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("hundred hundert cent cien сто", "100"),
];
