//! The federation router: one graph out of many subgraphs.
//!
//! [`Supergraph::compose`] makes the graph from SDL; [`Router::new`] puts transports behind it; [`Router::routes`]
//! serves it over HTTP, WebSocket and SSE. It knows SDL, never the code of a subgraph. A request goes through
//! `pipeline/` (limits, validation, plan: once per operation), then `executor/` walks the plan and projects the answer.

mod access;
mod bulkhead;
mod compose;
mod contract;
mod cost;
mod data;
mod engine;
mod error;
mod executor;
mod front;
mod kept;
mod mock;
mod observe;
mod one_of;
mod passthrough;
mod pipeline;
mod plan;
mod plans;
mod rest;
mod satisfy;
mod settings;
mod sharing;
mod sources;
mod subgraph;
mod supergraph;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use arc_swap::ArcSwap;
use auth::Verifier;
use axum::http::HeaderMap;
use bus::Bus;
use cache::Kv;
use futures_util::stream::BoxStream;
use kernel::{Clock, Ids, SystemClock, SystemIds};
use telemetry::AccessLog;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    engine::Engine,
    kept::Kept,
    observe::Observer,
    passthrough::Passthrough,
    pipeline::{Credentials, Keys, Limiter, Operations},
    rest::Facade,
};

pub use contract::Variant;
pub use cost::{Cost, estimates};
pub use data::{Data, Leaf, Malformed, Object, Reading};
pub use error::{Error, PARSE_FAILED, Rejection, VALIDATION_FAILED};
pub use front::Landing;
pub use kept::{CacheSettings, Policy};
pub use mock::mocks;
pub use observe::{Answered, Explain, Journal, Settings as ObserveSettings};
pub use pipeline::{Answer, Client, Context, Facts, Identity, PersistedMode, PersistedSettings, Request};
pub use rest::{Rest, RestSource};
pub use satisfy::plan_every_field;
pub use settings::{
    AccessSettings, ContractSettings, MockSettings, PassthroughRoute, PassthroughSettings, RateLimits, Settings,
    Unauthorised, WhenAsked,
};
pub use sharing::{Delivery, SubscriptionSettings};
pub use sources::{Source, sources};
pub use subgraph::{
    AnswerRule, FetchOperation, HeaderRule, Http, Inputs, Local, Map, Override, Subgraph, SubgraphAnswer, Traffic,
    Transports,
};
pub use supergraph::Supergraph;

/// The router; clones are the same router.
#[derive(Clone)]
pub struct Router(Arc<Shared>);

struct Shared {
    engine: ArcSwap<Engine>,
    settings: ArcSwap<Settings>,
    passthrough: ArcSwap<Passthrough>,
    verifier: Verifier,
    keys: Keys,
    landing: Landing,
    shutdown: CancellationToken,
    sockets: TaskTracker,
    operations: Operations,
    limiter: Limiter,
    kept: Arc<Kept>,
    ports: Ports,
    observer: Arc<Observer>,
    /// REST over this graph: it has to fit whatever graph takes over.
    facades: Mutex<Vec<Weak<Facade>>>,
}

/// What a router is made of.
pub struct Parts {
    /// The graph.
    pub supergraph: Supergraph,
    /// A transport for each of its subgraphs.
    pub subgraphs: HashMap<String, Arc<dyn Subgraph>>,
    /// Whose tokens are believed.
    pub verifier: Verifier,
    /// Limits and times.
    pub settings: Settings,
    /// What the landing page says.
    pub landing: Landing,
    /// Ends open sockets.
    pub shutdown: CancellationToken,
    /// What the router stands on.
    pub ports: Ports,
}

/// What the router shares with other processes, and its time.
#[derive(Clone)]
pub struct Ports {
    /// Rate limits, API keys, persisted operations.
    pub kv: Arc<dyn Kv>,
    /// What changed (for caches), what was used (for analytics), and subscriptions across processes.
    pub bus: Arc<dyn Bus>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids of what is published.
    pub ids: Arc<dyn Ids>,
    /// Where a line for each operation goes.
    pub access: AccessLog,
}

