//! Names under which outlets are cited, found in a text as runs of words.
//!
//! The configured outlets come first; wire agencies and widely cited houses are known without configuration. An
//! alias that fits several houses ("the Times", "the Post") is never taken for a name, whoever configured it.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

use super::{
    OutletNames,
    hasher::{FastMap, FastSet, Sieve},
    phrases::{self, Roles},
    words::{self, Word},
};

pub const OPENING: &[char] = &['»', '«', '"', '“', '”', '„', '‚', '‘', '\''];
pub const CLOSING: &[char] = &['»', '«', '"', '“', '”', '‘', '’', '\''];

/// What can stand between a quotation mark and a name.
pub const BLANKS: &[char] = &[' ', '\u{a0}', '\u{202f}'];

/// The outlets known without configuration; what a line holds is said in the file.
const KNOWN: &str = include_str!("houses.txt");

/// A mention of an outlet in a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    pub house: House,
    /// Words before it, and words up to its end.
    pub from: usize,
    pub to: usize,
    /// The words that are shown of one that is not listed: its name without "the newspaper".
    pub name: (usize, usize),
}

/// Which outlet a mention is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
    /// Index of the outlet.
    Listed(usize),
    /// None that is listed.
    Unlisted(Trust),
}

/// What says that a name which is not listed is an outlet, and with it which words of attribution count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A noun such as only outlets have.
    Noun,
    /// A name such as hardly anything else has: "Kathmandu Post".
    Name,
    /// A noun that others have as well: what leads to the name must say more.
    Lead,
    /// A noun that other pages have as well: "le site X".
    Site,
    /// A capital article behind a verb of newspapers: "titre Le Matinal".
    Print,
    /// Quotation marks alone, where German puts the one who is told.
    Told,
}

impl House {
    pub fn listed(self) -> Option<usize> {
        match self {
            Self::Listed(at) => Some(at),
            Self::Unlisted(_) => None,
        }
    }
}

impl Mention {
    pub fn of(outlet: usize, from: usize, to: usize) -> Self {
        Self { house: House::Listed(outlet), from, to, name: (from, to) }
    }
}

/// An outlet that can be cited.
#[derive(Clone, Debug, PartialEq)]
pub struct Citable {
    /// Key of a configured outlet, else its name.
    pub key: String,
    pub agency: bool,
    names: Vec<Name>,
    domains: Vec<String>,
}

/// The words of a name.
#[derive(Clone, Debug, PartialEq)]
struct Name {
    words: Vec<Part>,
    /// Only behind a capital article: "The Information" is a newspaper, "the information" is none.
    with_article: bool,
    /// "Canal+" is a channel, "canal" is none.
    with_plus: bool,
    place: Place,
}

/// Where a name that is a common word as well counts.
#[derive(Clone, Debug, Default, PartialEq)]
enum Place {
    #[default]
    Anywhere,
    /// In quotation marks, behind a word such as "newspaper" or before a compound ("Zeit-Interview"), and behind one of
    /// these words: "dem Stern" is a magazine, "a Stern report" need not be.
    Marked(Vec<u32>),
    /// Not behind one of these words: one looks "in den Spiegel".
    NotBehind(Vec<u32>),
    /// Only behind one of these words: "diario ABC" is another house than "CBS and ABC".
    Behind(Vec<u32>),
    /// As a domain, "Spiegel.de".
    Dotted,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    exact: u32,
    /// Russian names are declined ("по данным «Медузы»"); of other scripts this is the word as written.
    term: u32,
    capital: bool,
}

impl Part {
    fn is(&self, word: &Word) -> bool {
        (word.exact == self.exact || word.term == self.term) && (word.capital || !self.capital)
    }
}

impl Name {
    /// `None` when there is no word in it.
    fn new(name: &str) -> Option<Self> {
        let name = part_elisions(name);
        let is_declined = name.chars().any(|c| matches!(c, 'а'..='я' | 'А'..='Я'));
        let part = |word: &Word| Part {
            exact: word.exact,
            term: if is_declined { word.term } else { word.exact },
            capital: word.capital && !is_elided(&name, word),
        };
        let with_article = name.starts_with('=');
        let all = words::split(&name);
        let skip = usize::from(all.len() > 1 && all[0].exact == words::hash("the"));
        let words: Vec<Part> = all[skip..].iter().map(part).collect();
        let with_plus = name.trim_end().ends_with('+');
        (!words.is_empty()).then_some(Self { words, with_article, with_plus, place: Place::default() })
    }

