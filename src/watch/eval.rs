//! Whether a plan holds for an entry, and where that can be seen.

use std::ops::{ControlFlow, Range};

use unicode_segmentation::GraphemeCursor;

use super::Hit;
use super::atoms::Atom;
use super::fold::{is_invisible, plain_symbol};
use super::pattern::{Symbols, significant};
use super::plan::{Clause, Near, Plan, Seek, Strict, Words};
use super::subject::{Page, Reading, Seen};
use super::tree::Reach;

/// Hits that one match carries at most.
const MOST_HITS: usize = 20;

/// A place where a clause was found. `pos` and `last` are the numbers of its first and last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    page: u32,
    pos: u32,
    last: u32,
    start: usize,
    end: usize,
    /// A word was found in another form.
    inflected: bool,
}

/// Whether the plan holds.
pub(super) fn holds(plan: &Plan, reading: &Reading<'_>) -> bool {
    match plan {
        Plan::All(parts) => parts.iter().all(|part| holds(part, reading)),
        Plan::Any(parts) => parts.iter().any(|part| holds(part, reading)),
        Plan::Not(of) => !holds(of, reading),
        Plan::Seek(clause) => for_each_found(clause, reading, &mut |_| ControlFlow::Break(())).is_break(),
        Plan::Near(near) => may_hold(near, reading) && !reached(near, reading).is_empty(),
        Plan::AtLeast(at_least) => found_apart(&at_least.of, reading, at_least.count).len() >= at_least.count,
    }
}

/// The hits of a plan that holds: in the title first, every clause before any clause twice, at most twenty.
pub(super) fn evidence(plan: &Plan, reading: &Reading<'_>) -> Vec<Hit> {
    evidence_with(plan, reading, &mut Vec::new())
}

/// The same with a buffer, for those who want the evidence of many plans.
pub(super) fn evidence_with<'a>(plan: &'a Plan, reading: &Reading<'_>, notes: &mut Vec<Note<'a>>) -> Vec<Hit> {
    notes.clear();
    collect(plan, true, reading, notes);
    notes.sort_by_key(Note::place_and_rank);
    notes.dedup_by_key(|note| note.place());
    if notes.len() > MOST_HITS {
        notes.sort_by_key(|note| note.rank);
        notes.truncate(MOST_HITS);
        notes.sort_by_key(Note::place_and_rank);
    }
    notes.drain(..).map(|note| note.into_hit(reading)).collect()
}

/// A hit before its text is copied.
pub(super) struct Note<'a> {
    /// The how-manieth of its clause.
    rank: usize,
    page: u32,
    start: usize,
    end: usize,
    clause: &'a str,
    inflected: bool,
}

impl Note<'_> {
    fn place(&self) -> (u32, usize, usize) {
        (self.page, self.start, self.end)
    }

    fn place_and_rank(&self) -> ((u32, usize, usize), usize) {
        (self.place(), self.rank)
    }

    fn into_hit(self, reading: &Reading<'_>) -> Hit {
        let Page { field, text } = reading.page(self.page);
        // What is kept of a match is its evidence, so it is there that a reader is told of another form.
        let clause = if self.inflected { format!("{} (inflected)", self.clause) } else { self.clause.to_owned() };
        let (start, end) = (self.start, self.end);
        Hit { field: field.name().to_owned(), start, end, text: text[start..end].to_owned(), clause }
    }
}

