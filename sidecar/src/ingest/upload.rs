//! `POST /api/v1/admin/livetv/epg/upload`: XML or gzip as the body, or as the multipart field `file`;
//! `?source=` names where it is from, `?dryRun=true` asks what it would change.

use std::time::Duration;

use auth::{Role, Viewer};
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Query, Request, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::Limited;
use kernel::{ErrorCode, Fault, Refusal};
use serde::Deserialize;
use serde_json::json;
use web::Problem;

use super::guides::{Ingest, Upload, Wanted};
use crate::Error;

/// What multipart adds to a file: boundaries, headers, small fields.
const MULTIPART_OVERHEAD: u64 = 64 * 1024;
/// Longest name of a source.
const MAX_SOURCE: usize = 64;
/// The source of a guide whose sender names none.
const DEFAULT_SOURCE: &str = "upload";

/// The routes of ingest.
pub(crate) fn routes(ingest: Ingest) -> Router {
    Router::new()
        .route("/api/v1/admin/livetv/epg/upload", post(upload))
        // The limit of guides is our own, and counted while they stream.
        .layer(DefaultBodyLimit::disable())
        .with_state(ingest)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    source: Option<String>,
    dry_run: Option<String>,
}

async fn upload(
    State(ingest): State<Ingest>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    match take_in(&ingest, asked, request).await {
        Ok(response) => response,
        Err(error) => refuse(&error),
    }
}

async fn take_in(
    ingest: &Ingest,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Error> {
    // Who may not upload is told before a byte is read.
    let viewer = operator(ingest, request.headers())?;
    let wanted = wanted(asked)?;
    check_length(ingest, request.headers())?;
    let upload = bytes_of(ingest, request).await?;
    let import = ingest.take_in(&viewer, wanted, upload).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "importId": import }))).into_response())
}

fn operator(ingest: &Ingest, headers: &HeaderMap) -> Result<std::sync::Arc<Viewer>, Refusal> {
    let field = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = field
        .and_then(|field| field.split_once(' '))
        .ok_or_else(Refusal::unauthenticated)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::unauthenticated());
    }
    let viewer = ingest.viewer(token.trim());
    let viewer = viewer.map_err(|error| Refusal::new(error.code(), error.to_string()))?;
    viewer.require_any(&[Role::Admin])?;
    Ok(viewer)
}

fn wanted(asked: Result<Query<Asked>, QueryRejection>) -> Result<Wanted, Refusal> {
    let Query(asked) = asked.map_err(|_| Refusal::bad_input("source", "the query cannot be read"))?;
    let source = asked.source.unwrap_or_else(|| DEFAULT_SOURCE.to_owned());
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if !(1..=MAX_SOURCE).contains(&source.len()) || !source.bytes().all(is_plain) {
        let rule = format!("source is 1 to {MAX_SOURCE} letters, digits and any of - _ . :");
        return Err(Refusal::bad_input("source", rule));
    }
    // A dry run that is misspelt must not become an import.
    let is_dry = match asked.dry_run.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Refusal::bad_input("dryRun", "dryRun is true or false")),
    };
    Ok(Wanted { source, is_dry })
}

/// A body that says it is too large is refused before it comes.
fn check_length(ingest: &Ingest, headers: &HeaderMap) -> Result<(), Refusal> {
    let allowed = ingest.limits().upload;
    let said = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let most = if is_multipart(headers) {
        allowed + MULTIPART_OVERHEAD
    } else {
        allowed
    };
    match said {
        Some(sent) if sent > most => Err(Refusal::limit("guideUploadBytes", allowed, sent)),
        _ => Ok(()),
    }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    kind.trim_start()
        .to_ascii_lowercase()
        .starts_with("multipart/form-data")
}

async fn bytes_of(ingest: &Ingest, request: Request) -> Result<Upload, Refusal> {
    let stall = ingest.stall();
    if !is_multipart(request.headers()) {
        let bytes = request.into_body().into_data_stream();
        let bytes = bytes.map(|chunk| chunk.map_err(|error| cut_off(&error)));
        return Ok(patient(bytes.boxed(), stall));
    }
    let most = usize::try_from(ingest.limits().upload + MULTIPART_OVERHEAD).unwrap_or(usize::MAX);
    let request = request.map(|body| Body::new(Limited::new(body, most)));
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|error| Refusal::bad_input("file", error.body_text()))?;
    Ok(patient(field(form).boxed(), stall))
}

/// The bytes of the field `file`, the first of that name.
fn field(mut form: Multipart) -> impl futures_util::Stream<Item = Result<bytes::Bytes, Refusal>> {
    async_stream::try_stream! {
        let broken = |error: axum::extract::multipart::MultipartError| Refusal::bad_input("file", error.body_text());
        let mut is_found = false;
        while let Some(mut field) = form.next_field().await.map_err(broken)? {
            if field.name() != Some("file") {
                continue;
            }
            is_found = true;
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                yield chunk;
            }
            break;
        }
        if !is_found {
            Err(Refusal::bad_input("file", "the form has no field called file"))?;
        }
    }
}

/// Ends with a refusal when nothing comes for `stall`.
fn patient(mut upload: Upload, stall: Duration) -> Upload {
    let bytes = async_stream::stream! {
        loop {
            match tokio::time::timeout(stall, upload.next()).await {
                Ok(Some(chunk)) => yield chunk,
                Ok(None) => break,
                Err(_) => {
                    let message = format!("no bytes came for {} seconds", stall.as_secs());
                    yield Err(Refusal::new(ErrorCode::BadInput, message).with("field", "file").with("reason", "STALLED"));
                    break;
                }
            }
        }
    };
    bytes.boxed()
}

fn cut_off(error: &axum::Error) -> Refusal {
    Refusal::bad_input("file", format!("the body ended too early: {error}")).with("reason", "CUT_OFF")
}

/// Problem+json; 413 for a body that is too large, and the scheme to sign in with.
fn refuse(error: &Error) -> Response {
    let problem = Problem::of(error);
    let mut response = match error.code() {
        ErrorCode::LimitExceeded => problem.with_status(StatusCode::PAYLOAD_TOO_LARGE).into_response(),
        _ => problem.into_response(),
    };
    if response.status() == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
