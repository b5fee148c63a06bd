//! How a fetch reaches its subgraph: in this process, or over HTTP and WebSocket.

mod http;
mod local;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::{Name, ServerError, Value, parser::types::ExecutableDocument};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use indexmap::IndexMap;
use kernel::ErrorCode;

use crate::{error::outage, pipeline::Context};

pub use http::Http;
pub use local::Local;

/// The members of an object.
pub type Map = IndexMap<Name, Value>;

/// What a plan asks of a subgraph: made once per plan.
#[derive(Debug)]
pub struct FetchOperation {
    /// The subgraph.
    pub service: String,
    /// The operation as text.
    pub text: String,
    /// The operation, parsed.
    pub document: ExecutableDocument,
    /// The client's variables it uses.
    pub variables: Vec<Name>,
    /// The response keys of its root fields.
    pub root_keys: Vec<String>,
}

/// What a subgraph answers.
#[derive(Debug, Default, serde::Deserialize)]
pub struct SubgraphAnswer {
    /// The data; null when nothing could be answered.
    #[serde(default)]
    pub data: Value,
    /// The errors, their paths as the subgraph knows them.
    #[serde(default)]
    pub errors: Vec<ServerError>,
}

impl SubgraphAnswer {
    /// No data, because the subgraph is out of reach or late.
    pub(crate) fn outage(code: ErrorCode, service: &str) -> Self {
        Self {
            data: Value::Null,
            errors: vec![outage(code, service)],
        }
    }
}

/// The transport to one subgraph.
#[async_trait]
pub trait Subgraph: Send + Sync {
    /// Answers a query or mutation; a subgraph that is out of reach is an answer with an `UNAVAILABLE` error.
    async fn execute(&self, operation: &FetchOperation, variables: Map, context: &Context) -> SubgraphAnswer;

    /// Answers a subscription: one answer for each event.
    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer>;
}

/// A transport with a time limit and counters.
pub(crate) struct Metered {
    name: String,
    inner: Arc<dyn Subgraph>,
    timeout: Duration,
    fetches: AtomicU64,
}

impl Metered {
    pub(crate) fn new(name: String, inner: Arc<dyn Subgraph>, timeout: Duration) -> Self {
        Self {
            name,
            inner,
            timeout,
            fetches: AtomicU64::new(0),
        }
    }

    /// How often the subgraph was asked.
    pub(crate) fn fetches(&self) -> u64 {
        self.fetches.load(Ordering::Relaxed)
    }

    pub(crate) async fn execute(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> SubgraphAnswer {
        self.count();
        let begin = Instant::now();
        let work = self.inner.execute(operation, variables, context);
        let answer = tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
            tracing::warn!(service = %self.name, "subgraph did not answer in time");
            SubgraphAnswer::outage(ErrorCode::Timeout, &self.name)
        });
        metrics::histogram!("router_subgraph_fetch_seconds", "subgraph" => self.name.clone())
            .record(begin.elapsed().as_secs_f64());
        if !answer.errors.is_empty() {
            metrics::counter!("router_subgraph_errors_total", "subgraph" => self.name.clone()).increment(1);
        }
        answer
    }

    pub(crate) async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        self.count();
        self.inner.subscribe(operation, variables, context).await
    }

    fn count(&self) {
        self.fetches.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("router_subgraph_fetches_total", "subgraph" => self.name.clone()).increment(1);
    }
}
