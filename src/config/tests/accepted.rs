//! Good configurations: layers, defaults, secrets, and what is shipped.

use std::{fs, path::Path, time::Duration};

use jiff::civil::{Weekday, time};

use super::{Desk, REST};
use crate::{
    alert::{Budget, Event, First, MinOutlets, Quiet, RecipientId, Weekdays},
    config::{MailTransport, Overrides, Security, Tls, difference, load},
    message::Payload,
};

#[test]
fn defaults_hold_where_nothing_is_written() {
    let config = Desk::new(REST).config();
    assert_eq!(config.storage.path, Path::new("/var/lib/storywatch/storywatch.db"));
    assert_eq!((config.polling.concurrency, config.polling.per_host), (64, 1));
    assert_eq!(config.polling.max_body, 15 << 20);
    assert_eq!(config.stories.window, Duration::from_secs(5 * 86_400));
    assert_eq!(config.web.listen, "127.0.0.1:8750".parse().ok());
    assert_eq!(config.web.public_url, None);
    let policy = &config.watches[0].policy;
    assert_eq!(policy.wait, Duration::from_secs(120));
    assert_eq!(policy.follow_up, [Event::Correction, Event::Escalated, Event::Confirmed]);
    assert_eq!((policy.first, policy.at_most_every, policy.breaks_quiet), (First::Immediate, Duration::ZERO, false));
    let telling = &config.recipients["me"].telling;
    assert_eq!((telling.digest.len(), telling.quiet, telling.budget), (0, None, None));
    assert_eq!(telling.catch_up_after, Duration::from_secs(6 * 3600));
    assert_eq!(policy.min_outlets, MinOutlets { count: 1, independent: false, within: None });
    assert_eq!(config.feeds[0].name, "example.org/feed.xml");
    assert_eq!(config.feeds[0].outlet, "example.org");
}

#[test]
fn the_web_pages_can_be_turned_off_and_have_a_public_url() {
    let desk = Desk::new(&format!("[web]\nlisten = \"\"\npublic_url = \"https://alerts.example.org/sw\"\n{REST}"));
    let web = desk.config().web;
    assert_eq!(web.listen, None);
    assert_eq!(web.public_url.map(String::from).as_deref(), Some("https://alerts.example.org/sw/"));
}

#[test]
fn later_layers_win() {
    let desk = Desk::new(&format!("[polling]\nper_host = 2\ntimeout = \"5s\"\nconcurrency = 3\n{REST}"))
        .variable("STORYWATCH__POLLING__TIMEOUT", "6s")
        .variable("STORYWATCH__POLLING__CONCURRENCY", "4")
        .variable("STORYWATCH__POLLING__ALLOW_NETWORKS", "127.0.0.0/8, ::1/128")
        .variable("STORYWATCH_LOG", "not a setting")
        .flag("--concurrency", "polling.concurrency", "5");
    let polling = desk.config().polling;
    assert_eq!((polling.per_host, polling.timeout, polling.concurrency), (2, Duration::from_secs(6), 5));
    assert_eq!(polling.allow_networks.len(), 2);
}

#[test]
fn the_environment_is_read_by_the_type_of_its_target() {
    let desk = Desk::new(REST)
        .variable("STORYWATCH__POLLING__CONCURRENCY", "many")
        .variable("STORYWATCH__POLLING__TIMOUT", "5s")
        .variable("STORYWATCH__POLLING__TIMEOUT", "5")
        .variable("STORYWATCH__MAIL__PASSWORD", "CANARY");
    let lines = desk.lines();
    assert_eq!(
        lines,
        [
            "STORYWATCH__MAIL__PASSWORD:1:1: a secret belongs neither in the environment nor on the command line; put it into a file and name that in `mail.password_file`",
            "STORYWATCH__POLLING__CONCURRENCY:1:1: expected a whole number, found `many`",
            "STORYWATCH__POLLING__TIMEOUT:1:1: expected a duration such as \"90s\", \"5m\", \"12h\" or \"7d\"",
            "STORYWATCH__POLLING__TIMOUT:1:1: the environment variable `STORYWATCH__POLLING__TIMOUT` sets nothing; did you mean `STORYWATCH__POLLING__TIMEOUT`?",
        ]
    );
    let faults = desk.load().err().unwrap();
    assert!(!crate::config::render(&faults, false).contains("CANARY"));
}

