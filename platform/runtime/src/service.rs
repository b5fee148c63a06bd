//! What a service gives back: its doors and its background work.

use std::sync::Arc;

use bus::Consumer;
use database::Database;
use futures_util::{FutureExt, future::BoxFuture};
use graphql::Endpoint;

use crate::Job;

/// Work that the server asks a service for: loading the demo, settling.
pub type Hook = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// One service, built but not running.
pub struct Service {
    /// Its name: `rights`.
    pub name: &'static str,
    /// Its database, when it has one; the server relays its outbox and checks its health.
    pub database: Option<Database>,
    /// Its part of the graph.
    pub endpoint: Option<Arc<dyn Endpoint>>,
    /// Its REST routes.
    pub routes: Option<axum::Router>,
    /// The events it takes.
    pub consumer: Option<Consumer>,
    /// Its scheduled work.
    pub jobs: Vec<Job>,
    /// Loads its part of the demo; does nothing when it is there already.
    pub demo: Option<Hook>,
    /// Waits until what it was told can be seen, beyond events: search waits for its commit.
    pub settled: Option<Hook>,
}

impl Service {
    /// A service without doors.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            database: None,
            endpoint: None,
            routes: None,
            consumer: None,
            jobs: Vec::new(),
            demo: None,
            settled: None,
        }
    }

    /// It writes to `database`, whose outbox is to be relayed.
    #[must_use]
    pub fn database(mut self, database: Database) -> Self {
        self.database = Some(database);
        self
    }

    /// It answers a part of the graph.
    #[must_use]
    pub fn graphql(mut self, endpoint: impl Endpoint + 'static) -> Self {
        self.endpoint = Some(Arc::new(endpoint));
        self
    }

    /// It serves REST routes.
    #[must_use]
    pub fn routes(mut self, routes: axum::Router) -> Self {
        self.routes = Some(routes);
        self
    }

    /// It takes events.
    #[must_use]
    pub fn consumer(mut self, consumer: Consumer) -> Self {
        self.consumer = Some(consumer);
        self
    }

    /// It has scheduled work.
    #[must_use]
    pub fn jobs(mut self, jobs: Vec<Job>) -> Self {
        self.jobs = jobs;
        self
    }

    /// It has a part of the demo.
    #[must_use]
    pub fn demo<F, E>(mut self, load: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::error::Error,
    {
        self.demo = Some(hook(load));
        self
    }

    /// What it was told can be seen only after a while.
    #[must_use]
    pub fn settled<F, E>(mut self, settle: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::error::Error,
    {
        self.settled = Some(hook(settle));
        self
    }
}

fn hook<F, E>(work: impl Fn() -> F + Send + Sync + 'static) -> Hook
where
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: std::error::Error,
{
    Arc::new(move || {
        let work = work();
        async move {
            work.await.map_err(|error| {
                let mut text = error.to_string();
                let mut cause = error.source();
                while let Some(error) = cause {
                    text = format!("{text}: {error}");
                    cause = error.source();
                }
                text
            })
        }
        .boxed()
    })
}

impl crate::Platform {
    /// The hook for [`graphql::SchemaEndpoint::after_mutation`].
    pub fn after_mutation(&self) -> graphql::AfterMutation {
        let platform = self.clone();
        Arc::new(move || {
            let platform = platform.clone();
            async move { platform.deliver().await }.boxed()
        })
    }
}
