//! An application with a key of its own.

use http::Method;
use serde_json::{Value, json};
use tests::{Client, TestPlatform, eventually};

use crate::main_job::register;

/// Asks with a key.
async fn ask(client: &Client, key: &str, query: &str) -> (u16, Value) {
    let headers = [
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("x-api-key", key),
    ];
    let body = json!({ "query": query }).to_string();
    let answer = client.send(Method::POST, "/graphql", &headers, body).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn a_key_is_made_used_and_revoked() {
    let tv = TestPlatform::open().await;
    let (ada, _) = register(&tv.client, "ada").await;
    let made = ada
        .run("CreateApiKey", json!({ "input": { "name": "Shop window" } }))
        .await;
    let made = &made["createApiKey"];
    let key = made["secret"].as_str().expect("a secret, once");

    let mine = "{ viewer { account { displayName } apiKeys { edges { node { name lastUsedOn } } } } }";
    let (status, answer) = ask(&tv.client, key, mine).await;
    assert_eq!(
        (status, &answer["data"]["viewer"]["account"]["displayName"]),
        (200, &json!("ada"))
    );
    let node = &answer["data"]["viewer"]["apiKeys"]["edges"][0]["node"];
    assert_eq!(node["name"], "Shop window");
    assert!(node["lastUsedOn"].is_string(), "today: {answer}");
    assert!(!answer.to_string().contains(key));

    let admins = "{ epgImports { __typename } }";
    let (status, answer) = ask(&tv.client, key, admins).await;
    assert_eq!(
        (status, &answer["errors"][0]["extensions"]["code"]),
        (403, &json!("FORBIDDEN")),
        "{answer}"
    );
    let more = "mutation { createApiKey(input: { name: \"more\" }) { secret } }";
    let (_, answer) = ask(&tv.client, key, more).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");

    let input = json!({ "input": { "apiKeyId": made["apiKey"]["id"] } });
    let revoked = ada.run("RevokeApiKey", input).await;
    assert!(revoked["revokeApiKey"]["apiKey"]["revokedAt"].is_string());
    // The router believes a key for two seconds at most without looking again.
    let (status, answer) = eventually("the key is refused", || async {
        let (status, answer) = ask(&tv.client, key, mine).await;
        (status != 200).then_some((status, answer))
    })
    .await;
    assert_eq!(
        (status, &answer["errors"][0]["extensions"]["code"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    assert!(!answer.to_string().contains(key));
    let (status, _) = ask(&tv.client, key, "{ __typename }").await;
    assert_eq!(
        status, 401,
        "who sends a key that is none does not mean to be anonymous"
    );
    tv.close().await;
}
