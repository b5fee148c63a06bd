//! `/health/live`, `/health/ready`, `/health/startup`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};

/// Asks one backend whether it answers.
pub type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Longest wait for one check.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a load balancer is told.
#[derive(Clone, Default)]
pub struct Health(Arc<Inner>);

#[derive(Default)]
struct Inner {
    has_started: AtomicBool,
    is_draining: AtomicBool,
    checks: RwLock<Vec<(String, Check)>>,
    notes: RwLock<BTreeMap<String, String>>,
}

impl Health {
    /// Readiness depends on `check`, too.
    pub fn add(&self, name: &str, check: Check) {
        self.0
            .checks
            .write()
            .expect("health checks")
            .push((name.to_owned(), check));
    }

    /// Tells people something, or takes it back; readiness does not depend on it.
    pub fn note(&self, name: &str, text: Option<String>) {
        let mut notes = self.0.notes.write().expect("health notes");
        match text {
            Some(text) => notes.insert(name.to_owned(), text),
            None => notes.remove(name),
        };
    }

    /// Start-up is over.
    pub fn started(&self) {
        self.0.has_started.store(true, Ordering::Release);
    }

    /// The process is stopping: not ready any more.
    pub fn draining(&self) {
        self.0.is_draining.store(true, Ordering::Release);
    }

    /// The three endpoints.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/health/live", get(|| async { Json(json!({ "status": "ok" })) }))
            .route("/health/startup", get(startup))
            .route("/health/ready", get(ready))
            .with_state(self.clone())
    }
}

async fn startup(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    if health.0.has_started.load(Ordering::Acquire) {
        (StatusCode::OK, Json(json!({ "status": "ok" })))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "starting" })))
    }
}

async fn ready(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    let (is_ready, body) = health.look().await;
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body))
}

impl Health {
    /// Whether it is worth asking this process something now.
    pub async fn is_ready(&self) -> bool {
        self.look().await.0
    }

    /// Whether it is ready, and why.
    async fn look(&self) -> (bool, Value) {
        if !self.0.has_started.load(Ordering::Acquire) {
            return (false, json!({ "status": "starting" }));
        }
        if self.0.is_draining.load(Ordering::Acquire) {
            return (false, json!({ "status": "stopping" }));
        }
        let checks: Vec<(String, Check)> = self.0.checks.read().expect("health checks").clone();
        let answers = join_all(checks.iter().map(|(name, check)| async move {
            let answer = tokio::time::timeout(PATIENCE, check())
                .await
                .unwrap_or_else(|_| Err("no answer in 2 s".to_owned()));
            (name.clone(), answer)
        }))
        .await;
        let is_ready = answers.iter().all(|(_, answer)| answer.is_ok());
        let checks: serde_json::Map<String, Value> = answers
            .into_iter()
            .map(|(name, answer)| (name, answer.map_or_else(Value::from, |()| Value::from("ok"))))
            .collect();
        let mut body = json!({ "status": if is_ready { "ok" } else { "unavailable" }, "checks": checks });
        let notes = self.0.notes.read().expect("health notes").clone();
        if !notes.is_empty() {
            body["notes"] = json!(notes);
        }
        (is_ready, body)
    }
}
