//! Wrong configurations: each is told with file, line, column, and in words that help.

use proptest::prelude::*;

use super::{Desk, REST};

/// `wrong` in front of an otherwise good configuration must be told exactly as `expected`, and nothing else with it.
#[track_caller]
fn check(wrong: &str, expected: &str) {
    let desk = Desk::new(&format!("{wrong}\n{REST}"));
    assert!(desk.load().is_err(), "accepted: {wrong}");
    let lines = desk.lines();
    assert_eq!(lines, [format!("storywatch.toml:{expected}")], "{wrong}");
}

/// The same for a whole file, in which other things may be wrong as well.
#[track_caller]
fn check_whole(text: &str, expected: &str) {
    let desk = Desk::new(text);
    assert!(desk.load().is_err(), "accepted: {text}");
    let lines = desk.lines();
    assert!(lines.contains(&format!("storywatch.toml:{expected}")), "{text}\n{lines:#?}");
}

#[test]
fn what_is_no_toml() {
    check_whole("[mail\nfrom = 1", "1:6: unclosed table, expected `]`");
    check_whole("include = []\ninclude = []", "2:1: duplicate key");
    check_whole("[polling]\ntimeout = 20s", "2:11: string values must be quoted, expected literal string");
}

#[test]
fn what_nobody_knows() {
    check(
        "[[watch]]\nname = \"x\"\nnotify = [\"me\"]\nall = [\"a\"]\nnon = [\"b\"]",
        "5:1: unknown key `non` in [[watch]]; did you mean `none`?",
    );
    check("[polling]\ntimeot = \"5s\"", "2:1: unknown key `timeot` in [polling]; did you mean `timeout`?");
    check("[pollling]\ntimeout = \"5s\"", "1:2: unknown key `pollling` in this file; did you mean `polling`?");
    check("[stories]\nzzzzzz = 1", "2:1: unknown key `zzzzzz` in [stories]; known are window");
    check(
        "[outlet.a]\nnames = [\"A\"]\ndomain = [\"a.org\"]",
        "3:1: unknown key `domain` in [outlet.a]; did you mean `domains`?",
    );
}

#[test]
fn what_has_the_wrong_type() {
    check("[polling]\nconcurrency = \"64\"", "2:15: expected a whole number, found a string");
    check("[polling]\nconcurrency = 6.4", "2:15: expected a whole number, found a fraction");
    check("[polling]\ntimeout = 20", "2:11: expected a string, found a whole number");
    check("[storage]\npath = 5", "2:8: expected a string, found a whole number");
    check("[polling]\nallow_networks = \"10.0.0.0/8\"", "2:18: expected a list of strings");
    check("[terms]\na = [\"sqlite\", 7]", "2:16: expected a string, found a whole number");
    check("polling = 3", "1:11: expected a table, found a whole number");
    check("[[feed]]\nurl = \"https://a.example\"\nenabled = \"no\"", "3:11: expected true or false, found a string");
}

#[test]
fn where_no_page_can_be_served() {
    check(
        "[web]\nlisten = \"localhost:8750\"",
        "2:10: `localhost:8750` is no address to listen on; write an IP address and a port as in \"127.0.0.1:8750\", or \"\" for no web pages",
    );
    check("[web]\npublic_url = \"https://a.example/?x\"", "2:14: nothing may follow the path of this URL");
    check("[web]\npublic_url = \"ftp://a.example/\"", "2:14: expected an http or https URL, found `ftp`");
}

#[test]
fn what_is_out_of_range() {
    check("[storage]\nretention = \"1d\"", "2:13: 1d is out of range: expected 7d to 36500d");
    check("[polling]\nconcurrency = 0", "2:15: 0 is out of range: expected 1 to 1024");
    check("[polling]\nper_host = 99999999999999999999", "2:12: this number is too large");
    check("[polling]\ntimeout = \"2h\"", "2:11: 2h is out of range: expected 1s to 10m");
    check("[polling]\nmax_body = \"1B\"", "2:12: 1B is out of range: expected 1KiB to 1GiB");
    check(
        "[polling]\nmin_interval = \"2h\"\nmax_interval = \"1h\"",
        "2:16: `min_interval` is longer than `max_interval` (`max_interval` is here: storywatch.toml:3:16)",
    );
}

