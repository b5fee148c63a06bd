//! Live TV alone in this process, and the graph before it.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use auth::Role;
use bus::Envelope;
use futures_util::StreamExt;
use graphql::Endpoint;
use kernel::{AccountId, Clock, Event, EventId, ImportId};
use router::{CacheSettings, Context, Local, Request, Router, Settings, Source, Subgraph, Supergraph};
use schema::events::{livetv::GuideChanged, sidecar::GuideUploaded};
use serde_json::{Value, json};
use testkit::Bench;
use tokio::task::JoinSet;
use tokio_util::{io::ReaderStream, sync::CancellationToken};

use super::Commits;
use crate::process::peak_of;

/// The grid, as `schema/operations/live.graphql` asks for it.
const GRID: &str = "query Guide($channelIds: [ID!], $from: DateTime!, $to: DateTime!) { epg(channelIds: $channelIds, from: $from, to: $to) { \
     channel { id number name logoUrl } programmes { id title subtitle description startsAt endsAt categories episode { season number } } } }";
const REPORT: &str = "query($id: ID!) { epgImport(id: $id) { status channels programmes added updated removed unchanged warnings errors } }";
/// Longest wait until events are delivered.
const PATIENCE: Duration = Duration::from_secs(30);
/// After which published events have come.
const LULL: Duration = Duration::from_millis(50);

/// Live TV alone, on SQLite or on the PostgreSQL that `MATINEE_TEST_POSTGRES_URL` names.
pub struct Tv {
    pub bench: Bench,
    pub endpoint: Arc<dyn Endpoint>,
    pub commits: Commits,
    router: Router,
}

/// What an import took and did.
pub struct Imported {
    /// Until it was committed.
    pub took: Duration,
    /// The most memory of this process until then, in bytes: what follows is the delivery of its events, all of which the
    /// bench's kit keeps.
    pub peak: f64,
    /// Its report.
    pub report: Value,
    /// Events of changes that it raised.
    pub events: usize,
}

impl Tv {
    /// # Panics
    /// A part of it cannot be opened.
    pub async fn start() -> Self {
        let bench = Bench::start::<migrations::livetv::Migrator>("livetv").await;
        let service = livetv::service(&bench.platform, livetv::Settings::default())
            .await
            .expect("live TV starts");
        let endpoint = service.endpoint.clone().expect("a subgraph");
        bench.run(service).await;
        let source = Source::new("livetv", "http://livetv.invalid/graphql".to_owned(), endpoint.sdl());
        let subgraph: Arc<dyn Subgraph> = Arc::new(Local::new(endpoint.clone()));
        let router = Router::new(router::Parts {
            supergraph: Supergraph::compose(&[source]).expect("it composes"),
            subgraphs: HashMap::from([("livetv".to_owned(), subgraph)]),
            verifier: bench.platform.verifier.clone(),
            settings: Settings {
                // What is measured is the work, not the memory of it.
                cache: CacheSettings {
                    answers: false,
                    entities: false,
                    ..CacheSettings::default()
                },
                // Ten thousand programmes are an answer.
                max_cost: 0,
                ..Settings::default()
            },
            landing: router::Landing::default(),
            shutdown: CancellationToken::new(),
            ports: router::Ports::default(),
        });
        Self {
            bench,
            endpoint,
            commits: Commits::listen(),
            router: router.expect("a router"),
        }
    }

    /// Uploads `file` as the sidecar does and imports it.
    ///
    /// # Panics
    /// It cannot be imported.
    pub async fn import(&self, file: &Path) -> Imported {
        let platform = &self.bench.platform;
        let import = ImportId(platform.ids.next());
        let key = format!("in/{import}");
        let bytes = tokio::fs::File::open(file).await.expect("the guide is there");
        let size = bytes.metadata().await.expect("a file").len();
        let stored = platform
            .storage
            .put(
                &key,
                "application/xml",
                ReaderStream::with_capacity(bytes, 64 * 1024).boxed(),
                size,
            )
            .await;
        stored.expect("the upload is stored");
        let upload = GuideUploaded {
            import,
            object_key: key,
            size_bytes: i64::try_from(size).expect("a small file"),
            gzip: false,
            source: "bench".to_owned(),
            account: AccountId(Bench::id(1)),
            dry_run: false,
            at: self.bench.clock.now(),
        };
        let envelope = Envelope {
            specversion: "1.0".to_owned(),
            id: EventId(platform.ids.next()),
            source: "/matinee/bench".to_owned(),
            kind: GuideUploaded::TYPE.to_owned(),
            subject: upload.subject(),
            time: self.bench.clock.now(),
            datacontenttype: "application/json".to_owned(),
            data: serde_json::to_value(&upload).expect("JSON"),
        };
        let begun = Instant::now();
        platform.bus.publish(&envelope).await.expect("the import is done");
        let took = begun.elapsed();
        let peak = peak_of(std::process::id());
        let mut told = platform
            .bus
            .listen(&[GuideChanged::TYPE])
            .await
            .expect("the memory bus listens");
        // Taken as they come, as listeners do: what waits would be counted as memory of the import.
        let events = Arc::new(AtomicUsize::new(0));
        let counted = events.clone();
        let mut counting = JoinSet::new();
        counting.spawn(async move {
            while told.next().await.is_some() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        platform.relay().drain(PATIENCE).await;
        tokio::time::sleep(LULL).await;
        counting.shutdown().await;
        let events = events.load(Ordering::Relaxed);
        let admin = self.bench.viewer(1, &[Role::Admin]);
        let answer = self.bench.ask(Some(&admin), REPORT, json!({ "id": import })).await;
        let report = answer["data"]["epgImport"].clone();
        assert_eq!(report["status"], "COMPLETED", "{answer}");
        Imported {
            took,
            peak,
            report,
            events,
        }
    }

    /// The ids of all channels by the number in their name.
    ///
    /// # Panics
    /// The graph does not answer.
    pub async fn channels(&self) -> BTreeMap<u32, String> {
        let query = "{ epg(from: \"2026-11-21T12:00:00Z\", to: \"2026-11-21T12:01:00Z\") { channel { id name } } }";
        let answer = self.bench.ask(None, query, json!({})).await;
        let rows = answer["data"]["epg"].as_array().expect("a grid");
        let number = |name: &Value| name.as_str()?.strip_prefix("Channel ")?.parse().ok();
        let row = |row: &Value| {
            let channel = &row["channel"];
            Some((number(&channel["name"])?, channel["id"].as_str()?.to_owned()))
        };
        rows.iter().filter_map(row).collect()
    }

    /// Asks the router for a grid; returns the microseconds and the bytes.
    ///
    /// # Panics
    /// It is refused.
    pub async fn grid(&self, channels: &[String], from: &str, to: &str) -> (u32, usize) {
        let variables = json!({ "channelIds": channels, "from": from, "to": to });
        let Value::Object(variables) = variables else {
            unreachable!("an object")
        };
        let request = Request {
            variables,
            ..Request::new(GRID)
        };
        let context = Context::default();
        let begun = Instant::now();
        let answer = self.router.execute(request, &context).await;
        let took = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
        let answer = answer.unwrap_or_else(|_| unreachable!("the grid is answered"));
        assert!(
            answer.body.starts_with(b"{\"data\":{\"epg\":[{"),
            "{:?}",
            answer.body.get(..200)
        );
        (took, answer.body.len())
    }
}
