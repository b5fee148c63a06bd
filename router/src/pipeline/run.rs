//! The way of a request: each step is a line here and a file beside this one.

use apollo_compiler::executable::OperationType;
use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};

use super::{Answer, Context, Request, authorise, coerce};
use crate::{
    Router,
    error::{Rejection, VALIDATION_FAILED},
    executor,
};

/// Answers a query or mutation.
///
/// # Errors
/// [`Rejection`] when nothing was executed.
pub(crate) async fn execute(router: &Router, request: Request, context: &Context) -> Result<Answer, Rejection> {
    let engine = router.engine();
    let prepared = engine.prepare(&request).await?;
    if prepared.kind() == OperationType::Subscription {
        let message = "a subscription needs a WebSocket or `Accept: text/event-stream`";
        return Err(Rejection::new(406, VALIDATION_FAILED, message));
    }
    let variables = coerce(&engine.supergraph.api, &prepared.operation, request.variables)?;
    authorise(&prepared.needs, &variables.values, context)?;
    let body = engine.execute(&prepared, &variables, context).await?;
    Ok(Answer { body: body.into() })
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
    let engine = router.engine();
    let prepared = engine.prepare(&request).await?;
    if prepared.kind() != OperationType::Subscription {
        let answer = execute(router, request, context).await?;
        return Ok(futures_util::stream::iter([answer.body]).boxed());
    }
    let variables = coerce(&engine.supergraph.api, &prepared.operation, request.variables)?.values;
    authorise(&prepared.needs, &variables, context)?;
    executor::subscribe(engine, prepared, variables, context.clone()).await
}
