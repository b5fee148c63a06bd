//! OAuth's doors: an application that knows forms and nothing of GraphQL.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, TestPlatform};

use crate::main_job::register;

const EXCHANGE: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange";
const OF_ACCESS: &str = "subject_token_type=urn:ietf:params:oauth:token-type:access_token";
const OF_KEY: &str = "subject_token_type=urn:matinee:params:oauth:token-type:api_key";

/// Posts a form, with more headers.
async fn post(client: &Client, path: &str, form: String, headers: &[(&str, &str)]) -> Answer {
    let form_type = [("content-type", "application/x-www-form-urlencoded")];
    let headers: Vec<(&str, &str)> = form_type.iter().chain(headers).copied().collect();
    client.send(Method::POST, path, &headers, form).await
}

/// The error of a refusal, in OAuth's words.
fn error(answer: &Answer, status: u16) -> String {
    let told = answer.json();
    assert_eq!(answer.status.as_u16(), status, "{told}");
    assert_eq!(
        (answer.header("content-type"), answer.header("cache-control")),
        ("application/json", "no-store")
    );
    assert!(
        told["error_description"].is_string() && told["code"].is_null(),
        "{told}"
    );
    told["error"].as_str().expect("an error").to_owned()
}

#[tokio::test]
async fn an_application_exchanges_refreshes_and_introspects_by_forms() {
    let tv = TestPlatform::open().await;
    let anyone = tv.client.signed_out();
    let (ada, _) = register(&anyone, "ada").await;
    let access = ada.token.clone().expect("a token");
    let made = ada.run("CreateApiKey", json!({ "input": { "name": "Shop" } })).await;
    let key = made["createApiKey"]["secret"].as_str().expect("a secret").to_owned();

    let narrow = post(
        &anyone,
        "/oauth2/token",
        format!("{EXCHANGE}&{OF_ACCESS}&subject_token={access}&scope=role%3AVIEWER&unknown=1&audience="),
        &[],
    )
    .await;
    assert_eq!(
        (narrow.status.as_u16(), narrow.header("cache-control")),
        (200, "no-store"),
        "{}",
        narrow.text()
    );
    let narrow = narrow.json();
    assert_eq!(
        (&narrow["token_type"], &narrow["scope"], narrow.get("refresh_token")),
        (&json!("Bearer"), &json!("role:VIEWER"), None)
    );
    let narrow = narrow["access_token"].as_str().expect("a token").to_owned();
    let me = anyone.with_token(&narrow).run("Viewer", json!({})).await;
    assert_eq!(me["viewer"]["account"]["displayName"], "ada");

    let of_key = post(
        &anyone,
        "/oauth2/token",
        format!("{EXCHANGE}&{OF_KEY}&subject_token={key}"),
        &[],
    )
    .await;
    assert_eq!(of_key.status, 200, "{}", of_key.text());
    let of_key = of_key.json()["access_token"].as_str().expect("a token").to_owned();

    // By Basic, whose password is the key; by the key; by a bearer token; and by none.
    let basic = format!("Basic {}", STANDARD.encode(format!("shop:{key}")));
    let ways = [("authorization", basic.as_str()), ("x-api-key", key.as_str())];
    for way in ways {
        let told = post(
            &anyone,
            "/oauth2/introspect",
            format!("token={narrow}&token_type_hint=x"),
            &[way],
        )
        .await;
        assert_eq!(
            (&told.json()["active"], told.header("cache-control")),
            (&json!(true), "no-store"),
            "{way:?}"
        );
    }
    let told = post(&ada, "/oauth2/introspect", format!("token={of_key}"), &[])
        .await
        .json();
    assert_eq!(told["client_id"], made["createApiKey"]["apiKey"]["id"]);
    assert!(
        told["exp"].is_i64() && told["iat"].is_i64() && told["sub"].is_string(),
        "{told}"
    );
    let nobody = post(&anyone, "/oauth2/introspect", format!("token={narrow}"), &[]).await;
    assert_eq!(
        (error(&nobody, 401).as_str(), nobody.header("www-authenticate")),
        ("invalid_client", "Bearer")
    );
    let wrong = format!("Basic {}", STANDARD.encode("shop:guess"));
    let wrong = post(
        &anyone,
        "/oauth2/introspect",
        format!("token={narrow}"),
        &[("authorization", &wrong)],
    )
    .await;
    assert_eq!(error(&wrong, 401), "invalid_client");
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    let (bob, _) = register(&anyone, "bob").await;
    let told = post(&bob, "/oauth2/introspect", format!("token={narrow}"), &[]).await;
    assert_eq!(told.json(), json!({ "active": false }), "it is Ada's");

    ada.run("Logout", json!({ "input": { "everywhere": true } })).await;
    for token in [&access, &narrow] {
        let told = post(
            &bob.signed_out(),
            "/oauth2/introspect",
            format!("token={token}"),
            &[ways[1]],
        )
        .await;
        assert_eq!(told.json(), json!({ "active": false }));
    }
    let over = post(
        &anyone,
        "/oauth2/token",
        format!("{EXCHANGE}&{OF_ACCESS}&subject_token={access}"),
        &[],
    )
    .await;
    assert_eq!(error(&over, 400), "invalid_grant");
    tv.close().await;
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_by_form_and_errors_are_the_books() {
    let tv = TestPlatform::open().await;
    let anyone = tv.client.signed_out();
    #[expect(clippy::disallowed_methods, reason = "an e-mail that no other journey has taken")]
    let email = format!("oauth-{}@example.com", uuid::Uuid::now_v7().simple());
    let input = json!({ "email": email, "password": "a long enough pass-phrase", "displayName": "Ada" });
    let made = anyone.run("Register", json!({ "input": input })).await;
    let refresh = made["register"]["tokens"]["refreshToken"]
        .as_str()
        .expect("a token")
        .to_owned();
    let form = format!("grant_type=refresh_token&refresh_token={refresh}");
    let next = post(&anyone, "/oauth2/token", form.clone(), &[]).await.json();
    assert!(
        next["access_token"].is_string() && next["refresh_token"] != refresh.as_str(),
        "{next}"
    );
    assert!(
        next["expires_in"].is_i64() && next.get("issued_token_type").is_none(),
        "{next}"
    );
    for (form, expected) in [
        (form, "invalid_grant"),
        (
            format!(
                "grant_type=refresh_token&refresh_token={}",
                next["refresh_token"].as_str().unwrap_or_default()
            ),
            "invalid_grant",
        ),
        (
            "grant_type=password&username=a&password=b".to_owned(),
            "unsupported_grant_type",
        ),
        ("refresh_token=x".to_owned(), "invalid_request"),
        (
            "grant_type=refresh_token&grant_type=refresh_token".to_owned(),
            "invalid_request",
        ),
        (
            format!("{EXCHANGE}&{OF_ACCESS}&subject_token=x&actor_token=y"),
            "invalid_request",
        ),
        (
            format!("{EXCHANGE}&{OF_ACCESS}&subject_token=x&audience=a&audience=b"),
            "invalid_target",
        ),
        ("grant_type=%FF".to_owned(), "invalid_request"),
    ] {
        let answer = post(&anyone, "/oauth2/token", form.clone(), &[]).await;
        assert_eq!(error(&answer, 400), expected, "{form}");
    }
    let json_body = anyone
        .post_json("/oauth2/token", &json!({ "grant_type": "refresh_token" }))
        .await;
    assert_eq!(error(&json_body, 415), "invalid_request");

    let names = ["openid-configuration", "oauth-authorization-server"];
    for name in names {
        let told = anyone.get(&format!("/.well-known/{name}"), &[]).await.json();
        for endpoint in ["token_endpoint", "introspection_endpoint", "jwks_uri"] {
            let url = told[endpoint].as_str().expect("a URL");
            let path = url.splitn(4, '/').nth(3).expect("a path");
            let answer = anyone.get(&format!("/{path}"), &[]).await;
            assert_ne!(answer.status, 404, "{endpoint} {url}");
        }
        assert_eq!(told["response_types_supported"], json!([]));
    }
    let openapi = anyone.get("/openapi.json", &[]).await.json();
    let token = &openapi["paths"]["/oauth2/token"]["post"];
    assert!(
        token["requestBody"]["content"]["application/x-www-form-urlencoded"].is_object(),
        "{token}"
    );
    assert_ne!(openapi["paths"]["/oauth2/introspect"]["post"], Value::Null);
    tv.close().await;
}