#[test]
fn full_texts_and_hubs_are_asked_for_and_left_alone() {
    let web = "[web]\npublic_url = \"https://alerts.example.org/\"\n";
    let config = Desk::new(&format!("{web}{REST}")).config();
    assert!(config.callbacks().is_some() && config.feeds[0].websub);
    assert_eq!((config.polling.full_text, config.feeds[0].full_text), (false, None));
    assert!(Desk::new(REST).config().callbacks().is_none(), "hubs cannot reach us");
    assert!(Desk::new(&format!("{web}listen = \"\"\n{REST}")).config().callbacks().is_none(), "nobody listens");
    let desk =
        Desk::new(&format!("{web}{REST}[[feed]]\nurl = \"https://b.example/\"\nfull_text = true\nwebsub = false\n"));
    let config = desk.variable("STORYWATCH__POLLING__WEBSUB", "false").config();
    assert!(config.callbacks().is_none(), "switched off");
    let feed = config.feeds.iter().find(|feed| feed.url.as_str() == "https://b.example/").unwrap();
    assert_eq!((feed.full_text, feed.websub), (Some(true), false));
    for (name, value) in [("WEBSUB", "no"), ("FULL_TEXT", "1")] {
        let desk = Desk::new(REST).variable(&format!("STORYWATCH__POLLING__{name}"), value);
        assert!(desk.load().is_err(), "{name}");
    }
    assert!(Desk::new(&format!("[polling]\nfull_text = \"yes\"\n{REST}")).load().is_err());
}

#[test]
fn a_number_in_the_environment_stays_text_where_text_is_wanted() {
    let config = Desk::new(REST).variable("STORYWATCH__STORAGE__PATH", "587").config();
    assert!(config.storage.path.ends_with("587"));
}

#[test]
fn lists_of_several_files_are_appended() {
    let desk = Desk::new(REST)
        .file("feeds/b.toml", "[[feed]]\nurl = \"https://b.example\"")
        .file("feeds/a.toml", "[[feed]]\nurl = \"https://a.example\"")
        .file("feeds/.#a.toml", "what an editor leaves")
        .file("watchlists/a.toml", "[[watch]]\nname = \"v\"\nany = [\"y\"]\nnotify = [\"me\"]");
    let config = desk.config();
    let hosts: Vec<_> = config.feeds.iter().map(|feed| feed.url.host_str().unwrap().to_owned()).collect();
    assert_eq!(hosts, ["example.org", "a.example", "b.example"]);
    assert_eq!(config.watches.len(), 2);
}

#[test]
fn an_include_list_replaces_the_default() {
    let desk = Desk::new(&format!("include = [\"*.toml\", \"none/*.toml\"]\n{REST}"))
        .file("other.toml", "[stories]\nwindow = \"2d\"")
        .file("feeds/broken.toml", "not read");
    assert_eq!(desk.config().stories.window, Duration::from_secs(2 * 86_400));
    assert_eq!(desk.lines(), ["storywatch.toml:1:22: warning: no file is found by this pattern"]);
    let nested = Desk::new(REST).file("feeds/a.toml", "include = []");
    assert_eq!(nested.lines(), ["feeds/a.toml:1:1: only the main file may include others"]);
}

#[test]
fn a_feed_belongs_to_the_outlet_of_its_domain() {
    let desk = Desk::new(&format!(
        "[outlet.bbc]\nnames = [\"BBC\"]\ndomains = [\"bbci.co.uk\"]\n[[feed]]\nurl = \"https://feeds.bbci.co.uk/x\"\n\
         [[feed]]\nurl = \"https://www.news.com.au/x\"\n[[feed]]\nurl = \"http://127.0.0.1:80/x\"\n{REST}"
    ));
    let outlets: Vec<_> = desk.config().feeds.into_iter().map(|feed| feed.outlet).collect();
    assert_eq!(outlets, ["bbc", "news.com.au", "127.0.0.1", "example.org"]);
}

