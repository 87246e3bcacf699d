//! The pages: health for machines, what a link in a mail leads to, and where hubs push. One port, loopback unless
//! configured otherwise.
//!
//! Must not change anything on GET (but that a hub confirms what we asked it for, as WebSub has it), set a cookie, tell strangers the version, or hold a read transaction open. Every
//! answer passes through `gate`. A page that cannot be served never stops polling or sending.

mod gate;
mod health;
mod mute;
mod push;
mod serve;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::StatusCode,
    middleware,
    routing::get,
};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, watch},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::{
    clock::Clock,
    config::{Config, Web},
    store::Store,
};

/// How long to wait before a port that was taken is tried again.
const AFTER_ERROR: Duration = Duration::from_secs(30);
/// Bytes of a request's body, unless a route allows more.
const MAX_BODY: usize = 64 * 1024;

/// What the pages are made from.
#[derive(Clone)]
pub struct Site {
    pub store: Arc<Store>,
    pub clock: Clock,
    /// Told when a hub has sent or confirmed something.
    pub pushes: Arc<Notify>,
    /// Told when a hub has confirmed something: it may be asked again sooner than was thought.
    pub hubs: Arc<Notify>,
}

/// What of the configuration the pages follow.
#[derive(Clone, PartialEq)]
pub struct Settings {
    web: Web,
    /// Bytes that a hub may push at once; `None`: none is listened to.
    max_push: Option<u64>,
}

impl Settings {
    pub fn of(config: &Config) -> Self {
        Self { web: config.web.clone(), max_push: config.callbacks().map(|_| config.polling.max_body) }
    }
}

/// What the handlers of the routes are given.
#[derive(Clone)]
struct Shared {
    site: Site,
    max_push: Option<u64>,
    /// Bodies being received from hubs.
    room: Arc<Semaphore>,
}

impl FromRef<Shared> for Site {
    fn from_ref(shared: &Shared) -> Self {
        shared.site.clone()
    }
}

/// Serves until `stop`; listens anew when a reload changes where. A port that is taken is told and tried again.
pub async fn run(site: Site, mut settings: watch::Receiver<Settings>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let settled = settings.borrow_and_update().clone();
        let closing = stop.child_token();
        let pause = async {
            match settled.web.listen {
                None => std::future::pending().await,
                Some(address) => listen(&site, &settled, address, closing.clone()).await,
            }
        };
        tokio::pin!(pause);
        tokio::select! {
            () = stop.cancelled() => {}
            _ = settings.changed() => {}
            () = &mut pause => continue,
        }
        closing.cancel();
        if settled.web.listen.is_some() {
            pause.await;
        }
    }
}

/// Serves until `closing`, or waits a while where it cannot.
async fn listen(site: &Site, settings: &Settings, address: SocketAddr, closing: CancellationToken) {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            let bound = listener.local_addr().unwrap_or(address);
            info!(address = %bound, "the web pages listen");
            serve::serve(listener, routes(site.clone(), settings), closing).await;
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
fn routes(site: Site, settings: &Settings) -> Router {
    let shared = Shared { site, max_push: settings.max_push, room: Arc::new(Semaphore::new(push::AT_ONCE)) };
    Router::new()
        .route("/healthz", get(health::is_alive))
        .route("/readyz", get(health::is_ready))
        .route("/mute/style.css", get(mute::style))
        .route("/mute/{ticket}", get(mute::ask).post(mute::act))
        .route("/websub/{token}", get(push::confirm).post(push::take))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is nothing here.\n") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(gate::Gate::new(&settings.web), gate::pass))
        .with_state(shared)
}
