//! C55: hubs are found, asked, confirmed to, listened to and left, across a restart and a kill; and polls go on whatever
//! a hub does.

use std::net::TcpListener;

use crate::harness::{
    Answer, World,
    binary::Daemon,
    eventually,
    hub::{CHALLENGE, Hub, Manner, post, visit},
    script::{Reply, Script, reply},
};

const RULES: &str = r#"
[[watch]]
name = "halloran"
query = "Halloran AND Geneva"
notify = ["desk"]

[watch.alert]
wait = "0s"

[recipient.desk]
email = ["desk@desk.example"]
"#;

/// One feed that names a hub, and a daemon that hubs can reach.
struct Scene {
    world: World,
    hub: Hub,
    feed: String,
    /// Beneath which the daemon is reached.
    public: String,
}

const PATH: &str = "/tides.xml";

/// A feed with these headlines that names a hub.
fn document(hub: &str, topic: &str, titles: &[&str]) -> String {
    let item = |title: &&str| format!("<item><guid isPermaLink=\"false\">{title}</guid><title>{title}</title></item>");
    let items: String = titles.iter().map(item).collect();
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>Tides</title>\
         <atom:link rel=\"hub\" href=\"{hub}\"/><atom:link rel=\"self\" href=\"{topic}\"/>{items}</channel></rss>"
    )
}

impl Scene {
    fn new(ip: &str, manner: Manner, every: &str) -> Self {
        let free = TcpListener::bind((ip, 0)).unwrap().local_addr().unwrap();
        let mut world = World::new(&[], RULES);
        let (hub, feed) = (Hub::start(ip, manner), world.origin.url(PATH));
        world.listen = free.to_string();
        world.web = format!("public_url = \"http://{free}/sw\"\n");
        world.rules.push_str(&format!("[[feed]]\nurl = \"{feed}\"\nname = \"tides\"\nevery = \"{every}\"\n"));
        world.write();
        let scene = Self { world, hub, feed, public: format!("http://{free}/sw/") };
        scene.serve(&["High water"]);
        scene
    }

    fn document(&self, titles: &[&str]) -> String {
        document(&self.hub.url(), &self.feed, titles)
    }

    fn serve(&self, titles: &[&str]) {
        let body = self.document(titles);
        self.world.origin.set(PATH, Answer::Page { status: 200, content_type: "application/rss+xml", body });
    }

    fn polls(&self) -> usize {
        self.world.origin.requests(PATH).len()
    }

    fn titles(&self) -> Vec<String> {
        self.world.texts("SELECT title FROM entry ORDER BY id")
    }

    /// A daemon that hubs can reach.
    fn daemon(&self) -> Daemon {
        let daemon = self.world.daemon();
        daemon.wait_for("the web pages listen");
        daemon
    }

    /// A daemon whose subscription is confirmed.
    fn subscribed(&self) -> Daemon {
        let daemon = self.daemon();
        eventually("the hub is confirmed to", || self.hub.confirmed("subscribe", 200) >= 1);
        self.is("the subscription is stored", "expires IS NOT NULL");
        daemon
    }

    /// The time has come to ask for more.
    fn renew(&self, daemon: &Daemon) {
        self.world.sql().execute("UPDATE subscription SET next_at = unixepoch()", []).unwrap();
        daemon.signal("HUP");
    }

    #[track_caller]
    fn is(&self, what: &str, condition: &str) {
        let sql = format!("SELECT count(*) FROM subscription WHERE {condition}");
        eventually(what, || self.world.count(&sql) == 1);
    }

    fn listed(&self) -> serde_json::Value {
        self.world.ok(&["feeds", "list", "--json"]).json().remove(0)
    }
}

