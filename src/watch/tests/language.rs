//! What matches what.

use super::*;

#[track_caller]
fn check(source: &str, entry: &str, expected: bool) {
    let found = compiled(query(source)).matches(&text(entry));
    assert_eq!(!found.is_empty(), expected, "query {source:?} on {entry:?}");
}

#[track_caller]
fn check_item(item: &str, entry: &str, expected: bool) {
    let found = compiled(any(&[item])).matches(&text(entry));
    assert_eq!(!found.is_empty(), expected, "item {item:?} on {entry:?}");
}

#[track_caller]
fn check_all(cases: &[(&str, &str, bool)]) {
    cases.iter().for_each(|&(source, entry, expected)| check(source, entry, expected));
}

#[test]
fn words_are_whole() {
    check_all(&[
        ("star", "A star is born", true),
        ("star", "The popstar left", false),
        ("star", "Two stars collide", false),
        ("star", "star-crossed lovers", true),
        ("star", "Is it a star?", true),
        ("star", "(star)", true),
        ("star", "\"star\"", true),
        ("star", "star", true),
        ("star", "", false),
        ("cat", "concatenate", false),
        ("rate", "rates", false),
        ("Iran", "Iranian officials", false),
        ("com", "visit example.com today", true),
        ("example", "visit example.com today", true),
        ("example.com", "visit example.com today", true),
        ("end", "It is the end.Next week", true),
        ("won", "He won't say", false),
        ("won't", "He won’t say", true),
        ("foo", "snake foo_bar case", true),
        ("3.5", "up 3.5 percent", true),
        ("5", "up 3.5 percent", false),
        ("1,000", "about 1,000 people", true),
        ("Exclusive", "Exclusive:Iran talks", true),
    ]);
}

#[test]
fn case_and_diacritics_do_not_count() {
    check_all(&[
        ("boeing", "BOEING falls", true),
        ("BOEING", "boeing falls", true),
        ("muller", "Herr Müller sagt", true),
        ("Müller", "Herr Muller sagt", true),
        ("Müller", "Herr Mu\u{308}ller sagt", true),
        ("strasse", "Die Straße ist zu", true),
        ("Straße", "DIE STRASSE IST ZU", true),
        ("STRAẞE", "strasse", true),
        ("Lodz", "Mayor of Łódź", true),
        ("Soren", "Søren spoke", true),
        ("Erdogan", "Erdoğan'ın sözleri", false),
        ("Erdogan", "Erdoğan said", true),
        ("istanbul", "İstanbul", true),
        ("ISTANBUL", "İSTANBUL", true),
        ("σισυφος", "ΣΊΣΥΦΟΣ", true),
        ("oeuvre", "œuvre", true),
        ("file", "the \u{FB01}le", true),
        ("Tokyo", "Ｔｏｋｙｏ opens", true),
        ("Boeing", "𝐁𝐨𝐞𝐢𝐧𝐠 falls", true),
        ("еще", "ещё", true),
        ("мои", "мой", false),
        ("São", "sao paulo", true),
    ]);
}

#[test]
fn possessives_are_stripped() {
    check_all(&[
        ("Boeing", "Boeing's plan", true),
        ("Boeing", "Boeing’s plan", true),
        ("Boeing", "BOEING'S PLAN", true),
        ("Boeing", "Boeingʼs plan", true),
        ("Boeing's", "Boeing plan", true),
        ("Boeing’s", "Boeing's plan", true),
        ("workers", "the workers' rights", true),
        ("\"Boeing plan\"", "Boeing's plan", true),
        ("UN", "the U.N.'s envoy", true),
        ("\"UN envoy\"", "the U.N.’s envoy", true),
        ("O'Neill", "Mr O’Neill", true),
        ("Neill", "Mr O’Neill", false),
        ("Iran", "la politique de l’Iran", true),
        ("\"l'Iran\"", "la politique de l’Iran", true),
    ]);
}

