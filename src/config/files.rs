//! The files: the main one, those it includes, and their tables put together. Any table may stand in any file.
//!
//! Reads and sorts; what a table means is not known here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    defaults,
    diagnostic::{Faults, quote},
    layers::{self, Layers},
    place::{Place, Sources},
    secrets::mode,
    written::{self, At, Node, Table, Value, as_table, wrong},
};

/// Bytes that one file may have at most.
const LONGEST: u64 = 128 * 1024 * 1024;

/// Tables that have a name: `[outlet.NAME]`, or entries of `[terms]`.
pub(super) type Named = BTreeMap<String, (Place, Node)>;

/// Everything that the files say, by kind.
#[derive(Default)]
pub(super) struct Written {
    pub layers: Layers,
    pub feeds: Vec<Table>,
    pub outlets: Named,
    pub watches: Vec<Table>,
    pub recipients: Named,
    pub webhooks: Named,
    pub terms: Named,
    /// Some file could not be read: what seems to be missing may stand there.
    pub is_incomplete: bool,
}

/// Reads the main file and all it includes.
pub(super) fn read_files(main: &Path, sources: &mut Sources, faults: &mut Faults) -> Written {
    let mut written = Written::default();
    let table = read_file(main, sources, faults);
    written.is_incomplete = table.is_none();
    let mut table = table.unwrap_or_else(|| Table { place: Place::default(), entries: Vec::new() });
    let include = table.remove("include").map(|(_, node)| node);
    written.add(table, sources, faults);
    for path in included(main, include.as_ref(), faults) {
        add_file(&path, &mut written, sources, faults);
    }
    written
}

fn add_file(path: &Path, written: &mut Written, sources: &mut Sources, faults: &mut Faults) {
    match read_file(path, sources, faults) {
        Some(table) => written.add(table, sources, faults),
        None => written.is_incomplete = true,
    }
}

/// Reads one file by itself into `written`, whatever it would include.
pub(super) fn add_alone(path: &Path, written: &mut Written, sources: &mut Sources, faults: &mut Faults) {
    let Some(mut table) = read_file(path, sources, faults) else { return };
    table.remove("include");
    written.add(table, sources, faults);
}

fn read_file(path: &Path, sources: &mut Sources, faults: &mut Faults) -> Option<Table> {
    let name = path.display().to_string();
    match read_text(path) {
        Ok((bytes, exposed)) => {
            let valid = std::str::from_utf8(&bytes).map_err(|error| error.valid_up_to());
            let source = sources.add(name, String::from_utf8_lossy(&bytes).into_owned(), exposed);
            if let Err(at) = valid {
                faults.error(Place::new(source, at..at + 1), "this file is not UTF-8");
                return None;
            }
            written::parse(source, sources, faults)
        }
        Err(error) => {
            let source = sources.add(name, String::new(), false);
            faults.error(Place::new(source, 0..0), format!("cannot read this file: {error}"));
            None
        }
    }
}

/// The bytes, and whether other users may read (or change) them.
fn read_text(path: &Path) -> io::Result<(Vec<u8>, bool)> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if metadata.len() > LONGEST {
        return Err(io::Error::other(format!("it is longer than {LONGEST} bytes")));
    }
    Ok((fs::read(path)?, mode(&metadata) & 0o077 != 0))
}

/// The files that the patterns find, sorted, each once, the main file never.
fn included(main: &Path, include: Option<&Node>, faults: &mut Faults) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    for pattern in patterns(include, faults) {
        match expand(main, &pattern.value) {
            Ok(paths) => {
                if paths.is_empty() && include.is_some() {
                    faults.warning(pattern.place, "no file is found by this pattern");
                }
                found.extend(paths);
            }
            Err(message) => {
                faults.error(pattern.place, message);
            }
        }
    }
    let main = main.canonicalize().ok();
    found.retain(|path| path.canonicalize().ok() != main);
    found.into_iter().collect()
}

fn patterns(include: Option<&Node>, faults: &mut Faults) -> Vec<At<String>> {
    let default = |pattern: &str| At { place: Place::default(), value: pattern.to_owned() };
    let Some(node) = include else { return defaults::INCLUDE.map(default).to_vec() };
    let Value::List(items) = &node.value else {
        wrong("expected a list of file patterns").tell(node.place, faults);
        return Vec::new();
    };
    let mut patterns = Vec::new();
    for item in items {
        match written::text(item) {
            Ok(value) => patterns.push(At { place: item.place, value }),
            Err(wrong) => wrong.tell(item.place, faults),
        }
    }
    patterns
}

fn expand(main: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let base = main.parent().unwrap_or_else(|| Path::new(""));
    let base = glob::Pattern::escape(&base.display().to_string());
    let whole =
        if base.is_empty() || pattern.starts_with('/') { pattern.to_owned() } else { format!("{base}/{pattern}") };
    // Editors leave files with a leading dot.
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
    let paths = glob::glob_with(&whole, options).map_err(|error| format!("this is no file pattern: {}", error.msg))?;
    paths.collect::<Result<Vec<_>, _>>().map_err(|error| format!("cannot look for files: {}", error.error()))
}

/// The kinds of tables, as they are written.
const KINDS: [&str; 13] = [
    "feed",
    "mail",
    "operator",
    "outlet",
    "polling",
    "recipient",
    "stories",
    "storage",
    "terms",
    "watch",
    "web",
    "webhook",
    "include",
];

impl Written {
    fn add(&mut self, table: Table, sources: &mut Sources, faults: &mut Faults) {
        for (name, (place, node)) in table.entries {
            match name.as_str() {
                "feed" => add_items(&mut self.feeds, "feed", node, faults),
                "watch" => add_items(&mut self.watches, "watch", node, faults),
                "outlet" => add_named(&mut self.outlets, "outlet", node, faults),
                "recipient" => add_named(&mut self.recipients, "recipient", node, faults),
                "webhook" => add_named(&mut self.webhooks, "webhook", node, faults),
                "terms" => add_named(&mut self.terms, "term", node, faults),
                "include" => {
                    faults.error(place, "only the main file may include others");
                }
                name if layers::is_section(name) => self.layers.add_section(name, &node, sources, faults),
                name => written::unknown(name, place, "this file", KINDS.into_iter(), faults),
            }
        }
    }
}

fn add_items(into: &mut Vec<Table>, name: &str, node: Node, faults: &mut Faults) {
    let Value::List(items) = node.value else {
        faults.error(node.place, format!("expected a list: write [[{name}]]"));
        return;
    };
    for item in items {
        match as_table(&item) {
            Ok(table) => into.push(table),
            Err(wrong) => wrong.tell(item.place, faults),
        }
    }
}

/// Adds tables by name; a name that two files give is refused with both places.
fn add_named(into: &mut Named, what: &str, node: Node, faults: &mut Faults) {
    let table = match as_table(&node) {
        Ok(table) => table,
        Err(wrong) => return wrong.tell(node.place, faults),
    };
    for (name, (place, node)) in table.entries {
        match into.get(&name) {
            Some((first, _)) => {
                faults
                    .error(place, format!("the {what} {} is defined twice", quote(&name)))
                    .other("first here", *first);
            }
            None => {
                into.insert(name, (place, node));
            }
        }
    }
}
