//! The HTTP client and the exchange of one fetch: hop by hop, guarded, capped, and with one deadline over all.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::{Duration, Instant},
};

use ipnet::IpNet;
use jiff::Timestamp;
use reqwest::{
    Certificate, ClientBuilder, RequestBuilder,
    header::{
        ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
        LAST_MODIFIED, LOCATION, USER_AGENT,
    },
};
use url::Url;

use super::{
    Error, Guard, Kind, Request, Response, Slots, Way,
    headers::{max_age, retry_after},
    hop::{Trail, may_have_credentials},
    links::links,
    registrable_domain, shown,
};

/// Feed types first, anything rather than a 406 last.
const FEED_TYPES: &str = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, \
                          application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";
const PAGE_TYPES: &str = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1";
/// Beside an ETag: the new entries alone will do (RFC 3229 with the instance manipulation that feeds use).
const A_IM: HeaderName = HeaderName::from_static("a-im");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");
/// Names and values of one response's headers together.
const MAX_HEADERS: usize = 64 * 1024;

/// Polls of one feed are minutes apart, so a connection is hardly ever worth keeping, and now and then the host closes
/// it just as the next request is written: a poll lost for nothing, since a request is not repeated here.
const NONE_KEPT: usize = 0;

/// How the client behaves towards all origins alike.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A URL or address at which whoever runs an origin can complain; part of the User-Agent.
    pub contact: Option<String>,
    /// Networks that may be connected to although they are not public.
    pub allow_networks: Vec<IpNet>,
    /// For TCP and TLS together.
    pub connect_timeout: Duration,
    /// Requests in flight at most, to all hosts together.
    pub concurrency: usize,
    /// Requests in flight at most to one registrable domain.
    pub per_host: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            contact: None,
            allow_networks: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            concurrency: 32,
            per_host: 2,
        }
    }
}

/// Fetches feeds. Cheap to clone; slots are shared.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) http: HashMap<Way, reqwest::Client>,
    pub(super) guard: Guard,
    pub(super) slots: Slots,
}

/// What one request came to.
enum Hop {
    Arrived(Box<Response>),
    Redirected { status: u16, location: Option<Vec<u8>> },
}

