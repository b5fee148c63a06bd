//! Paths that other processes answer: the sidecar's bytes, files of other services. What goes through is streamed both
//! ways and never collected; a client that goes away ends the request on the other side, too.

mod body;
mod headers;

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{Response as HttpResponse, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hyper::body::Incoming;
use kernel::{ErrorCode, Refusal};
use telemetry::{Kind, Trace};
use tokio::time::{Instant, timeout_at};
use web::{Pattern, Problem};

use self::body::{Trouble, Upload};
use crate::{
    Router,
    error::Error,
    front,
    settings::{PassthroughRoute, Settings},
    subgraph::{HttpClient, Replicas, chain, client, tls},
};

/// Paths, beside those of the graph, that are the router's own whatever the table says.
const OWN: [&str; 9] = [
    "/",
    "/admin/graphql",
    "/graphiql",
    "/schema.graphql",
    "/openapi.json",
    "/health/live",
    "/health/startup",
    "/health/ready",
    "/.well-known/jwks.json",
];

/// The table at work.
pub(crate) struct Passthrough {
    routes: Vec<Route>,
    client: HttpClient<Upload>,
    quiet: Duration,
    max_body: u64,
}

struct Route {
    path: Pattern,
    to: Replicas,
}

/// Why there is no answer of the other side.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("no connection: {0}")]
    Unsent(String),
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("it was silent for too long")]
    Late,
    #[error("the request came through here before")]
    Loop,
    #[error("the body is too large")]
    TooLarge { allowed: u64, sent: u64 },
    #[error("the client stopped sending")]
    Client,
}

impl Passthrough {
    /// The table of `settings`.
    ///
    /// # Errors
    /// [`Error::Passthrough`] for a route that cannot be followed; [`Error::Authorities`].
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let table = &settings.passthrough;
        let mut routes: Vec<Route> = Vec::with_capacity(table.routes.len());
        for (at, route) in table.routes.iter().enumerate() {
            let refused = |reason: String| Error::Passthrough(format!("route {} ({}): {reason}", at + 1, route.path));
            let route = Route::read(route, settings.traffic.eject_after).map_err(refused)?;
            if let Some(before) = routes.iter().find(|before| before.path.covers(&route.path)) {
                return Err(refused(format!("it can never match after {}", before.path.as_str())));
            }
            routes.push(route);
        }
        let quiet = Duration::from_millis(table.timeout_ms);
        let tls = tls(&settings.traffic.ca_file)?;
        Ok(Self {
            routes,
            client: client(quiet, &tls),
            quiet,
            max_body: if table.max_body_bytes == 0 {
                u64::MAX
            } else {
                table.max_body_bytes
            },
        })
    }

    fn find(&self, path: &str) -> Option<usize> {
        self.routes.iter().position(|route| route.path.captures(path).is_some())
    }

    async fn answer(&self, route: &Route, request: Request) -> Response {
        let (outcome, response) = match self.ask(route, request).await {
            Ok(response) => ("answered", response),
            Err(failure) => (failure.outcome(), failure.problem(&route.path).into_response()),
        };
        let path = route.path.as_str().to_owned();
        metrics::counter!("router_passthrough_total", "path" => path, "outcome" => outcome).increment(1);
        response
    }

    async fn ask(&self, route: &Route, request: Request) -> Result<Response, Failure> {
        let (mut parts, body) = request.into_parts();
        if headers::came_by(&parts.headers) {
            return Err(Failure::Loop);
        }
        let length = parts.headers.get(header::CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if let Some(sent) = length.filter(|sent| *sent > self.max_body) {
            // A client that asked first has sent nothing, and need not.
            if !parts.headers.contains_key(header::EXPECT) {
                front::http::discard(body).await;
            }
            return Err(Failure::TooLarge {
                allowed: self.max_body,
                sent,
            });
        }
        let mut span = Trace::of(&parts.headers).start("passthrough", Kind::Client);
        headers::towards(&mut parts);
        span.trace().inject(&mut parts.headers);
        let upload = Upload::new(body, self.max_body);
        let asked = self.visit(route, &parts, &upload).await;
        match &asked {
            Ok(response) => span.set("http.response.status_code", i64::from(response.status().as_u16())),
            Err(_) => span.fail("there was no answer"),
        }
        let (mut head, body) = asked?.into_parts();
        headers::strip(&mut head.headers);
        Ok(Response::from_parts(head, body::download(body, self.quiet)))
    }

    /// Asks one address after the other, as long as none knows of the request.
    async fn visit(&self, route: &Route, parts: &Parts, upload: &Upload) -> Result<HttpResponse<Incoming>, Failure> {
        let (mut tried, mut failure) = (0, Failure::Late);
        while let Some(visit) = route.to.next(tried) {
            tried |= 1 << visit.index;
            let asked = self
                .wait(upload, self.client.request(to(visit.url(), parts, upload)))
                .await;
            failure = match (asked, upload.trouble()) {
                (Some(Ok(response)), _) => {
                    if matches!(response.status().as_u16(), 502..=504) {
                        visit.failed();
                    } else {
                        visit.succeeded();
                    }
                    return Ok(response);
                }
                (_, Some(Trouble::TooLarge)) => {
                    return Err(Failure::TooLarge {
                        allowed: self.max_body,
                        sent: self.max_body.saturating_add(1),
                    });
                }
                (_, Some(Trouble::Broken)) => return Err(Failure::Client),
                (None, None) if upload.waits_for_client() => return Err(Failure::Client),
                (None, None) => Failure::Late,
                (Some(Err(error)), None) if error.is_connect() => Failure::Unsent(chain(&error)),
                (Some(Err(error)), None) => Failure::Broken(chain(&error)),
            };
            visit.failed();
            if !matches!(failure, Failure::Unsent(_)) {
                break;
            }
        }
        Err(failure)
    }

    /// Waits for the head of an answer; `None` when nothing went either way for too long.
    async fn wait<T>(&self, upload: &Upload, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        upload.begin();
        loop {
            let until = upload.moved_at() + self.quiet;
            match timeout_at(until, &mut work).await {
                Ok(done) => return Some(done),
                Err(_) if upload.moved_at() + self.quiet <= Instant::now() => return None,
                Err(_) => {}
            }
        }
    }
}