/// Notes what makes the plan hold, or fail if that is its `sense` (below a NOT, where only another NOT has hits).
fn collect<'a>(plan: &'a Plan, sense: bool, reading: &Reading<'_>, out: &mut Vec<Note<'a>>) {
    match plan {
        Plan::All(parts) | Plan::Any(parts) => {
            let responsible = parts.iter().filter(|part| holds(part, reading) == sense);
            responsible.for_each(|part| collect(part, sense, reading, out));
        }
        Plan::Not(of) => collect(of, !sense, reading, out),
        _ if !sense => {}
        Plan::Seek(clause) => {
            let mut rank = 0;
            let _ = for_each_found(clause, reading, &mut |found| {
                note(&found, rank, &clause.written, reading, out);
                rank += 1;
                if rank < MOST_HITS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
        Plan::Near(near) => note_all(&near_places(near, reading), &near.written, reading, out),
        Plan::AtLeast(at_least) => {
            for clause in &at_least.of {
                note_all(&found_at_most(clause, reading, MOST_HITS), &at_least.written, reading, out);
            }
        }
    }
}

fn note_all<'a>(found: &[Found], clause: &'a str, reading: &Reading<'_>, out: &mut Vec<Note<'a>>) {
    for (rank, found) in found.iter().enumerate() {
        note(found, rank, clause, reading, out);
    }
}

fn note<'a>(found: &Found, rank: usize, clause: &'a str, reading: &Reading<'_>, out: &mut Vec<Note<'a>>) {
    let (start, end) = whole_graphemes(reading.page(found.page).text, found.start, found.end);
    out.push(Note { rank, page: found.page, start, end, clause, inflected: found.inflected });
}

/// The range widened so that it cuts no grapheme.
fn whole_graphemes(text: &str, mut start: usize, mut end: usize) -> (usize, usize) {
    while !is_boundary(text, start) {
        start = text.floor_char_boundary(start - 1);
    }
    while !is_boundary(text, end) {
        end = text.ceil_char_boundary(end + 1);
    }
    (start, end)
}

fn is_boundary(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: Option<&u8>| byte.is_none_or(|&byte| byte.is_ascii_graphic() || byte == b' ');
    if plain(bytes.get(at)) && plain(bytes.get(at.wrapping_sub(1))) {
        return true;
    }
    text.is_char_boundary(at) && GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

type Visit<'v> = &'v mut dyn FnMut(Found) -> ControlFlow<()>;

fn found_at_most(clause: &Clause, reading: &Reading<'_>, most: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let _ = for_each_found(clause, reading, &mut |place| {
        found.push(place);
        if found.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    found
}

/// Visits the places of a clause in order of pages and positions.
fn for_each_found(clause: &Clause, reading: &Reading<'_>, visit: Visit<'_>) -> ControlFlow<()> {
    match &clause.seek {
        Seek::Word(atom) => {
            let seen = reading.seen(*atom).iter().filter(|seen| clause.fields.has(reading.page(seen.page).field));
            seen.map(|seen| found(seen, seen)).try_for_each(visit)
        }
        Seek::Words(words) => for_each_words(words, clause, reading, Ends::Nearest, visit),
        Seek::Bare(bare) if !reading.has_literal(bare.atom) => ControlFlow::Continue(()),
        Seek::Bare(bare) => for_each_page(clause, reading, |number, page| {
            let hits = page.text.match_indices(&*bare.symbols).map(|(at, hit)| at..at + hit.len());
            visit_ranges(hits, number, page, reading, visit)
        }),
        Seek::Regex(pattern) if !may_match(&pattern.literals, reading) => ControlFlow::Continue(()),
        Seek::Regex(pattern) => for_each_page(clause, reading, |number, page| {
            let hits = pattern.regex.find_iter(page.text).filter(|hit| !hit.is_empty()).map(|hit| hit.range());
            visit_ranges(hits, number, page, reading, visit)
        }),
    }
}

fn may_match(literals: &[Atom], reading: &Reading<'_>) -> bool {
    literals.is_empty() || literals.iter().any(|&atom| reading.has_literal(atom))
}

fn visit_ranges(
    ranges: impl Iterator<Item = Range<usize>>,
    number: u32,
    page: &Page<'_>,
    reading: &Reading<'_>,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let mut shown = ranges.filter(|range| !reading.is_hidden(page, range));
    shown.try_for_each(|Range { start, end }| {
        visit(Found { page: number, pos: 0, last: 0, start, end, inflected: false })
    })
}

fn for_each_page(
    clause: &Clause,
    reading: &Reading<'_>,
    mut visit: impl FnMut(u32, &Page<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut pages = (0..).zip(&reading.pages).filter(|(_, page)| clause.fields.has(page.field));
    pages.try_for_each(|(number, page)| visit(number, page))
}

/// Visits the places of these words: for each place of the first word the nearest end, or every end there is.
fn for_each_words(
    words: &Words,
    clause: &Clause,
    reading: &Reading<'_>,
    ends: Ends,
    visit: Visit<'_>,
) -> ControlFlow<()> {
    let Some(&first) = words.atoms.first() else { return ControlFlow::Continue(()) };
    let mut rows = Rows::default();
    for seen in reading.seen(first) {
        if !clause.fields.has(reading.page(seen.page).field) {
            continue;
        }
        for end in rows.follow(words, seen, reading) {
            let Some(place) = strictly(words, rows.up_to(end), reading) else { continue };
            visit(place)?;
            if ends == Ends::Nearest {
                break;
            }
        }
    }
    ControlFlow::Continue(())
}

/// Which ends of a loose phrase are wanted that begins at one place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Nearest,
    All,
}

fn found(first: &Seen, last: &Seen) -> Found {
    Found {
        page: first.page,
        pos: first.pos,
        last: last.pos,
        start: first.start as usize,
        end: last.end as usize,
        inflected: first.inflected || last.inflected,
    }
}

/// The ways from the first of some words to the last, each word with the one before it.
#[derive(Default)]
struct Rows {
    steps: Vec<(Seen, usize)>,
    row: Vec<Seen>,
}

impl Rows {
    /// Finds the other words behind the first; gives the places of the last, the nearest first. How many words lie
    /// between says where a word stands, so a word need only be led to once.
    fn follow(&mut self, words: &Words, first: &Seen, reading: &Reading<'_>) -> Range<usize> {
        self.steps.clear();
        self.steps.push((*first, 0));
        let mut layer = 0..1;
        for (index, &atom) in words.atoms.iter().enumerate().skip(1) {
            let from = self.steps[layer.start].0.pos + 1;
            let to = first.pos + to_u32(index) + words.slop;
            let begins = self.steps.len();
            for next in reading.seen_between(atom, first.page, from, to) {
                let may_stand_before = |&step: &usize| may_follow(words, index, &self.steps[step].0, next, reading);
                if let Some(before) = layer.clone().find(may_stand_before) {
                    self.steps.push((*next, before));
                }
            }
            layer = begins..self.steps.len();
            if layer.is_empty() {
                break;
            }
        }
        layer
    }

    /// The words up to this last one.
    fn up_to(&mut self, end: usize) -> &[Seen] {
        self.row.clear();
        let mut step = end;
        self.row.push(self.steps[step].0);
        while step > 0 {
            step = self.steps[step].1;
            self.row.push(self.steps[step].0);
        }
        self.row.reverse();
        &self.row
    }
}

/// Whether the word `index` of these may stand here behind the one before it.
fn may_follow(words: &Words, index: usize, before: &Seen, next: &Seen, reading: &Reading<'_>) -> bool {
    let touches = words.touches.get(index).copied().unwrap_or(false);
    if next.pos <= before.pos || (touches && next.start != before.full_end) {
        return false;
    }
    let Some(Strict::Symbols(symbols)) = words.strict.as_deref() else { return true };
    let wanted = symbols.gaps.get(index - 1).map(String::as_str).unwrap_or_default();
    let gap = || reading.page(next.page).text.get(before.full_end as usize..next.start as usize);
    wanted.is_empty() || gap().is_some_and(|gap| has_symbols(&significant(gap, true), wanted))
}

/// Whether the symbols between two words are those asked for: what joins the words is just so (`AT&T`); what belongs to
/// one of them, or stands by itself, may have others beside it (`C++ 🔥 compiler` has `"C++ compiler"`).
fn has_symbols(there: &str, wanted: &str) -> bool {
    let (Some(wants), Some(has)) = (apart(wanted), apart(there)) else { return there == wanted };
    let mut others = has.1.split(' ');
    has.0.starts_with(wants.0)
        && has.2.ends_with(wants.2)
        && wants.1.split_whitespace().all(|symbol| others.any(|other| other == symbol))
}

/// What is at the word before, what stands by itself, and what is at the word behind; `None` without a blank.
fn apart(gap: &str) -> Option<(&str, &str, &str)> {
    let (behind, rest) = gap.split_once(' ')?;
    let (alone, before) = rest.rsplit_once(' ').unwrap_or(("", rest));
    Some((behind, alone, before))
}

/// The place of these words, with their symbols, if what folding must not blur is as it was asked for.
fn strictly(words: &Words, steps: &[Seen], reading: &Reading<'_>) -> Option<Found> {
    let (first, last) = (steps.first()?, steps.last()?);
    let inflected = steps.iter().any(|step| step.inflected);
    let place = Found { inflected, ..found(first, last) };
    let text = reading.page(first.page).text;
    let (start, end) = match words.strict.as_deref() {
        None => return Some(place),
        Some(Strict::Exact { text: wanted, lead_len }) => exact_range(text, first, last, wanted, *lead_len)?,
        Some(Strict::Symbols(symbols)) => symbol_range(text, steps, symbols)?,
    };
    Some(Found { start, end, ..place })
}

/// Compares character by character what stands there, seeing through what is invisible.
fn exact_range(text: &str, first: &Seen, last: &Seen, wanted: &str, lead_len: usize) -> Option<(usize, usize)> {
    let wanted: String = wanted.chars().filter(|&c| !is_invisible(c)).collect();
    let start = (first.start as usize).checked_sub(lead_len).filter(|&start| text.is_char_boundary(start))?;
    let mut there = text[start..].char_indices().filter(|&(_, c)| !is_invisible(c));
    let mut end = start;
    for c in wanted.chars() {
        let (at, found) = there.next()?;
        if c != found {
            return None;
        }
        end = start + at + c.len_utf8();
    }
    // `=ACME` is not what stands in "ACME's", and "U.S." holds `=U.S`.
    let dot = usize::from(text[end..].starts_with('.'));
    let complete = end >= last.full_end as usize || end + dot >= last.full_end as usize;
    let begins = lead_len == 0 || !ends_in_word(&text[..start]);
    let ends = end <= last.full_end as usize || !begins_with_word(&text[end..]);
    (complete && begins && ends).then_some((start, end))
}

fn symbol_range(text: &str, steps: &[Seen], symbols: &Symbols) -> Option<(usize, usize)> {
    let (first, last) = (steps.first()?, steps.last()?);
    let start = before_symbols(text, first.start as usize, &symbols.lead)?;
    if symbols.trail.is_empty() {
        return Some((start, last.end as usize));
    }
    Some((start, behind_symbols(text, last.end as usize, &symbols.trail)?))
}

/// Where `lead` begins if it ends at `at` and no word stands right before it.
fn before_symbols(text: &str, at: usize, lead: &str) -> Option<usize> {
    let mut start = at;
    let mut there = text[..at].char_indices().rev().filter(|&(_, c)| !is_invisible(c));
    for wanted in lead.chars().rev() {
        let (place, found) = there.next()?;
        if !same_symbol(wanted, found) {
            return None;
        }
        start = place;
    }
    (lead.is_empty() || !ends_in_word(&text[..start])).then_some(start)
}

/// Where `trail` ends if it begins at `at` and no word stands right behind it.
fn behind_symbols(text: &str, at: usize, trail: &str) -> Option<usize> {
    let mut end = at;
    let mut there = text[at..].char_indices().filter(|&(_, c)| !is_invisible(c));
    for wanted in trail.chars() {
        let (place, found) = there.next()?;
        if !same_symbol(wanted, found) {
            return None;
        }
        end = at + place + found.len_utf8();
    }
    (!begins_with_word(&text[end..])).then_some(end)
}

fn same_symbol(wanted: char, found: char) -> bool {
    plain_symbol(found) == wanted || (wanted == ' ' && found.is_whitespace())
}

fn ends_in_word(text: &str) -> bool {
    text.chars().rev().find(|&c| !is_invisible(c)).is_some_and(char::is_alphanumeric)
}

fn begins_with_word(text: &str) -> bool {
    text.chars().find(|&c| !is_invisible(c)).is_some_and(char::is_alphanumeric)
}

/// All places of several clauses, in order; of a loose phrase every end that it can have.
fn found_by_any(clauses: &[Clause], reading: &Reading<'_>) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for clause in clauses {
        let mut keep = |place| {
            all.push(place);
            ControlFlow::Continue(())
        };
        let _ = match &clause.seek {
            Seek::Words(words) => for_each_words(words, clause, reading, Ends::All, &mut keep),
            _ => for_each_found(clause, reading, &mut keep),
        };
    }
    all.sort_unstable_by_key(|found| (found.page, found.pos, found.last));
    all.dedup();
    all
}

/// Places that do not overlap, no more than asked for.
fn found_apart(clauses: &[Clause], reading: &Reading<'_>, most: usize) -> Vec<Found> {
    let mut all = found_by_any(clauses, reading);
    all.sort_unstable_by_key(|found| (found.page, found.last, found.pos));
    let mut apart: Vec<Found> = Vec::new();
    for found in all {
        let free = apart.last().is_none_or(|last| (last.page, last.last) < (found.page, found.pos));
        if free && apart.len() < most {
            apart.push(found);
        }
    }
    apart
}

/// Whether the words of every operand occur at all: most often they do not, and then nothing need be laid out.
fn may_hold(near: &Near, reading: &Reading<'_>) -> bool {
    near.operands.iter().all(|operand| {
        operand.iter().any(|clause| match &clause.seek {
            Seek::Word(atom) => !reading.seen(*atom).is_empty(),
            Seek::Words(words) => words.atoms.iter().all(|&atom| !reading.seen(atom).is_empty()),
            Seek::Bare(_) | Seek::Regex(_) => true,
        })
    })
}

/// The places of the last operand that a chain of the others leads to.
fn reached(near: &Near, reading: &Reading<'_>) -> Vec<Found> {
    let mut stages = near_stages(near, reading);
    stages.pop().unwrap_or_default()
}

/// For each operand its places that a chain of those before it leads to; what follows an empty stage is left out.
fn near_stages(near: &Near, reading: &Reading<'_>) -> Vec<Vec<Found>> {
    let Some((first, rest)) = near.operands.split_first() else { return Vec::new() };
    let mut stages = vec![found_by_any(first, reading)];
    for (operand, reach) in rest.iter().zip(&near.joins) {
        let before = Sorted::of(&stages[stages.len() - 1]);
        if before.by_last.is_empty() {
            return vec![Vec::new()];
        }
        let mut places = found_by_any(operand, reading);
        places.retain(|&place| before.near(place, *reach).is_some());
        stages.push(places);
    }
    stages
}

/// The places of a chain, for as many of its ends as are shown.
fn near_places(near: &Near, reading: &Reading<'_>) -> Vec<Found> {
    let stages = near_stages(near, reading);
    let sorted: Vec<Sorted> = stages.iter().map(|stage| Sorted::of(stage)).collect();
    let mut places = Vec::new();
    for &end in stages.iter().last().into_iter().flatten().take(MOST_HITS / near.operands.len().max(1)) {
        let mut chain = vec![end];
        for (before, reach) in sorted.iter().zip(&near.joins).rev() {
            chain.extend(before.near(chain[chain.len() - 1], *reach));
        }
        places.extend(chain.into_iter().rev());
    }
    places
}

/// Places by where they begin, and by where they end.
struct Sorted {
    by_pos: Vec<Found>,
    by_last: Vec<Found>,
}

impl Sorted {
    fn of(places: &[Found]) -> Self {
        let (mut by_pos, mut by_last) = (places.to_vec(), places.to_vec());
        by_pos.sort_unstable_by_key(|found| (found.page, found.pos));
        by_last.sort_unstable_by_key(|found| (found.page, found.last));
        Self { by_pos, by_last }
    }

    /// The nearest of these places that `place` may follow, or stand before if order does not count.
    fn near(&self, place: Found, reach: Reach) -> Option<Found> {
        let words = to_u32(reach.words);
        let before = self.by_last.partition_point(|other| (other.page, other.last) < (place.page, place.pos));
        let before = before.checked_sub(1).map(|index| self.by_last[index]);
        let before = before.filter(|other| other.page == place.page && place.pos - other.last - 1 <= words);
        let behind = || {
            let next = self.by_pos.partition_point(|other| (other.page, other.pos) <= (place.page, place.last));
            let next = self.by_pos.get(next).copied();
            next.filter(|other| other.page == place.page && other.pos - place.last - 1 <= words)
        };
        before.or_else(|| if reach.ordered { None } else { behind() })
    }
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
