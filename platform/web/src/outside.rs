//! Asking servers that other people name: only machines of the public internet, unless a setting allows others.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};
use tower::Service;

use crate::{WebAddress, is_public};

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Asks for `address` once, with `headers`; redirects are the caller's to follow. `private` names the hosts that need not be on
/// the public internet.
///
/// # Errors
/// Why there is no answer, for people.
pub async fn ask_outside(
    address: &WebAddress,
    private: &[String],
    headers: HeaderMap,
) -> Result<Response<Incoming>, String> {
    let is_allowed = address.is_of(private);
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
        .body(Empty::new())
        .map_err(|error| error.to_string())?;
    let fixed = [
        (header::USER_AGENT, "matinee"),
        (header::ACCEPT, "*/*"),
        (header::ACCEPT_ENCODING, "identity"),
    ];
    *request.headers_mut() = headers;
    for (name, value) in fixed {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    client.request(request).await.map_err(|error| chain(&error))
}

/// Reads a small document: of at most `most` bytes, within `patience`, without redirects.
///
/// # Errors
/// Why it is not there, for people.
pub async fn read_outside(
    address: &WebAddress,
    private: &[String],
    most: usize,
    patience: Duration,
) -> Result<Bytes, String> {
    let reading = async {
        let response = ask_outside(address, private, HeaderMap::new()).await?;
        if response.status() != StatusCode::OK {
            return Err(format!("the server answered {}", response.status()));
        }
        let body = Limited::new(response.into_body(), most).collect().await;
        Ok(body.map_err(|error| chain(error.as_ref()))?.to_bytes())
    };
    let read = tokio::time::timeout(patience, reading).await;
    read.unwrap_or_else(|_| Err(format!("no answer within {} s", patience.as_secs())))
}

/// The text of an error with its causes: the library's own says only "client error (Connect)".
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_of_this_network_is_asked_only_where_a_setting_names_it() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let served = axum::Router::new()
            .route("/keys", axum::routing::get(|| async { "[]" }))
            .route(
                "/moved",
                axum::routing::get(|| async { axum::response::Redirect::to("/keys") }),
            );
        #[expect(clippy::disallowed_methods, reason = "the server of this test")]
        tokio::spawn(async move { axum::serve(listener, served).await });
        let read = async |host: &str, path: &str, private: &[String], most| {
            let address = WebAddress::parse(&format!("http://{host}:{port}{path}")).expect("an address");
            read_outside(&address, private, most, Duration::from_secs(5)).await
        };
        let named = ["127.0.0.1".to_owned()];
        assert_eq!(
            read("127.0.0.1", "/keys", &named, 10).await,
            Ok(Bytes::from_static(b"[]"))
        );
        for (host, path, private, most, reason) in [
            ("127.0.0.1", "/keys", &[][..], 10, "not on the public internet"),
            ("localhost", "/keys", &named, 10, "not on the public internet"),
            ("127.0.0.1", "/keys", &named, 1, "length limit exceeded"),
            ("127.0.0.1", "/moved", &named, 10, "303"),
        ] {
            let refused = read(host, path, private, most).await.expect_err("refused");
            assert!(refused.contains(reason), "{host}{path}: {refused}");
        }
    }
}
