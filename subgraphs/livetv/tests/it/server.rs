//! A web server that guides are fetched from, and the words of tests about sources.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Semaphore,
};

use crate::kit::Kit;

pub const CREATE: &str = "mutation($input: CreateGuideSourceInput!) { createGuideSource(input: $input) \
                      { source { id name nextRunAt } problem { code } } }";
const SOURCE: &str = "query($id: ID!) { guideSource(id: $id) { failures lastError nextRunAt checkedAt \
                      lastImport { status added updated removed unchanged messages { text } } } }";
pub const IMPORT: &str =
    "mutation($input: ImportEpgInput!) { importEpg(input: $input) { import { id } problem { code } } }";
const GRID: &str =
    "{ epg(from: \"2026-11-21T00:00:00Z\", to: \"2026-11-22T00:00:00Z\") { programmes { title startsAt } } }";

/// Where an answer stops until the test lets it go on.
pub const PAUSE: char = '\0';

/// A web server on a free port, which answers what it was told in turn, the last answer for ever.
pub struct Server {
    pub host: String,
    going: Arc<Semaphore>,
    answers: Arc<Mutex<VecDeque<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(tv: &Kit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("it works");
        let host = listener.local_addr().expect("it works").to_string();
        let answers: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let going = Arc::new(Semaphore::new(0));
        let (told, noted, allowed) = (answers.clone(), asked.clone(), going.clone());
        let stop = tv.bench.platform.supervisor.stop_token().clone();
        tv.bench.platform.supervisor.spawn("test.server", async move {
            loop {
                let mut socket = tokio::select! {
                    () = stop.cancelled() => return,
                    accepted = listener.accept() => accepted.expect("it works").0,
                };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(socket.read_u8().await.expect("it works"));
                }
                noted
                    .lock()
                    .expect("it works")
                    .push(String::from_utf8(request).expect("it works").to_lowercase());
                let answer = {
                    let mut told = told.lock().expect("it works");
                    if told.len() > 1 {
                        told.pop_front().expect("it works")
                    } else {
                        told[0].clone()
                    }
                };
                for (place, part) in answer.split(PAUSE).enumerate() {
                    if place > 0 {
                        tokio::select! {
                            () = stop.cancelled() => return,
                            go = allowed.acquire() => go.expect("it works").forget(),
                        }
                    }
                    // A client that has read enough hangs up.
                    socket.write_all(part.as_bytes()).await.ok();
                }
                socket.shutdown().await.ok();
            }
        });
        Self {
            host,
            going,
            answers,
            asked,
        }
    }

    /// Lets the answer that stopped go on.
    pub fn go_on(&self) {
        self.going.add_permits(1);
    }

    pub fn url(&self) -> String {
        format!("http://{}/guide.xml", self.host)
    }

    pub fn answers(&self, answers: &[String]) {
        *self.answers.lock().expect("it works") = answers.iter().cloned().collect();
    }

    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("it works"))
    }
}

pub fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.replace(PAUSE, "").len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

pub fn ok(body: &str) -> String {
    answer("200 OK", "", body)
}

pub fn allowing(hosts: &[&str]) -> livetv::Settings {
    livetv::Settings {
        allow_private_sources: hosts.iter().map(|host| (*host).to_owned()).collect(),
        fetch_max_bytes: 100_000,
        ..livetv::Settings::default()
    }
}

impl Kit {
    pub async fn manage(&self, query: &str, variables: Value) -> Value {
        let answer = self.bench.ask(Some(&self.admin()), query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let data = answer["data"].as_object().expect("it works");
        data.values().next().expect("it works").clone()
    }

    pub async fn source(&self, input: Value) -> Value {
        let made = self.manage(CREATE, json!({ "input": input })).await;
        assert_eq!(made["problem"], Value::Null, "{made}");
        made["source"]["id"].clone()
    }

    /// Lets the job look, and the imports it makes end.
    pub async fn look(&self, id: &Value) -> Value {
        self.run_job("livetv.fetch_guides").await;
        self.settled(SOURCE, json!({ "id": id }), "lastImport").await
    }

    /// Asks until the import below `field` (or the answer itself) does not run.
    pub async fn settled(&self, query: &str, variables: Value, field: &str) -> Value {
        for _ in 0..500 {
            let found = self.manage(query, variables.clone()).await;
            let import = if field.is_empty() { &found } else { &found[field] };
            if import["status"] != "RUNNING" {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        unreachable!("the import does not end");
    }

    pub async fn titles(&self) -> Vec<String> {
        let data = self.ask(GRID, json!({})).await;
        let programmes = data["epg"][0]["programmes"].as_array().cloned().unwrap_or_default();
        programmes
            .iter()
            .map(|programme| programme["title"].as_str().expect("it works").to_owned())
            .collect()
    }
}

impl Kit {
    pub async fn import(&self, input: Value) -> Value {
        let asked = self.manage(IMPORT, json!({ "input": input })).await;
        assert_eq!(asked["problem"], Value::Null, "{asked}");
        let report = "query($id: ID!) { epgImport(id: $id) { id status dryRun phase added updated removed unchanged \
                      samples { kind title fields } messages { text } } }";
        self.settled(report, json!({ "id": asked["import"]["id"] }), "").await
    }
}
