//! How a process answers calls: on the port of its HTTP, as routes beside the others.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, Version, header::CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited, StreamBody};
use hyper::body::Frame;
use prost::Message;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tonic::Status;

/// What stands before a message: whether it is compressed, and its length.
const HEADER: usize = 5;
/// Longest time a caller may ask for that we keep count of; beyond it is none.
const LONGEST: Duration = Duration::from_hours(24);

/// What calls are held to.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest message of a caller, in bytes: `web.max_body_bytes`.
    pub max_message: usize,
    /// Streams end when the process stops.
    pub stop: CancellationToken,
}

/// Answers a call of one message by one message, with metadata before it.
pub async fn unary<M, N, F>(request: Request, limits: &Limits, answer: impl FnOnce(HeaderMap, M) -> F) -> Response
where
    M: Message + Default,
    N: Message + 'static,
    F: Future<Output = Result<(HeaderMap, N), Status>>,
{
    if let Some(refused) = refuse(&request) {
        return refused;
    }
    let ends = time_limit(request.headers()).map(|limit| Instant::now() + limit);
    let work = async {
        let (metadata, message) = read(request, limits.max_message).await?;
        answer(metadata, message).await
    };
    let answered = match ends {
        Some(ends) => timeout_at(ends, work).await.unwrap_or_else(|_| Err(late())),
        None => work.await,
    };
    match answered {
        Ok((metadata, message)) => respond(metadata, futures_util::stream::iter([Ok(framed(&message))])),
        Err(status) => status.into_http(),
    }
}

/// Answers a call of one message by many, until there are no more, the time is over or the process stops.
pub async fn stream<M, N, S, F>(request: Request, limits: &Limits, answer: impl FnOnce(HeaderMap, M) -> F) -> Response
where
    M: Message + Default,
    N: Message + 'static,
    S: Stream<Item = N> + Send + 'static,
    F: Future<Output = Result<S, Status>>,
{
    if let Some(refused) = refuse(&request) {
        return refused;
    }
    let ends = time_limit(request.headers()).map(|limit| Instant::now() + limit);
    let begun = async {
        let (metadata, message) = read(request, limits.max_message).await?;
        answer(metadata, message).await
    };
    let messages = match begun.await {
        Ok(messages) => messages,
        Err(status) => return status.into_http(),
    };
    let stop = limits.stop.clone();
    let until_end = async_stream::stream! {
        let mut messages = std::pin::pin!(messages);
        loop {
            let over = async {
                match ends {
                    Some(ends) => sleep_until(ends).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => yield Ok(framed(&message)),
                    None => return,
                },
                () = stop.cancelled() => {
                    yield Err(Status::unavailable("the process stops"));
                    return;
                }
                () = over => {
                    yield Err(late());
                    return;
                }
            }
        }
    };
    respond(HeaderMap::new(), until_end)
}

/// What is no call: without HTTP/2 there are no trailers, so nobody would hear how it went.
fn refuse(request: &Request) -> Option<Response> {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    let is_call = request.version() == Version::HTTP_2
        && kind
            .strip_prefix(b"application/grpc")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"+proto") || rest.starts_with(b";"));
    (!is_call).then(|| (StatusCode::UNSUPPORTED_MEDIA_TYPE, "gRPC over HTTP/2 is spoken here").into_response())
}

fn late() -> Status {
    Status::deadline_exceeded("the time of the call is over")
}

/// The one message of a caller, and what came with it.
async fn read<M: Message + Default>(request: Request, allowed: usize) -> Result<(HeaderMap, M), Status> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, allowed.saturating_add(HEADER)).collect().await;
    let body = body.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Status::resource_exhausted(format!(
                "the message has more than the {allowed} bytes that web.max_body_bytes allows"
            ))
        } else {
            Status::cancelled("the call broke off")
        }
    })?;
    let mut frame = body.to_bytes();
    if frame.len() < HEADER {
        return Err(Status::internal("there is no message"));
    }
    if frame.get_u8() != 0 {
        return Err(Status::unimplemented("compressed messages are not read"));
    }
    if frame.get_u32() as usize != frame.len() {
        return Err(Status::internal(
            "the message is not as long as it says, or not the only one",
        ));
    }
    let message = M::decode(frame).map_err(|error| Status::internal(format!("the message cannot be read: {error}")))?;
    Ok((parts.headers, message))
}

/// How long the caller waits: `grpc-timeout`, at most eight digits and a unit.
fn time_limit(metadata: &HeaderMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    let time = match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    };
    (time < LONGEST).then_some(time)
}

/// A message as it is sent.
fn framed(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(HEADER + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    message.encode(&mut frame).expect("a growing buffer has room");
    frame.freeze()
}

fn respond(metadata: HeaderMap, messages: impl Stream<Item = Result<Bytes, Status>> + Send + 'static) -> Response {
    let frames = async_stream::stream! {
        let mut messages = std::pin::pin!(messages);
        let mut end = Status::ok("");
        while let Some(message) = messages.next().await {
            match message {
                Ok(message) => yield Ok::<_, Infallible>(Frame::data(message)),
                Err(status) => {
                    end = status;
                    break;
                }
            }
        }
        let mut trailers = HeaderMap::new();
        // Only what is no header value fails, and a status of ours has nothing of the kind.
        if end.add_header(&mut trailers).is_ok() {
            yield Ok(Frame::trailers(trailers));
        }
    };
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    *response.headers_mut() = metadata;
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_ms(text: &str) -> Option<u128> {
        let mut metadata = HeaderMap::new();
        metadata.insert("grpc-timeout", HeaderValue::from_str(text).unwrap());
        time_limit(&metadata).map(|limit| limit.as_millis())
    }

    #[test]
    fn the_time_of_a_call_is_read_and_nonsense_is_none() {
        assert_eq!(in_ms("2S"), Some(2_000));
        assert_eq!(in_ms("150m"), Some(150));
        assert_eq!(in_ms("99999999u"), Some(99_999));
        for wrong in ["", "S", "2", "2s", "-1S", "123456789S", "99999999H", "2ü"] {
            assert_eq!(in_ms(wrong), None, "{wrong}");
        }
    }
}
