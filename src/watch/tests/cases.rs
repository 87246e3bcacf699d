//! Cases made by hand: a query, a text, and what is found there (nothing: `-`). Each hit is a range of the text that
//! cuts no grapheme.

use unicode_segmentation::UnicodeSegmentation;

use super::*;

/// What a query finds in a text: the texts of all hits, in order.
#[track_caller]
fn found(source: &str, text: &str) -> String {
    let found = compiled(query(source)).matches(&super::text(text));
    let hits = found.first().map(|found| found.evidence.as_slice()).unwrap_or_default();
    for hit in hits {
        let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        assert!(ends.contains(&hit.start) && ends.contains(&hit.end), "{hit:?} cuts a grapheme of {text:?}");
        assert_eq!(&text[hit.start..hit.end], hit.text);
    }
    match found.is_empty() {
        true => "-".to_owned(),
        false => hits.iter().map(|hit| hit.text.as_str()).collect::<Vec<_>>().join(" · "),
    }
}

/// All cases that are other than expected, not only the first.
#[track_caller]
fn check_all(cases: &[(&str, &str, &str)]) {
    let other = cases.iter().filter_map(|(source, text, expected)| {
        let found = found(source, text);
        (found != *expected).then(|| format!("{source:?} on {text:?} finds {found:?}, not {expected:?}"))
    });
    let other: Vec<String> = other.collect();
    assert!(other.is_empty(), "\n{}", other.join("\n"));
}

#[test]
fn the_examples_of_the_language() {
    check_all(&[
        ("star", "a popstar sings", "-"),
        ("star", "The star sings", "star"),
        ("Müller", "muller und MÜLLER", "muller · MÜLLER"),
        ("ß", "ss", "ss"),
        ("COVID-19", "COVID 19, covid-19", "COVID 19 · covid-19"),
        ("COVID 19", "19 cases of COVID", "19 · COVID"),
        ("U.S.", "the US and the U.S.", "US · U.S."),
        ("US", "the U.S. Navy", "U.S."),
        ("\"C++\"", "a C++ compiler", "C++"),
        ("\"C++\"", "a C compiler", "-"),
        ("\".NET\"", "on .NET now", ".NET"),
        ("\".NET\"", "on net now", "-"),
        ("\"AT&T\"", "AT&T said", "AT&T"),
        ("\"AT&T\"", "AT T said", "-"),
        ("\"$TSLA\"", "buy $TSLA", "$TSLA"),
        ("\"$TSLA\"", "buy TSLA", "-"),
        ("\"@handle\"", "by @handle", "@handle"),
        ("\"CVE-2026-1234\"", "(CVE-2026-1234)", "CVE-2026-1234"),
        (
            "(Fed OR \"Federal Reserve\" OR FOMC) AND (rate* NEAR/6 (cut OR hike OR hold)) AND NOT title:(opinion OR editorial)",
            "The Federal Reserve may cut its key rates",
            "Federal Reserve · cut · rates",
        ),
        ("recall | grounding | 'door plug'", "a door plug", "door plug"),
    ]);
}

#[test]
fn folding() {
    check_all(&[
        ("naive", "a naïve view", "naïve"),
        ("naïve", "a NAIVE view", "NAIVE"),
        ("Zürich", "Zurich, ZÜRICH, Zu\u{308}rich", "Zurich · ZÜRICH · Zu\u{308}rich"),
        ("Zuerich", "Zürich", "-"),
        ("Ångström", "angstrom", "angstrom"),
        ("smørrebrød", "Smorrebrod", "Smorrebrod"),
        ("Þór", "thor", "thor"),
        ("Đặng", "Dang", "Dang"),
        ("façade", "FACADE", "FACADE"),
        ("Œuvre", "oeuvre", "oeuvre"),
        ("Ærø", "aero", "aero"),
        ("İzmir", "izmir, Izmir", "izmir · Izmir"),
        ("ΑΘΗΝΑ", "Αθήνα", "Αθήνα"),
        ("Ёлка", "елка", "елка"),
        ("Йод", "иод", "-"),
        ("ﬁnance", "finance", "finance"),
        ("Ⅻ", "xii", "xii"),
        ("½", "1⁄2", "1⁄2"),
        ("ＮＡＴＯ", "NATO", "NATO"),
        ("NATO", "ＮＡＴＯ", "ＮＡＴＯ"),
        ("café", "cafe\u{301}s", "-"),
        ("caf?", "cafe\u{301}", "cafe\u{301}"),
        ("résumé*", "Resumes", "Resumes"),
        ("e\u{301}", "É", "É"),
    ]);
}

