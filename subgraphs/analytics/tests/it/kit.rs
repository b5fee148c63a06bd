//! Analytics on the bench.

use testkit::Bench;

pub async fn start() -> Bench {
    let bench = Bench::start::<migrations::analytics::Migrator>("analytics").await;
    let service = analytics::service(&bench.platform, analytics::Settings::default())
        .await
        .unwrap();
    bench.run(service).await;
    bench
}

pub const METRICS: &str = "query($type: MetricType!, $from: DateTime!, $to: DateTime!, $interval: MetricInterval) {
    metrics(type: $type, from: $from, to: $to, interval: $interval) { count series { at value } } }";

/// How often `metric` happened on the day of the test.
pub async fn count(bench: &Bench, metric: &str) -> i64 {
    let analyst = bench.viewer(9, &[auth::Role::Analyst]);
    let day = serde_json::json!({ "type": metric, "from": "2026-11-21T00:00:00Z", "to": "2026-11-22T00:00:00Z" });
    let answer = bench.ask(Some(&analyst), METRICS, day).await;
    answer["data"]["metrics"]["count"]
        .as_i64()
        .unwrap_or_else(|| panic!("{answer}"))
}