    /// A name of [`KNOWN`], with the words it counts behind.
    fn known(name: &str) -> Option<Self> {
        let Some((name, behind)) = name.split_once('~') else { return Self::new(name) };
        let hashes = |words: &str| words.split_whitespace().map(words::hash_folded).collect();
        let place = match behind.split_at_checked(1) {
            Some(("=", words)) => Place::Behind(hashes(words)),
            Some(("!", words)) => Place::NotBehind(hashes(words)),
            _ => Place::Marked(hashes(behind)),
        };
        Self::new(name).map(|name| Self { place, ..name })
    }

    fn domain(domain: &str) -> Option<Self> {
        Self::new(domain).map(|name| Self { place: Place::Dotted, ..name })
    }

    fn len(&self) -> usize {
        self.words.len()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.words.iter().map(|part| part.exact).eq(other.words.iter().map(|part| part.exact))
    }

    fn exact(&self) -> Vec<u32> {
        self.words.iter().map(|part| part.exact).collect()
    }

    /// Whether the name stands at a place among the words of a text; `is_listed`: as one of several outlets.
    fn stands_at(&self, words: &[Word], at: usize, text: &str, is_listed: bool) -> bool {
        let (before, here) = words.split_at(at);
        let last = before.last();
        let end = here.get(self.words.len() - 1).map_or(text.len(), |word| word.end);
        here.len() >= self.words.len()
            && (!self.with_plus || text[end..].starts_with('+'))
            && self.words.iter().zip(here).all(|(part, word)| part.is(word))
            && (!self.with_article || last.is_some_and(|word| word.capital && word.exact == words::hash("the")))
            && self.place.fits(before, here, self.words.len(), text, is_listed)
    }
}

impl Place {
    /// `here`: the words from the name on, of which so many are the name; `is_listed`: another outlet stands before it.
    fn fits(&self, before: &[Word], here: &[Word], length: usize, text: &str, is_listed: bool) -> bool {
        let (name, next) = here.split_at(length);
        let last = before.last();
        match self {
            Self::Anywhere => true,
            Self::Marked(words) => {
                let (lead, rest) = (&text[..name[0].start], &text[name[length - 1].end..]);
                let is_behind = |word: &Word| words.contains(&word.exact) && is_beside(word, &name[0], text);
                let is_piece = |word: &Word| phrases::roles(word.exact).any(Roles::PIECE | Roles::STAFF);
                // "der Sonntagszeitung «Le Matin»": not a name, but what the next one is.
                let presents = rest.strip_prefix(' ').is_some_and(|next| next.starts_with(OPENING));
                let is_quoted = lead.ends_with(OPENING) && rest.starts_with(CLOSING);
                let is_compound = rest.starts_with('-') && next.first().is_some_and(is_piece);
                let is_led = last.is_some_and(is_behind) || is_typed(before, &name[0], text);
                // "Le Matin du Golfe" is another newspaper than "Le Matin".
                let is_longer = next.get(1).is_some_and(|word| word.capital)
                    && ["de", "du", "del", "d"].contains(&&text[next[0].start..next[0].end])
                    && rest.starts_with(' ');
                !presents
                    && (is_quoted || !is_longer)
                    && (is_quoted || is_compound || is_led || is_listed || is_attributed(before, next, length > 1))
            }
            Self::Behind(words) => {
                // "según The Sun": the English article is a part of the name.
                let the = last.is_some_and(|word| word.capital && word.exact == words::hash("the"));
                let last = before.iter().rev().nth(usize::from(the));
                last.is_some_and(|word| words.contains(&word.exact))
            }
            Self::NotBehind(words) => !last.is_some_and(|word| words.contains(&word.exact)),
            Self::Dotted => name.windows(2).all(|pair| &text[pair[0].end..pair[1].start] == "."),
        }
    }
}

/// "und die": what can stand between two outlets of a list.
fn is_list(between: &[Word]) -> bool {
    let has = |word: &Word, role: Roles| phrases::roles(word.exact).has(role);
    match between {
        [and] => has(and, Roles::CONNECTIVE),
        [and, article] => has(and, Roles::CONNECTIVE) && has(article, Roles::ARTICLE),
        _ => false,
    }
}

