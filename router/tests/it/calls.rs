//! Subgraphs that are asked by gRPC: servers that refuse, hang or say too much, metadata, shared connections, ends.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router as Routes,
    extract::Request as HttpRequest,
    http::{HeaderMap, HeaderValue, StatusCode},
    middleware::{self, Next},
    response::IntoResponse,
    routing::post,
};
use grpc::{Limits, Status, subgraph};
use router::{
    Context, Facts, FetchOperation, Grpc, HeaderRule, Http, Identity, Inputs, Local, Request, Settings, Subgraph,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    graph::{Graph, codes, serve},
    sockets::eventually,
};

const AT: &str = "{ at(when: \"2026-11-21\") }";
const APPEND: &str = "mutation { append(word: \"\") }";

fn limits() -> Limits {
    Limits {
        max_message: 1024 * 1024,
        stop: CancellationToken::new(),
    }
}

pub fn named(addresses: &str, settings: &Settings) -> Grpc {
    Grpc::named("accounts", addresses, settings).expect("addresses")
}

pub fn operation(text: &str) -> FetchOperation {
    FetchOperation::new("accounts", text.to_owned(), Vec::new()).expect("an operation")
}

async fn ask(subgraph: &Grpc, text: &str) -> Value {
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

/// A server that answers every fetch as `answer` says; counts them.
async fn answering<F>(answer: impl Fn(usize) -> F + Clone + Send + Sync + 'static) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = Result<String, Status>> + Send,
{
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let execute = move |request: HttpRequest| async move {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        grpc::unary(request, &limits(), |_, _: subgraph::Request| async move {
            let body = answer(number).await?.into();
            Ok((HeaderMap::new(), subgraph::Response { body }))
        })
        .await
    };
    let routes = Routes::new().route(subgraph::EXECUTE, post(execute));
    (format!("grpc://{}", serve(routes).await), asked)
}

/// An address where nobody listens.
pub async fn refusing() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    format!("grpc://{}", listener.local_addr().expect("an address"))
}

#[tokio::test]
async fn unavailable_is_asked_again_by_a_query_and_never_by_a_mutation() {
    let busy = |number| async move {
        if number < 2 {
            return Err(Status::unavailable("in a moment"));
        }
        Ok(json!({"data": {"at": "now", "append": ""}}).to_string())
    };
    let (address, asked) = answering(busy).await;
    assert_eq!(
        ask(&named(&address, &Settings::default()), AT).await["data"],
        json!({"at": "now"})
    );
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let (address, asked) = answering(busy).await;
    let answer = ask(&named(&address, &Settings::default()), APPEND).await;
    assert_eq!(codes(&answer), ["UNAVAILABLE"], "{answer}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Anything else is not tried again.
    let (address, asked) = answering(|_| async { Err(Status::internal("broken")) }).await;
    assert_eq!(
        codes(&ask(&named(&address, &Settings::default()), AT).await),
        ["UNAVAILABLE"]
    );
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_was_not_sent_goes_to_another_address_and_a_mutation_runs_once() {
    let (good, asked) = answering(|_| async { Ok(json!({"data": {"append": ""}}).to_string()) }).await;
    let both = named(&format!("{}, {good}", refusing().await), &Settings::default());
    for _ in 0..4 {
        let answer = ask(&both, APPEND).await;
        assert_eq!(answer["errors"], json!([]), "{answer}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_subgraph_that_is_late_is_told_how_long_it_has_and_given_up() {
    let told = Arc::new(Mutex::new(None));
    let seen = told.clone();
    let execute = move |request: HttpRequest| async move {
        *seen.lock().expect("a header") = request.headers().get("grpc-timeout").cloned();
        std::future::pending::<StatusCode>().await
    };
    let address = serve(Routes::new().route(subgraph::EXECUTE, post(execute))).await;
    let settings = Settings {
        subgraph_timeout_ms: 200,
        ..Settings::default()
    };
    let answer = ask(&named(&format!("grpc://{address}"), &settings), AT).await;
    assert_eq!(codes(&answer), ["TIMEOUT"], "{answer}");
    let told = told.lock().expect("a header").clone().expect("the time it has");
    assert!(told.to_str().expect("text").ends_with(['u', 'n', 'm']), "{told:?}");
    // One that ends by itself at that time is as late.
    let slow = |_| async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        Ok(String::new())
    };
    let answer = ask(&named(&answering(slow).await.0, &settings), APPEND).await;
    assert_eq!(codes(&answer), ["TIMEOUT"], "{answer}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_names_its_limit() {
    let settings = Settings {
        max_subgraph_answer_bytes: 1_000,
        ..Settings::default()
    };
    for bytes in [1_500, 100_000] {
        let large = move |_| async move { Ok(json!({"data": {"at": "x".repeat(bytes)}}).to_string()) };
        let (address, asked) = answering(large).await;
        let answer = ask(&named(&address, &settings), AT).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions["limit"], "answer bytes of a subgraph", "{answer}");
        assert_eq!(
            (&extensions["allowed"], &extensions["service"]),
            (&json!(1_000), &json!("accounts"))
        );
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn what_is_no_answer_is_told_as_an_outage_and_harms_nobody() {
    let details = || async {
        let headers = [("grpc-status", "3"), ("grpc-status-details-bin", "not base64!")];
        (headers, [("content-type", "application/grpc")]).into_response()
    };
    let page = || async { (StatusCode::BAD_GATEWAY, "<html>").into_response() };
    let text = || async { "<html>".into_response() };
    for (name, routes) in [
        ("details", post(details)),
        ("page", post(page)),
        ("text", post(text)),
        ("nothing", axum::routing::get(text)),
    ] {
        let address = serve(Routes::new().route(subgraph::EXECUTE, routes)).await;
        let answer = ask(&named(&format!("grpc://{address}"), &Settings::default()), AT).await;
        assert_eq!(codes(&answer), ["UNAVAILABLE"], "{name}: {answer}");
    }
    for json in ["", "{}", "<html>", r#"{"data":"#] {
        let (address, _) = answering(move |_| async move { Ok(json.to_owned()) }).await;
        let answer = ask(&named(&address, &Settings::default()), AT).await;
        assert_eq!(codes(&answer), ["UNAVAILABLE"], "{json}: {answer}");
    }
}

#[tokio::test]
async fn metadata_is_the_sign_in_the_trace_and_what_rules_say() {
    let graph = Graph::local().await;
    let seen = Arc::new(Mutex::new(HeaderMap::new()));
    let kept = seen.clone();
    let keep = middleware::from_fn(move |request: HttpRequest, next: Next| {
        *kept.lock().expect("headers") = request.headers().clone();
        next.run(request)
    });
    let address = serve(graph.called("accounts").layer(keep)).await;
    let mut settings = Settings::default();
    settings.traffic.headers = vec![HeaderRule {
        propagate: Some("x-tenant".to_owned()),
        ..HeaderRule::default()
    }];
    let subgraph = named(&format!("grpc://{address}"), &settings);
    let mut headers = HeaderMap::new();
    for name in ["x-tenant", "x-secret"] {
        headers.insert(name, HeaderValue::from_static("acme"));
    }
    let identity: Identity = graph.signed_in().identity.clone();
    let context = Context::new(Facts {
        headers,
        identity,
        ..Facts::default()
    });
    let who = operation("{ who }");
    let answer = subgraph.execute(&who, Inputs::default(), &context).await;
    let said = answer.data.field("who").expect("who").to_json();
    assert_eq!(said, format!("{:?}", crate::graph::ACCOUNT));
    let seen = seen.lock().expect("headers").clone();
    assert_eq!(seen.get("x-tenant"), Some(&HeaderValue::from_static("acme")));
    assert_eq!(seen.get("x-secret"), None);
    settings.traffic.headers[0].propagate = Some("grpc-timeout".to_owned());
    assert!(Grpc::named("accounts", "grpc://a", &settings).is_err());
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_is_cancelled() {
    struct Left(Arc<AtomicUsize>);
    impl Drop for Left {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let left = Arc::new(AtomicUsize::new(0));
    let counted = left.clone();
    let hangs = move |_| {
        let held = Left(counted.clone());
        async move {
            let _held = held;
            std::future::pending().await
        }
    };
    let (address, asked) = answering(hangs).await;
    let subgraph = named(&address, &Settings::default());
    let waiting = tokio::time::timeout(Duration::from_millis(300), ask(&subgraph, AT));
    assert!(waiting.await.is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(eventually(|| left.load(Ordering::SeqCst) == 1).await, "it still works");
}

#[tokio::test]
async fn one_graph_over_three_transports_answers_as_over_one() {
    let graph = Graph::local().await;
    let settings = Settings::default();
    let mut transports: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
    for (name, endpoint) in crate::subgraphs::all() {
        let transport: Arc<dyn Subgraph> = match name {
            "accounts" | "catalogue" => {
                let address = serve(graph.called(name)).await;
                Arc::new(Grpc::named(name, &format!("grpc://{address}"), &settings).expect("an address"))
            }
            "rights" => {
                let address = serve(graph.served(name)).await;
                Arc::new(Http::new(&format!("http://{address}/graphql"), &settings).expect("an address"))
            }
            _ => Arc::new(Local::new(endpoint)),
        };
        transports.insert(name.to_owned(), transport);
    }
    let router = graph.router_over(transports, settings);
    let context = graph.signed_in();
    let text = "{ who home { rails { items { edges { reason node { id name access { allowed } } } } } } }";
    let answer = router
        .execute(Request::new(text), &context)
        .await
        .expect("an answer")
        .body;
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    assert_eq!(answer, graph.ask_as(Request::new(text), &context).await);
    assert_eq!(answer["data"]["who"], crate::graph::ACCOUNT);
}
