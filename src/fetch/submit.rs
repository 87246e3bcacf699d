//! A form handed in to a host that answers with little more than a status: hubs. Redirects, deadline, slots and guard
//! are those of a fetch; no credentials go along.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use url::{Url, form_urlencoded};

use super::{Client, Error, Way, headers::retry_after, hop::Trail, registrable_domain, shown};

/// Bytes read of what the host says in its answer.
const SAID: usize = 1024;

/// What to hand in, and where. No `Debug`: a field may be a secret.
#[derive(Clone)]
pub struct Form {
    pub url: Url,
    pub fields: Vec<(&'static str, String)>,
    /// One of the ways that the client was made with.
    pub way: Way,
    /// For the whole exchange, redirects included; waiting for a slot is not counted.
    pub timeout: Duration,
}

/// What the host said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Never a redirect that can be followed.
    pub status: u16,
    pub retry_after: Option<Duration>,
    /// The beginning of the body, as it came; empty for a 2xx.
    pub said: String,
}

enum Hop {
    Arrived(Receipt),
    Redirected { status: u16, location: Option<Vec<u8>> },
}

impl Client {
    /// Posts a form. A redirect is followed by the same post, except for 300 and 303, which would make another request
    /// of it.
    ///
    /// # Errors
    /// As [`Client::fetch`].
    pub async fn submit(&self, form: &Form, now: Timestamp) -> Result<Receipt, Error> {
        let mut trail = Trail::start(&form.url)?;
        let mut left = form.timeout;
        loop {
            self.guard.check_url(trail.url())?;
            let host = registrable_domain(trail.url());
            let slot = self.slots.take(&host).await.ok_or_else(|| Error::Held { host: host.clone() })?;
            let started = Instant::now();
            let answer = tokio::time::timeout(left, self.post(form, trail.url(), now)).await;
            let answer = answer.unwrap_or(Err(Error::Timeout(form.timeout)));
            self.slots.note(&host, answer.as_ref().is_err_and(Error::is_hang));
            match answer? {
                Hop::Arrived(receipt) => {
                    if receipt.status == 429 {
                        slot.send_others_away();
                    }
                    return Ok(receipt);
                }
                Hop::Redirected { status, location } => trail.follow(status, location.as_deref())?,
            }
            left = left.saturating_sub(started.elapsed());
        }
    }

    async fn post(&self, form: &Form, url: &Url, now: Timestamp) -> Result<Hop, Error> {
        let http = self.http.get(&form.way).ok_or_else(|| Error::Setup("no such way out".to_owned()))?;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let request = http.post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.map_err(|error| Error::of_request(&shown(url), &error))?;
        let status = answer.status().as_u16();
        if matches!(status, 301 | 302 | 307 | 308) {
            let location = answer.headers().get(LOCATION).map(|value| value.as_bytes().to_vec());
            return Ok(Hop::Redirected { status, location });
        }
        let retry_after = retry_after(answer.headers(), now);
        let said = if answer.status().is_success() { String::new() } else { beginning(answer).await };
        Ok(Hop::Arrived(Receipt { status, retry_after, said }))
    }
}

/// What could be read of it; that it breaks off matters nothing.
async fn beginning(mut answer: reqwest::Response) -> String {
    let mut body = Vec::new();
    while body.len() < SAID {
        let Ok(Some(chunk)) = answer.chunk().await else { break };
        body.extend_from_slice(&chunk[..chunk.len().min(SAID - body.len())]);
    }
    String::from_utf8_lossy(&body).into_owned()
}
