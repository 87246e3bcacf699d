//! The configuration: as written (files, environment, flags) and as meant ([`Config`]), with diagnostics that name
//! file, line and column and point with a caret. All faults are found in one go.

mod alerting;
mod channels;
mod defaults;
mod diagnostic;
mod difference;
mod feeds;
mod files;
mod layers;
mod mail;
mod meant;
mod origins;
mod place;
mod references;
mod secrets;
mod settings;
mod units;
mod values;
mod watches;
mod watchlists;
mod ways;
mod webhooks;
mod written;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use jiff::{civil::Time, tz::TimeZone};
use url::Url;

pub use defaults::DIGEST_AT;
pub use diagnostic::{Diagnostic, Severity, Spot, render};
pub use difference::{Change, Difference, difference};
pub use layers::Overrides;
pub use origins::Origins;
pub use secrets::{Secret, SecretBytes, without_secrets};
pub use units::duration as parse_duration;
pub use watchlists::{Watchlists, load_watchlists};
pub use ways::{Proxy, Route, Trusted};

use crate::{alert, message, watch};

/// A configuration that can be used.
pub struct Loaded {
    pub config: Config,
    /// Warnings only.
    pub warnings: Vec<Diagnostic>,
    /// To place what later turns out about a query.
    pub origins: Origins,
}

/// Loads the main file, what it includes, the environment (`STORYWATCH__SECTION__KEY`, `CREDENTIALS_DIRECTORY`) and
/// the flags; later wins.
///
/// `compile` is given all queries and `[terms]` and returns what is wrong with them, each problem with the index of
/// its query; for a configuration that is accepted the index is also that of [`Config::watches`]. It is not called
/// when a file could not be read at all.
///
/// # Errors
/// Everything that is wrong and doubtful, at least one error among it, in the order of the files and their lines.
pub fn load(
    path: &Path,
    flags: &Overrides,
    environment: &BTreeMap<String, String>,
    mut compile: impl FnMut(&[&watch::Query], &BTreeMap<String, Vec<String>>) -> Vec<(usize, watch::Problem)>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let mut sources = place::Sources::default();
    let mut faults = diagnostic::Faults::default();
    let mut written = files::read_files(path, &mut sources, &mut faults);
    let mut layers = std::mem::take(&mut written.layers);
    layers.add_environment(environment, &mut sources, &mut faults);
    layers.add_flags(flags, &mut sources, &mut faults);
    let settings = layers.merge(&mut sources, &mut faults);
    let surroundings = secrets::Surroundings {
        base: path.parent().unwrap_or_else(|| Path::new("")).to_owned(),
        credentials: environment.get("CREDENTIALS_DIRECTORY").map(PathBuf::from),
    };
    let (config, origins) = meant::read(written, &settings, &surroundings, sources, &mut faults, &mut compile);
    let diagnostics = faults.resolve(origins.sources());
    match config {
        Some(config) if !diagnostics.iter().any(Diagnostic::is_error) => {
            Ok(Loaded { config, warnings: diagnostics, origins })
        }
        _ => Err(diagnostics),
    }
}

/// The environment of this process, for [`load`]; what is not Unicode is not ours.
pub fn environment() -> BTreeMap<String, String> {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// The whole configuration, checked: every reference resolves, every query compiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub storage: Storage,
    pub polling: Polling,
    pub stories: Stories,
    /// `None` when nothing is written about mail; then no recipient has an address.
    pub mail: Option<Mail>,
    pub web: Web,
    pub feeds: Vec<Feed>,
    pub outlets: BTreeMap<String, Outlet>,
    /// Shared, so that a reload keeps in memory once what it does not change.
    pub watches: Vec<Arc<Watch>>,
    pub recipients: BTreeMap<String, Recipient>,
    pub webhooks: BTreeMap<String, Webhook>,
    /// `[operator] notify`: who is told of troubles.
    pub operator: Vec<alert::RecipientId>,
    /// `[terms]`: name to alternatives, each one line of the query language.
    pub terms: BTreeMap<String, Vec<String>>,
}

impl Config {
    /// Puts the watches of another configuration in the place of those that are the same.
    #[must_use]
    pub fn sharing(mut self, other: &Self) -> Self {
        let known: HashMap<&str, &Arc<Watch>> =
            other.watches.iter().map(|watch| (watch.query.name.as_str(), watch)).collect();
        for watch in &mut self.watches {
            if let Some(&same) = known.get(watch.query.name.as_str()).filter(|known| ***known == *watch) {
                *watch = Arc::clone(same);
            }
        }
        self
    }

