//! Subscriptions: the root field runs in its subgraph, each event runs the rest of the plan.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream::BoxStream};

use super::{fetch::used, merge::State, project::answer};
use crate::{
    engine::Engine,
    error::{Rejection, VALIDATION_FAILED, adopt},
    pipeline::{Context, Prepared, cut, measured},
    subgraph::Map,
};

/// One answer for each event. The graph it was begun on stays its graph, whatever replaces it meanwhile.
///
/// # Errors
/// A plan without a subscription.
pub(crate) async fn subscribe(
    engine: Arc<Engine>,
    prepared: Arc<Prepared>,
    variables: Map,
    context: Context,
) -> Result<BoxStream<'static, Bytes>, Rejection> {
    let refused = || Rejection::new(400, VALIDATION_FAILED, "the operation is not a subscription");
    let operation = prepared.plan.subscription().ok_or_else(refused)?.operation;
    let subgraph = engine.subgraph(&operation.service).ok_or_else(refused)?;
    let events = subgraph
        .subscribe(operation, used(&variables, &operation.variables), &context)
        .await;
    context.note_subscribed();
    let fields = prepared.fields(&engine, &variables);
    let (most, whole) = (engine.settings.max_answer_bytes, context.clone());
    let variables = Arc::new(variables);
    let answers = events.then(move |event| {
        let (engine, prepared, fields) = (engine.clone(), prepared.clone(), fields.clone());
        let (variables, context) = (variables.clone(), context.clone());
        async move {
            let mut state = State {
                data: event.data,
                errors: event.errors,
                dangling: false,
            };
            if let Some(subscription) = prepared.plan.subscription() {
                for error in &mut state.errors {
                    adopt(error, &subscription.operation.service);
                }
                for change in subscription.rewrites {
                    change.apply(&mut state.data);
                }
                let run = engine.run(&prepared.plan, &variables, &context);
                for step in subscription.rest {
                    run.step(step, &mut state).await;
                }
            }
            let written = answer(&fields, state, &context);
            measured(written.cost);
            context.note_cost(written.cost);
            // Remembered for as long as somebody may want it: without the room that writing it took.
            engine.marked(&prepared.plan, Bytes::from(written.body.into_boxed_slice()))
        }
    });
    Ok(cut(answers.boxed(), most, whole))
}