#[test]
fn hyphens_and_abbreviations_fold() {
    check_all(&[
        ("COVID-19", "COVID 19 cases", true),
        ("\"COVID 19\"", "COVID-19 cases", true),
        ("COVID-19", "COVID\u{2011}19 cases", true),
        ("COVID-19", "covid–19 cases", true),
        ("COVID-19", "COVID then 19", false),
        ("COVID-19", "COVID19", false),
        ("US", "the U.S. said", true),
        ("U.S.", "the US said", true),
        ("U.S.", "the U.S said", true),
        ("U.S.A.", "in the USA", true),
        ("\"U.S. Senate\"", "the US Senate", true),
        ("\"US Senate\"", "the U.S. Senate", true),
        ("S", "the U.S. said", false),
        ("am", "at 8 a.m. today", true),
    ]);
}

#[test]
fn equals_turns_folding_off() {
    check_all(&[
        ("=US", "told us", false),
        ("=US", "the US said", true),
        ("=US", "the U.S. said", false),
        ("=U.S.", "the U.S. said", true),
        ("=U.S.", "the US said", false),
        ("=ACME", "Acme rose", false),
        ("=ACME", "ACME rose", true),
        ("=ACME", "(ACME)", true),
        ("=ACME", "ACMES rose", false),
        ("=ACME", "ACME's plan", false),
        ("=Müller", "Muller", false),
        ("=Müller", "Müller", true),
        ("=COVID-19", "COVID-19", true),
        ("=COVID-19", "COVID 19", false),
        ("=COVID-19", "COVID–19", false),
        ("=@port", "write to a@port", false),
        ("=@port", "says @port", true),
        ("=C++", "C++x", false),
        ("=ACME", "AC\u{200B}ME rose", true),
        ("=file", "the \u{FB01}le", false),
    ]);
}

#[test]
fn symbols_are_literal() {
    check_all(&[
        ("\"C++\"", "written in C++ today", true),
        ("\"C++\"", "written in C today", false),
        ("\"C++\"", "C++.", true),
        ("\"C#\"", "C++ and C#", true),
        ("C++", "grade C", false),
        ("\"C++ compiler\"", "a C++ 🔥 compiler", true),
        ("\"C++ compiler\"", "a C 🔥 compiler", false),
        ("\"C++ compiler\"~3", "the C++, AT&T compiler", true),
        ("\"price $TSLA\"", "the price (€): $TSLA", true),
        ("\"price $TSLA\"", "the price $: TSLA", false),
        ("\"R & D\"", "R & D", true),
        ("\"R & D\"", "R& D", false),
        ("\"R & D\"", "R 🔥 & D", true),
        ("\"AT&T\"", "AT && T", false),
        ("\"AT&T\"", "AT&&T", false),
        ("\".NET\"", "the .NET runtime", true),
        ("\".NET\"", "a fishing net", false),
        ("\".NET\"", "ASP.NET", false),
        ("\"AT&T\"", "AT&T said", true),
        ("\"AT&T\"", "at t", false),
        ("\"AT&T\"", "AT & T", false),
        ("\"AT&T\"", "AT＆T", true),
        ("\"AT&T\"", "at&t's shares", true),
        ("\"$TSLA\"", "buy $TSLA now", true),
        ("\"$TSLA\"", "buy TSLA now", false),
        ("\"@handle\"", "by @handle today", true),
        ("\"@handle\"", "me@handle.example", false),
        ("@handle", "by handle", false),
        ("#metoo", "the #MeToo years", true),
        ("\"CVE-2026-1234\"", "fixes CVE-2026-1234.", true),
        ("\"CVE-2026-1234\"", "fixes CVE-2026-12345", false),
        ("\"CVE-2026-1234\"", "fixes CVE-2026-1235", false),
        ("\"Johnson & Johnson\"", "Johnson & Johnson", true),
        ("\"Johnson & Johnson\"", "Johnson, Johnson", false),
        ("\"door plug\"", "the door, plug and all", true),
        ("\"5%\"", "up 5% today", true),
        ("\"5%\"", "up 5 today", false),
        ("🔥", "this is 🔥", true),
        ("🔥", "this is fire", false),
        ("\"€\"", "costs 5 €", true),
        ("👩\u{200D}🚒", "a 👩\u{200D}🚒 came", true),
        ("❤\u{FE0F}", "a ❤ beats", true),
    ]);
}

