//! What can go wrong with the database, in the kinds that call for different answers.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::ErrorCode;

/// A failure of the store. What SQLite or the system says of it is part of the text, not a source beneath it.
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
    #[error("cannot open {}: {cause}", path.display())]
    Open { path: PathBuf, cause: rusqlite::Error },
    #[error("cannot make {}: {cause}", path.display())]
    Make { path: PathBuf, cause: io::Error },
    #[error("the database {} has been removed or replaced while it was in use", .0.display())]
    Gone(PathBuf),
    #[error("the schema could not be brought up to date: {0}")]
    Migration(String),
    #[error("the disk is full")]
    Full(rusqlite::Error),
    #[error("the database cannot be written: {0}")]
    ReadOnly(rusqlite::Error),
    #[error("reading or writing the database's files failed: {0}")]
    Io(rusqlite::Error),
    #[error("the database is damaged: {0}; restore a backup")]
    Damaged(rusqlite::Error),
    #[error("another process holds the database")]
    Busy(rusqlite::Error),
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
    /// Whether trust in the file is gone: going on could do harm. After a failed `fsync` nobody knows what is on the
    /// disk, and asking again may answer that all is well.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Corrupt { .. } | Self::Damaged(_) | Self::Io(_) | Self::Gone(_))
    }

    /// The same failure once more, for others that it has met.
    pub(super) fn again(&self) -> Self {
        let (Self::Full(cause)
        | Self::ReadOnly(cause)
        | Self::Io(cause)
        | Self::Damaged(cause)
        | Self::Busy(cause)
        | Self::Sqlite(cause)) = self
        else {
            return Self::Refused(self.to_string());
        };
        match cause.sqlite_error() {
            Some(code) => rusqlite::Error::SqliteFailure(*code, Some(cause.to_string())).into(),
            None => Self::Refused(self.to_string()),
        }
    }

    /// Names the file where SQLite's own words do not.
    pub(super) fn at(self, path: &Path) -> Self {
        match self {
            Self::Damaged(cause) => Self::Corrupt { path: path.to_owned(), found: cause.to_string() },
            Self::Sqlite(cause) if cause.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                Self::Foreign(path.to_owned())
            }
            Self::Sqlite(cause) => Self::Open { path: path.to_owned(), cause },
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
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error),
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            _ => Self::Sqlite(error),
        }
    }
}
