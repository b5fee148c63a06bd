//! A built schema behind one object-safe handle: what the router calls in process, and what HTTP serves when split.

use std::{any::TypeId, sync::Arc};

use async_graphql::{
    Data, ObjectType, Request, Response, Schema, SubscriptionType,
    futures_util::stream::BoxStream,
    parser::types::{ExecutableDocument, OperationType},
};
use async_trait::async_trait;
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use telemetry::{Kind, Span, Trace};

use crate::federation_sdl;

/// A subgraph, ready to be asked.
///
/// The caller puts the [`auth::Viewer`] (if any) and its [`Trace`] into the request's data and, where there is one, the
/// parsed document.
#[async_trait]
pub trait Endpoint: Send + Sync {
    /// Answers a query or a mutation. After a mutation all events are delivered if events are inline.
    async fn execute(&self, request: Request) -> Response;

    /// Answers a subscription: one response for each event.
    fn subscribe(&self, request: Request) -> BoxStream<'static, Response>;

    /// The federation SDL.
    fn sdl(&self) -> String;
}

/// Puts what a request needs (loaders) into its data.
pub type Prepare = Arc<dyn Fn(&mut Data) + Send + Sync>;

/// Runs after a mutation, before its answer leaves: delivers events when they are inline.
pub type AfterMutation = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// An [`Endpoint`] over an async-graphql schema.
pub struct SchemaEndpoint<Q, M, S> {
    schema: Schema<Q, M, S>,
    prepare: Prepare,
    after_mutation: AfterMutation,
}

impl<Q, M, S> SchemaEndpoint<Q, M, S> {
    /// Serves `schema`; `prepare` makes the loaders of each request.
    pub fn new(schema: Schema<Q, M, S>, prepare: impl Fn(&mut Data) + Send + Sync + 'static) -> Self {
        Self {
            schema,
            prepare: Arc::new(prepare),
            after_mutation: Arc::new(|| async {}.boxed()),
        }
    }

    /// Runs `hook` after each mutation.
    #[must_use]
    pub fn after_mutation(mut self, hook: AfterMutation) -> Self {
        self.after_mutation = hook;
        self
    }

    fn prepared(&self, mut request: Request) -> Request {
        (self.prepare)(&mut request.data);
        request
    }
}

#[async_trait]
impl<Q, M, S> Endpoint for SchemaEndpoint<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    async fn execute(&self, request: Request) -> Response {
        let mut request = self.prepared(request);
        let is_mutation = is_mutation(&mut request);
        let mut work = begin(&mut request, is_mutation);
        let response = self.schema.execute(request).await;
        if response.is_err() {
            work.fail("the answer has errors");
        }
        drop(work);
        if is_mutation {
            (self.after_mutation)().await;
        }
        response
    }

    fn subscribe(&self, request: Request) -> BoxStream<'static, Response> {
        self.schema.execute_stream(self.prepared(request)).boxed()
    }

    fn sdl(&self) -> String {
        federation_sdl(&self.schema)
    }
}

/// The subgraph's side of a fetch: a child of the router's, in this process or another. Resolvers see it as their place.
fn begin(request: &mut Request, is_mutation: bool) -> Span {
    let place = request
        .data
        .get(&TypeId::of::<Trace>())
        .and_then(|trace| trace.downcast_ref::<Trace>());
    let mut work = place.cloned().unwrap_or_default().start("subgraph", Kind::Server);
    if work.is_recording() {
        work.set("graphql.operation.type", if is_mutation { "mutation" } else { "query" });
        request.data.insert(work.trace().clone());
    }
    work
}

fn is_mutation(request: &mut Request) -> bool {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else {
        return false;
    };
    let document: &ExecutableDocument = document;
    document.operations.iter().any(|(operation, definition)| {
        definition.node.ty == OperationType::Mutation
            && name
                .as_deref()
                .is_none_or(|name| operation.is_none_or(|operation| operation == name))
    })
}
