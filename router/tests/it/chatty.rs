//! A subgraph that has an answer to everything.

use std::sync::Mutex;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use router::{Context, FetchOperation, Inputs, Map, Subgraph, SubgraphAnswer};
use serde_json::json;

/// A subgraph that would tell everything, and remembers what it was asked.
#[derive(Default)]
pub struct Chatty(pub Mutex<String>);

#[async_trait]
impl Subgraph for Chatty {
    async fn execute(&self, operation: &FetchOperation, _: Inputs, _: &Context) -> SubgraphAnswer {
        self.0.lock().expect("a text").push_str(&operation.text);
        let data = json!({
            "open": 1, "mine": 2, "edited": 3, "secret": {"id": "s"}, "must": {"a": 4, "b": 5},
            "title": {"__typename": "Movie", "id": "m1", "price": 6, "cost": 6, "rating": 7},
            "_entities": [{"__typename": "Movie", "id": "m1", "rating": 7}],
        });
        SubgraphAnswer {
            data: operation.read(async_graphql::Value::from_json(data).expect("JSON")),
            ..SubgraphAnswer::default()
        }
    }

    async fn subscribe(&self, _: &FetchOperation, _: Map, _: &Context) -> BoxStream<'static, SubgraphAnswer> {
        Box::pin(futures_util::stream::empty())
    }
}
