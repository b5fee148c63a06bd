//! Runs the steps of a plan.

use std::collections::HashMap;

use async_graphql::{Name, Value};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use kernel::ErrorCode;

use super::{
    merge::{Batch, Fetched, State, Target},
    represent::collect,
    steps::{Fetch, Goal, Step},
    types::Types,
};
use crate::{
    data::Data,
    kept::Shelf,
    observe::Call,
    pipeline::Context,
    plan::Plan,
    subgraph::{FetchOperation, Inputs, Map, Metered, Representations, SubgraphAnswer},
};

/// One walk through a plan.
pub(crate) struct Run<'a> {
    pub(crate) types: &'a Types,
    pub(crate) subgraphs: &'a HashMap<String, Metered>,
    pub(crate) plan: &'a Plan,
    pub(crate) variables: &'a Map,
    pub(crate) context: &'a Context,
    /// Where to look before asking.
    pub(crate) shelf: Option<Shelf<'a>>,
}

type Job<'s, 'a> = BoxFuture<'s, Fetched<'a>>;

impl<'a> Run<'a> {
    /// Runs `step` and all below it.
    pub(crate) fn step<'s>(&'s self, step: &'a Step, state: &'s mut State) -> BoxFuture<'s, ()> {
        async move {
            match step {
                Step::Sequence(steps) => {
                    for step in steps {
                        self.step(step, state).await;
                    }
                }
                Step::Parallel(steps) => self.parallel(steps, state).await,
                Step::Condition { .. } => {
                    if let Some(step) = self.resolve(step) {
                        self.step(step, state).await;
                    }
                }
                Step::Fetch(fetch) => {
                    if let Some(job) = self.job(fetch, &state.data) {
                        state.take(self.types, job.await);
                    }
                }
                // It runs by itself; what comes here is the rest of its plan.
                Step::Subscription(_) => {}
            }
        }
        .boxed()
    }

    /// Fetches run side by side. What is more than a fetch (a sequence behind a condition) follows one by one.
    async fn parallel(&self, steps: &'a [Step], state: &mut State) {
        let mut jobs = FuturesUnordered::new();
        let mut rest = Vec::new();
        for step in steps {
            match self.resolve(step) {
                Some(Step::Fetch(fetch)) => jobs.extend(self.job(fetch, &state.data)),
                Some(step) => rest.push(step),
                None => {}
            }
        }
        while let Some(fetched) = jobs.next().await {
            state.take(self.types, fetched);
        }
        for step in rest {
            self.step(step, state).await;
        }
    }

    /// The step behind conditions; `None` when they say no.
    fn resolve(&self, mut step: &'a Step) -> Option<&'a Step> {
        while let Step::Condition {
            variable,
            then,
            otherwise,
        } = step
        {
            let holds = matches!(self.variables.get(variable.as_str()), Some(Value::Boolean(true)));
            step = if holds { then } else { otherwise }.as_deref()?;
        }
        Some(step)
    }

    /// What is to be asked; `None` when there is nothing to ask with.
    fn job<'s>(&'s self, fetch: &'a Fetch, data: &Data) -> Option<Job<'s, 'a>> {
        let (mut lists, mut batches) = (Vec::new(), Vec::new());
        let target = match &fetch.goal {
            Goal::Root => Target::Root,
            Goal::At(path) => Target::At(path),
            Goal::Entities(all) => {
                for entities in all {
                    let mut list = Representations::default();
                    let mut places = Vec::with_capacity(entities.paths.len());
                    for path in &entities.paths {
                        let indices = collect(&mut list, data, path, &entities.requires, &entities.input);
                        places.push((path, indices));
                    }
                    lists.push((entities.variable.as_str(), list));
                    batches.push(Batch {
                        alias: &entities.alias,
                        places,
                        rewrites: &entities.output,
                    });
                }
                if lists.iter().all(|(_, list)| list.is_empty()) {
                    return None;
                }
                Target::Entities(batches)
            }
        };
        Some(self.fetch(fetch, lists, target))
    }

    fn fetch<'s>(
        &'s self,
        fetch: &'a Fetch,
        lists: Vec<(&'a str, Representations)>,
        target: Target<'a>,
    ) -> Job<'s, 'a> {
        let operation = self.plan.fetch(fetch.id);
        let mut inputs = Inputs::new(used(self.variables, &operation.variables));
        for (variable, list) in lists {
            inputs.represent(variable, list);
        }
        async move {
            let answer = match &self.shelf {
                Some(shelf) => {
                    let aliases = target.aliases();
                    shelf.ask(fetch.id, inputs, &aliases, self.context).await
                }
                None => {
                    let subgraph = self.subgraphs.get(&operation.service);
                    let answer = ask(subgraph, fetch.id, operation, inputs, self.context).await;
                    self.context.gather(fetch.id, &operation.service, &answer.headers);
                    answer
                }
            };
            Fetched {
                answer,
                target,
                rewrites: &fetch.rewrites,
                service: &operation.service,
                root_keys: &operation.root_keys,
            }
        }
        .boxed()
    }
}

/// Asks a subgraph.
pub(crate) async fn ask(
    subgraph: Option<&Metered>,
    id: i64,
    operation: &FetchOperation,
    inputs: Inputs,
    context: &Context,
) -> SubgraphAnswer {
    let call = Call::begin(context, id, operation, inputs.entities());
    let answer = match subgraph {
        Some(subgraph) => subgraph.execute(operation, inputs, call.context()).await,
        None => SubgraphAnswer::outage(ErrorCode::Unavailable, &operation.service),
    };
    call.end(&answer);
    answer
}

/// The client's variables that a fetch uses; one that was not sent is not sent on.
pub(crate) fn used(variables: &Map, names: &[Name]) -> Map {
    names
        .iter()
        .filter_map(|name| variables.get(name).map(|value| (name.clone(), value.clone())))
        .collect()
}
