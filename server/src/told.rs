//! What a process tells of itself beside its log: metrics, traces, the access log.

use std::{net::SocketAddr, time::Duration};

use database::Database;
use runtime::{Platform, Supervisor};
use telemetry::{AccessLog, Traces};

use crate::{Error, Settings};

/// Time between two readings of outbox depth and consumer lag.
const GAUGES: Duration = Duration::from_secs(5);

/// Where the process tells what it does.
pub(crate) struct Told {
    /// A line for each operation.
    pub(crate) access: AccessLog,
    traces: Traces,
}

impl Told {
    /// Opens what the settings name, for a process that runs what `only` names.
    ///
    /// # Errors
    /// A setting that cannot be, or a file that cannot be written.
    pub(crate) fn begin(settings: &Settings, only: &[String]) -> Result<Self, Error> {
        Ok(Self {
            access: AccessLog::open(&settings.log.access)?,
            traces: telemetry::init_traces(&settings.traces, &service_name(only))?,
        })
    }

    /// Waits until what was told is written and sent, but not for long.
    pub(crate) async fn flush(self) {
        let flushed = tokio::task::spawn_blocking(move || {
            self.access.flush();
            self.traces.flush();
        });
        if let Err(error) = flushed.await {
            tracing::warn!(%error, "the last of the access log or the traces was lost");
        }
    }
}

/// Measures until the platform stops, and serves what was measured; gives the address.
///
/// # Errors
/// The address is taken.
pub(crate) async fn measure(
    platform: &Platform,
    settings: &Settings,
    databases: &[Database],
    metrics: telemetry::Metrics,
) -> Result<Option<SocketAddr>, Error> {
    let supervisor = &platform.supervisor;
    supervisor.spawn("metrics.gauges", gauges(platform.clone(), databases.to_vec()));
    supervisor.spawn("metrics.upkeep", upkeep(supervisor.clone(), metrics.clone()));
    if settings.server.metrics_listen.is_empty() {
        return Ok(None);
    }
    serve(settings, supervisor, metrics).await.map(Some)
}

/// Serves what was measured; gives the address.
///
/// # Errors
/// The address is taken.
pub(crate) async fn serve(
    settings: &Settings,
    supervisor: &Supervisor,
    metrics: telemetry::Metrics,
) -> Result<SocketAddr, Error> {
    let listening = web::bind(&settings.server.metrics_listen)
        .await
        .map_err(Error::Network)?;
    let address = listening.address;
    let render = move || std::future::ready(metrics.render());
    let routes = axum::Router::new().route("/metrics", axum::routing::get(render));
    let stop = supervisor.stop_token().clone();
    supervisor.spawn("metrics", async move {
        if let Err(error) = web::serve(listening, routes, stop, Duration::from_secs(1)).await {
            tracing::error!(%error, "metrics are no longer served");
        }
    });
    Ok(address)
}

/// Histograms gather samples until somebody reads them: without this, memory grows while nobody scrapes.
pub(crate) async fn upkeep(supervisor: Supervisor, metrics: telemetry::Metrics) {
    loop {
        tokio::select! {
            () = supervisor.stop_token().cancelled() => return,
            () = tokio::time::sleep(GAUGES) => metrics.run_upkeep(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; 2^52 events never wait")]
async fn gauges(platform: Platform, databases: Vec<Database>) {
    let stop = platform.supervisor.stop_token().clone();
    loop {
        for (service, depth) in platform.relay().depths().await {
            metrics::gauge!("outbox_depth", "service" => service).set(depth as f64);
        }
        for database in &databases {
            let service = database.service();
            if let Ok(lag) = platform.bus.lag(service).await {
                metrics::gauge!("consumer_lag", "service" => service.to_owned()).set(lag as f64);
            }
            metrics::counter!("database_statements_total", "service" => service.to_owned())
                .absolute(database.statements().count());
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(GAUGES) => {}
        }
    }
}

/// `service.name` of the spans of a process that runs what `only` names.
fn service_name(only: &[String]) -> String {
    if only.is_empty() {
        return "matinee".to_owned();
    }
    format!("matinee-{}", only.join("-"))
}
