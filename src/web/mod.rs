//! The pages: health for machines, and what a link in a mail leads to. One port, loopback unless configured otherwise.
//!
//! Must not change anything on GET, set a cookie, tell strangers the version, or hold a read transaction open. Every
//! answer passes through `gate`. A page that cannot be served never stops polling or sending.

mod gate;
mod health;
mod mute;
mod serve;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::get};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{clock::Clock, config::Web, store::Store};

/// How long to wait before a port that was taken is tried again.
const AFTER_ERROR: Duration = Duration::from_secs(30);
/// Bytes of a request's body, unless a route allows more.
const MAX_BODY: usize = 64 * 1024;

/// What the pages are made from.
#[derive(Clone)]
pub struct Site {
    pub store: Arc<Store>,
    pub clock: Clock,
}

/// Serves until `stop`; listens anew when a reload changes where. A port that is taken is told and tried again.
pub async fn run(site: Site, mut settings: watch::Receiver<Web>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let web = settings.borrow_and_update().clone();
        let closing = stop.child_token();
        let pause = async {
            match web.listen {
                None => std::future::pending().await,
                Some(address) => listen(&site, &web, address, closing.clone()).await,
            }
        };
        tokio::pin!(pause);
        tokio::select! {
            () = stop.cancelled() => {}
            _ = settings.changed() => {}
            () = &mut pause => continue,
        }
        closing.cancel();
        if web.listen.is_some() {
            pause.await;
        }
    }
}

/// Serves until `closing`, or waits a while where it cannot.
async fn listen(site: &Site, web: &Web, address: SocketAddr, closing: CancellationToken) {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            let bound = listener.local_addr().unwrap_or(address);
            info!(address = %bound, "the web pages listen");
            serve::serve(listener, routes(site.clone(), web), closing).await;
        }
        Err(failure) => {
            error!(%address, error = %failure, "the web pages cannot listen; trying again (see [web] listen)");
            tokio::select! {
                () = closing.cancelled() => {}
                () = tokio::time::sleep(AFTER_ERROR) => {}
            }
        }
    }
}

/// Every page there is.
fn routes(site: Site, web: &Web) -> Router {
    Router::new()
        .route("/healthz", get(health::is_alive))
        .route("/readyz", get(health::is_ready))
        .route("/mute/style.css", get(mute::style))
        .route("/mute/{ticket}", get(mute::ask).post(mute::act))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.\n") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(gate::Gate::new(web), gate::pass))
        .with_state(site)
}
