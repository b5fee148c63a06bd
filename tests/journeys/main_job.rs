//! The main job, end to end (docs/ARCHITECTURE.md tells it as a walk-through).

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Client, Socket, TestPlatform, eventually};

/// A new account with its first profile: the client signed in, and the profile's id.
pub async fn register(anyone: &Client, name: &str) -> (Client, String) {
    #[expect(clippy::disallowed_methods, reason = "an e-mail that no other journey has taken")]
    let email = format!("{name}-{}@example.com", uuid::Uuid::now_v7().simple());
    let input = json!({ "email": email, "password": "a long enough pass-phrase", "displayName": name });
    let data = anyone.run("Register", json!({ "input": input })).await;
    assert_eq!(data["register"]["problem"], Value::Null);
    assert_eq!(data["register"]["account"]["email"], email);
    let client = anyone.with_token(data["register"]["tokens"]["accessToken"].as_str().expect("a token"));
    let viewer = client.run("Viewer", json!({})).await;
    assert_eq!(viewer["viewer"]["subscription"], Value::Null);
    let profile = viewer["viewer"]["profiles"][0]["id"]
        .as_str()
        .expect("register makes the first profile")
        .to_owned();
    (client, profile)
}

#[tokio::test]
async fn a_viewer_goes_from_the_home_screen_to_continue_watching() {
    let tv = TestPlatform::open().await;
    let anyone = tv.client.clone();

    // Split, rights learns of the demo's titles by events.
    let (home, film) = eventually("the home screen with rights", || async {
        let home = anyone.run("Home", json!({})).await;
        first_movie(&home).map(|film| (home, film))
    })
    .await;
    assert!(
        home["onNow"]["edges"][0]["node"]["now"]["title"].is_string(),
        "{home:#}"
    );

    let (ada, profile) = register(&anyone, "ada").await;
    let home = eventually("the home screen of a new profile", || async {
        let answer = ada.try_run("Home", json!({ "profileId": profile })).await;
        answer.get("errors").is_none().then(|| answer["data"].clone())
    })
    .await;
    assert!(home["home"]["rails"].as_array().expect("rails").len() >= 3);
    assert!(
        movies(&home)
            .iter()
            .all(|movie| movie["access"]["allowed"].is_boolean()),
        "{home:#}"
    );

    search_as_you_type(&ada).await;
    let page = ada.run("TitlePage", json!({ "id": film })).await;
    assert_eq!(page["title"]["access"]["reason"], "NOT_ENTITLED", "{page:#}");
    assert!(!page["title"]["credits"].as_array().expect("credits").is_empty());
    assert!(!page["title"]["related"].as_array().expect("related").is_empty());

    subscribe(&ada, &profile, &film).await;
    let session = start(&ada, &film, &profile).await;
    stream(&ada, &session).await;
    hls(&ada, &session).await;
    watch(&tv, &ada, &session, &profile, &film).await;
    plays_are_counted(&anyone).await;
    tv.close().await;
}

fn movies(home: &Value) -> Vec<&Value> {
    let rails = home["home"]["rails"].as_array().expect("rails");
    let items = rails
        .iter()
        .flat_map(|rail| rail["items"]["edges"].as_array().expect("edges"));
    items
        .map(|edge| &edge["node"])
        .filter(|node| node["__typename"] == "Movie")
        .collect()
}

/// A movie of the home screen that needs a subscription.
fn first_movie(home: &Value) -> Option<String> {
    let movie = movies(home)
        .into_iter()
        .find(|movie| movie["access"]["reason"] == "NOT_SIGNED_IN")?;
    assert!(
        movie["artwork"][0]["url"]
            .as_str()
            .is_some_and(|url| url.contains("/api/v1/images/")),
        "{movie:#}"
    );
    Some(movie["id"].as_str().expect("an id").to_owned())
}

async fn search_as_you_type(client: &Client) {
    for (typed, wanted) in [
        ("metro", "Metropolis"),
        ("metropl", "Metropolis"),
        ("nosf", "Nosferatu"),
    ] {
        let data = client.run("Suggest", json!({ "prefix": typed })).await;
        let found = data["suggest"].as_array().expect("suggestions");
        assert!(
            found
                .iter()
                .any(|hit| hit["text"].as_str().is_some_and(|text| text.contains(wanted))),
            "{typed}: {data:#}"
        );
    }
    let data = client.run("Search", json!({ "query": "metropolis" })).await;
    assert_eq!(data["search"]["edges"][0]["node"]["name"], "Metropolis", "{data:#}");
    assert!(data["search"]["totalCount"].as_i64().is_some_and(|count| count >= 1));
}

