//! Everything of docs/REST.md is on the router's port, wherever the service runs that answers it.

use std::fmt::Write;

use http::Method;
use serde_json::json;
use tests::TestPlatform;

/// A guide of about two megabytes: more than a body that is not streamed may have.
fn long_guide() -> String {
    let mut text = "<tv><channel id=\"one-port\"><display-name>One port</display-name></channel>".to_owned();
    for day in 1..=28 {
        for minute in 0..600 {
            let at = |minute: i32| format!("209902{day:02}{:02}{:02}00 +0000", minute / 60, minute % 60);
            let times = format!("start=\"{}\" stop=\"{}\"", at(minute), at(minute + 1));
            write!(
                text,
                "<programme channel=\"one-port\" {times}><title>Minute {minute}</title></programme>"
            )
            .expect("a string takes all");
        }
    }
    text + "</tv>"
}

#[tokio::test]
async fn uploads_pictures_and_files_of_other_services_go_through_the_router() {
    let tv = TestPlatform::open().await;
    let upload = "/api/v1/admin/livetv/epg/upload?source=one-port&dryRun=true";
    let xml = [("content-type", "application/xml")];
    let refused = tv.client.send(Method::POST, upload, &xml, "<tv/>").await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let admin = tv.client.log_in("admin@example.com", "matinee-demo").await;
    let guide = long_guide();
    assert!(guide.len() > 1_500_000, "{}", guide.len());
    let taken = admin.send(Method::POST, upload, &xml, guide).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
    assert!(taken.json()["importId"].is_string());

    let asked = "{ latestTitles(first: 50) { edges { node { artwork(kind: POSTER) { url } } } } }";
    let answer = tv.client.ask(asked, json!({})).await;
    // Members' videos, which other journeys make, have none.
    let edges = answer["data"]["latestTitles"]["edges"].as_array().expect("a list");
    let url = edges.iter().find_map(|edge| edge["node"]["artwork"][0]["url"].as_str());
    let url = url.unwrap_or_else(|| panic!("a title with artwork: {answer:#}"));
    let path = &url[url.find("/api/").expect("a path")..];
    let (there, here) = (tv.client.get(url, &[]).await, tv.client.get(path, &[]).await);
    assert_eq!((here.status.as_u16(), &here.body), (200, &there.body));
    for name in ["etag", "content-type", "cache-control", "content-security-policy"] {
        assert_eq!(here.header(name), there.header(name), "{name}");
    }
    let again = tv.client.get(path, &[("if-none-match", here.header("etag"))]).await;
    assert_eq!(again.status, 304);

    let channels = admin.get("/api/v1/livetv/channels.m3u", &[]).await;
    assert!(channels.text().starts_with("#EXTM3U"), "{}", channels.text());
    let guide = tv
        .client
        .get("/api/v1/livetv/epg.xml", &[("accept-encoding", "identity")])
        .await;
    assert_eq!(guide.status, 200, "{}", guide.text());
    assert!(guide.text().contains("<programme "), "the demo's guide");
    let outside = tv.client.get("/s/nothing/of/that/kind", &[]).await;
    assert_eq!(
        outside.header("content-type"),
        "application/problem+json",
        "{}",
        outside.text()
    );
    tv.close().await;
}
