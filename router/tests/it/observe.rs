//! What the router tells of itself: metrics, the access log, usage, explanations.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use auth::Role;
use axum::http::{HeaderMap, HeaderValue, Method};
use bus::{Bus, Consumer, Meta};
use futures_util::StreamExt;
use router::{Client, Context, Explain, Facts, ObserveSettings, Ports, Request, Settings, SubscriptionSettings};
use schema::events::router::UsageRecorded;
use serde_json::{Value, json};
use telemetry::AccessLog;

use crate::graph::Graph;

/// The context of a client application.
fn client(name: &str, version: &str) -> Context {
    let mut headers = HeaderMap::new();
    headers.insert("x-request-id", HeaderValue::from_static("request-1"));
    headers.insert("authorization", HeaderValue::from_static("Bearer secret-token"));
    Context::new(Facts {
        client: Client {
            name: name.into(),
            version: version.into(),
        },
        address: Some([203, 0, 113, 7].into()),
        headers,
        ..Facts::default()
    })
}

fn observing(change: impl FnOnce(&mut ObserveSettings)) -> Settings {
    let mut settings = Settings::default();
    change(&mut settings.observe);
    settings
}

#[tokio::test]
async fn ten_thousand_names_of_operations_are_a_bounded_number_of_series() {
    let metrics = telemetry::init_metrics();
    let graph = Graph::with(observing(|observe| {
        (observe.operation_names, observe.client_names) = (20, 5);
    }))
    .await;
    for i in 0..10_000 {
        let request = Request::new(format!("query Flood{i} {{ __typename }}"));
        graph.ask_as(request, &client(&format!("client-{i}"), "1")).await;
    }
    let text = metrics.render();
    let labels = |name: &str, label: &str| -> BTreeSet<String> {
        let of_metric = text.lines().filter(|line| line.starts_with(name));
        let values = of_metric.filter_map(|line| line.split_once(&format!("{label}=\""))?.1.split('"').next());
        values.map(str::to_owned).collect()
    };
    let operations = labels("router_operations_total", "operation");
    assert_eq!(operations.len(), 21, "twenty names and all others: {operations:?}");
    assert!(operations.contains("other") && operations.contains("Flood0"));
    assert_eq!(labels("router_operation_seconds", "operation"), operations);
    assert_eq!(labels("router_client_operations_total", "client").len(), 6);
    let series = text.lines().filter(|line| line.starts_with("router_")).count();
    assert!(series < 600, "{series} series");
    let others = "router_operations_total{operation=\"other\",kind=\"query\",outcome=\"ok\"} 9980";
    assert!(text.contains(others), "none is lost");
}

/// An access log in a file, and its lines.
struct Log {
    file: PathBuf,
    log: AccessLog,
}

impl Log {
    fn open(name: &str) -> Self {
        let file = std::env::temp_dir().join(format!("access-{}-{name}.log", std::process::id()));
        let log = AccessLog::open(file.to_str().expect("a path")).expect("a file");
        Self { file, log }
    }

    fn ports(&self) -> Ports {
        Ports {
            access: self.log.clone(),
            ..Ports::default()
        }
    }

    fn lines(&self) -> Vec<Value> {
        self.log.flush();
        let text = std::fs::read_to_string(&self.file).expect("the log");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        std::fs::remove_file(&self.file).expect("the log is ours");
    }
}

