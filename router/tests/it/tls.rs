//! Subgraphs behind TLS: believed when the authority of their certificate is.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use futures_util::StreamExt;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use router::{Context, FetchOperation, Grpc, Http, Inputs, Map, Settings, Subgraph, SubgraphAnswer, Traffic};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, ServerConfig, pki_types::PrivateKeyDer},
    server::TlsStream,
};

use crate::graph::Graph;

/// An authority of our own; its certificate is in a file.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&key).expect("a certificate");
        let file = std::env::temp_dir().join(format!("matinee-ca-{name}-{}.pem", std::process::id()));
        std::fs::write(&file, own.pem()).expect("a file");
        Self {
            issuer: Issuer::new(params, key),
            file,
        }
    }

    /// The server's side of TLS for `localhost`.
    fn server(&self) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let own = params.signed_by(&key, &self.issuer).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], key)
            .expect("a certificate");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        std::fs::remove_file(&self.file).expect("the file is ours");
    }
}

struct Listener {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl axum::serve::Listener for Listener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (socket, address) = self.tcp.accept().await.expect("a connection");
            // Who does not believe us goes away.
            if let Ok(socket) = self.tls.accept(socket).await {
                return (socket, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test server lives as long as its test")]
async fn serve(routes: axum::Router, authority: &Authority) -> String {
    let tcp = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = tcp.local_addr().expect("an address").port();
    let tls = TlsAcceptor::from(Arc::new(authority.server()));
    tokio::spawn(async move { axum::serve(Listener { tcp, tls }, routes).await });
    format!("https://localhost:{port}/graphql")
}

fn believing(ca_file: String) -> Settings {
    Settings {
        traffic: Traffic {
            ca_file,
            retries: 0,
            ..Traffic::default()
        },
        ..Settings::default()
    }
}

fn operation(text: &str) -> FetchOperation {
    FetchOperation::new("accounts", text.to_owned(), Vec::new()).expect("an operation")
}

/// The code of the first error, or the data of `operation`.
fn said(operation: &FetchOperation, answer: &SubgraphAnswer) -> serde_json::Value {
    match answer.errors.first() {
        Some(error) => serde_json::to_value(error).expect("JSON")["extensions"]["code"].clone(),
        None => {
            let key = &operation.root_keys[0];
            let value = answer.data.field(key).expect("its field").to_json();
            json!({ key: serde_json::from_str::<serde_json::Value>(&value).expect("JSON") })
        }
    }
}

#[tokio::test]
async fn a_subgraph_behind_tls_is_asked_when_its_authority_is_believed_and_not_otherwise() {
    let graph = Graph::local().await;
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let url = serve(graph.served("accounts").merge(graph.called("accounts")), &ours).await;
    let calls = url.replace("https", "grpcs").replace("/graphql", "");
    let file = |authority: &Authority| authority.file.display().to_string();
    for (ca_file, asked, heard) in [
        (file(&ours), json!({"at": "2026-11-21"}), json!({"ticks": 0})),
        (file(&other), json!("UNAVAILABLE"), json!("UNAVAILABLE")),
        (String::new(), json!("UNAVAILABLE"), json!("UNAVAILABLE")),
    ] {
        let settings = believing(ca_file.clone());
        let by_http = Http::named("accounts", &url, &settings).expect("an address");
        let by_grpc = Grpc::named("accounts", &calls, &settings).expect("an address");
        for subgraph in [Box::new(by_http) as Box<dyn Subgraph>, Box::new(by_grpc)] {
            let query = operation("{ at(when: \"2026-11-21\") }");
            let answer = subgraph.execute(&query, Inputs::default(), &Context::default()).await;
            assert_eq!(said(&query, &answer), asked, "{ca_file:?}");
            let ticks = operation("subscription { ticks }");
            let mut events = subgraph.subscribe(&ticks, Map::new(), &Context::default()).await;
            let event = events.next().await.expect("an event");
            assert_eq!(said(&ticks, &event), heard, "{ca_file:?}");
        }
    }
}
