//! What one process serves on its port: HTTP, WebSocket and gRPC.

use std::sync::Arc;

use auth::{TokenService, Verifier};
use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    routing::get,
};
use graphql::Endpoint;
use grpc::Limits;

/// The parts of a process that answer HTTP.
#[derive(Default)]
pub struct Doors {
    /// The graph, when the router runs here.
    pub router: Option<router::Router>,
    /// REST over the graph, beside the router.
    pub rest: Option<router::Rest>,
    /// What OAuth clients read first, beside REST.
    pub discovery: Option<serde_json::Value>,
    /// REST routes of services.
    pub routes: Vec<Router>,
    /// Subgraphs that a router in another process asks; empty when the router runs here.
    pub subgraphs: Vec<(&'static str, Arc<dyn Endpoint>)>,
    /// Tells other processes whether tokens are good, where accounts runs.
    pub tokens: Option<TokenService>,
}

impl Doors {
    /// All routes of the process; calls by gRPC are held to `limits`.
    ///
    /// A subgraph answers at `/{name}/graphql`, alone in its process at `/graphql` too, and by gRPC with the name in the
    /// message.
    pub fn open(self, verifier: &Verifier, health: &web::Health, limits: Limits) -> Router {
        let mut all = health.routes().merge(well_known(verifier.clone()));
        let mut services = Vec::new();
        if let Some(router) = &self.router {
            all = all.merge(router.routes());
        }
        if let Some(rest) = self.rest {
            all = all.merge(rest.routes());
        }
        if let Some(document) = self.discovery {
            all = all.merge(discovery(&document));
        }
        if !self.subgraphs.is_empty() {
            all = all.merge(graphql::grpc_routes(&self.subgraphs, verifier, limits.clone()));
            services.push(grpc::subgraph::SERVICE);
        }
        if let Some(tokens) = self.tokens {
            all = all.merge(tokens.routes(limits.clone()));
            services.push(grpc::token::SERVICE);
        }
        let health = health.clone();
        let is_ready = move || {
            let health = health.clone();
            async move { health.is_ready().await }
        };
        all = all.merge(grpc::health::routes(services, limits, is_ready));
        let is_alone = self.subgraphs.len() == 1;
        for (name, endpoint) in self.subgraphs {
            let routes = graphql::routes(endpoint, verifier.clone());
            if is_alone {
                all = all.merge(routes.clone());
            }
            all = all.nest(&format!("/{name}"), routes);
        }
        let all = self
            .routes
            .into_iter()
            .fold(all, Router::merge)
            .fallback(web::no_such_path);
        match self.router {
            Some(router) => router.passing_on(all),
            None => all,
        }
    }
}

/// The same document by both of its names: RFC 8414 §3, OpenID Connect Discovery 1.0 §4.
fn discovery(document: &serde_json::Value) -> Router {
    let text = document.to_string();
    let answer = move || {
        let text = text.clone();
        async move {
            (
                [
                    (CONTENT_TYPE, "application/json"),
                    (CACHE_CONTROL, "public, max-age=300"),
                ],
                text,
            )
        }
    };
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(answer.clone()))
        .route("/.well-known/openid-configuration", get(answer))
}

fn well_known(verifier: Verifier) -> Router {
    let document = move || {
        let keys = verifier.jwks();
        async move {
            (
                [
                    (CONTENT_TYPE, "application/jwk-set+json"),
                    (CACHE_CONTROL, "public, max-age=300"),
                ],
                keys.to_string(),
            )
        }
    };
    Router::new().route("/.well-known/jwks.json", get(document))
}
