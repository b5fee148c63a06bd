//! Sources of guides: fetched, picked up, weighed against each other.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use schema::events::livetv::GuideChanged;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::kit::{Kit, Show, file, file_of};

const CREATE: &str = "mutation($input: CreateGuideSourceInput!) { createGuideSource(input: $input) \
                      { source { id name nextRunAt } problem { code } } }";
const SOURCE: &str = "query($id: ID!) { guideSource(id: $id) { failures lastError nextRunAt checkedAt \
                      lastImport { status added updated removed unchanged messages { text } } } }";
const IMPORT: &str =
    "mutation($input: ImportEpgInput!) { importEpg(input: $input) { import { id } problem { code } } }";
const GRID: &str =
    "{ epg(from: \"2026-11-21T00:00:00Z\", to: \"2026-11-22T00:00:00Z\") { programmes { title startsAt } } }";
const DAY: [Show; 2] = [Show("12:30", "13:00", "News"), Show("13:00", "15:00", "Metropolis")];

/// A web server on a free port, which answers what it was told in turn, the last answer for ever.
struct Server {
    host: String,
    answers: Arc<Mutex<VecDeque<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(tv: &Kit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let answers: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (told, noted) = (answers.clone(), asked.clone());
        let stop = tv.bench.platform.supervisor.stop_token().clone();
        tv.bench.platform.supervisor.spawn("test.server", async move {
            loop {
                let mut socket = tokio::select! {
                    () = stop.cancelled() => return,
                    accepted = listener.accept() => accepted.unwrap().0,
                };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(socket.read_u8().await.unwrap());
                }
                noted
                    .lock()
                    .unwrap()
                    .push(String::from_utf8(request).unwrap().to_lowercase());
                let answer = {
                    let mut told = told.lock().unwrap();
                    if told.len() > 1 {
                        told.pop_front().unwrap()
                    } else {
                        told[0].clone()
                    }
                };
                // A client that has read enough hangs up.
                if socket.write_all(answer.as_bytes()).await.is_ok() {
                    socket.shutdown().await.ok();
                }
            }
        });
        Self { host, answers, asked }
    }

    fn url(&self) -> String {
        format!("http://{}/guide.xml", self.host)
    }

    fn answers(&self, answers: &[String]) {
        *self.answers.lock().unwrap() = answers.iter().cloned().collect();
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

fn ok(body: &str) -> String {
    answer("200 OK", "", body)
}

fn allowing(hosts: &[&str]) -> livetv::Settings {
    livetv::Settings {
        allow_private_sources: hosts.iter().map(|host| (*host).to_owned()).collect(),
        fetch_max_bytes: 100_000,
        ..livetv::Settings::default()
    }
}

impl Kit {
    async fn manage(&self, query: &str, variables: Value) -> Value {
        let answer = self.bench.ask(Some(&self.admin()), query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let data = answer["data"].as_object().unwrap();
        data.values().next().unwrap().clone()
    }

    async fn source(&self, input: Value) -> Value {
        let made = self.manage(CREATE, json!({ "input": input })).await;
        assert_eq!(made["problem"], Value::Null, "{made}");
        made["source"]["id"].clone()
    }

    /// Lets the job look, and the imports it makes end.
    async fn look(&self, id: &Value) -> Value {
        self.run_job("livetv.fetch_guides").await;
        self.settled(SOURCE, json!({ "id": id }), "lastImport").await
    }

    /// Asks until the import below `field` (or the answer itself) does not run.
    async fn settled(&self, query: &str, variables: Value, field: &str) -> Value {
        for _ in 0..500 {
            let found = self.manage(query, variables.clone()).await;
            let import = if field.is_empty() { &found } else { &found[field] };
            if import["status"] != "RUNNING" {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the import does not end");
    }

    async fn titles(&self) -> Vec<String> {
        let data = self.ask(GRID, json!({})).await;
        let programmes = data["epg"][0]["programmes"].as_array().cloned().unwrap_or_default();
        programmes
            .iter()
            .map(|programme| programme["title"].as_str().unwrap().to_owned())
            .collect()
    }
}

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

impl Kit {
    async fn import(&self, input: Value) -> Value {
        let asked = self.manage(IMPORT, json!({ "input": input })).await;
        assert_eq!(asked["problem"], Value::Null, "{asked}");
        let report = "query($id: ID!) { epgImport(id: $id) { id status dryRun phase added updated removed unchanged \
                      samples { kind title fields } messages { text } } }";
        self.settled(report, json!({ "id": asked["import"]["id"] }), "").await
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

#[tokio::test]
async fn a_source_of_less_weight_fills_what_another_leaves_and_never_replaces_it() {
    let tv = Kit::start().await;
    let strong = tv
        .source(json!({ "name": "Strong", "kind": "UPLOAD", "priority": 1 }))
        .await;
    tv.source(json!({ "name": "Weak", "kind": "UPLOAD", "priority": 2 }))
        .await;
    let day = file(&[
        Show("12:00", "13:00", "Strong noon"),
        Show("14:00", "15:00", "Strong two"),
    ]);
    tv.upload_of("strong", day.clone()).await;

    let weak = file(&[
        Show("12:00", "12:30", "Weak noon"),
        Show("12:30", "13:30", "Weak half"),
        Show("13:00", "14:30", "Weak one"),
        Show("16:00", "17:00", "Weak four"),
    ]);
    let report = tv.upload_of("Weak", weak.clone()).await;
    assert_eq!(
        (&report["added"], &report["removed"], &report["updated"]),
        (&json!(2), &json!(0), &json!(0))
    );
    let both = ["Strong noon", "Weak one", "Strong two", "Weak four"];
    assert_eq!(tv.titles().await, both);
    // Neither wears the other down, and neither does a guide of no source.
    for (source, guide) in [("strong", &day), ("weak", &weak), ("nobody", &weak), ("strong", &day)] {
        let report = tv.upload_of(source, guide.clone()).await;
        assert_eq!(
            [&report["added"], &report["removed"], &report["updated"]],
            [0, 0, 0],
            "{source}"
        );
    }
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 2);

    // The stronger one reaches further: the weaker one gives way where it is.
    tv.upload_of(
        "strong",
        day.replace("<programme start=\"202611211400", "<programme start=\"202611211345"),
    )
    .await;
    assert_eq!(tv.titles().await, ["Strong noon", "Strong two", "Weak four"]);
    // Without its source a programme stays, and has no weight any more.
    let delete = "mutation($input: DeleteGuideSourceInput!) { deleteGuideSource(input: $input) { deletedSourceId } }";
    tv.manage(delete, json!({ "input": { "id": strong } })).await;
    assert_eq!(tv.titles().await.len(), 3);
    tv.upload_of("weak", weak).await;
    assert_eq!(tv.titles().await, ["Weak noon", "Weak half", "Weak one", "Weak four"]);
}

#[tokio::test]
async fn what_an_administrator_says_of_a_channel_sticks() {
    let tv = Kit::start().await;
    tv.upload(file_of("one", "News", &DAY)).await;
    tv.upload(file_of("two", "Sport", &DAY)).await;
    let [news, sport] = [tv.channel("1").await, tv.channel("2").await];
    let rename = "mutation($input: UpdateChannelInput!) { updateChannel(input: $input) { channel { id } } }";
    tv.manage(rename, json!({ "input": { "id": sport, "name": "News" } }))
        .await;

    // Two are called News: nobody can say which one is meant.
    let report = tv
        .upload(file_of("x", "News HD", &[Show("18:00", "19:00", "Evening")]))
        .await;
    assert_eq!(
        (&report["added"], &report["errors"]),
        (&json!(0), &json!(1)),
        "{report}"
    );
    let list = "query($all: Boolean) { channelMatches(onlyUncertain: $all) { totalCount edges { node \
                { fileId fileName state confidence reason isManual } } } }";
    let found = tv.manage(list, json!({ "all": true })).await;
    let unsure = json!({ "fileId": "x", "fileName": "News HD", "state": "UNCERTAIN", "confidence": 30,
        "reason": "SIMILAR_NAME", "isManual": false });
    assert_eq!((&found["totalCount"], &found["edges"][0]["node"]), (&json!(1), &unsure));
    assert_eq!(tv.manage(list, json!({})).await["totalCount"], 3);

    let set = "mutation($input: SetChannelMatchInput!) { setChannelMatch(input: $input) { match { state } problem { code } } }";
    let said = tv
        .manage(set, json!({ "input": { "fileId": "x", "channelId": news } }))
        .await;
    assert_eq!(said["match"]["state"], "MATCHED");
    let evening = || file_of("x", "Something else", &[Show("18:00", "19:00", "Evening")]);
    assert_eq!(tv.upload(evening()).await["added"], 1);
    // Even against the id.
    tv.manage(set, json!({ "input": { "fileId": "two", "ignore": true } }))
        .await;
    let report = tv
        .upload(file_of("two", "Sport", &[Show("18:00", "19:00", "Football")]))
        .await;
    assert_eq!((&report["added"], &report["errors"]), (&json!(0), &json!(0)));
    tv.manage(set, json!({ "input": { "fileId": "two" } })).await;
    assert_eq!(
        tv.upload(file_of("two", "Sport", &[Show("18:00", "19:00", "Football")]))
            .await["added"],
        1
    );
    let unknown = json!({ "input": { "fileId": "x", "channelId": testkit::Bench::id(9) } });
    assert_eq!(tv.manage(set, unknown).await["problem"]["code"], "CHANNEL_NOT_FOUND");
}

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
