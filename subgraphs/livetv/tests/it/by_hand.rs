//! Imports that an administrator asks for, and what is noted of them.

use serde_json::{Value, json};

use crate::{
    kit::{Kit, Show, counts, file},
    server::{IMPORT, PAUSE, Server, allowing, ok},
};

const DAY: [Show; 2] = [Show("12:30", "13:00", "News"), Show("13:00", "15:00", "Metropolis")];

#[tokio::test]
async fn an_upload_can_be_tried_before_it_is_imported() {
    let tv = Kit::start().await;
    let source = tv.source(json!({ "name": "provider", "kind": "UPLOAD" })).await;
    let (upload, report) = tv.upload_dry("provider", file(&DAY)).await;
    assert_eq!(
        (&report["status"], counts(&report)),
        (&json!("COMPLETED"), [2, 0, 0, 0])
    );
    assert!(tv.titles().await.is_empty(), "it only told");

    let report = tv.import(json!({ "uploadId": upload })).await;
    assert_eq!(
        (&report["dryRun"], &report["added"]),
        (&json!(false), &json!(2)),
        "{report}"
    );
    assert_eq!(tv.titles().await, ["News", "Metropolis"]);
    // It is the source's, as the upload said.
    let of = "query($id: ID!) { guideSource(id: $id) { lastImport { id status added } } }";
    let last = tv.manage(of, json!({ "id": source })).await["lastImport"].clone();
    assert_eq!((&last["id"], &last["added"]), (&report["id"], &json!(2)));

    // An older upload can be brought back as long as it is kept.
    tv.upload_of("provider", file(&DAY).replace("News", "Late News")).await;
    let back = tv.import(json!({ "uploadId": upload })).await;
    assert_eq!((&back["updated"], &back["unchanged"]), (&json!(1), &json!(1)), "{back}");
    assert_eq!(tv.titles().await, ["News", "Metropolis"]);
}

#[tokio::test]
async fn a_source_is_imported_when_it_is_asked_for_and_once_at_a_time() {
    let tv = Kit::start_with(allowing(&["127.0.0.1"])).await;
    let server = Server::start(&tv).await;
    let half = file(&DAY).replace("</tv>", &format!("{PAUSE}</tv>"));
    server.answers(&[ok(&half), ok(&file(&DAY))]);
    let web = tv
        .source(json!({ "name": "Web", "kind": "URL", "url": server.url() }))
        .await;
    let uploads = tv.source(json!({ "name": "Uploads", "kind": "UPLOAD" })).await;

    let first = tv.manage(IMPORT, json!({ "input": { "sourceId": web } })).await;
    let again = tv.manage(IMPORT, json!({ "input": { "sourceId": web } })).await;
    assert_eq!(again["problem"]["code"], "ALREADY_RUNNING");
    server.go_on();
    let report = "query($id: ID!) { epgImport(id: $id) { status source added } }";
    let report = tv.settled(report, json!({ "id": first["import"]["id"] }), "").await;
    assert_eq!(report, json!({ "status": "COMPLETED", "source": "Web", "added": 2 }));
    let report = tv.import(json!({ "sourceId": web })).await;
    assert_eq!(report["unchanged"], 2, "{report}");
    assert_eq!(server.asked().len(), 2);

    let nothing = tv.manage(IMPORT, json!({ "input": { "sourceId": uploads } })).await;
    assert_eq!(nothing["problem"]["code"], "NOTHING_TO_IMPORT");
}

#[tokio::test]
async fn a_server_that_never_ends_is_given_up_in_time() {
    let settings = livetv::Settings {
        fetch_seconds: 1,
        ..allowing(&["127.0.0.1"])
    };
    let tv = Kit::start_with(settings).await;
    let server = Server::start(&tv).await;
    server.answers(&[ok(&file(&DAY).replace("</tv>", &format!("{PAUSE}</tv>")))]);
    let report = tv.import(json!({ "url": server.url() })).await;
    assert_eq!(
        (&report["status"], &report["messages"][0]["text"]),
        (&json!("FAILED"), &json!("not fetched within 1 s"))
    );
    assert!(tv.titles().await.is_empty());
}

#[tokio::test]
async fn what_is_done_to_sources_and_their_channels_is_in_the_audit_log() {
    let tv = Kit::start().await;
    let source = tv.source(json!({ "name": "Web", "kind": "UPLOAD" })).await;
    tv.upload_of("Web", file(&DAY)).await;
    let channel = tv.channel("1").await;
    let act = async |mutation: &str, kind: &str, input: Value| {
        let text = format!("mutation($input: {kind}!) {{ {mutation}(input: $input) {{ problem {{ code }} }} }}");
        let done = tv.manage(&text, json!({ "input": input })).await;
        assert_eq!(done["problem"], Value::Null, "{mutation}");
    };
    act(
        "updateGuideSource",
        "UpdateGuideSourceInput",
        json!({ "id": source, "priority": 5 }),
    )
    .await;
    let wanted = json!({ "sourceId": source, "fileId": "one.example", "channelId": channel });
    act("setChannelMatch", "SetChannelMatchInput", wanted).await;
    let last = tv
        .manage("{ epgImports(first: 1) { edges { node { id } } } }", json!({}))
        .await;
    act(
        "undoEpgImport",
        "UndoEpgImportInput",
        json!({ "importId": last["edges"][0]["node"]["id"] }),
    )
    .await;
    act("deleteGuideSource", "DeleteGuideSourceInput", json!({ "id": source })).await;

    let query = "query($id: ID!) { livetvAuditLog(first: 20, filter: { subjectId: $id }) { edges { node { \
                 action accountId subjectKind changes { field before after } } } } }";
    let log = tv.manage(query, json!({ "id": source })).await;
    let entries: Vec<&Value> = log["edges"]
        .as_array()
        .expect("edges")
        .iter()
        .map(|edge| &edge["node"])
        .collect();
    let actions: Vec<&str> = entries.iter().filter_map(|entry| entry["action"].as_str()).collect();
    let expected = [
        "deleteGuideSource",
        "undoEpgImport",
        "setChannelMatch",
        "updateGuideSource",
        "createGuideSource",
    ];
    assert_eq!(actions, expected);
    let ours = json!(testkit::Bench::id(1));
    assert!(
        entries
            .iter()
            .all(|entry| entry["subjectKind"] == "SOURCE" && entry["accountId"] == ours)
    );
    // The import had found the same channel: what changed is that it sticks.
    let sticks = json!([{ "field": "manual", "before": "false", "after": "true" }]);
    assert_eq!(entries[2]["changes"], sticks);
    let priority = json!([{ "field": "priority", "before": "100", "after": "5" }]);
    assert_eq!(entries[3]["changes"], priority);
}
