//! The scalar sections (`[storage]`, `[polling]`, `[stories]`, `[mail]`, `[web]`) in layers: built-in defaults, the files, the
//! environment, the command line; the later wins.
//!
//! The `config` crate merges them. What it would convert silently is refused before it sees it, and the place of each
//! value travels with it as its origin, so that a bad value is told with its line whichever layer it came from.

use std::collections::BTreeMap;

use ::config::{ConfigError, Map, Source, Value as Layered, ValueKind};

use super::{
    defaults,
    diagnostic::{Faults, did_you_mean, quote},
    place::{Place, Sources},
    written::{self, Node, Table, Value},
};

/// What a setting is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Integer,
    Texts,
    Boolean,
    /// A text that may not stand in the environment, where other processes see it.
    Secret,
}

const SETTINGS: [(&str, &str, Shape); 31] = [
    ("storage", "path", Shape::Text),
    ("storage", "retention", Shape::Text),
    ("polling", "concurrency", Shape::Integer),
    ("polling", "per_host", Shape::Integer),
    ("polling", "min_interval", Shape::Text),
    ("polling", "max_interval", Shape::Text),
    ("polling", "timeout", Shape::Text),
    ("polling", "max_body", Shape::Text),
    ("polling", "contact", Shape::Text),
    ("polling", "allow_networks", Shape::Texts),
    ("polling", "proxy", Shape::Text),
    ("polling", "proxy_password", Shape::Secret),
    ("polling", "proxy_password_file", Shape::Text),
    ("polling", "ca_file", Shape::Text),
    ("polling", "websub", Shape::Boolean),
    ("polling", "full_text", Shape::Boolean),
    ("stories", "window", Shape::Text),
    ("operator", "notify", Shape::Texts),
    ("mail", "from", Shape::Text),
    ("mail", "smtp", Shape::Text),
    ("mail", "password", Shape::Secret),
    ("mail", "password_file", Shape::Text),
    ("mail", "command", Shape::Texts),
    ("mail", "ca_file", Shape::Text),
    ("mail", "client_certificate", Shape::Text),
    ("mail", "client_key_file", Shape::Text),
    ("mail", "max_per_minute", Shape::Integer),
    ("mail", "templates", Shape::Text),
    ("mail", "unsubscribe", Shape::Text),
    ("web", "listen", Shape::Text),
    ("web", "public_url", Shape::Text),
];

/// The start of every variable that is read.
const PREFIX: &str = "STORYWATCH__";

/// Whether `[name]` is one of the sections that stand in layers.
pub(super) fn is_section(name: &str) -> bool {
    SETTINGS.iter().any(|(section, ..)| *section == name)
}

/// What the command line says over the files: `("--database", "storage.path", "/tmp/x.db")`.
#[derive(Clone, Debug, Default)]
pub struct Overrides(Vec<(String, String, String)>);

impl Overrides {
    /// `setting` is `section.key`; `value` is written as in the environment (lists with commas).
    pub fn set(mut self, flag: &str, setting: &str, value: &str) -> Self {
        self.0.push((flag.to_owned(), setting.to_owned(), value.to_owned()));
        self
    }
}

/// Values by `section.key`, each with its place as origin.
#[derive(Clone, Debug, Default)]
struct Layer(BTreeMap<String, Layered>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Layered>, ConfigError> {
        Ok(self.0.clone().into_iter().collect())
    }
}

/// Collects the layers, then merges them.
#[derive(Default)]
pub(super) struct Layers {
    files: Layer,
    environment: Layer,
    flags: Layer,
    /// Where each section begins, for messages about what it lacks.
    sections: BTreeMap<String, Place>,
}

impl Layers {
    /// Takes one section of one file. A setting that two files make is refused: neither is the later one.
    pub fn add_section(&mut self, name: &str, node: &Node, sources: &mut Sources, faults: &mut Faults) {
        let table = match written::as_table(node) {
            Ok(table) => table,
            Err(wrong) => return wrong.tell(node.place, faults),
        };
        self.sections.entry(name.to_owned()).or_insert(table.place);
        for (key, (place, node)) in &table.entries {
            let Some(shape) = shape_of(name, key) else {
                written::unknown(key, *place, &format!("[{name}]"), keys_of(name), faults);
                continue;
            };
            if let Some(value) = layered(shape, node, sources, faults) {
                let other = self.files.0.insert(format!("{name}.{key}"), value).and_then(|other| place_of(&other));
                if let Some(other) = other {
                    faults.error(*place, format!("`{name}.{key}` is set twice")).other("first set here", other);
                }
            }
        }
    }

