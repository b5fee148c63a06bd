//! Imports that only tell, are watched, undone and interrupted.

use schema::events::livetv::GuideChanged;
use serde_json::json;

use crate::{
    kit::{Kit, Show, file},
    server::{IMPORT, Server, allowing, ok},
};

const DAY: [Show; 2] = [Show("12:30", "13:00", "News"), Show("13:00", "15:00", "Metropolis")];

#[tokio::test]
async fn a_dry_run_tells_everything_and_changes_nothing() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    tv.upload(file(&DAY)).await;
    let later = file(&[
        Show("12:30", "13:10", "News"),
        Show("13:10", "15:00", "Metropolis"),
        Show("15:00", "16:00", "New"),
    ]);
    server.answers(&[ok(&later)]);

    let report = tv.import(json!({ "url": server.url(), "dryRun": true })).await;
    assert_eq!(
        [&report["added"], &report["updated"], &report["removed"]],
        [1, 2, 0],
        "{report}"
    );
    assert_eq!((&report["dryRun"], &report["phase"]), (&json!(true), &json!("DONE")));
    let samples = json!([
        { "kind": "UPDATED", "title": "News", "fields": ["endsAt"] },
        { "kind": "UPDATED", "title": "Metropolis", "fields": ["startsAt"] },
        { "kind": "ADDED", "title": "New", "fields": [] },
    ]);
    assert_eq!(report["samples"], samples);
    assert_eq!(tv.titles().await, ["News", "Metropolis"]);
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 1);
    // Then in earnest: the same.
    let report = tv.import(json!({ "url": server.url() })).await;
    assert_eq!([&report["added"], &report["updated"], &report["removed"]], [1, 2, 0]);
}

#[tokio::test]
async fn an_import_is_undone_exactly_unless_something_newer_touched_it() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    let all = "{ epg(from: \"2026-11-21T00:00:00Z\", to: \"2026-11-22T00:00:00Z\") { programmes { id title startsAt endsAt } } }";
    tv.upload(file(&[
        Show("12:30", "13:00", "News"),
        Show("13:00", "15:00", "Metropolis"),
        Show("15:00", "16:00", "Gone"),
    ]))
    .await;
    let before = tv.ask(all, json!({})).await;
    let swapped = file(&[
        Show("12:30", "14:30", "Metropolis"),
        Show("14:30", "15:00", "News"),
        Show("15:30", "16:00", "New"),
    ]);
    server.answers(&[ok(&swapped)]);
    let report = tv.import(json!({ "url": server.url() })).await;
    assert_eq!(
        [&report["added"], &report["updated"], &report["removed"]],
        [1, 2, 1],
        "{report}"
    );
    assert_ne!(tv.ask(all, json!({})).await, before);

    let undo = "mutation($input: UndoEpgImportInput!) { undoEpgImport(input: $input) { import { undoneAt } problem { code } } }";
    let this = json!({ "input": { "importId": report["id"] } });
    let undone = tv.manage(undo, this.clone()).await;
    assert!(undone["import"]["undoneAt"].is_string(), "{undone}");
    assert_eq!(tv.ask(all, json!({})).await, before);
    let events = tv.bench.published::<GuideChanged>().await;
    assert_eq!((events.len(), events[2].changes.len()), (3, 4));
    assert_eq!(tv.manage(undo, this).await["problem"]["code"], "NOTHING_TO_UNDO");

    let report = tv.import(json!({ "url": server.url() })).await;
    tv.upload(swapped.replace("News", "Late News")).await;
    let late = tv.manage(undo, json!({ "input": { "importId": report["id"] } })).await;
    assert_eq!(late["problem"]["code"], "CHANGED_SINCE");
}

#[tokio::test]
async fn an_import_tells_how_far_it_is_and_ends() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    server.answers(&[ok(&file(&DAY))]);
    let asked = tv.manage(IMPORT, json!({ "input": { "url": server.url() } })).await;
    let progress = "subscription($id: ID!) { epgImportProgress(id: $id) { phase import { status added } } }";
    let mut messages = tv.subscribe_as_admin(progress, json!({ "id": asked["import"]["id"] }));
    let mut phases = Vec::new();
    loop {
        let message = messages.next().await;
        assert_eq!(message.get("errors"), None, "{message}");
        let state = message["data"]["epgImportProgress"].clone();
        phases.push(state["phase"].clone());
        if state["import"]["status"] != "RUNNING" {
            assert_eq!(state["import"], json!({ "status": "COMPLETED", "added": 2 }));
            break;
        }
    }
    let order = ["QUEUED", "FETCHING", "READING", "COMPARING", "WRITING", "DONE"];
    let places: Vec<_> = phases
        .iter()
        .map(|phase| order.iter().position(|known| phase == known).unwrap())
        .collect();
    assert!(places.is_sorted() && places.last() == Some(&5), "{phases:?}");
    messages.end().await;

    let nobody = tv
        .subscribe_as_admin(progress, json!({ "id": testkit::Bench::id(9) }))
        .next()
        .await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn an_import_whose_process_died_is_done_by_the_next_one() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    // The file is cut off: what came is no guide, and the import is still to be done.
    let import = testkit::Bench::id(50);
    let key = format!("in/{import}");
    storage::put_all(&*tv.bench.platform.storage, &key, "text/xml", file(&DAY).into())
        .await
        .unwrap();
    drop(server);
    tv.interrupted_import(import, &key).await;

    let report = "query($id: ID!) { epgImport(id: $id) { status added } }";
    tv.restart().await;
    let found = tv.settled(report, json!({ "id": import }), "").await;
    assert_eq!(found, json!({ "status": "COMPLETED", "added": 2 }));
    assert_eq!(tv.titles().await, ["News", "Metropolis"]);
}
