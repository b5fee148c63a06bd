//! The way of a request: each step is a line here and a file beside this one. The order is the one of docs/ROUTER.md:
//! authenticate (at the door), authorise, limit, run, answer.

use std::sync::Arc;

use apollo_compiler::executable::OperationType;
use futures_util::{StreamExt, stream::BoxStream};

use super::{
    Answer, Context, Prepared, Request, Variables, authorise, coerce, cost,
    filter::filter,
    limits,
    persisted::Resolved,
    rate_limit::{self, Standing},
    size,
};
use crate::{
    Router,
    cost::Cost,
    engine::Engine,
    error::{Rejection, VALIDATION_FAILED},
    kept::{Looked, Policy, Whole},
    sharing::{self, Delivery, Wanted},
};

/// Answers a query or mutation.
///
/// # Errors
/// [`Rejection`] when nothing was executed.
pub(crate) async fn execute(router: &Router, request: Request, context: &Context) -> Result<Answer, Rejection> {
    let begun = begin(router, request, context).await?;
    if begun.prepared.kind() == OperationType::Subscription {
        let message = "a subscription needs a WebSocket or `Accept: text/event-stream`";
        return Err(Rejection::new(406, VALIDATION_FAILED, message));
    }
    answer(router, begun, context).await
}

/// Answers any operation: once for a query or mutation, for each event of a subscription.
///
/// # Errors
/// [`Rejection`] when nothing was executed.
pub(crate) async fn stream(
    router: &Router,
    request: Request,
    context: &Context,
) -> Result<BoxStream<'static, Delivery>, Rejection> {
    let begun = begin(router, request, context).await?;
    if begun.prepared.kind() != OperationType::Subscription {
        let (engine, prepared) = (begun.engine.clone(), begun.prepared.clone());
        let answer = answer(router, begun, context).await?;
        let body = engine.marked(&prepared.plan, answer.body);
        return Ok(futures_util::stream::iter([body.into()]).boxed());
    }
    admit(router, &begun, context).await?;
    let Begun {
        engine,
        prepared,
        variables,
        ..
    } = begun;
    let wanted = Wanted {
        engine,
        prepared,
        variables: variables.values,
    };
    sharing::subscribe(router, wanted, context).await
}

/// What is known of an operation before it runs.
struct Begun {
    engine: Arc<Engine>,
    prepared: Arc<Prepared>,
    variables: Variables,
    /// Why the graph that is shown to the viewer has no such operation; all of the graph has it.
    hidden: Option<Box<Rejection>>,
}

/// Reads the request, unless the client was told to wait. One that is refused here is paid for: reading it was work.
async fn begin(router: &Router, request: Request, context: &Context) -> Result<Begun, Rejection> {
    rate_limit::turn_away(router, context)?;
    match read(router, request, context).await {
        Ok(begun) => Ok(begun),
        Err(rejection) => {
            rate_limit::charge_refused(router, context).await?;
            Err(rejection)
        }
    }
}

/// Finds the document, makes it ready and brings the variables to their types.
async fn read(router: &Router, request: Request, context: &Context) -> Result<Begun, Rejection> {
    let settings = router.settings();
    limits::check_variables(&request.variables, &settings)?;
    let Resolved { request, registers } = router.0.operations.resolve(request).await?;
    let engine = router.engine();
    let (prepared, hidden) = find(&engine, &request, context).await?;
    if request.read_only && prepared.kind() == OperationType::Mutation {
        // A link must not change anything (GraphQL over HTTP §6.2).
        return Err(Rejection::new(405, VALIDATION_FAILED, "a mutation needs POST"));
    }
    limits::check_introspection(&prepared, &settings)?;
    if let Some(hash) = registers {
        router.0.operations.register(hash, &request.query).await;
    }
    let variables = coerce(&prepared.view.api, &prepared.operation, request.variables)?;
    Ok(Begun {
        engine,
        prepared,
        variables,
        hidden,
    })
}

