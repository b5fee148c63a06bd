//! What the platform tells of itself, and that the dashboard and the alerts ask for nothing else.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use tests::{Socket, TestPlatform};

const DASHBOARD: &str = include_str!("../../deploy/grafana/matinee.json");
const ALERTS: &str = include_str!("../../deploy/prometheus/alerts.yml");

/// Every PromQL expression of the two files.
fn expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("the dashboard is JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let asked = targets.map(|target| target["expr"].as_str().expect("an expression").to_owned());
    let alerts = ALERTS
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: ").map(str::to_owned));
    asked.chain(alerts).collect()
}

/// The metrics that an expression names: words with a `_` outside of braces, brackets and lists of labels.
fn metrics_of(expression: &str) -> BTreeSet<String> {
    let mut text = expression.to_owned();
    for (open, close) in [('{', '}'), ('[', ']')] {
        while let Some(from) = text.find(open) {
            let to = text[from..].find(close).expect("it is closed") + from;
            text.replace_range(from..=to, " ");
        }
    }
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let names = words.filter(|word| word.contains('_') && *word != "histogram_quantile");
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_dashboard_and_the_alerts_name_only_metrics_that_are_there() {
    let log = std::env::temp_dir().join(format!("matinee-access-{}.log", std::process::id()));
    let tv = TestPlatform::start_with(&[("log.access", log.to_str().expect("a path"))]).await;
    let headers = [
        ("content-type", "application/json"),
        ("apollographql-client-name", "tv-app"),
        ("x-request-id", "from-the-test"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"),
    ];
    let home = json!({ "query": tests::document("Home"), "operationName": "Home" }).to_string();
    let answer = tv.client.send(Method::POST, "/graphql", &headers, home).await;
    assert!(answer.json()["data"]["home"].is_object(), "{}", answer.text());
    tv.client.ask("{ nothing }", json!({})).await;
    let channels = tv
        .client
        .ask("{ channels(first: 1) { edges { node { id } } } }", json!({}))
        .await;
    let channel = &channels["data"]["channels"]["edges"][0]["node"]["id"];
    let mut socket = Socket::subscribe(&tv.client, "OnNow", json!({ "channelIds": [channel] })).await;
    socket.next().await;
    drop(socket);

    let address = tv.inside().metrics_address.expect("metrics are served");
    let text = tv.client.get(&format!("http://{address}/metrics"), &[]).await.text();
    let there: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let asked = expressions();
    assert!(asked.len() > 30, "{asked:#?}");
    let mut missing = BTreeSet::new();
    for expression in &asked {
        missing.extend(
            metrics_of(expression)
                .into_iter()
                .filter(|name| !there.contains(name.as_str())),
        );
    }
    assert!(
        missing.is_empty(),
        "asked for, but not there: {missing:?}; there are {there:#?}"
    );
    tv.close().await;

    let lines = std::fs::read_to_string(&log).expect("the access log");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let home = lines
        .iter()
        .find(|line| line["operation"] == "Home")
        .expect("the home screen");
    assert_eq!(
        (&home["client"], &home["request_id"]),
        (&json!("tv-app"), &json!("from-the-test"))
    );
    assert_eq!(
        home["trace_id"], "0af7651916cd43dd8448eb211c80319c",
        "the caller's trace"
    );
    assert!(
        lines.iter().any(|line| line["kind"] == "subscription"),
        "written when the process stopped"
    );
    std::fs::remove_file(log).expect("the log is ours");
}
