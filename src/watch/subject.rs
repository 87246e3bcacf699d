//! An entry read once for all watches: its pages, and where on them the words are that any watch asks for.

use std::ops::Range;

use super::Subject;
use super::atoms::{Atom, Atoms};
use super::boilerplate::without_foot;
use super::literals::Literals;
use super::plan::Fields;
use super::stem::{self, Language};
use super::tree::Field;
use super::words::for_each_word;

/// Positions skipped between paragraphs; more than the widest NEAR reaches.
const PARAGRAPH: u32 = 100;

/// One value of one field.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub field: Field,
    pub text: &'a str,
}

/// An atom found on a page. Ordered by atom, page, position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub atom: Atom,
    pub page: u32,
    /// Number of the word on its page; paragraphs lie far apart.
    pub pos: u32,
    pub start: u32,
    pub end: u32,
    /// With a possessive `'s`.
    pub full_end: u32,
    /// In another form than the watch names.
    pub inflected: bool,
}

/// What evaluation needs of an entry.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub pages: Vec<Page<'a>>,
    seen: Vec<Seen>,
    /// The atoms found, ascending, with the end of their run in `seen`.
    runs: Vec<(Atom, u32)>,
    /// Literals that occur, ascending.
    literals: Vec<Atom>,
    /// What of the visible text counts as not there.
    hidden: Vec<Range<usize>>,
    language: Option<Language>,
}

impl<'a> Reading<'a> {
    /// Reads the fields that some watch asks for. Text beyond 4 GiB is not read.
    pub(super) fn of(subject: &Subject<'a>, fields: Fields, atoms: &Atoms, literals: &Literals) -> Self {
        let mut reading = Self {
            pages: Vec::with_capacity(4),
            seen: Vec::with_capacity(256),
            runs: Vec::with_capacity(128),
            literals: Vec::new(),
            hidden: Vec::new(),
            language: stem::language(subject.language),
        };
        let site = site_of(subject.url);
        let mut read = |field, text: &'a str| {
            if fields.has(field) && u32::try_from(text.len()).is_ok() {
                reading.read(Page { field, text }, atoms);
            }
        };
        read(Field::Title, subject.title);
        read(Field::Text, subject.text);
        read(Field::Author, subject.author);
        subject.tags.iter().for_each(|tag| read(Field::Tag, tag));
        subject.source.iter().for_each(|name| read(Field::Source, name));
        subject.feed.iter().for_each(|name| read(Field::Feed, name));
        subject.groups.iter().for_each(|name| read(Field::Group, name));
        read(Field::Url, subject.url);
        read(Field::Site, site);
        read(Field::Lang, if subject.language.is_empty() { "und" } else { subject.language });
        reading.finish(literals);
        reading
    }

    fn read(&mut self, page: Page<'a>, atoms: &Atoms) {
        let number = u32::try_from(self.pages.len()).unwrap_or(u32::MAX);
        if page.field.is_whole() {
            self.read_whole(&page, number, atoms);
        } else {
            self.read_words(&page, number, atoms);
        }
        self.pages.push(page);
    }

    fn read_words(&mut self, page: &Page<'_>, number: u32, atoms: &Atoms) {
        let mut pos = 0;
        let mut offset = 0;
        for whole in page.text.split('\n') {
            let paragraph = if page.field == Field::Text { without_foot(whole) } else { whole };
            if paragraph.len() < whole.len() {
                self.hidden.push(offset + paragraph.len()..offset + whole.len());
            }
            for_each_word(paragraph, |word| {
                let place = |at: usize| to_u32(offset + at);
                let (start, end, full_end) = (place(word.start), place(word.end), place(word.full_end));
                let mut note = |atom, inflected| {
                    self.seen.push(Seen { atom, page: number, pos, start, end, full_end, inflected });
                };
                atoms.look_up(word.folded, |atom| note(atom, false));
                atoms.look_up_inflected(word.folded, &paragraph[word.start..word.end], self.language, note);
                pos += 1;
            });
            offset += whole.len() + 1;
            pos += PARAGRAPH;
        }
    }

    /// The value and, for a site, the domains above it.
    fn read_whole(&mut self, page: &Page<'_>, number: u32, atoms: &Atoms) {
        let mut value = page.text;
        let end = to_u32(page.text.len());
        loop {
            if let Some(atom) = atoms.look_up_whole(page.field, value) {
                let start = end - to_u32(value.len());
                self.seen.push(Seen { atom, page: number, pos: 0, start, end, full_end: end, inflected: false });
            }
            match value.split_once('.') {
                Some((_, above)) if page.field == Field::Site => value = above,
                _ => break,
            }
        }
    }

    fn finish(&mut self, literals: &Literals) {
        for page in &self.pages {
            literals.find(page.text, &mut self.literals);
        }
        self.literals.sort_unstable();
        self.literals.dedup();
        self.seen.sort_unstable();
        for (index, seen) in self.seen.iter().enumerate() {
            let end = to_u32(index + 1);
            match self.runs.last_mut() {
                Some(run) if run.0 == seen.atom => run.1 = end,
                _ => self.runs.push((seen.atom, end)),
            }
        }
    }

    /// The atoms that occur, each once.
    pub(super) fn atoms(&self) -> impl Iterator<Item = Atom> {
        self.runs.iter().map(|&(atom, _)| atom).chain(self.literals.iter().copied())
    }

    /// Whether a literal occurs on any page.
    pub(super) fn has_literal(&self, atom: Atom) -> bool {
        self.literals.binary_search(&atom).is_ok()
    }

    /// Whether a range of a page lies, in part, where nothing is looked for.
    pub(super) fn is_hidden(&self, page: &Page<'_>, range: &Range<usize>) -> bool {
        page.field == Field::Text
            && self.hidden.iter().any(|hidden| hidden.start < range.end && range.start < hidden.end)
    }

    /// Where an atom occurs: by page, then position.
    pub(super) fn seen(&self, atom: Atom) -> &[Seen] {
        let Ok(run) = self.runs.binary_search_by_key(&atom, |&(atom, _)| atom) else { return &[] };
        let start = run.checked_sub(1).map_or(0, |before| self.runs[before].1);
        &self.seen[start as usize..self.runs[run].1 as usize]
    }

    /// The places of an atom on this page, from one position to another, both included.
    pub(super) fn seen_between(&self, atom: Atom, page: u32, from: u32, to: u32) -> &[Seen] {
        let seen = &self.seen(atom);
        let start = seen.partition_point(|seen| (seen.page, seen.pos) < (page, from));
        let len = seen[start..].iter().take_while(|seen| seen.page == page && seen.pos <= to).count();
        &seen[start..start + len]
    }

    pub(super) fn page(&self, number: u32) -> &Page<'a> {
        &self.pages[number as usize]
    }
}

/// Texts longer than 4 GiB are not read, so that offsets in them fit.
fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// The host name in a URL, as written there.
pub(super) fn site_of(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return "" };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.split_once(':') {
        Some((name, _)) if !host.starts_with('[') => name,
        _ => host,
    }
}
