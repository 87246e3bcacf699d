//! `[webhook.NAME]` as meant: where to send to, in which form, signed with what.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{
    Secret, SecretBytes, Webhook,
    diagnostic::{Faults, quote},
    place::{Place, Sources},
    secrets::{Surroundings, read_secret, read_secret_lines},
    values,
    written::{At, Node, Reader, Table, Wrong, choice, text, wrong},
};
use crate::message::{HookTemplate, Payload};

/// Bytes of a template.
const LONGEST_TEMPLATE: u64 = 256 * 1024;

/// What may stand in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The payload as written.
#[derive(Clone)]
enum Form {
    Plain(Service),
    Template(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Standard,
    Slack,
    Discord,
    Teams,
    Matrix,
    Telegram,
    Ntfy,
    Apprise,
}

const SERVICES: [(&str, Service); 8] = [
    ("standard", Service::Standard),
    ("slack", Service::Slack),
    ("discord", Service::Discord),
    ("teams", Service::Teams),
    ("matrix", Service::Matrix),
    ("telegram", Service::Telegram),
    ("ntfy", Service::Ntfy),
    ("apprise", Service::Apprise),
];

impl Service {
    /// What each service allows, with something to spare; an own endpoint sets its own limit.
    fn per_minute(self) -> Option<u32> {
        match self {
            Self::Standard | Self::Apprise => None,
            Self::Slack | Self::Teams | Self::Matrix => Some(50),
            Self::Discord => Some(25),
            Self::Telegram => Some(18),
            Self::Ntfy => Some(30),
        }
    }
}

pub(super) fn webhook(
    name: &str,
    place: Place,
    table: Table,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Webhook> {
    let label = format!("[webhook.{name}]");
    let mut reader = Reader::new(table, &label, faults);
    let form = reader.optional("payload", form);
    let is_bad = form.is_none() && reader.is_known("payload");
    let form = form.unwrap_or(At { place, value: Form::Plain(Service::Standard) });
    let url = match form.value {
        // The one service whose address is the same for everybody.
        Form::Plain(Service::Telegram) => reader.optional("url", values::web_address).or_else(|| {
            let url = Url::parse("https://api.telegram.org/").expect("a URL");
            Some(At { place, value: url })
        }),
        _ => reader.required("url", values::web_address),
    };
    let secret = read_secret_lines(&mut reader, "secret", "secret_file", surroundings, sources);
    let token = read_secret(&mut reader, "token", "token_file", surroundings, sources);
    let room = reader.optional("room", values::line);
    let chat = reader.optional("chat", values::line);
    let limit = reader.optional("max_per_minute", values::number(1..=100_000));
    reader.finish();
    let has_secret = secret.is_some();
    let secrets = secret.and_then(|secret| keys(&secret.value?).map_err(|wrong| wrong.tell(secret.place, faults)).ok());
    let token = token.and_then(|token| token.value);
    let service = match &form.value {
        Form::Plain(service) => *service,
        Form::Template(_) => Service::Standard,
    };
    if !has_secret && service == Service::Standard {
        faults
            .warning(place, format!("the calls of the webhook {} are not signed", quote(name)))
            .help("add `secret_file`".to_owned());
    }
    let mut url = url?.value;
    let written = Target { label: &label, place, room, chat, has_token: token.is_some() };
    let is_complete = written.check(service, faults);
    if is_bad || !is_complete {
        return None;
    }
    let payload = match form.value {
        Form::Template(file) => template(&file, form.place, surroundings, sources, faults)?,
        Form::Plain(service) => payload(service, &mut url, &written, token.as_ref(), faults)?,
    };
    // The token of a Telegram bot stands in the path and goes into no header.
    let token = token.filter(|_| service != Service::Telegram);
    let max_per_minute = limit.map(|limit| limit.value).or(service.per_minute());
    Some(Webhook { url, secrets: secrets.unwrap_or_default(), token, payload, max_per_minute })
}

/// What else a service needs to know.
struct Target<'a> {
    label: &'a str,
    place: Place,
    room: Option<At<String>>,
    chat: Option<At<String>>,
    has_token: bool,
}

impl Target<'_> {
    /// Whether everything that the service needs is there, and nothing that it does not.
    fn check(&self, service: Service, faults: &mut Faults) -> bool {
        let needs_token = matches!(service, Service::Matrix | Service::Telegram);
        let mut is_complete = true;
        let mut lack = |is_missing: bool, key: &str| {
            if is_missing {
                faults.error(self.place, format!("{} has no `{key}`", self.label));
                is_complete = false;
            }
        };
        lack(service == Service::Matrix && self.room.is_none(), "room");
        lack(service == Service::Telegram && self.chat.is_none(), "chat");
        lack(needs_token && !self.has_token, "token_file");
        for (written, key, owner) in [(&self.room, "room", Service::Matrix), (&self.chat, "chat", Service::Telegram)] {
            if let Some(found) = written.as_ref().filter(|_| service != owner) {
                let name = SERVICES.iter().find(|(_, service)| *service == owner).map_or("", |(name, _)| *name);
                faults.error(found.place, format!("`{key}` belongs to the payload `{name}`"));
                is_complete = false;
            }
        }
        is_complete
    }
}

