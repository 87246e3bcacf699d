//! One POST to one webhook, signed after Standard Webhooks 1.0.0.
//!
//! The client comes from outside, with the address guard in it; redirects are a failure wherever they point.

use std::{error::Error as _, time::Duration};

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{outcome::Outcome, signature};
use crate::{config, message::Payload};

/// Bytes read of an answer, which is looked at only to let the connection be used again.
const MAX_ANSWER: usize = 64 * 1024;
/// Longest wait that an answer can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// A `[webhook.NAME]`, ready to be sent to.
#[derive(Debug)]
pub(super) struct Hook {
    config: config::Webhook,
    deadline: Duration,
}

impl Hook {
    pub(super) fn new(hook: &config::Webhook, deadline: Duration) -> Self {
        Self { config: hook.clone(), deadline }
    }

    pub(super) fn url(&self) -> &Url {
        &self.config.url
    }

    pub(super) fn per_minute(&self) -> Option<u32> {
        self.config.max_per_minute
    }

    pub(super) async fn deliver(&self, client: &reqwest::Client, id: &str, body: &[u8], now: Timestamp) -> Outcome {
        let until = Instant::now() + self.deadline;
        match timeout_at(until, self.request(client, id, body, now).send()).await {
            Ok(Ok(mut response)) => {
                let outcome = judge(response.status(), response.headers(), now);
                let _ = timeout_at(until, drain(&mut response)).await;
                outcome
            }
            Ok(Err(error)) => failure(error),
            Err(_) => Outcome::ambiguous(format!("no answer within {} s", self.deadline.as_secs())),
        }
    }

    fn request(&self, client: &reqwest::Client, id: &str, body: &[u8], now: Timestamp) -> reqwest::RequestBuilder {
        let config::Webhook { url, secrets, token, payload, .. } = &self.config;
        let timestamp = now.as_second();
        let mut request = match payload {
            // The id is the transaction id: a repeat makes no second message.
            Payload::Matrix => client.put(with_segment(url, id)),
            _ => client.post(url.clone()),
        };
        request = request
            .header(CONTENT_TYPE, payload.content_type())
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .body(body.to_vec());
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        if secrets.is_empty() {
            return request;
        }
        // While keys are rotated every one of them signs, so that either end may change first.
        let sign = |secret: &config::SecretBytes| signature::sign(secret.expose(), id, timestamp, body);
        request.header("webhook-signature", secrets.iter().map(sign).collect::<Vec<_>>().join(" "))
    }
}

fn with_segment(url: &Url, id: &str) -> Url {
    let mut url = url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(id);
    }
    url
}

/// The status alone decides, so an endless or broken body behind it changes nothing.
async fn drain(response: &mut reqwest::Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > MAX_ANSWER {
            return;
        }
    }
}

/// Only 2xx is taken; 410 retires the hook; everything else is tried again (Standard Webhooks 1.0.0, "Deliverability"):
/// what speaks against this one body holds up no other.
fn judge(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Outcome {
    let reason = format!("answered {status}");
    match status {
        status if status.is_success() => Outcome::sent(reason),
        StatusCode::GONE => Outcome::gone(reason),
        status if status.is_redirection() => Outcome::transient(format!("{reason}: redirects are not followed")),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Outcome::Transient { reason, retry_after: retry_after(headers, now) }
        }
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
            Outcome::deferred(reason)
        }
        _ => Outcome::transient(reason),
    }
}

/// Retry-After as seconds or as an HTTP date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if text.bytes().all(|byte| byte.is_ascii_digit()) => MAX_RETRY_AFTER,
        Err(_) => {
            let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
            Duration::from_secs(u64::try_from(date.as_second() - now.as_second()).unwrap_or(0))
        }
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

/// Before the connection stands nothing can have been taken; after that nobody knows. The URL is left out of the words:
/// hooks carry their tokens in it.
fn failure(error: reqwest::Error) -> Outcome {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    match error.is_connect() || error.is_builder() {
        true => Outcome::transient(words),
        false => Outcome::ambiguous(words),
    }
}