#[test]
fn only_what_was_asked_for_is_confirmed() {
    let scene = Scene::new("127.0.6.1", Manner::Verify { lease: 3600 }, "1h");
    // What a proxy in front would take away.
    let prefix = |callback: &str| callback.replace("/sw/", "/");
    let daemon = scene.daemon();
    eventually("the hub is asked", || !scene.hub.asked().is_empty());
    let asked = scene.hub.last();
    assert_eq!((asked.field("hub.mode"), asked.field("hub.topic")), ("subscribe", scene.feed.as_str()));
    let token = asked.field("hub.callback").strip_prefix(&format!("{}websub/", scene.public)).unwrap();
    let is_random = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_random(token) && is_random(asked.field("hub.secret")) && token != asked.field("hub.secret"));
    assert_eq!(asked.field("hub.lease_seconds"), "864000");
    for unwanted in ["cookie", "authorization", "referer"] {
        assert!(asked.headers.iter().all(|(name, _)| name != unwanted), "{unwanted}: {:?}", asked.headers);
    }
    let agent = asked.headers.iter().find(|(name, _)| name == "user-agent").unwrap();
    assert!(agent.1.starts_with("Storywatch/"), "{agent:?}");

    let callback = prefix(asked.field("hub.callback"));
    let query = [("hub.mode", "subscribe"), ("hub.topic", scene.feed.as_str()), ("hub.challenge", CHALLENGE)];
    assert_eq!(visit(&callback, &[query[0], ("hub.topic", "http://other.example/"), query[2]]).0, 404);
    assert_eq!(visit(&callback, &[("hub.mode", "unsubscribe"), query[1], query[2]]).0, 404);
    assert_eq!(visit(&callback.replace("websub/", "websub/0"), &query).0, 404);
    assert_eq!(scene.world.count("SELECT count(*) FROM subscription WHERE expires IS NOT NULL"), 0);
    assert_eq!(visit(&callback, &query), (200, CHALLENGE.to_owned()));
    assert_eq!(visit(&callback, &query).0, 404, "it was asked for once");
    daemon.stop();
}

#[test]
fn what_is_pushed_and_signed_is_mailed_without_a_poll_and_nothing_else() {
    let scene = rooted("127.0.6.2", Manner::Verify { lease: 3600 }, "1h");
    let daemon = scene.subscribed();
    assert_eq!(scene.hub.last().confirmed, Some((200, CHALLENGE.to_owned())));
    let forged = scene.document(&["Halloran seen in Geneva, forged"]);
    let digits = "0".repeat(64);
    for headers in [
        vec![],
        vec![("X-Hub-Signature", format!("sha256={digits}"))],
        vec![("X-Hub-Signature", "sha1=".to_owned())],
        vec![("X-Hub-Signature", format!("md5={digits}"))],
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(scene.hub.push_with(&headers, &forged), 202, "{headers:?}");
    }
    assert_eq!(scene.world.count("SELECT count(*) FROM push"), 0);
    let callback = scene.hub.last().field("hub.callback").to_owned();
    assert_eq!(post(&format!("{callback}0"), &[], &forged), 410);
    assert_eq!(scene.hub.push(&format!("{forged}{}", " ".repeat(17 << 20))), 413);

    assert_eq!(scene.hub.push(&scene.document(&["Halloran seen in Geneva", "High water"])), 202);
    eventually("the mail", || scene.world.smtp.mails().len() == 1);
    assert!(scene.world.smtp.mails()[0].subject().contains("Halloran seen in Geneva"));
    assert_eq!(scene.titles(), ["High water", "Halloran seen in Geneva"]);
    assert_eq!(scene.polls(), 1, "the feed itself was not asked");
    scene.is("the hub is relied on", "trusted = 1 AND pushed IS NOT NULL");
    eventually("nothing is left over", || scene.world.count("SELECT count(*) FROM push") == 0);
    let websub = &scene.listed()["websub"];
    assert_eq!((websub["state"].as_str(), websub["relied_on"].as_bool()), (Some("subscribed"), Some(true)));
    let text = scene.world.ok(&["feeds", "list"]).out;
    assert!(text.contains(&format!("hub <{}>: subscribed until", scene.hub.url())), "{text}");
    let log = daemon.stop();
    assert!(log.contains("was not signed, and dropped") && log.contains("was badly signed, and dropped"), "{log}");
    assert!(!log.contains(scene.hub.last().field("hub.secret")), "the secret stands in the log");
}

/// With nothing before the daemon.
fn rooted(ip: &str, manner: Manner, every: &str) -> Scene {
    let mut scene = Scene::new(ip, manner, every);
    scene.world.web = scene.world.web.replace("/sw", "/");
    scene.public = scene.public.replace("/sw", "");
    scene.world.write();
    scene
}