/// Everything in this process: for a router that stands alone.
impl Default for Ports {
    fn default() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self {
            kv: Arc::new(cache::Memory::new(clock.clone())),
            bus: Arc::new(bus::Memory::default()),
            clock,
            ids: Arc::new(SystemIds),
            access: AccessLog::default(),
        }
    }
}

impl Router {
    /// A router of its parts.
    ///
    /// # Errors
    /// [`Error::NoTransport`], [`Error::Supergraph`], [`Error::Persisted`], [`Error::Passthrough`].
    pub fn new(parts: Parts) -> Result<Self, Error> {
        let settings = Arc::new(parts.settings);
        let kept = Arc::new(Kept::new(&settings.cache, parts.ports.clock.clone()));
        let engine = Engine::new(parts.supergraph, parts.subgraphs, settings.clone(), kept.clone())?;
        let keys = Keys::new(&parts.ports, &settings);
        let observer = Observer::new(&settings.observe, &parts.ports);
        let operations = Operations::open(settings.persisted.clone(), parts.ports.kv.clone())?;
        Ok(Self(Arc::new(Shared {
            keys,
            engine: ArcSwap::from_pointee(engine),
            passthrough: ArcSwap::from_pointee(Passthrough::new(&settings)?),
            settings: ArcSwap::new(settings),
            verifier: parts.verifier,
            landing: parts.landing,
            shutdown: parts.shutdown,
            sockets: TaskTracker::new(),
            operations,
            limiter: Limiter::default(),
            kept,
            ports: parts.ports,
            observer,
            facades: Mutex::default(),
        })))
    }

    /// Serves another graph from now on; open subscriptions stay on the one they began with.
    ///
    /// # Errors
    /// As [`Router::new`]; the present graph then stays.
    pub fn replace(&self, supergraph: Supergraph, subgraphs: HashMap<String, Arc<dyn Subgraph>>) -> Result<(), Error> {
        let engine = Engine::new(supergraph, subgraphs, self.settings(), self.0.kept.clone())?;
        self.0.engine.store(Arc::new(engine));
        Ok(())
    }

    /// As [`Router::replace`], with other settings too; the graph is made on a thread that may take its time, and what
    /// is asked most is planned before it takes over. Requests that have begun and open subscriptions end on the old one.
    ///
    /// # Errors
    /// As [`Router::new`], and [`Error::Rest`] for routes of the façade that do not fit the graph; the present graph and settings then stay.
    pub async fn reload(
        &self,
        supergraph: Supergraph,
        subgraphs: HashMap<String, Arc<dyn Subgraph>>,
        settings: Settings,
    ) -> Result<(), Error> {
        let passthrough = self.passthrough_for(&settings)?;
        let settings = Arc::new(settings);
        let (own, kept) = (settings.clone(), self.0.kept.clone());
        let making = tokio::task::spawn_blocking(move || Engine::new(supergraph, subgraphs, own, kept));
        let made = making.await.map_err(|error| Error::Supergraph(error.to_string()))?;
        let engine = Arc::new(made?);
        let mut fitting = Vec::new();
        for facade in self.facades() {
            let made = facade.fit(&engine).await?;
            fitting.push((facade, made));
        }
        engine.warm_up(&self.engine()).await;
        self.0.settings.store(settings);
        self.0.passthrough.store(passthrough);
        self.0.engine.store(engine);
        for (facade, made) in fitting {
            facade.take(made);
        }
        Ok(())
    }

