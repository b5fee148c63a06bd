//! Calls to other processes: over connections that are shared, each by so many calls at a time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Uri, uri::PathAndQuery};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, Error as ClientError, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Extensions, Status, Streaming, body::Body, client::Grpc, metadata::MetadataMap};

use crate::codec::BytesCodec;

/// A connection without calls stays open for so long; shorter than what proxies commonly allow.
const IDLE_TIME: Duration = Duration::from_secs(55);
/// Time between pings of a connection with calls, and for their answers: a machine that is gone says nothing.
const PING: Duration = Duration::from_secs(20);
/// What details of a status are sent in. Nobody reads them here, and the library panics on those that are not base64.
const DETAILS: &str = "grpc-status-details-bin";

/// What is asked.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// `grpc://host:port`, or `grpcs:` for TLS.
    pub to: &'a Uri,
    /// `/package.Service/Method`.
    pub method: &'static str,
    /// What goes with it.
    pub metadata: HeaderMap,
    /// The message, encoded.
    pub message: Bytes,
    /// How long the caller waits; the one who is asked is told.
    pub timeout: Option<Duration>,
    /// Largest message of an answer, in bytes.
    pub max_answer: usize,
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There was no connection: nobody knows of the call.
    #[error("no connection: {0}")]
    Unsent(String),
    /// The connection broke; the call may have been carried out.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The message is larger than it may be.
    #[error("the message is larger than {0} bytes")]
    TooLarge(usize),
    /// The one who was asked says no.
    #[error("{:?}: {}", .0.code(), .0.message())]
    Refused(Status),
}

/// Connections for calls; made when they are needed.
pub struct Channel {
    tls: ClientConfig,
    connect: Duration,
    calls: usize,
    lanes: Mutex<Vec<Lane>>,
}

/// One connection to each address, and the calls it still takes.
#[derive(Clone)]
struct Lane {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    places: Arc<Semaphore>,
}

/// A place on a connection.
struct Place {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    _taken: OwnedSemaphorePermit,
}

/// The messages of an answer, one after the other.
pub struct Messages {
    stream: Streaming<Bytes>,
    max_answer: usize,
    _place: Place,
}

impl Channel {
    /// Connects within `connect`, believing what `tls` says, with at most `calls` at a time on a connection.
    pub fn new(tls: ClientConfig, connect: Duration, calls: usize) -> Self {
        Self {
            tls,
            connect,
            calls: calls.clamp(1, Semaphore::MAX_PERMITS),
            lanes: Mutex::default(),
        }
    }

    /// The same without TLS: nobody is believed.
    pub fn plain(connect: Duration, calls: usize) -> Self {
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Self::new(tls, connect, calls)
    }

    /// One message, one answer with its metadata; dropping the future cancels the call.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn unary(&self, call: Call<'_>) -> Result<(HeaderMap, Bytes), CallError> {
        let place = self.place();
        let max_answer = call.max_answer;
        let (mut client, request, path) = place.prepare(call)?;
        let answered = client.unary(request, path, BytesCodec).await;
        let (metadata, message, _) = answered
            .map_err(|status| CallError::of(status, max_answer))?
            .into_parts();
        Ok((metadata.into_headers(), message))
    }

    /// One message, many answers; dropping them cancels the call.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn stream(&self, call: Call<'_>) -> Result<Messages, CallError> {
        let place = self.place();
        let max_answer = call.max_answer;
        let (mut client, request, path) = place.prepare(call)?;
        let answered = client.server_streaming(request, path, BytesCodec).await;
        let answered = answered.map_err(|status| CallError::of(status, max_answer))?;
        Ok(Messages {
            stream: answered.into_inner(),
            max_answer,
            _place: place,
        })
    }

    /// A place on the first connection that has one: calls gather on few, and those that are left idle are let go.
    fn place(&self) -> Place {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_first = true;
        lanes.retain(|lane| std::mem::take(&mut is_first) || lane.places.available_permits() < self.calls);
        if let Some(place) = lanes.iter().find_map(Lane::place) {
            return place;
        }
        let lane = Lane {
            client: self.client(),
            places: Arc::new(Semaphore::new(self.calls)),
        };
        let place = lane.place().expect("a new connection has a place");
        lanes.push(lane);
        place
    }

    /// A client of its own: of HTTP/2 it keeps one connection to an address.
    fn client(&self) -> Client<HttpsConnector<HttpConnector>, Body> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(self.connect));
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(self.tls.clone())
            .https_or_http()
            .enable_http2()
            .wrap_connector(connector);
        Client::builder(TokioExecutor::new())
            .http2_only(true)
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PING)
            .build(connector)
    }
}

impl Lane {
    fn place(&self) -> Option<Place> {
        Some(Place {
            client: self.client.clone(),
            _taken: self.places.clone().try_acquire_owned().ok()?,
        })
    }
}

/// A client of the library for one call, over a connection of ours.
type Prepared<S> = (Grpc<S>, tonic::Request<Bytes>, PathAndQuery);

impl Place {
    fn prepare(
        &self,
        call: Call<'_>,
    ) -> Result<
        Prepared<
            impl tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = ClientError, Future: Send>
            + use<>,
        >,
        CallError,
    > {
        let origin = origin(call.to).ok_or_else(|| CallError::Unsent(format!("{} is no address", call.to)))?;
        let client = self.client.clone();
        let service = tower::service_fn(move |request| {
            let sent = client.request(request);
            async move { sent.await.map(cleaned) }
        });
        let client = Grpc::with_origin(service, origin).max_decoding_message_size(call.max_answer);
        let metadata = MetadataMap::from_headers(call.metadata);
        let mut request = tonic::Request::from_parts(metadata, Extensions::default(), call.message);
        if let Some(timeout) = call.timeout {
            request.set_timeout(timeout);
        }
        Ok((client, request, PathAndQuery::from_static(call.method)))
    }
}

/// `grpc:` and `grpcs:` as HTTP has them.
fn origin(to: &Uri) -> Option<Uri> {
    let scheme = match to.scheme_str()? {
        "grpc" => "http",
        "grpcs" => "https",
        _ => return None,
    };
    let authority = to.authority()?.clone();
    Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query("/")
        .build()
        .ok()
}

/// An answer as the library can be given it.
fn cleaned(response: http::Response<Incoming>) -> http::Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(DETAILS);
    if parts.status != http::StatusCode::OK {
        // A page of a proxy: its status says enough, its text is no message.
        return http::Response::from_parts(parts, Body::empty());
    }
    let body = body.map_frame(|frame| match frame.into_trailers() {
        Ok(mut trailers) => {
            trailers.remove(DETAILS);
            Frame::trailers(trailers)
        }
        Err(frame) => frame,
    });
    http::Response::from_parts(parts, Body::new(body))
}

impl Messages {
    /// The next one; none at the end.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        let next = self.stream.message().await;
        next.map_err(|status| CallError::of(status, self.max_answer))
    }
}

impl CallError {
    /// What the library says, told apart by its cause.
    fn of(status: Status, max_answer: usize) -> Self {
        let mut cause = std::error::Error::source(&status);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<ClientError>() {
                let text = chain(error);
                return if error.is_connect() {
                    Self::Unsent(text)
                } else {
                    Self::Broken(text)
                };
            }
            if error.is::<hyper::Error>() {
                return Self::Broken(chain(error));
            }
            cause = error.source();
        }
        if status.code() == Code::OutOfRange {
            // The library's own word for it; no method here has another use for the code.
            return Self::TooLarge(max_answer);
        }
        Self::Refused(status)
    }
}

/// The text of an error with its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
