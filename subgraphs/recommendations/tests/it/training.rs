//! Training a model.

use auth::Role;
use serde_json::{Value, json};

use crate::kit::Kit;

const TRAIN: &str = "mutation($input: TrainModelInput!) { trainModel(input: $input) {
    run { id status startedAt finishedAt metrics { name value } } problem { code message } } }";

#[tokio::test]
async fn a_run_answers_at_once_and_goes_on() {
    let kit = Kit::start().await;
    kit.catalogue().await;
    let admin = kit.bench.viewer(1, &[Role::Admin]);
    let data = kit
        .data(Some(&admin), TRAIN, json!({ "input": { "modelType": "HYBRID" } }))
        .await;
    let run = &data["trainModel"]["run"];
    assert_eq!(
        (&run["status"], &run["finishedAt"]),
        (&json!("RUNNING"), &Value::Null),
        "{data}"
    );
    let query = "query($id: ID!) { trainingRun(id: $id) { status finishedAt metrics { name value } } }";
    let mut finished = Value::Null;
    for _ in 0..500 {
        finished = kit.data(Some(&admin), query, json!({ "id": run["id"] })).await["trainingRun"].clone();
        if finished["status"] != json!("RUNNING") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(finished["status"], json!("SUCCEEDED"), "{finished}");
    let metrics = finished["metrics"].as_array().unwrap();
    let metric = |name: &str| {
        metrics.iter().find(|metric| metric["name"] == name).unwrap()["value"]
            .as_f64()
            .unwrap()
    };
    assert!(metric("coverage") > 0.99, "{finished}");
    assert!(metric("hit_rate_at_10") > 0.15, "{finished}");
}

#[tokio::test]
async fn a_model_we_do_not_have_is_a_problem_and_a_stranger_an_error() {
    let kit = Kit::start().await;
    let admin = kit.bench.viewer(1, &[Role::Admin]);
    let input = json!({ "input": { "modelType": "EMBEDDING" } });
    let data = kit.data(Some(&admin), TRAIN, input.clone()).await;
    assert_eq!(data["trainModel"]["run"], Value::Null);
    assert_eq!(data["trainModel"]["problem"]["code"], json!("MODEL_NOT_SUPPORTED"));
    for (viewer, code) in [(None, "UNAUTHENTICATED"), (Some(kit.bench.viewer(2, &[])), "FORBIDDEN")] {
        let answer = kit.bench.ask(viewer.as_ref(), TRAIN, input.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!(code), "{answer}");
    }
}