#[tokio::test]
async fn each_operation_is_one_line_without_what_is_nobodys_business() {
    let log = Log::open("lines");
    let graph = Graph::on(Settings::default(), log.ports()).await;
    let named = "query Named($id: ID!) { title(id: $id) { id access { allowed } } }";
    let request = Request {
        variables: json!({ "id": "m1-private" }).as_object().cloned().unwrap_or_default(),
        ..Request::new(named)
    };
    graph.ask_as(request.clone(), &client("tv-app", "7.1")).await;
    graph.ask_as(request, &client("tv-app", "7.1")).await;
    graph
        .ask_as(Request::new("{ trouble { may } }"), &graph.signed_in())
        .await;
    graph.ask_as(Request::new("{ nobody }"), &client("web", "")).await;
    let cancelled = async { graph.ask(Request::new("{ trouble { slow } }")).await };
    tokio::select! {
        biased;
        _ = cancelled => {}
        () = std::future::ready(()) => {}
    }

    let lines = log.lines();
    let of = |i: usize, name: &str| lines[i][name].clone();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    assert_eq!(
        (of(0, "operation"), of(0, "kind"), of(0, "status")),
        (json!("Named"), json!("query"), json!(200))
    );
    assert_eq!(
        (of(0, "client"), of(0, "client_version")),
        (json!("tv-app"), json!("7.1"))
    );
    assert_eq!(
        (of(0, "request_id"), of(0, "signed_in")),
        (json!("request-1"), json!(false))
    );
    assert!(of(0, "fetches").as_u64() >= Some(1) && of(0, "bytes").as_u64() > Some(10));
    assert_eq!(of(0, "hash").as_str().map(str::len), Some(12));
    assert_eq!(of(0, "trace_id").as_str().map(str::len), Some(32));
    assert!(
        of(0, "planning_ms").is_number() && of(1, "planning_ms").is_null(),
        "planned once"
    );
    assert_eq!(of(0, "hash"), of(1, "hash"));
    assert_eq!(
        (of(2, "operation"), of(2, "errors"), of(2, "signed_in")),
        (json!(""), json!(["FORBIDDEN"]), json!(true))
    );
    assert_eq!((of(3, "kind"), of(3, "status")), (json!("invalid"), json!(400)));
    assert_eq!(of(3, "errors"), json!(["GRAPHQL_VALIDATION_FAILED"]));
    assert_eq!(of(4, "status"), 499, "the client went away");
    let text = serde_json::to_string(&lines).expect("JSON");
    for secret in [
        "m1-private",
        "secret-token",
        "203.0.113",
        crate::graph::ACCOUNT,
        "nobody",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn what_is_refused_before_it_is_an_operation_has_a_line_too() {
    let log = Log::open("refused");
    let graph = Graph::on(Settings::default(), log.ports()).await;
    let json = ("content-type", "application/json");
    let bad = [
        json,
        ("authorization", "Bearer secret"),
        ("apollographql-client-name", "tv-app"),
    ];
    crate::front::send(&graph, Method::POST, "/graphql", &bad, b"{}".to_vec()).await;
    crate::front::send(&graph, Method::POST, "/graphql", &[json], b"no".to_vec()).await;
    crate::front::send(&graph, Method::PUT, "/graphql", &[json], Vec::new()).await;
    crate::front::send(&graph, Method::GET, "/graphql", &[("accept", "image/png")], Vec::new()).await;
    let lines = log.lines();
    let told: Vec<(Option<u64>, &Value)> = lines
        .iter()
        .map(|line| (line["status"].as_u64(), &line["errors"][0]))
        .collect();
    assert_eq!(
        told,
        [
            (Some(401), &json!("UNAUTHENTICATED")),
            (Some(400), &json!("BAD_USER_INPUT")),
            (Some(405), &json!("GRAPHQL_VALIDATION_FAILED")),
            (Some(406), &json!("GRAPHQL_VALIDATION_FAILED")),
        ]
    );
    assert_eq!(
        (&lines[0]["kind"], &lines[0]["client"]),
        (&json!("refused"), &json!("tv-app"))
    );
    assert!(!lines[0].to_string().contains("secret"));
}

#[tokio::test]
async fn a_subscription_is_one_line_at_its_end() {
    let log = Log::open("subscription");
    // What is done for several is nobody's: an execution of its own has its fetches in its line.
    let alone = SubscriptionSettings {
        share: false,
        ..SubscriptionSettings::default()
    };
    let settings = Settings {
        subscriptions: alone,
        ..Settings::default()
    };
    let graph = Graph::on(settings, log.ports()).await;
    let request = Request::new("subscription Watching { watched { id name access { allowed } } }");
    let answers = graph.router.stream(request, &client("tv-app", "7")).await;
    let answers: Vec<_> = answers.unwrap_or_else(|_| panic!("it begins")).collect().await;
    let sent: usize = answers.iter().map(|answer| answer.len()).sum();

    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(lines[0]["kind"], "subscription");
    assert_eq!(
        (&lines[0]["events"], &lines[0]["status"]),
        (&json!(answers.len()), &json!(200))
    );
    assert_eq!(lines[0]["bytes"], json!(sent));
    assert!(
        lines[0]["fetches"].as_u64() > Some(1),
        "the root field, and the rest for each event"
    );
}

/// Everything told to analytics.
async fn heard(graph: &Graph, bus: &Arc<bus::Memory>) -> Vec<UsageRecorded> {
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let consumer = Consumer::new("analytics").on(move |event: UsageRecorded, _: Meta| {
        let sender = sender.clone();
        async move {
            sender
                .send(event)
                .map_err(|error| bus::Outcome::Fail(error.to_string()))
        }
    });
    let _running = bus.consume(consumer, graph.shutdown.clone()).await.expect("a consumer");
    assert!(graph.router.flush_usage().await, "nothing waits");
    let mut all = Vec::new();
    while let Ok(event) = events.try_recv() {
        all.push(event);
    }
    all
}

#[tokio::test]
async fn usage_is_told_by_client_and_operation_and_what_is_too_much_together() {
    let bus = Arc::new(bus::Memory::default());
    let ports = Ports {
        bus: bus.clone(),
        ..Ports::default()
    };
    let graph = Graph::on(observing(|observe| observe.usage_rows = 3), ports).await;
    let tv = client("tv-app", "7");
    for _ in 0..3 {
        graph.ask_as(Request::new("query Who { who }"), &tv).await;
    }
    graph
        .ask_as(Request::new("query Trouble { trouble { may } }"), &tv)
        .await;
    graph
        .ask_as(Request::new("query Who { who }"), &client("web", "1"))
        .await;
    for i in 0..7 {
        graph
            .ask_as(Request::new("query Who { who }"), &client("flood", &i.to_string()))
            .await;
    }

    let told = heard(&graph, &bus).await;
    assert_eq!(told.len(), 1);
    let row = |client: &str, operation: &str| {
        let rows = told[0].used.iter();
        let found: Vec<_> = rows
            .filter(|used| used.client == client && used.operation == operation)
            .collect();
        assert_eq!(found.len(), 1, "{client} {operation}: {told:#?}");
        found[0].clone()
    };
    let who = row("tv-app", "Who");
    assert_eq!(
        (who.count, who.errors, who.version.as_str(), who.kind.as_str()),
        (3, 0, "7", "query")
    );
    assert_eq!(who.durations.iter().sum::<u64>(), 3);
    assert!(who.bytes > 0 && who.longest_us <= who.duration_us);
    assert_eq!(
        (row("tv-app", "Trouble").count, row("tv-app", "Trouble").errors),
        (1, 1)
    );
    assert_eq!((row("web", "Who").count, row("other", "other").count), (1, 7));
    assert!(heard(&graph, &bus).await.is_empty(), "told once");
}

const EXPLAINED: &str = "query Explained { title(id: \"m1\") { id access { allowed } } }";

fn explain() -> Request {
    Request {
        explain: true,
        ..Request::new(EXPLAINED)
    }
}

#[tokio::test]
async fn operators_see_the_plan_and_its_fetches_and_nobody_else_does() {
    let graph = Graph::local().await;
    for stranger in [Context::default(), graph.signed_in(), graph.signed_in_as(Role::Editor)] {
        let plain = graph.ask_as(Request::new(EXPLAINED), &stranger).await;
        assert!(plain.get("extensions").is_none() && plain.get("errors").is_none());
        assert_eq!(
            graph.ask_as(explain(), &stranger).await,
            plain,
            "as if it had not asked"
        );
    }
    for role in [Role::Admin, Role::Analyst] {
        let operator = graph.signed_in_as(role);
        let answer = graph.ask_as(explain(), &operator).await;
        let explained = &answer["extensions"]["explain"];
        let fetches = explained["fetches"].as_array().expect("fetches");
        let asked: Vec<_> = fetches
            .iter()
            .map(|fetch| fetch["subgraph"].as_str().expect("a name"))
            .collect();
        assert_eq!(asked, ["catalogue", "rights"], "{explained:#}");
        assert_eq!(
            (&fetches[1]["entities"], &fetches[1]["cached"]),
            (&json!(1), &json!(false))
        );
        assert!(
            fetches[1]["operation"].as_str().expect("a text").contains("_entities") && fetches[1]["ms"].is_number()
        );
        assert_eq!(explained["plan"]["node"], "sequence");
        assert_eq!(explained["plan"]["nodes"][0]["subgraph"], "catalogue");
        assert_eq!(explained["planCached"], true);
        let data = graph.ask_as(Request::new(EXPLAINED), &operator).await;
        assert_eq!((&answer["data"], data.get("extensions")), (&data["data"], None));
    }
}

#[tokio::test]
async fn explanations_can_be_for_everyone_or_nobody() {
    for (setting, everyone, admin) in [(Explain::Everyone, true, true), (Explain::Off, false, false)] {
        let graph = Graph::with(observing(|observe| observe.explain = setting)).await;
        let anonymous = graph.ask(explain()).await;
        let operator = graph.ask_as(explain(), &graph.signed_in_as(Role::Admin)).await;
        assert_eq!(anonymous["extensions"]["explain"].is_object(), everyone, "{setting:?}");
        assert_eq!(operator["extensions"]["explain"].is_object(), admin, "{setting:?}");
    }
}
