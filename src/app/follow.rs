//! Follows what other processes do to stories (`storywatch story merge` and `split`), so that the index in memory and the
//! database stay one.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{clock::Clock, courier::Round, intake::Intake, store::Store};

/// Every intake looks too; this is for the time between.
const EVERY: Duration = Duration::from_secs(3);

pub(super) async fn run(
    store: Arc<Store>,
    intake: Intake,
    rounds: watch::Receiver<Round>,
    clock: Clock,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        let rules = Arc::clone(&rounds.borrow().rules);
        if let Err(failure) = intake.follow(&store, rules, clock.now()).await {
            warn!(error = %failure, "merges and splits made by hand could not be followed; trying again");
        }
    }
}
