//! For supervisors and load balancers: does the process live, and can it work.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};

use super::Site;
use crate::store;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The process answers.
pub(super) async fn is_alive() -> &'static str {
    "ok\n"
}

/// The database can be read and its writer answers; strangers are not told what is wrong, the log is.
pub(super) async fn is_ready(State(site): State<Site>) -> (StatusCode, &'static str) {
    let probe = async {
        site.store.read(|connection| store::instance_token(connection).map(drop)).await?;
        site.store.write(|_| Ok(())).await
    };
    match tokio::time::timeout(PATIENCE, probe).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(failure)) => {
            tracing::warn!(error = %failure, "not ready: the database fails");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    }
}
