//! The page at `/`.

use std::fmt::Write;

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};

use super::assets::{html, template};
use crate::Router;

/// What the landing page says beside the services.
#[derive(Debug, Clone, Default)]
pub struct Landing {
    /// The public address of the graph; empty: what the browser asked for.
    pub public_url: String,
    /// HTML about the demo (accounts, what to try); empty without the demo.
    pub demo: String,
}

/// `GET /`.
pub(crate) async fn page(State(router): State<Router>, headers: HeaderMap) -> Response {
    let landing = &router.0.landing;
    let public_url = if landing.public_url.is_empty() {
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or("localhost");
        format!("http://{host}")
    } else {
        landing.public_url.clone()
    };
    let mut services = String::new();
    for (name, _) in router.0.engine.load().supergraph.subgraphs() {
        write!(services, "<li>{}</li>", escape(name)).expect("a string takes all");
    }
    let page = template("landing.html").unwrap_or_else(|| {
        "<!doctype html><title>Matinee</title><h1>Matinee</h1><p>GraphQL at <a href=\"/graphiql\">{{public_url}}/graphql</a></p>\
         <ul>{{services}}</ul>{{demo}}"
            .to_owned()
    });
    html(
        page.replace("{{public_url}}", &escape(&public_url))
            .replace("{{services}}", &services)
            .replace("{{demo}}", &landing.demo),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