/// Whether nothing but an opening quotation mark stands between a word and a name.
fn is_beside(word: &Word, name: &Word, text: &str) -> bool {
    text[word.end..name.start].chars().all(|c| c == ' ' || OPENING.contains(&c))
}

/// "al diario ecuatoriano El Universo": what kind of outlet it is stands before the name.
fn is_typed(before: &[Word], name: &Word, text: &str) -> bool {
    let presents = |word: &Word| phrases::roles(word.exact).any(Roles::DESCRIPTOR | Roles::OF);
    let kind = before.iter().rev().take(5).take_while(|word| presents(word));
    let kind = kind.clone().position(|word| phrases::roles(word.exact).has(Roles::TYPE));
    let Some(from) = kind.map(|at| before.len() - 1 - at) else { return false };
    let next = before[from + 1..].iter().chain([name]);
    before[from..].iter().zip(next).all(|(word, next)| is_beside(word, next, text))
}

/// Whether words of attribution stand right beside a name: "según cuenta AS", "Bericht von Sky", "der Kicker meldet".
fn is_attributed(before: &[Word], next: &[Word], is_long: bool) -> bool {
    let roles = |word: &Word| phrases::roles(word.exact);
    let articles = before.iter().rev().take(1).filter(|word| roles(word).has(Roles::ARTICLE)).count();
    let is_time = |word: &Roles| {
        word.has(Roles::BETWEEN) && !word.any(Roles::INVERTED | Roles::ARTICLE | Roles::ACCORDING | Roles::OF)
    };
    let mut lead = before[..before.len() - articles].iter().rev().map(roles).skip_while(is_time);
    let first = lead.next().unwrap_or_default();
    let preposition = Roles::OF | Roles::IN | Roles::WITH | Roles::ON | Roles::A;
    let piece = Roles::PIECE | Roles::TALK | Roles::WRITTEN | Roles::CONFIDES;
    let is =
        |word: Roles| first.any(preposition) && word.any(piece) || first.has(Roles::BY) && word.has(Roles::PASSIVE);
    let is_piece = lead.next().is_some_and(is);
    let reports = (articles > 0 || is_long) && next.first().is_some_and(|word| roles(word).has(Roles::REPORTS));
    let names = before[..before.len() - articles].iter().rev().skip(1).take(3).take_while(|word| word.capital).count();
    let speaker = before.iter().rev().nth(articles + 1 + names);
    let is_told = first.has(Roles::A) && names > 0 && speaker.is_some_and(|word| roles(word).has(Roles::CONFIDES));
    is_told || is_piece || reports || first.any(Roles::ACCORDING | Roles::INVERTED | Roles::REPORTS)
}

/// Letters of the shortest name that is compared by its letters alone.
const SHORTEST: usize = 4;

/// What a document's own outlet is called.
#[derive(Clone, Debug, Default)]
pub struct Own {
    pub listed: Vec<usize>,
    /// The letters of its key and of its host.
    spelled: Vec<String>,
}

impl Own {
    /// Whether a name that is not listed is its own: "El Faro" of elfaro.example.
    pub fn is_called(&self, name: &str) -> bool {
        let name = letters(name);
        name.len() >= SHORTEST && self.spelled.iter().any(|own| own.contains(&name) || name.contains(own))
    }
}

/// The folded letters and digits of a name.
fn letters(name: &str) -> String {
    name.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name among those of one first word.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Hundreds begin with "El" and "La".
    second: Option<Part>,
    outlet: usize,
    which: usize,
}

/// All names, by their first word.
#[derive(Debug, Default)]
pub struct Names {
    outlets: Vec<Citable>,
    by_first: FastMap<u32, Vec<Entry>>,
    /// First bits of the keys of `by_first`.
    firsts: Sieve,
    by_key: HashMap<String, usize>,
    by_domain: HashMap<String, usize>,
}

