//! graphql-transport-ws, with every way it can end.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use router::Settings;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::graph::{ACCOUNT, Graph, codes};

pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(graph: &Graph, headers: &[(&'static str, String)]) -> Self {
        let address = graph.listen().await;
        let mut request = format!("ws://{address}/graphql")
            .into_client_request()
            .expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        Self(
            tokio_tungstenite::connect_async_with_config(request, None, true)
                .await
                .expect("a socket")
                .0,
        )
    }

    pub async fn new(graph: &Graph) -> Self {
        Self::open(graph, &[("sec-websocket-protocol", "graphql-transport-ws".to_owned())]).await
    }

    pub async fn ready(graph: &Graph) -> Self {
        let mut socket = Self::new(graph).await;
        socket.send(json!({"type": "connection_init"})).await;
        assert_eq!(socket.next().await, json!({"type": "connection_ack"}));
        socket
    }

    pub async fn send(&mut self, message: Value) {
        self.text(&message.to_string()).await;
    }

    pub async fn text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("an open socket");
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"id": id, "type": "subscribe", "payload": {"query": query}}))
            .await;
    }

    /// The next message; the code of the close frame when that comes.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).expect("messages are JSON"),
                Some(Ok(Message::Close(Some(frame)))) => return json!(u16::from(frame.code)),
                Some(Ok(_)) => {}
                _ => return Value::Null,
            }
        }
    }
}

#[tokio::test]
async fn a_subscription_gives_next_for_each_event_and_complete() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("a\"b", "subscription { watched { id name } }").await;
    for (id, name) in [("m1", "Metropolis"), ("m2", "Nosferatu")] {
        let payload = json!({"data": {"watched": {"id": id, "name": name}}});
        assert_eq!(
            socket.next().await,
            json!({"id": "a\"b", "type": "next", "payload": payload})
        );
    }
    assert_eq!(socket.next().await, json!({"id": "a\"b", "type": "complete"}));
    socket.subscribe("a\"b", "{ rightsVersion }").await;
    let payload = json!({"data": {"rightsVersion": 1}});
    assert_eq!(
        socket.next().await,
        json!({"id": "a\"b", "type": "next", "payload": payload})
    );
    assert_eq!(socket.next().await["type"], "complete");
}

#[tokio::test]
async fn an_operation_that_is_refused_gives_error_and_the_socket_stays() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("1", "{ nobody }").await;
    let message = socket.next().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")));
    assert_eq!(
        codes(&json!({"errors": message["payload"]})),
        ["GRAPHQL_VALIDATION_FAILED"]
    );
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn a_completed_operation_is_silent_and_its_name_is_free() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["payload"], json!({"data": {"forever": 0}}));
    socket.send(json!({"id": "1", "type": "complete"})).await;
    socket.subscribe("1", "{ rightsVersion }").await;
    assert_eq!(socket.next().await["payload"], json!({"data": {"rightsVersion": 1}}));
}

#[tokio::test]
async fn the_token_comes_in_connection_init_or_in_the_upgrade() {
    let graph = Graph::local().await;
    let bearer = format!("Bearer {}", graph.token(60));
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws".to_owned());
    for (headers, payload) in [
        (vec![protocol.clone()], json!({"authorization": bearer})),
        (vec![protocol.clone(), ("authorization", bearer.clone())], Value::Null),
    ] {
        let mut socket = Socket::open(&graph, &headers).await;
        socket
            .send(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(socket.next().await, json!({"type": "connection_ack"}));
        socket.subscribe("1", "{ who }").await;
        assert_eq!(socket.next().await["payload"], json!({"data": {"who": ACCOUNT}}));
    }
}

#[tokio::test]
async fn every_breach_of_the_protocol_has_its_close_code() {
    let settings = Settings {
        connection_init_timeout_ms: 50,
        ..Settings::default()
    };
    let graph = Graph::with(settings).await;

    let mut socket = Socket::open(&graph, &[]).await;
    assert_eq!(socket.next().await, 4406);

    for text in [
        "not json",
        "[]",
        r#"{"type":"nonsense"}"#,
        r#"{"type":"subscribe"}"#,
        r#"{"id":"1"}"#,
        r#"{"id":"","type":"subscribe","payload":{"query":"{who}"}}"#,
        r#"{"id":"1","type":"subscribe","payload":{}}"#,
        r#"{"id":"1","type":"subscribe","payload":{"query":"{who}","variables":7}}"#,
        r#"{"type":"connection_init","payload":7}"#,
    ] {
        let mut socket = if text.contains(r#""id":""#) {
            Socket::ready(&graph).await
        } else {
            Socket::new(&graph).await
        };
        socket.text(text).await;
        assert_eq!(socket.next().await, 4400, "{text}");
    }

    let mut socket = Socket::new(&graph).await;
    socket.subscribe("1", "{ who }").await;
    assert_eq!(socket.next().await, 4401);

    let mut socket = Socket::new(&graph).await;
    let expired = format!("Bearer {}", graph.token(-60));
    socket
        .send(json!({"type": "connection_init", "payload": {"authorization": expired}}))
        .await;
    assert_eq!(socket.next().await, 4403);

    assert_eq!(Socket::new(&graph).await.next().await, 4408);

    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["type"], "next");
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await, 4409);

    let mut socket = Socket::ready(&graph).await;
    socket.send(json!({"type": "connection_init"})).await;
    assert_eq!(socket.next().await, 4429);
}

#[tokio::test]
async fn operations_on_one_socket_are_bounded() {
    let graph = Graph::with(Settings {
        max_operations_per_socket: 1,
        ..Settings::default()
    })
    .await;
    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["type"], "next");
    socket.subscribe("2", "{ who }").await;
    let message = socket.next().await;
    assert_eq!(
        message["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED",
        "{message}"
    );
}

#[tokio::test]
async fn a_silent_client_is_asked_and_then_let_go() {
    let graph = Graph::with(Settings {
        socket_ping_ms: 20,
        ..Settings::default()
    })
    .await;
    let mut socket = Socket::ready(&graph).await;
    assert_eq!(socket.next().await, json!({"type": "ping"}));
    let gone = tokio::time::timeout(Duration::from_secs(5), socket.next()).await;
    assert_eq!(gone.expect("the socket ends"), Value::Null);
}

#[tokio::test]
async fn sockets_close_cleanly_when_the_process_stops() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("1", "subscription { forever }").await;
    assert_eq!(socket.next().await["type"], "next");
    graph.shutdown.cancel();
    assert_eq!(socket.next().await, json!({"id": "1", "type": "complete"}));
    assert_eq!(socket.next().await, 1001);
    drop(socket);
    let drained = tokio::time::timeout(Duration::from_secs(5), graph.router.drained()).await;
    assert!(drained.is_ok());
}
