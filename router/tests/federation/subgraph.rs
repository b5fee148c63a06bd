//! A subgraph in memory: it validates what it is asked against its own schema and executes it over the suite's data.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use apollo_compiler::{ExecutableDocument, resolvers::Execution, response::JsonMap};
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use router::{Context, FetchOperation, Inputs, Map, Subgraph, SubgraphAnswer};
use serde_json::{Value, json};

use crate::{
    object::{Object, World},
    schema::SubgraphSchema,
    store::Store,
};

/// One subgraph of a suite.
pub struct InMemory {
    pub name: String,
    pub schema: Arc<SubgraphSchema>,
    pub rules: HashMap<String, Value>,
    pub kinds: Arc<HashMap<String, Vec<String>>>,
    pub store: Arc<Mutex<Store>>,
    /// What the router did that a real subgraph would not stand.
    pub faults: Arc<Mutex<Vec<String>>>,
    /// What was asked and answered, for the message of a failure.
    pub fetches: Arc<Mutex<Vec<String>>>,
}

impl InMemory {
    fn answer(&self, text: &str, variables: &Map) -> Value {
        let refused = |message: String| {
            let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
            faults.push(format!("{} refused {text}: {message}", self.name));
            json!({"errors": [{"message": message}]})
        };
        let document = match ExecutableDocument::parse_and_validate(&self.schema.schema, text, "fetch.graphql") {
            Ok(document) => document,
            Err(errors) => return refused(errors.errors.to_string()),
        };
        let variables = serde_json::to_value(variables).expect("variables are JSON");
        let variables: JsonMap = serde_json::from_value(variables).expect("variables are an object");
        let world = World {
            service: &self.name,
            schema: &self.schema,
            rules: &self.rules,
            kinds: &self.kinds,
            store: &self.store,
            faults: &self.faults,
        };
        let operation = document.operations.get(None).expect("a fetch has one operation");
        let root = Object::root(&world, operation.object_type());
        let answer = Execution::new(&self.schema.schema, &document)
            .raw_variable_values(&variables)
            .execute_sync(&root);
        match answer {
            Ok(answer) => serde_json::to_value(answer).expect("an answer is JSON"),
            Err(error) => refused(error.message().to_string()),
        }
    }
}

#[async_trait]
impl Subgraph for InMemory {
    async fn execute(&self, operation: &FetchOperation, inputs: Inputs, _: &Context) -> SubgraphAnswer {
        let variables = inputs.into_values();
        let answer = self.answer(&operation.text, &variables);
        let variables = serde_json::to_string(&variables).expect("variables are JSON");
        let mut fetches = self.fetches.lock().unwrap_or_else(PoisonError::into_inner);
        fetches.push(format!("{}: {} {variables} -> {answer}", self.name, operation.text));
        SubgraphAnswer::read(operation, &answer.to_string().into()).expect("an answer of a subgraph")
    }

    async fn subscribe(&self, _: &FetchOperation, _: Map, _: &Context) -> BoxStream<'static, SubgraphAnswer> {
        Box::pin(futures_util::stream::empty())
    }
}
