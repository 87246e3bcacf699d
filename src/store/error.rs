//! What can go wrong with the database, in the kinds that call for different answers.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no database at {}; `storywatch run` or `storywatch poll` makes one", .0.display())]
    Missing(PathBuf),
    #[error("the database {} is in use by process {pid}", path.display())]
    Locked { path: PathBuf, pid: String },
    #[error("{} is not a Storywatch database; it has been left as it is", .0.display())]
    Foreign(PathBuf),
    #[error("the database has schema version {found}, this program knows version {known}: install the matching one")]
    Newer { found: usize, known: usize },
    #[error("the database {} is damaged ({found}); it has been left as it is: restore a backup", path.display())]
    Corrupt { path: PathBuf, found: String },
    #[error("cannot open {}: {source}", path.display())]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("cannot make {}: {source}", path.display())]
    Make { path: PathBuf, source: io::Error },
    #[error("the schema could not be brought up to date: {0}")]
    Migration(String),
    #[error("the disk is full")]
    Full(#[source] rusqlite::Error),
    #[error("the database cannot be written: {0}")]
    ReadOnly(#[source] rusqlite::Error),
    #[error("reading or writing the database's files failed: {0}")]
    Io(#[source] rusqlite::Error),
    #[error("another process holds the database")]
    Busy(#[source] rusqlite::Error),
    #[error("the work on the database panicked and was undone: {0}")]
    Panicked(String),
    #[error("the store has been closed")]
    Stopped,
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl Error {
    /// Whether the same work may succeed later without anybody's help but time's (or more room on the disk).
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Busy(_) | Self::Io(_) | Self::ReadOnly(_))
    }

    /// Whether trust in the file is gone: going on could do harm.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::Stopped)
    }

    /// Names the file where SQLite's own words do not.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::Sqlite(source) => match source.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => Self::Foreign(path.to_owned()),
                Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path: path.to_owned(), found: source.to_string() },
                _ => Self::Open { path: path.to_owned(), source },
            },
            other => other,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        // On a full disk a WAL database fails to grow its shared-memory file before it ever says SQLITE_FULL.
        const IOERR_SHMSIZE: i32 = 4874;
        let extended = error.sqlite_error().map_or(0, |e| e.extended_code);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::SystemIoFailure) if extended == IOERR_SHMSIZE => Self::Full(error),
            Some(ErrorCode::SystemIoFailure) => Self::Io(error),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            _ => Self::Sqlite(error),
        }
    }
}
