//! The guide: an upload reaches open subscriptions as exactly the programmes that changed.

use std::fmt::Write;

use serde_json::{Value, json};
use tests::{Answer, Client, Socket, TestPlatform, eventually};

/// A guide of one channel with one programme for each title, an hour each, from `first` on.
fn guide(channel: &str, first: chrono::DateTime<chrono::Utc>, titles: &[&str]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n<tv>\n<channel id=\"{channel}\"><display-name>{channel}</display-name></channel>\n"
    );
    for (i, title) in titles.iter().enumerate() {
        let start = first + chrono::Duration::hours(i64::try_from(i).expect("few"));
        let stop = start + chrono::Duration::hours(1);
        let at = |time: chrono::DateTime<chrono::Utc>| time.format("%Y%m%d%H%M%S +0000").to_string();
        let times = format!("start=\"{}\" stop=\"{}\"", at(start), at(stop));
        writeln!(
            text,
            "<programme {times} channel=\"{channel}\"><title>{title}</title></programme>"
        )
        .expect("a string takes all");
    }
    text.push_str("</tv>\n");
    text
}

async fn upload(media: &Client, body: impl Into<bytes::Bytes>) -> Answer {
    media
        .send(
            http::Method::POST,
            "/api/v1/admin/livetv/epg/upload?source=journey",
            &[("content-type", "application/xml")],
            body,
        )
        .await
}

async fn imported(admin: &Client, answer: &Answer) -> Value {
    assert_eq!(answer.status, 202, "{}", answer.text());
    let id = answer.json()["importId"].as_str().expect("an import id").to_owned();
    eventually("the import is finished", || async {
        let data = admin.run("GuideImport", json!({ "id": id })).await;
        let import = data["epgImport"].clone();
        (import["finishedAt"].is_string()).then_some(import)
    })
    .await
}

#[tokio::test]
async fn an_operator_uploads_a_guide_and_subscribers_get_exactly_what_changed() {
    let tv = TestPlatform::open().await;
    let admin = tv.client.log_in("admin@example.com", "matinee-demo").await;
    let media = tv.media().await;
    let operator = media.with_token(admin.token.as_deref().expect("signed in"));
    #[expect(clippy::disallowed_methods, reason = "a channel that no other run has made")]
    let channel = format!("journey-{}", uuid::Uuid::now_v7().simple());
    #[expect(clippy::disallowed_methods, reason = "a guide is about the present")]
    let first = chrono::Utc::now() + chrono::Duration::hours(2);

    let import = imported(
        &admin,
        &upload(&operator, guide(&channel, first, &["News", "Film", "Night"])).await,
    )
    .await;
    assert_eq!(
        (import["status"].as_str(), import["added"].as_i64()),
        (Some("COMPLETED"), Some(3)),
        "{import:#}"
    );

    let mut guide_updates = Socket::subscribe(&tv.client, "GuideUpdates", json!({})).await;
    let opening = guide_updates.next().await;
    assert_eq!(opening["epgUpdates"]["changes"], json!([]));
    let cursor = opening["epgUpdates"]["cursor"].as_str().expect("a cursor").to_owned();

    let same = imported(
        &admin,
        &upload(&operator, guide(&channel, first, &["News", "Film", "Night"])).await,
    )
    .await;
    assert_eq!(
        (same["unchanged"].as_i64(), same["updated"].as_i64()),
        (Some(3), Some(0)),
        "{same:#}"
    );
    let edited = imported(
        &admin,
        &upload(&operator, guide(&channel, first, &["News", "Another film", "Night"])).await,
    )
    .await;
    assert_eq!(
        (
            edited["updated"].as_i64(),
            edited["added"].as_i64(),
            edited["removed"].as_i64()
        ),
        (Some(1), Some(0), Some(0))
    );

    let event = guide_updates.next().await;
    let changes = event["epgUpdates"]["changes"].as_array().expect("changes").clone();
    assert_eq!(
        changes.len(),
        1,
        "the unchanged import told nothing, the edited one exactly this: {event:#}"
    );
    assert_eq!(changes[0]["kind"], "UPDATED");
    assert_eq!(changes[0]["programme"]["title"], "Another film");

    // A client that was away since the first cursor gets the same change once.
    let mut resumed = Socket::subscribe(&tv.client, "GuideUpdates", json!({ "after": cursor })).await;
    let mut seen = 0;
    while seen == 0 {
        let event = resumed.next().await;
        seen += event["epgUpdates"]["changes"].as_array().expect("changes").len();
    }
    assert_eq!(seen, 1);

    refusals(&tv, &operator, &channel, first).await;
    tv.close().await;
}

async fn refusals(tv: &TestPlatform, operator: &Client, channel: &str, first: chrono::DateTime<chrono::Utc>) {
    let whole = guide(channel, first, &["News", "Film", "Night"]);
    let truncated = whole[..whole.len() - 60].to_owned();
    let bomb =
        "<?xml version=\"1.0\"?><!DOCTYPE tv [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><tv>&b;</tv>".to_owned();
    for (what, body) in [
        ("truncated", truncated),
        ("an entity bomb", bomb),
        ("no guide", "TV this week: see page 5".to_owned()),
    ] {
        let answer = upload(operator, body).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
        let problem = answer.json();
        assert!(
            problem["line"].is_u64() && problem["byte"].is_u64(),
            "{what}: {problem:#}"
        );
    }
    let viewer = tv.client.log_in("viewer@example.com", "matinee-demo").await;
    let viewer = operator.with_token(viewer.token.as_deref().expect("signed in"));
    assert_eq!(upload(&viewer, whole.clone()).await.status, 403);
    let nobody = viewer.signed_out();
    assert_eq!(upload(&nobody, whole).await.status, 401);
}

#[tokio::test]
async fn the_grid_and_what_is_on_now_answer_for_every_channel() {
    let tv = TestPlatform::open().await;
    #[expect(clippy::disallowed_methods, reason = "a guide is about the present")]
    let now = chrono::Utc::now();
    let window = json!({ "from": now.to_rfc3339(), "to": (now + chrono::Duration::hours(4)).to_rfc3339() });
    let grid = tv.client.run("Guide", window).await;
    let rows = grid["epg"].as_array().expect("rows");
    assert!(rows.len() >= 12, "{}", rows.len());
    for row in rows.iter().filter(|row| {
        !row["channel"]["name"]
            .as_str()
            .unwrap_or_default()
            .starts_with("journey-")
    }) {
        let programmes = row["programmes"].as_array().expect("programmes");
        assert!(!programmes.is_empty(), "{row:#}");
        assert!(
            programmes
                .windows(2)
                .all(|pair| pair[0]["startsAt"].as_str() <= pair[1]["startsAt"].as_str())
        );
    }
    let long = json!({ "from": now.to_rfc3339(), "to": (now + chrono::Duration::hours(49)).to_rfc3339() });
    let refused = tv.client.try_run("Guide", long).await;
    assert_eq!(
        refused["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED",
        "{refused:#}"
    );

    let id = rows[0]["channel"]["id"].clone();
    let channel = tv.client.run("Channel", json!({ "id": id })).await;
    assert!(
        channel["channel"]["now"]["title"].is_string() && channel["channel"]["access"]["allowed"].is_boolean(),
        "{channel:#}"
    );
    let mut on_now = Socket::subscribe(&tv.client, "OnNow", json!({ "channelIds": [id] })).await;
    let present = on_now.next().await;
    assert_eq!(
        present["nowNext"]["now"]["id"], channel["channel"]["now"]["id"],
        "{present:#}"
    );
    tv.close().await;
}
