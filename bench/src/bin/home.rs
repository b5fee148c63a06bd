//! The home screen: subgraphs called in process against the same subgraphs over loopback HTTP.
//!
//! Both run in this process in alternating rounds, so the machine's noise hits both; CPU time of the whole process is what
//! counts, wall clock is only told. `make bench` builds it in release.

use std::{collections::HashMap, sync::Arc, time::Instant};

use bench::{
    process::{cpu_of, resident_of},
    say,
};
use router::{Context, Http, Request, Router, Settings, Source, Subgraph, Supergraph};
use serde_json::Value;
use server::Running;
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds of each way.
const ROUNDS: usize = 6;
/// Requests of a round.
const REQUESTS: u32 = 300;

#[tokio::main]
async fn main() {
    #[expect(clippy::disallowed_methods, reason = "a folder name, not an id of the platform")]
    let folder = std::env::temp_dir().join(format!("matinee-bench-{}", uuid::Uuid::now_v7()));
    let began = Instant::now();
    let running = start(&folder).await;
    say(&format!(
        "first start, demo loaded:   {:>8.2} s",
        began.elapsed().as_secs_f64()
    ));
    running.stop().await.expect("it stops");
    let began = Instant::now();
    let running = start(&folder).await;
    let inside = running.router.clone().expect("the router runs here");
    let context = Context::default();
    let first = answer(&inside, &context).await;
    say(&format!(
        "second start, first answer: {:>8.2} s",
        began.elapsed().as_secs_f64()
    ));
    say(&format!(
        "resident after it:          {:>8.1} MB",
        resident_of(std::process::id()) / 1e6
    ));

    let over_http = over_http(&running).await;
    assert_eq!(answer(&over_http, &context).await, first, "both ways answer the same");
    say(&format!(
        "answer: {} bytes, {} titles",
        first.to_string().len(),
        titles(&first)
    ));
    let before = inside.fetches();
    answer(&inside, &context).await;
    let fetches: u64 = inside
        .fetches()
        .iter()
        .map(|(name, count)| count - before.get(name).copied().unwrap_or(0))
        .sum();
    say(&format!("fetches a request: {fetches}"));

    let (mut local, mut http) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        local.push(round(&inside, &context).await);
        http.push(round(&over_http, &context).await);
    }
    let (local, http) = (median(local), median(http));
    say(&format!(
        "in process: {:>7.0} µs CPU a request, {:>7.0} µs wall",
        local.0, local.1
    ));
    say(&format!(
        "over HTTP:  {:>7.0} µs CPU a request, {:>7.0} µs wall",
        http.0, http.1
    ));
    say(&format!("ratio of CPU: {:.2}", local.0 / http.0));
    running.stop().await.expect("it stops");
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

async fn start(folder: &std::path::Path) -> Running {
    let folder = folder.display().to_string();
    let flags = [
        ("server.data_dir", folder.as_str()),
        ("server.listen", "127.0.0.1:0"),
        ("server.metrics_listen", ""),
        // What is kept would hide what is measured.
        ("router.cache.answers", "false"),
        ("router.cache.entities", "false"),
    ];
    let flags: Vec<(&str, String)> = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let settings = server::Settings::load(Some("/dev/null".as_ref()), [], &flags).expect("the settings are ours");
    Running::start(settings, &[])
        .await
        .unwrap_or_else(|error| unreachable!("{}", error.chain()))
}

/// A router that reaches the subgraphs of `running` by HTTP on loopback.
async fn over_http(running: &Running) -> Router {
    let settings = Settings::default();
    let mut transports: HashMap<String, Arc<dyn Subgraph>> = HashMap::new();
    let mut sources = Vec::new();
    for (name, endpoint) in &running.endpoints {
        let routes = graphql::routes(endpoint.clone(), running.platform.verifier.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/graphql", listener.local_addr().expect("an address"));
        running.platform.supervisor.spawn("bench.subgraph", async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        transports.insert(
            (*name).to_owned(),
            Arc::new(Http::new(&url, &settings).expect("an address")),
        );
        sources.push(Source::new(*name, url, endpoint.sdl()));
    }
    let supergraph = Supergraph::compose(&sources).expect("it composes");
    let (verifier, stop) = (running.platform.verifier.clone(), CancellationToken::new());
    Router::new(router::Parts {
        supergraph,
        subgraphs: transports,
        verifier,
        settings,
        landing: router::Landing::default(),
        shutdown: stop,
        ports: router::Ports::default(),
    })
    .expect("a router")
}

async fn answer(router: &Router, context: &Context) -> Value {
    let browse = schema::operations::FILES
        .iter()
        .find(|(name, _)| *name == "browse")
        .expect("browse.graphql")
        .1;
    let request = Request {
        operation_name: Some("Home".to_owned()),
        ..Request::new(browse)
    };
    let answer = router
        .execute(request, context)
        .await
        .unwrap_or_else(|_| unreachable!("the home screen is answered"));
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn titles(answer: &Value) -> usize {
    let rails = answer["data"]["home"]["rails"].as_array().expect("rails");
    rails
        .iter()
        .map(|rail| rail["items"]["edges"].as_array().map_or(0, Vec::len))
        .sum()
}

/// CPU and wall time of one request, in microseconds.
async fn round(router: &Router, context: &Context) -> (f64, f64) {
    let (cpu, wall) = (cpu_of(std::process::id()), Instant::now());
    for _ in 0..REQUESTS {
        answer(router, context).await;
    }
    let each = 1e6 / f64::from(REQUESTS);
    (
        (cpu_of(std::process::id()) - cpu) * each,
        wall.elapsed().as_secs_f64() * each,
    )
}

fn median(mut rounds: Vec<(f64, f64)>) -> (f64, f64) {
    rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    rounds[rounds.len() / 2]
}