#[test]
fn other_scripts() {
    check_all(&[
        ("東京", "昨日東京都で", true),
        ("東京", "東、京", false),
        ("京都", "東京都", true),
        ("大阪", "東京都", false),
        ("タワー", "東京タワーで", true),
        ("ﾀﾜｰ", "東京タワーで", true),
        ("カ", "ガラス", false),
        ("ประเทศ", "ในประเทศไทย", true),
        ("北京 AND 上海", "北京和上海", true),
        ("iPhone", "新しいiPhoneの", true),
        ("שלום", "אמר שלום לכם", true),
        ("שלום", "אמר שָׁלוֹם לכם", true),
        ("צה\"ל", "דובר צה\"ל אמר", true),
        ("محمد", "قال مُحَمَّد أمس", true),
        ("हिन्दी", "वह हिन्दी बोलता है", true),
        ("Москва", "в москва сегодня", true),
        ("서울", "서울 시장", true),
    ]);
}

#[test]
fn invisible_characters_are_seen_through() {
    check_all(&[
        ("Boeing", "Boe\u{200B}ing", true),
        ("Boeing", "Boe\u{AD}ing's", true),
        ("Boeing", "\u{202E}Boeing\u{202C}", true),
        ("Boeing", "\u{FEFF}Boeing", true),
        ("Boe\u{200B}ing", "Boeing", true),
        ("\"C++\"", "C\u{200B}++", true),
    ]);
}

#[test]
fn operators() {
    check_all(&[
        ("Musk Iran", "Iran met Musk", true),
        ("Musk AND Iran", "Musk spoke", false),
        ("Musk OR Iran", "Musk spoke", true),
        ("Musk | Iran", "Iran spoke", true),
        ("Musk NOT Iran", "Musk spoke", true),
        ("Musk -Iran", "Musk met Iran", false),
        ("Musk AND NOT (Iran OR Iraq)", "Musk in Iraq", false),
        ("(a1 OR b1) AND (c1 OR d1)", "b1 c1", true),
        ("(a1 OR b1) AND (c1 OR d1)", "a1 b1", false),
        ("NOT (NOT Musk)", "Musk", true),
        ("Musk NOT (NOT Iran)", "Musk", false),
        ("“door plug”", "the door plug", true),
        ("'Boeing's plan'", "Boeing plan", true),
        ("\"door plug\"", "plug door", false),
        ("\"door plug\"", "door\nplug", false),
        ("\"door plug\"", "door  plug", true),
        ("\"a b a c\"", "a b a b a c", true),
    ]);
}

#[test]
fn wildcards() {
    check_all(&[
        ("rate*", "rates rise", true),
        ("rate*", "rate rise", true),
        ("rate*", "rat race", false),
        ("rate*", "berated", false),
        ("MÜL*", "mullers", true),
        ("wom?n", "women", true),
        ("wom?n", "womn", false),
        ("wom?n", "womaen", false),
        ("rate?", "rates", true),
        ("rate?", "rate", false),
        ("?oeing", "Boeing", true),
        ("\"Spirit Aero*\"", "Spirit AeroSystems", true),
        ("\"Spirit Aero*\"", "Spirit of Aero", false),
        ("\"what next?\"", "what next", true),
    ]);
}

#[test]
fn near_before_slop_and_at_least() {
    check_all(&[
        ("ATLEAST/2 (\"a b c\" OR b OR c)", "a b c", true),
        ("ATLEAST/3 (\"a b c\" OR b OR c)", "a b c", false),
        ("rate* NEAR/2 cut", "cut in the rates", true),
        ("rate* NEAR/1 cut", "cut in the rates", false),
        ("rate* NEAR/0 cut", "rate cut", true),
        ("rate NEAR cut", "rate a b c d e cut", true),
        ("rate NEAR cut", "rate a b c d e f cut", false),
        ("rate BEFORE/2 cut", "rate a cut", true),
        ("rate BEFORE/2 cut", "cut a rate", false),
        ("rate PRE/2 cut", "rate a cut", true),
        ("rate W/2 cut", "cut a rate", true),
        ("rate NEAR/6 (cut OR hike)", "hike the rate", true),
        ("rate NEAR/50 cut", "rate\ncut", false),
        ("\"door plug\" NEAR/1 blew", "blew a door plug", true),
        ("a1 NEAR/5 a1", "a1", false),
        ("a1 NEAR/5 a1", "a1 a1", true),
        ("\"door plug\"~1", "door x plug", true),
        ("\"door plug\"~1", "door x y plug", false),
        ("\"door plug\"~3", "plug door", false),
        ("ATLEAST/3 Boeing", "Boeing, Boeing. Boeing", true),
        ("ATLEAST/3 Boeing", "Boeing, Boeing", false),
        ("ATLEAST/2 (Boeing OR Airbus)", "Boeing, Airbus", true),
        ("ATLEAST/2 (Boeing OR Boeing)", "Boeing", false),
    ]);
}

