//! The façade at work.

use std::{collections::BTreeSet, sync::Arc};

use arc_swap::ArcSwap;
use auth::Role;
use axum::{
    extract::{Query, Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use bytes::Bytes;
use kernel::Refusal;
use serde_json::Value;

use super::{
    answer::{self, Reply},
    arguments::{self, Sent, Sources},
    compile::{Compiled, Route, compile},
    config,
    config::Access,
    oauth, openapi,
    problem::Problem,
    route::Found,
};
use crate::{
    Router,
    engine::Engine,
    error::{Error, Rejection},
    front::{address, assets, http},
    pipeline::{self, Context, Request},
};

/// Who may call what is for staff at all; the graph asks for the very role.
const STAFF: [Role; 5] = [
    Role::Editor,
    Role::Moderator,
    Role::Support,
    Role::Billing,
    Role::Analyst,
];

/// Operations of the façade.
const DOCUMENTS: [&str; 6] = [
    include_str!("../../rest/accounts.graphql"),
    include_str!("../../rest/admin.graphql"),
    include_str!("../../rest/catalogue.graphql"),
    include_str!("../../rest/commerce.graphql"),
    include_str!("../../rest/insight.graphql"),
    include_str!("../../rest/live.graphql"),
];

/// What the façade is made from.
#[derive(Debug, Clone)]
pub struct RestSource {
    /// The text of `rest.yaml`.
    pub config: String,
    /// The operations it names, and their fragments.
    pub documents: String,
}

impl RestSource {
    /// The platform's own, as it was built into the binary.
    pub fn embedded() -> Self {
        Self {
            config: include_str!("../../rest.yaml").to_owned(),
            documents: DOCUMENTS.join("\n"),
        }
    }
}

/// REST over the graph; clones are the same façade.
#[derive(Clone)]
pub struct Rest(Arc<Shared>);

pub(crate) struct Shared {
    router: Router,
    source: RestSource,
    /// Below which all routes are.
    prefix: String,
    made: ArcSwap<Made>,
    sources: Sources,
}

/// What fits one graph.
pub(crate) struct Made {
    compiled: Compiled,
    openapi: Bytes,
}

impl Made {
    fn try_new(source: &RestSource, engine: &Engine) -> Result<Self, Error> {
        let config = config::read(&source.config).map_err(|reason| Error::Rest(vec![reason]))?;
        let schema = &engine.supergraph.api;
        let compiled = compile(config, &source.documents, schema).map_err(Error::Rest)?;
        let openapi = openapi::document(&compiled, schema).to_string().into();
        Ok(Self { compiled, openapi })
    }

    /// Plans every operation.
    async fn plan(&self, engine: &Arc<Engine>) -> Result<(), Error> {
        let mut wrong = Vec::new();
        for route in &self.compiled.routes {
            if let Err(rejection) = engine.prepare(&request(route), &Context::default()).await {
                let reason = rejection
                    .errors
                    .first()
                    .map(|error| error.message.clone())
                    .unwrap_or_default();
                wrong.push(format!("{} ({}): {reason}", route.config.route, route.config.operation));
            }
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(Error::Rest(wrong))
        }
    }
}

impl Shared {
    /// The façade over another graph, all of it planned; nothing is taken over yet.
    ///
    /// # Errors
    /// [`Error::Rest`], naming each route that does not fit.
    pub(crate) async fn fit(&self, engine: &Arc<Engine>) -> Result<Made, Error> {
        let made = Made::try_new(&self.source, engine)?;
        made.plan(engine).await?;
        Ok(made)
    }

    /// Takes over what was made.
    pub(crate) fn take(&self, made: Made) {
        self.made.store(Arc::new(made));
    }
}

impl Rest {
    /// A façade before `router`.
    ///
    /// # Errors
    /// [`Error::Rest`], naming each route that does not fit the graph.
    pub fn try_new(router: &Router, source: &RestSource) -> Result<Self, Error> {
        let made = Made::try_new(source, &router.engine())?;
        let ports = &router.0.ports;
        let sources = Sources {
            clock: ports.clock.clone(),
            ids: ports.ids.clone(),
        };
        let shared = Arc::new(Shared {
            router: router.clone(),
            source: source.clone(),
            prefix: made.compiled.prefix.clone(),
            made: ArcSwap::from_pointee(made),
            sources,
        });
        router.add_facade(&shared);
        Ok(Self(shared))
    }

    /// Plans every operation, so that the first caller does not wait for it and none that cannot be planned is served.
    ///
    /// # Errors
    /// [`Error::Rest`], naming each route whose operation cannot be planned.
    pub async fn plan(&self) -> Result<(), Error> {
        self.0.made.load_full().plan(&self.0.router.engine()).await
    }

    /// The routes: method, path below the prefix, source documents, status of success.
    pub fn table(&self) -> impl Iterator<Item = (String, Vec<String>, u16)> {
        let made = self.0.made.load_full();
        let routes = made.compiled.routes.iter().map(|route| {
            let config = &route.config;
            (config.route.clone(), config.sources.clone(), config.status)
        });
        routes.collect::<Vec<_>>().into_iter()
    }

    /// All below `/api/v1` that nothing else serves, what has a path of its own beside it, `/openapi.json` and Swagger UI
    /// at `/api/docs`.
    pub fn routes(&self) -> axum::Router {
        let prefix = &self.0.prefix;
        let made = self.0.made.load();
        let rooted: BTreeSet<&str> = made
            .compiled
            .routes
            .iter()
            .filter(|route| route.is_oauth())
            .map(|route| &*route.pattern.path)
            .collect();
        let routes = rooted
            .into_iter()
            .fold(axum::Router::new(), |routes, path| routes.route(path, any(serve)));
        routes
            .route("/openapi.json", get(document))
            .route(&format!("{prefix}/openapi.json"), get(document))
            .route("/api/docs", get(assets::swagger))
            .route(&format!("{prefix}/{{*path}}"), any(serve))
            .with_state(self.clone())
    }
}

fn request(route: &Route) -> Request {
    Request {
        query: route.text.clone(),
        operation_name: Some(route.config.operation.clone()),
        trusted: true,
        ..Request::default()
    }
}

/// `GET /openapi.json`.
async fn document(State(rest): State<Rest>) -> Response {
    let json = HeaderValue::from_static("application/json");
    let cache = HeaderValue::from_static("no-cache");
    (
        [(header::CONTENT_TYPE, json), (header::CACHE_CONTROL, cache)],
        rest.0.made.load().openapi.clone(),
    )
        .into_response()
}

/// Anything below the prefix.
async fn serve(State(rest): State<Rest>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let made = rest.0.made.load_full();
    let path = parts.uri.path();
    let found = match path.strip_prefix(rest.0.prefix.as_str()) {
        Some(path) => made.compiled.table.find(&parts.method, path),
        None => made.compiled.rooted.find(&parts.method, path),
    };
    let reply = match found {
        Found::Nothing => Problem::of(&Refusal::not_found("this path")).into(),
        Found::OtherMethods(allowed) if parts.method == Method::OPTIONS => Reply::options(&allowed),
        Found::OtherMethods(allowed) => Reply::wrong_method(&allowed, parts.method.as_str()),
        Found::Route(at, filled) => {
            let route = &made.compiled.routes[*at];
            let answered = rest.answer((&made.compiled, route), filled, &parts, body).await;
            if route.is_oauth() {
                let reply = oauth::reply(answered, &parts.headers);
                return reply.into_response();
            }
            answered.unwrap_or_else(Reply::from)
        }
    };
    reply.in_form(&parts.headers).into_response()
}

impl Rest {
    async fn answer(
        &self,
        (compiled, route): (&Compiled, &Route),
        filled: Vec<String>,
        parts: &Parts,
        body: axum::body::Body,
    ) -> Result<Reply, Problem> {
        let mut sent = Sent {
            path: filled,
            query: query(&parts.uri)?,
            headers: &parts.headers,
            body: Value::Null,
            viewer: None,
        };
        let context = self
            .0
            .router
            .context(Self::credentials(route, &sent), address(&parts.extensions))
            .await;
        let context = context.map_err(|refused| refusal(&refused))?;
        let viewer = context.identity.viewer.clone();
        sent.viewer = viewer.as_ref().map(|viewer| viewer.account);
        if route.needs_sign_in() {
            let viewer = viewer.ok_or_else(|| Problem::of(&Refusal::unauthenticated()))?;
            if route.config.access == Access::Staff {
                viewer.require_any(&STAFF).map_err(|refused| Problem::of(&refused))?;
            }
        }
        if route.known.has_body() {
            sent.body = self.read(route, &parts.headers, body).await?;
        }
        let variables = async {
            route.known.check(&sent)?;
            arguments::check_own(&route.own, &sent)?;
            arguments::read(&route.variables, &sent, &self.0.sources)
        };
        let variables = variables.await.map_err(|refused| Problem::of(&refused))?;
        let asked = Request {
            variables,
            ..request(route)
        };
        let answer = self
            .0
            .router
            .execute(asked, &context)
            .await
            .map_err(|refused| refusal(&refused))?;
        let graph: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let answered = answer::reply(compiled, route, &sent, &graph);
        if answered.as_ref().is_err_and(oauth::is_guess) {
            let charged = pipeline::charge_stranger(&self.0.router, context.address).await;
            charged.map_err(|refused| refusal(&refused))?;
        }
        let reply = match answered {
            // OAuth has words of its own for it.
            Err(problem) if !route.is_oauth() => Reply::from(problem),
            answered => answered?,
        };
        Ok(reply.marked(&answer.headers))
    }

    /// The headers of the request, with the token of the URL where the route takes one and no other came.
    fn credentials(route: &Route, sent: &Sent<'_>) -> HeaderMap {
        let mut headers = sent.headers.clone();
        if route.is_oauth() {
            return oauth::credentials(headers);
        }
        let token = route.token.as_ref().and_then(|place| arguments::text(place, sent));
        let value = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}")));
        if let Some(Ok(value)) = value
            && !headers.contains_key(header::AUTHORIZATION)
        {
            headers.insert(header::AUTHORIZATION, value);
        }
        headers
    }

    async fn read(&self, route: &Route, headers: &HeaderMap, body: axum::body::Body) -> Result<Value, Problem> {
        let limit = self.0.router.settings().max_body_bytes;
        let text = http::read(headers, body, limit)
            .await
            .map_err(|refused| refusal(&refused))?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let (is_right, right) = if route.is_oauth() {
            (oauth::is_form(headers), oauth::FORM)
        } else {
            (http::check_content_type(headers).is_ok(), "application/json")
        };
        if !is_right {
            let message = format!("the content type of a body is {right}, in UTF-8");
            return Err(Problem::of(&Refusal::bad_input("Content-Type", message)).with_status(415));
        }
        if route.is_oauth() {
            return oauth::form(&text, &route.known).map_err(|refused| Problem::of(&refused));
        }
        serde_json::from_slice(&text)
            .map_err(|error| Problem::of(&Refusal::bad_input("body", format!("the body is not JSON: {error}"))))
    }
}

fn refusal(rejection: &Rejection) -> Problem {
    Problem::of_rejection(rejection)
}

fn query(uri: &Uri) -> Result<Vec<(String, String)>, Problem> {
    Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map(|query| query.0)
        .map_err(|_| Problem::of(&Refusal::bad_input("query", "the query of the URL cannot be read")))
}
