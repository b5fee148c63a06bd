//! Tokens for tokens: never more, never longer, and never after their origin ended.

use std::{sync::Arc, time::Duration};

use auth::{Role, Viewer};
use serde_json::{Value, json};

use crate::kit::{House, PASSWORD, Person};

pub const EXCHANGE: &str = "mutation($input: ExchangeTokenInput!) { exchangeToken(input: $input) {
    token { accessToken issuedTokenType tokenType expiresIn scope refreshToken } problem { code message }
} }";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const API_KEY: &str = "urn:matinee:params:oauth:token-type:api_key";

pub async fn exchange(house: &House, token_type: &str, token: &str, more: Value) -> Value {
    let mut input = json!({ "grantType": GRANT, "subjectToken": token, "subjectTokenType": token_type });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    house.data(None, EXCHANGE, json!({ "input": input })).await["exchangeToken"].clone()
}

fn viewer(house: &House, given: &Value) -> Arc<Viewer> {
    let token = given["token"]["accessToken"]
        .as_str()
        .unwrap_or_else(|| panic!("{given}"));
    house.bench.platform.verifier.verify(token).unwrap()
}

async fn is_revoked(house: &House, viewer: &Viewer) -> bool {
    let kv = &house.bench.platform.kv;
    let found = kv
        .get(auth::REVOKED_TOKENS, &viewer.token_id.to_string())
        .await
        .unwrap();
    found.is_some()
}

async fn promote(house: &House, name: &str, roles: &str) {
    use sea_orm::ConnectionTrait;
    let sql = format!("UPDATE accounts SET roles = '{roles}' WHERE email = '{name}@example.com'");
    house.database.writer().execute_unprepared(&sql).await.expect("SQL");
}

/// Signs in and gives back the tokens.
async fn sign_in(house: &House, name: &str) -> (String, String) {
    let tokens = house.log_in(&format!("{name}@example.com"), PASSWORD).await["tokens"].clone();
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    (text("accessToken"), text("refreshToken"))
}

#[tokio::test]
async fn an_access_token_is_exchanged_for_one_that_does_less_and_ends_with_it() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    promote(&house, "ada", "VIEWER EDITOR ANALYST").await;
    let (access, refresh) = sign_in(&house, "ada").await;
    house.bench.clock.advance(Duration::from_mins(10));
    let given = exchange(&house, ACCESS_TOKEN, &access, json!({ "scope": "role:EDITOR" })).await;
    let token = &given["token"];
    assert_eq!(
        (
            &token["scope"],
            &token["issuedTokenType"],
            &token["tokenType"],
            &token["refreshToken"]
        ),
        (
            &json!("role:VIEWER role:EDITOR"),
            &json!(ACCESS_TOKEN),
            &json!("Bearer"),
            &Value::Null
        )
    );
    assert_eq!(token["expiresIn"], 20 * 60, "not longer than the subject token");
    let narrow = viewer(&house, &given);
    assert_eq!(
        (narrow.account, &narrow.roles[..]),
        (ada.account, &[Role::Viewer, Role::Editor][..])
    );

    let text = token["accessToken"].as_str().unwrap();
    let again = exchange(&house, ACCESS_TOKEN, text, json!({ "scope": "role:ANALYST" })).await;
    assert_eq!(
        again["problem"]["code"], "INVALID_SCOPE",
        "it cannot win back what it gave up"
    );
    let second = viewer(&house, &exchange(&house, ACCESS_TOKEN, text, json!({})).await);
    assert_eq!(second.roles, narrow.roles);

    let by_narrow = Person {
        viewer: narrow.clone(),
        refresh: String::new(),
        ..ada
    };
    let create = "mutation { createApiKey(input: { name: \"k\" }) { secret } }";
    assert_eq!(house.refused(Some(&by_narrow), create, json!({})).await, "FORBIDDEN");

    let log_out = "mutation($t: String) { logout(input: { refreshToken: $t }) { problem { code } } }";
    house.data(Some(&ada), log_out, json!({ "t": refresh })).await;
    assert!(is_revoked(&house, &narrow).await && is_revoked(&house, &second).await);
    for token in [text, &access] {
        let over = exchange(&house, ACCESS_TOKEN, token, json!({})).await;
        assert_eq!(over["problem"]["code"], "INVALID_GRANT");
    }
}

