//! One graph with all it takes to answer: planner, plans, transports. Replaced as a whole when the graph changes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use apollo_compiler::executable::OperationType;
use axum::http::{HeaderName, HeaderValue};
use bytes::Bytes;

use crate::{
    access::Access,
    contract::{Contract, View},
    cost::Weights,
    data::{Data, Key, Leaf, Object},
    error::{Error, Rejection},
    executor::{Run, State, Types, Written, answer, introspect, with_extension},
    kept::{Hasher, Hints, Kept, Shelf, Tag, tags_of},
    pipeline::{Context, Filtered, Prepared, Request, Variables},
    plan::{Plan, Planner},
    plans::Plans,
    settings::Settings,
    sharing::{Hubs, Marks},
    subgraph::{AnswerRules, Map, Metered, Subgraph},
    supergraph::Supergraph,
};

/// Says which subgraphs were made up.
pub(crate) const MOCK: HeaderName = HeaderName::from_static("x-matinee-mock");

/// The graph at work.
pub(crate) struct Engine {
    pub(crate) supergraph: Supergraph,
    /// What of it is shown to whom.
    pub(crate) contract: Contract,
    pub(crate) types: Arc<Types>,
    pub(crate) access: Access,
    pub(crate) planner: Planner,
    pub(crate) settings: Arc<Settings>,
    pub(crate) hints: Hints,
    pub(crate) kept: Arc<Kept>,
    pub(crate) marks: Marks,
    pub(crate) hubs: Arc<Hubs>,
    /// Which headers of subgraphs reach the client.
    pub(crate) answer_rules: AnswerRules,
    /// Stands for the graph in keys of what is kept.
    pub(crate) digest: crate::kept::Key,
    /// The subgraphs that are made up.
    pub(crate) mocked: Vec<String>,
    plans: Plans,
    subgraphs: HashMap<String, Metered>,
}

impl Engine {
    pub(crate) fn new(
        supergraph: Supergraph,
        transports: HashMap<String, Arc<dyn Subgraph>>,
        settings: Arc<Settings>,
        kept: Arc<Kept>,
    ) -> Result<Self, Error> {
        let mut subgraphs = HashMap::new();
        let mut mocked = Vec::new();
        for (name, transport) in transports {
            if transport.is_mock() {
                mocked.push(name.clone());
            }
            let timeout = settings.traffic.timeout(&name, settings.subgraph_timeout_ms);
            // There from the start: a subgraph that never failed has 0 errors, not none.
            metrics::counter!("router_subgraph_errors_total", "subgraph" => name.clone()).increment(0);
            subgraphs.insert(name.clone(), Metered::new(name, transport, timeout));
        }
        if let Some((name, _)) = supergraph
            .subgraphs()
            .iter()
            .find(|(name, _)| !subgraphs.contains_key(name))
        {
            return Err(Error::NoTransport(name.clone()));
        }
        mocked.sort_unstable();
        let hints = Hints::new(&supergraph);
        let planner = Planner::new(&supergraph, Duration::from_millis(settings.plan_timeout_ms))?;
        metrics::gauge!("router_graphs").increment(1);
        let mut digest = Hasher::default();
        digest.add(supergraph.sdl().as_bytes());
        Ok(Self {
            // What is made up is not kept by anybody: it is for trying things out.
            hints: if mocked.is_empty() {
                hints
            } else {
                hints.without_times()
            },
            mocked,
            kept,
            marks: Marks::new(&supergraph.schema),
            hubs: Arc::default(),
            answer_rules: AnswerRules::new(&settings.traffic.answer_headers)?,
            digest: digest.end(),
            access: Access::new(&supergraph.schema, &supergraph.schema.implementers_map()),
            contract: Contract::new(&supergraph, &settings.contract)?,
            types: planner.types(),
            planner,
            plans: Plans::new(&settings),
            subgraphs,
            supergraph,
            settings,
        })
    }

