//! graphql-sse in its "distinct connections" mode: one operation, one event stream.

use std::convert::Infallible;

use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event, KeepAlive},
};
use futures_util::{StreamExt, stream};

use super::{http::refuse, negotiate::Media};
use crate::{
    Router,
    pipeline::{Identity, Request},
};

/// Answers with `next` for each answer and `complete` at the end, which is also the end when the process stops.
pub(super) async fn respond(router: &Router, request: Request, identity: &Identity) -> Response {
    let answers = match router.stream(request, identity).await {
        Ok(answers) => answers,
        // The protocol tells a request that was never accepted by its status.
        Err(rejection) => return refuse(&rejection, Media::GraphQl),
    };
    let events = answers
        .take_until(router.0.shutdown.clone().cancelled_owned())
        .map(|answer| Event::default().event("next").data(String::from_utf8_lossy(&answer)))
        // A browser drops an event without a data line; this writes an empty one.
        .chain(stream::iter([Event::default().event("complete").data("\n")]))
        .map(Ok::<_, Infallible>);
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}
