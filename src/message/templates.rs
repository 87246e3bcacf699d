//! A user's own templates of mails, in the place of those that are built in.
//!
//! A user's template is compiled and rendered with samples when the configuration is loaded. Should one still fail on an
//! alert, the built-in one takes its place: a template never costs an alert.

use std::{collections::BTreeMap, fmt};

use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::{
    html::tags_leave_no_line,
    line::{clean, wrap},
    sample,
    template::{TemplateProblem, problem, strict_environment},
    view::{self, Room, View},
};

/// A user's templates for mails, by the name of what they replace.
#[derive(Clone, Default)]
pub struct MailTemplates {
    sources: BTreeMap<String, String>,
    compiled: Option<Environment<'static>>,
}

impl MailTemplates {
    /// What can be replaced. `.html` is escaped, `.txt` is not; `{{ text|wrap }}` lays out at 72 columns.
    pub const NAMES: [&'static str; 2] = ["alert.html", "alert.txt"];

    /// Puts a template in the place of the built-in one.
    ///
    /// # Errors
    /// When it cannot be compiled or cannot tell a sample alert.
    pub fn replace(&mut self, name: &str, source: &str) -> Result<(), TemplateProblem> {
        let compiled = self.compiled.get_or_insert_with(prepared);
        compiled.add_template_owned(name.to_owned(), source.to_owned()).map_err(problem)?;
        for alert in sample::samples() {
            render(compiled, name, &view::view(&alert, Room { rows: 12, watches: 10 })).map_err(problem)?;
        }
        self.sources.insert(name.to_owned(), source.to_owned());
        Ok(())
    }

    /// The view in a user's template, if there is one by this name and it works.
    pub(super) fn render(&self, name: &str, view: &View) -> Option<String> {
        let compiled = self.compiled.as_ref().filter(|_| self.sources.contains_key(name))?;
        render(compiled, name, view).ok()
    }
}

#[derive(Serialize)]
struct Root<'a> {
    view: &'a View,
}

fn render(environment: &Environment<'_>, name: &str, view: &View) -> Result<String, minijinja::Error> {
    environment.get_template(name)?.render(Serde(Root { view }))
}

fn prepared() -> Environment<'static> {
    let mut environment = strict_environment();
    environment.set_syntax(tags_leave_no_line());
    environment.add_filter("wrap", |text: String| {
        let mut out = String::new();
        wrap(&mut out, "", &clean(&text));
        out.trim_end().to_owned()
    });
    environment
}

impl fmt::Debug for MailTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.sources.keys()).finish()
    }
}

impl PartialEq for MailTemplates {
    fn eq(&self, other: &Self) -> bool {
        self.sources == other.sources
    }
}
