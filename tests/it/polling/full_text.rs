//! Full texts: one page of each new entry, under the same manners as its feed, and never a reason to lose an entry.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use crate::harness::{
    Item, ONE_WATCH, World, at, eventually,
    script::{Reply, Script, feed, reply},
};

const SENTENCE: &str = "The ferry to the islands was late again on Friday, for the second time this week, the company \
    said, and nobody on the quay was surprised, least of all the man who sells the coffee there.";

fn page(head: &str, words: &str) -> String {
    format!(
        "<html><head><title>Ferry</title>{head}</head><body><nav><a href='/'>Front page</a></nav><article>{}<p>On board \
         was {words}, <b>who said nothing</b>.</p></article><footer>Cookies and imprint</footer></body></html>",
        format!("<p>{SENTENCE}</p>").repeat(4)
    )
}

const HTML: &str = "200 OK\nContent-Type: text/html; charset=utf-8";

/// One item whose page is at `url`.
fn item(slug: &str, url: String) -> Item {
    let (title, body) = (format!("Ferry late: {slug}"), format!("A short note of {slug}."));
    Item { guid: slug.to_owned(), link: url, title, body, published: at(0) }
}

fn world(lines: &str) -> World {
    let mut world = World::new(&["times"], ONE_WATCH);
    world.feed = format!("full_text = true\n{lines}");
    world.polling = "timeout = \"1s\"\n".to_owned();
    world.write();
    world
}

impl World {
    fn text(&self, slug: &str) -> String {
        self.texts(&format!("SELECT text FROM entry WHERE guid = '{slug}'")).remove(0)
    }

    /// Why there is no text of a page, by the end of its address.
    fn no_page(&self, end: &str) -> String {
        self.texts(&format!("SELECT coalesce(error, '') FROM page WHERE url LIKE '%/{end}'")).remove(0)
    }
}

#[tokio::test]
async fn a_new_entry_is_matched_by_the_text_of_its_page_and_goes_on_to_say_it() {
    let world = world("");
    let pages = Script::start("127.0.7.1", |_, _| reply(HTML, page("", "Halloran, back from Geneva\u{202e}")));
    world.publish("times", item("old", pages.url("/old")));
    let mut live = world.open(0).await;
    live.step(0).await;
    assert!(pages.asked().is_empty(), "nobody reads a whole site for its back catalogue");
    world.publish("times", item("new", pages.url("/new?utm_source=rss")));
    live.step(1).await;
    let mails = world.smtp.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text().contains("*Halloran*, back from *Geneva*"), "{}", mails[0].text());
    let text = world.text("new");
    assert!(text.starts_with("A short note of new.\n") && text.contains(SENTENCE), "{text}");
    for unwanted in ["Front page", "Cookies", "<b>", "\u{202e}"] {
        assert!(!text.contains(unwanted), "{unwanted:?} in {text}");
    }
    let asked = pages.last();
    assert_eq!(asked.path(), "/new?utm_source=rss");
    assert!(asked.header("accept").unwrap().starts_with("text/html"));
    for unwanted in ["cookie", "referer", "authorization", "if-none-match"] {
        assert_eq!(asked.header(unwanted), None);
    }

    for minute in 2..4 {
        live.step(minute).await;
    }
    live.restart(5).await;
    let edited = Item { title: "Ferry late once more".to_owned(), ..item("new", pages.url("/new?utm_source=rss")) };
    world.publish("times", edited);
    live.step(6).await;
    assert_eq!(world.texts("SELECT title FROM entry WHERE guid = 'new'"), ["Ferry late once more"]);
    assert_eq!(world.text("new"), text);
    assert_eq!(pages.paths(), ["/new?utm_source=rss"], "one page a new entry");
    assert_eq!(world.smtp.mails().len(), 1);
    live.finish().await;
}

