//! Another graph takes over under load; planning is bounded, and stops when nobody waits.

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use router::{Context, Local, Request, Settings, Source, Subgraph, Supergraph};
use serde_json::{Value, json};

use crate::{
    graph::{Graph, codes, supergraph},
    sockets::eventually,
    subgraphs,
};

type Transports = HashMap<String, Arc<dyn Subgraph>>;

fn transports() -> Transports {
    let all = subgraphs::all().into_iter();
    all.map(|(name, endpoint)| (name.to_owned(), Arc::new(Local::new(endpoint)) as Arc<dyn Subgraph>))
        .collect()
}

fn data(answer: Option<router::Delivery>) -> Value {
    serde_json::from_slice(&answer.expect("an answer")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_reloads_under_load_fail_no_request_and_lose_no_event() {
    let graph = Graph::local().await;
    let nobody = Context::default();
    let ticks = Request::new("subscription { ticks }");
    let mut ticks = graph.router.stream(ticks, &nobody).await.expect("a subscription");
    let first: Transports = transports();
    let old: Weak<dyn Subgraph> = Arc::downgrade(&first["home"]);
    graph.router.replace(supergraph(), first).expect("a graph");
    let watched = Request::new("subscription { forever }");
    let mut held = graph.router.stream(watched, &nobody).await.expect("a subscription");
    assert_eq!(data(held.next().await), json!({"data": {"forever": 0}}));

    let is_over = AtomicBool::new(false);
    let ask = async |worker: usize| {
        let mut asked = 0;
        while !is_over.load(Ordering::Relaxed) {
            // Most are known operations, some are new to every graph.
            let alias = if asked % 5 == 0 {
                format!("a{worker}x{asked}")
            } else {
                "home".to_owned()
            };
            let query = format!("{{ {alias}: home {{ rails {{ items {{ edges {{ node {{ id name }} }} }} }} }} }}");
            let answer = graph.query(&query).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
            asked += 1;
            tokio::task::yield_now().await;
        }
        asked
    };
    let swap = async {
        for i in 0..50 {
            let settings = Settings {
                max_aliases: 50 + i,
                ..Settings::default()
            };
            let reloaded = graph.router.reload(supergraph(), transports(), settings).await;
            reloaded.expect("a graph");
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let listen = async {
        let mut next = 0;
        while !is_over.load(Ordering::Relaxed) {
            assert_eq!(data(ticks.next().await), json!({"data": {"ticks": next}}));
            next += 1;
        }
        next
    };
    let ((), heard, asked) = tokio::join!(swap, listen, join_all((0..4).map(ask)));
    assert!(
        heard > 0 && asked.iter().all(|count| *count > 0),
        "{heard} events, {asked:?} requests"
    );
    assert!(old.upgrade().is_some(), "a subscription is on it");
    drop((held, ticks));
    assert!(eventually(|| old.upgrade().is_none()).await, "nobody is on it");
}

#[tokio::test]
async fn settings_of_a_reload_hold_from_then_on_and_a_graph_that_does_not_work_changes_nothing() {
    let graph = Graph::local().await;
    let query = "{ a: rightsVersion b: rightsVersion }";
    assert_eq!(graph.query(query).await, json!({"data": {"a": 1, "b": 1}}));
    let strict = Settings {
        max_aliases: 1,
        ..Settings::default()
    };
    let mut some = transports();
    some.remove("home");
    let refused = graph.router.reload(supergraph(), some, strict.clone()).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("home")));
    assert_eq!(graph.query(query).await, json!({"data": {"a": 1, "b": 1}}));
    graph
        .router
        .reload(supergraph(), transports(), strict)
        .await
        .expect("a graph");
    assert_eq!(codes(&graph.query(query).await), ["LIMIT_EXCEEDED"]);
}

#[tokio::test]
async fn what_is_asked_most_is_planned_before_the_new_graph_takes_over() {
    let graph = Graph::local().await;
    let (most, once) = ("{ rightsVersion }", "{ v: rightsVersion }");
    for query in [once, most, most] {
        graph.query(query).await;
    }
    let settings = Settings {
        warm_up_plans: 1,
        ..Settings::default()
    };
    let reloaded = graph.router.reload(supergraph(), transports(), settings).await;
    reloaded.expect("a graph");
    let mut made = vec![graph.router.plans_made()];
    for query in [most, once] {
        graph.query(query).await;
        made.push(graph.router.plans_made());
    }
    assert_eq!(made, [1, 1, 2]);
}

/// How many subgraphs there are on each side of the labyrinth.
const SIDE: usize = 6;

/// A graph with two sides: every step leads to the other one, where each subgraph is as good as the next.
fn labyrinth() -> (Supergraph, Transports) {
    let link =
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])"#;
    let source = |i: usize| {
        let (root, step) = if i < SIDE {
            ("type Query { node: Node @shareable }", "there")
        } else {
            ("", "back")
        };
        let node = format!(r#"type Node @key(fields: "id") {{ id: ID! @shareable {step}: Node @shareable }}"#);
        Source::new(
            format!("s{i}"),
            "http://nowhere.example/graphql",
            format!("{link} {root} {node}"),
        )
    };
    let sources: Vec<Source> = (0..2 * SIDE).map(source).collect();
    let graph = Supergraph::compose(&sources).expect("they compose");
    let all = subgraphs::all();
    let any = || Arc::new(Local::new(all[0].1.clone())) as Arc<dyn Subgraph>;
    let transports = sources.iter().map(|source| (source.name.clone(), any())).collect();
    (graph, transports)
}

/// A query through it with more plans than can be looked at.
fn lost(alias: &str) -> String {
    let steps = "there { back { ".repeat(6);
    format!("{{ {alias}: node {{ {steps} id {} }} }}", "} ".repeat(12))
}

#[tokio::test]
async fn an_operation_with_too_many_plans_is_refused_when_its_time_is_over() {
    let (supergraph, transports) = labyrinth();
    let settings = Settings {
        plan_timeout_ms: 200,
        ..Settings::default()
    };
    let graph = Graph::local().await;
    graph
        .router
        .reload(supergraph, transports, settings)
        .await
        .expect("a graph");
    let began = Instant::now();
    let answer = graph.query(&lost("a")).await;
    let text = answer["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(text.contains("planning milliseconds"), "{answer}");
    assert_eq!(codes(&answer), ["LIMIT_EXCEEDED"]);
    // It would go on for minutes; the bound is wide because test machines are busy.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planning_stops_when_the_client_is_gone_and_no_more_may_wait_than_are_let() {
    let (supergraph, transports) = labyrinth();
    let settings = Settings {
        plan_timeout_ms: 600_000,
        plan_queue: 2,
        ..Settings::default()
    };
    let graph = Graph::local().await;
    graph
        .router
        .reload(supergraph, transports, settings)
        .await
        .expect("a graph");
    let queries: Vec<String> = (0..40).map(|i| lost(&format!("a{i}"))).collect();
    let asked: FuturesUnordered<_> = queries.iter().map(|query| graph.query(query)).collect();
    let refused: Vec<Value> = asked
        .take_until(tokio::time::sleep(Duration::from_millis(500)))
        .collect()
        .await;
    // The others are never answered, their clients go away. If planning went on, the runtime would not end: it waits for
    // the threads at work.
    assert!(!refused.is_empty());
    for answer in &refused {
        assert_eq!(codes(answer), ["UNAVAILABLE"], "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["allowed"], 2);
    }
    let planned = graph.query("{ __typename node { __typename } }").await;
    assert_ne!(codes(&planned), ["UNAVAILABLE"], "{planned}");
}
