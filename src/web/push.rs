//! Where hubs come (WebSub): GET verifies what we asked a hub for, POST brings what it pushes. The token in the path is
//! known to that hub alone, and what it sends counts only when it is signed with the secret it was given.
//!
//! What is pushed is answered when it is on the disk, and taken in afterwards.

use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tracing::{info, warn};
use url::{Url, form_urlencoded};

use super::{Shared, Site};
use crate::{
    chance,
    store::{
        self,
        subscriptions::{self, Subscription},
    },
    websub::{
        confirm::{Verdict, judge},
        shown,
        signature::is_signed,
        topic,
    },
};

/// Bodies received at the same time; each may be as large as a feed.
pub(super) const AT_ONCE: usize = 4;
const SIGNATURE: &str = "x-hub-signature";

/// GET: a hub asks whether we asked, or says no.
pub(super) async fn confirm(State(shared): State<Shared>, Path(token): Path<String>, uri: Uri) -> Response {
    let site = &shared.site;
    let subscription = match find(site, &token).await {
        Ok(Some(subscription)) => subscription,
        Ok(None) => return no_such(StatusCode::NOT_FOUND),
        Err(failure) => return failed(&failure),
    };
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let verdict = judge(&subscription, query, site.clock.now(), chance::signed());
    tell(&subscription, &verdict);
    if verdict == Verdict::Unknown {
        return no_such(StatusCode::NOT_FOUND);
    }
    let (id, stored, asked) = (subscription.id, verdict.clone(), subscription);
    // Meanwhile something else may be wanted.
    let kept = site.store.write(move |transaction| match stored {
        Verdict::Subscribed { expires, next_at, .. } => subscriptions::confirm(transaction, id, expires, next_at),
        Verdict::Left { .. } => subscriptions::left(transaction, id),
        Verdict::Denied { reason, next_at } => {
            let told = format!("denied by the hub: {}", shown(&asked, &reason));
            subscriptions::deny(transaction, id, &told, next_at).map(|()| true)
        }
        Verdict::Unknown => Ok(false),
    });
    match kept.await {
        Ok(true) => {}
        Ok(false) => return no_such(StatusCode::NOT_FOUND),
        Err(failure) => return failed(&failure),
    }
    site.pushes.notify_one();
    site.hubs.notify_one();
    match verdict {
        Verdict::Subscribed { challenge, .. } | Verdict::Left { challenge } => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response()
        }
        Verdict::Denied { .. } | Verdict::Unknown => StatusCode::OK.into_response(),
    }
}

/// POST: news. Unsigned news is thanked for like any other, and dropped: whoever tries signatures learns nothing.
pub(super) async fn take(
    State(shared): State<Shared>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (site, max) = (&shared.site, shared.max_push);
    let (subscription, max) = match (find(site, &token).await, max) {
        (Ok(Some(subscription)), Some(max)) if subscription.is_wanted => {
            (subscription, usize::try_from(max).unwrap_or(usize::MAX))
        }
        // To a hub this says that the subscription has ended. So has one that is to be left: the feed may have gone to
        // another hub, or speak under another name.
        (Ok(_), _) => return no_such(StatusCode::GONE),
        (Err(failure), _) => return failed(&failure),
    };
    let Ok(_place) = shared.room.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let (hub, topic) = (host(&subscription), topic(&subscription));
    let Ok(body) = to_bytes(body, max).await else {
        warn!(hub, topic, limit = max, "a push was larger than a feed may be, or broke off");
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    if !signature.is_some_and(|signature| is_signed(signature, &subscription.secret, &body)) {
        let what = if signature.is_some() { "badly signed" } else { "not signed" };
        warn!(hub, topic, "a push was {what}, and dropped");
        return StatusCode::ACCEPTED.into_response();
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let now = site.clock.now();
    let kept = site
        .store
        .write(move |transaction| subscriptions::keep_push(transaction, &subscription, kind.as_deref(), &body, now));
    match kept.await {
        Ok(true) => {
            site.pushes.notify_one();
            StatusCode::ACCEPTED.into_response()
        }
        Ok(false) => {
            warn!(hub, topic, "too much was pushed at once; the hub is asked to try again");
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")]).into_response()
        }
        Err(failure) => failed(&failure),
    }
}

async fn find(site: &Site, token: &str) -> Result<Option<Subscription>, store::Error> {
    let token = token.to_owned();
    site.store.read(move |connection| subscriptions::by_token(connection, &token)).await
}

fn tell(subscription: &Subscription, verdict: &Verdict) {
    let (hub, topic) = (host(subscription), topic(subscription));
    match verdict {
        Verdict::Subscribed { expires, .. } => info!(hub, topic, until = %expires, "the hub pushes"),
        Verdict::Left { .. } => info!(hub, topic, "the hub pushes no more, as asked"),
        Verdict::Denied { reason, .. } => {
            warn!(hub, topic, reason = shown(subscription, reason), "the hub will not push")
        }
        Verdict::Unknown => warn!(hub, topic, "a hub wanted something confirmed that was not asked for"),
    }
}

fn host(subscription: &Subscription) -> String {
    let url = Url::parse(&subscription.hub.url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn no_such(status: StatusCode) -> Response {
    (status, "There is nothing here.\n").into_response()
}

fn failed(failure: &store::Error) -> Response {
    warn!(error = %failure, "a hub could not be answered");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "60")], "not now\n").into_response()
}
