//! graphql-transport-ws: one task per socket, no channel in between, so a slow client slows only itself.

use std::{net::IpAddr, pin::pin, time::Duration};

use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    response::Response,
};
use futures_util::{FutureExt, StreamExt, future, stream, stream::BoxStream};
use kernel::Refusal;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use tokio_stream::StreamMap;
use tokio_tungstenite::tungstenite::error::{Error as Unreadable, ProtocolError};

use super::{
    address,
    protocol::{self, ClientMessage, Close},
};
use crate::{
    Router,
    contract::SCHEMA_VERSION,
    error::{Rejection, token_ended},
    pipeline::{API_KEY, Context, Request},
    sharing::Delivery,
};

/// Longest wait for a client to take a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Accepts the socket. Its buffers are small because most sockets are idle most of the time.
pub(super) fn upgrade(router: Router, parts: &Parts, upgrade: WebSocketUpgrade) -> Response {
    let headers = lasting(&parts.headers);
    let address = address(&parts.extensions);
    let limit = usize::try_from(router.settings().max_body_bytes).unwrap_or(usize::MAX);
    upgrade
        .protocols([protocol::SUBPROTOCOL])
        .read_buffer_size(1024)
        .write_buffer_size(0)
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| async move {
            let sockets = router.0.sockets.clone();
            sockets
                .track_future(Connection::new(router, socket, headers, address).serve())
                .await;
        })
}

/// The headers that may mean something while the socket is open, copied: the originals are pieces of the buffer that the
/// request was read into, and would keep it for hours.
fn lasting(headers: &HeaderMap) -> HeaderMap {
    let mut copies = HeaderMap::new();
    for (name, value) in headers {
        if *name == header::UPGRADE || *name == header::CONNECTION || name.as_str().starts_with("sec-websocket") {
            continue;
        }
        let copy = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (copy, HeaderValue::from_bytes(value.as_bytes())) {
            copies.append(name, value);
        }
    }
    copies
}

/// What an operation on the socket gives.
enum Event {
    Answer(Delivery),
    Refused(Rejection),
    Complete,
}

struct Connection {
    router: Router,
    socket: WebSocket,
    /// The headers of the upgrade request, until `connection_init`; what that says of who asks goes before theirs.
    headers: HeaderMap,
    address: Option<IpAddr>,
    context: Option<Context>,
    operations: StreamMap<String, BoxStream<'static, Event>>,
    /// When to look whether the token is over; `None` without one.
    token_until: Option<Instant>,
    /// When something last came from the client, and whether we have asked since.
    heard_at: Instant,
    pinged: bool,
}

/// The end of a socket: with a frame of ours, with one of the client's, or because the client is gone.
enum End {
    Close(Close),
    Closed,
    Gone,
}

impl Connection {
    fn new(router: Router, socket: WebSocket, headers: HeaderMap, address: Option<IpAddr>) -> Self {
        let operations = StreamMap::new();
        Self {
            router,
            socket,
            headers,
            address,
            context: None,
            operations,
            token_until: None,
            heard_at: Instant::now(),
            pinged: false,
        }
    }

    async fn serve(mut self) {
        metrics::gauge!("router_sockets").increment(1);
        if self.socket.protocol().is_none() {
            self.close(&Close::NoSubprotocol).await;
        } else {
            match self.run().await {
                End::Close(reason) => Box::pin(self.close(&reason)).await,
                // The library answers the client's frame when it is asked for the next one.
                End::Closed => self.drain(false).await,
                End::Gone => {}
            }
        }
        metrics::gauge!("router_sockets").decrement(1);
    }

    /// Tells each operation what becomes of it, says why, and waits for the client to close its side.
    async fn close(&mut self, reason: &Close) {
        let ids: Vec<String> = self.operations.keys().cloned().collect();
        // Nothing of them runs any more.
        self.operations.clear();
        for id in ids {
            let told = match reason {
                Close::GoingAway => protocol::complete(&id),
                Close::TokenEnded => protocol::error(&id, &token_ended()),
                _ => break,
            };
            if self.send(told).await.is_err() {
                return;
            }
        }
        if self.send(reason.frame()).await.is_ok() {
            // After a frame that cannot be read nothing more is; the client has to see ours before the connection goes.
            let deaf = matches!(reason, Close::TooLarge(_) | Close::NotText | Close::BadFrame);
            self.drain(deaf).await;
        }
    }