#[test]
fn what_is_misspelt() {
    check("[polling]\ntimeout = \"20 s\"", "2:11: expected a duration such as \"90s\", \"5m\", \"12h\" or \"7d\"");
    check("[polling]\nmax_body = \"15MB\"", "2:12: expected a size such as \"512KiB\" or \"15MiB\"");
    check(
        "[polling]\nallow_networks = [\"10.0.0.0/8\", \"10.1.1.1\"]",
        "2:33: `10.1.1.1` is no network; expected one such as \"10.0.0.0/8\"; write 10.1.1.1/32",
    );
    check(
        "[polling]\ncontact = \"us (please)\"",
        "2:11: expected a URL or an e-mail address by which you can be reached",
    );
    check(
        "[[feed]]\nurl = \"example.com/rss\"",
        "2:7: this is no URL: relative URL without a base; begin it with https://",
    );
    check("[[feed]]\nurl = \"ftp://example.com/rss\"", "2:7: expected an http or https URL, found `ftp`");
    check(
        "[[feed]]\nurl = \"https://a.example\"\nevery = \"often\"",
        "3:9: expected a duration such as \"90s\", \"5m\", \"12h\" or \"7d\"; or write \"auto\"",
    );
    check(
        "[[feed]]\nurl = \"https://a.example\"\nlanguage = \"en-GB\"",
        "3:12: `en-GB` is no two-letter language code; write \"en\"",
    );
    check(
        "[[feed]]\nurl = \"https://a.example\"\nname = \"a\\nb\"",
        "3:8: a line break or another control character is not allowed here",
    );
    check(
        "[[feed]]\nurl = \"https://a.example\"\ngroups = [\"US papers\"]",
        "3:11: `US papers` is no name: use 1 to 64 of a-z, 0-9 and -; perhaps `us-papers`",
    );
    check("[[feed]]\nurl = \"https://a.example\"\nheaders = { Host = \"b\" }", "3:13: the header `Host` cannot be set");
    check(
        "[outlet.a]\nnames = [\"A\"]\ndomains = [\"https://a.org\"]",
        "3:12: `https://a.org` is no domain; expected one such as \"example.org\"",
    );
}

/// The same for a table `[watch]`: `name`, `any` and `notify` are given.
#[track_caller]
fn check_watch(wrong: &str, expected: &str) {
    check(&format!("[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = [\"me\"]\n{wrong}"), expected);
}

#[test]
fn what_is_wrong_in_a_watch() {
    check_watch("priority = \"urgent\"", "5:12: `urgent` is no priority; expected `low`, `normal`, `high`, `critical`");
    check_watch(
        "priority = \"hihg\"",
        "5:12: `hihg` is no priority; expected `low`, `normal`, `high`, `critical`; did you mean `high`?",
    );
    check_watch("none = []", "5:8: `none` is empty; leave it out, or put something in");
    check_watch("all = [\"b\", \"\"]", "5:13: this is empty");
    check_watch("note = \"a\\u001bb\"", "5:8: a line break or another control character is not allowed here");
    check_watch("[watch.story]\nmin_outlets = 0", "6:15: 0 is out of range: expected 1 to 1000");
    check_watch(
        "[watch.story]\nmin_outlets = \"2\"",
        "6:15: expected a whole number or a table; write min_outlets = 3, or { independent = 2, within = \"6h\" }",
    );
    check_watch("[watch.story]\nmin_outlets = { within = \"6h\" }", "6:15: `min_outlets` needs `independent` or `any`");
    check_watch(
        "[watch.story]\nmin_outlets = { any = 3, independent = 2 }",
        "6:23: `min_outlets` takes one number only (the other is here: storywatch.toml:6:40)",
    );
    check_watch(
        "[watch.story]\nkey = 'CVE-('",
        "6:7: this is no regular expression: unclosed group; write what entries of one story have in common: key = \
         'CVE-\\d{4}-\\d{4,}'",
    );
    check_watch(
        "[watch.alert]\nfollow_up = [\"corection\"]",
        "6:14: `corection` is no event; expected `correction`, `escalated`, `confirmed`, `headline-changed`, `resurfaced`; \
         did you mean `correction`?",
    );
    check_watch("[watch.scope]\nlanguages = [\"eng\"]", "6:14: `eng` is no two-letter language code");
    check_watch(
        "[watch.scope]\nmax_age = \"7\"",
        "6:11: expected a duration such as \"90s\", \"5m\", \"12h\" or \"7d\"",
    );
}

