//! The writer thread: the one place where transactions begin and end.
//!
//! What waits is done together in one transaction and is on the disk at once: one `fsync` for many polls. Each piece of
//! work stands in a savepoint of its own, so that one that fails takes nothing of the others along. Nobody is answered
//! before all of it is on the disk.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use super::{Error, trouble::Trouble};

/// Pieces of work waiting for the writer; more than this and those who bring them wait (back-pressure).
const QUEUE: usize = 64;

/// Pieces of work in one transaction at most: whoever is waiting for the first of them is not to wait long.
const TOGETHER: usize = 16;

/// Work, or the reason why none can be done.
type Job = Box<dyn FnOnce(Result<&Transaction<'_>, Error>) -> Done + Send>;

/// Work that has been done and is not on the disk yet.
struct Done {
    failure: Option<Error>,
    /// Told whether it has come to be on the disk, puts memory right and answers whoever waits.
    settle: Box<dyn FnOnce(Result<(), Error>)>,
}

pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    thread: Mutex<Option<JoinHandle<()>>>,
    trouble: Arc<Trouble>,
}

impl Writer {
    pub(super) fn start(mut connection: Connection) -> Result<Self, Error> {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    work_off(&mut connection, job, &mut queue);
                }
                // A clean stop leaves one file behind instead of three.
                let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
            })
            .map_err(|error| Error::Refused(format!("cannot start the writer thread: {error}")))?;
        Ok(Self { jobs, thread: Mutex::new(Some(thread)), trouble: Arc::default() })
    }

    pub(super) fn trouble(&self) -> Arc<Trouble> {
        Arc::clone(&self.trouble)
    }

    pub(super) async fn run<T, F, S>(&self, work: F, settle: S) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
        S: FnOnce(bool) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let trouble = self.trouble();
        let job: Job = Box::new(move |transaction| {
            let (value, failure) = match transaction.and_then(|transaction| attempt(transaction, work)) {
                Ok(value) => (Some(value), None),
                Err(failure) => (None, Some(failure)),
            };
            let settle = move |stored: Result<(), Error>| {
                let result = stored.and_then(|()| value.ok_or(Error::Stopped));
                settle(result.is_ok());
                if let Err(failure) = &result {
                    trouble.report(failure);
                }
                // Nobody waiting any more is fine: the work itself is done and on the disk.
                let _ = reply.send(result);
            };
            Done { failure, settle: Box::new(settle) }
        });
        self.jobs.send(job).await.map_err(|_| Error::Stopped)?;
        answer.await.map_err(|_| Error::Stopped)?
    }

    pub(super) async fn stop(self) -> Result<(), Error> {
        drop(self.jobs);
        let thread = self.thread.into_inner().ok().flatten();
        tokio::task::spawn_blocking(move || match thread.map(JoinHandle::join) {
            Some(Err(panic)) => Err(Error::Panicked(panic_text(panic.as_ref()))),
            _ => Ok(()),
        })
        .await
        .map_err(|_| Error::Stopped)?
    }
}

/// A panic over one hostile entry must not end the thread that everything is stored through.
fn attempt<T>(
    transaction: &Transaction<'_>,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(|| work(transaction)))
        .unwrap_or_else(|panic| Err(Error::Panicked(panic_text(panic.as_ref()))))
}

/// Does one piece of work, and what waits behind it, in one transaction.
fn work_off(connection: &mut Connection, first: Job, queue: &mut mpsc::Receiver<Job>) {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(failure) => {
            let Done { failure, settle } = first(Err(failure.into()));
            return settle(failure.map_or(Ok(()), Err));
        }
    };
    if queue.is_empty() {
        return alone(transaction, first);
    }
    let mut done: Vec<Done> = Vec::new();
    let mut next = Some(first);
    while let Some(job) = next {
        let Done { failure, settle } = within_savepoint(&transaction, job);
        match failure {
            // SQLite has taken back the whole transaction, and all that was done in it.
            Some(failure) if transaction.is_autocommit() => {
                let told = failure.again();
                settle(Err(failure));
                return settle_all(done, Err(told));
            }
            Some(failure) => settle(Err(failure)),
            None => done.push(Done { failure: None, settle }),
        }
        next = if done.len() < TOGETHER { queue.try_recv().ok() } else { None };
    }
    settle_all(done, transaction.commit().map_err(Error::from));
}

fn alone(transaction: Transaction<'_>, job: Job) {
    let Done { failure, settle } = job(Ok(&transaction));
    settle(match failure {
        None => transaction.commit().map_err(Error::from),
        Some(failure) => Err(undone(transaction, failure)),
    });
}

/// Does a piece of work so that it alone can be taken back, and takes it back where it fails.
fn within_savepoint(transaction: &Transaction<'_>, job: Job) -> Done {
    let run = |sql: &str| Ok::<_, Error>(transaction.prepare_cached(sql)?.execute([]).map(drop)?);
    let done = match run("SAVEPOINT work") {
        Ok(()) => job(Ok(transaction)),
        Err(failure) => return job(Err(failure)),
    };
    let ended = match &done.failure {
        None => run("RELEASE work"),
        Some(_) if transaction.is_autocommit() => Ok(()),
        Some(_) => run("ROLLBACK TO work").and_then(|()| run("RELEASE work")),
    };
    match ended {
        Ok(()) => done,
        // Where that fails nobody knows what stands in the transaction: none of it is kept.
        Err(failure) => {
            let _ = transaction.execute_batch("ROLLBACK");
            Done { failure: Some(failure), ..done }
        }
    }
}