impl Client {
    /// A client that goes straight.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        Self::with_ways(settings, [])
    }

    /// A client that can also go these ways.
    pub fn with_ways(settings: &Settings, ways: impl IntoIterator<Item = Way>) -> Result<Self, Error> {
        let guard = Guard::new(settings.allow_networks.clone());
        let slots = Slots::new(settings.concurrency, settings.per_host);
        let mut http = HashMap::new();
        for way in ways.into_iter().chain([Way::default()]) {
            if let Entry::Vacant(place) = http.entry(way) {
                let client = build_way(settings, &guard, NONE_KEPT, place.key())?;
                place.insert(client);
            }
        }
        Ok(Self { http, guard, slots })
    }

    /// One poll's exchange, whole or not at all: an answer whose body was cut off is an error, so that nothing of it
    /// is remembered. `now` is used for dates only where the server tells none.
    ///
    /// Every request waits for a slot of the domain it goes to, that of a redirect's target as well. The deadline
    /// counts the time on the network, all hops together, and not the waiting for others.
    pub async fn fetch(&self, request: &Request, now: Timestamp) -> Result<Response, Error> {
        let mut trail = Trail::start(&request.url)?;
        let mut left = request.timeout;
        loop {
            self.guard.check_url(trail.url())?;
            let host = registrable_domain(trail.url());
            let slot = self.slots.take(&host).await.ok_or_else(|| Error::Held { host: host.clone() })?;
            let started = Instant::now();
            let answer = tokio::time::timeout(left, self.ask(request, &trail, now)).await;
            let answer = answer.unwrap_or(Err(Error::Timeout(request.timeout)));
            self.slots.note(&host, answer.as_ref().is_err_and(Error::is_hang));
            match answer? {
                Hop::Arrived(response) => {
                    if response.status == 429 {
                        slot.send_others_away();
                    }
                    return Ok(*response);
                }
                Hop::Redirected { status, location } => trail.follow(status, location.as_deref())?,
            }
            left = left.saturating_sub(started.elapsed());
        }
    }

    async fn ask(&self, request: &Request, trail: &Trail, now: Timestamp) -> Result<Hop, Error> {
        let conditional = conditions(request, trail);
        let asked = !conditional.is_empty();
        let answer = self.send(request, trail.url(), conditional).await?;
        match answer.status().as_u16() {
            304 if !asked => Err(Error::UnaskedNotModified),
            status @ 300..=399 if status != 304 => {
                let location = answer.headers().get(LOCATION).map(|value| value.as_bytes().to_vec());
                Ok(Hop::Redirected { status, location })
            }
            _ => Ok(Hop::Arrived(Box::new(receive(answer, request, trail, now).await?))),
        }
    }

    async fn send(&self, request: &Request, url: &Url, conditional: HeaderMap) -> Result<reqwest::Response, Error> {
        let host = || shown(url);
        let built = self.with_credentials(request, url)?.headers(conditional);
        let answer = built.send().await.map_err(|error| Error::of_request(&host(), &error))?;
        let size: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        match size > MAX_HEADERS {
            true => Err(Error::HeadersTooLarge { limit: MAX_HEADERS }),
            false => Ok(answer),
        }
    }

    fn with_credentials(&self, request: &Request, url: &Url) -> Result<RequestBuilder, Error> {
        let listed = request.listed.as_ref().unwrap_or(&request.url);
        let http = self.http.get(&request.way).ok_or_else(|| Error::Setup("no such way out".to_owned()))?;
        let types = match request.kind {
            Kind::Feed => FEED_TYPES,
            Kind::Page => PAGE_TYPES,
        };
        let get = |url: Url| match &request.user_agent {
            Some(agent) => http.get(url).header(ACCEPT, types).header(USER_AGENT, agent),
            None => http.get(url).header(ACCEPT, types),
        };
        if !may_have_credentials(listed, url) {
            return Ok(get(url.clone()));
        }
        let built = get(with_user(url, listed));
        let built = match &request.basic_auth {
            Some((user, password)) => built.basic_auth(user, Some(password)),
            None => built,
        };
        Ok(built.headers(own_headers(&request.headers)?))
    }
}

/// The HTTP client behind [`Client`], for others who connect to addresses that someone else decides (webhooks). It
/// follows no redirect, keeps no cookie, knows no proxy, and its resolver is `guard`; its user must still call
/// [`Guard::check_url`] before each request, since an address literal is never resolved, and set a deadline.
/// `kept` is how many idle connections to one host are kept for the next request.
pub fn build_http(settings: &Settings, guard: &Guard, kept: usize) -> Result<reqwest::Client, Error> {
    build_way(settings, guard, kept, &Way::default())
}

fn build_way(settings: &Settings, guard: &Guard, kept: usize, way: &Way) -> Result<reqwest::Client, Error> {
    // Somebody has been here before (a second client, lettre): the same provider, nothing to do.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let agent = user_agent(settings.contact.as_deref())?;
    let guard = guard.but_for(way.through());
    let builder = || way.proxied(common(settings, &guard, agent.clone()).pool_max_idle_per_host(kept));
    let own = way.certificates()?;
    builder()?.tls_certs_merge(own.clone()).build().or_else(|error| without_roots(builder()?, own, &error))
}

/// A machine without CA certificates can still poll http: every https origin is then refused as untrusted, by name,
/// at its poll, instead of the whole daemon failing to start.
fn without_roots(
    builder: ClientBuilder,
    own: Vec<Certificate>,
    error: &reqwest::Error,
) -> Result<reqwest::Client, Error> {
    let cause = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let client = builder.tls_certs_only(own).build().map_err(|_| Error::Setup(cause.clone()))?;
    tracing::warn!(%cause, "no https origin can be trusted");
    Ok(client)
}

fn common(settings: &Settings, guard: &Guard, agent: HeaderValue) -> ClientBuilder {
    reqwest::Client::builder()
        .user_agent(agent)
        .dns_resolver(Arc::new(guard.clone()))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(settings.connect_timeout)
        .tcp_nodelay(true)
        .pool_idle_timeout(Duration::from_secs(15))
        .http1_max_headers(256)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http2_max_header_list_size(u32::try_from(MAX_HEADERS).expect("a small constant"))
}