/// The payload of a service, and its URL as the service wants it.
fn payload(
    service: Service,
    url: &mut Url,
    written: &Target<'_>,
    token: Option<&Secret>,
    faults: &mut Faults,
) -> Option<Payload> {
    let base = url.path().trim_end_matches('/').to_owned();
    match service {
        Service::Standard => Some(Payload::Standard),
        Service::Slack => Some(Payload::Slack),
        Service::Discord => Some(Payload::Discord),
        Service::Teams => Some(Payload::Teams),
        Service::Apprise => Some(Payload::Apprise),
        Service::Matrix => {
            let room = utf8_percent_encode(&written.room.as_ref()?.value, SEGMENT);
            url.set_path(&format!("{base}/_matrix/client/v3/rooms/{room}/send/m.room.message"));
            Some(Payload::Matrix)
        }
        Service::Telegram => {
            // A colon may stand in a segment, and the Bot API wants the token as it is.
            let token: String = utf8_percent_encode(token?.expose(), SEGMENT).to_string().replace("%3A", ":");
            url.set_path(&format!("{base}/bot{token}/sendMessage"));
            Some(Payload::Telegram { chat: written.chat.as_ref()?.value.clone() })
        }
        Service::Ntfy => {
            let (server, topic) = base.rsplit_once('/').filter(|(_, topic)| !topic.is_empty()).or_else(|| {
                faults
                    .error(written.place, "the URL names no topic")
                    .help("write it as in \"https://ntfy.sh/our-topic\"".to_owned());
                None
            })?;
            let topic = percent_encoding::percent_decode_str(topic).decode_utf8_lossy().into_owned();
            url.set_path(&format!("{server}/"));
            Some(Payload::Ntfy { topic })
        }
    }
}

/// The keys, separated by white space: the first is the new one, and those after it are being retired.
fn keys(secret: &Secret) -> Result<Vec<SecretBytes>, Wrong> {
    let keys: Vec<&str> = secret.expose().split_whitespace().collect();
    if keys.is_empty() {
        return Err(wrong("there is no key"));
    }
    keys.into_iter().map(key).collect()
}

/// The bytes of a `whsec_…` key (Standard Webhooks 1.0.0). The message never repeats any of it.
fn key(secret: &str) -> Result<SecretBytes, Wrong> {
    const SHORTEST: usize = 24;
    let help = "make one with: echo whsec_$(openssl rand -base64 32)".to_owned();
    let encoded = secret.strip_prefix("whsec_");
    let encoded = encoded.ok_or_else(|| wrong("a webhook secret begins with whsec_").help(help.clone()))?;
    let bytes = STANDARD.decode(encoded);
    let bytes = bytes.map_err(|_| wrong("what follows whsec_ is not base64").help(help.clone()))?;
    if bytes.len() < SHORTEST {
        let message = format!("this secret has {} bytes; {SHORTEST} are the least", bytes.len());
        return Err(wrong(message).help(help));
    }
    Ok(SecretBytes::new(bytes))
}

fn form(node: &Node) -> Result<Form, Wrong> {
    match text(node)?.strip_prefix("template:") {
        Some("") => Err(wrong("this template has no file").help("write template:FILE".to_owned())),
        Some(file) => Ok(Form::Template(file.to_owned())),
        None => choice(node, "payload", &SERVICES)
            .map(Form::Plain)
            .map_err(|wrong| wrong.or_help("or write template:FILE for one of your own")),
    }
}

/// Reads and tries out a user's template; what is wrong in it is told with its own line.
fn template(
    file: &str,
    place: Place,
    surroundings: &Surroundings,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Option<Payload> {
    let path = surroundings.path(file);
    let source = read_template(&path).map_err(|wrong| wrong.tell(place, faults)).ok()?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match HookTemplate::new(&name, &source) {
        Ok(template) => Some(Payload::Template(template)),
        Err(problem) => {
            tell_in_template(&path, &source, problem, place, sources, faults);
            None
        }
    }
}

pub(super) fn read_template(path: &Path) -> Result<String, Wrong> {
    let shown = quote(&path.display().to_string());
    let size = fs::metadata(path).map(|metadata| metadata.len());
    if size.is_ok_and(|size| size > LONGEST_TEMPLATE) {
        return Err(wrong(format!("the template {shown} is longer than {LONGEST_TEMPLATE} bytes")));
    }
    fs::read_to_string(path).map_err(|error| wrong(format!("cannot read the template {shown}: {error}")))
}

/// A mistake in a template, at its line there; the place in the configuration is the other one.
pub(super) fn tell_in_template(
    path: &Path,
    source: &str,
    problem: crate::message::TemplateProblem,
    written: Place,
    sources: &mut Sources,
    faults: &mut Faults,
) {
    let line = problem.line.unwrap_or(1).max(1);
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let length = source.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    let id = sources.add(path.display().to_string(), source.to_owned(), false);
    faults
        .error(Place::new(id, start..start + length), format!("this template cannot be used: {}", problem.message))
        .other("named here", written);
}
