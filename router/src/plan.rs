//! Query plans. Beside `executor/`, this is the only module that names the planner library.

use std::{collections::HashMap, sync::Arc, time::Duration};

use apollo_compiler::{Node, ast::Value, schema::ExtendedType};
use async_graphql::Name;
use hive_router_query_planner::{
    ast::{normalization::normalize_operation, operation::SubgraphFetchOperation},
    graph::PlannerOverrideContext,
    planner::{Planner as Library, QueryPlannerOptions, plan_nodes::QueryPlan},
    utils::{
        cancellation::CancellationToken,
        parsing::{safe_parse_operation, safe_parse_schema},
    },
};

use crate::{
    data::Names,
    error::Error,
    executor::{Rewrite, Step, StepCompiler, Types},
    kept::{EntityPolicy, Hasher, Hints, Key},
    subgraph::FetchOperation,
    supergraph::Supergraph,
};

/// Makes plans for one supergraph.
pub(crate) struct Planner {
    library: Library,
    types: Arc<Types>,
    timeout: Duration,
}

/// How long a plan may take: until its time is over, or nobody waits for it any more.
#[derive(Clone)]
pub(crate) struct Patience(Arc<CancellationToken>);

/// Ends the patience when it is dropped.
pub(crate) struct Waiting(Patience);

/// How an operation is answered: which subgraph is asked what, in which order.
pub(crate) struct Plan {
    root: Option<Step>,
    fetches: HashMap<i64, FetchOperation>,
    /// What is known of a fetch for keeping and sharing its answer.
    facts: HashMap<i64, Facts>,
}

struct Facts {
    /// Of service and text.
    digest: Key,
    entities: Option<EntityPolicy>,
}

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum Unplanned {
    /// It took too long.
    Timeout,
    /// What the library says; for a valid operation that is a hole in the composition.
    Failed(String),
}

/// The beginning of a subscription's plan, and the rest.
pub(crate) struct Subscription<'p> {
    /// What the subgraph is asked.
    pub(crate) operation: &'p FetchOperation,
    /// Changes to each event.
    pub(crate) rewrites: &'p [Rewrite],
    /// What is to be done for each event.
    pub(crate) rest: &'p [Step],
}

impl Planner {
    /// A planner over `supergraph` that gives up on a plan after `timeout`.
    pub(crate) fn new(supergraph: &Supergraph, timeout: Duration) -> Result<Self, Error> {
        let unusable = |error: String| Error::Supergraph(error);
        let document = safe_parse_schema(&owners_first(supergraph)).map_err(|error| unusable(error.to_string()))?;
        let library = Library::new_from_supergraph(&document, QueryPlannerOptions::default())
            .map_err(|error| unusable(error.to_string()))?;
        let types = Arc::new(Types::new(&supergraph.schema));
        Ok(Self {
            library,
            types,
            timeout,
        })
    }

    /// Which type is which.
    pub(crate) fn types(&self) -> Arc<Types> {
        self.types.clone()
    }

    /// Plans the operation `name` of a valid document.
    ///
    /// # Errors
    /// [`Unplanned`].
    pub(crate) fn plan(&self, document: &str, name: Option<&str>) -> Result<Plan, Unplanned> {
        self.plan_with(document, name, Names::default(), &self.patience())
    }

    /// How long one plan may take, from now.
    pub(crate) fn patience(&self) -> Patience {
        Patience(Arc::new(CancellationToken::with_timeout(self.timeout)))
    }

    /// Plans the operation `name` of a valid document, as long as there is `patience`. `names` are those in its answer.
    ///
    /// # Errors
    /// [`Unplanned`].
    pub(crate) fn plan_with(
        &self,
        document: &str,
        name: Option<&str>,
        names: Names,
        patience: &Patience,
    ) -> Result<Plan, Unplanned> {
        self.plan_within(document, name, names, &patience.0).map_err(|reason| {
            if patience.0.bail_if_cancelled().is_err() {
                Unplanned::Timeout
            } else {
                Unplanned::Failed(reason)
            }
        })
    }

    fn plan_within(
        &self,
        document: &str,
        name: Option<&str>,
        mut names: Names,
        limit: &CancellationToken,
    ) -> Result<Plan, String> {
        let document = safe_parse_operation(document).map_err(|error| error.to_string())?;
        let normalized =
            normalize_operation(&self.library.supergraph, &document, name).map_err(|error| error.to_string())?;
        if normalized.operation.selection_set.is_empty() {
            return Ok(Plan::empty());
        }
        let QueryPlan { node, .. } = self
            .library
            .plan_from_normalized_operation(&normalized.operation, PlannerOverrideContext::default(), limit)
            .map_err(|error| error.to_string())?;
        let mut fetches = HashMap::new();
        let mut note = |id, service: &str, fetch: &SubgraphFetchOperation| {
            fetches.insert(id, operation(service, fetch)?);
            Ok(())
        };
        let mut compiler = StepCompiler {
            types: &self.types,
            names: &mut names,
            note: &mut note,
        };
        let root = node.map(|node| compiler.step(&node)).transpose()?;
        for fetch in fetches.values() {
            fetch.reading.collect(&mut names)?;
        }
        Ok(Plan {
            root,
            fetches,
            facts: HashMap::new(),
        })
    }
}