async fn subscribe(client: &Client, profile: &str, film: &str) {
    let refused = start_answer(client, film, profile, "NONE").await;
    assert_eq!(refused["problem"]["code"], "NOT_ENTITLED");
    assert!(
        !refused["problem"]["offers"].as_array().expect("offers").is_empty(),
        "{refused:#}"
    );
    assert_eq!(refused["session"], Value::Null);

    let plans = client.run("Plans", json!({})).await;
    let plan = plans["plans"][0]["id"].as_str().expect("a plan").to_owned();
    let input = |method: &str, key: &str| json!({ "input": { "planId": plan, "paymentMethod": method, "idempotencyKey": key } });
    let declined = client.run("Subscribe", input("sandbox-declined", "one")).await;
    assert_eq!(
        declined["subscribe"]["problem"]["code"], "PAYMENT_DECLINED",
        "{declined:#}"
    );
    let bought = client.run("Subscribe", input("sandbox-ok", "two")).await;
    assert_eq!(bought["subscribe"]["problem"], Value::Null);
    let again = client.run("Subscribe", input("sandbox-ok", "two")).await;
    assert_eq!(again, bought, "the same key moves money once");

    let viewer = client.run("Library", json!({})).await;
    assert_eq!(
        viewer["viewer"]["subscriptions"].as_array().map(Vec::len),
        Some(1),
        "{viewer:#}"
    );
    eventually("the film is entitled", || async {
        let access = client.run("CheckAccess", json!({ "contentId": film })).await;
        (access["checkAccess"]["allowed"] == true).then(|| assert_eq!(access["checkAccess"]["via"], "PLAN"))
    })
    .await;
}

async fn start_answer(client: &Client, film: &str, profile: &str, drm: &str) -> Value {
    let input =
        json!({ "contentId": film, "profileId": profile, "deviceId": "tv-1", "deviceName": "Living room", "drm": drm });
    client.run("StartPlayback", json!({ "input": input })).await["startPlayback"].clone()
}

async fn start(client: &Client, film: &str, profile: &str) -> Value {
    let refused = start_answer(client, film, profile, "WIDEVINE").await;
    assert_eq!(refused["problem"]["code"], "DRM_UNAVAILABLE");
    let answer = start_answer(client, film, profile, "NONE").await;
    assert_eq!(answer["problem"], Value::Null, "{answer:#}");
    answer["session"].clone()
}

