//! A subgraph in this process: parsed document in, values out, no text in between.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use async_trait::async_trait;
use futures_util::{StreamExt, stream::BoxStream};

use super::{FetchOperation, Map, Subgraph, SubgraphAnswer};
use crate::pipeline::Context;

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
    async fn execute(&self, operation: &FetchOperation, variables: Map, context: &Context) -> SubgraphAnswer {
        let response = self.0.execute(Self::request(operation, variables, context)).await;
        SubgraphAnswer {
            data: response.data,
            errors: response.errors,
            headers: response.http_headers,
        }
    }

    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        self.0
            .subscribe(Self::request(operation, variables, context))
            .map(|response| SubgraphAnswer {
                data: response.data,
                errors: response.errors,
                ..SubgraphAnswer::default()
            })
            .boxed()
    }
}
