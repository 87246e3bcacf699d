//! `[mail]` as meant: the sender, and the way that mail takes.

use std::{fs, path::PathBuf, sync::Arc};

use lettre::transport::smtp::client::Certificate;
use url::{Host, Url};

use super::{
    Mail, MailTransport, Secret, SecretBytes, Security, Tls, defaults,
    diagnostic::{Faults, quote},
    layers::Settings,
    place::{Place, Sources},
    secrets::{Surroundings, lines_from_file, read_secret},
    values,
    webhooks::{read_template, tell_in_template},
    written::{At, Reader, Wrong, wrong},
};
use crate::message::MailTemplates;

/// Bytes of a file with certificates.
const LONGEST_PEM: u64 = 1 << 20;

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
    let command = reader.list("command", values::line);
    let smtp = match &command {
        Some(_) => reader.optional("smtp", values::line),
        None => reader.required("smtp", values::line),
    };
    let password = read_secret(&mut reader, "password", "password_file", surroundings, sources);
    let ca = reader.optional("ca_file", values::line);
    let certificate = reader.optional("client_certificate", values::line);
    let key = reader.optional("client_key_file", values::line);
    let limit = reader.optional("max_per_minute", values::number(1..=1_000_000));
    let templates = reader.optional("templates", values::line);
    let unsubscribe = reader.optional("unsubscribe", values::email);
    let templates = match templates {
        Some(folder) => Some(read_templates(&folder, surroundings, sources, faults)?),
        None => None,
    };
    let tls = tls(ca, certificate, key, surroundings, faults);
    let transport = match (command, smtp) {
        (Some(command), Some(smtp)) => {
            let place = command.first().map_or(place, |item| item.place);
            faults.error(place, "both `smtp` and `command` are given").other("the other is here", smtp.place);
            return None;
        }
        (Some(command), None) => MailTransport::Command { argv: argv(command, faults)? },
        (None, smtp) => transport(smtp?, password, tls, surroundings, sources, faults)?,
    };
    let (from_name, from_address) = from?.value;
    Some(Mail {
        from_name,
        from_address,
        transport,
        max_per_minute: limit.map(|limit| limit.value),
        templates,
        unsubscribe: unsubscribe.map(|address| address.value),
    })
}

/// A program is found by its whole path: what `PATH` holds is nobody's promise.
fn argv(command: Vec<At<String>>, faults: &mut Faults) -> Option<Vec<String>> {
    let program = command.first()?;
    if !program.value.starts_with('/') {
        faults
            .error(program.place, format!("{} is no whole path of a program", quote(&program.value)))
            .help("write it as in [\"/usr/sbin/sendmail\", \"-i\"]; no shell is involved".to_owned());
        return None;
    }
    Some(command.into_iter().map(|item| item.value).collect())
}

/// The templates of a folder that take the place of the built-in ones.
fn read_templates(
    folder: &At<String>,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Arc<MailTemplates>> {
    let path = surroundings.path(&folder.value);
    let mut templates = MailTemplates::default();
    let mut found = 0;
    for name in MailTemplates::NAMES {
        let file = path.join(name);
        if !file.exists() {
            continue;
        }
        found += 1;
        let source = read_template(&file).map_err(|wrong| wrong.tell(folder.place, faults)).ok()?;
        if let Err(problem) = templates.replace(name, &source) {
            tell_in_template(&file, &source, problem, folder.place, sources, faults);
            return None;
        }
    }
    if found == 0 {
        let names = MailTemplates::NAMES.join(", ");
        faults
            .error(folder.place, format!("{} holds no template", quote(&path.display().to_string())))
            .help(format!("the names of templates are {names}"));
        return None;
    }
    Some(Arc::new(templates))
}

fn tls(
    ca: Option<At<String>>,
    certificate: Option<At<String>>,
    key: Option<At<String>>,
    surroundings: &Surroundings,
    faults: &mut Faults,
) -> Tls {
    let mut read = |written: &At<String>, surroundings: &Surroundings| {
        read_pem(surroundings.path(&written.value)).map_err(|wrong| wrong.tell(written.place, faults)).ok()
    };
    let authorities = ca.as_ref().and_then(|ca| read(ca, surroundings));
    let chain = certificate.as_ref().and_then(|certificate| read(certificate, surroundings));
    let key_bytes = key.as_ref().and_then(|key| {
        let found = lines_from_file(key, surroundings, faults)?;
        Some(SecretBytes::new(found.expose().as_bytes().to_vec()))
    });
    match (&certificate, &key) {
        (Some(certificate), None) => {
            faults.error(certificate.place, "a client certificate but no key").help("add `client_key_file`".to_owned());
        }
        (None, Some(key)) => {
            faults.error(key.place, "a key but no client certificate").help("add `client_certificate`".to_owned());
        }
        _ => {}
    }
    Tls { authorities, identity: chain.zip(key_bytes) }
}

fn read_pem(path: PathBuf) -> Result<Vec<u8>, Wrong> {
    let shown = quote(&path.display().to_string());
    let size = fs::metadata(&path).map(|metadata| metadata.len());
    if size.is_ok_and(|size| size > LONGEST_PEM) {
        return Err(wrong(format!("{shown} is longer than {LONGEST_PEM} bytes")));
    }
    let bytes = fs::read(&path).map_err(|error| wrong(format!("cannot read {shown}: {error}")))?;
    let is_certificate = bytes.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----");
    if !is_certificate || Certificate::from_pem(&bytes).is_err() {
        return Err(wrong(format!("{shown} holds no certificate in PEM form")));
    }
    Ok(bytes)
}

fn transport(
    smtp: At<String>,
    password: Option<At<Option<Secret>>>,
    tls: Tls,
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
        tls,
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
