//! Standard output: lines and JSON values, with nothing in them that could steer a terminal.

use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use crate::entry::is_invisible;

/// Buffered standard output; flushed when dropped, or with an error by [`Out::end`].
pub(super) struct Out {
    stdout: BufWriter<StdoutLock<'static>>,
}

impl Out {
    pub(super) fn new() -> Self {
        Self { stdout: BufWriter::with_capacity(1 << 16, io::stdout().lock()) }
    }

    /// One line; control characters in it are dropped.
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.stdout, "{}", plain(text.as_ref()))
    }

    /// Text of several lines as it stands; control characters other than line breaks and tabs are dropped.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        let kept: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
        self.stdout.write_all(kept.as_bytes())
    }

    /// One JSON value on one line.
    pub(super) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.stdout, value)?;
        writeln!(self.stdout)
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Without what steers a terminal or turns the order of letters: stored text has none, but addresses, titles of feeds
/// and errors come from elsewhere.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).collect()
}

/// The reader of our output has gone (`| head`): nothing failed.
pub(super) fn is_broken_pipe(failure: &anyhow::Error) -> bool {
    failure.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|e| e.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}
