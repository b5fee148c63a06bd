//! Staff and accounts; new passwords by mail; an account's id in the place of a profile's.

use auth::Role;
use schema::events::accounts::{AccountClosed, ProfileChanged};
use serde_json::{Value, json};

use crate::kit::{House, PASSWORD};

const RESET: &str = "mutation($token: String!, $new: String!) {
    completePasswordReset(input: { token: $token, newPassword: $new }) { completed problem { code } } }";

/// The token of the only letter in the mail folder, and the folder's letters.
fn letters(house: &House) -> Vec<String> {
    let folder = house.bench.platform.data_dir.join("mail");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let texts = entries.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a letter"));
    texts.collect()
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_once_by_a_token_in_a_letter() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let ask = "mutation($email: String!) { requestPasswordReset(input: { email: $email }) { accepted } }";
    for email in ["ada@example.com", "nobody@example.com", "not an address"] {
        let data = house.data(None, ask, json!({ "email": email })).await;
        assert_eq!(
            data["requestPasswordReset"]["accepted"], true,
            "nothing tells who has an account"
        );
    }
    let sent = letters(&house);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].contains("To: ada@example.com\r\n"), "{}", sent[0]);
    let token = sent[0]
        .split("Your token: ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .expect("a token");
    let weak = house.data(None, RESET, json!({ "token": token, "new": "short" })).await;
    assert_eq!(weak["completePasswordReset"]["problem"]["code"], "WEAK_PASSWORD");
    let new = "a brand new battery";
    let done = house.data(None, RESET, json!({ "token": token, "new": new })).await;
    assert_eq!(done["completePasswordReset"]["completed"], true);
    let again = house.data(None, RESET, json!({ "token": token, "new": new })).await;
    assert_eq!(again["completePasswordReset"]["problem"]["code"], "INVALID_TOKEN");
    assert_eq!(
        house.log_in("ada@example.com", PASSWORD).await["problem"]["code"],
        "WRONG_CREDENTIALS"
    );
    assert_eq!(house.log_in("ada@example.com", new).await["problem"], Value::Null);
    let refresh = "mutation($token: String!) { refreshToken(input: { refreshToken: $token }) { problem { code } } }";
    let old = house.data(None, refresh, json!({ "token": ada.refresh })).await;
    assert_eq!(
        old["refreshToken"]["problem"]["code"], "INVALID_TOKEN",
        "every sign-in has ended"
    );
    for _ in 0..5 {
        house.data(None, ask, json!({ "email": "ada@example.com" })).await;
    }
    assert_eq!(letters(&house).len(), 3, "three letters an hour");
}

#[tokio::test]
async fn staff_find_change_and_delete_accounts_but_not_their_own() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let admin = house.bench.viewer(1, &[Role::Admin]);
    let find = "query($query: String) { adminUsers(filter: { query: $query }, page: { pageSize: 1 }) {
        pagination { totalItems } edges { node { id email } } } }";
    assert_eq!(house.refused(Some(&ada), find, json!({})).await, "FORBIDDEN");
    let found = house.bench.ask(Some(&admin), find, json!({ "query": "bob@" })).await["data"]["adminUsers"].clone();
    assert_eq!(found["pagination"]["totalItems"], 1);
    assert_eq!(found["edges"][0]["node"]["id"], bob.account.to_string());
    let change = "mutation($input: AdminUpdateUserInput!) { adminUpdateUser(input: $input) {
        account { displayName roles } problem { code } } }";
    let input =
        |account: String| json!({ "input": { "accountId": account, "displayName": "Bobby", "roles": ["EDITOR"] } });
    let changed = house
        .bench
        .ask(Some(&admin), change, input(bob.account.to_string()))
        .await;
    assert_eq!(
        changed["data"]["adminUpdateUser"]["account"],
        json!({ "displayName": "Bobby", "roles": ["VIEWER", "EDITOR"] })
    );
    let taken = json!({ "input": { "accountId": bob.account.to_string(), "email": "ada@example.com" } });
    let taken = house.bench.ask(Some(&admin), change, taken).await;
    assert_eq!(taken["data"]["adminUpdateUser"]["problem"]["code"], "EMAIL_TAKEN");
    let own = house
        .bench
        .ask(Some(&admin), change, input(admin.account.to_string()))
        .await;
    assert_eq!(own["data"]["adminUpdateUser"]["problem"]["code"], "OWN_ACCOUNT");
    let delete = "mutation($id: ID!) { adminDeleteUser(input: { accountId: $id }) { accountId problem { code } } }";
    for code in [Value::Null, json!("ACCOUNT_NOT_FOUND")] {
        let done = house
            .bench
            .ask(Some(&admin), delete, json!({ "id": bob.account.to_string() }))
            .await;
        assert_eq!(done["data"]["adminDeleteUser"]["problem"]["code"], code, "{done}");
    }
    assert_eq!(house.bench.published::<AccountClosed>().await.len(), 1);
    assert!(
        house
            .bench
            .published::<ProfileChanged>()
            .await
            .iter()
            .any(|event| event.deleted)
    );
    assert_eq!(
        house.log_in("bob@example.com", PASSWORD).await["problem"]["code"],
        "WRONG_CREDENTIALS"
    );
}

#[tokio::test]
async fn an_accounts_id_stands_for_its_oldest_profile() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let title = house.film(1).await;
    let add = "mutation($profile: ID!, $title: ID!) {
        addToWatchlist(input: { profileId: $profile, titleId: $title }) { problem { code } } }";
    let variables = json!({ "profile": ada.account.to_string(), "title": title.to_string() });
    assert_eq!(
        house.data(Some(&ada), add, variables.clone()).await["addToWatchlist"]["problem"],
        Value::Null
    );
    assert_eq!(house.refused(Some(&bob), add, variables).await, "NOT_FOUND");
    let read = "query($id: ID!) { profile(id: $id) { id accountId watchlist { totalCount } } }";
    let profile = house
        .data(Some(&ada), read, json!({ "id": ada.account.to_string() }))
        .await["profile"]
        .clone();
    assert_eq!(
        profile,
        json!({ "id": ada.profile.to_string(), "accountId": ada.account.to_string(), "watchlist": { "totalCount": 1 } })
    );
    assert_eq!(
        house
            .refused(Some(&bob), read, json!({ "id": ada.account.to_string() }))
            .await,
        "NOT_FOUND"
    );
}