#[test]
fn what_is_no_name() {
    let told = "is no name: use 1 to 64 of a-z, 0-9 and -";
    let check_name = |name: &str, expected: &str| {
        check(&format!("[[watch]]\nname = \"{name}\"\nany = [\"a\"]\nnotify = [\"me\"]"), &format!("2:8: {expected}"));
    };
    check_name("", &format!("`` {told}"));
    check_name("--", &format!("`--` {told}"));
    check_name("Fed Rates!", &format!("`Fed Rates!` {told}; perhaps `fed-rates`"));
    let long = "a".repeat(65);
    check_name(&long, &format!("`{}…` {told}; perhaps `{}…`", &long[..60], &long[..60]));
}

#[test]
fn what_leads_nowhere() {
    check_watch("[watch.scope]\nfeeds = [\"group:papers\"]", "6:10: no feed is in the group `papers`");
    check_watch(
        "[watch.scope]\nfeeds = [\"exmple.org/feed.xml\"]",
        "6:10: there is no feed `exmple.org/feed.xml`; did you mean `example.org/feed.xml`?",
    );
    check(
        "[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = [\"mee\"]",
        "4:11: there is no recipient `mee`; did you mean `me`?",
    );
    check(
        "[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = [\"me\", \"hook:room\"]",
        "4:17: there is no webhook `hook:room`",
    );
    check(
        "[outlet.nyt]\nnames = [\"NYT\"]\n[[feed]]\nurl = \"https://a.example\"\noutlet = \"nytt\"",
        "5:10: there is no outlet `nytt`; did you mean `nyt`?",
    );
}

#[test]
fn what_is_missing() {
    check("[[feed]]\nname = \"x\"", "1:1: [[feed]] has no `url`");
    check("[[watch]]\nany = [\"a\"]\nnotify = [\"me\"]", "1:1: [[watch]] has no `name`");
    check(
        "[[watch]]\nname = \"x\"\nnotify = [\"me\"]",
        "2:8: this watch has nothing to look for; add `any`, `all` or `query`",
    );
    check("[[watch]]\nname = \"x\"\nany = [\"a\"]", "2:8: this watch notifies nobody; add `notify = [\"NAME\"]`");
    check("[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = []", "4:10: `notify` is empty: this watch notifies nobody");
    check_whole("[mail]\nfrom = \"a@example.org\"", "1:1: [mail] has no `smtp`");
    check_whole(
        "[[watch]]\nname = \"w\"\nany = [\"a\"]\nnotify = [\"me\"]\n[recipient.me]",
        "5:12: the recipient `me` has no address; add `email = [\"someone@example.org\"]`",
    );
    check_whole(
        "[[watch]]\nname = \"w\"\nany = [\"a\"]\nnotify = [\"me\"]\n[recipient.me]\nemail = [\"me@example.org\"]",
        "1:1: [mail] is missing, but the recipient `me` has an address; add [mail] with `from` and `smtp` (the recipient is here: storywatch.toml:5:12)",
    );
}

