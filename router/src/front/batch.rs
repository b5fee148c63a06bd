//! Several requests in one body: an array of answers in their order.

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{
    Router,
    error::Rejection,
    pipeline::{Context, Request},
};

/// Requests of one array that run at a time.
const AT_ONCE: usize = 8;

/// Answers each request; a refused one answers its errors in its place.
pub(super) async fn respond(router: &Router, requests: Vec<Result<Request, Rejection>>, context: &Context) -> Bytes {
    let answers = requests.into_iter().map(|request| async move {
        let answered = match request {
            Ok(request) => router.execute(request, context).await,
            Err(rejection) => Err(rejection),
        };
        answered.map_or_else(|rejection| rejection.to_json().into(), |answer| answer.body)
    });
    let mut answers = stream::iter(answers).buffered(AT_ONCE);
    let mut body = vec![b'['];
    while let Some(answer) = answers.next().await {
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(&answer);
    }
    body.push(b']');
    body.into()
}
