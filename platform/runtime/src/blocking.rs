//! Work that would block a worker: password hashing, parsing a guide.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A bounded door to the blocking pool.
#[derive(Clone)]
pub struct Blocking(Arc<Semaphore>);

/// The pool is gone: the process is stopping, or the work panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work did not finish")]
pub struct Unfinished;

impl Blocking {
    /// At most `at_once` pieces of work run at the same time.
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Runs `work` on the blocking pool, waiting for a place.
    ///
    /// # Errors
    /// [`Unfinished`] when the process stops or the work panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unfinished> {
        let place = self.0.clone().acquire_owned().await.map_err(|_| Unfinished)?;
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(|_| Unfinished)
    }
}
