//! Usage of the graph: told by routers, asked by analysts and by owners of keys.

use std::sync::Arc;

use auth::{Role, Viewer};
use chrono::TimeDelta;
use kernel::{AccountId, Clock};
use schema::events::router::{UsageRecorded, Used, UsedKey};
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::start;

fn used(client: &str, operation: &str, durations: [u64; 3]) -> Used {
    let mut classes = vec![0; 14];
    // Up to 10 ms, up to 100 ms, and beyond 10 s.
    (classes[3], classes[6], classes[13]) = (durations[0], durations[1], durations[2]);
    let count = durations.iter().sum();
    Used {
        client: client.to_owned(),
        version: "7".to_owned(),
        key: None,
        operation: operation.to_owned(),
        kind: "query".to_owned(),
        hash: "0123456789ab".to_owned(),
        count,
        errors: count / 4,
        duration_us: count * 2_000,
        longest_us: 12_000_000,
        cost: count * 3,
        bytes: count * 1_000,
        durations: classes,
    }
}

fn report(bench: &Bench, used: Vec<Used>) -> UsageRecorded {
    let to = bench.clock.now();
    UsageRecorded {
        router: Bench::id(1),
        from: to - TimeDelta::seconds(5),
        to,
        used,
    }
}

const USAGE: &str = "query($from: DateTime!, $to: DateTime!, $client: String, $key: ID, $first: Int, $after: String) {
    apiUsage(from: $from, to: $to, clientName: $client, keyId: $key, first: $first, after: $after) {
      edges { cursor node { clientName clientVersion keyId operationName operationKind operationHash count errors
        errorRate averageMs p50Ms p95Ms p99Ms longestMs cost bytes } }
      pageInfo { hasNextPage endCursor } } }";

async fn ask(bench: &Bench, viewer: &Arc<Viewer>, more: Value) -> Value {
    let mut variables = json!({ "from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z" });
    variables
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    bench.ask(Some(viewer), USAGE, variables).await
}

fn nodes(answer: &Value) -> Vec<Value> {
    let edges = answer["data"]["apiUsage"]["edges"].as_array();
    let edges = edges.unwrap_or_else(|| panic!("{answer:#}"));
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

#[tokio::test]
async fn reports_add_up_over_hours_and_each_counts_once() {
    let bench = start().await;
    let analyst = bench.viewer(9, &[Role::Analyst]);
    let first = report(
        &bench,
        vec![used("tv-app", "Home", [3, 1, 0]), used("web", "Home", [1, 0, 0])],
    );
    bench.emit_as(Bench::id(500), &first).await;
    bench.emit_as(Bench::id(500), &first).await;
    bench.clock.advance(std::time::Duration::from_hours(2));
    bench
        .emit(&report(&bench, vec![used("tv-app", "Home", [4, 1, 1])]))
        .await;

    let rows = nodes(&ask(&bench, &analyst, json!({})).await);
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let home = &rows[0];
    assert_eq!(
        (&home["clientName"], &home["operationName"]),
        (&json!("tv-app"), &json!("Home"))
    );
    assert_eq!(
        (&home["count"], &home["errors"], &home["errorRate"]),
        (&json!(10), &json!(2), &json!(0.2))
    );
    assert_eq!(
        (&home["averageMs"], &home["longestMs"]),
        (&json!(2.0), &json!(12_000.0))
    );
    assert_eq!((&home["cost"], &home["bytes"]), (&json!(30.0), &json!(10_000.0)));
    let percentile = |name: &str| home[name].as_f64().expect("a number");
    assert!((5.0..=10.0).contains(&percentile("p50Ms")), "{home:#}");
    assert!((10_000.0..=12_000.0).contains(&percentile("p99Ms")), "{home:#}");

    let early = json!({ "to": "2026-11-21T13:00:00Z", "client": "tv-app" });
    let rows = nodes(&ask(&bench, &analyst, early).await);
    assert_eq!(
        (rows.len(), &rows[0]["count"]),
        (1, &json!(4)),
        "only the first hour, only the app"
    );
}

#[tokio::test]
async fn pages_follow_each_other_the_most_used_first() {
    let bench = start().await;
    let analyst = bench.viewer(9, &[Role::Admin]);
    let all = (0..5)
        .map(|i| used(&format!("client-{i}"), "Home", [1 + i / 2, 0, 0]))
        .collect();
    bench.emit(&report(&bench, all)).await;
    let (mut counts, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = ask(&bench, &analyst, json!({ "first": 2, "after": after })).await;
        counts.extend(
            nodes(&answer)
                .iter()
                .map(|node| node["count"].as_i64().expect("a count")),
        );
        let info = &answer["data"]["apiUsage"]["pageInfo"];
        if info["hasNextPage"] == false {
            break;
        }
        after = info["endCursor"].clone();
    }
    assert_eq!(counts, [3, 2, 2, 1, 1]);
}

#[tokio::test]
async fn who_is_no_analyst_sees_only_the_usage_of_own_keys() {
    let bench = start().await;
    let keyed = |key: u64, owner: u64| Used {
        key: Some(UsedKey {
            id: Bench::id(key),
            owner: AccountId(Bench::id(owner)),
        }),
        ..used("partner", "Home", [1, 0, 0])
    };
    bench
        .emit(&report(
            &bench,
            vec![keyed(70, 1), keyed(71, 2), used("tv-app", "Home", [1, 0, 0])],
        ))
        .await;

    let mine = nodes(&ask(&bench, &bench.viewer(1, &[]), json!({})).await);
    assert_eq!(mine.len(), 1, "{mine:#?}");
    assert_eq!(mine[0]["keyId"], json!(Bench::id(70)));
    let others = ask(&bench, &bench.viewer(1, &[]), json!({ "key": Bench::id(71) })).await;
    assert!(nodes(&others).is_empty());
    assert_eq!(
        nodes(&ask(&bench, &bench.viewer(9, &[Role::Analyst]), json!({})).await).len(),
        3
    );
    let period = json!({ "from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z" });
    let anonymous = bench.ask(None, USAGE, period).await;
    assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let endless = json!({ "from": "2020-01-01T00:00:00Z" });
    let refused = ask(&bench, &bench.viewer(9, &[Role::Analyst]), endless).await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED",
        "{refused:#}"
    );
}
