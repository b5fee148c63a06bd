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
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    Router,
    contract::{SCHEMA_VERSION, Variant},
};

pub use landing::Landing;

/// Where the graph is; one door under three names.
pub(crate) const GRAPHQL: [&str; 3] = ["/graphql", "/v1/graphql", "/api/v1/graphql"];

/// All routes of the router.
pub(crate) fn routes(router: Router) -> axum::Router {
    let graphql = get(get_graphql)
        .post(http::post)
        .options(http::options)
        .fallback(http::wrong_method);
    let doors = GRAPHQL
        .into_iter()
        .fold(axum::Router::new(), |routes, path| routes.route(path, graphql.clone()));
    let admin = graphql.route_layer(middleware::map_request(as_operator));
    doors
        .route("/admin/graphql", admin)
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
            Ok(upgrade) => {
                let mark = router.engine().mark_all();
                let mut response = websocket::upgrade(router, &parts, upgrade);
                response.headers_mut().extend(mark);
                response
            }
            Err(rejection) => rejection.into_response(),
        };
    }
    http::get(router, parts).await
}

/// At the operators' door all of the graph is asked for, which is given to operators only.
async fn as_operator(mut request: Request) -> Request {
    let whole = HeaderValue::from_static(Variant::Admin.name());
    request.headers_mut().insert(SCHEMA_VERSION, whole);
    request
}

async fn schema(State(router): State<Router>, request: Request) -> Response {
    if !router.settings().introspection {
        return (StatusCode::FORBIDDEN, "introspection is switched off here").into_response();
    }
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    let address = address(request.extensions());
    match router.context(request.headers().clone(), address).await {
        Ok(context) => {
            let vary = HeaderValue::from_static("authorization, x-api-key, graphql-schema-version");
            let headers = [(header::CONTENT_TYPE, content_type), (header::VARY, vary)];
            (headers, router.sdl_for(&context)).into_response()
        }
        Err(rejection) => http::refuse(&rejection, negotiate::Media::GraphQl),
    }
}

/// Where the request comes from, when it came by a socket.
pub(crate) fn address(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip())
}
