//! Subgraphs in other processes: servers that refuse, hang or break, headers, and shared sockets.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::{self, Next},
    response::Response,
};
use futures_util::{StreamExt, future::join_all};
use router::{
    Context, Facts, FetchOperation, HeaderRule, Http, Identity, Inputs, Local, Map, Request, Router, Settings,
    Subgraph, Traffic,
};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::graph::{Graph, codes, serve};

/// A subgraph that counts sockets and requests, and remembers the last headers.
#[derive(Clone, Default)]
struct Counted {
    sockets: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    headers: Arc<std::sync::Mutex<HeaderMap>>,
}

impl Counted {
    async fn serve(&self, graph: &Graph) -> String {
        let routes = graph.served("accounts");
        let counted = middleware::from_fn_with_state(self.clone(), count);
        format!("http://{}/graphql", serve(routes.layer(counted)).await)
    }
}

async fn count(State(counted): State<Counted>, request: HttpRequest, next: Next) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        counted.sockets.fetch_add(1, Ordering::SeqCst);
    } else {
        counted.requests.fetch_add(1, Ordering::SeqCst);
    }
    *counted.headers.lock().expect("headers") = request.headers().clone();
    next.run(request).await
}

/// What a server does with a request.
#[derive(Clone, Copy)]
enum Trouble {
    Resets,
    Hangs,
}

#[expect(clippy::disallowed_methods, reason = "a test server lives as long as its test")]
async fn trouble(trouble: Trouble) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}/graphql", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut some = [0; 1024];
            assert!(socket.read(&mut some).await.expect("a request") > 0);
            match trouble {
                // Closed with bytes unread: the client sees a reset, or the end.
                Trouble::Resets => drop(socket),
                Trouble::Hangs => held.push(socket),
            }
        }
    });
    url
}

/// An address where nobody listens.
async fn refusing() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    format!("http://{}/graphql", listener.local_addr().expect("an address"))
}

fn operation(text: &str) -> FetchOperation {
    FetchOperation::new("accounts", text.to_owned(), Vec::new()).expect("an operation")
}

async fn ask(subgraph: &Http, text: &str) -> Value {
    let operation = operation(text);
    let answer = subgraph
        .execute(&operation, Inputs::default(), &Context::default())
        .await;
    let errors: Vec<Value> = answer
        .errors
        .iter()
        .filter_map(|error| serde_json::to_value(error).ok())
        .collect();
    let fields = operation.root_keys.iter().filter_map(|key| {
        let value = serde_json::from_str(&answer.data.field(key)?.to_json()).expect("JSON");
        Some((key.clone(), value))
    });
    json!({"data": fields.collect::<serde_json::Map<_, _>>(), "errors": errors})
}

