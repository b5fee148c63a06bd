//! The graph is replaced again and again under load: no request may fail, no subscription may end.
//!
//! `reload [SECONDS] [EVERY_MS]`

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bench::{
    load::{Load, run},
    peers::{ALL, Places},
    say,
};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (seconds, every) = (number(20), Duration::from_millis(number(500)));
    let places = Places::new("reload");
    let (_shop, base) = places.shop(0).await;
    let gateway = ALL[0].start(&places, &base).await.expect("ours is built");
    let query = json!({ "query": include_str!("../shop/nested.graphql") }).to_string();
    let load = Load {
        url: gateway.url.clone(),
        body: Arc::new(move |_| query.clone()),
        answer: axum::body::Bytes::new(),
        clients: 16,
        requests: u64::MAX,
        at_most: Duration::from_secs(seconds),
    };
    let calm = run(Load {
        at_most: Duration::from_secs(5),
        ..load.clone()
    })
    .await;
    let file = places.work.join("supergraph.graphql");
    let original = std::fs::read_to_string(&file).expect("the supergraph was written");
    let begin = Instant::now();
    let swapping = async {
        let mut swaps = 0;
        while begin.elapsed() < Duration::from_secs(seconds.saturating_sub(1)) {
            swaps += 1;
            // a whole file under another name first: a watcher never sees half of one
            let next = places.work.join("next.graphql");
            let text = format!("{original}\ntype Added{swaps} @join__type(graph: ACCOUNTS) {{ a: Int }}\n");
            std::fs::write(&next, text).expect("target/ can be written");
            std::fs::rename(&next, &file).expect("target/ can be written");
            tokio::time::sleep(every).await;
        }
        swaps
    };
    let (outcome, swaps) = tokio::join!(run(load), swapping);
    let schema = gateway.url.replace("/graphql", "/schema.graphql");
    let seen = bench::peers::get(&schema)
        .await
        .expect("a schema")
        .contains(&format!("type Added{swaps} "));
    say(&format!("swaps written: {swaps}; the last one is served: {seen}"));
    say(&format!(
        "requests: {} right, {} failed {}",
        outcome.right, outcome.wrong, outcome.complaint
    ));
    say(&format!(
        "p99 with swaps: {:.1} ms; without: {:.1} ms; resident {:.0} MB",
        outcome.percentile(0.99),
        calm.percentile(0.99),
        gateway.process.resident() / 1e6
    ));
    assert_eq!(outcome.wrong, 0, "a request failed");
    assert!(seen, "the last graph is served");
}
