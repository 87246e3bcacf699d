//! The configuration: as written (files, environment, flags) and as meant ([`Config`]), with diagnostics that name
//! file, line and column and point with a caret. All faults are found in one go.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use ipnet::IpNet;
use jiff::tz::TimeZone;
use url::Url;

use crate::{alert, watch};

/// A secret: never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// The whole configuration, checked: every reference resolves, every query compiles.
#[derive(Clone, Debug)]
pub struct Config {
    pub storage: Storage,
    pub polling: Polling,
    pub stories: Stories,
    /// `None` when no recipient needs mail.
    pub mail: Option<Mail>,
    pub feeds: Vec<Feed>,
    pub outlets: BTreeMap<String, Outlet>,
    pub watches: Vec<Watch>,
    pub recipients: BTreeMap<String, Recipient>,
    pub webhooks: BTreeMap<String, Webhook>,
    /// `[terms]`: name to alternatives, each one line of the query language.
    pub terms: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug)]
pub struct Storage {
    pub path: PathBuf,
}

#[derive(Clone, Debug)]
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
}

#[derive(Clone, Debug)]
pub struct Stories {
    /// How long a story may be joined after its last member.
    pub window: Duration,
}

#[derive(Clone, Debug)]
pub struct Mail {
    /// Checked: `Name <address>`.
    pub from_name: String,
    pub from_address: String,
    pub transport: MailTransport,
}

#[derive(Clone, Debug)]
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
    },
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

#[derive(Clone, Debug)]
pub struct Feed {
    /// `name`, or the URL without its scheme.
    pub name: String,
    pub url: Url,
    /// Key of the outlet; the registrable domain of the URL where none is given.
    pub outlet: String,
    pub groups: Vec<String>,
    /// `None` is "auto".
    pub every: Option<Duration>,
    pub headers: Vec<(String, Secret)>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub language: Option<String>,
    pub enabled: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlet {
    pub name: String,
    /// What others call it.
    pub names: Vec<String>,
    pub domains: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Watch {
    pub query: watch::Query,
    pub policy: alert::Policy,
    pub note: Option<String>,
    pub notify: Vec<alert::RecipientId>,
}

#[derive(Clone, Debug)]
pub struct Recipient {
    pub email: Vec<String>,
    pub timezone: TimeZone,
}

#[derive(Clone, Debug)]
pub struct Webhook {
    pub url: Url,
    /// The key's bytes (`whsec_…` decoded), 24 or more.
    pub secret: Option<Secret>,
}
