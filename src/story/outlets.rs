//! Names under which outlets are cited, found in a text as runs of words.
//!
//! The configured outlets come first; wire agencies and a few widely cited houses are known without configuration. An
//! alias that fits several houses ("the Times", "the Post") is never taken for a name, whoever configured it.

use std::collections::HashMap;

use super::{
    OutletNames,
    hasher::{FastMap, FastSet},
    words::{self, Word},
};

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
    names: Vec<Vec<u32>>,
    domains: Vec<String>,
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
        for line in KNOWN.lines() {
            add_known(&mut outlets, line);
        }
        let mut by_first: FastMap<u32, Vec<(usize, usize)>> = FastMap::default();
        for (at, outlet) in outlets.iter().enumerate() {
            for (which, name) in outlet.names.iter().enumerate() {
                by_first.entry(name[0]).or_default().push((at, which));
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
        found.extend(named.filter(|(at, which)| self.outlets[*at].names[*which] == name).map(|(at, _)| *at));
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
            let hit = self.by_first.get(&words[from].exact).filter(|_| words[from].capital).and_then(|names| {
                names.iter().find(|(at, which)| starts_with(&words[from..], &self.outlets[*at].names[*which]))
            });
            match hit {
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
}

fn citable(outlet: &OutletNames) -> Citable {
    let mut names: Vec<Vec<u32>> = outlet.names.iter().map(|name| folded(name)).collect();
    names.retain(|name| !name.is_empty() && !ambiguous().contains(name));
    Citable { key: outlet.key.clone(), agency: false, names, domains: outlet.domains.clone() }
}

/// A line of [`KNOWN`]: names, a bar, domains; a star marks an agency. Names of a configured outlet are added to it.
fn add_known(outlets: &mut Vec<Citable>, line: &str) {
    let agency = line.starts_with('*');
    let (names, domains) = line.trim_start_matches('*').split_once('|').unwrap_or((line, ""));
    let key = names.split(',').next().unwrap_or_default().trim().to_owned();
    let names: Vec<Vec<u32>> = names.split(',').map(folded).filter(|name| !name.is_empty()).collect();
    let domains: Vec<String> = domains.split_whitespace().map(str::to_owned).collect();
    let same = |known: &&mut Citable| {
        known.names.iter().any(|name| names.contains(name))
            || known.domains.iter().any(|domain| domains.contains(domain))
    };
    match outlets.iter_mut().find(same) {
        Some(known) => known.agency |= agency,
        None => outlets.push(Citable { key, agency, names, domains }),
    }
}

/// The words of a name without its article.
fn folded(name: &str) -> Vec<u32> {
    let words = words::split(name);
    let skip = usize::from(words.len() > 1 && words[0].exact == words::hash("the"));
    words[skip..].iter().map(|word| word.exact).collect()
}

fn ambiguous() -> &'static FastSet<Vec<u32>> {
    static AMBIGUOUS: std::sync::LazyLock<FastSet<Vec<u32>>> =
        std::sync::LazyLock::new(|| AMBIGUOUS_NAMES.split(',').map(folded).collect());
    &AMBIGUOUS
}

fn starts_with(words: &[Word], name: &[u32]) -> bool {
    words.len() >= name.len() && words.iter().zip(name).all(|(word, exact)| word.exact == *exact)
}

fn host(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#', ':']).next()
}

const AMBIGUOUS_NAMES: &str = "Times,Post,Journal,Guardian Weekly,Sun,Mail,Star,Mirror,Independent,Observer,Herald,Tribune,\
    Globe,Standard,Telegraph,Chronicle,Gazette,News,Express,Record,Spiegel TV,Time,Welt,Zeit,Monde,Pais,Mundo,Bild am";

/// Names, and domains, of agencies (starred) and of houses often cited.
const KNOWN: &str = "\
*Reuters|reuters.com
*Associated Press,AP|apnews.com
*AFP,Agence France-Presse,Agence France Presse|afp.com
*dpa,Deutsche Presse-Agentur|dpa.com
*TASS,ТАСС|tass.com tass.ru
*Interfax,Интерфакс|interfax.ru interfax.com
*RIA Novosti,РИА Новости|ria.ru
*Xinhua|xinhuanet.com
*EFE|efe.com
*ANSA|ansa.it
*Kyodo,Kyodo News|kyodonews.net
*Yonhap|yna.co.kr
*UPI,United Press International|upi.com
*Press Association,PA Media|pa.media
*Ukrinform|ukrinform.net
*IRNA|irna.ir
*Anadolu,Anadolu Agency|aa.com.tr
*Bloomberg,Bloomberg News|bloomberg.com
New York Times,NYT,NY Times|nytimes.com
Washington Post,WaPo|washingtonpost.com
Wall Street Journal,WSJ|wsj.com
Financial Times,FT|ft.com
Los Angeles Times,LA Times|latimes.com
USA Today|usatoday.com
New York Post,NY Post|nypost.com
CNN|cnn.com
BBC,BBC News|bbc.com bbc.co.uk
NBC News,NBC|nbcnews.com
ABC News|abcnews.go.com
CBS News,CBS|cbsnews.com
MSNBC|msnbc.com
Fox News|foxnews.com
CNBC|cnbc.com
NPR|npr.org
Politico|politico.com politico.eu
Axios|axios.com
BuzzFeed News,BuzzFeed|buzzfeednews.com buzzfeed.com
TMZ|tmz.com
The Verge|theverge.com
TechCrunch|techcrunch.com
ProPublica|propublica.org
Daily Mail,MailOnline|dailymail.co.uk
Daily Telegraph|telegraph.co.uk
Guardian|theguardian.com
Sky News|news.sky.com
Al Jazeera|aljazeera.com
Der Spiegel,Spiegel|spiegel.de
Süddeutsche Zeitung,Süddeutschen Zeitung|sueddeutsche.de
Frankfurter Allgemeine Zeitung,Frankfurter Allgemeinen Zeitung,FAZ|faz.net
Bild-Zeitung,Bild|bild.de
Die Zeit|zeit.de
Die Welt|welt.de
Tagesschau|tagesschau.de
Handelsblatt|handelsblatt.com
Le Monde|lemonde.fr
Le Figaro|lefigaro.fr
Libération|liberation.fr
Mediapart|mediapart.fr
El País|elpais.com
El Mundo|elmundo.es
La Vanguardia|lavanguardia.com
Clarín|clarin.com
Коммерсантъ,Коммерсант,Kommersant|kommersant.ru
Ведомости,Vedomosti|vedomosti.ru
Медуза,Meduza|meduza.io
RT|rt.com
Haaretz|haaretz.com
Nikkei,Nikkei Asia|nikkei.com
South China Morning Post,SCMP|scmp.com
Variety|variety.com
Deadline|deadline.com
Hollywood Reporter|hollywoodreporter.com";
