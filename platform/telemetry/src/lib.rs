//! Logs and metrics: set-up once in the server, used everywhere through `tracing` and `metrics`.
//!
//! Logs never hold passwords, tokens, keys, e-mail or IP addresses, or request bodies; secrets are `kernel::Secret`, which
//! cannot print. [`Trace`] and [`Span`] are the way of a request through processes, [`AccessLog`] is one line for each
//! operation.

mod access;
mod otlp;
mod trace;
pub mod traces;

use std::io::IsTerminal;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Deserialize;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// What is logged and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives as `info,router=debug`.
    pub level: String,
    /// `text` for people, `json` for machines (one object a line).
    pub format: Format,
    /// Where the router's access log goes, a JSON object for each operation: `off`, `stdout`, `stderr`, or a file.
    pub access: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: Format::Text,
            access: access::OFF.to_owned(),
        }
    }
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Why logs cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The level cannot be read.
    #[error("log.level {0:?} is not a level: {1}")]
    Level(String, String),
    /// The access log cannot be opened.
    #[error("log.access {0:?} cannot be opened")]
    Access(String, #[source] std::io::Error),
    /// Traces cannot be sent.
    #[error("traces.{0}")]
    Traces(String),
}

/// Begins logging to standard error.
///
/// # Errors
/// The level cannot be read.
pub fn init_logs(settings: &Settings) -> Result<(), Error> {
    // The SQL library logs every statement at debug: only on request.
    let directives = format!(
        "sqlx=warn,sea_orm_migration=warn,async_nats=warn,tantivy=warn,{}",
        settings.level
    );
    let filter =
        EnvFilter::try_new(directives).map_err(|error| Error::Level(settings.level.clone(), error.to_string()))?;
    let registry = tracing_subscriber::registry().with(filter);
    let begun = match settings.format {
        Format::Text => registry
            .with(
                fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_target(true)
                    // A file or a pipe is no place for colours.
                    .with_ansi(std::io::stderr().is_terminal()),
            )
            .try_init(),
        Format::Json => registry
            .with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr))
            .try_init(),
    };
    // A second start in one process (tests) keeps the first's logs.
    if let Err(error) = begun {
        tracing::debug!(%error, "logs had begun already");
    }
    Ok(())
}

/// Seconds at which histograms of latency are cut.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Begins counting; the handle renders what `/metrics` answers.
pub fn init_metrics() -> PrometheusHandle {
    use std::sync::OnceLock;
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if let Err(error) = metrics::set_global_recorder(recorder) {
                tracing::debug!(%error, "metrics had begun already");
            }
            handle
        })
        .clone()
}

pub use access::AccessLog;
pub use metrics_exporter_prometheus::PrometheusHandle as Metrics;
pub use trace::{Kind, Span, Trace};
pub use traces::{Traces, init_traces};
