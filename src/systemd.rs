//! What the service manager is told: ready, status, stopping, still alive. All of it is silent without systemd.

use std::time::Duration;

use sd_notify::NotifyState;
use tracing::warn;

/// The first load has succeeded and the loops are running.
pub fn ready(status: &str) {
    notify(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// One line for `systemctl status`.
pub fn status(status: &str) {
    notify(&[NotifyState::Status(status)]);
}

/// The daemon is draining.
pub fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// The loops have moved on since the last call.
pub fn alive() {
    notify(&[NotifyState::Watchdog]);
}

/// How often the watchdog wants to hear of progress, if it is on for this process.
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        warn!(%error, "the service manager could not be told");
    }
}
