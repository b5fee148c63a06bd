//! Several requests in one body: an array of answers in their order.

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{
    Router,
    error::Rejection,
    pipeline::{Context, Request, fits, too_large},
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
    let most = router.settings().max_answer_bytes;
    let mut body = vec![b'['];
    while let Some(answer) = answers.next().await {
        if body.len() > 1 {
            body.push(b',');
        }
        let bytes = body.len() + answer.len();
        if fits(bytes, most) {
            body.extend_from_slice(&answer);
        } else {
            // Together they are too large; a smaller one may still fit.
            body.extend_from_slice(&too_large(bytes, most, context));
        }
    }
    body.push(b']');
    body.into()
}
