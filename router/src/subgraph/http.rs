//! A subgraph in another process: JSON over a pooled HTTP/1.1 client, subscriptions over graphql-transport-ws.
//!
//! Each subscription has a socket of its own: `connection_init` carries the viewer's token, so sockets cannot be shared
//! between viewers.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt, stream::BoxStream};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use kernel::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{FetchOperation, Map, Subgraph, SubgraphAnswer};
use crate::{error::Error, pipeline::Context, settings::Settings};

/// Idle connections kept to a subgraph.
const IDLE_CONNECTIONS: usize = 256;

/// Calls a subgraph by its URL.
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    url: http::Uri,
    socket_url: String,
    max_answer: usize,
    timeout: Duration,
}

#[derive(Serialize)]
struct Body<'a> {
    query: &'a str,
    variables: &'a Map,
}

impl Http {
    /// Calls the subgraph at `url`; its subscriptions are at `{url}/ws`.
    ///
    /// # Errors
    /// [`Error::Address`]: plain `http:` only, a private network or a proxy does the rest.
    pub fn new(url: &str, settings: &Settings) -> Result<Self, Error> {
        let uri: http::Uri = url.parse().map_err(|_| Error::Address(url.to_owned()))?;
        if uri.scheme_str() != Some("http") || uri.host().is_none() {
            return Err(Error::Address(url.to_owned()));
        }
        let timeout = Duration::from_millis(settings.subgraph_timeout_ms);
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(timeout));
        Ok(Self {
            client: Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(IDLE_CONNECTIONS)
                .build(connector),
            url: uri,
            socket_url: format!("ws{}/ws", url.trim_end_matches('/').trim_start_matches("http")),
            max_answer: usize::try_from(settings.max_subgraph_answer_bytes).unwrap_or(usize::MAX),
            timeout,
        })
    }

    async fn post(&self, operation: &FetchOperation, variables: Map, context: &Context) -> Result<Bytes, String> {
        let body = Body {
            query: &operation.text,
            variables: &variables,
        };
        let body = serde_json::to_vec(&body).map_err(|error| error.to_string())?;
        let mut request = http::Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json");
        if let Some(value) = authorization(context) {
            request = request.header(AUTHORIZATION, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let response = self.client.request(request).await.map_err(|error| error.to_string())?;
        let body = Limited::new(response.into_body(), self.max_answer).collect().await;
        Ok(body.map_err(|error| error.to_string())?.to_bytes())
    }

    async fn connect(&self, context: &Context) -> Result<Socket, String> {
        let mut request = self
            .socket_url
            .as_str()
            .into_client_request()
            .map_err(|error| error.to_string())?;
        request.headers_mut().insert(
            "sec-websocket-protocol",
            HeaderValue::from_static("graphql-transport-ws"),
        );
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = 4096;
        config.write_buffer_size = 0;
        config.max_message_size = Some(self.max_answer);
        let connecting = tokio_tungstenite::connect_async_with_config(request, Some(config), true);
        let (mut socket, _) = connecting.await.map_err(|error| error.to_string())?;
        let payload = match &context.identity.bearer {
            Some(bearer) => json!({ "authorization": format!("Bearer {}", bearer.0) }),
            None => json!({}),
        };
        send(&mut socket, &json!({ "type": "connection_init", "payload": payload })).await?;
        loop {
            match receive(&mut socket)
                .await
                .ok_or("closed before the acknowledgement")?
                .kind
                .as_str()
            {
                "connection_ack" => return Ok(socket),
                "ping" => send(&mut socket, &json!({ "type": "pong" })).await?,
                _ => {}
            }
        }
    }

    async fn start(&self, operation: &FetchOperation, variables: Map, context: &Context) -> Result<Socket, String> {
        let mut socket = match tokio::time::timeout(self.timeout, self.connect(context)).await {
            Ok(socket) => socket?,
            Err(_) => return Err("no acknowledgement in time".to_owned()),
        };
        let payload = json!({ "query": operation.text, "variables": variables });
        send(
            &mut socket,
            &json!({ "id": "1", "type": "subscribe", "payload": payload }),
        )
        .await?;
        Ok(socket)
    }
}

fn authorization(context: &Context) -> Option<HeaderValue> {
    let bearer = context.identity.bearer.as_ref()?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", bearer.0)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A message of the protocol, as far as we read it.
#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    payload: serde_json::Value,
}

async fn send(socket: &mut Socket, message: &serde_json::Value) -> Result<(), String> {
    socket
        .send(Message::text(message.to_string()))
        .await
        .map_err(|error| error.to_string())
}

async fn receive(socket: &mut Socket) -> Option<Frame> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// The next answer and whether it is the last; `None` when the subscription is complete.
async fn next_answer(socket: &mut Socket, service: &str) -> Option<(SubgraphAnswer, bool)> {
    loop {
        let Some(frame) = receive(socket).await else {
            // Without `complete` the subgraph went away in the middle.
            return Some((SubgraphAnswer::outage(ErrorCode::Unavailable, service), true));
        };
        match frame.kind.as_str() {
            "next" => return Some((serde_json::from_value(frame.payload).ok()?, false)),
            "error" => {
                let errors = serde_json::from_value(frame.payload).unwrap_or_default();
                return Some((
                    SubgraphAnswer {
                        data: async_graphql::Value::Null,
                        errors,
                    },
                    true,
                ));
            }
            "ping" => send(socket, &json!({ "type": "pong" })).await.ok()?,
            "pong" => {}
            _ => return None,
        }
    }
}

#[async_trait]
impl Subgraph for Http {
    async fn execute(&self, operation: &FetchOperation, variables: Map, context: &Context) -> SubgraphAnswer {
        let answer = self
            .post(operation, variables, context)
            .await
            .and_then(|body| serde_json::from_slice::<SubgraphAnswer>(&body).map_err(|error| error.to_string()));
        answer.unwrap_or_else(|reason| {
            tracing::warn!(service = %operation.service, %reason, "subgraph did not answer");
            SubgraphAnswer::outage(ErrorCode::Unavailable, &operation.service)
        })
    }

    async fn subscribe(
        &self,
        operation: &FetchOperation,
        variables: Map,
        context: &Context,
    ) -> BoxStream<'static, SubgraphAnswer> {
        let service = operation.service.clone();
        let mut socket = match self.start(operation, variables, context).await {
            Ok(socket) => socket,
            Err(reason) => {
                tracing::warn!(%service, %reason, "subgraph did not subscribe");
                let answer = SubgraphAnswer::outage(ErrorCode::Unavailable, &service);
                return futures_util::stream::iter([answer]).boxed();
            }
        };
        async_stream::stream! {
            while let Some((answer, last)) = next_answer(&mut socket, &service).await {
                yield answer;
                if last {
                    break;
                }
            }
        }
        .boxed()
    }
}
