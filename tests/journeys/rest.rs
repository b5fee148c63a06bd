//! The REST façade: what the source documents' clients do, by their paths.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, TestPlatform, eventually};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn call(c: &Client, method: Method, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    c.send(method, &format!("/api/v1{path}"), &JSON, body).await
}

/// Calls and expects `status`; gives back the body.
async fn expect(c: &Client, status: u16, call_: (Method, &str), body: Value) -> Value {
    let (method, path) = call_;
    let answer = call(c, method.clone(), path, &body).await;
    assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text());
    if answer.body.is_empty() {
        return Value::Null;
    }
    let json = answer.json();
    if status >= 400 {
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{method} {path}"
        );
        assert_eq!(json["status"], status, "{method} {path}");
        assert!(
            json["type"].is_string() && json["title"].is_string() && json["detail"].is_string(),
            "{json}"
        );
    }
    json
}

#[tokio::test]
async fn a_member_lives_by_rest_alone() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    let email = format!("rest-{}@example.com", c.base.rsplit(':').next().unwrap_or_default());
    let newcomer = json!({ "email": email, "password": "correct horse battery", "name": "Ada" });
    let made = call(c, Method::POST, "/users/register", &newcomer).await;
    assert_eq!(
        (made.status.as_u16(), made.header("location")),
        (201, "/api/v1/users/me"),
        "{}",
        made.text()
    );
    expect(c, 409, (Method::POST, "/auth/signup"), newcomer).await;
    let wrong = json!({ "email": email, "password": "not mine at all" });
    expect(c, 401, (Method::POST, "/users/login"), wrong).await;
    let right = json!({ "email": email, "password": "correct horse battery" });
    let signed_in = expect(c, 200, (Method::POST, "/users/login"), right).await;
    let ada = c.with_token(signed_in["token"].as_str().expect("a token"));
    let user = signed_in["userId"].as_str().expect("an id").to_owned();
    let me = expect(&ada, 200, (Method::GET, "/auth/me"), Value::Null).await;
    assert_eq!(me, json!({ "userId": user, "email": email, "name": "Ada" }));

    let video = json!({ "title": "A walk", "description": "In the rain.", "tags": ["rain"] });
    expect(c, 401, (Method::POST, "/videos"), video.clone()).await;
    let submitted = call(&ada, Method::POST, "/videos", &video).await;
    assert_eq!(submitted.status, 201, "{}", submitted.text());
    let id = submitted.json()["videoId"].as_str().expect("an id").to_owned();
    assert_eq!(submitted.header("location"), format!("/api/v1/videos/{id}"));
    assert_eq!(submitted.json()["status"], "pending");
    let path = format!("/videos/{id}");
    let latest = expect(c, 200, (Method::GET, "/videos/latest?page=1&pageSize=1"), Value::Null).await;
    assert_eq!(latest["data"][0]["videoId"], id.as_str());
    assert_eq!(
        (&latest["pagination"]["currentPage"], &latest["pagination"]["pageSize"]),
        (&json!(1), &json!(1))
    );
    let total = latest["pagination"]["totalItems"].as_u64().expect("a count");
    assert_eq!(latest["pagination"]["totalPages"], total);
    let second = expect(c, 200, (Method::GET, "/videos/latest?page=2&pageSize=1"), Value::Null).await;
    assert_ne!(second["data"][0]["videoId"], id.as_str());
    expect(c, 400, (Method::GET, "/videos/latest?pageSize=51"), Value::Null).await;
    expect(c, 400, (Method::GET, "/videos/latest?pagesize=5"), Value::Null).await;
    expect(&ada, 422, (Method::PATCH, &path), json!({ "title": "" })).await;
    let patched = expect(&ada, 200, (Method::PATCH, &path), json!({ "title": "A long walk" })).await;
    assert_eq!(
        (&patched["title"], &patched["tags"]),
        (&json!("A long walk"), &json!(["rain"]))
    );
    let replaced = expect(&ada, 200, (Method::PUT, &path), json!({ "description": "In the sun." })).await;
    assert_eq!(
        (&replaced["title"], &replaced["tags"]),
        (&json!("A long walk"), &json!([]))
    );

    let list = format!("/profiles/{user}/watchlist");
    let entry = json!({ "videoId": id });
    let listed = eventually("accounts knows the video", async || {
        let answer = call(&ada, Method::POST, &list, &entry).await;
        (answer.status == 201).then(|| answer.json())
    });
    assert_eq!(listed.await["videoId"], id.as_str());
    let watchlist = expect(&ada, 200, (Method::GET, &list), Value::Null).await;
    assert_eq!(watchlist["data"][0]["videoId"], id.as_str());
    let stranger = Client::new(&c.base).log_in("viewer@example.com", "matinee-demo").await;
    expect(&stranger, 404, (Method::GET, &list), Value::Null).await;
    expect(&stranger, 403, (Method::DELETE, &path), Value::Null).await;
    expect(&ada, 204, (Method::DELETE, &format!("{list}/{id}")), Value::Null).await;
    expect(&ada, 204, (Method::DELETE, &path), Value::Null).await;
    expect(c, 404, (Method::GET, &path), Value::Null).await;
    tv.close().await;
}

