//! Lists of feeds as other readers write and want them (OPML 1.0 and 2.0): nested groups are kept.
//!
//! Must not trust a list: its size, depth and names are bounded, and nothing in it becomes a path.

use url::Url;

use super::tags::tags;
use super::{NotAFeed, decode, limits};

/// Feeds of one list.
pub const FEEDS: usize = 100_000;
/// Groups within groups; what stands deeper stands in the deepest of these.
const DEPTH: usize = 8;

/// One feed of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub url: Url,
    pub title: Option<String>,
    /// Titles of the groups round it, the outermost first.
    pub groups: Vec<String>,
}

/// What a list holds.
#[derive(Debug, Default, PartialEq)]
pub struct Subscriptions {
    pub feeds: Vec<Subscription>,
    /// Entries that name no address of the web.
    pub unusable: usize,
    /// The list has more feeds than are read.
    pub is_cut: bool,
}

/// Reads a list, also a damaged one.
///
/// # Errors
/// [`NotAFeed`] when it is none.
pub fn read(bytes: &[u8]) -> Result<Subscriptions, NotAFeed> {
    let text = decode::decode(bytes, None, &mut Vec::new());
    let mut found = Subscriptions::default();
    // For each open outline its title, if it is a group.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut beyond = 0usize;
    let mut is_list = false;
    for tag in tags(&text) {
        is_list |= tag.is("opml");
        if !tag.is("outline") {
            continue;
        }
        if tag.is_end {
            if beyond > 0 {
                beyond -= 1
            } else {
                drop(open.pop())
            }
            continue;
        }
        let title = tag.attribute("title").or_else(|| tag.attribute("text")).map(|title| limits::title(&title));
        let address =
            tag.attribute("xmlUrl").or_else(|| tag.attribute("url").filter(|_| says_feed(tag.attribute("type"))));
        let is_group = address.is_none();
        match address.map(|address| web_address(&address)) {
            Some(Some(url)) if found.feeds.len() < FEEDS => {
                let groups = open.iter().flatten().cloned().collect();
                found.feeds.push(Subscription { url, title: title.clone(), groups });
            }
            Some(Some(_)) => found.is_cut = true,
            Some(None) => found.unusable += 1,
            None => {}
        }
        if !tag.is_empty {
            if open.len() < DEPTH { open.push(title.filter(|_| is_group)) } else { beyond += 1 }
        }
    }
    if is_list { Ok(found) } else { Err(NotAFeed("no list of feeds (OPML)".into())) }
}

fn says_feed(kind: Option<String>) -> bool {
    kind.is_some_and(|kind| ["rss", "atom", "feed"].iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

fn web_address(text: &str) -> Option<Url> {
    // Some readers write their own scheme.
    let text = text.strip_prefix("feed:").map_or(text, |rest| rest.trim_start_matches("//"));
    let url = Url::parse(text).or_else(|_| Url::parse(&format!("http://{text}"))).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some() && text.len() <= limits::URL;
    is_web.then_some(url)
}

/// Writes a list (OPML 2.0); feeds of one group must stand together.
pub fn write(feeds: &[Subscription]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n");
    out.push_str("  <head><title>Storywatch</title></head>\n  <body>\n");
    let mut open: &[String] = &[];
    for feed in feeds {
        let kept = open.iter().zip(&feed.groups).take_while(|(open, group)| open == group).count();
        (kept..open.len()).rev().for_each(|depth| line(&mut out, depth, "</outline>"));
        for (depth, group) in feed.groups.iter().enumerate().skip(kept) {
            line(&mut out, depth, &format!("<outline{}>", attributes(&[("text", group)])));
        }
        open = &feed.groups;
        let title = feed.title.as_deref().unwrap_or(feed.url.as_str());
        let described =
            attributes(&[("type", "rss"), ("text", title), ("title", title), ("xmlUrl", feed.url.as_str())]);
        line(&mut out, open.len(), &format!("<outline{described}/>"));
    }
    (0..open.len()).rev().for_each(|depth| line(&mut out, depth, "</outline>"));
    out.push_str("  </body>\n</opml>\n");
    out
}

fn line(out: &mut String, depth: usize, tag: &str) {
    out.extend([&"  ".repeat(depth + 2), tag, "\n"]);
}

fn attributes(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        out.extend([" ", name, "=\""]);
        super::canonical::escape(value, &mut out);
        out.push('"');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(url: &str, title: &str, groups: &[&str]) -> Subscription {
        let title = (!title.is_empty()).then(|| title.to_owned());
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        Subscription { url: Url::parse(url).expect("a URL"), title, groups }
    }

    #[test]
    fn nested_groups_are_kept() {
        let list = read(
            br#"<?xml version="1.0"?><opml version="1.0"><head><title>Mine</title></head><body>
            <outline text="News"><outline text="Europe & more"><outline type="rss" text="P" title="Pond &amp; co"
              xmlUrl="https://pond.example/feed?a=1&amp;b=2" htmlUrl="https://pond.example/"/></outline>
              <outline text="Lake" xmlUrl="feed://lake.example/rss"></outline></outline>
            <OUTLINE TEXT="Sea" XMLURL="sea.example/rss"/><outline text="bad" xmlUrl="file:///etc/passwd"/>
            <outline text="empty"/></body></opml>"#,
        )
        .expect("a list");
        assert_eq!(
            list.feeds,
            [
                feed("https://pond.example/feed?a=1&b=2", "Pond & co", &["News", "Europe & more"]),
                feed("http://lake.example/rss", "Lake", &["News"]),
                feed("http://sea.example/rss", "Sea", &[]),
            ]
        );
        assert_eq!((list.unusable, list.is_cut), (1, false));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let feeds = [
            feed("https://a.example/1", "One \"<&>\" é", &["a", "b"]),
            feed("https://a.example/2", "Two", &["a", "b"]),
            feed("https://a.example/3", "Three", &["a", "c"]),
            feed("https://a.example/4", "Four", &["c"]),
            feed("https://a.example/5", "Five", &[]),
        ];
        assert_eq!(read(write(&feeds).as_bytes()).expect("a list").feeds, feeds);
        assert_eq!(read(write(&[]).as_bytes()).expect("a list").feeds, []);
    }

    #[test]
    fn lists_made_to_hurt_are_read_in_bounds() {
        let deep = format!("<opml>{}<outline xmlUrl='http://a.example/'/>", "<outline text='g'>".repeat(100_000));
        let list = read(deep.as_bytes()).expect("a list");
        assert_eq!((list.feeds.len(), list.feeds[0].groups.len()), (1, DEPTH));
        let closed = format!("{}{}<outline xmlUrl='http://b.example/'/>", deep, "</outline>".repeat(100_000));
        assert_eq!(read(closed.as_bytes()).expect("a list").feeds[1].groups.len(), 0);
        let many = format!("<opml>{}", "<outline xmlUrl='http://a.example/'/>".repeat(FEEDS + 1));
        let list = read(many.as_bytes()).expect("a list");
        assert_eq!((list.feeds.len(), list.is_cut), (FEEDS, true));
        let laughs =
            "<!DOCTYPE o [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><opml><outline text='&b;' xmlUrl='http://a.example/'/>";
        assert_eq!(read(laughs.as_bytes()).expect("a list").feeds[0].title.as_deref(), Some("&b;"));
        assert!(read(b"<rss><channel/></rss>").is_err());
        assert!(read(b"").is_err());
    }
}
