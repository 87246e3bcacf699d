//! What every request passes: whose name it asks for, how long it may take, and the headers of every answer.
//!
//! The Host header is checked so that a page of another site cannot read ours by having its own name resolve to this
//! machine (DNS rebinding): an address needs no name, any other name must be ours.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::config::Web;

/// For one request, its body included.
const DEADLINE: Duration = Duration::from_secs(30);

/// No script, no frame, nothing from elsewhere; our one style sheet, forms to ourselves. Addresses of pages carry
/// tokens, so they are neither kept nor passed on.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The names that are ours.
#[derive(Clone)]
pub(super) struct Gate {
    public: Option<Arc<str>>,
}

impl Gate {
    pub(super) fn new(web: &Web) -> Self {
        let host = web.public_url.as_ref().and_then(|url| url.host_str());
        Self { public: host.map(|host| host.to_ascii_lowercase().into()) }
    }

    /// Whether a Host header asks for us.
    fn is_ours(&self, host: &str) -> bool {
        let name = without_port(host).trim_end_matches('.').to_ascii_lowercase();
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
        bare.parse::<IpAddr>().is_ok() || name == "localhost" || self.public.as_deref() == Some(name.as_str())
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

pub(super) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let mut response = match host {
        None => (StatusCode::BAD_REQUEST, "Host?\n").into_response(),
        Some(host) if !gate.is_ours(host) => {
            (StatusCode::MISDIRECTED_REQUEST, "This name is not served here.\n").into_response()
        }
        Some(_) => tokio::time::timeout(DEADLINE, next.run(request))
            .await
            .unwrap_or_else(|_| (StatusCode::REQUEST_TIMEOUT, "Too slow.\n").into_response()),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, is_ours: bool) {
        let web = Web { listen: None, public_url: Some("https://Alerts.Example.org/sw/".parse().expect("a URL")) };
        assert_eq!(Gate::new(&web).is_ours(host), is_ours, "{host:?}");
    }

    #[test]
    fn only_addresses_and_our_own_names_are_served() {
        for ours in [
            "localhost",
            "LOCALHOST:8750",
            "127.0.0.1:8750",
            "[::1]:8750",
            "[::1]",
            "10.1.2.3",
            "alerts.example.org",
            "alerts.example.org.:443",
        ] {
            check(ours, true);
        }
        for other in
            ["", ":80", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "example.org", "[x]"]
        {
            check(other, false);
        }
    }
}
