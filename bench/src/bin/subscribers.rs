//! Many subscribers on one gateway: memory of each, CPU of each delivery, nothing lost, nothing twice.
//!
//! `subscribers [equal|different] [COUNT] [EVENTS] [NAME…]`: `equal` is one subscription of everybody, `different` one of
//! each. Needs as many open files as there are subscribers, twice (`ulimit -n`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bench::{
    peers::{ALL, Gateway, Places, get, send, until},
    say,
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One operation, as clients of one app have; its variable makes subscriptions equal or different.
const TICKS: &str = "subscription ($group: Int!) { tick(group: $group) }";
/// Sockets that are opened at the same time.
const OPENING: usize = 64;
/// Longest wait for an event to reach everybody.
const PATIENCE: Duration = Duration::from_mins(1);

/// What all subscribers have seen.
#[derive(Default)]
struct Seen {
    deliveries: AtomicU64,
    wrong: AtomicU64,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let different = arguments.next().is_some_and(|mode| mode == "different");
    let mut number = |default: u64| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (count, events) = (number(5_000), number(20));
    let names: Vec<String> = arguments.collect();
    let places = Places::new("subscribers");
    say(&format!(
        "{count} subscribers, {} subscriptions, {events} events",
        if different { "different" } else { "equal" }
    ));
    say(
        "| gateway | KiB a subscriber | idle CPU % | µs a delivery | last delivery after ms | begun in the subgraph | lost | twice or wrong |",
    );
    say("|---|---|---|---|---|---|---|---|");
    for peer in &ALL {
        let Some(path) = peer.socket else { continue };
        if !names.is_empty() && !names.iter().any(|name| name == peer.name) {
            continue;
        }
        let (shop, base) = places.shop(0).await;
        match peer.start(&places, &base).await {
            Some(gateway) => measure(&gateway, path, &base, count, events, different).await,
            None => say(&format!("{} is not installed: scripts/bench.sh installs it", peer.name)),
        }
        drop(shop);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
async fn measure(gateway: &Gateway, path: &str, base: &str, count: u64, events: u64, different: bool) {
    let seen = Arc::new(Seen::default());
    let before = gateway.process.resident();
    let url = gateway.url.replacen("http", "ws", 1).replace("/graphql", path);
    let mut tasks = tokio::task::JoinSet::new();
    let mut opening = futures_util::stream::iter(0..count)
        .map(|i| open(url.clone(), if different { i } else { 0 }))
        .buffer_unordered(OPENING);
    while let Some(socket) = opening.next().await {
        let seen = seen.clone();
        tasks.spawn(async move { listen(socket, &seen).await });
    }
    // the subgraph has them all when a tick reaches as many as were begun and the number no longer grows
    settle(base).await;
    let memory = (gateway.process.resident() - before) / count as f64 / 1024.0;
    let (idle, begin) = (gateway.process.cpu(), Instant::now());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle = (gateway.process.cpu() - idle) / begin.elapsed().as_secs_f64() * 100.0;

    let cpu = gateway.process.cpu();
    let mut slowest = Duration::ZERO;
    for event in 1..=events {
        let sent = Instant::now();
        send(http::Method::POST, &format!("{base}/tick/{event}"))
            .await
            .expect("a tick");
        let due = event * count;
        while seen.deliveries.load(Ordering::Relaxed) < due && sent.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        slowest = slowest.max(sent.elapsed());
    }
    // what comes twice comes late
    tokio::time::sleep(Duration::from_millis(500)).await;
    let cpu = gateway.process.cpu() - cpu;
    let delivered = seen.deliveries.load(Ordering::Relaxed);
    say(&format!(
        "| {} | {memory:.1} | {idle:.1} | {:.1} | {:.0} | {} | {} | {} |",
        gateway.name,
        cpu * 1e6 / delivered.max(1) as f64,
        slowest.as_secs_f64() * 1000.0,
        get(&format!("{base}/subscriptions")).await.unwrap_or_default(),
        (count * events).saturating_sub(delivered),
        seen.wrong.load(Ordering::Relaxed) + delivered.saturating_sub(count * events),
    ));
    tasks.abort_all();
}

/// Waits until the number of subscriptions in the subgraph stays the same for a second.
async fn settle(base: &str) {
    let begun = || async { get(&format!("{base}/subscriptions")).await.unwrap_or_default() };
    until(
        || async {
            let before = begun().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            before != "0" && before == begun().await
        },
        "an end of subscribing",
    )
    .await;
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn open(url: String, group: u64) -> Socket {
    let mut request = url.into_client_request().expect("a URL");
    let protocol = http::HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = 1024;
    config.write_buffer_size = 0;
    let (mut socket, _) = connect_async_with_config(request, Some(config), true)
        .await
        .expect("a socket");
    say_to(&mut socket, &json!({ "type": "connection_init", "payload": {} })).await;
    let acknowledged = hear(&mut socket).await.expect("an acknowledgement");
    assert_eq!(acknowledged["type"], "connection_ack", "{acknowledged}");
    let payload = json!({ "query": TICKS, "variables": { "group": group } });
    say_to(
        &mut socket,
        &json!({ "id": "1", "type": "subscribe", "payload": payload }),
    )
    .await;
    socket
}

async fn listen(mut socket: Socket, seen: &Seen) {
    let mut last = 0;
    while let Some(message) = hear(&mut socket).await {
        match message["type"].as_str() {
            Some("ping") => say_to(&mut socket, &json!({ "type": "pong" })).await,
            Some("next") => {
                let count = message["payload"]["data"]["tick"].as_u64().unwrap_or(0);
                if count != last + 1 {
                    seen.wrong.fetch_add(1, Ordering::Relaxed);
                }
                last = count;
                seen.deliveries.fetch_add(1, Ordering::Relaxed);
            }
            _ => {
                seen.wrong.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

async fn say_to(socket: &mut Socket, message: &Value) {
    socket
        .send(Message::text(message.to_string()))
        .await
        .expect("an open socket");
}

async fn hear(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}
