//! SQLite: everything that is remembered. One writer thread, readers beside it, one transaction for each piece of
//! work that must be whole.
//!
//! Must not decide anything and must not read the clock. SQL stands nowhere else.

mod alerts_of_one;
mod error;
mod instance;
mod standing;
#[cfg(test)]
mod tests;
mod trouble;
mod writer;

pub mod alerts;
pub mod digests;
pub mod entries;
pub mod feeds;
pub mod inquiry;
pub mod keys;
pub mod lanes;
pub mod life;
pub mod notices;
pub mod outbox;
pub mod pages;
pub mod regrouping;
pub mod retention;
pub mod search;
pub mod silences;
pub mod stories;
pub mod story_keys;
pub mod subscriptions;
pub mod watches;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction};
use rusqlite_migration::{M, Migrations};

pub use error::Error;
use instance::InstanceLock;
use writer::Writer;

/// "STWT": stands in the header of every database of ours.
const APPLICATION_ID: i32 = 0x5354_5754;

/// Longer than any transaction of ours, short enough that a stuck foreign process is noticed.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Up to this size the pages are checked before the daemon is ready; a larger file would hold the start up.
const CHECKED_AT_START: u64 = 256 << 20;

/// Idle read connections kept for the next reader.
const SPARE_READERS: usize = 4;

const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../../migrations/0001_initial.sql")),
    M::up(include_str!("../../migrations/0002_notices.sql")),
    M::up(include_str!("../../migrations/0003_feed_health.sql")),
    M::up(include_str!("../../migrations/0004_regrouping.sql")),
    M::up(include_str!("../../migrations/0005_watches.sql")),
    M::up(include_str!("../../migrations/0006_digests.sql")),
    M::up(include_str!("../../migrations/0007_channels.sql")),
    M::up(include_str!("../../migrations/0008_silences.sql")),
    M::up(include_str!("../../migrations/0009_websub.sql")),
    M::up(include_str!("../../migrations/0010_pages.sql")),
];

/// The database, opened for writing by this process alone.
pub struct Store {
    writer: Writer,
    readers: Readers,
    /// Device and number of the file, as it was opened.
    file: (u64, u64),
    _lock: InstanceLock,
}

impl Store {
    /// Opens the database at `path`, makes it where there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it open for writing, [`Error::Foreign`] and [`Error::Newer`] when
    /// the file is not ours or of a later version, [`Error::Corrupt`] when its pages are damaged. A file that cannot
    /// be used is left as it is: nothing is ever created over it.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, Error> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_private_folder(folder)?;
        }
        let lock = InstanceLock::take(path)?;
        make_private_file(path)?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        prepare(&mut connection, path, now)?;
        let file = identity(path).map_err(|cause| Error::Make { path: path.to_owned(), cause })?;
        Ok(Self { writer: Writer::start(connection)?, readers: Readers::new(path), file, _lock: lock })
    }

    /// Looks whether the path still leads to the file that is open; [`Store::failed`] is told if not.
    pub fn check_place(&self) {
        let path = &self.readers.path;
        if identity(path).ok() != Some(self.file) {
            self.writer.trouble().report(&Error::Gone(path.as_ref().clone()));
        }
    }

    /// Waits until the database cannot be trusted any more, and tells why: the process must end then.
    pub async fn failed(&self) -> String {
        self.writer.trouble().wait().await
    }

    /// Runs `work` on the writer thread, in a transaction that other work may share: all of it is on the disk when this
    /// returns `Ok`, none of it otherwise.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.write_settled(work, |_| ()).await
    }

    /// As [`Store::write`]; `settle` learns on the writer thread whether the work was committed. What memory holds
    /// beside the database is put right there. Other work may have been done between the two, as several pieces are
    /// committed together; work that was not is settled before any other begins, the latest first.
    pub async fn write_settled<T, F, S>(&self, work: F, settle: S) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
        S: FnOnce(bool) + Send + 'static,
    {
        self.writer.run(work, settle).await
    }

    /// Runs `work` on a read connection, beside the writer.
    pub async fn read<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    {
        let readers = self.readers.clone();
        tokio::task::spawn_blocking(move || readers.with(work)).await.map_err(|_| Error::Stopped)?
    }

    /// Waits for the work in hand and closes the database.
    pub async fn close(self) -> Result<(), Error> {
        let Self { writer, readers, _lock, .. } = self;
        // The last connection to close tidies up the files beside the database: that is to be the writer's.
        drop(readers);
        writer.stop().await
    }
}