#[test]
fn possessives_elisions_and_apostrophes() {
    check_all(&[
        ("Boeing", "Boeing's", "Boeing"),
        ("Boeing", "Boeing’s", "Boeing"),
        ("Boeing's", "Boeing", "Boeing"),
        ("Boeings", "Boeing's", "-"),
        ("boss", "the boss' car", "boss"),
        ("O'Neill", "O’Neill’s", "O’Neill"),
        ("ONeill", "O'Neill", "-"),
        ("Iran", "l’Iran dit", "Iran"),
        ("Italia", "dell'Italia", "Italia"),
        ("État", "l'État", "État"),
        ("can't", "can’t stop", "can’t"),
        ("it's", "its name", "-"),
        ("rock 'n' roll", "rock 'n' roll", "rock · n · roll"),
        ("U.N.", "the U.N.'s envoy", "U.N."),
        ("'Boeing's plan'", "Boeing’s plan", "Boeing’s plan"),
        ("men's", "MEN’S", "MEN"),
    ]);
}

#[test]
fn hyphens_dots_and_numbers() {
    check_all(&[
        ("\"door plug\"", "door-plug", "door-plug"),
        ("door-plug", "door plug", "door plug"),
        ("door-plug", "doorplug", "-"),
        ("co-operate", "co‑operate", "co‑operate"),
        ("Al-Qaida", "al Qaida", "al Qaida"),
        ("Qaida", "al-Qaida", "Qaida"),
        ("F-16", "F16", "-"),
        ("F-16", "an F–16 jet", "F–16"),
        ("737", "737-800", "737"),
        ("\"737 MAX\"", "737-MAX", "737-MAX"),
        ("3.14", "pi is 3.14.", "3.14"),
        ("14", "pi is 3.14", "-"),
        ("1,000", "1,000 men", "1,000"),
        ("1000", "1,000 men", "-"),
        ("e.g.", "e.g. this", "e.g."),
        ("a.m.", "at 9 a.m. sharp", "a.m."),
        ("Ph.D.", "a Ph.D. thesis", "Ph.D"),
        ("example.com", "see example.com/page", "example.com"),
        ("node.js", "in Node.js", "Node.js"),
        ("foo_bar", "foo bar", "foo bar"),
        ("12:30", "at 12:30", "12:30"),
        ("G7", "the G7.", "G7"),
        ("G-7", "the G 7", "G 7"),
        ("24/7", "open 24/7", "24/7"),
        ("R&D", "R&D", "R&D"),
    ]);
}

#[test]
fn exactness() {
    check_all(&[
        ("=ACME", "ACME", "ACME"),
        ("=ACME", "Acme", "-"),
        ("=ACME", "ACME's", "-"),
        ("=Müller", "Müller", "Müller"),
        ("=Müller", "Muller", "-"),
        ("=us", "us", "us"),
        ("=us", "US", "-"),
        ("=U.S.", "U.S. Navy", "U.S."),
        ("=U.S.", "US Navy", "-"),
        ("=C++", "C++", "C++"),
        ("=COVID-19", "COVID-19", "COVID-19"),
        ("=COVID-19", "COVID 19", "-"),
        ("=WHO AND who", "WHO", "WHO"),
        ("=it NOT =IT", "it works", "it"),
    ]);
}

