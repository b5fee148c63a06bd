//! Gateways side by side on the nested query that public gateway benchmarks use: users → reviews → product → reviews →
//! author …, over four subgraphs. Every answer is checked, calls to subgraphs are counted, and each request has an
//! authorization of its own, so that nothing may be shared between requests.
//!
//! `gateways [warm|cold|large] [LATENCY_MS] [REQUESTS] [ROUNDS] [NAME…]`: `cold` makes every operation a new one, so that
//! each request is parsed, validated and planned; `large` asks for an answer of about two megabytes.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::body::Bytes;
use bench::{
    load::{Load, Outcome, ask, client, run},
    median,
    peers::{ALL, Gateway, Places, get},
    process::Process,
    say,
};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLIENTS: u64 = 16;
const QUERY: &str = include_str!("../shop/nested.graphql");
const LARGE: &str = include_str!("../shop/large.graphql");

/// The body of the n-th request.
type Body = Arc<dyn Fn(u64) -> String + Send + Sync>;

/// What one gateway did in one round.
struct Round {
    outcome: Outcome,
    cpu_us: f64,
    subgraph_cpu_us: f64,
    calls: f64,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let (cold, large) = (mode == "cold", mode == "large");
    let query = if large { LARGE } else { QUERY };
    let mut number = |default: u64| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (latency, requests, rounds) = (
        number(0),
        number(if cold {
            100
        } else if large {
            40
        } else {
            400
        }),
        number(5),
    );
    let names: Vec<String> = arguments.collect();
    let places = Places::new("gateways");
    let (shop, base) = places.shop(latency).await;
    let mut gateways = Vec::new();
    for peer in &ALL {
        if !names.is_empty() && !names.iter().any(|name| name == peer.name) {
            continue;
        }
        match peer.start(&places, &base).await {
            Some(gateway) => gateways.push(gateway),
            None => say(&format!("{} is not installed: scripts/bench.sh installs it", peer.name)),
        }
    }
    let answers = agree(&gateways, query).await;
    let size = answers.values().map(Bytes::len).max().unwrap_or(0);
    say(&format!(
        "{} operations, subgraph latency {latency} ms, {CLIENTS} clients, {requests} requests x {rounds} rounds, answer {size} bytes",
        if cold { "new" } else { "known" },
    ));
    let known = body(query, None);
    let body_of: Body = if cold {
        Arc::new(|number| body(QUERY, Some(number)))
    } else {
        Arc::new(move |_| known.clone())
    };
    let answers = if cold { HashMap::new() } else { answers };
    let mut results: HashMap<&str, Vec<Round>> = HashMap::new();
    // the first round warms up and is not counted
    for round in 0..=rounds {
        for gateway in &gateways {
            let measured = measure(gateway, &shop, &base, requests, &body_of, &answers).await;
            if round > 0 {
                results.entry(gateway.name).or_default().push(measured);
            }
        }
    }
    report(&gateways, &results);
}

/// Asks every gateway once; all must give the same answer.
async fn agree(gateways: &[Gateway], query: &str) -> HashMap<&'static str, Bytes> {
    let (client, mut answers) = (client(), HashMap::new());
    let mut first: Option<Value> = None;
    for gateway in gateways {
        let answer = ask(&client, &gateway.url, body(query, None), 0)
            .await
            .expect("an answer");
        let value: Value = serde_json::from_slice(&answer).expect("JSON");
        assert!(
            value["errors"].is_null(),
            "{} answers with errors: {}",
            gateway.name,
            value["errors"]
        );
        let known = first.get_or_insert_with(|| value["data"].clone());
        assert_eq!(*known, value["data"], "{} answers differently", gateway.name);
        answers.insert(gateway.name, answer);
    }
    answers
}

fn body(query: &str, number: Option<u64>) -> String {
    let mut query = query.to_owned();
    if let Some(number) = number {
        // another name and alias is another operation for every cache
        query = query
            .replace("query Nested", &format!("query Nested{number}"))
            .replace("topProducts(", &format!("top{number}: topProducts("));
    }
    json!({ "query": query }).to_string()
}

#[expect(clippy::cast_precision_loss, reason = "requests of a benchmark")]
async fn measure(
    gateway: &Gateway,
    shop: &Process,
    base: &str,
    requests: u64,
    body_of: &Body,
    answers: &HashMap<&'static str, Bytes>,
) -> Round {
    let calls = || async {
        get(&format!("{base}/requests"))
            .await
            .expect("a count")
            .parse::<f64>()
            .expect("a count")
    };
    let before = (gateway.process.cpu(), shop.cpu(), calls().await);
    let outcome = run(Load {
        url: gateway.url.clone(),
        body: body_of.clone(),
        answer: answers.get(gateway.name).cloned().unwrap_or_default(),
        clients: CLIENTS,
        requests,
        at_most: Duration::from_mins(2),
    })
    .await;
    assert_eq!(outcome.wrong, 0, "{}: {}", gateway.name, outcome.complaint);
    let each = outcome.right as f64;
    Round {
        cpu_us: (gateway.process.cpu() - before.0) * 1e6 / each,
        subgraph_cpu_us: (shop.cpu() - before.1) * 1e6 / each,
        calls: (calls().await - before.2) / each,
        outcome,
    }
}

fn report(gateways: &[Gateway], results: &HashMap<&str, Vec<Round>>) {
    say(
        "| gateway | CPU µs/request | times ours | subgraphs' CPU µs | requests/s | p50 ms | p99 ms | calls/request | resident MB |",
    );
    say("|---|---|---|---|---|---|---|---|---|");
    let of = |name: &str, figure: fn(&Round) -> f64| median(results[name].iter().map(figure).collect());
    let ours = gateways
        .first()
        .map_or(f64::NAN, |gateway| of(gateway.name, |round| round.cpu_us));
    for gateway in gateways {
        let cpu = of(gateway.name, |round| round.cpu_us);
        say(&format!(
            "| {} | {:.0} | {:.2} | {:.0} | {:.0} | {:.1} | {:.1} | {:.1} | {:.0} |",
            gateway.name,
            cpu,
            cpu / ours,
            of(gateway.name, |round| round.subgraph_cpu_us),
            of(gateway.name, |round| round.outcome.per_second()),
            of(gateway.name, |round| round.outcome.percentile(0.5)),
            of(gateway.name, |round| round.outcome.percentile(0.99)),
            of(gateway.name, |round| round.calls),
            gateway.process.resident() / 1e6,
        ));
    }
}
