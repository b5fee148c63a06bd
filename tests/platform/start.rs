//! Starting: again on the same data, and not at all with settings that cannot work.

use serde_json::json;
use server::Running;
use tests::{Client, TestPlatform};

#[tokio::test]
async fn a_second_start_finds_everything_and_a_second_process_is_refused() {
    #[expect(clippy::disallowed_methods, reason = "a folder name, not an id of the platform")]
    let folder = std::env::temp_dir().join(format!("matinee-start-{}", uuid::Uuid::now_v7()));
    let settings = || tests::settings(&folder, &[]);

    let first = Running::start(settings(), &[])
        .await
        .unwrap_or_else(|error| panic!("{}", error.chain()));
    let client = Client::new(&format!("http://{}", first.address));
    let titles = client.run("LatestTitles", json!({})).await["latestTitles"]["totalCount"].clone();
    assert!(titles.as_i64().is_some_and(|count| count >= 60), "{titles}");
    let signed_in = client.log_in("viewer@example.com", "matinee-demo").await;

    let refused = Running::start(settings(), &[])
        .await
        .err()
        .expect("the folder is taken")
        .chain();
    assert!(
        refused.contains("server.data_dir") && refused.contains("database.url"),
        "{refused}"
    );
    first.stop().await.unwrap_or_else(|error| panic!("{}", error.chain()));

    let second = Running::start(settings(), &[])
        .await
        .unwrap_or_else(|error| panic!("{}", error.chain()));
    let client = Client::new(&format!("http://{}", second.address)).with_token(&signed_in.token.expect("a token"));
    let viewer = client.run("Viewer", json!({})).await;
    assert_eq!(
        viewer["viewer"]["account"]["email"], "viewer@example.com",
        "the key was kept: the token is still good"
    );
    assert_eq!(
        client.run("LatestTitles", json!({})).await["latestTitles"]["totalCount"],
        titles,
        "the demo came once"
    );
    let found = client.run("Search", json!({ "query": "metropolis" })).await;
    assert_eq!(
        found["search"]["edges"][0]["node"]["name"], "Metropolis",
        "the index was kept"
    );
    second.stop().await.unwrap_or_else(|error| panic!("{}", error.chain()));
    std::fs::remove_dir_all(&folder).expect("the data folder is ours");
}

#[tokio::test]
async fn a_part_with_embedded_backends_is_refused_and_every_setting_is_named() {
    let folder = std::env::temp_dir().join("matinee-refused");
    let refused = Running::start(tests::settings(&folder, &[]), &["rights".to_owned()]).await;
    let text = refused.err().expect("it cannot work").chain();
    for setting in ["events.url", "kv.url", "auth.jwks_url"] {
        assert!(text.contains(setting), "{text}");
    }
    let unknown = Running::start(tests::settings(&folder, &[]), &["righst".to_owned()]).await;
    assert!(unknown.err().expect("no such part").chain().contains("righst"));
}

#[tokio::test]
async fn without_the_demo_there_is_nothing_but_an_answer() {
    let tv = TestPlatform::start_with(&[("server.demo", "false")]).await;
    let home = tv.client.run("Home", json!({})).await;
    assert_eq!(home["onNow"]["edges"], json!([]));
    let latest = tv.client.run("LatestTitles", json!({})).await;
    assert_eq!(latest["latestTitles"]["totalCount"], 0);
    tv.close().await;
}
