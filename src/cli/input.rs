//! Input of the commands that read: a file or standard input, whole or in lines.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result};

use super::out::plain;
use crate::entry::{Doubt, LineEntry, from_json_line};

/// Longest line read, in bytes: an endless one must not fill memory.
const LONGEST: u64 = 64 * 1_024 * 1_024;
/// Letters of a value that are shown.
const SHOWN: usize = 80;

/// `-` or nothing is standard input.
pub(super) fn open(path: Option<&Path>) -> Result<Box<dyn BufRead>> {
    match path.filter(|path| path.as_os_str() != "-") {
        None => Ok(Box::new(BufReader::new(io::stdin()))),
        Some(path) => {
            let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
            Ok(Box::new(BufReader::new(file)))
        }
    }
}

/// All bytes, as far as `limit`; more is an error.
pub(super) fn read_limited(path: Option<&Path>, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    anyhow::ensure!(bytes.len() as u64 <= limit, "the document is larger than {limit} bytes");
    Ok(bytes)
}

/// Every JSON line as an entry, in their order.
pub(super) fn entries(path: Option<&Path>) -> Result<Entries> {
    let name = path.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    Ok(Entries { input: open(path)?, name, line: 0, bad: 0, doubts: BTreeMap::new() })
}

/// Reads on behind a line that is no entry: it is named on standard error, and makes the command fail at its end.
pub(super) struct Entries {
    input: Box<dyn BufRead>,
    name: String,
    line: usize,
    bad: usize,
    /// How often a kind of doubt was met.
    doubts: BTreeMap<&'static str, usize>,
}

impl Entries {
    /// What the command ends with.
    pub(super) fn code(&self) -> ExitCode {
        if self.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Number of the line read last, from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Says what is wrong with the line read last.
    pub(super) fn refuse(&mut self, why: &str) {
        self.bad += 1;
        eprintln!("storywatch: {}:{}: {}", self.name, self.line, plain(why));
    }

    /// Says what is doubtful about the line read last: once of a kind, the others are counted.
    pub(super) fn doubt(&mut self, doubt: &Doubt) {
        let times = self.doubts.entry(doubt.what).or_default();
        *times += 1;
        if *times == 1 {
            eprintln!("storywatch: {}:{}: {}: {:?}", self.name, self.line, doubt.what, shown(&doubt.value));
        }
    }

    /// Says how many doubts of a kind were not told one by one.
    fn sum_up(&mut self) {
        for (what, times) in std::mem::take(&mut self.doubts).into_iter().filter(|(_, times)| *times > 1) {
            eprintln!("storywatch: {}: {} more lines: {what}", self.name, times - 1);
        }
    }

    fn read(&mut self) -> Result<Option<Result<LineEntry, String>>> {
        let mut bytes = Vec::new();
        while self.next_line(&mut bytes).with_context(|| format!("cannot read {}", self.name))? {
            self.line += 1;
            // A file that was appended to another has its mark in the middle.
            let line = bytes.strip_prefix(b"\xEF\xBB\xBF".as_slice()).unwrap_or(&bytes).trim_ascii();
            if bytes.len() as u64 > LONGEST {
                return Ok(Some(Err(format!("the line is longer than {LONGEST} bytes"))));
            }
            if !line.is_empty() {
                let text = str::from_utf8(line).map_err(|error| format!("no JSON: {error}"));
                return Ok(Some(text.and_then(|text| from_json_line(text).map_err(|error| error.to_string()))));
            }
        }
        Ok(None)
    }

    /// The next line, of which no more is kept than one byte too many; false at the end.
    fn next_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        bytes.clear();
        self.input.by_ref().take(LONGEST + 1).read_until(b'\n', bytes)?;
        if bytes.len() as u64 > LONGEST && bytes.last() != Some(&b'\n') {
            self.input.skip_until(b'\n')?;
        }
        Ok(!bytes.is_empty())
    }
}

/// As much of a value as is shown.
pub(super) fn shown(value: &str) -> String {
    value.chars().take(SHOWN).collect()
}

impl Iterator for Entries {
    type Item = Result<LineEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read() {
                Ok(Some(Ok(entry))) => {
                    entry.doubts.iter().for_each(|doubt| self.doubt(doubt));
                    return Some(Ok(entry));
                }
                Ok(Some(Err(bad))) => self.refuse(&bad),
                Ok(None) => {
                    self.sum_up();
                    return None;
                }
                Err(failure) => return Some(Err(failure)),
            }
        }
    }
}
