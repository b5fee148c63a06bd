//! `/api/v1/images/{id}`: artwork, public.

use axum::{
    extract::{Path, State},
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, header};
use kernel::{Refusal, parse_uuid};
use web::Problem;

use super::{
    Delivery,
    answer::{Asked, Content, Source, answer},
};
use crate::Error;

/// What a picture may be stored as, in the order of looking.
const KINDS: [&str; 3] = ["svg", "jpg", "png"];

/// A week: a changed picture gets a new id, and an old one may be seen that long.
const CACHE_CONTROL: &str = "public, max-age=604800";

/// An SVG opened by itself is a document of our origin: it may draw, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

pub(super) async fn image(
    State(delivery): State<Delivery>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(send(
        &delivery,
        &id,
        &Asked {
            method: &method,
            headers: &headers,
        },
    )
    .await?)
}

async fn send(delivery: &Delivery, id: &str, asked: &Asked<'_>) -> Result<Response, Error> {
    let id = parse_uuid("id", id)?;
    for kind in KINDS {
        let key = format!("img/{id}.{kind}");
        if let Some(meta) = delivery.objects.meta(&key).await? {
            let content = Content {
                source: Source::Object {
                    key,
                    offset: 0,
                    length: meta.size_bytes,
                },
                etag: meta.etag.clone(),
                modified: meta.modified_at,
                media_type: meta.content_type.clone(),
                cache_control: CACHE_CONTROL,
            };
            let mut response = answer(&delivery.storage, asked, content).await?;
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
            return Ok(response);
        }
    }
    Err(Refusal::not_found("this image").into())
}