    /// Waits until the client has closed its side, but not for long.
    async fn drain(&mut self, deaf: bool) {
        let drained = async {
            while let Some(Ok(_)) = self.socket.recv().await {}
            if deaf {
                future::pending::<()>().await;
            }
        };
        if timeout(Duration::from_secs(1), drained).await.is_err() {
            tracing::debug!("client did not close its side of the socket");
        }
    }

    async fn run(&mut self) -> End {
        let settings = self.router.settings();
        let shutdown = self.router.0.shutdown.clone();
        let init_by = Instant::now() + Duration::from_millis(settings.connection_init_timeout_ms);
        let ping_after = Duration::from_millis(settings.socket_ping_ms);
        loop {
            // Looked at before everything else: a subscription that always has something to say must not hide it.
            if self.token_until.is_some_and(|until| until <= Instant::now()) && self.token_is_over() {
                return End::Close(Close::TokenEnded);
            }
            let waiting = self.context.is_none();
            let patient_until = if waiting { init_by } else { self.heard_at + ping_after };
            let wake_at = self.token_until.map_or(patient_until, |until| until.min(patient_until));
            // What is selected over is cancel-safe: a message or an event is either taken whole or not at all.
            let ended = tokio::select! {
                biased;
                () = shutdown.cancelled() => Err(End::Close(Close::GoingAway)),
                message = self.socket.recv() => self.receive(message).await,
                Some((id, event)) = self.operations.next(), if !self.operations.is_empty() => self.deliver(&id, event).await,
                () = tokio::time::sleep_until(wake_at) => {
                    if wake_at == patient_until { self.wake(waiting).await } else { Ok(()) }
                }
            };
            if let Err(end) = ended {
                return end;
            }
        }
    }

    /// The timer says so; our clock may differ, and its word is what counts.
    fn token_is_over(&mut self) -> bool {
        let left = self.context.as_ref().and_then(|context| self.router.time_left(context));
        self.token_until = left.map(|left| Instant::now() + left);
        left.is_some_and(|left| left.is_zero())
    }

    /// The time for `connection_init` is over, or the client has been silent for long.
    async fn wake(&mut self, waiting: bool) -> Result<(), End> {
        if waiting {
            return Err(End::Close(Close::InitTimeout));
        }
        if self.pinged {
            return Err(End::Gone);
        }
        self.pinged = true;
        self.heard_at = Instant::now();
        self.send(protocol::ping()).await
    }

