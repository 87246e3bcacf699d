//! Folding: what makes `Müller`, `MULLER` and `Mu\u{308}ller` one word.
//!
//! Works on one word at a time and knows nothing of where words begin; see [`super::words`].

use unicode_normalization::UnicodeNormalization;

/// Appends the folded form of one word to `out`: NFKC, full case folding, no diacritics, straight apostrophes, and
/// nothing of what is invisible. Folding twice gives the same as folding once.
pub(super) fn fold_into(word: &str, out: &mut String) {
    if word.is_ascii() {
        out.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        return;
    }
    let mut base = ' ';
    let mut plain = String::with_capacity(word.len());
    for c in word.chars().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase).nfkd() {
        if !is_diacritic(c) || is_letter_of_its_own(base, c) {
            // Decomposing can bring back a capital (the modifier letter ꟸ is a small Ħ).
            c.to_lowercase().for_each(|c| push_folded(c, &mut plain));
            base = c;
        }
    }
    out.extend(plain.nfc());
}

/// The folded form of a whole string.
pub(super) fn fold(word: &str) -> String {
    let mut out = String::new();
    fold_into(word, &mut out);
    out
}

/// Letters that decompose to nothing simpler, yet are typed without their stroke or as two letters.
fn push_folded(c: char, out: &mut String) {
    let folded = match c {
        'ß' => "ss",
        'ς' => "σ",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'þ' => "th",
        'æ' => "ae",
        'œ' => "oe",
        '’' | '‘' | 'ʼ' | '＇' => "'",
        '״' => "\"",
        _ => return out.push(c),
    };
    out.push_str(folded);
}

/// Marks of scripts in which readers leave them out: Latin, Greek, Cyrillic, Hebrew, Arabic. The vowel signs of Indic
/// scripts and the voicing marks of kana tell words apart and stay.
fn is_diacritic(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0591..=0x05BD | 0x05BF | 0x05C1..=0x05C2 | 0x05C4..=0x05C5 | 0x05C7
        | 0x0640 | 0x064B..=0x065F | 0x0670 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// й is no и with an ornament: the breve makes another letter of it.
fn is_letter_of_its_own(base: char, mark: char) -> bool {
    base == 'и' && mark == '\u{306}'
}

/// Characters that a reader cannot see: soft hyphen, zero-width characters, joiners, bidi controls, variation
/// selectors. Words are recognised as if they were not there.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xE0000..=0xE0FFF)
}

/// Scripts written without blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese): there a search finds
/// parts of a run.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF)
}

/// Whether a character beside a word means something when it is searched for (`C++`, `AT&T`, `$TSLA`), as opposed to
/// punctuation, which never does.
pub(super) fn is_symbol(c: char) -> bool {
    match c {
        '+' | '#' | '&' | '@' | '$' | '%' | '=' | '^' | '~' | '<' | '>' | '|' | '*' => true,
        _ if c.is_ascii() || c.is_alphanumeric() => false,
        _ => matches!(u32::from(c),
            0xA2..=0xA7 | 0xA9 | 0xAC | 0xAE | 0xB0 | 0xB1 | 0xD7 | 0xF7 | 0x20A0..=0x20C0 | 0x2100..=0x2BFF
            | 0x1F000..=0x1FAFF),
    }
}

/// Full-width forms of ASCII symbols, as East Asian feeds write them, made plain.
pub(super) fn plain_symbol(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0xFFE1 => '£',
        0xFFE5 => '¥',
        _ => c,
    }
}
