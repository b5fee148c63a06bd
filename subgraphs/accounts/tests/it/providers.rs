//! Signing in by what an identity provider says.

use std::time::Duration;

use accounts::{Provider, Settings};
use auth::Role;
use serde_json::{Value, json};
use testkit::IdentityProvider;

use crate::{
    exchange::exchange,
    kit::{House, PASSWORD},
};

const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// When the clock of the bench stands.
const NOW: i64 = 1_795_262_400;

async fn start(change: impl FnOnce(&mut Provider)) -> (House, IdentityProvider) {
    let provider = IdentityProvider::start().await;
    let mut entry = Provider {
        name: "Work".to_owned(),
        issuer: provider.issuer.clone(),
        client_id: "tv".to_owned(),
        create_accounts: true,
        ..Provider::default()
    };
    change(&mut entry);
    let house = House::start_with(Settings {
        providers: vec![entry],
        allow_private_providers: vec!["127.0.0.1".to_owned()],
        ..Settings::default()
    })
    .await;
    (house, provider)
}

/// What a token says of Ada; `n` tells tokens apart.
fn ada(n: i64) -> Value {
    json!({ "aud": "tv", "sub": "ada-1", "iat": NOW - n, "exp": NOW + 600, "email": "ada@example.com",
        "email_verified": true, "name": "Ada" })
}

async fn sign_in(house: &House, token: &str) -> Value {
    exchange(house, ID_TOKEN, token, json!({})).await
}

fn account(house: &House, given: &Value) -> String {
    let token = given["token"]["accessToken"]
        .as_str()
        .unwrap_or_else(|| panic!("{given}"));
    house.bench.platform.verifier.verify(token).unwrap().account.to_string()
}

#[tokio::test]
async fn a_newcomer_gets_an_account_and_comes_back_to_it_by_any_address() {
    let (house, provider) = start(|_| {}).await;
    let given = sign_in(&house, &provider.token(&ada(0))).await;
    assert_eq!(given["token"]["scope"], "role:VIEWER");
    assert!(given["token"]["refreshToken"].is_string(), "{given}");
    let first = account(&house, &given);

    let mut moved = ada(1);
    moved["email"] = "ada@elsewhere.example".into();
    moved["email_verified"] = false.into();
    let es256 = json!({ "alg": "ES256", "kid": "ec-1" });
    let again = sign_in(&house, &provider.signed(&es256, &moved)).await;
    assert_eq!(account(&house, &again), first, "who they are is issuer and sub");
    assert_eq!(provider.fetches(), 1, "its keys are kept");

    let password = house.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(password["problem"]["code"], "WRONG_CREDENTIALS", "there is none");
    let mut other = ada(2);
    other["sub"] = "ada-2".into();
    let taken = sign_in(&house, &provider.token(&other)).await;
    assert_eq!(
        taken["problem"]["code"], "INVALID_GRANT",
        "her address is no way into her account"
    );
}

#[tokio::test]
async fn what_is_forged_foreign_or_used_signs_nobody_in() {
    let (house, provider) = start(|_| {}).await;
    let stranger = IdentityProvider::start().await;
    let with = |name: &str, value: Value| {
        let mut claims = ada(5);
        claims[name] = value;
        provider.token(&claims)
    };
    let good = provider.token(&ada(3));
    let mut as_ours = ada(4);
    as_ours["iss"] = provider.issuer.clone().into();
    let (head, rest) = good.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let header = |header: Value| provider.signed(&header, &ada(6));
    for (token, why) in [
        (stranger.token(&ada(0)), "not trusted"),
        (stranger.token(&as_ours), "no key of its issuer"),
        (with("aud", json!("other")), "another application"),
        (with("exp", json!(NOW - 3600)), "expired"),
        (header(json!({ "alg": "none" })), "no JWT signed by"),
        (header(json!({ "alg": "HS256", "kid": "rsa-1" })), "no JWT signed by"),
        (header(json!({ "alg": "RS384", "kid": "rsa-1" })), "no JWT signed by"),
        (header(json!({ "alg": "RS256", "kid": "ec-1" })), "no key of its issuer"),
        (
            header(json!({ "alg": "ES256", "kid": "rsa-1" })),
            "no key of its issuer",
        ),
        (header(json!({ "alg": "RS256", "kid": "gone" })), "no key of its issuer"),
        (header(json!({ "alg": "RS256" })), "no key of its issuer"),
        (
            header(json!({ "alg": "RS256", "kid": "rsa-1", "crit": ["b64"], "b64": false })),
            "no JWT signed by",
        ),
        (format!("{head}.{body}."), "no key of its issuer"),
        (format!("{head}.{}.{signature}", body.replace('a', "b")), ""),
        ("x".repeat(20_000), "no JWT signed by"),
    ] {
        let refused = sign_in(&house, &token).await;
        let message = refused["problem"]["message"].as_str().unwrap_or_default();
        assert_eq!(refused["problem"]["code"], "INVALID_GRANT", "{why}: {refused}");
        assert!(message.contains(why), "{why}: {message}");
    }
    assert!(sign_in(&house, &good).await["problem"].is_null());
    let replayed = sign_in(&house, &good).await;
    assert!(
        replayed["problem"]["message"].as_str().unwrap().contains("used before"),
        "{replayed}"
    );
}

