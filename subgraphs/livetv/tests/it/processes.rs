//! Sources and imports of a platform that has live TV in several processes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    kit::{Kit, Other, Show, file},
    server::{IMPORT, PAUSE, Server, allowing, answer, ok},
    split::platform,
};

const DAY: [Show; 2] = [Show("12:30", "13:00", "News"), Show("13:00", "15:00", "Metropolis")];
const LOOK: &str = "livetv.fetch_guides";
const PROGRESS: &str =
    "subscription($id: ID!) { epgImportProgress(id: $id) { phase bytes totalBytes import { status added } } }";

#[tokio::test]
async fn a_source_that_is_due_is_fetched_by_one_of_two_processes() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let bus = tv.bench.platform.bus.clone();
    let other = Other::start(&platform(&tv, bus), allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    server.answers(&[answer("304 Not Modified", "", "")]);
    let sources = 3;
    for n in 0..sources {
        let input = json!({ "name": format!("Web {n}"), "kind": "URL", "url": server.url(), "intervalMinutes": 30 });
        tv.source(input).await;
    }
    for round in 0..10 {
        let (ours, theirs) = (tv.run_job(LOOK), other.run_job(LOOK));
        if tv.bench.platform.database.is_embedded() {
            // A file has one process that writes, so they look one after the other.
            ours.await;
            theirs.await;
        } else {
            tokio::join!(ours, theirs);
        }
        assert_eq!(server.asked().len(), sources, "round {round}");
        tv.bench.clock.advance(Duration::from_mins(30));
    }
}

#[tokio::test]
async fn how_far_an_import_is_can_be_seen_from_another_process() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let bus = tv.bench.platform.bus.clone();
    let other = Other::start(&platform(&tv, bus), allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    server.answers(&[ok(&file(&DAY).replace("</tv>", &format!("{PAUSE}</tv>")))]);
    let asked = tv.manage(IMPORT, json!({ "input": { "url": server.url() } })).await;
    let id = json!({ "id": asked["import"]["id"] });
    let mut messages = other.subscribe_as(tv.admin(), PROGRESS, id);
    let next = async |messages: &mut crate::kit::Messages| -> Value {
        let message = messages.next().await;
        assert_eq!(message.get("errors"), None, "{message}");
        message["data"]["epgImportProgress"].clone()
    };

    // The server waits, and so does the import: what is seen is the process that does it.
    let mut state = next(&mut messages).await;
    while state["phase"] != "FETCHING" || state["bytes"] == 0.0 {
        assert_eq!(state["import"]["status"], "RUNNING", "{state}");
        state = next(&mut messages).await;
    }
    server.go_on();
    while state["import"]["status"] == "RUNNING" {
        state = next(&mut messages).await;
    }
    let import = json!({ "status": "COMPLETED", "added": 2 });
    assert_eq!((&state["phase"], &state["import"]), (&json!("DONE"), &import));
    messages.end().await;
}