#[test]
fn a_hub_that_verifies_before_it_answers_is_understood_and_asked_again_before_the_lease_ends() {
    let scene = rooted("127.0.6.3", Manner::VerifyFirst { lease: 3600 }, "1h");
    let daemon = scene.subscribed();
    for times in 2..=3 {
        scene.is("to be renewed well before the end", "next_at BETWEEN expires - 1300 AND expires - 800");
        scene.renew(&daemon);
        eventually("renewed", || scene.hub.confirmed("subscribe", 200) == times);
        scene.is("renewed for good", "pending IS NULL AND next_at > unixepoch() + 600");
    }
    let asked = scene.hub.asked();
    for name in ["hub.callback", "hub.secret", "hub.topic"] {
        assert!(asked.iter().all(|again| again.field(name) == asked[0].field(name)), "another {name}");
    }
    assert!(asked[..3].iter().all(|asked| asked.confirmed == Some((200, CHALLENGE.to_owned()))), "{asked:?}");
    assert_eq!(scene.hub.push(&scene.document(&["Halloran in Geneva again"])), 202);
    eventually("the mail", || scene.world.smtp.mails().len() == 1);
    daemon.stop();
}

#[test]
fn a_subscription_and_what_was_pushed_survive_a_kill() {
    let scene = rooted("127.0.6.4", Manner::Verify { lease: 3600 }, "1h");
    scene.subscribed().stop();
    let places = ["the quay", "a villa", "the airport", "an embassy", "a vineyard", "the archive"];
    let titles = places.map(|place| format!("Halloran seen at {place} in Geneva"));
    for (number, title) in titles.iter().enumerate() {
        let daemon = scene.daemon();
        assert_eq!(scene.hub.push(&scene.document(&[title])), 202);
        // At once, and a little later each time.
        std::thread::sleep(std::time::Duration::from_millis(4 * number as u64));
        daemon.kill();
    }
    let daemon = scene.daemon();
    eventually("nothing is left over", || scene.world.count("SELECT count(*) FROM push") == 0);
    assert_eq!(scene.titles()[1..], titles);
    assert_eq!(scene.world.count("SELECT count(*) FROM match"), titles.len() as i64);
    eventually("the mails", || scene.world.count("SELECT count(*) FROM delivery WHERE state <> 'sent'") == 0);
    let stories = scene.world.count("SELECT count(DISTINCT story) FROM entry WHERE baseline = 0");
    assert_eq!(scene.world.count("SELECT count(*) FROM alert WHERE seq = 0"), stories);
    assert!(scene.world.smtp.mails().len() as i64 >= stories);
    assert_eq!((scene.hub.asked().len(), scene.polls()), (1, 1), "neither the hub nor the feed was asked again");
    daemon.stop();
}

#[test]
fn polls_are_rarer_while_a_hub_pushes_and_not_when_it_falls_silent() {
    let scene = rooted("127.0.6.5", Manner::Verify { lease: 3600 }, "2s");
    let daemon = scene.subscribed();
    let reason = || scene.world.texts("SELECT next_reason FROM feed").remove(0);
    eventually("polled", || scene.polls() >= 2);
    assert!(!reason().contains("its hub pushes"), "it has not pushed anything yet: {}", reason());
    scene.serve(&["Low water", "High water"]);
    assert_eq!(scene.hub.push(&scene.document(&["Low water"])), 202);
    eventually("polled more seldom", || reason() == "its hub pushes: every 8s");
    scene.serve(&["Spring tide", "Low water", "High water"]);
    eventually("a poll finds what the hub kept to itself", || scene.titles().len() == 3);
    eventually("polled as before", || reason() == "every 2s");
    scene.is("the hub is not relied on", "trusted = 0");
    assert_eq!(scene.hub.push(&scene.document(&["Neap tide"])), 202);
    scene.is("the hub is relied on again", "trusted = 1");
    daemon.stop();
}

/// The hub is asked again in time, also when it confirmed after it had answered.
#[test]
fn the_end_of_a_lease_ends_what_hangs_on_it() {
    let scene = rooted("127.0.6.6", Manner::Verify { lease: 5 }, "1h");
    let daemon = scene.subscribed();
    // Renewals are not taken from now on.
    scene.hub.set(Manner::Answer(500, vec![]));
    scene.renew(&daemon);
    assert_eq!(scene.hub.push(&scene.document(&["Low water"])), 202);
    scene.is("the hub is relied on", "trusted = 1");
    daemon.wait_for("its hub is no longer relied on");
    scene.is("that it fails is known", "failures >= 1 AND error LIKE 'HTTP status 500: no, thank you'");
    assert_eq!(scene.listed()["websub"]["state"].as_str(), Some("refused"));
    daemon.stop();
}

#[test]
fn a_push_that_is_no_feed_makes_the_feed_be_asked() {
    let scene = rooted("127.0.6.7", Manner::Verify { lease: 3600 }, "1h");
    let daemon = scene.subscribed();
    scene.serve(&["Halloran in Geneva", "High water"]);
    assert_eq!(scene.hub.push("something has changed"), 202);
    eventually("the mail", || scene.world.smtp.mails().len() == 1);
    assert_eq!(scene.polls(), 2);
    daemon.stop();
}

