//! What is done now and then beside the loops: old stories leave the archive, and the database is looked after.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    clock::Clock,
    courier::Round,
    intake::{Rules, takers},
    store::{Error, Store, digests, keys, pages, retention},
};

const EVERY: Duration = Duration::from_secs(3600);
/// How soon it is noticed that the database's file was taken away: what is written after that is lost.
const GLANCE: Duration = Duration::from_secs(5);
/// Stories removed in one transaction: intake waits no longer than for these.
const BATCH: usize = 200;

pub(super) async fn run(store: Arc<Store>, rounds: watch::Receiver<Round>, clock: Clock, stop: CancellationToken) {
    let mut pruned = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(GLANCE) => store.check_place(),
        }
        if pruned.elapsed() < EVERY {
            continue;
        }
        pruned = Instant::now();
        let rules = Arc::clone(&rounds.borrow().rules);
        match prune(&store, rules, clock.now(), &stop).await {
            Ok(0) => {}
            Ok(stories) => info!(stories, "old stories removed from the archive"),
            Err(failure) => warn!(error = %failure, "old stories could not be removed"),
        }
    }
}

/// Removes what is older than the configuration wants to keep; gives the number of stories.
pub(super) async fn prune(
    store: &Store,
    rules: Arc<Rules>,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<usize, Error> {
    // What can still be joined stays, whatever is asked for.
    let retention = rules.config.storage.retention.max(rules.config.stories.window);
    let span = SignedDuration::try_from(retention).unwrap_or(SignedDuration::MAX);
    let before = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
    let given_up = store.write(move |transaction| {
        let takers = takers(transaction, &rules, now)?;
        digests::give_up(transaction, &takers, before, now)
    });
    match given_up.await? {
        0 => {}
        alerts => info!(alerts, "waited for digests that nobody takes, and are given up"),
    }
    let mut removed = 0;
    while !stop.is_cancelled() {
        let batch = store.write(move |transaction| retention::prune(transaction, before, BATCH)).await?;
        removed += batch;
        if batch < BATCH {
            store.write(move |transaction| retention::prune_digests(transaction, before)).await?;
            break;
        }
    }
    store.write(move |transaction| keys::forget(transaction, now)).await?;
    store.write(move |transaction| pages::forget(transaction, now)).await?;
    Ok(removed)
}