#[tokio::test]
async fn a_subscriber_pays_plays_and_cancels_by_rest() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    let email = format!("payer-{}@example.com", c.base.rsplit(':').next().unwrap_or_default());
    let newcomer = json!({ "email": email, "password": "correct horse battery", "displayName": "Bob" });
    let made = expect(c, 201, (Method::POST, "/auth/register"), newcomer).await;
    let bob = c.with_token(made["token"].as_str().expect("a token"));
    let user = made["userId"].as_str().expect("an id").to_owned();
    let plans = expect(c, 200, (Method::GET, "/plans?pageSize=1"), Value::Null).await;
    assert_eq!(plans["data"].as_array().map(Vec::len), Some(1));
    let order = json!({ "userId": user, "planId": plans["data"][0]["planId"], "paymentMethod": "sandbox-ok" });
    let foreign =
        json!({ "userId": plans["data"][0]["planId"], "planId": plans["data"][0]["planId"], "paymentMethod": "x" });
    expect(&bob, 403, (Method::POST, "/subscriptions"), foreign).await;
    let bought = expect(&bob, 201, (Method::POST, "/subscriptions"), order.clone()).await;
    expect(
        &bob,
        409,
        (Method::POST, "/users/subscriptions"),
        json!({ "planId": order["planId"], "paymentMethod": "sandbox-ok" }),
    )
    .await;
    let current = expect(&bob, 200, (Method::GET, &format!("/subscriptions/{user}")), Value::Null).await;
    assert_eq!(current["subscriptionId"], bought["subscriptionId"]);

    let movies = expect(c, 200, (Method::GET, "/ondemand/movies?pageSize=1"), Value::Null).await;
    let movie = movies["data"][0]["id"].as_str().expect("a movie").to_owned();
    let played = eventually("rights knows the subscription", async || {
        let answer = call(&bob, Method::GET, &format!("/play/ondemand/{movie}"), &Value::Null).await;
        (answer.status == 200).then_some(answer)
    });
    let played = played.await;
    assert!(played.json()["playbackUrl"].is_string(), "{}", played.text());
    assert_eq!(played.header("cache-control"), "no-store");
    let token = bob.token.as_deref().expect("signed in");
    let manifest = expect(
        c,
        200,
        (Method::GET, &format!("/playback/{movie}/manifest?token={token}")),
        Value::Null,
    )
    .await;
    assert!(manifest["manifestUrl"].is_string());
    expect(
        c,
        401,
        (Method::GET, &format!("/playback/{movie}/manifest?token=x")),
        Value::Null,
    )
    .await;

    let rated = json!({ "videoId": movie, "rating": 5, "comment": "Splendid." });
    let rated = expect(&bob, 201, (Method::POST, &format!("/profiles/{user}/ratings")), rated).await;
    assert_eq!(rated["rating"], 5);
    let events =
        json!([{ "userId": user, "eventType": "player.opened", "timestamp": "2026-11-21T00:00:00Z", "metadata": {} }]);
    let taken = expect(&bob, 202, (Method::POST, "/events"), events.clone()).await;
    assert!(taken["accepted"].is_number(), "{taken}");
    let again = expect(&bob, 202, (Method::POST, "/events"), events).await;
    assert_eq!(
        again["accepted"].as_i64().unwrap_or(1) * taken["accepted"].as_i64().unwrap_or(0),
        0,
        "{again}"
    );
    let path = format!(
        "/subscriptions/{}/cancel",
        bought["subscriptionId"].as_str().expect("an id")
    );
    expect(&bob, 204, (Method::POST, &path), Value::Null).await;
    tv.close().await;
}

