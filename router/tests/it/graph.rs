//! A router under test.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use auth::{Issuer, KeyPair, Role, Verifier};
use futures_util::stream::BoxStream;
use kernel::{Clock, Instant, SystemClock};
use router::{
    Context, FetchOperation, Grpc, Http, Inputs, Landing, Local, Map, Parts, Ports, Request, Router, Settings, Source,
    Subgraph, SubgraphAnswer, Supergraph,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::subgraphs;

/// A router with its subgraphs behind it.
pub struct Graph {
    pub router: Router,
    pub shutdown: CancellationToken,
    verifier: Verifier,
    issuer: Issuer,
    clock: SystemClock,
}

/// How the router reaches the subgraphs.
#[derive(Debug, Clone, Copy)]
pub enum Transport {
    Local,
    Http,
    Grpc,
}

pub const ALL: [Transport; 3] = [Transport::Local, Transport::Http, Transport::Grpc];

/// A subgraph that went away.
struct Dead(String);

#[async_trait]
impl Subgraph for Dead {
    async fn execute(&self, _: &FetchOperation, _: Inputs, _: &Context) -> SubgraphAnswer {
        let settings = Settings::default();
        let nowhere = Http::new("http://127.0.0.1:1/graphql", &settings).expect("an address");
        let operation = FetchOperation::new(&self.0, "{__typename}".to_owned(), Vec::new()).expect("an operation");
        nowhere
            .execute(&operation, Inputs::default(), &Context::default())
            .await
    }

    async fn subscribe(&self, _: &FetchOperation, _: Map, _: &Context) -> BoxStream<'static, SubgraphAnswer> {
        Box::pin(futures_util::stream::empty())
    }
}

pub fn supergraph() -> Supergraph {
    let sources: Vec<Source> = subgraphs::all()
        .into_iter()
        .map(|(name, endpoint)| Source::new(name, format!("http://{name}.example/graphql"), endpoint.sdl()))
        .collect();
    Supergraph::compose(&sources).expect("the subgraphs compose")
}

