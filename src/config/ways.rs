//! How feeds are reached where that is not straight, in the operator's own name, and trusting whom the machine trusts:
//! `proxy`, `ca_file`, `user_agent`.

use std::{fs, sync::Arc};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use url::Url;

use super::{
    Secret,
    diagnostic::{Faults, quote},
    place::Sources,
    secrets::{Surroundings, read_secret},
    values,
    written::{At, Node, Reader, Wrong, text, wrong},
};

/// A certificate file longer than this is something else.
const LONGEST: u64 = 4 << 20;

/// A proxy that everything goes through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// `http`, `https`, `socks5` (names are resolved here) or `socks5h` (by the proxy); without user and path.
    pub url: Url,
    pub login: Option<(String, Secret)>,
}

/// What `proxy` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// "none": straight, whatever `[polling]` says.
    Straight,
    Through(Proxy),
}

/// Certificates (DER) that are trusted besides the machine's own.
pub type Trusted = Arc<[Vec<u8>]>;

/// Reads `proxy` and its password.
pub(super) fn route(reader: &mut Reader<'_>, surroundings: &Surroundings, sources: &mut Sources) -> Option<Route> {
    let written = reader.take("proxy").map(|node| {
        if has_password(&node) {
            sources.hide(node.place);
        }
        (node.place, address(&node))
    });
    let password = read_secret(reader, "proxy_password", "proxy_password_file", surroundings, sources);
    let Some((place, read)) = written else {
        if let Some(password) = password {
            reader.faults.error(password.place, "a password for a proxy but no `proxy`");
        }
        return None;
    };
    match read {
        Err(wrong) => {
            wrong.tell(place, reader.faults);
            None
        }
        Ok(None) => Some(Route::Straight),
        Ok(Some((url, user))) => {
            let login = login(At { place, value: user }, password, reader.faults)?;
            Some(Route::Through(Proxy { url, login }))
        }
    }
}

fn has_password(node: &Node) -> bool {
    text(node).ok().and_then(|text| Url::parse(&text).ok()).is_some_and(|url| url.password().is_some())
}

/// `None` is "none". The message never repeats the URL: it may carry a password.
fn address(node: &Node) -> Result<Option<(Url, Option<String>)>, Wrong> {
    let expected = "expected \"http://user@host:port\", https, socks5, socks5h, or \"none\"";
    let text = values::line(node)?;
    if text == "none" {
        return Ok(None);
    }
    let mut url =
        Url::parse(&text).map_err(|error| wrong(format!("this is no URL: {error}")).help(expected.to_owned()))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        return Err(wrong(format!("{} is no kind of proxy", quote(url.scheme()))).help(expected.to_owned()));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("this URL has no host").help(expected.to_owned()));
    }
    if url.password().is_some() {
        return Err(wrong("a password does not belong in the URL").help("use `proxy_password_file`".to_owned()));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("nothing may follow the host and the port"));
    }
    let user = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
    // Fails only for URLs without a host.
    let _ = url.set_username("");
    Ok(Some((url, Some(user).filter(|user| !user.is_empty()))))
}

/// The outer `None` stands beside a fault.
#[allow(clippy::option_option, reason = "refused, none, or one")]
fn login(
    user: At<Option<String>>,
    password: Option<At<Option<Secret>>>,
    faults: &mut Faults,
) -> Option<Option<(String, Secret)>> {
    match (user.value, password) {
        (None, None) => Some(None),
        (Some(user), Some(password)) => Some(Some((user, password.value?))),
        (Some(_), None) => {
            faults.error(user.place, "a user but no password").help("add `proxy_password_file`".to_owned());
            None
        }
        (None, Some(password)) => {
            let help = "write the user into the URL: \"http://user@host:port\"".to_owned();
            faults.error(password.place, "a password but no user").other("the proxy is here", user.place).help(help);
            None
        }
    }
}

/// Reads `ca_file`: certificates in PEM.
pub(super) fn trusted(reader: &mut Reader<'_>, surroundings: &Surroundings) -> Option<Trusted> {
    let file = reader.optional("ca_file", values::line)?;
    match certificates(&surroundings.path(&file.value)) {
        Ok(certificates) => Some(certificates.into()),
        Err(wrong) => {
            wrong.tell(file.place, reader.faults);
            None
        }
    }
}

fn certificates(path: &std::path::Path) -> Result<Vec<Vec<u8>>, Wrong> {
    let shown = quote(&path.display().to_string());
    let unreadable = |error: std::io::Error| wrong(format!("cannot read the certificates in {shown}: {error}"));
    if fs::metadata(path).map_err(unreadable)?.len() > LONGEST {
        return Err(wrong(format!("{shown} is longer than {LONGEST} bytes")));
    }
    let content = fs::read(path).map_err(unreadable)?;
    let broken = |why: String| wrong(format!("{shown} holds no usable certificate: {why}"));
    let mut roots = rustls::RootCertStore::empty();
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&content) {
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots.add(certificate.clone()).map_err(|error| broken(error.to_string()))?;
        found.push(certificate.to_vec());
    }
    if found.is_empty() {
        return Err(broken("no \"BEGIN CERTIFICATE\" in it".to_owned()));
    }
    Ok(found)
}

/// Reads `user_agent`: what the header may carry.
pub(super) fn user_agent(reader: &mut Reader<'_>) -> Option<String> {
    let read = |node: &Node| {
        let agent = values::line(node)?;
        let fits = agent.len() <= 300 && agent.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic());
        if fits { Ok(agent) } else { Err(wrong("a User-Agent is up to 300 letters of ASCII")) }
    };
    reader.optional("user_agent", read).map(|agent| agent.value)
}
