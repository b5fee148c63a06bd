//! Subscriptions by gRPC: shared connections, and how they end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router as Routes, serve::ListenerExt};
use futures_util::{StreamExt, future::join_all};
use router::{Context, Map, Settings, Subgraph};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    calls::{named, operation, refusing},
    floods::floods,
    graph::{Graph, serve},
    sockets::eventually,
};

/// Serves `routes`, counting connections.
#[expect(clippy::disallowed_methods, reason = "a test server lives as long as its test")]
async fn counting(routes: Routes) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = format!("grpc://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let listener = listener.tap_io(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, connections)
}

#[tokio::test]
async fn subscriptions_share_connections_and_spread_when_one_is_full() {
    let graph = Graph::local().await;
    let (address, connections) = counting(graph.called("accounts")).await;
    let mut settings = Settings::default();
    settings.traffic.subscriptions_per_socket = 10;
    let subgraph = named(&address, &settings);
    let begin = async |count| {
        let forever = operation("subscription { forever }");
        let nobody = Context::default();
        let begun = (0..count).map(|_| subgraph.subscribe(&forever, Map::new(), &nobody));
        let mut open = Vec::new();
        for mut events in join_all(begun).await {
            let first = events.next().await.expect("an event");
            assert!(first.errors.is_empty(), "{:?}", first.errors);
            open.push(events);
        }
        open
    };
    let mut open = begin(25).await;
    assert_eq!(connections.load(Ordering::SeqCst), 3);
    // Those that leave make room, once the subgraph's side of them is gone.
    open.truncate(10);
    tokio::time::sleep(Duration::from_millis(50)).await;
    open.extend(begin(10).await);
    assert!(connections.load(Ordering::SeqCst) <= 4, "{connections:?}");
}

#[tokio::test]
async fn a_subscription_ends_with_its_client_with_its_events_and_with_the_process() {
    let graph = Graph::local().await;
    let address = format!("grpc://{}", serve(graph.called("accounts")).await);
    let subgraph = named(&address, &Settings::default());
    let subscribe = async |text: &str| {
        subgraph
            .subscribe(&operation(text), Map::new(), &Context::default())
            .await
    };
    let key = "a subscription by gRPC";
    let flood = format!("subscription {{ flood(key: \"{key}\", bytes: 10, count: 3) }}");
    let mut events = subscribe(&flood).await;
    for _ in 0..3 {
        assert!(events.next().await.expect("an event").errors.is_empty());
    }
    assert_eq!(floods(key).0, 1);
    drop(events);
    assert!(eventually(|| floods(key).0 == 0).await, "the subgraph does not know");

    let events: Vec<_> = subscribe("subscription { watched(count: 3) { id } }")
        .await
        .collect()
        .await;
    assert_eq!(events.len(), 3, "and then it is complete");
    let events: Vec<_> = subscribe("subscription { refused }").await.collect().await;
    let error = serde_json::to_value(&events[0].errors[0]).expect("an error");
    assert_eq!(error["extensions"]["code"], "UNAUTHENTICATED");

    let mut events = subscribe("subscription { forever }").await;
    assert!(events.next().await.expect("an event").errors.is_empty());
    graph.shutdown.cancel();
    let last = events.next().await.expect("why it ended");
    let error = serde_json::to_value(&last.errors[0]).expect("an error");
    assert_eq!(error["extensions"]["code"], "UNAVAILABLE", "{error}");
    assert!(events.next().await.is_none());
    let (nowhere, nobody) = (named(&refusing().await, &Settings::default()), Context::default());
    let forever = operation("subscription { forever }");
    let events = nowhere.subscribe(&forever, Map::new(), &nobody).await;
    let events: Vec<_> = events.collect().await;
    assert_eq!(events.len(), 1, "an outage");
}

#[tokio::test]
async fn a_slow_subscriber_loses_its_own_subscription_only() {
    let graph = Graph::local().await;
    let (address, connections) = counting(graph.called("accounts")).await;
    let mut settings = Settings::default();
    settings.traffic.subscription_queue = 16;
    let subgraph = named(&address, &settings);
    let ticks = operation("subscription { ticks }");
    let nobody = Context::default();
    let subscribe = || subgraph.subscribe(&ticks, Map::new(), &nobody);
    let (slow, mut quick) = (subscribe().await, subscribe().await);
    for _ in 0..40 {
        assert!(quick.next().await.expect("a tick").errors.is_empty());
    }
    let events: Vec<_> = slow.collect().await;
    let last = serde_json::to_value(&events[16].errors[0]).expect("an error");
    assert_eq!(
        (events.len(), &last["extensions"]["code"]),
        (17, &json!("LIMIT_EXCEEDED"))
    );
    assert!(quick.next().await.expect("a tick").errors.is_empty());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
