//! A subgraph over HTTP and WebSocket, for the split shape. Only the router calls it.

use std::{sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, Response, http::ALL_WEBSOCKET_PROTOCOLS};
use async_graphql_axum::{GraphQLProtocol, GraphQLRequest, GraphQLResponse, GraphQLWebSocket};
use auth::{Bearer, Verifier};
use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, header::AUTHORIZATION},
    response::{IntoResponse, Response as HttpResponse},
    routing::{get, post},
};
use futures_util::stream::BoxStream;
use telemetry::Trace;

use crate::{Endpoint, Failure};

/// `POST /graphql`, WebSockets (graphql-transport-ws) at `/graphql` and `/graphql/ws`, `GET /sdl`.
///
/// The token is verified again here: a subgraph never trusts the network for who asks.
pub fn routes(endpoint: Arc<dyn Endpoint>, verifier: Verifier) -> Router {
    let state = Served { endpoint, verifier };
    Router::new()
        .route("/graphql", post(answer).get(upgrade))
        .route("/graphql/ws", get(upgrade))
        .route(
            "/sdl",
            get(|State(served): State<Served>| async move { served.endpoint.sdl() }),
        )
        .with_state(state)
}

/// A subgraph and who is believed, over whatever it is asked.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) endpoint: Arc<dyn Endpoint>,
    pub(crate) verifier: Verifier,
}

impl Served {
    /// Puts who asks into `data`; without a token it is nobody.
    pub(crate) fn identify(&self, token: Option<&str>, data: &mut Data) -> Result<(), Failure> {
        if let Some(token) = token {
            data.insert(self.verifier.verify(token)?);
            data.insert(Bearer(token.into()));
        }
        Ok(())
    }
}

impl Executor for Served {
    async fn execute(&self, request: Request) -> Response {
        self.endpoint.execute(request).await
    }

    fn execute_stream(&self, mut request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        // The socket's sign-in is every operation's.
        if let Some(viewer) = session
            .as_ref()
            .and_then(|data| data.get(&std::any::TypeId::of::<Arc<auth::Viewer>>()))
            && let Some(viewer) = viewer.downcast_ref::<Arc<auth::Viewer>>()
        {
            request = request.data(viewer.clone());
        }
        self.endpoint.subscribe(request)
    }
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    strip_bearer(value)
}

fn strip_bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

async fn answer(State(served): State<Served>, headers: HeaderMap, request: GraphQLRequest) -> HttpResponse {
    let mut request = request.into_inner();
    request.data.insert(Trace::of(&headers));
    if let Err(failure) = served.identify(bearer(&headers), &mut request.data) {
        let error = async_graphql::Error::from(failure).into_server_error(async_graphql::Pos::default());
        return GraphQLResponse::from(Response::from_errors(vec![error])).into_response();
    }
    GraphQLResponse::from(served.endpoint.execute(request).await).into_response()
}

async fn upgrade(
    State(served): State<Served>,
    protocol: GraphQLProtocol,
    headers: HeaderMap,
    socket: WebSocketUpgrade,
) -> HttpResponse {
    let header_token = bearer(&headers).map(str::to_owned);
    socket
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .on_upgrade(move |stream| {
            let executor = served.clone();
            GraphQLWebSocket::new(stream, executor, protocol)
                .keepalive_timeout(Duration::from_mins(1))
                .on_connection_init(move |payload| async move {
                    let mut data = Data::default();
                    let sent = payload
                        .get("authorization")
                        .and_then(|value| value.as_str())
                        .and_then(strip_bearer);
                    let token = sent.map(str::to_owned).or(header_token);
                    served
                        .identify(token.as_deref(), &mut data)
                        .map_err(async_graphql::Error::from)?;
                    Ok(data)
                })
                .serve()
        })
}
