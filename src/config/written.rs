//! The configuration as written: TOML documents as trees in which every key and every value knows its place, and the
//! reader that takes tables apart, notes every fault and goes on.
//!
//! Nothing is converted silently: a number is no string, and a string is no number.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    diagnostic::{Faults, did_you_mean, quote},
    place::{Place, Sources},
};

/// A value and where it stands. No `Debug`: it may be a secret.
#[derive(Clone)]
pub(super) struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone)]
pub(super) enum Value {
    Text(String),
    /// `None`: beyond 64 bits.
    Integer(Option<i64>),
    Float,
    Boolean(bool),
    Time,
    List(Vec<Node>),
    Table(Table),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Float => "a fraction",
            Self::Boolean(_) => "true or false",
            Self::Time => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A table and where it begins; keys with their own places, each once.
#[derive(Clone)]
pub(super) struct Table {
    pub place: Place,
    /// By key. A list, since most tables have few keys and there may be a hundred thousand of them.
    pub entries: Vec<(String, (Place, Node))>,
}

impl Table {
    pub fn contains(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| known == key)
    }

    pub fn remove(&mut self, key: &str) -> Option<(Place, Node)> {
        let at = self.entries.iter().position(|(known, _)| known == key)?;
        Some(self.entries.remove(at).1)
    }
}

/// Something read, and where.
#[derive(Clone)]
pub(super) struct At<T> {
    pub place: Place,
    pub value: T,
}

/// Why a value cannot be used.
pub(super) struct Wrong {
    message: String,
    help: Option<String>,
}

impl Wrong {
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds help where there is none yet.
    pub fn or_help(mut self, help: &str) -> Self {
        self.help.get_or_insert_with(|| help.to_owned());
        self
    }

    pub fn tell(self, place: Place, faults: &mut Faults) {
        faults.error(place, self.message).help(self.help);
    }
}

pub(super) fn wrong(message: impl Into<String>) -> Wrong {
    Wrong { message: message.into(), help: None }
}

/// Reads one document. `None` when it is not TOML: all its mistakes are noted then, and what could be read of it is
/// not used, for it may be nonsense.
pub(super) fn parse(source: usize, sources: &Sources, faults: &mut Faults) -> Option<Table> {
    /// After that many, a file is rather something else than TOML.
    const MOST: usize = 20;
    let (document, errors) = DeTable::parse_recoverable(sources.text(source));
    let mut told: Vec<(Place, &str)> = Vec::new();
    for error in &errors {
        let place = Place::new(source, error.span().unwrap_or(0..0));
        if told.len() < MOST && !told.contains(&(place, error.message())) {
            told.push((place, error.message()));
            faults.error(place, error.message());
        }
    }
    errors.is_empty().then(|| table(source, document.span(), document.get_ref()))
}

fn table(source: usize, span: std::ops::Range<usize>, written: &DeTable<'_>) -> Table {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let key: &Spanned<std::borrow::Cow<'_, str>> = key;
        (key.get_ref().to_string(), (Place::new(source, key.span()), node(source, value)))
    };
    Table { place: Place::new(source, span), entries: written.iter().map(entry).collect() }
}

fn node(source: usize, written: &Spanned<DeValue<'_>>) -> Node {
    let value = match written.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(_) => Value::Time,
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(source, item)).collect()),
        DeValue::Table(entries) => Value::Table(table(source, written.span(), entries)),
    };
    Node { place: Place::new(source, written.span()), value }
}

pub(super) fn text(node: &Node) -> Result<String, Wrong> {
    match &node.value {
        Value::Text(text) => Ok(text.clone()),
        other => Err(expected("a string", other)),
    }
}

pub(super) fn integer(node: &Node) -> Result<i64, Wrong> {
    match &node.value {
        Value::Integer(Some(number)) => Ok(*number),
        Value::Integer(None) => Err(wrong("this number is too large")),
        other => Err(expected("a whole number", other)),
    }
}

pub(super) fn boolean(node: &Node) -> Result<bool, Wrong> {
    match &node.value {
        Value::Boolean(truth) => Ok(*truth),
        other => Err(expected("true or false", other)),
    }
}

pub(super) fn as_table(node: &Node) -> Result<Table, Wrong> {
    match &node.value {
        Value::Table(table) => Ok(table.clone()),
        other => Err(expected("a table", other)),
    }
}

