//! Finding feeds, taking them over from other readers and handing them on; reading one document by hand.

use crate::harness::{
    Answer, ONE_WATCH, World,
    binary::{command, run_with},
};

fn page(content_type: &'static str, body: &str) -> Answer {
    Answer::Page { status: 200, content_type, body: body.to_owned() }
}

const RSS: &str = "<rss version='2.0'><channel><title>Pond \"news\"</title><item><title>One</title>\
                   <pubDate>Fri, 17 May 2019 06:00:00 GMT</pubDate></item></channel></rss>";

#[test]
fn the_feeds_of_a_page_are_found_as_ready_configuration() {
    let world = World::new(&["times"], ONE_WATCH);
    let html = "<html><head><link rel='alternate' type='application/rss+xml' href='/gone.xml'>
        <link rel='alternate' type='application/rss+xml' href='/pond.xml'></head><body><a href='/rss'>x</a></body></html>";
    world.origin.set("/", page("text/html", html));
    world.origin.set("/pond.xml", page("text/xml", RSS));
    let ran = world.ok(&["feeds", "discover", &world.origin.url("/")]);
    let read: toml::Table = ran.out.parse().expect(&ran.out);
    let feeds = read["feed"].as_array().unwrap();
    assert_eq!(feeds.len(), 1, "what is declared and no feed is left out: {}", ran.out);
    assert_eq!(feeds[0]["url"].as_str(), Some(world.origin.url("/pond.xml").as_str()));
    assert_eq!(feeds[0]["name"].as_str(), Some("Pond \"news\""));
    assert!(ran.out.contains("# RSS 2.0, 1 entries, the newest of 2019-05-17"), "{}", ran.out);
    assert!(world.origin.requests("/rss").is_empty(), "nothing is guessed where something is declared");

    let json = world.ok(&["feeds", "discover", "--json", &world.origin.url("/pond.xml")]).json();
    assert_eq!((json.len(), json[0]["format"].as_str()), (1, Some("RSS 2.0")));
}

#[test]
fn feeds_are_tried_where_they_usually_are() {
    let world = World::new(&["times"], ONE_WATCH);
    world.origin.set("/blog/", page("text/html", "<html><body>Hello</body></html>"));
    world.origin.set("/atom.xml", page("text/xml", "<feed xmlns='http://www.w3.org/2005/Atom'/>"));
    let ran = world.ok(&["feeds", "discover", &world.origin.url("/blog/")]);
    assert!(ran.out.contains("/atom.xml\"") && ran.out.contains("# Atom 1.0, 0 entries"), "{}", ran.out);

    world.origin.set("/atom.xml", page("text/html", "<html/>"));
    let ran = world.run(&["feeds", "discover", &world.origin.url("/blog/")]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("no feed found") && ran.err.contains("addresses tried"), "{}", ran.err);
    assert_eq!(world.run(&["feeds", "discover", "ftp://pond.example/"]).code, Some(2));
}

#[test]
fn discovery_keeps_to_the_guard() {
    let ran = run_with(command(&["-c", "/nowhere/storywatch.toml", "feeds", "discover", "http://127.0.0.1:9/"]), "");
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("127.0.0.1"), "{}", ran.err);
}

#[test]
fn a_list_of_feeds_goes_in_and_comes_out() {
    let world = World::new(&["times"], ONE_WATCH);
    let known = world.origin.url("/times.xml");
    let list = format!(
        "<opml version='2.0'><body><outline text='News'><outline text='Europe &amp; more'>
        <outline type='rss' text='Pond' xmlUrl='https://pond.example/feed'/>
        <outline type='rss' text='Pond' xmlUrl='https://lake.example/feed'/></outline>
        <outline type='rss' text='Known' xmlUrl='{known}'/></outline>
        <outline type='rss' text='../../x' xmlUrl='https://sea.example/feed'/>
        <outline type='rss' text='twice' xmlUrl='https://sea.example/feed'/>
        <outline text='bad' xmlUrl='file:///etc/passwd'/></body></opml>"
    );
    let file = world.dir.path().join("list.opml");
    std::fs::write(&file, list).unwrap();
    let written = world.dir.path().join("imported.toml");
    let import = ["feeds", "import", file.to_str().unwrap(), "--output", written.to_str().unwrap()];
    let ran = world.ok(&import);
    assert!(ran.err.contains("3 feeds; 2 known already or listed twice"), "{}", ran.err);
    assert!(ran.err.contains("1 entries have no address of the web"), "{}", ran.err);
    assert_eq!(world.run(&import).code, Some(1), "a file that is there is never written over");

    world.write_raw(&format!("include = [\"imported.toml\"]\n{}", world.toml()));
    world.ok(&["check"]);
    let exported = world.ok(&["feeds", "export"]).out;
    let at = |text: &str| exported.find(text).unwrap_or_else(|| panic!("no {text:?} in {exported}"));
    assert!(at("text=\"news\"") < at("text=\"europe-more\"") && at("text=\"europe-more\"") < at("pond.example"));
    assert!(exported.contains(&known) && exported.contains("text=\"../../x\""));

    let again = world.dir.path().join("again.opml");
    std::fs::write(&again, &exported).unwrap();
    let ran = world.ok(&["feeds", "import", again.to_str().unwrap()]);
    assert!(ran.err.contains("0 feeds; 4 known"), "{}", ran.err);
    let elsewhere = ["-c", "/nowhere/storywatch.toml", "feeds", "import", again.to_str().unwrap()];
    let ran = run_with(command(&elsewhere), "");
    assert!(ran.out.contains("groups = [\"news\", \"europe-more\"]"), "{}", ran.out);
    assert_eq!(run_with(command(&["feeds", "import", "-"]), "<rss/>").code, Some(1));
}

#[test]
fn parse_shows_all_that_a_document_says() {
    let document = "<rss version='2.0'><channel><title>Pond</title><description>Wet</description><link>/</link>
        <ttl>60</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays>
        <sy:updatePeriod>hourly</sy:updatePeriod><atom:link rel='hub' href='https://hub.example/'/>
        <item><title>One & two</title><guid>https://pond.example/1</guid></item>";
    let ran = run_with(command(&["parse", "--url", "https://pond.example/feed"]), document);
    let value = ran.json().remove(0);
    let feed = &value["feed"];
    assert_eq!((feed["format"].as_str(), feed["title"].as_str()), (Some("RSS 2.0"), Some("Pond")));
    assert_eq!((feed["description"].as_str(), feed["ttl"].as_u64()), (Some("Wet"), Some(60)));
    assert_eq!(feed["links"], serde_json::json!(["https://pond.example/"]));
    assert_eq!(feed["skip_hours"], serde_json::json!([3]));
    assert_eq!(feed["skip_days"], serde_json::json!(["monday"]));
    assert_eq!((feed["update_period"].as_str(), feed["hub"].as_str()), (Some("hourly"), Some("https://hub.example/")));
    assert_eq!(value["entries"][0]["url"].as_str(), Some("https://pond.example/1"));

    let ran = run_with(command(&["parse"]), "<!DOCTYPE html><title>Just a moment…</title>");
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains("not a feed: an HTML page titled \"Just a moment…\""), "{}", ran.err);
}
