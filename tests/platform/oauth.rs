//! A provider's token, end to end: from its own keys to a viewer of the platform.

use http::Method;
use serde_json::json;
use testkit::IdentityProvider;
use tests::{Client, TestPlatform};

/// Exchanges a provider's token by form.
async fn sign_in(client: &Client, token: &str) -> (u16, serde_json::Value) {
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token={token}\
         &subject_token_type=urn:ietf:params:oauth:token-type:id_token"
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = client.send(Method::POST, "/oauth2/token", &headers, form).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn who_comes_from_a_trusted_provider_watches_as_themselves() {
    let provider = IdentityProvider::start().await;
    let stranger = IdentityProvider::start().await;
    let file = std::env::temp_dir().join(format!("matinee-oauth-{}.toml", std::process::id()));
    let text = format!(
        "[accounts]\nallow_private_providers = [\"127.0.0.1\"]\n[[accounts.providers]]\nname = \"Work\"\n\
         issuer = \"{}\"\nclient_id = \"tv\"\ncreate_accounts = true\n",
        provider.issuer
    );
    std::fs::write(&file, text).expect("a file for settings");
    let tv = TestPlatform::start_from(&file, &[("server.demo", "false"), ("router.rate_limits.ip", "2000")]).await;
    std::fs::remove_file(&file).expect("our own file");
    let now = kernel::Clock::now(&kernel::SystemClock).timestamp();
    let claims = |n: i64| {
        json!({ "aud": "tv", "sub": "ada", "iat": now - n, "exp": now + 300, "email": "ada@work.example",
            "email_verified": true, "name": "Ada" })
    };
    let (status, given) = sign_in(&tv.client, &provider.token(&claims(0))).await;
    assert_eq!(status, 200, "{given}");
    let ada = tv.client.with_token(given["access_token"].as_str().expect("a token"));
    let viewer = ada.run("Viewer", json!({})).await;
    assert_eq!(viewer["viewer"]["account"]["email"], "ada@work.example");
    assert_eq!(viewer["viewer"]["profiles"][0]["name"], "Ada");

    // What is refused costs the address: guessing ends.
    let mut codes = Vec::new();
    for n in 1..400 {
        let (status, told) = sign_in(&tv.client, &stranger.token(&claims(n))).await;
        codes.push(status);
        if status == 429 {
            assert_eq!(told["error"], "temporarily_unavailable");
            break;
        }
        assert_eq!((status, &told["error"]), (400, &json!("invalid_grant")), "{told}");
    }
    assert_eq!(codes.last(), Some(&429), "{} tries", codes.len());
    tv.close().await;
}