/// A router whose subgraphs are nothing but their SDL.
pub fn of_sdl(subgraphs: &[(&'static str, String)]) -> Router {
    let sources: Vec<Source> = subgraphs
        .iter()
        .map(|(name, sdl)| Source::new(*name, format!("http://{name}.example/graphql"), sdl.clone()))
        .collect();
    let pem = KeyPair::generate().expect("a key");
    let pair = KeyPair::from_pem(&pem).expect("our own key");
    let transport = |name: &str| -> Arc<dyn Subgraph> { Arc::new(Dead(name.to_owned())) };
    Router::new(Parts {
        supergraph: Supergraph::compose(&sources).expect("the subgraphs compose"),
        subgraphs: subgraphs
            .iter()
            .map(|(name, _)| ((*name).to_owned(), transport(name)))
            .collect(),
        verifier: Verifier::new(pair.public(), "test", Arc::new(SystemClock)),
        settings: Settings::default(),
        landing: Landing::default(),
        shutdown: CancellationToken::new(),
        ports: Ports::default(),
    })
    .expect("a router")
}

impl Graph {
    pub async fn start(transport: Transport) -> Self {
        Self::build(transport, Settings::default(), None, Ports::default()).await
    }

    pub async fn local() -> Self {
        Self::start(Transport::Local).await
    }

    pub async fn with(settings: Settings) -> Self {
        Self::on(settings, Ports::default()).await
    }

    /// A router with these ports.
    pub async fn on(settings: Settings, ports: Ports) -> Self {
        Self::build(Transport::Local, settings, None, ports).await
    }

    pub async fn without(dead: &str) -> Self {
        Self::build(Transport::Local, Settings::default(), Some(dead), Ports::default()).await
    }

    async fn build(transport: Transport, settings: Settings, dead: Option<&str>, ports: Ports) -> Self {
        let pem = KeyPair::generate().expect("a key");
        let pair = Arc::new(KeyPair::from_pem(&pem).expect("our own key"));
        let verifier = Verifier::new(pair.public(), "test", Arc::new(SystemClock));
        let shutdown = CancellationToken::new();
        let mut transports: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
        for (name, endpoint) in subgraphs::all() {
            let subgraph: Arc<dyn Subgraph> = match transport {
                _ if dead == Some(name) => Arc::new(Dead(name.to_owned())),
                Transport::Local => Arc::new(Local::new(endpoint)),
                Transport::Http => {
                    let address = serve(graphql::routes(endpoint, verifier.clone())).await;
                    Arc::new(Http::new(&format!("http://{address}/graphql"), &settings).expect("an address"))
                }
                Transport::Grpc => {
                    let address = serve(called(&[(name, endpoint)], &verifier, &shutdown)).await;
                    Arc::new(Grpc::named(name, &format!("grpc://{address}"), &settings).expect("an address"))
                }
            };
            transports.insert(name.to_owned(), subgraph);
        }
        let router = Router::new(Parts {
            supergraph: supergraph(),
            subgraphs: transports,
            verifier: verifier.clone(),
            settings,
            landing: Landing::default(),
            shutdown: shutdown.clone(),
            ports,
        })
        .expect("a router");
        Self {
            router,
            shutdown,
            verifier,
            issuer: Issuer::new(pair, "test"),
            clock: SystemClock,
        }
    }

    /// A token of `account` that ends in `seconds`.
    pub fn token(&self, seconds: i64) -> String {
        self.token_of(&[Role::Viewer], seconds)
    }

    /// The same with roles.
    pub fn token_of(&self, roles: &[Role], seconds: i64) -> String {
        let now: Instant = self.clock.now();
        let ends = chrono_seconds(now, seconds);
        self.issuer.issue(
            kernel::AccountId::parse("account", ACCOUNT).expect("an id"),
            roles,
            uuid::Uuid::nil(),
            now,
            ends,
        )
    }

    pub fn signed_in(&self) -> Context {
        self.signed_in_for(60)
    }

    /// With a token of its own for each number of seconds.
    pub fn signed_in_for(&self, seconds: i64) -> Context {
        let identity = self
            .router
            .authenticate(Some(&format!("Bearer {}", self.token(seconds))));
        Context::from(identity.expect("a valid token"))
    }

    pub fn signed_in_as(&self, role: Role) -> Context {
        let token = format!("Bearer {}", self.token_of(&[role], 60));
        Context::from(self.router.authenticate(Some(&token)).expect("a valid token"))
    }

    /// The subgraph `name` as it is served in another process.
    pub fn served(&self, name: &str) -> axum::Router {
        let (_, endpoint) = subgraphs::all()
            .into_iter()
            .find(|(own, _)| *own == name)
            .expect("a subgraph");
        graphql::routes(endpoint, self.verifier.clone())
    }

    /// The same by gRPC.
    pub fn called(&self, name: &str) -> axum::Router {
        let all = subgraphs::all();
        let own: Vec<_> = all.into_iter().filter(|(own, _)| *own == name).collect();
        called(&own, &self.verifier, &self.shutdown)
    }

    /// Another router that believes the same tokens.
    pub fn router_over(&self, subgraphs: HashMap<String, Arc<dyn Subgraph>>, settings: Settings) -> Router {
        Router::new(Parts {
            supergraph: supergraph(),
            subgraphs,
            verifier: self.verifier.clone(),
            settings,
            landing: Landing::default(),
            shutdown: self.shutdown.clone(),
            ports: Ports::default(),
        })
        .expect("a router")
    }

    /// The answer, or the errors of a request that was refused.
    pub async fn ask(&self, request: Request) -> Value {
        self.ask_as(request, &Context::default()).await
    }

    pub async fn ask_as(&self, request: Request, context: &Context) -> Value {
        let text = match self.router.execute(request, context).await {
            Ok(answer) => answer.body,
            Err(rejection) => rejection.to_json().into(),
        };
        serde_json::from_slice(&text).expect("an answer is JSON")
    }

    pub async fn query(&self, query: &str) -> Value {
        self.ask(Request::new(query)).await
    }

    /// Serves the router; gives its address.
    pub async fn listen(&self) -> SocketAddr {
        serve(self.router.routes()).await
    }
}

/// Subgraphs as another process serves them by gRPC until it stops.
fn called(
    subgraphs: &[(&'static str, Arc<dyn graphql::Endpoint>)],
    verifier: &Verifier,
    stop: &CancellationToken,
) -> axum::Router {
    let limits = grpc::Limits {
        max_message: 1024 * 1024,
        stop: stop.clone(),
    };
    graphql::grpc_routes(subgraphs, verifier, limits)
}

pub const ACCOUNT: &str = "019a0000-0000-7000-8000-000000000001";

fn chrono_seconds(now: Instant, seconds: i64) -> Instant {
    Instant::from_timestamp(now.timestamp() + seconds, 0).expect("an instant")
}

#[expect(clippy::disallowed_methods, reason = "a test server lives as long as its test")]
pub async fn serve(routes: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// `extensions.code` of each error.
pub fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors
        .iter()
        .map(|error| error["extensions"]["code"].as_str().unwrap_or("?"))
        .collect()
}
