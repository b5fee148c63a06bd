//! Arrays of requests.

use router::Settings;
use serde_json::json;

use crate::{
    front::post,
    graph::{Graph, codes},
};

#[tokio::test]
async fn an_array_is_answered_in_its_order_and_a_wrong_member_answers_its_own_error() {
    let graph = Graph::local().await;
    let body = json!([
        {"query": "{ rightsVersion }"},
        {"query": "{ nobody }"},
        {"variables": {}},
        7,
        {"query": "mutation { append(word: \"\") }"},
        {"query": "query Q($n: Int) { movies(first: $n) { id } }", "variables": {"n": 1}},
        {"query": "subscription { ticks }"},
    ]);
    let reply = post(&graph, "application/json", &body.to_string()).await;
    let answers = reply.json();
    assert_eq!(reply.status.as_u16(), 200, "{answers:#}");
    let of = |i: usize| codes(&answers[i]).first().copied().unwrap_or("none").to_owned();
    assert_eq!(answers[0], json!({"data": {"rightsVersion": 1}}));
    assert_eq!(
        [of(1), of(2), of(3), of(6)],
        [
            "GRAPHQL_VALIDATION_FAILED",
            "BAD_USER_INPUT",
            "BAD_USER_INPUT",
            "GRAPHQL_VALIDATION_FAILED"
        ]
    );
    assert!(answers[4]["data"]["append"].is_string(), "{answers:#}");
    assert_eq!(answers[5], json!({"data": {"movies": [{"id": "m1"}]}}));
}

#[tokio::test]
async fn arrays_are_bounded_by_name_and_can_be_switched_off() {
    let two = r#"[{"query":"{ who }"},{"query":"{ who }"}]"#;
    let three = r#"[{"query":"{ who }"},{"query":"{ who }"},{"query":"{ who }"}]"#;
    let with = async |max_batch| {
        Graph::with(Settings {
            max_batch,
            ..Settings::default()
        })
        .await
    };
    let graph = with(2).await;
    assert_eq!(post(&graph, "application/json", two).await.status.as_u16(), 200);
    let refused = post(&graph, "application/json", three).await;
    let error = refused.json()["errors"][0]["extensions"].clone();
    assert_eq!(
        (
            refused.status.as_u16(),
            &error["limit"],
            &error["allowed"],
            &error["sent"]
        ),
        (400, &json!("requests in an array"), &json!(2), &json!(3))
    );
    let refused = post(&with(0).await, "application/json", two).await;
    assert_eq!(
        (refused.status.as_u16(), codes(&refused.json())),
        (400, vec!["BAD_USER_INPUT"])
    );
}
