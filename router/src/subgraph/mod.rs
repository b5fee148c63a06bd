//! How a fetch reaches its subgraph: in this process, or over HTTP and WebSocket.

mod answer_headers;
mod breaker;
mod call;
mod headers;
mod http;
mod inputs;
mod local;
mod opening;
mod operation;
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
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ::http::HeaderMap;
use async_graphql::{Name, ServerError, Value};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use indexmap::IndexMap;
use kernel::{ErrorCode, Refusal};

use crate::{
    data::{Data, of_value},
    error::{of_fault, outage},
    pipeline::Context,
};

pub(crate) use answer_headers::{AnswerRules, Gathering};
pub use http::Http;
pub use inputs::Inputs;
pub(crate) use inputs::Representations;
pub use local::Local;
pub use operation::FetchOperation;
pub use pool::Transports;
pub(crate) use replicas::Replicas;
pub use settings::{AnswerRule, HeaderRule, Override, Traffic};
pub(crate) use tls::config as tls;
pub(crate) use wire::{HttpClient, chain, client};

/// The members of an object.
pub type Map = IndexMap<Name, Value>;

/// What a subgraph answers.
#[derive(Debug, Clone, Default)]
pub struct SubgraphAnswer {
    /// The data; null when nothing could be answered.
    pub data: Data,
    /// The errors, their paths as the subgraph knows them.
    pub errors: Vec<ServerError>,
    /// Headers it came with, as far as a rule asks for them.
    pub headers: HeaderMap,
}

impl SubgraphAnswer {
    /// The answer to `operation` of a subgraph in this process.
    pub fn new(operation: &FetchOperation, data: Value, errors: Vec<ServerError>) -> Self {
        Self {
            data: of_value(data, Some(&operation.reading)),
            errors,
            ..Self::default()
        }
    }

    /// No data, because the subgraph is out of reach or late.
    pub(crate) fn outage(code: ErrorCode, service: &str) -> Self {
        Self {
            data: Data::Null,
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
            data: Data::Null,
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
            data: Data::Null,
            errors: vec![error],
            ..Self::default()
        }
    }

    /// The end of a subscription whose client takes less than the subgraph gives.
    fn slow(queue: usize) -> Self {
        let queue = queue as u64;
        let refusal = Refusal::limit("events waiting in a subscription", queue, queue + 1);
        Self {
            data: Data::Null,
            errors: vec![of_fault(&refusal)],
            ..Self::default()
        }
    }
}

/// The transport to one subgraph.
#[async_trait]
pub trait Subgraph: Send + Sync {
    /// Answers a query or mutation; a subgraph that is out of reach is an answer with an `UNAVAILABLE` error.
    async fn execute(&self, operation: &FetchOperation, inputs: Inputs, context: &Context) -> SubgraphAnswer;

    /// Answers a subscription: one answer for each event.
    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer>;

    /// Whether its answers are made up.
    fn is_mock(&self) -> bool {
        false
    }

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
    // Looked up once, not once for each fetch.
    total: OnceLock<metrics::Counter>,
    seconds: OnceLock<metrics::Histogram>,
}

impl Metered {
    pub(crate) fn new(name: String, inner: Arc<dyn Subgraph>, timeout: Duration) -> Self {
        Self {
            name,
            inner,
            timeout,
            fetches: AtomicU64::new(0),
            total: OnceLock::new(),
            seconds: OnceLock::new(),
        }
    }

    /// How often the subgraph was asked.
    pub(crate) fn fetches(&self) -> u64 {
        self.fetches.load(Ordering::Relaxed)
    }

    pub(crate) async fn execute(
        &self,
        operation: &FetchOperation,
        inputs: Inputs,
        context: &Context,
    ) -> SubgraphAnswer {
        self.count();
        let begin = Instant::now();
        let work = self.inner.execute(operation, inputs, context);
        let answer = if self.inner.keeps_time() {
            work.await
        } else {
            tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
                tracing::warn!(service = %self.name, "subgraph did not answer in time");
                SubgraphAnswer::outage(ErrorCode::Timeout, &self.name)
            })
        };
        self.seconds
            .get_or_init(|| metrics::histogram!("router_subgraph_fetch_seconds", "subgraph" => self.name.clone()))
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
        self.total
            .get_or_init(|| metrics::counter!("router_subgraph_fetches_total", "subgraph" => self.name.clone()))
            .increment(1);
    }
}
