//! What of the real graph is shown to whom.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use tests::{Client, TestPlatform};

const FIELDS: &str = "{ __schema { queryType { fields { name } } mutationType { fields { name } }
    subscriptionType { fields { name } } types { name } } }";

/// Names of root fields and types, as an introspection tells them.
fn names(schema: &Value, at: &[&str]) -> BTreeSet<String> {
    let lists = at
        .iter()
        .map(|pointer| schema.pointer(pointer).and_then(Value::as_array));
    let all = lists.flat_map(|list| list.expect("a list"));
    all.map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn roots(client: &Client) -> BTreeSet<String> {
    let answer = client.ask(FIELDS, json!({})).await;
    let at = ["query", "mutation", "subscription"].map(|kind| format!("/data/__schema/{kind}Type/fields"));
    names(&answer, &at.each_ref().map(String::as_str))
}

#[tokio::test]
async fn the_public_graph_has_nothing_of_the_operators_and_theirs_has_all() {
    let tv = TestPlatform::start().await;
    let admin = tv.client.log_in("admin@example.com", "matinee-demo").await;
    let viewer = tv.client.log_in("viewer@example.com", "matinee-demo").await;

    let (all, public) = (roots(&admin).await, roots(&tv.client).await);
    let hidden: BTreeSet<&str> = all.difference(&public).map(String::as_str).collect();
    assert!(public.is_subset(&all) && public == roots(&viewer).await);
    for field in [
        "metrics",
        "adminUsers",
        "adminChannels",
        "importEpg",
        "epgImportProgress",
        "createMovie",
        "trainModel",
    ] {
        assert!(hidden.contains(field), "{field} is for operators: {hidden:?}");
    }
    for field in ["home", "movies", "viewer", "login", "startPlayback", "epgUpdates"] {
        assert!(public.contains(field), "{field} is for everybody");
    }
    assert!(!public.iter().any(|field| field.starts_with("admin")), "{public:?}");
    let types = names(&tv.client.ask(FIELDS, json!({})).await, &["/data/__schema/types"]);
    assert!(
        !types.contains("EpgImport") && !types.contains("MetricResult"),
        "{types:?}"
    );

    // Asked all the same: refused as the operations' contract says, unknown to who chose the public graph.
    let fetches = || tv.inside().router.as_ref().expect("the router runs here").fetches();
    let before = fetches();
    let question = "{ epgImports { __typename } }";
    for (client, code) in [(&tv.client, "UNAUTHENTICATED"), (&viewer, "FORBIDDEN")] {
        let answer = client.ask(question, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    let headers = [
        ("content-type", "application/json"),
        ("graphql-schema-version", "public"),
    ];
    let body = json!({ "query": question }).to_string();
    let answer = admin.send(Method::POST, "/graphql", &headers, body).await.json();
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
        "{answer}"
    );
    assert_eq!(fetches(), before);
    let answer = admin.ask(question, json!({})).await;
    assert_eq!(
        answer,
        json!({"data": {"epgImports": {"__typename": "EpgImportConnection"}}})
    );

    // REST asks all of the graph; its routes say who may.
    let path = "/api/v1/admin/users?limit=1";
    let statuses = [
        tv.client.get(path, &[]).await.status.as_u16(),
        viewer.get(path, &[]).await.status.as_u16(),
        admin.get(path, &[]).await.status.as_u16(),
    ];
    assert_eq!(statuses, [401, 403, 200]);
    tv.close().await;
}
