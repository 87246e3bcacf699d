//! Values as meant: each function turns one written value into what it stands for, or says why it cannot.

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

use ipnet::IpNet;
use jiff::tz::TimeZone;
use lettre::{Address, message::Mailbox};
use url::Url;

use super::{
    diagnostic::{did_you_mean, is_dangerous, quote},
    units,
    written::{Node, Wrong, integer, text, wrong},
};
use crate::message;

/// ISO 639-1, as of 2024.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da \
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io \
    is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my \
    na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq \
    sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Text that is shown somewhere: not empty, one line, nothing that steers a terminal.
pub(super) fn line(node: &Node) -> Result<String, Wrong> {
    let text = text(node)?;
    if text.trim().is_empty() {
        return Err(wrong("this is empty"));
    }
    if text.chars().any(is_dangerous) {
        return Err(wrong("a line break or another control character is not allowed here"));
    }
    Ok(text)
}

/// A line of the query language: any text that is not empty.
pub(super) fn query_text(node: &Node) -> Result<String, Wrong> {
    let text = text(node)?;
    if text.trim().is_empty() { Err(wrong("this is empty")) } else { Ok(text) }
}

/// A name that is used in identifiers: `[a-z0-9-]`.
pub(super) fn name(node: &Node) -> Result<String, Wrong> {
    let text = text(node)?;
    check_name(&text, "").map(|()| text)
}

/// Refuses what is no name; `also` are further letters that are allowed.
pub(super) fn check_name(text: &str, also: &str) -> Result<(), Wrong> {
    let fits = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-') || also.contains(letter);
    if is_name(text) && text.chars().all(fits) {
        return Ok(());
    }
    let letters = text.chars().take(LONGEST_NAME).flat_map(char::to_lowercase);
    let proposal: String = letters.map(|letter| if fits(letter) { letter } else { '-' }).collect();
    let proposal = proposal.trim_matches('-');
    let help = is_name(proposal).then(|| format!("perhaps {}", quote(proposal)));
    Err(wrong(format!("{} is no name: use 1 to {LONGEST_NAME} of a-z, 0-9 and -", quote(text))).help(help))
}

const LONGEST_NAME: usize = 64;

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && text.contains(|letter: char| letter.is_ascii_alphanumeric())
}

/// A whole number within the range.
pub(super) fn number<T: TryFrom<i64>>(range: RangeInclusive<i64>) -> impl Fn(&Node) -> Result<T, Wrong> {
    move |node| {
        let found = integer(node)?;
        let fits = range.contains(&found).then(|| T::try_from(found).ok()).flatten();
        fits.ok_or_else(|| wrong(format!("{found} is out of range: expected {} to {}", range.start(), range.end())))
    }
}

/// A duration within the range, in seconds.
pub(super) fn duration(range: RangeInclusive<u64>) -> impl Fn(&Node) -> Result<Duration, Wrong> {
    move |node| {
        let found = units::duration(&text(node)?).map_err(wrong)?;
        if range.contains(&found.as_secs()) {
            return Ok(found);
        }
        let [least, most] = [range.start(), range.end()].map(|seconds| Duration::from_secs(*seconds));
        let (least, most) = (units::write_duration(least), units::write_duration(most));
        Err(wrong(format!("{} is out of range: expected {least} to {most}", units::write_duration(found))))
    }
}

/// A size within the range, in bytes.
pub(super) fn size(range: RangeInclusive<u64>) -> impl Fn(&Node) -> Result<u64, Wrong> {
    move |node| {
        let found = units::size(&text(node)?).map_err(wrong)?;
        if range.contains(&found) {
            return Ok(found);
        }
        let (least, most) = (units::write_size(*range.start()), units::write_size(*range.end()));
        Err(wrong(format!("{} is out of range: expected {least} to {most}", units::write_size(found))))
    }
}

/// An http or https URL without a login in it. The message never repeats the URL: it may carry a token.
pub(super) fn web_address(node: &Node) -> Result<Url, Wrong> {
    let text = line(node)?;
    let url = Url::parse(&text).map_err(|error| no_url(&text, error))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong(format!("expected an http or https URL, found {}", quote(url.scheme()))));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("a login does not belong in the URL"));
    }
    Ok(url)
}

/// Where the web pages listen: an address with its port; the empty text turns them off.
pub(super) fn listener(node: &Node) -> Result<Option<SocketAddr>, Wrong> {
    let text = text(node)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        wrong(format!("{} is no address to listen on", quote(&text)))
            .help("write an IP address and a port as in \"127.0.0.1:8750\", or \"\" for no web pages".to_owned())
    })
}