impl Names {
    /// Names of the configured outlets and of those built in that are not among them.
    pub fn new(configured: &[OutletNames]) -> Self {
        let mut outlets: Vec<Citable> = configured.iter().map(citable).collect();
        KNOWN_OUTLETS.iter().for_each(|known| add_known(&mut outlets, configured.len(), known));
        let mut by_first: FastMap<u32, Vec<Entry>> = FastMap::default();
        for (at, outlet) in outlets.iter().enumerate() {
            for (which, name) in outlet.names.iter().enumerate() {
                let first = name.words[0];
                let entry = Entry { second: name.words.get(1).copied(), outlet: at, which };
                by_first.entry(first.exact).or_default().push(entry);
                if first.term != first.exact {
                    by_first.entry(first.term).or_default().push(entry);
                }
            }
        }
        for found in by_first.values_mut() {
            found.sort_by_key(|one| (std::cmp::Reverse(outlets[one.outlet].names[one.which].len()), one.outlet));
        }
        let numbered = || outlets.iter().enumerate().rev();
        let by_key = numbered().map(|(at, outlet)| (outlet.key.clone(), at)).collect();
        let by_domain =
            numbered().flat_map(|(at, outlet)| outlet.domains.iter().map(move |d| (d.clone(), at))).collect();
        let firsts = Sieve::new(16, by_first.keys().map(|first| first >> 16));
        Self { outlets, by_first, firsts, by_key, by_domain }
    }

    pub fn outlet(&self, at: usize) -> &Citable {
        &self.outlets[at]
    }

    /// Which outlets a document is from: by its key, a name, or the host of its URL.
    pub fn own(&self, outlet: &str, url: Option<&str>) -> Own {
        let mut found: Vec<usize> = self.by_key.get(outlet).into_iter().copied().collect();
        let name = folded(outlet);
        let named = name.first().and_then(|first| self.by_first.get(first)).into_iter().flatten();
        let is_so_named = |one: &&Entry| self.outlets[one.outlet].names[one.which].exact() == name;
        found.extend(named.filter(is_so_named).map(|one| one.outlet));
        for host in [url.and_then(host).unwrap_or_default(), outlet] {
            found.extend(self.of_host(host));
        }
        let mut seen = FastSet::default();
        found.retain(|at| seen.insert(*at as u64));
        let spelled = [outlet, url.and_then(host).unwrap_or_default()].map(letters);
        Own { listed: found, spelled: spelled.into_iter().filter(|name| name.len() >= SHORTEST).collect() }
    }

    /// The outlet of the longest domain that a host lies in.
    fn of_host(&self, host: &str) -> Option<usize> {
        let starts = std::iter::once(0).chain(host.match_indices('.').map(|(at, _)| at + 1));
        starts.take(8).find_map(|at| self.by_domain.get(&host[at..]).copied())
    }

    /// Every mention, the longest name at each place, in order.
    pub fn mentions(&self, words: &[Word], text: &str) -> Vec<Mention> {
        let mut found: Vec<Mention> = Vec::new();
        let mut from = 0;
        while from < words.len() {
            let is_listed = found.last().is_some_and(|last| is_list(&words[last.to..from]));
            let longest = |first: u32| {
                let names = self.firsts.holds(first >> 16).then(|| self.by_first.get(&first))??;
                let next = words.get(from + 1);
                let goes_on = |one: &&Entry| one.second.is_none_or(|part| next.is_some_and(|word| part.is(word)));
                let stands =
                    |one: &&Entry| self.outlets[one.outlet].names[one.which].stands_at(words, from, text, is_listed);
                names.iter().filter(goes_on).find(stands)
            };
            match longest(words[from].exact)
                .or_else(|| longest(words[from].term).filter(|_| words[from].term != words[from].exact))
            {
                Some(&Entry { outlet, which, .. }) => {
                    let to = from + self.outlets[outlet].names[which].len();
                    found.push(Mention::of(outlet, from, to));
                    from = to;
                }
                None => from += 1,
            }
        }
        found
    }

    /// The one outlet of those `named` in the document that a word such as "Times" can stand for; none when it can be
    /// one of `own`.
    pub fn by_alias(&self, word: Word, named: &[usize], own: &[usize]) -> Option<usize> {
        if !word.capital || named.is_empty() {
            return None;
        }
        let ends_so = |at: usize| {
            self.outlets[at].names.iter().any(|name| name.words.last().is_some_and(|last| last.exact == word.exact))
        };
        let mut owners: Vec<usize> = named.iter().chain(own).copied().filter(|at| ends_so(*at)).collect();
        owners.sort_unstable();
        owners.dedup();
        match owners[..] {
            [only] if !own.contains(&only) && ambiguous().contains(&vec![word.exact]) => Some(only),
            _ => None,
        }
    }
}