    /// Beneath which hubs reach us; `None` where WebSub is off or hubs cannot reach us.
    pub fn callbacks(&self) -> Option<&Url> {
        let Web { listen, public_url } = &self.web;
        public_url.as_ref().filter(|_| self.polling.websub && listen.is_some())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    pub path: PathBuf,
    /// How long after its last member a story is kept.
    pub retention: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Polling {
    pub concurrency: usize,
    /// Requests in flight to one registrable domain.
    pub per_host: usize,
    pub min_interval: Duration,
    pub max_interval: Duration,
    pub timeout: Duration,
    /// Bytes after decompression.
    pub max_body: u64,
    /// Goes into the User-Agent.
    pub contact: Option<String>,
    /// Networks that feeds and webhooks may lie in although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// For all feeds that say nothing else.
    pub proxy: Option<Proxy>,
    pub trusted: Option<Trusted>,
    /// Hubs may be asked to push, where they can reach us.
    pub websub: bool,
    /// For all feeds that say nothing else.
    pub full_text: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stories {
    /// How long a story may be joined after its last member.
    pub window: Duration,
}

/// The web pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Web {
    /// `None`: there are none.
    pub listen: Option<SocketAddr>,
    /// Ends in `/`. Under which others reach them, through a proxy as a rule.
    pub public_url: Option<Url>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// Checked: `Name <address>`.
    pub from_name: String,
    pub from_address: String,
    pub transport: MailTransport,
    /// At most so many mails a minute.
    pub max_per_minute: Option<u32>,
    /// The user's own, in the place of those that are built in.
    pub templates: Option<Arc<message::MailTemplates>>,
    /// Where requests to end alerts go by mail.
    pub unsubscribe: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MailTransport {
    /// A maildir is made where there is none.
    Maildir {
        path: PathBuf,
    },
    Smtp {
        host: String,
        port: u16,
        security: Security,
        user: Option<String>,
        password: Option<Secret>,
        tls: Tls,
    },
    /// A program that takes the mail on its standard input; arguments are given as they stand, without a shell.
    Command {
        argv: Vec<String>,
    },
}

/// What TLS to the mail server knows beyond the authorities of this machine; checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tls {
    /// PEM.
    pub authorities: Option<Vec<u8>>,
    /// Certificate and key, PEM.
    pub identity: Option<(Vec<u8>, SecretBytes)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// `smtps://`
    Tls,
    /// `smtp://`: STARTTLS, refused where the server does not offer it.
    StartTls,
    /// `smtp://` to a loopback address only: STARTTLS where it is offered, else plain.
    Opportunistic,
}

#[derive(Clone, PartialEq)]
pub struct Feed {
    /// `name`, or the URL without its scheme.
    pub name: String,
    pub url: Url,
    /// Key of the outlet. Where none is given: the one that has the URL's domain, else the registrable domain itself.
    pub outlet: String,
    pub groups: Vec<String>,
    /// `None` is "auto".
    pub every: Option<Duration>,
    pub headers: Vec<(String, Secret)>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// `None`: as `[polling]` says.
    pub route: Option<Route>,
    /// As well as those of `[polling]`.
    pub trusted: Option<Trusted>,
    /// Instead of our own name.
    pub user_agent: Option<String>,
    pub language: Option<String>,
    pub enabled: bool,
    /// Its hub may be asked to push.
    pub websub: bool,
    /// Whether the page of each new entry is fetched; `None`: as `[polling]` says.
    pub full_text: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlet {
    pub name: String,
    /// What others call it.
    pub names: Vec<String>,
    pub domains: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    pub query: watch::Query,
    pub policy: alert::Policy,
    /// `[watch.story] key`: entries with one key are one story, whatever else they say.
    pub key: Option<watch::StoryKey>,
    pub note: Option<String>,
    pub notify: Vec<alert::RecipientId>,
    /// How far a watch looks back that is new or was changed; zero: it starts from now.
    pub history: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    pub email: Vec<String>,
    pub timezone: TimeZone,
    pub telling: Telling,
}

/// When and how much a recipient is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Telling {
    /// Local times of digests; none was asked for when it is empty.
    pub digest: Vec<Time>,
    pub quiet: Option<alert::Quiet>,
    pub budget: Option<alert::Budget>,
    /// After so long a downtime what was missed comes as one digest.
    pub catch_up_after: Duration,
    /// Mails without an HTML part.
    pub is_text_only: bool,
}

impl Default for Telling {
    fn default() -> Self {
        Self {
            digest: Vec::new(),
            quiet: None,
            budget: None,
            catch_up_after: defaults::CATCH_UP_AFTER,
            is_text_only: false,
        }
    }
}

#[derive(Clone, PartialEq)]
pub struct Webhook {
    /// Where to send to, as the payload wants it; may carry a token.
    pub url: Url,
    /// The keys' bytes (`whsec_…` decoded), 24 or more each; every message is signed with all of them.
    pub secrets: Vec<SecretBytes>,
    /// Goes into `Authorization: Bearer`.
    pub token: Option<Secret>,
    pub payload: message::Payload,
    /// At most so many messages a minute.
    pub max_per_minute: Option<u32>,
}

/// The URL of a feed may carry a token.
impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, url, outlet, groups, every, headers, user, password, language, enabled, .. } = self;
        let Self { route, user_agent, websub, full_text, .. } = self;
        f.debug_struct("Feed")
            .field("name", name)
            .field("url", &secrets::without_secrets(url).as_str())
            .field("outlet", outlet)
            .field("groups", groups)
            .field("every", every)
            .field("headers", headers)
            .field("user", user)
            .field("password", password)
            .field("route", route)
            .field("user_agent", user_agent)
            .field("language", language)
            .field("enabled", enabled)
            .field("websub", websub)
            .field("full_text", full_text)
            .finish()
    }
}

/// Whoever knows the path of a webhook may call it: only the host is shown.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, secrets, token, payload, max_per_minute } = self;
        f.debug_struct("Webhook")
            .field("host", &url.host_str())
            .field("secrets", secrets)
            .field("token", token)
            .field("payload", payload)
            .field("max_per_minute", max_per_minute)
            .finish()
    }
}
