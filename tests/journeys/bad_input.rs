//! Bad input: a clear coded error, nothing half-written, nothing secret told.

use std::fmt::Write;

use serde_json::{Value, json};
use tests::TestPlatform;

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("a coded error: {answer:#}"))
}

#[tokio::test]
async fn every_kind_of_bad_input_is_refused_by_its_code() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    let title = "query($id: ID!) { title(id: $id) { id } }";
    let page = "query($n: Int, $after: String) { latestTitles(first: $n, after: $after) { totalCount } }";
    let mut aliases = String::from("{");
    for n in 0..1000 {
        write!(aliases, " a{n}: __typename").expect("a string takes all");
    }
    aliases.push('}');
    let refused = [
        ("a malformed id", c.ask(title, json!({ "id": "not-an-id" })).await, "BAD_USER_INPUT"),
        ("a malformed cursor", c.ask(page, json!({ "after": "%%%" })).await, "BAD_USER_INPUT"),
        ("a page over fifty", c.ask(page, json!({ "n": 51 })).await, "LIMIT_EXCEEDED"),
        ("a malformed date", c.try_run("Guide", json!({ "from": "yesterday", "to": "2026-01-01T00:00:00Z" })).await, "BAD_USER_INPUT"),
        ("an unknown enum value", c.ask("query($t: MetricType!) { metrics(type: $t, from: \"2026-01-01T00:00:00Z\", to: \"2026-01-02T00:00:00Z\") { count } }", json!({ "t": "NONSENSE" })).await, "BAD_USER_INPUT"),
        ("a field that is not there", c.ask("{ nonsense }", json!({})).await, "GRAPHQL_VALIDATION_FAILED"),
        ("no GraphQL at all", c.ask("{ title(", json!({})).await, "GRAPHQL_PARSE_FAILED"),
        ("a thousand aliases", c.ask(&aliases, json!({})).await, "LIMIT_EXCEEDED"),
        ("a depth of fifty", c.ask(&format!("{{ __schema {} }}", "{ types { fields { type ".repeat(50) + "{ name }" + &" } } }".repeat(50)), json!({})).await, "LIMIT_EXCEEDED"),
    ];
    for (what, answer, wanted) in refused {
        assert_eq!(code(&answer), wanted, "{what}: {answer:#}");
    }
    let unknown = c
        .ask(title, json!({ "id": "01890a5d-ac96-774b-bcce-b302099a8057" }))
        .await;
    assert_eq!(
        unknown,
        json!({ "data": { "title": null } }),
        "a title that does not exist is null"
    );
    tv.close().await;
}

#[tokio::test]
async fn the_catalogue_of_errors_is_the_same_in_the_graph_and_by_link() {
    let tv = TestPlatform::open().await;
    let catalogue = "{ errorCatalog { type code status title meaning } }";
    let told = tv.client.ask(catalogue, json!({})).await;
    let linked = tv.client.get("/errors", &[]).await.json();
    assert_eq!(told["data"]["errorCatalog"], linked["errors"], "{told:#}");
    let nowhere = tv.client.get("/api/v1/nowhere", &[]).await.json();
    let known = linked["errors"].as_array().expect("a list");
    let class = known.iter().find(|class| class["code"] == nowhere["code"]);
    let class = class.unwrap_or_else(|| panic!("the catalogue knows {nowhere}"));
    assert_eq!(
        (&class["type"], &class["status"]),
        (&nowhere["type"], &nowhere["status"])
    );
    tv.close().await;
}

#[tokio::test]
async fn limits_and_tokens_are_checked_before_anything_runs() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    let large = json!({ "query": format!("# {}\n{{ __typename }}", "x".repeat(10 * 1024 * 1024)) });
    let answer = c.post_json("/graphql", &large).await;
    assert_eq!(answer.status, 413);
    let extensions = &answer.json()["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "LIMIT_EXCEEDED", "{extensions:#}");
    assert!(extensions["limit"].is_string() && extensions["allowed"].is_number());

    let good = c
        .log_in("viewer@example.com", "matinee-demo")
        .await
        .token
        .expect("a token");
    let (body, _) = good.rsplit_once('.').expect("three parts");
    for bad in ["x", "a.b.c", &format!("{body}."), &format!("{body}.AAAA")] {
        let answer = c
            .with_token(bad)
            .post_json("/graphql", &json!({ "query": "{ viewer { account { id } } }" }))
            .await;
        assert_eq!(answer.status, 401, "{bad:.20}");
        assert_eq!(code(&answer.json()), "UNAUTHENTICATED");
        assert!(
            bad.len() < 10 || !answer.text().contains(bad),
            "the token is not repeated"
        );
    }
    let unknown = tv
        .media()
        .await
        .get("/api/v1/stream/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &[])
        .await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.header("content-type")),
        (404, "application/problem+json")
    );
    let nowhere = c.get("/api/v1/nothing/here", &[]).await;
    assert_eq!(
        (nowhere.status.as_u16(), nowhere.json()["code"].as_str()),
        (404, Some("NOT_FOUND"))
    );
    let by_get = c.get("/graphql?query=mutation%7B__typename%7D", &[]).await;
    assert_eq!(by_get.status, 405, "a mutation never runs by GET");
    tv.close().await;
}
