//! What a reload changes, by name: so that the log says "1 watch added" and not only "reloaded".
//!
//! Pure.

use std::{collections::BTreeMap, fmt};

use super::Config;

/// Names that came, went, or stand for something else now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<String>,
}

/// The difference between two configurations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub feeds: Change,
    pub outlets: Change,
    pub watches: Change,
    pub recipients: Change,
    pub webhooks: Change,
    pub terms: Change,
    /// `[storage]`, `[polling]`, `[stories]`, `[web]`, `[mail]`; only `changed`, and `mail` added or removed.
    pub sections: Change,
}

/// What is other in `new`. Secrets are compared and never named.
pub fn difference(old: &Config, new: &Config) -> Difference {
    Difference {
        feeds: compare(&feeds(old), &feeds(new)),
        outlets: compare(&old.outlets, &new.outlets),
        watches: compare(&watches(old), &watches(new)),
        recipients: compare(&old.recipients, &new.recipients),
        webhooks: compare(&old.webhooks, &new.webhooks),
        terms: compare(&old.terms, &new.terms),
        sections: sections(old, new),
    }
}

fn feeds(config: &Config) -> BTreeMap<String, &super::Feed> {
    config.feeds.iter().map(|feed| (feed.name.clone(), feed)).collect()
}

fn watches(config: &Config) -> BTreeMap<String, &super::Watch> {
    config.watches.iter().map(|watch| (watch.query.name.clone(), &**watch)).collect()
}

fn sections(old: &Config, new: &Config) -> Change {
    let mut change = Change::default();
    let same = [
        ("storage", old.storage == new.storage),
        ("polling", old.polling == new.polling),
        ("stories", old.stories == new.stories),
        ("web", old.web == new.web),
        ("operator", old.operator == new.operator),
    ];
    change.changed.extend(same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name.to_owned()));
    match (&old.mail, &new.mail) {
        (None, Some(_)) => change.added.push("mail".to_owned()),
        (Some(_), None) => change.removed.push("mail".to_owned()),
        (old, new) if old != new => change.changed.push("mail".to_owned()),
        _ => {}
    }
    change
}

fn compare<T: PartialEq>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> Change {
    let missing_in = |there: &BTreeMap<String, T>, here: &BTreeMap<String, T>| -> Vec<String> {
        here.keys().filter(|name| !there.contains_key(*name)).cloned().collect()
    };
    let is_other = |name: &&String| old.get(*name).is_some_and(|before| new.get(*name) != Some(before));
    Change {
        added: missing_in(old, new),
        removed: missing_in(new, old),
        changed: new.keys().filter(is_other).cloned().collect(),
    }
}

impl Change {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, change)| change.is_empty())
    }

    fn parts(&self) -> [(&'static str, &Change); 7] {
        [
            ("watches", &self.watches),
            ("feeds", &self.feeds),
            ("outlets", &self.outlets),
            ("recipients", &self.recipients),
            ("webhooks", &self.webhooks),
            ("terms", &self.terms),
            ("settings", &self.sections),
        ]
    }
}

/// `watches: added boeing-safety; feeds: removed 120 (a, b, c, …)`
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changed");
        }
        let mut separator = "";
        for (what, change) in self.parts().into_iter().filter(|(_, change)| !change.is_empty()) {
            write!(f, "{separator}{what}: {change}")?;
            separator = "; ";
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("added", &self.added), ("removed", &self.removed), ("changed", &self.changed)];
        let mut separator = "";
        for (word, names) in parts.into_iter().filter(|(_, names)| !names.is_empty()) {
            write!(f, "{separator}{word} ")?;
            write_names(names, f)?;
            separator = ", ";
        }
        Ok(())
    }
}

/// A log line has room for a few names.
fn write_names(names: &[String], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const MOST: usize = 5;
    if names.len() <= MOST {
        return f.write_str(&names.join(", "));
    }
    write!(f, "{} ({}, …)", names.len(), names[..MOST].join(", "))
}
