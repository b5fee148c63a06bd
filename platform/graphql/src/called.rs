//! Subgraphs over gRPC, for routers in other processes: `matinee.subgraph.v1.Subgraph`.

use std::sync::Arc;

use async_graphql::{Pos, Request, Response, Variables};
use auth::Verifier;
use axum::{Router, extract::Request as HttpRequest, routing::post};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use grpc::{
    Limits, Status,
    subgraph::{EXECUTE, Request as Asked, Response as Answered, SUBSCRIBE},
};
use http::HeaderMap;
use serde::de::DeserializeOwned;
use telemetry::Trace;

use crate::{
    Endpoint,
    serve::{Served, bearer},
};

/// Both methods, for the `subgraphs` of this process.
///
/// As over HTTP, the token is verified again here, and what GraphQL refuses is in the answer; a status says that there is
/// none.
pub fn grpc_routes(subgraphs: &[(&'static str, Arc<dyn Endpoint>)], verifier: &Verifier, limits: Limits) -> Router {
    let served = subgraphs.iter().map(|(name, endpoint)| {
        let served = Served {
            endpoint: endpoint.clone(),
            verifier: verifier.clone(),
        };
        (*name, served)
    });
    let all = Arc::new(All(served.collect()));
    let (executing, execute_limits) = (all.clone(), limits.clone());
    let execute = move |request: HttpRequest| async move {
        let answer = |metadata, asked| async move { executing.execute(metadata, asked).await };
        grpc::unary(request, &execute_limits, answer).await
    };
    let subscribe = move |request: HttpRequest| async move {
        let answer = |metadata, asked| async move { all.subscribe(&metadata, asked) };
        grpc::stream(request, &limits, answer).await
    };
    Router::new()
        .route(EXECUTE, post(execute))
        .route(SUBSCRIBE, post(subscribe))
}

/// The subgraphs of this process.
struct All(Vec<(&'static str, Served)>);

impl All {
    async fn execute(&self, metadata: HeaderMap, asked: Asked) -> Result<(HeaderMap, Answered), Status> {
        let served = self.find(&asked.subgraph)?;
        let response = match served.request(&metadata, asked)? {
            Ok(request) => served.endpoint.execute(request).await,
            Err(refused) => refused,
        };
        let metadata = response.http_headers.clone();
        Ok((metadata, answered(&response)))
    }

    fn subscribe(
        &self,
        metadata: &HeaderMap,
        asked: Asked,
    ) -> Result<impl Stream<Item = Answered> + Send + use<>, Status> {
        let served = self.find(&asked.subgraph)?;
        let responses: BoxStream<'static, Response> = match served.request(metadata, asked)? {
            Ok(request) => served.endpoint.subscribe(request),
            Err(refused) => stream::iter([refused]).boxed(),
        };
        Ok(responses.map(|response| answered(&response)))
    }

    fn find(&self, name: &str) -> Result<&Served, Status> {
        let found = match self.0.as_slice() {
            [(_, only)] if name.is_empty() => Some(only),
            all => all.iter().find(|(own, _)| *own == name).map(|(_, served)| served),
        };
        found.ok_or_else(|| {
            let names: Vec<&str> = self.0.iter().map(|(own, _)| *own).collect();
            Status::not_found(format!("there is no such subgraph here, but {}", names.join(", ")))
        })
    }
}

impl Served {
    /// What is asked, and by whom; or the answer to a token that is none.
    fn request(&self, metadata: &HeaderMap, asked: Asked) -> Result<Result<Request, Response>, Status> {
        let mut request = Request::new(asked.query).variables(read::<Variables>("variables", &asked.variables)?);
        if !asked.operation_name.is_empty() {
            request = request.operation_name(asked.operation_name);
        }
        request.extensions = read("extensions", &asked.extensions)?;
        request.data.insert(Trace::of(metadata));
        if let Err(failure) = self.identify(bearer(metadata), &mut request.data) {
            let error = async_graphql::Error::from(failure).into_server_error(Pos::default());
            return Ok(Err(Response::from_errors(vec![error])));
        }
        Ok(Ok(request))
    }
}

fn read<T: DeserializeOwned + Default>(what: &str, json: &Bytes) -> Result<T, Status> {
    if json.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(json).map_err(|error| Status::invalid_argument(format!("{what} cannot be read: {error}")))
}

fn answered(response: &Response) -> Answered {
    let body = serde_json::to_vec(response).expect("an answer of GraphQL is JSON");
    Answered { body: body.into() }
}
