//! `/api/v1/stream/{token}`: the progressive original. One key-value lookup and one object read for a range.

use auth::{STREAM_TOKENS, StreamGrant};
use axum::{
    extract::{Path, State},
    response::Response,
};
use http::{HeaderMap, Method};
use kernel::Refusal;
use web::Problem;

use super::{
    Delivery,
    answer::{Asked, Content, Source, answer},
};
use crate::Error;

/// Longest token that is looked up.
const MAX_TOKEN: usize = 128;

/// Asked again each time, so that an ended session ends: the token is a capability, and the tag makes it cheap.
const CACHE_CONTROL: &str = "private, no-cache";

pub(super) async fn original(
    State(delivery): State<Delivery>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(send(
        &delivery,
        &token,
        &Asked {
            method: &method,
            headers: &headers,
        },
    )
    .await?)
}

async fn send(delivery: &Delivery, token: &str, asked: &Asked<'_>) -> Result<Response, Error> {
    let grant = grant(delivery, token)
        .await?
        .ok_or_else(|| Refusal::not_found("this stream"))?;
    let meta = delivery
        .objects
        .meta(&grant.object_key)
        .await?
        .ok_or_else(|| Refusal::not_found("this stream"))?;
    let content = Content {
        source: Source::Object {
            key: grant.object_key,
            offset: 0,
            length: meta.size_bytes,
        },
        etag: meta.etag.clone(),
        modified: meta.modified_at,
        media_type: grant.content_type,
        cache_control: CACHE_CONTROL,
    };
    answer(&delivery.storage, asked, content).await
}

/// What the token stands for; `None` when it never existed, has expired or was taken back.
async fn grant(delivery: &Delivery, token: &str) -> Result<Option<StreamGrant>, Error> {
    let is_token = token.len() <= MAX_TOKEN
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_token {
        return Ok(None);
    }
    let Some(record) = delivery.kv.get(STREAM_TOKENS, token).await? else {
        return Ok(None);
    };
    serde_json::from_slice(&record)
        .map(Some)
        .map_err(|error| Error::Stored("a stream grant", error))
}
