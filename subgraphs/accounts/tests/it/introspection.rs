//! What is told of tokens, and to whom.

use std::{sync::Arc, time::Duration};

use auth::Role;
use serde_json::{Value, json};

use crate::kit::{House, PASSWORD, Person};

const ASK: &str = "query($token: String!) { introspectToken(token: $token) {
    active scope clientId tokenType exp iat sub iss jti
} }";

async fn introspect(house: &House, person: &Person, token: &str) -> Value {
    let data = house.data(Some(person), ASK, json!({ "token": token })).await;
    data["introspectToken"].clone()
}

/// All that is told of a token that is not good.
fn inactive() -> Value {
    json!({ "active": false, "scope": null, "clientId": null, "tokenType": null, "exp": null, "iat": null,
        "sub": null, "iss": null, "jti": null })
}

#[tokio::test]
async fn an_own_token_is_told_of_until_it_ends_or_is_revoked() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let signed_in = house.log_in("ada@example.com", PASSWORD).await;
    let text = |name: &str| signed_in["tokens"][name].as_str().unwrap().to_owned();
    let (access, refresh) = (text("accessToken"), text("refreshToken"));
    let viewer = house.bench.platform.verifier.verify(&access).unwrap();

    let told = introspect(&house, &ada, &access).await;
    assert_eq!(
        told,
        json!({ "active": true, "scope": "role:VIEWER", "clientId": null, "tokenType": "Bearer",
            "exp": 1_795_264_200, "iat": 1_795_262_400, "sub": ada.account.to_string(), "iss": "matinee",
            "jti": viewer.token_id.to_string() })
    );
    let told = introspect(&house, &ada, &refresh).await;
    assert_eq!(
        (&told["active"], &told["tokenType"]),
        (&json!(true), &json!("refresh_token"))
    );
    assert_eq!(
        told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(),
        7 * 24 * 3600
    );

    let log_out = "mutation($t: String) { logout(input: { refreshToken: $t }) { problem { code } } }";
    house.data(Some(&ada), log_out, json!({ "t": refresh })).await;
    assert_eq!(introspect(&house, &ada, &access).await, inactive());
    assert_eq!(introspect(&house, &ada, &refresh).await, inactive());

    let other = house.log_in("ada@example.com", PASSWORD).await;
    let other = other["tokens"]["accessToken"].as_str().unwrap();
    assert_eq!(introspect(&house, &ada, other).await["active"], true);
    house.bench.clock.advance(Duration::from_mins(30));
    assert_eq!(introspect(&house, &ada, other).await, inactive());
    let long = "x".repeat(10_000);
    for none in ["", "none", "a.b.c", &"x".repeat(43), &long] {
        assert_eq!(introspect(&house, &ada, none).await, inactive(), "{none:?}");
    }
}

#[tokio::test]
async fn others_tokens_are_told_of_to_who_has_the_right_only() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let create = "mutation { createApiKey(input: { name: \"Shop\" }) { secret apiKey { id } } }";
    let made = house.data(Some(&ada), create, json!({})).await["createApiKey"].clone();
    let secret = made["secret"].as_str().unwrap();
    let told = introspect(&house, &ada, secret).await;
    assert_eq!(
        (&told["tokenType"], &told["clientId"], &told["sub"]),
        (
            &json!("api_key"),
            &made["apiKey"]["id"],
            &json!(ada.account.to_string())
        )
    );
    assert!(!told.to_string().contains(secret));

    assert_eq!(introspect(&house, &bob, secret).await, inactive());
    let query = json!({ "token": secret });
    assert_eq!(house.refused(None, ASK, query).await, "UNAUTHENTICATED");
    let mut viewer = (*bob.viewer).clone();
    viewer.scopes = vec!["tokens:introspect".to_owned()];
    let gateway = Person {
        viewer: Arc::new(viewer.clone()),
        ..bob
    };
    assert_eq!(introspect(&house, &gateway, secret).await["active"], true);
    viewer.scopes.clear();
    for (role, expected) in [(Role::Support, false), (Role::Admin, true)] {
        viewer.roles = vec![role];
        let staff = Person {
            viewer: Arc::new(viewer.clone()),
            refresh: String::new(),
            ..gateway
        };
        assert_eq!(introspect(&house, &staff, secret).await["active"], expected, "{role:?}");
    }

    let revoke = "mutation($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }";
    house
        .data(Some(&ada), revoke, json!({ "id": made["apiKey"]["id"] }))
        .await;
    assert_eq!(introspect(&house, &ada, secret).await, inactive());
}