#[tokio::test]
async fn keys_are_rotated_and_unknown_ones_do_not_flood_the_provider() {
    let (house, provider) = start(|_| {}).await;
    assert!(sign_in(&house, &provider.token(&ada(0))).await["problem"].is_null());
    let next = |n| provider.signed(&json!({ "alg": "RS256", "kid": "rsa-2" }), &ada(n));
    provider.publish("rsa-2", "ec-2");
    for n in 0..5 {
        assert_eq!(sign_in(&house, &next(n)).await["problem"]["code"], "INVALID_GRANT");
    }
    assert_eq!(provider.fetches(), 1, "it was read a moment ago");
    house.bench.clock.advance(Duration::from_secs(30));
    assert!(sign_in(&house, &next(7)).await["problem"].is_null());
    let old = sign_in(&house, &provider.token(&ada(8))).await;
    assert_eq!(
        (&old["problem"]["code"], provider.fetches()),
        (&json!("INVALID_GRANT"), 2)
    );
}

#[tokio::test]
async fn an_account_is_taken_over_only_where_the_entry_allows_it_and_begins_anew() {
    let (house, provider) = start(|entry| {
        entry.link_accounts = true;
        entry.create_accounts = false;
        entry.email_domains = vec!["example.com".to_owned()];
    })
    .await;
    let person = house.register("ada").await;
    let create = "mutation { createApiKey(input: { name: \"k\" }) { secret } }";
    let key = house.data(Some(&person), create, json!({})).await["createApiKey"]["secret"].clone();
    let mut unverified = ada(0);
    unverified["email_verified"] = false.into();
    assert_eq!(
        sign_in(&house, &provider.token(&unverified)).await["problem"]["code"],
        "INVALID_GRANT"
    );
    let mut nobody = ada(1);
    nobody["email"] = "bob@example.com".into();
    let refused = sign_in(&house, &provider.token(&nobody)).await;
    assert!(
        refused["problem"]["message"].as_str().unwrap().contains("makes none"),
        "{refused}"
    );

    let given = sign_in(&house, &provider.token(&ada(2))).await;
    assert_eq!(account(&house, &given), person.account.to_string());
    assert_eq!(
        house.log_in("ada@example.com", PASSWORD).await["problem"]["code"],
        "WRONG_CREDENTIALS",
        "whoever made the account may have been a stranger"
    );
    let told = "query($token: String!) { introspectToken(token: $token) { active } }";
    let active = async |token: &Value| {
        let data = house.data(Some(&person), told, json!({ "token": token })).await;
        data["introspectToken"]["active"].clone()
    };
    assert_eq!(active(&key).await, false);
    assert_eq!(active(&person.refresh.clone().into()).await, false);
    assert_eq!(active(&given["token"]["refreshToken"]).await, true);
    assert_eq!(active(&given["token"]["accessToken"]).await, true);
}

#[tokio::test]
async fn a_provider_that_decides_roles_gives_and_takes_them() {
    let (house, provider) = start(|entry| {
        entry.roles_claim = "groups".to_owned();
        entry.roles = [("editors".to_owned(), "EDITOR".to_owned())].into();
    })
    .await;
    let with = |n, groups: Value| {
        let mut claims = ada(n);
        claims["groups"] = groups;
        provider.token(&claims)
    };
    let editing = sign_in(&house, &with(0, json!(["editors", "ADMIN"]))).await;
    assert_eq!(editing["token"]["scope"], "role:VIEWER role:EDITOR");
    let token = editing["token"]["accessToken"].as_str().unwrap();
    let editor = house.bench.platform.verifier.verify(token).unwrap();
    assert_eq!(editor.roles, [Role::Viewer, Role::Editor]);
    let watching = sign_in(&house, &with(1, json!([]))).await;
    assert_eq!(watching["token"]["scope"], "role:VIEWER");
    let kv = &house.bench.platform.kv;
    let revoked = kv
        .get(auth::REVOKED_TOKENS, &editor.token_id.to_string())
        .await
        .unwrap();
    assert!(revoked.is_some(), "what had more ends");
}