    /// A façade that has to fit the graph from now on.
    pub(crate) fn add_facade(&self, facade: &Arc<Facade>) {
        let mut all = self.0.facades.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.strong_count() > 0);
        all.push(Arc::downgrade(facade));
    }

    fn facades(&self) -> Vec<Arc<Facade>> {
        let all = self.0.facades.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).collect()
    }

    /// Answers a query or mutation with JSON text.
    ///
    /// # Errors
    /// [`Rejection`] when nothing was executed.
    pub async fn execute(&self, request: Request, context: &Context) -> Result<Answer, Rejection> {
        let watch = self.observer().watch(context, request.explain);
        let answered = pipeline::execute(self, request, watch.context()).await;
        watch.answered(answered)
    }

    /// Answers any operation with JSON texts: one for a query or mutation, one for each event of a subscription.
    ///
    /// # Errors
    /// [`Rejection`] when nothing was executed.
    pub async fn stream(&self, request: Request, context: &Context) -> Result<BoxStream<'static, Delivery>, Rejection> {
        let watch = self.observer().watch(context, request.explain);
        let answers = pipeline::stream(self, request, watch.context()).await;
        watch.streamed(answers)
    }

    /// Who the value of an `Authorization` header speaks for.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for anything but a valid bearer token.
    pub fn authenticate(&self, authorization: Option<&str>) -> Result<Identity, Rejection> {
        pipeline::authenticate(&self.0.verifier, authorization)
    }

    /// Who a request with these headers speaks for: a token in `Authorization`, a key in `X-API-Key`.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`; `UNAVAILABLE` when keys cannot be looked up.
    pub async fn identify(&self, headers: &HeaderMap) -> Result<Identity, Rejection> {
        pipeline::identify(&self.0.verifier, &self.0.keys, &Credentials::of(headers)).await
    }

    /// The context of a request with these headers, from this address.
    ///
    /// # Errors
    /// As [`Router::identify`]; `RATE_LIMITED` for an address that guessed too often; a variant of the graph that is none,
    /// or not for who asks.
    pub(crate) async fn context(&self, headers: HeaderMap, address: Option<IpAddr>) -> Result<Context, Rejection> {
        let identity = match self.identify(&headers).await {
            Ok(identity) => identity,
            Err(rejection) if rejection.status == 401 => {
                pipeline::charge_stranger(self, address).await?;
                return Err(rejection);
            }
            Err(rejection) => return Err(rejection),
        };
        let variant = self.0.engine.load().contract.chosen(&headers, &identity)?;
        Ok(Context::new(Facts {
            identity,
            variant,
            client: Client::of(&headers),
            address,
            headers,
        }))
    }

    /// How long the token of `context` is valid from now; `None` without one.
    pub(crate) fn time_left(&self, context: &Context) -> Option<Duration> {
        let viewer = context.identity.viewer.as_ref()?;
        let left = viewer.expires_at.signed_duration_since(self.0.ports.clock.now());
        Some(left.to_std().unwrap_or_default())
    }

    /// The graph at work.
    pub(crate) fn engine(&self) -> Arc<Engine> {
        self.0.engine.load_full()
    }

    /// What watches its operations.
    pub(crate) fn observer(&self) -> &Arc<Observer> {
        &self.0.observer
    }

    /// The settings at work.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.0.settings.load_full()
    }

    /// How often each subgraph was asked since the graph was made.
    pub fn fetches(&self) -> HashMap<String, u64> {
        self.0.engine.load().fetches()
    }

    /// How many operations were planned since the graph was made.
    pub fn plans_made(&self) -> u64 {
        self.0.engine.load().plans_made()
    }

    /// The subgraphs that are made up; empty: none is.
    pub fn mocked(&self) -> String {
        self.0.engine.load().mocked.join(", ")
    }

    /// The schema operators see: all of it.
    pub fn api_sdl(&self) -> String {
        self.0.engine.load().supergraph.api_sdl().to_owned()
    }

    /// The schema that is shown to who asks.
    pub(crate) fn sdl_for(&self, context: &Context) -> String {
        self.0.engine.load().contract.view_for(context).sdl.clone()
    }

    /// `/graphql`, `/admin/graphql`, `/graphiql`, `/schema.graphql`, `/assets/…` and the landing page at `/`.
    pub fn routes(&self) -> axum::Router {
        front::routes(self.clone())
    }

    /// Hears of changes until the shutdown token is cancelled; the owner of the router runs it beside it. While it does
    /// not run, nothing is kept: what could change unheard would be a guess.
    pub async fn listen(&self) {
        self.0.kept.listen(self.0.ports.bus.as_ref(), &self.0.shutdown).await;
    }

    /// Whether changes are heard, so that what `@cacheControl` allows is kept.
    pub fn hears(&self) -> bool {
        self.0.kept.hears()
    }

    /// The kinds of events that make something stale.
    pub fn heard_kinds() -> Vec<&'static str> {
        kept::invalidation::kinds()
    }

    /// Waits until every WebSocket is closed; they close themselves when the shutdown token is cancelled.
    pub async fn drained(&self) {
        self.0.sockets.close();
        self.0.sockets.wait().await;
    }
}
