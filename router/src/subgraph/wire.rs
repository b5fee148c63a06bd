//! One request to one address, and how it can fail: what was never sent may be sent elsewhere.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{
    HeaderMap, StatusCode, Uri,
    header::{CONTENT_LENGTH, RETRY_AFTER},
};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Body;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::ClientConfig;

/// Idle connections kept to an address.
const IDLE_CONNECTIONS: usize = 256;
/// For how long; shorter than what proxies commonly allow, so that they seldom close one that we begin to use.
const IDLE_TIME: Duration = Duration::from_secs(55);
/// Longest wait for a connection: a machine that is gone does not refuse, it is silent.
const CONNECT_TIME: Duration = Duration::from_secs(3);

/// Sends requests.
#[async_trait]
pub(super) trait Wire: Send + Sync {
    /// Sends `body` to `url`.
    ///
    /// # Errors
    /// [`Failure`].
    async fn post(&self, url: &Uri, headers: HeaderMap, body: Bytes) -> Result<Reply, Failure>;
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    /// The status.
    pub(super) status: StatusCode,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Bytes,
}

/// Why a request has no usable answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// There was no connection: the subgraph knows nothing of the request.
    #[error("no connection: {0}")]
    Unsent(String),
    /// The connection broke; the request may have been carried out.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It, or a proxy before it, is not able to answer now (502, 503, 504).
    #[error("status {0}")]
    Unable(StatusCode, Option<Duration>),
    /// What came is not an answer of a subgraph.
    #[error("not an answer: {0}")]
    Malformed(String),
    /// It is larger than it may be; `sent` is what it says of itself, or what came so far.
    #[error("it has {sent} bytes, {allowed} are allowed")]
    TooLarge {
        /// What is allowed.
        allowed: usize,
        /// What came.
        sent: u64,
    },
    /// Nothing came in time.
    #[error("no answer in time")]
    Late,
}

impl Failure {
    /// Whether the same request may well succeed in a moment.
    pub(super) const fn is_transient(&self) -> bool {
        matches!(self, Self::Unsent(_) | Self::Broken(_) | Self::Unable(..))
    }

    /// How long the subgraph asks to be left alone.
    pub(super) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unable(_, wait) => *wait,
            _ => None,
        }
    }
}

/// A pooled client: HTTP/1.1, and HTTP/2 where TLS agrees on it.
pub(crate) type HttpClient<B> = Client<HttpsConnector<HttpConnector>, B>;

/// A client that connects within `timeout`.
pub(crate) fn client<B>(timeout: Duration, tls: &ClientConfig) -> HttpClient<B>
where
    B: Body + Send,
    B::Data: Send,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(timeout.min(CONNECT_TIME)));
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(tls.clone())
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(connector);
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector)
}

/// Posts through such a client.
pub(super) struct Pool {
    client: HttpClient<Full<Bytes>>,
    max_answer: usize,
}

impl Pool {
    /// Takes answers of up to `max_answer` bytes, connects within `timeout`.
    pub(super) fn new(max_answer: usize, timeout: Duration, tls: &ClientConfig) -> Self {
        Self {
            client: client(timeout, tls),
            max_answer,
        }
    }
}

#[async_trait]
impl Wire for Pool {
    async fn post(&self, url: &Uri, headers: HeaderMap, body: Bytes) -> Result<Reply, Failure> {
        let mut request = http::Request::new(Full::new(body));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = url.clone();
        *request.headers_mut() = headers;
        let response = self.client.request(request).await.map_err(|error| {
            if error.is_connect() {
                Failure::Unsent(chain(&error))
            } else {
                Failure::Broken(chain(&error))
            }
        })?;
        let status = response.status();
        if matches!(status.as_u16(), 502..=504) {
            return Err(Failure::Unable(status, retry_after(response.headers())));
        }
        let (parts, body) = response.into_parts();
        let allowed = self.max_answer;
        let length = parts
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(sent) = length.filter(|sent: &u64| *sent > allowed as u64) {
            return Err(Failure::TooLarge { allowed, sent });
        }
        let body = Limited::new(body, allowed).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                let sent = allowed as u64 + 1;
                Failure::TooLarge { allowed, sent }
            } else {
                Failure::Broken(error.to_string())
            }
        })?;
        Ok(Reply {
            status,
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }
}

/// Seconds in `Retry-After`; its other form, a date, is not used by those who mean seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The text of an error with its causes: the library's own says only "client error (Connect)".
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
