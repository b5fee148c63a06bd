//! Scheduled work, run by one process at a time.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};

use crate::Platform;

type Work = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Work that a service does every so often.
#[derive(Clone)]
pub struct Job {
    /// `rights.end_silent_sessions`.
    pub name: &'static str,
    /// Time between two runs.
    pub every: Duration,
    work: Work,
}

impl Job {
    /// Does `work` every `every`.
    pub fn new<F, E>(name: &'static str, every: Duration, work: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::error::Error,
    {
        let work: Work = Arc::new(move || work().map(|done| done.map_err(|error| error.to_string())).boxed());
        Self { name, every, work }
    }

    /// Does the work once, now.
    pub async fn run_once(&self) -> Result<(), String> {
        (self.work)().await
    }

    /// Does the work until the platform stops; among processes that share a KV, one at a time.
    pub async fn run(self, platform: Platform) {
        let holder = platform.ids.next().to_string();
        let stop = platform.supervisor.stop_token().clone();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
            }
            // The lease outlives a run that takes long, and ends by itself when its holder dies.
            let lease = self.every.max(Duration::from_secs(30)) * 2;
            match platform.kv.acquire("jobs", self.name, &holder, lease).await {
                Ok(true) => {
                    if let Err(error) = self.run_once().await {
                        tracing::error!(job = self.name, %error, "job failed");
                    }
                }
                Ok(false) => {}
                Err(error) => tracing::warn!(job = self.name, %error, "job skipped: no lease"),
            }
        }
    }
}
