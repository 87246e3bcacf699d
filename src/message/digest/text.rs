//! The text part of a digest: 72 columns, URLs whole on lines of their own.

use super::view::{Row, View};
use crate::message::{
    line::wrap,
    text::{push_link, push_mute, starred},
};

pub(super) fn text(view: &View) -> String {
    let mut out = String::new();
    wrap(&mut out, "", &view.title);
    for line in &view.totals {
        wrap(&mut out, "", line);
    }
    for section in &view.sections {
        head(&mut out, &section.title.to_uppercase());
        section.rows.iter().for_each(|row| push_row(&mut out, row));
        if let Some(line) = &section.not_listed {
            wrap(&mut out, "", line);
        }
    }
    head(&mut out, "COVERAGE");
    for line in &view.coverage {
        wrap(&mut out, "", line);
    }
    out.push_str("\n-- \n");
    for note in &view.notes {
        wrap(&mut out, "", note);
    }
    push_mute(&mut out, &view.mute);
    out
}

fn head(out: &mut String, title: &str) {
    out.push('\n');
    wrap(out, "", title);
}

fn push_row(out: &mut String, row: &Row) {
    out.push('\n');
    let label = format!("{:>3}. ", row.number);
    let indent = " ".repeat(label.len());
    wrap(out, &label, &row.headline);
    wrap(out, &indent, &row.source);
    push_link(out, &indent, row.link.as_ref());
    if let Some(sentence) = &row.sentence {
        wrap(out, &format!("{indent}| "), &starred(sentence));
    }
    wrap(out, &indent, &row.status);
}
