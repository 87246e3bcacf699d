//! `[[feed]]` and `[outlet.NAME]` as meant.

use std::collections::BTreeMap;

use url::Url;

use super::{
    Feed, Outlet, Secret,
    diagnostic::{Faults, is_dangerous, quote},
    files::Named,
    place::{Place, Sources},
    secrets::{Surroundings, check_inline, from_file, is_telling, read_secret, without_secrets},
    values, ways,
    written::{At, Node, Reader, Table, Value, Wrong, as_table, boolean, text, wrong},
};

/// A feed and the places that later checks point at.
pub(super) struct PlacedFeed {
    pub feed: Feed,
    /// Its `name`, or its URL where it has none.
    pub name: Place,
    pub url: Place,
    pub outlet: Option<Place>,
}

/// Reads one `[[feed]]`; `None` without a usable URL.
pub(super) fn feed(
    table: Table,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<PlacedFeed> {
    let mut reader = Reader::new(table, "[[feed]]", faults);
    let url = reader.required("url", address);
    let name = reader.optional("name", feed_name);
    let outlet = reader.optional("outlet", text);
    let groups = reader.list("groups", values::name).unwrap_or_default();
    let every = reader.optional("every", every);
    let headers = headers(&mut reader, surroundings, sources);
    let user = reader.optional("user", user);
    let password = read_secret(&mut reader, "password", "password_file", surroundings, sources);
    let language = reader.optional("language", values::language).map(|language| language.value);
    let enabled = reader.optional("enabled", boolean).is_none_or(|enabled| enabled.value);
    let websub = reader.optional("websub", boolean).is_none_or(|websub| websub.value);
    let route = ways::route(&mut reader, surroundings, sources);
    let trusted = ways::trusted(&mut reader, surroundings);
    let user_agent = ways::user_agent(&mut reader);
    let full_text = reader.optional("full_text", boolean).map(|full_text| full_text.value);
    reader.finish();
    let url = url?;
    check_login(&url, user.as_ref(), password.as_ref(), faults);
    check_every(every.as_ref(), faults);
    let place = name.as_ref().map_or(url.place, |name| name.place);
    let feed = Feed {
        name: name.map_or_else(|| default_name(&url.value), |name| name.value),
        outlet: outlet.as_ref().map(|outlet| outlet.value.clone()).unwrap_or_default(),
        url: url.value,
        groups: groups.into_iter().map(|group| group.value).collect(),
        every: every.and_then(|every| every.value),
        headers,
        user: user.map(|user| user.value),
        password: password.and_then(|password| password.value),
        route,
        trusted,
        user_agent,
        language,
        enabled,
        websub,
        full_text,
    };
    Some(PlacedFeed { feed, name: place, url: url.place, outlet: outlet.map(|outlet| outlet.place) })
}

/// Free text, for people; but `group:` would be read as a group where feeds are named.
/// A feed, unlike other addresses, has settings for a login.
fn address(node: &Node) -> Result<Url, Wrong> {
    let has_login = |url: &Url| !url.username().is_empty() || url.password().is_some();
    let is_login = text(node).ok().and_then(|text| Url::parse(&text).ok()).is_some_and(|url| has_login(&url));
    values::web_address(node).map_err(|wrong| match is_login {
        true => wrong.help("use `user` and `password_file`".to_owned()),
        false => wrong,
    })
}

fn feed_name(node: &Node) -> Result<String, Wrong> {
    const LONGEST: usize = 200;
    let name = values::line(node)?;
    if name.starts_with("group:") {
        return Err(wrong("the name of a feed cannot begin with `group:`"));
    }
    if name.len() > LONGEST {
        return Err(wrong(format!("this name is longer than {LONGEST} bytes")));
    }
    Ok(name)
}

/// The URL without its scheme, and without what may be a secret.
fn default_name(url: &url::Url) -> String {
    let url = without_secrets(url);
    let text = url.as_str().split_once("://").map_or("", |(_, rest)| rest).trim_end_matches('/');
    text.chars().filter(|letter| !is_dangerous(*letter)).collect()
}

/// "auto" is `None`.
fn every(node: &Node) -> Result<Option<std::time::Duration>, Wrong> {
    if matches!(&node.value, Value::Text(word) if word == "auto") {
        return Ok(None);
    }
    let read = values::duration(1..=30 * 86_400)(node);
    read.map(Some).map_err(|wrong| wrong.help("or write \"auto\"".to_owned()))
}

fn check_every(every: Option<&At<Option<std::time::Duration>>>, faults: &mut Faults) {
    let short = every.filter(|every| every.value.is_some_and(|every| every.as_secs() < 60));
    if let Some(every) = short {
        faults
            .warning(every.place, "this feed is polled more than once a minute")
            .help("many publishers block readers that do so".to_owned());
    }
}

fn user(node: &Node) -> Result<String, Wrong> {
    let user = values::line(node)?;
    if user.contains(':') { Err(wrong("a user name cannot contain a colon")) } else { Ok(user) }
}

fn check_login(
    url: &At<url::Url>,
    user: Option<&At<String>>,
    password: Option<&At<Option<Secret>>>,
    faults: &mut Faults,
) {
    match (user, password) {
        (Some(user), None) => {
            faults.error(user.place, "a user but no password").help("add `password_file`".to_owned());
        }
        (None, Some(password)) => {
            faults.error(password.place, "a password but no user").help("add `user`".to_owned());
        }
        (Some(user), Some(_)) if url.value.scheme() == "http" => {
            let message = "the password is sent unencrypted, for the URL is plain http";
            faults.warning(user.place, message).other("the URL is here", url.place);
        }
        _ => {}
    }
}

/// Headers that are not the user's to set: they belong to the connection or to conditional requests.
const RESERVED_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "if-modified-since",
    "if-none-match",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// `headers = { Accept-Language = "en", Authorization = { file = "token" } }`
fn headers(reader: &mut Reader<'_>, surroundings: &Surroundings, sources: &mut Sources) -> Vec<(String, Secret)> {
    let Some(table) = reader.optional("headers", as_table) else { return Vec::new() };
    let mut headers = Vec::new();
    for (name, (place, node)) in table.value.entries {
        if let Err(wrong) = check_header_name(&name) {
            wrong.tell(place, reader.faults);
        } else if let Some(value) = header_value(&name, node, surroundings, sources, reader.faults) {
            headers.push((name, value));
        }
    }
    headers
}

fn check_header_name(name: &str) -> Result<(), Wrong> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(wrong(format!("{} is no header name", quote(name))));
    }
    if RESERVED_HEADERS.contains(&name.to_lowercase().as_str()) {
        return Err(wrong(format!("the header {} cannot be set", quote(name))));
    }
    Ok(())
}

