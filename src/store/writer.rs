//! The writer thread: the one place where transactions begin and end.

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

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

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
                    job(&mut connection);
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
        let job: Job = Box::new(move |connection| {
            let result = transact(connection, work);
            settle(result.is_ok());
            if let Err(failure) = &result {
                trouble.report(failure);
            }
            // Nobody waiting any more is fine: the work itself is done and on the disk.
            let _ = reply.send(result);
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

fn transact<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // A panic over one hostile entry must not end the thread that everything is stored through.
    match catch_unwind(AssertUnwindSafe(|| work(&transaction))) {
        Ok(Ok(value)) => {
            transaction.commit()?;
            Ok(value)
        }
        Ok(Err(error)) => Err(undone(transaction, error)),
        Err(panic) => Err(undone(transaction, Error::Panicked(panic_text(panic.as_ref())))),
    }
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
