//! The way of a request: each step is a line here and a file beside this one.

use std::sync::Arc;

use apollo_compiler::executable::OperationType;
use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};

use super::{Answer, Context, Prepared, Request, authorise, coerce, persisted::Resolved};
use crate::{
    Router,
    engine::Engine,
    error::{Rejection, VALIDATION_FAILED},
    executor,
};

/// Answers a query or mutation.
///
/// # Errors
/// [`Rejection`] when nothing was executed.
pub(crate) async fn execute(router: &Router, request: Request, context: &Context) -> Result<Answer, Rejection> {
    let begun = begin(router, request).await?;
    if begun.prepared.kind() == OperationType::Subscription {
        let message = "a subscription needs a WebSocket or `Accept: text/event-stream`";
        return Err(Rejection::new(406, VALIDATION_FAILED, message));
    }
    answer(begun, context).await
}

/// What is known of an operation before it runs.
struct Begun {
    engine: Arc<Engine>,
    prepared: Arc<Prepared>,
    request: Request,
}

async fn answer(begun: Begun, context: &Context) -> Result<Answer, Rejection> {
    let Begun {
        engine,
        prepared,
        request,
    } = begun;
    let variables = coerce(&engine.supergraph.api, &prepared.operation, request.variables)?;
    authorise(&prepared.needs, &variables.values, context)?;
    let body = engine.execute(&prepared, &variables, context).await?;
    Ok(Answer { body: body.into() })
}

/// Finds the document and makes it ready.
async fn begin(router: &Router, request: Request) -> Result<Begun, Rejection> {
    let Resolved { request, registers } = router.0.operations.resolve(request).await?;
    let engine = router.engine();
    let prepared = engine.prepare(&request).await?;
    if request.read_only && prepared.kind() == OperationType::Mutation {
        // A link must not change anything (GraphQL over HTTP §6.2).
        return Err(Rejection::new(405, VALIDATION_FAILED, "a mutation needs POST"));
    }
    if let Some(hash) = registers {
        router.0.operations.register(hash, &request.query).await;
    }
    Ok(Begun {
        engine,
        prepared,
        request,
    })
}

/// Answers any operation: once for a query or mutation, for each event of a subscription.
///
/// # Errors
/// [`Rejection`] when nothing was executed.
pub(crate) async fn stream(
    router: &Router,
    request: Request,
    context: &Context,
) -> Result<BoxStream<'static, Bytes>, Rejection> {
    let begun = begin(router, request).await?;
    if begun.prepared.kind() != OperationType::Subscription {
        let answer = answer(begun, context).await?;
        return Ok(futures_util::stream::iter([answer.body]).boxed());
    }
    let Begun {
        engine,
        prepared,
        request,
    } = begun;
    let variables = coerce(&engine.supergraph.api, &prepared.operation, request.variables)?.values;
    authorise(&prepared.needs, &variables, context)?;
    executor::subscribe(engine, prepared, variables, context.clone()).await
}