/// Opens an existing database for reading, beside whoever writes to it.
///
/// # Errors
/// [`Error::Missing`] when there is none, else as [`Store::open`].
pub fn open_reader(path: &Path) -> Result<Connection, Error> {
    if !path.exists() {
        return Err(Error::Missing(path.to_owned()));
    }
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check_ours(&connection, path)?;
    let version = schema_version(&connection).map_err(|error| error.at(path))?;
    if version != MIGRATIONS.len() {
        return Err(Error::Newer { found: version, known: MIGRATIONS.len() });
    }
    Ok(connection)
}

/// Opens an existing database for a short change from the command line, beside a running daemon.
///
/// # Errors
/// As [`open_reader`].
pub fn open_beside(path: &Path) -> Result<Connection, Error> {
    drop(open_reader(path)?);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    durable(&connection)?;
    Ok(connection)
}

#[derive(Clone)]
struct Readers {
    path: Arc<PathBuf>,
    spare: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    fn new(path: &Path) -> Self {
        Self { path: Arc::new(path.to_owned()), spare: Arc::default() }
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match spare {
            Some(connection) => connection,
            None => connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let result = work(&connection);
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_READERS {
            spare.push(connection);
        }
        result
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| Error::from(error).at(path))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// `FULL`: with `NORMAL` a power cut takes acknowledged transactions along.
fn durable(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

fn prepare(connection: &mut Connection, path: &Path, now: Timestamp) -> Result<(), Error> {
    let is_new = schema_objects(connection).map_err(|error| error.at(path))? == 0;
    if is_new {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    } else {
        check_ours(connection, path)?;
        check_pages(connection, path)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    durable(connection)?;
    let version = schema_version(connection)?;
    if version > MIGRATIONS.len() {
        return Err(Error::Newer { found: version, known: MIGRATIONS.len() });
    }
    Migrations::from_slice(MIGRATIONS).to_latest(connection).map_err(|error| Error::Migration(error.to_string()))?;
    instance::make_token(connection, now)
}

fn schema_objects(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?)
}

fn schema_version(connection: &Connection) -> Result<usize, Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn check_ours(connection: &Connection, path: &Path) -> Result<(), Error> {
    let id: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| Error::from(error).at(path))?;
    if id == APPLICATION_ID { Ok(()) } else { Err(Error::Foreign(path.to_owned())) }
}

fn check_pages(connection: &Connection, path: &Path) -> Result<(), Error> {
    if std::fs::metadata(path).map_or(0, |meta| meta.len()) > CHECKED_AT_START {
        return Ok(());
    }
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| Error::from(error).at(path))?;
    if found == "ok" { Ok(()) } else { Err(Error::Corrupt { path: path.to_owned(), found }) }
}

fn make_private_folder(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|cause| Error::Make { path: folder.to_owned(), cause })
}

/// Device and number of a file.
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// SQLite would make the file readable by others; the files beside it (-wal, -shm) follow its mode.
fn make_private_file(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::Make { path: path.to_owned(), cause })
        }
        _ => Ok(()),
    }
}

/// The database's own random token.
pub fn instance_token(connection: &Connection) -> Result<String, Error> {
    Ok(connection.query_row("SELECT token FROM instance", [], |row| row.get(0))?)
}

/// The key that signs the links in mails.
pub fn signing_key(connection: &Connection) -> Result<Vec<u8>, Error> {
    Ok(connection.query_row("SELECT key FROM signing_key", [], |row| row.get(0))?)
}

fn seconds(time: Timestamp) -> i64 {
    time.as_second()
}

/// Times outside jiff's years cannot have been stored by us; they are shown as 1970.
fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn optional_time(seconds: Option<i64>) -> Option<Timestamp> {
    seconds.map(time)
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("lists and maps of strings are JSON")
}

fn from_json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}
