//! One representation → status, headers and body, as [`crate::range`] plans it.

use std::{
    io,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kernel::{ErrorCode, Instant, Refusal};
use storage::{ByteStream, Storage};
use web::Problem;

use crate::{
    Error,
    range::{Plan, Representation, Span, plan},
};

/// Where the bytes are.
#[derive(Clone)]
pub(super) enum Source {
    /// In memory: a playlist.
    Memory(Bytes),
    /// In an object, from `offset` on.
    Object {
        /// Its key.
        key: String,
        /// First byte.
        offset: u64,
        /// How many.
        length: u64,
    },
}

/// What is answered.
pub(super) struct Content {
    /// The bytes.
    pub source: Source,
    /// Strong, with its quotes.
    pub etag: String,
    /// Last change.
    pub modified: Instant,
    /// Media type.
    pub media_type: String,
    /// Cache-Control.
    pub cache_control: &'static str,
}

/// The request line and fields that matter.
pub(super) struct Asked<'a> {
    /// GET or HEAD.
    pub method: &'a Method,
    /// Its header.
    pub headers: &'a HeaderMap,
}

/// Answers `asked` with `content`, whole or in parts.
pub(super) async fn answer(storage: &Arc<dyn Storage>, asked: &Asked<'_>, content: Content) -> Result<Response, Error> {
    let length = content.source.length();
    let modified = u64::try_from(content.modified.timestamp()).unwrap_or(0);
    let representation = Representation {
        length,
        etag: &content.etag,
        modified,
    };
    let mut response = match plan(asked.method, asked.headers, &representation) {
        Plan::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        Plan::PreconditionFailed => {
            let refusal = Refusal::new(ErrorCode::Conflict, "the content is not what the condition names");
            Problem::of(&refusal)
                .with_status(StatusCode::PRECONDITION_FAILED)
                .into_response()
        }
        Plan::Unsatisfiable => unsatisfiable(length),
        Plan::Full => {
            let body = content.source.body(storage, asked, (0, length)).await?;
            partial(StatusCode::OK, length, &content.media_type, body)
        }
        Plan::One((first, last)) => {
            let body = content.source.body(storage, asked, (first, last + 1)).await?;
            let mut response = partial(StatusCode::PARTIAL_CONTENT, last - first + 1, &content.media_type, body);
            set(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes {first}-{last}/{length}"),
            );
            response
        }
        Plan::Multi(spans) => multipart(storage, &content, &spans),
    };
    set(&mut response, header::ETAG, &content.etag);
    set(
        &mut response,
        header::LAST_MODIFIED,
        &httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(modified)),
    );
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        set(&mut response, header::CACHE_CONTROL, content.cache_control);
    }
    Ok(response)
}

impl Source {
    const fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Object { length, .. } => *length,
        }
    }

    /// The bytes from `from` up to, not including, `to`; nothing is opened for HEAD.
    async fn body(&self, storage: &Arc<dyn Storage>, asked: &Asked<'_>, (from, to): Span) -> Result<Body, Error> {
        if asked.method == Method::HEAD {
            return Ok(Body::empty());
        }
        Ok(Body::from_stream(self.read(storage, from, to).await?))
    }

    async fn read(&self, storage: &Arc<dyn Storage>, from: u64, to: u64) -> Result<ByteStream, Error> {
        match self {
            Self::Memory(bytes) => {
                let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                let part = bytes.slice(index(from)..index(to));
                Ok(futures_util::stream::iter([Ok(part)]).boxed())
            }
            Self::Object { key, offset, .. } => {
                let bytes = storage.read(key, offset + from..offset + to).await?;
                Ok(bytes
                    .inspect_err(|error| tracing::warn!(%error, "an object was cut off while it was sent"))
                    .boxed())
            }
        }
    }
}

fn partial(status: StatusCode, length: u64, content_type: &str, body: Body) -> Response {
    let mut response = (status, body).into_response();
    set(&mut response, header::CONTENT_TYPE, content_type);
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// RFC 9110 §15.5.17.
fn unsatisfiable(length: u64) -> Response {
    let refusal = Refusal::bad_input(
        "Range",
        format!("the range lies past the end: there are {length} bytes"),
    );
    let problem = Problem::of(&refusal.with("length", length)).with_status(StatusCode::RANGE_NOT_SATISFIABLE);
    let mut response = problem.into_response();
    set(&mut response, header::CONTENT_RANGE, &format!("bytes */{length}"));
    response
}

/// RFC 9110 §14.6: each part with its own header, one after another, opened when it is due.
fn multipart(storage: &Arc<dyn Storage>, content: &Content, spans: &[Span]) -> Response {
    // The tag follows from the content, so the content cannot hold the boundary but by design.
    let tag: String = content
        .etag
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(40)
        .collect();
    let boundary = format!("matinee-{tag}");
    let total = content.source.length();
    let head = |(first, last): Span| {
        let kind = &content.media_type;
        format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: bytes {first}-{last}/{total}\r\n\r\n")
    };
    let parts: Vec<(Bytes, Span)> = spans.iter().map(|span| (head(*span).into(), *span)).collect();
    let foot = Bytes::from(format!("\r\n--{boundary}--\r\n"));
    let length = parts
        .iter()
        .map(|(head, (first, last))| head.len() as u64 + last - first + 1)
        .sum::<u64>();
    let length = length + foot.len() as u64;
    let (storage, source) = (Arc::clone(storage), content.source.clone());
    let body = async_stream::try_stream! {
        for (head, (first, last)) in parts {
            yield head;
            let mut bytes = source.read(&storage, first, last + 1).await.map_err(io::Error::other)?;
            while let Some(piece) = bytes.try_next().await? {
                yield piece;
            }
        }
        yield foot;
    };
    let body = Body::from_stream(StreamExt::boxed(body) as ByteStream);
    partial(
        StatusCode::PARTIAL_CONTENT,
        length,
        &format!("multipart/byteranges; boundary={boundary}"),
        body,
    )
}

/// Our own values are plain ASCII; a stored media type that is not is left out.
fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            response.headers_mut().insert(name, value);
        }
        Err(error) => tracing::warn!(header = %name, %error, "a header was left out"),
    }
}