impl Patience {
    /// Somebody who waits; without them it is over.
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting(self.clone())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.cancel();
    }
}

impl Plan {
    /// Whether a subgraph is asked.
    pub(crate) fn asks(&self, service: &str) -> bool {
        self.fetches.values().any(|fetch| fetch.service == service)
    }

    /// The plan of an operation that needs no subgraph.
    pub(crate) fn empty() -> Self {
        Self {
            root: None,
            fetches: HashMap::new(),
            facts: HashMap::new(),
        }
    }

    /// What to do first.
    pub(crate) fn root(&self) -> Option<&Step> {
        self.root.as_ref()
    }

    /// What the fetch `id` asks.
    pub(crate) fn fetch(&self, id: i64) -> &FetchOperation {
        self.fetches
            .get(&id)
            .expect("every fetch of the plan was collected when it was made")
    }

    /// Learns how long what the fetches give may be kept.
    pub(crate) fn learn(&mut self, hints: &Hints) {
        for (id, operation) in &self.fetches {
            let mut digest = Hasher::default();
            digest.add(operation.service.as_bytes());
            digest.add(operation.text.as_bytes());
            let facts = Facts {
                digest: digest.end(),
                entities: hints.entities(&operation.document, &operation.service),
            };
            self.facts.insert(*id, facts);
        }
    }

    /// Stands for what the fetch `id` asks of whom.
    pub(crate) fn digest(&self, id: i64) -> &[u8] {
        self.facts.get(&id).map_or(&[], |facts| &facts.digest)
    }

    /// How long the entities of the fetch `id` may be kept; `None` where it has none or they may not.
    pub(crate) fn entities(&self, id: i64) -> Option<&EntityPolicy> {
        self.facts.get(&id)?.entities.as_ref()
    }

    /// Whether a single fetch is all.
    pub(crate) fn is_one_fetch(&self) -> bool {
        self.fetches.len() == 1
    }

    /// The subscription the plan begins with, and what is to be done for each of its events.
    pub(crate) fn subscription(&self) -> Option<Subscription<'_>> {
        let (first, rest) = match self.root.as_ref()? {
            Step::Sequence(steps) => steps.split_first()?,
            step => (step, [].as_slice()),
        };
        let Step::Subscription(fetch) = first else {
            return None;
        };
        Some(Subscription {
            operation: self.fetch(fetch.id),
            rewrites: &fetch.rewrites,
            rest,
        })
    }
}

/// Put before the name of a subgraph that is to come first.
const FIRST: &str = "!";

/// The SDL with the owners of interfaces first.
///
/// Of several ways to a type condition the library takes the first by the subgraph's name. A contributor by
/// `@interfaceObject` offers one that leads nowhere, so with `accounts` before `catalogue` it finds no path to
/// `... on Movie { asset }` behind accounts' titles. [`operation`] gives the names back.
fn owners_first(supergraph: &Supergraph) -> String {
    let owners = supergraph.interface_owners();
    let mut schema = supergraph.schema.clone();
    if let Some(ExtendedType::Enum(graphs)) = schema.types.get_mut("join__Graph") {
        let graphs = graphs.make_mut().values.iter_mut();
        for (_, graph) in graphs.filter(|(graph, _)| owners.contains(graph.as_str())) {
            let directives = graph.make_mut().directives.iter_mut();
            for directive in directives.filter(|directive| directive.name == "join__graph") {
                let name = directive.make_mut().specified_argument_by_name_mut("name");
                if let Some(Value::String(name)) = name.map(Node::make_mut) {
                    name.insert_str(0, FIRST);
                }
            }
        }
    }
    schema.to_string()
}

/// The name of a subgraph as everybody else knows it.
pub(crate) fn service_name(planned: &str) -> &str {
    planned.trim_start_matches(FIRST)
}

fn operation(service: &str, fetch: &SubgraphFetchOperation) -> Result<FetchOperation, String> {
    let (text, variables) = without_unused_variables(fetch);
    FetchOperation::new(service_name(service), text, variables)
}

/// The text of a fetch and the variables it uses. The planner may declare variables of a fragment that went into
/// another fetch; a subgraph that validates refuses those.
fn without_unused_variables(fetch: &SubgraphFetchOperation) -> (String, Vec<Name>) {
    let mut document = fetch.document.clone();
    let mut used = document.operation.selection_set.variable_usages();
    for fragment in &document.fragments {
        used.extend(fragment.selection_set.variable_usages());
    }
    let declared = document.operation.variable_definitions.get_or_insert_default();
    let before = declared.len();
    declared.retain(|variable| used.contains(&variable.name));
    let names = declared.iter().map(|variable| Name::new(&variable.name)).collect();
    let same = declared.len() == before;
    let text = if same {
        fetch.document_str.clone()
    } else {
        document.to_string()
    };
    (text, names)
}