#[test]
fn symbols_and_emoji() {
    check_all(&[
        ("\"C#\"", "C# and C", "C#"),
        ("\"F#\"", "F major", "-"),
        ("\"100%\"", "100% sure", "100%"),
        ("\"£5\"", "£5 each", "£5"),
        ("\"€\"", "5€", "€"),
        ("\"#1\"", "ranked #1", "#1"),
        ("\"@BBC\"", "me@BBC.example", "-"),
        ("\"H&M\"", "H & M", "-"),
        ("\"Johnson & Johnson\"", "Johnson & Johnson", "Johnson & Johnson"),
        ("\"a+b\"", "a+b", "a+b"),
        ("\"a+b\"", "a b", "-"),
        ("\"<3\"", "I <3 you", "<3"),
        ("🔥", "so 🔥🔥", "🔥 · 🔥"),
        ("🇺🇳", "the 🇺🇳 flag", "🇺🇳"),
        ("👍", "ok 👍🏽", "👍🏽"),
        ("👩\u{200D}🚒", "👩\u{200D}🚒!", "👩\u{200D}🚒"),
        ("👩", "👩\u{200D}🚒", "👩\u{200D}🚒"),
        ("❤️", "I ❤ it", "❤"),
        ("™", "Acme™", "™"),
        ("Acme", "Acme™", "Acme"),
        ("\"Acme™\"", "Acme", "-"),
        ("#metoo", "the #MeToo case", "#MeToo"),
        ("#metoo", "metoo", "-"),
    ]);
}

#[test]
fn scripts() {
    check_all(&[
        ("北京", "在北京市", "北京"),
        ("北京", "北 京", "-"),
        ("\"北京 上海\"", "北京上海", "北京上海"),
        ("京", "東京都", "京"),
        ("トランプ", "トランプ大統領", "トランプ"),
        ("ガス", "カス", "-"),
        ("ｶﾞｽ", "ガス", "ガス"),
        ("ไทย", "ประเทศไทย", "ไทย"),
        ("น้ำ", "น้ำท่วม", "น้ำ"),
        ("ミサイル NEAR/3 発射", "ミサイルを発射", "ミサイル · 発射"),
        ("한국", "한국 정부", "한국"),
        ("한국", "한국은", "-"),
        ("한국은*", "한국은행", "한국은행"),
        ("שלום", "שָׁלוֹם", "שָׁלוֹם"),
        ("צה״ל", "צה\"ל אמר", "צה\"ל"),
        ("محمد", "مُحَمَّد", "مُحَمَّد"),
        ("العربية", "العــربية", "العــربية"),
        ("हिन्दी", "हिन्दी में", "हिन्दी"),
        ("Київ", "у Києві", "-"),
        ("Київ", "київ", "київ"),
        ("Ελλάδα", "ΕΛΛΆΔΑ", "ΕΛΛΆΔΑ"),
        ("iPhone", "新しいiPhoneが", "iPhone"),
        ("ব্যাংক", "একটি ব্যাংক", "ব্যাংক"),
    ]);
}

#[test]
fn what_is_invisible_or_bidirectional() {
    check_all(&[
        ("Boeing", "Bo\u{AD}eing", "Bo\u{AD}eing"),
        ("Boeing", "\u{200F}Boeing\u{200F}", "Boeing"),
        ("Boeing", "\u{2067}Boeing\u{2069}", "Boeing"),
        ("\"door plug\"", "door\u{200B} plug", "door\u{200B} plug"),
        ("\"door plug\"", "door\u{A0}plug", "door\u{A0}plug"),
        ("\"door plug\"", "door\tplug", "door\tplug"),
        ("Boeing", "Boeing\u{FE0F}", "Boeing\u{FE0F}"),
        ("سلام", "قال \u{202B}سلام\u{202C} لكم", "سلام"),
    ]);
}

