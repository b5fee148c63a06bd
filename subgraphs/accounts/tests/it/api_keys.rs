//! Keys of client applications.

use std::{sync::Arc, time::Duration};

use auth::{API_KEY_DAYS, API_KEYS, ApiKey, Role};
use schema::events::accounts::AccountClosed;
use serde_json::{Value, json};

use crate::kit::{House, Person};

const CREATE: &str = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    secret apiKey { id name prefix scopes requestsPerMinute createdAt expiresAt revokedAt lastUsedOn } problem { code }
} }";
const REVOKE: &str = "mutation($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { revokedAt } } }";
const LIST: &str = "{ viewer { apiKeys { totalCount edges { node { id name lastUsedOn } } } } }";

async fn create(house: &House, person: &Person, input: Value) -> Value {
    house.data(Some(person), CREATE, json!({ "input": input })).await["createApiKey"].clone()
}

/// What the router would find for the secret.
async fn found(house: &House, made: &Value) -> Option<ApiKey> {
    let hash = ApiKey::hash(made["secret"].as_str().expect("a secret")).expect("one of ours");
    let value = house
        .bench
        .platform
        .kv
        .get(API_KEYS, &hash)
        .await
        .expect("the store answers");
    value.map(|value| serde_json::from_slice(&value).expect("a key"))
}

/// Gives the account other roles.
async fn promote(house: &House, name: &str, roles: &str) {
    use sea_orm::ConnectionTrait;
    let sql = format!("UPDATE accounts SET roles = '{roles}' WHERE email = '{name}@example.com'");
    house.database.writer().execute_unprepared(&sql).await.expect("SQL");
}

/// The person, asking with other roles.
fn with_roles(person: &Person, roles: &[Role]) -> Person {
    let mut viewer = (*person.viewer).clone();
    viewer.roles = roles.to_vec();
    Person {
        viewer: Arc::new(viewer),
        refresh: person.refresh.clone(),
        ..*person
    }
}

#[tokio::test]
async fn a_key_stands_for_a_token_of_its_roles_and_its_secret_is_kept_nowhere() {
    let house = House::start().await;
    let ada = with_roles(&house.register("ada").await, &[Role::Viewer, Role::Editor]);
    promote(&house, "ada", "VIEWER EDITOR").await;
    let made = create(
        &house,
        &ada,
        json!({ "name": "Shop", "scopes": ["role:EDITOR"], "expiresInDays": 10 }),
    )
    .await;
    let key = &made["apiKey"];
    assert_eq!(made["problem"], Value::Null);
    assert_eq!(
        (&key["expiresAt"], &key["scopes"]),
        (&json!("2026-12-01T12:00:00+00:00"), &json!(["role:EDITOR"]))
    );
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with(key["prefix"].as_str().unwrap()), "{key}");

    let kept = found(&house, &made).await.expect("it is live");
    assert_eq!((kept.name.as_str(), kept.account), ("Shop", ada.account));
    let viewer = house.bench.platform.verifier.verify(&kept.bearer.0).unwrap();
    assert_eq!(viewer.roles, [Role::Viewer, Role::Editor]);
    assert_eq!(viewer.account, ada.account);

    let by_key = Person {
        viewer,
        refresh: String::new(),
        ..ada
    };
    let list = house.data(Some(&by_key), LIST, json!({})).await;
    assert_eq!(list["viewer"]["apiKeys"]["totalCount"], 1);
    assert!(!list.to_string().contains(secret));
    assert_eq!(
        house
            .refused(Some(&by_key), CREATE, json!({ "input": { "name": "More" } }))
            .await,
        "FORBIDDEN"
    );
    assert_eq!(
        house.refused(Some(&by_key), REVOKE, json!({ "id": key["id"] })).await,
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    for (input, code) in [
        (json!({ "name": "x", "scopes": ["role:ADMIN"] }), "FORBIDDEN"),
        (json!({ "name": "x", "scopes": ["reports:read"] }), "FORBIDDEN"),
        (json!({ "name": "x", "requestsPerMinute": 9 }), "FORBIDDEN"),
        (json!({ "name": "x", "expiresInDays": 366 }), "BAD_USER_INPUT"),
        (json!({ "name": " " }), "BAD_USER_INPUT"),
    ] {
        assert_eq!(
            house.refused(Some(&ada), CREATE, json!({ "input": input })).await,
            code,
            "{input}"
        );
    }
    let admin = with_roles(&ada, &[Role::Admin]);
    promote(&house, "ada", "ADMIN").await;
    let made = create(
        &house,
        &admin,
        json!({ "name": "x", "scopes": ["reports:read"], "requestsPerMinute": 9 }),
    )
    .await;
    let kept = found(&house, &made).await.expect("it is live");
    assert_eq!(
        (kept.scopes, kept.limits.requests_per_minute),
        (vec!["reports:read".to_owned()], Some(9))
    );
    assert_eq!(
        house.refused(None, CREATE, json!({ "input": { "name": "x" } })).await,
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn a_revoked_key_is_gone_and_makes_room() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let first = create(&house, &ada, json!({ "name": "first" })).await;
    for _ in 1..20 {
        create(&house, &ada, json!({ "name": "more" })).await;
    }
    assert_eq!(
        create(&house, &ada, json!({ "name": "one too many" })).await["problem"]["code"],
        "KEY_LIMIT"
    );

    let id = json!({ "id": first["apiKey"]["id"] });
    assert_eq!(house.refused(Some(&bob), REVOKE, id.clone()).await, "NOT_FOUND");
    assert!(found(&house, &first).await.is_some());
    for _ in 0..2 {
        let revoked = house.data(Some(&ada), REVOKE, id.clone()).await;
        assert_eq!(
            revoked["revokeApiKey"]["apiKey"]["revokedAt"],
            "2026-11-21T12:00:00+00:00"
        );
        assert!(found(&house, &first).await.is_none());
    }
    let token = first["apiKey"]["id"].as_str().unwrap();
    let revoked = house.bench.platform.kv.get(auth::REVOKED_TOKENS, token).await.unwrap();
    assert!(revoked.is_some(), "the token behind it mints nothing any more");
    assert_eq!(
        create(&house, &ada, json!({ "name": "again" })).await["problem"],
        Value::Null
    );
}

#[tokio::test]
async fn keys_that_were_lost_come_back_and_those_that_ended_do_not() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let made = create(&house, &ada, json!({ "name": "lost" })).await;
    let gone = create(&house, &ada, json!({ "name": "revoked" })).await;
    let short = create(&house, &ada, json!({ "name": "short", "expiresInDays": 1 })).await;
    house
        .data(Some(&ada), REVOKE, json!({ "id": gone["apiKey"]["id"] }))
        .await;
    house.bench.clock.advance(Duration::from_hours(25));
    for key in [&made, &short] {
        let hash = ApiKey::hash(key["secret"].as_str().expect("a secret")).expect("one of ours");
        house.bench.platform.kv.delete(API_KEYS, &hash).await.unwrap();
    }

    // The next process over the same database and an empty KV.
    accounts::service(&house.bench.platform, accounts::Settings::default())
        .await
        .unwrap();
    let kept = found(&house, &made).await.expect("it is back");
    assert!(house.bench.platform.verifier.verify(&kept.bearer.0).is_ok());
    assert!(found(&house, &gone).await.is_none() && found(&house, &short).await.is_none());
}

