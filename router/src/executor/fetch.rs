//! Runs the nodes of a plan.

use std::collections::HashMap;

use async_graphql::{Name, Value};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use hive_router_query_planner::planner::plan_nodes::{
    BatchFetchNode, ConditionNode, FetchRewrite, FlattenNode, PlanNode,
};
use kernel::ErrorCode;

use super::{
    merge::{Batch, Fetched, State, Target},
    represent::Representations,
    types::Types,
};
use crate::{
    kept::Shelf,
    observe::Call,
    pipeline::Context,
    plan::Plan,
    subgraph::{FetchOperation, Map, Metered, SubgraphAnswer},
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
    /// Runs `node` and all below it.
    pub(crate) fn node<'s>(&'s self, node: &'a PlanNode, state: &'s mut State) -> BoxFuture<'s, ()> {
        async move {
            match node {
                PlanNode::Sequence(sequence) => {
                    for node in &sequence.nodes {
                        self.node(node, state).await;
                    }
                }
                PlanNode::Parallel(parallel) => self.parallel(&parallel.nodes, state).await,
                PlanNode::Condition(condition) => {
                    if let Some(node) = self.branch(condition) {
                        self.node(node, state).await;
                    }
                }
                node => {
                    if let Some(job) = self.job(node, &state.data) {
                        state.take(self.types, job.await);
                    }
                }
            }
        }
        .boxed()
    }

    /// Fetches run side by side. What is more than a fetch (a sequence behind a condition) follows one by one.
    async fn parallel(&self, nodes: &'a [PlanNode], state: &mut State) {
        let mut jobs = FuturesUnordered::new();
        let mut rest = Vec::new();
        for node in nodes {
            match self.resolve(node) {
                Some(node @ (PlanNode::Sequence(_) | PlanNode::Parallel(_))) => rest.push(node),
                Some(node) => jobs.extend(self.job(node, &state.data)),
                None => {}
            }
        }
        while let Some(fetched) = jobs.next().await {
            state.take(self.types, fetched);
        }
        for node in rest {
            self.node(node, state).await;
        }
    }

    /// The node behind conditions; `None` when they say no.
    fn resolve(&self, mut node: &'a PlanNode) -> Option<&'a PlanNode> {
        while let PlanNode::Condition(condition) = node {
            node = self.branch(condition)?;
        }
        Some(node)
    }

    fn branch(&self, node: &'a ConditionNode) -> Option<&'a PlanNode> {
        let holds = matches!(self.variables.get(node.condition.as_str()), Some(Value::Boolean(true)));
        if holds {
            node.if_clause.as_deref()
        } else {
            node.else_clause.as_deref()
        }
    }

    fn job<'s>(&'s self, node: &'a PlanNode, data: &Value) -> Option<Job<'s, 'a>> {
        match self.resolve(node)? {
            PlanNode::Fetch(fetch) => {
                Some(self.fetch(fetch.id, Vec::new(), Target::Root, some(fetch.output_rewrites.as_ref())))
            }
            PlanNode::Flatten(flatten) => self.flatten(flatten, data),
            PlanNode::BatchFetch(batch) => self.batch(batch, data),
            _ => None,
        }
    }

    fn flatten<'s>(&'s self, flatten: &'a FlattenNode, data: &Value) -> Option<Job<'s, 'a>> {
        let PlanNode::Fetch(fetch) = flatten.node.as_ref() else {
            return None;
        };
        let rewrites = some(fetch.output_rewrites.as_ref());
        let Some(requires) = &fetch.requires else {
            return Some(self.fetch(fetch.id, Vec::new(), Target::At(&flatten.path), rewrites));
        };
        let mut representations = Representations::default();
        let changes = some(fetch.input_rewrites.as_ref());
        let indices = representations.collect(self.types, data, &flatten.path, requires, changes);
        if representations.list.is_empty() {
            return None;
        }
        let batch = Batch {
            alias: "_entities",
            places: vec![(&flatten.path, indices)],
            rewrites,
        };
        let variables = vec![("representations", Value::List(representations.list))];
        Some(self.fetch(fetch.id, variables, Target::Entities(vec![batch]), &[]))
    }

    fn batch<'s>(&'s self, node: &'a BatchFetchNode, data: &Value) -> Option<Job<'s, 'a>> {
        let mut variables = Vec::new();
        let mut batches = Vec::new();
        let mut any = false;
        for alias in &node.entity_batch.aliases {
            let mut representations = Representations::default();
            let changes = some(alias.input_rewrites.as_ref());
            let places = alias
                .merge_paths
                .iter()
                .map(|path| {
                    (
                        path,
                        representations.collect(self.types, data, path, &alias.requires, changes),
                    )
                })
                .collect();
            any |= !representations.list.is_empty();
            variables.push((
                alias.representations_variable_name.as_str(),
                Value::List(representations.list),
            ));
            batches.push(Batch {
                alias: &alias.alias,
                places,
                rewrites: some(alias.output_rewrites.as_ref()),
            });
        }
        any.then(|| self.fetch(node.id, variables, Target::Entities(batches), &[]))
    }

    fn fetch<'s>(
        &'s self,
        id: i64,
        extra: Vec<(&'a str, Value)>,
        target: Target<'a>,
        rewrites: &'a [FetchRewrite],
    ) -> Job<'s, 'a> {
        let operation = self.plan.fetch(id);
        let mut variables = used(self.variables, &operation.variables);
        let lists: Vec<(&str, &str)> = match &target {
            Target::Entities(batches) => {
                let names = extra.iter().map(|(name, _)| *name);
                batches.iter().map(|batch| batch.alias).zip(names).collect()
            }
            _ => Vec::new(),
        };
        variables.extend(extra.into_iter().map(|(name, value)| (Name::new(name), value)));
        async move {
            let answer = match &self.shelf {
                Some(shelf) => shelf.ask(id, variables, &lists, self.context).await,
                None => {
                    let entities = lists
                        .iter()
                        .filter_map(|(_, name)| variables.get(*name))
                        .map(count)
                        .sum();
                    let subgraph = self.subgraphs.get(&operation.service);
                    let answer = ask(subgraph, id, operation, variables, (entities, self.context)).await;
                    self.context.gather(id, &operation.service, &answer.headers);
                    answer
                }
            };
            let (service, root_keys) = (operation.service.as_str(), operation.root_keys.as_slice());
            Fetched {
                answer,
                target,
                rewrites,
                service,
                root_keys,
            }
        }
        .boxed()
    }
}

/// Asks a subgraph for so many entities.
pub(crate) async fn ask(
    subgraph: Option<&Metered>,
    id: i64,
    operation: &FetchOperation,
    variables: Map,
    (entities, context): (usize, &Context),
) -> SubgraphAnswer {
    let call = Call::begin(context, id, operation, entities);
    let answer = match subgraph {
        Some(subgraph) => subgraph.execute(operation, variables, call.context()).await,
        None => SubgraphAnswer::outage(ErrorCode::Unavailable, &operation.service),
    };
    call.end(&answer);
    answer
}

/// How many entities are asked for with these representations.
pub(crate) fn count(representations: &Value) -> usize {
    match representations {
        Value::List(list) => list.len(),
        _ => 0,
    }
}

/// The client's variables that a fetch uses; one that was not sent is not sent on.
pub(crate) fn used(variables: &Map, names: &[Name]) -> Map {
    names
        .iter()
        .filter_map(|name| variables.get(name).map(|value| (name.clone(), value.clone())))
        .collect()
}

fn some(rewrites: Option<&Vec<FetchRewrite>>) -> &[FetchRewrite] {
    rewrites.map_or(&[], Vec::as_slice)
}
