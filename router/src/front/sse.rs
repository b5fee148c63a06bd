//! graphql-sse in its "distinct connections" mode: one operation, one event stream.

use std::{convert::Infallible, future::ready, pin::pin, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{
    StreamExt,
    future::{Either, select},
    stream,
};
use tokio::time::timeout;

use super::{http::refuse, negotiate::Media};
use crate::{
    Router,
    error::token_ended,
    pipeline::{Context, Request},
};

/// Longest silence before a comment that keeps proxies from closing the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A comment.
const SILENCE: &[u8] = b":\n\n";

/// Answers with `next` for each answer and `complete` at the end, which is also the end when the process stops or the
/// token is over: then the last answer is the error that says so.
pub(super) async fn respond(router: &Router, request: Request, context: &Context) -> Response {
    let answers = match router.stream(request, context).await {
        Ok(answers) => answers,
        // A client gets to see the errors of its document: for any other status it only knows that there was one.
        Err(rejection) if rejection.well_formed => stream::once(ready(Bytes::from(rejection.to_json()).into())).boxed(),
        Err(rejection) => return refuse(&rejection, Media::GraphQl),
    };
    let mut answers = Box::pin(answers.take_until(router.0.shutdown.clone().cancelled_owned()));
    let mut ended = Box::pin(token_end(router.clone(), context.clone()));
    let events = async_stream::stream! {
        // Some browsers do not tell of a stream before its first bytes.
        yield Bytes::from_static(SILENCE);
        loop {
            let next_answer = timeout(KEEP_ALIVE, answers.next());
            match select(&mut ended, pin!(next_answer)).await {
                Either::Left(((), _)) => {
                    yield next(&token_ended().to_json());
                    break;
                }
                Either::Right((Ok(Some(answer)), _)) => yield answer.event(next),
                Either::Right((Ok(None), _)) => break,
                Either::Right((Err(_), _)) => yield Bytes::from_static(SILENCE),
            }
        }
        // Written by hand because the line with empty data must be there: a browser drops an event without one.
        yield Bytes::from_static(b"event: complete\ndata: \n\n");
    };
    let standing = context.standing();
    let mut response = Response::new(Body::from_stream(events.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // nginx collects answers unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.extend(standing);
    headers.extend(router.engine().mark_all());
    response
}

/// Ends with the token of the request; never without one.
async fn token_end(router: Router, context: Context) {
    loop {
        match router.time_left(&context) {
            None => std::future::pending().await,
            Some(Duration::ZERO) => return,
            // Our clock may differ from the timer's, and its word is what counts.
            Some(left) => tokio::time::sleep(left).await,
        }
    }
}

/// An answer is JSON on one line.
fn next(answer: &[u8]) -> Bytes {
    [b"event: next\ndata: ", answer, b"\n\n"].concat().into()
}