/// Whether a word of a name is the "L" of "L’Équipe", which is small within a sentence.
fn is_elided(name: &str, word: &Word) -> bool {
    word.end - word.start == 1 && name[word.end..].starts_with("  ")
}

/// Parts "l'AFP" and "d'El País" in two, in as many bytes: an article before a capital is no part of the name.
pub fn part_elisions(text: &str) -> Cow<'_, str> {
    let mut parted: Option<String> = None;
    for (at, mark) in text.match_indices(['\'', '’']) {
        let (mut before, after) = (text[..at].chars().rev(), text[at + mark.len()..].chars().next());
        let is_elided = before.next().is_some_and(|c| matches!(c, 'l' | 'L' | 'd' | 'D'))
            && !before.next().is_some_and(char::is_alphanumeric)
            && after.is_some_and(char::is_uppercase);
        if is_elided {
            let blank = &"   "[..mark.len()];
            parted.get_or_insert_with(|| text.to_owned()).replace_range(at..at + mark.len(), blank);
        }
    }
    parted.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn citable(outlet: &OutletNames) -> Citable {
    let is_plain = |name: &Name| !ambiguous().contains(&name.exact());
    let names = outlet.names.iter().filter_map(|name| Name::new(name)).filter(is_plain);
    let names = names.chain(outlet.domains.iter().filter_map(|domain| Name::domain(domain))).collect();
    Citable { key: outlet.key.clone(), agency: false, names, domains: outlet.domains.clone() }
}

/// The outlets of [`KNOWN`].
static KNOWN_OUTLETS: LazyLock<Vec<Citable>> = LazyLock::new(|| {
    let known = |line: &str| {
        let (names, domains) = line.trim_start_matches('*').split_once('|').unwrap_or((line, ""));
        Citable {
            key: names.split([',', '~']).next().unwrap_or_default().trim().trim_start_matches('=').to_owned(),
            agency: line.starts_with('*'),
            names: names
                .split(',')
                .filter_map(Name::known)
                .chain(domains.split_whitespace().filter_map(Name::domain))
                .collect(),
            domains: domains.split_whitespace().map(str::to_owned).collect(),
        }
    };
    KNOWN.lines().filter(|line| !line.starts_with('#')).map(known).collect()
});

/// Adds what is known to the configured outlet of that name, or else of that domain; one that is not configured is an
/// outlet of its own.
fn add_known(outlets: &mut Vec<Citable>, configured: usize, known: &Citable) {
    let is_named = |one: &Citable| one.names.iter().any(|name| known.names.iter().any(|other| other.is_same(name)));
    let is_housed = |one: &Citable| one.domains.iter().any(|domain| known.domains.contains(domain));
    let own = &outlets[..configured];
    match own.iter().position(is_named).or_else(|| own.iter().position(is_housed)) {
        Some(at) => {
            outlets[at].agency |= known.agency;
            outlets[at].names.extend(known.names.iter().cloned());
            outlets[at].domains.extend(known.domains.iter().cloned());
        }
        None => outlets.push(known.clone()),
    }
}

/// The words of a name without its article.
fn folded(name: &str) -> Vec<u32> {
    let words = words::split(name);
    let skip = usize::from(words.len() > 1 && words[0].exact == words::hash("the"));
    words[skip..].iter().map(|word| word.exact).collect()
}

/// Whether a name fits several houses.
pub fn is_ambiguous(name: &[u32]) -> bool {
    ambiguous().contains(name)
}

fn ambiguous() -> &'static FastSet<Vec<u32>> {
    static AMBIGUOUS: LazyLock<FastSet<Vec<u32>>> = LazyLock::new(|| AMBIGUOUS_NAMES.split(',').map(folded).collect());
    &AMBIGUOUS
}

fn host(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#', ':']).next()
}

const AMBIGUOUS_NAMES: &str = "Times,Post,Journal,Guardian Weekly,Sun,Mail,Star,Mirror,Independent,Observer,Herald,Tribune,\
    Globe,Standard,Telegraph,Chronicle,Gazette,News,Express,Record,Spiegel TV,Time,Welt,Zeit,Monde,Pais,Mundo,Bild am";
