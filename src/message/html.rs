//! The HTML part. Templates are named `*.html`, so that minijinja escapes every value; links were checked in the view.

use std::sync::LazyLock;

use minijinja::{Environment, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use super::view::View;

/// A template between the head and the foot that all have in common.
macro_rules! framed {
    ($middle:literal) => {
        concat!(include_str!("templates/head.html"), include_str!($middle), include_str!("templates/foot.html"))
    };
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_syntax(tags_leave_no_line());
    for (name, source) in [
        ("alert.html", framed!("templates/alert.html")),
        ("digest.html", framed!("templates/digest.html")),
        ("bulletin.html", framed!("templates/bulletin.html")),
    ] {
        templates.add_template(name, source).expect("the template is part of the program and rendered by its tests");
    }
    templates
});

/// Lines that hold only a tag of the template leave no empty line behind.
pub(super) fn tags_leave_no_line() -> SyntaxConfig {
    let built = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    built.expect("only the handling of white space differs from the default")
}

#[derive(Serialize)]
struct Root<'a, V> {
    view: &'a V,
}

/// The whole document of an alert.
pub(super) fn html(view: &View) -> String {
    render("alert.html", view)
}

/// A view in the template made for it.
pub(super) fn render<V: Serialize>(template: &str, view: &V) -> String {
    TEMPLATES
        .get_template(template)
        .and_then(|template| template.render(Serde(Root { view })))
        .expect("the templates use only fields that their views have, which their tests show")
}
