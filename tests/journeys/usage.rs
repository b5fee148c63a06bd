//! Who used the graph for what: a TV app asks, an analyst reads it.

use http::Method;
use serde_json::json;
use tests::{TestPlatform, eventually};

const USAGE: &str = "query Usage($from: DateTime!, $to: DateTime!) {
    apiUsage(from: $from, to: $to, clientName: \"tv-app\", operationName: \"JourneyOfATv\", first: 5) {
      edges { node { clientName clientVersion operationName operationKind operationHash count errors errorRate p50Ms p95Ms
        bytes } } } }";

#[tokio::test]
async fn an_analyst_reads_what_a_client_used_the_graph_for() {
    let tv = TestPlatform::open().await;
    let admin = tv.client.log_in("admin@example.com", "matinee-demo").await;
    #[expect(clippy::disallowed_methods, reason = "usage is about the present")]
    let now = chrono::Utc::now();
    let headers = [
        ("content-type", "application/json"),
        ("apollographql-client-name", "tv-app"),
        ("apollographql-client-version", "7.1"),
    ];
    let body = json!({ "query": "query JourneyOfATv { genres { id } }" }).to_string();
    for _ in 0..3 {
        let answer = tv.client.send(Method::POST, "/graphql", &headers, body.clone()).await;
        assert!(answer.json().get("errors").is_none(), "{}", answer.text());
    }
    let period = json!({
        "from": now - chrono::Duration::hours(1),
        "to": now + chrono::Duration::hours(1),
    });
    let used = eventually("usage is told", || async {
        let answer = admin.ask(USAGE, period.clone()).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        let node = answer["data"]["apiUsage"]["edges"][0]["node"].clone();
        (node["count"].as_i64() >= Some(3)).then_some(node)
    })
    .await;
    assert_eq!(
        (&used["clientVersion"], &used["operationKind"]),
        (&json!("7.1"), &json!("query"))
    );
    assert_eq!((&used["errors"], &used["errorRate"]), (&json!(0), &json!(0.0)));
    assert!(used["p50Ms"].as_f64() <= used["p95Ms"].as_f64() && used["bytes"].as_f64() > Some(0.0));
    let refused = tv.client.ask(USAGE, period).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    tv.close().await;
}
