//! Whether the database can still be trusted: once it cannot, the process must end rather than go on.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::Error;

/// What took the trust away, told to whoever waits for it.
#[derive(Default)]
pub(super) struct Trouble {
    found: Mutex<Option<String>>,
    told: Notify,
}

impl Trouble {
    /// Keeps the first failure after which going on could do harm; others are for those who met them.
    pub(super) fn report(&self, failure: &Error) {
        if failure.is_fatal() {
            self.found.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| failure.to_string());
            self.told.notify_one();
        }
    }

    /// Waits, for ever if all goes well.
    pub(super) async fn wait(&self) -> String {
        loop {
            if let Some(what) = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone() {
                return what;
            }
            self.told.notified().await;
        }
    }
}
