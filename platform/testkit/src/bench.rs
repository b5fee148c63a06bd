//! The bench itself.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::{Request, Response, Variables};
use auth::{Issuer, KeyPair, PathSigner, Role, Verifier, Viewer};
use bus::Envelope;
use database::Database;
use futures_util::{StreamExt, stream::BoxStream};
use graphql::Endpoint;
use kernel::{AccountId, Clock, Event, EventId, Ids, Secret};
use runtime::{Platform, PlatformParts, Service, Supervisor, Urls};
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;
use serde_json::Value;
use uuid::Uuid;

use crate::ManualClock;

/// Where every bench begins.
const START: &str = "2026-11-21T12:00:00Z";

/// The platform under one service.
pub struct Bench {
    /// What the service is given.
    pub platform: Platform,
    /// The platform's clock; it stands at 2026-11-21T12:00:00Z until it is moved.
    pub clock: Arc<ManualClock>,
    /// The database of the service.
    pub database: Database,
    service: Mutex<Option<Arc<dyn Endpoint>>>,
    heard: Arc<Mutex<Vec<Envelope>>>,
    folder: PathBuf,
}

/// Repeatable UUIDv7s: a counter in the place of the time.
#[derive(Debug, Default)]
pub struct SeededIds(AtomicU64);

impl Ids for SeededIds {
    fn next(&self) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        // Sorted by making, as UUIDv7 is: the counter stands where milliseconds would.
        uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + n, &[0; 10]).into_uuid()
    }
}