#[test]
fn patterns() {
    check_all(&[
        (r"/N\d{3}[A-Z]{2}/", "tail N123AB seen", true),
        (r"/N\d{3}[A-Z]{2}/", "tail n123ab seen", false),
        (r"/n\d{3}[a-z]{2}/i", "tail N123AB seen", true),
        (r"Boeing /a\/b/", "Boeing a/b", true),
        ("title:/x/", "x", false),
    ]);
}

#[test]
fn lists_take_plain_words_as_a_phrase() {
    check_item("737 MAX", "the 737 MAX is", true);
    check_item("737 MAX", "MAX 737", false);
    check_item("Spirit Aero*", "Spirit AeroSystems", true);
    check_item("recall | grounding | 'door plug'", "the door plug", true);
    check_item("recall | grounding | 'door plug'", "the plug", false);
    check_item("Boeing strike -opinion", "strike at Boeing", true);
    check_item("Boeing strike -opinion", "opinion: strike at Boeing", false);
    check_item("title:\"stock tip\"", "stock tip", false);
    check_item("Breaking: Boeing", "Breaking Boeing", true);
    check_item("men's health", "Men’s Health", true);
}

#[test]
fn lists_combine() {
    let watch = Query {
        any: vec!["Boeing".into(), "737 MAX".into()],
        all: vec!["recall | grounding".into(), "FAA".into()],
        none: vec!["title:\"stock tip\"".into(), "source:prnewswire".into()],
        ..any(&[])
    };
    let set = compiled(watch);
    let source = ["prnewswire.com".to_owned()];
    let entry = Subject { title: "FAA orders grounding", text: "of the 737 MAX", ..Subject::default() };
    assert_eq!(set.matches(&entry).len(), 1);
    assert_eq!(set.matches(&Subject { source: &source, ..entry.clone() }).len(), 0);
    assert_eq!(set.matches(&Subject { title: "Stock tip: FAA grounding", ..entry.clone() }).len(), 0);
    assert_eq!(set.matches(&Subject { title: "FAA", ..entry.clone() }).len(), 0);
    assert_eq!(set.matches(&Subject { text: "", ..entry }).len(), 0);
}

#[test]
fn fields() {
    let strings = |items: &[&str]| items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>();
    let (tags, source) = (strings(&["Civil Aviation", "Safety"]), strings(&["nytimes.com", "The New York Times"]));
    let (feed, groups) = (strings(&["nyt-world", "https://feeds.example.com/world.xml"]), strings(&["us-papers"]));
    let entry = Subject {
        title: "Musk Met Envoy",
        text: "Officials say",
        author: "Jane Doe",
        tags: &tags,
        source: &source,
        feed: &feed,
        groups: &groups,
        url: "https://www.nytimes.com:443/2024/11/14/world/musk-iran.html",
        language: "en",
    };
    for (source, expected) in [
        ("title:musk", true),
        ("title:officials", false),
        ("intitle:musk", true),
        ("TITLE:musk", true),
        ("text:officials", true),
        ("intext:musk", false),
        ("officials musk", true),
        ("\"envoy officials\"", false),
        ("doe", false),
        ("author:doe", true),
        ("author:\"jane doe\"", true),
        ("tag:aviation", true),
        ("tag:\"aviation safety\"", false),
        ("source:nytimes", true),
        ("source:\"new york times\"", true),
        ("feed:nyt-world", true),
        ("feed:nyt-sports", false),
        ("group:us-papers", true),
        ("group:us", false),
        ("url:iran", true),
        ("inurl:\"world musk\"", true),
        ("site:nytimes.com", true),
        ("site:www.nytimes.com", true),
        ("site:times.com", false),
        ("lang:en", true),
        ("lang:(de OR en)", true),
        ("lang:und", false),
        ("title:(musk envoy)", true),
        ("title:(musk officials)", false),
        ("title:(musk OR officials)", true),
        ("title:musk NOT title:trump", true),
        ("title:\"musk met\"", true),
        ("title:mus*", true),
    ] {
        assert_eq!(!compiled(query(source)).matches(&entry).is_empty(), expected, "{source}");
    }
}