    async fn receive(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let message = match message {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(self.unreadable(error)),
            None => return Err(End::Gone),
        };
        self.heard_at = Instant::now();
        self.pinged = false;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(bad("Invalid message: only text is understood")),
            Message::Close(_) => return Err(End::Closed),
            // The library answers pings of the WebSocket protocol by itself.
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        let message = serde_json::from_str(&text).map_err(|error| bad(&format!("Invalid message: {error}")))?;
        match message {
            // Boxed: their space is needed for a moment, a socket's for hours.
            ClientMessage::ConnectionInit { payload } => Box::pin(self.begin(payload.as_ref())).await,
            ClientMessage::Ping => self.send(protocol::pong()).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, payload } => Box::pin(self.start(id, payload)).await,
            ClientMessage::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
        }
    }

    async fn begin(&mut self, payload: Option<&Value>) -> Result<(), End> {
        if self.context.is_some() {
            return Err(End::Close(Close::TooManyInits));
        }
        if payload.is_some_and(|payload| !payload.is_object() && !payload.is_null()) {
            return Err(bad("Invalid message: the payload of connection_init is an object"));
        }
        let names = [
            ("authorization", header::AUTHORIZATION),
            ("Authorization", header::AUTHORIZATION),
            ("apiKey", API_KEY),
            ("schemaVersion", SCHEMA_VERSION),
        ];
        for (name, header) in names {
            if let Some(sent) = payload.and_then(|payload| payload.get(name)?.as_str()) {
                // What cannot be a header is no token; an empty one is refused as any other that is none.
                let value = HeaderValue::from_str(sent).unwrap_or(HeaderValue::from_static(""));
                self.headers.insert(header, value);
            }
        }
        let headers = std::mem::take(&mut self.headers);
        match self.router.context(headers, self.address).await {
            Ok(context) => {
                self.token_until = self.router.time_left(&context).map(|left| Instant::now() + left);
                self.context = Some(context);
            }
            Err(rejection) => {
                let reason = rejection
                    .errors
                    .first()
                    .map(|error| error.message.clone())
                    .unwrap_or_default();
                return Err(End::Close(Close::Forbidden(reason)));
            }
        }
        self.send(protocol::acknowledge()).await
    }

    async fn start(&mut self, id: String, payload: Value) -> Result<(), End> {
        let Some(context) = self.context.clone() else {
            return Err(End::Close(Close::Unauthorized));
        };
        if id.is_empty() {
            return Err(bad("Invalid message: the id is empty"));
        }
        if self.operations.contains_key(&id) {
            return Err(End::Close(Close::Exists(id)));
        }
        let request = Request::from_value(payload).map_err(|rejection| {
            let reason = rejection.errors.first().map_or("", |error| error.message.as_str());
            bad(&format!("Invalid message: {reason}"))
        })?;
        let (allowed, sent) = (
            self.router.settings().max_operations_per_socket,
            self.operations.len() as u64 + 1,
        );
        if sent > allowed {
            let rejection = Rejection::of(&Refusal::limit("operations per socket", allowed, sent));
            return self.send(protocol::error(&id, &rejection)).await;
        }
        // The token may have ended, or the key been revoked, since the socket began.
        if let Err(rejection) = self.router.identify(&context.headers).await {
            return self.send(protocol::error(&id, &rejection)).await;
        }
        self.operations
            .insert(id, operation(self.router.clone(), request, context));
        Ok(())
    }

    /// What a message that could not be read says of the client.
    fn unreadable(&self, error: axum::Error) -> End {
        let allowed = self.router.settings().max_body_bytes;
        match error.into_inner().downcast_ref::<Unreadable>() {
            Some(Unreadable::Capacity(_)) => End::Close(Close::TooLarge(allowed)),
            Some(Unreadable::Utf8(_)) => End::Close(Close::NotText),
            Some(Unreadable::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => End::Gone,
            Some(Unreadable::Protocol(_)) => End::Close(Close::BadFrame),
            _ => End::Gone,
        }
    }

    async fn deliver(&mut self, id: &str, event: Event) -> Result<(), End> {
        match event {
            Event::Answer(answer) => self.send(protocol::next(id, &answer)).await,
            Event::Complete => {
                self.operations.remove(id);
                self.send(protocol::complete(id)).await
            }
            Event::Refused(rejection) => {
                self.operations.remove(id);
                self.send(protocol::error(id, &rejection)).await
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let sending = pin!(self.socket.send(message));
        match timeout(SEND_TIMEOUT, sending).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(End::Gone),
        }
    }
}

/// Everything an operation gives, lazily: nothing runs unless the socket asks for the next event.
fn operation(router: Router, request: Request, context: Context) -> BoxStream<'static, Event> {
    let begin = async move {
        match router.stream(request, &context).await {
            Ok(answers) => answers
                .map(Event::Answer)
                .chain(stream::once(future::ready(Event::Complete)))
                .boxed(),
            Err(rejection) => stream::once(future::ready(Event::Refused(rejection))).boxed(),
        }
    };
    // Boxed by itself: what it takes to begin is given back then.
    stream::once(begin.boxed()).flatten().boxed()
}

fn bad(reason: &str) -> End {
    End::Close(Close::BadMessage(reason.to_owned()))
}
