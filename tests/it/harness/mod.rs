//! A small world for a test: outlets, a mail server, a webhook, a configuration and a database in a folder of its own.
//!
//! The servers run on threads, so that they answer the same whether the product runs in the test's own process or in
//! another one.

pub mod binary;
pub mod http;
pub mod hub;
mod live;
mod origin;
pub mod proxies;
pub mod script;
mod sinks;
pub mod texts;
pub mod unlike;

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

pub use live::{Live, rows};
pub use origin::{Answer, Item, Origin};
pub use sinks::{DROP, HANG, HookSink, SmtpSink};

/// Key, name, other names and domain of the outlets that tests choose from.
const OUTLETS: &[(&str, &str, &[&str], &str)] = &[
    ("times", "The Harbour Times", &["Harbour Times"], "harbourtimes.example"),
    ("post", "The Capital Post", &["Capital Post"], "capitalpost.example"),
    ("relay", "Relay Today", &["RelayToday"], "relaytoday.example"),
    ("mirror", "Mirror Net", &["MirrorNet"], "mirrornet.example"),
    ("echo", "Echo Daily", &["EchoDaily"], "echodaily.example"),
    ("bugle", "Bugle Online", &["BugleOnline"], "bugleonline.example"),
    ("herald", "Valley Herald", &["ValleyHerald"], "valleyherald.example"),
    ("gazette", "Night Gazette", &["NightGazette"], "nightgazette.example"),
];

/// The world of one test.
pub struct World {
    pub dir: TempDir,
    pub origin: Origin,
    pub smtp: SmtpSink,
    pub hook: HookSink,
    outlets: Vec<&'static str>,
    /// Watches, recipients and what else a test writes.
    pub rules: String,
    /// Lines of `[polling]`.
    pub polling: String,
    /// Lines of every `[[feed]]`.
    pub feed: String,
    /// Where `[web]` listens; tests that need no pages have none.
    pub listen: String,
    /// Further lines of `[web]`.
    pub web: String,
}

/// One watch, one recipient: what most tests need.
pub const ONE_WATCH: &str = r#"
[[watch]]
name = "halloran"
query = "Halloran AND Geneva"
notify = ["desk"]

[recipient.desk]
email = ["desk@desk.example"]
"#;

impl World {
    /// A world with these outlets, a feed each, empty for now; its configuration is written.
    pub fn new(outlets: &[&'static str], rules: &str) -> Self {
        let world = Self {
            dir: TempDir::new().unwrap(),
            origin: Origin::start(),
            smtp: SmtpSink::start(),
            hook: HookSink::start(),
            outlets: outlets.to_vec(),
            rules: rules.to_owned(),
            polling: "timeout = \"5s\"\n".to_owned(),
            feed: String::new(),
            listen: String::new(),
            web: String::new(),
        };
        for outlet in outlets {
            world.origin.set(&path(outlet), Answer::Feed(Vec::new()));
        }
        world.write();
        world
    }

    /// Writes the configuration as it is meant now.
    pub fn write(&self) {
        self.write_raw(&self.toml());
    }

    pub fn write_raw(&self, toml: &str) {
        fs::write(self.config(), toml).unwrap();
        fs::set_permissions(self.config(), fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("storywatch.toml")
    }

    pub fn database(&self) -> PathBuf {
        self.dir.path().join("storywatch.db")
    }

    /// The database, for looking (and for harm) from outside.
    pub fn sql(&self) -> Connection {
        let connection = Connection::open(self.database()).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.sql().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub fn texts(&self, sql: &str) -> Vec<String> {
        rows(&self.sql(), sql)
    }

    /// When the feed at a URL is asked next.
    pub fn next_poll(&self, url: &str) -> Timestamp {
        Timestamp::from_second(self.count(&format!("SELECT next_poll FROM feed WHERE url = '{url}'"))).unwrap()
    }

    pub fn publish(&self, outlet: &str, item: Item) {
        self.origin.publish(&path(outlet), item);
    }

    pub fn toml(&self) -> String {
        let mut toml = format!(
            "[storage]\npath = \"storywatch.db\"\n[polling]\nallow_networks = [\"127.0.0.0/8\"]\nmin_interval = \
             \"1s\"\n{}[web]\nlisten = \"{}\"\n{}[mail]\nfrom = \"Storywatch <alerts@desk.example>\"\nsmtp = \"smtp://{}\"\n[webhook.bell]\nurl = \
             \"http://{}/bell\"\nsecret = \"whsec_{}\"\n{}\n",
            self.polling, self.listen, self.web, self.smtp.address, self.hook.address, BELL_KEY, self.rules
        );
        for (key, name, names, domain) in OUTLETS.iter().filter(|(key, ..)| self.outlets.contains(key)) {
            let url = self.origin.url(&path(key));
            write!(
                toml,
                "[[feed]]\nurl = \"{url}\"\nname = \"{key}\"\noutlet = \"{key}\"\n{}\n[outlet.{key}]\nname = \
                 \"{name}\"\nnames = {names:?}\ndomains = [\"{domain}\"]\n",
                self.feed
            )
            .unwrap();
        }
        toml
    }
}

impl World {
    /// A world with these feeds alone: URLs, and the lines each has in common with the others.
    pub fn of_feeds(urls: &[impl AsRef<str>], lines: &str) -> Self {
        let mut world = Self::new(&[], ONE_WATCH);
        for url in urls {
            let url = url.as_ref();
            world.rules.push_str(&format!("[[feed]]\nurl = \"{url}\"\n{lines}\n"));
        }
        world.write();
        world
    }
}

/// 32 bytes in base64.
pub const BELL_KEY: &str = "QkVMTC1DQU5BUlktMDEyMzQ1Njc4OWFiY2RlZmdoaWo=";

/// Where an outlet's feed is served.
pub fn path(outlet: &str) -> String {
    format!("/{outlet}.xml")
}

/// A minute of the day that tests play.
pub fn at(minute: i64) -> Timestamp {
    "2024-11-14T18:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

/// The machine's time, which the daemon goes by.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// An item of an outlet; its guid and link hang on `slug`.
pub fn item(outlet: &str, slug: &str, title: &str, body: &str, minute: i64) -> Item {
    let domain = OUTLETS.iter().find(|(key, ..)| *key == outlet).unwrap().3;
    let link = format!("https://{domain}/{slug}");
    Item { guid: link.clone(), link, title: title.to_owned(), body: body.to_owned(), published: at(minute) }
}

/// How many come at once: what `STORYWATCH_FLOOD` says, else `short`.
pub fn flood(short: usize) -> usize {
    std::env::var("STORYWATCH_FLOOD").ok().and_then(|number| number.parse().ok()).unwrap_or(short)
}

/// Waits for a condition, a minute at most: far longer than it takes on a machine with other things to do.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The package's own folder.
pub fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