#[tokio::test]
async fn the_day_of_the_last_use_is_told_and_a_closed_account_has_no_keys() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let made = create(&house, &ada, json!({ "name": "k" })).await;
    let id = made["apiKey"]["id"].as_str().unwrap();
    let kv = &house.bench.platform.kv;
    kv.put(API_KEY_DAYS, id, b"2026-11-20", Duration::from_mins(1))
        .await
        .unwrap();
    let list = house.data(Some(&ada), LIST, json!({})).await;
    let node = &list["viewer"]["apiKeys"]["edges"][0]["node"];
    assert_eq!(node["lastUsedOn"], "2026-11-20T00:00:00+00:00");

    let at = "2026-11-21T12:00:00Z".parse().unwrap();
    let account = ada.account;
    house.bench.emit(&AccountClosed { account, at }).await;
    assert!(found(&house, &made).await.is_none());
}

#[tokio::test]
async fn a_key_never_does_more_than_its_account_may() {
    let house = House::start().await;
    let admin = with_roles(&house.register("bob").await, &[Role::Admin]);
    let ada = with_roles(&house.register("ada").await, &[Role::Viewer, Role::Editor]);
    promote(&house, "ada", "VIEWER EDITOR").await;
    let editing = create(&house, &ada, json!({ "name": "edits", "scopes": ["role:EDITOR"] })).await;
    let watching = create(&house, &ada, json!({ "name": "watches" })).await;

    let demote = "mutation($id: ID!) { adminUpdateUser(input: { accountId: $id, roles: [\"VIEWER\"] }) {
        problem { code } } }";
    let id = json!({ "id": ada.account.to_string() });
    house.data(Some(&admin), demote, id.clone()).await;
    assert!(found(&house, &editing).await.is_none() && found(&house, &watching).await.is_some());
    let again = json!({ "input": { "name": "edits again", "scopes": ["role:EDITOR"] } });
    assert_eq!(
        house.refused(Some(&ada), CREATE, again).await,
        "FORBIDDEN",
        "her token still says EDITOR"
    );

    let delete = "mutation($id: ID!) { adminDeleteUser(input: { accountId: $id }) { problem { code } } }";
    house.data(Some(&admin), delete, id).await;
    assert!(found(&house, &watching).await.is_none());
}
