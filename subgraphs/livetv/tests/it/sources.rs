//! Sources of guides: fetched and picked up.

use std::time::Duration;

use schema::events::livetv::GuideChanged;
use serde_json::{Value, json};

use crate::{
    kit::{Kit, Show, file},
    server::{CREATE, IMPORT, Server, allowing, answer, ok},
};

const DAY: [Show; 2] = [Show("12:30", "13:00", "News"), Show("13:00", "15:00", "Metropolis")];

#[tokio::test]
async fn a_source_is_fetched_when_it_is_due_and_a_guide_that_is_the_same_is_no_import() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    let tagged = answer("200 OK", "etag: \"one\"\r\nlast-modified: yesterday\r\n", &file(&DAY));
    server.answers(&[
        tagged,
        answer("304 Not Modified", "", ""),
        ok(&file(&DAY)),
        ok(&file(&DAY).replace("News", "Late")),
    ]);
    let id = tv
        .source(json!({ "name": "Web", "kind": "URL", "url": server.url(), "intervalMinutes": 30 }))
        .await;

    let first = tv.look(&id).await;
    assert_eq!(first["lastImport"]["added"], 2, "{first}");
    assert_eq!(first["nextRunAt"], "2026-11-21T12:30:00+00:00");
    // Not due yet.
    tv.look(&id).await;
    assert_eq!(server.asked().len(), 1);

    tv.bench.clock.advance(Duration::from_mins(30));
    tv.look(&id).await;
    let asked = server.asked();
    assert!(
        asked[0].contains("if-none-match: \"one\"") && asked[0].contains("if-modified-since: yesterday"),
        "{asked:?}"
    );
    // The same bytes from a server that does not say so.
    tv.bench.clock.advance(Duration::from_mins(30));
    tv.look(&id).await;
    let imports = tv.manage("{ epgImports { totalCount } }", json!({})).await;
    assert_eq!(imports["totalCount"], 1);

    tv.bench.clock.advance(Duration::from_mins(30));
    let changed = tv.look(&id).await;
    assert_eq!(
        (&changed["lastImport"]["updated"], &changed["lastImport"]["unchanged"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 2);
}

#[tokio::test]
async fn a_source_that_fails_is_asked_less_and_less_often_and_says_why() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    server.answers(&[answer("500 Internal Server Error", "", "")]);
    let id = tv
        .source(json!({ "name": "Web", "kind": "URL", "url": server.url() }))
        .await;

    let mut next = Vec::new();
    for pause in [0, 1, 2] {
        tv.bench.clock.advance(Duration::from_mins(pause));
        let source = tv.look(&id).await;
        assert_eq!(source["lastError"], "the server answered 500 Internal Server Error");
        next.push(source["nextRunAt"].clone());
    }
    assert_eq!(
        next,
        [
            "2026-11-21T12:01:00+00:00",
            "2026-11-21T12:03:00+00:00",
            "2026-11-21T12:07:00+00:00"
        ]
    );
    server.answers(&[ok(&file(&DAY))]);
    tv.bench.clock.advance(Duration::from_mins(4));
    let source = tv.look(&id).await;
    assert_eq!((&source["failures"], &source["lastError"]), (&json!(0), &Value::Null));
}

