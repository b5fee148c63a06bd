//! A `graphql-transport-ws` client.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::{Client, SOON, document};

/// One open socket with one subscription on it.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Opens a socket and subscribes to a public operation.
    ///
    /// # Panics
    /// The platform refuses.
    pub async fn subscribe(client: &Client, operation: &str, variables: Value) -> Self {
        let url = format!("{}/graphql", client.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a WebSocket URL");
        request.headers_mut().insert(
            "sec-websocket-protocol",
            "graphql-transport-ws".parse().expect("a header"),
        );
        let (stream, _) = tokio_tungstenite::connect_async(request)
            .await
            .expect("the socket opens");
        let mut socket = Self { stream };
        let payload = client
            .token
            .as_ref()
            .map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket
            .send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        let ack = socket.next_message().await;
        assert_eq!(ack["type"], "connection_ack");
        let payload = json!({ "query": document(operation), "operationName": operation, "variables": variables });
        socket
            .send(json!({ "id": "1", "type": "subscribe", "payload": payload }))
            .await;
        socket
    }

    async fn send(&mut self, message: Value) {
        self.stream
            .send(Message::text(message.to_string()))
            .await
            .expect("the socket is open");
    }

    /// The next message of the protocol; pings are answered.
    ///
    /// # Panics
    /// The socket closed, or nothing came soon.
    pub async fn next_message(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(SOON, self.stream.next())
                .await
                .expect("a message comes soon");
            let message = next.expect("the socket is open").expect("the socket works");
            match message {
                Message::Text(text) => {
                    let value: Value = serde_json::from_str(&text).expect("a message is JSON");
                    if value["type"] == "ping" {
                        self.send(json!({ "type": "pong" })).await;
                        continue;
                    }
                    return value;
                }
                Message::Close(frame) => panic!("the socket was closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The data of the next event.
    ///
    /// # Panics
    /// It has errors, or the subscription ended.
    pub async fn next(&mut self) -> Value {
        let message = self.next_message().await;
        assert_eq!(message["type"], "next", "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].clone()
    }
}
