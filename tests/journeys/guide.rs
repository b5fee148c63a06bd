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

    // Of this channel: other journeys upload guides, too.
    let id = channel_id(&tv.client, &channel).await;
    let ours = json!({ "channelIds": [id] });
    let mut guide_updates = Socket::subscribe(&tv.client, "GuideUpdates", ours).await;
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
    let since = json!({ "channelIds": [id], "after": cursor });
    let mut resumed = Socket::subscribe(&tv.client, "GuideUpdates", since).await;
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

async fn channel_id(client: &Client, name: &str) -> Value {
    let query = "query($name: String!) { channels(filter: { query: $name }) { edges { node { id } } } }";
    let answer = client.ask(query, json!({ "name": name })).await;
    let id = answer["data"]["channels"]["edges"][0]["node"]["id"].clone();
    assert!(id.is_string(), "{answer:#}");
    id
}

/// The titles that the next message of a subscription tells, with its cursor.
async fn told(updates: &mut Socket) -> (Vec<String>, String) {
    let event = updates.next().await;
    let update = &event["epgUpdates"];
    assert_eq!(update["kind"], "CHANGES", "{event:#}");
    let changes = update["changes"].as_array().expect("changes");
    let titles = changes
        .iter()
        .filter_map(|change| change["programme"]["title"].as_str());
    let cursor = update["cursor"].as_str().expect("a cursor");
    (titles.map(str::to_owned).collect(), cursor.to_owned())
}

/// Split, the two routers have a live TV each: whichever does the import, the other one's subscribers hear of it from
/// the bus.
#[tokio::test]
async fn whichever_process_imports_the_subscribers_of_each_are_told_and_cursors_are_good_in_both() {
    let tv = TestPlatform::open().await;
    let (here, there) = (tv.client.clone(), tv.second());
    let admin = here.log_in("admin@example.com", "matinee-demo").await;
    let operator = tv.media().await.with_token(admin.token.as_deref().expect("signed in"));
    #[expect(clippy::disallowed_methods, reason = "a channel that no other run has made")]
    let channel = format!("journey-{}", uuid::Uuid::now_v7().simple());
    #[expect(clippy::disallowed_methods, reason = "a guide is about the present")]
    let first = chrono::Utc::now() + chrono::Duration::hours(2);
    let edition = async |title: &str| {
        let answer = upload(&operator, guide(&channel, first, &["News", title, "Night"])).await;
        let import = imported(&admin, &answer).await;
        assert_eq!(import["status"], "COMPLETED", "{import:#}");
    };
    edition("Edition 0").await;
    let ids = json!([channel_id(&here, &channel).await]);
    let mut sockets = [
        Socket::subscribe(&here, "GuideUpdates", json!({ "channelIds": ids })).await,
        Socket::subscribe(&there, "GuideUpdates", json!({ "channelIds": ids })).await,
    ];
    for socket in &mut sockets {
        assert!(told(socket).await.0.is_empty());
    }

    let mut cursor = String::new();
    for number in 1..=6 {
        let title = format!("Edition {number}");
        edition(&title).await;
        for socket in &mut sockets {
            let (titles, next) = told(socket).await;
            assert_eq!(titles, [title.as_str()], "each change once, in its order");
            cursor = next;
        }
    }

    // The sockets are gone while two more editions come; each side resumes with a cursor of the other one's.
    drop(sockets);
    edition("Edition 7").await;
    edition("Edition 8").await;
    let since = json!({ "channelIds": ids, "after": cursor });
    let mut sockets = [
        Socket::subscribe(&here, "GuideUpdates", since.clone()).await,
        Socket::subscribe(&there, "GuideUpdates", since).await,
    ];
    for socket in &mut sockets {
        let mut titles = Vec::new();
        while titles.len() < 2 {
            titles.extend(told(socket).await.0);
        }
        // Who resumes may see a programme's later state with its earlier change.
        assert_eq!(titles.last().map(String::as_str), Some("Edition 8"), "{titles:?}");
    }
    edition("Edition 9").await;
    for socket in &mut sockets {
        assert_eq!(told(socket).await.0, ["Edition 9"], "nothing came twice");
    }
    tv.close().await;
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
