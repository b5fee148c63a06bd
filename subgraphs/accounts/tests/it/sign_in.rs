//! Register, sign in, stay signed in, sign out.

use std::time::Duration;

use schema::events::accounts::{ProfileChanged, UserLoggedIn, UserRegistered};
use serde_json::{Value, json};

use crate::kit::{House, PASSWORD, Person};

async fn register(house: &House, email: &str, password: &str) -> Value {
    let query = "mutation($input: RegisterInput!) { register(input: $input) {
        account { id email displayName roles }
        tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt tokenType }
        problem { code message }
    } }";
    let input = json!({ "email": email, "password": password, "displayName": "Ada" });
    house.ask(None, query, json!({ "input": input })).await
}

async fn refresh(house: &House, token: &str) -> Value {
    let query = "mutation($input: RefreshTokenInput!) { refreshToken(input: $input) {
        tokens { accessToken refreshToken accessTokenExpiresAt } problem { code message }
    } }";
    house
        .data(None, query, json!({ "input": { "refreshToken": token } }))
        .await["refreshToken"]
        .clone()
}

async fn log_out(house: &House, person: &Person, input: Value) -> Value {
    let query = "mutation($input: LogoutInput!) { logout(input: $input) { problem { code } } }";
    house.data(Some(person), query, json!({ "input": input })).await["logout"]["problem"]["code"].clone()
}

async fn is_revoked(house: &House, person: &Person) -> bool {
    let key = person.viewer.token_id.to_string();
    let kv = &house.bench.platform.kv;
    kv.get(auth::REVOKED_TOKENS, &key)
        .await
        .expect("the memory KV answers")
        .is_some()
}

#[tokio::test]
async fn registering_signs_in_and_tells_others_of_the_first_profile() {
    let house = House::start().await;
    let reply = register(&house, " Ada@Example.com", PASSWORD).await;

    let done = &reply["data"]["register"];
    assert_eq!(done["problem"], Value::Null);
    assert_eq!(done["account"]["email"], "ada@example.com");
    assert_eq!(done["account"]["roles"], json!(["VIEWER"]));
    assert_eq!(done["tokens"]["accessTokenExpiresAt"], "2026-11-21T12:30:00+00:00");
    assert_eq!(done["tokens"]["refreshTokenExpiresAt"], "2026-11-28T12:00:00+00:00");
    let registered = house.bench.published::<UserRegistered>().await;
    let profiles = house.bench.published::<ProfileChanged>().await;
    assert_eq!(done["account"]["id"], registered[0].account.to_string());
    assert_eq!(registered[0].email_hash.len(), 64);
    assert_eq!(profiles[0].account, registered[0].account);

    let taken = register(&house, "ada@example.COM", PASSWORD).await;
    assert_eq!(taken["data"]["register"]["problem"]["code"], "EMAIL_TAKEN");
    assert_eq!(taken["data"]["register"]["tokens"], Value::Null);
    let weak = register(&house, "bob@example.com", "password1").await;
    assert_eq!(weak["data"]["register"]["problem"]["code"], "WEAK_PASSWORD");
    let malformed = register(&house, "bob", PASSWORD).await;
    assert_eq!(malformed["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(malformed["errors"][0]["extensions"]["field"], "input.email");
    assert_eq!(house.bench.published::<UserRegistered>().await.len(), 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let house = House::start().await;
    house.register("ada").await;

    let wrong = house.log_in("ada@example.com", "not her password").await;
    let unknown = house.log_in("bob@example.com", "not her password").await;
    let malformed = house.log_in("bob", "not her password").await;

    assert_eq!(wrong["problem"]["code"], "WRONG_CREDENTIALS");
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, malformed);
    let right = house.log_in("ADA@example.com", PASSWORD).await;
    assert_eq!(right["account"]["displayName"], "ada");
    assert_eq!(house.bench.published::<UserLoggedIn>().await.len(), 1);
}

#[tokio::test]
async fn after_ten_failures_even_the_right_password_waits_a_quarter_of_an_hour() {
    let house = House::start().await;
    house.register("ada").await;
    for _ in 0..10 {
        assert_eq!(
            house.log_in("ada@example.com", "a guess").await["problem"]["code"],
            "WRONG_CREDENTIALS"
        );
    }

    assert_eq!(
        house.log_in("ada@example.com", PASSWORD).await["problem"]["code"],
        "TOO_MANY_ATTEMPTS"
    );
    house.bench.clock.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(house.log_in("ada@example.com", PASSWORD).await["problem"], Value::Null);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_copy_ends_the_sign_in() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    house.bench.clock.advance(Duration::from_mins(29));

    let second = refresh(&house, &ada.refresh).await;
    assert_eq!(second["problem"], Value::Null);
    assert_eq!(second["tokens"]["accessTokenExpiresAt"], "2026-11-21T12:59:00+00:00");
    let third = refresh(&house, second["tokens"]["refreshToken"].as_str().unwrap()).await;
    assert_eq!(third["problem"], Value::Null);

    assert_eq!(refresh(&house, &ada.refresh).await["problem"]["code"], "TOKEN_REUSED");
    assert!(
        is_revoked(&house, &ada).await,
        "access tokens of the family are revoked too"
    );
    let last = third["tokens"]["refreshToken"].as_str().unwrap();
    assert_eq!(refresh(&house, last).await["problem"]["code"], "INVALID_TOKEN");
    assert_eq!(refresh(&house, "made up").await["problem"]["code"], "INVALID_TOKEN");
}

#[tokio::test]
async fn a_refresh_token_ends_after_a_week() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    house.bench.clock.advance(Duration::from_hours(7 * 24));
    assert_eq!(refresh(&house, &ada.refresh).await["problem"]["code"], "INVALID_TOKEN");
}

#[tokio::test]
async fn signing_out_ends_one_sign_in_or_all_of_them() {
    let house = House::start().await;
    let tv = house.register("ada").await;
    let (phone, tablet) = (
        house.log_in_again("ada", &tv).await,
        house.log_in_again("ada", &tv).await,
    );
    let bob = house.register("bob").await;

    assert_eq!(
        log_out(&house, &bob, json!({ "refreshToken": tv.refresh })).await,
        "INVALID_TOKEN"
    );
    assert_eq!(
        log_out(&house, &tv, json!({ "refreshToken": tv.refresh })).await,
        Value::Null
    );
    assert!(is_revoked(&house, &tv).await && !is_revoked(&house, &phone).await);
    assert_eq!(refresh(&house, &tv.refresh).await["problem"]["code"], "INVALID_TOKEN");

    assert_eq!(
        log_out(&house, &phone, json!({ "everywhere": true })).await,
        Value::Null
    );
    assert!(is_revoked(&house, &phone).await && is_revoked(&house, &tablet).await);
    assert_eq!(
        refresh(&house, &tablet.refresh).await["problem"]["code"],
        "INVALID_TOKEN"
    );
    assert_eq!(refresh(&house, &bob.refresh).await["problem"], Value::Null);
    assert!(!is_revoked(&house, &bob).await);
}

#[tokio::test]
async fn signed_out_there_is_no_viewer_and_nothing_to_sign_out_of() {
    let house = House::start().await;
    assert_eq!(
        house.data(None, "{ viewer { id } me { id } }", json!({})).await,
        json!({ "viewer": null, "me": null })
    );
    let query = "mutation { logout(input: {}) { problem { code } } }";
    assert_eq!(house.refused(None, query, json!({})).await, "UNAUTHENTICATED");
}
