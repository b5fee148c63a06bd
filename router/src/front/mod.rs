//! The doors: GraphQL over HTTP, SSE and WebSocket; GraphiQL; the landing page.

pub(crate) mod assets;
mod batch;
mod conditional;
mod errors;
pub(crate) mod http;
mod landing;
mod negotiate;
mod protocol;
mod sse;
mod websocket;

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State, WebSocketUpgrade},
    http::{Extensions, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::Router;

pub use landing::Landing;

/// Where the graph is; one door under three names.
const GRAPHQL: [&str; 3] = ["/graphql", "/v1/graphql", "/api/v1/graphql"];

/// All routes of the router.
pub(crate) fn routes(router: Router) -> axum::Router {
    let graphql = get(get_graphql)
        .post(http::post)
        .options(http::options)
        .fallback(http::wrong_method);
    let doors = GRAPHQL
        .into_iter()
        .fold(axum::Router::new(), |routes, path| routes.route(path, graphql.clone()));
    doors
        .route("/graphiql", get(assets::graphiql))
        .route("/schema.graphql", get(schema))
        .route("/errors", get(errors::list))
        .route("/errors/{slug}", get(errors::one))
        .route("/assets/{*path}", get(assets::asset))
        .route("/", get(landing::page))
        .with_state(router)
}

/// `GET /graphql` is a query in the URL, or the beginning of a WebSocket.
async fn get_graphql(State(router): State<Router>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = parts
        .headers
        .get(header::UPGRADE)
        .map(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if upgrade == Some(true) {
        return match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => websocket::upgrade(router, &parts, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    http::get(router, parts).await
}

async fn schema(State(router): State<Router>) -> Response {
    if !router.settings().introspection {
        return (StatusCode::FORBIDDEN, "introspection is switched off here").into_response();
    }
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, content_type)], router.api_sdl()).into_response()
}

/// Where the request comes from, when it came by a socket.
pub(crate) fn address(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip())
}
