//! What every request passes: an id, a place in a trace, a span, the gate, security headers, CORS, other paths.

use std::sync::OnceLock;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use serde::Deserialize;
use telemetry::{Kind, Trace};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;

use crate::{
    gate::{self, Gate},
    rewrites::{self, Rewrite},
};

/// The HTTP side of a process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Origins whose pages may call us; `*` is every origin (without cookies: we use none).
    pub cors_origins: Vec<String>,
    /// Largest body of a request that has no limit of its own, in bytes.
    pub max_body_bytes: usize,
    /// Longest URL, in bytes of path and query.
    pub max_url_bytes: u64,
    /// Most headers of a request; at most 100, which is what the HTTP library reads.
    pub max_headers: u64,
    /// Most bytes of all headers of a request.
    pub max_header_bytes: u64,
    /// Addresses and networks (CIDR) of proxies in front of us: only they are believed who the client is.
    pub trusted_proxies: Vec<String>,
    /// Where they tell it: `x-forwarded-for` or `forwarded` (RFC 7239).
    pub forwarded_header: String,
    /// Addresses and networks that may ask; empty: all.
    pub allow_ips: Vec<String>,
    /// Addresses and networks that may not; goes before the ones that may.
    pub deny_ips: Vec<String>,
    /// How long browsers ask by HTTPS only, in seconds, once they did; where the public URL is an HTTPS one. 0: not told.
    pub hsts_seconds: u64,
    /// Other paths for what comes in, in this order.
    pub rewrites: Vec<Rewrite>,
    /// Longest wait for open requests and sockets when the process stops, in seconds.
    pub drain_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cors_origins: vec!["*".to_owned()],
            max_body_bytes: 1024 * 1024,
            max_url_bytes: 16 * 1024,
            max_headers: 80,
            max_header_bytes: 32 * 1024,
            trusted_proxies: Vec::new(),
            forwarded_header: "x-forwarded-for".to_owned(),
            allow_ips: Vec::new(),
            deny_ips: Vec::new(),
            hsts_seconds: 31_536_000,
            rewrites: Vec::new(),
            drain_seconds: 20,
        }
    }
}

/// The id of a request: the caller's `X-Request-Id` when it is plain, else a new one. Sent back.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
static OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// What none of our pages needs of a browser.
const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Wraps `routes` in what every request passes; `gate` decides who does. Their fallback is theirs
/// ([`crate::no_such_path`]).
pub fn shell(routes: Router, settings: &Settings, gate: Gate) -> Router {
    // Not the routes themselves: they are looked up after the path was rewritten.
    Router::new()
        .fallback_service(routes)
        .layer(DefaultBodyLimit::max(settings.max_body_bytes))
        .layer(middleware::from_fn_with_state(gate.clone(), rewrites::follow))
        .layer(cors(&settings.cors_origins))
        .layer(middleware::from_fn_with_state(gate, gate::pass))
        .layer(middleware::from_fn(identify))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origin = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            header::IF_RANGE,
            header::IF_NONE_MATCH,
            REQUEST_ID.clone(),
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("tracestate"),
            HeaderName::from_static("x-api-key"),
            HeaderName::from_static("graphql-schema-version"),
            HeaderName::from_static("apollographql-client-name"),
            HeaderName::from_static("apollographql-client-version"),
            HeaderName::from_static("apollo-require-preflight"),
            HeaderName::from_static("x-apollo-operation-name"),
            HeaderName::from_static("graphql-preflight"),
            HeaderName::from_static("idempotency-key"),
            // CTA-5004: players send these with each range request.
            HeaderName::from_static("cmcd-object"),
            HeaderName::from_static("cmcd-request"),
            HeaderName::from_static("cmcd-session"),
            HeaderName::from_static("cmcd-status"),
        ])
        .expose_headers([
            header::CONTENT_RANGE,
            header::ACCEPT_RANGES,
            header::CONTENT_LENGTH,
            header::ETAG,
            header::AGE,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("ratelimit-limit"),
            HeaderName::from_static("ratelimit-remaining"),
            HeaderName::from_static("ratelimit-reset"),
            REQUEST_ID.clone(),
        ])
        // Range + CMCD needs a preflight: let browsers keep its answer.
        .max_age(std::time::Duration::from_hours(24))
}

async fn identify(mut request: Request, next: Next) -> Response {
    let sent = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a request id is for logs only; tests do not see it"
    )]
    let id = sent
        .filter(is_plain)
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    let mut work = Trace::of(request.headers()).start("request", Kind::Server);
    if work.is_recording() {
        work.set("http.request.method", request.method().to_string());
        work.set("url.path", request.uri().path().to_owned());
    }
    let span = tracing::info_span!(
        "request",
        request.id = %id,
        trace.id = ?work.trace(),
        http.method = %request.method()
    );
    request.extensions_mut().insert(RequestId(id.clone()));
    // Whoever reads the headers further in sees this request's id, and that it is part of this span.
    work.trace().inject(request.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        request.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    let mut response = next.run(request).instrument(span).await;
    count(response.status());
    work.set("http.response.status_code", i64::from(response.status().as_u16()));
    if response.status().is_server_error() {
        work.fail("the answer is an error of ours");
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    headers
        .entry(header::X_FRAME_OPTIONS)
        .or_insert(HeaderValue::from_static("DENY"));
    // Pages bring a policy of their own; anything else has no business doing anything in a browser.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    headers
        .entry(PERMISSIONS_POLICY.clone())
        .or_insert(HeaderValue::from_static(PERMISSIONS));
    headers
        .entry(OPENER_POLICY.clone())
        .or_insert(HeaderValue::from_static("same-origin"));
    response
}

/// Answers by the first digit of their status.
fn count(status: StatusCode) {
    static CLASSES: OnceLock<[metrics::Counter; 5]> = OnceLock::new();
    let counters = CLASSES.get_or_init(|| {
        ["1xx", "2xx", "3xx", "4xx", "5xx"].map(|class| metrics::counter!("http_responses_total", "status" => class))
    });
    let class = usize::from(status.as_u16() / 100).saturating_sub(1);
    if let Some(counter) = counters.get(class) {
        counter.increment(1);
    }
}
