//! The sidecar through its routes, on the test bench.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails as loudly as a test")]

mod delivery;
mod guides;
mod ranges;
mod tokens;

use std::{sync::Arc, time::Duration};

use auth::{Role, STREAM_TOKENS, StreamGrant};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use demo::film;
use kernel::{AccountId, PlaybackSessionId};
use migrations::sidecar::Migrator;
use serde_json::Value;
use sidecar::Settings;
use testkit::Bench;
use tower::ServiceExt;

/// A running sidecar with the demo film.
struct Sidecar {
    bench: Bench,
    routes: Router,
}

/// An answer, read to its end.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Sidecar {
    async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        let bench = Bench::start::<Migrator>("sidecar").await;
        let mut service = sidecar::service(&bench.platform, settings).await.unwrap();
        let settings = web::Settings::default();
        let gate = web::Gate::new(&settings, "").unwrap();
        let routes = web::shell(service.routes.take().unwrap(), &settings, gate);
        bench.run(service).await;
        Self { bench, routes }
    }

    async fn with_film() -> Self {
        let sidecar = Self::start().await;
        sidecar::load_demo(&*sidecar.bench.platform.storage).await.unwrap();
        sidecar
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.routes.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        Reply {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// A stream token for the film, good for ten minutes.
    async fn token(&self) -> String {
        let grant = StreamGrant {
            session: PlaybackSessionId(Bench::id(1)),
            account: AccountId(Bench::id(2)),
            content: Bench::id(3),
            object_key: film::original_key(),
            size_bytes: film::ORIGINAL.len() as u64,
            content_type: film::CONTENT_TYPE.to_owned(),
            issued_at: self.bench.platform.clock.now(),
        };
        let token = "a-token_1".to_owned();
        let record = serde_json::to_vec(&grant).unwrap();
        self.bench
            .platform
            .kv
            .put(STREAM_TOKENS, &token, &record, Duration::from_mins(10))
            .await
            .unwrap();
        token
    }

    /// `Bearer …` of an account with `roles`.
    fn bearer(&self, roles: &[Role]) -> String {
        let now = self.bench.platform.clock.now();
        let viewer = self.bench.viewer(7, roles);
        let issuer = self.bench.platform.issuer.as_ref().unwrap();
        let token = issuer.issue(viewer.account, &viewer.roles, viewer.token_id, now, viewer.expires_at);
        format!("Bearer {token}")
    }

    async fn stored(&self, key: &str) -> Option<Bytes> {
        let storage = Arc::clone(&self.bench.platform.storage);
        storage::read_all(&*storage, key, 1 << 30).await.unwrap()
    }
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The problem, which must be one.
    fn problem(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}: {:?}",
            self.status,
            self.body
        );
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        problem
    }
}
