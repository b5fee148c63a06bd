//! graphql-sse in its "distinct connections" mode: one operation, one event stream.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::{http::refuse, negotiate::Media};
use crate::{
    Router,
    pipeline::{Context, Request},
};

/// Longest silence before a comment that keeps proxies from closing the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Answers with `next` for each answer and `complete` at the end, which is also the end when the process stops.
pub(super) async fn respond(router: &Router, request: Request, context: &Context) -> Response {
    let answers = match router.stream(request, context).await {
        Ok(answers) => answers,
        // The protocol tells a request that was never accepted by its status.
        Err(rejection) => return refuse(&rejection, Media::GraphQl),
    };
    let mut answers = Box::pin(answers.take_until(router.0.shutdown.clone().cancelled_owned()));
    let events = async_stream::stream! {
        loop {
            match timeout(KEEP_ALIVE, answers.next()).await {
                Ok(Some(answer)) => yield next(&answer),
                Ok(None) => break,
                Err(_) => yield Bytes::from_static(b":\n\n"),
            }
        }
        // Written by hand because the line with empty data must be there: a browser drops an event without one.
        yield Bytes::from_static(b"event: complete\ndata: \n\n");
    };
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// An answer is JSON on one line.
fn next(answer: &[u8]) -> Bytes {
    [b"event: next\ndata: ", answer, b"\n\n"].concat().into()
}