#[test]
fn a_pushed_entry_gets_its_full_text_and_a_page_that_hangs_delays_no_other_feed() {
    let page = format!(
        "<html><body><article>{}<p>Halloran was in Geneva all along.</p></article></body></html>",
        "<p>The harbour master has counted the boats again, slowly, and there is one more than there was.</p>"
            .repeat(6)
    );
    let pages = Script::start("127.0.6.60", move |asked, _| match asked.path() {
        "/hangs" => Reply::Stall(Vec::new()),
        _ => reply("200 OK\nContent-Type: text/html", &page),
    });
    let other = Script::start("127.0.6.61", |_, _| reply("200 OK", document("", "", &["Low water"])));
    let mut scene = rooted("127.0.6.62", Manner::Verify { lease: 3600 }, "1h");
    scene.world.rules.push_str(&format!("full_text = true\n[[feed]]\nurl = \"{}\"\nevery = \"1s\"\n", other.url("/f")));
    scene.world.polling = "timeout = \"30s\"\n".to_owned();
    scene.world.write();
    let daemon = scene.subscribed();
    let linked = |title: &str, path: &str| {
        let item = format!("<title>{title}</title>");
        scene.document(&[title]).replace(&item, &format!("{item}<link>{}</link>", pages.url(path)))
    };
    assert_eq!(scene.hub.push(&linked("One boat more", "/boats")), 202);
    eventually("the mail", || scene.world.smtp.mails().len() == 1);
    assert!(scene.world.smtp.mails()[0].text().contains("*Halloran* was in *Geneva* all along"));
    assert_eq!(scene.hub.push(&linked("Fog", "/hangs")), 202);
    eventually("the page is asked for", || pages.paths().contains(&"/hangs".to_owned()));
    let polls = other.asked().len();
    eventually("others are polled meanwhile", || other.asked().len() >= polls + 2);
    assert_eq!(scene.polls(), 1);
    daemon.stop();
}

#[test]
fn a_no_is_heeded_and_polls_go_on() {
    let long_ahead = "next_at > unixepoch() + 80000";
    for (number, manner, expected) in [
        (11, Manner::Deny, "denied by the hub: no room"),
        (12, Manner::Answer(403, vec![]), "HTTP status 403: no, thank you"),
        (13, Manner::Answer(410, vec![]), "HTTP status 410: no, thank you"),
        (14, Manner::Answer(429, vec![("Retry-After", "90000".to_owned())]), "HTTP status 429: no, thank you"),
        (15, Manner::Answer(302, vec![("Location", "file:///etc/passwd".to_owned())]), "neither http nor https"),
        (16, Manner::Hang, "no valid HTTP answer"),
    ] {
        let scene = rooted(&format!("127.0.6.{number}"), manner, "1s");
        let daemon = scene.daemon();
        eventually(expected, || {
            scene
                .world
                .texts("SELECT coalesce(error, '') FROM subscription")
                .iter()
                .any(|error| error.contains(expected))
        });
        if number < 15 {
            scene.is("it is left alone", long_ahead);
        }
        let polls = scene.polls();
        eventually("polls go on", || scene.polls() >= polls + 2);
        daemon.kill();
        let daemon = scene.daemon();
        eventually("and after a restart", || scene.polls() >= polls + 3);
        assert_eq!(scene.hub.asked().len(), 1, "{expected}");
        daemon.stop();
    }
}

#[test]
fn a_hub_may_send_us_on_but_not_into_private_networks() {
    let other = Hub::start("127.0.6.20", Manner::Verify { lease: 3600 });
    let moved = |status| Manner::Answer(status, vec![("Location", other.url())]);
    let scene = rooted("127.0.6.21", moved(307), "1h");
    let daemon = scene.daemon();
    eventually("the other hub is confirmed to", || other.confirmed("subscribe", 200) == 1);
    daemon.stop();
    let private = "http://10.9.8.7/hub".to_owned();
    let scene = rooted("127.0.6.22", Manner::Answer(308, vec![("Location", private)]), "1h");
    let daemon = scene.daemon();
    scene.is("it is refused", "error LIKE '%refused%10.9.8.7%'");
    daemon.stop();
}

