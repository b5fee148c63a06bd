//! REST beside the graph: the guide and the channels as files, for players and other systems.

use auth::{Role, Verifier};
use axum::{
    Router,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::{ChannelId, Fault, Instant, Refusal};
use runtime::Platform;
use serde::Deserialize;
use uuid::Uuid;
use web::Problem;

use crate::{
    Error,
    service::{Export, LiveTv},
};

/// Where the guide is.
const GUIDE: &str = "/api/v1/livetv/epg.xml";
/// Where the channels are.
const CHANNELS: &str = "/api/v1/livetv/channels.m3u";

#[derive(Clone)]
struct Rest {
    livetv: LiveTv,
    verifier: Verifier,
    guide_url: String,
}

/// `GET /api/v1/livetv/epg.xml` and `GET /api/v1/livetv/channels.m3u`; `get` answers HEAD, too.
pub(crate) fn routes(livetv: &LiveTv, platform: &Platform) -> Router {
    let rest = Rest {
        livetv: livetv.clone(),
        verifier: platform.verifier.clone(),
        guide_url: format!("{}{GUIDE}", platform.urls.graph),
    };
    Router::new()
        .route(GUIDE, get(guide))
        .route(CHANNELS, get(channels))
        .with_state(rest)
}

/// What of the guide is asked for.
#[derive(Deserialize)]
struct Asked {
    /// Ids of channels, with commas between them.
    channels: Option<String>,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    extended: bool,
}

async fn guide(State(rest): State<Rest>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let export = match asked {
        Ok(Query(asked)) => read(asked),
        Err(_) => Err(Refusal::bad_input(
            "query",
            "the query cannot be read: it has channels, from, to and extended",
        )),
    };
    let answer = match export {
        Ok(export) => rest.livetv.export_guide(export).await,
        Err(refusal) => Err(refusal.into()),
    };
    match answer {
        Ok(stream) => (
            [
                (header::CONTENT_TYPE, "application/xml; charset=utf-8"),
                (header::CACHE_CONTROL, "public, max-age=60"),
            ],
            Body::from_stream(stream),
        )
            .into_response(),
        Err(error) => refused(&error),
    }
}

fn read(asked: Asked) -> Result<Export, Refusal> {
    let channels = asked.channels.filter(|ids| !ids.trim().is_empty());
    let ids = |ids: String| {
        let id = |id: &str| Ok(ChannelId::parse("channels", id.trim())?.0);
        ids.split(',').map(id).collect::<Result<Vec<Uuid>, Refusal>>()
    };
    Ok(Export {
        channels: channels.map(ids).transpose()?,
        from: instant("from", asked.from)?,
        to: instant("to", asked.to)?,
        is_extended: asked.extended,
    })
}

fn instant(field: &'static str, text: Option<String>) -> Result<Option<Instant>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    // A plus in a query is a space.
    let text = text.trim().replace(' ', "+");
    let bad = |_| Refusal::bad_input(field, format!("{field} must be a time like 2026-11-21T20:00:00Z"));
    text.parse().map(Some).map_err(bad)
}

async fn channels(State(rest): State<Rest>, headers: HeaderMap) -> Response {
    let answer = match editor(&rest.verifier, &headers) {
        Ok(()) => rest.livetv.export_channels(&rest.guide_url).await,
        Err(refusal) => Err(refusal.into()),
    };
    match answer {
        Ok(list) => (
            [
                (header::CONTENT_TYPE, "audio/x-mpegurl; charset=utf-8"),
                (header::CACHE_CONTROL, "private, no-store"),
            ],
            list,
        )
            .into_response(),
        Err(error) => refused(&error),
    }
}

/// Addresses of streams are for editors.
fn editor(verifier: &Verifier, headers: &HeaderMap) -> Result<(), Refusal> {
    let field = headers.get(header::AUTHORIZATION).and_then(|field| field.to_str().ok());
    let (scheme, token) = field
        .and_then(|field| field.split_once(' '))
        .ok_or_else(Refusal::unauthenticated)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthenticated());
    }
    let viewer = verifier.verify(token.trim());
    let viewer = viewer.map_err(|error| Refusal::new(error.code(), error.to_string()))?;
    viewer.require_any(&[Role::Admin, Role::Editor])
}

fn refused(error: &Error) -> Response {
    let mut response = Problem::of(error).into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}
