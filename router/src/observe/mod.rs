//! What the router tells of itself: metrics, the access log, traces, usage, explanations.
//!
//! Every operation has a [`Journal`] in its context, in which the steps note what they do; a [`Watch`] reads it at the
//! end, whatever the end is.

mod access;
mod explain;
mod journal;
mod label;
mod names;
mod series;
mod settings;
mod usage;
mod watch;

use std::{sync::Arc, time::Duration};

use axum::http::HeaderMap;
use tokio_util::sync::CancellationToken;

use crate::{Ports, Router, error::Rejection, pipeline::Context};

pub(crate) use journal::Call;
pub use journal::{Answered, Journal};
pub(crate) use label::Label;
pub(crate) use series::PlanMetrics;
pub use settings::{Explain, Settings};
pub(crate) use watch::Watch;

/// Watches operations and tells what it saw.
pub(crate) struct Observer {
    settings: Settings,
    ports: Ports,
    metrics: series::Metrics,
    usage: usage::Usage,
}

impl Observer {
    pub(crate) fn new(settings: &Settings, ports: &Ports) -> Arc<Self> {
        Arc::new(Self {
            metrics: series::Metrics::new(settings),
            usage: usage::Usage::new(settings.usage_rows, ports),
            settings: settings.clone(),
            ports: ports.clone(),
        })
    }

    /// Begins to watch an operation; `explain` says that its client wants to know how it is answered.
    pub(crate) fn watch(self: &Arc<Self>, context: &Context, explain: bool) -> Watch {
        Watch::begin(self, context, explain)
    }

    /// A request was refused before it became an operation: the access log has a line of it.
    pub(crate) fn turned_away(&self, headers: &HeaderMap, rejection: &Rejection) {
        if self.settings.enabled && self.ports.access.is_on() {
            let now = self.ports.clock.now();
            self.ports.access.write(&access::turned_away(now, headers, rejection));
        }
    }
}

/// Reports of usage.
impl Router {
    /// Tells analytics who used what, every few seconds until `stop`.
    pub async fn report_usage(self, stop: CancellationToken) {
        let seconds = self.observer().settings.usage_seconds;
        if seconds == 0 {
            return;
        }
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
            }
            self.flush_usage().await;
        }
    }

    /// Tells what was used since the last report; `false` when the bus is away and it waits. What waits when the process
    /// ends is lost: the router keeps nothing on disk.
    pub async fn flush_usage(&self) -> bool {
        let observer = self.observer();
        observer.usage.tell(&observer.ports).await
    }
}
