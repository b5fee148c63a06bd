//! A subgraph in this process: parsed document in, values out, nothing is written and read in between.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};

use super::{FetchOperation, Inputs, Map, Subgraph, SubgraphAnswer};
use crate::{data::of_value, pipeline::Context};

/// Calls an endpoint in this process.
pub struct Local(Arc<dyn graphql::Endpoint>);

impl Local {
    /// Calls `endpoint`.
    pub fn new(endpoint: Arc<dyn graphql::Endpoint>) -> Self {
        Self(endpoint)
    }

    fn request(operation: &FetchOperation, variables: Map, context: &Context) -> Request {
        let mut request = Request::new(String::new());
        request.set_parsed_query(operation.document.clone());
        request.variables = Variables::from_value(async_graphql::Value::Object(variables));
        request.data.insert(context.trace().clone());
        if let Some(viewer) = &context.identity.viewer {
            request.data.insert(viewer.clone());
        }
        if let Some(bearer) = &context.identity.bearer {
            request.data.insert(bearer.clone());
        }
        request
    }
}

#[async_trait]
impl Subgraph for Local {
    async fn execute(&self, operation: &FetchOperation, inputs: Inputs, context: &Context) -> SubgraphAnswer {
        let request = Self::request(operation, inputs.into_values(), context);
        let response = self.0.execute(request).await;
        SubgraphAnswer {
            headers: response.http_headers,
            ..SubgraphAnswer::new(operation, response.data, response.errors)
        }
    }

    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        let reading = operation.reading.clone();
        self.0
            .subscribe(Self::request(operation, variables, context))
            .map(move |response| SubgraphAnswer {
                data: of_value(response.data, Some(&reading)),
                errors: response.errors,
                ..SubgraphAnswer::default()
            })
            .boxed()
    }
}