#[test]
fn min_outlets_and_critical_watches() {
    let watch = |more: &str| {
        let text = format!("{REST}[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = [\"me\"]\n{more}");
        Desk::new(&text).config().watches.remove(1).policy.clone()
    };
    let six_hours = Some(Duration::from_secs(6 * 3600));
    let independent = watch("[watch.story]\nmin_outlets = { independent = 2, within = \"6h\" }").min_outlets;
    assert_eq!(independent, MinOutlets { count: 2, independent: true, within: six_hours });
    let any = watch("[watch.story]\nmin_outlets = 3").min_outlets;
    assert_eq!(any, MinOutlets { count: 3, independent: false, within: None });
    assert_eq!(watch("priority = \"critical\"").wait, Duration::ZERO);
    let waiting = watch("priority = \"critical\"\n[watch.alert]\nwait = \"1m\"\nfollow_up = []");
    assert_eq!((waiting.wait, waiting.follow_up), (Duration::from_secs(60), vec![]));
}

#[test]
fn when_and_how_much_is_told() {
    let text = REST.replace(
        "[recipient.me]",
        "[operator]\nnotify = [\"me\"]\n[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = [\"me\"]\n[watch.alert]\nfirst = \
         \"digest\"\nat_most_every = \"30m\"\nbreaks_quiet = true\nmutes = [\"w\"]\nfollow_up = [\"resurfaced\", \
         \"escalated\"]\n[recipient.me]\nquiet = { from = \"22:00\", to = \"24:00\", days = [\"mon\", \"sun\"] }\ndigest = \
         [\"07:00\", \"17:30\"]\nbudget = { immediate = 8, per = \"2d\", burst = 3 }\ncatch_up_after = \"2h\"\nformat = \
         \"text\"",
    );
    let config = Desk::new(&text).config();
    assert_eq!(config.operator, [RecipientId("me".to_owned())]);
    let policy = &config.watches.iter().find(|watch| watch.query.name == "x").unwrap().policy;
    assert_eq!(policy.first, First::Digest);
    assert_eq!((policy.at_most_every, policy.breaks_quiet), (Duration::from_secs(1800), true));
    assert_eq!(
        (policy.mutes.clone(), policy.follow_up.clone()),
        (vec!["w".to_owned()], vec![Event::Escalated, Event::Resurfaced])
    );
    let telling = &config.recipients["me"].telling;
    let days = Weekdays::of([Weekday::Monday, Weekday::Sunday]);
    assert_eq!(telling.quiet, Some(Quiet { from: time(22, 0, 0, 0), to: None, days }));
    assert_eq!(telling.digest, [time(7, 0, 0, 0), time(17, 30, 0, 0)]);
    let per = Duration::from_secs(2 * 86_400);
    assert_eq!(telling.budget, Some(Budget { immediate: 8, per, burst: 3 }));
    assert_eq!((telling.catch_up_after, telling.is_text_only), (Duration::from_secs(7200), true));
}

fn with_mail(smtp: &str) -> String {
    REST.replace("smtp = \"maildir:mail\"", smtp)
}