#[tokio::test]
async fn a_good_address_answers_for_one_that_refuses_or_breaks_and_a_mutation_runs_once() {
    let graph = Graph::local().await;
    let counted = Counted::default();
    let good = counted.serve(&graph).await;
    for bad in [refusing().await, trouble(Trouble::Resets).await] {
        let both = Http::named("accounts", &format!("{bad}, {good}"), &Settings::default()).expect("addresses");
        for _ in 0..6 {
            let answer = ask(&both, "{ at(when: \"2026-11-21\") }").await;
            assert_eq!(answer["data"], json!({"at": "2026-11-21"}), "{bad}: {answer}");
        }
    }
    let both = format!("{}, {good}", refusing().await);
    let both = Http::named("accounts", &both, &Settings::default()).expect("addresses");
    counted.requests.store(0, Ordering::SeqCst);
    for _ in 0..4 {
        let answer = ask(&both, "mutation { append(word: \"\") }").await;
        assert_eq!(answer["errors"], json!([]), "{answer}");
    }
    assert_eq!(counted.requests.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_subgraph_that_hangs_or_breaks_is_an_error_of_its_own_kind() {
    let settings = Settings {
        subgraph_timeout_ms: 100,
        ..Settings::default()
    };
    for (url, code) in [
        (trouble(Trouble::Hangs).await, "TIMEOUT"),
        (trouble(Trouble::Resets).await, "UNAVAILABLE"),
        (refusing().await, "UNAVAILABLE"),
    ] {
        let subgraph = Http::named("accounts", &url, &settings).expect("an address");
        assert_eq!(codes(&ask(&subgraph, "mutation { append(word: \"\") }").await), [code]);
    }
}

#[tokio::test]
async fn headers_reach_a_subgraph_by_rule_only() {
    let graph = Graph::local().await;
    let counted = Counted::default();
    let url = counted.serve(&graph).await;
    let rule = |name: &str| HeaderRule {
        propagate: Some(name.to_owned()),
        ..HeaderRule::default()
    };
    let mut settings = Settings::default();
    settings.traffic.headers = vec![rule("x-tenant"), rule("cookie")];
    let subgraph = Http::named("accounts", &url, &settings).expect("an address");
    let mut headers = HeaderMap::new();
    for name in ["x-tenant", "x-secret", "connection"] {
        headers.insert(name, HeaderValue::from_static("acme"));
    }
    let context = Context::new(Facts {
        headers,
        ..Facts::default()
    });
    subgraph
        .execute(&operation("{ who }"), Inputs::default(), &context)
        .await;
    let seen = counted.headers.lock().expect("headers").clone();
    assert_eq!(seen.get("x-tenant"), Some(&HeaderValue::from_static("acme")));
    assert_eq!(
        (seen.get("x-secret"), seen.get("connection"), seen.get("cookie")),
        (None, None, None)
    );
    let wrong = Settings {
        traffic: Traffic {
            headers: vec![rule("host")],
            ..Traffic::default()
        },
        ..Settings::default()
    };
    assert!(Http::named("accounts", &url, &wrong).is_err());
}

/// A router whose accounts are in another process.
async fn router(graph: &Graph, counted: &Counted, settings: Settings) -> Router {
    let url = counted.serve(graph).await;
    let mut transports: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
    for (name, endpoint) in crate::subgraphs::all() {
        transports.insert(name.to_owned(), Arc::new(Local::new(endpoint)));
    }
    let accounts = Http::named("accounts", &url, &settings).expect("an address");
    transports.insert("accounts".to_owned(), Arc::new(accounts));
    graph.router_over(transports, settings)
}

fn data(answer: Option<router::Delivery>) -> Value {
    serde_json::from_slice(&answer.expect("an answer")).expect("JSON")
}

#[tokio::test]
async fn subscriptions_with_one_sign_in_share_a_socket() {
    let graph = Graph::local().await;
    let counted = Counted::default();
    let router = router(&graph, &counted, Settings::default()).await;
    let (ada, ben) = (graph.signed_in(), graph.signed_in_for(50));
    let mut open = Vec::new();
    for context in [&Context::default(), &ada, &ben] {
        let begun = (0..100).map(|_| router.stream(Request::new("subscription { forever }"), context));
        for begun in join_all(begun).await {
            let mut events = begun.expect("a subscription");
            assert_eq!(data(events.next().await), json!({"data": {"forever": 0}}));
            open.push(events);
        }
    }
    assert_eq!(counted.sockets.load(Ordering::SeqCst), 3, "nobody, Ada, Ben");
    open.clear();
    let watched = Request::new("subscription { watched(count: 3) { id } }");
    let events = router.stream(watched, &ada).await.expect("a subscription");
    assert_eq!(events.count().await, 3, "and then it is complete");
    let refused = router.stream(Request::new("subscription { refused }"), &ada).await;
    let answers: Vec<_> = refused.expect("a subscription").collect().await;
    let answer = data(answers.into_iter().next());
    assert_eq!(codes(&answer), ["UNAUTHENTICATED"], "{answer}");
    assert_eq!(counted.sockets.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_socket_holds_so_many_subscriptions_and_takes_others_in_the_places_of_those_that_left() {
    let graph = Graph::local().await;
    let counted = Counted::default();
    let mut settings = Settings::default();
    settings.traffic.subscriptions_per_socket = 10;
    settings.subscriptions.share = false;
    let router = router(&graph, &counted, settings).await;
    let nobody = Context::default();
    let begin = async |count| {
        let begun = (0..count).map(|_| router.stream(Request::new("subscription { forever }"), &nobody));
        let mut open = Vec::new();
        for begun in join_all(begun).await {
            let mut events = begun.expect("a subscription");
            assert_eq!(data(events.next().await), json!({"data": {"forever": 0}}));
            open.push(events);
        }
        open
    };
    let mut open = begin(25).await;
    assert_eq!(counted.sockets.load(Ordering::SeqCst), 3);
    open.truncate(12);
    open.extend(begin(18).await);
    assert_eq!(counted.sockets.load(Ordering::SeqCst), 3);
    open.extend(begin(1).await);
    assert_eq!(counted.sockets.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_slow_client_loses_its_subscription_and_nobody_else_does() {
    let graph = Graph::local().await;
    let counted = Counted::default();
    let mut settings = Settings::default();
    settings.traffic.subscription_queue = 64;
    settings.subscriptions.share = false;
    let router = router(&graph, &counted, settings).await;
    let nobody = Context::default();
    let subscribe = || router.stream(Request::new("subscription { ticks }"), &nobody);
    let (slow, mut quick) = (subscribe().await.expect("one"), subscribe().await.expect("two"));
    for tick in 0..150 {
        assert_eq!(data(quick.next().await), json!({"data": {"ticks": tick}}));
    }
    let answers: Vec<Value> = slow.map(|answer| data(Some(answer))).collect().await;
    let last = answers.last().expect("why it ended");
    assert_eq!(codes(last), ["LIMIT_EXCEEDED"], "{last}");
    assert_eq!((answers.len(), &answers[63]), (65, &json!({"data": {"ticks": 63}})));
    assert_eq!(data(quick.next().await), json!({"data": {"ticks": 150}}));
    assert_eq!(counted.sockets.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_socket_that_breaks_ends_its_subscriptions_and_the_next_one_gets_another() {
    let url = one_event_each().await;
    let subgraph = Http::named("accounts", &url, &Settings::default()).expect("an address");
    for _ in 0..2 {
        let context = Context::from(Identity::default());
        let (text, none) = (operation("subscription { ticks }"), Map::new());
        let mut events = subgraph.subscribe(&text, none, &context).await;
        let first = tokio::time::timeout(Duration::from_secs(10), events.next()).await;
        assert!(first.expect("in time").expect("an event").errors.is_empty());
        let last = events.next().await.expect("why it ended");
        let error = serde_json::to_value(&last.errors[0]).expect("an error");
        assert_eq!(error["extensions"]["code"], "UNAVAILABLE", "{error}");
        assert!(events.next().await.is_none());
    }
}

/// A server of graphql-transport-ws that gives one event and is gone.
#[expect(clippy::disallowed_methods, reason = "a test server lives as long as its test")]
async fn one_event_each() -> String {
    use futures_util::SinkExt;
    use tokio_tungstenite::tungstenite::Message;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}/graphql", listener.local_addr().expect("an address"));
    #[expect(clippy::result_large_err, reason = "the library asks for this type")]
    let accept = |_: &_, mut response: tokio_tungstenite::tungstenite::handshake::server::Response| {
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        Ok(response)
    };
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let mut socket = tokio_tungstenite::accept_hdr_async(socket, accept)
                .await
                .expect("a handshake");
            for answer in [
                json!({"type": "connection_ack"}),
                json!({"id": "1", "type": "next", "payload": {"data": {"ticks": 0}}}),
            ] {
                socket.next().await.expect("a message").expect("whole");
                socket.send(Message::text(answer.to_string())).await.expect("sent");
            }
        }
    });
    url
}
