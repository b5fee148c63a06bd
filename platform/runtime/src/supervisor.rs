//! Every task has an owner, a name and an end.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;

/// Owns the tasks of a process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Supervisor {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Supervisor {
    /// Tells tasks to end.
    pub const fn stop_token(&self) -> &CancellationToken {
        &self.stop
    }

    /// Runs `task`; it must watch [`Self::stop_token`] or end by itself.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let span = tracing::info_span!(parent: None, "task", task.name = name);
        self.tasks.spawn(task.instrument(span));
    }

    /// Asks all tasks to end and waits for them, at most for `limit`; false when some were left.
    pub async fn stop(&self, limit: Duration) -> bool {
        self.stop.cancel();
        self.tasks.close();
        tokio::time::timeout(limit, self.tasks.wait()).await.is_ok()
    }
}