#[test]
fn ways_to_send_mail() {
    let transport = |smtp: &str| {
        let desk = Desk::new(&with_mail(smtp)).file("pw", "hush\n");
        (desk.config().mail.unwrap().transport, desk)
    };
    let (local, desk) = transport("smtp = \"maildir:mail\"");
    assert_eq!(local, MailTransport::Maildir { path: desk.path("mail") });
    let (local, _) = transport("smtp = \"maildir:///var/mail/x\"");
    assert_eq!(local, MailTransport::Maildir { path: "/var/mail/x".into() });
    let check = |smtp: &str, expected: (&str, u16, Security, Option<&str>)| match transport(smtp).0 {
        MailTransport::Smtp { host, port, security, user, password, tls } => {
            assert_eq!(tls, Tls::default());
            assert_eq!((host.as_str(), port, security, user.as_deref()), expected);
            assert_eq!(password.as_ref().map(|password| password.expose()), user.as_ref().map(|_| "hush"));
        }
        _ => panic!("{smtp}"),
    };
    let password = "password_file = \"pw\"";
    check(
        &format!("smtp = \"smtps://me%40b.org@mail.example.org\"\n{password}"),
        ("mail.example.org", 465, Security::Tls, Some("me@b.org")),
    );
    check(
        &format!("smtp = \"smtp://me@mail.example.org\"\n{password}"),
        ("mail.example.org", 587, Security::StartTls, Some("me")),
    );
    check("smtp = \"smtp://localhost\"", ("localhost", 25, Security::Opportunistic, None));
    check("smtp = \"smtp://127.0.0.1:2525\"", ("127.0.0.1", 2525, Security::Opportunistic, None));
    check("smtp = \"smtp://[::1]:2525\"", ("::1", 2525, Security::Opportunistic, None));
}

#[test]
fn a_secret_must_be_closed_to_others() {
    let text = with_mail("smtp = \"smtps://me@mail.example.org\"\npassword_file = \"pw\"");
    assert!(Desk::new(&text).file("pw", "hush").load().is_ok());
    for mode in [0o640, 0o604, 0o620] {
        let desk = Desk::new(&text).file_with_mode("pw", "hush", mode);
        let line = desk.lines().remove(0);
        assert!(line.starts_with("storywatch.toml:5:17: other users have rights on the secret file `"), "{line}");
    }
    let missing = Desk::new(&text).lines().remove(0);
    assert!(missing.starts_with("storywatch.toml:5:17: cannot read the secret file `"), "{missing}");
    let inline = with_mail("smtp = \"smtps://me@mail.example.org\"\npassword = \"CANARY\"");
    assert!(Desk::new(&inline).load().is_ok());
    let open = Desk::new(&inline).file_with_mode("storywatch.toml", &inline, 0o644);
    assert_eq!(
        open.lines(),
        [
            "storywatch.toml:5:12: a secret stands in a file that other users can read; put it into a file of its own and \
          name that in `password_file`"
        ]
    );
    assert!(!crate::config::render(&open.load().err().unwrap(), false).contains("CANARY"));
}

/// A key for a certificate that was made for this test alone, and is worth nothing.
const CERTIFICATE: &str = include_str!("../../deliver/tests/authority.pem");

#[test]
fn mail_through_a_program_and_with_a_certificate_of_our_own() {
    let desk = Desk::new(&with_mail("command = [\"/usr/sbin/sendmail\", \"-i\"]\nmax_per_minute = 30"));
    let mail = desk.config().mail.unwrap();
    assert_eq!(mail.transport, MailTransport::Command { argv: vec!["/usr/sbin/sendmail".into(), "-i".into()] });
    assert_eq!(mail.max_per_minute, Some(30));
    let text = "smtp = \"smtp://mail.example.org\"\nca_file = \"ca.pem\"\nclient_certificate = \"ca.pem\"\nclient_key_file = \"key\"";
    let desk = Desk::new(&with_mail(text)).file("ca.pem", CERTIFICATE).file("key", "a key\nof two lines\n");
    match desk.config().mail.unwrap().transport {
        MailTransport::Smtp { tls, .. } => {
            assert_eq!(tls.authorities.as_deref(), Some(CERTIFICATE.as_bytes()));
            assert_eq!(tls.identity.unwrap().1.expose(), b"a key\nof two lines");
        }
        _ => panic!("not over SMTP"),
    }
}

