//! What is secret is told once, and written nowhere: not in logs, not in files, not in answers.

use std::{
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
};

use auth::{API_KEYS, ApiKey};
use http::Method;
use serde_json::json;
use tests::TestPlatform;

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics with it").extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether a file below `folder` holds `text`.
fn holds(folder: &Path, text: &[u8]) -> Option<String> {
    let entries = std::fs::read_dir(folder).expect("a folder of ours");
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if let Some(found) = holds(&path, text) {
                return Some(found);
            }
        } else if let Ok(content) = std::fs::read(&path)
            && content.windows(text.len()).any(|window| window == text)
        {
            return Some(path.display().to_string());
        }
    }
    None
}

#[tokio::test]
async fn an_api_key_is_in_one_answer_and_in_no_log_and_no_file() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let tv = TestPlatform::start().await;
    let viewer = tv.client.log_in("viewer@example.com", "matinee-demo").await;
    let made = viewer
        .run("CreateApiKey", json!({ "input": { "name": "Shop window" } }))
        .await["createApiKey"]
        .clone();
    let key = made["secret"].as_str().expect("a secret").to_owned();
    let hash = ApiKey::hash(&key).expect("a key");
    let kept = tv.inside().platform.kv.get(API_KEYS, &hash).await.expect("memory");
    let kept: ApiKey = serde_json::from_slice(&kept.expect("it is live")).expect("JSON");

    let id = made["apiKey"]["id"].clone();
    let unknown = key.to_ascii_uppercase().replace("MK_LIVE_", ApiKey::PREFIX);
    for (sent, status) in [(&key, 200), (&unknown, 401)] {
        let headers = [("content-type", "application/json"), ("x-api-key", sent)];
        let body = json!({ "query": "{ viewer { id apiKeys { edges { node { id name prefix scopes } } } } }" });
        let answer = tv
            .client
            .send(Method::POST, "/graphql", &headers, body.to_string())
            .await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(!answer.text().contains(sent.as_str()) && !answer.text().contains(&*kept.bearer.0));
    }
    viewer.run("RevokeApiKey", json!({ "input": { "apiKeyId": id } })).await;
    tv.settled().await;

    let found = holds(tv.folder(), key.as_bytes());
    assert_eq!(found, None, "the secret is in a file");
    // Written down by accounts for the router; gone with the key from where it is looked up.
    assert_eq!(
        tv.inside().platform.kv.get(API_KEYS, &hash).await.expect("memory"),
        None
    );
    let logged = String::from_utf8_lossy(&log.0.lock().expect("nobody panics with it")).into_owned();
    assert!(
        logged.contains("API key made") && logged.contains("API key revoked"),
        "it logs"
    );
    for (what, secret) in [
        ("the key", &*key),
        ("another key", &*unknown),
        ("the token", &*kept.bearer.0),
    ] {
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{what} is logged");
    }
    tv.close().await;
}
