//! Hears of what changed.

use std::{
    sync::{Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use bus::{Bus, Envelope};
use futures_util::{StreamExt, stream::BoxStream};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Kept, invalidation};

/// Wait before listening again after the bus failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest time a mutation's answer waits for its events to be heard.
const CATCH_UP: Duration = Duration::from_millis(100);
/// Mutations that wait at a time; more do not.
const WAITING: usize = 256;

/// Where mutations wait until the listener has heard what was on its way.
pub(super) struct Ear {
    ask: mpsc::Sender<oneshot::Sender<()>>,
    asked: Mutex<Option<mpsc::Receiver<oneshot::Sender<()>>>>,
}

impl Default for Ear {
    fn default() -> Self {
        let (ask, asked) = mpsc::channel(WAITING);
        Self {
            ask,
            asked: Mutex::new(Some(asked)),
        }
    }
}

impl Ear {
    /// Waits until every event that has reached this process was heard.
    pub(super) async fn catch_up(&self) {
        let (heard, wait) = oneshot::channel();
        if self.ask.try_send(heard).is_err() {
            return;
        }
        if tokio::time::timeout(CATCH_UP, wait).await.is_err() {
            tracing::debug!("a mutation did not wait for its events");
        }
    }
}

impl Kept {
    /// Hears of changes until `stop`. Only one listens; a second call returns at once.
    pub(crate) async fn listen(&self, bus: &dyn Bus, stop: &CancellationToken) {
        let taken = self.ear.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut asked) = taken else { return };
        loop {
            match bus.listen_closely(&invalidation::kinds()).await {
                Ok(events) => {
                    // What changed before is not known.
                    self.changes.drop_all();
                    self.hears.store(true, Ordering::Release);
                    self.hear(events, &mut asked, stop).await;
                    self.hears.store(false, Ordering::Release);
                }
                Err(error) => tracing::warn!(%error, "cannot hear of changes: nothing is kept"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn hear(
        &self,
        mut events: BoxStream<'static, Envelope>,
        asked: &mut mpsc::Receiver<oneshot::Sender<()>>,
        stop: &CancellationToken,
    ) {
        loop {
            tokio::select! {
                // In this order: who asks is answered when no event is left.
                biased;
                () = stop.cancelled() => return,
                event = events.next() => match event {
                    Some(event) => self.changes.drop(invalidation::dropped_by(&event)),
                    None => return,
                },
                Some(heard) = asked.recv() => {
                    // Who does not wait any longer needs no answer.
                    let _told = heard.send(()).is_ok();
                }
            }
        }
    }
}