#[test]
fn scope_limits_feeds_and_languages() {
    let scoped = |feeds: &[&str], languages: &[&str]| Query {
        feeds: feeds.iter().map(|&feed| feed.into()).collect(),
        languages: languages.iter().map(|&language| language.into()).collect(),
        ..query("boeing")
    };
    for code in ["e", "english", "e1"] {
        assert_eq!(compile(&[scoped(&[], &[code])], &BTreeMap::new()).watches.len(), 0, "{code}");
    }
    let (feed, groups) = (vec!["faa-news".to_owned()], vec!["us-papers".to_owned()]);
    let entry = Subject { feed: &feed, groups: &groups, ..text("Boeing") };
    for (watch, language, expected) in [
        (scoped(&[], &[]), "", true),
        (scoped(&["faa-news"], &[]), "", true),
        (scoped(&["faa"], &[]), "", false),
        (scoped(&["group:us-papers"], &[]), "", true),
        (scoped(&["group:eu-papers"], &[]), "", false),
        (scoped(&["group:eu-papers", "faa-news"], &[]), "", true),
        (scoped(&[], &["en"]), "en", true),
        (scoped(&[], &["en"]), "de", false),
        (scoped(&[], &["en"]), "", false),
        (scoped(&[], &["en", "und"]), "", true),
    ] {
        let found = compiled(watch.clone()).matches(&Subject { language, ..entry.clone() });
        assert_eq!(!found.is_empty(), expected, "{watch:?} {language:?}");
    }
}

#[test]
fn inflected_forms_are_found_when_asked_for_and_told_apart() {
    for (source, language, entry, expected) in [
        ("strike", "en", "They strike", "strike: strike"),
        ("strike", "en", "Striking workers", "Striking: strike (inflected)"),
        ("strikes", "en", "the strike", "strike: strikes (inflected)"),
        ("strike", "", "Striking workers", "-"),
        ("strike", "de", "striking", "-"),
        ("strike", "en-GB", "strikes", "strikes: strike (inflected)"),
        ("Haus", "de", "die Häuser", "Häuser: Haus (inflected)"),
        ("Wahl", "de", "die Wahlen", "Wahlen: Wahl (inflected)"),
        ("élection", "fr", "les élections", "élections: élection (inflected)"),
        ("election", "fr", "les élections", "élections: election (inflected)"),
        ("valg", "nb", "valgene", "valgene: valg (inflected)"),
        ("Boeing's", "en", "Boeing rose", "Boeing: Boeing's"),
        ("Wahl's", "de", "die Wahlen", "Wahlen: Wahl's (inflected)"),
        (
            "\"U.S. Navy\"",
            "en",
            "US Navy, U.S. Navies",
            "US Navy: \"U.S. Navy\" · U.S. Navies: \"U.S. Navy\" (inflected)",
        ),
        ("=strike", "en", "strikes", "-"),
        ("strik*", "en", "strikes", "strikes: strik*"),
        ("\"#strike\"", "en", "#strikes", "-"),
        ("\"strike C++\"", "en", "strikes C++, strikes C", "strikes C++: \"strike C++\" (inflected)"),
        ("\"strike & vote\"", "en", "strikes & votes", "strikes & votes: \"strike & vote\" (inflected)"),
        ("\"strike&vote\"", "en", "strikes&votes", "-"),
        (
            "strike NEAR/2 vote",
            "en",
            "votes on strikes",
            "votes: strike NEAR/2 vote (inflected) · strikes: strike NEAR/2 vote (inflected)",
        ),
    ] {
        let watch = Query { stem: true, ..query(source) };
        let found = compiled(watch).matches(&Subject { language, ..text(entry) });
        let hits = found.first().map(|found| found.evidence.as_slice()).unwrap_or_default();
        let shown: Vec<String> = hits.iter().map(|hit| format!("{}: {}", hit.text, hit.clause)).collect();
        let shown = if shown.is_empty() { "-".to_owned() } else { shown.join(" · ") };
        assert_eq!(shown, expected, "{source} on {entry}");
    }
    let limited = Query { stem: true, languages: vec!["de".into()], ..query("strike") };
    assert_eq!(compiled(limited).matches(&Subject { language: "en", ..text("strikes") }), []);
}

