//! Answers that are made up from the schema: a frontend works before the subgraph does.
//!
//! A mock is a transport like any other, so all the rest is as it always is: limits, authorisation, plans, nulls. What it
//! says depends on the seed and on what is asked about, never on when or how often: an entity is the same on every way to
//! it, since it is made from its key, and all else is made from the way that leads there.

mod asked;
mod given;
mod graph;
mod leaf;
mod making;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::Name;
use async_trait::async_trait;
use futures_util::{StreamExt, stream, stream::BoxStream};
use tokio::time::{Instant, sleep, sleep_until};

use self::{graph::Graph, making::Making};
use crate::{
    error::Error,
    pipeline::Context,
    settings::MockSettings,
    subgraph::{FetchOperation, Inputs, Map, Subgraph, SubgraphAnswer},
    supergraph::Supergraph,
};

/// The name that stands for all subgraphs.
const ALL: &str = "*";
/// Shortest time between two events.
const SHORTEST_TICK: Duration = Duration::from_millis(10);

/// A subgraph that is made up.
struct Mock {
    graph: Graph,
    settings: Arc<MockSettings>,
}

/// The subgraphs that `router.mock` wants made up, by name.
///
/// # Errors
/// [`Error::Mock`]: a subgraph, a type or a field that the graph does not have; a value that does not fit its type.
pub fn mocks(supergraph: &Supergraph, settings: &MockSettings) -> Result<HashMap<String, Arc<dyn Subgraph>>, Error> {
    let mut all: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
    let names: Vec<&str> = supergraph.subgraphs().iter().map(|(name, _)| name.as_str()).collect();
    let is_known = |name: &&String| *name == ALL || names.contains(&name.as_str());
    if let Some(unknown) = settings.subgraphs.iter().find(|name| !is_known(name)) {
        return Err(Error::Mock(format!(
            "subgraphs: {unknown:?} is none of the graph, which has {}",
            names.join(", ")
        )));
    }
    if !settings.is_on() {
        return Ok(all);
    }
    given::check(&supergraph.schema, &settings.values)?;
    let schema = Arc::new(supergraph.schema.clone());
    let settings = Arc::new(settings.clone());
    let is_wanted = |name: &str| settings.subgraphs.iter().any(|wanted| wanted == ALL || wanted == name);
    for name in names.into_iter().filter(|name| is_wanted(name)) {
        let mock = Mock {
            graph: Graph::new(schema.clone(), name)?,
            settings: settings.clone(),
        };
        all.insert(name.to_owned(), Arc::new(mock));
    }
    Ok(all)
}

impl Mock {
    fn answer(
        &self,
        operation: &FetchOperation,
        variables: &HashMap<Name, serde_json::Value>,
        tick: u64,
    ) -> SubgraphAnswer {
        let mut making = Making::new((&self.graph, &self.settings), &operation.document, variables, tick);
        let data = making.answer();
        SubgraphAnswer::new(operation, data, making.errors)
    }
}

/// The variables as JSON.
fn json(values: Map) -> HashMap<Name, serde_json::Value> {
    let values = values.into_iter();
    values
        .map(|(name, value)| (name, value.into_json().unwrap_or_default()))
        .collect()
}

#[async_trait]
impl Subgraph for Mock {
    async fn execute(&self, operation: &FetchOperation, inputs: Inputs, _: &Context) -> SubgraphAnswer {
        if self.settings.delay_ms > 0 {
            sleep(Duration::from_millis(self.settings.delay_ms)).await;
        }
        self.answer(operation, &json(inputs.into_values()), 0)
    }

    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        _: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        let mock = Self {
            graph: self.graph.clone(),
            settings: self.settings.clone(),
        };
        let every = Duration::from_millis(self.settings.tick_ms).max(SHORTEST_TICK);
        let first = Instant::now() + Duration::from_millis(self.settings.delay_ms);
        // Lives as long as the stream, which may be longer than the graph it was asked of.
        let (document, reading) = (operation.document.clone(), operation.reading.clone());
        let variables = json(variables);
        let ticks = stream::unfold((1_u64, first), move |(tick, at)| async move {
            sleep_until(at).await;
            Some((tick, (tick + 1, at + every)))
        });
        ticks
            .map(move |tick| {
                let mut making = Making::new((&mock.graph, &mock.settings), &document, &variables, tick);
                let data = making.answer();
                SubgraphAnswer {
                    data: crate::data::of_value(data, Some(&reading)),
                    errors: making.errors,
                    ..SubgraphAnswer::default()
                }
            })
            .boxed()
    }

    fn is_mock(&self) -> bool {
        true
    }
}