#[test]
fn what_is_there_twice() {
    check_watch(
        "[[watch]]\nname = \"x\"\nany = [\"b\"]\nnotify = [\"me\"]",
        "6:8: the watch `x` is defined twice (first here: storywatch.toml:2:8)",
    );
    check(
        "[[feed]]\nurl = \"https://a.example\"\n[[feed]]\nurl = \"https://a.example/\"",
        "4:7: this URL is polled already (first here: storywatch.toml:2:7)",
    );
    check(
        "[[feed]]\nurl = \"https://a.example\"\nname = \"n\"\n[[feed]]\nurl = \"https://b.example\"\nname = \"n\"",
        "6:8: the feed `n` is defined twice; each needs a `name` of its own (first here: storywatch.toml:3:8)",
    );
    check(
        "[outlet.a]\nnames = [\"A\"]\ndomains = [\"x.org\"]\n[outlet.b]\nnames = [\"B\"]\ndomains = [\"x.org\"]",
        "6:12: `x.org` has an outlet already (first here: storywatch.toml:3:12)",
    );
}

#[test]
fn what_two_files_both_define() {
    let desk = Desk::new(REST)
        .file("feeds/a.toml", "[outlet.a]\nnames = [\"A\"]\n[polling]\nper_host = 2\n[terms]\nt = [\"x\"]")
        .file("feeds/b.toml", "[outlet.a]\nnames = [\"A\"]\n[polling]\nper_host = 3\n[terms]\nt = [\"y\"]");
    let expected = [
        "feeds/b.toml:1:9: the outlet `a` is defined twice (first here: feeds/a.toml:1:9)",
        "feeds/b.toml:4:1: `polling.per_host` is set twice (first set here: feeds/a.toml:4:12)",
        "feeds/b.toml:6:1: the term `t` is defined twice (first here: feeds/a.toml:6:1)",
    ];
    assert_eq!(desk.lines(), expected);
}

#[test]
fn what_a_watch_asks_for_must_make_sense() {
    check_watch("[watch.story]\nburst = { factor = 1 }", "6:20: 1 is out of range: expected 2 to 1000");
    check_watch(
        "[watch.story]\nburst = { window = \"2h\", baseline = \"1h\" }",
        "6:37: `baseline` is not longer than `window`; what is usual is counted over many windows, such as baseline = \"14d\"",
    );
    check_watch("stem = \"yes\"", "5:8: expected true or false, found a string");
    check_watch("history = \"2 days\"", "5:11: expected a duration such as \"90s\", \"5m\", \"12h\" or \"7d\"");
}

/// The same for a table `[recipient.a]` that somebody is told through.
#[track_caller]
fn check_recipient(wrong: &str, expected: &str) {
    check(&format!("[operator]\nnotify = [\"a\"]\n[recipient.a]\nemail = [\"a@example.org\"]\n{wrong}"), expected);
}

