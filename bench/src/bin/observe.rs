//! What it costs that the router tells what it does: the home screen with nothing noted, with everything that is on by
//! default and an access log, and with every trace sent to a collector, too.
//!
//! Three routers over the same subgraphs in this process, in alternating rounds. CPU time of the whole process counts, so
//! the threads that write and send are in it; so is the collector, which reads and forgets.

use std::{collections::HashMap, path::Path, sync::Arc};

use axum::{Router as Routes, body::Bytes, routing::post};
use bench::{median, process::cpu_of, say};
use router::{Context, Local, Ports, Request, Router, Settings, Source, Subgraph, Supergraph};
use server::Running;
use telemetry::{AccessLog, Kind, Trace};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds of each way.
const ROUNDS: usize = 8;
/// Requests of a round.
const REQUESTS: u32 = 300;

/// What is asked, and which operation of it.
type Asked = (&'static str, &'static str);

#[tokio::main]
async fn main() {
    #[expect(clippy::disallowed_methods, reason = "a folder name, not an id of the platform")]
    let folder = std::env::temp_dir().join(format!("matinee-bench-{}", uuid::Uuid::now_v7()));
    let running = start(&folder).await;
    let browse = schema::operations::FILES.iter().find(|(name, _)| *name == "browse");
    let home: Asked = (browse.expect("browse.graphql").1, "Home");
    let small: Asked = ("query Small { genres { id name } }", "Small");
    let traces = telemetry::traces::Settings {
        otlp_endpoint: collector(&running).await,
        ..telemetry::traces::Settings::default()
    };
    let traces = telemetry::init_traces(&traces, "bench").expect("a collector");
    let off = router(&running, false, AccessLog::default());
    let log = folder.join("access.log");
    let access = AccessLog::open(log.to_str().expect("a path")).expect("a file");
    let on = router(&running, true, access.clone());
    for (name, asked) in [("home", home), ("small", small)] {
        let [mut nothing, mut noted, mut traced] = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            // A caller that does not want its trace kept: no spans are made.
            nothing.push(round(&off, asked, false).await);
            noted.push(round(&on, asked, false).await);
            traced.push(round(&on, asked, true).await);
        }
        let [nothing, noted, traced] = [nothing, noted, traced].map(median);
        say(&format!("{name}: nothing noted     {nothing:>7.0} µs CPU a request"));
        say(&format!(
            "{name}: metrics, log, usage {noted:>5.0} µs, × {:.3}",
            noted / nothing
        ));
        say(&format!(
            "{name}: and every trace   {traced:>7.0} µs, × {:.3}",
            traced / nothing
        ));
    }
    on.flush_usage().await;
    access.flush();
    let lines = std::fs::read(&log).expect("the log");
    let written = lines.split(|byte| *byte == b'\n').skip(1).count();
    assert_eq!(written, 4 * ROUNDS * REQUESTS as usize, "every operation is in the log");
    tokio::task::spawn_blocking(move || traces.flush())
        .await
        .expect("spans are sent");
    running.stop().await.expect("it stops");
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

async fn start(folder: &Path) -> Running {
    let folder = folder.display().to_string();
    let flags = [
        ("server.data_dir", folder.as_str()),
        ("server.listen", "127.0.0.1:0"),
        ("server.metrics_listen", ""),
    ];
    let flags: Vec<(&str, String)> = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let settings = server::Settings::load(Some("/dev/null".as_ref()), [], &flags).expect("the settings are ours");
    Running::start(settings, &[])
        .await
        .unwrap_or_else(|error| unreachable!("{}", error.chain()))
}

/// Takes what it is sent and forgets it; gives its address.
async fn collector(running: &Running) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let routes = Routes::new().route("/v1/traces", post(|body: Bytes| async move { drop(body) }));
    running.platform.supervisor.spawn("bench.collector", async move {
        axum::serve(listener, routes).await.expect("it serves");
    });
    format!("http://{address}")
}

/// A router over the subgraphs of `running`, in process.
fn router(running: &Running, is_noting: bool, access: AccessLog) -> Router {
    let mut settings = Settings::default();
    settings.observe.enabled = is_noting;
    let mut transports: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
    let mut sources = Vec::new();
    for (name, endpoint) in &running.endpoints {
        transports.insert((*name).to_owned(), Arc::new(Local::new(endpoint.clone())));
        sources.push(Source::new(*name, "http://in.process", endpoint.sdl()));
    }
    Router::new(router::Parts {
        supergraph: Supergraph::compose(&sources).expect("it composes"),
        subgraphs: transports,
        verifier: running.platform.verifier.clone(),
        settings,
        landing: router::Landing::default(),
        shutdown: CancellationToken::new(),
        ports: Ports {
            access,
            ..Ports::default()
        },
    })
    .expect("a router")
}

/// The context of a request from a caller that has a trace.
fn context(is_sampled: bool) -> Context {
    let mut headers = http::HeaderMap::new();
    if is_sampled {
        Trace::default()
            .start("bench", Kind::Client)
            .trace()
            .inject(&mut headers);
    } else {
        let parent = http::HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        headers.insert("traceparent", parent);
    }
    headers.insert("apollographql-client-name", http::HeaderValue::from_static("bench"));
    Context::new(router::Facts {
        client: router::Client::of(&headers),
        headers,
        ..router::Facts::default()
    })
}

/// CPU time of one request, in microseconds.
async fn round(router: &Router, (document, operation): Asked, is_sampled: bool) -> f64 {
    let before = cpu_of(std::process::id());
    for _ in 0..REQUESTS {
        let request = Request {
            operation_name: Some(operation.to_owned()),
            ..Request::new(document)
        };
        let answered = router.execute(request, &context(is_sampled)).await;
        answered.unwrap_or_else(|_| unreachable!("it is answered"));
    }
    (cpu_of(std::process::id()) - before) * 1e6 / f64::from(REQUESTS)
}