#[tokio::test]
async fn private_machines_are_not_asked_and_guides_have_a_size() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    let port = server.host.rsplit_once(':').unwrap().1.to_owned();
    // By a name, by a number of the cloud, by another notation of ours.
    for place in [
        format!("http://localhost:{port}/"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://2130706433:{port}/"),
    ] {
        server.answers(&[
            answer("302 Found", &format!("location: {place}\r\n"), ""),
            ok(&file(&DAY)),
        ]);
        let report = tv.import(json!({ "url": server.url() })).await;
        let text = report["messages"][0]["text"].as_str().unwrap();
        assert!(text.contains("is not on the public internet"), "{place}: {text}");
        assert_eq!((server.asked().len(), &report["status"]), (1, &json!("FAILED")));
    }
    server.answers(&[answer("302 Found", "location: /again\r\n", "")]);
    let report = tv.import(json!({ "url": server.url() })).await;
    assert_eq!(report["messages"][0]["text"], "more than 5 redirects");

    let large = " ".repeat(100_001);
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{large}");
    for body in [ok(&large), endless] {
        server.answers(&[body]);
        let report = tv.import(json!({ "url": server.url() })).await;
        assert_eq!(report["messages"][0]["text"], "the guide is larger than 100000 bytes");
    }
    assert_eq!(tv.titles().await.len(), 0);

    for (input, problem) in [
        (json!({ "url": "http://10.0.0.1/x" }), "ADDRESS_NOT_ALLOWED"),
        (json!({ "sourceId": testkit::Bench::id(9) }), "SOURCE_NOT_FOUND"),
        (json!({ "uploadId": testkit::Bench::id(9) }), "UPLOAD_NOT_FOUND"),
    ] {
        let asked = tv.manage(IMPORT, json!({ "input": input })).await;
        assert_eq!(asked["problem"]["code"], problem);
    }
    for input in [
        json!({}),
        json!({ "url": "http://a", "uploadId": testkit::Bench::id(9) }),
        json!({ "url": "file:///etc/passwd" }),
    ] {
        assert_eq!(tv.refused(IMPORT, json!({ "input": input })).await, "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn a_folder_is_read_below_the_folder_of_the_settings_and_no_link_leads_out() {
    let base = std::env::temp_dir().join(format!("matinee-guides-{}", std::process::id()));
    std::fs::create_dir_all(base.join("own")).unwrap();
    std::fs::create_dir_all(base.with_extension("outside")).unwrap();
    let outside = base.with_extension("outside").join("secret.xml");
    std::fs::write(&outside, file(&[Show("18:00", "19:00", "Secret")])).unwrap();
    std::os::unix::fs::symlink(&outside, base.join("own/link.xml")).unwrap();
    std::os::unix::fs::symlink(base.with_extension("outside"), base.join("away")).unwrap();
    std::fs::write(base.join("own/day.xml"), file(&DAY)).unwrap();
    std::fs::write(base.join("own/notes.txt"), "no guide").unwrap();
    let settings = livetv::Settings {
        sources_folder: base.display().to_string(),
        ..livetv::Settings::default()
    };
    let tv = Kit::start_with(settings).await;

    let id = tv
        .source(json!({ "name": "Folder", "kind": "FOLDER", "folder": "own" }))
        .await;
    let first = tv.look(&id).await;
    assert_eq!(
        (&first["lastImport"]["added"], &first["failures"]),
        (&json!(2), &json!(0)),
        "{first}"
    );
    tv.bench.clock.advance(Duration::from_hours(1));
    tv.look(&id).await;
    assert_eq!(
        tv.manage("{ epgImports { totalCount } }", json!({})).await["totalCount"],
        1
    );
    std::fs::write(base.join("own/day.xml"), file(&DAY).replace("News", "Late News")).unwrap();
    tv.bench.clock.advance(Duration::from_hours(1));
    assert_eq!(tv.look(&id).await["lastImport"]["updated"], 1);

    let away = tv
        .source(json!({ "name": "Away", "kind": "FOLDER", "folder": "away" }))
        .await;
    let source = tv.look(&away).await;
    assert_eq!(source["lastError"], "the folder is not below livetv.sources_folder");
    let escape = json!({ "input": { "name": "x", "kind": "FOLDER", "folder": "../outside" } });
    assert_eq!(tv.manage(CREATE, escape).await["problem"]["code"], "FOLDER_NOT_ALLOWED");
    std::fs::remove_dir_all(&base).unwrap();
    std::fs::remove_dir_all(base.with_extension("outside")).unwrap();
}
