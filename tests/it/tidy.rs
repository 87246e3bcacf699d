//! The walls of the house: who may use whom, where SQL may stand, and what stands nowhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::harness::package;

/// A room and the rooms it may use. A room that is not in the table may use nothing, and nothing may use it.
const WALLS: &[(&str, &[&str])] = &[
    // Pure rooms.
    ("entry", &["parse"]),
    ("story", &["entry"]),
    ("watch", &[]),
    ("alert", &["story"]),
    ("backtest", &["alert", "entry", "story"]),
    ("message", &["alert", "entry", "story", "watch"]),
    ("schedule", &[]),
    // What the pure rooms are built between.
    ("chance", &[]),
    ("clock", &[]),
    ("systemd", &[]),
    ("telemetry", &[]),
    ("config", &["alert", "message", "watch"]),
    ("fetch", &[]),
    ("parse", &[]),
    ("deliver", &["alert", "config", "fetch", "message"]),
    ("store", &["alert", "entry", "message", "schedule", "story", "watch"]),
    // What puts them to use.
    ("intake", &["alert", "config", "entry", "fetch", "message", "schedule", "store", "story", "watch"]),
    ("poller", &["chance", "clock", "config", "courier", "entry", "fetch", "intake", "parse", "schedule", "store"]),
    ("courier", &["chance", "clock", "deliver", "intake", "store"]),
    ("websub", &["chance", "clock", "config", "courier", "entry", "fetch", "poller", "store"]),
    ("web", &["chance", "clock", "config", "message", "store", "websub"]),
    ("archive", &["alert", "backtest", "config", "entry", "store", "story", "watch"]),
    (
        "app",
        &[
            "archive", "clock", "config", "courier", "deliver", "fetch", "intake", "poller", "store", "systemd",
            "watch", "web", "websub",
        ],
    ),
    (
        "cli",
        &[
            "alert",
            "app",
            "archive",
            "backtest",
            "clock",
            "config",
            "courier",
            "deliver",
            "entry",
            "fetch",
            "intake",
            "message",
            "parse",
            "poller",
            "store",
            "story",
            "telemetry",
            "watch",
        ],
    ),
    ("main", &["cli"]),
];

/// Rooms that are given everything they need and reach for nothing.
const PURE: &[&str] = &["entry", "story", "watch", "alert", "backtest", "message", "schedule"];

/// What a pure room does not know. `message` builds mails with lettre's builder; its transport is another matter.
const IMPURE: &[&str] =
    &["tokio::", "reqwest::", "rusqlite::", "lettre::", "::now()", "std::net::", "std::fs", "std::env"];

const SQL: &[&str] =
    &["SELECT ", "INSERT INTO ", "DELETE FROM ", "PRAGMA ", "CREATE TABLE", ".prepare_cached(", ".execute("];

const LONGEST: usize = 550;

struct Source {
    /// Beneath `src/`.
    path: PathBuf,
    text: String,
    /// Without its tests, and without comments.
    code: String,
}

impl Source {
    fn room(&self) -> String {
        let first = self.path.components().next().unwrap().as_os_str().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    }

    fn is_test(&self) -> bool {
        self.path.components().any(|part| {
            matches!(
                part.as_os_str().to_str(),
                Some("tests" | "tests.rs" | "sinks.rs" | "tls_tests.rs" | "payload_tests.rs")
            )
        })
    }
}

fn sources() -> Vec<Source> {
    let root = package().join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    assert!(files.len() > 50, "only {} files beneath {}", files.len(), root.display());
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        Source { path: file.strip_prefix(&root).unwrap().to_owned(), text: text.clone(), code }
    };
    files.iter().map(read).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for found in fs::read_dir(folder).unwrap().map(|found| found.unwrap().path()) {
        if found.is_dir() {
            walk(&found, files);
        } else if found.extension().is_some_and(|extension| extension == "rs") {
            files.push(found);
        }
    }
}

/// Every room named after `crate::`, also inside `crate::{…}`, and after the library's name in the binary.
fn used(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, opening) in code.match_indices("crate::").chain(code.match_indices("storywatch::")) {
        let rest = &code[at + opening.len()..];
        match rest.strip_prefix('{') {
            Some(list) => rooms.extend(top_level(list)),
            None => rooms.extend(word(rest)),
        }
    }
    rooms
}

