//! The beginning of a socket to a subgraph: address, upgrade, sign-in, acknowledgement.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use http::{
    HeaderMap, HeaderValue, Uri,
    header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL},
};
use rustls::ClientConfig;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream,
    tungstenite::{Error as WebSocketError, Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{call::Caller, wire::chain};

/// A socket to a subgraph.
pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How sockets to one subgraph are opened.
#[derive(Clone)]
pub(super) struct Opening {
    /// Knows the addresses.
    pub(super) caller: Arc<Caller>,
    /// The path of the WebSocket; none: that of the URL, or `/ws` below it.
    pub(super) path: Option<String>,
    /// It was found to be below.
    pub(super) is_below: Arc<AtomicBool>,
    /// Largest message, in bytes.
    pub(super) max_answer: usize,
    /// Longest time from here to the acknowledgement.
    pub(super) timeout: Duration,
    /// Whom we trust.
    pub(super) tls: Arc<ClientConfig>,
}

/// The kind and name of a message.
#[derive(Deserialize)]
pub(super) struct Head {
    /// `next`, `error`, `complete`, `ping`, …
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The subscription.
    #[serde(default)]
    pub(super) id: Option<String>,
}

impl Opening {
    /// A socket that is ready for subscriptions; an address without one is passed over for the next.
    ///
    /// # Errors
    /// What the last address said.
    pub(super) async fn open(&self, headers: &HeaderMap) -> Result<Socket, String> {
        let deadline = Instant::now() + self.timeout;
        let mut tried = 0;
        let mut last = "no address".to_owned();
        while let Some(visit) = self.caller.replicas.next(tried) {
            tried |= 1 << visit.index;
            let opened = timeout_at(deadline, self.connect(visit.url(), headers)).await;
            match opened {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(reason)) => last = reason,
                Err(_) => "no acknowledgement in time".clone_into(&mut last),
            }
            let index = visit.index;
            if visit.failed() {
                self.caller.eject(index);
            }
        }
        Err(last)
    }

    async fn connect(&self, url: &Uri, headers: &HeaderMap) -> Result<Socket, String> {
        let mut socket = self.upgrade(url, headers).await?;
        let payload = match headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
            Some(value) => json!({ "authorization": value }),
            None => json!({}),
        };
        let hello = json!({ "type": "connection_init", "payload": payload });
        send(&mut socket, &hello).await?;
        acknowledged(&mut socket).await?;
        Ok(socket)
    }

    /// Upgrades at the path that is set; else at that of the URL, or below it when there is none.
    async fn upgrade(&self, url: &Uri, headers: &HeaderMap) -> Result<Socket, String> {
        let own = url.path().trim_end_matches('/');
        let below = format!("{own}/ws");
        let is_below = self.is_below.load(Ordering::Relaxed);
        let path = match &self.path {
            Some(path) => path.as_str(),
            None if is_below => below.as_str(),
            None => own,
        };
        match self.upgrade_at(url, path, headers).await {
            Err(WebSocketError::Http(refused)) if self.path.is_none() => {
                let other = if is_below { own } else { below.as_str() };
                tracing::debug!(
                    status = refused.status().as_u16(),
                    "no WebSocket at this path of a subgraph"
                );
                let socket = self
                    .upgrade_at(url, other, headers)
                    .await
                    .map_err(|error| chain(&error))?;
                self.is_below.store(!is_below, Ordering::Relaxed);
                Ok(socket)
            }
            upgraded => upgraded.map_err(|error| chain(&error)),
        }
    }

    async fn upgrade_at(&self, url: &Uri, path: &str, headers: &HeaderMap) -> Result<Socket, WebSocketError> {
        let scheme = if url.scheme_str() == Some("https") { "wss" } else { "ws" };
        let authority = url.authority().map_or("", http::uri::Authority::as_str);
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let address = format!("{scheme}://{authority}/{}{query}", path.trim_start_matches('/'));
        let mut request = address.into_client_request()?;
        let all = request.headers_mut();
        all.extend(headers.clone());
        all.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("graphql-transport-ws"));
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = 4096;
        config.write_buffer_size = 0;
        config.max_message_size = Some(self.max_answer);
        config.max_frame_size = Some(self.max_answer);
        let tls = Some(Connector::Rustls(self.tls.clone()));
        let connecting = tokio_tungstenite::connect_async_tls_with_config(request, Some(config), true, tls);
        let (socket, _) = connecting.await?;
        Ok(socket)
    }
}

async fn send(socket: &mut Socket, message: &serde_json::Value) -> Result<(), String> {
    let sent = socket.send(Message::text(message.to_string())).await;
    sent.map_err(|error| chain(&error))
}

async fn acknowledged(socket: &mut Socket) -> Result<(), String> {
    loop {
        let text = match socket.next().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => {
                let code = frame.map_or(0, |frame| u16::from(frame.code));
                return Err(format!("closed with {code} before the acknowledgement"));
            }
            Some(Ok(_)) => continue,
            Some(Err(error)) => return Err(chain(&error)),
            None => return Err("closed before the acknowledgement".to_owned()),
        };
        let head: Head = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        match head.kind.as_str() {
            "connection_ack" => return Ok(()),
            "ping" => send(socket, &json!({ "type": "pong" })).await?,
            _ => {}
        }
    }
}
