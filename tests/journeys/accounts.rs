//! Signing in and out.

use serde_json::{Value, json};
use tests::{TestPlatform, eventually};

use crate::main_job::register;

#[tokio::test]
async fn a_spent_refresh_token_ends_its_family_and_a_logged_out_token_starts_nothing() {
    let tv = TestPlatform::open().await;
    let login = json!({ "input": { "email": "viewer@example.com", "password": "matinee-demo" } });
    let first = tv.client.run("Login", login.clone()).await["login"]["tokens"].clone();
    let refresh = |token: &Value| {
        tv.client
            .run("RefreshToken", json!({ "input": { "refreshToken": token } }))
    };

    let second = refresh(&first["refreshToken"]).await["refreshToken"]["tokens"].clone();
    assert_ne!(second["refreshToken"], first["refreshToken"]);
    let reused = refresh(&first["refreshToken"]).await;
    assert_eq!(reused["refreshToken"]["problem"]["code"], "TOKEN_REUSED");
    let dead = refresh(&second["refreshToken"]).await;
    assert_ne!(dead["refreshToken"]["problem"], Value::Null, "the whole family ended");

    let tokens = tv.client.run("Login", login).await["login"]["tokens"].clone();
    let viewer = tv.client.with_token(tokens["accessToken"].as_str().expect("a token"));
    let profile = viewer.run("Viewer", json!({})).await["viewer"]["profiles"][0]["id"].clone();
    let home = tv.client.run("Home", json!({})).await;
    let film = home["home"]["rails"][0]["items"]["edges"][0]["node"]["id"].clone();
    viewer
        .run(
            "Logout",
            json!({ "input": { "refreshToken": tokens["refreshToken"], "everywhere": false } }),
        )
        .await;
    let input = json!({ "contentId": film, "profileId": profile, "deviceId": "tv", "deviceName": "TV", "drm": "NONE" });
    let refused = viewer.try_run("StartPlayback", json!({ "input": input })).await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "{refused:#}"
    );
    tv.close().await;
}

#[tokio::test]
async fn a_profile_keeps_its_list_and_ratings_and_nobody_else_sees_them() {
    let tv = TestPlatform::open().await;
    let (ada, profile) = register(&tv.client, "ada").await;
    let (bob, _) = register(&tv.client, "bob").await;
    let home = tv.client.run("Home", json!({})).await;
    let film = home["home"]["rails"][0]["items"]["edges"][0]["node"]["id"].clone();

    for _ in 0..2 {
        let added = ada
            .run(
                "AddToWatchlist",
                json!({ "input": { "profileId": profile, "titleId": film } }),
            )
            .await;
        assert_eq!(added["addToWatchlist"]["entry"]["title"]["id"], film);
    }
    let rated = ada
        .run(
            "RateTitle",
            json!({ "input": { "profileId": profile, "titleId": film, "rating": 5, "comment": "a classic" } }),
        )
        .await;
    assert_eq!(rated["rateTitle"]["rating"]["rating"], 5);
    let screen = ada.run("ProfileScreen", json!({ "id": profile })).await;
    assert_eq!(
        screen["profile"]["watchlist"]["totalCount"], 1,
        "adding twice is adding once"
    );
    assert_eq!(screen["profile"]["ratings"]["edges"][0]["node"]["comment"], "a classic");

    let foreign = bob.try_run("ProfileScreen", json!({ "id": profile })).await;
    assert_eq!(foreign["data"]["profile"]["watchlist"], Value::Null, "{foreign:#}");
    let refused = bob
        .try_run(
            "AddToWatchlist",
            json!({ "input": { "profileId": profile, "titleId": film } }),
        )
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused:#}");
    let refused = eventually("rights and recommendations know whose profile it is", || async {
        let answer = bob.try_run("Home", json!({ "profileId": profile })).await;
        answer
            .get("errors")
            .map(|errors| errors[0]["extensions"]["code"].clone())
    })
    .await;
    assert_eq!(refused, "NOT_FOUND");
    tv.close().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_e_mail_are_the_same() {
    let tv = TestPlatform::open().await;
    let login = |email: &str| {
        tv.client.run(
            "Login",
            json!({ "input": { "email": email, "password": "not this one" } }),
        )
    };
    let (wrong, unknown) = (login("viewer@example.com").await, login("nobody@example.com").await);
    assert_eq!(wrong, unknown);
    assert_eq!(wrong["login"]["problem"]["code"], "WRONG_CREDENTIALS");
    tv.close().await;
}