#[tokio::test]
async fn roles_that_an_account_lost_are_not_exchanged_and_tokens_of_others_neither() {
    let house = House::start().await;
    house.register("ada").await;
    promote(&house, "ada", "VIEWER ADMIN").await;
    let (access, refresh) = sign_in(&house, "ada").await;
    let given = exchange(&house, ACCESS_TOKEN, &access, json!({ "scope": "role:BILLING" })).await;
    assert_eq!(
        viewer(&house, &given).roles,
        [Role::Viewer, Role::Billing],
        "an administrator has every role"
    );
    promote(&house, "ada", "VIEWER").await;
    let given = exchange(&house, ACCESS_TOKEN, &access, json!({})).await;
    assert_eq!(viewer(&house, &given).roles, [Role::Viewer]);

    let platform = &house.bench.platform;
    let (now, nobody) = (platform.clock.now(), testkit::Bench::id(7));
    let stranger = platform.issuer.as_ref().unwrap().issue(
        kernel::AccountId(nobody),
        &[Role::Admin],
        nobody,
        now,
        now + Duration::from_mins(5),
    );
    for token in [stranger.as_str(), refresh.as_str(), "", "a.b.c"] {
        let input = json!({ "input": { "grantType": GRANT, "subjectToken": token, "subjectTokenType": ACCESS_TOKEN } });
        let reply = house.ask(None, EXCHANGE, input).await;
        assert_eq!(reply["data"]["exchangeToken"]["token"], Value::Null, "{reply}");
    }
}

#[tokio::test]
async fn a_key_is_exchanged_for_tokens_that_end_with_it() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    promote(&house, "ada", "VIEWER ADMIN").await;
    let mut admin = (*ada.viewer).clone();
    admin.roles = vec![Role::Admin];
    let admin = Person {
        viewer: Arc::new(admin),
        ..ada
    };
    let create = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }";
    let make = async |input: Value| {
        let made = house.data(Some(&admin), create, json!({ "input": input })).await;
        made["createApiKey"].clone()
    };
    let key = make(json!({ "name": "k", "scopes": ["role:EDITOR", "reports:read"] })).await;
    let secret = key["secret"].as_str().unwrap();
    let given = exchange(&house, API_KEY, secret, json!({})).await;
    assert_eq!(given["token"]["scope"], "role:VIEWER role:EDITOR reports:read");
    assert_eq!(given["token"]["expiresIn"], 30 * 60);
    let token = viewer(&house, &given);
    assert_eq!(token.scopes, ["reports:read"]);
    let narrow = exchange(&house, API_KEY, secret, json!({ "scope": "reports:read" })).await;
    assert_eq!(viewer(&house, &narrow).roles, [Role::Viewer]);
    let told = "query($token: String!) { introspectToken(token: $token) { active clientId scope } }";
    let text = json!({ "token": given["token"]["accessToken"] });
    let told_of = house.data(Some(&admin), told, text.clone()).await;
    assert_eq!(told_of["introspectToken"]["clientId"], key["apiKey"]["id"]);

    let by_token = Person {
        viewer: token.clone(),
        refresh: String::new(),
        ..admin
    };
    let more = json!({ "input": { "name": "more" } });
    assert_eq!(house.refused(Some(&by_token), create, more).await, "FORBIDDEN");

    let revoke = "mutation($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { id } } }";
    house
        .data(Some(&admin), revoke, json!({ "id": key["apiKey"]["id"] }))
        .await;
    assert!(is_revoked(&house, &token).await);
    assert_eq!(
        house.data(Some(&admin), told, text).await["introspectToken"]["active"],
        false
    );
    let over = exchange(&house, API_KEY, secret, json!({})).await;
    assert_eq!(over["problem"]["code"], "INVALID_GRANT");

    let metered = make(json!({ "name": "m", "requestsPerMinute": 5 })).await;
    let refused = exchange(&house, API_KEY, metered["secret"].as_str().unwrap(), json!({})).await;
    assert_eq!(refused["problem"]["code"], "UNAUTHORIZED_CLIENT");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_here_too_and_an_account_has_so_many_tokens() {
    let house = House::start_with(accounts::Settings {
        max_exchanged_tokens: 2,
        ..accounts::Settings::default()
    })
    .await;
    house.register("ada").await;
    let (access, refresh) = sign_in(&house, "ada").await;
    let input = json!({ "input": { "grantType": "refresh_token", "refreshToken": refresh } });
    for _ in 0..2 {
        exchange(&house, ACCESS_TOKEN, &access, json!({})).await;
    }
    let third = json!({ "input": { "grantType": GRANT, "subjectToken": access, "subjectTokenType": ACCESS_TOKEN } });
    assert_eq!(house.refused(None, EXCHANGE, third).await, "LIMIT_EXCEEDED");

    let next = house.data(None, EXCHANGE, input.clone()).await["exchangeToken"]["token"].clone();
    assert!(
        next["refreshToken"].is_string() && next["issuedTokenType"].is_null(),
        "{next}"
    );
    assert_eq!(next["scope"], "role:VIEWER");
    let reused = house.data(None, EXCHANGE, input).await;
    assert_eq!(reused["exchangeToken"]["problem"]["code"], "INVALID_GRANT");
    let ended = json!({ "input": { "grantType": "refresh_token", "refreshToken": next["refreshToken"] } });
    let ended = house.data(None, EXCHANGE, ended).await;
    assert_eq!(
        ended["exchangeToken"]["problem"]["code"], "INVALID_GRANT",
        "the family is dead"
    );
}
