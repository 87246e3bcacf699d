//! Texts whose words are known beforehand, and where on them the leaves of a query are, by trying every place.

use super::ask::Leaf;

/// A thing that texts have and queries ask for.
pub(super) struct Piece {
    /// How a query names it.
    pub named: &'static str,
    /// How it may stand in a text; the first is what `=` asks for.
    pub forms: &'static [&'static str],
    /// Its words, folded; those of a script without blanks touch one another.
    pub words: &'static [&'static str],
    pub touching: bool,
    /// Symbols around it.
    pub lead: &'static str,
    pub trail: &'static str,
    /// Inflected forms of one English word have one family.
    pub family: &'static str,
}

const fn word(named: &'static str, forms: &'static [&'static str], words: &'static [&'static str]) -> Piece {
    Piece { named, forms, words, touching: false, lead: "", trail: "", family: "" }
}

const fn run(named: &'static str, forms: &'static [&'static str], words: &'static [&'static str]) -> Piece {
    Piece { touching: true, ..word(named, forms, words) }
}

pub(super) const PIECES: &[Piece] = &[
    word("alpha", &["alpha", "Alpha", "ALPHA", "alpha’s", "Alpha's"], &["alpha"]),
    word("gamma", &["gamma", "Gamma", "“gamma”"], &["gamma"]),
    word("gammon", &["gammon"], &["gammon"]),
    word("Épée", &["Épée", "epee", "E\u{301}pe\u{301}e", "EPEE's"], &["epee"]),
    word("Straße", &["Straße", "strasse", "STRASSE"], &["strasse"]),
    word("U.S.", &["U.S.", "US", "U.S.’s"], &["us"]),
    word("COVID-19", &["COVID-19", "covid 19", "Covid–19"], &["covid", "19"]),
    word("l'Iran", &["l'Iran", "l’Iran"], &["l", "iran"]),
    word("iran", &["iran", "Iran", "Iran’s"], &["iran"]),
    word("שלום", &["שלום", "שָׁלוֹם"], &["שלום"]),
    run("東京", &["東京"], &["東", "京"]),
    run("京都", &["京都"], &["京", "都"]),
    run("ไทย", &["ไทย"], &["ไ", "ท", "ย"]),
    Piece { trail: "++", ..word("\"C++\"", &["C++", "c++"], &["c"]) },
    Piece { lead: "$", ..word("\"$TSLA\"", &["$TSLA", "$tsla"], &["tsla"]) },
    word("tsla", &["TSLA", "tsla"], &["tsla"]),
    word("c", &["c", "C"], &["c"]),
    Piece { family: "strike", ..word("strike", &["strike", "Strike's"], &["strike"]) },
    Piece { family: "strike", ..word("strikes", &["strikes"], &["strikes"]) },
    Piece { family: "strike", ..word("striking", &["striking", "STRIKING"], &["striking"]) },
    Piece { lead: "#", ..word("\"#alpha\"", &["#alpha", "#Alpha"], &["alpha"]) },
];

/// What stands between two pieces of a text; `\n` begins a paragraph.
const GAPS: &[&str] = &[" ", ", ", " – ", ". ", " \u{200B}", "\n", " 🔥 "];

/// A word of a text, or the end of a paragraph.
#[derive(Clone, Debug)]
struct Token {
    word: &'static str,
    /// The form of the piece it belongs to, when the piece is one word.
    raw: Option<&'static str>,
    touches: bool,
    lead: &'static str,
    trail: &'static str,
    family: &'static str,
    is_break: bool,
}

/// A page: its text, and what stands in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub text: String,
    tokens: Vec<Token>,
}

/// First and last word.
pub(super) type Span = (usize, usize);

impl Page {
    /// Of pieces, each with its form and the gap before it.
    pub(super) fn of(written: &[(usize, usize, usize)]) -> Self {
        let mut page = Self::default();
        let mut before: Option<&Piece> = None;
        for &(piece, form, gap) in written {
            let piece = &PIECES[piece];
            // Two runs of one script can stand together without a blank; anything else would make other words.
            let glued = gap % 3 == 0 && before.is_some_and(|before| is_one_script(before, piece));
            let gap = GAPS[gap % GAPS.len()];
            if before.is_some() && !glued {
                page.push_gap(gap);
            }
            page.push(piece, form, glued);
            before = Some(piece);
        }
        page
    }

    fn push_gap(&mut self, gap: &str) {
        self.text += gap;
        if gap == "\n" {
            let (word, lead, trail, family) = ("", "", "", "");
            self.tokens.push(Token { word, raw: None, touches: false, lead, trail, family, is_break: true });
        }
    }

    fn push(&mut self, piece: &Piece, form: usize, glued: bool) {
        let form = piece.forms[form % piece.forms.len()];
        self.text += form;
        for (nth, word) in piece.words.iter().enumerate() {
            let raw = (piece.words.len() == 1).then_some(form);
            let touches = piece.touching && (nth > 0 || glued);
            let is_last = nth + 1 == piece.words.len();
            let (lead, trail) = (if nth == 0 { piece.lead } else { "" }, if is_last { piece.trail } else { "" });
            let family = piece.family;
            self.tokens.push(Token { word, raw, touches, lead, trail, family, is_break: false });
        }
    }

    /// Every place of any of the leaves.
    pub(super) fn places(&self, leaves: &[Leaf], stem: bool) -> Vec<Span> {
        let of_leaf = |leaf| (0..self.tokens.len()).flat_map(move |start| self.places_at(leaf, start, stem));
        leaves.iter().flat_map(of_leaf).collect()
    }

    fn places_at(&self, leaf: &Leaf, start: usize, stem: bool) -> Vec<Span> {
        let token = &self.tokens[start];
        let here = |is_here: bool| if is_here && !token.is_break { vec![(start, start)] } else { Vec::new() };
        match leaf {
            Leaf::Exact(piece) => {
                let there = token.raw.map(|raw| raw.trim_matches(['“', '”']).trim_start_matches('#'));
                here(there == Some(PIECES[*piece].forms[0]))
            }
            Leaf::Prefix(piece, letters) => {
                here(token.word.chars().take(*letters).eq(PIECES[*piece].words[0].chars().take(*letters)))
            }
            Leaf::Wild(piece, open) => {
                let wanted: Vec<char> = PIECES[*piece].words[0].chars().collect();
                let there: Vec<char> = token.word.chars().collect();
                here(wanted.len() == there.len() && (0..wanted.len()).all(|at| at == *open || wanted[at] == there[at]))
            }
            Leaf::Phrase { pieces, slop } => {
                let words = |&piece: &usize| (0..PIECES[piece].words.len()).map(move |nth| (&PIECES[piece], nth));
                let wanted: Vec<(&Piece, usize)> = pieces.iter().flat_map(words).collect();
                self.follow(&wanted, start, *slop, stem).into_iter().map(|end| (start, end)).collect()
            }
        }
    }

    /// Where a row of words can end that has its first word at `at`.
    fn follow(&self, wanted: &[(&Piece, usize)], at: usize, slop: usize, stem: bool) -> Vec<usize> {
        let Some((&(piece, nth), rest)) = wanted.split_first() else { return Vec::new() };
        if !self.is_word(at, piece, nth, stem) {
            return Vec::new();
        }
        let Some((next_piece, next_nth)) = rest.first() else { return vec![at] };
        let mut ends = Vec::new();
        for next in at + 1..=at + 1 + slop {
            let is_broken = self.tokens.get(next).is_none_or(|token| token.is_break);
            if is_broken {
                break;
            }
            let token = &self.tokens[next];
            let must_touch = next_piece.touching && *next_nth > 0;
            if !must_touch || (next == at + 1 && token.touches) {
                ends.extend(self.follow(rest, next, slop - (next - at - 1), stem));
            }
        }
        ends
    }

    fn is_word(&self, at: usize, piece: &Piece, nth: usize, stem: bool) -> bool {
        let Some(token) = self.tokens.get(at).filter(|token| !token.is_break) else { return false };
        let is_last = nth + 1 == piece.words.len();
        let lead = nth > 0 || piece.lead.is_empty() || token.lead == piece.lead;
        let trail = !is_last || piece.trail.is_empty() || token.trail == piece.trail;
        let is_form = stem && !piece.family.is_empty() && token.family == piece.family;
        (token.word == piece.words[nth] || is_form) && lead && trail
    }

    /// Whether no more than so many words, and no paragraph's end, lie between.
    pub(super) fn is_within(&self, a: Span, b: Span, words: usize) -> bool {
        b.0 > a.1 && b.0 - a.1 - 1 <= words && !self.tokens[a.1..b.0].iter().any(|token| token.is_break)
    }

    /// The most places that do not overlap, by trying to take and to leave out each.
    pub(super) fn most_apart(&self, places: &[Span], from: usize) -> usize {
        if from >= self.tokens.len() {
            return 0;
        }
        let without = self.most_apart(places, from + 1);
        let here = places.iter().filter(|place| place.0 == from);
        here.map(|place| 1 + self.most_apart(places, place.1 + 1)).max().unwrap_or(0).max(without)
    }
}

fn is_one_script(a: &Piece, b: &Piece) -> bool {
    let is_han = |piece: &Piece| piece.named.contains('京');
    a.touching && b.touching && is_han(a) == is_han(b)
}
