//! How a fetch reaches its subgraph: in this process, or over HTTP and WebSocket.

mod answer_headers;
mod breaker;
mod call;
mod headers;
mod http;
mod local;
mod opening;
mod pool;
mod replicas;
mod retry;
mod settings;
mod socket;
mod sockets;
#[cfg(test)]
mod tests;
mod tls;
mod wire;
mod wired;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ::http::HeaderMap;
use async_graphql::{
    Name, ServerError, Value,
    parser::types::{DocumentOperations, ExecutableDocument, OperationType},
};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use indexmap::IndexMap;
use kernel::{ErrorCode, Refusal};

use crate::{
    error::{of_fault, outage},
    pipeline::Context,
};

pub(crate) use answer_headers::{AnswerRules, Gathering};
pub use http::Http;
pub use local::Local;
pub use pool::Transports;
pub use settings::{AnswerRule, HeaderRule, Override, Traffic};

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

impl FetchOperation {
    /// Whether it changes nothing, so that it may be sent again.
    pub(crate) fn is_query(&self) -> bool {
        match &self.document.operations {
            DocumentOperations::Single(operation) => operation.node.ty == OperationType::Query,
            DocumentOperations::Multiple(_) => false,
        }
    }
}

/// What a subgraph answers.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(try_from = "wired::Wired")]
pub struct SubgraphAnswer {
    /// The data; null when nothing could be answered.
    pub data: Value,
    /// The errors, their paths as the subgraph knows them.
    pub errors: Vec<ServerError>,
    /// Headers it came with, as far as a rule asks for them.
    pub headers: HeaderMap,
}

impl SubgraphAnswer {
    /// No data, because the subgraph is out of reach or late.
    pub(crate) fn outage(code: ErrorCode, service: &str) -> Self {
        Self {
            data: Value::Null,
            errors: vec![outage(code, service)],
            ..Self::default()
        }
    }

    /// No data, because too much is on its way to the subgraph already.
    fn full(service: &str, limit: &str, allowed: usize) -> Self {
        let mut error = outage(ErrorCode::Unavailable, service);
        error.message = format!("{limit} to the service {service} are at their limit of {allowed}");
        if let Some(extensions) = &mut error.extensions {
            extensions.set("limit", limit);
            extensions.set("allowed", allowed);
        }
        Self {
            data: Value::Null,
            errors: vec![error],
            ..Self::default()
        }
    }

    /// No data, because the answer is larger than it may be.
    fn too_large(service: &str, allowed: usize, sent: u64) -> Self {
        let mut error = of_fault(&Refusal::limit("answer bytes of a subgraph", allowed as u64, sent));
        if let Some(extensions) = &mut error.extensions {
            extensions.set("service", service);
        }
        Self {
            data: Value::Null,
            errors: vec![error],
            ..Self::default()
        }
    }

    /// The end of a subscription whose client takes less than the subgraph gives.
    fn slow(queue: usize) -> Self {
        let queue = queue as u64;
        let refusal = Refusal::limit("events waiting in a subscription", queue, queue + 1);
        Self {
            data: Value::Null,
            errors: vec![of_fault(&refusal)],
            ..Self::default()
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

    /// Whether it ends a fetch by itself when the time for it is over.
    fn keeps_time(&self) -> bool {
        false
    }
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
        let answer = if self.inner.keeps_time() {
            work.await
        } else {
            tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
                tracing::warn!(service = %self.name, "subgraph did not answer in time");
                SubgraphAnswer::outage(ErrorCode::Timeout, &self.name)
            })
        };
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
