//! Starting, reporting, ending.

use std::{sync::Arc, time::Duration};

use auth::{REVOKED_TOKENS, Role, STREAM_TOKENS, StreamGrant, Viewer};
use futures_util::StreamExt;
use kernel::TitleId;
use schema::events::{
    accounts::HistoryUpdated,
    rights::{PlaybackEnded, PlaybackPaused, PlaybackProgressed, PlaybackStarted},
};
use serde_json::{Value, json};

use crate::kit::{START, Tv};

/// A subscriber with two streams, and a film.
async fn subscriber(tv: &Tv) -> (Arc<Viewer>, String) {
    let ada = tv.viewer(1).await;
    tv.subscription(1, &["basic"], 2).await;
    (ada, tv.title(1, &["basic"], Some(12)).await)
}

async fn grant(tv: &Tv, started: &Value) -> Option<StreamGrant> {
    let url = started["session"]["streamUrl"].as_str()?;
    let token = url.strip_prefix("http://media.test/api/v1/stream/")?;
    let value = tv
        .bench
        .platform
        .kv
        .get(STREAM_TOKENS, token)
        .await
        .expect("the KV answers")?;
    Some(serde_json::from_slice(&value).expect("a grant"))
}

#[tokio::test]
async fn a_subscriber_gets_a_stream_token_and_a_signed_manifest() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let started = tv.play(&ada, &film, &Tv::profile_id(1), "tv").await;
    assert_eq!(started["problem"], json!(null));
    let grant = grant(&tv, &started).await.expect("the token is known");
    assert_eq!((grant.object_key.as_str(), grant.size_bytes), ("a/film.mp4", 1000));
    assert_eq!(grant.session.to_string(), started["session"]["id"].as_str().unwrap());
    assert_eq!(
        started["session"]["drm"],
        json!({ "system": "NONE", "licenceUrl": null, "keyIds": [] })
    );
    let url = started["session"]["manifests"][0]["url"].as_str().unwrap();
    let (segment, path) = url
        .strip_prefix("http://media.test/s/")
        .unwrap()
        .split_once('/')
        .unwrap();
    let claims = tv
        .bench
        .platform
        .paths
        .verify(segment, path, tv.now())
        .expect("a signed path");
    assert_eq!(path, format!("{}clear/master.m3u8", claims.prefix));
    assert_eq!(tv.bench.published::<PlaybackStarted>().await.len(), 1);
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let profile = Tv::profile_id(1);
    let code = |reply: Value| reply["problem"]["code"].clone();
    let live = tv.title(2, &["live"], None).await;
    let offer = tv.offer(1, 299, Some(&live), &[]).await;
    let refused = tv.play(&ada, &live, &profile, "tv").await;
    assert_eq!(refused["problem"]["offers"], json!([{ "id": offer }]));
    assert_eq!(
        (code(refused.clone()), &refused["session"]),
        (json!("NOT_ENTITLED"), &json!(null))
    );
    let kids = tv.profile(1, 2, Some(6)).await;
    assert_eq!(code(tv.play(&ada, &film, &kids, "tv").await), "PROFILE_RESTRICTED");
    assert_eq!(
        code(tv.play(&ada, &Tv::id(7).to_string(), &profile, "tv").await),
        "NOT_FOUND"
    );
    let mut unprepared = tv.facts(3, &[], None);
    unprepared.asset = None;
    tv.bench
        .emit(&schema::events::catalogue::TitlePublished {
            title: unprepared.title,
            facts: unprepared,
        })
        .await;
    assert_eq!(
        code(tv.play(&ada, &Tv::id(103).to_string(), &profile, "tv").await),
        "NOT_READY"
    );
    let input =
        json!({ "contentId": film, "profileId": profile, "deviceId": "tv", "deviceName": "TV", "drm": "WIDEVINE" });
    let licensed = tv.bench.ask(Some(&ada), START, json!({ "input": input })).await;
    assert_eq!(licensed["data"]["startPlayback"]["problem"]["code"], "DRM_UNAVAILABLE");
}

