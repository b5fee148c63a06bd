//! Whether a token is good, as JSON.

use auth::{REVOKED_TOKENS, Role};
use serde_json::json;

use super::*;

async fn verify(sidecar: &Sidecar, body: impl Into<Body>) -> Reply {
    let request = Request::post("/api/v1/auth/verify").header("content-type", "application/json");
    sidecar.send(request.body(body.into()).unwrap()).await
}

fn asking(token: &str) -> String {
    json!({ "token": token }).to_string()
}

#[tokio::test]
async fn a_token_that_is_good_says_whose_it_is_and_no_other_says_anything() {
    let sidecar = Sidecar::start().await;
    let bearer = sidecar.bearer(&[]);
    let token = bearer.trim_start_matches("Bearer ");
    let viewer = sidecar.bench.viewer(7, &[Role::Viewer]);
    let reply = verify(&sidecar, asking(token)).await;
    assert_eq!(
        (reply.status, reply.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    let known: Value = serde_json::from_slice(&reply.body).unwrap();
    let ends: chrono::DateTime<chrono::Utc> = known["expiresAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(ends.timestamp(), viewer.expires_at.timestamp());
    assert_eq!(
        (&known["valid"], &known["accountId"], &known["roles"], &known["tokenId"]),
        (
            &json!(true),
            &json!(viewer.account),
            &json!(["VIEWER"]),
            &json!(viewer.token_id)
        )
    );
    let id = viewer.token_id.to_string();
    let kv = &sidecar.bench.platform.kv;
    kv.put(REVOKED_TOKENS, &id, b"", Duration::from_mins(1)).await.unwrap();
    for none in [token, "nonsense", ""] {
        let reply = verify(&sidecar, asking(none)).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, r#"{"valid":false}"#));
    }
}

#[tokio::test]
async fn what_is_no_question_is_refused_and_who_does_not_answer_is_told() {
    let sidecar = Sidecar::start().await;
    for (body, status) in [
        ("{".to_owned(), 400),
        (json!({ "token": 1 }).to_string(), 400),
        (json!({}).to_string(), 400),
        (asking(&"x".repeat(20_000)), 413),
    ] {
        assert_eq!(verify(&sidecar, body).await.problem()["status"], status);
    }
    let form = Request::post("/api/v1/auth/verify")
        .body(Body::from("token=x"))
        .unwrap();
    assert_eq!(sidecar.send(form).await.problem()["status"], 415);
    let elsewhere = Settings {
        token_service: "grpc://127.0.0.1:1".to_owned(),
        ..Settings::default()
    };
    let sidecar = Sidecar::with(elsewhere).await;
    assert_eq!(verify(&sidecar, asking("x")).await.problem()["code"], "UNAVAILABLE");
    let wrong = Settings {
        token_service: "accounts:4101".to_owned(),
        ..Settings::default()
    };
    let refused = sidecar::service(&sidecar.bench.platform, wrong).await;
    let refused = refused.map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("sidecar.token_service"), "{refused}");
}
