//! `POST /api/v1/auth/verify`: whether an access token is good now, as JSON. In front of `matinee.auth.v1.TokenService`, which
//! is answered in this process or asked by gRPC.

use auth::TokenService;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use kernel::Refusal;
use serde::Deserialize;
use serde_json::json;
use web::Problem;

/// Largest body, in bytes; a token has at most 4,096.
const MAX_BODY: usize = 16 * 1024;

/// The route.
pub(crate) fn routes(tokens: TokenService) -> Router {
    Router::new()
        .route("/api/v1/auth/verify", post(verify))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(tokens)
}

#[derive(Deserialize)]
struct Asked {
    token: String,
}

async fn verify(State(tokens): State<TokenService>, asked: Result<Json<Asked>, JsonRejection>) -> Response {
    let Json(asked) = match asked {
        Ok(asked) => asked,
        Err(rejection) => return refuse(&rejection).into_response(),
    };
    let known = match tokens.verify(asked.token).await {
        Ok(known) => known,
        Err(error) => return Problem::of(&error).into_response(),
    };
    let body = if known.valid {
        json!({
            "valid": true,
            "accountId": known.account_id,
            "roles": known.roles,
            "expiresAt": chrono::DateTime::from_timestamp(known.expires_at, 0),
            "tokenId": known.token_id,
        })
    } else {
        json!({ "valid": false })
    };
    // It may be revoked in the next moment.
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn refuse(rejection: &JsonRejection) -> Problem {
    let status = rejection.status();
    let refusal = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::limit("body bytes", MAX_BODY as u64, MAX_BODY as u64 + 1),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::bad_input("content-type", "the body is application/json"),
        _ => {
            return Problem::of(&Refusal::bad_input(
                "token",
                "the body is an object with the text `token`",
            ));
        }
    };
    Problem::of(&refusal).with_status(status)
}
