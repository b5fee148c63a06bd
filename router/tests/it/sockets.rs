//! What a socket costs and when it lets go: limits, tokens that end, clients that do not read or are gone.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Data, OpCode},
        },
    },
};

use crate::{
    floods::floods,
    graph::{Graph, codes},
    websocket::Socket,
};

/// More events than anybody takes.
const ENDLESS: usize = 1_000_000_000;

/// Waits until `condition` is true; false after half a minute.
pub async fn eventually(condition: impl Fn() -> bool) -> bool {
    for _ in 0..3000 {
        if condition() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

fn flood(key: &str, bytes: usize, count: usize) -> String {
    format!("subscription {{ flood(key: \"{key}\", bytes: {bytes}, count: {count}) }}")
}

#[tokio::test]
async fn a_socket_whose_token_ends_is_told_and_closed() {
    let graph = Graph::local().await;
    let mut socket = Socket::new(&graph).await;
    let payload = json!({"authorization": format!("Bearer {}", graph.token(2))});
    socket
        .send(json!({"type": "connection_init", "payload": payload}))
        .await;
    assert_eq!(socket.next().await["type"], "connection_ack");
    socket.subscribe("quiet", "subscription { forever }").await;
    // One that always has something to say must not hide the end.
    socket
        .subscribe("loud", &flood("a socket whose token ends", 10, ENDLESS))
        .await;
    let mut told = Vec::new();
    let end = loop {
        let message = socket.next().await;
        match message["type"].as_str() {
            Some("next") => {}
            Some("error") => {
                let refused = json!({"errors": message["payload"]});
                assert_eq!(codes(&refused), ["UNAUTHENTICATED"]);
                told.push(message["id"].as_str().unwrap_or_default().to_owned());
            }
            _ => break message,
        }
    };
    told.sort();
    assert_eq!((told, end), (vec!["loud".to_owned(), "quiet".to_owned()], json!(4403)));
}

#[tokio::test]
async fn frames_are_put_together_and_what_cannot_be_read_closes_with_its_reason() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    let text = json!({"id": "1", "type": "subscribe", "payload": {"query": "{ rightsVersion }"}}).to_string();
    let (start, end) = text.split_at(20);
    for (part, kind, last) in [(start, Data::Text, false), (end, Data::Continue, true)] {
        let frame = Frame::message(part.to_owned(), OpCode::Data(kind), last);
        socket.0.send(Message::Frame(frame)).await.expect("an open socket");
    }
    assert_eq!(socket.next().await["payload"], json!({"data": {"rightsVersion": 1}}));

    let long = json!({"id": "1", "type": "subscribe", "payload": {"query": "x".repeat(1024 * 1024)}}).to_string();
    let mut reserved = Frame::message("{}".to_owned(), OpCode::Data(Data::Text), true);
    reserved.header_mut().rsv1 = true;
    let not_text = Frame::message(vec![0xff, 0xff], OpCode::Data(Data::Text), true);
    for (name, message, code) in [
        ("binary", Message::binary(text.clone().into_bytes()), 4400),
        ("too deep", Message::text("[".repeat(1000)), 4400),
        ("too large", Message::text(long), 1009),
        ("not UTF-8", Message::Frame(not_text), 1007),
        ("reserved bit", Message::Frame(reserved), 1002),
    ] {
        let mut socket = Socket::ready(&graph).await;
        // The answer may come while we are still sending.
        socket.0.send(message).await.unwrap_or_default();
        assert_eq!(socket.next().await, code, "{name}");
    }
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    let frame = CloseFrame {
        code: CloseCode::Normal,
        reason: "enough".into(),
    };
    socket.0.close(Some(frame)).await.expect("an open socket");
    assert_eq!(socket.next().await, 1000);
}

#[tokio::test]
async fn an_id_may_be_long() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    let id = "i".repeat(10_000);
    socket.subscribe(&id, "subscription { forever }").await;
    assert_eq!(socket.next().await["id"], id.as_str());
    socket.subscribe(&id, "{ rightsVersion }").await;
    assert_eq!(socket.next().await, 4409);
}

#[tokio::test]
async fn ten_thousand_subscriptions_one_after_the_other_leave_nothing() {
    let graph = Graph::local().await;
    let mut socket = Socket::ready(&graph).await;
    let query = flood("one after the other", 1, 1);
    for i in 0..10_000 {
        let id = i.to_string();
        socket.subscribe(&id, &query).await;
        assert_eq!(socket.next().await["id"], id.as_str());
        socket.send(json!({"id": id, "type": "complete"})).await;
    }
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await, json!({"type": "pong"}));
    assert_eq!(floods("one after the other"), (0, 10_000));
}

#[tokio::test]
async fn a_client_that_is_gone_frees_its_subscriptions() {
    let graph = Graph::local().await;
    let key = "a client that is gone";
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::ready(&graph).await;
        socket.subscribe("1", &flood(key, 1, 1)).await;
        assert_eq!(socket.next().await["type"], "next");
        sockets.push(socket);
    }
    assert_eq!(floods(key).0, 3);
    // No close frame: the connection is just cut.
    drop(sockets);
    assert!(eventually(|| floods(key).0 == 0).await, "{:?}", floods(key));
}

#[tokio::test]
async fn a_stream_of_events_that_is_cut_frees_its_subscription() {
    let graph = Graph::local().await;
    let key = "a stream of events that is cut";
    let address = graph.listen().await;
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    let body = json!({"query": flood(key, 1, 1)}).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection
        .write_all(request.as_bytes())
        .await
        .expect("an open connection");
    let mut read = String::new();
    while !read.contains("event: next") {
        let mut part = [0; 1024];
        let length = connection.read(&mut part).await.expect("an open connection");
        assert!(length > 0, "{read}");
        read.push_str(&String::from_utf8_lossy(&part[..length]));
    }
    assert_eq!(floods(key).0, 1);
    drop(connection);
    assert!(eventually(|| floods(key).0 == 0).await, "{:?}", floods(key));
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_its_own_subscription_only() {
    let graph = Graph::local().await;
    let key = "a client that does not read";
    let mut socket = Socket::ready(&graph).await;
    socket.subscribe("1", &flood(key, 64 * 1024, ENDLESS)).await;
    assert!(eventually(|| floods(key).1 > 0).await);
    // Made are as many as the buffers of the connection take; then nothing more until somebody reads.
    let mut made = 0;
    let mut still = 0;
    while still < 20 {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let now = floods(key).1;
        still = if now == made { still + 1 } else { 0 };
        made = now;
        assert!(made < 2000, "{made} events of 64 KiB for somebody who does not read");
    }
    let mut other = Socket::ready(&graph).await;
    other.subscribe("1", "{ rightsVersion }").await;
    assert_eq!(other.next().await["payload"], json!({"data": {"rightsVersion": 1}}));
    for _ in 0..made + 10 {
        let event = socket.0.next().await.expect("an open socket").expect("a message");
        assert!(event.len() > 64 * 1024);
    }
    assert!(floods(key).1 > made);
    drop(socket);
    assert!(eventually(|| floods(key).0 == 0).await);
}