#[test]
fn what_is_wrong_in_when_and_how_much_is_told() {
    check_watch("[watch.alert]\nfirst = \"later\"", "6:9: `later` is no way to tell; expected `immediate`, `digest`");
    check_watch("[watch.alert]\nbreaks_quiet = 1", "6:16: expected true or false, found a whole number");
    check_watch("[watch.alert]\nat_most_every = \"30d\"", "6:17: 30d is out of range: expected 0s to 7d");
    check_watch("[watch.alert]\nmutes = [\"x\"]", "6:10: a watch cannot mute itself");
    check_watch("[watch.alert]\nmutes = [\"v\"]", "6:10: there is no watch `v`");
    check(
        "[[watch]]\nname = \"a\"\nany = [\"x\"]\nnotify = [\"me\"]\n[watch.alert]\nmutes = [\"b\"]\n[[watch]]\nname = \
         \"b\"\nany = [\"y\"]\nnotify = [\"me\"]\n[watch.alert]\nmutes = [\"a\"]",
        "12:10: `a` and `b` mute each other: neither would say anything",
    );
    let time = "expected a time of day such as \"07:00\" or \"17:30\"";
    check_recipient("digest = [\"7:00\"]", &format!("5:11: {time}"));
    check_recipient("digest = [\"07:00\", \"24:00\"]", &format!("5:20: {time}"));
    check_recipient("digest = [\"07:00\", \"07:00\"]", "5:20: this time is written twice");
    check_recipient("digest = []", "5:10: `digest` is empty; leave it out, or put something in");
    check_recipient("quiet = { from = \"22:00\" }", "5:9: `quiet` has no `to`");
    check_recipient("quiet = { from = \"22:00\", to = \"+6:30\" }", &format!("5:32: {time}"));
    check_recipient(
        "quiet = { from = \"22:00\", to = \"22:00\" }",
        "5:32: these quiet hours end when they begin; for whole days write from = \"00:00\", to = \"24:00\"",
    );
    check_recipient(
        "quiet = { from = \"22:00\", to = \"06:00\", days = [\"Monday\"] }",
        "5:49: `Monday` is no day; expected `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`; write \"mon\"",
    );
    check_recipient("budget = 8", "5:10: expected a table, found a whole number");
    check_recipient("budget = { per = \"1d\" }", "5:10: `budget` has no `immediate`");
    check_recipient(
        "budget = { immediate = 3, burst = 4 }",
        "5:35: `burst` is more than `immediate` (`immediate` is here: storywatch.toml:5:24)",
    );
    check_recipient("catch_up_after = \"1m\"", "5:18: 1m is out of range: expected 10m to 365d");
    check_recipient("format = \"html\"", "5:10: `html` is no format; expected `both`, `text`");
    check("[operator]\nnotify = [\"mee\"]", "2:11: there is no recipient `mee`; did you mean `me`?");
    check("[operator]\nnotify = \"me\"", "2:10: expected a list of strings");
}

#[test]
fn what_is_wrong_in_channels() {
    let mail = |line: &str| format!("[mail]\nfrom = \"a@example.org\"\n{line}");
    check_whole(
        &mail("smtp = \"mail.example.org\""),
        "3:8: this is no URL: relative URL without a base; expected smtps://user@host, smtp://user@host or maildir:///path",
    );
    check_whole(
        &mail("smtp = \"smtps://me@mail.example.org:99999\""),
        "3:8: this is no URL: invalid port number; expected smtps://user@host, smtp://user@host or maildir:///path",
    );
    check_whole(&mail("smtp = \"smtps://me@mail.example.org\""), "3:8: a user but no password; add `password_file`");
    check_whole(&mail("smtp = \"maildir:\""), "3:8: this maildir has no path; write maildir:///path");
    check_whole(
        "[mail]\nfrom = \"nobody\"\nsmtp = \"smtp://localhost\"",
        "2:8: `nobody` is no sender; write it as \"Storywatch <alerts@example.org>\"",
    );
    check_whole(
        "[mail]\nfrom = \"a\\nb <a@example.org>\"\nsmtp = \"smtp://localhost\"",
        "2:8: a line break or another control character is not allowed here",
    );
    let recipient = |line: &str| format!("[recipient.a]\n{line}");
    for bad in ["a.example.org", "\"q q\"@example.org", "a@[127.0.0.1]", "ü@example.org"] {
        check_whole(&recipient(&format!("email = ['{bad}']")), &format!("2:10: `{bad}` is no e-mail address"));
    }
    check_whole(
        &recipient("email = [\"a@x.org\", \"A@x.org\"]"),
        "2:21: this address is written twice (first here: storywatch.toml:2:10)",
    );
    check_whole(
        &recipient("timezone = \"Europe/Berln\""),
        "2:12: `Europe/Berln` is no time zone; did you mean `Europe/Berlin`?",
    );
    let webhook = |line: &str| format!("[webhook.h]\nurl = \"https://h.example\"\n{line}");
    let hint = "make one with: echo whsec_$(openssl rand -base64 32)";
    check_whole(
        &webhook("payload = \"slak\""),
        "3:11: `slak` is no payload; expected `standard`, `slack`, `discord`, `teams`, `matrix`, `telegram`, `ntfy`, `apprise`; did you mean `slack`?",
    );
    check_whole(&webhook("payload = \"matrix\"\ntoken = \"t\""), "1:10: [webhook.h] has no `room`");
    check_whole(&webhook("payload = \"telegram\"\nchat = \"1\""), "1:10: [webhook.h] has no `token_file`");
    check_whole(&webhook("chat = \"1\""), "3:8: `chat` belongs to the payload `telegram`");
    check_whole(
        &webhook("payload = \"ntfy\""),
        "1:10: the URL names no topic; write it as in \"https://ntfy.sh/our-topic\"",
    );
    check_whole(
        &webhook("secret = \"whsec_c2hvcnQ=\""),
        &format!("3:10: this secret has 5 bytes; 24 are the least; {hint}"),
    );
    check_whole(&webhook("secret = \"hush\""), &format!("3:10: a webhook secret begins with whsec_; {hint}"));
    check_whole(&webhook("secret = \"whsec_%\""), &format!("3:10: what follows whsec_ is not base64; {hint}"));
    check_whole("[webhook.h]\nurl = \"https://u:p@h.example\"", "2:7: a login does not belong in the URL");
}

