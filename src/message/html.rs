//! The HTML part. Templates are named `*.html`, so that minijinja escapes every value; links were checked in the view.

use std::sync::LazyLock;

use minijinja::{Environment, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use super::view::View;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_syntax(lines_of_tags_leave_no_line());
    templates
        .add_template("alert.html", include_str!("templates/alert.html"))
        .expect("the template is part of the program and rendered by its tests");
    templates
});

fn lines_of_tags_leave_no_line() -> SyntaxConfig {
    let built = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    built.expect("only the handling of white space differs from the default")
}

#[derive(Serialize)]
struct Root<'a> {
    view: &'a View,
}

/// The whole document.
pub(super) fn html(view: &View) -> String {
    TEMPLATES
        .get_template("alert.html")
        .and_then(|template| template.render(Serde(Root { view })))
        .expect("the template uses only fields that the view has, which its tests show")
}
