//! Bodies on their way through, a piece at a time: what is sent is counted, what comes back may not pause for ever.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, timeout};

/// The body of a request. Clones are the same body: what nobody has taken of it may be sent to another address.
#[derive(Clone)]
pub(super) struct Upload(Arc<Mutex<Sending>>);

struct Sending {
    body: Body,
    /// Bytes that may still come.
    left: u64,
    /// When a piece of it last went on, or it was begun.
    moved_at: Instant,
    /// The other side would take more, but the client has not sent it.
    waits: bool,
    trouble: Option<Trouble>,
}

/// What is wrong with what the client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// More came than may.
    TooLarge,
    /// It broke off.
    Broken,
}

impl Upload {
    /// The body, of which at most `most` bytes may come.
    pub(super) fn new(body: Body, most: u64) -> Self {
        Self(Arc::new(Mutex::new(Sending {
            body,
            left: most,
            moved_at: Instant::now(),
            waits: false,
            trouble: None,
        })))
    }

    /// It is offered to an address from now on.
    pub(super) fn begin(&self) {
        self.open().moved_at = Instant::now();
    }

    /// When a piece of it last went on.
    pub(super) fn moved_at(&self) -> Instant {
        self.open().moved_at
    }

    /// Whether it is the client that is waited for.
    pub(super) fn waits_for_client(&self) -> bool {
        self.open().waits
    }

    /// What is wrong with it.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.open().trouble
    }

    fn open(&self) -> MutexGuard<'_, Sending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut sending = self.open();
        let Poll::Ready(frame) = Pin::new(&mut sending.body).poll_frame(cx) else {
            sending.waits = true;
            return Poll::Pending;
        };
        (sending.waits, sending.moved_at) = (false, Instant::now());
        let trouble = match &frame {
            Some(Ok(frame)) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                let left = sending.left.checked_sub(bytes);
                sending.left = left.unwrap_or_default();
                left.is_none().then_some(Trouble::TooLarge)
            }
            Some(Err(_)) => Some(Trouble::Broken),
            None => None,
        };
        if trouble.is_some() {
            sending.trouble = trouble;
            return Poll::Ready(Some(Err(io::Error::other("what the client sends is refused"))));
        }
        Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)))
    }

    fn is_end_stream(&self) -> bool {
        self.open().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.open().body.size_hint()
    }
}

/// The body of an answer; it breaks off when nothing comes for `quiet`. A client that is slow is no reason to: while it
/// takes nothing, nothing is asked for.
pub(super) fn download(mut body: Incoming, quiet: Duration) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let frames = async_stream::stream! {
        loop {
            match timeout(quiet, body.frame()).await {
                Ok(Some(Ok(frame))) => yield Ok(frame),
                Ok(Some(Err(error))) => {
                    yield Err(io::Error::other(error));
                    return;
                }
                Ok(None) => return,
                Err(_) => {
                    tracing::warn!("the other side of a passthrough stopped sending");
                    yield Err(io::Error::from(io::ErrorKind::TimedOut));
                    return;
                }
            }
        }
    };
    Body::new(StreamBody::new(frames))
}