#[tokio::test]
async fn staff_keep_the_house_by_rest() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    let admin = c.log_in("admin@example.com", "matinee-demo").await;
    let movie = json!({ "title": "Nosferatu, cut", "description": "Shorter.", "releaseYear": 1922 });
    let made = call(&admin, Method::POST, "/admin/ondemand/movies", &movie).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(made.header("location"), format!("/api/v1/admin/ondemand/movies/{id}"));
    let (staffs, public) = (format!("/admin/ondemand/movies/{id}"), format!("/ondemand/movies/{id}"));
    expect(c, 404, (Method::GET, &public), Value::Null).await;
    expect(&admin, 200, (Method::PUT, &staffs), json!({ "releaseYear": 1923 })).await;
    expect(
        &admin,
        200,
        (Method::POST, &format!("/admin/ondemand/titles/{id}/publish")),
        Value::Null,
    )
    .await;
    let found = expect(c, 200, (Method::GET, &public), Value::Null).await;
    assert_eq!(
        (&found["title"], &found["releaseYear"]),
        (&json!("Nosferatu, cut"), &json!(1923))
    );
    expect(
        &admin,
        404,
        (Method::DELETE, &format!("/admin/ondemand/series/{id}")),
        Value::Null,
    )
    .await;
    expect(&admin, 204, (Method::DELETE, &staffs), Value::Null).await;
    expect(&admin, 404, (Method::GET, &staffs), Value::Null).await;

    let plan = json!({ "name": "Weekend", "price": { "amountMinor": 299, "currency": "EUR" }, "maxStreams": 2 });
    let plan = expect(&admin, 201, (Method::POST, "/admin/rights/plans"), plan).await;
    let path = format!("/admin/rights/plans/{}", plan["planId"].as_str().expect("an id"));
    expect(&admin, 422, (Method::PUT, &path), json!({ "maxStreams": 0 })).await;
    expect(&admin, 200, (Method::PUT, &path), json!({ "name": "Weekender" })).await;
    expect(&admin, 204, (Method::DELETE, &path), Value::Null).await;
    let gone = expect(&admin, 200, (Method::GET, &path), Value::Null).await;
    assert_eq!((&gone["name"], &gone["onSale"]), (&json!("Weekender"), &json!(false)));

    let users = expect(&admin, 200, (Method::GET, "/admin/users?query=viewer@"), Value::Null).await;
    let user = users["data"][0]["userId"]
        .as_str()
        .expect("the demo's viewer")
        .to_owned();
    let renamed = json!({ "displayName": "Demo Viewer" });
    expect(&admin, 200, (Method::PUT, &format!("/admin/users/{user}")), renamed).await;
    tv.close().await;
}

#[tokio::test]
async fn every_route_answers_as_its_table_says_whoever_asks() {
    let tv = TestPlatform::open().await;
    let c = &tv.client;
    let viewer = c.log_in("viewer@example.com", "matinee-demo").await;
    let document = c.get("/openapi.json", &[]).await.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document, c.get("/api/v1/openapi.json", &[]).await.json());
    let mut routes = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, route) in methods.as_object().expect("methods") {
            // OAuth's paths have customs of their own: oauth.rs.
            let Some(below) = path.strip_prefix("/api/v1") else {
                continue;
            };
            routes += 1;
            let label = format!("{method} {path}");
            let needs_sign_in = route["security"]
                .as_array()
                .is_some_and(|all| !all.contains(&json!({})));
            let method: Method = method.to_ascii_uppercase().parse().expect("a method");
            let path = fill(below);
            let body = if method == Method::GET || method == Method::DELETE {
                Value::Null
            } else {
                json!({})
            };
            let anonymous = call(c, method.clone(), &path, &body).await;
            let listed = &route["responses"];
            if needs_sign_in {
                assert_eq!(anonymous.status, 401, "{label}: {}", anonymous.text());
                assert_eq!(anonymous.header("www-authenticate"), "Bearer", "{label}");
            } else {
                assert!(
                    !listed[anonymous.status.as_str()].is_null(),
                    "{label}: {}",
                    anonymous.text()
                );
            }
            let signed_in = call(&viewer, method, &path, &body).await;
            // somebody else's subscription is for staff, too
            let staffs = path.starts_with("/admin/")
                || matches!(path.as_str(), "/metrics" | "/recs/train")
                || path == fill("/subscriptions/{userId}");
            assert_eq!(signed_in.status == 403, staffs, "{label}: {}", signed_in.text());
            assert!(
                !listed[signed_in.status.as_str()].is_null(),
                "{label}: {}",
                signed_in.text()
            );
        }
    }
    assert!(routes > 90, "{routes}");
    let xml = [("accept", "application/xml")];
    let movies = c.get("/api/v1/ondemand/movies?pageSize=2", &xml).await;
    let text = movies.text();
    assert_eq!(
        movies.header("content-type"),
        "application/xml; charset=utf-8",
        "{text}"
    );
    assert!(
        text.contains("<answer>") && text.contains("<pageSize>2</pageSize>"),
        "{text}"
    );
    assert_eq!(text.matches("<item><id>").count(), 2, "{text}");
    let refused = c.get("/api/v1/ondemand/movies?pageSize=1000", &xml).await;
    assert_eq!(refused.header("content-type"), "application/problem+xml");
    assert!(refused.text().contains("<status>400</status>"), "{}", refused.text());
    let unknown = c.get("/api/v1/nothing/here", &[]).await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.json()["code"].as_str()),
        (404, Some("NOT_FOUND"))
    );
    let other = call(c, Method::DELETE, "/plans", &Value::Null).await;
    assert_eq!(
        (other.status.as_u16(), other.header("allow")),
        (405, "GET, HEAD, OPTIONS")
    );
    // what the sidecar serves below the same prefix is still its own
    let image = tv.media().await.get("/api/v1/images/0", &[]).await;
    assert_eq!(image.status, 400, "the sidecar reads the id: {}", image.text());
    tv.close().await;
}

/// The path with an id that nothing has in the place of each placeholder.
fn fill(path: &str) -> String {
    let parts = path.split('/').map(|part| {
        if part.starts_with('{') {
            "01939999-0000-7000-8000-000000000000"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}