    /// Takes `STORYWATCH__SECTION__KEY`; other variables are not ours.
    pub fn add_environment(
        &mut self,
        environment: &BTreeMap<String, String>,
        sources: &mut Sources,
        faults: &mut Faults,
    ) {
        for (variable, value) in environment {
            let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
            let place = Place::new(sources.add(variable.clone(), value.clone(), false), 0..value.len());
            let (section, key) = rest.split_once("__").unwrap_or((rest, ""));
            let setting = format!("{}.{}", section.to_lowercase(), key.to_lowercase());
            match shape_of_setting(&setting) {
                None => unknown_variable(variable, place, faults),
                Some(Shape::Secret) => refuse_secret(&setting, place, sources, faults),
                Some(shape) => self.environment.add(setting, shape, value, place, faults),
            }
        }
    }

    pub fn add_flags(&mut self, flags: &Overrides, sources: &mut Sources, faults: &mut Faults) {
        for (flag, setting, value) in &flags.0 {
            let place = Place::new(sources.add(flag.clone(), value.clone(), false), 0..value.len());
            match shape_of_setting(setting) {
                Some(Shape::Secret) => refuse_secret(setting, place, sources, faults),
                Some(shape) => self.flags.add(setting.clone(), shape, value, place, faults),
                None => {
                    faults.error(place, format!("there is no setting {}", quote(setting)));
                }
            }
        }
    }

    pub fn merge(self, sources: &mut Sources, faults: &mut Faults) -> Settings {
        let merged = ::config::Config::builder()
            .add_source(default_layer(sources))
            .add_source(self.files)
            .add_source(self.environment)
            .add_source(self.flags)
            .build();
        let merged = merged.unwrap_or_else(|error| {
            faults.error(Place::default(), error.to_string());
            ::config::Config::default()
        });
        Settings { merged, sections: self.sections }
    }
}

impl Layer {
    /// Reads text from outside TOML by the type its target wants.
    fn add(&mut self, setting: String, shape: Shape, written: &str, place: Place, faults: &mut Faults) {
        let origin = place.to_word();
        let value = match shape {
            Shape::Text | Shape::Secret => ValueKind::String(written.to_owned()),
            Shape::Integer => match written.parse::<i64>() {
                Ok(number) => ValueKind::I64(number),
                Err(_) => {
                    faults.error(place, format!("expected a whole number, found {}", quote(written)));
                    return;
                }
            },
            Shape::Texts => ValueKind::Array(items(written, place)),
            Shape::Boolean => match written.parse::<bool>() {
                Ok(truth) => ValueKind::Boolean(truth),
                Err(_) => {
                    faults.error(place, format!("expected true or false, found {}", quote(written)));
                    return;
                }
            },
        };
        self.0.insert(setting, Layered::new(Some(&origin), value));
    }
}

/// Other processes can see the environment and the command line.
fn refuse_secret(setting: &str, place: Place, sources: &mut Sources, faults: &mut Faults) {
    sources.hide(place);
    faults
        .error(place, "a secret belongs neither in the environment nor on the command line")
        .help(format!("put it into a file and name that in `{setting}_file`"));
}

/// `a, b`: each item with its own place.
fn items(written: &str, place: Place) -> Vec<Layered> {
    let mut items = Vec::new();
    let mut at = 0;
    for piece in written.split(',') {
        let item = piece.trim();
        let start = at + (piece.len() - piece.trim_start().len());
        at += piece.len() + 1;
        if !item.is_empty() {
            let origin = Place::new(place.source(), start..start + item.len()).to_word();
            items.push(Layered::new(Some(&origin), item.to_owned()));
        }
    }
    items
}

