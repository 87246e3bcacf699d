//! The loop that accepts: few connections, little patience. axum's own loop sets no deadline for a request's head.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

/// Connections at the same time; more wait in the kernel's queue.
const CONNECTIONS: usize = 64;
/// For the head of a request, and so for an idle connection too.
const HEAD: Duration = Duration::from_secs(10);
/// How long the answers under way may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(5);
/// After accepting has failed: out of file descriptors, as a rule.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Serves until `closing`, then lets what is being answered finish.
pub(super) async fn serve(listener: TcpListener, routes: Router, closing: CancellationToken) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = closing.cancelled() => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let Some((stream, place)) = accepted else { continue };
        let (routes, closing) = (routes.clone(), closing.clone());
        connections.spawn(async move {
            answer(stream, routes, closing).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    let _ = tokio::time::timeout(DRAIN, connections.wait()).await;
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(failure) => {
            warn!(error = %failure, "a connection to the web pages could not be taken");
            tokio::time::sleep(AFTER_ERROR).await;
            None
        }
    }
}

async fn answer(stream: TcpStream, routes: Router, closing: CancellationToken) {
    let service = TowerToHyperService::new(routes);
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(16 * 1024);
    let connection = server.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // What a stranger's connection dies of is of no interest.
        _ = &mut connection => return,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