#[test]
fn ways_to_ring() {
    let hook = |lines: &str| {
        let text =
            format!("{REST}[webhook.h]\nmax_per_minute = 7\n{lines}").replace("[\"me\"]", "[\"me\", \"hook:h\"]");
        let desk = Desk::new(&text).file("token", "12:to/ken\n").file("body.json", "{\"t\": {{ title }}}");
        let hook = desk.config().webhooks.remove("h").unwrap();
        (hook.url.to_string(), hook.payload, hook.token.map(|token| token.expose().to_owned()))
    };
    let check = |lines: &str, url: &str, payload: Payload, token: Option<&str>| {
        assert_eq!(hook(lines), (url.to_owned(), payload, token.map(str::to_owned)), "{lines}");
    };
    let url = "url = \"https://h.example/a\"";
    check(&format!("{url}\npayload = \"slack\""), "https://h.example/a", Payload::Slack, None);
    check(&format!("{url}\npayload = \"apprise\""), "https://h.example/a", Payload::Apprise, None);
    check(
        &format!("{url}\npayload = \"matrix\"\nroom = \"!r:h.example\"\ntoken_file = \"token\""),
        "https://h.example/a/_matrix/client/v3/rooms/%21r%3Ah.example/send/m.room.message",
        Payload::Matrix,
        Some("12:to/ken"),
    );
    check(
        "payload = \"telegram\"\nchat = \"-100\"\ntoken_file = \"token\"",
        "https://api.telegram.org/bot12:to%2Fken/sendMessage",
        Payload::Telegram { chat: "-100".into() },
        None,
    );
    check(
        "url = \"https://h.example/a/our-topic\"\npayload = \"ntfy\"\ntoken_file = \"token\"",
        "https://h.example/a/",
        Payload::Ntfy { topic: "our-topic".into() },
        Some("12:to/ken"),
    );
    let (_, payload, _) = hook(&format!("{url}\npayload = \"template:body.json\""));
    assert_eq!(payload.content_type(), "application/json");
}

#[test]
fn keys_are_rotated_by_several_in_one_file() {
    let text = format!("{REST}[webhook.h]\nurl = \"https://h.example\"\nsecret_file = \"keys\"")
        .replace("[\"me\"]", "[\"me\", \"hook:h\"]");
    let keys = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ\nwhsec_T0xELUNBTkFSWS1PTEQtQ0FOQVJZLU9MRA==\n";
    let desk = Desk::new(&text).file("keys", keys);
    let secrets: Vec<Vec<u8>> = desk.config().webhooks["h"].secrets.iter().map(|key| key.expose().to_vec()).collect();
    assert_eq!(secrets, [b"CANARYCANARYCANARYCANARY".to_vec(), b"OLD-CANARY-OLD-CANARY-OLD".to_vec()]);
}

#[test]
fn credentials_are_found_by_name() {
    let text = with_mail("smtp = \"smtps://me@mail.example.org\"\npassword_file = \"pw\"");
    // The group's rights are the mask of the access list by which systemd lets the service in.
    let desk = Desk::new(&text).file("pw", "beside").file_with_mode("credentials/pw", "credential", 0o440);
    let dir = desk.path("credentials").display().to_string();
    let desk = desk.variable("CREDENTIALS_DIRECTORY", &dir);
    match desk.config().mail.unwrap().transport {
        MailTransport::Smtp { password, .. } => assert_eq!(password.unwrap().expose(), "credential"),
        _ => panic!("not over SMTP"),
    }
}

#[test]
fn no_secret_is_ever_shown() {
    let key = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ";
    let text = format!(
        "{REST}[[watch]]\nname = \"x\"\nany = [\"a\"]\nnotify = [\"hook:h\"]\n[webhook.h]\nurl = \"https://h.example/CANARY\"\n\
         secret = \"{key}\"\n[[feed]]\nurl = \"https://f.example/?token=CANARY\"\nuser = \"u\"\npassword = \"CANARY\"\n\
         headers = {{ Authorization = \"CANARY\", X-Key = {{ file = \"key\" }} }}\n"
    );
    let config = Desk::new(&text).file("key", "CANARY").config();
    let shown = format!("{config:?}");
    assert!(!shown.contains("CANARY") && !shown.contains("whsec"), "{shown}");
    assert_eq!(config.webhooks["h"].secrets[0].expose(), b"CANARYCANARYCANARYCANARY");
    assert_eq!(config.feeds[1].name, "f.example");
    assert_eq!(config.feeds[1].headers[1].1.expose(), "CANARY");
}