/// The URL under which others reach the web pages; what follows its path would be lost.
pub(super) fn public_address(node: &Node) -> Result<Url, Wrong> {
    let mut url = web_address(node)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("nothing may follow the path of this URL"));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn no_url(text: &str, error: url::ParseError) -> Wrong {
    let bare = Url::parse(&format!("https://{text}"));
    let is_bare = error == url::ParseError::RelativeUrlWithoutBase
        && bare.is_ok_and(|url| url.host_str().is_some_and(|host| host.contains('.')));
    wrong(format!("this is no URL: {error}")).help(is_bare.then(|| "begin it with https://".to_owned()))
}

/// `user@example.org`, as far as a mail can be addressed to it.
pub(super) fn email(node: &Node) -> Result<String, Wrong> {
    let text = line(node)?;
    if message::is_address(&text) {
        return Ok(text);
    }
    Err(wrong(format!("{} is no e-mail address", quote(&text))))
}

/// `Name <user@example.org>`: name (may be empty) and address.
pub(super) fn mailbox(node: &Node) -> Result<(String, String), Wrong> {
    let text = line(node)?;
    let mailbox: Mailbox = text.parse().map_err(|_| {
        wrong(format!("{} is no sender", quote(&text)))
            .help("write it as \"Storywatch <alerts@example.org>\"".to_owned())
    })?;
    if !message::is_address(mailbox.email.as_ref()) {
        return Err(wrong(format!("{} is no e-mail address", quote(mailbox.email.as_ref()))));
    }
    let name = mailbox.name.unwrap_or_default();
    if name.chars().any(is_dangerous) {
        return Err(wrong("a line break or another control character is not allowed here"));
    }
    Ok((name, mailbox.email.to_string()))
}

/// An IANA time zone.
pub(super) fn timezone(node: &Node) -> Result<TimeZone, Wrong> {
    let name = line(node)?;
    TimeZone::get(&name).map_err(|_| {
        let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        let hint = did_you_mean(&name, zones.iter().map(String::as_str))
            .unwrap_or_else(|| "write it as in \"Europe/Berlin\"".to_owned());
        wrong(format!("{} is no time zone", quote(&name))).help(hint)
    })
}

/// A network in CIDR notation.
pub(super) fn network(node: &Node) -> Result<IpNet, Wrong> {
    let text = line(node)?;
    text.parse().map_err(|_| {
        let address = text.parse::<std::net::IpAddr>().ok();
        let help = address.map(|address| format!("write {}", IpNet::from(address)));
        wrong(format!("{} is no network; expected one such as \"10.0.0.0/8\"", quote(&text))).help(help)
    })
}

/// An ISO 639-1 code.
pub(super) fn language(node: &Node) -> Result<String, Wrong> {
    let code = text(node)?;
    if LANGUAGES.split_ascii_whitespace().any(|known| known == code) {
        return Ok(code);
    }
    let primary = code.split(['-', '_']).next().unwrap_or("").to_lowercase();
    let help =
        LANGUAGES.split_ascii_whitespace().find(|known| *known == primary).map(|known| format!("write \"{known}\""));
    Err(wrong(format!("{} is no two-letter language code", quote(&code))).help(help))
}

/// An ISO 639-1 code, or `und` for the unknown.
pub(super) fn language_or_unknown(node: &Node) -> Result<String, Wrong> {
    let code = text(node)?;
    if code == "und" { Ok(code) } else { language(node) }
}

/// What goes into the User-Agent: a URL or an address by which the operator can be reached.
pub(super) fn contact(node: &Node) -> Result<String, Wrong> {
    let text = line(node)?;
    let is_safe =
        text.len() <= 200 && text.chars().all(|letter| letter.is_ascii_graphic() && !"()<>\\\"".contains(letter));
    let is_url = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"));
    if is_safe && (is_url || text.parse::<Address>().is_ok()) {
        return Ok(text);
    }
    Err(wrong("expected a URL or an e-mail address by which you can be reached"))
}

/// A domain such as `nytimes.com`, in lower case.
pub(super) fn domain(node: &Node) -> Result<String, Wrong> {
    let text = line(node)?;
    let lower = text.to_lowercase();
    let host = url::Host::parse(&lower).ok().map(|host| host.to_string());
    match host {
        Some(host) if host == lower || !lower.is_ascii() => Ok(host),
        _ => Err(wrong(format!("{} is no domain; expected one such as \"example.org\"", quote(&text)))),
    }
}
