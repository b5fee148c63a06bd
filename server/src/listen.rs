//! What one process serves on its port.

use std::sync::Arc;

use auth::Verifier;
use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    routing::get,
};
use graphql::Endpoint;

/// The parts of a process that answer HTTP.
#[derive(Default)]
pub struct Doors {
    /// The graph, when the router runs here.
    pub router: Option<router::Router>,
    /// REST over the graph, beside the router.
    pub rest: Option<router::Rest>,
    /// REST routes of services.
    pub routes: Vec<Router>,
    /// Subgraphs that a router in another process asks; empty when the router runs here.
    pub subgraphs: Vec<(&'static str, Arc<dyn Endpoint>)>,
}

impl Doors {
    /// All routes of the process.
    ///
    /// A subgraph answers at `/{name}/graphql`; alone in its process, at `/graphql` too.
    pub fn open(self, verifier: &Verifier, health: &web::Health) -> Router {
        let mut all = health.routes().merge(well_known(verifier.clone()));
        if let Some(router) = &self.router {
            all = all.merge(router.routes());
        }
        if let Some(rest) = self.rest {
            all = all.merge(rest.routes());
        }
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
