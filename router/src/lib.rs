//! The federation router: one graph out of many subgraphs.
//!
//! [`Supergraph::compose`] makes the graph from SDL; [`Router::new`] puts transports behind it; [`Router::routes`]
//! serves it over HTTP, WebSocket and SSE. It knows SDL, never the code of a subgraph. A request goes through
//! `pipeline/` (limits, validation, plan: once per operation), then `executor/` walks the plan and projects the answer.

mod engine;
mod error;
mod executor;
mod front;
mod pipeline;
mod plan;
mod satisfy;
mod settings;
mod subgraph;
mod supergraph;

use std::{collections::HashMap, sync::Arc};

use apollo_compiler::executable::OperationType;
use arc_swap::ArcSwap;
use auth::Verifier;
use futures_util::{StreamExt, stream::BoxStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::engine::Engine;

pub use error::{Error, PARSE_FAILED, Rejection, VALIDATION_FAILED};
pub use front::Landing;
pub use pipeline::{Identity, Request};
pub use satisfy::plan_every_field;
pub use settings::Settings;
pub use subgraph::{FetchOperation, Http, Local, Map, Subgraph, SubgraphAnswer};
pub use supergraph::{Source, Supergraph, sources};

/// The router; clones are the same router.
#[derive(Clone)]
pub struct Router(Arc<Shared>);

struct Shared {
    engine: ArcSwap<Engine>,
    verifier: Verifier,
    settings: Arc<Settings>,
    landing: Landing,
    shutdown: CancellationToken,
    sockets: TaskTracker,
}

impl Router {
    /// A router over `supergraph`, with a transport for each of its subgraphs. `shutdown` ends open sockets.
    ///
    /// # Errors
    /// [`Error::NoTransport`], [`Error::Supergraph`].
    pub fn new(
        supergraph: Supergraph,
        subgraphs: HashMap<String, Arc<dyn Subgraph>>,
        verifier: Verifier,
        settings: Settings,
        landing: Landing,
        shutdown: CancellationToken,
    ) -> Result<Self, Error> {
        let settings = Arc::new(settings);
        let engine = Engine::new(supergraph, subgraphs, settings.clone())?;
        Ok(Self(Arc::new(Shared {
            engine: ArcSwap::from_pointee(engine),
            verifier,
            settings,
            landing,
            shutdown,
            sockets: TaskTracker::new(),
        })))
    }

    /// Serves another graph from now on; open subscriptions stay on the one they began with.
    ///
    /// # Errors
    /// As [`Router::new`]; the present graph then stays.
    pub fn replace(&self, supergraph: Supergraph, subgraphs: HashMap<String, Arc<dyn Subgraph>>) -> Result<(), Error> {
        let engine = Engine::new(supergraph, subgraphs, self.0.settings.clone())?;
        self.0.engine.store(Arc::new(engine));
        Ok(())
    }

    /// Answers a query or mutation with JSON text.
    ///
    /// # Errors
    /// [`Rejection`] when nothing was executed.
    pub async fn execute(&self, request: Request, identity: &Identity) -> Result<Vec<u8>, Rejection> {
        let engine = self.0.engine.load_full();
        let prepared = engine.prepare(&request).await?;
        if prepared.kind() == OperationType::Subscription {
            let message = "a subscription needs a WebSocket or `Accept: text/event-stream`";
            return Err(Rejection::new(406, VALIDATION_FAILED, message));
        }
        engine.execute(&prepared, request, identity).await
    }

    /// Answers any operation with JSON texts: one for a query or mutation, one for each event of a subscription.
    ///
    /// # Errors
    /// [`Rejection`] when nothing was executed.
    pub async fn stream(
        &self,
        request: Request,
        identity: &Identity,
    ) -> Result<BoxStream<'static, Vec<u8>>, Rejection> {
        let engine = self.0.engine.load_full();
        let prepared = engine.prepare(&request).await?;
        if prepared.kind() == OperationType::Subscription {
            let schema = &engine.supergraph.api;
            let variables = pipeline::coerce(schema, &prepared.operation, request.variables)?.values;
            return executor::subscribe(engine.clone(), prepared.clone(), variables, identity.clone()).await;
        }
        let answer = engine.execute(&prepared, request, identity).await?;
        Ok(futures_util::stream::iter([answer]).boxed())
    }

    /// Whether the operation is a mutation.
    ///
    /// # Errors
    /// [`Rejection`] when it cannot be executed at all.
    pub async fn is_mutation(&self, request: &Request) -> Result<bool, Rejection> {
        let prepared = self.0.engine.load_full().prepare(request).await?;
        Ok(prepared.kind() == OperationType::Mutation)
    }

    /// Who the value of an `Authorization` header speaks for.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for anything but a valid bearer token.
    pub fn authenticate(&self, authorization: Option<&str>) -> Result<Identity, Rejection> {
        pipeline::authenticate(&self.0.verifier, authorization)
    }

    /// How often each subgraph was asked since the graph was made.
    pub fn fetches(&self) -> HashMap<String, u64> {
        self.0.engine.load().fetches()
    }

    /// The schema clients see.
    pub fn api_sdl(&self) -> String {
        self.0.engine.load().supergraph.api_sdl().to_owned()
    }

    /// `/graphql`, `/graphiql`, `/schema.graphql`, `/assets/…` and the landing page at `/`.
    pub fn routes(&self) -> axum::Router {
        front::routes(self.clone())
    }

    /// Waits until every WebSocket is closed; they close themselves when the shutdown token is cancelled.
    pub async fn drained(&self) {
        self.0.sockets.close();
        self.0.sockets.wait().await;
    }
}