#[test]
fn what_is_wrong_in_a_template_is_told_at_its_own_line() {
    let main = "[webhook.h]\nurl = \"https://h.example\"\npayload = \"template:body.json\"";
    let check = |template: &str, expected: &str| {
        let lines = Desk::new(main).file("body.json", template).lines();
        assert!(lines.iter().any(|line| line.starts_with(expected)), "{template}\n{lines:#?}");
    };
    let prefix = "body.json:2:1: this template cannot be used: ";
    check("{\n{{ title", &format!("{prefix}syntax error"));
    check("{\n\"t\": {{ titel }}}", &format!("{prefix}undefined value"));
    check("{\n\"t\": {{ data.nothing.at.all }}}", &format!("{prefix}undefined value"));
    check(
        "{{ title }} and more",
        "body.json:1:1: this template cannot be used: what it gives for a sample alert is no JSON",
    );
    check(
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "body.json:1:1: this template cannot be used: ",
    );
    let lines = Desk::new(&main.replace("body.json", "gone.json")).lines();
    assert!(lines.iter().any(|line| line.starts_with("storywatch.toml:3:11: cannot read the template")), "{lines:#?}");
    let mail = "[mail]\nfrom = \"a@example.org\"\nsmtp = \"maildir:m\"\ntemplates = \"t\"\n";
    let lines = Desk::new(mail).file("t/alert.html", "<p>{{ view.headline }}\n{{ view.nothing.here }}</p>").lines();
    assert!(
        lines.iter().any(|line| line.starts_with("t/alert.html:2:1: this template cannot be used: undefined")),
        "{lines:#?}"
    );
    let lines = Desk::new(mail).file("t/alarm.html", "").lines();
    assert!(
        lines.iter().any(|line| line.contains("holds no template; the names of templates are alert.html")),
        "{lines:#?}"
    );
}

#[test]
fn what_is_wrong_about_ways_to_send() {
    let mail = |line: &str| format!("[mail]\nfrom = \"a@example.org\"\n{line}");
    check_whole(
        &mail("command = [\"sendmail\"]"),
        "3:12: `sendmail` is no whole path of a program; write it as in [\"/usr/sbin/sendmail\", \"-i\"]; no shell is involved",
    );
    check_whole(
        &mail("command = [\"/bin/x\"]\nsmtp = \"smtp://localhost\""),
        "3:12: both `smtp` and `command` are given (the other is here: storywatch.toml:4:8)",
    );
    let smtp = |line: &str| mail(&format!("smtp = \"smtp://localhost\"\n{line}"));
    check_whole(&smtp("client_key_file = \"k\""), "4:19: a key but no client certificate; add `client_certificate`");
    let lines = Desk::new(&smtp("ca_file = \"ca\"")).file("ca", "hush").lines();
    assert!(lines.iter().any(|line| line.contains("holds no certificate in PEM form")), "{lines:#?}");
}

