//! What caches between here and the client may do: `Cache-Control`, `ETag`, 304 (RFC 9110 §8.8 and §13, RFC 9111).

use std::fmt::Write;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use sha2::{Digest, Sha256};

use super::{http::answered_with, negotiate::Media};
use crate::{kept::Policy, pipeline::Answer};

/// Bytes of the hash that make a tag.
const TAG_BYTES: usize = 16;

/// Answers a query by GET: 304 when the client has this very answer.
pub(super) fn get(sent: &HeaderMap, media: Media, answer: Answer) -> Response {
    let tag = tag_of(media, &answer.body);
    let is_known = knows(sent, &tag);
    let mut response = answered_with(media, answer);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Says how long the answer may be kept, and by whom.
pub(super) fn allow(response: &mut Response, policy: Policy) {
    let value = match policy {
        Policy { max_age: 0, .. } => HeaderValue::from_static("no-store"),
        Policy { max_age, is_private } => {
            let scope = if is_private { "private" } else { "public" };
            let value = HeaderValue::from_str(&format!("{scope}, max-age={max_age}"));
            value.unwrap_or(HeaderValue::from_static("no-store"))
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, value);
}

/// A strong tag: the same body in another media type is another representation.
fn tag_of(media: Media, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(media.content_type());
    hash.update([0]);
    hash.update(body);
    let mut tag = String::with_capacity(2 * TAG_BYTES + 2);
    tag.push('"');
    for byte in &hash.finalize()[..TAG_BYTES] {
        write!(tag, "{byte:02x}").expect("a string takes all");
    }
    tag.push('"');
    tag
}

/// Whether `If-None-Match` names the tag. The comparison is weak (RFC 9110 §13.1.2).
fn knows(sent: &HeaderMap, tag: &str) -> bool {
    let values = sent.get_all(header::IF_NONE_MATCH).iter();
    let mut named = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    named.any(|named| {
        let named = named.trim();
        named == "*" || named.strip_prefix("W/").unwrap_or(named) == tag
    })
}
