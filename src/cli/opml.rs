//! `storywatch feeds import` and `feeds export`: lists of feeds from and for other readers.

use std::{collections::BTreeSet, fs::OpenOptions, io::Write as _, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Args;

use super::{input, lookup::Place, out::Out};
use crate::{
    config::Feed,
    entry::text::headline,
    parse::opml::{self, Subscription},
};

/// More than any list that people keep.
const MAX_LIST: u64 = 32 << 20;
/// The longest name of a group that the configuration takes.
const LONGEST_GROUP: usize = 64;

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The list (OPML); standard input when `-`.
    file: PathBuf,
    /// Write to this new file instead of standard output, for example feeds/imported.toml.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Export {}

impl Import {
    /// Feeds that are configured already are left out.
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let bytes = input::read_limited(Some(&self.file), MAX_LIST)?;
        let list = opml::read(&bytes).with_context(|| self.file.display().to_string())?;
        let configured = if place.config.exists() { place.load()?.feeds } else { Vec::new() };
        let mut known: BTreeSet<String> = configured.iter().map(|feed| feed.url.to_string()).collect();
        let names: BTreeSet<String> = configured.into_iter().map(|feed| feed.name).collect();
        let new: Vec<&Subscription> = list.feeds.iter().filter(|feed| known.insert(feed.url.to_string())).collect();
        let toml = toml(&new, names);
        match &self.output {
            Some(file) => {
                // Never over a file that somebody has written by hand.
                let mut file = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .open(file)
                    .with_context(|| file.display().to_string())?;
                file.write_all(toml.as_bytes())?;
            }
            None => {
                let mut out = Out::new();
                toml.lines().try_for_each(|line| out.line(line))?;
                out.end()?;
            }
        }
        eprintln!("{} feeds; {} known already or listed twice", new.len(), list.feeds.len() - new.len());
        if list.unusable > 0 {
            eprintln!("{} entries have no address of the web and were left out", list.unusable);
        }
        if list.is_cut {
            eprintln!("the list has more than {} feeds; the rest was left out", opml::FEEDS);
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Export {
    pub(super) fn run(&self, place: &Place) -> Result<ExitCode> {
        let mut feeds: Vec<Subscription> = place.load()?.feeds.iter().map(subscription).collect();
        feeds.sort_by(|a, b| (&a.groups, &a.title).cmp(&(&b.groups, &b.title)));
        let mut out = Out::new();
        opml::write(&feeds).lines().try_for_each(|line| out.line(line))?;
        out.end()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Groups stand in one another in the order in which the feed names them. A login is no part of a list.
fn subscription(feed: &Feed) -> Subscription {
    let mut url = feed.url.clone();
    // These fail for URLs without a host only.
    let _done = url.set_username("");
    let _done = url.set_password(None);
    Subscription { url, title: Some(feed.name.clone()), groups: feed.groups.clone() }
}

/// A `[[feed]]` to be written.
pub(super) struct Entry<'e> {
    pub url: &'e str,
    pub title: Option<&'e str>,
    pub groups: &'e [String],
}

/// The lines of one `[[feed]]`; texts of others are made harmless and quoted.
pub(super) fn toml_entry(entry: &Entry<'_>) -> Vec<String> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut lines = vec!["[[feed]]".to_owned(), format!("url = {}", quoted(entry.url))];
    lines.extend(
        entry.title.map(feed_name).filter(|name| !name.is_empty()).map(|name| format!("name = {}", quoted(&name))),
    );
    if !entry.groups.is_empty() {
        let groups: Vec<String> = entry.groups.iter().map(|group| quoted(group)).collect();
        lines.push(format!("groups = [{}]", groups.join(", ")));
    }
    lines.push(String::new());
    lines
}

/// A title as the configuration takes it for a name: one short line that is no group.
fn feed_name(title: &str) -> String {
    const LONGEST: usize = 100;
    let line = headline(title);
    let short = &line[..line.floor_char_boundary(LONGEST)];
    short.trim().trim_start_matches("group:").trim().to_owned()
}

/// Names must differ, and differ from those in use; the second of one name goes without.
fn toml(feeds: &[&Subscription], mut names: BTreeSet<String>) -> String {
    let mut toml = String::new();
    let mut others: Vec<&str> = Vec::new();
    for feed in feeds {
        let groups: Vec<String> = feed.groups.iter().map(|title| group_name(title, &mut others)).collect();
        let title = feed.title.as_deref().filter(|title| names.insert(feed_name(title)));
        for line in toml_entry(&Entry { url: feed.url.as_str(), title, groups: &groups }) {
            toml.push_str(&line);
            toml.push('\n');
        }
    }
    toml
}

/// The title of a group as the configuration wants names: `Europe & more` is `europe-more`. Those of which no letter
/// can stand in a name are numbered; `others` holds them.
fn group_name<'t>(title: &'t str, others: &mut Vec<&'t str>) -> String {
    let mut name = String::new();
    for letter in title.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => name.push(letter),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(LONGEST_GROUP);
    let name = name.trim_end_matches('-');
    if !name.is_empty() {
        return name.to_owned();
    }
    let at = others.iter().position(|other| *other == title).unwrap_or_else(|| {
        others.push(title);
        others.len() - 1
    });
    format!("group-{}", at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, expected: &str) {
        assert_eq!(group_name(title, &mut vec!["Спорт"]), expected);
    }

    #[test]
    fn groups_get_names_that_the_configuration_takes() {
        check("Europe & more", "europe-more");
        check("../../etc/passwd", "etc-passwd");
        check("Größe", "gr-e");
        check("Спорт", "group-1");
        check("Новости", "group-2");
        check(&"x".repeat(100), &"x".repeat(64));
    }

    #[test]
    fn titles_of_others_stay_inside_their_quotes() {
        let lines = toml_entry(&Entry {
            url: "https://a.example/\"x",
            title: Some("group: \"]\n[web]\u{202E} <b>x</b>"),
            groups: &["a".into(), "b".into()],
        });
        let read: toml::Table = lines.join("\n").parse().expect("TOML");
        let feed = &read["feed"][0];
        assert_eq!((read.len(), feed["url"].as_str()), (1, Some("https://a.example/\"x")));
        assert_eq!(feed["name"].as_str(), Some("\"] [web] x"));
        assert_eq!(feed["groups"].as_array().map(Vec::len), Some(2));
    }
}