#[test]
fn phrases_and_distances() {
    check_all(&[
        ("\"door plug\"", "the door plug blew", "door plug"),
        ("\"door plug\"", "the door, plug", "door, plug"),
        ("\"door plug\"", "the door\nplug", "-"),
        ("\"door plug\"~1", "the door or plug", "door or plug"),
        ("\"door plug\"~1", "the door or a plug", "-"),
        ("\"door plug\"~2", "plug door", "-"),
        ("\"a b c\"~2", "a x b y c", "a x b y c"),
        ("\"a b c\"~1", "a x b y c", "-"),
        ("\"a a\"", "a a a", "a a · a a"),
        ("\"dev C++\"~2", "dev C, C++", "dev C, C++"),
        ("\"dev C++\"~2", "dev C, c", "-"),
        ("\"so 京都\"~3", "so 京 京都", "so 京 京都"),
        ("\"so 京都\"~3", "so 京 x 都", "-"),
        ("\"a b\"~3 NEAR/0 c", "a b x b c", "a b x b · c"),
        ("“door plug”", "door plug", "door plug"),
        ("„door plug“", "door plug", "door plug"),
        ("«door plug»", "plug and door", "-"),
        ("«door plug»", "door plug", "door plug"),
        ("»door plug«", "plug and door", "-"),
        ("»door plug« lock", "door plug, lock", "door plug · lock"),
        ("»door plug»", "plug and door", "-"),
        ("‚door plug‘", "plug and door", "-"),
        ("‘door plug’ OR ‚lock gate‘", "lock gate", "lock gate"),
        ("a NEAR/1 b", "b x a", "b · a"),
        ("a NEAR/0 b", "a x b", "-"),
        ("a NEAR/0 b", "b a", "b · a"),
        ("a BEFORE/1 b", "b a", "-"),
        ("a BEFORE/1 b", "a x b", "a · b"),
        ("a ONEAR/1 b", "b x a", "-"),
        ("a PRE/1 b", "a x b", "a · b"),
        ("a W/1 b", "b x a", "b · a"),
        ("a NEAR b", "a 1 2 3 4 5 b", "a · b"),
        ("a NEAR b", "a 1 2 3 4 5 6 b", "-"),
        ("a NEAR/50 b", "a\nb", "-"),
        ("a NEAR/1 b NEAR/1 c", "a x b x c", "a · b · c"),
        ("a NEAR/1 b NEAR/1 c", "b x a y c", "-"),
        ("a BEFORE/0 b BEFORE/0 c", "c a b c", "a · b · c"),
        ("\"a b\"~2 NEAR/0 c", "a b x b c", "a b x b · c"),
        ("(a OR \"b c\") NEAR/1 d", "b c x d", "b c · d"),
        ("title:a NEAR/3 b", "a b", "-"),
        ("ATLEAST/2 a", "a b", "-"),
        ("ATLEAST/2 a", "a b a", "a · a"),
        ("ATLEAST/3 (a OR b)", "a b a", "a · b · a"),
        ("ATLEAST/2 \"a a\"", "a a a", "-"),
        ("ATLEAST/2 \"a a\"", "a a a a", "a a · a a · a a"),
    ]);
}

#[test]
fn operators_and_wildcards() {
    check_all(&[
        ("and or not", "and or not", "and · or · not"),
        ("near", "near", "near"),
        ("a b", "b a", "b · a"),
        ("a AND b", "a", "-"),
        ("a | b", "b", "b"),
        ("a -b", "a", "a"),
        ("a -b", "a b", "-"),
        ("a NOT (b c)", "a b", "a"),
        ("a NOT (b c)", "a b c", "-"),
        ("a NOT \"b c\"", "a c b", "a"),
        ("(a OR b) (c OR d)", "b d", "b · d"),
        ("NOT (NOT a)", "a", "a"),
        ("rate*", "rates, rating, rated", "rates · rated"),
        ("wom?n", "woman women womn", "woman · women"),
        ("?ran", "Iran", "Iran"),
        ("colo?r", "color", "-"),
        ("\"Spirit Aero*\"", "Spirit AeroSystems", "Spirit AeroSystems"),
        (r"/\d{2}:\d{2}/", "at 12:30", "12:30"),
        (r"/iran/i", "IRAN", "IRAN"),
        (r"/iran/", "IRAN", "-"),
        (r"/^the/", "the end", "the"),
        (r"a /b\/c/", "a b/c", "a · b/c"),
        ("text:a", "a", "a"),
        ("title:a", "a", "-"),
        ("text:(a b)", "b a", "b · a"),
    ]);
}

#[test]
fn there_are_as_many_as_promised() {
    let source = include_str!("cases.rs");
    assert!(
        source
            .lines()
            .filter(|line| line.trim_start().starts_with("(\"") || line.trim_start().starts_with("(r\""))
            .count()
            >= 200
    );
}