fn expected(what: &str, found: &Value) -> Wrong {
    wrong(format!("expected {what}, found {}", found.kind()))
}

/// A text that is one of `choices`.
pub(super) fn choice<T: Copy>(node: &Node, what: &str, choices: &[(&str, T)]) -> Result<T, Wrong> {
    let word = text(node)?;
    choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        wrong(format!("{} is no {what}; expected {}", quote(&word), names.join(", ")))
            .help(did_you_mean(&word, choices.iter().map(|(name, _)| *name)))
    })
}

/// Takes a table apart. Each key that is asked for is a known key; [`Reader::finish`] refuses the others.
pub(super) struct Reader<'f> {
    table: Table,
    /// How the table is called in messages: `[[feed]]`.
    name: &'f str,
    asked: Vec<&'static str>,
    /// Keys that were taken and were there.
    written: Vec<&'static str>,
    pub faults: &'f mut Faults,
}

impl<'f> Reader<'f> {
    pub fn new(table: Table, name: &'f str, faults: &'f mut Faults) -> Self {
        Self { table, name, asked: Vec::new(), written: Vec::new(), faults }
    }

    pub fn place(&self) -> Place {
        self.table.place
    }

    pub fn take(&mut self, key: &'static str) -> Option<Node> {
        self.asked.push(key);
        let node = self.table.remove(key).map(|(_, node)| node);
        self.written.extend(node.is_some().then_some(key));
        node
    }

    /// Whether a key has been written: one that was taken and found wrong is not as good as missing.
    pub fn is_known(&self, key: &'static str) -> bool {
        self.written.contains(&key)
    }

    /// A value that may be missing.
    pub fn optional<T>(&mut self, key: &'static str, read: impl FnOnce(&Node) -> Result<T, Wrong>) -> Option<At<T>> {
        let node = self.take(key)?;
        match read(&node) {
            Ok(value) => Some(At { place: node.place, value }),
            Err(wrong) => {
                wrong.tell(node.place, self.faults);
                None
            }
        }
    }

    /// A value that must be there.
    pub fn required<T>(&mut self, key: &'static str, read: impl FnOnce(&Node) -> Result<T, Wrong>) -> Option<At<T>> {
        if !self.table.contains(key) {
            self.faults.error(self.table.place, format!("{} has no `{key}`", self.name));
        }
        self.optional(key, read)
    }

    /// A list; each bad item is told for itself. An empty list is refused: it says nothing, or it says too much.
    pub fn list<T>(&mut self, key: &'static str, read: impl Fn(&Node) -> Result<T, Wrong>) -> Option<Vec<At<T>>> {
        let node = self.take(key)?;
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            self.faults
                .error(node.place, format!("`{key}` is empty"))
                .help("leave it out, or put something in".to_owned());
            return None;
        }
        self.read_items(&node, read)
    }

    /// A list that means something when it is empty.
    pub fn list_or_none<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&Node) -> Result<T, Wrong>,
    ) -> Option<Vec<At<T>>> {
        let node = self.take(key)?;
        self.read_items(&node, read)
    }

    fn read_items<T>(&mut self, node: &Node, read: impl Fn(&Node) -> Result<T, Wrong>) -> Option<Vec<At<T>>> {
        let Value::List(items) = &node.value else {
            expected("a list", &node.value).tell(node.place, self.faults);
            return None;
        };
        let mut read_all = Vec::with_capacity(items.len());
        for item in items {
            match read(item) {
                Ok(value) => read_all.push(At { place: item.place, value }),
                Err(wrong) => wrong.tell(item.place, self.faults),
            }
        }
        Some(read_all)
    }

    /// Refuses every key that nobody asked for.
    pub fn finish(self) {
        for (key, (place, _)) in &self.table.entries {
            unknown(key, *place, self.name, self.asked.iter().copied(), self.faults);
        }
    }
}

pub(super) fn unknown<'a>(
    key: &str,
    place: Place,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    faults: &mut Faults,
) {
    let help = did_you_mean(key, known.clone()).unwrap_or_else(|| {
        let mut names: Vec<&str> = known.collect();
        names.sort_unstable();
        format!("known are {}", names.join(", "))
    });
    faults.error(place, format!("unknown key {} in {name}", quote(key))).help(help);
}
