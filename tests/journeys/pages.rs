//! What a developer opens first, and what a load balancer asks.

use tests::TestPlatform;

#[tokio::test]
async fn the_first_pages_health_keys_and_schema_answer() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    for path in ["/health/live", "/health/ready", "/health/startup"] {
        let answer = c.get(path, &[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["status"].as_str()),
            (200, Some("ok")),
            "{path}: {}",
            answer.text()
        );
    }
    let keys = c.get("/.well-known/jwks.json", &[]).await.json();
    assert_eq!(keys["keys"][0]["alg"], "RS256");
    let landing = c.get("/", &[("accept", "text/html")]).await;
    assert_eq!(landing.status, 200);
    let page = landing.text();
    assert!(
        page.contains("/graphiql") && page.contains("catalogue") && !page.contains("{{"),
        "{page}"
    );
    let graphiql = c.get("/graphiql", &[("accept", "text/html")]).await;
    assert_eq!(graphiql.status, 200);
    assert!(graphiql.header("content-type").starts_with("text/html"));
    let schema = c.get("/schema.graphql", &[]).await.text();
    assert!(
        schema.contains("type Query") && !schema.contains("join__"),
        "the API schema, not the supergraph"
    );
    tv.close().await;
}