#[test]
fn the_headers_of_an_answer_count_before_the_document() {
    let (named, other) = (Hub::start("127.0.6.30", Manner::Forget), Hub::start("127.0.6.31", Manner::Forget));
    let body = document(&other.url(), "http://other.example/feed", &["High water"]);
    let link = format!("Link: <{}>; rel=\"hub\", </topic>; rel=\"self\"", named.url());
    let script = Script::start("127.0.6.32", move |_, _| reply(&format!("200 OK\n{link}"), &body));
    let mut scene = rooted("127.0.6.33", Manner::Forget, "1h");
    scene.world.rules = scene.world.rules.replace(&scene.feed, &script.url("/feed"));
    scene.world.write();
    let daemon = scene.daemon();
    eventually("the hub is asked", || !named.asked().is_empty());
    assert_eq!(named.last().field("hub.topic"), script.url("/topic"));
    daemon.stop();
    assert!(other.asked().is_empty() && scene.hub.asked().is_empty());
}

#[test]
fn what_is_not_wanted_any_more_is_left() {
    let scene = rooted("127.0.6.40", Manner::Verify { lease: 3600 }, "1s");
    let daemon = scene.subscribed();
    let (toml, callback) = (scene.world.toml(), scene.hub.last().field("hub.callback").to_owned());
    scene.world.write_raw(&toml.replace("[web]", "websub = false\n[web]"));
    daemon.signal("HUP");
    eventually("left", || scene.hub.confirmed("unsubscribe", 200) == 1);
    eventually("forgotten", || scene.world.count("SELECT count(*) FROM subscription") == 0);
    assert_eq!(scene.hub.asked()[1].field("hub.callback"), callback);
    assert_eq!(post(&callback, &[], "late"), 410);

    scene.world.write_raw(&toml);
    daemon.signal("HUP");
    eventually("subscribed again", || scene.hub.confirmed("subscribe", 200) == 2);
    assert_ne!(scene.hub.last().field("hub.callback"), callback);
    let feed = toml.find("[[feed]]").unwrap();
    scene.world.write_raw(&toml[..feed]);
    daemon.signal("HUP");
    eventually("left with the feed", || scene.hub.confirmed("unsubscribe", 200) == 2);

    scene.world.write_raw(&toml);
    daemon.signal("HUP");
    eventually("and again", || scene.hub.confirmed("subscribe", 200) == 3);
    let other = Hub::start("127.0.6.41", Manner::Verify { lease: 3600 });
    let body = document(&other.url(), &scene.feed, &["High water"]);
    scene.world.origin.set(PATH, Answer::Page { status: 200, content_type: "application/rss+xml", body });
    eventually("the feed's new hub is asked", || other.confirmed("subscribe", 200) == 1);
    eventually("the old one is left", || scene.hub.confirmed("unsubscribe", 200) == 3);
    daemon.stop();
}

#[test]
fn a_hub_that_gives_a_second_at_a_time_is_not_asked_all_the_time() {
    let scene = rooted("127.0.6.42", Manner::Verify { lease: 1 }, "1s");
    let daemon = scene.subscribed();
    let polls = scene.polls();
    eventually("the lease has ended", || scene.polls() >= polls + 3);
    scene.is("it is asked when half a minute is over", "next_at >= expires + 20");
    assert_eq!(scene.hub.asked().len(), 1);
    daemon.stop();
}

#[test]
fn a_hub_that_was_left_is_not_listened_to() {
    let scene = rooted("127.0.6.43", Manner::Verify { lease: 3600 }, "1h");
    let daemon = scene.subscribed();
    // It never says that it agrees.
    scene.hub.set(Manner::Forget);
    scene.world.write_raw(&scene.world.toml().replace("[[feed]]", "[[feed]]\nwebsub = false"));
    daemon.signal("HUP");
    scene.is("to be left", "wanted = 0 AND pending = 'unsubscribe'");
    assert_eq!(scene.hub.push(&scene.document(&["Halloran in Geneva"])), 410);
    daemon.stop();
    assert_eq!(scene.titles(), ["High water"]);
}

#[test]
fn without_a_public_address_no_hub_is_asked() {
    let mut scene = rooted("127.0.6.50", Manner::Verify { lease: 3600 }, "1s");
    scene.world.web = String::new();
    scene.world.write();
    let daemon = scene.daemon();
    eventually("polled", || scene.polls() >= 3);
    daemon.stop();
    assert!(scene.hub.asked().is_empty());
    assert_eq!(
        scene.world.texts("SELECT hub FROM feed"),
        [scene.hub.url()],
        "what the feed says is known all the same"
    );
}