    /// What fields cost.
    pub(crate) fn weights(&self) -> Weights<'_> {
        Weights {
            schema: &self.supergraph.schema,
            list_size: self.settings.list_size,
        }
    }

    /// The graph that a request is about: our own documents are about all of it.
    pub(crate) fn view_of(&self, request: &Request, context: &Context) -> &Arc<View> {
        if request.trusted {
            self.contract.whole()
        } else {
            self.contract.view_for(context)
        }
    }

    /// The header that says which of the subgraphs of a plan are made up.
    pub(crate) fn mark(&self, plan: &Plan) -> Option<(HeaderName, HeaderValue)> {
        mark(self.mocked_of(plan))
    }

    /// An answer to `plan` that says so itself, where answers have no headers of their own.
    pub(crate) fn marked(&self, plan: &Plan, body: Bytes) -> Bytes {
        let names: Vec<&str> = self.mocked_of(plan).map(String::as_str).collect();
        if names.is_empty() {
            return body;
        }
        with_extension(&body, "mock", names.into())
    }

    fn mocked_of<'n>(&'n self, plan: &'n Plan) -> impl Iterator<Item = &'n String> {
        self.mocked.iter().filter(|name| plan.asks(name))
    }

    /// The same for all of the graph.
    pub(crate) fn mark_all(&self) -> Option<(HeaderName, HeaderValue)> {
        mark(self.mocked.iter())
    }

    pub(crate) fn subgraph(&self, name: &str) -> Option<&Metered> {
        self.subgraphs.get(name)
    }

    /// How often each subgraph was asked.
    pub(crate) fn fetches(&self) -> HashMap<String, u64> {
        self.subgraphs
            .iter()
            .map(|(name, subgraph)| (name.clone(), subgraph.fetches()))
            .collect()
    }

    /// The operation, ready to run: from the cache, or made on a thread that may take its time.
    pub(crate) async fn prepare(
        self: &Arc<Self>,
        request: &Request,
        context: &Context,
    ) -> Result<Arc<Prepared>, Rejection> {
        self.plans.get(self, request, context).await
    }

    /// How many plans were made.
    pub(crate) fn plans_made(&self) -> u64 {
        self.plans.made()
    }

    /// Plans what `old` is asked most, so that the change of graphs is no stampede.
    pub(crate) async fn warm_up(self: &Arc<Self>, old: &Self) {
        let most = self
            .settings
            .warm_up_plans
            .min(self.settings.plan_cache.try_into().unwrap_or(usize::MAX));
        let requests = old.plans.most_used(most);
        let limit = Duration::from_millis(self.settings.warm_up_ms);
        self.plans.warm_up(self, requests, limit).await;
    }

    pub(crate) fn run<'a>(&'a self, plan: &'a Plan, variables: &'a Map, context: &'a Context) -> Run<'a> {
        Run {
            types: &self.types,
            subgraphs: &self.subgraphs,
            plan,
            variables,
            context,
            shelf: None,
        }
    }

    /// Answers a query or mutation with JSON text; its tags are found when it is to be kept. What was taken out of it is
    /// null.
    pub(crate) async fn execute(
        self: &Arc<Self>,
        prepared: &Arc<Prepared>,
        variables: &Variables,
        context: &Context,
        (is_kept, filtered): (bool, Option<&Filtered>),
    ) -> Result<(Written, BTreeSet<Tag>), Rejection> {
        let mut state = State::default();
        if let Some(step) = prepared.plan.root() {
            let mut run = self.run(&prepared.plan, &variables.values, context);
            if prepared.kind() == OperationType::Query {
                run.shelf = Some(Shelf::new(self, prepared, context));
            }
            run.step(step, &mut state).await;
        }
        if prepared.introspects {
            let answered = introspect(
                &prepared.view.api,
                &prepared.view.implementers,
                &prepared.document,
                &prepared.operation,
                &variables.json,
            );
            if !matches!(state.data, Data::Object(_)) {
                state.data = Data::Object(Object::default());
            }
            if let Data::Object(data) = &mut state.data {
                for (name, value) in answered {
                    data.insert(Key::of(&name), Data::Leaf(Leaf::of_json(&value)));
                }
            }
        }
        let fields = match filtered {
            Some(filtered) => {
                let fields = filtered
                    .asked
                    .fields_without(self, &variables.values, &filtered.withheld);
                Arc::new(fields)
            }
            None => prepared.fields(self, &variables.values),
        };
        let tags = if is_kept {
            tags_of(&self.hints, &fields, &state.data)
        } else {
            BTreeSet::new()
        };
        Ok((answer(&fields, state, context), tags))
    }
}

fn mark<'n>(mocked: impl Iterator<Item = &'n String>) -> Option<(HeaderName, HeaderValue)> {
    let names: Vec<&str> = mocked.map(String::as_str).collect();
    if names.is_empty() {
        return None;
    }
    let value = HeaderValue::from_str(&names.join(", ")).ok()?;
    Some((MOCK, value))
}

impl Drop for Engine {
    fn drop(&mut self) {
        metrics::gauge!("router_graphs").decrement(1);
    }
}
