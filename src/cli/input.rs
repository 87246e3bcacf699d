//! Input of the commands that read: a file or standard input, whole or in lines.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result};

use super::out::plain;
use crate::entry::{LineEntry, from_json_line};

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
    Ok(Entries { input: open(path)?, name, line: 0, bad: 0 })
}

/// Reads on behind a line that is no entry: it is named on standard error, and makes the command fail at its end.
pub(super) struct Entries {
    input: Box<dyn BufRead>,
    name: String,
    line: usize,
    bad: usize,
}

impl Entries {
    /// What the command ends with.
    pub(super) fn code(&self) -> ExitCode {
        if self.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn read(&mut self) -> Result<Option<Result<LineEntry, String>>> {
        let mut bytes = Vec::new();
        while self.input.read_until(b'\n', &mut bytes).with_context(|| format!("cannot read {}", self.name))? > 0 {
            self.line += 1;
            let mark = if self.line == 1 { b"\xEF\xBB\xBF".as_slice() } else { &[] };
            let line = bytes.strip_prefix(mark).unwrap_or(&bytes).trim_ascii();
            if !line.is_empty() {
                let text = str::from_utf8(line).map_err(|error| error.to_string());
                return Ok(Some(text.and_then(|text| from_json_line(text).map_err(|error| error.to_string()))));
            }
            bytes.clear();
        }
        Ok(None)
    }
}

impl Iterator for Entries {
    type Item = Result<LineEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read() {
                Ok(Some(Ok(entry))) => return Some(Ok(entry)),
                Ok(Some(Err(bad))) => {
                    self.bad += 1;
                    eprintln!("storywatch: {}:{}: {}", self.name, self.line, plain(&bad));
                }
                Ok(None) => return None,
                Err(failure) => return Some(Err(failure)),
            }
        }
    }
}