/// The latest first where nothing is stored: memory is put right in the order opposite to that of the work.
fn settle_all(done: Vec<Done>, stored: Result<(), Error>) {
    let Err(failure) = stored else {
        return done.into_iter().for_each(|done| (done.settle)(Ok(())));
    };
    done.into_iter().rev().for_each(|done| (done.settle)(Err(failure.again())));
}

/// Rolls back. On a full disk SQLite has done so already and calls the second time an error, which would stand in
/// place of the first.
fn undone(transaction: Transaction<'_>, error: Error) -> Error {
    if transaction.is_autocommit() {
        return error;
    }
    match transaction.rollback() {
        Ok(()) => error,
        Err(failure) => failure.into(),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use jiff::Timestamp;

    use super::*;
    use crate::store::{Store, open_reader, stories};

    struct Bench {
        store: Store,
        settled: Arc<Mutex<Vec<(&'static str, bool)>>>,
        folder: tempfile::TempDir,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("a.db"), Timestamp::UNIX_EPOCH).unwrap();
            Self { store, settled: Arc::default(), folder }
        }

        /// Stores a story of this name, then does `also`.
        async fn work(
            &self,
            name: &'static str,
            also: impl FnOnce(&Transaction<'_>) -> Result<(), Error> + Send + 'static,
        ) -> Result<(), Error> {
            let settled = Arc::clone(&self.settled);
            let work = move |transaction: &Transaction<'_>| {
                stories::found(transaction, name, Timestamp::UNIX_EPOCH)?;
                also(transaction)
            };
            self.store.write_settled(work, move |kept| settled.lock().unwrap().push((name, kept))).await
        }

        /// Holds the writer until the end of the present turn, so that everything asked for in it waits together.
        async fn hold(&self) {
            let (let_go, held) = mpsc::channel::<()>();
            let hold = self.store.write(move |_| {
                let _let_go = held.recv();
                Ok(())
            });
            let _either_way = tokio::join!(hold, let_go_later(let_go));
        }

        fn settled(&self) -> Vec<(&'static str, bool)> {
            std::mem::take(&mut self.settled.lock().unwrap())
        }

        async fn stored(&self) -> Vec<String> {
            let read = |connection: &Connection| {
                let mut statement = connection.prepare("SELECT headline FROM story ORDER BY id")?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.map(|row| row.map_err(Error::from)).collect()
            };
            self.store.read(read).await.unwrap()
        }
    }

    async fn let_go_later(let_go: mpsc::Sender<()>) {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        drop(let_go);
    }

    #[tokio::test]
    async fn what_waits_is_committed_together_and_a_failure_costs_only_itself() {
        let bench = Bench::new();
        let path = bench.folder.path().join("a.db");
        let count = move || open_reader(&path).and_then(|reader| stories::count(&reader));
        let (_, one, refused, panicked, two) = tokio::join!(
            bench.hold(),
            bench.work("one", |_| Ok(())),
            bench.work("refused", |_| Err(Error::Refused("no".to_owned()))),
            bench.work("panicked", |_| panic!("hostile entry")),
            bench.work("two", move |_| if count()? == 0 { Ok(()) } else { Err(Error::Stopped) }),
        );
        one.unwrap();
        assert!(matches!(refused, Err(Error::Refused(_))) && matches!(panicked, Err(Error::Panicked(_))));
        two.expect("the first piece of work is not committed before the last is done");
        assert_eq!(bench.stored().await, ["one", "two"]);
        assert_eq!(bench.settled(), [("refused", false), ("panicked", false), ("one", true), ("two", true)]);
    }

    #[tokio::test]
    async fn when_all_is_taken_back_everybody_learns_it_the_latest_first() {
        let bench = Bench::new();
        // What SQLite does by itself when the disk is full.
        let give_up = |transaction: &Transaction<'_>| {
            transaction.execute_batch("ROLLBACK")?;
            Err(Error::Refused("full".to_owned()))
        };
        let (_, one, two, lost, after) = tokio::join!(
            bench.hold(),
            bench.work("one", |_| Ok(())),
            bench.work("two", |_| Ok(())),
            bench.work("lost", give_up),
            bench.work("after", |_| Ok(())),
        );
        for result in [one, two, lost] {
            assert!(matches!(result, Err(Error::Refused(text)) if text == "full"));
        }
        after.unwrap();
        assert_eq!(bench.stored().await, ["after"]);
        assert_eq!(bench.settled(), [("lost", false), ("two", false), ("one", false), ("after", true)]);
    }

    #[test]
    fn a_failure_keeps_its_kind_when_it_is_told_again() {
        let full = || rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None);
        assert!(matches!(Error::from(full()).again(), Error::Full(_)));
        let damaged = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), None);
        assert!(Error::from(damaged).again().is_fatal());
    }
}
