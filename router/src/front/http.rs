//! GraphQL over HTTP: POST for everything, GET for queries.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Query, Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kernel::Refusal;

use super::{
    address, batch, conditional,
    negotiate::{Media, negotiate},
    sse,
};
use crate::{
    Router,
    error::{Rejection, VALIDATION_FAILED},
    pipeline::{Answer, Request, Sent},
};

/// Most bytes of a refused body that are taken to let its sender see the answer.
const DISCARD_BYTES: usize = 64 * 1024 * 1024;
/// Longest time spent on it.
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// What `/graphql` knows.
const METHODS: &str = "GET, HEAD, OPTIONS, POST";

/// `POST /graphql`.
pub(crate) async fn post(State(router): State<Router>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let media = negotiate(&parts.headers);
    let admitted = async {
        check_media(media)?;
        check_content_type(&parts.headers)?;
        let context = router
            .context(parts.headers.clone(), address(&parts.extensions))
            .await?;
        let body = read(&parts.headers, body, router.settings().max_body_bytes).await?;
        let sent = Sent::from_json(&body, router.settings().max_batch)?;
        if media == Media::Events && matches!(sent, Sent::Many(_)) {
            let message = "an array of requests is not answered by an event stream";
            return Err(Rejection::new(406, VALIDATION_FAILED, message));
        }
        Ok((sent, context))
    };
    let (sent, context) = match admitted.await {
        Ok(admitted) => admitted,
        Err(rejection) => return turn_away(&router, &parts.headers, &rejection, media),
    };
    match sent {
        Sent::Many(requests) => {
            let body = batch::respond(&router, requests, &context).await;
            let mut response = respond(StatusCode::OK, media, body);
            response.headers_mut().extend(context.standing());
            response.headers_mut().extend(router.engine().mark_all());
            response
        }
        Sent::One(mut request) => {
            request.explain |= wants_explanation(parts.uri.query());
            if media == Media::Events {
                return sse::respond(&router, request, &context).await;
            }
            let answered = router.execute(request, &context).await;
            answered.map_or_else(
                |rejection| refuse(&rejection, media),
                |answer| answered_with(media, answer),
            )
        }
    }
}

/// Refuses what never became an operation; the access log has a line of it all the same.
fn turn_away(router: &Router, headers: &HeaderMap, rejection: &Rejection, media: Media) -> Response {
    router.observer().turned_away(headers, rejection);
    refuse(rejection, media)
}

/// `GET /graphql?query=…`; a browser that only looks is sent to GraphiQL.
pub(crate) async fn get(router: Router, parts: Parts) -> Response {
    let headers = &parts.headers;
    let media = negotiate(headers);
    let parameters = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map(|query| query.0)
        .unwrap_or_default();
    let is_browser = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let asks = |(name, _): &(String, String)| matches!(name.as_str(), "query" | "documentId" | "id" | "extensions");
    if is_browser && !parameters.iter().any(asks) {
        return Redirect::to("/graphiql").into_response();
    }
    let admitted = async {
        check_media(media)?;
        let context = router
            .context(parts.headers.clone(), address(&parts.extensions))
            .await?;
        Ok((Request::from_parameters(parameters)?, context))
    };
    let (mut request, context) = match admitted.await {
        Ok(admitted) => admitted,
        Err(rejection) => return turn_away(&router, headers, &rejection, media),
    };
    request.explain |= wants_explanation(parts.uri.query());
    if media == Media::Events {
        return sse::respond(&router, request, &context).await;
    }
    match router.execute(request, &context).await {
        Ok(answer) => conditional::get(headers, media, answer),
        Err(rejection) => {
            let mut response = refuse(&rejection, media);
            if rejection.status == 405 {
                let post = HeaderValue::from_static("POST");
                response.headers_mut().insert(header::ALLOW, post);
            }
            response
        }
    }
}

/// `OPTIONS /graphql`, where no CORS rules have answered it.
pub(crate) async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, METHODS)]).into_response()
}

/// Any other method.
pub(crate) async fn wrong_method(State(router): State<Router>, request: HttpRequest) -> Response {
    let rejection = Rejection::new(405, VALIDATION_FAILED, "GraphQL is asked by POST or GET");
    turn_away(&router, request.headers(), &rejection, negotiate(request.headers()))
}

/// `?explain` behind the address.
fn wants_explanation(query: Option<&str>) -> bool {
    let parameters = query.unwrap_or_default().split('&');
    parameters
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .any(|(name, value)| name == "explain" && value != "false")
}

fn check_media(media: Media) -> Result<(), Rejection> {
    if media == Media::None {
        let message = "take application/graphql-response+json, application/json or text/event-stream";
        return Err(Rejection::new(406, VALIDATION_FAILED, message));
    }
    Ok(())
}

/// Only JSON: a form of another site can send the simple content types, and so cannot ask in the viewer's name.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Rejection> {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().as_deref() == Some("application/json");
    let utf8 = parts
        .filter_map(|parameter| {
            parameter
                .strip_prefix("charset=")
                .map(|charset| charset.trim_matches('"').to_owned())
        })
        .all(|charset| charset == "utf-8" || charset == "utf8");
    if json && utf8 {
        return Ok(());
    }
    Err(Rejection::new(
        415,
        VALIDATION_FAILED,
        "the content type of a request is application/json, in UTF-8",
    ))
}

/// The body, when it is not larger than `limit`.
///
/// # Errors
/// `LIMIT_EXCEEDED` with 413; a body that breaks off.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body, limit: u64) -> Result<Bytes, Rejection> {
    let too_large = |sent: u64| Rejection::of(&Refusal::limit("body bytes", limit, sent)).with_status(413);
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if let Some(sent) = length.filter(|sent| *sent > limit) {
        // a client that asked first has sent nothing, and need not
        if !headers.contains_key(header::EXPECT) {
            discard(body).await;
        }
        return Err(too_large(sent));
    }
    let limited = Limited::new(&mut body, usize::try_from(limit).unwrap_or(usize::MAX));
    match limited.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        // Without a length all that is known is that it is more.
        Err(error) if error.is::<LengthLimitError>() => {
            discard(body).await;
            Err(too_large(limit + 1))
        }
        Err(_) => Err(Rejection::of(&Refusal::bad_input("body", "the body broke off"))),
    }
}

/// Takes the rest of a refused body, within bounds: a client in the middle of sending sees the answer only when the
/// connection is not reset under it (RFC 9112 §9.6).
pub(crate) async fn discard(mut body: Body) {
    let mut left = DISCARD_BYTES;
    let rest = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Either way it is refused.
    tokio::time::timeout(DISCARD_TIME, rest).await.unwrap_or_default();
}

pub(super) fn refuse(rejection: &Rejection, media: Media) -> Response {
    let legacy = rejection.well_formed && rejection.status == 400 && media != Media::GraphQl;
    let status = if legacy { 200 } else { rejection.status };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = respond(status, media, rejection.to_json().into());
    response.headers_mut().extend(rejection.headers.iter().cloned());
    match status {
        StatusCode::UNAUTHORIZED => {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static(METHODS));
        }
        _ => {}
    }
    response
}

pub(super) fn answered_with(media: Media, answer: Answer) -> Response {
    let mut response = respond(StatusCode::OK, media, answer.body);
    conditional::allow(&mut response, answer.policy);
    response.headers_mut().extend(answer.headers);
    response
}

/// An answer that nobody may keep, unless something else is said.
fn respond(status: StatusCode, media: Media, body: Bytes) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, authorization, x-api-key"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
