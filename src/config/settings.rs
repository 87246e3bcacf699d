//! The scalar sections as meant: `[storage]`, `[polling]`, `[stories]`, `[mail]`, `[web]`.

use url::{Host, Url};

use super::{
    Mail, MailTransport, Polling, Secret, Security, Storage, Stories, Web, defaults,
    diagnostic::{Faults, quote},
    layers::Settings,
    place::{Place, Sources},
    secrets::{Surroundings, read_secret},
    values,
    written::{At, Reader, Wrong, wrong},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// What the defaults guarantee to be there; `None` only beside a fault.
pub(super) fn storage(settings: &Settings, surroundings: &Surroundings, faults: &mut Faults) -> Option<Storage> {
    let mut reader = Reader::new(settings.table("storage"), "[storage]", faults);
    let path = reader.optional("path", values::line);
    let retention = reader.optional("retention", values::duration(7 * DAY..=36_500 * DAY));
    Some(Storage { path: surroundings.path(&path?.value), retention: retention?.value })
}

pub(super) fn polling(settings: &Settings, faults: &mut Faults) -> Option<Polling> {
    let mut reader = Reader::new(settings.table("polling"), "[polling]", faults);
    let concurrency = reader.optional("concurrency", values::number(1..=1024));
    let per_host = reader.optional("per_host", values::number(1..=16));
    let min_interval = reader.optional("min_interval", values::duration(1..=7 * DAY));
    let max_interval = reader.optional("max_interval", values::duration(1..=30 * DAY));
    let timeout = reader.optional("timeout", values::duration(1..=10 * MINUTE));
    let max_body = reader.optional("max_body", values::size(1 << 10..=1 << 30));
    let contact = reader.optional("contact", values::contact).map(|contact| contact.value);
    let networks = reader.list_or_none("allow_networks", values::network).unwrap_or_default();
    let (min_interval, max_interval) = (min_interval?, max_interval?);
    if min_interval.value > max_interval.value {
        let message = "`min_interval` is longer than `max_interval`";
        faults.error(min_interval.place, message).other("`max_interval` is here", max_interval.place);
    }
    Some(Polling {
        concurrency: concurrency?.value,
        per_host: per_host?.value,
        min_interval: min_interval.value,
        max_interval: max_interval.value,
        timeout: timeout?.value,
        max_body: max_body?.value,
        contact,
        allow_networks: networks.into_iter().map(|network| network.value).collect(),
    })
}

pub(super) fn stories(settings: &Settings, faults: &mut Faults) -> Option<Stories> {
    let mut reader = Reader::new(settings.table("stories"), "[stories]", faults);
    let window = reader.optional("window", values::duration(HOUR..=60 * DAY))?.value;
    Some(Stories { window })
}

pub(super) fn web(settings: &Settings, faults: &mut Faults) -> Option<Web> {
    let mut reader = Reader::new(settings.table("web"), "[web]", faults);
    let listen = reader.optional("listen", values::listener);
    let public_url = reader.optional("public_url", values::public_address).map(|url| url.value);
    Some(Web { listen: listen?.value, public_url })
}

/// `None` when nothing is written about mail, or beside a fault.
pub(super) fn mail(
    settings: &Settings,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Mail> {
    let place = settings.section("mail")?;
    let mut table = settings.table("mail");
    table.place = place;
    let mut reader = Reader::new(table, "[mail]", faults);
    let from = reader.required("from", values::mailbox);
    let smtp = reader.required("smtp", values::line);
    let password = read_secret(&mut reader, "password", "password_file", surroundings, sources);
    let transport = transport(smtp?, password, surroundings, sources, faults)?;
    let (from_name, from_address) = from?.value;
    Some(Mail { from_name, from_address, transport })
}

fn transport(
    smtp: At<String>,
    password: Option<At<Option<Secret>>>,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<MailTransport> {
    if let Some(rest) = smtp.value.strip_prefix("maildir:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() {
            faults.error(smtp.place, "this maildir has no path").help("write maildir:///path".to_owned());
            return None;
        }
        if let Some(password) = password {
            faults.warning(password.place, "a maildir needs no password");
        }
        return Some(MailTransport::Maildir { path: surroundings.path(path) });
    }
    let server = match server(&smtp.value) {
        Ok(server) => server,
        Err(wrong) => {
            wrong.tell(smtp.place, faults);
            return None;
        }
    };
    let password = password_of(&server, smtp.place, password, sources, faults);
    Some(MailTransport::Smtp {
        host: server.host,
        port: server.port,
        security: server.security,
        user: server.user,
        password,
    })
}

/// What an `smtp://` or `smtps://` URL says.
struct Server {
    host: String,
    port: u16,
    security: Security,
    user: Option<String>,
    /// A password in the URL; refused, but not lost sight of.
    has_password: bool,
}

fn server(text: &str) -> Result<Server, Wrong> {
    let expected = "expected smtps://user@host, smtp://user@host or maildir:///path";
    // The message never repeats the URL: it may carry a password.
    let url = Url::parse(text).map_err(|error| wrong(format!("this is no URL: {error}")).help(expected.to_owned()))?;
    let scheme = url.scheme();
    if !matches!(scheme, "smtp" | "smtps") {
        return Err(wrong(format!("{} is no way to send mail", quote(scheme))).help(expected.to_owned()));
    }
    let host = url.host().filter(|host| host.to_string() != "").ok_or_else(|| wrong("this URL has no host"))?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("nothing may follow the host and the port"));
    }
    let is_local = is_local(&host);
    let (security, port) = match (scheme, is_local) {
        ("smtps", _) => (Security::Tls, defaults::SMTPS_PORT),
        (_, true) => (Security::Opportunistic, defaults::LOCAL_PORT),
        (_, false) => (Security::StartTls, defaults::SUBMISSION_PORT),
    };
    Ok(Server {
        host: host_name(&host),
        port: url.port().unwrap_or(port),
        security,
        user: user(&url)?,
        has_password: url.password().is_some(),
    })
}

fn user(url: &Url) -> Result<Option<String>, Wrong> {
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
    if user.chars().any(char::is_control) {
        return Err(wrong("the user has a control character in it"));
    }
    Ok(Some(user).filter(|user| !user.is_empty()))
}

/// Without the brackets of an IPv6 address: as a resolver wants it.
fn host_name(host: &Host<&str>) -> String {
    match host {
        Host::Ipv6(address) => address.to_string(),
        other => other.to_string().to_lowercase(),
    }
}

/// The parser of `url` leaves the host of schemes it does not know as text.
fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => {
            name.eq_ignore_ascii_case("localhost")
                || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

fn password_of(
    server: &Server,
    smtp: Place,
    password: Option<At<Option<Secret>>>,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Secret> {
    if server.has_password {
        sources.hide(smtp);
        faults.error(smtp, "a password does not belong in the URL").help("use `password_file`".to_owned());
        return None;
    }
    match (&server.user, password) {
        (Some(_), Some(password)) => password.value,
        (Some(_), None) => {
            faults.error(smtp, "a user but no password").help("add `password_file`".to_owned());
            None
        }
        (None, Some(password)) => {
            let help = "write smtps://user@host".to_owned();
            faults.error(password.place, "a password but no user").other("the server is here", smtp).help(help);
            None
        }
        (None, None) => None,
    }
}