/// The first word of each part of a `use` list, at its own level.
fn top_level(list: &str) -> Vec<String> {
    let (mut depth, mut part, mut rooms) = (0, String::new(), Vec::new());
    for letter in list.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => rooms.extend(word(std::mem::take(&mut part).trim())),
            _ if depth == 0 => part.push(letter),
            _ => {}
        }
    }
    rooms.extend(word(part.trim()));
    rooms
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    (!word.is_empty()).then_some(word)
}

#[track_caller]
fn report(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn no_room_uses_another_that_it_may_not() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test() && source.room() != "lib") {
        let room = source.room();
        let Some((_, allowed)) = WALLS.iter().find(|(known, _)| *known == room) else {
            broken.push(format!("{}: the room {room} is not in the table", source.path.display()));
            continue;
        };
        for other in used(&source.code) {
            let is_room = WALLS.iter().any(|(known, _)| *known == other);
            if is_room && other != room && !allowed.contains(&other.as_str()) {
                broken.push(format!("{}: {room} may not use {other}", source.path.display()));
            }
        }
    }
    report(&broken);
}

#[test]
fn every_wall_of_the_table_has_its_room_and_every_door_is_used() {
    let sources = sources();
    let mut broken = Vec::new();
    for (room, allowed) in WALLS {
        let mut rooms = sources.iter().filter(|source| source.room() == *room && !source.is_test()).peekable();
        if rooms.peek().is_none() {
            broken.push(format!("there is no room {room}"));
        }
        let used: Vec<String> = rooms.flat_map(|source| used(&source.code)).collect();
        let idle = allowed.iter().filter(|other| !used.iter().any(|used| used == *other));
        broken.extend(idle.map(|other| format!("{room} does not use {other}: wall the door up")));
    }
    report(&broken);
}

#[test]
fn pure_rooms_know_no_network_no_database_and_no_clock() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| PURE.contains(&source.room().as_str()) && !source.is_test()) {
        for word in IMPURE {
            let is_builder = source.room() == "message" && *word == "lettre::";
            if source.code.contains(word) && !is_builder {
                broken.push(format!("{}: {word} in a pure room", source.path.display()));
            }
        }
        if source.code.contains("lettre::transport") || source.code.contains("SmtpTransport") {
            broken.push(format!("{}: a transport in a pure room", source.path.display()));
        }
    }
    report(&broken);
}

#[test]
fn sql_stands_in_the_store_alone() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.room() != "store" && !source.is_test()) {
        let found = SQL.iter().filter(|word| source.code.contains(*word));
        broken.extend(found.map(|word| format!("{}: {word:?}", source.path.display())));
    }
    report(&broken);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut broken = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > LONGEST {
            broken.push(format!("{}: {lines} lines", source.path.display()));
        }
        if !source.text.starts_with("//!") {
            broken.push(format!("{}: does not open with what it is for", source.path.display()));
        }
    }
    report(&broken);
}

#[test]
fn nothing_is_left_to_do_later() {
    // Put together here, so that this file does not find itself.
    let unwanted =
        [["to", "do!("], ["unimple", "mented!("], ["#[ig", "nore"], ["d", "bg!("], ["FIX", "ME"], ["TO", "DO"]];
    let mut broken = Vec::new();
    for source in sources() {
        let found = unwanted.iter().map(|halves| halves.concat()).filter(|word| source.text.contains(word));
        broken.extend(found.map(|word| format!("{}: {word}", source.path.display())));
        let prints = source.code.contains("println!(") && source.room() != "cli" && !source.is_test();
        broken.extend(prints.then(|| format!("{}: prints", source.path.display())));
    }
    report(&broken);
}

#[test]
fn rooms_are_found_in_every_way_of_using_them() {
    assert_eq!(used("use crate::store::{self, Store};"), ["store"]);
    assert_eq!(used("use crate::{\n  alert::{a, b},\n  store,\n};"), ["alert", "store"]);
    assert_eq!(used("crate::fetch::Guard::new()"), ["fetch"]);
}