#[tokio::test]
async fn a_foreign_profile_and_an_ended_sign_in_are_errors() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    tv.viewer(2).await;
    let mut input = json!({ "contentId": film, "profileId": Tv::profile_id(2), "deviceId": "tv", "deviceName": "TV", "drm": "NONE" });
    let foreign = tv.bench.ask(Some(&ada), START, json!({ "input": input })).await;
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let signed_out = tv.bench.ask(None, START, json!({ "input": input })).await;
    assert_eq!(signed_out["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    input["profileId"] = json!(Tv::profile_id(1));
    let kv = &tv.bench.platform.kv;
    kv.put(REVOKED_TOKENS, &ada.token_id.to_string(), b"", Duration::from_mins(1))
        .await
        .unwrap();
    let revoked = tv.bench.ask(Some(&ada), START, json!({ "input": input })).await;
    assert_eq!(revoked["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn slots_are_leases_of_devices() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let profile = Tv::profile_id(1);
    let first = tv.play(&ada, &film, &profile, "tv").await;
    let again = tv.play(&ada, &film, &profile, "tv").await;
    assert!(
        grant(&tv, &first).await.is_none(),
        "the same device's older token is dead"
    );
    let phone = tv.play(&ada, &film, &profile, "phone").await;
    let full = tv.play(&ada, &film, &profile, "tablet").await;
    assert_eq!(full["problem"]["code"], "STREAM_LIMIT");
    let names: Vec<&str> = full["problem"]["activeStreams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["deviceName"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // Only the phone goes on telling.
    tv.bench.clock.advance(Duration::from_secs(61));
    assert_eq!(
        tv.report(&ada, &phone["session"]["id"], "PLAYING", 61, "a").await["accepted"],
        true
    );
    let tablet = tv.play(&ada, &film, &profile, "tablet").await;
    assert_eq!(tablet["problem"], json!(null));
    let late = tv.report(&ada, &again["session"]["id"], "PLAYING", 61, "b").await;
    assert_eq!(late["accepted"], true, "made at the moment its slot was taken");
    tv.bench.clock.advance(Duration::from_secs(1));
    let late = tv.report(&ada, &again["session"]["id"], "PLAYING", 62, "c").await;
    assert_eq!(late["problem"]["code"], "SESSION_ENDED");
    // Stopping frees a slot at once.
    tv.report(&ada, &phone["session"]["id"], "STOPPED", 62, "d").await;
    assert!(grant(&tv, &phone).await.is_none());
    assert_eq!(tv.play(&ada, &film, &profile, "laptop").await["problem"], json!(null));
}

#[tokio::test]
async fn starts_at_the_same_moment_share_the_slots() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let profile = Tv::profile_id(1);
    let start = |device: &'static str| tv.play(&ada, &film, &profile, device);
    let (a, b, c, d) = tokio::join!(start("a"), start("b"), start("c"), start("d"));
    let granted = [a, b, c, d].iter().filter(|reply| reply["problem"].is_null()).count();
    assert_eq!(granted, 2);
}

#[tokio::test]
async fn reports_count_once_and_move_the_resume_point() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let profile = Tv::profile_id(1);
    let session = tv.play(&ada, &film, &profile, "tv").await["session"]["id"].clone();
    tv.bench.clock.advance(Duration::from_secs(40));
    for _ in 0..2 {
        assert_eq!(tv.report(&ada, &session, "PAUSED", 40, "same").await["accepted"], true);
    }
    // One that was made before, but comes after.
    let early = json!({ "sessionId": session, "event": "PLAYING", "positionSeconds": 10,
        "at": tv.now() - chrono::TimeDelta::seconds(30), "idempotencyKey": "early" });
    tv.bench
        .ask(Some(&ada), crate::kit::REPORT, json!({ "input": early }))
        .await;
    // One whose clock is ahead.
    let ahead = json!({ "sessionId": session, "event": "SEEKED", "positionSeconds": 50,
        "at": tv.now() + chrono::TimeDelta::days(1), "idempotencyKey": "ahead" });
    tv.bench
        .ask(Some(&ada), crate::kit::REPORT, json!({ "input": ahead }))
        .await;
    assert_eq!(tv.bench.published::<PlaybackPaused>().await.len(), 1);
    let told = tv.bench.published::<PlaybackProgressed>().await;
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|event| event.playback.at <= tv.now()));
    let again = tv.play(&ada, &film, &profile, "tv").await;
    assert_eq!(again["session"]["resumePositionSeconds"], 50);
    // Accounts knows better: it was watched to the end on another platform.
    let finished = HistoryUpdated {
        profile: Tv::id(501).into(),
        title: TitleId(film.parse().unwrap()),
        position_ms: 99_000,
        duration_ms: Some(100_000),
        finished: true,
        watched_at: tv.now(),
    };
    tv.bench.emit(&finished).await;
    assert_eq!(
        tv.play(&ada, &film, &profile, "tv").await["session"]["resumePositionSeconds"],
        0
    );
    let stranger = tv.viewer(2).await;
    assert_eq!(
        tv.report(&stranger, &session, "STOPPED", 1, "x").await["problem"]["code"],
        "SESSION_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_session_can_be_followed_by_its_owner_and_staff_until_it_is_terminated() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let started = tv.play(&ada, &film, &Tv::profile_id(1), "tv").await;
    let session = &started["session"]["id"];
    let query = "subscription ($id: ID!) { playbackEvents(sessionId: $id) { id event at positionSeconds session { id title { id } } } }";
    let stranger = tv.viewer(2).await;
    let mut refused = tv.bench.subscribe(Some(&stranger), query, json!({ "id": session }));
    let answer = refused.next().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    let support = tv.bench.viewer(9, &[Role::Support]);
    let events = tv.bench.subscribe(Some(&support), query, json!({ "id": session }));
    let act = async {
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        tv.report(&ada, session, "PLAYING", 5, "a").await;
        let end = "mutation ($input: TerminateSessionInput!) { terminateSession(input: $input) { session { id endedAt } problem { code } } }";
        let ended = tv
            .bench
            .ask(Some(&ada), end, json!({ "input": { "sessionId": session } }))
            .await;
        assert_eq!(ended["data"]["terminateSession"]["problem"], json!(null), "{ended}");
    };
    let (events, ()) = tokio::join!(events.collect::<Vec<Value>>(), act);
    let told: Vec<(&Value, &Value)> = events
        .iter()
        .map(|event| &event["data"]["playbackEvents"])
        .map(|event| (&event["event"], &event["session"]["title"]["id"]))
        .collect();
    assert_eq!(
        told,
        [(&json!("PLAYING"), &json!(film)), (&json!("STOPPED"), &json!(film))],
        "{events:?}"
    );
    assert!(grant(&tv, &started).await.is_none(), "the next range fails");
}

#[tokio::test]
async fn silent_sessions_end_where_they_were() {
    let tv = Tv::start().await;
    let (ada, film) = subscriber(&tv).await;
    let session = tv.play(&ada, &film, &Tv::profile_id(1), "tv").await["session"]["id"].clone();
    tv.bench.clock.advance(Duration::from_secs(20));
    tv.report(&ada, &session, "PLAYING", 20, "a").await;
    tv.bench.clock.advance(Duration::from_secs(601));
    tv.jobs[0].run_once().await.unwrap();
    tv.bench.platform.deliver().await;
    let ended = tv.bench.published::<PlaybackEnded>().await;
    assert_eq!(ended.len(), 1);
    assert_eq!(
        (ended[0].playback.event.as_str(), ended[0].playback.position_ms),
        ("STOPPED", 20_000)
    );
    tv.bench.clock.advance(Duration::from_secs(1));
    assert_eq!(
        tv.report(&ada, &session, "PLAYING", 30, "b").await["problem"]["code"],
        "SESSION_ENDED"
    );
}
