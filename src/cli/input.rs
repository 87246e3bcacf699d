//! Input of the commands that read: a file or standard input, whole or in lines.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use anyhow::{Context as _, Result};

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

/// Every JSON line as an entry; a line that is none ends with an error that names it.
pub(super) fn entries(path: Option<&Path>) -> Result<impl Iterator<Item = Result<LineEntry>>> {
    let name = path.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    let lines = open(path)?.lines().enumerate();
    let filled = lines.filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty()));
    Ok(filled.map(move |(number, line)| {
        let line = line.with_context(|| format!("cannot read {name}"))?;
        from_json_line(&line).with_context(|| format!("{name}:{}", number + 1))
    }))
}
