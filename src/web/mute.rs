//! Where the links of a mail lead: GET asks, POST ends the alerts (RFC 8058: one click, no login, no cookie).
//!
//! Link scanners follow every GET, so GET changes nothing. The ticket in the path is all that is needed and all that is
//! trusted.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use html_escape::encode_text as escaped;
use tracing::{info, warn};

use super::Site;
use crate::{
    message::{Muted, Ticket},
    store::{self, silences, stories},
};

/// GET: what would be ended, and a button.
pub(super) async fn ask(State(site): State<Site>, Path(ticket): Path<String>) -> Response {
    let ticket = match open(&site, &ticket).await {
        Ok(ticket) => ticket,
        Err(refusal) => return refusal,
    };
    let what = match what(&site, &ticket).await {
        Ok(what) => what,
        Err(failure) => return failed(&failure),
    };
    let kind = kind(&ticket);
    let body = format!(
        "<p>To <strong>{}</strong> there will be no more {what}.</p>\
         <form method=\"post\"><button type=\"submit\">End these {kind}</button></form>",
        escaped(&ticket.recipient.0)
    );
    page(StatusCode::OK, &format!("End these {kind}?"), &body)
}

/// POST: ends the alerts. A second click changes nothing.
pub(super) async fn act(State(site): State<Site>, Path(ticket): Path<String>) -> Response {
    let ticket = match open(&site, &ticket).await {
        Ok(ticket) => ticket,
        Err(refusal) => return refusal,
    };
    let (asked, now) = (ticket.clone(), site.clock.now());
    let silence = asked.silence(now);
    let ended = site.store.write(move |transaction| silences::add_once(transaction, &silence, now)).await;
    match (ended, what(&site, &ticket).await) {
        (Ok(_), Ok(what)) => {
            info!(recipient = %ticket.recipient, muted = ?ticket.muted, "alerts ended by a link in a mail");
            let body = format!(
                "<p>To <strong>{}</strong> there will be no more {what}.</p>\
                 <p>Whoever runs Storywatch can bring them back with <code>storywatch silence end</code>.</p>",
                escaped(&ticket.recipient.0)
            );
            page(StatusCode::OK, &format!("These {} have ended", kind(&ticket)), &body)
        }
        (Err(failure), _) | (_, Err(failure)) => failed(&failure),
    }
}

async fn open(site: &Site, text: &str) -> Result<Ticket, Response> {
    let key = site.store.read(store::signing_key).await.map_err(|failure| failed(&failure))?;
    Ticket::open(text, &key, site.clock.now()).map_err(|error| {
        let body = format!("<p>Sorry, {error}. The links of a newer mail will work.</p>");
        page(StatusCode::FORBIDDEN, "This link does not work", &body)
    })
}

fn kind(ticket: &Ticket) -> &'static str {
    match ticket.muted {
        Muted::Story(_) | Muted::Watch(_) => "alerts",
        Muted::Digests => "digests",
        Muted::Notices => "notices",
    }
}

/// "alerts about this story: …", escaped.
async fn what(site: &Site, ticket: &Ticket) -> Result<String, store::Error> {
    Ok(match ticket.muted.clone() {
        Muted::Digests => "digests; alerts that come one by one are not concerned".to_owned(),
        Muted::Notices => "notices about Storywatch itself; alerts and digests are not concerned".to_owned(),
        Muted::Watch(watch) => format!("alerts of the watch <strong>{}</strong>", escaped(&watch)),
        Muted::Story(story) => {
            let headline = site.store.read(move |connection| stories::headline(connection, story)).await?;
            let headline = headline.unwrap_or_else(|| story.to_string());
            format!("alerts about this story: <strong dir=\"auto\">{}</strong>", escaped(&headline))
        }
    })
}

fn failed(failure: &store::Error) -> Response {
    warn!(error = %failure, "a page could not be made");
    page(StatusCode::SERVICE_UNAVAILABLE, "Not now", "<p>Please try again in a minute.</p>")
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n<link \
         rel=\"stylesheet\" href=\"style.css\">\n<title>{title}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         {body}\n</main>\n</body>\n</html>\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// The one style sheet.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}
