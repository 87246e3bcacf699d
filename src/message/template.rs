//! Templates that users write: compiled and tried out when the configuration is loaded, so that one that cannot work is
//! refused with its line and no alert is lost to it.

use std::{fmt, sync::Arc};

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::Value;

use super::{post::Post, sample};

/// Bytes that a rendered body may have.
const MAX_BODY: usize = 20_000;
/// Steps of a template's program; a loop without an end must not hold up the outbox.
const FUEL: u64 = 200_000;

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// 1 for the first; `None` when it concerns the whole.
    pub line: Option<usize>,
    pub message: String,
}

/// The user's own body of a webhook.
#[derive(Clone)]
pub struct HookTemplate {
    name: String,
    source: String,
    compiled: Arc<Environment<'static>>,
}

impl HookTemplate {
    /// Compiles a template and renders it once. A name that ends in `.json` gives a JSON body in which every value is
    /// written as JSON; `.html` and `.xml` escape their way, any other name is plain text.
    ///
    /// # Errors
    /// When it cannot be compiled, uses something that is not there, or gives no JSON although it should.
    pub fn new(name: &str, source: &str) -> Result<Self, TemplateProblem> {
        let mut environment = strict_environment();
        environment.add_template_owned(name.to_owned(), source.to_owned()).map_err(problem)?;
        let template = Self { name: name.to_owned(), source: source.to_owned(), compiled: Arc::new(environment) };
        for alert in sample::samples() {
            template.try_out(&Post::of_alert(&alert))?;
        }
        Ok(template)
    }

    fn try_out(&self, post: &Post) -> Result<(), TemplateProblem> {
        let body = self.rendered(post).map_err(problem)?;
        if self.is_json() {
            serde_json::from_str::<Value>(&body).map_err(|error| TemplateProblem {
                line: None,
                message: format!("what it gives for a sample alert is no JSON: {error}"),
            })?;
        }
        Ok(())
    }

    fn is_json(&self) -> bool {
        self.name.ends_with(".json")
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("json") => "application/json",
            Some("html") => "text/html; charset=utf-8",
            Some("xml") => "application/xml; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The body for a post.
    pub(super) fn render(&self, post: &Post) -> Result<String, String> {
        let body = self.rendered(post).map_err(|error| problem(error).to_string())?;
        match body.len() {
            0..MAX_BODY => Ok(body),
            bytes => Err(format!("the template {} gives {bytes} bytes; {MAX_BODY} are too many", self.name)),
        }
    }

    fn rendered(&self, post: &Post) -> Result<String, minijinja::Error> {
        self.compiled.get_template(&self.name)?.render(minijinja::context! {
            id => &post.id,
            title => &post.title,
            url => &post.url,
            text => post.text(),
            lines => minijinja::value::Serde(&post.lines),
            priority => post.priority.as_str(),
            data => minijinja::value::Serde(&post.data),
        })
    }
}

/// What every template of a user runs in.
pub(super) fn strict_environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
        Some("json") => AutoEscape::Json,
        Some("html" | "xml") => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment
}

pub(super) fn problem(error: minijinja::Error) -> TemplateProblem {
    let message =
        error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    TemplateProblem { line: error.line(), message }
}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl fmt::Debug for HookTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HookTemplate({})", self.name)
    }
}

impl PartialEq for HookTemplate {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.source) == (&other.name, &other.source)
    }
}