fn header_value(
    name: &str,
    node: Node,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Secret> {
    if let Value::Table(table) = node.value {
        let mut reader = Reader::new(table, "a header", faults);
        let file = reader.required("file", text);
        reader.finish();
        return from_file(&file?, surroundings, faults);
    }
    sources.hide(node.place);
    if is_secret_header(name) {
        check_inline(node.place, "file", sources, faults);
    }
    match values::line(&node) {
        Ok(value) => Some(Secret::new(value)),
        Err(wrong) => {
            wrong.tell(node.place, faults);
            None
        }
    }
}

fn is_secret_header(name: &str) -> bool {
    is_telling(name) || name.to_lowercase().contains("cookie")
}

/// An outlet and where its name and its domains stand.
pub(super) struct PlacedOutlet {
    pub outlet: Outlet,
    pub name: Place,
    pub domains: Vec<Place>,
}

/// Reads every `[outlet.NAME]`.
pub(super) fn outlets(written: Named, faults: &mut Faults) -> BTreeMap<String, PlacedOutlet> {
    let mut outlets = BTreeMap::new();
    for (key, (place, node)) in written {
        // A dot: outlets that nobody declared go by their domain.
        if let Err(wrong) = values::check_name(&key, ".") {
            wrong.tell(place, faults);
        }
        match as_table(&node) {
            Ok(table) => {
                let read = outlet(&key, table, place, faults);
                outlets.insert(key, read);
            }
            Err(wrong) => wrong.tell(node.place, faults),
        }
    }
    outlets
}

fn outlet(key: &str, table: Table, place: Place, faults: &mut Faults) -> PlacedOutlet {
    let label = format!("[outlet.{key}]");
    let mut reader = Reader::new(table, &label, faults);
    let name = reader.optional("name", values::line).map_or_else(|| key.to_owned(), |name| name.value);
    let names = reader.list("names", values::line).unwrap_or_default();
    let domains = reader.list("domains", values::domain).unwrap_or_default();
    reader.finish();
    let places = domains.iter().map(|domain| domain.place).collect();
    let names = names.into_iter().map(|name| name.value).collect();
    let domains = domains.into_iter().map(|domain| domain.value).collect();
    PlacedOutlet { outlet: Outlet { name, names, domains }, name: place, domains: places }
}