/// The operation, in the graph that is shown to the viewer. One that names what is hidden is looked for in all of it, so
/// that it is refused as any other that the viewer may not ask: with what is missing, and before any fetch.
async fn find(
    engine: &Arc<Engine>,
    request: &Request,
    context: &Context,
) -> Result<(Arc<Prepared>, Option<Box<Rejection>>), Rejection> {
    let unknown = match engine.prepare(request, context).await {
        Ok(prepared) => return Ok((prepared, None)),
        Err(rejection) => rejection,
    };
    if request.trusted || !unknown.is_of_validation() || !engine.contract.refuses_hidden(context) {
        return Err(unknown);
    }
    let all = Request {
        query: request.query.clone(),
        operation_name: request.operation_name.clone(),
        trusted: true,
        ..Request::default()
    };
    // Boxed: few ask so, and every open socket would keep room for it.
    match Box::pin(engine.prepare(&all, context)).await {
        Ok(prepared) => Ok((prepared, Some(Box::new(unknown)))),
        Err(_) => Err(unknown),
    }
}

/// What was let in, at which price.
struct Admitted {
    cost: u64,
    standing: Option<Standing>,
}

/// Whether the client may ask this, whether it is not too much, and whether it was not too much already.
async fn admit(router: &Router, begun: &Begun, context: &Context) -> Result<Admitted, Rejection> {
    authorise(&begun.prepared.needs, &begun.variables.values, context)?;
    if let Some(hidden) = &begun.hidden {
        // What it asks is guarded by nothing but its tag.
        return Err(Rejection::clone(hidden));
    }
    let cost = cost::estimate(&begun.engine, &begun.prepared, &begun.variables, &router.settings())?;
    context.note_estimate(cost);
    let standing = rate_limit::charge(router, context, cost).await?;
    Ok(Admitted { cost, standing })
}

/// Answers from what is kept, or by walking the plan.
async fn answer(router: &Router, mut begun: Begun, context: &Context) -> Result<Answer, Rejection> {
    let is_trusted = begun.hidden.is_none() && !begun.prepared.view.is_public;
    let (engine, variables) = (&begun.engine, &begun.variables.values);
    let filtered = filter(engine, &begun.prepared, variables, (context, is_trusted)).await?;
    if let Some(filtered) = &filtered {
        begun.prepared = filtered.left.clone();
        begun.hidden = None;
    }
    let admitted = admit(router, &begun, context).await?;
    let Begun {
        engine,
        prepared,
        variables,
        ..
    } = begun;
    let mut answer = Answer {
        headers: admitted.standing.as_ref().map(Standing::headers).unwrap_or_default(),
        cost: Cost {
            estimated: admitted.cost,
            actual: 0,
        },
        ..Answer::default()
    };
    answer.headers.extend(engine.mark(&prepared.plan));
    let gathering = (!engine.answer_rules.is_empty()).then(|| context.gathering());
    let context = gathering.as_ref().unwrap_or(context);
    let kept = &engine.kept;
    let looked = match &filtered {
        // It has errors, which may be over with another sign-in.
        Some(_) => Looked::NotKept(Policy::default()),
        None => kept.look(&engine, &prepared, &variables, context),
    };
    let place = match looked {
        Looked::Found(whole, policy) => {
            // It holds what it held when it was made, so it costs the same; that nothing was fetched is told beside it.
            context.note_cache("hit");
            context.note_cost(whole.cost);
            cost::measured(whole.cost);
            (answer.body, answer.policy, answer.cost.actual) = (whole.body, policy, whole.cost);
            answer.headers.extend(engine.answer_rules.apply(context.gathered()));
            return Ok(answer);
        }
        Looked::Place(place) => {
            context.note_cache("miss");
            Some(place)
        }
        Looked::NotKept(policy) => {
            answer.policy = policy;
            None
        }
    };
    let (written, tags) = engine
        .execute(&prepared, &variables, context, (place.is_some(), filtered.as_ref()))
        .await?;
    if prepared.kind() == OperationType::Mutation {
        kept.mutated(engine.hints.changed_by(&prepared.operation, &prepared.document))
            .await;
    }
    let actual = written.cost.saturating_add(prepared.estimate.base());
    cost::measured(actual);
    context.note_cost(actual);
    answer.cost.actual = actual;
    answer.headers.extend(engine.answer_rules.apply(context.gathered()));
    let most = router.settings().max_answer_bytes;
    let is_small = size::fits(written.body.len(), most);
    answer.body = if is_small {
        written.body.into()
    } else {
        size::too_large(written.body.len(), most, context)
    };
    if !written.is_whole || !is_small {
        // An error may be over with the next try.
        answer.policy = Policy::default();
    } else if let Some(place) = place {
        answer.policy = place.policy;
        let whole = Whole {
            body: answer.body.clone(),
            cost: actual,
        };
        kept.keep_answer(&place, whole, tags);
    }
    Ok(answer)
}