#[test]
fn named_terms_stand_for_alternatives() {
    let terms = terms(&[("acme", &["Acme Corp*", "=ACME"]), ("rivals", &["$acme", "Globex"])]);
    let set = compile(&[query("$rivals AND strike")], &terms);
    assert_eq!(set.problems, []);
    for (entry, expected) in
        [("Acme Corporation strike", true), ("ACME strike", true), ("acme strike", false), ("Globex strike", true)]
    {
        assert_eq!(!set.watches.matches(&text(entry)).is_empty(), expected, "{entry}");
    }
}

#[test]
fn one_matcher_holds_all_watches() {
    let queries: Vec<Query> = (0..3000)
        .map(|number| Query { name: format!("w{number}"), ..query(&format!("w{number} x{}", number % 7)) })
        .collect();
    let set = compile(&queries, &BTreeMap::new()).watches;
    assert_eq!(set.len(), 3000);
    let found = set.matches(&text("w12 w19 w20 x5"));
    assert_eq!(found.iter().map(|found| found.watch.as_str()).collect::<Vec<_>>(), ["w12", "w19"]);
}

#[test]
fn hostile_text_costs_time_in_proportion() {
    let set = compiled(query("(a NEAR/50 b) OR \"a a b\" OR ATLEAST/900 a OR =a.b"));
    let long = format!("{}{}", "a ".repeat(100_000), "\u{200B}".repeat(100_000));
    assert_eq!(set.matches(&text(&long)).len(), 1);
    let unbroken = "a\u{301}".repeat(200_000);
    assert_eq!(set.matches(&text(&unbroken)).len(), 0);
}

#[test]
fn the_foot_of_blog_software_is_not_searched() {
    let entry = "Shut. The post Harbour closed 🔥 appeared first on Port Blog.";
    check_all(&[
        ("shut", entry, true),
        ("harbour", entry, false),
        ("🔥", entry, false),
        ("/Port Blog/", entry, false),
        ("/[a-z]+ Blog/", entry, false),
    ]);
}

#[test]
fn patterns_search_the_fields_that_are_compared_whole() {
    let groups = ["us-papers".to_owned()];
    let entry = Subject { groups: &groups, url: "https://news.example.org/a", language: "en", ..text("Boeing") };
    for (source, expected) in [
        ("site:/example\\.(org|com)/", true),
        ("site:/[a-z]+\\.test/", false),
        ("group:/-papers/", true),
        ("lang:/e[mn]/", true),
    ] {
        assert_eq!(!compiled(query(source)).matches(&entry).is_empty(), expected, "{source}");
    }
}

#[test]
fn a_tree_says_what_held() {
    let watch = Query { any: vec!["lock".into(), "gate".into()], none: vec!["sea".into()], ..Query::default() };
    let shown = |entry: &str| explain(&watch, &BTreeMap::new(), &text(entry)).expect("a tree").to_string();
    let (held, failed) = (shown("the lock"), shown("the lock at sea"));
    assert!(held.contains("✓ none") && held.contains("✓ lock") && held.contains("✗ gate"), "{held}");
    assert!(failed.contains("✗ none") && failed.contains("✓ sea"), "{failed}");
}

#[test]
fn a_definition_changes_with_the_terms_it_names() {
    let list = |word: &str| terms(&[("a", &["$b"]), ("b", &[word]), ("other", &[word])]);
    let (named, plain) = (query("$a"), query("lock"));
    assert_ne!(definition(&named, &list("x")), definition(&named, &list("y")));
    assert_eq!(definition(&plain, &list("x")), definition(&plain, &list("y")));
    assert_ne!(definition(&plain, &list("x")), definition(&Query { stem: true, ..plain.clone() }, &list("x")));
}