impl Bench {
    /// A platform with the migrated database of `service`.
    ///
    /// # Panics
    /// A backend cannot be opened.
    pub async fn start<M: MigratorTrait>(service: &str) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let ids: Arc<dyn Ids> = Arc::new(SeededIds::default());
        let folder = fresh_folder();
        let database_settings = database_settings().await;
        let storage = storage::Local::open(&folder.join("objects"), clock.clone()).expect("a folder for objects");
        // One key pair for all benches: making one takes a second.
        let pair = Arc::new(KeyPair::from_pem(include_str!("test-only.pem")).expect("the key of the bench"));
        let verifier = Verifier::new(pair.public(), "matinee", clock.clone());
        let platform = Platform::new(PlatformParts {
            clock: clock.clone(),
            ids,
            database: database_settings,
            data_dir: folder.clone(),
            bus: Arc::new(bus::Memory::default()),
            inline_events: true,
            max_attempts: 5,
            kv: Arc::new(cache::Memory::new(clock.clone())),
            storage: Arc::new(storage),
            issuer: Some(Issuer::new(pair, "matinee")),
            verifier,
            paths: PathSigner::new(b"a secret of thirty-two bytes or more".to_vec()),
            urls: Urls {
                graph: "http://graph.test".to_owned(),
                media: "http://media.test".to_owned(),
            },
            tokens: auth::Settings::default(),
            supervisor: Supervisor::default(),
        });
        let database = platform.database(service).await.expect("a database");
        M::up(database.writer(), None).await.expect("migrations run");
        let bench = Self {
            platform,
            clock,
            database,
            service: Mutex::default(),
            heard: Arc::default(),
            folder,
        };
        bench.listen().await;
        bench
    }

    async fn listen(&self) {
        let heard = self.heard.clone();
        let mut events = self.platform.bus.listen(&[]).await.expect("the memory bus listens");
        self.platform.supervisor.spawn("bench.listen", async move {
            while let Some(event) = events.next().await {
                heard.lock().expect("heard").push(event);
            }
        });
    }

    /// Runs `service`: its consumer takes events, its outbox is relayed, its endpoint is asked by [`Self::ask`].
    ///
    /// # Panics
    /// The consumer cannot be registered.
    pub async fn run(&self, service: Service) {
        if let Some(consumer) = service.consumer {
            let stop = self.platform.supervisor.stop_token().clone();
            let work = self
                .platform
                .bus
                .consume(consumer, stop)
                .await
                .expect("the memory bus takes consumers");
            self.platform.supervisor.spawn("bench.consume", work);
        }
        if let Some(database) = service.database {
            self.platform.relay().add(database);
        }
        *self.service.lock().expect("service") = service.endpoint;
    }

    /// A signed-in viewer; the same `n` is the same account.
    pub fn viewer(&self, n: u64, roles: &[Role]) -> Arc<Viewer> {
        Arc::new(Viewer {
            account: AccountId(Self::id(n)),
            roles: [&[Role::Viewer], roles].concat(),
            scopes: Vec::new(),
            token_id: Self::id(1_000_000 + n),
            expires_at: self.clock.now() + chrono::Duration::minutes(30),
        })
    }

    /// A fixed id; the same `n` is the same id.
    pub fn id(n: u64) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(1_600_000_000_000 + n, &[0; 10]).into_uuid()
    }

    /// Asks the service and gives back the whole answer: `{"data": …, "errors": […]}`.
    ///
    /// # Panics
    /// No service with an endpoint runs.
    pub async fn ask(&self, viewer: Option<&Arc<Viewer>>, query: &str, variables: Value) -> Value {
        let response = self.endpoint().execute(request(viewer, query, variables)).await;
        serde_json::to_value(response).expect("a response is JSON")
    }

    /// Subscribes; each item is a whole answer.
    ///
    /// # Panics
    /// No service with an endpoint runs.
    pub fn subscribe(&self, viewer: Option<&Arc<Viewer>>, query: &str, variables: Value) -> BoxStream<'static, Value> {
        let json = |response: Response| serde_json::to_value(response).expect("a response is JSON");
        self.endpoint()
            .subscribe(request(viewer, query, variables))
            .map(json)
            .boxed()
    }

    /// Tells the service that another service's `event` happened, and waits until it was taken.
    ///
    /// # Panics
    /// The service refuses it.
    pub async fn emit<E: Event>(&self, event: &E) {
        self.emit_as(self.platform.ids.next(), event).await;
    }

    /// [`Self::emit`] with an event id, to send the same event twice.
    ///
    /// # Panics
    /// The service refuses it.
    pub async fn emit_as<E: Event>(&self, id: Uuid, event: &E) {
        let envelope = Envelope {
            specversion: "1.0".to_owned(),
            id: EventId(id),
            source: "/matinee/bench".to_owned(),
            kind: E::TYPE.to_owned(),
            subject: event.subject(),
            time: self.clock.now(),
            datacontenttype: "application/json".to_owned(),
            data: serde_json::to_value(event).expect("an event is JSON"),
        };
        self.platform
            .bus
            .publish(&envelope)
            .await
            .expect("the service takes the event");
        self.platform.deliver().await;
    }

    /// The events of type `E` that the service has published so far.
    ///
    /// # Panics
    /// One of them cannot be read.
    pub async fn published<E: Event>(&self) -> Vec<E> {
        assert!(
            self.platform.relay().drain(Duration::from_secs(5)).await,
            "an event could not be delivered"
        );
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        let heard = self.heard.lock().expect("heard");
        heard
            .iter()
            .filter(|event| event.kind == E::TYPE)
            .map(|event| event.read().expect("an event"))
            .collect()
    }

    fn endpoint(&self) -> Arc<dyn Endpoint> {
        self.service
            .lock()
            .expect("service")
            .clone()
            .expect("a service with an endpoint runs")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.platform.supervisor.stop_token().cancel();
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("cannot remove {}: {error}", self.folder.display());
        }
    }
}

fn request(viewer: Option<&Arc<Viewer>>, query: &str, variables: Value) -> Request {
    let request = Request::new(query).variables(Variables::from_json(variables));
    match viewer {
        Some(viewer) => request.data(viewer.clone()),
        None => request,
    }
}

fn fresh_folder() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a folder name, not an id of the platform")]
    let name = format!("matinee-bench-{}", Uuid::now_v7());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

async fn database_settings() -> database::Settings {
    #[expect(clippy::disallowed_methods, reason = "the switch between the two engines")]
    let Ok(url) = std::env::var("MATINEE_TEST_POSTGRES_URL") else {
        return database::Settings::default();
    };
    #[expect(clippy::disallowed_methods, reason = "a database name, not an id of the platform")]
    let name = format!("bench_{}", Uuid::now_v7().simple());
    let admin = sea_orm::Database::connect(&url)
        .await
        .expect("MATINEE_TEST_POSTGRES_URL answers");
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a fresh database");
    let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base);
    database::Settings {
        url: Secret::new(format!("{base}/{name}")),
        max_connections: 4,
        ..Default::default()
    }
}
