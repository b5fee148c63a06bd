//! Operations named by an id or a hash.

use std::{path::PathBuf, sync::Arc};

use axum::http::Method;
use cache::Kv;
use kernel::SystemClock;
use router::{PersistedMode, PersistedSettings, Ports, Request, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    front::{post, send},
    graph::{Graph, codes},
    websocket::Socket,
};

const DOCUMENT: &str = "{ rightsVersion }";

fn hash(document: &str) -> String {
    let digits = Sha256::digest(document)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>();
    digits.concat()
}

fn by_hash(hash: &str) -> Value {
    json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}})
}

fn by_id(id: &str) -> Request {
    Request {
        document_id: Some(id.to_owned()),
        ..Request::default()
    }
}

fn settings(mode: PersistedMode, source: &str) -> Settings {
    Settings {
        persisted: PersistedSettings {
            mode,
            source: source.to_owned(),
            ..PersistedSettings::default()
        },
        ..Settings::default()
    }
}

/// A folder with one persisted operation, and a manifest with another.
fn lists(name: &str) -> (PathBuf, String) {
    let folder = std::env::temp_dir().join(format!("matinee-persisted-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("Version.graphql"), DOCUMENT).expect("a file");
    std::fs::write(folder.join("notes.txt"), "not GraphQL").expect("a file");
    let manifest = json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{"id": "abc", "name": "Who", "type": "query", "body": "query Who { who }"}],
    });
    let file = folder.join("manifest.json");
    std::fs::write(&file, manifest.to_string()).expect("a file");
    (folder, file.display().to_string())
}

#[tokio::test]
async fn a_client_registers_an_operation_by_its_hash_and_then_names_it() {
    let graph = Graph::local().await;
    let only_hash = by_hash(&hash(DOCUMENT)).to_string();
    let unknown = post(&graph, "application/json", &only_hash).await.json();
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(codes(&unknown), ["PERSISTED_QUERY_NOT_FOUND"]);

    let mut whole = by_hash(&hash(DOCUMENT));
    whole["query"] = json!(DOCUMENT);
    let data = json!({"data": {"rightsVersion": 1}});
    assert_eq!(post(&graph, "application/json", &whole.to_string()).await.json(), data);

    assert_eq!(post(&graph, "application/json", &only_hash).await.json(), data);
    let path = format!(
        "/graphql?extensions=%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{}%22%7D%7D",
        hash(DOCUMENT)
    );
    assert_eq!(send(&graph, Method::GET, &path, &[], Vec::new()).await.json(), data);
    let mut socket = Socket::ready(&graph).await;
    socket
        .send(json!({"id": "1", "type": "subscribe", "payload": by_hash(&hash(DOCUMENT))}))
        .await;
    assert_eq!(socket.next().await["payload"], data);
}

#[tokio::test]
async fn a_wrong_hash_and_an_invalid_document_are_not_registered() {
    let graph = Graph::local().await;
    let register = async |document: &str, hash: &str| {
        let mut body = by_hash(hash);
        body["query"] = json!(document);
        let answer = post(&graph, "application/json", &body.to_string()).await.json();
        codes(&answer).first().copied().unwrap_or_default().to_owned()
    };
    assert_eq!(
        register(DOCUMENT, &hash("other")).await,
        "PERSISTED_QUERY_HASH_MISMATCH"
    );
    assert_eq!(register(DOCUMENT, "xyz").await, "BAD_USER_INPUT");
    assert_eq!(
        register("{ nobody }", &hash("{ nobody }")).await,
        "GRAPHQL_VALIDATION_FAILED"
    );
    let asked = post(&graph, "application/json", &by_hash(&hash("{ nobody }")).to_string()).await;
    assert_eq!(codes(&asked.json()), ["PERSISTED_QUERY_NOT_FOUND"]);
}

