//! One instance per database: a lock file that the kernel lets go of with the process, and the database's own token.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::Connection;

use super::{Error, seconds};

/// `S100000`, the first id of six digits.
const FIRST_STORY: i64 = 1 << 25;

/// Held for as long as the store is open.
pub(super) struct InstanceLock {
    _file: File,
}

impl InstanceLock {
    pub(super) fn take(database: &Path) -> Result<Self, Error> {
        let path = lock_path(database);
        let io = |cause| Error::Make { path: path.clone(), cause };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                file.read_to_string(&mut pid).map_err(io)?;
                // The other one may have the lock and not yet have written down who it is.
                let pid = Some(pid.trim()).filter(|pid| !pid.is_empty()).unwrap_or("(just starting)").to_owned();
                return Err(Error::Locked { path: database.to_owned(), pid });
            }
            Err(TryLockError::Error(cause)) => return Err(io(cause)),
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}

/// Beside the file itself, whatever links lead to it.
fn lock_path(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| database.to_owned());
    let mut name = OsString::from(real);
    name.push(".lock");
    PathBuf::from(name)
}

/// Gives a new database its token, and any database that has none its key.
pub(super) fn make_token(connection: &Connection, now: Timestamp) -> Result<(), Error> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::Refused(format!("no random numbers to be had: {error}")))?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Story ids begin somewhere among the six-digit ones: readable from the first, and not the same in two databases.
    let first = FIRST_STORY + i64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]));
    connection.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'story', ?1
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'story')",
        [first],
    )?;
    connection.execute(
        "INSERT INTO instance (id, token, created) VALUES (1, ?1, ?2) ON CONFLICT (id) DO NOTHING",
        (token, seconds(now)),
    )?;
    let mut key = [0u8; 32];
    getrandom::fill(&mut key).map_err(|error| Error::Refused(format!("no random numbers to be had: {error}")))?;
    connection.execute("INSERT INTO signing_key (id, key) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING", [key])?;
    Ok(())
}
