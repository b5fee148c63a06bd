//! A bound on what one slow thing can hold: so many at a time, so many waiting, the rest is refused.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout_at},
};

/// The turns at one thing.
#[derive(Debug)]
pub(crate) struct Bulkhead {
    turns: Semaphore,
    at_once: usize,
    waiting: AtomicUsize,
    may_wait: usize,
}

/// Why there was no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    /// The limit.
    pub(crate) limit: Limit,
    /// Its value.
    pub(crate) allowed: usize,
}

/// Which limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// So many may have a turn.
    AtOnce,
    /// So many may wait for one.
    Waiting,
}

impl Limit {
    /// Its name, as of `fetches`.
    pub(crate) fn of(self, what: &str) -> String {
        match self {
            Self::AtOnce => format!("{what} at once"),
            Self::Waiting => format!("{what} waiting"),
        }
    }
}

impl Bulkhead {
    /// `at_once` turns at a time, `waiting` more in the queue.
    pub(crate) fn new(at_once: usize, waiting: usize) -> Self {
        let at_once = at_once.min(Semaphore::MAX_PERMITS);
        Self {
            turns: Semaphore::new(at_once),
            at_once,
            waiting: AtomicUsize::new(0),
            may_wait: waiting,
        }
    }

    /// A turn, at `deadline` at the latest.
    ///
    /// # Errors
    /// [`Full`]: too many wait, or the wait was too long.
    pub(crate) async fn enter(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Full> {
        if let Ok(turn) = self.turns.try_acquire() {
            return Ok(turn);
        }
        let place = Place::take(&self.waiting);
        if place.before >= self.may_wait {
            return Err(Full {
                limit: Limit::Waiting,
                allowed: self.may_wait,
            });
        }
        match timeout_at(deadline, self.turns.acquire()).await {
            // A turn in the last moment is none: the request would only be sent to be given up.
            Ok(Ok(turn)) if Instant::now() < deadline => Ok(turn),
            _ => Err(Full {
                limit: Limit::AtOnce,
                allowed: self.at_once,
            }),
        }
    }
}

/// A place in the queue; given back whatever ends the wait.
struct Place<'a> {
    waiting: &'a AtomicUsize,
    before: usize,
}

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Self {
        let before = waiting.fetch_add(1, Ordering::AcqRel);
        Self { waiting, before }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_turn_one_waits_the_next_is_refused_and_a_late_one_too() {
        let bulkhead = Bulkhead::new(1, 1);
        let deadline = Instant::now() + Duration::from_secs(1);
        let first = bulkhead.enter(deadline).await.unwrap();
        let mut second = Box::pin(bulkhead.enter(deadline));
        assert!(second.as_mut().now_or_never().is_none());
        let refused = bulkhead.enter(deadline).await.map(|_| ());
        assert_eq!(
            refused.unwrap_err(),
            Full {
                limit: Limit::Waiting,
                allowed: 1
            }
        );
        drop(first);
        let second = second.await.unwrap();
        let late = bulkhead.enter(deadline).await.map(|_| ());
        assert_eq!(
            late.unwrap_err(),
            Full {
                limit: Limit::AtOnce,
                allowed: 1
            }
        );
        drop(second);
        assert!(bulkhead.enter(deadline).await.is_ok());
    }
}
