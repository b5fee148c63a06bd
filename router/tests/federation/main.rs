//! Apollo Federation, suite by suite: every shape of subgraphs the public federation gateway audit knows, in our words.
//! docs/FEDERATION.md says which suite is which.

mod object;
mod rules;
mod schema;
mod store;
mod subgraph;
mod suite;

use suite::{Suite, names};

async fn passes(name: &str) {
    let failures = Suite::load(name).run().await;
    assert!(failures.is_empty(), "{name}: {} failed\n{}", failures.len(), failures.join("\n"));
}

#[tokio::test]
async fn every_suite() {
    let mut bad = 0;
    let mut total = 0;
    for name in names().into_iter().filter(|name| std::env::var("SUITE").is_ok_and(|s| name.contains(&s)) || std::env::var("SUITE").is_err()) {
        let suite = Suite::load(&name);
        total += suite.cases.len();
        let failures = suite.run().await;
        println!("{name}: {} cases, {} failures", suite.cases.len(), failures.len());
        for failure in &failures {
            println!("   {failure}");
        }
        bad += failures.len();
    }
    println!("total {total}");
    assert_eq!(bad, 0);
}
