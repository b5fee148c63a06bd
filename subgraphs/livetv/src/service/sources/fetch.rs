//! Fetching a guide from the web: only from the public internet, of limited size, in limited time.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use http::{
    HeaderMap, Response, StatusCode,
    header::{self, HeaderName},
};
use http_body_util::{BodyStream, Empty};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};
use tower::Service;
use uuid::Uuid;

use crate::{
    Error,
    domain::network::{WebAddress, is_public},
    service::{
        LiveTv,
        imports::{BEAT, Progress},
    },
};

/// Redirects that are followed.
const MOST_HOPS: usize = 5;
/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest tag or date of a server that is remembered.
const LONGEST_TAG: usize = 500;

/// What the source's server said of the last guide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The guide is still the one that was fetched last.
    NotModified,
    /// A guide was stored.
    Guide {
        /// For the next time.
        validators: Validators,
        /// Follows from its bytes.
        digest: String,
    },
}

/// Where the bytes of a guide are that this service fetched.
pub(in crate::service) fn fetched_key(import: Uuid) -> String {
    format!("guide/{import}")
}

impl LiveTv {
    /// Fetches the guide of an import; gives back where it is, or why there is none.
    pub(in crate::service) async fn fetch_into(
        &self,
        url: &str,
        import: Uuid,
        progress: &mut Progress,
    ) -> Result<Result<String, String>, Error> {
        let key = fetched_key(import);
        let fetched = self.fetch(url, &Validators::default(), &key, Some(progress)).await?;
        Ok(fetched.map(|_| key))
    }

    /// Fetches `url` into the object `key`, if it is another guide than the one known; otherwise says why not.
    pub(super) async fn fetch(
        &self,
        url: &str,
        known: &Validators,
        key: &str,
        progress: Option<&mut Progress>,
    ) -> Result<Result<Answer, String>, Error> {
        let limit = Duration::from_secs(self.settings.fetch_seconds);
        match tokio::time::timeout(limit, self.fetch_now(url, known, key, progress)).await {
            Ok(fetched) => fetched,
            Err(_) => Ok(Err(format!("not fetched within {} s", limit.as_secs()))),
        }
    }

    async fn fetch_now(
        &self,
        url: &str,
        known: &Validators,
        key: &str,
        progress: Option<&mut Progress>,
    ) -> Result<Result<Answer, String>, Error> {
        let response = match self.request(url, known).await {
            Ok(Some(response)) => response,
            Ok(None) => return Ok(Ok(Answer::NotModified)),
            Err(reason) => return Ok(Err(reason)),
        };
        let most = self.settings.fetch_max_bytes;
        let told = response.headers().get(header::CONTENT_LENGTH);
        let told = told.and_then(|length| length.to_str().ok()?.parse().ok());
        let too_large = || Ok(Err(format!("the guide is larger than {most} bytes")));
        if told.is_some_and(|length: u64| length > most) {
            return too_large();
        }
        let validators = Validators {
            etag: text_of(response.headers(), header::ETAG),
            last_modified: text_of(response.headers(), header::LAST_MODIFIED),
        };
        let fetched = Arc::new(AtomicU64::new(0));
        let count = fetched.clone();
        let pieces = BodyStream::new(response.into_body()).filter_map(move |frame| {
            let piece = match frame {
                Ok(frame) => frame.into_data().ok().map(Ok),
                Err(error) => Some(Err(io::Error::other(error))),
            };
            if let Some(Ok(piece)) = &piece {
                count.fetch_add(piece.len() as u64, Ordering::Relaxed);
            }
            std::future::ready(piece)
        });
        let storing = self.storage.put(key, "application/octet-stream", pieces.boxed(), most);
        let stored = match progress {
            Some(progress) => telling(storing, progress, &fetched, told.unwrap_or_default()).await,
            None => storing.await,
        };
        match stored {
            Ok(stored) => Ok(Ok(Answer::Guide {
                validators,
                digest: stored.etag,
            })),
            Err(storage::Error::TooLarge { .. }) => too_large(),
            Err(storage::Error::Io(_, error)) => Ok(Err(format!("the guide did not arrive whole: {}", chain(&error)))),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks, and follows redirects; `None` when nothing is new.
    async fn request(&self, url: &str, known: &Validators) -> Result<Option<Response<hyper::body::Incoming>>, String> {
        let mut address = WebAddress::parse(url)?;
        for _ in 0..=MOST_HOPS {
            let response = self.ask(&address, known).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED {
                return Ok(None);
            }
            if !status.is_redirection() {
                return match status {
                    StatusCode::OK => Ok(Some(response)),
                    other => Err(format!("the server answered {other}")),
                };
            }
            let location = text_of(response.headers(), header::LOCATION);
            let location = location.ok_or_else(|| format!("the server answered {status} and names no place"))?;
            address = address.follow(&location)?;
        }
        Err(format!("more than {MOST_HOPS} redirects"))
    }

    async fn ask(&self, address: &WebAddress, known: &Validators) -> Result<Response<hyper::body::Incoming>, String> {
        let is_allowed = address.is_of(&self.settings.allow_private_sources);
        // A host that is an address is not looked up, so it is checked here.
        if !is_allowed && address.ip().is_some_and(|ip| !is_public(ip)) {
            return Err(format!("{} is not on the public internet", address.host()));
        }
        let mut connector = HttpConnector::new_with_resolver(Resolver { is_allowed });
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls().as_ref().clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        // Nothing is kept: the next look is minutes away.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build::<_, Empty<Bytes>>(connector);
        let mut request = http::Request::get(address.to_text())
            .header(header::USER_AGENT, "matinee")
            .header(header::ACCEPT, "*/*")
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some(etag) = &known.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = &known.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
        let request = request.body(Empty::new()).map_err(|error| error.to_string())?;
        client.request(request).await.map_err(|error| chain(&error))
    }
}

/// Waits for `storing`, and says meanwhile how far it is.
async fn telling<T>(storing: impl Future<Output = T>, progress: &mut Progress, fetched: &AtomicU64, of: u64) -> T {
    let mut storing = std::pin::pin!(storing);
    loop {
        tokio::select! {
            stored = &mut storing => break stored,
            () = tokio::time::sleep(BEAT) => progress.read(fetched.load(Ordering::Relaxed), of).await,
        }
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= LONGEST_TAG || text.contains("://")).then(|| text.to_owned())
}

/// The text of an error with its causes: the library's own says only "client error (Connect)".
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Looks hosts up and keeps to public machines: what was checked is what is connected to.
#[derive(Clone)]
struct Resolver {
    is_allowed: bool,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let is_allowed = self.is_allowed;
        let found = async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            // One private address among public ones is somebody's trick.
            if is_allowed || found.iter().all(|address| is_public(address.ip())) {
                return Ok(found.into_iter());
            }
            Err(io::Error::other(format!("{host} is not on the public internet")))
        };
        found.boxed()
    }
}

/// The client's side of TLS, made once: whom the machine trusts, we trust.
fn tls() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let make = || {
        let mut roots = RootCertStore::empty();
        let (_, ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if ignored > 0 {
            tracing::debug!(ignored, "certificates of this machine were left out");
        }
        // Named, because two providers are linked and the library would refuse to choose.
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    };
    CONFIG.get_or_init(make).clone()
}