async fn stream(client: &Client, session: &Value) {
    let url = session["streamUrl"].as_str().expect("a stream URL");
    let whole = client.get(url, &[]).await;
    assert_eq!(whole.status, 200, "{}", whole.text());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let part = client.get(url, &[("range", "bytes=100-299")]).await;
    assert_eq!(part.status, 206);
    assert_eq!(
        part.header("content-range"),
        format!("bytes 100-299/{}", whole.body.len())
    );
    assert_eq!(part.body, whole.body[100..300]);
    // The same bytes are on the router's port, wherever the sidecar runs.
    let path = &url[url.find("/api/").expect("a path")..];
    let through = client.get(path, &[("range", "bytes=100-299")]).await;
    assert_eq!(
        (through.status, through.header("content-range"), &through.body),
        (part.status, part.header("content-range"), &part.body)
    );
    // Safari asks for two bytes first.
    let first = client.get(url, &[("range", "bytes=0-1")]).await;
    assert_eq!((first.status.as_u16(), first.body.len()), (206, 2));
    let beyond = client.get(url, &[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", whole.body.len()));
}

async fn hls(client: &Client, session: &Value) {
    let manifests = session["manifests"].as_array().expect("manifests");
    let hls = manifests
        .iter()
        .find(|manifest| manifest["protocol"] == "HLS")
        .expect("HLS");
    let master_url = hls["url"].as_str().expect("a URL");
    let master = client.get(master_url, &[]).await;
    assert_eq!(master.status, 200, "{}", master.text());
    assert!(
        master
            .header("content-type")
            .starts_with("application/vnd.apple.mpegurl")
    );
    let text = master.text();
    let variants: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    assert_eq!(variants.len(), 3, "{text}");
    for variant in variants {
        let playlist_url = join(master_url, variant);
        let playlist = client.get(&playlist_url, &[]).await.text();
        assert!(
            playlist.contains("#EXT-X-ENDLIST") && playlist.contains("#EXT-X-MAP"),
            "{playlist}"
        );
        let segment = playlist
            .lines()
            .find(|line| !line.starts_with('#') && !line.is_empty())
            .expect("a segment");
        let segment = client.get(&join(&playlist_url, segment), &[]).await;
        assert!(segment.status.is_success());
        assert_eq!(&segment.body[4..8], b"moof", "a segment begins with its moof box");
    }
    let forged = master_url.replace("/s/1.", "/s/1.x");
    assert_eq!(client.get(&forged, &[]).await.status, 403);
}

/// RFC 3986 for the relative URIs that playlists hold.
fn join(base: &str, relative: &str) -> String {
    if relative.starts_with("http") {
        return relative.to_owned();
    }
    let folder = base.rsplit_once('/').expect("a URL has a path").0;
    format!("{folder}/{relative}")
}

async fn watch(tv: &TestPlatform, client: &Client, session: &Value, profile: &str, film: &str) {
    let id = session["id"].as_str().expect("an id");
    let mut events = Socket::subscribe(client, "PlaybackEvents", json!({ "sessionId": id })).await;
    #[expect(clippy::disallowed_methods, reason = "a player reports by its own clock")]
    let now = || chrono::Utc::now().to_rfc3339();
    let report = |event: &str, position: i64, key: &str| {
        let input =
            json!({ "sessionId": id, "event": event, "positionSeconds": position, "at": now(), "idempotencyKey": key });
        client.run("ReportPlayback", json!({ "input": input }))
    };
    // A socket has subscribed only when it says so: the first report may come before it, so it is sent until one is seen.
    let first = report("PLAYING", 3, "k1").await;
    assert_eq!(first["reportPlayback"], json!({ "accepted": true, "problem": null }));
    let twice = report("PLAYING", 3, "k1").await;
    assert_eq!(
        twice["reportPlayback"]["accepted"], true,
        "the same report again is no refusal"
    );
    tokio::time::sleep(Duration::from_millis(20)).await;
    let second = report("PAUSED", 5, "k2").await;
    assert_eq!(second["reportPlayback"]["problem"], Value::Null);
    let mut last = events.next().await;
    while last["playbackEvents"]["event"] != "PAUSED" {
        last = events.next().await;
    }
    assert_eq!(last["playbackEvents"]["positionSeconds"], 5);
    assert_eq!(last["playbackEvents"]["session"]["title"]["id"], film);

    tv.settled().await;
    eventually("the film is in continue-watching at five seconds", || async {
        let screen = client.run("ProfileScreen", json!({ "id": profile })).await;
        let edges = screen["profile"]["continueWatching"]["edges"]
            .as_array()
            .expect("edges")
            .clone();
        edges
            .iter()
            .any(|edge| edge["node"]["title"]["id"] == film && edge["node"]["positionSeconds"] == 5)
            .then_some(())
    })
    .await;
}

async fn plays_are_counted(anyone: &Client) {
    let admin = anyone.log_in("admin@example.com", "matinee-demo").await;
    #[expect(clippy::disallowed_methods, reason = "the metrics of the last hour")]
    let now = chrono::Utc::now();
    let (from, to) = (now - chrono::Duration::hours(1), now + chrono::Duration::hours(1));
    eventually("analytics counts the play", || async {
        let variables =
            json!({ "type": "PLAYBACK_STARTS", "from": from.to_rfc3339(), "to": to.to_rfc3339(), "interval": "HOUR" });
        let data = admin.run("Metrics", variables).await;
        data["metrics"]["count"]
            .as_i64()
            .is_some_and(|count| count >= 1)
            .then_some(())
    })
    .await;
    let refused = anyone
        .try_run(
            "Metrics",
            json!({ "type": "PLAYBACK_STARTS", "from": from.to_rfc3339(), "to": to.to_rfc3339() }),
        )
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