#[tokio::test]
async fn a_mutation_named_in_a_link_is_refused_all_the_same() {
    let graph = Graph::local().await;
    let mutation = "mutation { append(word: \"\") }";
    let mut whole = by_hash(&hash(mutation));
    whole["query"] = json!(mutation);
    assert!(post(&graph, "application/json", &whole.to_string()).await.json()["data"].is_object());
    let path = format!("/graphql?documentId=sha256:{}", hash(mutation));
    let reply = send(&graph, Method::GET, &path, &[], Vec::new()).await;
    assert_eq!(reply.status.as_u16(), 405, "{}", reply.text());
}

#[tokio::test]
async fn what_one_router_registered_another_knows() {
    let ports = Ports::default();
    let first = Graph::on(Settings::default(), ports.clone()).await;
    let second = Graph::on(Settings::default(), ports).await;
    let mut request = Request::new(DOCUMENT);
    request.extensions = by_hash(&hash(DOCUMENT))["extensions"]
        .as_object()
        .expect("extensions")
        .clone();
    assert_eq!(first.ask(request.clone()).await["data"]["rightsVersion"], 1);
    request.query.clear();
    assert_eq!(second.ask(request).await["data"]["rightsVersion"], 1);
}

#[tokio::test]
async fn a_list_is_a_folder_a_manifest_or_a_bucket() {
    let (folder, manifest) = lists("sources");
    let graph = Graph::with(settings(PersistedMode::Allow, &folder.display().to_string())).await;
    for id in ["Version", &hash(DOCUMENT), &format!("sha256:{}", hash(DOCUMENT))] {
        assert_eq!(
            graph.ask(by_id(id)).await,
            json!({"data": {"rightsVersion": 1}}),
            "{id}"
        );
    }
    assert_eq!(codes(&graph.ask(by_id("notes")).await), ["PERSISTED_QUERY_NOT_IN_LIST"]);
    assert_eq!(graph.query("{ who }").await, json!({"data": {"who": null}}));

    let graph = Graph::with(settings(PersistedMode::Allow, &manifest)).await;
    assert_eq!(graph.ask(by_id("abc")).await, json!({"data": {"who": null}}));

    let kv: Arc<dyn Kv> = Arc::new(cache::Memory::new(Arc::new(SystemClock)));
    let day = std::time::Duration::from_hours(24);
    kv.put("router.operations", "v", DOCUMENT.as_bytes(), day)
        .await
        .expect("room");
    let ports = Ports { kv, ..Ports::default() };
    let graph = Graph::on(settings(PersistedMode::Allow, "kv"), ports).await;
    assert_eq!(graph.ask(by_id("v")).await, json!({"data": {"rightsVersion": 1}}));
    std::fs::remove_dir_all(folder).expect("our folder");
}

#[tokio::test]
async fn a_safelist_answers_what_is_on_it_and_nothing_else() {
    let (folder, _) = lists("only");
    let graph = Graph::with(settings(PersistedMode::Only, &folder.display().to_string())).await;
    let data = json!({"data": {"rightsVersion": 1}});
    assert_eq!(graph.ask(by_id("Version")).await, data);
    assert_eq!(graph.query(DOCUMENT).await, data, "exactly the text of the list");
    assert_eq!(codes(&graph.query("{rightsVersion}").await), ["QUERY_NOT_IN_SAFELIST"]);
    let extensions = by_hash(&hash("{ who }"))["extensions"]
        .as_object()
        .expect("extensions")
        .clone();
    let mut request = Request {
        extensions,
        ..Request::default()
    };
    assert_eq!(
        codes(&graph.ask(request.clone()).await),
        ["PERSISTED_QUERY_NOT_IN_LIST"]
    );
    request.query = "{ who }".to_owned();
    assert_eq!(codes(&graph.ask(request).await), ["QUERY_NOT_IN_SAFELIST"]);
    let ours = Request {
        trusted: true,
        ..Request::new("{ who }")
    };
    assert_eq!(graph.ask(ours).await, json!({"data": {"who": null}}));
    std::fs::remove_dir_all(folder).expect("our folder");
}
