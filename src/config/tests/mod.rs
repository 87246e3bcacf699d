//! Whole configurations, in files of a directory of their own.

mod accepted;
mod refused;
mod shown;

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::PathBuf};

use tempfile::TempDir;

use super::{Config, Diagnostic, Loaded, Overrides, load};
use crate::watch::{Problem, Query};

/// A watch, a recipient and a way to send: what most tests need besides the line in question.
const REST: &str = r#"
[mail]
from = "Storywatch <alerts@example.org>"
smtp = "maildir:mail"
[[feed]]
url = "https://example.org/feed.xml"
[[watch]]
name = "w"
any = ["x"]
notify = ["me"]
[recipient.me]
email = ["me@example.org"]
"#;

/// A directory of configuration files.
struct Desk {
    dir: TempDir,
    environment: BTreeMap<String, String>,
    flags: Overrides,
}

impl Desk {
    fn new(main: &str) -> Self {
        let desk = Self { dir: TempDir::new().unwrap(), environment: BTreeMap::new(), flags: Overrides::default() };
        desk.file("storywatch.toml", main)
    }

    fn file(self, name: &str, text: &str) -> Self {
        self.file_with_mode(name, text, 0o600)
    }

    fn file_with_mode(self, name: &str, text: &str, mode: u32) -> Self {
        let path = self.dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn flag(mut self, flag: &str, setting: &str, value: &str) -> Self {
        self.flags = self.flags.set(flag, setting, value);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn load(&self) -> Result<Loaded, Vec<Diagnostic>> {
        self.load_with(|_, _| Vec::new())
    }

    fn load_with(
        &self,
        compile: impl FnMut(&[&Query], &BTreeMap<String, Vec<String>>) -> Vec<(usize, Problem)>,
    ) -> Result<Loaded, Vec<Diagnostic>> {
        load(&self.path("storywatch.toml"), &self.flags, &self.environment, compile)
    }

    #[track_caller]
    fn config(&self) -> Config {
        match self.load() {
            Ok(loaded) => loaded.config,
            Err(faults) => panic!("{}", super::render(&faults, false)),
        }
    }

    /// One line for each fault or warning, the directory left out.
    fn lines(&self) -> Vec<String> {
        let diagnostics = self.load().map_or_else(|faults| faults, |loaded| loaded.warnings);
        diagnostics.iter().map(|diagnostic| self.without_dir(&diagnostic.to_line())).collect()
    }

    fn without_dir(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.dir.path().display()), "")
    }
}
