//! Names under which outlets are cited, found in a text as runs of words.
//!
//! The configured outlets come first; wire agencies and widely cited houses are known without configuration. An
//! alias that fits several houses ("the Times", "the Post") is never taken for a name, whoever configured it.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use super::{
    OutletNames,
    hasher::{FastMap, FastSet},
    words::{self, Word},
};

/// The outlets known without configuration; what a line holds is said in the file.
const KNOWN: &str = include_str!("houses.txt");

/// A mention of an outlet in a list of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Index of the outlet.
    pub outlet: usize,
    /// Words before it, and words up to its end.
    pub from: usize,
    pub to: usize,
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
    /// Only behind one of these words, where there are any: "dem Stern" is a magazine, "a Stern report" need not be.
    behind: Vec<u32>,
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
            capital: word.capital,
        };
        let with_article = name.starts_with('=');
        let all = words::split(&name);
        let skip = usize::from(all.len() > 1 && all[0].exact == words::hash("the"));
        let words: Vec<Part> = all[skip..].iter().map(part).collect();
        (!words.is_empty()).then_some(Self { words, with_article, behind: Vec::new() })
    }

    /// A name of [`KNOWN`], with the words it counts behind.
    fn known(name: &str) -> Option<Self> {
        let (name, behind) = name.split_once('~').unwrap_or((name, ""));
        let behind = behind.split_whitespace().map(words::hash_folded).collect();
        Self::new(name).map(|name| Self { behind, ..name })
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

    /// Whether the name stands at a place among words.
    fn stands_at(&self, words: &[Word], at: usize) -> bool {
        let (before, here) = words.split_at(at);
        let last = before.last();
        here.len() >= self.words.len()
            && self.words.iter().zip(here).all(|(part, word)| part.is(word))
            && (!self.with_article || last.is_some_and(|word| word.capital && word.exact == words::hash("the")))
            && (self.behind.is_empty() || last.is_some_and(|word| self.behind.contains(&word.exact)))
    }
}

/// All names, by their first word.
#[derive(Debug, Default)]
pub struct Names {
    outlets: Vec<Citable>,
    by_first: FastMap<u32, Vec<(usize, usize)>>,
    by_key: HashMap<String, usize>,
    by_domain: HashMap<String, usize>,
}

impl Names {
    /// Names of the configured outlets and of those built in that are not among them.
    pub fn new(configured: &[OutletNames]) -> Self {
        let mut outlets: Vec<Citable> = configured.iter().map(citable).collect();
        KNOWN_OUTLETS.iter().for_each(|known| add_known(&mut outlets, configured.len(), known));
        let mut by_first: FastMap<u32, Vec<(usize, usize)>> = FastMap::default();
        for (at, outlet) in outlets.iter().enumerate() {
            for (which, name) in outlet.names.iter().enumerate() {
                let first = name.words[0];
                by_first.entry(first.exact).or_default().push((at, which));
                if first.term != first.exact {
                    by_first.entry(first.term).or_default().push((at, which));
                }
            }
        }
        for found in by_first.values_mut() {
            found.sort_by_key(|(at, which)| (std::cmp::Reverse(outlets[*at].names[*which].len()), *at));
        }
        let numbered = || outlets.iter().enumerate().rev();
        let by_key = numbered().map(|(at, outlet)| (outlet.key.clone(), at)).collect();
        let by_domain =
            numbered().flat_map(|(at, outlet)| outlet.domains.iter().map(move |d| (d.clone(), at))).collect();
        Self { outlets, by_first, by_key, by_domain }
    }

    pub fn outlet(&self, at: usize) -> &Citable {
        &self.outlets[at]
    }

    /// Which outlets a document is from: by its key, a name, or the host of its URL.
    pub fn own(&self, outlet: &str, url: Option<&str>) -> Vec<usize> {
        let mut found: Vec<usize> = self.by_key.get(outlet).into_iter().copied().collect();
        let name = folded(outlet);
        let named = name.first().and_then(|first| self.by_first.get(first)).into_iter().flatten();
        found.extend(named.filter(|(at, which)| self.outlets[*at].names[*which].exact() == name).map(|(at, _)| *at));
        for host in [url.and_then(host).unwrap_or_default(), outlet] {
            found.extend(self.of_host(host));
        }
        let mut seen = FastSet::default();
        found.retain(|at| seen.insert(*at as u64));
        found
    }

    /// The outlet of the longest domain that a host lies in.
    fn of_host(&self, host: &str) -> Option<usize> {
        let starts = std::iter::once(0).chain(host.match_indices('.').map(|(at, _)| at + 1));
        starts.take(8).find_map(|at| self.by_domain.get(&host[at..]).copied())
    }

    /// Every mention, the longest name at each place, in order.
    pub fn mentions(&self, words: &[Word]) -> Vec<Mention> {
        let mut found = Vec::new();
        let mut from = 0;
        while from < words.len() {
            let longest = |first: u32| {
                let names = self.by_first.get(&first)?;
                names.iter().find(|(at, which)| self.outlets[*at].names[*which].stands_at(words, from))
            };
            match longest(words[from].exact)
                .or_else(|| longest(words[from].term).filter(|_| words[from].term != words[from].exact))
            {
                Some(&(outlet, which)) => {
                    let to = from + self.outlets[outlet].names[which].len();
                    found.push(Mention { outlet, from, to });
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
    let names = outlet.names.iter().filter_map(|name| Name::new(name)).filter(is_plain).collect();
    Citable { key: outlet.key.clone(), agency: false, names, domains: outlet.domains.clone() }
}

/// The outlets of [`KNOWN`].
static KNOWN_OUTLETS: LazyLock<Vec<Citable>> = LazyLock::new(|| {
    let known = |line: &str| {
        let (names, domains) = line.trim_start_matches('*').split_once('|').unwrap_or((line, ""));
        Citable {
            key: names.split([',', '~']).next().unwrap_or_default().trim().trim_start_matches('=').to_owned(),
            agency: line.starts_with('*'),
            names: names.split(',').filter_map(Name::known).collect(),
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

fn ambiguous() -> &'static FastSet<Vec<u32>> {
    static AMBIGUOUS: LazyLock<FastSet<Vec<u32>>> = LazyLock::new(|| AMBIGUOUS_NAMES.split(',').map(folded).collect());
    &AMBIGUOUS
}

fn host(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#', ':']).next()
}

const AMBIGUOUS_NAMES: &str = "Times,Post,Journal,Guardian Weekly,Sun,Mail,Star,Mirror,Independent,Observer,Herald,Tribune,\
    Globe,Standard,Telegraph,Chronicle,Gazette,News,Express,Record,Spiegel TV,Time,Welt,Zeit,Monde,Pais,Mundo,Bild am";
