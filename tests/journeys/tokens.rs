//! Whether a token is good, for services that do not verify tokens themselves.

use serde_json::{Value, json};
use tests::TestPlatform;

#[tokio::test]
async fn a_token_is_good_until_its_sign_in_is_ended() {
    let tv = TestPlatform::open().await;
    let input = json!({ "email": "viewer@example.com", "password": "matinee-demo" });
    let tokens = tv.client.run("Login", json!({ "input": input })).await["login"]["tokens"].clone();
    let token = tokens["accessToken"].as_str().expect("signed in");
    let viewer = tv.client.with_token(token);
    let media = tv.media().await;
    let verify = async |token: &str| {
        let answer = media.post_json("/api/v1/auth/verify", &json!({ "token": token })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("cache-control")),
            (200, "no-store")
        );
        answer.json()
    };
    let account = viewer.ask("{ me { id } }", Value::Null).await["data"]["me"]["id"].clone();
    let known = verify(token).await;
    assert_eq!(
        (&known["valid"], &known["accountId"]),
        (&json!(true), &account),
        "{known}"
    );
    assert_eq!(known["roles"], json!(["VIEWER"]));
    assert!(
        known["expiresAt"].is_string() && known["tokenId"].is_string(),
        "{known}"
    );

    let input = json!({ "refreshToken": tokens["refreshToken"] });
    viewer.run("Logout", json!({ "input": input })).await;
    let nothing = json!({ "valid": false });
    assert_eq!(verify(token).await, nothing);
    assert_eq!(verify("nonsense").await, nothing);
    let refused = media.post_json("/api/v1/auth/verify", &json!({ "tokens": 1 })).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["field"]),
        (400, &json!("token"))
    );
}