/// Every diagnostic has a place, whatever becomes of a file: cut anywhere, or with a letter replaced.
#[track_caller]
fn check_placed(text: &str) {
    let desk = Desk::new(text);
    let diagnostics = desk.load().map_or_else(|faults| faults, |loaded| loaded.warnings);
    for diagnostic in &diagnostics {
        assert!(diagnostic.spot.line >= 1 && diagnostic.spot.column >= 1, "{}", diagnostic.to_line());
        assert!(!diagnostic.spot.file.is_empty(), "{}", diagnostic.to_line());
    }
    crate::config::render(&diagnostics, false);
}

proptest! {
    #[test]
    fn no_damage_to_a_file_panics(cut in 0_usize..2000, at in 0_usize..2000, letter in "[\\[\\]\"'={}\\\\\n#é\u{202e}0a,.]") {
        let shipped = concat!(
            include_str!("../../../config/minimal.toml"),
            include_str!("../../../config/watchlists/example.toml")
        );
        let (cut, at) = (shipped.floor_char_boundary(cut), shipped.floor_char_boundary(at));
        check_placed(&shipped[..cut]);
        check_placed(&format!("{}{letter}{}", &shipped[..at], &shipped[shipped.ceil_char_boundary(at + 1)..]));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        check_placed(&text);
    }
}

#[test]
fn proxies_and_certificates_that_cannot_be_used() {
    let feed = |lines: &str| format!("[[feed]]\nurl = \"https://a.example\"\n{lines}");
    for (line, expected) in [
        (
            "proxy = \"ftp://p.example\"",
            "3:9: `ftp` is no kind of proxy; expected \"http://user@host:port\", https, socks5, socks5h, or \"none\"",
        ),
        (
            "proxy = \"p.example:3128\"",
            "3:9: `p.example` is no kind of proxy; expected \"http://user@host:port\", https, socks5, socks5h, or \"none\"",
        ),
        (
            "proxy = \"http://u:canary@p.example\"",
            "3:9: a password does not belong in the URL; use `proxy_password_file`",
        ),
        ("proxy = \"http://u@p.example\"", "3:9: a user but no password; add `proxy_password_file`"),
        ("proxy = \"http://p.example/path\"", "3:9: nothing may follow the host and the port"),
        ("proxy_password = \"x\"", "3:18: a password for a proxy but no `proxy`"),
        (
            "proxy = \"http://p.example\"\nproxy_password = \"x\"",
            "4:18: a password but no user; write the user into the URL: \"http://user@host:port\" (the proxy is here: storywatch.toml:3:9)",
        ),
        ("user_agent = \"caf\u{e9}\"", "3:14: a User-Agent is up to 300 letters of ASCII"),
    ] {
        check(&feed(line), expected);
    }
    check("[polling]\nproxy = \"http://p.example?x\"", "2:9: nothing may follow the host and the port");
}

#[test]
fn certificates_that_cannot_be_read() {
    let feed = "[[feed]]\nurl = \"https://a.example\"\nca_file = \"ca.pem\"\n";
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (content, expected) in [
        (None, "cannot read the certificates in"),
        (Some("no certificate"), "holds no usable certificate: no \"BEGIN CERTIFICATE\" in it"),
        (Some(broken), "holds no usable certificate: "),
    ] {
        let desk = Desk::new(&format!("{feed}{REST}"));
        let desk = match content {
            Some(content) => desk.file("ca.pem", content),
            None => desk,
        };
        let lines = desk.lines();
        assert!(desk.load().is_err(), "{content:?}");
        assert!(
            lines.len() == 1 && lines[0].starts_with("storywatch.toml:3:11: ") && lines[0].contains(expected),
            "{lines:?}"
        );
    }
}
