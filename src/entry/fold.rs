//! Text on its way out: white space folded, what shows nothing dropped.

use crate::parse::limits;

/// Text as it comes out: white space folded, invisible characters dropped.
pub(super) struct Folded {
    out: String,
    keep_lines: bool,
    pending: Option<char>,
    joiner: Option<char>,
    /// The last character, `\n` at the beginning.
    last: char,
}

impl Folded {
    pub(super) fn new(capacity: usize, keep_lines: bool) -> Self {
        Self {
            out: String::with_capacity(capacity.min(limits::BODY)),
            keep_lines,
            pending: None,
            joiner: None,
            last: '\n',
        }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        for c in text.chars() {
            self.push(c);
        }
    }

    pub(super) fn push(&mut self, c: char) {
        match c {
            ' '..='~' if c != ' ' => self.visible(c),
            '\n' | '\u{2028}' | '\u{2029}' if self.keep_lines => self.end_paragraph(),
            '\u{200C}' | '\u{200D}' => self.joiner = Some(c).filter(|_| self.pending.is_none() && joins(self.last)),
            _ if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') => self.space(),
            _ if is_invisible(c) => {}
            _ => self.visible(c),
        }
    }

    fn visible(&mut self, c: char) {
        if let Some(space) = self.pending.take() {
            self.out.push(space);
        } else if let Some(joiner) = self.joiner.filter(|_| joins(c)) {
            self.out.push(joiner);
        }
        self.joiner = None;
        self.out.push(c);
        self.last = c;
    }

    pub(super) fn space(&mut self) {
        self.joiner = None;
        if self.last != '\n' && self.pending.is_none() {
            self.pending = Some(' ');
        }
    }

    pub(super) fn end_paragraph(&mut self) {
        self.joiner = None;
        if self.last != '\n' {
            self.pending = Some('\n');
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}

/// Letters and signs between which a joiner changes what is seen: Arabic, the Indic and South-East Asian scripts,
/// Mongolian, emoji.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{0600}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}' | '\u{0F00}'..='\u{109F}' | '\u{1780}'..='\u{18AF}'
        | '\u{FE0F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
        | '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Control, bidi, zero-width and other format characters that show nothing by themselves.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}')
}