#[test]
fn things_nobody_uses_are_warned_of() {
    let desk = Desk::new(&format!(
        "{REST}[recipient.b]\nemail = [\"b@example.org\"]\n[outlet.o]\n[[feed]]\nurl = \"https://q.example\"\nevery = \"30s\"\n"
    ));
    let expected = [
        "storywatch.toml:13:12: warning: no watch notifies the recipient `b`",
        "storywatch.toml:15:9: warning: no feed belongs to the outlet `o`",
        "storywatch.toml:18:9: warning: this feed is polled more than once a minute; many publishers block readers that do so",
    ];
    assert_eq!(desk.lines(), expected);
    assert!(desk.load().is_ok());
}

#[test]
fn a_reload_is_told_as_a_difference() {
    let old = Desk::new(REST).config();
    assert_eq!(difference(&old, &old).to_string(), "nothing changed");
    let new = Desk::new(&format!(
        "[polling]\nper_host = 2\n{}[[watch]]\nname = \"v\"\nany = [\"z\"]\nnotify = [\"me\"]\n",
        REST.replace("any = [\"x\"]", "any = [\"y\"]")
            .replace("feed.xml", "rss.xml")
            .replace("maildir:mail", "maildir:/mail")
    ));
    let difference = difference(&old, &new.config());
    assert_eq!(
        difference.to_string(),
        "watches: added v, changed w; feeds: added example.org/rss.xml, removed example.org/feed.xml; settings: changed polling, mail"
    );
}

/// The directory of the shipped examples.
fn shipped(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name)
}

#[test]
fn the_shipped_examples_load_without_a_warning() {
    for name in ["storywatch.toml", "minimal.toml"] {
        match load(&shipped(name), &Overrides::default(), &Default::default(), |_, _| Vec::new()) {
            Ok(loaded) => assert_eq!(loaded.warnings, [], "{name}"),
            Err(faults) => panic!("{}", crate::config::render(&faults, false)),
        }
    }
}

const AUTHORITY: &str = include_str!("../../../tests/it/harness/tls/authority.pem");

#[test]
fn what_the_shipped_examples_comment_out_is_right_too() {
    let uncomment = |name: &str| {
        let text = fs::read_to_string(shipped(name)).unwrap();
        let is_setting = |line: &str| {
            line.starts_with('[')
                || line
                    .split_once('=')
                    .is_some_and(|(key, _)| key.trim().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        };
        let line = |line: &str| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line).to_owned();
        text.lines().map(line).collect::<Vec<_>>().join("\n").replace("smtp://localhost", "smtps://me@mail.example.org")
    };
    let desk = Desk::new(&uncomment("storywatch.toml"))
        .file("feeds/example.toml", &uncomment("feeds/example.toml"))
        .file("watchlists/example.toml", &uncomment("watchlists/example.toml"))
        .file("smtp-password", "hush")
        .file("wire-password", "hush")
        .file("wire-key", "hush")
        .file("wire-cookie", "hush")
        .file("proxy-password", "hush")
        .file("wire-ca.pem", AUTHORITY)
        .file("company-ca.pem", AUTHORITY)
        .file("ca.pem", AUTHORITY)
        .file("storywatch.pem", AUTHORITY)
        .file("storywatch.key", "a key")
        .file("templates/alert.txt", "{{ view.headline|wrap }}")
        .file("matrix-token", "hush")
        .file("telegram-token", "hush")
        .file("own.json", "{\"summary\": {{ title }}, \"link\": {{ url }}, \"text\": {{ text }}}")
        .file("newsroom-secret", "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ\n");
    let config = desk.config();
    assert_eq!((config.feeds.len(), config.webhooks.len()), (4, 7));
    let lines = desk.lines();
    let expected = ["no watch notifies the webhook", "the calls of the webhook `own` are not signed"];
    assert!(lines.iter().all(|line| expected.iter().any(|part| line.contains(part))), "{lines:#?}");
}