fn default_layer(sources: &mut Sources) -> Layer {
    let source = sources.add("built-in defaults".to_owned(), defaults::SECTIONS.to_owned(), false);
    let mut faults = Faults::default();
    let table = written::parse(source, sources, &mut faults).expect("the defaults are TOML, as a test shows");
    let mut layers = Layers::default();
    for (name, (_, node)) in &table.entries {
        layers.add_section(name, node, sources, &mut faults);
    }
    layers.files
}

fn unknown_variable(variable: &str, place: Place, faults: &mut Faults) {
    let names: Vec<String> = SETTINGS
        .iter()
        .filter(|(.., shape)| *shape != Shape::Secret)
        .map(|(section, key, _)| format!("{PREFIX}{}__{}", section.to_uppercase(), key.to_uppercase()))
        .collect();
    faults
        .error(place, format!("the environment variable {} sets nothing", quote(variable)))
        .help(did_you_mean(variable, names.iter().map(String::as_str)));
}

fn shape_of(section: &str, key: &str) -> Option<Shape> {
    SETTINGS.iter().find(|setting| (setting.0, setting.1) == (section, key)).map(|(.., shape)| *shape)
}

fn shape_of_setting(setting: &str) -> Option<Shape> {
    setting.split_once('.').and_then(|(section, key)| shape_of(section, key))
}

fn keys_of(section: &str) -> impl Iterator<Item = &'static str> + Clone {
    SETTINGS.iter().filter(move |setting| setting.0 == section).map(|setting| setting.1)
}

/// A value of a file, for the layers; `None` (and a fault) when it is not of the type that the setting wants.
fn layered(shape: Shape, node: &Node, sources: &mut Sources, faults: &mut Faults) -> Option<Layered> {
    let origin = node.place.to_word();
    let kind = match shape {
        Shape::Text => written::text(node).map(ValueKind::String),
        Shape::Secret => {
            sources.hide(node.place);
            written::text(node).map(ValueKind::String)
        }
        Shape::Integer => written::integer(node).map(ValueKind::I64),
        Shape::Boolean => written::boolean(node).map(ValueKind::Boolean),
        Shape::Texts => return texts(node, faults).map(|items| Layered::new(Some(&origin), items)),
    };
    kind.map(|kind| Layered::new(Some(&origin), kind)).map_err(|wrong| wrong.tell(node.place, faults)).ok()
}

fn texts(node: &Node, faults: &mut Faults) -> Option<Vec<Layered>> {
    let Value::List(items) = &node.value else {
        faults.error(node.place, "expected a list of strings");
        return None;
    };
    let mut read = Vec::new();
    for item in items {
        match written::text(item) {
            Ok(text) => read.push(Layered::new(Some(&item.place.to_word()), text)),
            Err(wrong) => wrong.tell(item.place, faults),
        }
    }
    Some(read)
}

/// The merged settings, each still with the place it came from.
pub(super) struct Settings {
    merged: ::config::Config,
    sections: BTreeMap<String, Place>,
}

impl Settings {
    /// Where `[name]` begins, if it is written anywhere.
    pub fn section(&self, name: &str) -> Option<Place> {
        self.sections.get(name).copied().or_else(|| self.table(name).entries.first().map(|(_, (place, _))| *place))
    }

    /// The section as a table of nodes, to be read like any other.
    pub fn table(&self, name: &str) -> Table {
        // Never `get_string` and its like: they convert.
        let values = self.merged.get_table(name).unwrap_or_default();
        let entries = values.into_iter().filter_map(|(key, value)| {
            let node = node_of(&value)?;
            Some((key, (node.place, node)))
        });
        Table { place: self.sections.get(name).copied().unwrap_or_default(), entries: entries.collect() }
    }
}

fn node_of(value: &Layered) -> Option<Node> {
    let read = match &value.kind {
        ValueKind::String(text) => Value::Text(text.clone()),
        ValueKind::I64(number) => Value::Integer(Some(*number)),
        ValueKind::Boolean(truth) => Value::Boolean(*truth),
        ValueKind::Array(items) => Value::List(items.iter().filter_map(node_of).collect()),
        _ => return None,
    };
    Some(Node { place: place_of(value)?, value: read })
}

fn place_of(value: &Layered) -> Option<Place> {
    value.origin().and_then(Place::from_word)
}