fn user_agent(contact: Option<&str>) -> Result<HeaderValue, Error> {
    let contact = contact.map(|contact| format!(" (+{contact})")).unwrap_or_default();
    let agent = concat!("Storywatch/", env!("CARGO_PKG_VERSION"));
    HeaderValue::from_str(&format!("{agent}{contact}"))
        .map_err(|_| Error::Setup("`contact` has characters that a User-Agent cannot carry".to_owned()))
}

/// What the answer may be compared with. Validators go along with temporary redirects, since they came from where
/// those lead; but a new permanent home has to show itself as a feed once before it is learned, and must not be able
/// to hide an old HTML page behind "304: not modified since".
fn conditions(request: &Request, trail: &Trail) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if trail.permanent_url().is_some() {
        return headers;
    }
    for (name, stored) in [(IF_NONE_MATCH, &request.etag), (IF_MODIFIED_SINCE, &request.last_modified)] {
        let value = stored.as_deref().filter(|bytes| !bytes.is_empty()).map(HeaderValue::from_bytes);
        if let Some(Ok(value)) = value {
            headers.insert(name, value);
        }
    }
    if headers.contains_key(IF_NONE_MATCH) {
        headers.insert(A_IM, HeaderValue::from_static("feed"));
    }
    headers
}

/// The listed URL's user and password, which the client turns into an Authorization header.
fn with_user(url: &Url, listed: &Url) -> Url {
    let mut url = url.clone();
    // These fail for URLs without a host only, and http URLs have one.
    let _done = url.set_username(listed.username());
    let _done = url.set_password(listed.password());
    url
}

fn own_headers(pairs: &[(String, String)]) -> Result<HeaderMap, Error> {
    pairs
        .iter()
        .map(|(name, value)| own_header(name, value).ok_or_else(|| Error::BadHeader { name: name.clone() }))
        .collect()
}

fn own_header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
}

async fn receive(
    answer: reqwest::Response,
    request: &Request,
    trail: &Trail,
    now: Timestamp,
) -> Result<Response, Error> {
    let headers = answer.headers();
    let bytes = |name| headers.get(name).map(|value: &HeaderValue| value.as_bytes().to_vec());
    let response = Response {
        status: answer.status().as_u16(),
        final_url: trail.url().clone(),
        permanent_url: trail.permanent_url().cloned(),
        is_delta: answer.status().as_u16() == 226,
        etag: bytes(ETAG),
        last_modified: bytes(LAST_MODIFIED),
        content_type: bytes(CONTENT_TYPE).map(|value| String::from_utf8_lossy(&value).into_owned()),
        max_age: max_age(headers, now),
        retry_after: retry_after(headers, now),
        links: links(headers, trail.url()),
        robots: joined(headers, &X_ROBOTS_TAG),
        body: Vec::new(),
    };
    if let (Kind::Page, true, Some(found)) = (request.kind, answer.status().is_success(), &response.content_type) {
        check_page(found)?;
    }
    match answer.status().is_success() {
        true => Ok(Response { body: read_body(answer, request.max_body).await?, ..response }),
        false => Ok(response),
    }
}

fn check_page(content_type: &str) -> Result<(), Error> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "" | "text/html" | "application/xhtml+xml" => Ok(()),
        _ => Err(Error::NotAPage { kind: kind.chars().filter(char::is_ascii_graphic).take(80).collect() }),
    }
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join("\n")
}

/// The decompressed body. A chunk is at most the decompressor's buffer, so a bomb is met before it unfolds.
async fn read_body(mut answer: reqwest::Response, limit: u64) -> Result<Vec<u8>, Error> {
    let fits = |length: u64| if length > limit { Err(Error::TooLarge { limit }) } else { Ok(()) };
    fits(answer.content_length().unwrap_or(0))?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Error::of_body(&error))? {
        fits(body.len() as u64 + chunk.len() as u64)?;
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