/// The request for the address `base`.
fn to(base: &Uri, parts: &Parts, upload: &Upload) -> axum::http::Request<Upload> {
    let mut uri = base.clone().into_parts();
    uri.path_and_query = parts.uri.path_and_query().cloned();
    let mut request = axum::http::Request::new(upload.clone());
    *request.method_mut() = parts.method.clone();
    // An address has a scheme and a host, and the path is of a request.
    *request.uri_mut() = Uri::from_parts(uri).unwrap_or_else(|_| base.clone());
    *request.headers_mut() = parts.headers.clone();
    request
}

impl Route {
    fn read(route: &PassthroughRoute, eject_after: u32) -> Result<Self, String> {
        let path = Pattern::read(&route.path)?;
        let own = front::GRAPHQL.into_iter().chain(OWN);
        if let Some(own) = own.into_iter().find(|own| path.captures(own).is_some()) {
            return Err(format!("it would hide {own}"));
        }
        let to = Replicas::read(&route.to, eject_after).map_err(|error| error.to_string())?;
        let is_base = |at: usize| matches!(to.url(at).path_and_query().map_or("/", |path| path.as_str()), "/");
        if let Some(at) = (0..to.len()).find(|at| !is_base(*at)) {
            return Err(format!("{} has a path; web.rewrites changes paths", to.url(at)));
        }
        Ok(Self { path, to })
    }
}

impl Failure {
    const fn outcome(&self) -> &'static str {
        match self {
            Self::Unsent(_) | Self::Broken(_) | Self::Loop => "unavailable",
            Self::Late => "timeout",
            Self::TooLarge { .. } | Self::Client => "refused",
        }
    }

    fn problem(&self, path: &Pattern) -> Problem {
        let (code, status) = match self {
            Self::TooLarge { allowed, sent } => {
                let refusal = Refusal::limit("passthrough body bytes", *allowed, *sent);
                return Problem::of(&refusal).with_status(StatusCode::PAYLOAD_TOO_LARGE);
            }
            Self::Client => {
                let refusal = Refusal::bad_input("body", "the body broke off");
                return Problem::of(&refusal).with_status(StatusCode::REQUEST_TIMEOUT);
            }
            Self::Late => (ErrorCode::Timeout, StatusCode::GATEWAY_TIMEOUT),
            Self::Loop => (ErrorCode::Unavailable, StatusCode::LOOP_DETECTED),
            Self::Unsent(_) | Self::Broken(_) => (ErrorCode::Unavailable, StatusCode::BAD_GATEWAY),
        };
        let message = format!("router.passthrough: {} was not answered: {self}", path.as_str());
        Problem::of(&Refusal::new(code, message)).with_status(status)
    }
}

impl Router {
    /// `routes`, but for what `router.passthrough` says is answered elsewhere. They have their fallback already.
    pub fn passing_on(&self, routes: axum::Router) -> axum::Router {
        routes.layer(axum::middleware::from_fn_with_state(self.clone(), pass))
    }

    /// The table for `settings`: the one at work, when it says the same.
    pub(crate) fn passthrough_for(&self, settings: &Settings) -> Result<Arc<Passthrough>, Error> {
        let present = self.settings();
        if present.passthrough == settings.passthrough && present.traffic == settings.traffic {
            return Ok(self.0.passthrough.load_full());
        }
        Ok(Arc::new(Passthrough::new(settings)?))
    }
}

async fn pass(State(router): State<Router>, request: Request, next: Next) -> Response {
    let table = router.0.passthrough.load();
    match table.find(request.uri().path()) {
        None => {
            drop(table);
            next.run(request).await
        }
        Some(at) => {
            let table = Arc::clone(&table);
            table.answer(&table.routes[at], request).await
        }
    }
}