#[tokio::test]
async fn what_cannot_be_had_leaves_the_feeds_own_text() {
    let world = world("");
    let elsewhere = Script::start("127.0.7.10", |_, _| reply(HTML, page("", "the mayor")));
    let head = format!("HTTP/1.1 {}\r\n\r\n", HTML.replace('\n', "\r\n")).into_bytes();
    let (moved, stalled) = (elsewhere.url("/there"), head.clone());
    let slow = Script::start("127.0.7.11", move |_, _| Reply::Stall(stalled.clone()));
    let pages = Script::start("127.0.7.12", move |asked, _| match asked.path() {
        "/moved" => reply(&format!("302 Found\nLocation: {moved}"), ""),
        "/private" => reply("302 Found\nLocation: http://10.9.8.7/", ""),
        "/pdf" => {
            Reply::Endless(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n".to_vec(), vec![b'%'; 1 << 16])
        }
        "/huge" => Reply::Endless(head.clone(), vec![b'x'; 1 << 16]),
        "/unwanted" => reply(HTML, page("<meta name=robots content=noindex>", "the mayor")),
        "/header" => reply(&format!("{HTML}\nX-Robots-Tag: noindex"), page("", "the mayor")),
        "/login" => reply(HTML, "<html><body><p>Please log in to read on.</p></body></html>"),
        "/deep" => reply(HTML, page("", &"<div>".repeat(50_000))),
        _ => reply("404 Not Found", page("", "the mayor")),
    });
    let mut live = world.first_poll().await;
    let slugs = ["moved", "private", "pdf", "huge", "unwanted", "header", "login", "deep", "gone"];
    for slug in slugs {
        world.publish("times", item(slug, pages.url(&format!("/{slug}"))));
    }
    for slug in ["slow", "slower"] {
        world.publish("times", item(slug, slow.url(&format!("/{slug}"))));
    }
    world.publish("times", item("linkless", "mailto:nobody@desk.example".to_owned()));
    live.poll(1).await;
    assert!(world.text("moved").contains("On board was the mayor, who said nothing."), "{}", world.text("moved"));
    for slug in slugs[1..].iter().chain(&["slow", "slower", "linkless"]) {
        assert_eq!(world.text(slug), format!("A short note of {slug}."));
    }
    for (slug, error) in [
        ("private", "refused"),
        ("pdf", "not a page but application/pdf"),
        ("huge", "the body is larger than 4194304 bytes"),
        ("unwanted", "asks not to be indexed (noindex)"),
        ("header", "asks not to be indexed (noindex)"),
        ("login", "there is no article on the page"),
        ("deep", "larger or deeper than any article's"),
        ("gone", "HTTP status 404"),
        ("slower", "no complete answer within 1 s"),
    ] {
        assert!(world.no_page(slug).contains(error), "{slug}: {}", world.no_page(slug));
    }
    assert_eq!(slow.paths(), ["/slower"], "a host that lets the time run out is asked for no other page");
    live.poll(2).await;
    live.restart(3).await;
    live.poll(4).await;
    assert_eq!((pages.asked().len(), slow.asked().len(), elsewhere.asked().len()), (slugs.len(), 1, 1));
    let explained = world.ok(&["explain", &pages.url("/gone")]).out;
    assert!(explained.contains("page      no full text: HTTP status 404"), "{explained}");
    assert_eq!(world.count("SELECT count(*) FROM entry"), 12);
    live.finish().await;
}

#[tokio::test]
async fn pages_of_one_host_come_one_after_another_and_a_wish_for_rest_is_heeded() {
    let world = world("");
    let pages = Script::start("127.0.7.20", |_, _| reply(HTML, page("", "the mayor")));
    let tired = Script::start("127.0.7.21", |_, _| reply("429 Slow Down\nRetry-After: 600", ""));
    let mut live = world.first_poll().await;
    for number in 0..3 {
        world.publish("times", item(&format!("p{number}"), pages.url(&format!("/{number}"))));
        world.publish("times", item(&format!("t{number}"), tired.url(&format!("/{number}"))));
    }
    live.poll(1).await;
    let asked = pages.asked();
    assert_eq!((asked.len(), pages.most_open()), (3, 1));
    assert!(asked.windows(2).all(|pair| pair[1].at - pair[0].at >= Duration::from_millis(990)));
    assert_eq!(tired.asked().len(), 1);
    assert_eq!(world.texts("SELECT host FROM host_hold"), ["127.0.7.21"]);
    assert_eq!(world.count("SELECT count(*) FROM entry"), 6);
    live.finish().await;
}

#[tokio::test]
async fn a_known_entry_keeps_its_full_text_under_another_link_and_when_no_more_is_wanted() {
    let world = world("");
    let pages = Script::start("127.0.7.2", |_, _| reply(HTML, page("", "the mayor")));
    let mut live = world.first_poll().await;
    world.publish("times", item("new", pages.url("/new")));
    live.poll(1).await;
    let text = world.text("new");
    assert!(text.contains(SENTENCE), "{text}");
    for (minute, path) in [(2, "/moved"), (3, "/moved"), (4, "/again")] {
        world.publish("times", item("new", pages.url(path)));
        live.poll(minute).await;
        assert_eq!(world.text("new"), text, "{path}");
    }
    world.write_raw(&world.toml().replace("full_text = true\n", ""));
    live.restart(5).await;
    for (minute, title) in [(6, "Ferry late once more"), (7, "Ferry later still")] {
        world.publish("times", Item { title: title.to_owned(), ..item("new", pages.url("/again")) });
        world.publish("times", item(title, pages.url(&format!("/{minute}"))));
        live.poll(minute).await;
        assert_eq!((world.text("new"), world.text(title)), (text.clone(), format!("A short note of {title}.")));
    }
    assert_eq!(world.texts("SELECT title FROM entry WHERE guid = 'new'"), ["Ferry later still"]);
    assert_eq!(pages.paths(), ["/new"]);
    live.finish().await;
}

/// Each of two hosts answers when the other has been asked too.
#[tokio::test]
async fn pages_of_several_hosts_come_side_by_side() {
    let world = world("");
    let asked = Arc::new(AtomicUsize::new(0));
    let hosts = ["127.0.7.22", "127.0.7.23"].map(|ip| {
        let asked = Arc::clone(&asked);
        Script::start(ip, move |_, _| {
            asked.fetch_add(1, SeqCst);
            // Longer than the client waits, so that it ends.
            (0..200).take_while(|_| asked.load(SeqCst) < 2).for_each(|_| thread::sleep(Duration::from_millis(10)));
            reply(HTML, page("", "the mayor"))
        })
    });
    let mut live = world.first_poll().await;
    for (slug, host) in ["one", "two"].iter().zip(&hosts) {
        world.publish("times", item(slug, host.url(&format!("/{slug}"))));
    }
    live.poll(1).await;
    for slug in ["one", "two"] {
        assert!(world.text(slug).contains("On board was the mayor"), "{slug}: {}", world.no_page(slug));
    }
    live.finish().await;
}

/// More feeds wait for their pages than documents are read at one time.
#[test]
fn pages_that_hang_delay_no_other_feed() {
    const FEEDS: usize = 20;
    let pages = Script::start("127.0.7.24", |_, _| Reply::Stall(Vec::new()));
    let (stage, url) = (Arc::new(AtomicUsize::new(0)), pages.url("/"));
    let now = Arc::clone(&stage);
    let feeds = Script::start("127.0.7.25", move |_, _| match now.load(SeqCst) {
        0 => reply("200 OK", feed(&["old"])),
        _ => reply("200 OK", feed(&["new", "old"]).replace("https://tides.example/", &url)),
    });
    let now = Arc::clone(&stage);
    let plain = Script::start("127.0.7.26", move |_, _| match now.load(SeqCst) {
        2 => reply("200 OK", feed(&["at last", "old"])),
        _ => reply("200 OK", feed(&["old"])),
    });
    let urls: Vec<String> = (0..FEEDS).map(|number| feeds.url(&format!("/{number}"))).collect();
    let mut world = World::of_feeds(&urls, "every = \"1s\"\nfull_text = true");
    world.rules.push_str(&format!("[[feed]]\nurl = \"{}\"\nevery = \"1s\"\n", plain.url("/f")));
    world.polling = "timeout = \"50s\"\n".to_owned();
    world.write();
    let daemon = world.daemon();
    let baselined = format!("SELECT count(*) = {FEEDS} + 1 FROM feed WHERE baselined = 1");
    eventually("the baselines", || world.count(&baselined) == 1);
    stage.store(1, SeqCst);
    let before = feeds.asked().len();
    eventually("all feeds wait for pages", || feeds.asked().len() >= before + FEEDS && !pages.asked().is_empty());
    stage.store(2, SeqCst);
    eventually("another has its news", || world.count("SELECT count(*) FROM entry WHERE guid = 'at last'") == 1);
    daemon.stop();
    assert_eq!(world.count("SELECT count(*) FROM entry WHERE guid = 'new'"), 0, "they still wait");
}

/// And `[polling] full_text` speaks for feeds that say nothing.
#[test]
fn a_page_is_not_asked_for_again_after_a_kill() {
    let mut world = world("every = \"1s\"\n");
    world.feed = "every = \"1s\"\n".to_owned();
    world.polling = "timeout = \"50s\"\nfull_text = true\n".to_owned();
    world.write();
    let pages = Script::start("127.0.7.30", |_, _| Reply::Stall(Vec::new()));
    let daemon = world.daemon();
    eventually("the baseline", || world.count("SELECT count(*) FROM feed WHERE baselined = 1") == 1);
    world.publish("times", item("new", pages.url("/new")));
    eventually("the page is asked for", || pages.asked().len() == 1);
    daemon.kill();
    let daemon = world.daemon();
    eventually("the entry is taken in", || world.count("SELECT count(*) FROM entry") == 1);
    daemon.stop();
    assert_eq!((world.text("new").as_str(), pages.asked().len()), ("A short note of new.", 1));
}
