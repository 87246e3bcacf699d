//! The text part: 72 columns, URLs whole on lines of their own.

use super::{
    excerpt::Excerpt,
    line::{padded, wrap},
    view::{Link, Mute, Row, View, Why},
    words::Words,
};

const INDENT: &str = "      ";

/// Lays the view out; lines end in `\n`.
pub(super) fn text(view: &View) -> String {
    let mut out = String::new();
    for news in &view.news {
        wrap(&mut out, "", &news.plain());
        out.push('\n');
    }
    wrap(&mut out, "", &view.headline);
    if let Some(lead) = &view.lead {
        wrap(&mut out, "", &format!("{}, {}", lead.outlet, lead.when));
        push_link(&mut out, "", lead.link.as_ref());
    }
    push_why(&mut out, &view.why, view.words);
    push_also(&mut out, view);
    push_who(&mut out, &view.who, view.words);
    out.push_str("\n-- \n");
    for note in &view.notes {
        wrap(&mut out, "", note);
    }
    push_mute(&mut out, &view.mute);
    out
}

/// How to end what this is one of.
pub(super) fn push_mute(out: &mut String, ways: &[Mute]) {
    for mute in ways {
        wrap(out, "", &format!("{}:", mute.label));
        out.push_str(&format!("<{}>\n", mute.url));
    }
}

pub(super) fn push_link(out: &mut String, indent: &str, link: Option<&Link>) {
    if let Some(link) = link {
        out.push_str(&format!("{indent}<{}>\n", link.url));
    }
}

fn push_why(out: &mut String, why: &[Why], words: &Words) {
    let heading = Words::label(words.why);
    for (number, watch) in why.iter().enumerate() {
        out.push('\n');
        let reasons = if watch.reasons.is_empty() { words.matches.to_owned() } else { watch.reasons.join("; ") };
        wrap(out, if number == 0 { &heading } else { INDENT }, &format!("{}: {reasons}", watch.watch));
        if let Some(title) = &watch.title {
            wrap(out, INDENT, &format!("{} “{title}”", words.within));
        }
        for sentence in &watch.sentences {
            wrap(out, "      | ", &starred(sentence));
        }
    }
}

pub(super) fn starred(sentence: &Excerpt) -> String {
    sentence.iter().map(|span| if span.hit { format!("*{}*", span.text) } else { span.text.clone() }).collect()
}

fn push_also(out: &mut String, view: &View) {
    if view.also.is_empty() && view.not_listed.is_empty() {
        return;
    }
    out.push('\n');
    let longest = view.also.iter().map(|row| unicode_width::UnicodeWidthStr::width(row.outlet.as_str())).max();
    let column = longest.unwrap_or(0).min(24);
    let heading = Words::label(view.words.also);
    let mut label = heading.as_str();
    for row in &view.also {
        push_row(out, label, row, column);
        label = INDENT;
    }
    for line in &view.not_listed {
        wrap(out, label, line);
        label = INDENT;
    }
}

/// The columns are kept only where the row fits on one line: wrapping folds the spaces that make them.
fn push_row(out: &mut String, label: &str, row: &Row, column: usize) {
    let line = format!("{label}{} {}, {}", padded(&row.outlet, column), row.time, row.relation);
    match unicode_width::UnicodeWidthStr::width(line.as_str()) <= super::line::COLUMNS {
        true => out.push_str(&format!("{line}\n")),
        false => wrap(out, label, &format!("{} {}, {}", row.outlet, row.time, row.relation)),
    }
    push_link(out, INDENT, row.link.as_ref());
}

fn push_who(out: &mut String, who: &[String], words: &Words) {
    let heading = Words::label(words.who);
    let mut label = heading.as_str();
    for line in who {
        if label != INDENT {
            out.push('\n');
        }
        wrap(out, label, line);
        label = INDENT;
    }
}
